"""A curator turns a report into excerpts and cites one: without script, by the keyboard, on a phone, in the dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect

from fiches.models import Atelier, Citation, Import

from .test_reading import AXE

pytestmark = pytest.mark.browser

REPORT = """THEME 1 : CE QUI FAIT QUE ÇA MATCHE
Paroles des centres sociaux
- Le directeur vient boire un café au centre social. Il revient ensuite avec les enseignants
- Appeler Marie Dupont au 06 12 34 56 78
- Se voir
- en dehors des réunions
- Merci à tous d’être venus
Côté école
- On manque de temps pour se rencontrer
"""


@pytest.fixture
def curator(visit, db):
    """`curator(**profile)`: a page of a browser in which a curator is logged in."""
    User.objects.create_superuser("curatrice", password="password")

    def open_page(**profile):
        page = visit(f"{reverse('admin:login')}?next={reverse('admin:fiches_atelier_changelist')}", **profile)
        page.get_by_label("Nom d’utilisateur").or_(page.get_by_label("Nom d'utilisateur")).fill("curatrice")
        page.get_by_label("Mot de passe").fill("password")
        page.get_by_role("button", name="Connexion").click()
        return page

    return open_page


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "rencontre.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


def receive(page, path):
    page.get_by_role("link", name="Importer un compte rendu").click()
    page.get_by_label("Compte rendu").set_input_files(path)
    page.get_by_role("button", name="Lire ce compte rendu").click()


def test_the_whole_story_without_script(curator, report, site):
    page = curator(script=False)
    receive(page, report)
    expect(page.get_by_text("Le compte y est")).to_be_visible()
    expect(page.get_by_text("nom de personne ?").first).to_be_visible()

    page.get_by_label("Marie Dupont").check()
    page.get_by_role("button", name="Masquer ce qui est signalé").click()
    expect(page.get_by_text("Plus rien à régler").or_(page.get_by_text("Tout est réglé")).first).to_be_visible()

    page.get_by_role("link", name="Tout, dans l’ordre").click()
    page.get_by_label("Se voir").check()
    page.get_by_label("en dehors des réunions").check()
    page.get_by_role("button", name="Fusionner").click()
    expect(page.get_by_text("2 extraits n’en font plus qu’un")).to_be_visible()

    page.get_by_label("Merci à tous").check()
    page.get_by_label("Parce que").fill("Formule de politesse")
    page.get_by_role("button", name="Laisser de côté").click()

    row = page.locator(".passage", has_text="boire un café")
    row.get_by_role("link", name="Couper, masquer").click()
    page.get_by_role("button", name="Couper ici").click()
    expect(page.get_by_text("Le passage est coupé en deux")).to_be_visible()
    expect(page.get_by_text("Le compte y est")).to_be_visible()

    page.get_by_role("link", name="Écrire l’atelier").click()
    page.get_by_label("Titre").fill("La rencontre de mars")
    page.get_by_label("Publique :").check()
    page.get_by_role("button", name="Écrire l’atelier").click()
    expect(page.get_by_text("5 extraits écrits")).to_be_visible()
    atelier = Atelier.objects.get(titre="La rencontre de mars")
    assert list(atelier.extraits.values_list("texte", flat=True)) == [
        "Le directeur vient boire un café au centre social.",
        "Il revient ensuite avec les enseignants",
        "Appeler [nom masqué] au [numéro masqué]",
        "Se voir en dehors des réunions",
        "On manque de temps pour se rencontrer",
    ]

    page.get_by_role("button", name="Citer T1-CS-01").first.click()
    expect(page.get_by_text("T1-CS-01 est cité dans")).to_be_visible()
    citation = Citation.objects.get(extrait__atelier=atelier)
    page.goto(f"{site}{atelier.get_absolute_url()}")
    expect(page.get_by_role("heading", name="Ce que chaque idée est devenue")).to_be_visible()
    page.locator("summary", has_text="Centres sociaux").first.click()
    expect(page.get_by_role("link", name=citation.fiche.titre)).to_be_visible()


def test_lines_are_arranged_by_the_keyboard_alone(curator, report):
    page = curator()
    receive(page, report)
    page.get_by_role("link", name="Tout, dans l’ordre").press("Enter")
    page.get_by_label("Se voir").press("Space")
    page.get_by_label("Lignes cochées, et numéros").fill("7")
    nature = page.locator(".gestes").get_by_label("Nature")
    nature.press("ArrowDown")
    nature.press("ArrowDown")
    page.get_by_role("button", name="Ranger").press("Enter")
    expect(page.get_by_text("2 lignes rangées")).to_be_visible()
    assert Import.objects.get().passages.filter(nature="temoignage").count() == 2


@pytest.mark.rendering
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_and_nothing_overflows(curator, report, site, width, dark):
    page = curator(width=width, dark=dark)
    receive(page, report)
    review = page.url.split("?")[0]
    page.goto(f"{review}?etat=tout")
    line = page.locator(".passage a").first.get_attribute("href")
    page.goto(review)
    page.get_by_label("toute la liste").check()
    page.get_by_role("button", name="C’est vu").click()
    extrait = Citation.objects.first().extrait_id
    paths = [
        reverse("admin:fiches_atelier_importer"),
        f"{review.removeprefix(site)}?etat=tout",
        line,
        f"{review.removeprefix(site)}ecrire/",
        f"{review.removeprefix(site)}abandonner/",
    ]
    later = [
        reverse("admin:fiches_extrait_relier"),
        reverse("admin:fiches_extrait_matiere"),
        f"{reverse('admin:index')}fiches/extrait/{extrait}/citer/",
        f"{reverse('admin:index')}fiches/extrait/{extrait}/masquer/",
        f"{reverse('admin:index')}fiches/extrait/{extrait}/nouvelle-fiche/",
    ]
    found = []

    def look(path):
        page.goto(site + path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} overflows")
        for violation in Axe().run(page, {"exclude": [[".breadcrumbs"]]}, AXE).response["violations"]:
            found.extend(f"{path}: {violation['id']}: {node['html'][:150]}" for node in violation["nodes"])

    for path in paths:
        look(path)
    page.goto(f"{review}ecrire/")
    page.get_by_label("Titre").fill("La rencontre de mars")
    page.get_by_role("button", name="Écrire l’atelier").click()
    for path in later:
        look(path)
    assert not found, "\n".join(found)
