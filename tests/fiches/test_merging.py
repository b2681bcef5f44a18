"""Merging and renaming words that others point to: nothing points nowhere, no word is lost, old addresses lead on."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acteurs.bases import Content, lines
from acteurs.merging import merge, names_of, preview, relations_to, with_words
from acteurs.models import Acteur, AncienneAdresse, Dispositif, Terme
from acteurs.stamp import editing, stamp
from fiches.models import Decideur, Demarche, Fiche, FicheLevier, Intervention, Levier, TempsFort, Theme
from tests import factories as make
from tests.admin_pages import act, address, messages, typed, visible_text

pytestmark = pytest.mark.django_db

MAKERS = {
    Levier: make.make_levier,
    Acteur: make.make_acteur,
    Dispositif: make.make_dispositif,
    Terme: make.make_terme,
}
NAME = {Levier: "name", Acteur: "nom", Dispositif: "nom", Terme: "mot", Theme: "titre"}
models = pytest.mark.parametrize("model", MAKERS, ids=lambda m: m.__name__)


def pair(model, kept="Gardé", other="Fondu", **fields):
    make_one = MAKERS[model]
    return make_one(**{NAME[model]: kept}), make_one(**{NAME[model]: other}, slug="fondu", **fields)


@pytest.mark.parametrize(
    ("text", "words", "but", "whole"),
    [
        ("", ["Caf"], [], "Caf"),
        ("a\nb", ["B", "c", "C", ""], [], "a\nb\nc"),
        ("école", ["ECOLE", "Œuvre", "oeuvre"], [], "école\nŒuvre"),
        ("", ["Le nom", "autre"], ["le NOM"], "autre"),
        ("", ["…"], [], ""),
    ],
)
def test_words_are_added_once(text, words, but, whole):
    assert with_words(text, words, but) == whole


class TestEverythingThatPoints:
    """Read from the models: a relation added one day must be merged too, or make this fail."""

    @models
    def test_each_relation_is_known(self, model):
        pointing = {f"{r.model.__name__}.{r.field.name}" for r in relations_to(model)}
        assert (
            pointing
            == {
                Levier: {"FicheLevier.tag", "Extrait.leviers", "Synonyme.leviers"},
                Acteur: {
                    "Intervention.acteur",
                    "Decideur.acteur",
                    "Contact.acteur",
                    "Extrait.acteurs",
                    "Ressource.acteurs",
                    "Synonyme.acteurs",
                    "TempsFort.acteurs",
                },
                Dispositif: {
                    "Fiche.dispositifs",
                    "Extrait.dispositifs",
                    "Ressource.dispositifs",
                    "Synonyme.dispositifs",
                    "TempsFort.dispositifs",
                },
                Terme: {"Fiche.termes", "Synonyme.termes"},
            }[model]
        )

    def test_only_content_points_to_content(self):
        """What is not content would be changed outside what the stamp tells of."""
        for model in MAKERS:
            assert all(issubclass(relation.model, Content) for relation in relations_to(model))

    def test_of_an_actor(self):
        kept, other = pair(Acteur)
        niveau = make.make_niveau()
        intervention, contact = make.make_intervention(acteur=other), make.make_contact(acteur=other)
        extrait, ressource = make.make_extrait(), make.make_ressource()
        sigle = make.make_sigle("DE", "directeur d’école", acteurs=[other])
        with editing():
            other.niveaux.add(niveau)
            extrait.acteurs.add(other)
            ressource.acteurs.add(other)
            temps = TempsFort.objects.create(slug="t", titre="T", debut="09-01", fin="09-10", a_faire="x")
            temps.acteurs.add(other)
            demarche = Demarche.objects.create(slug="d", acte="Entrer")
            decideur = Decideur.objects.create(demarche=demarche, degre="1", pouvoir="decide", acteur=other)
        merge(kept, [other])
        for row in (intervention, contact, decideur):
            row.refresh_from_db()
            assert row.acteur == kept
        for row in (extrait, ressource, sigle, temps):
            assert list(row.acteurs.all()) == [kept]
        assert list(kept.niveaux.all()) == [niveau]
        assert not Acteur.objects.filter(pk=other.pk).exists()

    def test_of_a_scheme(self):
        kept, other = pair(Dispositif)
        fiche = make.make_fiche(dispositifs=[other])
        merge(kept, [other])
        assert list(fiche.dispositifs.all()) == [kept]

    def test_of_a_word(self):
        kept, other = pair(Terme)
        fiche = make.make_fiche(termes=[other])
        merge(kept, [other])
        assert list(fiche.termes.all()) == [kept]

    def test_several_at_once(self):
        kept, other = pair(Levier)
        third = make.make_levier(nom="Encore un")
        fiche = make.make_fiche(leviers=[other, third])
        merge(kept, [other, third])
        assert list(fiche.leviers.all()) == [kept]
        assert Levier.objects.count() == 1


class TestNothingTwice:
    def test_a_sheet_that_had_both_levers_keeps_one(self):
        kept, other = pair(Levier)
        fiche = make.make_fiche(leviers=[kept, other])
        done = merge(kept, [other])
        assert FicheLevier.objects.get().content_object == fiche
        ((change,),) = ([c for c in done.changes if c.both],)
        assert (change.label, change.moved, change.both) == ("Fiches", [], [fiche])

    @models
    def test_nor_any_link_twice(self, model):
        kept, other = pair(model)
        with editing():
            for relation in relations_to(model):
                if relation.through is not None:
                    row = {
                        "Fiche": make.make_fiche,
                        "Extrait": make.make_extrait,
                        "Ressource": make.make_ressource,
                        "Synonyme": lambda: make.make_synonyme("a"),
                        "TempsFort": lambda: TempsFort.objects.create(
                            slug="t", titre="T", debut="09-01", fin="09-10", a_faire="x"
                        ),
                    }[relation.model.__name__]()
                    getattr(row, relation.field.name).set([kept, other])
        merge(kept, [other])
        for relation in relations_to(model):
            for row in relation.rows(kept):
                if relation.through is not None:
                    assert getattr(row, relation.field.name).count() == 1

    def test_two_texts_about_one_actor_become_one(self):
        kept, other = pair(Acteur)
        fiche = make.make_fiche()
        make.make_intervention(fiche=fiche, acteur=kept, texte="Ouvre la salle.")
        make.make_intervention(fiche=fiche, acteur=other, texte="Prête les clés.", note="Après accord.")
        merge(kept, [other])
        row = Intervention.objects.get()
        assert (row.acteur, row.texte, row.note) == (kept, "Ouvre la salle. ; Prête les clés.", "Après accord.")

    def test_the_same_text_twice_is_said_once(self):
        kept, other = pair(Acteur)
        fiche = make.make_fiche()
        for acteur in (kept, other):
            make.make_intervention(fiche=fiche, acteur=acteur, texte="Ouvre la salle.")
        merge(kept, [other])
        assert Intervention.objects.get().texte == "Ouvre la salle."
        fiche.refresh_from_db()
        assert fiche.a_confirmer == ""

    def test_what_has_no_room_and_what_differs_go_to_the_curators_notes(self):
        kept, other = pair(Acteur)
        fiche = make.make_fiche(a_confirmer="Déjà noté.")
        make.make_intervention(fiche=fiche, acteur=kept, texte="x" * 150, pouvoir="decide")
        make.make_intervention(fiche=fiche, acteur=other, texte="y" * 150, pouvoir="avis")
        merge(kept, [other])
        row = Intervention.objects.get()
        assert (row.texte, row.pouvoir) == ("x" * 150, "decide")
        fiche.refresh_from_db()
        assert fiche.a_confirmer == (
            "Déjà noté.\nÀ relire depuis la fusion de « Fondu » dans « Gardé » : "
            f"{'y' * 150} ; « Gardé » décide, « Fondu » donne son avis."
        )

    def test_an_actor_who_decides_twice_decides_once(self):
        kept, other = pair(Acteur)
        with editing():
            demarche = Demarche.objects.create(slug="d", acte="Entrer")
            for acteur in (kept, other):
                Decideur.objects.create(demarche=demarche, degre="1", pouvoir="decide", acteur=acteur)
        merge(kept, [other])
        assert Decideur.objects.get().acteur == kept


class TestWordsAndAddresses:
    def test_names_and_search_words_are_kept_once(self):
        kept = make.make_acteur(nom="Directeur d’école", synonymes="dirlo", proches="école")
        other = make.make_acteur(
            nom="Directrice d’école",
            nom_court="Directrice",
            sigle="DE",
            synonymes="Dirlo\ncheffe",
            proches="ecole\nrdv",
        )
        merge(kept, [other])
        kept.refresh_from_db()
        assert lines(kept.synonymes) == ["dirlo", "Directrice d’école", "Directrice", "DE", "cheffe"]
        assert lines(kept.proches) == ["école", "rdv"]

    def test_empty_texts_are_filled_in_and_the_others_told(self):
        kept = make.make_terme(mot="Gardé", definition="", malentendu="On ne s’entend pas.")
        other = make.make_terme(mot="Fondu", definition="Une définition.", malentendu="Autre chose.")
        done = merge(kept, [other])
        kept.refresh_from_db()
        assert (kept.definition, kept.malentendu) == ("Une définition.", "On ne s’entend pas.")
        assert done.filled == [("Définition", "Une définition.")]
        assert done.dropped == [("Fondu", "Malentendu", "Autre chose.")]

    @pytest.mark.parametrize("model", [Levier, Acteur, Dispositif], ids=lambda m: m.__name__)
    def test_old_addresses_redirect_even_the_older_ones(self, model, client):
        kept, other = pair(model)
        with editing():
            other.slug = "fondu-deux"
            other.save()
        merge(kept, [other])
        for slug in ("fondu", "fondu-deux"):
            page = client.get(reverse(f"fiches:{model._meta.model_name}", args=[slug]))
            assert (page.status_code, page.url) == (301, kept.get_absolute_url())
        assert AncienneAdresse.objects.count() == 2

    def test_a_reader_who_types_the_old_name_finds_the_sheets(self, client):
        kept, other = pair(Levier, kept="Accueil", other="Hospitalité")
        make.make_published_fiche(titre="Ouvrir la porte", leviers=[other])
        merge(kept, [other])
        assert "Ouvrir la porte" in client.get(reverse("fiches:list"), {"q": "hospitalité"}).content.decode()


class TestAllOrNothing:
    def test_a_failure_undoes_everything(self, monkeypatch):
        kept, other = pair(Levier)
        fiche = make.make_fiche(leviers=[other])
        before = stamp()

        def broken(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(AncienneAdresse.objects, "update_or_create", broken)
        with pytest.raises(RuntimeError):
            merge(kept, [other])
        assert list(fiche.leviers.all()) == [other]
        assert stamp() == before

    def test_the_stamp_moves(self):
        kept, other = pair(Levier)
        before = stamp()
        merge(kept, [other])
        assert stamp() != before

    def test_neither_oneself_nor_another_kind_nor_nothing(self):
        kept, _ = pair(Levier)
        for rows in ([kept], [make.make_acteur()], []):
            with pytest.raises(ValidationError):
                merge(kept, rows)
        assert Levier.objects.count() == 2

    def test_a_preview_writes_nothing_and_says_what_the_merge_then_does(self):
        kept, other = pair(Levier)
        make.make_fiche(leviers=[other])
        make.make_fiche(leviers=[kept, other])
        before = stamp()
        foreseen = preview(kept, [other])
        assert stamp() == before
        assert merge(kept, [other]).seen == foreseen.seen


class TestFromTheList:
    def choose(self, client, *rows, **more):
        return act(client, type(rows[0]), "merge_selected", *rows, **more)

    def merge(self, client, kept, other):
        page = self.choose(client, kept, other, garder=kept.pk)
        return self.choose(client, kept, other, garder=kept.pk, vu=page.context["found"].seen, fusionner="Fusionner")

    @models
    def test_three_steps(self, admin_client, model):
        kept, other = pair(model)
        before = stamp()
        page = self.choose(admin_client, kept, other)
        assert [row for row, *_ in page.context["choices"]] == [kept, other]
        page = self.choose(admin_client, kept, other, garder=kept.pk)
        assert "Rien n’est encore fait" in visible_text(page.content.decode())
        assert stamp() == before
        page = self.merge(admin_client, kept, other)
        assert page.redirect_chain[-1][0] == address(model, "change", kept.pk)
        assert "ne font plus qu’un" in messages(page)[0][1]
        assert list(model.objects.all()) == [kept]

    def test_the_most_used_is_proposed_and_uses_are_told(self, admin_client):
        kept, other = pair(Levier)
        for _ in range(2):
            make.make_fiche(leviers=[other])
        choices = self.choose(admin_client, kept, other).context["choices"]
        assert choices == [(kept, "rien ne s’en sert", False), (other, "2 fiches", True)]

    def test_the_preview_names_what_changes(self, admin_client):
        kept, other = pair(Levier)
        moved, both = make.make_fiche(titre="Seule", leviers=[other]), make.make_fiche(leviers=[kept, other])
        text = visible_text(self.choose(admin_client, kept, other, garder=kept.pk).content.decode())
        text = text.replace("\xa0", " ")
        assert "Fiches : 1 mènera à « Gardé », 1 l’avait déjà et n’en garde qu’un" in text
        for words in (moved.titre, both.titre, "Fondu"):
            assert words in text

    def test_a_merge_that_is_not_the_one_that_was_read_is_not_done(self, admin_client):
        kept, other = pair(Levier)
        page = self.choose(admin_client, kept, other, garder=kept.pk)
        make.make_fiche(leviers=[other])
        seen = page.context["found"].seen
        page = self.choose(admin_client, kept, other, garder=kept.pk, vu=seen, fusionner="Fusionner")
        assert "a changé entre-temps" in messages(page)[0][1]
        assert Levier.objects.count() == 2

    def test_the_history_keeps_what_is_no_longer_read(self, admin_client):
        kept, other = pair(Acteur, description="Une description à garder.")
        self.merge(admin_client, kept, other)
        told = LogEntry.objects.get(object_id=kept.pk, action_flag=2).get_change_message()
        assert told.startswith("Fusion avec « Fondu ».")
        assert "Une description à garder." in told
        assert LogEntry.objects.filter(object_id=other.pk, action_flag=3).exists()

    def test_one_row_or_too_many_is_refused_in_words(self, admin_client):
        rows = [make.make_levier() for _ in range(11)]
        for chosen in (rows[:1], rows):
            answer = self.choose(admin_client, *chosen)
            assert "Cochez de deux à 10 lignes" in messages(answer)[0][1]
        assert Levier.objects.count() == 11

    @pytest.mark.parametrize("codes", [["view"], ["view", "change"], ["view", "delete"]])
    def test_who_may_not_delete_does_not_merge(self, codes):
        user, client = User.objects.create_user("quelqu-un", is_staff=True), Client()
        user.user_permissions.set(Permission.objects.filter(codename__in=[f"{code}_levier" for code in codes]))
        client.force_login(user)
        kept, other = pair(Levier)
        seen = preview(kept, [other]).seen
        self.choose(client, kept, other, garder=kept.pk, vu=seen, fusionner="Fusionner")
        assert Levier.objects.count() == 2

    def test_themes_are_not_merged(self, admin_client):
        page = admin_client.get(address(Theme, "changelist"))
        assert "merge_selected" not in page.content.decode()

    def test_a_preview_costs_as_much_for_many_sheets_as_for_one(self, admin_client):
        counts = []
        kept, other = pair(Levier)
        for n in (1, 11):
            for _ in range(n):
                make.make_fiche(leviers=[other])
            self.choose(admin_client, kept, other, garder=kept.pk)
            with CaptureQueriesContext(connection) as captured:
                self.choose(admin_client, kept, other, garder=kept.pk)
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestRenaming:
    def rename(self, client, row, **fields):
        page = client.get(address(type(row), "change", row.pk))
        return client.post(
            address(type(row), "change", row.pk), typed(page, _save="Enregistrer", **fields), follow=True
        )

    @pytest.mark.parametrize("model", [*MAKERS, Theme], ids=lambda m: m.__name__)
    def test_the_old_name_is_kept_as_a_synonym_and_it_is_said(self, admin_client, model):
        row = make.make_theme(titre="Ancien") if model is Theme else MAKERS[model](**{NAME[model]: "Ancien"})
        answer = self.rename(admin_client, row, **{NAME[model]: "Nouveau"})
        row.refresh_from_db()
        assert lines(row.synonymes) == ["Ancien"]
        assert "« Ancien » reste un synonyme" in messages(answer)[0][1]

    def test_a_mere_accent_makes_no_synonym(self, admin_client):
        row = make.make_levier(nom="Reunions")
        self.rename(admin_client, row, name="Réunions")
        row.refresh_from_db()
        assert row.synonymes == ""

    def test_nor_a_name_that_is_one_already(self, admin_client):
        row = make.make_levier(nom="Ancien", synonymes="ANCIEN\nNouveau\nautre")
        self.rename(admin_client, row, name="Nouveau")
        row.refresh_from_db()
        assert lines(row.synonymes) == ["ANCIEN", "autre"]

    def test_an_acronym_that_goes_is_kept_too(self, admin_client):
        row = make.make_acteur(nom="Inspectrice", sigle="IEN")
        self.rename(admin_client, row, sigle="IEN-CCPD")
        row.refresh_from_db()
        assert lines(row.synonymes) == ["IEN"]

    def test_a_save_without_a_new_name_adds_nothing(self, admin_client):
        row = make.make_acteur(synonymes="a")
        answer = self.rename(admin_client, row, description="Autre.")
        row.refresh_from_db()
        assert row.synonymes == "a"
        assert len(messages(answer)) == 1


class TestDeleting:
    @pytest.mark.parametrize(
        ("model", "cite"),
        [
            (Levier, lambda row: make.make_fiche(titre="Qui cite", leviers=[row])),
            (Dispositif, lambda row: make.make_fiche(titre="Qui cite", dispositifs=[row])),
            (Terme, lambda row: make.make_fiche(titre="Qui cite", termes=[row])),
            (Acteur, lambda row: make.make_intervention(fiche=make.make_fiche(titre="Qui cite"), acteur=row).fiche),
            (Acteur, lambda row: _tied(make.make_ressource(titre="Qui cite"), row)),
        ],
    )
    def test_it_is_refused_while_cited_and_says_where(self, admin_client, model, cite):
        row = MAKERS[model]()
        citing = cite(row)
        where = f'<a href="{address(type(citing), "change", citing.pk)}">Qui cite</a>'
        page = admin_client.get(address(model, "delete", row.pk))
        assert where in page.content.decode()
        admin_client.post(address(model, "delete", row.pk), {"post": "yes"})
        assert where in act(admin_client, model, "delete_selected", row, post="yes").content.decode()
        assert model.objects.filter(pk=row.pk).exists()

    @models
    def test_what_nothing_cites_is_deleted(self, admin_client, model):
        row = MAKERS[model]()
        admin_client.post(address(model, "delete", row.pk), {"post": "yes"})
        assert not model.objects.exists()


def _tied(ressource, acteur):
    with editing():
        ressource.acteurs.add(acteur)
    return ressource


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("model", "source", "field"),
    [(Levier, FicheLevier, "tag"), (Theme, Fiche, "theme"), (Acteur, Intervention, "acteur")],
)
def test_lists_to_choose_from_are_in_order(admin_client, model, source, field):
    names = ["Zèbre", "Abeille", "Mouton"]
    categorie = make.make_categorie()
    for n, name in enumerate(names):
        if model is Levier:
            make.make_levier(nom=name, categorie=categorie)
        elif model is Theme:
            make.make_theme(titre=name, numero=30 - n)
        else:
            make.make_acteur(nom=name, famille=make.make_famille(ordre=n))
    query = {"app_label": source._meta.app_label, "model_name": source._meta.model_name, "field_name": field}
    found = admin_client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [entry["text"].split(". ")[-1] for entry in found] == [
        str(row).split(". ")[-1] for row in model.objects.order_by(*model._meta.ordering)
    ]


def test_names_of_a_row():
    assert names_of(make.make_acteur(nom="A", sigle="B")) == {"nom": "A", "sigle": "B"}
    assert names_of(make.make_levier(nom="L")) == {"name": "L"}
