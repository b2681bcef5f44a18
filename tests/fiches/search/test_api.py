"""/api/v1/fiches: the finder's answer for machines, in the same order, bounded, without a trace."""

import pytest

from fiches.models import Fiche
from fiches.search.index import fresh
from tests import factories as make

from .elsewhere import answer

pytestmark = pytest.mark.django_db

URL = "/api/v1/fiches"


def ask(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/json")
    return response.json()


def test_its_shape(client):
    levier = make.make_levier(slug="pont", nom="Grand pont")
    acteur, dispositif = make.make_acteur(slug="mairie", nom="Grande mairie"), make.make_dispositif(slug="clas")
    fiche = make.make_published_fiche(titre="Grand pont", slug="ouvrir", en_bref="Le bref", leviers=[levier])
    got = ask(client, q="grand pont")
    assert set(got) >= {"count", "results", "acteurs", "leviers", "dispositifs", "facets", "corrections"}
    assert got["count"] == 1
    (result,) = got["results"]
    assert set(result) >= {"slug", "titre", "url", "resume", "score"}
    assert (result["slug"], result["titre"], result["resume"]) == ("ouvrir", "Grand pont", "Le bref")
    assert result["url"] == f"http://testserver{fiche.get_absolute_url()}"
    assert result["score"] > 0
    assert got["leviers"] == [{"slug": levier.slug, "nom": levier.nom}]
    assert ask(client, q=str(acteur))["acteurs"][0]["slug"] == "mairie"
    assert ask(client, q=dispositif.nom)["dispositifs"][0]["slug"] == "clas"
    assert got["facets"]["levier"] == [{"valeur": "pont", "nom": "Grand pont", "fiches": 1}]
    assert ask(client, q="grnad")["corrections"] == [{"de": "grnad", "vers": "grand"}]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "abc", "1.5", "١", "9" * 30, "1 000", "0x10", "1e2"])
def test_a_limit_out_of_bounds_is_refused(client, limit):
    assert client.get(URL, {"limit": limit}).status_code == 400


@pytest.mark.parametrize("query", [{"q": "a" * 201}, {"levier": [f"l{n}" for n in range(11)]}])
def test_the_absurd_is_refused(client, query):
    assert client.get(URL, query).status_code == 400


@pytest.mark.parametrize(("limit", "expected"), [("1", 1), ("2", 2), ("100", 4), ("", 4)])
def test_the_limit_is_the_number_of_results(client, limit, expected):
    for _ in range(4):
        make.make_published_fiche()
    got = ask(client, limit=limit)
    assert (len(got["results"]), got["count"]) == (expected, 4)


def test_pages_follow_one_another(client):
    slugs = sorted((make.make_published_fiche() for _ in range(5)), key=lambda fiche: (fiche.theme.numero, fiche.pk))
    got = [sheet["slug"] for page in (1, 2, 3) for sheet in ask(client, limit=2, page=page)["results"]]
    assert got == [fiche.slug for fiche in slugs]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client, method):
    assert getattr(client, method)(URL).status_code == 405


def test_head_is_answered_as_get_without_its_body(client):
    make.make_published_fiche()
    response = client.head(URL)
    assert (response.status_code, response.content) == (200, b"")


def test_no_cookie_and_no_address_with_a_slash(client):
    response = client.get(URL, {"q": "école"})
    assert not response.cookies
    assert client.get(f"{URL}/").status_code == 404


def test_the_queries_are_as_many_for_one_sheet_as_for_many(client, django_assert_max_num_queries):
    make.make_gain(fiche=make.make_published_fiche(resume="Le goûter"))
    fresh()
    with django_assert_max_num_queries(6) as for_one:
        assert ask(client, q="goûter")["count"] == 1
    for _ in range(11):
        make.make_gain(fiche=make.make_published_fiche(resume="Le goûter"))
    fresh()
    with django_assert_max_num_queries(6) as for_many:
        assert ask(client, q="goûter")["count"] == 12
    assert len(for_one) == len(for_many)


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("q", ["", "école", "les parents ne viennent pas", "CLAS", "reunoin de rentrée"])
@pytest.mark.parametrize("more", [{}, {"genre": "pratique"}, {"tri": "titre"}])
def test_its_order_is_the_finder_s(client, q, more):
    got = ask(client, q=q, limit=100, **more)
    tri = more.get("tri") or ("pertinence" if q else "theme")
    chosen = {"genre": ["pratique"]} if "genre" in more else {}
    found = answer(q=q, tri=tri, chosen=chosen)
    slugs = dict(Fiche.objects.values_list("pk", "slug"))
    assert [(sheet["slug"], sheet["score"]) for sheet in got["results"]] == [
        (slugs[pk], score) for pk, score in found["sheets"]
    ]
    assert got["count"] == found["total"]
