"""The words of French, so that a real word is never « corrected » into another (« salaire » is not « salarié »)."""

import gzip
import json
from functools import cache
from importlib.resources import files

from .french import fold


@cache
def _words():
    """The list that pyspellchecker ships, about 140,000 words, folded: one run of bytes, since a set takes 15 MB."""
    packed = files("spellchecker").joinpath("resources/fr.json.gz").read_bytes()
    words = sorted({fold(word) for word in json.loads(gzip.decompress(packed))})
    return "\n".join(["", *words, ""]).encode()


def is_french(surface):
    """Whether a folded form is that of a French word."""
    return f"\n{surface}\n".encode() in _words()
