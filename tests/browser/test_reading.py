"""What a reader does, with a keyboard, without script, on a phone, on paper."""

import io
import re
import unicodedata

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from fiches.models import Fiche

pytestmark = pytest.mark.browser

KINDS = [
    "/",
    "/fiches/",
    "/fiches/?moment=tension&niveau=college",
    "/fiches/?moment=bilan&theme=leviers",
    "/fiches/premier-pas/",
    "/fiches/silence-radio/",
    "/fiches/cafe-et-repas/",
    "/themes/",
    "/themes/leviers/",
    "/themes/pieges/",
    "/themes/projets/",
    "/themes/en-savoir-plus/",
    "/themes/contacts/",
    "/themes/conclusion/",
    "/leviers/",
    "/leviers/premier-pas/",
    "/acteurs/",
    "/acteurs/chef-etablissement/",
    "/dispositifs/",
    "/dispositifs/clas/",
    "/portes/ecole/",
    "/liens/",
    "/liens/?axes=acteurs",
    "/ateliers/",
    "/ateliers/partenariat-ecole/",
    "/glossaire/",
    "/dossier/",
    "/dossier/?fiche=premier-pas&fiche=empieter",
    "/dossier/lire/?fiche=premier-pas&fiche=empieter",
    "/j-entends/",
    "/j-entends/?dite_par=mairie&theme=roles-du-centre-social",
    "/demarches/",
    "/demarches/?degre=1&acteur=cpe",
    "/demarches/?sans_hierarchie=1&acteur=commune&degre=2",
    "/calendrier/",
    "/calendrier/?niveau=college&annee=prochaine",
    "/passation/?acteur=direction-ecole",
    "/ressources/",
    "/contacts/",
    "/a-propos/",
    "/mentions-legales/",
    "/confidentialite/",
    "/accessibilite/",
    "/plan-du-site/",
]
# No preload: axe would fetch the style sheets again, and mistake the address of the imported ones.
AXE = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.mark.rendering
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])  # each width and each colour once: minutes
def test_axe_finds_nothing_on_any_kind_of_page(visit, site, width, dark):
    page = visit("/", width=width, dark=dark)
    found = []
    for path in KINDS:
        page.goto(site + path)
        for violation in Axe().run(page, options=AXE).response["violations"]:
            found.append((path, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]]))
    assert found == []


def test_axe_finds_nothing_on_dead_ends_and_on_the_way_in(chromium, site):
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    found = []
    for path in ("/nulle-part/", "/fiches/?q=" + "a" * 300, reverse("admin:login")):
        page.goto(site + path)
        found += [(path, violation["id"]) for violation in Axe().run(page, options=AXE).response["violations"]]
    context.close()
    assert found == []


def test_open_notes_and_definitions_are_accessible_too(visit):
    page = visit("/fiches/clas-clair/")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.locator(".sigle").first.click()
    expect(page.locator(":popover-open")).to_have_count(1)
    assert Axe().run(page, options=AXE).response["violations"] == []


def test_nothing_scrolls_sideways_at_320_pixels(visit, site):
    """320 px is also what 1280 px become at 400 % zoom."""
    page = visit("/", width=320)
    wide = []
    for path in KINDS:
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []


def test_a_sheet_is_read_by_keyboard(visit):
    page = visit("/fiches/clas-clair/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "evitement"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    note = page.locator(".note summary").first
    note.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".note[open] .parole").first).to_be_visible()
    page.locator(".sigle").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".definition:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".definition:popover-open")).to_have_count(0)


def test_a_wide_screen_does_not_stop_on_folds_that_fold_nothing(visit):
    page = visit("/fiches/premier-pas/")
    assert page.locator(".sommaire summary").get_attribute("tabindex") == "-1"
    assert page.locator(".sommaire").get_attribute("open") is not None
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator(".sommaire summary")).to_have_attribute("tabindex", "0")


def test_forced_colours_keep_the_marks_and_the_lines(chromium, site):
    context = chromium.new_context(forced_colors="active", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/fiches/premier-pas/")
    kept = page.evaluate("getComputedStyle(document.querySelector('.etape'), '::before').forcedColorAdjust")
    context.close()
    assert kept == "none"


def test_reduced_motion_is_obeyed(visit):
    page = visit("/fiches/premier-pas/")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0"
        " || parseFloat(getComputedStyle(e).animationDuration) > 0).length"
    )
    assert moving == 0


