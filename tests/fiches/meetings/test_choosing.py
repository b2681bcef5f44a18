"""Which sheets a meeting is prepared with: who may be a candidate, what weighs, and in what order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import editing
from fiches.meetings import choosing
from fiches.meetings.choosing import candidates, choose, rank
from fiches.meetings.wishes import Pour, Wishes
from fiches.models import Pouvoir
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    famille = make.make_famille(slug="education-nationale")
    acteur = make.make_acteur(famille=famille, nom="Directeur d’école")
    return Wishes(acteur, make.make_moment())


def sheet(wishes, *, pouvoir="agit", texte="", moments=(), **fields):
    """A published sheet about this meeting."""
    fiche = make.make_published_fiche(**{"moments": [wishes.moment, *moments], **fields})
    make.make_intervention(fiche=fiche, acteur=wishes.acteur, pouvoir=pouvoir, texte=texte)
    return fiche


def ranked(wishes, levels=()):
    return [one.fiche for one in rank(candidates(wishes, list(levels)), wishes)]


class TestCandidates:
    def test_they_are_about_this_actor_at_this_moment(self, meeting):
        kept = sheet(meeting)
        make.make_published_fiche(moments=[meeting.moment])
        make.make_intervention(fiche=make.make_published_fiche(), acteur=meeting.acteur)
        assert candidates(meeting, []) == [kept]

    @pytest.mark.parametrize("state", ["draft", "archived", "tomorrow"])
    def test_what_is_not_online_is_never_one(self, meeting, state):
        fiche = sheet(meeting)
        with editing():
            if state == "archived":
                fiche.archive()
            else:
                fiche.statut = "brouillon" if state == "draft" else fiche.statut
                fiche.published_at += timezone.timedelta(days=1)
                fiche.save()
        assert candidates(meeting, []) == []

    def test_a_level_leaves_out_the_sheets_of_other_levels(self, meeting):
        primary, lycee = make.make_niveau(), make.make_niveau()
        for_all, for_lycee = sheet(meeting), sheet(meeting, niveaux=[primary, lycee])
        sheet(meeting, niveaux=[primary])
        asked = Wishes(meeting.acteur, meeting.moment, niveau=lycee)
        assert candidates(asked, [lycee]) == [for_all, for_lycee]

    def test_traps_of_the_moment_come_with_them_and_are_never_chosen(self, meeting):
        trap = make.make_published_fiche(genre="piege", moments=[meeting.moment])
        fiche = sheet(meeting)
        sheets = candidates(meeting, [])
        assert {one.pk for one in sheets} == {trap.pk, fiche.pk}
        assert [one.fiche for one in choose(sheets, meeting)] == [fiche]

    def test_their_cost_does_not_grow(self, meeting):
        def cost():
            with CaptureQueriesContext(connection) as captured:
                candidates(meeting, [])
            return len(captured)

        sheet(meeting)
        one = cost()
        for _ in range(11):
            sheet(meeting)
        assert cost() == one == 3


class TestWeights:
    def test_what_is_asked_weighs_most(self, meeting):
        levier = make.make_levier()
        theme = make.make_theme()
        strong = sheet(meeting, pouvoir="decide", texte="Ouvre la porte")
        make.make_citation(fiche=strong, extrait=make.make_extrait(voix="partenaires-ecole"))
        of_levier = sheet(meeting, leviers=[levier])
        of_theme = sheet(meeting, theme=theme)
        assert ranked(meeting)[0] == strong
        assert ranked(Wishes(meeting.acteur, meeting.moment, theme=theme))[0] == of_theme
        assert ranked(Wishes(meeting.acteur, meeting.moment, levier=levier))[0] == of_levier

    def test_then_what_the_actor_may_do(self, meeting):
        theme = make.make_theme()
        rows = [sheet(meeting, pouvoir=power, theme=theme) for power in ("informe", "agit", "avis", "decide")]
        assert ranked(meeting) == rows[::-1]

    def test_then_what_the_words_are_worth(self, meeting):
        """Crossed, then convergent, then alone: the words of the school count for one who is of the school."""
        theme = make.make_theme()
        alone, convergent, crossed = (sheet(meeting, theme=theme) for _ in range(3))
        make.make_citation(fiche=convergent)
        make.make_citation(fiche=crossed, extrait=make.make_extrait(voix="partenaires-ecole"))
        assert ranked(meeting) == [crossed, convergent, alone]

    def test_a_sheet_for_this_moment_alone_comes_before_one_for_all(self, meeting):
        theme = make.make_theme()
        broad = sheet(meeting, theme=theme, moments=[make.make_moment(), make.make_moment()])
        near = sheet(meeting, theme=theme)
        assert ranked(meeting) == [near, broad]

    def test_a_sheet_for_this_level_alone_comes_before_one_for_all(self, meeting):
        theme, niveau = make.make_theme(), make.make_niveau()
        broad = sheet(meeting, theme=theme, niveaux=[niveau, make.make_niveau()])
        near = sheet(meeting, theme=theme, niveaux=[niveau])
        assert ranked(meeting, levels=[niveau]) == [near, broad]

    def test_equal_sheets_keep_their_order(self, meeting):
        second, first = make.make_theme(numero=12), make.make_theme(numero=11)
        late, early, later = (sheet(meeting, theme=theme) for theme in (second, first, second))
        assert ranked(meeting) == [early, late, later]

    def test_every_power_and_every_worth_has_its_weight_and_its_words(self):
        assert set(choosing.POUVOIR) == set(choosing.BY_POWER) == set(Pouvoir)
        assert set(choosing.SOLIDITE) == set(choosing.BY_WORTH)

    def test_each_reason_told_gave_points(self, meeting):
        theme = make.make_theme(titre="Les portes")
        sheet(meeting, pouvoir="decide", theme=theme)
        asked = Wishes(meeting.acteur, meeting.moment, theme=theme)
        (one,) = choose(candidates(asked, []), asked)
        assert (
            one.points == choosing.THEME + choosing.POUVOIR["decide"] + choosing.MOMENT[1] + choosing.SOLIDITE["isole"]
        )
        assert one.reasons == [
            "du thème demandé, « Les portes »",
            "votre interlocuteur y décide",
            f"seulement pour ce moment, « {meeting.moment.nom} »",
            "isolée : une seule parole pour l’instant",
        ]


class TestChoice:
    def test_five_at_most_lettered_in_order(self, meeting):
        for _ in range(7):
            sheet(meeting)
        assert [one.letter for one in choose(candidates(meeting, []), meeting)] == list("ABCDE")

    def test_two_of_a_theme_at_most_unless_it_is_asked_or_nothing_else_is_left(self, meeting):
        theme = make.make_theme()
        for _ in range(3):
            sheet(meeting, theme=theme, pouvoir="decide")
        other = sheet(meeting)
        chosen = [one.fiche for one in choose(candidates(meeting, []), meeting)]
        assert chosen.index(other) == 2
        assert len(chosen) == 4
        asked = Wishes(meeting.acteur, meeting.moment, theme=theme)
        assert [one.fiche for one in choose(candidates(asked, []), asked)][-1] == other


class TestToHandOver:
    def asked(self, meeting):
        return Wishes(meeting.acteur, meeting.moment, pour=Pour.EMPORTER)

    def test_what_one_proposes_comes_before_how_one_behaves(self, meeting):
        manners = sheet(meeting, pouvoir="decide", texte="Reçoit")
        proposal = sheet(meeting, theme=make.make_theme(slug="projets"))
        assert ranked(meeting) == [manners, proposal]
        assert ranked(self.asked(meeting)) == [proposal, manners]

    def test_what_curators_chose_for_the_reader_comes_first(self, meeting):
        theme = make.make_theme()
        plain, chosen = sheet(meeting, theme=theme), sheet(meeting, theme=theme)
        make.make_porte_place(porte=make.make_porte(cote="ecole"), fiche=chosen)
        assert ranked(self.asked(meeting)) == [chosen, plain]

    def test_a_question_or_a_title_about_the_reader_comes_last(self):
        acteur = make.make_acteur(famille=make.make_famille(slug="parents"))
        asked = Wishes(acteur, make.make_moment(), pour=Pour.EMPORTER)
        theme = make.make_theme()
        question = sheet(asked, theme=theme, titre="Que faire quand tout s’arrête ?")
        about = sheet(asked, theme=theme, titre="Réparer le lien de parents blessés")
        plain = sheet(asked, theme=theme, titre="Tenir un café")
        assert ranked(asked) == [plain, question, about]
