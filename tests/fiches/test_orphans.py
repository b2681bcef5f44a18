"""Words of the glossary that no sheet uses."""

import pytest

from acteurs.models import Terme
from acteurs.stamp import editing
from fiches.orphans import orphan_terms
from tests import factories as make
from tests.admin_pages import address

pytestmark = pytest.mark.django_db


def orphans():
    return [term.mot for term in orphan_terms()]


@pytest.mark.parametrize(
    "text",
    [
        "Un groupe de parole s’ouvre.",
        "Des GROUPES DE PAROLES s’ouvrent.",
        "Le GDP s’ouvre.",
    ],
)
@pytest.mark.parametrize("field", ["titre", "en_bref", "pourquoi", "marche_si"])
def test_a_word_that_is_read_in_a_sheet_is_none(text, field):
    make.make_terme(mot="Groupe de parole", sigle="GDP")
    make.make_published_fiche(**{field: text})
    assert orphans() == []


@pytest.mark.parametrize("text", ["Un groupe prend la parole.", "La parole du groupe.", "Rien."])
def test_its_words_apart_do_not_make_it(text):
    make.make_terme(mot="Groupe de parole")
    make.make_published_fiche(pourquoi=text)
    assert orphans() == ["Groupe de parole"]


def test_a_sheet_tied_to_it_is_enough():
    terme = make.make_terme(mot="Triptyque")
    make.make_published_fiche(termes=[terme])
    assert orphans() == []


def test_either_of_two_words_is_enough():
    make.make_terme(mot="Parent relais, parent-ressource")
    make.make_published_fiche(pourquoi="Un parent-ressource accueille.")
    assert orphans() == []


def test_a_draft_does_not_count_nor_what_nobody_reads():
    make.make_terme(mot="Triptyque")
    make.make_ready_fiche(pourquoi="Un triptyque.")
    make.make_published_fiche(formulations="triptyque")
    assert orphans() == ["Triptyque"]


def test_a_word_of_the_two_voice_lexicon_alone_is_not_of_the_glossary():
    make.make_terme(mot="Triptyque", definition="", malentendu="On ne s’entend pas.")
    assert orphans() == []


def test_it_follows_the_content_at_once(admin_client):
    terme = make.make_terme(mot="Triptyque")
    fiche = make.make_published_fiche()
    page = address(Terme, "changelist")
    assert list(admin_client.get(page, {"emploi": "orphelin"}).context["cl"].queryset) == [terme]
    with editing():
        fiche.pourquoi = "Un triptyque."
        fiche.save()
    assert list(admin_client.get(page, {"emploi": "orphelin"}).context["cl"].queryset) == []
    assert admin_client.get(page).context["cl"].result_count == 1


def test_one_query_when_nothing_has_changed(django_assert_num_queries):
    for n in range(12):
        make.make_terme(mot=f"Zygomatique {n}")
    orphans()
    with django_assert_num_queries(2):  # the stamp, and the words themselves
        assert len(orphans()) == 12
