"""Is a .docx or an .odt what it says, and safe to open? Looked at before any program reads it.

Nothing is trusted of what the archive says of itself: every part is really unpacked, within limits, and thrown away.
"""

import io
import re
import zipfile
import zlib

from .lines import ReportRefused

MAX_UNPACKED = 100_000_000  # bytes, all parts together
MAX_XML = 40_000_000  # bytes, one part
MAX_RATIO = 200  # unpacked to packed, for a part over a million bytes: text gives 20
MAX_PARTS = 5_000
_CHUNK = 1 << 16

BOMB = "Ce document se déplie en un volume anormal : il n’a pas été lu."
BROKEN = "Ce fichier est abîmé ou n’est pas un vrai document. Ouvrez-le, enregistrez-le à nouveau, puis réessayez."
LOCKED = "Ce document est protégé par un mot de passe. Enregistrez-le sans protection, puis réessayez."
MACROS = "Ce document contient des macros. Enregistrez-le au format .docx ou .odt sans macros, puis réessayez."
ENTITIES = "Ce document contient des déclarations XML interdites (DTD, entités) : il n’a pas été lu."


def open_archive(data, extension):
    """{name: bytes} of the XML parts of a document. Raises `ReportRefused` if it is not safe, or not what it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_list(archive)
            parts = _unpack(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ReportRefused(BROKEN) from error
    _check_xml(parts)
    (_check_docx if extension == "docx" else _check_odt)(parts)
    return parts


def _check_list(archive):
    infos = archive.infolist()
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise ReportRefused(BOMB)
    for info in infos:
        if info.flag_bits & 1:
            raise ReportRefused(LOCKED)
        name = info.filename.casefold()
        if name.endswith("vbaproject.bin") or _is_office_script(name):
            raise ReportRefused(MACROS)


def _is_office_script(name):
    """A macro of an .odt. Its empty library of macros is no macro."""
    return bool(re.match(r"(basic/.+/(?!script-l[bc]\.xml).+\.xml|scripts/.+[^/])$", name))


def _unpack(archive):
    parts, total = {}, 0
    for info in archive.infolist():
        is_xml = info.filename.endswith((".xml", ".rels")) or info.filename == "mimetype"
        kept, size = [], 0
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                total += len(chunk)
                if total > MAX_UNPACKED or (is_xml and size > MAX_XML):
                    raise ReportRefused(BOMB)
                if size > 1_000_000 and size > MAX_RATIO * max(info.compress_size, 1):
                    raise ReportRefused(BOMB)
                if is_xml:
                    kept.append(chunk)
        if is_xml:
            parts[info.filename] = b"".join(kept)
    return parts


def _check_xml(parts):
    for data in parts.values():
        bare = data.replace(b"\0", b"")  # in UTF-16 too
        if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
            raise ReportRefused(ENTITIES)


def _check_docx(parts):
    types = parts.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types:
        raise ReportRefused(MACROS)
    if b"wordprocessingml" not in types or not any(name.startswith("word/document") for name in parts):
        if parts.get("mimetype", b"").startswith(b"application/vnd.oasis"):
            raise ReportRefused("Ce fichier n’est pas un .docx mais un document LibreOffice : nommez-le en .odt.")
        raise ReportRefused("Ce fichier n’est pas un document Word (.docx), malgré son nom.")


def _check_odt(parts):
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise ReportRefused(LOCKED)
    if parts.get("mimetype", b"").strip() != b"application/vnd.oasis.opendocument.text" or "content.xml" not in parts:
        if "[Content_Types].xml" in parts:
            raise ReportRefused("Ce fichier n’est pas un .odt mais un document Word : nommez-le en .docx.")
        raise ReportRefused("Ce fichier n’est pas un document texte LibreOffice (.odt), malgré son nom.")
