"""Words of the glossary that no sheet uses: what to write about, or what to take out of the glossary."""

from tantivy import Occur, Query

from acteurs.models import Terme

from .search.index import fresh
from .search.lexicon import names_of
from .search.schema import HIDDEN, SPOKEN, TEXTS, schema

READ = [name for name in TEXTS if name not in HIDDEN]  # what a reader sees of a sheet


def orphan_terms():
    """The glossary entries that no sheet online uses, nor is tied to, in order of key. One query when nothing changed.

    A word is used when it can be read in a sheet, singular or plural, whole; an acronym or its full form will do.
    """
    view = fresh()
    terms = view.lexicon.rows["terme"]
    tied = view.sheets["terme"]
    orphans = [term.pk for term in terms if term.definition and not tied.get(term.pk) and not _is_read(view, term)]
    return Terme.objects.filter(pk__in=orphans).order_by("pk")


def _is_read(view, term):
    """Whether one of the names of `term` stands in a sheet."""
    places = [place for name in names_of(term) for piece in _forms(name) for place in _places(view, piece)]
    query = Query.boolean_query([(Occur.Should, place) for place in places])
    return bool(places) and view.searcher.search(query, limit=1, count=False).hits != []


def _forms(name):
    """« Parent relais, parent-ressource » is two words for one thing; so is « asso (association) »."""
    return [form.strip() for form in name.replace("(", ",").replace(")", ",").split(",") if form.strip()]


def _places(view, name):
    for field in READ:
        run = view.lexicon.analyser.terms(name, small=field in SPOKEN)
        if len(run) > 1:
            yield Query.phrase_query(schema(), field, run)
        elif run:
            yield Query.term_query(schema(), field, run[0])
