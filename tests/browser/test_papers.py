"""What is made to be printed: the year for a wall, the page to hand over, the agenda of a workshop."""

import io
import unicodedata

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from tests import factories as make

from .test_reading import AXE

pytestmark = [pytest.mark.browser, pytest.mark.rendering]

A4, A3 = (595, 842), (1191, 842)  # points: upright, and lying


def printed(page):
    """([text of each page], {sizes in points}) of what a browser prints."""
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in pages]
    return texts, {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in pages}


def flat(text):
    return "".join(text.split())


def test_the_year_prints_whole_on_two_sheets_even_from_a_phone(visit):
    for width in (1280, 360):
        texts, sizes = printed(visit("/calendrier/", width=width))
        assert (len(texts), sizes) == (2, {A4})
        told = flat("".join(texts))
        for words in ("Prêter une salle aux parents", "Proposer des activités aux enfants", "date locale"):
            assert flat(words) in told, words
        assert "Rienneslouvre" not in told


def test_on_a_phone_a_link_opens_the_window_that_it_leads_to(visit):
    page = visit("/calendrier/", width=360)
    folded = page.locator("#kermesse .tirets")
    expect(folded).to_be_hidden()
    page.goto(page.url.split("#")[0] + "#kermesse")
    expect(folded).to_be_visible()


def test_what_is_typed_is_printed_and_goes_nowhere(visit):
    page = visit("/passation/?acteur=direction-ecole")
    address, asked = page.url, []
    page.on("request", lambda request: None if "/static/" in request.url else asked.append(request.url))
    page.get_by_label("Notre école").fill("École Jean-Moulin")
    page.get_by_label("Ce que nous avons promis").fill("\n".join(f"Promesse numéro {n}" for n in range(9)))
    page.get_by_label("Chez nous").first.fill("Le mardi, avec la classe de CM2.")
    page.get_by_label("Notre école").press("Enter")
    texts, sizes = printed(page)
    told = flat("".join(texts))
    for words in ("École Jean-Moulin", "Promesse numéro 0", "Promesse numéro 8", "Le mardi, avec la classe de CM2."):
        assert flat(words) in told, words
    assert len(texts) <= 3
    assert sizes == {A4}
    assert (page.url, asked) == (address, [])
    page.reload()
    assert page.get_by_label("Notre école").input_value() == ""


@pytest.mark.parametrize("acteur", ["", "caf", "chef-etablissement", "enseignants", "coordonnateur-rep", "parents"])
def test_the_page_to_hand_over_holds_on_two_sheets(visit, acteur):
    texts, _ = printed(visit(f"/passation/?acteur={acteur}"))
    assert 1 <= len(texts) <= 2


def test_sheets_are_chosen_without_script(visit):
    page = visit("/passation/", script=False)
    page.get_by_label("Avec qui se passe ce partenariat ?").select_option("caf")
    page.get_by_role("button", name="Composer la page").click()
    page.get_by_text("Pourquoi ces").click()
    boxes = page.locator(".relais__cases input")
    for n in range(boxes.count() - 1, 1, -1):
        boxes.nth(n).uncheck()
    page.get_by_role("button", name="Refaire la page").click()
    expect(page.locator(".relais__existe li")).to_have_count(2)
    assert page.url.count("fiche=") == 2


@pytest.fixture
def agenda(visit, site, admin_user):
    """The agenda of the real content, with one line of each kind that it has not."""
    for _ in range(6):
        make.make_question(jours={0: 3})
        make.make_extrait(nature="question", texte="Comment faire durer ce qui tient à une seule personne ?")
        make.make_published_fiche()
    page = visit(f"{reverse('admin:login')}?next={reverse('admin:agenda')}")
    page.get_by_label("Nom d’utilisateur").fill("admin")
    page.get_by_label("Mot de passe").fill("password")
    page.get_by_role("button", name="Connexion").click()
    page.wait_for_url("**/admin/agenda/")  # a page on its way out cannot be printed
    return page


def test_the_agenda_hangs_on_a_wall_without_what_was_left_out(agenda):
    texts, sizes = printed(agenda)
    assert (len(texts), sizes) == (1, {A3})
    assert "Administration" not in texts[0]
    assert "Décochez" not in texts[0]
    line = agenda.locator(".mur__sujet--debat li").first
    words = flat(line.locator(".mur__texte").inner_text())
    assert words in flat(texts[0])
    line.get_by_role("checkbox").uncheck()
    texts, _ = printed(agenda)
    assert words not in flat(texts[0])
    agenda.get_by_role("link", name="A4").click()
    agenda.wait_for_url("**/admin/agenda/?format=a4")
    texts, sizes = printed(agenda)
    assert sizes == {A4}
    assert len(texts) <= 2


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_the_agenda_is_accessible(agenda, width, dark):
    agenda.set_viewport_size({"width": width, "height": 800})
    agenda.emulate_media(color_scheme="dark" if dark else "light")
    found = Axe().run(agenda, options={**AXE, "include": [[".mur"]]}).response["violations"]
    nodes = [(violation["id"], node) for violation in found for node in violation["nodes"]]
    ours = [(name, node["html"][:100]) for name, node in nodes if "mur" in str(node["target"])]
    assert ours == []
    assert not agenda.evaluate("document.documentElement.scrollWidth > innerWidth")
