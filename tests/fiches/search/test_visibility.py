"""Search never shows, counts, suggests nor corrects towards what nobody may read, nor shows what is only for it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Statut
from fiches.search.index import fresh
from tests import factories as make

from .elsewhere import answer

pytestmark = pytest.mark.django_db

CANARY = "Zorglubine"  # in no other text
SLIPS = ("zorgulbine", "zorglubinne", "zorglubyne")  # of someone who types it: no page may say it back


def sheet(**fields):
    """A sheet with the canary in every place that may hold words, and a lever of its own."""
    texts = ("resume", "en_bref", "pourquoi", "vigilance", "formulations", "exemple")
    fiche = make.make_ready_fiche(
        titre=f"{CANARY} {fields.pop('titre', '')}",
        leviers=[make.make_levier(slug="seul")],
        **dict.fromkeys(texts, CANARY),
    )
    make.make_gain(fiche=fiche, gain=CANARY)
    make.make_intervention(fiche=fiche, texte=CANARY, acteur=make.make_acteur(slug="seul"))
    return fiche


def a_draft():
    sheet()


def a_sheet_in_review():
    with editing():
        sheet().submit()


def an_archived_sheet():
    fiche = sheet()
    with editing():
        fiche.publish(by=None)
    fresh()
    with editing():
        fiche.archive()


def a_sheet_dated_tomorrow():
    fiche = sheet()
    with editing():
        fiche.publish(by=None, at=timezone.now() + timedelta(days=1))


def a_deleted_sheet():
    fiche = sheet()
    with editing():
        fiche.publish(by=None)
    fresh()
    with editing():
        fiche.delete()


def a_sheet_rewritten():
    fiche = make.make_published_fiche(resume=CANARY)
    fresh()
    with editing():
        fiche.resume = "Autre chose"
        fiche.save()


def cited(**fields):
    make.make_citation(fiche=make.make_published_fiche(), extrait=make.make_extrait(texte=CANARY, **fields))


def words_of_the_network():
    cited(portee="reseau")


def words_of_an_internal_workshop():
    cited(atelier=make.make_atelier(portee="interne"))


def words_set_aside():
    cited(etat="ecarte", motif="Hors sujet")


def words_cited_by_nobody():
    make.make_extrait(texte=CANARY)


def words_cited_by_a_draft():
    make.make_citation(fiche=make.make_ready_fiche(), extrait=make.make_extrait(texte=CANARY))


def a_note_for_curators():
    make.make_published_fiche(a_confirmer=CANARY)
    make.make_terme(a_confirmer=CANARY)


UNPUBLISHED = [
    a_draft,
    a_sheet_in_review,
    an_archived_sheet,
    a_sheet_dated_tomorrow,
    a_deleted_sheet,
    a_sheet_rewritten,
    words_of_the_network,
    words_of_an_internal_workshop,
    words_set_aside,
    words_cited_by_nobody,
    words_cited_by_a_draft,
    a_note_for_curators,
]


def said(client, q):
    """All that the site answers to a search, as one text in lower case."""
    pages = [client.get(url, {"q": q}) for url in ("/fiches/", "/api/v1/fiches")]
    assert {page.status_code for page in pages} == {200}
    return (json.dumps(answer(q=q)) + "".join(page.content.decode() for page in pages)).lower()


@pytest.mark.parametrize("hide", UNPUBLISHED, ids=lambda hide: hide.__name__)
def test_what_nobody_may_read_is_neither_found_nor_suggested(client, hide):
    make.make_published_fiche(titre="Ouvrir la porte")
    hide()
    found = answer(q=CANARY, exact=True)
    assert (found["sheets"], found["total"], found["panel"]) == ([], 0, {})
    for q in SLIPS:
        assert answer(q=q)["corrections"] == []
        assert CANARY.lower() not in said(client, q)
    view = fresh()
    assert CANARY.lower() not in view.vocabulary.surfaces()
    assert view.vocabulary.restore(CANARY) == set(view.lexicon.analyser.query_terms(CANARY))


@pytest.mark.parametrize("hide", UNPUBLISHED[:5], ids=lambda hide: hide.__name__)
def test_what_nobody_may_read_is_not_counted(client, hide):
    make.make_published_fiche(titre="Ouvrir la porte")
    hide()
    everything = answer()
    assert everything["total"] == 1
    assert dict(map(tuple, everything["facets"]["levier"])).get("seul", 0) == 0
    assert dict(map(tuple, everything["facets"]["acteur"])).get("seul", 0) == 0
    assert sum(n for _, n in everything["facets"]["genre"]) == 1
    assert answer(chosen={"levier": ["seul"]})["total"] == 0


# Words that lead to what anyone may read, and are never shown themselves: {where they are: function()}.
HIDDEN = {
    "formulations": lambda: make.make_published_fiche(formulations=f"un mot\n{CANARY}"),
    "other ways to say a sentence": lambda: said_of(make.make_published_fiche()),
    "synonyms of a lever": lambda: make.make_published_fiche(leviers=[make.make_levier(synonymes=CANARY)]),
    "words near a scheme": lambda: make.make_published_fiche(dispositifs=[make.make_dispositif(proches=CANARY)]),
    "synonyms of a theme": lambda: make.make_published_fiche(theme=make.make_theme(synonymes=CANARY)),
    "synonyms of a word": lambda: make.make_published_fiche(termes=[make.make_terme(synonymes=CANARY)]),
    "a group of words": lambda: make.make_synonyme(CANARY, "porte"),
    "an acronym spelt out": lambda: make.make_sigle("ZRG", CANARY, fiches=[make.make_published_fiche()]),
}


def said_of(fiche):
    phrase = make.make_phrase(variantes=CANARY)
    with editing():
        phrase.fiches.add(fiche)


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN.keys())
def test_words_for_search_alone_lead_somewhere_and_are_never_shown(client, hide):
    make.make_published_fiche(titre="Ouvrir la porte")
    hide()
    assert answer(q=CANARY)["total"], "else this proves nothing"
    for q in SLIPS:
        assert all(meant is None for _, meant in answer(q=q)["corrections"])
        assert CANARY.lower() not in said(client, q)
    assert fresh().vocabulary.spelling(CANARY.lower()) is None


def test_a_word_both_hidden_and_written_is_corrected_towards():
    """What is refused above is refused for its place, not for itself."""
    make.make_published_fiche(formulations=CANARY)
    assert answer(q=SLIPS[0])["corrections"] == [[SLIPS[0], None]]
    make.make_published_fiche(resume=CANARY)
    assert answer(q=SLIPS[0])["corrections"] == [[SLIPS[0], CANARY.lower()]]


def test_an_index_that_lags_shows_nothing_withdrawn(client, monkeypatch):
    """Should the view be wrong, the rows are read again from what is published."""
    fiche = make.make_published_fiche(titre=f"{CANARY} entrouverte")
    view = fresh()
    with editing():
        fiche.statut = Statut.BROUILLON
        fiche.save()
    monkeypatch.setattr("fiches.search.finder.fresh", lambda: view)
    assert answer(q=CANARY)["sheets"] == []
    assert "entrouverte" not in said(client, CANARY)
