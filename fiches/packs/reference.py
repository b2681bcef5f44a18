"""What our .docx and .odt look like: one table of styles, put in the reference documents that pandoc starts from.

pandoc's own reference documents are American letters in a theme's fonts. Here they become A4 in two faces that
every office suite has or replaces by one of the same width. Nothing is drawn by hand in a binary file.
"""

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree as ET

from fiches import pandoc

SERIF, SANS = "Georgia", "Arial"
INK, SOFT, TRAIT = "1f1a17", "57504a", "5d2450"  # the site's colours on paper (static/css/tokens.css)
A4 = (210, 297)  # mm
MARGIN = 20  # mm, all around


@dataclass(frozen=True)
class Look:
    """One paragraph style. Sizes and spaces in points."""

    size: float = 10.5
    face: str = SANS
    colour: str = INK
    bold: bool = False
    italic: bool = False
    before: float = 0
    after: float = 4
    keep: bool = False  # with what follows


HEADING = {"face": SERIF, "keep": True}
# Names of Word → name of OpenDocument → look. The last three are ours: see `office.py`.
LOOKS = {
    ("Title", "Title"): Look(24, colour=TRAIT, after=4, **HEADING),
    ("Subtitle", "Subtitle"): Look(11, colour=SOFT, after=10, **HEADING),
    ("heading 1", "Heading 1"): Look(16, colour=TRAIT, before=16, after=4, **HEADING),
    ("heading 2", "Heading 2"): Look(13, before=12, after=3, **HEADING),
    ("heading 3", "Heading 3"): Look(11.5, before=8, after=2, **HEADING),
    ("heading 4", "Heading 4"): Look(10.5, before=6, after=2, bold=True, **HEADING),
    ("Body Text", "Text body"): Look(after=5),
    ("First Paragraph", "First paragraph"): Look(after=5),
    ("Compact", "Table Contents"): Look(after=2),
    ("footnote text", "Footnote"): Look(9, after=1),
    ("Definition Term", "Definition Term"): Look(bold=True, before=4, after=0, keep=True),
    ("Definition", "Definition Definition"): Look(after=3),
    ("Chapeau", "Chapeau"): Look(13, face=SERIF, after=8),
    ("Parole", "Parole"): Look(face=SERIF, italic=True, after=5),
    ("Doux", "Doux"): Look(9.5, colour=SOFT, after=4),
}
SAUT = "Saut"  # an empty line that begins a page
TIGHT = {"Definition Term": "Definition Term Tight", "Definition Definition": "Definition Definition Tight"}

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@cache
def reference(extension, chapters):
    """The reference document (bytes) for `extension`, docx or odt. `chapters`: each first heading begins a page."""
    data = pandoc.run("--print-default-data-file", f"reference.{extension}", data=b"")
    parts = _unzip(data)
    (_dress_docx if extension == "docx" else _dress_odt)(parts, chapters)
    return _zip(parts)


def _unzip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            # The first part of an OpenDocument says what it is, and is not compressed (ODF 1.2, part 3, 3.3).
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return made.getvalue()


def _parse(data):
    """The root of an XML part that keeps its own prefixes when it is written again."""
    for _, (prefix, uri) in ET.iterparse(io.BytesIO(data), ["start-ns"]):  # noqa: S314 pandoc's own file
        ET.register_namespace(prefix, uri)
    return ET.fromstring(data)  # noqa: S314


def _write(root):
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


# --- Word ---------------------------------------------------------------------------------------------------------


def _w(name, **attributes):
    return ET.Element(f"{{{W}}}{name}", {f"{{{W}}}{key}": str(value) for key, value in attributes.items()})


def _dress_docx(parts, chapters):
    root = _parse(parts["word/styles.xml"])
    named = {style.find(f"{{{W}}}name").get(f"{{{W}}}val"): style for style in root.iter(f"{{{W}}}style")}
    for (name, _), look in LOOKS.items():
        style = named.get(name)
        if style is None:
            style = _new_docx_style(root, name)
        first = chapters and name == "heading 1"
        _set_docx_look(style, look, _w("pageBreakBefore") if first else None)
    for colour in named["Hyperlink"].iter(f"{{{W}}}color"):
        colour.attrib.clear()
        colour.set(f"{{{W}}}val", TRAIT)
    _set_docx_look(_new_docx_style(root, SAUT), Look(2, after=0), _w("pageBreakBefore"))
    parts["word/styles.xml"] = _write(root)
    _number_docx_pages(parts)


def _new_docx_style(root, name):
    style = ET.SubElement(root, f"{{{W}}}style", {f"{{{W}}}type": "paragraph", f"{{{W}}}customStyle": "1"})
    style.set(f"{{{W}}}styleId", name)
    style.append(_w("name", val=name))
    style.append(_w("basedOn", val="BodyText"))
    style.append(_w("qFormat"))
    return style


