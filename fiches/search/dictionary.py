"""The words of French, so that a real word is never « corrected » into another (« salaire » is not « salarié »)."""

import gzip
from functools import cache
from importlib.resources import files

from .french import fold


@cache
def _words():
    """The list that pyspellchecker ships, about 140,000 words, folded: one run of bytes of 1.6 MB.

    Read line by line, for the objects of the whole JSON, once freed, would still hold 25 MB in small pieces.
    """
    words = bytearray(b"\n")
    with (
        files("spellchecker").joinpath("resources/fr.json.gz").open("rb") as packed,
        gzip.open(packed, "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            if line.startswith('"'):  # "mot": 50,
                _, word, _ = line.split('"')
                words += f"{fold(word)}\n".encode()
    return bytes(words)


def is_french(surface):
    """Whether a folded form is that of a French word."""
    return f"\n{surface}\n".encode() in _words()
