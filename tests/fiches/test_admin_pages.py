"""Every page of the admin, on the content that ships: it answers, in French, with nothing inline."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from acteurs.bases import Content
from acteurs.models import Acteur, AncienneAdresse, Terme
from fiches.models import Atelier, Extrait, Fiche, Levier, Phrase, Ressource, Theme
from tests.admin_pages import address, visible_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]

CONTENT = [model for model in admin.site._registry if issubclass(model, Content)]
# Less « date », « tag » and « change », which are French too.
ENGLISH = """the and with of for to add delete save search view select filter all show name yes no none
unknown any remove history home tagged item object required error by"""


@pytest.fixture
def client(admin_client):
    return admin_client


def test_all_content_can_be_edited():
    """Each model has its pages, or is a part of another's."""
    parts = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}
    content = {model for model in apps.get_models() if issubclass(model, Content)}
    assert content - parts - set(CONTENT) == set()


@pytest.mark.parametrize("model", CONTENT, ids=lambda m: m._meta.label)
def test_the_list_the_empty_form_and_a_filled_form_answer(client, model):
    pages = [address(model, "changelist"), address(model, "changelist") + "?q=ecole"]
    if model is not AncienneAdresse:
        pages.append(address(model, "add"))
    if found := model.objects.first():
        pages += [address(model, "change", found.pk), address(model, "history", found.pk)]
    for page in pages:
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("model", CONTENT, ids=lambda m: m._meta.label)
def test_nothing_a_strict_policy_would_stop(client, model):
    pages = [address(model, "changelist")]
    if found := model.objects.first():
        pages.append(address(model, "change", found.pk))
    for page in pages:
        html = client.get(page).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)
        for attributes in re.findall(r"<script\b([^>]*)>", html):
            assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("model", [Fiche, Extrait, Levier, Acteur, Theme, Phrase, Ressource, Atelier, Terme])
def test_no_english_is_left(client, model):
    pages = [address(model, "changelist"), address(model, "add")]
    if found := model.objects.first():
        pages += [address(model, "change", found.pk), address(model, "delete", found.pk)]
    for page in pages:
        response = client.get(page)
        if response.status_code == 403:  # a published sheet is not deleted
            continue
        words = set(re.findall(r"[a-zà-ÿ’]+", visible_text(response.content.decode()).lower()))
        assert not words.intersection(ENGLISH.split()), page


def test_the_home_page_shows_what_a_curator_works_on_and_nothing_else(client):
    text = visible_text(client.get(reverse("admin:index")).content.decode())
    assert "Fiches, preuves et vie du partenariat" in text
    assert "Acteurs et vocabulaire" in text
    for hidden in ("État du contenu", "Tag", "Citations", "Étapes", "échecs de connexion"):
        assert hidden not in text
