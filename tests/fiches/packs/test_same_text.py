"""The same words in every format, for every sheet that ships."""

from dataclasses import replace

import pytest

from fiches.models import Fiche
from fiches.packs.html import html_of
from fiches.packs.telling import Site, dossier_document, sheet_document
from fiches.packs.writing import write

from .readers import read_docx, read_epub, read_html, read_odt, read_pdf, rejoined, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content"), pytest.mark.rendering]

SITE = Site("Trait d’union", lambda path: f"https://example.org{path}" if path.startswith("/") else path)
READERS = {"pdf": read_pdf, "docx": read_docx, "odt": read_odt, "epub": read_epub}


def all_sheets():
    return list(Fiche.objects.published().for_page().order_by("pk"))


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt"])
def test_each_sheet_says_the_same_as_a_file(extension):
    sheets = all_sheets()
    assert len(sheets) == 75
    for fiche in sheets:
        document = sheet_document(fiche, SITE)
        expected = words_of(document)
        assert rejoined(READERS[extension](write(document, extension)), expected) == expected, fiche.slug


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt", "epub"])
def test_a_dossier_of_all_says_the_same_as_a_file(extension):
    document = dossier_document(all_sheets(), SITE, "https://example.org/dossier/?tout=1")
    expected = words_of(document)
    assert rejoined(READERS[extension](write(document, extension)), expected) == expected


def test_a_dossier_of_all_says_the_same_as_a_page():
    document = dossier_document(all_sheets(), SITE, "https://example.org/dossier/?tout=1")
    page = read_html(f"<h1>{document.title}</h1><p>{document.subtitle}</p>{html_of(document)}")
    expected = words_of(replace(document, colophon=()))
    for word in ("note", "notes", "à", "appel", "de", "la"):  # each call and each way back is named for the ear
        del page[word], expected[word]
    assert page == expected
