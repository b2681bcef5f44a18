"""A document → PDF, by typst in a process of its own (`press.py`): tagged, hyphenated in French, fonts within.

PDF/UA-1 is asked for first. What stands in its way is what our fonts cannot draw (an emoji, another script): it is
left out, and failing that the PDF is made without the label, tagged all the same.
"""

import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

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

logger = logging.getLogger(__name__)

PRESS = Path(__file__).with_name("press.py")
TIMEOUT = 30  # seconds, waiting included
UA = ["ua-1"]
_NOT_DRAWN = "could not be displayed with font"  # typst's words
_PICTURES = re.compile(r"[\u2190-\u21ff\u2300-\u25ff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\U00010000-\U0010ffff]")
_DRAWN = set("←↑→↓↔⇒☐☑☒✓✗★☆■□▪▲△●○◆◇")  # pictures that the fonts of typst do have


class PressFailed(Exception):
    """The PDF could not be made. `too_heavy`: not within the limits of the press."""

    def __init__(self, message, too_heavy=False):
        super().__init__(message)
        self.too_heavy = too_heavy


def write_pdf(document):
    """The PDF (bytes) of `document`. Raises PressFailed."""
    data = as_data(document)
    try:
        return _press(data, UA)
    except PressFailed as error:
        if error.too_heavy:
            raise
        refused = str(error)
    if _NOT_DRAWN in refused:
        try:
            return _press(_without_pictures(data), UA)
        except PressFailed as error:
            refused = str(error)
    logger.warning("A PDF was made without PDF/UA: %s", refused[:200])
    return _press(data, [])


def _press(data, standards):
    day = data["doc"]["date"]
    noon = datetime(day["year"], day["month"], day["day"], 12, tzinfo=UTC) if day else datetime(2000, 1, 1, tzinfo=UTC)
    job = json.dumps({**data, "standards": standards, "timestamp": int(noon.timestamp())})
    command = [sys.executable, "-I", str(PRESS)]
    try:
        done = subprocess.run(command, input=job.encode(), capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise PressFailed("time is up", too_heavy=True) from error
    if done.returncode == 2:  # typst's own word
        raise PressFailed(done.stderr.decode(errors="replace"))
    if done.returncode:  # killed by its limits, or out of memory
        raise PressFailed(f"exit code {done.returncode}", too_heavy=True)
    return done.stdout


def _without_pictures(value):
    """`value`, its texts without the signs that the fonts may not have."""
    if isinstance(value, str):
        return _PICTURES.sub(lambda match: match[0] if match[0] in _DRAWN else "", value)
    if isinstance(value, dict):
        return {key: _without_pictures(one) for key, one in value.items()}
    return [_without_pictures(one) for one in value] if isinstance(value, list) else value


def as_data(document):
    """The document as `press.typ` reads it: {"doc": {…}}."""
    blocks = list(document.blocks)
    opening, rest = _opening(blocks)
    day = document.version
    return {
        "doc": {
            "title": dressed(document.title),
            "subtitle": dressed(document.subtitle),
            "description": dressed(document.description),
            "publisher": dressed(document.publisher),
            "running": dressed(" · ".join(filter(None, [document.publisher, document.title]))),
            "keywords": [],
            "date": {"year": day.year, "month": day.month, "day": day.day} if day else None,
            "chapters": document.chapters,
            "columns": document.columns,
            "opening": _blocks(opening),
            "blocks": _chapters(rest) if document.chapters else _blocks(rest),
            "colophon": [_inlines(line) for line in document.colophon],
        }
    }


def _opening(blocks):
    """`blocks` cut after the first words, which stand over all columns: no note may be called there."""
    opening = list(takewhile(_opens, blocks))
    return opening, blocks[len(opening) :]


def _opens(block):
    calls = isinstance(block, Paragraph) and any(isinstance(part, Note) for part in block.inlines)
    return isinstance(block, Paragraph | Contents) and not calls


def _chapters(blocks):
    """Each first heading and the first words after it as one « wide » block."""
    made = []
    while blocks:
        block, blocks = blocks[0], blocks[1:]
        if isinstance(block, Heading) and block.level == 1:
            opening, blocks = _opening(blocks)
            made.append({"t": "wide", "c": _blocks([block, *opening])})
        else:
            made.append(_block(block))
    return made


def _inlines(parts):
    return [_inline(part) for part in parts]


def _inline(part):
    if isinstance(part, str):
        return dressed(part)
    kind = {Strong: "strong", Emph: "emph", Link: "link", Note: "note"}[type(part)]
    return {"t": kind, "c": _inlines(part.inlines), **({"url": part.url} if kind == "link" else {})}


def _blocks(blocks):
    return [_block(block) for block in blocks]


def _block(block):
    match block:
        case Heading():
            return {"t": "h", "level": block.level, "anchor": block.anchor, "c": _inlines(block.inlines)}
        case Paragraph():
            return {"t": "p", "style": block.style, "c": _inlines(block.inlines)}
        case Items():
            kind = {"numbered": block.numbered, "start": block.start, "boxes": block.boxes}
            return {"t": "items", **kind, "c": [_blocks(item) for item in block.items]}
        case Terms():
            return {"t": "terms", "c": [[_inlines(term), _blocks(said)] for term, said in block.pairs]}
        case Table():
            head = [dressed(name) for name in block.head]
            return {"t": "table", "head": head, "rows": [[_inlines(cell) for cell in row] for row in block.rows]}
        case Blanks():
            return {"t": "blanks", "lines": block.lines, "c": [dressed(label) for label in block.labels]}
        case Break():
            return {"t": "break"}
        case Contents():
            return {"t": "contents"}
    raise TypeError(f"Not a block: {block!r}")
