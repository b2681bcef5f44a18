"""The public page of a workshop: each public word and its fate, sums that add up, and nothing of the others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acteurs.stamp import editing
from fiches.views.ateliers import per_thousand
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, atelier):
    return client.get(f"/ateliers/{atelier.slug}/")


def counts(answer):
    return {fate.name: fate.count for fate in answer.context["fates"]}


@pytest.fixture
def atelier():
    return make.make_atelier(titre="La rencontre de printemps", slug="printemps")


class TestFates:
    def test_each_word_has_one_fate_and_the_sums_hold(self, client, atelier):
        cited, waiting, aside = (make.make_extrait(atelier=atelier) for _ in range(3))
        fiche = make.make_published_fiche(titre="Faire le premier pas")
        make.make_citation(fiche=fiche, extrait=cited)
        make.make_citation(fiche=fiche, extrait=cited, section="vigilance")
        with editing():
            aside.set_aside("Déjà dit ailleurs")
        answer = page(client, atelier)
        assert counts(answer) == {"cite": 1, "attend": 1, "ecarte": 1}
        assert answer.context["total"] == sum(counts(answer).values()) == 3
        assert sum(part.count for part in answer.context["parts"]) == 3
        assert sum(round(fate.percent * 10) for fate in answer.context["fates"]) == 1000
        html = answer.content.decode()
        assert html.count(f'href="{fiche.get_absolute_url()}"') == 1
        assert cited.texte in html
        assert waiting.texte in html

    def test_a_word_set_aside_gives_its_reason_never_its_text(self, client, atelier):
        extrait = make.make_extrait(atelier=atelier, texte="Une parole que l’on retire.")
        with editing():
            extrait.set_aside("Déjà dit ailleurs")
        html = page(client, atelier).content.decode()
        assert "Déjà dit ailleurs" in html
        assert "que l’on retire" not in html

    def test_what_only_a_draft_cites_still_waits(self, client, atelier):
        extrait = make.make_extrait(atelier=atelier)
        draft = make.make_fiche(titre="Un brouillon secret")
        make.make_citation(fiche=draft, extrait=extrait)
        answer = page(client, atelier)
        assert counts(answer) == {"cite": 0, "attend": 1, "ecarte": 0}
        assert "secret" not in answer.content.decode()

    def test_withdrawing_a_sheet_takes_effect_on_the_next_request(self, client, atelier):
        fiche = make.make_published_fiche()
        make.make_citation(fiche=fiche, extrait=make.make_extrait(atelier=atelier))
        assert counts(page(client, atelier))["cite"] == 1
        with editing():
            fiche.archive()
        assert counts(page(client, atelier))["cite"] == 0

    def test_by_theme_in_order_then_without_theme(self, client, atelier):
        late, early = make.make_theme(), make.make_theme(numero=90)
        make.make_extrait(atelier=atelier)
        make.make_extrait(atelier=atelier, theme=early)
        make.make_extrait(atelier=atelier, theme=late, voix="post-its")
        assert [part.theme for part in page(client, atelier).context["parts"]] == [late, early, None]

    @pytest.mark.parametrize("found", [[1, 1, 1], [0, 0, 0], [334, 1, 0], [1, 0, 0], [7, 11, 13], [999, 1, 1000]])
    def test_shares_add_up(self, found):
        shares = per_thousand(found)
        assert sum(shares) == (1000 if sum(found) else 0)
        assert all(abs(share - 1000 * n / (sum(found) or 1)) < 1 for share, n in zip(shares, found, strict=True))


class TestVisibility:
    @pytest.mark.parametrize("portee", ["reseau", "interne"])
    def test_what_is_not_public_leaves_no_trace_in_counts_either(self, client, atelier, portee):
        make.make_extrait(atelier=atelier, texte="Une parole publique.")
        before = page(client, atelier).content
        hidden = make.make_extrait(
            atelier=atelier, portee=portee, texte="Une parole réservée.", theme=make.make_theme()
        )
        make.make_citation(fiche=make.make_published_fiche(), extrait=hidden)
        with editing():
            make.make_extrait(atelier=atelier, portee=portee).set_aside("Une raison réservée")
        assert page(client, atelier).content == before
        assert client.get("/ateliers/").context["ateliers"][0].n == 1

    @pytest.mark.parametrize("portee", ["reseau", "interne"])
    def test_a_workshop_that_is_not_public_answers_like_one_that_never_was(self, client, portee):
        atelier = make.make_atelier(portee=portee, titre="La rencontre réservée")
        make.make_extrait(atelier=atelier)
        assert page(client, atelier).status_code == 404
        assert "réservée" not in client.get("/ateliers/").content.decode()
        assert atelier.slug not in client.get("/sitemap.xml").content.decode()

    def test_staff_see_no_more_than_anyone_here(self, admin_client, atelier):
        make.make_extrait(atelier=atelier, portee="interne")
        assert page(admin_client, atelier).context["total"] == 0

    def test_a_former_address_leads_to_the_new_one_only_while_it_is_public(self, client, atelier):
        with editing():
            atelier.slug = "ete"
            atelier.save()
        assert client.get("/ateliers/printemps/")["Location"] == "/ateliers/ete/"
        with editing():
            atelier.portee = "interne"
            atelier.save()
        assert client.get("/ateliers/printemps/").status_code == 404

    def test_what_people_typed_is_escaped(self, client, atelier):
        make.make_extrait(atelier=atelier, texte="<script>alert(1)</script>")
        assert "<script>alert" not in page(client, atelier).content.decode()


def test_the_list_and_the_site_map_lead_to_public_workshops(client, atelier):
    assert f'href="/ateliers/{atelier.slug}/"' in client.get("/ateliers/").content.decode()
    assert f"/ateliers/{atelier.slug}/" in client.get("/sitemap.xml").content.decode()
    assert "/ateliers/" in client.get("/plan-du-site/").content.decode()


def test_no_workshop_at_all(client):
    assert "Aucun compte rendu" in client.get("/ateliers/").content.decode()


def test_a_constant_number_of_queries(client, atelier):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert page(client, atelier).status_code == 200
        return len(captured)

    make.make_citation(fiche=make.make_published_fiche(), extrait=make.make_extrait(atelier=atelier))
    one = queries()
    for _ in range(11):
        extrait = make.make_extrait(atelier=atelier, theme=make.make_theme())
        make.make_citation(fiche=make.make_published_fiche(), extrait=extrait)
    assert queries() == one <= 5


def test_no_cookie(client, atelier):
    answer = page(client, atelier)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
