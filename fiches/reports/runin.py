"""Voices told at the head of a line: « École : on manque de temps ». Pure."""

import re
from dataclasses import replace

from .voices import UNKNOWN, find_voice
from .words import words

_HEAD = re.compile(r"([^:.?!«»“”\"]{2,60}?\s?:)\s*(?=\S)")
_SAYS_WORDS = """
parole paroles regard regards voix cote dit disent point vue vu avis temoignage temoignages
"""
_SAYS = frozenset(_SAYS_WORDS.split())


def split_run_in(blocks):
    """The blocks, those that open on a voice cut after it.

    A bare « École : » is trusted only if another side is announced in the same way somewhere in the report.
    """
    found = {i: head for i, block in enumerate(blocks) if (head := _head_of(block))}
    bare = {voice for _, voice, says in found.values() if not says}
    out = []
    for i, block in enumerate(blocks):
        if i not in found or not (found[i][2] or len(bare) > 1):
            out.append(block)
            continue
        head, rest = block.split(found[i][0])
        out += [replace(head, bullet=False, level=0), rest]
    return out


def _head_of(block):
    """(where to cut, voice, whether it says that somebody speaks), or None."""
    if block.heading or block.mute or not (match := _HEAD.match(block.text)):
        return None
    voice = find_voice(match[1])
    if not voice or voice == UNKNOWN:
        return None
    says = bool(_SAYS & set(words(match[1]))) or "postit" in words(match[1])
    return match.end(), voice, says