def _set_docx_look(style, look, more=None):
    """The order of the children is that of the schema (ECMA-376, 17.3.1.26 and 17.3.2.28)."""
    for old in [*style.findall(f"{{{W}}}pPr"), *style.findall(f"{{{W}}}rPr")]:
        style.remove(old)
    paragraph, run = _w("pPr"), _w("rPr")
    if look.keep:
        paragraph.extend([_w("keepNext"), _w("keepLines")])
    if more is not None:
        paragraph.append(more)
    paragraph.append(_w("spacing", before=round(look.before * 20), after=round(look.after * 20)))
    kind, _, level = style.find(f"{{{W}}}name").get(f"{{{W}}}val").partition(" ")
    if kind == "heading":
        paragraph.append(_w("outlineLvl", val=int(level) - 1))
    run.append(_w("rFonts", ascii=look.face, hAnsi=look.face, cs=look.face))
    run.extend([_w(name) for name, is_on in (("b", look.bold), ("i", look.italic)) if is_on])
    half_points = round(look.size * 2)
    run.extend([_w("color", val=look.colour), _w("sz", val=half_points), _w("szCs", val=half_points)])
    style.extend([paragraph, run])


FOOTER = (
    f'<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:jc w:val="right"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
).encode()
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _number_docx_pages(parts):
    """A4, its margins, and a footer with the number of the page."""
    parts["word/footer1.xml"] = FOOTER
    rels = _parse(parts["word/_rels/document.xml.rels"])
    link = {"Id": "rIdFooter1", "Type": f"{R}/footer", "Target": "footer1.xml"}
    ET.SubElement(rels, f"{{{_PACKAGE}/relationships}}Relationship", link)
    parts["word/_rels/document.xml.rels"] = _write(rels)
    types = _parse(parts["[Content_Types].xml"])
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    part = {"PartName": "/word/footer1.xml", "ContentType": kind}
    ET.SubElement(types, f"{{{_PACKAGE}/content-types}}Override", part)
    parts["[Content_Types].xml"] = _write(types)

    root = _parse(parts["word/document.xml"])
    section = root.find(f".//{{{W}}}sectPr")
    section.clear()
    footer = _w("footerReference", type="default")
    footer.set(f"{{{R}}}id", "rIdFooter1")
    width, height, margin = (round(mm * 1440 / 25.4) for mm in (*A4, MARGIN))
    sides = dict.fromkeys(("top", "right", "bottom", "left"), margin)
    section.extend([footer, _w("pgSz", w=width, h=height), _w("pgMar", **sides, header=709, footer=567, gutter=0)])
    parts["word/document.xml"] = _write(root)


# --- OpenDocument -------------------------------------------------------------------------------------------------

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
STYLE, FO, OFFICE = f"{_ODF}:style:1.0", f"{_ODF}:xsl-fo-compatible:1.0", f"{_ODF}:office:1.0"


def _dress_odt(parts, chapters):
    root = _parse(parts["styles.xml"])
    styles = root.find(f"{{{OFFICE}}}styles")
    named = {style.get(f"{{{STYLE}}}name"): style for style in styles.iter(f"{{{STYLE}}}style")}
    for (_, name), look in LOOKS.items():
        for same in (name, *([TIGHT[name]] if name in TIGHT else ())):
            style = named.get(same.replace(" ", "_20_"))
            if style is None:
                style = _new_odt_style(styles, same)
            _set_odt_look(style, look, starts_page=chapters and name == "Heading 1")
    _set_odt_look(_new_odt_style(styles, SAUT), Look(2, after=0), starts_page=True)
    page = root.find(f".//{{{STYLE}}}page-layout-properties")
    width, height = A4
    page.set(f"{{{FO}}}page-width", f"{width}mm")
    page.set(f"{{{FO}}}page-height", f"{height}mm")
    for side in ("top", "bottom", "left", "right"):
        page.set(f"{{{FO}}}margin-{side}", f"{MARGIN}mm")
    parts["styles.xml"] = _write(root)


def _new_odt_style(styles, name):
    attributes = {"name": name.replace(" ", "_20_"), "display-name": name, "family": "paragraph"}
    attributes["parent-style-name"] = "Text_20_body"
    return ET.SubElement(styles, f"{{{STYLE}}}style", {f"{{{STYLE}}}{k}": v for k, v in attributes.items()})


def _set_odt_look(style, look, starts_page=False):
    for old in list(style):
        style.remove(old)
    paragraph = {"margin-top": f"{look.before}pt", "margin-bottom": f"{look.after}pt"}
    if look.keep:
        paragraph["keep-with-next"] = "always"
    if starts_page:
        paragraph["break-before"] = "page"
    text = {
        "font-family": look.face,
        "font-size": f"{look.size}pt",
        "color": f"#{look.colour}",
        "font-weight": "bold" if look.bold else "normal",
        "font-style": "italic" if look.italic else "normal",
    }
    for kind, values in (("paragraph", paragraph), ("text", text)):
        ET.SubElement(style, f"{{{STYLE}}}{kind}-properties", {f"{{{FO}}}{k}": v for k, v in values.items()})
