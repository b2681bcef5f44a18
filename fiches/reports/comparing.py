"""The segments of a corrected report beside the excerpts already written from the former one. Pure.

Only wording counts: accents, case and punctuation do not make a difference, nor does the place in the report.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from .masking import pieces
from .words import words

ALIKE = 72  # of 100: from there on, two wordings tell the same idea
MOST = 1_500  # excerpts among which a changed wording is looked for
_HIDDEN = 80  # characters, at most, that a mask may stand for


@dataclass
class Comparison:
    """`same` and `changed`: {index of the segment: key of the excerpt}; `gone`: keys of excerpts without segment."""

    same: dict = field(default_factory=dict)
    changed: dict = field(default_factory=dict)
    gone: list = field(default_factory=list)


def wording(text):
    """What two texts have in common when they say the same thing with the same words."""
    return " ".join(words(text))


def compare(texts, known):
    """The `Comparison` of `texts` with `known`: {key: text}. Each excerpt answers for one segment at most."""
    left = defaultdict(list)
    for key, text in known.items():
        left[wording(text)].append(key)
    found = Comparison()
    for i, text in enumerate(texts):
        if keys := left.get(wording(text)):
            found.same[i] = keys.pop(0)
    rest = {key: known[key] for keys in left.values() for key in keys}
    _match_masked(texts, rest, found)
    _match_changed(texts, rest, found)
    found.gone = [key for key in known if key in rest]
    return found


def _match_masked(texts, rest, found):
    """An excerpt whose names were masked is the same as its segment, which still has them."""
    for key, text in list(rest.items()):
        parts = pieces(text)
        if len(parts) < 2:
            continue
        pattern = re.compile(rf".{{0,{_HIDDEN}}}".join(re.escape(wording(part)) for part in parts))
        for i, candidate in enumerate(texts):
            if i not in found.same and pattern.fullmatch(wording(candidate)):
                found.same[i] = key
                del rest[key]
                break


def _match_changed(texts, rest, found):
    pool = {key: wording(text) for key, text in list(rest.items())[:MOST]}
    for i, text in enumerate(texts):
        if i in found.same or not pool:
            continue
        if best := process.extractOne(wording(text), pool, scorer=fuzz.ratio, score_cutoff=ALIKE):
            found.changed[i] = best[2]
            del pool[best[2]], rest[best[2]]
