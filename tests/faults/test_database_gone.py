"""The database is gone: pages kept ready are served, the rest is a French 503, and all comes back by itself."""

import time

import pytest

from .curating import ADD, Browser, make_curator

READY = ("/", "/fiches/premier-pas/", "/fiches/?theme=")
# Never read before: each time others.
NEW = (
    ("/fiches/silence-radio/", "/fiches/?q=cantine", "/suggestions?q=par", "/nulle-part/", "/fiches/premier-pas.pdf"),
    ("/fiches/comprendre-l-ecole/", "/fiches/?q=mairie", "/suggestions?q=ma", "/rien/", "/fiches/silence-radio.docx"),
)


def begin(site):
    make_curator(site)
    site.start()
    browser = Browser(site).log_in()
    for path in READY:
        for _ in range(10):  # each worker has its own
            assert site.get(path).status == 200
    return browser, browser.token(ADD)


def gone(site, browser, token, new=NEW[0]):
    for path in READY:
        answers = [site.get(path) for _ in range(10)]
        assert {answer.status for answer in answers} == {200}, path
        assert max(answer.seconds for answer in answers) < 1
    for path in new:
        answer = site.get(path)
        assert answer.status == 503, (path, answer.text[:300], site.log()[-2000:])
        assert answer.headers["retry-after"] == "60"
        assert "Le site reprend son souffle" in answer.text
    answer = browser.synonym("perdu", token)
    assert answer.status == 503
    assert "Rien n’a été enregistré" in answer.text
    assert "perdu a" in answer.text
    assert site.get("/sante").status == 200
    until = time.monotonic() + 10  # it is asked every two seconds at most
    while site.get("/sante/pret").status != 503:
        assert time.monotonic() < until
        time.sleep(0.2)


def back(site, browser, token, word, new=NEW[0]):
    for path in (*READY, *new[:3]):
        assert site.get(path).status == 200, path
    assert browser.synonym(word, token).status == 302


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_postgresql_stopped_then_started(site_on_postgresql, server, how):
    browser, token = begin(site_on_postgresql)
    for n, new in enumerate(NEW):
        if how == "kill":
            server.kill()
        else:
            server.stop(how)
        gone(site_on_postgresql, browser, token, new)
        server.start()
        back(site_on_postgresql, browser, token, f"retrouvé {n}", new)


def test_postgresql_started_again_between_two_requests(site_on_postgresql, server):
    """The connections that were kept are dead: nobody sees it."""
    browser, token = begin(site_on_postgresql)
    server.stop("fast")
    server.start()
    back(site_on_postgresql, browser, token, "retrouvé")


def test_sqlite_moved_away_then_back(site):
    browser, token = begin(site)
    elsewhere = site.folder / "ailleurs"
    for n, new in enumerate(NEW):
        site.base.parent.rename(elsewhere)
        gone(site, browser, token, new)
        site.base.parent.mkdir()
        gone(site, browser, token, new)
        assert list(site.base.parent.iterdir()) == []  # nothing was made in its place
        site.base.parent.rmdir()
        elsewhere.rename(site.base.parent)
        back(site, browser, token, f"retrouvé {n}", new)


def test_sqlite_that_is_no_database(site):
    """Overwritten by something else, then put back from a copy."""
    browser, token = begin(site)
    good = site.folder / "bonne"
    site.base.rename(good)
    for name in ("-wal", "-shm"):
        path = site.base.with_name(site.base.name + name)
        if path.exists():
            path.rename(good.with_name(good.name + name))
    site.base.write_bytes(b"ceci n'est pas une base " * 1000)
    gone(site, browser, token)
    site.base.unlink()
    good.rename(site.base)
    for name in ("-wal", "-shm"):
        path = good.with_name(good.name + name)
        if path.exists():
            path.rename(site.base.with_name(site.base.name + name))
    back(site, browser, token, "retrouvé")
