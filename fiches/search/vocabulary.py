"""The words that the texts really hold: accents restored in what is typed without them, spellings to suggest."""

from collections import Counter

from .analysis import ACRONYM


class Vocabulary:
    """The words of some texts: folded surface form → the terms and the spellings seen for it, with how often."""

    def __init__(self, analyser, texts):
        self._analyser = analyser
        self._terms = {}
        self._spellings = {}
        for text in texts:
            for surface, term, written in analyser.words(text):
                self._terms.setdefault(surface, Counter())[term] += 1
                self._spellings.setdefault(surface, Counter())[written] += 1

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
        return {surface: terms.total() for surface, terms in self._terms.items()}

    def spelling(self, surface):
        """How a known folded form is most often written, in lower case unless an acronym: what to show of it.

        Raises KeyError for a form that surfaces() does not list.
        """
        (term, _), *_ = self._terms[surface].most_common(1)
        (written, _), *_ = self._spellings[surface].most_common(1)
        return written if term.startswith(ACRONYM) else written.lower()

    def _seen(self, surface):
        """The terms of a form or, when it was never seen, of its singular or plural (« lycees » from « lycée »)."""
        for form in (surface, surface[:-1] if surface.endswith(("s", "x")) else surface + "s"):
            if form in self._terms:
                return self._terms[form]
        return Counter()
