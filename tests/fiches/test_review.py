"""The review of a report: what is pointed out, each gesture, and an account that balances after every one of them."""

import pytest
from django.urls import reverse

from fiches.models import Destin, Import
from fiches.reports import concluding, reviewing
from fiches.reports.lines import ReportRefused
from fiches.reports.writing import NewAtelier
from tests.admin_pages import messages, visible_text

from .test_imports import WITH_NAMES, balanced, draft, gesture, own_media, review_url, segment, themes

pytestmark = pytest.mark.django_db
__all__ = ["own_media", "themes"]  # fixtures of both modules


@pytest.fixture
def source():
    return draft(WITH_NAMES)


def said(answer):
    return " ".join(str(text) for _, text in messages(answer))


def alerts(row):
    row.refresh_from_db()
    return [code for code, _ in row.alertes]


class TestWarnings:
    def test_what_must_be_looked_at_comes_first(self, admin_client, source):
        page = admin_client.get(review_url(source))
        shown = [row.texte for row in page.context["page"]]
        assert shown == [
            "Il faut appeler Marie Dupont au 06 12 34 56 78.",
            "Écrire à marie.dupont@example.org avant de venir.",
            "Une idée sans thème connu.",
        ]
        text = visible_text(page.content.decode())
        for words in ("nom de personne ? Marie Dupont", "adresse électronique", "numéro de tél", "thème à choisir"):
            assert words in text
        assert "Encore 3 lignes à régler" in text

    def test_each_warning_opens_its_own_list_and_counts_it(self, admin_client, source):
        facets = admin_client.get(review_url(source)).context["facets"]
        assert {choice.value for choice in facets.alerts} == {"personne", "telephone", "courriel", "theme-inconnu"}
        for choice in facets.alerts:
            page = admin_client.get(review_url(source, etat="a-regler", alerte=choice.value))
            assert page.context["page"].paginator.count == choice.count == 1

    def test_every_count_is_that_of_its_list(self, admin_client, source):
        facets = admin_client.get(review_url(source)).context["facets"]
        for name, choices in [("etat", facets.states), ("theme", facets.themes), ("voix", facets.voices)]:
            for choice in choices:
                query = {"etat": "segment", name: choice.value}
                page = admin_client.get(review_url(source, **query))
                assert page.context["page"].paginator.count == choice.count, query

    @pytest.mark.parametrize("query", ["etat=x", "theme=²", "theme=-1", "voix=%00", "alerte='", "page=x", "page=9999"])
    def test_an_absurd_address_is_answered(self, admin_client, source, query):
        assert admin_client.get(f"{review_url(source)}?{query}").status_code == 200


class TestArranging:
    def test_theme_voice_and_nature_of_several_lines(self, admin_client, source):
        rows = [segment(source, "Se voir"), segment(source, "manque de temps")]
        answer = gesture(admin_client, source, "ranger", *rows, theme="3", voix="post-its", nature="exemple")
        assert "2 lignes rangées" in said(answer)
        for row in rows:
            row.refresh_from_db()
            assert (row.theme, row.voix, row.nature) == (3, "post-its", "exemple")

    def test_choosing_settles_the_alert(self, admin_client, source):
        row = segment(source, "sans thème")
        assert alerts(row) == ["theme-inconnu"]
        gesture(admin_client, source, "ranger", row, theme="1")
        assert alerts(row) == []
        assert not source.passages.unsettled().filter(pk=row.pk).exists()

    def test_no_theme_may_be_chosen_on_purpose(self, admin_client, source):
        row = segment(source, "sans thème")
        gesture(admin_client, source, "ranger", row, theme="aucun")
        row.refresh_from_db()
        assert (row.theme, row.a_regler) == (None, "")

    def test_a_ticked_heading_stands_for_what_it_announces(self, admin_client, source):
        heading = source.passages.get(destin=Destin.INTERTITRE, texte__startswith="THEME 1")
        answer = gesture(admin_client, source, "ranger", heading, theme="3")
        assert "4 lignes rangées" in said(answer)
        voice = source.passages.filter(destin=Destin.INTERTITRE, texte__startswith="Paroles").first()
        assert "3 lignes rangées" in said(gesture(admin_client, source, "ranger", voice, voix="post-its"))
        assert segment(source, "manque de temps").voix == "partenaires-ecole"

    def test_a_range_of_numbers_stops_where_it_says(self, admin_client, source):
        rows = list(source.passages.all())
        answer = gesture(admin_client, source, "ranger", plage=f"1-{rows[3].ordre}, {rows[4].ordre}", theme="3")
        assert "3 lignes rangées" in said(answer)

    def test_a_range_typed_on_an_old_page_is_refused(self, admin_client, source):
        answer = gesture(admin_client, source, "ranger", plage="1-9", theme="3", version="99")
        assert "a changé depuis" in said(answer)
        assert not source.passages.filter(theme=3).exists()

    @pytest.mark.parametrize(
        "more",
        [{"theme": "77"}, {"voix": "martiens"}, {"nature": "x"}, {}, {"plage": "douze", "theme": "1"}],
    )
    def test_absurd_choices_are_refused(self, admin_client, source, more):
        before = list(source.passages.values())
        answer = gesture(admin_client, source, "ranger", segment(source, "Se voir"), **more)
        assert messages(answer)[0][0] == "error"
        assert list(source.passages.values()) == before

    def test_the_lines_of_another_import_are_out_of_reach(self, admin_client, source):
        other = draft(WITH_NAMES + "\n- Encore une idée\n")
        answer = gesture(admin_client, source, "ranger", segment(other, "Se voir"), theme="3")
        assert "Cochez d’abord" in said(answer)
        assert segment(other, "Se voir").theme == 1


