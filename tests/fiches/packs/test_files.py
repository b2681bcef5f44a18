"""The addresses of the files and of the dossier: what they answer, to whom, at what cost, and when too many ask."""

import re
import threading
from unittest import mock

import pytest
from django.core.cache import caches
from django.urls import reverse

from acteurs.stamp import editing
from fiches.models import Fiche, Portee, Statut
from fiches.packs import choice as choosing
from fiches.packs import slots, writing
from fiches.packs.pdf import PressFailed
from fiches.packs.slots import Busy, slot
from fiches.packs.writing import FORMATS
from tests.factories import (
    make_atelier,
    make_citation,
    make_extrait,
    make_fiche,
    make_published_fiche,
    make_terme,
    make_theme,
)

from .readers import read_docx, read_epub, read_html, read_odt, read_pdf

pytestmark = pytest.mark.django_db

READERS = {"pdf": read_pdf, "docx": read_docx, "odt": read_odt, "epub": read_epub}


@pytest.fixture(autouse=True)
def _nothing_kept():
    caches["documents"].clear()


def file_of(client, fiche, extension="pdf", **headers):
    return client.get(f"/fiches/{fiche.slug}.{extension}", headers=headers)


# --- a sheet ---


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt"])
def test_a_sheet_is_downloaded_under_its_name(client, extension):
    fiche = make_published_fiche(slug="ouvrir-la-porte", titre="Ouvrir la porte")
    answer = file_of(client, fiche, extension)
    assert answer.status_code == 200
    assert answer["Content-Type"] == FORMATS[extension].content_type
    assert answer["Content-Disposition"] == f'attachment; filename="ouvrir-la-porte.{extension}"'
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    assert READERS[extension](answer.content)["ouvrir"] >= 1


def test_a_sheet_is_no_e_book_and_other_extensions_lead_nowhere(client):
    fiche = make_published_fiche()
    for extension in ("epub", "exe", "PDF", "pdf.pdf", "pdf/"):
        assert client.get(f"/fiches/{fiche.slug}.{extension}").status_code == 404


def test_what_nobody_may_read_has_no_file(client):
    draft, archived = make_fiche(statut=Statut.BROUILLON), make_fiche(statut=Statut.ARCHIVEE)
    for extension in ("pdf", "docx", "odt"):
        assert file_of(client, draft, extension).status_code == 404
        gone = file_of(client, archived, extension)
        assert gone.status_code == 410
        assert archived.titre not in gone.content.decode()


def test_a_renamed_sheet_leads_to_its_new_file(client):
    fiche = make_published_fiche(slug="avant")
    fiche.slug = "apres"
    with editing():
        fiche.save()
    answer = client.get("/fiches/avant.odt")
    assert (answer.status_code, answer["Location"]) == (301, "/fiches/apres.odt")


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt"])
def test_words_that_are_not_public_are_in_no_file(client, extension):
    fiche = make_published_fiche()
    for portee in (Portee.RESEAU, Portee.INTERNE):
        extrait = make_extrait(texte=f"Canari{portee.value} chante", portee=portee)
        make_citation(fiche=fiche, extrait=extrait, note=f"Notecanari{portee.value}")
    internal = make_atelier(portee=Portee.INTERNE, titre="Ateliercanari")
    make_citation(fiche=fiche, extrait=make_extrait(texte="Canarirapport", atelier=internal))
    data = file_of(client, fiche, extension).content
    told = " ".join(READERS[extension](data))
    assert "canari" not in told
    assert b"anari" not in data


# --- kept, and asked again ---


def test_a_file_is_made_once_per_version_of_the_content(client):
    fiche = make_published_fiche(titre="Premier titre")
    with mock.patch("fiches.packs.writing.write", wraps=writing.write) as write:
        first = file_of(client, fiche)
        again = file_of(client, fiche)
        assert write.call_count == 1
        assert (again.content, again["ETag"]) == (first.content, first["ETag"])
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(titre="Second titre")
        changed = file_of(client, fiche)
    assert write.call_count == 2
    assert changed["ETag"] != first["ETag"]
    assert read_pdf(changed.content)["second"] == 1


def test_what_one_has_already_is_neither_sent_nor_made(client):
    fiche = make_published_fiche()
    etag = file_of(client, fiche)["ETag"]
    assert not etag.startswith("W/")
    caches["documents"].clear()
    with mock.patch("fiches.packs.writing.write") as write:
        answer = file_of(client, fiche, if_none_match=etag)
    assert answer.status_code == 304
    assert not answer.content
    write.assert_not_called()


