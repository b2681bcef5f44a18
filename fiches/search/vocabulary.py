"""The words that the texts really hold: accents restored in what is typed without them, spellings to suggest."""

from array import array
from collections import Counter

from .analysis import ACRONYM


class Vocabulary:
    """The words of some texts: for each folded surface form, the terms and the spellings seen, and how often.

    Texts come by `learn()` and leave by `forget()`, one thread at a time; others may read meanwhile.
    """

    def __init__(self, analyser, texts=()):
        self._analyser = analyser
        self._number = {}  # {(surface, term, spelling or ""): n}
        self._words = []  # n → (surface, term, spelling)
        self._terms = {}  # {surface: Counter of terms}
        self._spellings = {}  # {surface: Counter of spellings}, of texts that anyone may read
        self._written = {}  # {term: Counter of spellings}, likewise
        for text in texts:
            self.learn([text])

    def learn(self, texts, *, shown=True):
        """Add the words of `texts`, each counted once; the result is for `forget()`.

        Of texts that are not `shown` to anyone, no spelling is kept.
        """
        words = {
            (surface, term, written if shown else "")
            for text in texts
            for surface, term, written in self._analyser.words(text)
        }  # sorted: the same spelling is shown by every process
        known = array("L", [self._number_of(word) for word in sorted(words)])
        self._count(known, 1)
        return known

    def _number_of(self, word):
        number = self._number.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number

    def forget(self, known):
        """Take away what `learn()` added and called `known`."""
        self._count(known, -1)

    def _count(self, known, n):
        for number in known:
            surface, term, written = self._words[number]
            _add(self._terms, surface, term, n)
            if written:
                _add(self._spellings, surface, written, n)
                _add(self._written, term, written, n)

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
        seen = self._seen(surface)
        return own | {term for term in seen if surface == word.lower() or not term.startswith(ACRONYM)}

    def surfaces(self):
        """Folded surface form → how often it was seen, for the spelling corrector."""
        return {surface: terms.total() for surface, terms in list(self._terms.items())}

    def spelling(self, surface):
        """How a known folded form is most often written, in lower case unless an acronym: what to show of it.

        None for a form that is in no text that may be shown. KeyError for one that surfaces() does not list.
        """
        (term, _), *_ = self._terms[surface].most_common(1)
        if surface not in self._spellings:
            return None
        (written, _), *_ = self._spellings[surface].most_common(1)
        return written if term.startswith(ACRONYM) else written.lower()

    def written(self, term):
        """All the spellings of a term in the texts that may be shown: what to highlight."""
        return list(self._written.get(term, ()))

    def _seen(self, surface):
        """The terms of a form or, when it was never seen, of its singular or plural (« lycees » from « lycée »)."""
        for form in (surface, surface[:-1] if surface.endswith(("s", "x")) else surface + "s"):
            if form in self._terms:
                return self._terms[form].copy()
        return Counter()


def _add(counts, key, value, n):
    counter = counts.setdefault(key, Counter())
    counter[value] += n
    if counter[value] <= 0:
        del counter[value]
        if not counter:
            del counts[key]
