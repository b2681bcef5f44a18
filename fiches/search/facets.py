"""The values that readers choose from, and how many sheets each would give: counted by the engine on every result."""

from tantivy import Occur, Query

from .criteria import FACETS
from .query import rarity
from .schema import schema

MAX_VALUES = 1000  # of one facet
MIN_SHEETS = 3  # fewer have nothing in common but chance


def filters(chosen, choices, skip=None):
    """The engine's clauses for the values chosen, the facet `skip` left aside: any value of each facet."""
    return [
        (
            Occur.Must,
            Query.const_score_query(
                Query.term_set_query(schema(), facet, [choices[facet][value].number for value in values]), 0.0
            ),
        )
        for facet, values in chosen.items()
        if facet != skip
    ]


def counts(searcher, matched, chosen, choices):
    """{facet: {number of the value: sheets}} among those that `matched` (a query) and the choices of other facets.

    One pass for all the facets without a choice, and one for each that has some.
    """
    found = {}
    free = [facet for facet in FACETS if facet not in chosen]
    for facets, skip in [(free, None), *(([facet], facet) for facet in chosen)]:
        query = Query.boolean_query([(Occur.Must, matched), *filters(chosen, choices, skip)])
        answer = searcher.aggregate(query, {f: {"terms": {"field": f, "size": MAX_VALUES}} for f in facets})
        for facet in facets:
            found[facet] = {int(bucket["key"]): bucket["doc_count"] for bucket in answer[facet]["buckets"]}
    return found


def shared(view, pks):
    """{(facet, pk): weight} of the levers and schemes that half of some sheets have: share times rarity."""
    if len(pks) < MIN_SHEETS:
        return {}
    query = Query.term_set_query(schema(), "id", pks)
    wanted = {facet: {"terms": {"field": facet, "size": MAX_VALUES}} for facet in ("levier", "dispositif")}
    total = view.searcher.num_docs
    return {
        (facet, int(bucket["key"])): bucket["doc_count"]
        / len(pks)
        * rarity(view.sheets[facet].get(int(bucket["key"]), 0), total)
        for facet, found in view.searcher.aggregate(query, wanted).items()
        for bucket in found["buckets"]
        if bucket["doc_count"] >= len(pks) / 2
    }
