"""Counts are those of plain Python on the whole result; orders are total; pages neither repeat nor drop a sheet."""

import random
from itertools import chain

import pytest

from acteurs.bases import fold
from acteurs.stamp import editing
from fiches.models import Fiche, Solidite
from fiches.search import index
from fiches.search.criteria import FACETS, Criteria, Tri
from fiches.search.finder import find
from tests import factories as make

from .elsewhere import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]

STRONGEST = ["croise-et-confirme", "croise", "discute", "convergent", "isole", "sans-preuve"]
QUERIES = [
    "",
    "",
    "école",
    "parents",
    "les parents ne viennent pas",
    "CLAS",
    "réunion de rentrée",
    "mairie",
    "confiance",
]


def values_of(fiche):
    """{facet: its values} of a sheet, read from the database."""
    return {
        "moment": {row.slug for row in fiche.moments.all()},
        "niveau": {row.slug for row in fiche.niveaux.all()},
        "theme": {fiche.theme.slug},
        "levier": {row.slug for row in fiche.leviers.all()},
        "acteur": {row.acteur.slug for row in fiche.interventions.all()},
        "dispositif": {row.slug for row in fiche.dispositifs.all()},
        "genre": {fiche.genre},
        "solidite": {str(fiche.solidite_code)},
    }


@pytest.fixture(scope="module")
def sheets(content, django_db_blocker):
    """{key of a published sheet: its values}"""
    with django_db_blocker.unblock():
        read = Fiche.objects.published().with_solidite().select_related("theme")
        read = read.prefetch_related("moments", "niveaux", "leviers", "interventions__acteur", "dispositifs")
        return {fiche.pk: values_of(fiche) for fiche in read}


def keeps(values, chosen, skip=None):
    return all(values[facet] & set(wanted) for facet, wanted in chosen.items() if facet != skip)


def some_choices(chance, sheets):
    """From none to five values, most often some that go together."""
    values = chance.choice(list(sheets.values()))
    chosen = {}
    for facet in chance.sample(FACETS, chance.randrange(4)):
        known = sorted(set(chain.from_iterable(sheet[facet] for sheet in sheets.values())))
        if own := sorted(values[facet]):
            chosen[facet] = sorted(
                {chance.choice(own), *chance.sample(known, chance.randrange(min(2, len(known)) + 1))}
            )
    return chosen


@pytest.mark.parametrize("seed", range(40))
def test_counts_are_those_of_the_whole_result(sheets, seed):
    chance = random.Random(seed)
    q = QUERIES[seed % len(QUERIES)]
    chosen = some_choices(chance, sheets)
    matched = {pk for pk, _ in answer(q=q)["sheets"]}
    found = answer(q=q, chosen=chosen, per_page=3)
    kept = {pk for pk in matched if keeps(sheets[pk], chosen)}
    assert found["total"] == len(kept)
    assert {pk for pk, _ in answer(q=q, chosen=chosen)["sheets"]} == kept
    for facet in FACETS:
        free = [sheets[pk][facet] for pk in matched if keeps(sheets[pk], chosen, skip=facet)]
        expected = {value: sum(value in held for held in free) for value, _ in found["facets"][facet]}
        assert dict(map(tuple, found["facets"][facet])) == expected, facet


def test_every_value_that_a_sheet_has_is_offered(sheets):
    offered = {facet: dict(map(tuple, counts)) for facet, counts in answer()["facets"].items()}
    for facet in FACETS:
        held = set(chain.from_iterable(values[facet] for values in sheets.values()))
        assert held - {Solidite.SANS_PREUVE} <= {value for value, n in offered[facet].items() if n}


def keys(**wanted):
    return [pk for pk, _ in answer(**wanted)["sheets"]]


def test_orders_are_those_that_they_say():
    read = list(Fiche.objects.published().with_solidite().select_related("theme"))
    by_theme = sorted(read, key=lambda fiche: (fiche.theme.numero, fiche.pk))
    expected = {
        Tri.THEME: by_theme,
        Tri.TITRE: sorted(read, key=lambda fiche: f"{fold(fiche.titre)} {fiche.pk}"),
        Tri.RELECTURE: sorted(read, key=lambda fiche: (-fiche.reviewed_on.toordinal(), fiche.pk)),
        Tri.SOLIDITE: sorted(by_theme, key=lambda fiche: STRONGEST.index(fiche.solidite_code)),
    }
    for tri, rows in expected.items():
        assert keys(tri=tri) == [fiche.pk for fiche in rows], tri


@pytest.mark.parametrize("q", sorted(set(QUERIES)))
@pytest.mark.parametrize("tri", Tri.values)
def test_pages_make_up_the_whole_and_each_sheet_comes_once(q, tri):
    if not q and tri == Tri.PERTINENCE:
        tri = Tri.THEME
    whole = answer(q=q, tri=tri)
    assert answer(q=q, tri=tri) == whole, "the same twice"
    for per_page in (1, 7):
        pages = range(1, -(-whole["total"] // per_page) + 1)
        paged = [answer(q=q, tri=tri, per_page=per_page, page=str(page)) for page in pages]
        assert [sheet for page in paged for sheet in page["sheets"]] == whole["sheets"]
        assert {page["total"] for page in paged} <= {whole["total"]}


@pytest.mark.parametrize("page", ["0", "-1", "999999999999", "x", "", "1e9", "٣", "9" * 5000, "None"])
def test_an_absurd_page_is_one_that_exists(page):
    found = find(Criteria(page=page))
    assert 1 <= found.page.number <= found.page.paginator.num_pages
    assert list(found.page)


def test_sheets_of_equal_score_come_in_the_same_order_whatever_the_history_of_the_process():
    """A word that only names a lever gives all its sheets one score."""
    levier = make.make_levier(synonymes="viaduc")
    tied = [make.make_published_fiche(leviers=[levier]) for _ in range(30)]
    index.fresh()
    with editing():
        tied[0].save()
    whole = answer(q="viaduc")["sheets"]
    paged = [answer(q="viaduc", per_page=5, page=str(page))["sheets"] for page in range(1, 7)]
    assert len({score for _, score in whole}) == 1
    assert list(chain.from_iterable(paged)) == whole
