"""Lines → segments: golden pairs in several layouts, and an account that always balances."""

import random
from collections import Counter

import pytest

from fiches.reports.alerts import alerts_of
from fiches.reports.lines import ink
from fiches.reports.parser import parse
from fiches.reports.reading import read_report

from . import samples
from .samples import THEMES, report_of


def told(outcome):
    return [(s.theme, s.voix, s.texte) for s in outcome.segments]


def fates(outcome):
    """Every character of an outcome, with how many times it is there."""
    texts = [s.texte + s.marks + "".join(s.timecodes) for s in outcome.segments]
    texts += [h.texte + h.marks for h in outcome.headings] + [one.texte for one in outcome.ignored]
    return Counter("".join("".join(texts).split()))


def test_typed_report():
    outcome = parse(report_of(samples.TYPED), THEMES)
    found = [(s.lines, s.theme, s.voix, s.nature, s.texte) for s in outcome.segments]
    assert found == samples.TYPED_GOLDEN
    assert [(one.line, one.why) for one in outcome.ignored] == [
        (2, "en-tête du compte rendu (date, lieu, présents)"),
        (10, "puce vide"),
        (24, "image absente du texte"),
    ]
    assert [h.told for h in outcome.headings[:2]] == ["titre", "theme"]
    assert next(s for s in outcome.segments if s.texte == "Se revoir").timecodes == ("(12-30)",)
    assert next(s for s in outcome.segments if s.texte.startswith("Choisir")).level == 2


@pytest.mark.parametrize("extension", ["docx", "odt"])
def test_document_with_heading_styles(extension):
    outcome = parse(read_report(samples.document(samples.STYLED, extension), f"essai.{extension}"), THEMES)
    assert told(outcome) == samples.STYLED_GOLDEN
    deduced = next(s for s in outcome.segments if s.texte == "Par la cantine")
    assert "theme-deduit" in {alert.code for alert in deduced.alerts}
    assert {alert.code for alert in outcome.segments[-1].alerts} == {"theme-inconnu", "voix-inconnue"}


@pytest.mark.parametrize("extension", ["docx", "odt"])
def test_document_with_bold_headings_and_a_table(extension):
    outcome = parse(read_report(samples.document(samples.BOLD, extension), f"essai.{extension}"), THEMES)
    assert told(outcome) == samples.BOLD_GOLDEN


@pytest.mark.parametrize(
    ("text", "golden"),
    [
        (samples.BY_VOICE, samples.BY_VOICE_GOLDEN),
        (samples.BOLD, samples.BOLD_GOLDEN),
        (samples.STYLED.replace("[^1]: ", "").replace("[^1]", ""), None),
    ],
)
def test_markdown(text, golden):
    outcome = parse(report_of(text, "md"), THEMES)
    assert fates(outcome) == Counter("".join(text.split()))
    if golden:
        assert told(outcome) == golden


def test_what_a_segment_stands_under():
    outcome = parse(report_of("1/ Ça matche ?\nCôté école :\nIls disent :\n- ose\n"), THEMES)
    trail = outcome.segments[-1].trail
    assert (trail.theme, trail.voice, trail.subheading) == ("1/ Ça matche ?", "Côté école :", "Ils disent :")


def test_without_known_themes_numbers_are_still_read():
    outcome = parse(report_of("1/ Un sujet ?\nCôté école :\n- a b\n2/ Un autre ?\nCôté école :\n- c d\n"))
    assert [s.theme for s in outcome.segments] == [1, 2]


def test_titles_decide_when_the_report_numbers_its_themes_otherwise():
    text = "1. Avec qui agir\nCôté école :\n- a b\n\n2. Faire durer le partenariat\nCôté école :\n- c d\n"
    assert [s.theme for s in parse(report_of(text), THEMES).segments] == [4, 3]


def test_a_numbered_list_is_not_a_list_of_themes():
    text = (
        "1. Ce qui fait que ça matche\nCôté école :\n1. Oser\n2. Venir\n3. Revenir\n\n2. Les leviers\n\nPost-its\nun"
    )
    outcome = parse(report_of(text), THEMES)
    assert [(s.theme, s.texte) for s in outcome.segments] == [(1, "Oser"), (1, "Venir"), (1, "Revenir"), (2, "un")]


def test_a_table_of_contents_is_set_aside():
    text = "Sommaire\n1. Avec qui agir\n2. Pour quoi faire\n\n1. Avec qui agir\nCôté école :\n- le gardien\n"
    outcome = parse(report_of(text), THEMES)
    assert [one.why for one in outcome.ignored] == ["sommaire du compte rendu"] * 2
    assert [s.texte for s in outcome.segments] == ["le gardien"]


def test_the_header_of_a_markdown_file_is_set_aside():
    outcome = parse(report_of("---\ntitle: Rencontre\n---\n\n## Côté école\n\nun mot\n", "md"), THEMES)
    assert {one.why for one in outcome.ignored} == {"en-tête du fichier"}
    assert [s.texte for s in outcome.segments] == ["un mot"]


def test_a_voice_told_at_the_end_of_a_theme():
    text = (
        "THÈME 5 – POUR QUOI FAIRE ? – PAROLES D’ÉCOLE\n• apaiser\nTHÈME 4 – AVEC QUI – PAROLES D’HABITANTS\n• eux\n"
    )
    outcome = parse(report_of(text), THEMES)
    assert told(outcome) == [(5, "partenaires-ecole", "apaiser"), (4, None, "eux")]


