"""The buttons of a sheet's own page: saved first, then moved, and told why not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from acteurs.stamp import editing, stamp
from fiches.models import Fiche, Statut
from tests import factories as make
from tests.admin_pages import act, address, messages, typed, visible_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(admin_client):
    return admin_client


def page_of(client, fiche):
    return client.get(address(Fiche, "change", fiche.pk))


def buttons(page):
    asked = [name for name in ("refuse", "archive") if page.context.get(f"may_{name}")]
    return list(page.context.get("moves") or ()) + asked


def press(client, fiche, button, **changes):
    sent = typed(page_of(client, fiche), _statut=button, **changes)
    return client.post(address(Fiche, "change", fiche.pk), sent, follow=True)


def archiver(fiche):
    return reverse("admin:fiches_fiche_archiver", args=[fiche.pk])


def moved(fiche, *statuts):
    with editing():
        for move in statuts:
            getattr(fiche, move)()
    return fiche


def test_each_status_offers_the_buttons_that_make_sense(client):
    draft, submitted = make.make_ready_fiche(), moved(make.make_ready_fiche(), "submit")
    online, archived = make.make_published_fiche(), moved(make.make_published_fiche(), "archive")
    assert buttons(page_of(client, draft)) == ["submit", "publish"]
    assert buttons(page_of(client, submitted)) == ["publish", "refuse"]
    assert buttons(page_of(client, online)) == ["review", "archive"]
    assert buttons(page_of(client, archived)) == ["publish"]
    assert buttons(client.get(address(Fiche, "add"))) == []


def test_what_is_offered_is_never_refused_to_a_sheet_that_is_ready(client):
    for make_one in (
        make.make_ready_fiche,
        lambda: moved(make.make_ready_fiche(), "submit"),
        lambda: moved(make.make_published_fiche(), "archive"),
    ):
        for button in page_of(client, make_one()).context["moves"]:
            assert [level for level, _ in messages(press(client, make_one(), button))] == ["success"], button


def test_publishing_saves_what_was_typed_and_leads_to_the_public_page(client, admin_user):
    fiche = make.make_ready_fiche()
    before = stamp()
    answer = press(client, fiche, "publish", titre="Un titre mûri")
    fiche.refresh_from_db()
    assert (fiche.titre, fiche.statut, fiche.proprietaire) == ("Un titre mûri", Statut.PUBLIEE, admin_user)
    ((level, text),) = messages(answer)
    assert level == "success"
    assert "Fiche publiée : « Un titre mûri »." in text
    assert f'<a href="{fiche.get_absolute_url()}">' in text
    assert answer.redirect_chain[-1][0] == address(Fiche, "change", fiche.pk)
    assert stamp() != before


def test_a_refused_publication_lists_its_reasons_and_keeps_what_was_typed(client):
    fiche = make.make_fiche(titre="Pas <prête>")
    answer = press(client, fiche, "publish", resume="Un long texte.")
    fiche.refresh_from_db()
    assert (fiche.resume, fiche.statut, fiche.published_at) == ("Un long texte.", Statut.BROUILLON, None)
    ((level, text),) = messages(answer)
    assert level == "error"
    assert text.startswith("Ce que vous avez écrit est enregistré, mais la fiche n’est pas publiée")
    assert '<li><a href="#id_en_bref">Remplissez « en bref ».</a></li>' in text
    assert "sans preuve ne se publie pas" in text
    assert "Un long texte." in answer.content.decode()


@pytest.mark.parametrize("days", [0, -1])
def test_a_date_of_review_that_is_past_is_refused_in_words(client, days):
    fiche = make.make_ready_fiche(a_revoir_le=timezone.localdate() + timedelta(days=days))
    for answer in (press(client, fiche, "publish"), act(client, Fiche, "publish", fiche)):
        ((level, text),) = messages(answer)
        assert level == "error"
        assert "Le jour où la relire est déjà passé" in text
    fiche.refresh_from_db()
    assert fiche.statut == Statut.BROUILLON


def test_a_form_that_does_not_stand_moves_nothing(client):
    fiche = make.make_ready_fiche()
    answer = press(client, fiche, "publish", titre="", resume="Un mot à garder.")
    assert "Un mot à garder." in answer.content.decode()
    fiche.refresh_from_db()
    assert fiche.statut == Statut.BROUILLON


@pytest.mark.parametrize("button", ["archive", "n-importe-quoi"])
def test_a_button_that_is_not_there_only_saves(client, button):
    fiche = make.make_published_fiche()
    answer = press(client, fiche, button, titre="Un autre titre")
    fiche.refresh_from_db()
    assert (fiche.titre, fiche.statut) == ("Un autre titre", Statut.PUBLIEE)
    assert messages(answer)[0][1].startswith("Fiche enregistrée")


def test_the_history_says_it(client):
    fiche = make.make_ready_fiche()
    press(client, fiche, "submit")
    assert "Fiche soumise à relecture." in client.get(address(Fiche, "history", fiche.pk)).content.decode()


class TestArchiving:
    def test_it_asks_first(self, client):
        fiche = make.make_published_fiche(titre="En ligne")
        assert archiver(fiche) in page_of(client, fiche).content.decode()
        before = stamp()
        page = client.get(archiver(fiche))
        assert "« En ligne » ne se lira plus sur le site" in visible_text(page.content.decode()).replace("\xa0", " ")
        fiche.refresh_from_db()
        assert fiche.statut == Statut.PUBLIEE
        assert stamp() == before

    def test_then_does_it(self, client):
        fiche = make.make_published_fiche(titre="En ligne")
        before = stamp()
        answer = client.post(archiver(fiche), follow=True)
        fiche.refresh_from_db()
        assert fiche.statut == Statut.ARCHIVEE
        assert messages(answer) == [("success", "Fiche archivée : « En ligne ».")]
        assert stamp() != before

    def test_even_a_sheet_that_lost_its_proof(self, client):
        fiche = make.make_published_fiche()
        with editing():
            fiche.citations.all().delete()
        client.post(archiver(fiche))
        fiche.refresh_from_db()
        assert fiche.statut == Statut.ARCHIVEE

    def test_what_is_not_online_is_not_archived(self, client):
        fiche = make.make_fiche()
        for answer in (client.get(archiver(fiche), follow=True), client.post(archiver(fiche), follow=True)):
            assert [level for level, _ in messages(answer)] == ["error"]
        fiche.refresh_from_db()
        assert fiche.statut == Statut.BROUILLON

    def test_what_is_not_there_is_said_missing(self, client):
        assert client.get(reverse("admin:fiches_fiche_archiver", args=[9999])).status_code == 404


def test_who_may_only_look_has_no_button(client):
    reader = User.objects.create_user("lectrice", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_fiche"))
    client.force_login(reader)
    fiche = make.make_published_fiche()
    assert buttons(page_of(client, fiche)) == []
    assert client.post(archiver(fiche)).status_code == 403
    assert client.post(address(Fiche, "change", fiche.pk), {"_statut": "publish"}).status_code == 403
