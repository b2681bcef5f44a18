"""The words of a heading, folded, so that « Post-it », « POST IT » and « post-its » are one. Pure."""

import re

from ..search.french import fold

_POSTIT = re.compile(r"\bpost[\s-]*its?\b")
_MAISON = re.compile(r"\bmaisons? (?:de|du|des) quartiers?\b")
_WORD = re.compile(r"[a-z0-9]+")

# What a heading can do without.
_SMALL_WORDS = """
le la les l un une des du de d au aux a en et ou ce cet cette ces c ca cela que qu est sont il elle on s se y n ne
leur leurs son sa ses notre nos votre vos nous ils elles t
"""
SMALL = frozenset(_SMALL_WORDS.split())


def words(text):
    """The words of `text`, folded; apostrophes and hyphens cut. « Post-its », « maison de quartier » are one word."""
    return _WORD.findall(_MAISON.sub("mq", _POSTIT.sub("postit", fold(text))))


def is_shouted(text):
    """All in capitals, and long enough for that to mean something."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 4 and all(c.isupper() for c in letters)


def starts_low(text):
    """Begins with a small letter: the middle of a sentence, mostly."""
    return text[:1].islower()
