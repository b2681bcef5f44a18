"""« Qui peut dire oui ? »: each act at both stages, its caution and its date, and the rule of who is on the spot."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acteurs.stamp import editing
from fiches.models import Demarche
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, status=200, **query):
    answer = client.get("/demarches/", query)
    assert answer.status_code == status, query
    return answer


def acts(client, **query):
    return [demarche.acte for demarche, _ in page(client, **query).context["acts"]]


def text(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def entry(client, demarche, **query):
    """What the page shows of one act, as text."""
    html = page(client, **query).content.decode()
    return text(re.search(rf'<article class="acte[^"]*" id="{demarche.slug}">.*?</article>', html, re.S)[0])


@pytest.fixture
def actors():
    """{slug: actor}: some on the spot, some above, as the content has them."""
    school, centre = make.make_famille(slug="education-nationale"), make.make_famille(slug="centre-social")
    parents, towns = make.make_famille(slug="parents"), make.make_famille(slug="collectivites")
    found = {
        "direction-ecole": school,
        "chef-etablissement": school,
        "inspecteur-circonscription": school,
        "inspection-academique": school,
        "direction-centre-social": centre,
        "parents": parents,
        "commune": towns,
    }
    return {slug: make.make_acteur(slug=slug, nom=slug, famille=famille) for slug, famille in found.items()}


def decided(actors, *rows, **fields):
    """An act. `rows`: (stage, power, slug of the actor)."""
    demarche = make.make_demarche(**fields)
    for degre, pouvoir, slug in rows:
        make.make_decideur(demarche=demarche, degre=degre, pouvoir=pouvoir, acteur=actors[slug])
    return demarche


SCHOOL = ("1", "decide", "direction-ecole")
COLLEGE = ("2", "decide", "chef-etablissement")


class TestOnTheSpot:
    @pytest.mark.parametrize(
        "rows",
        [
            [SCHOOL],
            [SCHOOL, COLLEGE],
            [("1", "decide", "parents"), ("1", "decide", "direction-centre-social")],
            [SCHOOL, ("1", "avis", "inspecteur-circonscription")],  # asked, but does not have to agree
            [SCHOOL, ("1", "informe", "inspection-academique"), ("1", "informe", "commune")],
        ],
    )
    def test_nobody_above_has_to_agree(self, actors, rows):
        decided(actors, *rows)
        assert Demarche.objects.with_on_the_spot().get().is_on_the_spot

    @pytest.mark.parametrize(
        "rows",
        [
            [("1", "decide", "inspecteur-circonscription")],
            [("1", "decide", "inspection-academique"), ("1", "avis", "direction-ecole")],
            [("1", "decide", "commune")],
            [SCHOOL, ("1", "decide", "commune")],
            [SCHOOL, ("2", "decide", "commune")],
            [SCHOOL, ("2", "avis", "chef-etablissement")],  # nobody knows who decides in the collège
            [("1", "avis", "direction-ecole")],
            [],
        ],
    )
    def test_someone_above_has_to_agree_or_nobody_knows(self, actors, rows):
        decided(actors, *rows)
        assert not Demarche.objects.with_on_the_spot().get().is_on_the_spot

    def test_at_one_stage_the_other_does_not_count(self, actors):
        decided(actors, SCHOOL, ("2", "decide", "commune"))
        assert Demarche.objects.with_on_the_spot("1").get().is_on_the_spot
        assert not Demarche.objects.with_on_the_spot("2").get().is_on_the_spot

    def test_an_actor_that_the_rule_does_not_know_is_taken_to_be_above(self, actors):
        actors["rectorat"] = make.make_acteur(slug="rectorat", famille=actors["direction-ecole"].famille)
        decided(actors, ("1", "decide", "rectorat"))
        assert not Demarche.objects.with_on_the_spot().get().is_on_the_spot

    def test_an_actor_renamed_keeps_their_place(self, actors):
        decided(actors, SCHOOL)
        with editing():
            actors["direction-ecole"].slug = "directrice-ou-directeur"
            actors["direction-ecole"].save()
        assert Demarche.objects.with_on_the_spot().get().is_on_the_spot


class TestWhatIsShown:
    def test_both_stages_side_by_side_with_links_to_the_actors(self, client, actors):
        demarche = decided(actors, SCHOOL, ("1", "informe", "inspecteur-circonscription"), COLLEGE)
        assert "1er degré 2d degré Décide direction-ecole chef-etablissement Est informé" in entry(client, demarche)
        html = page(client).content.decode()
        assert html.count('scope="col"') == 3
        assert f'<a href="{actors["direction-ecole"].get_absolute_url()}">direction-ecole</a>' in html
        assert "personne" in entry(client, demarche)  # nobody is told in the collège, and the cell says it
        assert "Donne son avis" not in entry(client, demarche)

    def test_an_act_of_one_stage_says_so(self, client, actors):
        assert "n’existe que dans le 2d degré" in entry(client, decided(actors, COLLEGE))

    def test_papers_delay_text_what_to_check_and_date(self, client, actors):
        demarche = decided(
            actors,
            SCHOOL,
            delai="Un mois.",
            pieces="La demande\nL’assurance",
            texte_officiel="Code de l’éducation, article D. 1",
            a_verifier="Qui ouvre la porte.",
            certitude="sure",
            revue_le=date(2026, 9, 1),
        )
        shown = entry(client, demarche)
        for words in (
            "Délai Un mois.",
            "Papiers La demande L’assurance",
            "Texte officiel Code de l’éducation, article D. 1",
            "À vérifier sur place Qui ouvre la porte.",
            "Revue le 1er septembre 2026",
        ):
            assert words in shown, words
        assert "confirmer" not in shown

    def test_an_act_without_a_certain_text_warns_even_with_nothing_else_to_say(self, client, actors):
        shown = entry(client, decided(actors, SCHOOL, certitude="a-verifier"))
        assert "À faire confirmer : pas de texte certain" in shown
        assert "Pas encore revue" in shown
        assert "Texte officiel" not in shown

    def test_the_page_warns_and_tells_its_age(self, client, actors):
        decided(actors, SCHOOL, revue_le=date(2026, 11, 22))
        old = decided(actors, SCHOOL, revue_le=date(2026, 3, 2))
        shown = text(page(client).content.decode())
        assert "Des repères, pas une garantie." in shown
        assert "vérifiez auprès de la direction" in shown
        assert "La revue la plus ancienne date du 2 mars 2026." in shown
        with editing():
            old.revue_le = None
            old.save()
        shown = text(page(client).content.decode())
        assert "La revue la plus ancienne" not in shown
        assert "Chaque démarche dit quand elle a été revue." in shown

    def test_published_sheets_alone(self, client, actors):
        online, draft = make.make_published_fiche(titre="En ligne"), make.make_fiche(titre="Brouillon caché")
        decided(actors, SCHOOL, fiches=[online, draft])
        html = page(client).content.decode()
        assert f'href="{online.get_absolute_url()}"' in html
        assert "Brouillon caché" not in html

    def test_what_people_typed_is_escaped(self, client, actors):
        decided(actors, SCHOOL, acte="<script>alert(1)</script>", pieces="<img src=x>", a_verifier="<b onclick=x>")
        html = page(client).content.decode()
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "<b onclick" not in html

    def test_none_yet(self, client):
        assert "Aucune démarche" in text(page(client).content.decode())


class TestChoosing:
    @pytest.fixture(autouse=True)
    def _acts(self, actors):
        decided(actors, SCHOOL, COLLEGE, ("1", "avis", "parents"), acte="Entrer")
        decided(actors, ("1", "decide", "commune"), COLLEGE, acte="Emprunter")
        decided(actors, COLLEGE, acte="Signer")

    def test_without_agreement_from_above(self, client):
        assert acts(client) == ["Entrer", "Emprunter", "Signer"]
        assert acts(client, sans_hierarchie="1") == ["Entrer", "Signer"]
        assert acts(client, sans_hierarchie="1", degre="2") == ["Entrer", "Emprunter", "Signer"]
        assert acts(client, sans_hierarchie="1", degre="1") == ["Entrer"]

    def test_each_act_says_whether_it_is_one_and_the_page_says_what_that_means(self, client):
        first, second = Demarche.objects.order_by("pk")[:2]
        assert "Sans accord hiérarchique" in entry(client, first)
        assert "Sans accord hiérarchique" not in entry(client, second)
        assert "tous ceux qui décident sont sur place" in text(page(client).content.decode())

    def test_at_one_stage_the_other_is_left_out(self, client):
        assert acts(client, degre="1") == ["Entrer", "Emprunter"]
        shown = entry(client, Demarche.objects.first(), degre="1")
        assert "2d degré" not in shown
        assert "n’existe que" not in shown  # it was asked for, and may exist at the other

    def test_by_actor_whatever_they_may_do(self, client):
        assert acts(client, acteur="parents") == ["Entrer"]
        assert acts(client, acteur="chef-etablissement") == ["Entrer", "Emprunter", "Signer"]
        assert acts(client, acteur="parents", degre="2") == []
        assert "Aucune démarche ne répond" in text(page(client, acteur="parents", degre="2").content.decode())
        assert page(client, acteur="parents").content.decode().count('class="qui__ici"') == 1

    def test_only_actors_of_an_act_are_offered(self, client):
        make.make_acteur(slug="autre")
        assert {a.slug for a in page(client).context["acteurs"]} == {
            "direction-ecole",
            "chef-etablissement",
            "parents",
            "commune",
        }
        page(client, status=404, acteur="autre")

    def test_the_choices_made_are_said_and_kept_in_the_form(self, client):
        html = page(client, degre="1", acteur="commune").content.decode()
        assert "1 démarche sur 3" in text(html)
        assert "1er degré · avec commune" in text(html)
        assert '<option value="1" selected>' in html
        assert '<option value="commune" selected>' in html
        assert 'name="sans_hierarchie" value="1" aria-describedby="sans-hierarchie">' in html
        assert "checked" in page(client, sans_hierarchie="1").content.decode()

    def test_an_empty_choice_is_none(self, client):
        assert len(acts(client, degre="", acteur="", sans_hierarchie="")) == 3

    @pytest.mark.parametrize("name", ["degre", "acteur", "sans_hierarchie"])
    @pytest.mark.parametrize(
        "value", ["3", "inconnu", "\x00", "\u202e1", "x" * 5000, "1' OR '1'='1", "１", "🙂", "-1"]
    )
    def test_an_unknown_choice_leads_nowhere(self, client, name, value):
        page(client, status=404, **{name: value})

    def test_a_choice_made_twice_is_the_last(self, client):
        assert acts(client, degre=["2", "1"]) == ["Entrer", "Emprunter"]


class TestTheWayThere:
    def test_from_a_sheet(self, client, actors):
        fiche = make.make_published_fiche()
        make.make_intervention(fiche=fiche, pouvoir="decide")
        demarche = decided(actors, SCHOOL, fiches=[fiche], slug="entrer")
        html = client.get(fiche.get_absolute_url()).content.decode()
        assert f'<a href="/demarches/#entrer">{demarche.acte}</a>' in html
        assert 'id="entrer"' in page(client).content.decode()

    def test_from_an_actor(self, client, actors):
        demarche = decided(actors, SCHOOL, slug="entrer")
        html = client.get(actors["direction-ecole"].get_absolute_url()).content.decode()
        assert f'<a href="/demarches/#entrer">{demarche.acte}</a>' in html
        assert 'href="/demarches/?acteur=direction-ecole"' in html

    def test_from_the_home_the_map_every_foot_and_a_search_that_finds_nothing(self, client):
        for url in ("/", "/plan-du-site/", "/contacts/", "/fiches/?q=zorglub"):
            assert 'href="/demarches/"' in client.get(url).content.decode(), url
        assert "http://testserver/demarches/</loc>" in client.get("/sitemap.xml").content.decode()


def test_a_constant_number_of_queries(client, actors):
    fiche = make.make_published_fiche()
    make.make_intervention(fiche=fiche, pouvoir="decide")

    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    urls = ["/demarches/?degre=1&sans_hierarchie=1&acteur=direction-ecole", fiche.get_absolute_url()]
    decided(actors, SCHOOL, fiches=[fiche])
    one = [queries(url) for url in urls]
    for _ in range(11):
        actors["direction-ecole"], former = make.make_acteur(), actors["direction-ecole"]
        decided(actors, SCHOOL, fiches=[fiche])
        actors["direction-ecole"] = former
        decided(actors, SCHOOL, fiches=[fiche])
    assert [queries(url) for url in urls] == one
    assert one[0] <= 7  # actors, dates, acts, deciders, sheets; the stamp and the acronyms of the page
    assert one[1] <= 12


def test_only_reading_and_no_cookie(client):
    assert client.post("/demarches/").status_code == 405
    answer = page(client)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
