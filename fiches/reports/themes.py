"""Which of the known themes a heading is about, by its words. Pure: the themes are handed in."""

from dataclasses import dataclass
from math import log

from .words import SMALL, words

_KEYWORDS_WORDS = "theme thematique thematiques partie axe chapitre no numero"
_KEYWORDS = frozenset(_KEYWORDS_WORDS.split())


@dataclass(frozen=True)
class ThemeWords:
    """What is known of one theme: its number, and every wording that leads to it."""

    numero: int
    titre: str
    question: str = ""
    synonymes: tuple[str, ...] = ()
    proches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """`exact`: how much the heading is one wording of the theme; `near`: how much of it the theme's words explain.

    Both from 0 to 1.
    """

    numero: int
    exact: float
    near: float

    @property
    def score(self):
        return max(self.exact, self.near)


def _content(text):
    return frozenset(_stem(word) for word in words(text) if word not in SMALL and word not in _KEYWORDS)


def _stem(word):
    """Crude on purpose, for a dozen headings: no plural, and the ending of a long word matters little."""
    if len(word) > 3 and word[-1] in "sx":
        word = word[:-1]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    return word[:7]


class Themes:
    """The known themes, ready to be recognised. May be empty."""

    def __init__(self, themes=()):
        self.titles = {theme.numero: theme.titre for theme in themes}
        self._wordings = {
            theme.numero: [c for t in (theme.titre, theme.question, *theme.synonymes) if (c := _content(t))]
            for theme in themes
        }
        self._bags = {
            theme.numero: frozenset().union(*self._wordings[theme.numero], *map(_content, theme.proches))
            for theme in themes
        }
        self._found = {}
        spread = [word for bag in self._bags.values() for word in bag]
        self._weights = {word: log(1 + len(self._bags) / spread.count(word)) for word in set(spread)}
        self._unknown = log(1 + len(self._bags) / 2) if self._bags else 0

    def _weigh(self, some):
        return sum(self._weights.get(word, self._unknown) for word in some)

    def matches(self, text):
        """Every theme that shares a word with `text`, the nearest first."""
        if text not in self._found:
            self._found[text] = self._matches(text)
        return self._found[text]

    def _matches(self, text):
        said = _content(text)
        found = []
        for numero, bag in self._bags.items():
            if said & bag:
                exact = max((self._alike(said, wording) for wording in self._wordings[numero]), default=0)
                found.append(Match(numero, exact, self._weigh(said & bag) / self._weigh(said) * 0.9))
        return sorted(found, key=lambda match: (-match.score, match.numero))

    def _alike(self, said, wording):
        return 2 * self._weigh(said & wording) / (self._weigh(said) + self._weigh(wording))

    def best(self, text):
        """The nearest theme, or None."""
        return next(iter(self.matches(text)), None)

    def score_of(self, numero, text):
        """How near `text` is to one theme."""
        return next((match.score for match in self.matches(text) if match.numero == numero), 0)
