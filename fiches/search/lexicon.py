"""The words that curators give to search, beside the sheets: names, synonyms, acronyms, groups of equivalent words.

All of it is data, edited in the admin, and the synonyms are never displayed. It is small (a few hundred rows), and
read as a whole. Documents hold none of it: what a query means is looked up here, so a change counts at once.
"""

from collections import defaultdict
from typing import NamedTuple

from acteurs.bases import fold, lines
from acteurs.models import Acteur, Dispositif, Niveau, Terme
from fiches.models import Genre, Levier, Moment, Solidite, Synonyme, SynonymeGenre, Theme
from fiches.models.themes import SHEET_PAGES

from .analysis import Analyser
from .schema import STRONGEST_FIRST
from .vocabulary import packed

EXACTLY = 1.0
NEAR = 0.5  # of a word that leads somewhere too, or to a word of the glossary
PART = 0.6  # share of the words of a name that a query must hold for the name to be recognised


class Meaning(NamedTuple):
    """What some words of a query stand for: one value of a facet, or other words."""

    facet: str = ""
    pk: int = 0
    others: tuple = ()  # runs of terms
    trust: float = EXACTLY


NAMED = {"theme": Theme, "levier": Levier, "acteur": Acteur, "dispositif": Dispositif, "terme": Terme}
# Where an acronym leads: facet → the relation that says it.
LEADS = {
    "theme": "themes",
    "levier": "leviers",
    "acteur": "acteurs",
    "dispositif": "dispositifs",
    "terme": "termes",
    "id": "fiches",
}


def names_of(row):
    """The names that the site shows of an actor, a lever, a scheme, a theme or a word of the glossary."""
    shown = (getattr(row, name, "") for name in ("nom", "titre", "mot", "sigle"))
    return [name for name in shown if name]


class Choice(NamedTuple):
    """One value of a facet: what the index holds of it, and its label."""

    number: int
    label: str


def _choices(rows):
    """{facet: {value in an address: Choice}}, in the order in which readers look for them."""

    def alphabetical(found):
        return {row.slug: Choice(row.pk, row.nom) for row in sorted(found, key=lambda row: fold(row.nom))}

    with_sheets = [row for row in rows["theme"] if row.page in SHEET_PAGES]
    return {
        "moment": {row.slug: Choice(row.pk, row.nom) for row in Moment.objects.all()},
        "niveau": {row.slug: Choice(row.pk, row.nom) for row in Niveau.objects.all()},
        "theme": {row.slug: Choice(row.pk, row.titre) for row in sorted(with_sheets, key=lambda row: row.numero)},
        **{facet: alphabetical(rows[facet]) for facet in ("levier", "acteur", "dispositif")},
        "genre": {value: Choice(n, label.capitalize()) for n, (value, label) in enumerate(Genre.choices)},
        "solidite": {
            value: Choice(n, Solidite(value).label.capitalize())
            for n, value in enumerate(STRONGEST_FIRST)
            if value != Solidite.SANS_PREUVE
        },
    }


