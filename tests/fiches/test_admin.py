"""The curators' workplace: sheets, proofs, levers, as a curator who is not technical meets them."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Acteur
from acteurs.stamp import editing, stamp
from fiches.models import Extrait, Fiche, Levier, Moment, Phrase, Ressource, Statut, Theme
from tests import factories as make
from tests.admin_pages import act, address, errors, messages, new_row, typed, visible_text

pytestmark = pytest.mark.django_db

DONE = {"_save": "Enregistrer"}


@pytest.fixture
def client(admin_client):
    return admin_client


def form_of(client, obj):
    return client.get(address(type(obj), "change", obj.pk))


def post(client, obj, **changes):
    """Open the form of `obj`, change what is said, save."""
    return client.post(address(type(obj), "change", obj.pk), typed(form_of(client, obj), **DONE, **changes))


def queries(client, url):
    client.get(url)  # content types and other things that Django remembers
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def listed(client, model, **filters):
    return list(client.get(address(model, "changelist"), filters).context["cl"].queryset)


class TestWriting:
    def test_a_new_sheet_is_a_draft_whose_address_comes_from_its_title(self, client):
        theme = make.make_theme()
        page = client.get(address(Fiche, "add"))
        before = stamp()
        sent = typed(page, titre="L’œil du maître", theme=theme.pk, **DONE)
        assert client.post(address(Fiche, "add"), sent).status_code == 302
        fiche = Fiche.objects.get()
        assert (fiche.slug, fiche.statut) == ("l-oeil-du-maitre", Statut.BROUILLON)
        assert stamp() != before

    def test_a_title_without_a_letter_asks_for_an_address(self, client):
        page = client.get(address(Fiche, "add"))
        answer = client.post(address(Fiche, "add"), typed(page, titre="…", theme=make.make_theme().pk, **DONE))
        assert "écrivez-en une" in errors(answer)

    def test_a_form_refused_leaves_the_stamp_alone(self, client):
        fiche = make.make_fiche()
        before = stamp()
        answer = post(client, fiche, titre="")
        assert answer.status_code == 200
        assert "Ce champ est obligatoire" in errors(answer)
        assert stamp() == before

    def test_looking_leaves_the_stamp_alone(self, client):
        fiche = make.make_fiche()
        before = stamp()
        form_of(client, fiche)
        client.get(address(Fiche, "changelist"))
        assert stamp() == before

    def test_a_change_moves_the_stamp(self, client):
        fiche = make.make_fiche()
        before = stamp()
        assert post(client, fiche, titre="Un autre titre").status_code == 302
        assert stamp() != before
        fiche.refresh_from_db()
        assert fiche.titre == "Un autre titre"

    def test_rows_edited_in_a_list_move_the_stamp(self, client):
        moment = make.make_moment(ordre=1)
        before = stamp()
        page = client.get(address(Moment, "changelist"))
        formset = page.context["cl"].formset
        data = {bound.html_name: bound.value() for form in [formset.management_form, *formset.forms] for bound in form}
        client.post(address(Moment, "changelist"), {**data, "form-0-ordre": 7, "_save": "Enregistrer"})
        moment.refresh_from_db()
        assert moment.ordre == 7
        assert stamp() != before

    def test_all_the_parts_are_written_from_one_page(self, client):
        fiche, acteur, levier, extrait, other = (
            make.make_fiche(),
            make.make_acteur(),
            make.make_levier(),
            make.make_extrait(),
            make.make_fiche(),
        )
        page = form_of(client, fiche)
        rows = {
            **new_row(page, "etapes", quand="des-lundi", titre="Appeler"),
            **new_row(page, "interventions", acteur=acteur.pk, pouvoir="decide"),
            **new_row(page, "gains", pour="ecole", gain="Du temps", effort="faible"),
            **new_row(page, "fiche_leviers", tag=levier.pk),
            **new_row(page, "citations", extrait=extrait.pk, section="etapes", position="appuie"),
            **new_row(page, "voisinages", vers=other.pk, nature="voisine"),
        }
        assert client.post(address(Fiche, "change", fiche.pk), typed(page, **rows, **DONE)).status_code == 302
        assert fiche.etapes.get().titre == "Appeler"
        assert fiche.interventions.get().acteur == acteur
        assert fiche.gains.get().gain == "Du temps"
        assert list(fiche.leviers.all()) == [levier]
        assert fiche.citations.get().extrait == extrait
        assert fiche.voisinages.get().vers == other

    def test_new_steps_are_numbered_after_the_last(self, client):
        fiche = make.make_fiche()
        make.make_etape(fiche=fiche, ordre=3)
        page = form_of(client, fiche)
        first = new_row(page, "etapes", quand="des-lundi", titre="Appeler", ordre="")
        second = {
            "etapes-TOTAL_FORMS": 3,
            "etapes-2-quand": "des-lundi",
            "etapes-2-titre": "Venir",
            "etapes-2-ordre": 0,
        }
        sent = typed(page, **{**first, **second, "etapes-1-ordre": 0}, **DONE)
        assert client.post(address(Fiche, "change", fiche.pk), sent).status_code == 302
        assert list(fiche.etapes.values_list("ordre", flat=True)) == [3, 4, 5]

    @pytest.mark.parametrize(
        ("prefix", "row", "reason"),
        [
            ("voisinages", lambda f: {"vers": f.pk, "nature": "voisine"}, "pas sa propre voisine"),
            (
                "citations",
                lambda f: {"extrait": f.citations.get().extrait_id, "section": "pourquoi", "position": "appuie"},
                "figure deux fois",
            ),
            (
                "fiche_leviers",
                lambda f: {"tag": f.fiche_leviers.get().tag_id},
                "figure deux fois",
            ),
        ],
    )
    def test_a_part_that_the_database_would_refuse_is_refused_in_words(self, client, prefix, row, reason):
        fiche = make.make_fiche(leviers=[make.make_levier()])
        make.make_citation(fiche=fiche)
        page = form_of(client, fiche)
        sent = typed(page, **new_row(page, prefix, **row(fiche)), **DONE)
        answer = client.post(address(Fiche, "change", fiche.pk), sent)
        assert answer.status_code == 200
        assert reason in errors(answer)

    def test_two_rows_that_swap_their_choices_lose_nothing(self, client):
        """The database checks each row as it is written; the form is shown again rather than an error page."""
        fiche = make.make_fiche()
        a, b = make.make_intervention(fiche=fiche, ordre=1), make.make_intervention(fiche=fiche, ordre=2)
        before = stamp()
        swap = {"interventions-0-acteur": b.acteur_id, "interventions-1-acteur": a.acteur_id}
        answer = post(client, fiche, resume="Un long texte.", **swap)
        assert "se disputent" in errors(answer)
        assert "Un long texte." in answer.content.decode()
        assert stamp() == before

    def test_en_bref_stays_on_one_line(self, client):
        fiche = make.make_fiche()
        post(client, fiche, en_bref="Prenez rendez-vous.\r\n  Venez à deux.")
        fiche.refresh_from_db()
        assert fiche.en_bref == "Prenez rendez-vous. Venez à deux."

    def test_a_bare_web_address_becomes_https(self, client):
        page = client.get(address(Ressource, "add"))
        sent = typed(page, titre="Charte", nature="Charte", description="Utile.", url="exemple.fr/charte", **DONE)
        assert client.post(address(Ressource, "add"), sent).status_code == 302
        assert Ressource.objects.get().url == "https://exemple.fr/charte"


class TestStatus:
    def test_no_form_holds_the_status(self, client):
        fiche = make.make_fiche()
        page = form_of(client, fiche)
        assert not {"statut", "published_at"} & set(page.context["adminform"].form.fields)
        post(client, fiche, statut="publiee", published_at="2020-01-01")
        fiche.refresh_from_db()
        assert (fiche.statut, fiche.published_at) == (Statut.BROUILLON, None)

    def test_the_form_says_where_the_sheet_stands(self, client):
        fiche = make.make_fiche()
        text = visible_text(form_of(client, fiche).content.decode())
        assert "brouillon" in text
        assert "sans preuve" in text
        assert "Citez au moins un extrait public" in text

    def test_publishing_puts_online_what_is_ready_and_says_why_the_rest_is_not(self, client, admin_user):
        ready, unready = make.make_ready_fiche(), make.make_fiche(titre="Pas prête")
        before = stamp()
        answer = act(client, Fiche, "publish", ready, unready)
        assert answer.status_code == 200
        (refused, done) = sorted(messages(answer))
        assert done == ("success", "1 fiche publiée.")
        assert refused[0] == "error"
        assert refused[1].startswith("« Pas prête » n’est pas publiée.")
        for reason in ("Remplissez « résumé »", "Dès lundi", "sans preuve ne se publie pas"):
            assert reason in refused[1]
        ready.refresh_from_db(), unready.refresh_from_db()
        assert (ready.statut, ready.proprietaire) == (Statut.PUBLIEE, admin_user)
        assert (unready.statut, unready.published_at) == (Statut.BROUILLON, None)
        assert stamp() != before

    def test_a_refused_action_leaves_the_stamp_alone(self, client):
        fiche = make.make_fiche()
        before = stamp()
        act(client, Fiche, "publish", fiche)
        assert stamp() == before

    def test_the_whole_round_of_a_sheet(self, client):
        fiche = make.make_ready_fiche()
        for action, statut in [
            ("submit", Statut.RELECTURE),
            ("publish", Statut.PUBLIEE),
            ("archive", Statut.ARCHIVEE),
        ]:
            act(client, Fiche, action, fiche)
            fiche.refresh_from_db()
            assert fiche.statut == statut

    @pytest.mark.parametrize("action", ["submit", "archive", "publish"])
    def test_a_move_that_makes_no_sense_is_explained(self, client, action):
        fiche = make.make_published_fiche() if action != "archive" else make.make_fiche()
        ((level, text),) = messages(act(client, Fiche, action, fiche))
        assert level == "error"
        assert "ne peut pas devenir" in text

    def test_twelve_sheets_are_counted_in_one_sentence(self, client):
        answer = act(client, Fiche, "submit", *[make.make_fiche() for _ in range(12)])
        assert messages(answer) == [("success", "12 fiches soumises à relecture.")]

    def test_who_may_only_look_is_offered_no_action(self, client):
        reader = User.objects.create_user("lectrice", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_fiche"))
        client.force_login(reader)
        fiche = make.make_ready_fiche()
        act(client, Fiche, "publish", fiche)
        fiche.refresh_from_db()
        assert fiche.statut == Statut.BROUILLON

    def test_a_sheet_online_stays_whole(self, client):
        fiche = make.make_published_fiche(titre="En ligne")
        before = stamp()
        answer = post(
            client, fiche, resume="", en_bref="Un mot que je ne veux pas perdre.", **{"citations-0-DELETE": "on"}
        )
        assert answer.status_code == 200
        assert "doit le rester entière" in errors(answer)
        assert "Remplissez « résumé »." in errors(answer)
        assert "Citez au moins un extrait public" in errors(answer)
        assert "Un mot que je ne veux pas perdre." in answer.content.decode()
        assert stamp() == before
        fiche.refresh_from_db()
        assert fiche.resume
        assert fiche.citations.exists()

    def test_a_draft_may_be_saved_with_holes(self, client):
        fiche = make.make_ready_fiche()
        assert post(client, fiche, resume="").status_code == 302


class TestSeeOnSite:
    def test_only_a_sheet_that_anyone_may_read_has_the_link(self, client):
        online, draft = make.make_published_fiche(), make.make_ready_fiche()
        later = make.make_published_fiche(at=timezone.now() + timedelta(days=1))
        html = form_of(client, online).content.decode()
        assert f'href="/fiches/{online.slug}/"' in html
        for fiche in (draft, later):
            assert "Voir sur le site" not in form_of(client, fiche).content.decode()

    @pytest.mark.parametrize(
        "factory", [make.make_theme, make.make_levier, make.make_acteur, make.make_dispositif, make.make_terme]
    )
    def test_what_has_a_page_leads_to_it(self, client, factory):
        obj = factory()
        assert f'href="{obj.get_absolute_url()}"' in form_of(client, obj).content.decode()

    def test_what_has_no_page_has_no_link(self, client):
        assert "Voir sur le site" not in form_of(client, make.make_moment()).content.decode()


class TestDeleting:
    def test_a_draft_may_be_deleted(self, client):
        fiche = make.make_ready_fiche()
        before = stamp()
        assert client.post(address(Fiche, "delete", fiche.pk), {"post": "yes"}).status_code == 302
        assert not Fiche.objects.exists()
        assert stamp() != before

    @pytest.mark.parametrize("archived", [False, True])
    def test_what_was_once_online_may_not(self, client, archived):
        fiche = make.make_published_fiche()
        if archived:
            with editing():
                fiche.archive()
        assert client.post(address(Fiche, "delete", fiche.pk), {"post": "yes"}).status_code == 403
        assert f'{fiche.pk}/delete/"' not in form_of(client, fiche).content.decode()
        assert Fiche.objects.exists()

    def test_several_at_once_neither_and_the_page_says_which(self, client):
        online, draft = make.make_published_fiche(titre="En ligne"), make.make_fiche()
        answer = act(client, Fiche, "delete_selected", online, draft, post="yes")
        ((level, text),) = messages(answer)
        assert level == "error"
        assert "« En ligne »" in text
        assert "elle s’archive" in text
        assert Fiche.objects.count() == 2

    def test_several_drafts_at_once_after_a_page_that_asks(self, client):
        drafts = [make.make_fiche(), make.make_fiche()]
        assert "Oui, je suis sûr" in visible_text(act(client, Fiche, "delete_selected", *drafts).content.decode())
        act(client, Fiche, "delete_selected", *drafts, post="yes")
        assert not Fiche.objects.exists()

    def test_a_lever_in_use_names_the_sheets_that_use_it(self, client):
        levier = make.make_levier()
        fiche = make.make_fiche(titre="Faire le premier pas", leviers=[levier])
        page = client.get(address(Levier, "delete", levier.pk))
        assert (
            f'Fiche : <a href="{address(Fiche, "change", fiche.pk)}">Faire le premier pas</a>' in page.content.decode()
        )
        assert client.post(address(Levier, "delete", levier.pk), {"post": "yes"}).status_code == 200
        act(client, Levier, "delete_selected", levier, post="yes")
        assert Levier.objects.exists()

    def test_a_cited_excerpt_names_the_sheet_that_cites_it(self, client):
        citation = make.make_citation()
        page = client.get(address(Extrait, "delete", citation.extrait_id))
        assert f'">{citation.fiche.titre}</a>' in page.content.decode()


class TestLists:
    def test_the_list_of_sheets_costs_the_same_for_one_and_for_twelve(self, client):
        owners = [User.objects.create_user(f"curatrice-{n}", is_staff=True) for n in range(12)]
        make.make_published_fiche(by=owners[0])
        one = queries(client, address(Fiche, "changelist"))
        for owner in owners[1:]:
            make.make_published_fiche(by=owner)
        assert queries(client, address(Fiche, "changelist")) == one

    @pytest.mark.parametrize("model", [Extrait, Levier, Acteur, Theme, Phrase, Moment])
    def test_the_other_lists_too(self, client, model):
        factory = getattr(make, f"make_{model._meta.model_name}")
        factory()
        one = queries(client, address(model, "changelist"))
        for _ in range(11):
            factory()
        assert queries(client, address(model, "changelist")) == one

    def test_a_sheet_with_twelve_of_each_part_costs_as_much_as_with_one(self, client):
        """Measured at 33: session, account and its phone, the sheet, its neighbours of the form, one or two per
        inline, its next version, and eight to say who else is here (four of them savepoints).
        """
        parts = [make.make_citation, make.make_intervention, make.make_voisinage, make.make_etape, make.make_gain]
        fiche = make.make_fiche(leviers=[make.make_levier()])
        for part in parts:
            part(fiche=fiche)
        one = queries(client, address(Fiche, "change", fiche.pk))
        with editing():
            fiche.leviers.add(*[make.make_levier() for _ in range(11)])
        for part in parts:
            for _ in range(11):
                part(fiche=fiche)
        assert queries(client, address(Fiche, "change", fiche.pk)) == one
        assert one <= 33

    def test_the_autocomplete_of_a_row_shows_its_choice(self, client):
        citation = make.make_citation()
        html = form_of(client, citation.fiche).content.decode()
        assert f'<option value="{citation.extrait_id}" selected>{citation.extrait}</option>' in html

    def test_a_refused_choice_is_shown_as_it_was_made(self, client):
        citation, other = make.make_citation(), make.make_extrait()
        answer = post(client, citation.fiche, titre="", **{"citations-0-extrait": other.pk})
        assert f'<option value="{other.pk}" selected>{other}</option>' in answer.content.decode()

    def test_solidity_is_told_in_words(self, client):
        make.make_published_fiche()
        assert "isolé" in visible_text(client.get(address(Fiche, "changelist")).content.decode())

    def test_sheets_are_filtered_by_solidity(self, client):
        proved, bare = make.make_published_fiche(), make.make_fiche()
        assert listed(client, Fiche, solidite="isole") == [proved]
        assert listed(client, Fiche, solidite="sans-preuve") == [bare]
        assert len(listed(client, Fiche, solidite="n-importe-quoi")) == 2

    def test_sheets_are_filtered_by_date_of_review(self, client):
        today = timezone.localdate()
        days = {"en-retard": -1, "bientot": 60, "a-jour": 61}
        fiches = {name: make.make_fiche(a_revoir_le=today + timedelta(days=n)) for name, n in days.items()}
        fiches["sans-date"] = make.make_fiche()
        today_s = make.make_fiche(a_revoir_le=today)
        assert listed(client, Fiche, revue="bientot") == [fiches["bientot"], today_s]
        for name in ("en-retard", "a-jour", "sans-date"):
            assert listed(client, Fiche, revue=name) == [fiches[name]]

    def test_sheets_are_filtered_by_what_is_to_be_confirmed(self, client):
        doubtful, sure = make.make_fiche(a_confirmer="L’agrément."), make.make_fiche()
        assert listed(client, Fiche, a_confirmer="oui") == [doubtful]
        assert listed(client, Fiche, a_confirmer="non") == [sure]

    def test_sheets_are_filtered_by_lever_actor_theme_genre_and_status(self, client):
        levier, acteur = make.make_levier(), make.make_acteur()
        fiche = make.make_fiche(leviers=[levier, make.make_levier()], genre="piege")
        make.make_intervention(fiche=fiche, acteur=acteur)
        make.make_acteur()  # Django shows no filter of one choice
        make.make_published_fiche()
        for name, value in {
            "fiche_leviers__tag__id__exact": levier.pk,
            "interventions__acteur__id__exact": acteur.pk,
            "theme__id__exact": fiche.theme_id,
            "genre__exact": "piege",
            "statut__exact": "brouillon",
        }.items():
            assert listed(client, Fiche, **{name: value}) == [fiche], name

    def test_a_search_ignores_case_and_accents(self, client):
        fiche = make.make_fiche(titre="Écrire à l’école")
        make.make_fiche(titre="Autre chose")
        for words in ("ecole", "ÉCRIRE école", "l'ecole"):
            assert listed(client, Fiche, q=words) == [fiche]
        assert len(listed(client, Fiche, q="  ")) == 2

    def test_an_autocomplete_ignores_them_too(self, client):
        acteur = make.make_acteur(nom="Équipe éducative")
        asked = {"app_label": "fiches", "model_name": "intervention", "field_name": "acteur", "term": "equipe edu"}
        (found,) = client.get(reverse("admin:autocomplete"), asked).json()["results"]
        assert found == {"id": str(acteur.pk), "text": "Équipe éducative"}


class TestExcerpts:
    def test_its_words_never_change_once_written(self, client):
        extrait = make.make_extrait(texte="Mot pour mot.")
        answer = post(client, extrait, texte="Autre chose.", reference="X", etat="ecarte", motif="Hors sujet.")
        assert answer.status_code == 302
        extrait.refresh_from_db()
        assert (extrait.texte, extrait.etat) == ("Mot pour mot.", "ecarte")
        assert extrait.reference != "X"

    def test_a_new_one_is_written_by_hand(self, client):
        page = client.get(address(Extrait, "add"))
        fields = {"atelier": make.make_atelier().pk, "reference": "T1", "position": 1, "voix": "post-its"}
        assert client.post(address(Extrait, "add"), typed(page, texte="Dit.", **fields, **DONE)).status_code == 302
        assert Extrait.objects.get().texte == "Dit."

    def test_one_set_aside_needs_a_reason(self, client):
        answer = post(client, make.make_extrait(), etat="ecarte")
        assert "Dites pourquoi cet extrait est écarté." in errors(answer)

    def test_its_fate_is_told_and_filtered(self, client):
        cited = make.make_citation().extrait
        waiting, aside = make.make_extrait(), make.make_extrait(etat="ecarte", motif="Doublon.")
        rows = client.get(address(Extrait, "changelist")).context["cl"].result_list
        fates = {row: admin.site._registry[Extrait].sort(row) for row in rows}
        assert fates == {cited: "cité", waiting: "à traiter", aside: "écarté"}
        assert listed(client, Extrait, cite="oui") == [cited]
        assert set(listed(client, Extrait, cite="non")) == {waiting, aside}

    @pytest.mark.parametrize("what", ["extrait", "atelier"])
    def test_withdrawing_the_only_proof_of_a_sheet_online_is_said(self, client, what):
        extrait = make.make_published_fiche(titre="Nue").citations.get().extrait
        obj = extrait if what == "extrait" else extrait.atelier
        response = client.post(
            address(type(obj), "change", obj.pk), typed(form_of(client, obj), portee="interne", **DONE), follow=True
        )
        assert ("warning", True) in [(level, "« Nue »" in text) for level, text in messages(response)]


class TestLevers:
    def test_the_same_word_written_otherwise_is_refused(self, client):
        make.make_levier(nom="Réunions")
        categorie = make.make_categorie()
        page = client.get(address(Levier, "add"))
        sent = typed(page, name="reunions", categorie=categorie.pk, description="Se voir.", **DONE)
        answer = client.post(address(Levier, "add"), sent)
        assert "Ce levier existe déjà : « Réunions »." in errors(answer)

    def test_it_may_be_renamed_with_its_own_word(self, client):
        levier = make.make_levier(nom="Reunions")
        assert post(client, levier, name="Réunions").status_code == 302

    def test_a_new_address_keeps_the_old_one(self, client):
        levier = make.make_levier(slug="avant")
        assert post(client, levier, slug="apres").status_code == 302
        assert Levier.objects.find("avant") == levier

    def test_the_list_counts_the_sheets(self, client):
        levier = make.make_levier()
        for _ in range(2):
            make.make_fiche(leviers=[levier])
        (row,) = client.get(address(Levier, "changelist")).context["cl"].result_list
        assert row.combien == 2
