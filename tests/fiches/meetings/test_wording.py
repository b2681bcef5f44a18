"""What short texts tell by their own words: tried on sentences of the sheets, and on what would fool the rules."""

import pytest

from fiches.meetings.sides import Side
from fiches.meetings.wording import aim, is_about, joined, joins, lowered, stands_alone, suits
from fiches.models import Degre

BOTH = list(Degre)


@pytest.mark.parametrize(
    ("question", "fit"),
    [
        ("Qu’est-ce qui occupe le plus votre équipe en ce moment ?", set(Side)),
        ("Qu’est-ce qui, en ce moment, empêche vos élèves d’être disponibles ?", {Side.ECOLE}),
        ("Que ferez-vous de cette séance le lendemain en classe ?", {Side.ECOLE}),
        ("À qui d’autre faudrait-il en parler dans l’école, et préférez-vous le faire vous-même ?", set(Side)),
        ("Que voulez-vous que l’école sache de notre échange ?", set(Side) - {Side.ECOLE, Side.HIERARCHIE}),
        ("Qu’est-ce qui arrive à l’école et devrait pouvoir aller ailleurs ?", set(Side)),
        ("Quel est votre premier souvenir d’école, et qu’en diriez-vous à votre enfant ?", {Side.PARENTS}),
        ("Vous, parents, par quoi faudrait-il commencer ?", {Side.PARENTS}),
        ("Qu’est-ce qui t’a le plus étonné pendant ta première semaine ?", {Side.ENFANTS}),
        ("Et nous, au centre, quelle règle tient des familles à l’écart ?", set()),
        ("Est-ce bien à nous de le faire, ou sommes-nous simplement les plus disponibles ?", set()),
    ],
)
def test_whom_a_question_suits(question, fit):
    assert {side for side in Side if suits(question, side)} == fit


def test_a_question_aims_at_the_person_or_is_asked_together():
    together = "Que devrons-nous encore pouvoir faire ensemble quand ce sera fini ?"
    to_you = "Que perdez-vous si la décision attend un mois ?"
    assert aim(to_you, Side.ECOLE) < aim(together, Side.ECOLE)
    assert aim(together, Side.COLLECTIVITE) < aim(to_you, Side.COLLECTIVITE)
    assert aim("Où vous sentez-vous assez tranquille pour parler de l’école ?", Side.PARENTS) == 0


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Se savoir complémentaires change tout.", True),
        ("Quand les trois piliers s’accordent, l’enfant en bénéficie.", True),
        ("Qui n’était pas là cette année et devrait y être à la rentrée ?", True),
        ("Ces parents ne viennent que sur convocation.", False),
        ("Puis la maison de quartier a pris le relais.", False),
        ("Un autre le redit : ce sont les volontaires.", False),
        ("La remplir ensemble en trois quarts d’heure", False),
        ("Présenter ces parents à l’école", False),
        ("Même rôle au collège et au lycée", False),
        ("Au collège et au lycée", False),
        ("Au collège et au lycée ; les conventions passent par le conseil d’administration", False),
        ("Au collège et au lycée : rien ne s’ouvre sans cet accord", False),
        ("Que sait-il faire que je n’ai jamais eu l’occasion de voir ?", False),
        ("Laisser une trace", True),
    ],
)
def test_a_line_stands_alone_or_leans_on_another(text, alone):
    assert stands_alone(text) == alone


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("Au collège : commencer par trois bureaux", {Degre.SECOND}),
        ("À l’école : saluer aussi ceux que la commune emploie", {Degre.PREMIER}),
        ("Moi, je dirais oui, mais il faut voir avec l’inspectrice.", {Degre.PREMIER}),
        ("Proposer une aide à la liaison CM2-sixième", set(BOTH)),
        ("Choisir deux signes de progrès", set(BOTH)),
        ("Responsable de la sécurité dans l’enceinte du collège ou du lycée", {Degre.SECOND}),
    ],
)
def test_which_stage_a_line_is_about(text, stages):
    assert {degre for degre in BOTH if is_about(text, [degre])} == stages
    assert is_about(text, BOTH)


@pytest.mark.parametrize(
    ("step", "shared"),
    [
        ("Choisir trois documents avec l’école", True),
        ("Remplir à deux un tableau de trois colonnes", True),
        ("Nommer un second de chaque côté", True),
        ("Répéter devant un collègue exigeant", False),
        ("Écouter cinq personnes qui étaient là avant vous", False),
    ],
)
def test_a_step_is_taken_with_the_school_or_among_ourselves(step, shared):
    assert joins(step, Side.ECOLE) == shared


def test_every_side_has_its_words():
    assert all(joins("Convenir d’un essai court", side) for side in Side)


def test_names_are_joined_as_french_says_them():
    assert joined([]) == ""
    assert joined(["Nadia"]) == "Nadia"
    assert joined(["Nadia", "Paul", "la Caf"]) == "Nadia, Paul et la Caf"


@pytest.mark.parametrize(
    ("name", "low"),
    [("Équipe pédagogique", "équipe pédagogique"), ("Caf", "Caf"), ("CPE", "CPE"), ("L’école", "L’école"), ("", "")],
)
def test_a_name_in_a_sentence(name, low):
    assert lowered(name) == low
