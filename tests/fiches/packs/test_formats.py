"""Each format as an independent reader finds it: structure, language, title, links, and what hostile texts become."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pikepdf
import pytest

from fiches.packs.document import (
    Blanks,
    Break,
    Contents,
    Document,
    Emph,
    Heading,
    Items,
    Link,
    Note,
    Paragraph,
    Strong,
    Table,
    Terms,
)
from fiches.packs.html import html_of
from fiches.packs.pdf import as_data
from fiches.packs.writing import FORMATS, write

from .readers import TEXT, W, opened_by_office, read_docx, read_epub, read_html, read_odt, read_pdf, words, words_of

READERS = {"pdf": read_pdf, "docx": read_docx, "odt": read_odt, "epub": read_epub}
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"


def document(**fields):
    blocks = (
        Paragraph(("L’essentiel en une phrase.",), "chapeau"),
        Heading(1, ("Pourquoi",), "pourquoi"),
        Paragraph(("Une raison", Note((Strong(("École",)), " — La raison dite."), 1), " ; ", Emph(("une autre",)))),
        Heading(2, ("Dès lundi",)),
        Items(((Paragraph(("Appeler",)),), (Paragraph(("Écrire",)),)), numbered=True, start=3),
        Items(((Paragraph(("Un stylo",)),),), boxes=True),
        Heading(1, ("Qui décide",), "decide"),
        Terms(((("Décide",), (Paragraph((Link(("La direction",), "https://example.org/acteurs/direction/"),)),)),)),
        Table(("Pour", "Gain"), ((("École",), ("Du temps",)), (("Centre",), ("Une place",)))),
        Blanks(("Le jour", "Qui rappelle qui"), lines=2),
    )
    told = {
        "title": "Faire le premier pas",
        "subtitle": "Fiche pratique",
        "description": "Ce qu’il faut savoir",
        "address": "https://example.org/fiches/premier-pas/",
        "blocks": blocks,
        "version": date(2026, 11, 22),
        "publisher": "Trait d’union",
        "colophon": (("Trait d’union · example.org",),),
    }
    return Document(**{**told, **fields})


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_content_gives_the_same_bytes(extension):
    assert write(document(), extension) == write(document(), extension)


@pytest.mark.parametrize("extension", FORMATS)
def test_every_kind_of_block_is_told(extension):
    told = document(blocks=(Contents(), *document().blocks, Break(), Paragraph(("Fin",))))
    found = READERS[extension](write(told, extension))
    assert found == words_of(told) + words("Pourquoi Qui décide")  # in the contents too


def test_a_heading_may_not_skip_a_level():
    with pytest.raises(ValueError, match="level 3"):
        document(blocks=(Heading(1, ("Un",)), Heading(3, ("Trois",))))


# --- PDF ---


def outline(pdf):
    with pdf.open_outline() as tree:
        return [(item.title, [child.title for child in item.children]) for item in tree.root]


def tags(node, found=None):
    """The names of the structure tree, in order."""
    found = [] if found is None else found
    if isinstance(node, pikepdf.Array):
        for child in node:
            tags(child, found)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        found.append(str(node.S))
        tags(node.get("/K", pikepdf.Array()), found)
    return found


def test_a_pdf_is_tagged_titled_and_in_french():
    pdf = pikepdf.open(io.BytesIO(write(document(), "pdf")))
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "fr-FR"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Faire le premier pas"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:description"] == "Ce qu’il faut savoir"
    assert outline(pdf) == [("Pourquoi", ["Dès lundi"]), ("Qui décide", [])]
    named = tags(pdf.Root.StructTreeRoot.K)
    for tag in ("/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Link", "/P"):
        assert tag in named, tag
    assert "/Note" in named or "/FENote" in named


def test_the_fonts_of_a_pdf_are_in_it():
    pdf = pikepdf.open(io.BytesIO(write(document(), "pdf")))
    fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)


def test_what_no_font_draws_costs_neither_the_text_nor_the_label():
    told = document(blocks=(Paragraph(("Bravo 🎉 à toutes",)),))
    pdf = pikepdf.open(io.BytesIO(write(told, "pdf")))
    with pdf.open_metadata() as metadata:
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert read_pdf(write(told, "pdf")) == words_of(told)


def test_a_script_without_font_costs_the_label_but_not_the_document(caplog):
    told = document(blocks=(Paragraph(("ᠮᠣᠩᠭᠣᠯ et bienvenue",)),))
    pdf = pikepdf.open(io.BytesIO(write(told, "pdf")))
    assert "without PDF/UA" in caplog.text
    assert bool(pdf.Root.MarkInfo.Marked)


def test_long_french_words_are_cut_where_french_cuts_them():
    long = ("L’accompagnement des apprentissages régulièrement réinterrogés collectivement. " * 12,)
    pdf = write(document(blocks=(Paragraph(long),), columns=2), "pdf")
    import pypdf

    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert re.search(r"(régu|réguliè|accompa|accompagne|apprentis|appren|collecti|réin|réinter)[-\u00ad]\n", text)


# --- Word and OpenDocument ---


def test_a_word_document_has_styles_notes_lists_and_the_language():
    found = parts(write(document(), "docx"))
    body, styles = ET.fromstring(found["word/document.xml"]), found["word/styles.xml"].decode()
    used = {style.get(f"{W}val") for style in body.iter(f"{W}pStyle")}
    assert {"Title", "Subtitle", "Heading1", "Heading2", "Chapeau"} <= used
    assert len(list(body.iter(f"{W}footnoteReference"))) == 1
    assert "La raison dite" in found["word/footnotes.xml"].decode()
    assert list(body.iter(f"{W}numPr"))
    assert list(body.iter(f"{W}tblHeader"))
    assert 'w:val="fr-FR"' in styles
    assert "https://example.org/acteurs/direction/" in found["word/_rels/document.xml.rels"].decode()
    page = next(body.iter(f"{W}pgSz"))
    assert (page.get(f"{W}w"), page.get(f"{W}h")) == ("11906", "16838")  # A4, in twentieths of a point
    core = found["docProps/core.xml"].decode()
    assert "Faire le premier pas" in core
    assert "Ce qu’il faut savoir" in core


def test_an_opendocument_has_styles_notes_lists_and_the_language():
    found = parts(write(document(), "odt"))
    body, styles = ET.fromstring(found["content.xml"]), found["styles.xml"].decode()
    levels = [heading.get(f"{TEXT}outline-level") for heading in body.iter(f"{TEXT}h")]
    assert levels[-3:] == ["1", "2", "1"]
    assert len(list(body.iter(f"{TEXT}note"))) == 1
    assert list(body.iter(f"{TEXT}list"))
    assert "table-header-rows" in found["content.xml"].decode()
    assert 'fo:language="fr"' in styles
    assert 'fo:country="FR"' in styles
    assert 'page-width="210mm"' in styles
    assert "https://example.org/acteurs/direction/" in found["content.xml"].decode()
    assert "Faire le premier pas" in found["meta.xml"].decode()


@pytest.mark.rendering
@pytest.mark.parametrize("extension", ["docx", "odt"])
def test_libreoffice_opens_it_and_prints_all_of_it(tmp_path, extension):
    told = document()
    pdf = opened_by_office(tmp_path, write(told, extension), extension)
    assert read_pdf(pdf) == words_of(told)


# --- EPUB ---


def test_an_epub_is_well_formed_and_holds_together():
    data = write(document(chapters=True, blocks=(Contents(), *document().blocks)), "epub")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
    found = parts(data)
    assert b"EPUB/content.opf" in found["META-INF/container.xml"]
    opf = ET.fromstring(found["EPUB/content.opf"])
    assert opf.find(f".//{DC}language").text == "fr-FR"
    assert opf.find(f".//{DC}title").text == "Faire le premier pas"
    assert opf.find(f".//{DC}identifier").text == "https://example.org/fiches/premier-pas/"
    items = {item.get("id"): item.get("href") for item in opf.iter(f"{OPF}item")}
    for href in items.values():
        assert f"EPUB/{href}" in found
    assert all(ref.get("idref") in items for ref in opf.iter(f"{OPF}itemref"))
    assert b"Qui d\xc3\xa9cide" in found["EPUB/nav.xhtml"]
    ids = {}
    for name in found:
        if name.endswith(".xhtml"):
            ids[name.removeprefix("EPUB/").removeprefix("text/")] = {
                e.get("id") for e in ET.fromstring(found[name]).iter() if e.get("id")
            }
    for name, text in found.items():
        if name.endswith(".xhtml"):
            here = name.removeprefix("EPUB/").removeprefix("text/")
            for target, anchor in re.findall(r'href="([^":#]*)#([^"]+)"', text.decode()):
                assert anchor in ids[target.removeprefix("text/") or here], (name, target, anchor)


# --- what people may have typed ---

HOSTILE = [
    '#import "/etc/passwd": x',
    "#read(sys.inputs.doc) $x^2$ @cite <label>",
    "= Titre ?",
    "</w:t><w:t>&amp;amp; ]]> <!-- --> <script>alert(1)</script>",
    "![image](/etc/passwd) [lien](javascript:alert(1)) `code` **gras** {=html}",
    "=HYPERLINK(http) +1 -1 @SUM",
    "\\input{x} \\begin{y} %commentaire ~ _souligné_ ^haut^",
    "\x00\x01\x0b\x1f\x7f\x85 nul \ud800 seul \ufffe rien",
    "ligne\nsuite\r\nfin\u2028encore",
    "a" * 5000,
]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_typed_text_comes_out_as_text_from_every_field(extension, typed):
    cell = (typed,)
    told = document(
        title=f"Titre {typed}",
        subtitle=typed,
        description=typed,
        publisher=typed,
        colophon=(cell,),
        chapters=True,
        blocks=(
            Contents(),
            Heading(1, cell, "un"),
            Paragraph(
                (typed, Note(cell, 1), " ", Strong(cell), " ", Emph(cell), " ", Link(cell, "https://x.example/"))
            ),
            Items((((Paragraph(cell)),),), boxes=True),
            Terms(((cell, (Paragraph(cell),)),)),
            Table((typed, typed), ((cell, cell),)),
            Blanks((typed,)),
        ),
    )
    data = write(told, extension)
    if len(typed) < 1000:  # a word without end is cut, or runs out of the page, as it may
        assert READERS[extension](data) == words_of(told)
    assert b"root:" not in data


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_typed_text_comes_out_as_text_on_the_page(typed):
    html = html_of(document(blocks=(Heading(1, (typed,)), Paragraph((typed,), "doux"), Blanks((typed,)))))
    assert "<script" not in html
    assert read_html(html) == words(" ".join([typed] * 3))


def test_the_press_receives_data_never_a_source():
    data = as_data(document(title="#panic()"))
    assert data["doc"]["title"] == "#panic()"


def test_a_document_says_nothing_of_this_machine():
    for extension in FORMATS:
        data = write(document(), extension)
        text = b"".join(parts(data).values()) if data[:2] == b"PK" else data
        assert b"/work" not in text
        assert b"/tmp" not in text
        assert b"/home" not in text


def test_columns_and_chapters_change_the_page_not_the_words():
    for told in (document(columns=2), document(columns=2, chapters=True), replace(document(), version=None)):
        assert read_pdf(write(told, "pdf")) == words_of(replace(told, chapters=False))
