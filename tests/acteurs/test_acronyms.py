"""Acronyms: explained once a page, where a button may stand, by case and as whole words."""

import pytest

from acteurs.acronyms import LOOKS_LIKE_ONE, explain
from tests import factories as make

CLAS = {"CLAS": ("clas", "Contrat local", "Une aide.")}


def said(html, meanings=CLAS):
    return explain(f"<main>{html}</main>", meanings)


def test_the_first_use_becomes_a_button_with_its_definition():
    html = said("<p>Le CLAS, puis le CLAS.</p>")
    assert html.count("<button") == 1
    assert html.index("<button") < html.index("puis le CLAS")
    assert 'popovertarget="sigle-clas"' in html
    assert 'id="sigle-clas"' in html
    assert "Contrat local" in html
    assert "Une aide." in html


@pytest.mark.parametrize(
    "html",
    [
        "<a href='/x'>CLAS</a>",
        "<h2>Le <em>CLAS</em></h2>",
        "<summary>CLAS</summary>",
        "<label>CLAS</label>",
        '<p title="CLAS">rien</p>',
        "<p>clas, CLASSE, déCLAS, sous-CLAS</p>",
    ],
)
def test_it_is_left_alone_where_a_button_may_not_stand_or_it_is_another_word(html):
    assert "<button" not in said(html)


def test_outside_the_main_content_nothing_is_explained():
    assert "<button" not in explain("<header>CLAS</header><main>rien</main><footer>CLAS</footer>", CLAS)


def test_a_link_does_not_use_up_the_first_use():
    html = said("<a href='/x'>CLAS</a><p>CLAS</p>")
    assert html.index("<p>") < html.index("<button")


def test_the_longest_acronym_wins():
    meanings = {"REP": ("rep", "Réseau", "a"), "REP+": ("rep-plus", "Réseau renforcé", "b")}
    html = said("<p>En REP+ comme en REP</p>", meanings)
    assert "sigle-rep-plus" in html
    assert html.index("sigle-rep-plus") < html.index('"sigle-rep"')


def test_definitions_are_escaped():
    assert "<script>" not in said("<p>CLAS</p>", {"CLAS": ("c", "<script>", "<b>")})


@pytest.mark.parametrize(("sigle", "worth"), [("CLAS", True), ("REP+", True), ("6e", True), ("asso", False)])
def test_abbreviations_of_notes_are_not_acronyms(sigle, worth):
    assert bool(LOOKS_LIKE_ONE.fullmatch(sigle)) is worth


@pytest.mark.django_db
def test_a_page_explains_its_acronyms_from_the_glossary(client):
    make.make_terme(slug="clas", sigle="CLAS", mot="Contrat local", definition="Une aide.")
    fiche = make.make_published_fiche(pourquoi="Le CLAS aide.")
    html = client.get(fiche.get_absolute_url()).content.decode()
    assert html.count('popovertarget="sigle-clas"') == 1
