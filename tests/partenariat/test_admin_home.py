"""The admin's first page: what waits, then the doors, for whoever is there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from acteurs.models import Terme
from acteurs.stamp import editing
from fiches.models import EtatLien, Extrait, Fiche, Levier, LienVerifie
from tests import factories as make
from tests.admin_pages import address, visible_text

pytestmark = pytest.mark.django_db

HOME = reverse_lazy("admin:index")


def home_of(client):
    return client.get(HOME).context["home"]


def waiting(client):
    """{« 2 à relire »: the address it leads to}."""
    return {f"{n} {what}": url for work in home_of(client)["work"] for n, what, url in work["waiting"]}


def online(*, days=90, centres=1, ecole=1, against=False, **fields):
    """A sheet online, to be read again in `days`, on which each side says so many words."""
    today = timezone.localdate()
    dates = {"reviewed_on": today - timedelta(days=400), "a_revoir_le": today + timedelta(days=days)}
    fiche = make.make_published_fiche(**dates, **fields)
    with editing():
        extrait = fiche.citations.get().extrait
        fiche.citations.get().delete()
        extrait.delete()
    for voix, n in (("centres-sociaux", centres), ("partenaires-ecole", ecole)):
        for _ in range(n):
            position = "contredit" if against else "appuie"
            make.make_citation(fiche=fiche, extrait=make.make_extrait(voix=voix), position=position)
    return fiche


def fill(n):
    for _ in range(n):
        make.make_fiche()
        make.make_fiche(a_revoir_le=timezone.localdate() - timedelta(days=1))  # a draft is not late
        submitted = make.make_fiche()
        with editing():
            submitted.submit()
        online()
        online(days=-1)
        online(days=60)
        online(centres=0, ecole=0)
        online(centres=2, ecole=0)
        online(centres=1, ecole=1, against=True)
        make.make_extrait()
        make.make_extrait(etat="ecarte", motif="Doublon.")
        make.make_question()
        make.make_question(suite="sans-objet")
        make.make_question(jours={366: 9})  # too old to count
        k = LienVerifie.objects.count()
        LienVerifie.objects.create(url=f"https://a.fr/{k}", etat=EtatLien.MORT)
        LienVerifie.objects.create(url=f"https://b.fr/{k}", etat=EtatLien.PANNE)
        make.make_terme(mot=f"Zygomatique {k}")
        online(termes=[make.make_terme(mot=f"Autre mot {k}")])


def test_it_counts_what_waits_and_each_count_is_that_of_its_list(admin_client):
    fill(2)
    found = waiting(admin_client)
    assert list(found) == [
        "2 à relire",
        "4 brouillons",
        "2 en retard de relecture",
        "2 à revoir bientôt",
        "2 sans preuve",
        "2 à une seule voix",
        "2 discutées",
        "2 paroles à exploiter",
        "2 sans réponse",
        "2 liens morts",
        "2 termes orphelins",
    ]
    for sentence, url in found.items():
        page = admin_client.get(url).context
        listed = page["everything"].waiting if "everything" in page else page["cl"].result_count
        assert listed == int(sentence.split()[0]), url
    assert found["2 paroles à exploiter"] == reverse("admin:fiches_extrait_matiere")


def test_one_is_said_in_the_singular(admin_client):
    fill(1)
    assert [sentence for sentence in waiting(admin_client) if sentence.startswith("1 ")] == [
        "1 à relire",
        "1 en retard de relecture",
        "1 à revoir bientôt",
        "1 sans preuve",
        "1 à une seule voix",
        "1 discutée",
        "1 parole à exploiter",
        "1 sans réponse",
        "1 lien mort",
        "1 terme orphelin",
    ]


def test_its_doors(admin_client):
    home = home_of(admin_client)
    assert [work["label"] for work in home["work"]] == [
        "Fiches",
        "À tenir à jour",
        "Preuves",
        "Paroles d’ateliers",
        "Questions",
        "Liens et mots",
    ]
    assert {title: [label for label, _ in doors] for title, doors in home["groups"]} == {
        "Vocabulaire": ["Leviers", "Acteurs", "Dispositifs", "Termes", "Thèmes", "Synonymes"],
        "Autour": ["Ateliers", "Extraits", "Phrases", "Temps forts", "Démarches", "Ressources", "Contacts", "Portes"],
        "Comptes": ["Utilisateurs", "Groupes", "Portes fermées", "Journal"],
    }
    doors = {work["url"] for work in home["work"]} | {url for _, found in home["groups"] for _, url in found}
    rest = [model["admin_url"] for app in home["rest"] for model in app["models"]]
    assert len(doors) == 22
    assert not doors & set(rest)
    for url in [*doors, *rest, home["guide_url"]]:
        assert admin_client.get(url).status_code == 200


def test_it_costs_as_much_with_much_content_as_with_little(admin_client):
    """Measured at 14: session (read, then saved in three), account and its phone, sheets given back, sheets, excerpts,
    questions, links, the stamp and the words, the last actions."""
    counts = []
    for n in (1, 11):
        fill(n)
        admin_client.get(HOME)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(HOME)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


class TestWhoSeesWhat:
    def home_with(self, client, *permissions):
        user = User.objects.create_user("quelqu-un", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client.get(HOME)

    def test_only_what_one_may_see(self, client):
        page = self.home_with(client, "view_fiche", "change_levier")
        home = page.context["home"]
        assert {work["label"]: work["add_url"] for work in home["work"]} == {
            "Fiches": None,
            "À tenir à jour": None,
            "Preuves": None,
        }
        assert home["groups"] == [("Vocabulaire", [("Leviers", address(Levier, "changelist"))])]
        assert home["rest"] == []
        text = visible_text(page.content.decode())
        for hidden in ("Extraits", "Contacts", "Tout le reste", "Écrire une fiche"):
            assert hidden not in text

    def test_an_author_s_counts_are_those_of_their_own_list(self, client):
        make.make_fiche()
        page = self.home_with(client, "view_fiche")
        with editing():
            make.make_fiche(proprietaire=User.objects.get())
        assert [n for n, what, _ in page.context["home"]["work"][0]["waiting"]] == [0, 0]
        assert "1 brouillon" in waiting(client)

    def test_who_may_write_is_offered_to(self, client):
        page = self.home_with(client, "view_fiche", "add_fiche")
        assert page.context["home"]["work"][0]["add_url"] == address(Fiche, "add")
        assert "Écrire une fiche" in visible_text(page.content.decode())

    def test_nothing_is_counted_for_who_may_not_see_it(self, client):
        with CaptureQueriesContext(connection) as captured:
            self.home_with(client, "view_levier")
        captured = [q for q in captured if "refus" not in q["sql"]]  # one's own sheets that were given back
        tables = [f'FROM "{model._meta.db_table}"' for model in (Fiche, Extrait, LienVerifie, Terme)]
        assert not [q for q in captured if any(table in q["sql"] for table in tables)]

    def test_who_may_see_nothing_is_told(self, client):
        text = visible_text(self.home_with(client).content.decode())
        assert "pas la permission" in text


def test_it_is_in_french_with_nothing_inline(admin_client):
    html = admin_client.get(HOME).content.decode()
    text = visible_text(html)
    for words in ("Ce qui vous attend", "Vocabulaire", "Autour", "Tout le reste"):
        assert words in text
    assert " style=" not in html
    assert "<style" not in html


def test_the_page_of_one_application_stays_djangos(admin_client):
    page = admin_client.get(reverse("admin:app_list", args=["fiches"]))
    assert page.status_code == 200
    text = visible_text(page.content.decode())
    assert "Ateliers" in text
    assert "Ce qui vous attend" not in text
