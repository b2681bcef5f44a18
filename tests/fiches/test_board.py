"""What waits for a sheet: the board, the sheets proposed, one click that cites; words masked or set aside."""

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acteurs.stamp import editing, stamp
from fiches.models import Citation, Extrait, Fiche, Passage, versions
from fiches.reports import concluding, reviewing
from fiches.reports.ties import sections_of, ties
from fiches.reports.writing import NewAtelier
from tests import factories as make
from tests.admin_pages import messages, visible_text

from .test_imports import WITH_NAMES, draft, own_media, with_permissions

pytestmark = pytest.mark.django_db
__all__ = ["own_media"]  # a fixture of both modules

BOARD = reverse("admin:fiches_extrait_matiere")
TIES = reverse("admin:fiches_extrait_relier")


def said(answer):
    return " ".join(str(text) for _, text in messages(answer))


def as_member(client, group, name="camille"):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def make_garden(**fields):
    """A sheet online about gardens, whose step speaks of compost."""
    fiche = make.make_published_fiche(
        **{"titre": "Cultiver un jardin partagé", "en_bref": "Semer ensemble.", **fields}
    )
    make.make_etape(fiche=fiche, titre="Installer le compost", texte="Un bac à compost derrière la cour.")
    return fiche


class TestBoard:
    def test_each_count_is_that_of_the_list_it_opens(self, admin_client):
        theme = make.make_theme()
        for voix, n in [("centres-sociaux", 3), ("partenaires-ecole", 2), ("post-its", 1)]:
            for _ in range(n):
                make.make_extrait(theme=theme, voix=voix)
        make.make_extrait(voix="post-its")  # without theme
        make.make_citation(extrait=make.make_extrait(theme=theme))
        with editing():
            make.make_extrait(theme=theme).set_aside("Déjà dit")
        page = admin_client.get(BOARD)
        rows = {row.label: row for row in page.context["rows"]}
        assert [cell.count for cell in rows[str(theme)].cells] == [3, 2, 1, 6]
        assert (rows[str(theme)].cited, rows[str(theme)].aside, rows[str(theme)].total) == (1, 1, 8)
        assert rows[str(theme)].done == 25
        assert [cell.count for cell in rows["Sans thème"].cells] == [0, 0, 1, 1]
        everything = page.context["everything"]
        assert everything.cells[-1].count == Extrait.objects.waiting().count() == 7
        for row in [*rows.values(), everything, *page.context["ateliers"]]:
            assert row.total == row.cells[-1].count + row.cited + row.aside
            for cell in row.cells:
                listed = admin_client.get(cell.url)
                assert listed.context["page"].paginator.count == cell.count, cell.url

    def test_an_empty_base(self, admin_client):
        assert "Aucun extrait pour l’instant" in visible_text(admin_client.get(BOARD).content.decode())

    def test_constant_queries(self, admin_client):
        make.make_extrait(theme=make.make_theme())
        one = queries(admin_client, BOARD)
        for _ in range(11):
            make.make_extrait(theme=make.make_theme())
        assert queries(admin_client, BOARD) == one <= 9  # one asks whether the account has a second step

    def test_the_lists_of_the_admin_lead_to_it(self, admin_client):
        for page in ("atelier", "extrait"):
            assert f'href="{BOARD}"' in admin_client.get(f"{reverse('admin:index')}fiches/{page}/").content.decode()

    def test_whoever_may_not_see_excerpts_is_refused(self, client):
        with_permissions(client, "view_fiche")
        assert client.get(BOARD).status_code == 403
        assert client.get(TIES).status_code == 403


