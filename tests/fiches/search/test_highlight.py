"""What is shown of a sheet for a query: parts of its own text, the words marked, the best passage and its section."""

import pytest

from acteurs.stamp import editing
from fiches.models import Fiche
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from fiches.search.highlight import FIELDS, LENGTH
from tests import factories as make

pytestmark = pytest.mark.django_db


def shown(q, **fields):
    """The passage of the one sheet that `q` finds, its marked words in brackets: (title, en_bref, section, text)."""
    make.make_published_fiche(**{"titre": "Ouvrir", **fields})
    (fiche,) = find(Criteria(q=q, tri="pertinence")).page
    passage = fiche.passage
    return (told(passage.titre), told(passage.en_bref), passage.section, told(passage.parts))


def told(parts):
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


@pytest.mark.parametrize(
    ("q", "text", "marked"),
    [
        ("goûter", "Un goûter pour tous", "Un [goûter] pour tous"),
        ("gouter", "Un goûter pour tous", "Un [goûter] pour tous"),
        ("goûters", "Le Goûter, le GOÛTER", "Le [Goûter], le [GOÛTER]"),
        ("école", "L’école et l'école", "L’[école] et l'[école]"),
        ("école", "Les écoles, préscolaire", "Les [écoles], préscolaire"),
        ("animateur", "Un·e animateur·rice est là", "Un·e [animateur·rice] est là"),
        ("inscrit", "Un enfant inscrit(e) ici", "Un enfant [inscrit(e)] ici"),
        ("le goûter de la fête", "Le goûter de la fête", "Le [goûter] de la [fête]"),
        ('"le goûter"', "Après le goûter", "Après le [goûter]"),
        ("goûter", "<b>goûter</b> & « goûter »", "<b>[goûter]</b> & « [goûter] »"),
        ("coeur", "Au cœur du quartier", "Au [cœur] du quartier"),
        ("6e", "En sixième, en 6ème", "En [sixième], en [6ème]"),
    ],
)
def test_words_are_marked_as_they_are_written(q, text, marked):
    _, en_bref, _, _ = shown(q, en_bref=text)
    assert en_bref == marked


def test_an_acronym_is_marked_in_its_capitals_only():
    make.make_acteur(sigle="EN")
    _, en_bref, _, _ = shown("EN hiver", en_bref="L’EN décide en hiver")
    assert en_bref == "L’[EN] décide en [hiver]"


def test_an_acronym_that_ends_with_a_sign_is_marked():
    make.make_dispositif(sigle="REP+")
    _, en_bref, _, _ = shown("REP+", en_bref="En REP+ surtout (REP+).")
    assert en_bref == "En [REP+] surtout ([REP+])."


def test_the_best_passage_is_where_most_words_are_and_names_its_section():
    texts = {"pourquoi": "Un goûter.", "vigilance": "Prévenir.\nUn goûter de kermesse suffit.\nRanger."}
    _, _, section, text = shown("goûter kermesse", **texts)
    assert (section, text) == ("points de vigilance", "Un [goûter] de [kermesse] suffit.")


def test_no_passage_when_the_summary_says_it_all():
    assert shown("goûter", en_bref="Un goûter", pourquoi="Un goûter")[2:] == ("", "")


def test_steps_and_gains_have_passages_too():
    fiche = make.make_published_fiche(titre="Ouvrir")
    make.make_etape(fiche=fiche, titre="Saluer", texte="Chaque matin")
    make.make_gain(fiche=fiche, gain="Un carnet d’adresses")
    for q, section, text in [
        ("matin", "le chemin", "Chaque [matin]"),
        ("carnet", "ce que chacun y gagne", "Un [carnet] d’adresses"),
    ]:
        (found,) = find(Criteria(q=q, tri="pertinence")).page
        assert (found.passage.section, told(found.passage.parts)) == (section, text)


def test_a_long_passage_is_cut_at_words_around_what_is_looked_for():
    long = "mot " * 200 + "goûter" + " mot" * 200
    _, _, _, text = shown("goûter", pourquoi=long)
    assert "[goûter]" in text
    assert len(text) <= LENGTH + 10
    assert text.startswith("… mot")
    assert text.endswith("mot …")


def test_words_for_search_alone_mark_nothing_and_are_not_shown():
    *texts, section, text = shown("kermesse", formulations="une kermesse", en_bref="Un loto")
    assert (texts, section, text) == (["Ouvrir", "Un loto"], "", "")


def test_without_words_nothing_is_marked():
    make.make_published_fiche()
    (fiche,) = find(Criteria()).page
    assert fiche.passage is None


def test_a_word_that_the_sheet_no_longer_has_is_not_marked():
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Un goûter", en_bref="Un goûter")
    find(Criteria(q="goûter", tri="pertinence"))
    with editing():
        fiche.en_bref = "Un loto"
        fiche.save()
    (found,) = find(Criteria(q="goûter loto", tri="pertinence")).page
    assert told(found.passage.en_bref) == "Un [loto]"


@pytest.mark.usefixtures("content")
def test_on_the_content_that_ships_the_parts_are_the_text_itself():
    """Whatever the query: the title and the summary whole, and a passage that stands in its section."""
    queries = [
        fiche.formulations.splitlines()[0][:200] for fiche in Fiche.objects.published()[:25] if fiche.formulations
    ]
    labels = {section.label: name for section, name in FIELDS.items()}
    passages = 0
    for q in [*queries, "école", "EN", "parents d’élèves", "CLAS"]:
        for fiche in find(Criteria(q=q, tri="pertinence")).page:
            passage = fiche.passage
            assert "".join(part.text for part in passage.titre) == fiche.titre
            assert "".join(part.text for part in passage.en_bref) == fiche.en_bref
            assert all(part.text for part in [*passage.titre, *passage.parts])
            if passage.section:
                passages += 1
                assert any(part.marked for part in passage.parts)
                text = "".join(part.text for part in passage.parts).removeprefix("… ").removesuffix(" …")
                if passage.section in labels:
                    assert text in " ".join(getattr(fiche, labels[passage.section]).split())
    assert passages > 100
