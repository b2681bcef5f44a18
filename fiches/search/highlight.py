"""The best passage of a sheet for a query, its words marked. Text in, parts out: the template escapes them."""

import re
from bisect import bisect
from typing import NamedTuple

from fiches.models import Section

from .analysis import ACRONYM

LENGTH = 220  # characters of a passage, about
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
# Section → its field, in the order of a page.
FIELDS = {
    Section.SIGNAUX: "signaux",
    Section.POURQUOI: "pourquoi",
    Section.MARCHE_SI: "marche_si",
    Section.NE_MARCHE_PAS_SI: "ne_marche_pas_si",
    Section.ROLE_DU_CENTRE: "role_du_centre",
    Section.VIGILANCE: "vigilance",
    Section.REPERES: "reperes",
    Section.QUESTIONS: "questions",
    Section.EXEMPLE: "exemple",
    Section.RESULTATS: "resultats",
}


class Part(NamedTuple):
    """A piece of text, and whether it is one of the words looked for."""

    text: str
    marked: bool


class Passage(NamedTuple):
    """What to show of a sheet: its title and its summary marked, and where else the words are best said."""

    titre: list
    en_bref: list
    section: str = ""
    parts: list = ()


class Highlighter:
    """Marks the words of one query. The texts are not analysed again: what is written for a term is known."""

    def __init__(self, view, asked):
        self._weights = {}  # {spelling as found: (number of the word, rarity)}
        patterns = set()
        for number, word in enumerate(asked.words):
            for term in word.terms:
                patterns |= self._learn(view, term, number, word.rarity)
        for run in asked.expressions:
            if len(run) == 1:
                patterns |= self._learn(view, run[0], -1, 0.5)
        for runs in asked.phrases:
            for term in {term for run in runs for term in run}:
                patterns |= self._learn(view, term, -2, 1.0)
        longest_first = sorted(patterns, key=lambda text: (-len(text), text))
        # The first letters, looked at before anything else, spare most of the work at most places.
        firsts = "".join(sorted({re.escape(spelling[0]) for spelling in self._weights}))
        self._pattern = (
            re.compile(rf"(?=[{firsts}])(?<!\w)(?:{'|'.join(longest_first)})(?!\w)") if longest_first else None
        )

    def _learn(self, view, term, number, weight):
        """The patterns of the spellings of a term. Acronyms keep their case, else « EN » would mark « en »."""
        found = set()
        for written in view.vocabulary.written(term):
            spellings = {written} if term.startswith(ACRONYM) else {written.lower(), written.capitalize(), written}
            for spelling in spellings:
                self._weights.setdefault(spelling, (number, weight))
                found.add(re.escape(spelling))
        return found

    def parts(self, text):
        """`text` cut at the marked words: [Part, …]."""
        if self._pattern is None or not text:
            return [Part(text, marked=False)]
        found, at = [], 0
        for match in self._pattern.finditer(text):
            if match.start() > at:
                found.append(Part(text[at : match.start()], marked=False))
            found.append(Part(match[0], marked=True))
            at = match.end()
        return [*found, Part(text[at:], marked=False)] if at < len(text) else found

    def _worth(self, matches):
        """What some matches are worth together: each word of the query counts once."""
        best = {}
        for match in matches:
            number, weight = self._weights.get(match[0], (-1, 0.5))
            best[number] = max(weight, best.get(number, 0))
        return sum(best.values())

    def passage(self, fiche):
        """The `Passage` of a sheet. Its prefetched steps are read, and no query is made."""
        shown = Passage(self.parts(fiche.titre), self.parts(fiche.en_bref))
        if self._pattern is None:
            return shown
        best, worth = None, self._worth(self._pattern.finditer(f"{fiche.titre} {fiche.en_bref}"))
        for section, text in sections(fiche):
            matches = list(self._pattern.finditer(text))
            if not matches or self._worth(matches) <= worth:
                continue
            for start, end, held in _pieces(text, matches):
                if (value := self._worth(held)) > worth:
                    best, worth = (section, _window(text[start:end], held[0].start() - start)), value
        if best is None:
            return shown
        return shown._replace(section=Section(best[0]).label, parts=self.parts(best[1]))


def sections(fiche):
    """[(section, its text), …] in the order of the page; put together once, since a sheet found is only read."""
    if "sections_read" not in fiche.__dict__:
        fiche.sections_read = list(_read_sections(fiche))
    return fiche.sections_read


def _read_sections(fiche):
    for section, name in FIELDS.items():
        if text := getattr(fiche, name):
            yield section, text
        if section == Section.POURQUOI:
            steps = [f"{etape.titre}. {etape.texte}" if etape.texte else etape.titre for etape in fiche.etapes.all()]
            yield Section.ETAPES, "\n".join(steps)
    yield Section.GAINS, "\n".join(gain.gain for gain in fiche.gains.all())


def _pieces(text, matches):
    """[(start, end, matches inside), …]: the lines and sentences of `text` that hold a match."""
    cuts = sorted({0, len(text), *(m.end() for m in _SENTENCE.finditer(text)), *_line_starts(text)})
    held = {}
    for match in matches:
        held.setdefault(bisect(cuts, match.start()) - 1, []).append(match)
    return [(cuts[n], cuts[n + 1], found) for n, found in held.items()]


def _line_starts(text):
    return (match.end() for match in re.finditer(r"\n", text))


def _window(piece, at):
    """`piece` on one line, cut at words around the character `at` when it is long."""
    start = 0
    if len(piece) > LENGTH and at > LENGTH // 2:
        start = piece.rfind(" ", 0, at - LENGTH // 3) + 1
    cut = piece[start : start + LENGTH]
    if start + LENGTH < len(piece):
        cut = cut.rsplit(" ", 1)[0] + " …"
    return ("… " if start else "") + " ".join(cut.split())
