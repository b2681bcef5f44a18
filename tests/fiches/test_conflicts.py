"""Two curators on one form: nobody overwrites anybody, and nothing typed is lost, session or not."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs import presence
from acteurs.models import Presence, Terme
from acteurs.stamp import editing, stamp
from fiches.models import Fiche
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import address, new_row, typed, visible_text

pytestmark = pytest.mark.django_db

SAVE = {"_save": "Enregistrer"}


@pytest.fixture
def fiche():
    fiche = make.make_ready_fiche(titre="Titre", resume="Résumé.", pourquoi="Pourquoi.", moments=[make.make_moment()])
    make.make_etape(fiche=fiche, titre="Deuxième", ordre=20_000)
    return fiche


@pytest.fixture
def ana(client):
    client.force_login(make_account("Relecteur", "ana"))
    return client


@pytest.fixture
def ben():
    client = Client()
    client.force_login(make_account("Relecteur", "ben"))
    return client


def form_of(client, obj):
    return client.get(address(type(obj), "change", obj.pk))


def save(client, obj, form, **changes):
    return client.post(address(type(obj), "change", obj.pk), typed(form, **{**SAVE, **changes}))


def sent_by(page, **more):
    """What the form of a page would send, hidden fields included."""
    text = page.content.decode()
    text = max(re.findall(r"<form method=\"post\".*?</form>", text, re.S), key=len)
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text)
    data = {}
    for name, value in pairs:
        data.setdefault(html.unescape(name), []).append(html.unescape(value))
    return {**data, **more}


def words_of(answer):
    return visible_text(answer.content.decode()).replace("\xa0", " ")


class TestStale:
    def test_the_second_to_save_writes_nothing_and_sees_both_texts(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        assert save(ana, fiche, theirs, pourquoi="Le texte d’Ana.").status_code == 302
        before = stamp()
        answer = save(ben, fiche, mine, pourquoi="Le texte de <Ben>.", exemple="Un exemple de Ben.")
        assert answer.status_code == 409
        assert stamp() == before
        fiche.refresh_from_db()
        assert (fiche.pourquoi, fiche.exemple) == ("Le texte d’Ana.", "")
        shown = words_of(answer)
        assert "ana a enregistré « Titre »" in shown
        assert "Le texte d’Ana." in shown
        assert "Le texte de <Ben>." in shown
        assert "Un exemple de Ben." in answer.content.decode()  # waits in the form
        assert [clash["label"] for clash in answer.context["clashes"]] == ["Pourquoi"]

    @pytest.mark.parametrize(("choice", "kept"), [("mien", "Ben."), ("sien", "Ana.")])
    def test_one_keeps_either_and_the_rest_of_both(self, ana, ben, fiche, choice, kept):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, pourquoi="Ana.", resume="Résumé d’Ana.")
        answer = save(ben, fiche, mine, pourquoi="Ben.", exemple="Exemple de Ben.")
        url = address(Fiche, "change", fiche.pk)
        assert ben.post(url, sent_by(answer, **{"_choix-0": choice})).status_code == 302
        fiche.refresh_from_db()
        assert (fiche.pourquoi, fiche.resume, fiche.exemple) == (kept, "Résumé d’Ana.", "Exemple de Ben.")

    def test_a_choice_that_is_missing_is_asked_again(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, pourquoi="Ana.")
        answer = save(ben, fiche, mine, pourquoi="Ben.")
        again = ben.post(address(Fiche, "change", fiche.pk), sent_by(answer))
        assert again.status_code == 409
        assert "Choisissez un texte pour chaque endroit." in words_of(again)
        fiche.refresh_from_db()
        assert fiche.pourquoi == "Ana."

    def test_a_third_hand_meanwhile_is_shown_too(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, pourquoi="Ana.")
        answer = save(ben, fiche, mine, pourquoi="Ben.")
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(pourquoi="Par une commande.")
        again = ben.post(address(Fiche, "change", fiche.pk), sent_by(answer, **{"_choix-0": "mien"}))
        assert again.status_code == 409
        assert "Par une commande." in words_of(again)

    def test_different_places_need_no_choice_but_are_told(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, resume="Ana.")
        answer = save(ben, fiche, mine, pourquoi="Ben.")
        assert answer.status_code == 409
        assert answer.context["clashes"] == []
        assert ben.post(address(Fiche, "change", fiche.pk), sent_by(answer)).status_code == 302
        fiche.refresh_from_db()
        assert (fiche.resume, fiche.pourquoi) == ("Ana.", "Ben.")

    def test_a_bulk_write_is_noticed_as_well(self, ana, fiche):
        form = form_of(ana, fiche)
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(en_bref="Changé en masse.")
        assert save(ana, fiche, form, pourquoi="Ana.").status_code == 409

    def test_a_form_without_what_was_read_overwrites_nothing(self, ana, fiche):
        sent = typed(form_of(ana, fiche), **SAVE, pourquoi="Autre.")
        del sent["_lu"]
        assert ana.post(address(Fiche, "change", fiche.pk), sent).status_code == 409
        other = typed(form_of(ana, make.make_fiche()))["_lu"]
        for token in (other, "n’importe quoi"):
            assert ana.post(address(Fiche, "change", fiche.pk), {**sent, "_lu": token}).status_code == 409
        fiche.refresh_from_db()
        assert fiche.pourquoi == "Pourquoi."

    def test_a_form_that_does_not_stand_may_be_sent_again(self, ana, fiche):
        answer = save(ana, fiche, form_of(ana, fiche), titre="")
        assert answer.status_code == 200
        assert save(ana, fiche, answer, titre="Corrigé").status_code == 302

    def test_a_button_pressed_over_a_change_moves_nothing_until_it_is_settled(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, resume="Ana.")
        sent = typed(mine, _statut="publish")
        answer = ben.post(address(Fiche, "change", fiche.pk), sent)
        assert answer.status_code == 409
        ben.post(address(Fiche, "change", fiche.pk), sent_by(answer))
        fiche.refresh_from_db()
        assert (fiche.statut, fiche.resume) == ("publiee", "Ana.")

    def test_it_holds_for_other_content(self, ana, ben):
        terme = make.make_terme(definition="D’abord.")
        theirs, mine = form_of(ana, terme), form_of(ben, terme)
        save(ana, terme, theirs, definition="Ana.")
        assert save(ben, terme, mine, definition="Ben.").status_code == 409
        assert Terme.objects.get().definition == "Ana."


class TestRows:
    def rows(self, fiche):
        return list(fiche.etapes.order_by("ordre", "pk").values_list("titre", flat=True))

    def settle(self, client, fiche, answer, *choices):
        assert answer.status_code == 409
        sent = sent_by(answer, **{f"_choix-{n}": choice for n, choice in enumerate(choices)})
        last = client.post(address(Fiche, "change", fiche.pk), sent)
        assert last.status_code == 302, last.context["errors"]

    def test_rows_added_on_both_sides_are_all_there(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, **new_row(theirs, "etapes", quand="des-lundi", titre="D’Ana", ordre=20_001))
        answer = save(ben, fiche, mine, **new_row(mine, "etapes", quand="des-lundi", titre="De Ben", ordre=20_002))
        self.settle(ben, fiche, answer)
        assert self.rows(fiche) == ["Appeler l’école", "Deuxième", "D’Ana", "De Ben"]

    def test_the_same_row_changed_on_both_sides_is_asked(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, **{"etapes-1-titre": "D’Ana"})
        answer = save(ben, fiche, mine, **{"etapes-1-titre": "De Ben", "etapes-1-texte": "Un détail."})
        assert [clash["label"] for clash in answer.context["clashes"]] == ["Étape : Titre"]
        self.settle(ben, fiche, answer, "mien")
        assert self.rows(fiche) == ["Appeler l’école", "De Ben"]
        assert fiche.etapes.get(titre="De Ben").texte == "Un détail."

    @pytest.mark.parametrize(
        ("choice", "left"), [("mien", ["Appeler l’école", "De Ben"]), ("sien", ["Appeler l’école"])]
    )
    def test_a_row_taken_away_while_it_was_written(self, ana, ben, fiche, choice, left):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, **{"etapes-1-DELETE": "on"})
        answer = save(ben, fiche, mine, **{"etapes-1-titre": "De Ben"})
        assert "Ligne supprimée." in words_of(answer)
        self.settle(ben, fiche, answer, choice)
        assert self.rows(fiche) == left

    @pytest.mark.parametrize(
        ("choice", "left"), [("mien", ["Appeler l’école"]), ("sien", ["Appeler l’école", "D’Ana"])]
    )
    def test_a_row_written_while_it_was_taken_away(self, ana, ben, fiche, choice, left):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, **{"etapes-1-titre": "D’Ana"})
        answer = save(ben, fiche, mine, **{"etapes-1-DELETE": "on"})
        self.settle(ben, fiche, answer, choice)
        assert self.rows(fiche) == left

    def test_a_row_that_only_one_took_away_is_gone(self, ana, ben, fiche):
        theirs, mine = form_of(ana, fiche), form_of(ben, fiche)
        save(ana, fiche, theirs, **{"etapes-1-DELETE": "on"})
        self.settle(ben, fiche, save(ben, fiche, mine, resume="De Ben."))
        assert self.rows(fiche) == ["Appeler l’école"]


class TestNoLonger:
    """What was typed is shown again when it cannot be saved at all."""

    def test_an_author_whose_sheet_went_to_review_meanwhile(self, client, ben):
        author = make_account("Contributeur")
        client.force_login(author)
        fiche = make.make_ready_fiche(proprietaire=author)
        form = form_of(client, fiche)
        with editing():
            fiche.submit()
        answer = save(client, fiche, form, pourquoi="Une longue phrase à ne pas perdre.")
        assert answer.status_code == 403
        assert "Une longue phrase à ne pas perdre." in answer.content.decode()

    def test_a_draft_deleted_meanwhile(self, ana, fiche):
        form = form_of(ana, fiche)
        with editing():
            fiche.delete()
        answer = ana.post(form.request["PATH_INFO"], typed(form, **SAVE, pourquoi="Une longue phrase à garder."))
        assert answer.status_code == 410
        assert "Une longue phrase à garder." in answer.content.decode()


class TestPresence:
    def said(self, page):
        return re.findall(r"<p class=\"avis avis--refus\">([^<]*formulaire[^<]*)</p>", page.content.decode())

    def test_the_page_tells_who_else_is_here(self, ana, ben, fiche):
        assert self.said(form_of(ana, fiche)) == []
        assert self.said(form_of(ben, fiche))[0].startswith("ana a aussi ce formulaire ouvert")
        assert self.said(form_of(ben, make.make_fiche())) == []

    def test_not_after_two_minutes_nor_after_a_save(self, ana, ben, fiche):
        form = form_of(ana, fiche)
        Presence.objects.update(vu_a=timezone.now() - presence.LASTS)
        assert self.said(form_of(ben, fiche)) == []
        save(ana, fiche, form)
        assert not Presence.objects.filter(compte__username="ana").exists()

    def test_old_rows_go_by_themselves(self, ana, fiche):
        form_of(ana, make.make_fiche())
        Presence.objects.update(vu_a=timezone.now() - 2 * presence.LASTS)
        form_of(ana, fiche)
        assert Presence.objects.count() == 1

    def test_a_ping_says_who_is_here_and_asks_for_the_right_to_write(self, ana, ben, client, fiche):
        url = reverse("admin:fiches_fiche_presence", args=[fiche.pk])
        assert ana.get(url).status_code == 405
        assert ana.post(url).content.strip() == b""
        assert b"ana a aussi" in ben.post(url).content
        author = Client()
        author.force_login(make_account("Contributeur"))
        assert author.post(url).status_code == 404
        assert Client().post(url).status_code == 302

    def test_a_busy_database_does_not_stop_the_page(self, ana, fiche, monkeypatch):
        from django.db import OperationalError

        def busy(*args, **kwargs):
            raise OperationalError("database is locked")

        monkeypatch.setattr(Presence.objects, "update_or_create", busy)
        assert form_of(ana, fiche).status_code == 200

    def test_it_is_not_content(self, ana, fiche):
        before = stamp()
        form_of(ana, fiche)
        assert stamp() == before


class TestSessionEnded:
    PASSWORD = "un mot de passe long"

    def expired(self, client, fiche, **changes):
        form = form_of(client, fiche)
        client.logout()
        return client.post(address(Fiche, "change", fiche.pk), typed(form, **SAVE, **changes))

    def log_in(self, client, page, password=PASSWORD, username="ana"):
        texte = re.search(r'name="texte_garde" value="([^"]+)"', page.content.decode())[1]
        sent = {"username": username, "password": password, "next": page.context["next"], "texte_garde": texte}
        return client.post(reverse("admin:login"), sent)

    def test_the_text_comes_back_after_the_login_and_is_saved(self, ana, fiche):
        page = self.expired(ana, fiche, pourquoi="Écrit pendant deux heures.")
        assert "Votre texte n’est pas perdu" in words_of(page)
        fiche.refresh_from_db()
        assert fiche.pourquoi == "Pourquoi."
        wrong = self.log_in(ana, page, password="raté")
        back = self.log_in(ana, wrong)
        assert "Écrit pendant deux heures." in back.content.decode()
        ana.post(address(Fiche, "change", fiche.pk), sent_by(back))
        fiche.refresh_from_db()
        assert fiche.pourquoi == "Écrit pendant deux heures."

    def test_a_new_sheet_too(self, ana):
        form = ana.get(address(Fiche, "add"))
        ana.logout()
        sent = typed(form, **SAVE, titre="Écrire à quatre mains", theme=make.make_theme().pk)
        back = self.log_in(ana, ana.post(address(Fiche, "add"), sent))
        ana.post(address(Fiche, "add"), sent_by(back))
        assert Fiche.objects.get().titre == "Écrire à quatre mains"

    def test_over_a_change_made_meanwhile_it_asks(self, ana, ben, fiche):
        page = self.expired(ana, fiche, pourquoi="Ana.")
        save(ben, fiche, form_of(ben, fiche), pourquoi="Ben.")
        answer = ana.post(address(Fiche, "change", fiche.pk), sent_by(self.log_in(ana, page)))
        assert answer.status_code == 409

    def test_neither_the_password_nor_the_token_is_in_it(self, ana, fiche):
        secrets = {"csrfmiddlewaretoken": "jeton-secret", "password": "mot-secret", "new_password1": "mot-secret"}
        page = self.expired(ana, fiche, **secrets)
        back = self.log_in(ana, page).content.decode()
        assert "jeton-secret" not in back
        assert "mot-secret" not in back

    def test_a_text_that_was_touched_is_dropped(self, ana, fiche):
        ana.logout()
        sent = {"username": "ana", "password": self.PASSWORD, "next": reverse("admin:index"), "texte_garde": "faux"}
        assert ana.post(reverse("admin:login"), sent).url == reverse("admin:index")

    def test_a_form_older_than_the_login_is_given_back(self, fiche):
        User.objects.get_or_create(username="ana")
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_account("Relecteur", "ana-bis"))
        url = address(Fiche, "change", fiche.pk)
        sent = typed(client.get(url), **SAVE, pourquoi="Dans l’autre onglet.")
        assert client.post(url, sent).status_code == 403
        answer = client.post(url, sent, headers={"Origin": "http://testserver"})
        assert answer.status_code == 403
        assert "Dans l’autre onglet." in answer.content.decode()
        foreign = client.post(url, sent, headers={"Origin": "http://ailleurs.example"})
        assert "Dans l’autre onglet." not in foreign.content.decode()

    def test_other_addresses_are_as_before(self, client):
        assert client.get(address(Fiche, "changelist")).status_code == 302
        assert client.post(address(Fiche, "changelist"), {"action": "publish"}).status_code == 302