class TestMergingAndCutting:
    def test_neighbours_become_one_and_the_account_holds(self, admin_client, source):
        first, second = segment(source, "Écrire à"), segment(source, "Se voir")
        gesture(admin_client, source, "fusionner", second, first)
        merged = segment(source, "Se voir")
        assert merged.texte == "Écrire à marie.dupont@example.org avant de venir. Se voir souvent."
        assert merged.lignes == [4, 5]
        assert merged.encre == first.encre + second.encre
        assert alerts(merged) == ["courriel"]
        assert balanced(source)

    def test_a_name_that_a_merge_puts_together_is_pointed_out(self):
        source = draft("THEME 1\nParoles des centres sociaux\n- Il faut voir Marie\n- Dupont sait tout de l’école\n")
        with reviewing.reviewing(source.pk) as locked:
            reviewing.seen(locked, list(locked.passages.unsettled()))
            reviewing.merge(locked, list(locked.passages.filter(destin=Destin.SEGMENT)))
        assert alerts(source.passages.get(destin=Destin.SEGMENT)) == ["personne"]

    def test_lines_that_do_not_follow_are_not_merged(self, admin_client, source):
        far = gesture(
            admin_client, source, "fusionner", segment(source, "Se voir"), segment(source, "manque de temps")
        )
        alone = gesture(admin_client, source, "fusionner", segment(source, "Se voir"))
        assert "ne se suivent pas" in said(far)
        assert "au moins deux" in said(alone)

    def test_a_passage_is_cut_where_one_types(self, admin_client, source):
        row = segment(source, "appeler")
        count = source.passages.count()
        url = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        admin_client.post(url, {"texte": row.texte, "suite": "au  06"})
        left, right = segment(source, "appeler"), segment(source, "06 12")
        assert (left.texte, right.texte) == ("Il faut appeler Marie Dupont", "au 06 12 34 56 78.")
        assert right.ordre == left.ordre + 1
        assert alerts(left) == ["personne"]
        assert alerts(right) == ["telephone"]
        assert source.passages.count() == count + 1
        assert len(set(source.passages.values_list("ordre", flat=True))) == count + 1
        assert balanced(source)

    def test_a_passage_is_cut_at_a_place_proposed(self, admin_client):
        source = draft("THEME 1\nParoles des centres sociaux\n- Venir souvent. Rester longtemps ; puis revenir\n")
        row = source.passages.get(destin=Destin.SEGMENT)
        url = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        cuts = admin_client.get(url).context["cuts"]
        assert [rest for _, rest in cuts] == ["Rester longtemps ; puis revenir", "puis revenir"]
        admin_client.post(url, {"texte": row.texte, "couper": cuts[0][0]})
        assert [r.texte for r in source.passages.filter(destin=Destin.SEGMENT)] == [
            "Venir souvent.",
            "Rester longtemps ; puis revenir",
        ]
        assert balanced(source)

    @pytest.mark.parametrize("post", [{"suite": "absent"}, {"suite": ""}, {"suite": "Il faut"}, {"couper": "9999"}])
    def test_a_cut_that_leaves_nothing_is_refused(self, admin_client, source, post):
        row = segment(source, "appeler")
        url = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        answer = admin_client.post(url, {"texte": row.texte, **post}, follow=True)
        assert messages(answer)[0][0] == "error"
        assert segment(source, "appeler").texte == row.texte

    def test_a_passage_that_changed_meanwhile_is_not_cut(self, admin_client, source):
        row = segment(source, "appeler")
        url = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        answer = admin_client.post(url, {"texte": "autre chose", "suite": "au 06"}, follow=True)
        assert "a changé depuis" in said(answer)

    def test_cut_then_merged_is_as_before(self, source):
        row = segment(source, "appeler")
        with reviewing.reviewing(source.pk) as locked:
            reviewing.split(locked, segment(source, "appeler"), row.texte.index("Marie"))
            reviewing.merge(locked, list(locked.passages.filter(lignes=row.lignes, destin=Destin.SEGMENT)))
        again = segment(source, "appeler")
        assert (again.texte, again.encre) == (row.texte, row.encre)
        assert balanced(source)


