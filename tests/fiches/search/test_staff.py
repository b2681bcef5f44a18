"""The curators' search: the engine of the site, over what the public does not see as well."""

import pytest
from django.urls import reverse

from acteurs.stamp import editing
from fiches.search.staff import find_excerpts, find_sheets
from tests.factories import make_extrait, make_fiche, make_published_fiche

pytestmark = pytest.mark.django_db


def test_drafts_and_published_sheets_are_found_alike():
    draft = make_fiche(titre="Préparer les réunions")
    online = make_published_fiche(titre="Une réunion utile")
    make_published_fiche(titre="Tout autre chose")
    assert set(find_sheets("reunion")) == {draft.pk, online.pk}


def test_all_the_words_first_else_some_of_them():
    draft = make_fiche(titre="Préparer la kermesse")
    assert find_sheets("kermesse préparée") == [draft.pk]
    assert find_sheets("kermesse introuvable") == [draft.pk]
    assert find_sheets("introuvable") == []
    assert find_sheets("…") == []


def test_a_sheet_put_online_or_taken_back_is_found_once():
    fiche = make_fiche(titre="La kermesse")
    assert find_sheets("kermesse") == [fiche.pk]
    online = make_published_fiche(titre="La kermesse de juin")
    assert sorted(find_sheets("kermesse")) == sorted([fiche.pk, online.pk])
    with editing():
        online.archive()
    assert sorted(find_sheets("kermesse")) == sorted([fiche.pk, online.pk])


def test_excerpts_of_any_scope_are_found_by_their_words():
    secret = make_extrait(texte="L’école ne répond jamais.", portee="interne")
    make_extrait(texte="Autre chose.")
    assert find_excerpts("ecoles repondent") == [secret.pk]
    assert find_excerpts("ecole jamais vue") == []
    assert find_excerpts("") == []


def test_an_excerpt_changed_is_found_by_its_new_words_at_once():
    extrait = make_extrait(texte="La cantine.")
    assert find_excerpts("cantine") == [extrait.pk]
    extrait.texte = "Le gymnase."
    with editing():
        extrait.save()
    assert find_excerpts("cantine") == []
    assert find_excerpts("gymnases") == [extrait.pk]


@pytest.fixture
def curator(admin_client):
    return admin_client


def listed(client, url, q, **more):
    return [row.pk for row in client.get(url, {"q": q, **more}).context["cl"].result_list]


def test_the_list_of_sheets_answers_as_the_site_does(curator):
    draft = make_fiche(titre="Préparer les réunions")
    make_fiche(titre="Tout autre chose")
    url = reverse("admin:fiches_fiche_changelist")
    assert listed(curator, url, "reunion") == [draft.pk]
    assert listed(curator, url, "prépa réun") == [draft.pk], "letters are enough too"
    assert listed(curator, url, "introuvable") == []
    assert len(listed(curator, url, "\u202e" + "x" * 500)) == 0


def test_the_closest_come_first_unless_the_curator_chose_an_order(curator):
    first = make_fiche(titre="A. Autre chose", resume="On parle de la kermesse en passant, parmi d’autres fêtes.")
    best = make_fiche(titre="Kermesse")
    url = reverse("admin:fiches_fiche_changelist")
    assert listed(curator, url, "kermesses") == [best.pk, first.pk]
    assert listed(curator, url, "kermesses", o="1") == [first.pk, best.pk]


def test_the_list_of_excerpts_knows_references_and_words(curator):
    extrait = make_extrait(texte="Les enseignantes viennent.", reference="T9-EC-41")
    make_extrait(texte="Autre chose.")
    url = reverse("admin:fiches_extrait_changelist")
    assert listed(curator, url, "enseignants venus") == [extrait.pk]
    assert listed(curator, url, "t9-ec") == [extrait.pk]
