"""Advice on the words of a sheet: each rule by a table; none scolds the sheets that ship, none stops anyone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fiches import advice
from fiches.admin.advice import SHOWN, advice_on
from fiches.advice import Piece, Sheet, advise, starts_with_verb
from fiches.models import Fiche
from tests import factories as make
from tests.admin_pages import address, messages, typed


@pytest.mark.parametrize(
    "title",
    [
        "Faire le premier pas",
        "Se parler d’égal à égal",
        "S’inviter les uns chez les autres",
        "N’appeler les parents que lorsque cela va mal",
        "Ne plus donner de nouvelles",
        "Tout faire reposer sur une personne",
        "Que faire quand l’interlocuteur change ?",
        "Écrire qui fait quoi",
        "Tenir une réunion",
        "Partir du même point",
        "Traduire aux familles",
        "Répondre présent",
        "Accroître la confiance",
        "Voir l’enfant",
        "Savoir dire non",
        "Convaincre la mairie",
        "Mettre en mots",
        "Suivre un projet",
    ],
)
def test_titles_that_begin_with_a_verb(title):
    assert starts_with_verb(title)


@pytest.mark.parametrize(
    "title",
    [
        "La réunion de rentrée",
        "Quartier et école",
        "Le premier pas",
        "Atelier cuisine",
        "Partenaires",
        "Histoire du quartier",
        "Prenez rendez-vous",
        "Dossier de subvention",
        "Maître et parents",
        "…",
        "",
    ],
)
def test_titles_that_do_not(title):
    assert not starts_with_verb(title)


def says(rule, text, *more):
    return " ".join(rule(text, *more))


@pytest.mark.parametrize(
    ("title", "genre", "told"),
    [
        ("Faire le premier pas", "pratique", []),
        ("Une rencontre", "pratique", ["verbe à l’infinitif"]),
        ("Une rencontre", "piege", ["verbe à l’infinitif"]),
        ("Autour d’un café", "projet", []),
        ("Faire " + "x" * 74, "pratique", []),
        ("Faire " + "x" * 75, "pratique", ["81 signes"]),
        ("x" * 81, "pratique", ["verbe à l’infinitif", "81 signes"]),
    ],
)
def test_the_title(title, genre, told):
    found = advice.on_title(title, genre)
    assert len(found) == len(told)
    assert all(words in one.says and one.where == "Titre" for words, one in zip(told, found, strict=True))


@pytest.mark.parametrize(("n", "warns"), [(0, False), (2, False), (3, False), (4, True)])
def test_en_bref_says_two_things(n, warns):
    found = advice.on_brief("Une idée courte. " * n)
    assert bool(found) == warns
    if warns:
        assert found[0] == ("En bref", "il compte 4 phrases. Gardez les deux que l’on doit retenir.")


@pytest.mark.parametrize("text", ["Bravo 🎉 !", "Un ☕ partagé", "✅ fait", "👩‍🏫", "drapeau 🇫🇷", "❤️"])
def test_pictures_are_told(text):
    assert "ne se lit pas à voix haute" in says(advice.on_emoji, text)


@pytest.mark.parametrize(
    "text", ["« Oui » — non…", "20 € · 6e → 5e", "œuvre, ½ heure, n° 3", "★ ".strip("★"), "CLAS®"]
)
def test_signs_are_no_pictures(text):
    assert advice.on_emoji(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("TENIR UNE RÉUNION", "TENIR UNE RÉUNION"),
        ("C’est TRÈS IMPORTANT pour eux.", "TRÈS IMPORTANT"),
        ("NE PAS OUBLIER !", "NE PAS OUBLIER"),
        ("Le CLAS et le REP.", ""),
        ("CLAS REP", ""),
        ("Le REAAP de la CAF", ""),
        ("Une seule FOIS", ""),
        ("Tout va bien.", ""),
    ],
)
def test_words_in_capitals(text, told):
    found = says(advice.on_capitals, text, {"CLAS", "REP"})
    assert (told in found) if told else (found == "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Voir https://eduscol.fr/page.", "https://eduscol.fr/page est toute nue"),
        ("Voir www.eduscol.fr.", "www.eduscol.fr est toute nue"),
        ("Voir [Éduscol](https://eduscol.fr).", ""),
        ("Voir [https://a.fr](https://a.fr).", "https://a.fr est toute nue"),
        ("Écrire à ecole@ac-lille.fr", ""),
        ("Rien", ""),
    ],
)
def test_bare_addresses(text, told):
    found = says(advice.on_bare_urls, text)
    assert (told in found) if told else (found == "")


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("mot " * 35, 0),
        ("mot " * 36, 36),
        ("Mot " * 30 + ". Mot " * 6, 0),
        ("mot " * 20 + "\n" + "mot " * 20, 0),
        ("mot " * 20 + ": « mot ! » " + "mot " * 20, 41),
        ("Trois idées, n° 3, etc. et la suite " + "mot " * 20, 0),
        ("mot – " * 30, 0),
    ],
)
def test_long_sentences(text, n):
    found = says(advice.on_long_sentences, text)
    assert (f"compte {n} mots" in found) if n else (found == "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Le CLSH accueille.", ["CLSH"]),
        ("L’ABCD et l'EFG.", ["ABCD", "EFG"]),
        ("Le CLAS et les REP+.", []),
        ("Les CLAS.", []),
        ("Le PEDT (projet éducatif de territoire) puis le PEDT.", []),
        ("Le projet éducatif de territoire (PEDT).", []),
        ("Au XXe siècle, chapitre II, XIV.", []),
        ("Un enfant de CM1, un SMS.", []),
        ("ATTENTION AUX HORAIRES", []),  # told as capitals
        ("L’ÉCOLE", ["ÉCOLE"]),
        ("Deux fois l’UPE2A, l’UPE2A.", ["UPE2A"]),
        ("A tout, Y compris.", []),
    ],
)
def test_unexplained_acronyms(text, told):
    found = advice.on_acronyms([Piece("Pourquoi", text)], {"CLAS", "REP+", "REP"})
    assert [one.says.split()[0] for one in found] == told


def test_an_acronym_that_is_explained_anywhere_is_explained():
    pieces = [Piece("En bref", "Le PEDT."), Piece("Pourquoi", "Le PEDT (projet éducatif de territoire).")]
    assert advice.on_acronyms(pieces, set()) == []


@pytest.mark.parametrize(
    ("titre", "en_bref", "warns"),
    [
        ("Faire le premier pas vers l’école", "", True),
        ("Faire le premier pas vers les écoles", "", True),
        ("Vers l’école, faire le premier pas", "", True),
        ("Faire le bilan tous ensemble", "", False),
        ("Oser", "Prenez rendez-vous avec la directrice, sans rien demander, pour vous présenter.", True),
        ("Oser", "Prenez le temps d’un café avec la gardienne : elle connaît chaque famille.", False),
        ("Oser", "Écrivez qui fait quoi.", False),
    ],
)
def test_twins(titre, en_bref, warns):
    others = [
        (
            "Faire le premier pas vers l’école",
            "Prenez rendez-vous avec la directrice, pour vous présenter, sans rien demander.",
        ),
        ("Se taire", ""),
    ]
    found = advice.on_twins(Sheet(titre, en_bref, "pratique", ()), others)
    assert bool(found) == warns
    if warns:
        assert "Faire le premier pas vers l’école" in found[0].says


def test_advice_comes_in_the_order_of_the_form():
    sheet = Sheet("Un titre", "", "pratique", (Piece("Titre", "Un titre"), Piece("Pourquoi", "🎉 www.a.fr ABC")))
    found = advise(sheet, acronyms=(), others=())
    assert [one.where for one in found] == ["Titre", "Pourquoi", "Pourquoi", "Pourquoi"]


@pytest.mark.django_db
@pytest.mark.usefixtures("content")
def test_the_sheets_that_ship_are_not_scolded():
    """Two sentences are really too long; no title, no acronym, no twin is complained of."""
    found = {fiche.titre: said for fiche in Fiche.objects.all() if (said := advice_on(fiche))}
    assert set(found) <= {"Tenir une réunion qui sert à quelque chose", "Voir l’enfant derrière l’élève"}
    assert all("Coupez-la en deux" in one.says for said in found.values() for one in said)


@pytest.mark.django_db
class TestOnSave:
    def save(self, client, fiche, **changes):
        page = client.get(address(Fiche, "change", fiche.pk))
        sent = typed(page, **{"_save": "Enregistrer", **changes})
        return client.post(address(Fiche, "change", fiche.pk), sent, follow=True)

    def test_it_is_saved_then_told(self, admin_client):
        fiche = make.make_fiche(titre="Oser")
        found = messages(self.save(admin_client, fiche, titre="Une <b>idée</b> sur l’XYZT"))
        assert [level for level, _ in found] == ["success", "warning"]
        assert "sans rien d’obligatoire" in found[1][1]
        assert "<b>Titre</b> : il ne commence pas" in found[1][1]
        assert "XYZT n’est expliqué nulle part" in found[1][1]
        fiche.refresh_from_db()
        assert fiche.titre == "Une <b>idée</b> sur l’XYZT"

    def test_what_was_typed_comes_out_escaped(self, admin_client):
        fiche = make.make_fiche(titre="Oser")
        html = self.save(admin_client, fiche, pourquoi="www.a.fr<script>").content.decode()
        assert "<script>" not in html.split("messagelist")[1].split("</ul></li>")[0]

    def test_nothing_to_say_says_nothing(self, admin_client):
        fiche = make.make_fiche(titre="Oser demander")
        assert [level for level, _ in messages(self.save(admin_client, fiche))] == ["success"]

    def test_rows_are_read_too(self, admin_client):
        fiche = make.make_fiche(titre="Oser demander")
        make.make_etape(fiche=fiche, titre="Appeler le XYZT")
        assert "<b>Étape</b> : XYZT" in messages(self.save(admin_client, fiche))[1][1]

    def test_known_acronyms_are_those_that_readers_can_have_explained(self, admin_client):
        make.make_terme(sigle="XYZT")
        make.make_acteur(sigle="XYZU")
        make.make_dispositif(sigle="XYZV")
        make.make_sigle("XYZW", "forme")
        fiche = make.make_fiche(titre="Oser demander", pourquoi="XYZT, XYZU, XYZV, XYZW.")
        assert len(messages(self.save(admin_client, fiche))) == 1

    def test_a_new_sheet_is_advised_too(self, admin_client):
        page = admin_client.get(address(Fiche, "add"))
        sent = typed(page, titre="Une idée", theme=make.make_theme().pk, _save="Enregistrer")
        found = messages(admin_client.post(address(Fiche, "add"), sent, follow=True))
        assert [level for level, _ in found] == ["success", "warning"]

    def test_a_form_that_is_refused_is_not_advised(self, admin_client):
        fiche = make.make_published_fiche(titre="Une idée")
        answer = self.save(admin_client, fiche, resume="")
        assert "warning" not in [level for level, _ in messages(answer)]

    def test_who_moves_a_sheet_on_is_not_advised(self, admin_client):
        fiche = make.make_fiche(titre="Une idée")
        assert [level for level, _ in messages(self.save(admin_client, fiche, _statut="submit"))] == ["success"]

    def test_a_long_list_is_cut(self, admin_client):
        fiche = make.make_fiche(titre="Oser demander", pourquoi=", ".join(f"XYZ{c}" for c in "ABCDEFGHIJ"))
        told = messages(self.save(admin_client, fiche))[1][1]
        assert told.count("<li>") == SHOWN + 1
        assert "et 2 de plus." in told

    def test_it_costs_as_much_among_many_sheets_as_among_few(self):
        counts = []
        fiche = make.make_fiche()
        for n in (1, 11):
            for _ in range(n):
                make.make_etape(fiche=fiche)
                make.make_fiche()
                make.make_terme(sigle="X")
            with CaptureQueriesContext(connection) as captured:
                advice_on(fiche)
            counts.append(len(captured))
        assert counts[0] == counts[1] <= 8
