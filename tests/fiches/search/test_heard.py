"""Heard sentences of the content that ships, typed as people would: whole, in another way, by halves, badly."""

import pytest

from acteurs.bases import fold, lines
from fiches.models import Phrase
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from fiches.search.index import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


def heard(q):
    """The sentences beside the sheets."""
    return [entry.slug for entry in find(Criteria(q=q, tri="pertinence")).panel.get("phrase", [])]


def ways(phrase):
    """All the ways to say it that curators gave."""
    return [phrase.phrase, *lines(phrase.variantes)]


def halves(text):
    words = text.split()
    return [" ".join(words[: (len(words) + 1) // 2]), " ".join(words[len(words) // 2 :])]


def missed(asked, depth):
    """[(typed, found), …] of those that are not among the first `depth`. `asked`: [(typed, slug), …]."""
    found = [(q, slug, heard(q)) for q, slug in asked]
    assert len(found) >= 45
    return [(q, slugs) for q, slug, slugs in found if slug not in slugs[:depth]]


def test_a_sentence_typed_in_any_way_that_curators_gave_comes_first():
    assert missed([(text, phrase.slug) for phrase in Phrase.objects.all() for text in ways(phrase)], 1) == []


def test_without_capitals_accents_nor_apostrophes_too():
    assert missed([(fold(phrase.phrase), phrase.slug) for phrase in Phrase.objects.all()], 1) == []


def test_as_the_page_shows_it_between_marks_too():
    assert missed([(f"« {phrase.phrase} »", phrase.slug) for phrase in Phrase.objects.all()], 1) == []


def test_half_of_a_sentence_is_enough():
    assert missed([(half, phrase.slug) for phrase in Phrase.objects.all() for half in halves(phrase.phrase)], 1) == []


def test_half_of_another_way_to_say_it_is_among_the_first():
    """Some halves begin several sentences (« Ce n’est pas »): the one meant is among those shown."""
    long = [
        (half, phrase.slug)
        for phrase in Phrase.objects.all()
        for text in lines(phrase.variantes)
        if len(text.split()) > 5
        for half in halves(text)
    ]
    assert missed(long, 3) == []
    assert len(missed(long, 1)) <= len(long) * 0.08


@pytest.mark.parametrize(
    ("q", "slug"),
    [
        ("ils ne viennent pas", "les-parents-a-qui-je-voudrais-parler-sont-ceux-qui-ne"),
        ("on ne nous a pas rappelés", "on-a-depose-trois-plaquettes-personne-ne-nous-a-rappeles"),
        ("et nous on y gagne quoi", "et-concretement-ma-classe-y-gagne-quoi"),
        ("chacun chez soi", "vous-etes-gentils-mais-la-facon-de-faire-cours-c-est-notre"),
        ("c’est notre affaire", "vous-etes-gentils-mais-la-facon-de-faire-cours-c-est-notre"),
        ("vous êtes avec qui", "finalement-vous-etes-avec-nous-ou-avec-l-ecole"),
        ("je n'irai pas", "toute-seule-je-n-irai-pas"),
        ("à eux maintenant", "on-a-depose-trois-plaquettes-personne-ne-nous-a-rappeles"),
        ("on ne se parle pas", "on-est-huit-autour-de-cette-famille-et-personne-ne-se-parle"),
        ("le reste, c’est nous", "ce-qui-est-scolaire-regarde-l-ecole-le-reste-c-est-nous"),
    ],
)
def test_words_of_everyday(q, slug):
    assert heard(q)[0] == slug


@pytest.mark.parametrize(
    ("q", "slug"),
    [
        ("on n’est pas là pour ça", "il-ne-lit-pas-il-arrive-a-peine-en-france-on-n-est-pas"),
        ("on n'est pas la pour ca", "il-ne-lit-pas-il-arrive-a-peine-en-france-on-n-est-pas"),
        ("ce n’est pas à nous", "ce-qui-est-scolaire-regarde-l-ecole-le-reste-c-est-nous"),
        ("ça ne va pas", "la-reunion-de-rentree-c-est-le-lundi-a-dix-sept-heures"),  # « On ne va pas changer pour… »
        ("que je le signe mais je ne", "le-mot-du-cahier-je-le-signe-mais-je-ne-comprends-pas-ce-qu"),
        ("avec nous ou avec", "finalement-vous-etes-avec-nous-ou-avec-l-ecole"),
    ],
)
def test_a_sentence_of_small_words_is_told_by_their_order(q, slug):
    assert heard(q)[0] == slug


@pytest.mark.parametrize(
    "q", ["c’est nous", "il est à elle", "on y est", "ce que je", "il y a", "on leur a", "si vous ne"]
)
def test_nothing_but_small_words_finds_sentences(q):
    assert not fresh().lexicon.analyser.terms(q)
    assert heard(q)
