"""The command: a readable account, data for machines, and rows only with --apply."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from acteurs.models import AncienneAdresse
from acteurs.stamp import editing
from fiches.models import Atelier, Extrait
from fiches.reports import writing
from fiches.reports.lines import ReportRefused
from fiches.reports.writing import NewAtelier, NewExtrait, line_ranges, write_atelier
from tests.factories import make_theme

from .samples import TYPED

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "compte-rendu.txt"
    path.write_text(TYPED, encoding="utf-8")
    return path


@pytest.fixture
def themes():
    return [
        make_theme(numero=1, titre="Ce qui fait que ça matche"),
        make_theme(numero=2, titre="Les leviers"),
        make_theme(numero=3, titre="Faire durer le partenariat", synonymes="faire durer"),
    ]


def run(*arguments):
    out = StringIO()
    call_command("import_report", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_summary_balances_and_writes_nothing(report, themes):
    said = run(report)
    assert "15 segments" in said
    assert "le compte y est" in said
    assert "1. Ce qui fait que ça matche" in said
    assert "Rien n’a été écrit" in said
    assert not Atelier.objects.exists()


def test_json(report, themes):
    data = json.loads(run(report, "--json"))
    assert data["characters"]["total"] == data["characters"]["accounted"] == sum(not c.isspace() for c in TYPED)
    assert {"line", "theme", "voix", "nature", "texte"} <= set(data["segments"][0])
    assert (data["segments"][0]["line"], data["segments"][0]["theme"]) == (6, 1)
    assert {"line": 10, "why": "puce vide", "texte": "-"} in data["ignored"]
    assert [heading["theme"] for heading in data["headings"] if heading["told"] == "theme"] == [1, 3]
    assert not Atelier.objects.exists()


def test_json_without_any_theme_in_the_base(report):
    data = json.loads(run(report, "--json"))
    assert {segment["theme"] for segment in data["segments"]} == {1, 3}


@pytest.mark.parametrize("name", ["absent.txt", "vide.txt", "image.png", "."])
def test_refusal(tmp_path, name):
    (tmp_path / "vide.txt").write_bytes(b"")
    (tmp_path / "image.png").write_bytes(b"x")
    with pytest.raises(CommandError, match=r"«.*»"):
        run(tmp_path / name)


def test_apply(report, themes):
    said = run(
        report, "--apply", "--titre", "Rencontre", "--date", "2026-03-12", "--lieu", "Ici", "--portee", "reseau"
    )
    assert "Écrit : l’atelier « Rencontre » et 15 extraits." in said
    atelier = Atelier.objects.get()
    assert (atelier.slug, str(atelier.date), atelier.lieu, atelier.portee) == (
        "rencontre",
        "2026-03-12",
        "Ici",
        "reseau",
    )
    assert len(atelier.sha256) == 64
    first, *_, last = atelier.extraits.all()
    assert (first.reference, first.lignes, first.portee, first.theme) == ("T1-CS-01", "6-7", "reseau", themes[0])
    assert (last.reference, last.position, last.nature) == ("T3-EC-03", 15, "temoignage")
    assert Extrait.objects.get(reference="T1-PI-02").texte == "Temps long"


def test_the_title_of_the_report_is_that_of_the_workshop(report, themes):
    run(report, "--apply")
    assert Atelier.objects.get().titre == "Compte rendu de la rencontre du quartier"


def test_the_same_file_again_is_refused(report, themes):
    run(report, "--apply", "--titre", "Rencontre")
    with pytest.raises(CommandError, match="déjà été importé : c’est l’atelier « Rencontre »"):
        run(report, "--apply", "--titre", "Autre")
    assert Atelier.objects.count() == 1


def test_a_silent_voice_is_to_be_settled(tmp_path, themes):
    path = tmp_path / "a.txt"
    path.write_text("1/ Ça matche ?\n- la fête\n")
    with pytest.raises(CommandError, match=r"ligne 2.*--voix"):
        run(path, "--apply")
    assert not Atelier.objects.exists()
    run(path, "--apply", "--voix", "post-its")
    assert Extrait.objects.get().voix == "post-its"


def test_a_theme_that_the_base_has_not(report):
    with pytest.raises(CommandError, match="pas de thème 1, 3"):
        run(report, "--apply")


def test_all_or_nothing(themes, monkeypatch):
    def broken(atelier, extraits, known):
        rows = list(rows_of(atelier, extraits, known))
        rows[-1].nature = "inconnue"
        return rows

    rows_of = writing._rows
    monkeypatch.setattr(writing, "_rows", broken)
    with pytest.raises(IntegrityError):
        write_atelier(NewAtelier("A"), [NewExtrait(f"Idée {n}", "post-its") for n in range(3)])
    assert not Atelier.objects.exists()


def test_what_a_curator_corrected_is_written(themes):
    extraits = [
        NewExtrait("Une idée", "centres-sociaux", (3, 4, 9), theme=2),
        NewExtrait("Redite", "post-its", (5,), etat="ecarte", motif="Redite de la ligne 3"),
    ]
    atelier = write_atelier(NewAtelier("L’atelier"), extraits)
    rows = atelier.extraits.values_list("reference", "lignes", "etat", "motif")
    assert list(rows) == [
        ("T2-CS-01", "3-4, 9", "retenu", ""),
        ("T0-PI-01", "5", "ecarte", "Redite de la ligne 3"),
    ]


@pytest.mark.parametrize(
    ("new", "extraits", "said"),
    [
        (NewAtelier(" "), [NewExtrait("a", "post-its")], "titre"),
        (NewAtelier("A" * 161), [NewExtrait("a", "post-its")], "titre"),
        (NewAtelier("A", lieu="l" * 121), [NewExtrait("a", "post-its")], "lieu"),
        (NewAtelier("A"), [], "Aucun extrait"),
        (NewAtelier("A"), [NewExtrait(" ", "post-its", (4,))], "pas de texte.*ligne 4"),
        (NewAtelier("A"), [NewExtrait("a", "post-its", etat="ecarte")], "pourquoi"),
        (NewAtelier("A"), [NewExtrait("a", "parents")], "qui parle"),
    ],
)
def test_what_cannot_be_written(new, extraits, said):
    with pytest.raises(ReportRefused, match=said):
        write_atelier(new, extraits)


def test_an_address_is_never_taken_twice():
    first = write_atelier(NewAtelier("Été"), [NewExtrait("a", "post-its")])
    with editing():
        first.slug = "hiver"
        first.save()
    assert AncienneAdresse.objects.filter(slug="ete").exists()
    assert write_atelier(NewAtelier("Été"), [NewExtrait("a", "post-its")]).slug == "ete-2"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((3,), "3"),
        ((3, 4, 5, 9), "3-5, 9"),
        (range(1, 200, 2), "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31"),
    ],
)
def test_line_ranges(numbers, said):
    assert line_ranges(tuple(numbers)) == said
