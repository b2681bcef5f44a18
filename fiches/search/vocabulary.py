"""The words that the texts really hold: accents restored in what is typed without them, spellings to suggest."""

from array import array

from .analysis import ACRONYM


class Vocabulary:
    """The words of some texts: for each folded surface form, the terms and the spellings seen, and how often.

    Texts come by `learn()` and leave by `forget()`, one thread at a time; others may read meanwhile.
    """

    def __init__(self, analyser, texts=()):
        self._analyser = analyser
        self._number = {}  # {(surface, term, spelling or ""): n}
        self._words = []  # n → (surface, term, spelling)
        self._uses = array("l")  # n → how often; a word that has left is kept, at 0, for it may come back
        self._by_surface = {}  # {surface: [n, …]}
        self._by_term = {}  # {term: [n, …]}
        self._changes = 0
        self._surfaces = (-1, {})  # what surfaces() gave, and after how many changes
        for text in texts:
            self.learn([text])

    def learn(self, texts, *, shown=True):
        """Add the words of `texts`, each counted once; the result is for `forget()`.

        Of texts that are not `shown` to anyone, no spelling is kept.
        """
        return self.learn_words((word for text in texts for word in self._analyser.words(text)), shown=shown)

    def learn_words(self, words, *, shown=True):
        """The same for `words` already read by the analyser."""
        if not shown:
            words = ((surface, term, "") for surface, term, _ in words)
        known = array("I", [self._number_of(word) for word in set(words)])
        self._count(known, 1)
        return known

    def _number_of(self, word):
        number = self._number.get(word)
        if number is None:
            number = len(self._words)
            self._words.append(word)
            self._uses.append(0)
            self._number[word] = number
            self._by_surface.setdefault(word[0], []).append(number)
            self._by_term.setdefault(word[1], []).append(number)
        return number

    def forget(self, known):
        """Take away what `learn()` added and called `known`."""
        self._count(known, -1)

    def _count(self, known, n):
        uses = self._uses
        for number in known:
            uses[number] += n
        self._changes += 1

    def _seen(self, numbers, part):
        """{the `part` (1: term, 2: spelling) of some words: uses}, those in no text any more left out."""
        counts = {}
        for number in list(numbers):
            if (value := self._words[number][part]) and self._uses[number] > 0:
                counts[value] = counts.get(value, 0) + self._uses[number]
        return counts

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

    def surfaces(self):
        """Folded surface form → how often it was seen, for the spelling corrector."""
        changes = self._changes
        at, found = self._surfaces
        if at != changes:  # counted first: what changes meanwhile must not pass for known
            found = {}
            for surface, numbers in list(self._by_surface.items()):
                if uses := sum(self._uses[number] for number in numbers):
                    found[surface] = uses
            self._surfaces = (changes, found)
        return found

    def spelling(self, surface):
        """How a known folded form is most often written, in lower case unless an acronym: what to show of it.

        None for a form that is in no text that may be shown.
        """
        numbers = self._by_surface.get(surface, ())
        term, written = _commonest(self._seen(numbers, 1)), _commonest(self._seen(numbers, 2))
        if term is None or written is None:
            return None
        return written if term.startswith(ACRONYM) else written.lower()

    def written(self, term):
        """All the spellings of a term in the texts that may be shown: what to highlight."""
        return list(self._seen(self._by_term.get(term, ()), 2))

    def _terms_like(self, surface):
        """The terms of a form or, when it was never seen, of its singular or plural (« lycees » from « lycée »)."""
        for form in (surface, surface[:-1] if surface.endswith(("s", "x")) else surface + "s"):
            if seen := self._seen(self._by_surface.get(form, ()), 1):
                return set(seen)
        return set()


def _commonest(counts):
    """The value most often counted, the first by alphabet among equals: the same in every process. None if none."""
    return min(counts, key=lambda value: (-counts[value], value), default=None)
