"""Where a text quotes somebody: « », “ ”, " " and ' '. Pure.

People forget to close a quotation, close what they did not open, and quote within a quotation: nothing here raises.
"""

import re
from bisect import bisect

_OPEN, _CLOSE = "«“„", "»”"
_SINGLE = re.compile(r"(?<!\w)(['‘])(?=[\w(])(?:[^'‘’]|(?<=\w)['’](?=\w))+?(?<=[\w.!?…)])['’](?!\w)")
_FEWEST = 3  # words in a single-quoted quotation, or elision would make many


def _opens(text, i, last_close):
    """Does the sign at `i` open? A straight quote does before a word, after a space; a closing sign may too."""
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if text[i] in _OPEN:
        return True
    if text[i] == '"':
        return (not before or before.isspace() or before in "([:'’-–—,;.") and bool(after) and not after.isspace()
    free = not before or before.isspace()
    return free and bool(after.strip() or text[i + 2 : i + 3].isalnum()) and i < last_close


def _last_close(text):
    return max(map(text.rfind, _CLOSE))


def find_quotes(text):
    """[(start, end, closed), …] of the outermost quotations, signs included, in order.

    One that nothing closes runs to the end of the text, and `closed` is False.
    """
    found, depth, start, last = [], 0, 0, _last_close(text)
    for i, sign in enumerate(text):
        if sign not in _OPEN and sign not in _CLOSE and sign != '"':
            continue
        if depth and (sign in _CLOSE or (sign == '"' and text[start] == '"')):
            depth -= 1
            if not depth:
                found.append((start, i + 1, True))
        elif (not depth or sign in _OPEN) and _opens(text, i, last):
            start = start if depth else i
            depth += 1
    if depth:
        found.append((start, len(text), False))
    return sorted([*found, *_single_quotes(text, found)])


def _single_quotes(text, found):
    """Those between ' and ' that no quotation holds."""
    starts = [start for start, _, _ in found]
    for match in _SINGLE.finditer(text):
        i = bisect(starts, match.start())
        clear = (not i or found[i - 1][1] <= match.start()) and (i == len(found) or match.end() <= found[i][0])
        if clear and len(match[0].split()) >= _FEWEST:
            yield match.start(), match.end(), True


def left_open(text):
    """Does the text end within a quotation?"""
    quotes = find_quotes(text)
    return bool(quotes) and not quotes[-1][2]


def closes_first(text):
    """Does the text, read within a quotation, close it before opening another? None: it does neither."""
    for i, sign in enumerate(text):
        if sign in _CLOSE:
            return True
        if sign in _OPEN:
            return False
        if sign == '"':
            return not _opens(text, i, 0)
    return None