class TestLeavingOut:
    def test_with_a_reason_and_back_again(self, admin_client, source):
        row = segment(source, "Se voir")
        assert "Dites pourquoi" in said(gesture(admin_client, source, "ignorer", row))
        gesture(admin_client, source, "ignorer", row, motif="Déjà dit")
        row.refresh_from_db()
        assert (row.destin, row.motif) == (Destin.IGNORE, "Déjà dit")
        assert balanced(source)
        gesture(admin_client, source, "reprendre", row)
        row.refresh_from_db()
        assert (row.destin, row.motif, row.theme, row.voix) == (Destin.SEGMENT, "", 1, "centres-sociaux")
        assert balanced(source)

    def test_a_name_left_aside_is_pointed_out_again_when_taken_back(self, admin_client, source):
        row = segment(source, "appeler")
        gesture(admin_client, source, "ignorer", row, motif="Hors sujet")
        assert alerts(row) == []
        gesture(admin_client, source, "reprendre", row)
        assert set(alerts(row)) == {"personne", "telephone"}

    def test_a_heading_that_carries_an_idea_becomes_an_excerpt(self, admin_client, source):
        heading = source.passages.get(destin=Destin.INTERTITRE, texte__startswith="Côté école")
        gesture(admin_client, source, "reprendre", heading)
        heading.refresh_from_db()
        assert (heading.destin, heading.theme, heading.voix) == (Destin.SEGMENT, 1, "partenaires-ecole")
        assert balanced(source)


class TestMasking:
    def test_what_is_pointed_out_is_masked_for_good(self, admin_client, source):
        rows = [segment(source, "appeler"), segment(source, "Écrire à")]
        gesture(admin_client, source, "masquer", *rows)
        texts = list(source.passages.filter(pk__in=[row.pk for row in rows]).values_list("texte", flat=True))
        assert texts == [
            "Il faut appeler [nom masqué] au [numéro masqué].",
            "Écrire à [adresse masquée] avant de venir.",
        ]
        everything = str(list(Import.objects.values()) + list(source.passages.values()))
        assert "Dupont" not in everything
        assert "example.org" not in everything
        assert balanced(source)
        source.refresh_from_db()
        assert source.masques == 3

    def test_words_typed_are_masked_and_others_refused(self, admin_client, source):
        row = segment(source, "manque de temps")
        url = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        answer = admin_client.post(url, {"texte": row.texte, "masquer": "1", "mots": "absents"}, follow=True)
        assert "ne se trouvent pas" in said(answer)
        admin_client.post(url, {"texte": row.texte, "masquer": "1", "mots": "de temps"})
        row.refresh_from_db()
        assert row.texte == "On manque [masqué]."
        assert balanced(source)

    def test_a_masked_passage_is_not_cut_within_its_mask(self, source):
        with reviewing.reviewing(source.pk) as locked:
            row = segment(source, "appeler")
            reviewing.mask_alerts(locked, [row])
            with pytest.raises(ReportRefused):
                reviewing.split(locked, row, row.texte.index("masqué]"))
            reviewing.split(locked, row, row.texte.index("au "))
        assert balanced(source)

    def test_masked_words_reach_neither_the_excerpts_nor_the_log(self, admin_client, source):
        gesture(admin_client, source, "masquer", tout="1")
        with reviewing.reviewing(source.pk) as locked:
            reviewing.seen(locked, list(locked.passages.unsettled()))
        atelier, _ = concluding.conclude(source, NewAtelier("X"))
        assert not atelier.extraits.filter(texte__contains="Dupont").exists()


class TestLookingOver:
    def test_seen_settles_all_but_a_missing_voice(self, admin_client):
        source = draft(
            "THEME 1 : CE QUI FAIT QUE ÇA MATCHE\n- Une idée sans personne pour la dire\n- Une autre idée\n"
        )
        row = source.passages.filter(destin=Destin.SEGMENT).first()
        assert "voix-inconnue" in alerts(row)
        gesture(admin_client, source, "vu", row)
        assert alerts(row) == ["voix-inconnue"]
        gesture(admin_client, source, "ranger", row, voix="post-its")
        assert alerts(row) == []

    def test_all_that_a_list_holds_at_once(self, admin_client, source):
        answer = gesture(admin_client, source, "vu", query={"alerte": "personne", "etat": "a-regler"}, tout="1")
        assert "1 ligne réglée" in said(answer)
        assert source.passages.unsettled().count() == 2

    def test_an_unknown_gesture_is_refused(self, admin_client, source):
        assert "Choisissez ce qu’il faut faire" in said(gesture(admin_client, source, "x", segment(source, "Se voir")))
