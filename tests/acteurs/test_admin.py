"""The admin of actors, words and contacts, of accounts, and of the door itself."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Acteur, AncienneAdresse, Contact, Terme
from acteurs.stamp import editing, stamp
from tests import factories as make
from tests.admin_pages import act, address, errors, typed, visible_text

pytestmark = pytest.mark.django_db

DONE = {"_save": "Enregistrer"}


@pytest.fixture
def client(admin_client):
    return admin_client


def add(client, model, **fields):
    page = client.get(address(model, "add"))
    return client.post(address(model, "add"), typed(page, **fields, **DONE))


def test_an_actor_gets_its_address_from_its_name(client):
    before = stamp()
    fields = {"famille": make.make_famille().pk, "description": "Il dirige.", "role_partenariat": "Le voir tôt."}
    assert add(client, Acteur, nom="Directeur d’école", **fields).status_code == 302
    assert Acteur.objects.get().slug == "directeur-d-ecole"
    assert stamp() != before


def test_an_actor_who_acts_in_a_sheet_is_not_deleted_and_the_sheet_is_named(client):
    intervention = make.make_intervention()
    page = client.get(address(Acteur, "delete", intervention.acteur_id))
    assert f'">{intervention.fiche.titre}</a>' in page.content.decode()


def test_deleting_a_word_moves_the_stamp(client):
    terme = make.make_terme()
    before = stamp()
    act(client, Terme, "delete_selected", terme, post="yes")
    assert not Terme.objects.exists()
    assert stamp() != before


def test_a_word_without_definition_nor_misunderstanding_is_refused(client):
    answer = add(client, Terme, mot="REP")
    assert "Donnez une définition, ou les deux sens et le malentendu." in errors(answer)


def test_words_are_filtered_by_use(client):
    defined = make.make_terme()
    heard_twice = make.make_terme(definition="", malentendu="On ne s’entend pas.")
    page = address(Terme, "changelist")
    assert list(client.get(page, {"usage": "glossaire"}).context["cl"].queryset) == [defined]
    assert list(client.get(page, {"usage": "deux-voix"}).context["cl"].queryset) == [heard_twice]


def test_a_person_s_name_needs_a_dated_consent(client):
    answer = add(client, Contact, structure="École", commune="Lille", personne="Une Telle")
    assert "Un nom de personne demande un accord daté." in errors(answer)


def test_a_phone_number_has_figures(client):
    answer = add(client, Contact, structure="École", commune="Lille", telephone="à demander")
    assert "Un numéro de téléphone a des chiffres" in errors(answer)
    assert add(client, Contact, structure="École", commune="Lille", telephone="03 20 00 00 00").status_code == 302


def test_the_list_of_contacts_says_who_is_visible(client):
    today = timezone.localdate()
    visible = make.make_contact(consented_on=today, expires_on=today)
    hidden = [
        make.make_contact(),
        make.make_contact(consented_on=today - timedelta(days=9), expires_on=today - timedelta(days=1)),
        make.make_contact(consented_on=today + timedelta(days=1), expires_on=today + timedelta(days=9)),
    ]
    page = address(Contact, "changelist")
    assert list(client.get(page, {"visible": "oui"}).context["cl"].queryset) == [visible]
    assert set(client.get(page, {"visible": "non"}).context["cl"].queryset) == set(hidden)
    shown = admin.site._registry[Contact].visible
    assert [shown(contact) for contact in (visible, *hidden)] == [True, False, False, False]


class TestFormerAddresses:
    @pytest.fixture
    def former(self):
        acteur = make.make_acteur(slug="avant")
        with editing():
            acteur.slug = "apres"
            acteur.save()
        return AncienneAdresse.objects.get()

    def test_they_are_shown_with_where_they_lead(self, client, former):
        html = client.get(address(AncienneAdresse, "changelist")).content.decode()
        assert f'href="{address(Acteur, "change", former.objet_id)}"' in html

    def test_nobody_adds_changes_or_deletes_one(self, client, former):
        assert client.get(address(AncienneAdresse, "add")).status_code == 403
        assert client.post(address(AncienneAdresse, "change", former.pk), {"slug": "x"}).status_code == 403
        assert client.post(address(AncienneAdresse, "delete", former.pk), {"post": "yes"}).status_code == 403

    def test_a_page_whose_address_once_led_elsewhere_is_refused_in_words(self, client, former):
        fields = {"famille": make.make_famille().pk, "description": "D.", "role_partenariat": "R."}
        answer = add(client, Acteur, nom="Un autre", slug="avant", **fields)
        assert "Cette adresse a déjà servi à une autre page" in errors(answer)


def test_deleting_an_account_leaves_its_sheets_without_an_owner(client):
    owner = User.objects.create_user("partante", is_staff=True)
    fiches = [make.make_fiche(proprietaire=owner)]
    before = stamp()
    assert client.post(reverse("admin:auth_user_delete", args=[owner.pk]), {"post": "yes"}).status_code == 302
    fiches[0].refresh_from_db()
    assert fiches[0].proprietaire is None
    assert stamp() != before


def test_an_account_is_added_from_the_admin(client):
    password = "un mot de passe bien long"
    fields = {"username": "nouvelle", "password1": password, "password2": password, "usable_password": "true"}
    assert client.post(reverse("admin:auth_user_add"), fields).status_code == 302
    assert User.objects.filter(username="nouvelle").exists()


class TestLockedDoor:
    def knock(self, client, password):
        return client.post(reverse("admin:login"), {"username": "curatrice", "password": password})

    @pytest.fixture
    def locked(self, client):
        User.objects.create_user("curatrice", password="le bon mot de passe", is_staff=True)
        client.logout()
        for _ in range(5):
            answer = self.knock(client, "un mauvais")
        return answer

    def test_after_five_failures_a_french_page_says_when_to_come_back(self, client, locked):
        assert locked.status_code == 429
        text = visible_text(locked.content.decode())
        assert "Trop d’essais : réessayez dans 15 minutes" in text
        assert "Django" not in text
        assert self.knock(client, "le bon mot de passe").status_code == 429

    def test_deleting_the_row_opens_the_door_again(self, client, locked, admin_user):
        client.force_login(admin_user)
        page = client.get(address(AccessAttempt, "changelist"))
        assert "curatrice" in page.content.decode()
        act(client, AccessAttempt, "delete_selected", AccessAttempt.objects.get(), post="yes")
        client.logout()
        assert self.knock(client, "le bon mot de passe").status_code == 302