class Lexicon:
    """Runs of words → what they mean. Built once for a state of the database, then only read."""

    def __init__(self, rows, synonymes):
        """`rows`: {facet: rows of NAMED}; `synonymes`: the groups and the acronyms, with their targets."""
        self.rows = rows
        sigles = [group for group in synonymes if group.genre == SynonymeGenre.SIGLE]
        acronyms = {row.sigle for found in rows.values() for row in found if getattr(row, "sigle", "")}
        # What the analysis of every text depends on: all acronyms, then those read as such in capitals only.
        self.acronyms = (
            frozenset(acronyms.union(group.nom for group in sigles)),
            frozenset(group.nom for group in sigles if group.prudence),
        )
        self.analyser = Analyser(*self.acronyms)
        self._texts = []  # names and hidden words: one may type them all
        self._meanings = defaultdict(list)  # {run: [Meaning, …]}
        self._names_with = defaultdict(set)  # {term: {(facet, pk, the terms of a name), …}}
        self._longest = 1
        for facet, found in rows.items():
            for row in found:
                self._add_row(facet, row)
        for group in synonymes:
            self._add_group(group)
        self.words = self._words()

    @classmethod
    def load(cls):
        """Read from the database: a dozen queries."""
        rows = {facet: list(model.objects.order_by("pk")) for facet, model in NAMED.items()}
        synonymes = list(Synonyme.objects.order_by("pk").prefetch_related(*LEADS.values()))
        lexicon = cls(rows, synonymes)
        for group in synonymes:
            group._prefetched_objects_cache.clear()  # rows that point to each other: 3 MB would wait for the collector
        lexicon.choices = _choices(rows)
        return lexicon

    def _runs(self, text):
        """The runs of terms by which a word or expression is typed: « turn-over » is also typed in one word."""
        self._texts.append(text)
        runs = [tuple(self.analyser.query_terms(text))]
        if "-" in text and " " not in text.strip():
            runs.append((self.analyser.stem(text.replace("-", "")),))
        return [run for run in runs if run]

    def _mean(self, run, meaning):
        if meaning not in self._meanings[run]:
            self._meanings[run].append(meaning)
            self._longest = max(self._longest, len(run))

    def _add_row(self, facet, row):
        trust = NEAR if facet == "terme" else EXACTLY
        for name in (*names_of(row), *lines(row.synonymes)):
            for run in self._runs(name):
                self._mean(run, Meaning(facet, row.pk, trust=trust))
                if len(terms := frozenset(run)) > 1:
                    for term in terms:
                        self._names_with[term].add((facet, row.pk, terms))
        for name in lines(row.proches):
            for run in self._runs(name):
                self._mean(run, Meaning(facet, row.pk, trust=NEAR * trust))

    def _add_group(self, group):
        if group.genre == SynonymeGenre.SIGLE:
            runs = self._runs(group.nom) + self._runs(group.forme)
            for facet, relation in LEADS.items():
                for row in getattr(group, relation).all():
                    for run in runs:
                        self._mean(run, Meaning(facet, row.pk, trust=NEAR if facet == "terme" else EXACTLY))
        else:
            runs = [run for text in lines(group.mots) for run in self._runs(text)]
        runs = list(dict.fromkeys(runs))
        leads_to = runs[:1] if group.genre == SynonymeGenre.VERS_PREMIER else runs
        for run in runs:
            if others := tuple(other for other in leads_to if other != run):
                self._mean(run, Meaning(others=others))

    def _words(self):
        """[(word, 1), …] for a Vocabulary: names are shown, the rest may only be typed."""
        read = self.analyser.words
        names = (name for found in self.rows.values() for row in found for name in names_of(row))
        shown = packed(word for name in names for word in read(name))
        hidden = packed((word for text in self._texts for word in read(text)), shown=False)
        return [(word, 1) for word in (*shown, *hidden)]

    def spans(self, terms):
        """[(start, end, meanings), …]: the runs of `terms` that mean something."""
        return [
            (start, end, self._meanings[run])
            for start in range(len(terms))
            for end in range(start + 1, min(len(terms), start + self._longest) + 1)
            if (run := tuple(terms[start:end])) in self._meanings
        ]

    def partly_named(self, terms):
        """What `terms` name in part, in any order: {(facet, pk): (share, terms)}, whole names left out."""
        wanted = set(terms)
        found = {}
        for facet, pk, name in set().union(*(self._names_with.get(term, ()) for term in wanted)):
            held = name & wanted
            share = len(held) / len(name)
            if PART <= share < 1:
                # Among names held alike, the last by alphabet: a set has no order that two processes share.
                found[facet, pk] = max((share, sorted(held)), found.get((facet, pk), (0, [])))
        return dict(sorted(found.items()))
