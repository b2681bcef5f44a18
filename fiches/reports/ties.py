"""What an excerpt could prove: for each, the sheets nearest to its words, and in each the nearest section.

Published sheets and drafts, as staff search them: so `visible` says which ones this person may see.
"""

import re
from dataclasses import dataclass

from tantivy import Occur, Query

from acteurs.bases import lines

from ..models import Fiche, Genre, Section, Statut
from ..search.query import ask
from ..search.staff import views

MOST = 3  # sheets proposed for an excerpt
RANKED = 12  # sheets looked at: some may be another person's drafts, or withdrawn
LONGEST = 400  # characters of an excerpt that are asked: search reads 24 words
_QUOTES = re.compile('[«»“”"„]')
_ROWS = {Section.ETAPES: ("titre", "texte"), Section.GAINS: ("gain", "risque")}


@dataclass(frozen=True)
class Tie:
    """One sheet proposed for an excerpt, the section it is nearest to, and those it may also be cited under."""

    fiche: Fiche
    section: Section
    sections: list


def sections_of(fiche):
    """{section: its words}, of the sections that a sheet has: words are cited under one of them."""
    found = {}
    for section in Section:
        if section == Section.SIGNAUX and fiche.genre != Genre.PIEGE:
            continue
        if section in _ROWS:
            rows = getattr(fiche, section).all()
            text = "\n".join(getattr(row, name) for row in rows for name in _ROWS[section])
        else:
            text = getattr(fiche, section)
        if text.strip():
            found[section] = text
    return found


def ties(extraits, visible):
    """{key of the excerpt: [Tie, …]}, the nearest sheet first. `visible`: the sheets that may be proposed.

    A constant number of queries, whatever the number of excerpts.
    """
    searched = views()
    if not searched:
        return {extrait.pk: [] for extrait in extraits}
    terms = searched[0].lexicon.analyser.terms
    nearest = {extrait.pk: _nearest(searched, extrait.texte) for extrait in extraits}
    sheets = visible.originals().exclude(statut=Statut.ARCHIVEE).select_related("theme", "prochaine")
    sheets = sheets.prefetch_related("etapes", "gains").in_bulk({pk for pks in nearest.values() for pk in pks})
    parts = {
        pk: {section: [set(terms(line)) for line in lines(text)] for section, text in sections_of(fiche).items()}
        for pk, fiche in sheets.items()
    }
    found = {}
    for extrait in extraits:
        said = set(terms(extrait.texte[:LONGEST]))
        kept = [pk for pk in nearest[extrait.pk] if parts.get(pk)][:MOST]
        found[extrait.pk] = [Tie(sheets[pk], _closest(said, parts[pk]), list(parts[pk])) for pk in kept]
    return found


def _nearest(searched, texte):
    """Keys of sheets, the nearest first: any of the words, those side by side counting more."""
    hits = []
    for view in searched:
        if asked := ask(view, _QUOTES.sub(" ", texte)[:LONGEST], corrected=False):
            query = Query.boolean_query([(Occur.Must, asked.some), *asked.nearness])
            found = view.searcher.search(query, RANKED).hits
            hits += [(-round(score, 4), view.searcher.doc(address)["id"][0]) for score, address in found]
    return [pk for _, pk in sorted(hits)]


def _closest(said, parts):
    """The section one line of which shares the most words with what is said, for its length; else « pourquoi »."""
    scores = {
        section: max((len(said & terms) / (len(terms) + 4) ** 0.5 for terms in read), default=0)
        for section, read in parts.items()
    }
    default = Section.POURQUOI if Section.POURQUOI in parts else next(iter(parts))
    best = max(scores, key=scores.get)
    return best if scores[best] else default
