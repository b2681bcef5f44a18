"""Parts of a report that hold no words of anybody: a table of contents, the header of a Markdown file. Pure."""

from .numbering import read_number
from .words import words

SUMMARY, HEADER = "sommaire du compte rendu", "en-tête du fichier"
_NAMES = (["sommaire"], ["table", "matieres"], ["ordre", "jour"], ["plan"])


def set_asides(blocks, *, markdown):
    """Marks the blocks that are ignored whatever they look like (`Block.aside` says why)."""
    if markdown:
        _mark_header(blocks)
    for i, block in enumerate(blocks):
        if not block.bullet and [w for w in words(block.text) if w not in ("l", "de", "des", "du")] in _NAMES:
            _mark_summary(blocks, i + 1)


def _mark_header(blocks):
    """« --- » on the first line, « title: … », « --- »."""
    if not blocks or blocks[0].line.number != 1 or blocks[0].text != "---":
        return
    end = next((i for i, block in enumerate(blocks[1:], start=1) if block.text == "---"), 0)
    for block in blocks[: end + 1] if end else ():
        block.aside, block.heading = HEADER, 0


def _mark_summary(blocks, start):
    """The list that follows « Sommaire », up to what is no list, or to a number that starts again."""
    last = 0
    for block in blocks[start:]:
        numbered = read_number(block)
        if block.heading or not (block.bullet or numbered) or (numbered and numbered.number <= last):
            return
        last = numbered.number if numbered else last
        block.aside = SUMMARY
