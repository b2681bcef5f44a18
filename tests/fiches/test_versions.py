"""A sheet online stays as it is while its next version is written; then it changes at once, and keeps what it is."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from acteurs.models import AncienneAdresse
from acteurs.stamp import editing, stamp
from fiches import history
from fiches.models import Fiche, FicheLevier, Statut, versions
from fiches.models.content import content_of
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import act, address, messages, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def fiche():
    levier, voisine = make.make_levier(), make.make_published_fiche()
    fiche = make.make_published_fiche(
        slug="le-premier-pas", titre="Faire le premier pas", leviers=[levier], moments=[make.make_moment()]
    )
    make.make_gain(fiche=fiche)
    make.make_intervention(fiche=fiche)
    make.make_voisinage(fiche=fiche, vers=voisine)
    make.make_voisinage(fiche=voisine, vers=fiche)
    return fiche


def opened(fiche, by=None, **changes):
    with editing():
        copy = versions.prepare(fiche, by=by)
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.save()
    return copy


def published(copy, by=None):
    with editing():
        return versions.publish(copy, by=by)


def page(name, fiche):
    return reverse(f"admin:fiches_fiche_{name}", args=[fiche.pk])


class TestWriting:
    def test_it_starts_as_the_sheet_online_parts_and_links_included(self, fiche):
        assert content_of(opened(fiche)) == content_of(fiche)

    def test_the_public_page_does_not_move(self, client, fiche):
        before = client.get(fiche.get_absolute_url()).content
        copy = opened(fiche, titre="Un autre titre", pourquoi="Un autre pourquoi.")
        with editing():
            copy.etapes.all().delete()
            copy.submit()
        assert client.get(fiche.get_absolute_url()).content == before

    def test_it_is_counted_and_shown_nowhere(self, client, fiche):
        pages = [
            reverse("home"),
            reverse("fiches:list"),
            fiche.theme.get_absolute_url(),
            fiche.leviers.get().get_absolute_url(),
            fiche.interventions.get().acteur.get_absolute_url(),
            reverse("fiches:api"),
            "/sitemap.xml",
        ]
        before = [client.get(url).content for url in pages]
        total = find(Criteria()).total
        copy = opened(fiche, titre="Zanzibar en vue", formulations="zanzibar")
        assert [client.get(url).content for url in pages] == before
        assert find(Criteria()).total == total
        assert find(Criteria(q="zanzibar")).total == 0
        for url in (copy.get_absolute_url(), f"/fiches/{copy.slug}/"):
            assert client.get(url).status_code == 404

    def test_the_lists_of_the_admin_do_not_count_it_twice(self, admin_client, fiche):
        opened(fiche)
        for row in (fiche.theme, fiche.leviers.get(), fiche.moments.get()):
            (listed,) = [
                one for one in admin_client.get(address(type(row), "changelist")).context["cl"].queryset if one == row
            ]
            assert listed.combien == 1

    def test_there_is_one_at_a_time(self, fiche):
        opened(fiche, by=make_account("Contributeur", "lea"))
        with pytest.raises(ValidationError, match="déjà en préparation par lea"):
            opened(fiche)
        with pytest.raises(IntegrityError), transaction.atomic(), editing():
            Fiche.objects.create(titre="x", slug="x", theme=fiche.theme, version_de=fiche)

    @pytest.mark.parametrize("make_one", [make.make_fiche, make.make_ready_fiche])
    def test_a_draft_has_none(self, make_one):
        with pytest.raises(ValidationError, match="se modifie directement"):
            opened(make_one())

    def test_it_is_never_online_itself(self, fiche):
        copy = opened(fiche)
        with pytest.raises(ValidationError), editing():
            copy.publish(by=None)
        with pytest.raises(IntegrityError), transaction.atomic(), editing():
            Fiche.objects.filter(pk=copy.pk).update(statut=Statut.ARCHIVEE)

    def test_it_is_no_choice_for_a_neighbour(self, admin_client, fiche):
        opened(fiche)
        asked = {"app_label": "fiches", "model_name": "voisinage", "field_name": "vers", "term": "premier pas"}
        found = admin_client.get(reverse("admin:autocomplete"), asked).json()["results"]
        assert [one["id"] for one in found] == [str(fiche.pk)]


class TestPublishing:
    def test_it_takes_the_place_of_the_sheet_which_keeps_what_it_is(self, fiche):
        since, incoming = fiche.published_at, fiche.voisinages_entrants.get()
        copy = opened(fiche, titre="Faire un pas", pourquoi="Une autre raison.")
        with editing():
            copy.leviers.set([make.make_levier(nom="La confiance")])
            copy.moments.clear()
        make.make_etape(fiche=copy, titre="Écrire un mot")
        kept = fiche.citations.get().extrait
        new = make.make_citation(fiche=copy, section="marche_si")
        wanted = {**content_of(copy), "reviewed_on": None}
        found = published(copy)
        assert (found.pk, found.slug, found.published_at) == (fiche.pk, "le-premier-pas", since)
        assert {**content_of(found), "reviewed_on": None} == wanted
        assert {c.extrait for c in found.citations.all()} == {kept, new.extrait}
        assert found.voisinages_entrants.get() == incoming
        assert not Fiche.objects.filter(version_de__isnull=False).exists()
        assert not AncienneAdresse.objects.filter(slug__startswith="_version").exists()

    def test_readers_have_it_at_once(self, client, fiche):
        copy = opened(fiche, titre="Un pas vers Zanzibar")
        before = stamp()
        published(copy)
        assert stamp() != before
        assert "Zanzibar" in client.get(fiche.get_absolute_url()).content.decode()
        assert [found.pk for found in find(Criteria(q="zanzibar")).page] == [fiche.pk]

    def test_all_or_nothing(self, fiche):
        copy = opened(fiche, titre="Un pas", pourquoi="")
        before = content_of(fiche)
        with pytest.raises(ValidationError, match="pourquoi"):
            published(copy)
        assert content_of(Fiche.objects.get(pk=fiche.pk)) == before
        assert Fiche.objects.filter(pk=copy.pk).exists()

    def test_a_fault_in_the_middle_undoes_everything(self, fiche, monkeypatch):
        copy = opened(fiche, titre="Un pas")
        make.make_etape(fiche=copy, titre="Une étape de plus")
        before, states = content_of(fiche), history.states_of(copy.pk).count()

        def fail(*args, **kwargs):
            raise OSError("disk full")

        monkeypatch.setattr("fiches.models.content._put_rows", fail)
        with pytest.raises(OSError, match="disk full"):
            published(copy)
        assert content_of(Fiche.objects.get(pk=fiche.pk)) == before
        assert history.states_of(copy.pk).count() == states

    def test_what_changed_online_meanwhile_is_not_lost(self, fiche):
        copy = opened(fiche, pourquoi="Une autre raison.")
        with editing():
            fiche.en_bref = "Corrigé en ligne."
            fiche.save()
        cited = make.make_citation(fiche=fiche, section="marche_si")
        found = published(copy)
        assert (found.en_bref, found.pourquoi) == ("Corrigé en ligne.", "Une autre raison.")
        assert found.citations.filter(extrait=cited.extrait).exists()

    def test_what_both_sides_changed_is_asked(self, admin_client, fiche):
        copy = opened(fiche, pourquoi="Ici.")
        with editing():
            fiche.pourquoi = "Là."
            fiche.save()
        with pytest.raises(ValidationError, match="« pourquoi »"):
            published(copy)
        shown = admin_client.get(page("comparer", copy)).content.decode()
        assert "La fiche en ligne a changé aussi" in shown
        assert "Là" in shown
        admin_client.post(page("comparer", copy))
        copy.refresh_from_db()
        assert published(copy).pourquoi == "Ici."

    def test_not_while_its_sheet_is_withdrawn(self, fiche):
        copy = opened(fiche)
        with editing():
            fiche.archive()
        with pytest.raises(ValidationError, match="plus en ligne"):
            published(copy)

    def test_its_story_goes_on_with_the_sheet(self, fiche):
        copy = opened(fiche, titre="Un pas")
        mine = [state.pk for state in history.states_of(copy.pk)]
        published(copy)
        assert set(mine) < {state.pk for state in history.states_of(fiche.pk)}

    def test_levers_merged_meanwhile_are_carried_over_once(self, fiche):
        kept, merged = make.make_levier(), fiche.leviers.get()
        copy = opened(fiche)
        with editing():
            FicheLevier.objects.filter(tag=merged).update(tag=kept)
        assert list(published(copy).leviers.all()) == [kept]


class TestPages:
    @pytest.fixture
    def author(self, client):
        account = make_account("Contributeur", "lea")
        client.force_login(account)
        return account

    def test_an_author_opens_it_from_the_page_of_the_sheet(self, client, author, fiche):
        shown = client.get(address(Fiche, "change", fiche.pk)).content.decode()
        assert page("nouvelle-version", fiche) in shown
        answer = client.post(page("nouvelle-version", fiche), follow=True)
        copy = Fiche.objects.get(version_de=fiche)
        assert answer.redirect_chain[-1][0] == address(Fiche, "change", copy.pk)
        assert "La fiche en ligne ne change pas" in messages(answer)[0][1]
        assert "slug" not in answer.context["adminform"].form.fields

    def test_it_is_written_with_the_same_form_and_keeps_its_title(self, client, author, fiche):
        copy = opened(fiche, by=author)
        url = address(Fiche, "change", copy.pk)
        answer = client.post(url, typed(client.get(url), resume="Mieux dit.", _save="Enregistrer"))
        assert answer.status_code == 302
        copy.refresh_from_db()
        assert (copy.resume, copy.titre, copy.proprietaire) == ("Mieux dit.", fiche.titre, author)
        other = make.make_fiche(titre="Un titre pris")
        answer = client.post(url, typed(client.get(url), titre=other.titre))
        assert "Une autre fiche a déjà ce titre." in answer.content.decode()

    def test_meanwhile_nobody_writes_in_the_sheet_online(self, admin_client, fiche):
        opened(fiche)
        form = admin_client.get(address(Fiche, "change", fiche.pk))
        assert not form.context["has_change_permission"]
        assert "Une nouvelle version est en préparation" in form.content.decode().replace("\xa0", " ")
        assert admin_client.post(address(Fiche, "change", fiche.pk), {"titre": "x"}).status_code == 403

    def test_the_button_publishes_it_and_leads_to_the_sheet(self, admin_client, fiche):
        copy = opened(fiche, titre="Un pas")
        url = address(Fiche, "change", copy.pk)
        answer = admin_client.post(url, typed(admin_client.get(url), _statut="publish", resume="Dit."), follow=True)
        assert answer.redirect_chain[-1][0] == address(Fiche, "change", fiche.pk)
        fiche.refresh_from_db()
        assert (fiche.titre, fiche.resume, fiche.statut) == ("Un pas", "Dit.", Statut.PUBLIEE)

    def test_so_does_the_action_of_the_list(self, admin_client, fiche):
        copy = opened(fiche, titre="Un pas")
        assert messages(act(admin_client, Fiche, "publish", copy)) == [("success", "1 fiche publiée.")]
        fiche.refresh_from_db()
        assert fiche.titre == "Un pas"

    def test_abandoning_asks_then_deletes_the_copy_alone(self, client, author, fiche):
        copy = opened(fiche, by=author, titre="Un pas")
        before = content_of(fiche)
        assert client.get(page("abandonner", copy)).status_code == 200
        assert Fiche.objects.filter(pk=copy.pk).exists()
        client.post(page("abandonner", copy))
        assert not Fiche.objects.filter(pk=copy.pk).exists()
        assert not history.states_of(copy.pk).exists()
        assert content_of(fiche) == before
        assert client.post(page("abandonner", fiche)).status_code == 404

    def test_what_would_change_is_shown_word_by_word(self, client, author):
        fiche = make.make_published_fiche(pourquoi="Le centre appelle l’école.")
        copy = opened(fiche, by=author, pourquoi="Le centre écrit à l’école.")
        html = client.get(page("comparer", copy)).content.decode()
        assert '<del><span class="mot">retiré</span>appelle</del>' in html
        assert '<ins><span class="mot">ajouté</span>écrit à</ins>' in html
        assert html.count('class="changement"') == 1
