"""One document, told once, that every format writes: a tree of plain texts and of the few things that they may be.

Nothing here is markup. A text is a `str` and comes out as the same text in every format, whatever it holds: the
formats receive this tree as data (JSON), and never as a source that a typed `#`, `<` or `=` could change.

Texts are stored as people typed them; `dressed()` makes them ready when a format is written.
"""

import re
from dataclasses import dataclass
from datetime import date

from acteurs.typo import typo_text

# Neither XML nor a font has a place for these: control characters, halves of pairs, and what is no character.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def dressed(text):
    """`text` as every format shows it: French spaces and apostrophes, in one line, without what cannot be written."""
    return typo_text(_UNWRITABLE.sub("", re.sub(r"[\t\n\r\u2028\u2029]+", " ", text)))


# --- inside a paragraph -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Strong:
    inlines: tuple


@dataclass(frozen=True)
class Emph:
    inlines: tuple


@dataclass(frozen=True)
class Link:
    """`url`: absolute, or « #anchor » within the document."""

    inlines: tuple
    url: str


@dataclass(frozen=True)
class Note:
    """A footnote, called from where it stands. `label` is its number, in words or figures, as the text names it."""

    inlines: tuple
    number: int


Inline = str | Strong | Emph | Link | Note


def inlines(*parts):
    """`parts` as the tuple of inlines that blocks hold; empty texts left out."""
    return tuple(part for part in parts if part)


# --- one under another --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    """Levels start at 1 under the title of the document, and never skip one (`Document` checks it)."""

    level: int
    inlines: tuple
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """`style`: how it weighs. Each format has the same few: « » (plain), chapeau, parole, doux."""

    inlines: tuple
    style: str = ""


@dataclass(frozen=True)
class Items:
    """A list, each item a tuple of blocks. `numbered` from `start`; else with dashes, or boxes to tick."""

    items: tuple
    numbered: bool = False
    start: int = 1
    boxes: bool = False


@dataclass(frozen=True)
class Terms:
    """Pairs: what is named (inlines), and what is said of it (blocks)."""

    pairs: tuple


@dataclass(frozen=True)
class Table:
    """`head`: one cell a column; `rows`: cells, each a tuple of inlines; the first of a row names the row."""

    head: tuple
    rows: tuple
    caption: str = ""


@dataclass(frozen=True)
class Blanks:
    """Labels with room to write by hand after each. `lines`: how many ruled lines."""

    labels: tuple
    lines: int = 1


@dataclass(frozen=True)
class Break:
    """A new page, where pages exist."""


@dataclass(frozen=True)
class Contents:
    """The table of contents: the headings of the first level, which have their anchors."""


Block = Heading | Paragraph | Items | Terms | Table | Blanks | Break | Contents


def texts(told):
    """Every text of `told` (blocks, inlines, or what they hold), in order, as it is stored."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, tuple | list):
        for one in told:
            yield from texts(one)
    else:
        for name in ("inlines", "items", "pairs", "head", "rows", "labels"):
            yield from texts(getattr(told, name, ()))


@dataclass(frozen=True)
class Document:
    """What a file holds and says of itself.

    `address`: where it lives on the site (absolute); `version`: the day of the content it tells, never today's, so
    that the same content gives the same bytes; `chapters`: a cover, then each first heading begins a page.
    Raises ValueError when its headings skip a level: readers by ear, and PDF/UA, would be lost.
    """

    title: str
    address: str
    blocks: tuple
    subtitle: str = ""
    description: str = ""
    version: date | None = None
    publisher: str = ""
    chapters: bool = False
    columns: int = 1
    colophon: tuple = ()  # lines (inlines) at the very end

    def __post_init__(self):
        above = 0
        for block in self.blocks:
            if isinstance(block, Heading):
                if not 1 <= block.level <= above + 1:
                    raise ValueError(f"Heading of level {block.level} after one of level {above}: {block.inlines}")
                above = block.level

    @property
    def contents(self):
        """The first headings as a list of links, for the formats that make no table of contents of their own."""
        first = (block for block in self.blocks if isinstance(block, Heading) and block.level == 1)
        return Items(tuple((Paragraph((Link(block.inlines, f"#{block.anchor}"),)),) for block in first))
