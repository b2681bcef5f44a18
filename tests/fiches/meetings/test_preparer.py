"""The page « Préparer une rencontre »: its addresses, what it refuses and how, what it costs, and who leads to it."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from acteurs.stamp import editing
from fiches.models import Fiche
from tests import factories as make

pytestmark = pytest.mark.django_db

MAX_QUERIES = 18


def make_meeting(n=3):
    """`n` sheets about one actor at one moment, with the little that a pack is made from: (actor, moment, theme)."""
    famille = make.make_famille(slug="education-nationale")
    acteur = make.make_acteur(famille=famille, nom="Directeur d’école", slug="directeur")
    moment = make.make_moment(slug="premier", nom="Premier contact")
    theme, levier = make.make_theme(slug="portes"), make.make_levier(slug="pas")
    for rank in range(n):
        fiche = make.make_published_fiche(
            titre=f"Fiche {rank}",
            theme=theme,
            moments=[moment],
            leviers=[levier],
            questions="Qu’en pensez-vous ?\nQue faisons-nous ensemble ?",
            vigilance="Prendre le temps.",
            role_du_centre="Le centre écoute.",
        )
        make.make_intervention(fiche=fiche, acteur=acteur, pouvoir="decide", texte="Ouvre la porte")
        make.make_gain(fiche=fiche, gain=f"Du temps {rank}")
    return acteur, moment, theme


def make_whole_meeting(n):
    """The same with all that a pack may be made from: words, sentences, acts, traps, levels."""
    acteur, moment, theme = make_meeting(n)
    niveau = make.make_niveau()
    with editing():
        acteur.niveaux.add(niveau)
    for fiche in Fiche.objects.order_by("pk"):
        terme = make.make_terme(
            malentendu="Un malentendu.", vu_de_l_ecole="Ici.", vu_du_centre="Là.", a_dire="« Oui. »"
        )
        make.make_citation(fiche=fiche, extrait=make.make_extrait(voix="partenaires-ecole"), section="exemple")
        make.make_etape(fiche=fiche, quand="ce-trimestre", titre="Réunir l’école")
        make.make_decideur(demarche=make.make_demarche(fiches=[fiche]), acteur=acteur)
        phrase = make.make_phrase(theme=theme)
        trap = make.make_published_fiche(genre="piege", theme=theme, moments=[moment])
        make.make_voisinage(fiche=fiche, vers=trap)
        make.make_voisinage(fiche=trap, vers=fiche, nature="antidote")
        with editing():
            phrase.fiches.add(fiche)
            fiche.termes.add(terme)
            fiche.niveaux.add(niveau)


def page(client, query="", status=200):
    response = client.get(f"/preparer/{'?' if query else ''}{query}")
    assert response.status_code == status, f"{query}: {response.status_code}"
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


class TestForm:
    def test_alone_it_offers_the_meetings_that_can_be_prepared(self, client):
        make_meeting()
        html = page(client)
        assert 'href="/preparer/?acteur=directeur&amp;moment=premier"' in html
        assert '<link rel="canonical"' in html
        assert "noindex" not in html

    def test_on_an_empty_base_it_still_answers(self, client):
        assert "Composer" in page(client)

    def test_with_the_person_alone_the_form_is_filled_and_nothing_is_composed(self, client):
        acteur, _, _ = make_meeting()
        other = make.make_acteur()
        html = page(client, "acteur=directeur")
        assert re.search(r'value="directeur" selected', html)
        assert "feuille__corps" not in html
        assert "noindex" in html
        assert f"acteur={other.slug}&" not in html
        assert acteur.nom in html

    def test_what_was_chosen_stays_chosen(self, client):
        make_meeting()
        html = page(client, "acteur=directeur&moment=premier&theme=portes&levier=pas&minutes=30")
        for value in ("directeur", "premier", "portes", "pas", "30"):
            assert re.search(rf'value="{value}" selected', html), value


class TestAddresses:
    @pytest.mark.parametrize(
        "query",
        [
            "moment=premier&acteur=directeur",
            "acteur=directeur&moment=premier&theme=&levier=&niveau=&minutes=",
            "acteur=directeur&moment=premier&pour=garder",
            "acteur=directeur&moment=premier&utm_source=lettre",
            "acteur=inconnu&acteur=directeur&moment=premier",
        ],
    )
    def test_one_pack_has_one_address(self, client, query):
        make_meeting()
        response = client.get(f"/preparer/?{query}")
        assert response.status_code == 302
        assert response.url == "/preparer/?acteur=directeur&moment=premier"

    def test_the_same_address_gives_the_same_bytes(self, client):
        make_meeting()
        for query in ("", "&pour=emporter"):
            url = f"/preparer/?acteur=directeur&moment=premier{query}"
            assert client.get(url).content == client.get(url).content

    def test_it_says_the_day_of_the_content_and_not_today(self, client):
        make_meeting()
        with editing():
            Fiche.objects.update(reviewed_on="2025-03-01")
        assert "version du 1er mars 2025" in page(client, "acteur=directeur&moment=premier")

    def test_a_former_address_of_the_person_still_leads_there(self, client):
        acteur, _, _ = make_meeting()
        with editing():
            acteur.slug = "direction"
            acteur.save()
        response = client.get("/preparer/?acteur=directeur&moment=premier")
        assert response.url == "/preparer/?acteur=direction&moment=premier"

    def test_a_pack_is_not_indexed(self, client):
        make_meeting()
        assert 'content="noindex, follow"' in page(client, "acteur=directeur&moment=premier")

    def test_only_reading_is_allowed(self, client):
        assert client.post("/preparer/").status_code == 405
        assert client.head("/preparer/").status_code == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("acteur=inconnu&moment=premier", "La personne demandée n’est pas dans la liste"),
            ("acteur=directeur&moment=inconnu", "Ce moment n’existe pas"),
            ("acteur=directeur&moment=premier&theme=inconnu", "Ce thème n’existe pas"),
            ("acteur=directeur&moment=premier&levier=inconnu", "Ce levier n’existe pas"),
            ("acteur=directeur&moment=premier&niveau=inconnu", "Ce niveau n’existe pas"),
            ("acteur=%00%07&moment=premier", "La personne demandée"),
            ("acteur=directeur&moment=%E2%80%AE%0A'", "Ce moment n’existe pas"),
            ("acteur=directeur&moment=premier&theme=" + "x" * 5000, "Ce thème n’existe pas"),
            ("acteur=directeur&moment=premier&levier=%27%20OR%201=1", "Ce levier n’existe pas"),
        ],
    )
    def test_what_does_not_exist_is_said_and_the_form_stays(self, client, query, said):
        make_meeting()
        html = page(client, query, 404)
        assert said in html
        assert 'name="acteur"' in html
        assert "feuille__corps" not in html

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("minutes=abc", "La durée se choisit"),
            ("minutes=9999999999999999999999", "La durée se choisit"),
            ("minutes=-15", "La durée se choisit"),
            ("pour=voler", "Il y a deux dossiers"),
        ],
    )
    def test_what_makes_no_sense_is_a_plain_400(self, client, query, said):
        make_meeting()
        assert said in page(client, f"acteur=directeur&moment=premier&{query}", 400)

    def test_what_is_typed_in_the_address_is_not_written_in_the_page(self, client):
        make_meeting()
        assert "<script>alert" not in page(client, "acteur=%3Cscript%3Ealert(1)%3C/script%3E&moment=premier", 404)

    def test_a_theme_of_traps_or_of_resources_is_nothing_to_meet_about(self, client):
        make_meeting()
        make.make_theme(slug="pieges", page="pieges")
        page(client, "acteur=directeur&moment=premier&theme=pieges", 404)
        assert 'value="pieges"' not in page(client)


class TestShortfall:
    def test_two_sheets_are_too_few_and_the_nearest_meetings_are_offered(self, client):
        acteur, moment, _ = make_meeting(3)
        other = make.make_acteur(famille=acteur.famille, slug="cpe")
        for _ in range(2):
            fiche = make.make_published_fiche(moments=[moment])
            make.make_intervention(fiche=fiche, acteur=other)
        html = page(client, "acteur=cpe&moment=premier")
        assert "Nous n’avons encore que deux fiches pour cette rencontre à ce moment" in html
        assert fiche.get_absolute_url() in html
        assert 'href="/preparer/?acteur=directeur&amp;moment=premier"' in html
        assert "feuille__corps" not in html

    def test_no_sheet_at_all(self, client):
        make_meeting()
        make.make_acteur(slug="caf")
        assert "Nous n’avons pas encore de fiche" in page(client, "acteur=caf&moment=premier")

    def test_a_level_where_nothing_is_written_offers_to_do_without_it(self, client):
        make_meeting()
        with editing():
            for fiche in Fiche.objects.all():
                fiche.niveaux.add(make.make_niveau())
        niveau = make.make_niveau(slug="lycee")
        html = page(client, f"acteur=directeur&moment=premier&niveau={niveau.slug}")
        assert "Nous n’avons pas encore de fiche pour cette rencontre à ce moment et à ce niveau." in html
        assert 'href="/preparer/?acteur=directeur&amp;moment=premier"' in html

    def test_a_level_where_the_person_is_not_met(self, client):
        acteur, _, _ = make_meeting()
        theirs, other = make.make_niveau(slug="maternelle"), make.make_niveau(slug="lycee", nom="Lycée")
        with editing():
            acteur.niveaux.add(theirs)
        html = page(client, f"acteur=directeur&moment=premier&niveau={other.slug}")
        assert "On ne rencontre pas cette personne à ce niveau (lycée)." in html
        assert "niveau=maternelle" in html


class TestPack:
    def test_both_renderings_say_which_they_are_and_lead_to_the_other(self, client):
        make_meeting()
        kept = page(client, "acteur=directeur&moment=premier")
        assert "À garder · page 1 sur 2" in kept
        assert "pour=emporter" in kept
        handed = page(client, "acteur=directeur&moment=premier&pour=emporter")
        assert "Ce que nous vous proposons" in handed
        printed = handed[handed.index('class="feuilles"') : handed.index("Pourquoi ces fiches")]
        assert "À garder" not in printed
        assert "moment=premier" not in printed

    def test_why_these_sheets_is_told(self, client):
        make_meeting()
        html = page(client, "acteur=directeur&moment=premier&theme=portes")
        assert "Pourquoi ces fiches" in html
        assert html.count("votre interlocuteur y décide") == 3
        assert "du thème demandé" in html

    def test_files_are_offered_with_the_same_query(self, client):
        make_meeting()
        query = "acteur=directeur&moment=premier&minutes=15"
        html = page(client, query)
        for extension in ("pdf", "docx", "odt"):
            address = reverse("fiches:preparer_file", args=[extension])
            assert f'href="{address}?{escape(query)}"' in html

    def test_it_costs_the_same_number_of_queries_whatever_the_number_of_sheets(self, client):
        """Two for the stamp and the acronyms; six for the form (actors, moments, themes, levers, levels, and those of
        the actor); three for the candidates with their words and what the actor does; six for the parts of sheets
        (steps, gains, words, heard sentences, acts and who decides them), and one for what ties traps to them."""

        def cost(n):
            with transaction.atomic():
                make_whole_meeting(n)
                found = []
                for query in ("", "&pour=emporter"):
                    with CaptureQueriesContext(connection) as captured:
                        page(client, f"acteur=directeur&moment=premier{query}")
                    found.append(len(captured))
                transaction.set_rollback(True)
            return found

        few = cost(3)
        assert cost(12) == few
        assert max(few) <= MAX_QUERIES, few

    def test_other_pages_cost_no_more(self, client):
        make_meeting()
        make.make_acteur(slug="caf")
        for query in ("", "acteur=directeur", "acteur=caf&moment=premier"):
            with CaptureQueriesContext(connection) as captured:
                page(client, query)
            assert len(captured) <= 12, query


class TestWaysIn:
    def test_the_menu_the_home_page_the_map_and_the_crawlers(self, client):
        link = 'href="/preparer/"'
        assert client.get("/").content.decode().count(link) >= 3  # menu, band, foot
        assert link in client.get("/plan-du-site/").content.decode()
        assert "/preparer/</loc>" in client.get("/sitemap.xml").content.decode()
        assert "Disallow: /preparer/?" in client.get("/robots.txt").content.decode()

    def test_a_sheet_leads_to_the_meetings_it_is_about_but_not_to_one_with_ourselves(self, client):
        acteur, moment, theme = make_meeting()
        fiche = make.make_published_fiche(theme=theme, moments=[moment])
        make.make_intervention(fiche=fiche, acteur=acteur, pouvoir="decide")
        ours = make.make_acteur(famille=make.make_famille(slug="centre-social"), slug="nous")
        make.make_intervention(fiche=fiche, acteur=ours, pouvoir="decide")
        html = client.get(fiche.get_absolute_url()).content.decode()
        assert 'href="/preparer/?acteur=directeur&amp;moment=premier&amp;theme=portes"' in html
        assert "acteur=nous" not in html

    def test_the_link_of_a_trap_names_no_theme(self, client):
        acteur, moment, _ = make_meeting()
        trap = make.make_published_fiche(genre="piege", theme=make.make_theme(page="pieges"), moments=[moment])
        make.make_intervention(fiche=trap, acteur=acteur, pouvoir="decide")
        html = client.get(trap.get_absolute_url()).content.decode()
        assert 'href="/preparer/?acteur=directeur&amp;moment=premier"' in html

    def test_an_actor_leads_to_the_form_with_their_name(self, client):
        acteur, _, _ = make_meeting()
        assert 'href="/preparer/?acteur=directeur"' in client.get(acteur.get_absolute_url()).content.decode()
