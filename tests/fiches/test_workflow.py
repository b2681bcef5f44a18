"""From draft to archive: refusals that say why, a gate that says all at once, a preview for whoever has its link."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Fiche, Statut, versions
from fiches.views.preview import SALT, preview_url
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import address, messages, typed, visible_text

pytestmark = pytest.mark.django_db

NOTE = "Le pourquoi affirme sans citer :\nappuyez-le sur une parole."


def submitted(by, **fields):
    fiche = make.make_ready_fiche(proprietaire=by, **fields)
    with editing():
        fiche.submit()
    return fiche


def page(name, fiche):
    return reverse(f"admin:fiches_fiche_{name}", args=[fiche.pk])


def words_of(answer):
    return visible_text(answer.content.decode()).replace("\xa0", " ")


def body_of(answer):
    """The article of a public page, less the date and the files that publishing gives it."""
    html = answer.content.decode()
    article = html[html.index("<article>") : html.index("</article>")]
    return re.sub(r'<p class="doux">Relue le [^<]*</p>|<p class="outils prendre">.*?</p>', "", article).split()


class TestRefusing:
    @pytest.fixture
    def reviewer(self, client):
        account = make_account("Relecteur")
        client.force_login(account)
        return account

    @pytest.mark.parametrize("note", ["", "  \n ", "x" * 1001])
    def test_it_needs_a_reason_of_a_reasonable_length(self, client, reviewer, note):
        fiche = submitted(reviewer)
        answer = client.post(page("reprendre", fiche), {"refus": note})
        assert answer.status_code == 200
        assert "Dites pourquoi" in words_of(answer) or "1001 signes" in words_of(answer)
        assert note in answer.content.decode()
        fiche.refresh_from_db()
        assert (fiche.statut, fiche.refus) == (Statut.RELECTURE, "")

    def test_the_author_reads_the_reason_on_the_sheet_and_on_the_first_page(self, client, reviewer):
        author = make_account("Contributeur")
        fiche = submitted(author, titre="Écrire une charte")
        client.post(page("reprendre", fiche), {"refus": NOTE})
        client.force_login(author)
        for url in (address(Fiche, "change", fiche.pk), reverse("admin:index")):
            shown = words_of(client.get(url))
            assert "appuyez-le sur une parole." in shown
            assert "Écrire une charte" in client.get(url).content.decode()

    def test_nobody_else_reads_it_on_their_first_page(self, client, reviewer):
        fiche = submitted(make_account("Contributeur"))
        client.post(page("reprendre", fiche), {"refus": NOTE})
        assert "appuyez-le" not in words_of(client.get(reverse("admin:index")))

    def test_it_is_gone_once_the_sheet_is_submitted_again(self, client, reviewer):
        fiche = submitted(reviewer)
        with editing():
            fiche.refuse(NOTE)
            fiche.submit()
        assert "appuyez-le" not in words_of(client.get(address(Fiche, "change", fiche.pk)))

    def test_what_is_not_in_review_is_not_given_back(self, client, reviewer):
        fiche = make.make_published_fiche()
        answer = client.post(page("reprendre", fiche), {"refus": NOTE}, follow=True)
        assert [level for level, _ in messages(answer)] == ["error"]
        fiche.refresh_from_db()
        assert (fiche.statut, fiche.refus) == (Statut.PUBLIEE, "")

    def test_the_reason_is_shown_as_typed(self, client, reviewer):
        fiche = submitted(reviewer)
        client.post(page("reprendre", fiche), {"refus": "<script>alert(1)</script> & fin"})
        html = client.get(address(Fiche, "change", fiche.pk)).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; fin" in html


def test_each_thing_missing_leads_to_a_place_of_the_form(admin_client):
    fiche = make.make_fiche(genre="piege")
    shown = admin_client.get(address(Fiche, "change", fiche.pk)).content.decode()
    missing = fiche.missing()
    assert [one.part for one in missing] == [
        *("resume", "en_bref", "pourquoi", "marche_si", "ne_marche_pas_si", "a_revoir_le"),
        *("signaux", "etapes", "citations"),
    ]
    for text, part in missing:
        anchor = f"{part}-group" if part in ("etapes", "citations") else f"id_{part}"
        assert f'<a href="#{anchor}">{text}</a>' in shown
        assert shown.count(f'id="{anchor}"') == 1
    answer = admin_client.post(
        address(Fiche, "change", fiche.pk),
        typed(admin_client.get(address(Fiche, "change", fiche.pk)), _statut="publish"),
        follow=True,
    )
    (text,) = [text for level, text in messages(answer) if level == "error"]
    assert text.count("<li>") == len(missing)


class TestPreview:
    def test_anyone_with_the_link_reads_the_draft_as_it_will_look(self, client):
        fiche = make.make_ready_fiche(titre="Écrire une charte", pourquoi="Parce que.")
        answer = client.get(preview_url(fiche))
        assert answer.status_code == 200
        shown = words_of(answer)
        assert "Aperçu. Cette fiche n’est pas en ligne et peut encore changer." in shown
        assert "Parce que." in shown
        with editing():
            fiche.publish(by=None)
        assert body_of(client.get(fiche.get_absolute_url())) == body_of(answer)

    def test_it_is_kept_nowhere_and_indexed_by_nobody(self, client):
        answer = client.get(preview_url(make.make_ready_fiche()))
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        html = answer.content.decode()
        assert '<meta name="robots" content="noindex, nofollow">' in html
        assert 'rel="canonical"' not in html
        assert not answer.cookies

    def test_words_that_are_not_public_do_not_leak(self, client):
        fiche = make.make_ready_fiche()
        make.make_citation(fiche=fiche, extrait=make.make_extrait(portee="interne", texte="Un secret de réunion."))
        make.make_citation(
            fiche=fiche,
            extrait=make.make_extrait(atelier=make.make_atelier(portee="reseau"), texte="Un mot du réseau."),
        )
        make.make_voisinage(fiche=fiche, vers=make.make_fiche(titre="Encore un brouillon"))
        shown = client.get(preview_url(fiche)).content.decode()
        assert "secret de réunion" not in shown
        assert "mot du réseau" not in shown
        assert "Encore un brouillon" not in shown

    @pytest.mark.parametrize("how", ["cut", "forged", "other-salt", "not-a-list"])
    def test_a_link_that_was_touched_leads_nowhere(self, client, how):
        fiche = make.make_ready_fiche(titre="Un titre caché")
        url = {
            "cut": preview_url(fiche)[:-4] + "/",
            "forged": reverse("fiches:preview", args=[f"{fiche.pk}:x:y"]),
            "other-salt": reverse("fiches:preview", args=[signing.dumps([fiche.pk, None], salt="autre")]),
            "not-a-list": reverse("fiches:preview", args=[signing.dumps(7, salt=SALT)]),
        }[how]
        answer = client.get(url)
        assert answer.status_code == 404
        assert "Ce lien ne mène à aucun aperçu." in words_of(answer)
        assert "Un titre caché" not in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]

    def test_it_ends_after_some_days(self, client, settings, monkeypatch):
        fiche = make.make_ready_fiche(titre="Un titre caché")
        url, now = preview_url(fiche), signing.time.time()
        later = settings.PREVIEW_DAYS * 24 * 60 * 60
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + later - 60)
        assert client.get(url).status_code == 200
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + later + 60)
        answer = client.get(url)
        assert answer.status_code == 410
        assert "Cet aperçu est terminé." in words_of(answer)
        assert "Un titre caché" not in answer.content.decode()

    def test_once_published_it_leads_to_the_sheet(self, client):
        fiche = make.make_ready_fiche()
        url = preview_url(fiche)
        with editing():
            fiche.publish(by=None, at=timezone.now() - timedelta(days=1))
        assert client.get(url).url == fiche.get_absolute_url()
        with editing():
            fiche.archive()
        assert client.get(url).status_code == 410

    def test_the_next_version_is_shown_under_the_address_of_its_sheet(self, client):
        fiche = make.make_published_fiche(slug="le-premier-pas")
        with editing():
            copy = versions.prepare(fiche, by=None)
        url = preview_url(copy)
        shown = client.get(url).content.decode()
        assert "/fiches/le-premier-pas/" in shown
        assert "_version" not in shown
        with editing():
            versions.publish(copy, by=None)
        assert client.get(url).url == fiche.get_absolute_url()

    def test_a_deleted_draft_has_no_preview(self, client):
        fiche = make.make_ready_fiche()
        url = preview_url(fiche)
        with editing():
            fiche.delete()
        assert client.get(url).status_code == 404

    def test_nothing_lists_it(self, client):
        make.make_ready_fiche()
        for url in (reverse("home"), reverse("fiches:list"), "/sitemap.xml", "/robots.txt"):
            assert "apercu/" not in client.get(url).content.decode()

    def test_a_sheet_online_has_none(self, admin_client):
        online, draft = make.make_published_fiche(), make.make_fiche()
        assert "/apercu/" not in admin_client.get(address(Fiche, "change", online.pk)).content.decode()
        assert "/apercu/" in admin_client.get(address(Fiche, "change", draft.pk)).content.decode()
