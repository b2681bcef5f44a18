"""The admin's first page: what waits, then the doors, for whoever is there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Extrait, Fiche, Levier
from tests import factories as make
from tests.admin_pages import address, visible_text

pytestmark = pytest.mark.django_db

HOME = reverse_lazy("admin:index")


def home_of(client):
    return client.get(HOME).context["home"]


def waiting(client):
    return {sentence: url for work in home_of(client)["work"] for sentence, url in work["waiting"]}


def fill(n):
    yesterday = timezone.localdate() - timedelta(days=1)
    for _ in range(n):
        make.make_fiche()
        make.make_fiche(a_revoir_le=yesterday)  # a draft is not late
        submitted = make.make_fiche()
        with editing():
            submitted.submit()
        make.make_published_fiche(a_revoir_le=yesterday, reviewed_on=yesterday - timedelta(days=365))
        make.make_extrait()
        make.make_extrait(etat="ecarte", motif="Doublon.")
        make.make_question()
        make.make_question(suite="sans-objet")
        make.make_question(jours={366: 9})  # too old to count


def test_it_counts_what_waits_and_each_count_is_that_of_its_list(admin_client):
    fill(2)
    found = waiting(admin_client)
    assert list(found) == ["4 brouillons", "2 en relecture", "2 à revoir", "2 sans fiche qui les cite", "2 à traiter"]
    for sentence, url in found.items():
        assert admin_client.get(url).context["cl"].result_count == int(sentence.split()[0]), url


def test_one_is_said_in_the_singular(admin_client):
    make.make_fiche()
    make.make_extrait()
    found = list(waiting(admin_client))
    assert found == ["1 brouillon", "0 en relecture", "0 à revoir", "1 sans fiche qui le cite", "0 à traiter"]


def test_its_doors(admin_client):
    home = home_of(admin_client)
    assert [work["label"] for work in home["work"]] == ["Fiches", "Extraits", "Questions sans réponse"]
    assert {title: [label for label, _ in doors] for title, doors in home["groups"]} == {
        "Vocabulaire": ["Leviers", "Acteurs", "Dispositifs", "Termes", "Thèmes", "Synonymes"],
        "Autour": ["Phrases", "Temps forts", "Démarches", "Ressources", "Contacts", "Portes"],
    }
    doors = [work["url"] for work in home["work"]] + [url for _, found in home["groups"] for _, url in found]
    rest = [model["admin_url"] for app in home["rest"] for model in app["models"]]
    assert len(doors) == 15
    assert not set(doors) & set(rest)
    for url in [*doors, *rest]:
        assert admin_client.get(url).status_code == 200


def test_it_costs_as_much_with_much_content_as_with_little(admin_client):
    """Measured at 9: session (read, then saved in three), account, sheets, excerpts, questions, the last actions."""
    counts = []
    for n in (1, 11):
        fill(n)
        admin_client.get(HOME)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(HOME)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9


class TestWhoSeesWhat:
    def home_with(self, client, *permissions):
        user = User.objects.create_user("quelqu-un", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client.get(HOME)

    def test_only_what_one_may_see(self, client):
        page = self.home_with(client, "view_fiche", "change_levier")
        home = page.context["home"]
        assert [(work["label"], work["add_url"]) for work in home["work"]] == [("Fiches", None)]
        assert home["groups"] == [("Vocabulaire", [("Leviers", address(Levier, "changelist"))])]
        assert home["rest"] == []
        text = visible_text(page.content.decode())
        for hidden in ("Extraits", "Contacts", "Tout le reste", "Écrire une fiche"):
            assert hidden not in text

    def test_who_may_write_is_offered_to(self, client):
        page = self.home_with(client, "view_fiche", "add_fiche")
        assert page.context["home"]["work"][0]["add_url"] == address(Fiche, "add")
        assert "Écrire une fiche" in visible_text(page.content.decode())

    def test_nothing_is_counted_for_who_may_not_see_it(self, client):
        with CaptureQueriesContext(connection) as captured:
            self.home_with(client, "view_levier")
        tables = [f'FROM "{model._meta.db_table}"' for model in (Fiche, Extrait)]
        assert not [q for q in captured if any(table in q["sql"] for table in tables)]

    def test_who_may_see_nothing_is_told(self, client):
        text = visible_text(self.home_with(client).content.decode())
        assert "pas la permission" in text


def test_it_is_in_french_with_nothing_inline(admin_client):
    html = admin_client.get(HOME).content.decode()
    text = visible_text(html)
    for words in ("Écrire et relire", "Vocabulaire", "Autour", "Tout le reste"):
        assert words in text
    assert " style=" not in html
    assert "<style" not in html


def test_the_page_of_one_application_stays_djangos(admin_client):
    page = admin_client.get(reverse("admin:app_list", args=["fiches"]))
    assert page.status_code == 200
    text = visible_text(page.content.decode())
    assert "Ateliers" in text
    assert "Écrire et relire" not in text
