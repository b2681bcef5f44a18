"""What a query means: all its words, then most, then words put right. An answer to anything, and bounded work."""

import random

import pytest

from fiches.models import Fiche
from fiches.search.analysis import MAX_WORD
from fiches.search.criteria import Criteria, Tri, clean_text
from fiches.search.finder import find
from fiches.search.french import fold
from fiches.search.index import fresh
from fiches.search.query import MAX_WORDS, ask
from tests import factories as make

from .elsewhere import answer

pytestmark = pytest.mark.django_db


def found(q, **wanted):
    return find(Criteria(q=q, tri="pertinence", **wanted), per_page=100)


def titles(q, **wanted):
    return sorted(fiche.titre for fiche in found(q, **wanted).page)


# A few sheets


@pytest.fixture
def fete():
    make.make_published_fiche(titre="Les trois", resume="Kermesse, goûter et loto")
    make.make_published_fiche(titre="Deux", resume="Kermesse et goûter")
    make.make_published_fiche(titre="Une", resume="Kermesse")


@pytest.mark.usefixtures("fete")
def test_sheets_with_all_the_words_come_first_then_those_with_most():
    answered = found("kermesse goûter loto")
    assert [fiche.titre for fiche in answered.page][:2] == ["Les trois", "Deux"]
    assert answered.complete == 1
    assert answered.is_relaxed


@pytest.mark.usefixtures("fete")
def test_a_word_that_no_text_holds_gives_way_to_the_closest():
    answered = found("kermese")
    assert [tuple(correction) for correction in answered.corrections] == [("kermese", "kermesse")]
    assert answered.total == 3
    refused = found("kermese", exact=True)
    assert (refused.corrections, refused.total) == ([], 0)


@pytest.mark.usefixtures("fete")
@pytest.mark.parametrize("q", ["kermesse", "loto", "lot", "salaire", "ker", "merci"])
def test_a_word_that_exists_is_not_put_right(q):
    assert found(q).corrections == []


@pytest.mark.usefixtures("fete")
@pytest.mark.parametrize(
    "q", ["gouter", "goûter", "GOÛTER", "Gouter", "gouters", "le goûter", "d’un goûter", "d'un gouter"]
)
def test_accents_capitals_and_elisions_do_not_matter(q):
    assert set(titles(q)) >= {"Les trois", "Deux"}
    assert found(q).corrections == []


QUOTED = {
    '"réunion de rentrée"': ["Ensemble"],
    "« réunion de rentrée »": ["Ensemble"],
    "“réunion de rentrée”": ["Ensemble"],
    '"rentrée de réunion"': [],
    '"réunion" "rentrée"': ["Ensemble", "Séparés"],
    '"réunion"': ["Ensemble", "Séparés"],
    '"de la"': ["Séparés"],
    '"réunion de rentrée" "avant la rentrée"': [],
    '"une réunion" "la rentrée"': ["Séparés"],
    '"réunion de rentrée': ["Ensemble", "Séparés"],  # never closed: words like others
    '"" rentrée': ["Ensemble", "Séparés"],
    '" " rentrée': ["Ensemble", "Séparés"],
    "« » rentrée": ["Ensemble", "Séparés"],
}


@pytest.mark.parametrize(("q", "expected"), QUOTED.items(), ids=QUOTED.keys())
def test_quoted_words_are_wanted_as_they_are(q, expected):
    make.make_published_fiche(titre="Ensemble", resume="Tenir sa réunion de rentrée avec tous.")
    make.make_published_fiche(titre="Séparés", resume="Prévoir une réunion au début de la rentrée.")
    make.make_published_fiche(titre="Rien", resume="Autre chose.")
    assert titles(q, exact=True) == expected


def test_an_acronym_spelt_as_a_small_word_is_told_by_its_capitals():
    acteur = make.make_acteur(sigle="EN")
    make.make_intervention(fiche=make.make_published_fiche(titre="Administration"), acteur=acteur)
    make.make_published_fiche(titre="Attente", resume="Prendre le temps en hiver")
    assert titles("EN") == ["Administration"]
    assert "Administration" not in titles("en hiver")


# Whatever is typed

MONSTERS = [
    "",
    " ",
    "\u00a0",
    "a" * 200,
    "é" * 200,
    "ab " * 66,
    "école " * 33,
    " ".join(f"mot{n}" for n in range(33)),
    "'" * 200,
    "l'" * 100,
    "-" * 200,
    '"' * 199,
    '"a" ' * 50,
    "«" * 100 + "»" * 100,
    "« école » " * 20,
    "titre:école",
    "titre:(école OR parents)^3",
    "+école -parents",
    "NOT école",
    "AND OR NOT",
    "école~2",
    "éco*",
    "[a TO z]",
    "{a TO z}",
    "/.*/",
    "\\",
    "\\\\école\\",
    "((((((((((",
    "))))",
    ":::",
    "!!!",
    "id:1",
    "*",
    "?",
    "%",
    "_",
    "'; DROP TABLE fiches_fiche; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\x00",
    "éco\x00le",
    "\x01\x02\x03\x7f\x9f",
    "\ud800",
    "école\udfff",
    "\u202eelocé",
    "\u2066école\u2069",
    "\ufeffécole",
    "\u200bécole\u200b",
    "e\u0301cole",
    "e" + "\u0301" * 199,
    "ﷺ" * 100,
    "ﬁn",
    "①②③",
    "école",
    "مدرسة",
    "学校と親",
    "ゞ" * 50,
    "🏫👨‍👩‍👧",
    "👨‍👩‍👧" * 30,
    "\U0010ffff",
    "\uffff",
    "1" * 200,
    "6e 6ème 6° 6 ème",
    "1/2 3.14 -5 1e308",
    "R.E.P.",
    "a.b.c.d." * 25,
    "co-" * 66,
    "rep+" * 50,
    "zzrep",
    "zz zzz zzzz",
    "d’l’qu’s’",
    "de la du des en et",
    "«",
    "“ ”",
]


