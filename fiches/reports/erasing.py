"""Words taken out of an excerpt for good, and of all that still repeats them: the log, the passages of its import."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from ..models import Passage
from .lines import ReportRefused
from .masking import mask


def mask_extrait(extrait, words):
    """Mask `words` wherever they stand in an excerpt; how many times. Called inside `editing()`.

    Raises `ReportRefused` where they do not. The file that was imported still has them, until it is erased.
    """
    texte, count = mask(extrait.texte, words)
    if not count:
        raise ReportRefused("Ces mots ne se trouvent pas dans l’extrait : recopiez-les tels quels.")
    extrait.texte = texte
    extrait.save(update_fields=["texte"])
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(extrait), object_id=str(extrait.pk)
    )
    entries.update(object_repr=str(extrait)[:200])
    _mask_passages(extrait, words)
    return count


def _mask_passages(extrait, words):
    changed = []
    for row in Passage.objects.filter(source__atelier=extrait.atelier_id):
        row.texte, count = mask(row.texte, words)
        if count:
            row.alertes = [[code, what] for code, what in row.alertes if what in row.texte]
            changed.append(row)
    Passage.objects.bulk_update(changed, ["texte", "alertes"], batch_size=500)