class TestTies:
    def test_the_nearest_sheets_and_the_section_that_speaks_of_it(self):
        garden = make_garden()
        make.make_published_fiche(titre="Préparer la kermesse")
        extrait = make.make_extrait(texte="« Le compost derrière la cour, tout le monde y vient »")
        found = ties([extrait], Fiche.objects.all())[extrait.pk]
        assert found[0].fiche == garden
        assert found[0].section == "etapes"
        assert set(found[0].sections) == set(sections_of(garden))

    def test_three_at_most_and_none_without_a_word_in_common(self):
        for n in range(5):
            make_garden(titre=f"Cultiver le jardin numéro {n}")
        near = make.make_extrait(texte="Un jardin à cultiver")
        far = make.make_extrait(texte="Xylophone")
        found = ties([near, far], Fiche.objects.all())
        assert len(found[near.pk]) == 3
        assert found[far.pk] == []

    def test_no_sheet_at_all(self, admin_client):
        make.make_extrait(texte="Une parole seule")
        assert "Aucune fiche" in visible_text(admin_client.get(TIES).content.decode())

    def test_a_draft_is_proposed_to_its_author_and_to_reviewers_only(self, client):
        author = as_member(client, "Contributeur")
        mine = make.make_fiche(titre="Ouvrir un jardin partagé", pourquoi="Le jardin rassemble.", proprietaire=author)
        make.make_fiche(titre="Fermer le jardin partagé", pourquoi="Le jardin se repose.")
        extrait = make.make_extrait(texte="Un jardin partagé")
        proposed = client.get(TIES).context["page"][0].ties
        assert [tie.fiche for tie, _ in proposed] == [mine]
        as_member(client, "Relecteur", "dominique")
        assert len(client.get(TIES).context["page"][0].ties) == 2
        assert extrait.pk

    def test_archived_sheets_and_next_versions_are_not_proposed(self, client):
        as_member(client, "Relecteur")
        gone, online = make_garden(titre="Semer le jardin"), make_garden(titre="Arroser le jardin")
        with editing():
            gone.archive()
            versions.prepare(online, by=User.objects.get())
        make.make_extrait(texte="Un jardin")
        assert [tie.fiche for tie, _ in client.get(TIES).context["page"][0].ties] == [online]

    def test_a_constant_number_of_queries(self, admin_client):
        make_garden()
        make.make_extrait(texte="Un jardin à cultiver", theme=make.make_theme())
        one = queries(admin_client, TIES)
        for n in range(9):
            make_garden(titre=f"Cultiver le jardin numéro {n}")
            make.make_extrait(texte=f"Un jardin à cultiver, {n}", theme=make.make_theme())
        assert queries(admin_client, TIES) == one <= 15

    def test_very_long_words_are_bounded(self):
        make_garden()
        extrait = make.make_extrait(texte='jardin compost " « ' * 5_000)
        assert ties([extrait], Fiche.objects.all())[extrait.pk]

    @pytest.mark.parametrize(
        "query", ["theme=x", "voix=x", "atelier=99999999999999999", "page=-1", "theme=0", "theme=²"]
    )
    def test_an_absurd_address_is_answered(self, admin_client, query):
        assert admin_client.get(f"{TIES}?{query}").status_code == 200


