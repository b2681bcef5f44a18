"""What the forms of the admin answer when something is wrong, or right: in French, and without losing a word."""

import json

import pytest

from acteurs.stamp import stamp
from fiches.models import Extrait, Fiche, Levier, Moment
from tests import factories as make
from tests.admin_pages import address, context_inlines, errors, messages, new_row, typed

pytestmark = pytest.mark.django_db

DONE = {"_save": "Enregistrer"}


@pytest.fixture
def client(admin_client):
    return admin_client


def send(client, obj, follow=False, **changes):
    url = address(type(obj), "change", obj.pk)
    return client.post(url, typed(client.get(url), **DONE, **changes), follow=follow)


class TestTextTooLong:
    @pytest.mark.parametrize("model", [Fiche, Extrait, Levier, Moment])
    def test_no_browser_cuts_what_is_pasted(self, client, model):
        obj = getattr(make, f"make_{model._meta.model_name}")()
        assert "maxlength" not in client.get(address(model, "change", obj.pk)).content.decode()

    def test_the_answer_says_how_long_it_is_and_keeps_it(self, client):
        fiche, text = make.make_fiche(), "é" * 312
        before = stamp()
        answer = send(client, fiche, en_bref=text)
        assert "« En bref » a 312 signes, 280 au plus." in errors(answer)
        assert text in answer.content.decode()
        assert stamp() == before

    def test_in_a_row_too(self, client):
        fiche, text = make.make_fiche(), "é" * 161
        page = client.get(address(Fiche, "change", fiche.pk))
        answer = send(client, fiche, **new_row(page, "gains", pour="ecole", gain=text, effort="faible"))
        assert "« Gain » a 161 signes, 160 au plus." in errors(answer)
        assert text in answer.content.decode()

    def test_to_the_last_sign_it_is_kept(self, client):
        fiche = make.make_fiche()
        assert send(client, fiche, en_bref="é" * 280).status_code == 302


class TestCitedPart:
    def cite(self, client, fiche, section, **changes):
        page = client.get(address(Fiche, "change", fiche.pk))
        row = new_row(page, "citations", extrait=make.make_extrait().pk, section=section, position="appuie")
        return send(client, fiche, **row, **changes)

    @pytest.mark.parametrize(
        ("section", "label"),
        [
            ("signaux", "les signes"),
            ("pourquoi", "pourquoi"),
            ("vigilance", "points de vigilance"),
            ("etapes", "le chemin"),
            ("gains", "ce que chacun y gagne"),
        ],
    )
    def test_words_are_not_cited_under_a_part_that_is_not_there(self, client, section, label):
        fiche = make.make_fiche()
        answer = self.cite(client, fiche, section)
        assert f"Cette fiche n’a pas de partie “{label}”." in errors(answer)
        assert not fiche.citations.exists()

    def test_signs_are_those_of_a_trap(self, client):
        """The page of another genre does not show them, filled or not."""
        for genre, status in [("pratique", 200), ("piege", 302)]:
            fiche = make.make_fiche(genre=genre, signaux="On ne se parle plus.")
            assert self.cite(client, fiche, "signaux").status_code == status

    def test_a_part_written_in_the_same_breath_counts(self, client):
        fiche = make.make_fiche()
        assert self.cite(client, fiche, "vigilance", vigilance="Prévenir.").status_code == 302

    def test_rows_written_in_the_same_breath_count(self, client):
        fiche = make.make_fiche()
        page = client.get(address(Fiche, "change", fiche.pk))
        gain = new_row(page, "gains", pour="ecole", gain="Du temps", effort="faible")
        assert self.cite(client, fiche, "gains", **gain).status_code == 302

    def test_the_last_step_is_not_taken_from_under_the_words_that_support_it(self, client):
        fiche = make.make_fiche()
        make.make_etape(fiche=fiche)
        make.make_citation(fiche=fiche, section="etapes")
        answer = send(client, fiche, **{"etapes-0-DELETE": "on"})
        assert "Cette fiche n’a pas de partie “le chemin”." in errors(answer)
        both = {"etapes-0-DELETE": "on", "citations-0-DELETE": "on"}
        assert send(client, fiche, **both).status_code == 302

    def test_nor_is_a_text_emptied(self, client):
        fiche = make.make_ready_fiche()
        answer = send(client, fiche, pourquoi="")
        assert "Cette fiche n’a pas de partie “pourquoi”." in errors(answer)


class TestFrench:
    def test_an_address_or_a_title_already_taken(self, client):
        other, fiche = make.make_fiche(), make.make_fiche()
        said = errors(send(client, fiche, slug=other.slug, titre=other.titre))
        assert "Une autre fiche a déjà cette adresse." in said
        assert "Une autre fiche a déjà ce titre." in said

    def test_of_something_else(self, client):
        other, theme = make.make_theme(), make.make_theme()
        said = errors(send(client, theme, slug=other.slug, numero=other.numero))
        assert "Une autre page a déjà cette adresse." in said
        assert "C’est déjà pris : choisissez autre chose." in said

    def test_the_links_to_one_more_row(self, client):
        page = client.get(address(Fiche, "add"))
        data = [json.loads(inline.inline_formset_data) for inline in context_inlines(page)]
        assert [d["options"]["addText"] for d in data] == [
            "Ajouter une étape",
            "Ajouter un acteur",
            "Ajouter un gain",
            "Ajouter un levier",
            "Citer une parole",
            "Ajouter une fiche voisine",
        ]
        assert "supplémentaire" not in page.content.decode()

    @pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
    def test_what_is_said_of_a_sheet_saved(self, client, button):
        fiche = make.make_fiche(titre="Ouvrir l’œil <du> maître")  # a verb first: no advice to give
        url = address(Fiche, "change", fiche.pk)
        answer = client.post(url, typed(client.get(url), **{button: "x"}), follow=True)
        link = f'<a href="{url}">Ouvrir l’œil &lt;du&gt; maître</a>'
        assert messages(answer) == [("success", f"Fiche enregistrée : {link}.")]

    def test_and_of_anything_else_added_or_deleted(self, client):
        sent = typed(client.get(address(Moment, "add")), nom="En juin", situation="On range.", **DONE)
        answer = client.post(address(Moment, "add"), sent, follow=True)
        moment = Moment.objects.get()
        link = f'<a href="{address(Moment, "change", moment.pk)}">En juin</a>'
        assert messages(answer) == [("success", f"Enregistré : {link}.")]
        answer = client.post(address(Moment, "delete", moment.pk), {"post": "yes"}, follow=True)
        assert messages(answer) == [("success", "Supprimé : En juin.")]
