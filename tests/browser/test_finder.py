"""The finder under the fingers: without script, by keyboard, on a phone, and while results change in place."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_reading import AXE

pytestmark = pytest.mark.browser

KINDS = {
    "results": "/fiches/?q=parents",
    "correction": "/fiches/?q=col%C3%A8ge",
    "relaxed and narrowed": "/fiches/?q=reunion+cantine+bilan&niveau=college",
    "as typed": "/fiches/?q=col%C3%A8ge&exact=1",
    "nothing": "/fiches/?q=zzzzqq",
    "nothing with filters": "/fiches/?q=cantine&moment=bilan&solidite=isole&theme=leviers",
    "lever": "/leviers/comprendre-l-ecole/?moment=tension",
    "actor": "/acteurs/chef-etablissement/?moment=tension",
    "scheme": "/dispositifs/clas/?moment=tension",
}


def status(page):
    """The sentence over the results."""
    return page.locator("#dit")


def suggestions(page, words):
    """Type `words` in the box and wait for its list."""
    page.locator("#q").press_sequentially(words)
    options = page.locator("[role=option]")  # not those of the order
    expect(options.first).to_be_visible()
    return options


def watch_visits(page):
    """The addresses that `page` visits from now on, those fetched in place left out."""
    visits = []
    page.on("request", lambda request: visits.append(request.url) if request.is_navigation_request() else None)
    return visits


@pytest.mark.rendering
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_axe_finds_nothing_on_any_answer_nor_in_the_open_list(visit, site, width, dark):
    page = visit("/", width=width, dark=dark)
    found = []
    for name, path in KINDS.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('#aussi-suite').forEach(d => d.open = true)")
        violations = Axe().run(page, options=AXE).response["violations"]
        found += [(name, v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in violations]
    for path in ("/", "/fiches/"):
        page.goto(site + path)
        suggestions(page, "parents")
        page.keyboard.press("ArrowDown")
        violations = Axe().run(page, options=AXE).response["violations"]
        found += [(path, v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in violations]
    assert found == []


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_scrolls_sideways_on_a_phone(visit, site, width):
    page = visit("/", width=width)
    wide = []
    for path in [*KINDS.values(), "/fiches/?q=" + "x" * 200]:
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    page.goto(f"{site}/fiches/")
    suggestions(page, "par")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wide.append("list")
    assert wide == []


def test_without_script_the_finder_searches_narrows_and_keeps_all_that_was_chosen(visit, site):
    page = visit("/fiches/?q=colège&exact=1&moment=tension", script=False)
    expect(page.get_by_role("status")).to_contain_text("accepter une orthographe proche")
    page.get_by_role("link", name="accepter une orthographe proche").click()
    expect(page.get_by_role("status")).to_contain_text("Résultats pour « collège »")
    page.get_by_label("Maternelle").check()
    page.get_by_label("Ranger").select_option("titre")
    page.get_by_role("button", name="Appliquer").click()
    for part in ("q=col", "moment=tension", "niveau=maternelle", "tri=titre"):
        expect(page).to_have_url(re.compile(part))
    assert page.locator("#q").get_attribute("role") is None
    page.get_by_role("link", name="Retirer : Tension").click()
    expect(page).not_to_have_url(re.compile("moment"))
    page.goto(f"{site}/acteurs/chef-etablissement/")
    page.get_by_label("Où en êtes-vous").select_option("tension")
    page.get_by_role("button", name="Affiner").click()
    expect(page).to_have_url(re.compile(r"/acteurs/chef-etablissement/\?moment=tension.*#fiches$"))
    expect(page.get_by_text("avec ces choix")).to_be_visible()


def test_the_box_is_a_combobox_complete_by_keyboard(visit, site):
    page = visit("/")
    box = page.get_by_role("combobox", name="Que cherchez-vous ?")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.focus()
    options = suggestions(page, "par")
    n = options.count()
    expect(box).to_have_attribute("aria-expanded", "true")
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    expect(page.locator(".cherche [role=status]")).to_have_text(f"{n} suggestions, flèche du bas pour les parcourir.")
    assert {"Fiches", "Acteurs", "Leviers"} <= {g.get_attribute("aria-label") for g in page.get_by_role("group").all()}

    def active():
        chosen = [option for option in options.all() if option.get_attribute("aria-selected") == "true"]
        named = box.get_attribute("aria-activedescendant")
        assert [option.get_attribute("id") for option in chosen] == ([named] if named else [])
        return [option.get_attribute("id") for option in options.all()].index(named) if named else None

    assert active() is None
    for key, wanted in (
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("End", n - 1),
        ("ArrowDown", None),
        ("ArrowUp", n - 1),
        ("Home", 0),
        ("ArrowUp", None),
    ):
        page.keyboard.press(key)
        assert active() == wanted, key
        expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("par")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="Chercher")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    title = options.first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_enter_without_an_active_option_searches(visit):
    page = visit("/")
    suggestions(page, "cantine")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/fiches/\?q=cantine$"))


def test_a_suggestion_is_chosen_by_pointer_and_the_list_closes_outside(visit):
    page = visit("/fiches/")
    options = suggestions(page, "clas")
    page.get_by_role("heading", level=1).click()
    expect(options.first).to_be_hidden()
    page.locator("#q").fill("")
    options = suggestions(page, "clas")
    page.get_by_role("option", name="CLAS, Contrat local").click()
    expect(page).to_have_url(re.compile("/dispositifs/clas/$"))


def test_a_late_suggestion_does_not_open_a_list_that_was_left(visit):
    page = visit("/fiches/")
    page.locator("#q").press_sequentially("par", delay=1)
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    expect(page.locator("[role=option]")).to_have_count(0)


def test_results_follow_each_choice_without_a_visit_and_come_back(visit, site):
    page = visit("/fiches/?q=parents")
    visits = watch_visits(page)
    before = status(page).inner_text()
    page.evaluate("document.querySelector('#dit').stays = true")
    page.get_by_label("Tension").check()
    expect(page).to_have_url(f"{site}/fiches/?q=parents&moment=tension")
    expect(status(page)).to_contain_text("Tension")
    expect(page.get_by_label("Tension")).to_be_focused()
    expect(page.get_by_label("Tension")).to_be_checked()
    expect(page.locator("#trouves")).not_to_have_attribute("aria-busy", "true")
    count = int(re.search(r"\d+", status(page).inner_text())[0])
    assert page.locator("#trouves .index > li").count() == min(count, 20)
    assert page.evaluate("document.querySelector('#dit').stays"), "a live region must stay, its text change"
    page.locator("#f-theme > summary").click()
    page.locator("#f-theme input").first.check()
    expect(page).to_have_url(re.compile("moment=tension&theme="))
    expect(page.locator("#f-theme")).to_have_attribute("open", "")
    page.get_by_label("Ranger").focus()
    page.get_by_label("Ranger").select_option("titre")
    expect(page).to_have_url(re.compile("tri=titre"))
    expect(page.get_by_label("Ranger")).to_be_focused()
    for _ in range(3):
        page.go_back()
    expect(page).to_have_url(f"{site}/fiches/?q=parents")
    expect(status(page)).to_have_text(re.compile(re.escape(before.split("\n")[0])))
    expect(page.get_by_label("Tension")).not_to_be_checked()
    page.go_forward()
    expect(page.get_by_label("Tension")).to_be_checked()
    expect(page).to_have_title(re.compile("parents"))
    assert visits == []


def test_words_are_looked_for_in_place_too(visit, site):
    page = visit("/fiches/?q=colège&exact=1")
    visits = watch_visits(page)
    page.locator("#q").fill("cantinne")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/fiches/?q=cantinne")  # new words are not kept as typed
    expect(status(page)).to_contain_text("Résultats pour « cantine »")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="chercher « cantinne » quand même").click()
    expect(status(page)).to_contain_text("tels qu’ils sont écrits")
    page.get_by_role("link", name="Retirer : « cantinne »").click()
    expect(page.locator("#q")).to_have_value("")
    expect(status(page)).to_be_focused()
    page.go_back()
    expect(page.locator("#q")).to_have_value("cantinne")
    assert visits == []


def test_pages_turn_in_place_and_a_choice_goes_back_to_the_first(visit, site):
    page = visit("/fiches/")
    page.get_by_role("link", name="Page suivante").click()
    expect(page).to_have_url(f"{site}/fiches/?page=2")
    expect(page.locator("#trouves")).to_be_focused()
    page.get_by_role("checkbox", name=re.compile("^Collège")).check()
    expect(page).to_have_url(f"{site}/fiches/?niveau=college")


def test_a_choice_made_while_another_is_on_its_way_wins(visit, site):
    page = visit("/fiches/")
    page.evaluate("for (const m of ['tension', 'bilan']) document.querySelector(`[value=${m}]`).click()")
    expect(page).to_have_url(f"{site}/fiches/?moment=tension&moment=bilan")
    expect(page.locator("#choix").get_by_label("Bilan")).to_be_checked()
    page.go_back()
    expect(page).to_have_url(f"{site}/fiches/")


def test_when_fetching_fails_the_page_is_visited(visit, site):
    page = visit("/fiches/")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")
    page.locator("#choix").get_by_label("Bilan").check()
    expect(page).to_have_url(f"{site}/fiches/?moment=bilan")
    expect(status(page)).to_contain_text("Bilan")
    assert page.evaluate("String(window.fetch).includes('native code')"), "the page was not visited"


def test_on_a_phone_the_choices_are_folded_and_lead_down_to_the_sheets(visit):
    page = visit("/fiches/?q=parents", width=360)
    expect(page.get_by_label("Tension")).to_be_hidden()
    page.get_by_text("Affiner", exact=True).click()
    page.get_by_label("Tension").check()
    expect(page).to_have_url(re.compile("moment=tension"))
    expect(page.get_by_label("Tension")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"Voir les \d+ fiches")).click()
    assert page.locator("#trouves").bounding_box()["y"] < 100
    expect(page.get_by_role("button", name="Appliquer")).to_be_hidden()
