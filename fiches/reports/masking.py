"""Names, addresses and numbers taken out of a passage, for good: what replaces them says what was there. Pure."""

import re

from .lines import ink

MASKS = {"personne": "[nom masqué]", "courriel": "[adresse masquée]", "telephone": "[numéro masqué]"}
MASK = "[masqué]"
_ANY = re.compile("|".join(map(re.escape, (*MASKS.values(), MASK))))


def mask(text, words, by=MASK):
    """`text` with every occurrence of `words` replaced by `by`, and how many there were.

    Whole words only, whatever their case and the blanks between them; what is already masked is left alone. No
    occurrence when `words` is blank.
    """
    parts = words.split()
    if not parts:
        return text, 0
    pattern = r"\s+".join(map(re.escape, parts))
    before = r"(?<!\w)" if parts[0][0].isalnum() else ""
    after = r"(?!\w)" if parts[-1][-1].isalnum() else ""
    wanted = re.compile(f"{_ANY.pattern}|(?P<words>{before}{pattern}{after})", re.I)
    count = 0

    def replaced(match):
        nonlocal count
        if match["words"] is None:
            return match[0]
        count += 1
        return by

    return wanted.sub(replaced, text), count


def bare_ink(text):
    """The characters of the report that `text` still shows: its ink, less the masks."""
    return ink(_ANY.sub("", text))


def masked_spans(text):
    """[(start, end), …] of the masks: a passage is not cut there."""
    return [match.span() for match in _ANY.finditer(text)]


def pieces(text):
    """What stands between the masks: one piece, the whole text, when nothing is masked."""
    return _ANY.split(text)
