"""Addresses that never die, folded words, natural keys."""

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from acteurs.bases import fold, lines, slug_from
from acteurs.models import Acteur, AncienneAdresse
from acteurs.stamp import editing
from fiches.models import Citation, Fiche, Levier, Theme
from tests.factories import (
    make_acteur,
    make_categorie,
    make_citation,
    make_fiche,
    make_intervention,
    make_levier,
    make_theme,
)

db = pytest.mark.django_db


def rename(row, slug):
    """As a curator does: the row is read, changed, checked and saved."""
    row = type(row).objects.get(pk=row.pk)
    row.slug = slug
    row.full_clean()
    with editing():
        row.save()
    return row


@db
def test_an_address_leads_to_its_row():
    fiche = make_fiche(slug="a")
    make_fiche(slug="b")
    assert Fiche.objects.find("a") == fiche


@db
def test_an_unknown_address_leads_nowhere():
    make_fiche(slug="a")
    with pytest.raises(Fiche.DoesNotExist):
        Fiche.objects.find("z")


@db
def test_the_old_address_of_a_renamed_row_leads_to_it():
    fiche = make_fiche(slug="a")
    rename(fiche, "b")
    found = Fiche.objects.find("a")
    assert found == fiche
    assert found.slug == "b"


@db
def test_every_address_of_a_chain_leads_to_the_last():
    fiche = make_fiche(slug="a")
    for slug in ("b", "c", "d"):
        rename(fiche, slug)
    assert {Fiche.objects.find(slug).slug for slug in "abcd"} == {"d"}


@db
def test_a_chain_on_the_same_object_in_hand():
    fiche = make_fiche(slug="a")
    with editing():
        for slug in ("b", "c"):
            fiche.slug = slug
            fiche.save()
    assert Fiche.objects.find("a") == Fiche.objects.find("b") == fiche


@db
def test_a_row_may_take_its_old_address_back():
    fiche = make_fiche(slug="a")
    rename(fiche, "b")
    rename(fiche, "a")
    assert Fiche.objects.find("a").slug == "a"
    assert Fiche.objects.find("b").slug == "a"
    assert list(AncienneAdresse.objects.values_list("slug", flat=True)) == ["b"]


@db
def test_saving_without_renaming_keeps_no_old_address():
    fiche = make_fiche(slug="a")
    with editing():
        fiche.titre = "Autre titre"
        fiche.save()
    assert not AncienneAdresse.objects.exists()


@db
def test_an_old_address_is_not_given_to_another_row():
    rename(make_fiche(slug="a"), "b")
    other = make_fiche(slug="c")
    with pytest.raises(ValidationError, match="a déjà servi") as refusal:
        rename(other, "a")
    assert list(refusal.value.message_dict) == ["slug"]
    with pytest.raises(ValidationError, match="a déjà servi"):
        Fiche(slug="a", titre="Neuve", theme=other.theme).full_clean()


@db
def test_two_kinds_of_pages_may_share_an_address():
    rename(make_fiche(slug="a"), "b")
    acteur = rename(make_acteur(slug="c"), "a")
    assert Acteur.objects.find("a") == acteur
    assert Fiche.objects.find("a").slug == "b"
    with pytest.raises(Acteur.DoesNotExist):
        Acteur.objects.find("b")


@db
def test_the_old_address_of_a_deleted_row_leads_nowhere():
    fiche = rename(make_fiche(slug="a"), "b")
    with editing():
        fiche.delete()
    with pytest.raises(Fiche.DoesNotExist):
        Fiche.objects.find("a")


@db
def test_a_slug_is_never_changed_behind_save():
    fiche = make_fiche(slug="a")
    with editing():
        with pytest.raises(TypeError, match="save"):
            Fiche.objects.filter(pk=fiche.pk).update(slug="b")
        fiche.slug = "b"
        with pytest.raises(TypeError, match="save"), transaction.atomic():
            Fiche.objects.bulk_update([fiche], ["slug"])
    assert Fiche.objects.get().slug == "a"


