"""The agenda of the next workshop: what it asks, in what order, from public words alone; and who may print it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy

from acteurs.stamp import editing
from fiches.agenda import FORMATS, MOST, topics
from fiches.models import Extrait, Fiche, Question, Statut
from tests import factories as make
from tests.accounts import ROLES, make_account

pytestmark = pytest.mark.django_db

URL = reverse_lazy("admin:agenda")
CENTRES, ECOLE = "centres-sociaux", "partenaires-ecole"


def sheet(*voices, **fields):
    """A published sheet on which these voices speak, and no other."""
    fiche = make.make_published_fiche(**fields)
    with editing():
        Extrait.objects.filter(citations__fiche=fiche).update(voix=voices[0] if voices else CENTRES)
        if not voices:
            fiche.citations.all().delete()
    for voix in voices[1:]:
        make.make_citation(fiche=fiche, extrait=make.make_extrait(voix=voix))
    return fiche


def wall(room=99):
    """{topic: [texts]}."""
    return {topic.name: [line.text for line in topic.lines] for topic in topics(room)}


class TestQuestions:
    def test_gaps_that_staff_noted_come_first_then_what_is_asked_most(self):
        make.make_question(mots="cantine", suite="manque")
        make.make_question(mots="transport", jours={0: 3, 40: 4})
        make.make_question(mots="harcelement", jours={1: 9})
        make.make_question(mots="vacances", jours={0: 2}, suite="manque")
        assert wall()["questions"] == ["« vacances »", "« cantine »", "« harcelement »", "« transport »"]

    def test_what_was_typed_once_and_read_by_nobody_is_not_shown(self):
        """It may be somebody's name."""
        make.make_question(mots="jean dupont")
        make.make_question(mots="marie durand", jours={366: 50, 0: 1})
        assert "questions" not in wall()

    @pytest.mark.parametrize("suite", ["synonyme", "sans-objet"])
    def test_what_is_settled_is_left_out(self, suite):
        make.make_question(jours={0: 9}, suite=suite)
        assert wall() == {}

    def test_a_gap_that_nobody_asked_for_within_a_year_is_left_out(self):
        make.make_question(jours={400: 9}, suite="manque")
        assert Question.objects.asked().count() == 1
        assert wall() == {}

    def test_the_note_between_curators_stays_between_them(self, admin_client):
        make.make_question(mots="cantine", suite="manque", note="CANARI")
        assert "CANARI" not in admin_client.get(URL).content.decode()


class TestVoices:
    def test_each_side_that_says_nothing_the_most_cited_sheets_first(self):
        sheet(CENTRES, titre="Une parole")
        sheet(CENTRES, CENTRES, CENTRES, titre="Trois paroles")
        sheet(ECOLE, ECOLE, titre="L’école seule")
        sheet(CENTRES, ECOLE, titre="Les deux")
        sheet("post-its", "post-its", titre="Ni l’un ni l’autre")
        found = wall()
        assert found["ecole"] == ["Trois paroles", "Ni l’un ni l’autre", "Une parole"]
        assert found["centre"] == ["L’école seule", "Ni l’un ni l’autre"]

    def test_sheets_about_parents(self):
        family = make.make_famille(slug="parents")
        one, two = sheet(CENTRES, ECOLE, titre="Avec eux"), sheet(CENTRES, ECOLE, ECOLE, titre="Avec eux aussi")
        sheet(CENTRES, ECOLE, titre="Sans eux")
        for fiche in (one, two):
            for _ in range(2):
                make.make_intervention(fiche=fiche, acteur=make.make_acteur(famille=family))
        assert wall()["parents"] == ["Avec eux aussi", "Avec eux"]

    def test_sheets_that_stand_on_one_word_or_none(self):
        sheet(CENTRES, titre="Isolée")
        sheet(titre="Sans preuve")
        sheet(CENTRES, CENTRES, titre="Convergente")
        found = {line.text: line.detail for topic in topics(99) if topic.name == "isolees" for line in topic.lines}
        assert found == {"Isolée": "une seule parole", "Sans preuve": "aucune parole publique"}


class TestDisputes:
    def test_contradictions_first_then_shades_each_sheet_once(self):
        calm, hot, mild = (sheet(CENTRES, ECOLE, titre=titre) for titre in ("Calme", "Discutée", "Nuancée"))
        shade = make.make_extrait(texte="Cela dépend.", voix=ECOLE)
        against = make.make_extrait(texte="C’est l’inverse.", voix=ECOLE)
        make.make_citation(fiche=mild, extrait=shade, position="nuance", section="vigilance")
        make.make_citation(fiche=hot, extrait=shade, position="nuance", ordre=1)
        make.make_citation(fiche=hot, extrait=against, position="contredit", section="role_du_centre", ordre=2)
        make.make_citation(fiche=calm, extrait=against)
        (topic,) = [topic for topic in topics(99) if topic.name == "debat"]
        assert [(line.text, line.detail) for line in topic.lines] == [
            ("C’est l’inverse.", "contredit la fiche « Discutée » (le rôle du centre)"),
            ("Cela dépend.", "nuance la fiche « Nuancée » (points de vigilance)"),
        ]
        assert topic.lines[0].mark == "ecole"


