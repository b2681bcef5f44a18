"""A report before it is understood: its lines, in order, with what their layout says of them. Pure.

The unit of every account is `ink`: the characters that are not white space. A report holds the ink of its lines;
whatever is made of it holds as much, no more, no less.
"""

from dataclasses import dataclass
from enum import Enum


class ReportRefused(Exception):
    """The file cannot be imported. Its message is French, complete, and says what to do."""


def ink(text):
    """How many characters of `text` are not white space (`str.isspace`)."""
    return sum(map(len, text.split()))


class Kind(Enum):
    """What a line is made of, when it is not plain text."""

    TEXT = "texte"
    TITLE = "titre"  # of the whole document, by its style
    IMAGE = "image"
    NOTE = "note"  # of a footnote or an endnote


@dataclass(frozen=True)
class Cell:
    """Where a line stands in a table: all from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True)
class Line:
    """One line of a text file, or one paragraph of a document.

    `number` is what people count from 1. Two lines share one when a paragraph was cut by hand.
    """

    number: int
    text: str
    heading: int = 0  # level of a heading style; 0 for none
    level: int | None = None  # depth from 0 in a list of the document's own; None outside
    enumerator: int | None = None  # the number that the document itself gives to the line
    bold: bool = False  # all of it
    kind: Kind = Kind.TEXT
    cell: Cell | None = None


@dataclass(frozen=True)
class Report:
    """A report that was read. `format`: txt, md, docx or odt; `sha256`: of the file's bytes, in hexadecimal."""

    name: str
    format: str
    lines: tuple[Line, ...]
    sha256: str
    unread: int = 0  # characters of a document that reading could not reach: text boxes, mostly

    @property
    def ink(self):
        return sum(ink(line.text) for line in self.lines)

    @property
    def is_document(self):
        return self.format in ("docx", "odt")
