"""What stands before, after or around words without being words: bullets, numbers, Markdown. Pure.

A line is taken apart into words, marks, and pieces that are ignored; no character is lost on the way.
"""

import re
from dataclasses import dataclass, field, replace

from .lines import Cell, Line, ink

_INDENT = re.compile(r"[^\S\n]*")
# The signs of Word's symbol fonts come as private characters. A hyphen may touch its word, a star may not.
_BULLET = re.compile(
    r"(?:[•·∙●○◦▪■□▫◆◇◊►▶▸▹‣➢➤➔➜→⇒✓✔✗☐☑⁃❖★✦\uf000-\uf0ff][ \t\xa0]*(?=\S|$)"
    r"|(?:-{2,3}|[-–—−‐‑])(?:[ \t\xa0]+(?=\S)|(?=[^\W\d]|[«“\"(])|[ \t\xa0]*$)"
    r"|[*+>§](?:[ \t\xa0]+(?=\S)|[ \t\xa0]*$)"
    r"|[oO](?:\t\s*|[ \xa0]+(?=[A-ZÀ-Ý«“\"])|[ \xa0]{2,})(?=\S))"
)
_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})+\.?(?=\s+[^\W\d_a-zà-ÿ])"  # 3.2 Texte
    r"|\(?\d{1,3}\s?[.)°/:]+(?=\s|[^\W\d]|[«“\"])"
    r"|\d{1,3}\s[–—-](?=\s*[^\W\d])"
    r"|\(?(?:[a-z]|[ivx]{2,4})[.)/](?=\s)|\(?[A-Z][)/](?=\s))[ \t\xa0]*"
)
_HASHES = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_PIPE, _LAST_PIPE = re.compile(r"\|[ \t]*"), re.compile(r"\|\s*$")
_TRAILING_HASHES = re.compile(r"[ \t]+#+[ \t]*$")
_RULE = re.compile(r"[\s\-_=*~.·•–—#]{3,}")
_PAGE = re.compile(r"(?:page|p\.)?\s*[-–—]?\s*\d{1,3}\s*[-–—]?\s*(?:(?:/|sur)\s*\d{1,3})?", re.I)
_BOOKMARK = re.compile(r"\[bookmark:[^\]]{0,80}\]|<!--.{0,500}?-->|\{#[\w-]{1,80}\}|\[\]\{#[^}]{1,80}\}")
_IMAGE = re.compile(
    r"!\[[^\]]{0,500}\](?:\([^)]{0,500}\))?(?:\{[^}]{0,200}\})?|<img\b[^>]{0,500}>|"
    r"\[\s*(?:image|photo|figure|img)\s*(?::[^\]]{0,500})?\]",
    re.I,
)
_EMPHASIS = re.compile(r"(?<![\w\\*_])(\*{1,3}|_{1,3})(?=[^\s*_])(.{1,1000}?)(?<=[^\s\\])\1(?![\w*_])")
_ALL_BOLD = re.compile(r"(\*\*\*?|___?)(?=\S)((?:(?!\1).)+?)(?<=\S)\1(\s*:?)\s*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|\\$")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]+")

IMAGE, BOOKMARK, INVISIBLE = "image absente du texte", "repère laissé par le traitement de texte", "signe invisible"


@dataclass
class Parts:
    """A line taken apart: ink(line) = ink(words) + ink(marks) + ink of what is ignored."""

    line: Line
    words: str
    marks: str = ""
    ignored: list[tuple[str, str]] = field(default_factory=list)  # (text, why)
    indent: int = 0  # columns of white space before anything else
    bullet: bool = False
    heading: int = 0
    bold: bool = False

    @property
    def is_item(self):
        return self.bullet or self.line.level is not None

    @property
    def hanging(self):
        """The column where its words begin."""
        return self.indent + len(self.marks)

    def take(self, pattern):
        """Moves a mark from the start of the words to the marks; the match, or None."""
        if match := pattern.match(self.words):
            self.marks += match[0]
            self.words = self.words[match.end() :]
        return match

    def set_aside(self, pattern, why):
        """Moves every match from the words to what is ignored."""
        self.ignored += [(match[0].strip(), why) for match in pattern.finditer(self.words) if ink(match[0])]
        self.words = pattern.sub("", self.words)


def take_apart(line):
    """The parts of a line. Numbers stay among the words: only its neighbours tell a list from a heading."""
    parts = Parts(line, line.text, heading=line.heading, bold=line.bold)
    parts.set_aside(_BOOKMARK, BOOKMARK)
    parts.set_aside(_IMAGE, IMAGE)
    if not _INVISIBLE.sub("", parts.words).strip():
        parts.set_aside(_INVISIBLE, INVISIBLE)
    indent = _INDENT.match(parts.words)[0]
    parts.indent = len(indent.expandtabs(4))
    parts.words = parts.words[len(indent) :].rstrip()
    if is_rule(parts.words):
        return parts
    if line.cell:
        parts.take(_PIPE)
        _trail_off(parts, _LAST_PIPE)
    if hashes := parts.take(_HASHES):
        parts.heading = len(hashes[1])
        _trail_off(parts, _TRAILING_HASHES)
    else:
        while parts.words and parts.take(_BULLET):
            parts.bullet = True
    return parts


def _trail_off(parts, pattern):
    if match := pattern.search(parts.words):
        parts.marks += match[0].strip()
        parts.words = parts.words[: match.start()].rstrip()


def emphasis(text, *, markdown):
    """(spans, bold): where the signs of emphasis are, as [(start, end), …], and whether all of it is in bold.

    Outside Markdown a star may be a star: only those that hold the whole text are seen.
    """
    if match := _ALL_BOLD.fullmatch(text):
        spans = [match.span(1), (match.end(2), match.end(2) + len(match[1]))]
        return spans + (_escapes(text) if markdown else []), True
    if not markdown:
        return [], False
    spans = _escapes(text)
    for match in _EMPHASIS.finditer(text):
        spans += [match.span(1), (match.end(2), match.end())]
    return spans, False


def _escapes(text):
    """Backslashes that only say that the sign after them is meant, or that the line is cut here."""
    return [(match.start(), match.start() + 1) for match in _ESCAPE.finditer(text)]


def split_row(line, table, row):
    """A Markdown row « | a | b | » as one line a cell, its bars included; [line] when it is none."""
    cells = re.findall(r"\|[^|]*(?:\|\s*$)?", line.text)
    if len(cells) < 2 or is_table_rule(line.text):
        return [line]
    first = line.text[: line.text.index("|")] + cells[0]
    return [replace(line, text=text, cell=Cell(table, row, i)) for i, text in enumerate([first, *cells[1:]])]


def is_row(text):
    """A row of a Markdown table."""
    text = text.strip()
    return len(text) > 2 and text[0] == text[-1] == "|"


def is_table_rule(text):
    """« |---|:--:| »: under the head of a Markdown table."""
    return is_row(text) and not text.strip(" \t|-:=+")


def take_number(text):
    """(mark, rest) of « 1) faire », « a. faire », « (2) faire »; ("", text) when it does not begin so."""
    match = _NUMBER.match(text)
    return (text[: match.end()], text[match.end() :]) if match and text[match.end() :] else ("", text)


def is_rule(text):
    """A line of dashes, stars or underscores, that separates."""
    text = text.strip()
    return bool(text) and len(text) >= 3 and bool(_RULE.fullmatch(text)) and len(set(text.replace(" ", ""))) <= 2


def is_page_number(text):
    """« 3 », « - 3 - », « Page 3/12 »: alone on its line."""
    return bool(_PAGE.fullmatch(text.strip()))
