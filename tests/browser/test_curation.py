"""The life of a sheet as two people make it: cite, submit, refuse, correct, publish, write anew, compare, restore."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from acteurs.stamp import editing
from fiches.models import Citation, Extrait, Fiche, Theme
from tests import factories as make
from tests.accounts import make_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "un mot de passe long"
ADD, LIST = reverse("admin:fiches_fiche_add"), reverse("admin:fiches_fiche_changelist")


@pytest.fixture
def curator(visit, site):
    """`curator("lea", "Contributeur")`: a page of the admin, opened by a new account of that role."""

    def open_page(name, role, **how):
        make_account(role, name)
        page = visit(reverse("admin:login"), **how)
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("#login-form [type=submit]")
        expect(page.locator("h1")).to_have_text("Que voulez-vous faire ?")
        return page

    return open_page


def write(page, fields):
    for name, text in fields.items():
        page.fill(f"#id_{name}", text)


def pick(page, select, text):
    """Choose in one of the admin's lists with a search."""
    page.locator(f"#{select} + .select2-container").click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option--highlighted", has_text=text).click()


def change_url(fiche):
    return reverse("admin:fiches_fiche_change", args=[fiche.pk])


def test_the_whole_life_of_a_sheet(curator, visit, site):
    extrait = Extrait.objects.published().first()
    lea, ben = curator("lea", "Contributeur"), curator("ben", "Relecteur")

    # An author writes a draft, and cites.
    lea.goto(site + ADD)
    lea.fill("#id_titre", "Partager un goûter")
    pick(lea, "id_theme", Theme.objects.order_by("numero").first().titre)
    lea.fill("#id_pourquoi", "Un goûter rapproche.")
    lea.locator(".add-row a", has_text="Citer une parole").click()
    pick(lea, "id_citations-0-extrait", extrait.reference)
    lea.select_option("#id_citations-0-section", "pourquoi")
    lea.select_option("#id_citations-0-position", "appuie")
    lea.click("[name=_continue]")
    fiche = Fiche.objects.get(titre="Partager un goûter")
    assert fiche.citations.get().extrait == extrait
    assert fiche.proprietaire.username == "lea"

    # Submitted; the reviewer finds it incomplete: each missing thing leads to its field.
    lea.get_by_role("button", name="Soumettre à relecture").click()
    ben.goto(site + change_url(fiche))
    ben.get_by_role("button", name="Publier", exact=True).click()
    told = ben.locator(".messagelist .error")
    expect(told).to_contain_text("Remplissez « résumé »")
    told.get_by_role("link", name=re.compile("résumé")).click()
    assert ben.evaluate("location.hash") == "#id_resume"

    # Refused, not without a reason, which its author reads at once.
    ben.get_by_role("link", name="Rendre à son auteur…").click()
    ben.get_by_role("button", name="Rendre la fiche à son auteur").click()
    expect(ben.locator(".errornote")).to_contain_text("Dites pourquoi")
    ben.fill("#id_refus", "Il manque le résumé et une étape.")
    ben.get_by_role("button", name="Rendre la fiche à son auteur").click()
    lea.goto(site + reverse("admin:index"))
    lea.get_by_role("link", name="Partager un goûter").first.click()
    expect(lea.locator("div.avis--refus")).to_contain_text("Il manque le résumé et une étape.")

    # Corrected, previewed without an account, submitted again, published.
    write(lea, {"resume": "Un goûter par mois.", "en_bref": "Un goûter suffit.", "marche_si": "On s’invite."})
    write(lea, {"ne_marche_pas_si": "On l’impose.", "a_revoir_le": "01/01/2100"})
    lea.locator(".add-row a", has_text="Ajouter une étape").click()
    lea.select_option("#id_etapes-0-quand", "des-lundi")
    lea.fill("#id_etapes-0-titre", "Appeler la directrice")
    lea.click("[name=_continue]")
    link = lea.input_value("#lien-apercu")
    reader = visit(link.removeprefix(site))
    expect(reader.locator(".apercu")).to_contain_text("n’est pas en ligne")
    expect(reader.locator("h1")).to_have_text("Partager un goûter")
    lea.get_by_role("button", name="Soumettre à relecture").click()
    ben.goto(site + change_url(fiche))
    expect(ben.locator(".avis--refus h2")).to_have_count(0)
    ben.get_by_role("button", name="Publier", exact=True).click()
    expect(ben.locator(".messagelist .success")).to_contain_text("Fiche publiée")
    public = visit("/fiches/partager-un-gouter/")
    expect(public.locator("main")).to_contain_text("Un goûter rapproche.")

    # A new version, compared with what is online, which does not move until it is published.
    lea.goto(site + change_url(fiche))
    lea.get_by_role("button", name="Préparer une nouvelle version").click()
    lea.fill("#id_pourquoi", "Un repas rapproche.")
    lea.get_by_role("button", name="Soumettre à relecture").click()
    public.reload()
    expect(public.locator("main")).to_contain_text("Un goûter rapproche.")
    copy = Fiche.objects.get(version_de=fiche)
    ben.goto(site + change_url(copy))
    ben.get_by_role("link", name="Voir ce qui change").click()
    expect(ben.locator(".changement del")).to_have_text("retirégoûter")
    expect(ben.locator(".changement ins")).to_have_text("ajoutérepas")
    ben.get_by_role("link", name="Revenir à la nouvelle version").click()
    ben.get_by_role("button", name="Publier", exact=True).click()
    assert ben.url == site + change_url(fiche)
    public.reload()
    expect(public.locator("main")).to_contain_text("Un repas rapproche.")
    assert Citation.objects.filter(fiche=fiche).get().extrait == extrait

    # The first state comes back, by way of a new version.
    ben.get_by_role("link", name="Versions", exact=True).click()
    ben.locator("tbody tr", has_text="publiée").last.get_by_role("link").click()
    ben.get_by_role("button", name="Préparer une nouvelle version avec ce texte").click()
    assert ben.input_value("#id_pourquoi") == "Un goûter rapproche."
    public.reload()
    expect(public.locator("main")).to_contain_text("Un repas rapproche.")
    ben.get_by_role("button", name="Publier", exact=True).click()
    public.reload()
    expect(public.locator("main")).to_contain_text("Un goûter rapproche.")


