"""The files of MEDIA_ROOT: which ones a backup takes, and how they are put back."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath

from django.db.models import FileField

from .rows import Refused, kept_models

_STAGE = ".restoring-"  # a folder of MEDIA_ROOT: files are made whole there, and then only renamed


def present(root):
    """The paths below `root` (a Path) of the files that are there, sorted: text with `/` between folders."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(_STAGE)]
        paths = (Path(folder, name) for name in names)
        found += [path.relative_to(root).as_posix() for path in paths if path.is_file()]
    return sorted(found)


def named(apps, using, root):
    """The files that rows name, as paths below `root`: a backup without one of them would not be of one moment."""
    found = set()
    for model in kept_models(apps):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                names = model._base_manager.using(using).exclude(**{field.name: ""}).values_list(field.name, flat=True)
                found |= {Path(os.path.relpath(field.storage.path(name), root)).as_posix() for name in names if name}
    return found


def refuse_strays(names):
    """Raises Refused if a name would lead outside MEDIA_ROOT, or over what we put there ourselves."""
    for name in names:
        path = PurePosixPath(name)
        plain = path.as_posix() == name and not path.is_absolute() and ".." not in path.parts and path.parts
        if not plain or "\\" in name or "\0" in name or path.parts[0].startswith(_STAGE):
            raise Refused(f"The archive names a file that may not be written: {name!r}")


@contextmanager
def staged(archive, root):
    """Write the archive’s files, checked, in a folder beside their places; yields the function that puts them there.

    What can fail for lack of room fails before the database is touched. Files that the archive does not name stay.
    """
    refuse_strays(archive.files)
    if not archive.files:
        yield lambda: None
        return
    root.mkdir(parents=True, exist_ok=True)
    for abandoned in root.glob(f"{_STAGE}*"):  # by a restoration that was killed
        shutil.rmtree(abandoned)
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=root))
    try:
        for name, record in archive.files.items():
            _write(stage / name, archive.pieces(name), record)
        yield lambda: _put(stage, root, archive.files)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write(path, pieces, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    with open(path, "xb") as stream:
        for piece in pieces:
            digest.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    if digest.hexdigest() != record["sha256"]:
        raise Refused(f"media/{path.name} changed while it was read.")
    path.chmod(record["mode"] & 0o666 | 0o600)


def _put(stage, root, files):
    for name, record in files.items():
        private = not record["mode"] & 0o077
        for folder in reversed((root / name).relative_to(root).parents[:-1]):
            if not (root / folder).is_dir():
                (root / folder).mkdir(mode=0o700 if private else 0o755)
        os.replace(stage / name, root / name)