def test_voice_at_the_head_of_a_line():
    text = "Thème 2\nCentres sociaux : la fête aide.\nÉcole : « le conseil d’école, surtout »\n"
    outcome = parse(report_of(text), THEMES)
    assert told(outcome) == [
        (2, "centres-sociaux", "la fête aide."),
        (2, "partenaires-ecole", "« le conseil d’école, surtout »"),
    ]


def test_a_theme_without_voice_speaks_with_the_centres_and_says_so():
    text = "1/ Ça matche ?\nCôté école :\n- oui da\n2/ Les leviers ?\n- la fête\n"
    last = parse(report_of(text), THEMES).segments[-1]
    assert (last.voix, [alert.code for alert in last.alerts]) == ("centres-sociaux", ["voix-supposee"])


def test_without_any_voice_none_is_guessed():
    last = parse(report_of("1/ Ça matche ?\n- la fête\n"), THEMES).segments[-1]
    assert (last.voix, [alert.code for alert in last.alerts]) == (None, ["voix-inconnue"])


@pytest.mark.parametrize("mark", ["-", "•", "*", "–", "—", "·", "▪", "➢", "→", "\uf0b7", "a)", "1)", "1.", "o\t"])
def test_every_bullet(mark):
    outcome = parse(report_of(f"Côté école :\n{mark} Venir voir\n"), THEMES)
    assert [(s.texte, s.marks, s.level) for s in outcome.segments] == [("Venir voir", mark.strip(), 1)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Appeler Mme Durand au 06 12 34 56 78", {"personne", "telephone"}),
        ("Écrire à ecole.macé@exemple.fr", {"courriel"}),
        ("Fatima Benali tient l’accueil", {"personne"}),
        ("Madame la directrice de l’école Jean Macé", set()),
        ("Le Centre Social et la Maison de Quartier", set()),
    ],
)
def test_alerts(text, codes):
    (segment,) = parse(report_of(f"Thème 1\nCôté école :\n- {text}\n"), THEMES).segments
    assert {alert.code for alert in segment.alerts} == codes


PIECES = [
    *(
        "- ",
        "• ",
        "* ",
        "o\t",
        "1/ ",
        "2. ",
        "a) ",
        "THEME 3 : ",
        "# ",
        "**",
        "__",
        "> ",
        "| ",
        "|",
        "«",
        "»",
        "“",
        "”",
        '"',
    ),
    *(
        "'",
        " - ",
        " – ",
        " -- ",
        "(12-30)",
        "[1:02:33]",
        "[image: ]",
        "![x](y)",
        "[bookmark: a]",
        "<!-- b -->",
        "===",
        "---",
    ),
    *(
        "ex : ",
        "Par exemple : ",
        "Faire durer",
        "Paroles d’école",
        "Post-its",
        "Centres sociaux : ",
        "oui",
        "Non.",
        "?",
        "…",
    ),
    *(
        "\\",
        "\\*",
        "`",
        "\u200b",
        "\xa0",
        "\ufeff",
        "\t",
        "    ",
        "Mme Durand",
        "é",
        "\u0301",
        "😀",
        "3",
        "12",
        ":",
        ",",
        "(",
    ),
    *("Page 2/3", ")", "\x0c", "\x1f", "{#a}", "[]{#b}", "École : ", "« a b c d »", "\uf0b7"),
]


@pytest.mark.parametrize("format", ["txt", "md"])
@pytest.mark.parametrize("seed", range(150))
def test_every_character_has_one_fate(seed, format):
    chance = random.Random(seed)
    lines = ["".join(chance.choices([*PIECES, " ", "mot "], k=chance.randrange(9))) for _ in range(40)]
    text = "\n".join(lines)
    outcome = parse(report_of(text, format), THEMES if seed % 2 else ())
    assert outcome.total == ink(text) == outcome.accounted
    assert fates(outcome) == Counter("".join(text.split()))
    assert {number for s in outcome.segments for number in s.lines} <= set(range(1, 41))


@pytest.mark.parametrize("extension", ["docx", "odt"])
@pytest.mark.parametrize("source", [samples.STYLED, samples.BOLD, samples.BY_VOICE])
def test_every_character_of_a_document_has_one_fate(source, extension):
    report = read_report(samples.document(source, extension), f"essai.{extension}")
    assert report.unread == 0
    assert fates(parse(report, THEMES)) == Counter("".join("".join(line.text for line in report.lines).split()))


@pytest.mark.parametrize(
    "sign", ["»", "« ", '"a" ', "'a b c' ", "**a ", "(", " - ", "[image: ", "<!--", "Jean ", "a.", "0", "ex : "]
)
def test_an_absurd_line_takes_no_absurd_time(sign):
    """A quadratic rule would take minutes: pytest has no time limit, but whoever waits would see it."""
    text = sign * (60_000 // len(sign))
    assert parse(report_of(text, "md"), THEMES).accounted == ink(text)


def test_a_capital_before_a_name_does_not_hide_it():
    assert [alert.what for alert in alerts_of("Appeler Marie Dupont avant midi")] == ["Marie Dupont"]
    assert alerts_of("Appeler Monique") == ()
