"""The page of heard sentences: who says each, what lies behind, an answer; and ways to choose among them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acteurs.stamp import editing
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, status=200, **query):
    answer = client.get("/j-entends/", query)
    assert answer.status_code == status, query
    return answer


def said(client, **query):
    return [phrase.phrase for phrase in page(client, **query).context["phrases"]]


def counts(choices):
    return {choice.value: choice.count for choice in choices}


@pytest.fixture
def heard():
    """Two themes, three speakers, four sentences."""
    early, late = make.make_theme(slug="tot"), make.make_theme(slug="tard")
    make.make_phrase(phrase="Plus tard.", dite_par="ecole", theme=late)
    make.make_phrase(phrase="Pas le temps.", dite_par="ecole", theme=early)
    make.make_phrase(phrase="Personne ne répond.", dite_par="centre-social", theme=early)
    make.make_phrase(phrase="Toute seule, non.", dite_par="parents", theme=early)


class TestWhatIsShown:
    def test_a_sentence_who_says_it_what_lies_behind_and_an_answer(self, client):
        make.make_phrase(
            slug="plus-tard",
            phrase="On verra plus tard.",
            dite_par="mairie",
            ce_qu_elle_dit="La peur de mal faire.",
            reponse="Prenons date.",
            variantes="VARIANTE-SECRETE",
        )
        html = page(client).content.decode().replace("\u00a0", " ").replace("\u202f", " ")
        entry = re.search(r'<article class="entendue v-autre" id="plus-tard">.*?</article>', html, re.S)[0]
        for words in ("« On verra plus tard. »", "À la mairie", "La peur de mal faire.", "Prenons date."):
            assert words in entry, words
        assert "SECRETE" not in html

    def test_published_sheets_alone(self, client):
        phrase = make.make_phrase()
        online, draft = make.make_published_fiche(titre="En ligne"), make.make_fiche(titre="Brouillon caché")
        with editing():
            phrase.fiches.set([online, draft])
        html = page(client).content.decode()
        assert f'href="{online.get_absolute_url()}"' in html
        assert "Brouillon caché" not in html
        with editing():
            online.archive()
        assert "En ligne" not in page(client).content.decode()

    @pytest.mark.usefixtures("heard")
    def test_theme_by_theme_in_their_order(self, client):
        assert said(client) == ["Pas le temps.", "Personne ne répond.", "Toute seule, non.", "Plus tard."]

    def test_what_people_typed_is_escaped(self, client):
        make.make_phrase(phrase="<script>alert(1)</script>", reponse="<img src=x>", ce_qu_elle_dit="<b>")
        html = page(client).content.decode()
        assert "<script>alert" not in html
        assert "<img" not in html

    def test_none_yet(self, client):
        assert "Aucune phrase n’a encore été notée" in page(client).content.decode()


@pytest.mark.usefixtures("heard")
class TestChoosing:
    def test_by_speaker(self, client):
        assert said(client, dite_par="ecole") == ["Pas le temps.", "Plus tard."]
        assert said(client, dite_par="parents") == ["Toute seule, non."]

    def test_by_theme_too(self, client):
        assert said(client, theme="tard") == ["Plus tard."]
        assert said(client, theme="tot", dite_par="ecole") == ["Pas le temps."]

    def test_each_choice_says_what_it_would_leave_given_the_other(self, client):
        context = page(client).context
        assert counts(context["speakers"]) == {"centre-social": 1, "ecole": 2, "parents": 1}
        assert counts(context["themes"]) == {"tot": 3, "tard": 1}
        context = page(client, theme="tot", dite_par="ecole").context
        assert counts(context["speakers"]) == {"centre-social": 1, "ecole": 1, "parents": 1}
        assert counts(context["themes"]) == {"tot": 1, "tard": 1}
        assert (context["about_all"], context["said_all"]) == (3, 2)

    def test_a_choice_keeps_the_other_and_says_that_it_is_made(self, client):
        html = page(client, theme="tot", dite_par="ecole").content.decode()
        assert 'href="?theme=tot&amp;dite_par=parents"' in html
        assert 'href="?theme=tard&amp;dite_par=ecole"' in html
        assert 'href="?theme=tot"' in html  # everyone
        assert re.findall(r'<a href="([^"]+)" aria-current="true">', html) == [
            "?theme=tot&amp;dite_par=ecole",
            "?theme=tot&amp;dite_par=ecole",
        ]

    def test_two_choices_that_no_sentence_meets(self, client):
        html = page(client, theme="tard", dite_par="parents").content.decode()
        assert "Aucune phrase ne répond à ces deux choix" in html
        assert 'href="/j-entends/"' in html

    def test_an_empty_choice_is_none(self, client):
        assert len(said(client, dite_par="", theme="")) == 4

    @pytest.mark.parametrize("name", ["dite_par", "theme"])
    @pytest.mark.parametrize(
        "value", ["inconnu", "ecole ", "ECOLE", "%00", "\x00", "\u202eecole", "x" * 5000, "1' OR '1'='1", "../", "🙂"]
    )
    def test_an_unknown_choice_leads_nowhere(self, client, name, value):
        page(client, status=404, **{name: value})

    def test_a_choice_made_twice_is_the_last(self, client):
        assert said(client, dite_par=["parents", "ecole"]) == ["Pas le temps.", "Plus tard."]
        page(client, status=404, dite_par=["ecole", "personne"])

    def test_one_address_for_search_engines(self, client):
        assert (
            '<link rel="canonical" href="http://testserver/j-entends/">'
            in page(client, dite_par="ecole").content.decode()
        )


class TestTheWayThere:
    def test_from_the_home_the_theme_the_map_and_every_foot(self, client):
        phrase = make.make_phrase()
        for url in ("/", "/plan-du-site/", "/contacts/"):
            assert 'href="/j-entends/"' in client.get(url).content.decode(), url
        assert (
            f'href="/j-entends/?theme={phrase.theme.slug}"'
            in client.get(phrase.theme.get_absolute_url()).content.decode()
        )
        assert "http://testserver/j-entends/</loc>" in client.get("/sitemap.xml").content.decode()

    def test_from_a_search_to_the_very_sentence(self, client):
        phrase = make.make_phrase(phrase="On verra plus tard.", slug="plus-tard")
        assert phrase.get_absolute_url() == "/j-entends/#plus-tard"
        (entry,) = find(Criteria(q="on verra plus tard", tri="pertinence")).panel["phrase"]
        assert entry.url == "/j-entends/#plus-tard"
        assert 'id="plus-tard"' in page(client).content.decode()

    def test_from_a_search_that_finds_nothing(self, client):
        assert (
            'href="/j-entends/">Ce que l’on entend</a>, si'
            in client.get("/fiches/", {"q": "zorglub"}).content.decode()
        )


def test_a_constant_number_of_queries(client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    def tied():
        phrase = make.make_phrase()
        with editing():
            phrase.fiches.add(make.make_published_fiche())

    tied()
    one = queries()
    for _ in range(11):
        tied()
    assert queries() == one <= 5  # themes, sentences and their sheets; the stamp and the acronyms of the page


def test_only_reading_and_no_cookie(client):
    assert client.post("/j-entends/").status_code == 405
    answer = page(client, dite_par="ecole")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
