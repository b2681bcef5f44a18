"""What a search finds beside the sheets: actors, levers, schemes, words, heard sentences, resources."""

import pytest

from acteurs.stamp import editing
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from fiches.search.panel import KINDS
from tests import factories as make

pytestmark = pytest.mark.django_db


def panel(q):
    """{kind: labels} beside the sheets."""
    return {
        kind: [entry.label for entry in found] for kind, found in find(Criteria(q=q, tri="pertinence")).panel.items()
    }


MADE = {
    "acteur": lambda **words: make.make_acteur(nom="Grand viaduc", **words),
    "levier": lambda **words: make.make_levier(nom="Grand viaduc", **words),
    "dispositif": lambda **words: make.make_dispositif(nom="Grand viaduc", **words),
    "terme": lambda **words: make.make_terme(mot="Grand viaduc", **words),
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("q", ["viaduc", "Viaducs", "grand viaduc", "le grand viaduc"])
def test_a_thing_is_found_by_its_name(kind, q):
    MADE[kind]()
    assert panel(q) == {kind: ["Grand viaduc"]}
    assert panel("passerelle") == {}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("field", ["synonymes", "proches"])
def test_a_thing_is_found_by_words_that_are_not_shown(kind, field):
    MADE[kind](**{field: "passerelle\ngué"})
    (entry,) = find(Criteria(q="passerelle", tri="pertinence")).panel[kind]
    assert entry.label == "Grand viaduc"
    assert "passerelle" not in repr(entry)


def test_a_heard_sentence_is_found_with_its_answer_and_who_says_it():
    make.make_phrase(phrase="On verra demain", variantes="plus tard", reponse="Prenons date.", dite_par="ecole")
    for q in ("verra demain", "plus tard"):
        (entry,) = find(Criteria(q=q, tri="pertinence")).panel["phrase"]
        assert (entry.label, entry.detail, entry.mark, entry.said_by) == (
            "On verra demain",
            "Prenons date.",
            "ecole",
            "À l’école",
        )
        assert "plus tard" not in repr(entry)


def test_a_resource_is_found():
    make.make_ressource(titre="Charte du viaduc")
    assert panel("viaduc") == {"ressource": ["Charte du viaduc"]}


def test_what_the_query_names_as_a_whole_comes_first():
    for n in range(4):
        make.make_acteur(nom=f"Viaduc viaduc {n}")
    make.make_acteur(nom="Viaduc")
    assert panel("viaduc")["acteur"][0] == "Viaduc"


def test_three_of_a_kind_at_most_in_an_order_of_kinds_that_never_changes():
    for n in range(5):
        make.make_levier(nom=f"Viaduc {n}")
        make.make_acteur(nom=f"Viaduc {n}")
        make.make_ressource(titre=f"Viaduc {n}")
    found = panel("viaduc")
    assert list(found) == [kind for kind in KINDS if kind in found] == ["acteur", "levier", "ressource"]
    assert {len(labels) for labels in found.values()} == {3}
    assert panel("viaduc") == found


def test_what_is_renamed_or_deleted_is_no_longer_there():
    levier = make.make_levier(nom="Viaduc")
    assert panel("viaduc") == {"levier": ["Viaduc"]}
    with editing():
        levier.name = "Passerelle"
        levier.save()
    assert panel("viaduc") == {}
    assert panel("passerelle") == {"levier": ["Passerelle"]}
    with editing():
        levier.delete()
    assert panel("passerelle") == {}


def test_a_long_query_needs_most_of_its_words_in_an_entry():
    make.make_acteur(nom="Viaduc métallique rouge")
    assert panel("viaduc") == {"acteur": ["Viaduc métallique rouge"]}
    assert panel("une longue phrase où il est question en passant de viaducs anciens") == {}


def test_the_order_of_the_words_tells_sentences_apart_small_ones_included():
    make.make_phrase(phrase="On y est, et ce n’est pas trop tôt")
    make.make_phrase(phrase="Ce n’est pas à nous d’y aller")
    make.make_phrase(phrase="Autre chose", variantes="Et nous, on y est ?\nPas vous")
    assert panel("et nous on y est")["phrase"][0] == "Autre chose"
    assert panel("on y est et")["phrase"][0] == "On y est, et ce n’est pas trop tôt"
    assert panel("ce n’est pas à nous")["phrase"][0] == "Ce n’est pas à nous d’y aller"
    assert panel("« ce n’est pas à nous »")["phrase"][0] == "Ce n’est pas à nous d’y aller"


def test_two_words_side_by_side_find_nothing_that_most_words_do_not():
    make.make_phrase(phrase="On y va ensemble demain")
    assert panel("on y passerelle viaduc kermesse") == {}