def test_questions_of_workshops_that_no_sheet_takes_up():
    make.make_extrait(nature="question", texte="Qui paie ?")
    make.make_extrait(nature="idee", texte="Une idée.")
    cited = make.make_extrait(nature="question", texte="Qui vient ?")
    make.make_citation(fiche=make.make_fiche(), extrait=cited)
    with editing():
        make.make_extrait(nature="question", texte="Écartée ?").set_aside("Hors sujet.")
    assert wall() == {"posees": ["Qui paie ?"]}


def test_no_more_lines_than_the_paper_holds_and_the_number_of_all(admin_client):
    for n in range(9):
        sheet(CENTRES, CENTRES, titre=f"Fiche {n}")
    sheet(ECOLE, ECOLE)
    school, _ = topics(99)
    assert (len(school.lines), school.total) == (MOST, 9)
    assert "Ici 5, sur 9." in admin_client.get(URL, {"format": "a4"}).content.decode()
    assert [len(topic.lines) for topic in topics(4)] == [3, 1]
    assert [len(topic.lines) for topic in topics(0)] == [1, 1]  # each part keeps a line, whatever the paper
    assert [topic.total for topic in topics(4)] == [9, 1]


class TestPublic:
    """The wall is read by everyone in the workshop."""

    @pytest.mark.parametrize("portee", ["reseau", "interne"])
    def test_words_of_restricted_scope_appear_nowhere_nor_count(self, admin_client, portee):
        hidden_report = make.make_atelier(portee=portee)
        fiche = sheet(CENTRES, CENTRES, titre="Une fiche")
        before = wall()
        for fields in ({"portee": portee}, {"atelier": hidden_report}):
            for nature in ("question", "idee"):
                words = make.make_extrait(texte=f"CANARI {nature}", nature=nature, voix=ECOLE, **fields)
                if nature == "idee":
                    make.make_citation(fiche=fiche, extrait=words, position="contredit")
        assert wall() == before
        assert "CANARI" not in admin_client.get(URL).content.decode()

    @pytest.mark.parametrize("statut", [Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE])
    def test_sheets_that_are_not_online_appear_nowhere(self, admin_client, statut):
        fiche = sheet(CENTRES, titre="CANARI")
        make.make_citation(fiche=fiche, extrait=make.make_extrait(texte="CANARI aussi"), position="contredit")
        assert {"ecole", "isolees", "debat"} & set(wall())
        with editing():
            Fiche.objects.update(statut=statut)
        assert wall() == {}
        assert "CANARI" not in admin_client.get(URL).content.decode()


class TestPage:
    @pytest.mark.parametrize("role", ROLES)
    def test_reviewers_and_administrators_see_it_and_the_way_to_it(self, client, role):
        client.force_login(make_account(role))
        may = role != "Contributeur"
        assert client.get(URL).status_code == (200 if may else 403)
        assert (str(URL) in client.get(reverse("admin:index")).content.decode()) == may

    def test_without_an_account_it_leads_to_the_login(self, client):
        assert reverse("admin:login") in client.get(URL)["Location"]

    @pytest.mark.parametrize(
        ("query", "status"), [("", 200), ("?format=a4", 200), ("?format=a5", 404), ("?format=%00", 404)]
    )
    def test_two_formats(self, admin_client, query, status):
        assert admin_client.get(f"{URL}{query}").status_code == status

    def test_reading_only(self, admin_client):
        assert admin_client.post(URL).status_code == 405

    def test_with_nothing_to_ask_it_says_so(self, admin_client):
        assert "Rien à demander" in admin_client.get(URL).content.decode()

    def test_what_was_typed_is_escaped(self, admin_client):
        sheet(CENTRES, CENTRES, titre="<script>alert(1)</script>")
        make.make_question(mots="<img src=x>", jours={0: 5})
        html = admin_client.get(URL).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html

    def test_every_line_may_be_left_out_before_printing(self, admin_client):
        for voix in (CENTRES, ECOLE):
            sheet(voix, voix)
        html = admin_client.get(URL).content.decode()
        boxes = re.findall(r'<label><input type="checkbox" checked[^>]*>', html)
        assert len(boxes) == sum(len(topic.lines) for topic in topics(FORMATS["a3"])) == 2

    def test_a_constant_number_of_queries(self, admin_client):
        family = make.make_famille(slug="parents")

        def add():
            fiche = sheet(CENTRES)
            make.make_intervention(fiche=fiche, acteur=make.make_acteur(famille=family))
            sheet(ECOLE, ECOLE)
            make.make_citation(fiche=sheet(CENTRES, ECOLE), extrait=make.make_extrait(), position="contredit")
            make.make_extrait(nature="question")
            make.make_question(jours={0: 3})

        def queries():
            admin_client.get(URL)
            with CaptureQueriesContext(connection) as captured:
                assert len(admin_client.get(URL).context["topics"]) == 7
            return len(captured)

        add()
        one = queries()
        for _ in range(11):
            add()
        assert queries() == one <= 25
