"""The review of an imported report, less its pages: how its list is narrowed down, and the gestures in bulk."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count

from acteurs.templatetags.typo import pluriel

from ..models import Destin, Nature, Theme, Voix
from ..reports import reviewing
from ..reports.lines import ReportRefused
from ..reports.writing import line_ranges

PER_PAGE = 200
NONE = "aucun"  # in the address: no theme, no voice

# The code of each alert → what a curator reads. The gravest first.
ALERTS = {
    "personne": "nom de personne ?",
    "courriel": "adresse électronique",
    "telephone": "numéro de téléphone",
    "theme-inconnu": "thème à choisir",
    "voix-inconnue": "voix à choisir",
    "theme-deduit": "thème déduit de sa place",
    "voix-supposee": "voix supposée",
    "change": "texte changé",
    "disparu": "n’y est plus",
}
STATES = {
    "a-regler": "À régler",
    "tout": "Tout, dans l’ordre",
    Destin.SEGMENT.value: "Extraits",
    Destin.INTERTITRE.value: "Intertitres",
    Destin.IGNORE.value: "Laissé de côté",
    Destin.CONNU.value: "Déjà dans l’atelier",
    Destin.DISPARU.value: "Disparu",
}
_SPAN = re.compile(r"(\d{1,6})(?:\s*[-–—àa]\s*(\d{1,6}))?")


class Choice(NamedTuple):
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Filters:
    """What the list of a review is narrowed down to. What the address says wrongly is dropped."""

    etat: str
    theme: str = ""
    voix: str = ""
    alerte: str = ""

    @classmethod
    def from_query(cls, query, *, unsettled):
        """`unsettled`: how many passages are still to be looked at; they come first."""
        theme = query.get("theme", "")
        etat = query.get("etat", "")
        return cls(
            etat if etat in STATES else "a-regler" if unsettled else "tout",
            theme if theme == NONE or re.fullmatch(r"\d{1,4}", theme) else "",
            query["voix"] if query.get("voix") in (*Voix.values, NONE) else "",
            query["alerte"] if query.get("alerte") in ALERTS else "",
        )

    def apply(self, passages):
        """The passages to list, in the order of the report."""
        if self.etat == "a-regler":
            passages = passages.unsettled()
        elif self.etat != "tout":
            passages = passages.filter(destin=self.etat)
        if self.theme:
            passages = passages.filter(theme=None if self.theme == NONE else int(self.theme))
        if self.voix:
            passages = passages.filter(voix="" if self.voix == NONE else self.voix)
        if self.theme == NONE or self.voix == NONE:
            passages = passages.filter(destin=Destin.SEGMENT)
        if self.alerte:
            passages = passages.filter(a_regler__contains=f" {self.alerte} ")
        return passages


class Facets(NamedTuple):
    """The choices that narrow the list, each with its count."""

    states: list
    alerts: list
    themes: list
    voices: list
    unsettled: int


def facets(source, themes):
    """The `Facets` of an import. Three queries. `themes`: {number: title} of the base."""
    account = source.account()
    combos = dict(source.passages.unsettled().order_by().values_list("a_regler").annotate(Count("pk")))
    unsettled = sum(combos.values())
    counts = {**{fate: n for fate, (n, _) in account.items()}, "a-regler": unsettled}
    counts["tout"] = sum(n for n, _ in account.values())
    by = source.passages.filter(destin=Destin.SEGMENT).order_by().values_list("theme", "voix").annotate(Count("pk"))
    theme_counts, voice_counts = {}, {}
    for theme, voix, n in by:
        theme_counts[theme] = theme_counts.get(theme, 0) + n
        voice_counts[voix] = voice_counts.get(voix, 0) + n
    told = sorted(theme_counts, key=lambda theme: (theme is None, theme or 0))
    return Facets(
        [Choice(state, label, counts[state]) for state, label in STATES.items() if counts.get(state)],
        [
            Choice(code, label, n)
            for code, label in ALERTS.items()
            if (n := sum(count for codes, count in combos.items() if f" {code} " in codes))
        ],
        [
            Choice(NONE if t is None else str(t), "Sans thème" if t is None else f"{t}. {themes.get(t, '')}", n)
            for t, n in ((theme, theme_counts[theme]) for theme in told)
        ],
        [
            Choice(voix or NONE, Voix(voix).label if voix else "Sans voix", voice_counts[voix])
            for voix in (*Voix.values, "")
            if voix in voice_counts
        ],
        unsettled,
    )


def lines_of_account(source):
    """[(what, passages, characters), …] of the fates that have characters, and their sum."""
    account = source.account()
    said = {
        Destin.SEGMENT: "extraits",
        Destin.CONNU: "passages déjà dans l’atelier",
        Destin.INTERTITRE: "intertitres",
        Destin.IGNORE: "passages laissés de côté",
    }
    lines = [(label, *account[fate]) for fate, label in said.items() if fate in account]
    return lines, sum(ink for _, _, ink in lines)


def tell(row, themes):
    """Give a passage what its page says of it: `told`, `place` and `theme_label`. `themes`: {number: title}."""
    row.told = [(ALERTS.get(code, code), what) for code, what in row.alertes]
    row.place = line_ranges(row.lignes) if row.lignes else ""
    row.theme_label = f"{row.theme}. {themes.get(row.theme, '')}" if row.theme is not None else ""


# Gestures


def chosen(source, filters, post):
    """The passages that a form designates: ticked, within a range of numbers, or all that the list holds.

    Raises `ReportRefused`: none, a range that cannot be read, or one typed on a page that is no longer up to date.
    """
    blind = post.get("tout") or post.get("plage", "").strip()
    if blind and post.get("version") != str(source.version):
        raise ReportRefused(
            "Cette relecture a changé depuis l’affichage de la page, et les numéros ont pu bouger : "
            "rien n’a été fait. Vérifiez, puis recommencez."
        )
    passages = source.passages.all()
    if post.get("tout"):
        return list(filters.apply(passages))
    ticked = [int(pk) for pk in post.getlist("ligne") if pk.isascii() and pk.isdecimal()]
    rows = {row.pk: row for row in passages.filter(pk__in=ticked[: 2 * PER_PAGE])}
    for first, last in _ranges(post.get("plage", "")):
        rows.update({row.pk: row for row in passages.filter(ordre__range=(first, last))})
    if not rows:
        raise ReportRefused("Cochez d’abord des lignes, ou donnez leurs numéros.")
    return sorted(rows.values(), key=lambda row: (row.ordre, row.pk))


def _ranges(typed):
    """[(first, last), …] from « 12-48, 52 »."""
    found = []
    for part in filter(None, (part.strip() for part in re.split("[,;]|et", typed))):
        match = _SPAN.fullmatch(part)
        if not match or len(found) == 20:
            raise ReportRefused(f"« {typed} » ne se lit pas comme des numéros. Écrivez par exemple « 12-48, 52 ».")
        found.append((int(match[1]), int(match[2] or match[1])))
    return found


def gesture(source, rows, post):
    """Do what the form asks of `rows`; what was done, in French. Raises `ReportRefused`."""
    do = GESTURES.get(post.get("geste"))
    if do is None:
        raise ReportRefused("Choisissez ce qu’il faut faire de ces lignes.")
    return do(source, rows, post)


def _said(n, done, more=""):
    """« 3 lignes rangées. » `done`: the participle, feminine singular; `more`: what follows it."""
    if not n:
        return "Aucune de ces lignes n’était à changer."
    return f"{n} {pluriel(n, 'ligne,lignes')} {done}{'s' if n >= 2 else ''}{more}."


def _arrange(source, rows, post):
    choices = {}
    if theme := post.get("theme"):
        known = set(map(str, Theme.objects.values_list("numero", flat=True)))
        if theme != NONE and theme not in known:
            raise ReportRefused("Ce thème n’existe pas.")
        choices["theme"] = None if theme == NONE else int(theme)
    for name, allowed in (("voix", Voix.values), ("nature", Nature.values)):
        if value := post.get(name):
            if value not in allowed:
                raise ReportRefused("Ce choix n’existe pas.")
            choices[name] = value
    if not choices:
        raise ReportRefused("Choisissez un thème, une voix ou une nature à donner à ces lignes.")
    ticked = set(() if post.get("tout") else post.getlist("ligne"))
    heads = [row for row in rows if row.destin == Destin.INTERTITRE and str(row.pk) in ticked]
    rows = [*rows, *reviewing.announced(source, heads)]
    return _said(reviewing.arrange(source, rows, **choices), "rangée")


def _merge(source, rows, post):
    return f"{reviewing.merge(source, rows)} extraits n’en font plus qu’un."


def _leave_out(source, rows, post):
    return _said(reviewing.leave_out(source, rows, post.get("motif", "")), "laissée", " de côté")


GESTURES = {
    "ranger": _arrange,
    "fusionner": _merge,
    "ignorer": _leave_out,
    "reprendre": lambda source, rows, post: _said(reviewing.take_back(source, rows), "reprise"),
    "vu": lambda source, rows, post: _said(reviewing.seen(source, rows), "réglée"),
    "masquer": lambda source, rows, post: _said(reviewing.mask_alerts(source, rows), "masquée"),
    "remplacer": lambda source, rows, post: _said(reviewing.replace_former(source, rows), "réglée"),
}
