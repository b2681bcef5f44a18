"""The gestures of a review: each takes an `Import` locked by `reviewing()`, changes its passages, keeps the account.

Nothing is lost: words are moved, cut, joined or left aside with a reason, and each of these can be undone. Masking
alone is for good. Each gesture returns how many passages it changed.
"""

import re
from contextlib import contextmanager
from itertools import pairwise

from django.db import transaction

from ..models import Destin, Import, Passage
from .alerts import alerts_of
from .cutting import cut
from .lines import ReportRefused
from .masking import MASK, MASKS, bare_ink, mask, masked_spans

UNKNOWN_VOICE, SUPPOSED_VOICE = "voix-inconnue", "voix-supposee"
UNKNOWN_THEME, DEDUCED_THEME = "theme-inconnu", "theme-deduit"
CHANGED, GONE = "change", "disparu"
AS_IT_WAS = object()  # a choice that is left alone
_BATCH = 500
_ALERTS = ("alertes", "a_regler")
_SETTLED_BY = {"theme": (UNKNOWN_THEME, DEDUCED_THEME), "voix": (UNKNOWN_VOICE, SUPPOSED_VOICE), "nature": ()}


@contextmanager
def reviewing(pk):
    """The `Import` of this key, for one gesture at a time. Raises `ReportRefused` once its excerpts are written."""
    with transaction.atomic():
        source = Import.objects.select_for_update().get(pk=pk)
        if source.ecrit_le:
            raise ReportRefused("Les extraits de ce compte rendu sont déjà écrits : rien n’a été changé.")
        yield source
        source.version += 1
        source.save(update_fields=["version", "masques"])


def _save(rows, *fields):
    """Write these fields, which differ from row to row. Slow for thousands of rows: see `_set`."""
    Passage.objects.bulk_update(rows, fields, batch_size=_BATCH)
    return len(rows)


def _set(rows, **values):
    """Write the same values on all the rows: one query, where `_save` takes seconds for thousands of rows."""
    Passage.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
    return len(rows)


def _segments(rows):
    return [row for row in rows if row.destin == Destin.SEGMENT]


def arrange(source, rows, *, theme=AS_IT_WAS, voix=AS_IT_WAS, nature=AS_IT_WAS):
    """Say the theme (a number, or None), the voice, the nature of the segments among `rows`."""
    changed = _segments({row.pk: row for row in rows}.values())
    choices = {"theme": theme, "voix": voix, "nature": nature}
    choices = {name: value for name, value in choices.items() if value is not AS_IT_WAS}
    settled = [code for name in choices for code in _SETTLED_BY[name]]
    told = [row for row in changed if any(code in settled for code, _ in row.alertes)]
    for row in told:
        row.drop_alerts(*settled)
    _save(told, *_ALERTS)
    return _set(changed, **choices)


def announced(source, heads):
    """What these headings announce: a theme, up to the next theme; a voice, up to the next voice or theme; else up to
    the next heading."""
    heads = {row.pk for row in heads}
    if not heads:
        return []
    until = []  # what each open heading stops at
    below = set()
    for pk, destin, dit in source.passages.values_list("pk", "destin", "dit"):
        if destin == Destin.INTERTITRE:
            until = [stops for stops in until if not any(stop in dit for stop in stops)]
            if pk in heads:
                until.append(("theme",) if "theme" in dit else ("theme", "voix") if "voix" in dit else ("",))
        elif until:
            below.add(pk)
    return list(source.passages.filter(pk__in=below))


def seen(source, rows):
    """Settle what a person has looked at. A voice alone cannot be waved through: words need somebody who says them."""
    changed = [row for row in rows if row.a_regler]
    silent = [row for row in changed if row.destin == Destin.SEGMENT and not row.voix]
    for row in silent:
        row.set_alerts([(UNKNOWN_VOICE, "")])
    _set(changed, alertes=[], a_regler="", remplace=False)
    _save(silent, *_ALERTS)
    return len(changed)


def leave_out(source, rows, motif):
    """Leave segments and headings aside, for a reason that is kept. Raises `ReportRefused` without any."""
    motif = " ".join(motif.split())
    if not motif or len(motif) > Passage._meta.get_field("motif").max_length:
        raise ReportRefused("Dites pourquoi ces lignes sont laissées de côté, en 200 signes au plus.")
    changed = [row for row in rows if row.destin in (Destin.SEGMENT, Destin.INTERTITRE)]
    return _set(changed, destin=Destin.IGNORE, motif=motif, alertes=[], a_regler="")


def take_back(source, rows):
    """Make segments of what was a heading or left aside. Theme and voice: those of the line above."""
    changed = [row for row in rows if row.destin in (Destin.INTERTITRE, Destin.IGNORE)]
    if not changed:
        return 0
    told = {}
    above = (None, "")
    for pk, destin, theme, voix in source.passages.values_list("pk", "destin", "theme", "voix"):
        told[pk] = above
        if destin != Destin.IGNORE:
            above = (theme if theme is not None else above[0], voix or above[1])
    for row in changed:
        theme, voix = told[row.pk]
        row.destin, row.motif = Destin.SEGMENT, ""
        row.theme = theme if row.theme is None else row.theme
        row.voix = row.voix or voix
        alerts = [(alert.code, alert.what) for alert in alerts_of(row.texte)]
        alerts += [(UNKNOWN_THEME, "")] * (row.theme is None) + [(UNKNOWN_VOICE, "")] * (not row.voix)
        row.set_alerts(alerts)
    return _save(changed, "destin", "motif", "theme", "voix", *_ALERTS)


