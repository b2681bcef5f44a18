"""A document → .docx, .odt and .epub, by pandoc.

What pandoc reads is its own tree in JSON, never a source: texts stay texts, whatever they hold.
"""

import json
import os
import tempfile
from pathlib import Path

from fiches import pandoc

from .document import (
    Blanks,
    Break,
    Contents,
    Emph,
    Heading,
    Items,
    Link,
    Note,
    Paragraph,
    Strong,
    Table,
    Terms,
    dressed,
)
from .reference import SAUT, reference

RULE = "_" * 40  # to write upon
BOX = "☐"
STYLES = {"chapeau": "Chapeau", "parole": "Parole", "doux": "Doux"}
NOBODY = ["", [], []]  # pandoc's « no identifier, no class, no attribute »
EPUB_HEAD = Path(__file__).with_name("epub_head.html")


def write_office(document, extension):
    """The file (bytes) of `document` as docx, odt or epub. Raises `pandoc.PandocFailed`."""
    tree = json.dumps(_tree(document, is_book=extension == "epub"), ensure_ascii=False).encode()
    arguments = ["--from", "json", "--to", extension, "--output", "-", "--standalone"]
    if extension == "epub":
        # As an include rather than by --css, which the sandbox does not open.
        arguments += ["--include-in-header", str(EPUB_HEAD), "--split-level=1", "--epub-title-page=false"]
        return pandoc.run(*arguments, data=tree)
    with tempfile.TemporaryDirectory(prefix="reference-") as folder:
        path = os.path.join(folder, f"reference.{extension}")
        Path(path).write_bytes(reference(extension, document.chapters))
        return pandoc.run(*arguments, "--reference-doc", path, data=tree)


def _tree(document, is_book):
    # In .docx and .odt a date or an author would be shown under the title; an EPUB must have its date.
    said = {
        "title": document.title,
        "subtitle": document.subtitle,
        "description": document.description,
        "publisher": document.publisher,
        "date": document.version.isoformat() if is_book and document.version else "",
        "lang": "fr-FR",
        "identifier": document.address,
        "toc-title": "Sommaire",
    }
    meta = {name: {"t": "MetaInlines", "c": _text(value)} for name, value in said.items() if value}
    # A table of contents of Word or Writer stays empty until one asks for it to be filled: ours is a list of links.
    told = (document.contents if isinstance(block, Contents) else block for block in document.blocks)
    blocks = [made for block in told for made in _block(block)]
    if is_book and document.subtitle:  # an EPUB has no place for it but its text
        blocks = [*_block(Paragraph((document.subtitle,), "doux")), *blocks]
    blocks += [block for inlines in document.colophon for block in _block(Paragraph(inlines, "doux"))]
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}


def _text(text):
    return [{"t": "Str", "c": dressed(text)}]


def _inlines(parts):
    return [made for part in parts for made in _inline(part)]


def _inline(part):
    if isinstance(part, str):
        return _text(part)
    if isinstance(part, Note):
        return [{"t": "Note", "c": [{"t": "Para", "c": _inlines(part.inlines)}]}]
    if isinstance(part, Link):
        return [{"t": "Link", "c": [NOBODY, _inlines(part.inlines), [part.url, ""]]}]
    kind = {Strong: "Strong", Emph: "Emph"}[type(part)]
    return [{"t": kind, "c": _inlines(part.inlines)}]


def _block(block):
    return _BLOCKS[type(block)](block)


def _heading(block):
    return [{"t": "Header", "c": [block.level, [block.anchor, [], []], _inlines(block.inlines)]}]


def _styled(style, blocks):
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def _paragraph(block):
    made = {"t": "Para", "c": _inlines(block.inlines)}
    return [_styled(STYLES[block.style], [made]) if block.style else made]


def _tight(blocks):
    """The blocks of a cell or of an item: its paragraphs without the space that stands between paragraphs."""
    made = [one for block in blocks for one in _block(block)]
    return [{"t": "Plain", "c": one["c"]} if one["t"] == "Para" else one for one in made]


def _items(block):
    items = [_tight(item) for item in block.items]
    if block.boxes:
        for item in items:
            item[0]["c"] = [*_text(f"{BOX} "), *item[0]["c"]]
    if block.numbered:
        return [{"t": "OrderedList", "c": [[block.start, {"t": "Decimal"}, {"t": "Period"}], items]}]
    return [{"t": "BulletList", "c": items}]


def _terms(block):
    return [{"t": "DefinitionList", "c": [[_inlines(term), [_tight(said)]] for term, said in block.pairs]}]


def _table(block):
    def cell(inlines):
        return [NOBODY, {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": _inlines(inlines)}]]

    head = [[NOBODY, [cell((name,)) for name in block.head]]]
    rows = [[NOBODY, [cell(inlines) for inlines in row]] for row in block.rows]
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidth", "c": share}] for share in _shares(block)]
    caption = [None, [{"t": "Plain", "c": _text(block.caption)}] if block.caption else []]
    return [{"t": "Table", "c": [NOBODY, caption, columns, [NOBODY, head], [[NOBODY, 1, [], rows]], [NOBODY, []]]}]


def _shares(table):
    """The share of the width that each column takes (1 in all): by its longest text, within limits."""
    cells = zip(*table.rows, strict=True)
    longest = [
        max(len(text) for text in (name, *map(_plain, column))) for name, column in zip(table.head, cells, strict=True)
    ]
    weights = [min(max(length, 12), 50) for length in longest]
    return [weight / sum(weights) for weight in weights]


def _plain(parts):
    return "".join(part if isinstance(part, str) else _plain(part.inlines) for part in parts)


def _blanks(block):
    made = []
    for label in block.labels:
        made.append({"t": "Para", "c": [{"t": "Strong", "c": _text(f"{label} :")}, *_text(f" {RULE}")]})
        made += [{"t": "Para", "c": _text(RULE * 2)} for _ in range(block.lines - 1)]
    return made


def _break(block):
    return [_styled(SAUT, [{"t": "Para", "c": [{"t": "Str", "c": "\u00a0"}]}])]


_BLOCKS = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Terms: _terms,
    Table: _table,
    Blanks: _blanks,
    Break: _break,
}