def test_every_stop_of_the_keyboard_is_visible(visit):
    """From the top of a sheet, each Tab lands on something that shows where one is."""
    page = visit("/fiches/premier-pas/", width=360)
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(() => { const e = document.activeElement, r = e.getBoundingClientRect();"
            "return e.matches(':focus-visible') && r.width > 0 && r.height > 0; })()"
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


def test_without_script_everything_reads_and_works(visit, site):
    page = visit("/", script=False)
    page.get_by_role("link", name="Avant le contact").click()
    expect(page).to_have_url(f"{site}/fiches/?moment=avant-le-contact")
    page.goto(f"{site}/fiches/premier-pas/")
    assert page.get_by_role("heading", name="Regards croisés").is_visible()
    page.locator(".note summary").first.click()
    expect(page.locator(".note .parole").first).to_be_visible()
    page.goto(f"{site}/fiches/")
    page.get_by_label("Tension").check()
    page.get_by_role("button", name="Appliquer").click()
    expect(page).to_have_url(re.compile("moment=tension"))
    expect(page.get_by_role("status")).to_contain_text("20 fiches")


def test_the_first_screen_of_a_sheet_on_a_phone_holds_the_essential(visit):
    """What it is, the essential and « Dès lundi » stand within 800 px."""
    page = visit("/fiches/premier-pas/", width=360)
    assert page.get_by_role("heading", name="Dès lundi").first.bounding_box()["y"] < 800


def test_the_layout_does_not_shift_while_loading(visit, site):
    page = visit("/", width=360)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/", "/fiches/premier-pas/", "/themes/leviers/", "/liens/"):
        page.goto(site + path)
        page.wait_for_timeout(200)
        assert page.evaluate("window.shift") == 0, path


@pytest.mark.rendering
def test_every_sheet_prints_on_two_well_filled_pages_with_its_address_and_notes(visit, site):
    page = visit("/", script=True)
    for fiche in Fiche.objects.published().order_by("pk"):
        page.goto(site + fiche.get_absolute_url(), wait_until="domcontentloaded")
        pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
        texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in pages]  # undoes ligatures
        assert len(texts) == 2, f"{fiche.slug}: {len(texts)} pages"
        assert len(texts[1]) > 0.45 * len(texts[0]), f"{fiche.slug}: second page almost empty"
        flat = "".join("".join(texts).split())
        assert fiche.get_absolute_url() in flat
        for citation in fiche.published_citations:
            assert "".join(citation.extrait.texte.split()).replace("-", "") in flat.replace("-", ""), citation


def test_lists_print_as_lists(visit):
    page = visit("/fiches/?moment=bilan")
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    text = "".join(sheet.extract_text() for sheet in pages)
    assert "Faire le bilan tous ensemble" in text
    assert "Appliquer" not in text
    assert "Navigation" not in text


def test_heard_sentences_print_as_cards_of_one_size_to_cut_and_fold(visit):
    """Five a page but the first: cut across, then folded between the sentence and its answer."""
    page = visit("/j-entends/")
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in pages]
    assert [text.count("Une réponse possible") for text in texts] == [4, *[5] * 8, 1]
    assert "Qui parle" not in "".join(texts)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 695, "height": 1000})  # the width of the paper between its margins
    cards = page.locator(".entendue").evaluate_all("all => all.map(card => Math.round(card.offsetHeight))")
    assert len(cards) == 45
    assert max(cards) - min(cards) <= 4


def test_the_line_of_an_act_is_told_from_another_when_one_arrives_on_it(visit):
    page = visit("/demarches/#ouvrir-une-buvette", width=360)
    expect(page.locator("#ouvrir-une-buvette")).to_be_in_viewport()
    colours = "[...document.querySelectorAll('.acte h3')].map(title => getComputedStyle(title).backgroundColor)"
    assert len(set(page.evaluate(colours))) == 2


def test_the_admin_holds_under_the_strict_policy(visit, site, admin_user):
    page = visit(reverse("admin:login"))
    page.get_by_label("Nom d’utilisateur").fill("admin")
    page.get_by_label("Mot de passe").fill("password")
    page.get_by_role("button", name="Connexion").click()
    expect(page.get_by_role("heading", name="Que voulez-vous faire ?")).to_be_visible()
    page.goto(site + reverse("admin:fiches_fiche_changelist"))
    page.get_by_role("link", name="Faire le premier pas vers l’école").click()
    page.locator("#id_en_bref").fill("Un nouvel essentiel.")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Fiche.objects.get(slug="premier-pas").en_bref == "Un nouvel essentiel."


def test_the_page_that_one_points_at_is_read_ahead(visit, site):
    """By Chromium, from the rules named in a header: the strict policy must let them through."""
    page = visit("/themes/")
    page.wait_for_timeout(500)  # the rules are fetched after the page
    link = page.locator("main a[href='/themes/leviers/']").first
    with page.context.expect_event("request", lambda r: "prefetch" in r.headers.get("sec-purpose", "")) as ahead:
        link.hover()
    assert ahead.value.url == f"{site}/themes/leviers/"
