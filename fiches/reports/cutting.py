"""A block of words → fragments, each of one nature: an idea, somebody's words, an example, a question. Pure.

A fragment is never reworded: the text is cut, and each cut piece is kept whole.
"""

import re
from bisect import bisect
from dataclasses import dataclass
from itertools import pairwise

from .marks import take_number
from .outcome import EXEMPLE, IDEE, POSTITS, QUESTION, TEMOIGNAGE
from .quotes import find_quotes

_EXAMPLE = re.compile(
    r"(?:(?:par|à titre d[’']|un|une?|autres?|quelques|des|l[’'])\s*)?exemples?\b|p(?:ar|\.)?\s?ex\.?\s|ex\s?[.:]",
    re.I,
)
_CUT_EXAMPLE = re.compile(
    r"(?<=[.!?…:;,»”)])\s+(?=(?:autres?\s+exemples?|exemples?|ex)\b[^.:;«]{0,40}:|[Pp]ar exemple\s?:|Par exemple\b)",
    re.I,
)
_TIMECODE = re.compile(
    r"\s*[(\[]\s*(?:\d{1,2}[-:]\d{2}(?:[-:]\d{2})?|\d{1,2}\s?h\s?\d{2}|\d{1,3}\s?['’′]\s?\d{2}\s?(?:''|’’|\"|″)?)"
    r"(?:\s*[-–—àa/]+\s*\d{1,2}[:h'’]\d{2}(?::\d{2})?)?\s*[)\]]"
)
_SPEAKER = re.compile(
    r"(?:(?:pour|selon|et|puis|comme|d[’']après)\s+)?(?:(?:un|une|le|la|les|des|l[’']|mon|notre|certain\w*)\s*)?(?:autre\s+)?"
    r"(?:direct\w+|enseignant\w*|prof\w*|parents?|mamans?|papas?|mères?|pères?|animat\w+|princip\w+|cpe|élèves?|jeunes?|"
    r"participant\w*|inspect\w+|coordo\w*|médiat\w+|habitant\w*|bénévoles?|elle|il|on)\b",
    re.I,
)
_BOUNDARY = ":.!?…»”);"
_HEAD_SIGN = re.compile(r"(?:-{1,3}|[–—−/|•·▪●◦■;,]|\*)\s+|[-–—](?=[A-ZÀ-Ý])")
_TAIL_SIGN = re.compile(r"\s+[-–—/|•·]$")
_BETWEEN_NOTES = (
    re.compile(r"\s+(?:-{1,3}|[–—−•·▪●◦■]|\*)\s+|\s+[-–—](?=[A-ZÀ-Ý])|(?<=[a-zà-ÿ.])[-–—]\s+(?=[A-ZÀ-Ý])"),
    re.compile(r"\s+[/|]+\s+"),
    re.compile(r";\s+"),
)
_END_OF_SENTENCE = re.compile(r"[\s]?[.…,;]+(?=\s|$)|")
_AROUND = 300  # characters looked at on each side of a quotation
_FEWEST = 3  # words that make a quotation somebody's words, rather than a word in quotes


@dataclass
class Fragment:
    """A piece of a block, from `start` to `end`: ink(piece) = ink(texte) + ink(marks) + ink of the time codes."""

    start: int
    end: int
    texte: str
    nature: str
    marks: str = ""
    timecodes: tuple[str, ...] = ()


def cut(text, *, voice=None, bullet=False):
    """The fragments of a block, in order. They tile it: every character is in one of them."""
    cuts = _between_notes(text, voice, bullet)
    pieces = [(start, end, False) for start, end in pairwise(cuts)]
    if len(pieces) < 2:
        pieces = _by_quotes_and_examples(text)
    return [_fragment(text, *piece) for piece in _joined(text, pieces)]


def _between_notes(text, voice, bullet):
    """Where several post-its written on one line are to be cut: [0, …, len(text)]."""
    inside = _sheltered(text)
    for sign, fewest in zip(_BETWEEN_NOTES, (1, 2, 2), strict=True):
        places = [match.start() for match in sign.finditer(text) if not inside(match.start())]
        needed = fewest if voice == POSTITS and not bullet else 3 if voice == POSTITS else 4
        if len(places) >= needed and (voice == POSTITS or sign is _BETWEEN_NOTES[0]):
            return [0, *(at for at in places if at), len(text)]
    return [0, len(text)]


