"""Independent readers of our files: none of them shares code with what wrote them."""

import io
import os
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pypdf
import pytest

from fiches.packs.document import dressed, texts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def words(text):
    """The words of `text`, counted. Figures are left out (notes and pages are numbered by each reader), and hyphens
    are closed up: a PDF does not tell the one of « rendez-vous » from the one of a line that ends."""
    text = re.sub(r"[-\u00ad\u2010\u2011]\s*", "", unicodedata.normalize("NFKC", text))
    return Counter(re.findall(r"[^\W\d_]+", text.casefold()))


def words_of(document):
    """The words that a `Document` holds, title and colophon included, chapters told once."""
    told = [document.title, document.subtitle, *texts(document.blocks), *texts(document.colophon)]
    if document.chapters:
        told += texts(document.contents)
    return words(" ".join(dressed(text) for text in told))


def rejoined(found, expected):
    """`found`, the two halves of a word made one again: a column may end, notes and all, in the middle of a word."""
    halves = set(found - expected)
    for word in (expected - found).elements():
        cuts = ((word[:i], word[i:]) for i in range(1, len(word)))
        if cut := next((cut for cut in cuts if halves.issuperset(cut)), None):
            found = found - Counter(cut) + Counter([word])
    return found


def read_pdf(data):
    """The words of a PDF, but those at the foot of every page."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return words("\n".join(re.sub(r"\n[^\n]*\d+ / \d+\s*$", "", page) for page in pages))


def _parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_docx(data):
    parts = _parts(data)
    told = []
    for name in ("word/document.xml", "word/footnotes.xml"):
        for paragraph in ET.fromstring(parts[name]).iter(f"{W}p"):
            told.append("".join(text.text or "" for text in paragraph.iter(f"{W}t")))
    return words("\n".join(told))


def read_odt(data):
    return words(_spaced(ET.fromstring(_parts(data)["content.xml"])))


def _spaced(root):
    """The text of a tree, its paragraphs apart."""
    told = []

    def walk(element):
        is_block = element.tag in {f"{TEXT}p", f"{TEXT}h", f"{TEXT}note"}
        told.append("\n" if is_block else "")
        told.append(" " if element.tag in {f"{TEXT}s", f"{TEXT}tab"} else element.text or "")
        for child in element:
            walk(child)
            told.append(child.tail or "")
        told.append("\n" if is_block else "")

    walk(root)
    return "".join(told)


class _Page(HTMLParser):
    APART = re.compile("p|li|dt|dd|h[1-6]|t[dhr]|div|section|small|button|a|b")

    def __init__(self):
        super().__init__()
        self.told = []

    def handle_starttag(self, tag, attrs=()):
        if self.APART.fullmatch(tag):
            self.told.append(" ")

    def handle_endtag(self, tag):
        self.handle_starttag(tag)

    def handle_data(self, data):
        self.told.append(data)


def read_html(html):
    page = _Page()
    page.feed(html)
    return words("".join(page.told))


def read_epub(data):
    """The words of the chapters of an EPUB, in the order of its spine."""
    parts = _parts(data)
    chapters = sorted(name for name in parts if re.fullmatch(r"EPUB/text/ch\d+\.xhtml", name))
    bodies = (re.search(r"<body.*</body>", parts[name].decode(), re.S)[0] for name in chapters)
    return read_html(" ".join(bodies))


def opened_by_office(tmp_path, data, extension):
    """The PDF (bytes) that LibreOffice makes of a document. Skips the test where there is no LibreOffice."""
    office = shutil.which("soffice")
    if not office:
        if os.environ.get("REQUIRE_OFFICE"):
            pytest.fail("No LibreOffice on this machine, and REQUIRE_OFFICE is set.")
        pytest.skip("NO LIBREOFFICE FOUND: documents were not opened by it.")
    source = tmp_path / f"document.{extension}"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (tmp_path / "document.pdf").read_bytes()