def merge(source, rows):
    """Join segments that follow one another: the first keeps its theme, its voice and its nature."""
    rows = sorted(_segments(rows), key=lambda row: row.ordre)
    if len(rows) < 2:
        raise ReportRefused("Pour fusionner, cochez au moins deux extraits qui se suivent.")
    between = source.passages.filter(ordre__range=(rows[0].ordre, rows[-1].ordre))
    if between.exclude(destin=Destin.IGNORE).exclude(pk__in=[row.pk for row in rows]).exists():
        raise ReportRefused("Ces lignes ne se suivent pas : on ne fusionne que des extraits voisins.")
    first, *others = rows
    known = {tuple(alert) for row in rows for alert in row.alertes}
    found = {(alert.code, alert.what) for row in rows for alert in alerts_of(row.texte)}
    first.texte = " ".join(row.texte for row in rows)
    straddling = [(a.code, a.what) for a in alerts_of(first.texte) if (a.code, a.what) not in found]
    first.set_alerts([*sorted(known), *straddling])
    first.encre = sum(row.encre for row in rows)
    first.lignes = sorted({line for row in rows for line in row.lignes})
    first.save()
    source.passages.filter(pk__in=[row.pk for row in others]).delete()
    return len(rows)


def split(source, row, at):
    """Cut a segment before the character `at`. What announced it (bullet, number, masked words) stays on the left."""
    if row.destin != Destin.SEGMENT:
        raise ReportRefused("Seul un extrait se coupe.")
    left, right = row.texte[:at].strip(), row.texte[at:].strip()
    if not left or not right:
        raise ReportRefused("Couper là ne laisserait rien d’un côté.")
    if any(start < at < end for start, end in masked_spans(row.texte)):
        raise ReportRefused("On ne coupe pas au milieu d’un passage masqué.")
    source.passages.shift(row.ordre, 1)
    new = Passage(
        source=source, ordre=row.ordre + 1, destin=row.destin, texte=right, encre=bare_ink(right), lignes=row.lignes,
        theme=row.theme, voix=row.voix, nature=row.nature, sous=row.sous,
    )  # fmt: skip
    new.set_alerts(_alerts_in(row.alertes, right))
    new.save()
    row.texte, row.encre = left, row.encre - new.encre
    row.set_alerts(_alerts_in(row.alertes, left))
    return _save([row], "texte", "encre", *_ALERTS)


def _alerts_in(alerts, text):
    """Of these alerts, those that still concern this part of the text."""
    return [(code, what) for code, what in alerts if code not in MASKS or what in text]


def mask_alerts(source, rows):
    """Mask, for good, the names, addresses and numbers that were pointed out in these passages."""
    changed = []
    for row in rows:
        told = [(code, what) for code, what in row.alertes if code in MASKS]
        if row.destin != Destin.SEGMENT or not told:
            continue
        for code, what in sorted(told, key=lambda alert: -len(alert[1])):
            row.texte, count = mask(row.texte, what, MASKS[code])
            source.masques += count
        row.drop_alerts(*MASKS)
        changed.append(row)
    return _save(changed, "texte", *_ALERTS)


def mask_words(source, row, words):
    """Mask, for good, these words wherever they stand in one passage. Raises `ReportRefused` where they do not."""
    row.texte, count = mask(row.texte, words, MASK)
    if not count:
        raise ReportRefused("Ces mots ne se trouvent pas dans le passage : recopiez-les tels quels.")
    source.masques += count
    row.set_alerts(_alerts_in(row.alertes, row.texte))
    _save([row], "texte", *_ALERTS)
    return count


def replace_former(source, rows):
    """In a corrected report: the new wording comes in, or nothing does, and the former excerpt will be set aside."""
    changed = [row for row in rows if row.ancien_id and any(code in (CHANGED, GONE) for code, _ in row.alertes)]
    for row in changed:
        row.remplace = True
        row.drop_alerts(CHANGED, GONE)
    return _save(changed, "remplace", *_ALERTS)


def cuts_of(texte):
    """[(place, what would stand on the right)]: where a passage may naturally be cut, at sentences and quotations."""
    places = {fragment.start for fragment in cut(texte, voice="post-its")}
    places |= {b for a, b in pairwise([0, *_sentences(texte)])}
    hidden = masked_spans(texte)
    kept = [at for at in sorted(places) if texte[:at].strip() and texte[at:].strip()]
    return [(at, texte[at:].strip()) for at in kept if not any(a < at < b for a, b in hidden)]


def _sentences(texte):
    """Where a sentence or a clause of a list begins, after the first."""
    return [
        i
        for i in range(2, len(texte))
        if texte[i - 1].isspace() and not texte[i].isspace() and texte[: i - 1].rstrip(" »”\xa0")[-1:] in (*".!?;:…",)
    ]


def place_in(texte, offset, typed):
    """Where to cut: `offset`, a place proposed, else before the first words of what follows, as a person typed them.

    Raises `ReportRefused` when the words are not there.
    """
    if offset and offset.isascii() and offset.isdecimal():
        return min(int(offset), len(texte))
    words = (typed or "").split()
    found = re.search(r"\s+".join(map(re.escape, words)), texte) if words else None
    if not found:
        raise ReportRefused("Écrivez les premiers mots de la seconde partie, tels qu’ils sont dans le passage.")
    return found.start()
