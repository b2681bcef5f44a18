"""An `Outcome` told: in French for people, as plain data for machines. Pure."""

from collections import Counter

from .outcome import CENTRES, ECOLE, POSTITS

_VOICES = ((CENTRES, "centres"), (ECOLE, "école"), (POSTITS, "post-its"), (None, "sans voix"))
_ALERTS = {
    "personne": "nom de personne possible",
    "courriel": "adresse électronique",
    "telephone": "numéro de téléphone",
    "theme-inconnu": "thème inconnu",
    "theme-deduit": "thème déduit de la place de l’intertitre",
    "voix-inconnue": "voix inconnue",
    "voix-supposee": "voix non annoncée, supposée des centres",
}
_MOST = 10  # places named for each warning


def as_data(outcome):
    """What `--json` prints. `line` is a line of a text file, a paragraph of a document."""
    return {
        "characters": {"total": outcome.total, "accounted": outcome.accounted, **outcome.ink_by_fate},
        "segments": [
            {
                "line": segment.line,
                "lines": list(segment.lines),
                "theme": segment.theme,
                "voix": segment.voix,
                "nature": segment.nature,
                "texte": segment.texte,
                "level": segment.level,
                "marks": segment.marks,
                "timecodes": list(segment.timecodes),
                "under": [
                    text for text in (segment.trail.theme, segment.trail.voice, segment.trail.subheading) if text
                ],
                "alerts": [{"code": alert.code, "what": alert.what} for alert in segment.alerts],
            }
            for segment in outcome.segments
        ],
        "headings": [
            {
                "line": heading.line,
                "lines": list(heading.lines),
                "texte": heading.texte,
                "marks": heading.marks,
                "told": heading.told,
                "theme": heading.theme,
                "voix": heading.voix,
            }
            for heading in outcome.headings
        ],
        "ignored": [{"line": one.line, "why": one.why, "texte": one.texte} for one in outcome.ignored],
    }


def as_text(report, outcome, titles):
    """A readable summary. `titles`: {number: title} of the known themes."""
    balanced = "le compte y est" if outcome.total == outcome.accounted else "LE COMPTE N’Y EST PAS"
    fates = outcome.ink_by_fate
    unit = "Paragraphes" if report.is_document else "Lignes"
    parts = [
        f"« {report.name} » — {unit.lower()} : {report.lines[-1].number}",
        "",
        *_table(outcome, titles),
        "",
        "Caractères, blancs non comptés",
        f"  {fates['segments']:>8}  en {_plural(outcome.segments, 'segment')}",
        f"  {fates['headings']:>8}  en {_plural(outcome.headings, 'intertitre')}",
        f"  {fates['ignored']:>8}  en {_plural(outcome.ignored, 'passage')} laissés de côté",
        f"  {outcome.accounted:>8}  sur {outcome.total} lus : {balanced}",
        *_ignored(outcome),
        *_alerts(outcome, report),
    ]
    return "\n".join(parts)


def _plural(some, noun):
    return f"{len(some)} {noun}{'s' if len(some) > 1 else ''}"


def _table(outcome, titles):
    counts = outcome.by_theme_and_voice
    voices = [(voice, name) for voice, name in _VOICES if voice or any(v is None for _, v in counts)]
    themes = sorted({theme for theme, _ in counts}, key=lambda theme: (theme is None, theme or 0))
    rows = [" " * 40 + "".join(f"{name:>10}" for _, name in voices) + f"{'total':>10}"]
    for theme in themes:
        name = "Sans thème" if theme is None else f"{theme:>2}. {titles.get(theme, 'thème inconnu de la base')}"
        cells = [counts[theme, voice] for voice, _ in voices]
        rows.append(f"{name[:39]:<40}" + "".join(f"{n or '·':>10}" for n in cells) + f"{sum(cells):>10}")
    sums = [sum(n for (_, v), n in counts.items() if v == voice) for voice, _ in voices]
    return [*rows, f"{'Total':<40}" + "".join(f"{n:>10}" for n in sums) + f"{sum(sums):>10}"]


def _ignored(outcome):
    whys = Counter(one.why for one in outcome.ignored)
    return ["", "Laissé de côté", *(f"  {n:>8}  {why}" for why, n in whys.most_common())] if whys else []


def _alerts(outcome, report):
    found = {}
    for segment in outcome.segments:
        for alert in segment.alerts:
            found.setdefault(alert.code, []).append(f"{segment.line}" + (f" ({alert.what})" if alert.what else ""))
    parts = ["", "À regarder"] if found or report.unread else []
    for code, label in _ALERTS.items():
        if places := list(dict.fromkeys(found.get(code, []))):
            shown = ", ".join(places[:_MOST]) + ("…" if len(places) > _MOST else "")
            parts.append(f"  {len(found[code]):>8}  {label} — ligne {shown}")
    if report.unread:
        parts.append(f"  {report.unread:>8}  caractères du document n’ont pas pu être lus (zones de texte, objets)")
    return parts
