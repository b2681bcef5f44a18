"""The file of a backup: a zip, whose last member is a manifest that says what the others must be.

    LISEZMOI.txt               what this is, for whoever finds it
    tables/fiches.Fiche.jsonl  a row a line (see `rows`)
    media/…                    the files
    manifest.json              format, date, migrations; for each table its columns, rows, checksums; for each file too

A zip and lines of JSON are read without us. Sums guard against accidents: whoever can write in the archive can write
sums too.
"""

import json
import os
import struct
import zlib
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from hashlib import sha256
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings

from . import sealing
from .rows import Refused, Tally

FORMAT = 1
MANIFEST = "manifest.json"
README = "LISEZMOI.txt"
_PIECE = 1 << 18  # bytes at a time
_MANIFEST_MOST = 64 << 20  # bytes


def table_member(label):
    return f"tables/{label}.jsonl"


def file_member(name):
    return f"media/{name}"


def fingerprint(manifest):
    """16 hexadecimal digits: two archives of the same rows and files have the same, whatever engine and day."""
    tables = sorted((label, record["rows"], record["checksum"]) for label, record in manifest["tables"].items())
    files = sorted((name, record["sha256"]) for name, record in manifest["files"].items())
    return sha256(json.dumps([tables, files]).encode()).hexdigest()[:16]


@contextmanager
def whole_file(path):
    """Yields a binary file that takes the name `path` once it is whole and on the disk: until then, and if something
    fails, no archive is there. Only its owner may read it. Raises FileExistsError rather than write over one.
    """
    partial = partial_of(path)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            raise FileExistsError(f"{path} exists")
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def partial_of(path):
    return path.with_name(f".{path.name}.partial")


class Writer:
    """Puts members one after the other into `stream`, which need not be seekable. The manifest is the last one."""

    def __init__(self, stream):
        self._zip = ZipFile(stream, "w", ZIP_DEFLATED)
        self._now = datetime.now(UTC).timetuple()[:6]

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is None:
            self._zip.close()
        else:
            with suppress(Exception):  # it writes its end, perhaps on the disk that was full: the first error is told
                self._zip.close()

    @contextmanager
    def _member(self, name):
        info = ZipInfo(name, self._now)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:
            yield member

    def text(self, name, text):
        with self._member(name) as member:
            member.write(text.encode())

    def table(self, label, lines):
        """Write the lines of a table; what the manifest says of them."""
        tally, digest = Tally(), sha256()
        with self._member(table_member(label)) as member:
            for line in lines:
                tally.add(line)
                digest.update(line + b"\n")
                member.write(line + b"\n")
        return {"rows": tally.account.rows, "checksum": tally.account.checksum, "sha256": digest.hexdigest()}

    def file(self, name, stream):
        """Copy an open file; what the manifest says of it."""
        digest, size = sha256(), 0
        with self._member(file_member(name)) as member:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        return {"size": size, "sha256": digest.hexdigest()}

    def manifest(self, manifest):
        self.text(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


@contextmanager
def reading(path):
    """Yields the `Archive` in the file `path`, decrypted with BACKUP_KEY if it needs be.

    Raises Refused for what is not a whole archive of a format that we know. It is not checked yet: `Archive.check`.
    """
    with open(path, "rb") as stream:
        is_sealed = stream.read(len(sealing.MAGIC)) == sealing.MAGIC
        stream.seek(0)
        with sealing.opened(stream, settings.BACKUP_KEY) if is_sealed else nullcontext(stream) as clear:
            with _damage_refused():
                archive = Archive(ZipFile(clear))
            yield archive


@contextmanager
def _damage_refused():
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, KeyError, struct.error) as error:
        raise Refused(f"The archive is damaged or incomplete: {str(error).rstrip('.')}.") from error


class Archive:
    """An archive that is open: its manifest, its lines, its files."""

    def __init__(self, zip_file):
        self._zip = zip_file
        self._members = {info.filename: info for info in zip_file.infolist()}
        if len(self._members) != len(zip_file.infolist()):
            raise Refused("The archive is damaged: it names the same member twice.")
        self.manifest = self._read_manifest()

    def _read_manifest(self):
        info = self._members.get(MANIFEST)
        if info is None or info.file_size > _MANIFEST_MOST:
            raise Refused("This is not a backup of this site, or its end is missing: it has no manifest.")
        try:
            manifest = json.loads(self._zip.read(info))
            if manifest["format"] != FORMAT:
                raise Refused(
                    f"The archive is of format {manifest['format']}, made by version {manifest['version']}: "
                    f"this version reads format {FORMAT}."
                )
            for record in manifest["tables"].values():
                record["columns"], record["rows"], record["checksum"], record["sha256"], record["last_number"]
            for record in manifest["files"].values():
                record["size"], record["sha256"], record["mode"] & 0
            for app, names in manifest["migrations"].items():
                app + "".join(names)
            for key in ("made_at", "engine", "lost"):
                manifest[key]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(f"The archive’s manifest cannot be understood: {error!r}") from error
        return manifest

    @property
    def tables(self):
        """{model’s label: its record}"""
        return self.manifest["tables"]

    @property
    def files(self):
        """{path below MEDIA_ROOT: its record}"""
        return self.manifest["files"]

    def lines(self, label):
        """The rows of a table as bytes, without their ends."""
        with _damage_refused(), self._zip.open(self._members[table_member(label)]) as member:
            for line in member:
                yield line.rstrip(b"\n")

    def pieces(self, name):
        """The bytes of a file, piece by piece."""
        with _damage_refused(), self._zip.open(self._members[file_member(name)]) as member:
            while piece := member.read(_PIECE):
                yield piece

    def check(self):
        """Read all of it. Raises Refused at the first member that is not what the manifest says."""
        told = {table_member(label) for label in self.tables} | {file_member(name) for name in self.files}
        if wrong := told ^ (self._members.keys() - {MANIFEST, README}):
            raise Refused(f"The archive is not whole: {min(wrong)} is missing, or is not in the manifest.")
        for label, record in self.tables.items():
            tally, digest = Tally(), sha256()
            for line in self.lines(label):
                tally.add(line)
                digest.update(line + b"\n")
            said = (record["rows"], record["checksum"], record["sha256"])
            if (*tally.account, digest.hexdigest()) != said:
                raise Refused(f"The archive is damaged: {table_member(label)} is not what its manifest says.")
        for name, record in self.files.items():
            digest = sha256()
            for piece in self.pieces(name):
                digest.update(piece)
            if digest.hexdigest() != record["sha256"]:
                raise Refused(f"The archive is damaged: {file_member(name)} is not what its manifest says.")
