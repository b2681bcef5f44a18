"""A meeting prepared: by keyboard and without script, on a phone, in the dark, and on two sheets of paper."""

import io
import random
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pypdf import PdfReader

from fiches.meetings.possible import meetings
from fiches.meetings.wishes import MINUTES, Choices, Pour, Wishes

from .test_reading import AXE

pytestmark = pytest.mark.browser

PACK = "/preparer/?acteur=chef-etablissement&moment=premier-contact&niveau=college"
PAGES = ["/preparer/", "/preparer/?acteur=cpe", "/preparer/?acteur=cpe&moment=tension", PACK, f"{PACK}&pour=emporter"]
FACES = {"Noto Sans": "Noto Serif", "Liberation Sans": "Liberation Serif", "DejaVu Sans": "DejaVu Serif"}


def drawn(n):
    rng = random.Random(6)
    choices = Choices()
    pairs = [(acteur, moment) for acteur, moments in meetings(choices) for moment in moments]
    return [Wishes(*pair, minutes=rng.choice([None, None, *MINUTES])) for pair in rng.sample(pairs, n)]


def test_three_answers_make_a_pack_without_script(visit, site):
    page = visit("/preparer/", script=False)
    page.get_by_label("Je rencontre").select_option("chef-etablissement")
    page.get_by_label("Où en est la relation ?").select_option("premier-contact")
    page.get_by_role("button", name="Composer").click()
    expect(page).to_have_url(f"{site}/preparer/?acteur=chef-etablissement&moment=premier-contact")
    expect(page.get_by_role("heading", name="Vos trois arguments")).to_be_visible()
    page.get_by_role("link", name="À emporter").click()
    expect(page).to_have_url(re.compile("pour=emporter"))
    expect(page.get_by_role("heading", name="Ce que nous vous proposons")).to_be_visible()
    expect(page.get_by_role("heading", name="Prenez garde")).to_have_count(0)


@pytest.mark.rendering
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_axe_finds_nothing(visit, site, width, dark):
    page = visit("/preparer/", width=width, dark=dark)
    found = []
    for path in PAGES:
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for violation in Axe().run(page, options=AXE).response["violations"]:
            found.append((path, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]]))
    assert found == []


def test_nothing_scrolls_sideways_and_paper_stays_white_in_the_dark(visit, site):
    page = visit("/preparer/", width=320, dark=True)
    for path in PAGES:
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    paper = page.locator(".feuille").first.evaluate("e => getComputedStyle(e).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


@pytest.mark.rendering
def test_each_pack_prints_on_two_pages_with_room_to_write_in_any_face(visit, site):
    page = visit("/preparer/", script=True)
    for wishes in drawn(8):
        for pour in Pour:
            path = wishes.address(pour=pour)
            page.goto(site + path)
            for sans, serif in FACES.items():
                page.evaluate(
                    "([s, t]) => { const r = document.documentElement.style;"
                    "r.setProperty('--texte', `'${s}'`); r.setProperty('--titre', `'${t}'`); }",
                    [sans, serif],
                )
                pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
                assert len(pages) == 2, (path, sans)
            texts = [sheet.extract_text() for sheet in pages]
            assert "Pourquoi ces fiches" not in "".join(texts)
            assert "Composer" not in "".join(texts)
            if pour == Pour.EMPORTER:
                assert "moment=" not in "".join(texts)


def test_the_room_to_write_is_there_on_paper(visit):
    page = visit(PACK)
    page.set_viewport_size({"width": 695, "height": 1000})  # the width of the page, margins left out
    page.emulate_media(media="print")
    rows = page.locator(".feuille__lignes li")
    assert rows.count() == 4
    assert min(row.bounding_box()["height"] for row in rows.all()) > 38  # px: a line of text and a line of hand
    assert page.locator(".feuille__reglure").bounding_box()["height"] > 90
