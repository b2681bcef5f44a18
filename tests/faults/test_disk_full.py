"""The disk is full: what is written is refused in French, what is read goes on, nothing is torn, nobody restarts."""

import secrets
import sqlite3
import time

from django.urls import reverse

from .curating import ADD, IMPORT, Browser, make_curator

READY, NEW = "/fiches/premier-pas/", "/fiches/silence-radio/"  # a page that is kept ready, one that is not
REFUSED = "Rien n’a été enregistré"
LARGE = 3_000_000  # bytes of a file: Django puts it on the disk as it comes


def fill(disk):
    """Take all the room that is left; where."""
    path = disk / "plein"
    with open(path, "wb", buffering=0) as file:
        for size in (1_000_000, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return path


def writes_are_refused(browser, tokens):
    """Each in French, with when to come back; what was typed is in the page."""
    answer = browser.synonym("refusé", tokens[ADD], more=secrets.token_hex(100_000))
    assert (answer.status, answer.headers["retry-after"]) == (503, "60"), answer.text[:500]
    assert REFUSED in answer.text
    assert "refusé a" in answer.text
    answer = browser.report(b"mot " * (LARGE // 4), tokens[IMPORT])
    assert answer.status == 503, answer.text[:500]
    assert REFUSED in answer.text


def reading_goes_on(site, browser):
    for path in (READY, NEW, "/fiches/?q=cantine", "/fiches/?q=zzyzx", "/suggestions?q=par", "/sante"):
        assert site.get(path).status == 200, path
    assert len(site.get("/fiches/premier-pas.pdf").text) > 10_000
    for path in (reverse("admin:index"), ADD, "/"):
        assert browser.ask(path).status == 200, path


def writes_are_taken_again(browser, tokens):
    until = time.monotonic() + 30
    while browser.synonym("accepté", tokens[ADD]).status != 302:
        assert time.monotonic() < until
        time.sleep(0.2)
    report = "Thème 1\nCentres sociaux\n- Une idée entendue à l’atelier, la première de toutes.\n"
    assert browser.report(report.encode(), tokens[IMPORT]).status == 302


def begin(site):
    make_curator(site)
    site.start()
    browser = Browser(site).log_in()
    tokens = {path: browser.token(path) for path in (ADD, IMPORT)}
    assert site.get(READY).status == 200
    return browser, tokens


def test_sqlite(prepared, small_disk):
    site = prepared.copy(small_disk / "site")
    try:
        browser, tokens = begin(site)
        filler = fill(small_disk)
        for _ in range(3):
            writes_are_refused(browser, tokens)
            reading_goes_on(site, browser)
        filler.unlink()
        writes_are_taken_again(browser, tokens)
        site.kill()
    finally:
        site.stop()
    base = sqlite3.connect(site.base)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    words = base.execute("SELECT nom FROM fiches_synonyme WHERE nom IN ('refusé', 'accepté')").fetchall()
    assert words == [("accepté",)]
    base.close()


def test_postgresql(prepared, prepared_server, small_disk, tmp_path):
    """Its own disk is full; the site's is not."""
    folder = small_disk / "pg"
    folder.mkdir()
    server = prepared_server.copy(folder).start()
    site = prepared.copy(tmp_path / "site", database_url=server.url)
    try:
        browser, tokens = begin(site)
        filler = fill(small_disk)
        for _ in range(3):
            answer = browser.synonym("refusé", tokens[ADD], more=secrets.token_hex(100_000))
            assert answer.status == 503, answer.text[:500]
            assert REFUSED in answer.text
            reading_goes_on(site, browser)
        filler.unlink()
        writes_are_taken_again(browser, tokens)
        assert server.query("SELECT nom FROM fiches_synonyme WHERE nom IN ('refusé', 'accepté')") == [["accepté"]]
    finally:
        site.stop()
        server.stop("immediate")


def test_documents_that_need_room_say_so(prepared, small_disk):
    site = prepared.copy(small_disk / "site").start()
    try:
        filler = fill(small_disk)
        answer = site.get("/fiches/silence-radio.docx")
        assert answer.status == 503, answer.text[:300]
        assert "Le site reprend son souffle" in answer.text
        filler.unlink()
        assert site.get("/fiches/silence-radio.docx").status == 200
    finally:
        site.stop()