class TestCiting:
    @pytest.fixture
    def extrait(self):
        return make.make_extrait(texte="Un jardin à cultiver")

    def test_one_click_cites_and_the_excerpt_leaves_the_list(self, admin_client, extrait):
        garden = make_garden()
        page = admin_client.get(TIES)
        (tie, may), *_ = page.context["page"][0].ties
        assert may
        before = stamp()
        answer = admin_client.post(
            TIES,
            {"extrait": extrait.pk, "fiche": tie.fiche.pk, "section": tie.section, "position": "nuance"},
            follow=True,
        )
        citation = Citation.objects.get(fiche=garden, extrait=extrait)
        assert (citation.section, citation.position) == (tie.section, "nuance")
        assert citation.ordre > 0
        assert f"{extrait.reference} est cité" in said(answer)
        assert stamp() != before
        assert list(answer.context["page"]) == []
        log = LogEntry.objects.get(object_id=str(garden.pk), action_flag=CHANGE)
        assert extrait.reference in log.change_message

    def test_what_the_page_offers_is_what_its_buttons_send(self, admin_client, extrait):
        """The form as a browser without script would send it."""
        garden = make_garden()
        html = admin_client.get(TIES).content.decode()
        form = next(form for form in re.findall(r"<form method=\"post\">.*?</form>", html, re.S) if "fiche" in form)
        sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', form))
        for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.S):
            chosen = re.search(r'value="([\w-]+)" selected', options) or re.search(r'value="([\w-]+)"', options)
            sent[name] = chosen[1]
        admin_client.post(TIES, sent)
        assert Citation.objects.filter(fiche=garden, extrait=extrait, position="appuie").exists()

    @pytest.mark.parametrize(
        "changes", [{"section": "resultats"}, {"section": "x"}, {"position": "x"}, {"section": ""}]
    )
    def test_a_section_that_the_sheet_has_not_is_refused(self, admin_client, extrait, changes):
        data = {"extrait": extrait.pk, "fiche": make_garden().pk, "section": "pourquoi", "position": "appuie"}
        answer = admin_client.post(TIES, {**data, **changes}, follow=True)
        assert messages(answer)[0][0] == "error"
        assert not extrait.citations.exists()

    @pytest.mark.parametrize("key", ["", "x", "²", "999999", "9" * 40])
    def test_absurd_keys(self, admin_client, extrait, key):
        data = {"extrait": extrait.pk, "fiche": make_garden().pk, "section": "pourquoi", "position": "appuie"}
        assert admin_client.post(TIES, {**data, "fiche": key}).status_code == 404
        assert admin_client.post(TIES, {**data, "extrait": key}).status_code == 404

    def test_twice_is_refused(self, admin_client, extrait):
        data = {"extrait": extrait.pk, "fiche": make_garden().pk, "section": "pourquoi", "position": "appuie"}
        admin_client.post(TIES, data)
        assert "soutient déjà cette section" in said(admin_client.post(TIES, data, follow=True))
        assert extrait.citations.count() == 1

    def test_words_that_are_not_public_are_cited_with_a_word_of_it(self, admin_client):
        extrait = make.make_extrait(portee="interne")
        data = {"extrait": extrait.pk, "fiche": make_garden().pk, "section": "pourquoi", "position": "appuie"}
        assert "n’est pas public" in said(admin_client.post(TIES, data, follow=True))

    def test_while_the_next_version_is_written_words_are_cited_there(self, client, extrait):
        reviewer = as_member(client, "Relecteur")
        garden = make_garden()
        with editing():
            copy = versions.prepare(garden, by=reviewer)
        data = {"extrait": extrait.pk, "fiche": garden.pk, "section": "pourquoi", "position": "appuie"}
        client.post(TIES, data)
        assert extrait.citations.get().fiche == copy

    def test_a_contributor_cites_in_their_own_drafts_only(self, client, extrait):
        author = as_member(client, "Contributeur")
        garden = make_garden()
        others = make.make_fiche(titre="Un autre jardin", pourquoi="Le jardin.")
        mine = make.make_fiche(titre="Mon jardin", pourquoi="Le jardin.", proprietaire=author)
        offered = {tie.fiche: may for tie, may in client.get(TIES).context["page"][0].ties}
        assert offered == {garden: False, mine: True}
        data = {"extrait": extrait.pk, "section": "pourquoi", "position": "appuie"}
        assert client.post(TIES, {**data, "fiche": garden.pk}).status_code == 403
        assert client.post(TIES, {**data, "fiche": others.pk}).status_code == 404
        assert client.post(TIES, {**data, "fiche": mine.pk}).status_code == 302
        assert [citation.fiche for citation in extrait.citations.all()] == [mine]

    def test_citing_needs_the_right_to_cite(self, client, extrait):
        with_permissions(client, "view_extrait", "change_fiche", "relire_fiche")
        data = {"extrait": extrait.pk, "fiche": make_garden().pk, "section": "pourquoi", "position": "appuie"}
        assert client.get(TIES).status_code == 200
        assert client.post(TIES, data).status_code == 403
        for page in ("citer", "nouvelle_fiche", "masquer"):
            assert client.get(reverse(f"admin:fiches_extrait_{page}", args=[extrait.pk])).status_code == 403
        assert not extrait.citations.exists()

    def test_elsewhere_in_a_draft_that_one_chooses(self, admin_client, extrait):
        theirs = make.make_fiche(titre="Tout autre chose", pourquoi="Parce que.")
        url = reverse("admin:fiches_extrait_citer", args=[extrait.pk])
        assert "Tout autre chose (brouillon)" in visible_text(admin_client.get(url).content.decode())
        refused = admin_client.post(url, {"fiche": theirs.pk, "section": "vigilance", "position": "appuie"})
        assert "n’a pas encore cette partie" in visible_text(refused.content.decode())
        admin_client.post(url, {"fiche": theirs.pk, "section": "pourquoi", "position": "contredit", "note": "Non."})
        assert extrait.citations.get().note == "Non."


class TestSettingAside:
    def test_with_a_reason(self, admin_client):
        extrait = make.make_extrait()
        refused = admin_client.post(TIES, {"extrait": extrait.pk, "ecarter": "1", "motif": " "}, follow=True)
        assert "Dites pourquoi" in said(refused)
        admin_client.post(TIES, {"extrait": extrait.pk, "ecarter": "1", "motif": "Déjà dit"})
        extrait.refresh_from_db()
        assert (extrait.etat, extrait.motif) == ("ecarte", "Déjà dit")

    def test_too_long_a_reason_is_refused(self, admin_client):
        extrait = make.make_extrait()
        answer = admin_client.post(TIES, {"extrait": extrait.pk, "ecarter": "1", "motif": "x" * 201}, follow=True)
        assert messages(answer)[0][0] == "error"
        extrait.refresh_from_db()
        assert extrait.etat == "retenu"

    def test_it_needs_the_right_to_change_excerpts(self, client):
        as_member(client, "Contributeur")
        extrait = make.make_extrait()
        assert "ecarter" not in client.get(TIES).content.decode()
        assert client.post(TIES, {"extrait": extrait.pk, "ecarter": "1", "motif": "x"}).status_code == 403


