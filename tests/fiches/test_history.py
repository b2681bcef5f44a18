"""Every state of a sheet is kept from the first, whoever writes; compared word by word; restored without surprise."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from reversion.models import Revision, Version

from acteurs.stamp import editing
from fiches import history
from fiches.comparison import GONE, NEW, SAME, changes, word_pieces
from fiches.models import Etape, Fiche, Statut, versions
from fiches.models.content import PARTS, ROWS, content_of, put_content
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import act, address, messages, typed

pytestmark = pytest.mark.django_db


def states(fiche):
    """The latest first."""
    return list(history.states_of(fiche.pk))


def full():
    """A sheet of which every part says something."""
    fiche = make.make_ready_fiche(
        leviers=[make.make_levier(), make.make_levier()],
        moments=[make.make_moment()],
        niveaux=[make.make_niveau()],
        dispositifs=[make.make_dispositif()],
        termes=[make.make_terme()],
    )
    make.make_gain(fiche=fiche)
    make.make_intervention(fiche=fiche)
    make.make_voisinage(fiche=fiche, vers=make.make_fiche())
    return fiche


def page(name, fiche, *more):
    return reverse(f"admin:fiches_fiche_{name}", args=[fiche.pk, *more])


WRITES = {
    "a field": lambda fiche: setattr(fiche, "pourquoi", "Autre.") or fiche.save(),
    "a step added": lambda fiche: fiche.etapes.create(quand="des-lundi", titre="Une étape", ordre=9),
    "a step taken away": lambda fiche: fiche.etapes.all().delete(),
    "a gain": lambda fiche: fiche.gains.create(pour="ecole", gain="Du temps", effort="faible"),
    "a lever added": lambda fiche: fiche.leviers.add(make.make_levier()),
    "levers taken away": lambda fiche: fiche.leviers.clear(),
    "a moment": lambda fiche: fiche.moments.add(make.make_moment()),
    "a level, from its side": lambda fiche: make.make_niveau().fiches.add(fiche),
    "words cited": lambda fiche: make.make_citation(fiche=fiche, section="marche_si"),
    "an actor": lambda fiche: make.make_intervention(fiche=fiche),
    "a neighbour": lambda fiche: make.make_voisinage(fiche=fiche),
    "a status": lambda fiche: fiche.submit(),
}


class TestKept:
    @pytest.mark.parametrize("name", WRITES)
    def test_whatever_is_written(self, name):
        fiche = full()
        before = states(fiche)
        with editing():
            WRITES[name](fiche)
        after = states(fiche)
        assert len(after) == len(before) + 1
        assert history.content_of_state(after[0]) == content_of(Fiche.objects.get(pk=fiche.pk))
        assert history.content_of_state(after[1]) == history.content_of_state(before[0])

    def test_each_part_is_in_it(self):
        fiche = full()
        kept = history.content_of_state(states(fiche)[0])
        assert set(kept) == set(PARTS)
        assert kept == content_of(fiche)
        assert all(kept[name] for name in ROWS)

    def test_a_sheet_loaded_in_bulk_is_kept_as_found_before_its_first_change(self):
        with editing():
            Fiche.objects.bulk_create(
                [Fiche(slug="a", titre="Chargée", theme=make.make_theme(), pourquoi="D’origine.")]
            )
            fiche = Fiche.objects.get(slug="a")
            Etape.objects.bulk_create([Etape(fiche=fiche, quand="des-lundi", titre="La première", ordre=1)])
        assert states(fiche) == []
        with editing():
            fiche.pourquoi = "Corrigée."
            fiche.save()
        new, found = states(fiche)
        assert history.content_of_state(found)["pourquoi"] == "D’origine."
        assert history.content_of_state(found)["etapes"][0]["titre"] == "La première"
        assert found.revision.comment == history.FOUND
        assert history.content_of_state(new)["pourquoi"] == "Corrigée."

    def test_several_writes_through_one_door_are_one_state(self):
        fiche = full()
        before = len(states(fiche))
        with editing():
            fiche.pourquoi = "Une fois."
            fiche.save()
            fiche.etapes.create(quand="des-lundi", titre="Une étape", ordre=9)
            fiche.leviers.clear()
        assert len(states(fiche)) == before + 1

    def test_what_is_undone_leaves_no_state(self):
        fiche = full()
        before = states(fiche)
        with transaction.atomic():
            with editing():
                fiche.save()
            assert states(fiche) != before
            transaction.set_rollback(True)
        assert states(fiche) == before

    def test_who_and_when(self, client):
        account = make_account("Relecteur", "lea")
        client.force_login(account)
        fiche = full()
        form = client.get(address(Fiche, "change", fiche.pk))
        client.post(address(Fiche, "change", fiche.pk), typed(form, pourquoi="De Léa.", _save="Enregistrer"))
        assert states(fiche)[0].revision.user == account
        act(client, Fiche, "submit", fiche)
        assert states(fiche)[0].revision.user == account
        assert history.status_of(states(fiche)[0]) == (Statut.RELECTURE, False)
        with editing():
            fiche.save()
        assert states(fiche)[0].revision.user is None

    def test_another_sheet_is_not_concerned(self):
        fiche, other = full(), full()
        before = states(other)
        with editing():
            fiche.save()
            fiche.citations.first().extrait.save()
        assert states(other) == before

    def test_deleting_a_draft_erases_its_states_whole(self):
        kept, fiche = full(), full()
        before = (Revision.objects.count(), Version.objects.count())
        mine = Version.objects.filter(revision__in=[s.revision_id for s in states(fiche)])
        revisions = len(states(fiche))
        expected = (before[0] - revisions, before[1] - mine.count())
        with editing():
            fiche.delete()
        assert (Revision.objects.count(), Version.objects.count()) == expected
        assert states(kept)

    def test_the_words_of_an_excerpt_are_not_in_it(self):
        fiche = make.make_ready_fiche()
        make.make_citation(fiche=fiche, section="marche_si", extrait=make.make_extrait(texte="Un secret"))
        assert not Version.objects.filter(serialized_data__contains="Un secret").exists()

    def test_deleting_an_account_forgets_who(self, client):
        account = make_account("Relecteur", "lea")
        client.force_login(account)
        fiche = make.make_ready_fiche()
        act(client, Fiche, "submit", fiche)
        with editing():
            account.delete()
        assert states(fiche)[0].revision.user is None

    def test_a_save_costs_the_same_whatever_the_past(self):
        fiche = full()

        def cost():
            with CaptureQueriesContext(connection) as captured, editing():
                fiche.save()
            return len(captured)

        first = cost()
        for _ in range(5):
            cost()
        assert cost() == first


class TestContent:
    def test_it_is_put_on_another_sheet_whole(self):
        fiche, other = full(), make.make_fiche()
        with editing():
            assert put_content(other, {**content_of(fiche), "titre": "Un autre titre"}) == []
        assert content_of(Fiche.objects.get(pk=other.pk)) == {**content_of(fiche), "titre": "Un autre titre"}

    def test_only_what_differs_is_written(self):
        fiche = full()
        keys = [row.pk for row in fiche.etapes.all()]
        with editing():
            put_content(fiche, {**content_of(fiche), "pourquoi": "Autre."})
        assert [row.pk for row in fiche.etapes.all()] == keys

    def test_what_exists_no_more_is_said(self):
        fiche, gone = full(), make.make_acteur()
        make.make_intervention(fiche=fiche, acteur=gone)
        content, kept = content_of(fiche), fiche.interventions.exclude(acteur=gone).get()
        with editing():
            fiche.moments.get().delete()
            gone.interventions.all().delete()
            gone.delete()
            assert put_content(fiche, content) == ["moments", "interventions"]
        assert fiche.interventions.get().acteur == kept.acteur


class TestComparing:
    @pytest.mark.parametrize(
        ("before", "after", "pieces"),
        [
            ("", "", []),
            ("Un mot.", "Un mot.", [(SAME, "Un mot.")]),
            ("", "Un mot.", [(NEW, "Un mot.")]),
            ("Un mot.", "", [(GONE, "Un mot.")]),
            ("l’école dit", "l’école écrit", [(SAME, "l’école "), (GONE, "dit"), (NEW, "écrit")]),
            ("Un.\nDeux.", "Un.\nTrois.", [(SAME, "Un.\n"), (GONE, "Deux"), (NEW, "Trois"), (SAME, ".")]),
        ],
    )
    def test_word_by_word(self, before, after, pieces):
        assert word_pieces(before, after) == pieces

    def test_both_texts_can_be_read_again_from_the_pieces(self):
        before, after = "Appeler l’école, puis attendre.", "Écrire à l’école, puis rappeler le vendredi."
        pieces = word_pieces(before, after)
        assert "".join(text for kind, text in pieces if kind != NEW) == before
        assert "".join(text for kind, text in pieces if kind != GONE) == after

    def test_section_by_section_by_name(self):
        fiche = full()
        before = content_of(fiche)
        with editing():
            fiche.pourquoi, fiche.a_revoir_le = "Autre.", None
            fiche.save()
            fiche.etapes.create(quand="ce-trimestre", titre="Se revoir", ordre=30_000)
            fiche.leviers.clear()
        found = {change.part: change for change in changes(before, content_of(fiche))}
        assert list(found) == ["pourquoi", "a_revoir_le", "etapes", "fiche_leviers"]
        assert found["etapes"].pieces[-1] == (NEW, "Ce trimestre · Se revoir")
        assert "Levier" in found["fiche_leviers"].before
        assert found["a_revoir_le"].before.endswith("2100")

    def test_it_costs_the_same_for_one_row_and_for_twelve(self):
        def cost(n):
            fiche = full()
            for i in range(n):
                make.make_intervention(fiche=fiche, ordre=i)
            content = content_of(fiche)
            with CaptureQueriesContext(connection) as captured:
                changes({}, content)
            return len(captured)

        assert cost(1) == cost(12)


class TestPages:
    @pytest.fixture
    def client(self, client):
        client.force_login(make_account("Relecteur", "lea"))
        return client

    def test_they_list_the_states_and_show_what_each_would_change(self, client):
        fiche = make.make_published_fiche(pourquoi="D’abord ceci.")
        with editing():
            fiche.pourquoi = "Ensuite cela <b>gras</b>."
            fiche.save()
        old = states(fiche)[1]
        listed = client.get(page("versions", fiche)).content.decode()
        assert listed.count('<th scope="row">') == len(states(fiche))
        shown = client.get(page("version", fiche, old.pk)).content.decode()
        assert '<ins><span class="mot">ajouté</span>' in shown
        assert "&lt;" in shown
        assert "<b>gras</b>" not in shown
        assert client.get(page("version", fiche, 10**9)).status_code == 404

    def test_restoring_a_sheet_online_opens_a_next_version_and_changes_nothing(self, client):
        fiche = make.make_published_fiche(pourquoi="D’abord ceci.")
        old = states(fiche)[0]
        with editing():
            fiche.pourquoi = "Ensuite cela."
            fiche.save()
            fiche.etapes.create(quand="ce-trimestre", titre="Se revoir", ordre=30_000)
        public = client.get(fiche.get_absolute_url()).content
        assert client.get(page("version", fiche, old.pk)).context["may_restore"]
        assert not versions.next_of(fiche)
        client.post(page("version", fiche, old.pk))
        copy = versions.next_of(fiche)
        assert content_of(copy) == history.content_of_state(old)
        assert client.get(fiche.get_absolute_url()).content == public
        with editing():
            versions.publish(copy, by=None)
        fiche.refresh_from_db()
        assert (fiche.pourquoi, fiche.etapes.count()) == ("D’abord ceci.", 1)

    def test_not_while_a_next_version_is_open(self, client):
        fiche = make.make_published_fiche()
        with editing():
            versions.prepare(fiche, by=None)
        assert client.post(page("version", fiche, states(fiche)[0].pk)).status_code == 403

    def test_restoring_a_draft_keeps_what_it_replaces(self, client):
        fiche = make.make_fiche(pourquoi="D’abord ceci.")
        old = states(fiche)[0]
        with editing():
            fiche.pourquoi = "Ensuite cela."
            fiche.save()
        answer = client.post(page("version", fiche, old.pk), follow=True)
        assert messages(answer)[0][0] == "success"
        fiche.refresh_from_db()
        assert (fiche.pourquoi, fiche.statut) == ("D’abord ceci.", Statut.BROUILLON)
        assert history.content_of_state(states(fiche)[1])["pourquoi"] == "Ensuite cela."

    def test_a_state_of_another_sheet_is_not_read_here(self, client):
        fiche, other = make.make_fiche(), make.make_fiche()
        assert client.get(page("version", fiche, states(other)[0].pk)).status_code == 404

    def test_a_contributor_reads_only_what_was_online(self, client):
        fiche = make.make_ready_fiche(pourquoi="En ligne.")
        with editing():
            fiche.publish(by=None)
        drafts = [state for state in states(fiche) if history.status_of(state)[0] != Statut.PUBLIEE]
        client.force_login(make_account("Contributeur"))
        assert client.get(page("versions", fiche)).context["rows"]
        assert {client.get(page("version", fiche, state.pk)).status_code for state in drafts} == {404}
