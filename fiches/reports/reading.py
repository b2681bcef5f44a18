"""A file, its bytes and its name → a `Report`. Every refusal is a `ReportRefused`, in French, that says what to do."""

import codecs
import hashlib
import re
from pathlib import PurePath
from xml.etree import ElementTree

from .archives import BROKEN, LOCKED, open_archive
from .documents import read_document
from .lines import Line, Report, ReportRefused, ink

MAX_SIZE = 20_000_000  # bytes
MAX_LINES = 50_000
MAX_LINE = 100_000  # characters
TEXTS = {"txt": "txt", "text": "txt", "md": "md", "markdown": "md"}
DOCUMENTS = ("docx", "odt")

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")  # old .doc, and any .docx with a password
_SIGNATURES = {
    b"%PDF": "un PDF. Importez le document d’origine (.docx, .odt), ou copiez son texte dans un fichier .txt",
    b"{\\rtf": "un document RTF. Enregistrez-le au format .docx ou .odt",
    b"PK\x03\x04": "un document compressé. Si c’est un document Word ou LibreOffice, nommez-le en .docx ou .odt",
    _OLE: "un ancien document Office. Enregistrez-le au format .docx",
    b"\x89PNG": "une image. Importez le texte du compte rendu",
    b"\xff\xd8\xff": "une image. Importez le texte du compte rendu",
}
_HINTS = {
    "doc": "Ouvrez-le dans Word ou LibreOffice et enregistrez-le au format .docx.",
    "docm": "Il peut contenir des macros : enregistrez-le au format .docx.",
    "rtf": "Enregistrez-le au format .docx ou .odt.",
    "pdf": "Importez le document d’origine, ou copiez son texte dans un fichier .txt.",
    "pages": "Exportez-le au format .docx.",
}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_report(data, name):
    """The `Report` that these bytes hold; `name` only gives the extension and is shown to people.

    Raises `ReportRefused`: too big, empty, unknown or false extension, unsafe or unreadable content.
    """
    name = PurePath(name.replace("\\", "/")).name
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    _check_file(data, name, extension)
    unread = 0
    if extension in TEXTS:
        lines, kind = read_text(data, name), TEXTS[extension]
    else:
        parts, kind = open_archive(data, extension), extension
        lines = read_document(data, extension)
        unread = max(0, _ink_of_docx(parts) - sum(ink(line.text) for line in lines)) if extension == "docx" else 0
    if not any(ink(line.text) for line in lines):
        raise ReportRefused(f"« {name} » ne contient aucun texte.")
    if len(lines) > MAX_LINES:
        raise ReportRefused(f"« {name} » compte plus de {MAX_LINES} lignes : découpez-le.")
    if any(len(line.text) > MAX_LINE for line in lines):
        raise ReportRefused(f"« {name} » contient un paragraphe de plus de {MAX_LINE} caractères : découpez-le.")
    return Report(name, kind, lines, hashlib.sha256(data).hexdigest(), unread)


def _check_file(data, name, extension):
    if not data:
        raise ReportRefused(f"« {name} » est vide.")
    if len(data) > MAX_SIZE:
        raise ReportRefused(f"« {name} » dépasse {MAX_SIZE // 1_000_000} Mo. Retirez ses images, puis réessayez.")
    if extension not in TEXTS and extension not in DOCUMENTS:
        hint = _HINTS.get(extension, "")
        raise ReportRefused(
            f"« {name} » : seuls les fichiers .docx, .odt, .txt et .md peuvent être importés. {hint}".strip()
        )
    if extension in DOCUMENTS and data.startswith(_OLE):
        raise ReportRefused(f"{LOCKED} Si c’est un ancien .doc renommé, enregistrez-le au format .docx.")
    if extension in DOCUMENTS and not data.startswith(b"PK"):
        raise ReportRefused(f"« {name} » n’est pas un document .{extension}, malgré son nom. {BROKEN}")


def read_text(data, name):
    """The lines of a text file, whatever its encoding. Raises `ReportRefused` on anything but text."""
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise ReportRefused(f"« {name} » est en réalité {what}.")
    text = decode(data, name)
    noise = len(_CONTROL.findall(text))
    if "\0" in text or noise > 5 + len(text) / 1000:
        raise ReportRefused(f"« {name} » n’est pas du texte : il contient des octets illisibles.")
    return tuple(Line(number, line) for number, line in enumerate(re.split("\r\n|\n|\r", text), start=1))


def decode(data, name):
    """Text from bytes: a byte order mark, else UTF-16 by its zeros, else UTF-8, else Windows' cp1252."""
    boms = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    encodings = ["utf-8", "cp1252"]
    for bom, encoding in boms:
        if data.startswith(bom):
            data, encodings = data[len(bom) :], [encoding]
            break
    else:
        if b"\0" in data[:1000]:
            encodings = _utf16_by_zeros(data[:1000])
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReportRefused(f"L’encodage de « {name} » n’est pas reconnu. Enregistrez-le en UTF-8, puis réessayez.")


def _utf16_by_zeros(start):
    """The byte order of a UTF-16 text without mark: one byte in two is mostly zero. Nothing for other bytes."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) / 6 or min(even, odd) > max(even, odd) / 3:
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _ink_of_docx(parts):
    """The ink that a .docx holds outside its margins, deletions left out: what reading should have found."""
    total = 0
    for name, data in parts.items():
        if not re.fullmatch(r"word/(document\d*|footnotes|endnotes)\.xml", name):
            continue
        try:
            root = ElementTree.fromstring(data)  # noqa: S314 — DTD and entities were refused before
        except ElementTree.ParseError as error:
            raise ReportRefused(BROKEN) from error
        total += sum(ink(node.text or "") for node in root.iter(f"{_W}t"))
        fallback = root.iter("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
        total -= sum(ink(node.text or "") for copy in fallback for node in copy.iter(f"{_W}t"))
    return total
