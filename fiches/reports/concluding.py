"""A reviewed import → the `Atelier` and its `Extrait`s, in one transaction: all of it, or nothing."""

from dataclasses import replace

from django.utils import timezone

from acteurs.stamp import editing

from ..models import Destin, Extrait, Import, Sort
from .lines import ReportRefused
from .masking import bare_ink
from .outcome import Unbalanced
from .writing import NewExtrait, add_extraits, write_atelier

REPLACED = "Remplacé par la version corrigée du compte rendu."
ABSENT = "Absent de la version corrigée du compte rendu."


def conclude(source, new=None):
    """Write what was reviewed; (workshop, number of excerpts written). `new`: the `NewAtelier`, whose `sha256` is
    the file's; None when the file corrects the report of a workshop, which then receives what is new.

    Raises `ReportRefused`: already written, something unsettled, or whatever `write_atelier` refuses. Nothing that
    exists is overwritten: an excerpt that another replaces is set aside, with the reason.
    """
    with editing():
        source = Import.objects.select_for_update().get(pk=source.pk)
        if source.ecrit_le:
            raise ReportRefused("Les extraits de ce compte rendu sont déjà écrits.")
        rows = list(source.passages.select_related("ancien"))
        _check(source, rows)
        extraits = [_new(row) for row in rows if row.destin == Destin.SEGMENT]
        if source.atelier_id:
            atelier = source.atelier
            add_extraits(atelier, extraits)
            _set_aside(rows)
        else:
            atelier = write_atelier(replace(new, sha256=source.sha256), extraits)
        source.bilan = source.account()
        source.atelier, source.ecrit_le = atelier, timezone.now()
        source.save(update_fields=["bilan", "atelier", "ecrit_le"])
    return atelier, len(extraits)


def _check(source, rows):
    if waiting := sum(1 for row in rows if row.a_regler):
        some = "1 ligne reste" if waiting == 1 else f"{waiting} lignes restent"
        raise ReportRefused(f"{some} à régler : rien n’a été écrit. Elles sont en tête de la relecture.")
    counted = sum(row.encre for row in rows)
    if counted != source.total or any(row.encre < bare_ink(row.texte) for row in rows if row.destin != Destin.DISPARU):
        raise Unbalanced(f"{source.total} characters received, {counted} accounted for")


def _new(row):
    return NewExtrait(row.texte, row.voix or None, tuple(row.lignes), row.theme, row.nature)


def _set_aside(rows):
    """The former excerpts that a curator chose to replace or to let go; those set aside already keep their reason."""
    for row in rows:
        if row.remplace and row.ancien and row.ancien.etat == Sort.RETENU:
            row.ancien.etat = Sort.ECARTE
            row.ancien.motif = REPLACED if row.destin == Destin.SEGMENT else ABSENT
    Extrait.objects.bulk_update(
        [row.ancien for row in rows if row.remplace and row.ancien], ["etat", "motif"], batch_size=500
    )
