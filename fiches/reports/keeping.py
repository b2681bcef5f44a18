"""What is kept of an imported file, and how long: thirty days after its excerpts are written, then nothing."""

from datetime import timedelta

from django.utils import timezone

from ..models import Import
from ..models.imports import KEPT, private_storage

_ORPHAN = timedelta(days=1)  # a file that no row names: its row was undone, or its process killed


def purge():
    """Erase the files and passages whose time has come, and files without a row: how many of each."""
    sources, orphans = due(), _orphans()
    for source in sources:
        source.erase()
    for name in orphans:
        private_storage.delete(name)
    return len(sources), len(orphans)


def to_purge():
    """What `purge()` would erase: how many imports, how many files without a row."""
    return len(due()), len(_orphans())


def due():
    """The imports whose file and passages have been kept long enough."""
    return list(Import.objects.filter(ecrit_le__lte=timezone.now() - KEPT).exclude(fichier=""))


def discard(source):
    """Forget an import that is not written: its review, its file."""
    storage, name = source.fichier.storage, source.fichier.name
    source.delete()
    storage.delete(name)


def _orphans():
    if not private_storage.exists(""):
        return []
    known = set(Import.objects.exclude(fichier="").values_list("fichier", flat=True))
    return [
        name
        for name in private_storage.listdir("")[1]
        if name not in known and timezone.now() - private_storage.get_modified_time(name) > _ORPHAN
    ]
