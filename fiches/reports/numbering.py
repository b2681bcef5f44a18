"""Headings that begin with a number: « 3/ », « THÈME 3 : », « III. », « 6 Les rôles ». Pure."""

import re
from dataclasses import dataclass

_KEYWORD = r"(?P<keyword>th[eè]me|th[eé]matique|axe|partie|chapitre|question|atelier|table|volet|point)s?"
_NUMBERED = re.compile(
    rf"(?:{_KEYWORD}\s*)?(?:n\s?[°ºo]\s*)?(?P<number>\d{{1,2}}|[IVX]{{1,4}}\b)(?P<sign>\s?(?:[.)°/:–—-]\s?)*)(?=\s|\D|$)"
    r"(?P<title>.*)",
    re.I | re.S,
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass
class Numbered:
    """A block that begins with a number, read as a heading might be."""

    number: int
    title: str
    keyword: str
    sign: str


def read_number(block):
    """The block as a numbered heading, or None. The number may be one that the document gives by itself."""
    match = _NUMBERED.fullmatch(block.text.strip())
    if match and (match["title"].strip() or match["keyword"]) and _may_number(match):
        number = match["number"].upper()
        value = int(number) if number.isdigit() else _from_roman(number)
        return Numbered(value, match["title"].strip(), (match["keyword"] or "").lower(), match["sign"].strip())
    if block.line.enumerator and block.stands_out:
        return Numbered(block.line.enumerator, block.text, "", "auto")
    return None


def _may_number(match):
    if not match["number"].isdigit():
        return bool(match["keyword"] or match["sign"].strip()) and match["number"].isupper()
    glued = match["title"][:1].isalnum() and not match["sign"].strip() and not match["sign"]
    return not glued and not re.match(r"\s*\d", match["title"]) and not re.match(r"[%€°]", match["title"].strip())


def _from_roman(number):
    values = [_ROMAN[c] for c in number]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