@pytest.mark.parametrize("exact", [False, True])
def test_whatever_is_typed_there_is_an_answer(fete, exact):
    for q in MONSTERS:
        answered = found(clean_text(q), exact=exact)
        assert answered.total == len(list(answered.page)) <= 3, ascii(q)


def test_a_query_asks_for_bounded_work(fete):
    view = fresh()
    for q in MONSTERS:
        if asked := ask(view, q):
            assert len(asked.words) <= MAX_WORDS, ascii(q)
            assert len(asked.nearness) <= 2 * MAX_WORDS, ascii(q)
            assert sum(len(word.places) for word in asked.words) <= 40 * MAX_WORDS, ascii(q)
            assert all(len(term) <= MAX_WORD + 2 for word in asked.words for term in word.terms), ascii(q)


def test_a_thousand_repetitions_are_one_word(fete):
    asked = ask(fresh(), "goûter " * 1000)
    assert [word.term for word in asked.words] == [fresh().lexicon.analyser.stem("goûter")]


def test_noise_by_chance_gets_an_answer(fete):
    chance = random.Random(11)
    signs = "aeé lL'’-\"«»“”.·()+°0123²ß€ŒœİıǅΩя語🙂\u0301\u200d\u00ad"
    for _ in range(300):
        q = "".join(chance.choice(signs) for _ in range(chance.randrange(1, 60)))
        found(clean_text(q))


# On the content that ships


@pytest.mark.usefixtures("content")
class TestShipped:
    @pytest.mark.parametrize(
        "q",
        [
            "avec qui",
            "qui fait quoi",
            "par où",
            "sans les parents",
            "on n’a pas le temps",
            "pas le droit",
            "tous",
            "où",
        ],
    )
    def test_sentences_of_small_words_find_something(self, q):
        assert found(q).total

    @pytest.mark.parametrize(
        "q",
        [
            "xqzvk",
            "wplmt kkrtz",
            "lasagnes bolognaise",
            "cours du bitcoin",
            "carburateur de tondeuse",
            "température de fusion du tungstène",
            "grand prix de Monaco",
            "asdf qwer zxcv",
            "lorem ipsum dolor sit amet",
        ],
    )
    def test_nonsense_and_what_is_far_find_few_or_none(self, q):
        assert found(q).total <= 3

    def test_without_accents_nothing_is_lost(self):
        """Of each title's words: typed bare, they find at least what they find with their accents."""
        words = sorted({word for fiche in Fiche.objects.published() for word in fiche.titre.lower().split()})
        accented = [word for word in words if word.isalpha() and fold(word) != word][:40]
        assert len(accented) > 20
        for word in accented:
            asked = {pk for pk, _ in answer(q=word, exact=True)["sheets"]}
            bare = {pk for pk, _ in answer(q=fold(word), exact=True)["sheets"]}
            assert asked <= bare or len(bare) >= 10, word

    @pytest.mark.parametrize("word", ["école", "accueil", "équipe", "enfant"])
    def test_apostrophes_are_all_alike(self, word):
        assert answer(q=f"l'{word}") == answer(q=f"l’{word}") == answer(q=f"L‘{word}")

    def test_each_sheet_is_first_for_its_own_title(self):
        lost = {
            fiche.titre: [sheet.titre for sheet in found(fiche.titre[:200]).page][:3]
            for fiche in Fiche.objects.published()
            if fiche.titre not in [sheet.titre for sheet in found(fiche.titre[:200]).page][:3]
        }
        assert lost == {}


def test_a_quotation_is_found_without_its_accents():
    make.make_published_fiche(titre="La réunion des mirabelles dorées")
    assert [fiche.titre for fiche in find(Criteria(q='"reunion des mirabelles dorees"', tri=Tri.PERTINENCE)).page] == [
        "La réunion des mirabelles dorées"
    ]


def test_a_quotation_is_enough_beside_words_that_nobody_wrote():
    make.make_published_fiche(titre="La réunion des mirabelles dorées")
    found = find(Criteria(q='"réunion des mirabelles" xylophone', tri=Tri.PERTINENCE))
    assert [fiche.titre for fiche in found.page] == ["La réunion des mirabelles dorées"]
    assert found.is_relaxed
