"""The words that the texts really hold: accents restored in what is typed without them, spellings to suggest."""

import re
from array import array
from bisect import bisect_left
from collections import Counter

from .analysis import ACRONYM

MAX_SPELLING = 255  # characters: a longer run is no word to show
# A word and what is known of it make one run, without blanks since the engine counts these runs: each blank that a
# word may hold (« 6 ème », « REP + ») has a stand-in. What parts a run comes before any letter: sorted, forms follow.
_PART = "\x1f"
_HIDE_BLANKS = str.maketrans(" \u00a0\u202f", "\x01\x02\x03")
_SHOW_BLANKS = {stand_in: blank for blank, stand_in in _HIDE_BLANKS.items()}


def packed(words, *, shown=True):
    """The distinct words among `words`, as an Analyser reads them, each as one run: its form, its term, its spelling.

    Of words that are not `shown` to anyone, no spelling is kept.
    """
    return {
        _PART.join((surface, term, spelling.translate(_HIDE_BLANKS) if shown and len(spelling) < MAX_SPELLING else ""))
        for surface, term, spelling in words
    }


class Vocabulary:
    """The words of some texts: for each folded surface form, the terms and the spellings seen, and in how many texts.

    Only read, by any number of threads.
    """

    def __init__(self, analyser, counts):
        """`counts`: [(a word as `packed()` gives it, in how many texts it is), …]; a word may come more than once."""
        self._analyser = analyser
        self._words = _Sorted(f"{word}{_PART}{uses}" for word, uses in counts)
        self._spellings = _Sorted({word.partition(_PART)[2] for word, _ in counts if not word.endswith(_PART)})

    @classmethod
    def of(cls, analyser, texts):
        """That of `texts`."""
        uses = Counter(word for text in texts for word in packed(analyser.words(text)))
        return cls(analyser, list(uses.items()))

    def restore(self, word):
        """The set of terms to look for when `word` is typed: its own, and those of the words it may stand for.

        Accents may be missing or wrong (« precarite », « lycee »).
        Typed in lower case, a cautious acronym is restored too (« cs » → CS): nothing is lost where the texts
        hold no other « cs ». Not with an accent (« pré » is not PRE); and an acronym typed as such stands alone.
        """
        own = set(self._analyser.query_terms(word))
        if any(term.startswith(ACRONYM) for term in own):
            return own
        surface = self._analyser.surface(word)
        seen = self._terms_like(surface)
        return own | {term for term in seen if surface == word.lower() or not term.startswith(ACRONYM)}

    def surfaces(self, start=""):
        """{folded surface form that begins so: how often it was seen}, in alphabetical order. Made at each call."""
        found = {}
        for form, _, _, uses in self._known(start):
            found[form] = found.get(form, 0) + uses
        return found

    def spelling(self, surface):
        """How a known folded form is most often written, in lower case unless an acronym: what to show of it.

        None for a form that is in no text that may be shown.
        """
        terms, spellings = Counter(), Counter()
        for _, term, spelling, uses in self._known(surface + _PART):
            terms[term] += uses
            if spelling:
                spellings[spelling] += uses
        if not spellings:
            return None
        written = _commonest(spellings)
        return written if _commonest(terms).startswith(ACRONYM) else written.lower()

    def written(self, term):
        """All the spellings of a term in the texts that may be shown: what to highlight."""
        found = self._spellings.beginning(term + _PART)
        return [run.partition(_PART)[2].translate(_SHOW_BLANKS) for run in found]

    def _known(self, start):
        """Yield (form, term, spelling or "", uses) of the words that begin so."""
        for run in self._words.beginning(start):
            form, term, spelling, uses = run.split(_PART)
            yield form, term, spelling.translate(_SHOW_BLANKS), int(uses)

    def _terms_like(self, surface):
        """The terms of a form or, when it was never seen, of its singular or plural (« lycees » from « lycée »)."""
        for form in (surface, surface[:-1] if surface.endswith(("s", "x")) else surface + "s"):
            if seen := {term for _, term, _, _ in self._known(form + _PART)}:
                return seen
        return set()


def _commonest(counts):
    """The value most often counted, the first by alphabet among equals: the same in every process."""
    return min(counts, key=lambda value: (-counts[value], value))


class _Sorted:
    """Texts without end of line, found by their beginning in some microseconds.

    One run of bytes: thirty thousand are a megabyte, ten times less than in dictionaries.
    """

    def __init__(self, texts):
        self._run = "".join(f"{text}\n" for text in sorted(texts)).encode()
        ends = (match.end() for match in re.finditer(b"\n", self._run))
        self._starts = array("I", (0, *ends))
        self._starts.pop()  # after the last

    def beginning(self, start):
        """Yield those that begin so, in order."""
        start = start.encode()
        length = len(start)
        first = bisect_left(self._starts, start, key=lambda at: self._run[at : at + length])
        for n in range(first, len(self._starts)):
            at = self._starts[n]
            if not self._run.startswith(start, at):
                return
            yield self._run[at : self._run.index(b"\n", at)].decode()