@pytest.mark.parametrize("script", [True, False])
def test_a_session_that_ends_while_one_types_loses_nothing(curator, site, script):
    ben = curator("ben", "Relecteur", script=script)
    fiche = Fiche.objects.published().first()
    ben.goto(site + change_url(fiche))
    ben.fill("#id_exemple", "Écrit pendant deux heures.")
    ben.context.clear_cookies(name="sessionid")
    ben.click("[name=_continue]")
    expect(ben.locator(".avis")).to_contain_text("Votre texte n’est pas perdu")
    ben.fill("#id_username", "ben")
    ben.fill("#id_password", PASSWORD)
    ben.click("#login-form [type=submit]")
    ben.get_by_role("button", name="Enregistrer ce que j’avais écrit").click()
    expect(ben.locator("#id_exemple")).to_have_value("Écrit pendant deux heures.")
    fiche.refresh_from_db()
    assert fiche.exemple == "Écrit pendant deux heures."


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_curation_fit_their_screen_and_keep_the_policy(curator, site, width):
    """`visit` fails the test on a script error or a breach of the policy."""
    ben = curator("ben", "Relecteur", width=width, dark=width == 360)
    fiche = make.make_ready_fiche(pourquoi="Un mot " * 200)
    with editing():
        fiche.submit()
    state = fiche.pk and reverse("admin:fiches_fiche_versions", args=[fiche.pk])
    for url in (change_url(fiche), state, reverse("admin:fiches_fiche_reprendre", args=[fiche.pk])):
        ben.goto(site + url)
        assert ben.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), url