class TestBeginning:
    def url(self, extrait):
        return reverse("admin:fiches_extrait_nouvelle_fiche", args=[extrait.pk])

    def test_a_draft_begins_with_the_excerpt_cited(self, client):
        author = as_member(client, "Contributeur")
        theme = make.make_theme()
        extrait = make.make_extrait(theme=theme)
        page = client.get(self.url(extrait))
        assert page.context["form"]["theme"].value() == theme.pk
        assert page.context["form"]["titre"].value() is None
        sent = {"titre": "Ouvrir la cour", "theme": theme.pk, "section": "pourquoi", "phrase": "La cour attire."}
        answer = client.post(self.url(extrait), sent)
        fiche = Fiche.objects.get()
        assert answer["Location"] == reverse("admin:fiches_fiche_change", args=[fiche.pk])
        assert (fiche.statut, fiche.proprietaire, fiche.pourquoi) == ("brouillon", author, "La cour attire.")
        assert fiche.citations.get().extrait == extrait
        assert client.get(answer["Location"]).status_code == 200

    @pytest.mark.parametrize("titre", ["", "…", "Ouvrir la cour", "x" * 121])
    def test_a_title_that_cannot_stand_writes_nothing(self, admin_client, titre):
        make.make_fiche(titre="Ouvrir la cour", slug="ouvrir-la-cour")
        theme, extrait = make.make_theme(), make.make_extrait()
        sent = {"titre": titre, "theme": theme.pk, "section": "pourquoi", "phrase": "Oui."}
        answer = admin_client.post(self.url(extrait), sent)
        assert answer.status_code == 200
        assert "Rien n’est encore écrit" in visible_text(answer.content.decode())
        assert Fiche.objects.count() == 1
        assert not extrait.citations.exists()


class TestMasking:
    def url(self, extrait):
        return reverse("admin:fiches_extrait_masquer", args=[extrait.pk])

    def test_masked_words_are_gone_from_everywhere_but_the_file(self, admin_client):
        make.make_theme(numero=1, titre="Ce qui fait que ça matche")
        source = draft(WITH_NAMES)
        with reviewing.reviewing(source.pk) as locked:
            reviewing.seen(locked, list(locked.passages.unsettled()))
        atelier, _ = concluding.conclude(source, NewAtelier("X"))
        extrait = atelier.extraits.get(texte__contains="Marie Dupont")
        change = reverse("admin:fiches_extrait_change", args=[extrait.pk])
        kind = ContentType.objects.get_for_model(Extrait)
        LogEntry.objects.create(
            user=User.objects.get(),
            content_type=kind,
            object_id=str(extrait.pk),
            object_repr=str(extrait),
            action_flag=2,
        )
        page = admin_client.get(self.url(extrait))
        assert "Marie Dupont" in page.context["proposed"]
        assert "sera effacé le" in visible_text(page.content.decode())
        answer = admin_client.post(self.url(extrait), {"mots": "Marie Dupont"}, follow=True)
        assert "Passage masqué" in said(answer)
        extrait.refresh_from_db()
        assert extrait.texte == "Il faut appeler [masqué] au 06 12 34 56 78."
        assert "Dupont" not in str(list(LogEntry.objects.values()))
        assert "Dupont" not in str(list(Passage.objects.values()))
        assert "Dupont" not in admin_client.get(change).content.decode()
        assert LogEntry.objects.filter(change_message="Un passage masqué.").exists()

    def test_words_that_are_not_there(self, admin_client):
        extrait = make.make_extrait()
        assert "ne se trouvent pas" in said(admin_client.post(self.url(extrait), {"mots": "absents"}, follow=True))

    def test_the_text_is_never_typed_again(self, admin_client):
        extrait = make.make_extrait()
        admin_client.post(reverse("admin:fiches_extrait_change", args=[extrait.pk]), {"texte": "Autre chose"})
        assert Extrait.objects.get(pk=extrait.pk).texte == extrait.texte