def test_unknown_parameters_make_no_other_file(client):
    fiche = make_published_fiche()
    assert file_of(client, fiche)["ETag"] == client.get(f"/fiches/{fiche.slug}.pdf?x=1")["ETag"]


def test_a_withdrawn_sheet_is_withdrawn_from_those_who_have_it(client):
    fiche = make_published_fiche()
    etag = file_of(client, fiche)["ETag"]
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(statut=Statut.ARCHIVEE)
    assert file_of(client, fiche, if_none_match=etag).status_code == 410


def test_a_kept_file_costs_few_queries(client, django_assert_num_queries):
    fiche = make_published_fiche()
    file_of(client, fiche)
    with django_assert_num_queries(3):  # the sheet, the stamp, the number of sheets
        file_of(client, fiche)


# --- limits ---


def test_beyond_its_slots_the_site_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(slots, "WAIT", 0)
    fiche = make_published_fiche()
    with slot("court"), slot("court"):
        answer = file_of(client, fiche)
        assert client.get(fiche.get_absolute_url()).status_code == 200  # reading goes on
    assert answer.status_code == 503
    assert answer["Retry-After"] == str(slots.RETRY_AFTER)
    assert answer["Cache-Control"] == "no-store"
    assert "Un instant" in answer.content.decode()
    assert file_of(client, fiche).status_code == 200


def test_a_long_job_leaves_their_slots_to_sheets(client, monkeypatch):
    monkeypatch.setattr(slots, "WAIT", 0)
    fiches = [make_published_fiche() for _ in range(writing.LONG)]
    query = "&".join(f"fiche={fiche.slug}" for fiche in fiches)
    with slot("long"):
        assert client.get(f"/dossier.odt?{query}").status_code == 503
        assert file_of(client, fiches[0], "odt").status_code == 200


def test_a_slot_is_given_back_after_a_fault():
    with pytest.raises(ZeroDivisionError), slot("long", wait=0):
        1 / 0  # noqa: B018
    with slot("long", wait=0):
        pass


def test_a_slot_is_held_against_other_threads_too():
    seen = []

    def other():
        try:
            with slot("long", wait=0):
                seen.append("in")
        except Busy:
            seen.append("busy")

    with slot("long", wait=0):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == ["busy"]


def test_what_is_too_heavy_is_said_so(client):
    fiche = make_published_fiche()
    with mock.patch("fiches.packs.writing.write_pdf", side_effect=PressFailed("time is up", too_heavy=True)):
        answer = file_of(client, fiche)
    assert answer.status_code == 400
    assert "trop lourd" in answer.content.decode()
    assert file_of(client, fiche).status_code == 200  # nothing bad was kept


def test_the_press_stops_a_document_that_takes_too_long(monkeypatch):
    from fiches.packs import pdf

    from .test_formats import document

    monkeypatch.setattr(pdf, "TIMEOUT", 0.001)
    with pytest.raises(PressFailed) as failed:
        pdf.write_pdf(document())
    assert failed.value.too_heavy


# --- a dossier ---


