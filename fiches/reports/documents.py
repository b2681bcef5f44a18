"""What pandoc reads of a .docx or an .odt → lines.

pandoc's tree is walked here; the paragraphs are numbered as they come, empty ones of a .docx included.
"""

import json

from fiches import pandoc

from .lines import Cell, Kind, Line, ReportRefused

READERS = {"docx": "docx+empty_paragraphs+styles", "odt": "odt"}

TOO_HEAVY = "Ce document est trop lourd ou trop compliqué à lire. Copiez son texte dans un nouveau document."
UNREADABLE = "Ce document n’a pas pu être lu. Ouvrez-le, enregistrez-le à nouveau, puis réessayez."


def read_document(data, extension):
    """The lines of a document. Raises `ReportRefused` when pandoc cannot read it within its limits."""
    try:
        told = pandoc.run("--from", READERS[extension], "--to", "json", data=data)
    except pandoc.PandocFailed as error:
        raise ReportRefused(TOO_HEAVY if error.too_heavy else UNREADABLE) from error
    try:
        tree = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise ReportRefused(UNREADABLE) from error
    return _Walker().walk(tree)


class _Walker:
    """Goes through pandoc's tree in the order of the text."""

    def __init__(self):
        self.lines = []
        self.number = 0
        self.tables = 0
        self.notes = []  # blocks of the notes of the current paragraph

    def walk(self, tree):
        try:
            for name in ("title", "subtitle", "author", "date"):
                for inlines in _meta_inlines(tree["meta"].get(name)):
                    self.paragraph(inlines, kind=Kind.TITLE)
            self.blocks(tree["blocks"])
        except RecursionError as error:
            raise ReportRefused(TOO_HEAVY) from error
        return tuple(self.lines)

    def blocks(self, blocks, **hints):
        for block in blocks:
            what, content = block["t"], block.get("c")
            if what in ("Para", "Plain"):
                self.paragraph(content, **hints)
            elif what == "Header":
                self.paragraph(content[2], **{**hints, "heading": content[0]})
            elif what == "Div":
                self.blocks(content[1], **{**hints, **_hints_of_style(content[0])})
            elif what == "BlockQuote":
                self.blocks(content, **hints)
            elif what == "BulletList":
                self.items(content, None, hints)
            elif what == "OrderedList":
                self.items(content[1], content[0][0], hints)
            elif what == "LineBlock":
                for inlines in content:
                    self.paragraph(inlines, **hints)
            elif what == "DefinitionList":
                for term, definitions in content:
                    self.paragraph(term, **hints)
                    for definition in definitions:
                        self.blocks(definition, **hints)
            elif what == "CodeBlock":
                self.text(content[1], **hints)
            elif what == "Figure":
                self.blocks(content[2], **hints)
                self.blocks(content[1][1], **hints)
            elif what == "Table":
                self.table(content, hints)

    def items(self, items, start, hints):
        """A list: its first paragraph bears the bullet, the others hang below it."""
        level = -1 if (above := hints.get("level")) is None else above
        for rank, item in enumerate(items):
            number = None if start is None else start + rank
            for i, block in enumerate(item):
                first = {"enumerator": number} if not i else {}
                self.blocks([block], **{**hints, "level": level + 1, "enumerator": None, **first})

    def table(self, content, hints):
        self.blocks(content[1][1], **hints)  # its caption
        rows = [*content[3][1]]
        for body in content[4]:
            rows += [*body[2], *body[3]]
        rows += content[5][1]
        table, self.tables = self.tables, self.tables + 1
        for r, (_, cells) in enumerate(rows):
            column = 0
            for cell in cells:
                self.blocks(cell[4], **{**hints, "cell": Cell(table, r, column)})
                column += cell[3]

    def paragraph(self, inlines, **hints):
        runs, images = [], []
        self._runs(inlines, runs, images, bold=False)
        text = "".join(run for run, _ in runs)
        bold = all(strong for run, strong in runs if run.strip()) and bool(text.strip())
        if text.strip() or not images:
            self.text(text, **{"bold": bold, **hints})
        else:
            self.number += 1
        for alt in images:
            self.lines.append(Line(self.number, alt, kind=Kind.IMAGE, cell=hints.get("cell")))
        notes, self.notes = self.notes, []
        for blocks in notes:
            self.blocks(blocks, kind=Kind.NOTE)

    def text(self, text, **hints):
        """One paragraph. Cut by hand (Shift + Enter), it gives several lines of one number."""
        self.number += 1
        for i, piece in enumerate(text.split("\n")):
            if i and not piece.strip():
                continue
            if i:
                hints = {**hints, "enumerator": None}
            self.lines.append(Line(self.number, piece, **hints))

    def _runs(self, inlines, runs, images, bold):
        for inline in inlines:
            what, content = inline["t"], inline.get("c")
            if what == "Str":
                runs.append((content, bold))
            elif what in ("Space", "SoftBreak"):
                runs.append((" ", bold))
            elif what == "LineBreak":
                runs.append(("\n", bold))
            elif what in ("Code", "Math", "RawInline"):
                runs.append((content[1].replace("\n", " "), bold))
            elif what == "Quoted":
                signs = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
                runs.append((signs[0], bold))
                self._runs(content[1], runs, images, bold)
                runs.append((signs[1], bold))
            elif what == "Note":
                self.notes.append(content)
            elif what == "Image":
                images.append(_plain(content[1]))
            elif what in ("Link", "Span", "Cite"):
                self._runs(content[1], runs, images, bold)
            elif isinstance(content, list):  # Strong, Emph, Underline, Strikeout, SmallCaps…
                self._runs(content, runs, images, bold or what == "Strong")


def _plain(inlines):
    """The words of some inlines, in one line."""
    walker, runs = _Walker(), []
    walker._runs(inlines, runs, [], bold=False)
    return "".join(run for run, _ in runs).replace("\n", " ")


def _meta_inlines(value):
    """The inlines of a metadata field, which may be a list of them."""
    if not value:
        return []
    if value["t"] == "MetaInlines":
        return [value["c"]]
    if value["t"] == "MetaBlocks":
        return [block["c"] for block in value["c"] if block["t"] in ("Para", "Plain")]
    if value["t"] == "MetaList":
        return [inlines for item in value["c"] for inlines in _meta_inlines(item)]
    return [[{"t": "Str", "c": str(value["c"])}]] if value["t"] == "MetaString" else []


def _hints_of_style(attributes):
    """A heading or a title by the name of its Word style, when pandoc did not see it as such."""
    style = dict(attributes[2]).get("custom-style", "").casefold()
    if style in ("title", "titre", "subtitle", "sous-titre"):
        return {"kind": Kind.TITLE}
    name, _, level = style.partition(" ")
    if name in ("heading", "titre") and level.isdigit():
        return {"heading": min(int(level), 6)}
    return {}