@db
def test_finding_costs_one_query_or_two(django_assert_num_queries):
    rename(make_fiche(slug="a"), "b")
    with django_assert_num_queries(1):
        Fiche.objects.find("b")
    with django_assert_num_queries(2):
        Fiche.objects.find("a")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Réunions", "reunions"),
        ("ÉCOLE", "ecole"),
        ("L’œil du maître", "l oeil du maitre"),
        ("curriculum vitæ", "curriculum vitae"),
        ("co-éducation", "co education"),
        ("  des   blancs\t", "des blancs"),
        ("« oui ! »", "oui"),
        ("REP+", "rep"),
        ("1er degré", "1er degre"),
        ("e\u0301cole", "ecole"),  # the accent apart from its letter
        ("\u202f\u00a0", ""),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("L’œil du maître", "l-oeil-du-maitre"),
        ("Faire le premier pas !", "faire-le-premier-pas"),
        ("mot " * 30, "-".join(["mot"] * 20)),
        ("a" * 81, "a" * 80),
    ],
)
def test_slug_from(text, slug):
    assert slug_from(text) == slug


def test_lines():
    assert lines(" un \r\n\n  \ndeux") == ["un", "deux"]
    assert lines("") == []


@db
def test_a_folded_field_follows_each_save():
    levier = make_levier(nom="Réunions")
    assert Levier.objects.get(cle="reunions") == levier
    levier.name = "Fêtes d’école"
    with editing():
        levier.save()
    assert Levier.objects.get(cle="fetes d ecole") == levier


@db
def test_a_folded_field_is_filled_by_bulk_create():
    categorie = make_categorie()
    with editing():
        Levier.objects.bulk_create([Levier(name="Écoute", slug="ecoute", categorie=categorie, description="…")])
    assert Levier.objects.get().cle == "ecoute"


@db
def test_a_folded_field_is_filled_by_a_fixture():
    levier = make_levier(nom="Écoute")
    text = serializers.serialize("json", [levier], use_natural_foreign_keys=True, use_natural_primary_keys=True)
    assert '"cle"' not in text
    with editing():
        levier.delete()
        next(serializers.deserialize("json", text)).save()
    assert Levier.objects.get().cle == "ecoute"


@db
@pytest.mark.parametrize("nom", ["reunions", "RÉUNIONS", "réunions ", "Réunions !"])
def test_two_levers_are_not_one_word(nom):
    make_levier(nom="Réunions")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_levier(nom=nom)


@db
@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: make_theme(slug="ca-matche"), ("ca-matche",)),
        (lambda: make_intervention(fiche=make_fiche(slug="f"), acteur=make_acteur(slug="caf")), ("f", "caf")),
    ],
)
def test_a_natural_key_leads_back_to_its_row(make, key):
    row = make()
    assert row.natural_key() == key
    assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


@db
def test_a_natural_key_follows_relations():
    citation = make_citation(section="exemple")
    extrait = citation.extrait
    assert citation.natural_key() == (citation.fiche.slug, "exemple", extrait.atelier.slug, extrait.reference)


@db
def test_a_natural_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="argument"):
        Citation.objects.get_by_natural_key("trop", "court")
    with pytest.raises(Theme.DoesNotExist):
        Theme.objects.get_by_natural_key("absent")


@pytest.mark.django_db
def test_a_slug_changed_on_an_object_read_without_it_keeps_the_former_address():
    make_acteur(slug="avant", nom="Quelqu’un")
    acteur = Acteur.objects.only("nom").get()
    with editing():
        acteur.slug = "apres"
        acteur.save()
    assert Acteur.objects.find("avant") == acteur


@pytest.mark.django_db
def test_saving_only_the_name_of_a_lever_renews_its_folded_key():
    levier = make_levier(nom="Réunions")
    with editing():
        levier.name = "Sorties"
        levier.save(update_fields=["name"])
    levier.refresh_from_db()
    assert levier.cle == "sorties"