def dossier_query(*fiches):
    return "&".join(f"fiche={fiche.slug}" for fiche in fiches)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_dossier_holds_its_sheets_in_order_and_tells_notes_and_acronyms_once(client, extension):
    make_terme(sigle="CLAS", mot="Contrat local d’accompagnement", definition="Une aide après la classe.")
    extrait = make_extrait(texte="Parolepartagée au portail.")
    one = make_published_fiche(titre="Première du dossier", pourquoi="Le CLAS aide.")
    two = make_published_fiche(titre="Seconde du dossier", pourquoi="Encore.")
    for fiche in (one, two):
        make_citation(fiche=fiche, extrait=extrait, section="pourquoi")
    answer = client.get(f"/dossier.{extension}?{dossier_query(two, one)}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="dossier.{extension}"'
    found = READERS[extension](answer.content)
    assert found["parolepartagée"] == 1  # the second time, the note is pointed to
    assert found["voir"] == 1
    assert found["contrat"] == 1
    assert found["première"] >= 2  # in the contents, and above the sheet


def test_a_dossier_is_read_on_a_page(client):
    fiches = [make_published_fiche(titre=f"Titre numéro {name}") for name in ("un", "deux")]
    page = client.get(f"/dossier/lire/?{dossier_query(*reversed(fiches))}")
    assert page.status_code == 200
    html = page.content.decode()
    assert html.index("numéro deux") < html.index("numéro un")
    assert 'content="noindex"' in html
    assert read_html(html)["numéro"] >= 4


def test_a_dossier_is_put_in_order_by_its_links(client):
    fiches = [make_published_fiche() for _ in range(3)]
    page = client.get(f"/dossier/?{dossier_query(*fiches)}").content.decode()
    a, b, c = (fiche.slug for fiche in fiches)
    assert f"?fiche={b}&amp;fiche={a}&amp;fiche={c}" in page
    assert f"?fiche={a}&amp;fiche={c}&amp;fiche={b}" in page
    assert f'?fiche={b}&amp;fiche={c}"' in page
    assert page.count(">Monter<") == page.count(">Descendre<") == 2


def test_the_address_of_a_dossier_keeps_what_is_online(client):
    fiche, draft = make_published_fiche(slug="avant"), make_fiche(statut=Statut.BROUILLON)
    fiche.slug = "apres"
    with editing():
        fiche.save()
    page = client.get(f"/dossier/?fiche=avant&fiche=apres&fiche={draft.slug}&fiche=inconnue&fiche=<b>")
    html = page.content.decode()
    assert page.status_code == 200
    assert html.count(f'href="{fiche.get_absolute_url()}"') == 1
    assert draft.titre not in html
    assert "ne sont plus en ligne" in html
    assert "fiche=apres" in html


def test_a_theme_becomes_its_sheets(client):
    theme = make_theme()
    fiches = [make_published_fiche(theme=theme) for _ in range(2)]
    make_published_fiche()
    page = client.get(f"/dossier/?theme={theme.slug}").content.decode()
    assert f"/dossier/lire/?{dossier_query(*fiches)}".replace("&", "&amp;") in page
    assert f'data-dossier="{" ".join(fiche.slug for fiche in fiches)}"' in page


def test_an_empty_dossier_says_how_to_fill_it(client):
    make_published_fiche()
    for query in ("", "?fiche=", "?fiche=inconnue", "?fiche=%00", "?theme=inconnu"):
        page = client.get(f"/dossier/{query}", follow=True)
        assert page.status_code == 200
        assert "Comment faire" in page.content.decode()
        assert client.get(f"/dossier/lire/{query}").status_code == 302
        assert client.get(f"/dossier.pdf{query}").status_code == 404


def test_an_absurd_dossier_is_refused(client, monkeypatch):
    monkeypatch.setattr(choosing, "MAX_SHEETS", 2)
    for _ in range(3):
        make_published_fiche()
    too_many = "&".join(f"fiche=f{n}" for n in range(3))
    for path in ("/dossier/", "/dossier/lire/", "/dossier.pdf"):
        assert client.get(f"{path}?{too_many}").status_code == 400
        assert client.get(f"{path}?tout=1").status_code == 400


@pytest.mark.parametrize("path", ["/dossier/", "/dossier/lire/"])
def test_a_dossier_costs_the_same_at_1_and_12_sheets(client, path, django_assert_max_num_queries):
    fiches = [make_published_fiche() for _ in range(12)]
    for fiche in fiches:
        make_citation(fiche=fiche)

    def queries(chosen):
        with django_assert_max_num_queries(16) as context:
            assert client.get(f"{path}?{dossier_query(*chosen)}").status_code == 200
        return len(context)

    queries(fiches[:1])
    assert queries(fiches[:1]) == queries(fiches)


# --- ways in ---


def test_a_sheet_offers_its_files_and_the_dossier(client):
    fiche = make_published_fiche()
    html = client.get(fiche.get_absolute_url()).content.decode()
    for extension in ("pdf", "docx", "odt"):
        assert f'href="/fiches/{fiche.slug}.{extension}"' in html
    assert f'href="/dossier/?fiche={fiche.slug}"' in html


def test_the_finder_fills_a_dossier_without_script(client):
    fiche = make_published_fiche()
    html = client.get(reverse("fiches:list")).content.decode()
    assert re.search(rf'<input type="checkbox" name="fiche" value="{fiche.slug}" form="mettre">', html)
    assert '<form id="mettre" action="/dossier/">' in html
    assert 'form="mettre">Mettre les fiches' in html