def _sheltered(text):
    """A test of places: within parentheses that are closed, or within a quotation that is."""
    depths, depth = [], 0
    for sign in text:
        depth = depth + 1 if sign == "(" else max(depth - 1, 0) if sign == ")" else depth
        depths.append(depth)
    last = text.rfind(")")
    closed = [(start, end) for start, end, is_closed in find_quotes(text) if is_closed]

    def test(at):
        i = bisect(closed, (at,)) - 1
        return (depths[at] > 0 and at < last) or (i >= 0 and closed[i][0] < at < closed[i][1])

    return test


def _by_quotes_and_examples(text):
    """[(start, end, is_quote), …], which tile the text."""
    quotes = [quote for quote in find_quotes(text) if _stands_alone(text, *quote)]
    pieces, at = [], 0
    for start, end, _ in quotes:
        end = _END_OF_SENTENCE.match(text, end).end()
        pieces += _cut_examples(text, at, start)
        pieces.append((start, end, True))
        at = end
    pieces += _cut_examples(text, at, len(text))
    return pieces or [(0, len(text), False)]


def _stands_alone(text, start, end, closed):
    """Somebody's words, not a word in quotes within a sentence."""
    before = _TIMECODE.sub("", text[max(0, start - _AROUND) : start]).strip()
    after = text[end : end + _AROUND].strip()
    if not before and not after.strip(".…!?,; "):
        return True
    if len(text[start:end].split()) < _FEWEST + (text[start + 1 : start + 2].isspace() and text[start] in "«»"):
        return False
    if not before:
        return True
    if _is_open_parenthesis(before):
        return False
    return before[-1] in _BOUNDARY or (before[-1] in ",–—-" and not after.strip(".…!?,; )"))


def _is_open_parenthesis(before):
    return before.count("(") > before.count(")")


def _cut_examples(text, start, end):
    """Ideas and the examples that follow them, between two quotations."""
    cuts = [start]
    for match in _CUT_EXAMPLE.finditer(text, start, end):
        if not _is_open_parenthesis(text[start : match.start()]):
            cuts.append(match.end())
    return [(a, b, False) for a, b in zip(cuts, [*cuts[1:], end], strict=True) if a < b]


def _joined(text, pieces):
    """Pieces without words of their own go with a neighbour: ends of sentences, lead-ins, « dit une directrice »."""
    out = []
    for start, end, quote in pieces:
        said = _TIMECODE.sub("", text[start:end]).strip()
        previous = out[-1] if out else None
        if previous and (not any(map(str.isalnum, said)) or (previous[2] and not quote and _goes_on(said))):
            out[-1] = (previous[0], end, previous[2])
        elif previous and quote and not previous[2] and _leads_in(text[previous[0] : previous[1]].strip()):
            out[-1] = (previous[0], end, True)
        elif previous and not any(map(str.isalnum, _TIMECODE.sub("", text[previous[0] : previous[1]]))):
            out[-1] = (previous[0], end, quote)
        else:
            out.append((start, end, quote))
    return out


def _goes_on(said):
    """After a quotation: the end of the same sentence."""
    return said[:1].islower() or (said[:1] in ",(" and len(said.split()) <= 12)


def _leads_in(said):
    """« Par exemple : », « Une directrice raconte : »: it only announces the quotation."""
    if not said.endswith(":") or len(said.split()) > 8:
        return False
    if _EXAMPLE.match(said):
        return len(said.split()) <= 6
    return bool(_SPEAKER.match(said))


def _fragment(text, start, end, quote):
    texte, marks = text[start:end], []
    timecodes = tuple(match[0].strip() for match in _TIMECODE.finditer(texte))
    texte = _TIMECODE.sub("", texte).strip()
    while match := _HEAD_SIGN.match(texte):
        marks.append(match[0].strip())
        texte = texte[match.end() :]
    while match := _TAIL_SIGN.search(texte):
        marks.append(match[0].strip())
        texte = texte[: match.start()].rstrip()
    number, texte = take_number(texte) if start else ("", texte)
    marks.append(number.strip())
    return Fragment(start, end, texte.strip(), _nature(texte, quote), " ".join(filter(None, marks)), timecodes)


def _nature(texte, quote):
    if _EXAMPLE.match(texte):
        return EXEMPLE
    if quote:
        return TEMOIGNAGE
    asked = texte.rstrip("»”\"’') \xa0\u202f")
    return QUESTION if asked.endswith("?") else IDEE
