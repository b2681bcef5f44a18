"""Vocabulary is data: what a curator adds or takes away counts on the very next search, in every process."""

import pytest

from acteurs.stamp import editing
from fiches.models import Fiche
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from tests import factories as make

from .elsewhere import Elsewhere

pytestmark = pytest.mark.django_db


def titles(q):
    return sorted(fiche.titre for fiche in find(Criteria(q=q, tri="pertinence", exact=True)).page)


def save(row, **values):
    with editing():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def delete(row):
    with editing():
        row.delete()


TIED = {
    "lever": lambda: make.make_levier(),
    "scheme": lambda: make.make_dispositif(),
    "word": lambda: make.make_terme(),
    "theme": lambda: make.make_theme(),
    "actor": lambda: make.make_acteur(),
}


def sheet_of(kind, row):
    links = {"lever": "leviers", "scheme": "dispositifs", "word": "termes"}
    fields = {links[kind]: [row]} if kind in links else {"theme": row} if kind == "theme" else {}
    fiche = make.make_published_fiche(titre="Ouvrir", **fields)
    if kind == "actor":
        make.make_intervention(fiche=fiche, acteur=row)


@pytest.mark.parametrize("field", ["synonymes", "proches"])
@pytest.mark.parametrize("kind", TIED)
def test_a_synonym_leads_to_the_sheets_of_what_it_names(kind, field):
    row = TIED[kind]()
    sheet_of(kind, row)
    make.make_published_fiche(titre="Fermer")
    assert titles("viaduc") == titles("grand viaduc") == []
    save(row, **{field: "passerelle\nviaduc\ngrand viaduc"})
    assert titles("viaduc") == titles("Viaducs") == titles("grand viaduc") == ["Ouvrir"]
    save(row, **{field: "passerelle"})
    assert titles("viaduc") == []
    assert titles("passerelle") == ["Ouvrir"]


def test_a_lever_renamed_is_found_by_its_new_name_alone():
    levier = make.make_levier(nom="Viaduc")
    make.make_published_fiche(titre="Ouvrir", leviers=[levier])
    assert titles("viaduc") == ["Ouvrir"]
    save(levier, name="Passerelle")
    assert titles("viaduc") == []
    assert titles("passerelle") == ["Ouvrir"]


def test_words_of_a_group_call_each_other():
    make.make_published_fiche(titre="Ouvrir", resume="Une kermesse")
    assert titles("ducasse") == []
    group = make.make_synonyme("ducasse", "kermesse", "fête patronale")
    assert titles("ducasse") == titles("fête patronale") == titles("kermesse") == ["Ouvrir"]
    save(group, mots="kermesse\nfête patronale")
    assert titles("ducasse") == []
    delete(group)
    assert titles("fête patronale") == []


def test_a_group_that_leads_to_its_first_word_goes_one_way():
    make.make_published_fiche(titre="Fête", resume="Une kermesse")
    make.make_published_fiche(titre="Jeu", resume="Un chamboule")
    group = make.make_synonyme("kermesse", "chamboule", genre="vers-premier")
    assert titles("chamboule") == ["Fête", "Jeu"]
    assert titles("kermesse") == ["Fête"]
    save(group, genre="equivalents")
    assert titles("kermesse") == ["Fête", "Jeu"]


def test_an_acronym_leads_where_it_is_said_and_changes_the_reading_of_texts():
    acteur = make.make_acteur()
    fiche = make.make_published_fiche(titre="Ouvrir")
    make.make_intervention(fiche=fiche, acteur=acteur)
    make.make_published_fiche(titre="Écrire", resume="La CSE se réunit")
    assert titles("CSE") == titles("cse") == ["Écrire"]
    sigle = make.make_sigle("CSE", "commission scolaire élargie", acteurs=[acteur])
    assert titles("CSE") == titles("cse") == titles("C.S.E.") == ["Ouvrir", "Écrire"]
    assert titles("commission scolaire élargie") == ["Ouvrir", "Écrire"]
    delete(sigle)
    assert titles("CSE") == ["Écrire"]
    assert titles("commission scolaire élargie") == []


def test_a_cautious_acronym_is_one_in_capitals_only():
    acteur = make.make_acteur()
    make.make_intervention(fiche=make.make_published_fiche(titre="Accueil"), acteur=acteur)
    make.make_published_fiche(titre="Marche", resume="Un pré, puis un autre")
    make.make_sigle("PRE", "programme d’accueil", prudence="pré, le champ", acteurs=[acteur])
    assert titles("PRE") == titles("P.R.E.") == ["Accueil"]
    assert titles("pré") == ["Marche"]
    assert titles("pre") == ["Accueil", "Marche"], "without accent nor capitals, it may be either"


def test_formulations_lead_to_their_sheet():
    fiche = make.make_published_fiche(titre="Ouvrir")
    assert titles("kermesse") == []
    save(fiche, formulations="comment tenir une kermesse")
    assert titles("kermesse") == titles("tenir une kermesse") == ["Ouvrir"]
    save(fiche, formulations="")
    assert titles("kermesse") == []


@pytest.mark.django_db(transaction=True)
def test_the_next_search_of_another_process_knows_it_too():
    levier = make.make_levier()
    fiche = make.make_published_fiche(leviers=[levier], resume="Une kermesse")
    with Elsewhere() as there:

        def found(q):
            return [pk for pk, _ in there.find(q=q, exact=True)["sheets"]] == [fiche.pk]

        assert not found("viaduc")
        save(levier, synonymes="viaduc")
        assert found("viaduc")
        save(levier, synonymes="")
        assert not found("viaduc")
        group = make.make_synonyme("ducasse", "kermesse")
        assert found("ducasse")
        delete(group)
        assert not found("ducasse")
        sigle = make.make_sigle("OUI", "ouvrir une issue", prudence="oui", leviers=[levier])
        assert found("OUI")
        delete(sigle)
        assert not found("OUI")
        with editing():
            Fiche.objects.update(formulations="un loto")
        assert found("loto")
        with editing():
            fiche.refresh_from_db()
            fiche.archive()
        assert not found("loto")
