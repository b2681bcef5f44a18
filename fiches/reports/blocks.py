"""Lines → blocks: a bullet with its wrapped lines, a quotation over several lines, a cell of a table. Pure."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

from .lines import Kind, Line
from .marks import Parts, emphasis, is_row, is_rule, is_table_rule, split_row, take_apart, take_number
from .quotes import closes_first, left_open
from .voices import find_voice
from .words import starts_low

_ENDS = '.!?:…;»”"'
_LONG = 40  # a line shorter than that was not cut by the width of the page
_WIDEST = 130  # characters: beyond, lines are paragraphs
_QUOTE_LINES = 15  # how far the end of a quotation is looked for


@dataclass
class Block:
    """Words that go together, and where they come from: `owners[i]` is the number of the line that holds `text[i]`."""

    text: str
    owners: list[int]
    line: Line  # the first
    marks: str = ""
    heading: int = 0
    bold: bool = False
    bullet: bool = False
    level: int = 0  # depth of its bullet, from 1; 0 without
    indent: int = 0
    after_blank: bool = True
    ignored: list = field(default_factory=list)  # (number, text, why)
    rule: bool = False  # a line that only separates
    underlined: bool = False
    aside: str = ""  # why it is ignored whatever it looks like

    @property
    def cell(self):
        return self.line.cell

    @property
    def mute(self):
        """Neither a heading nor somebody's words."""
        return self.rule or bool(self.aside)

    @property
    def stands_out(self):
        """Its layout alone says it is a heading."""
        return bool(self.heading or self.bold)

    def numbers(self, start=0, end=None):
        """The lines that hold this part of the text, each once."""
        return tuple(dict.fromkeys(self.owners[start:end])) or (self.line.number,)

    def drop(self, spans):
        """Moves these spans from the text to the marks."""
        gone = {i for start, end in spans for i in range(start, end)}
        self.marks += "".join(c for i, c in enumerate(self.text) if i in gone)
        self.owners = [number for i, number in enumerate(self.owners) if i not in gone]
        self.text = "".join(c for i, c in enumerate(self.text) if i not in gone)

    def split(self, at):
        """(head, rest): two blocks, cut before `at`; the marks go with the first."""
        head = replace(self, text=self.text[:at], owners=self.owners[:at])
        rest = replace(self, text=self.text[at:], owners=self.owners[at:], marks="", ignored=[], after_blank=False)
        return head, rest


def gather(report):
    """The blocks of a report, in order. Blank lines only leave their trace (`after_blank`)."""
    lines = report.lines if report.is_document else _with_cells(report.lines)
    apart = [take_apart(line) for line in lines]
    width = 0 if report.is_document else _width(apart)
    blocks, blank, i = [], True, 0
    while i < len(apart):
        count = _how_many(apart, i, width, wrapped=not report.is_document)
        together = apart[i : i + count]
        i += count
        block = _block(together, blank)
        if not block.text and not block.marks and not block.ignored:
            blank = True
            continue
        if block.rule and blocks and not blank and _underlines(block, blocks[-1]):
            blocks[-1].heading = 1 if block.text[0] == "=" else 2
            block.underlined = True
        spans, bold = emphasis(block.text, markdown=report.format == "md")
        block.bold = block.bold or bold
        block.drop(spans)
        blank = False
        blocks.append(block)
    _set_levels(blocks)
    return blocks


def _with_cells(lines):
    """The rows of Markdown tables, cell by cell."""
    out, table, row = [], 0, 0
    for line in lines:
        if not is_row(line.text):
            table, row = table + (row > 0), 0
            out.append(line)
        else:
            out += split_row(line, table, row)
            row += not is_table_rule(line.text)
    return out


