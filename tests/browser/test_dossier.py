"""A dossier in a real browser: with script, without it, by keyboard; and each sheet on paper as in its file."""

import pytest

from fiches.models import Fiche
from fiches.packs.telling import Site, sheet_document
from fiches.reading import Reading
from tests.fiches.packs.readers import words, words_of

pytestmark = pytest.mark.browser


def test_a_dossier_is_filled_from_page_to_page(visit, site):
    page = visit("/fiches/premier-pas/")
    button = page.locator("[data-prendre]")
    assert button.inner_text() == "Ajouter au dossier"
    button.click()
    assert button.inner_text() == "Retirer du dossier"
    assert page.locator("[data-panier]").inner_text() == "Dossier 1"
    page.goto(f"{site}/fiches/?q=ouvrir")
    page.locator("input[form=mettre]").first.check()
    assert page.locator("[data-panier]").inner_text() == "Dossier 2"
    page.locator("#choix input").first.check()  # results change without a reload: what is ticked stays ticked
    page.wait_for_url("**moment=**")
    page.get_by_role("button", name="Mettre les fiches cochées dans un dossier").click()
    assert "fiche=premier-pas" in page.url
    assert page.locator(".dossier__liste > li").count() == 2
    page.get_by_role("link", name="Descendre « Faire le premier pas vers l’école »").click()
    assert page.locator(".dossier__liste a").nth(0).inner_text() != "Faire le premier pas vers l’école"
    page.goto(f"{site}/")
    page.locator("[data-panier]").click()
    assert page.url.endswith("fiche=premier-pas")  # the new order was kept
    page.get_by_role("link", name="Tout retirer").click()
    page.wait_for_url("**/dossier/")
    assert page.locator("[data-panier]").is_hidden()


def test_the_button_of_a_sheet_works_by_keyboard(visit):
    page = visit("/fiches/premier-pas/")
    button = page.locator("[data-prendre]")
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"


def test_a_dossier_that_a_colleague_sent_leaves_mine_alone(visit, site):
    page = visit("/fiches/premier-pas/")
    page.locator("[data-prendre]").click()
    page.goto("about:blank")
    page.goto(f"{site}/dossier/?fiche=empieter&fiche=clas-clair")
    assert page.locator("[data-panier]").inner_text() == "Dossier 1"


def test_without_script_a_dossier_is_filled_by_ticking(visit):
    page = visit("/fiches/?q=ouvrir", script=False)
    boxes = page.locator("input[form=mettre]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Mettre les fiches cochées dans un dossier").click()
    assert page.locator(".dossier__liste > li").count() == 2
    page.get_by_role("link", name="Lire et imprimer").click()
    assert page.locator(".document h2").count() >= 2
    page.goto(page.url.split("/dossier")[0] + "/fiches/premier-pas/")
    page.get_by_role("link", name="Ajouter au dossier").click()
    assert page.url.endswith("/dossier/?fiche=premier-pas")


# The texts that the page shows as it is laid out now, apart from each other.
SHOWN = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const told = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.parentElement.getClientRects().length) told.push(text.data);
  }
  return told.join(" ");
}"""


def test_every_sheet_prints_the_words_of_its_file(visit, site):
    """What differs, and why: a note of the page says its section, for it stands far from it; a note of the file says
    its voice, and the file has a head to its table of gains. Counts differ where a note is both called and listed."""
    page = visit("/")
    page.emulate_media(media="print")
    here = Site("Trait d’union — école & centre social", lambda path: f"{site}{path}")
    file_only = set(words("Notes Centres sociaux École Post-it Pour Gain Effort Risque"))
    for fiche in Fiche.objects.published().for_page():
        page.goto(site + fiche.get_absolute_url())
        paper, file = set(words(page.evaluate(SHOWN))), set(words_of(sheet_document(fiche, here)))
        labels = " ".join(note.section.label for note in Reading(fiche).notes)
        page_only = set(words(f"{labels} Note En bref"))
        assert file - paper <= file_only, fiche.slug
        assert paper - file <= page_only, fiche.slug