def _block(together, blank):
    first = together[0]
    text, owners, marks, ignored = "", [], "", []
    for parts in together:
        piece = f" {parts.words}" if text and parts.words else parts.words
        text += piece
        owners += [parts.line.number] * len(piece)
        marks += parts.marks
        ignored += [(parts.line.number, *said) for said in parts.ignored]
    return Block(
        text,
        owners,
        first.line,
        marks=marks,
        heading=first.heading,
        bold=first.bold,
        bullet=first.is_item,
        level=(first.line.level or 0) + 1 if first.is_item else 0,
        indent=first.indent,
        after_blank=blank,
        ignored=ignored,
        rule=is_rule(text) or is_table_rule(text),
    )


def _underlines(rule, above):
    """« ===== » or « ----- » right under a short line makes it a heading."""
    sign = rule.text[:1]
    short = not above.bullet and not above.rule and 0 < len(above.text) <= 100
    return short and sign in "=-" and set(rule.text) == {sign} and len(rule.text) >= len(above.text) / 2


def _width(apart):
    """The width at which a text was cut by hand or by a program; 0 if it was not."""
    lengths = sorted(len(parts.line.text.rstrip()) for parts in apart if parts.words)
    width = lengths[int(len(lengths) * 0.98)] if lengths else 0
    if not _LONG < width <= _WIDEST:
        return 0
    pairs = [(a, b) for a, b in pairwise(apart) if _may_follow(a, b) and _is_full(a, b, width)]
    low = sum(starts_low(b.words) for _, b in pairs)
    return width if low >= 2 or (low and low >= len(pairs) / 3) else 0


def _is_full(previous, parts, width):
    """The next word would not have fitted at the end of the line before."""
    return len(previous.line.text.rstrip()) + 1 + len(parts.words.split(" ", 1)[0]) > width


def _may_follow(previous, parts):
    """Nothing in its look says that the line starts something."""
    return bool(
        previous.words
        and parts.words
        and not (parts.is_item or parts.heading or previous.heading or parts.line.cell or previous.line.cell)
        and not is_rule(parts.words)
        and not is_rule(previous.words)
        and parts.line.kind == previous.line.kind == Kind.TEXT
    )


def _announces(parts):
    text = parts.words.strip("*_ ")
    if starts_low(text):
        return bool(take_number(text)[0])
    return bool(take_number(text)[0]) or find_voice(text, stands_out=text != parts.words) is not None


def _how_many(apart, i, width, *, wrapped):
    """How many lines from `i` make one block."""
    count = 1
    while wrapped and i + count < len(apart) and _continues(apart[i : i + count], apart[i + count], width):
        count += 1
    text = " ".join(parts.words for parts in apart[i : i + count])
    if left_open(text):
        count += _rest_of_quote(apart, i + count)
    return count


def _continues(before: list[Parts], parts, width):
    """Whether a line goes on with the block before it: hanging under its bullet, or cut by the width of the page."""
    first, previous = before[0], before[-1]
    if not _may_follow(previous, parts) or _announces(parts) or _announces_alone(before):
        return False
    if first.bullet and first.indent < parts.indent >= 2:
        return True
    if width and _is_full(previous, parts, width):
        return True
    return starts_low(parts.words) and len(previous.words) >= _LONG and previous.words[-1] not in _ENDS


def _announces_alone(before):
    return len(before) == 1 and find_voice(before[0].words.strip("*_ ")) is not None


def _rest_of_quote(apart, i):
    """How many lines from `i` end the quotation that is open; 0 when another starts first, or anything else."""
    for count, parts in enumerate(apart[i : i + _QUOTE_LINES], start=1):
        if not _may_follow(apart[i + count - 2], parts) or _announces(parts):
            return 0
        closes = closes_first(parts.words)
        if closes is not None:
            return count if closes else 0
    return 0


def _set_levels(blocks):
    """Depths of bullets in a text file, from their indents, list by list."""
    stack = []
    for block in blocks:
        if not block.bullet or block.line.level is not None:
            stack = []
            continue
        while stack and stack[-1] > block.indent:
            stack.pop()
        if not stack or stack[-1] < block.indent:
            stack.append(block.indent)
        block.level = len(stack)
