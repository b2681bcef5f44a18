"""kill -9 while curators save, again and again: what was acknowledged is there, and nothing is torn."""

import sqlite3
import threading
import time

from .conftest import QUICK
from .curating import ADD, Browser, make_curator

ROUNDS = 3 if QUICK else 20
WRITERS = 3
SECONDS = 2  # of saves before each kill, and a little more each round: it falls at any point of a save
WORDS = "SELECT nom FROM fiches_synonyme WHERE nom LIKE 'essai-%'"
VERSION = "SELECT version FROM acteurs_etat"
WHOLE = "SELECT count(*) FROM fiches_synonyme WHERE nom LIKE 'essai-%' AND mots NOT LIKE '%b'"

READ_ALL = """
DO $$ DECLARE one text; n bigint; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT count(x) FROM %I x', one) INTO n;
    END LOOP;
END $$"""


class Load:
    """Curators who save without a pause. `acknowledged`: the words that the site said were written."""

    def __init__(self, site, number):
        self.acknowledged, self.tried, self.failures = [], 0, []
        self._site, self._number = site, number
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, n):
        try:
            browser = Browser(self._site).log_in()
            token = browser.token(ADD)
            for k in range(100_000):
                word = f"essai-{self._number}-{n}-{k}"
                self.tried += 1
                answer = browser.synonym(word, token)
                if answer.status != 302:
                    raise AssertionError(f"{answer.status}: {answer.text[:300]}")
                self.acknowledged.append(word)
                if self._stop.is_set():
                    return
        except OSError:
            return  # killed
        except AssertionError as failure:
            self.failures.append(failure)


def rounds(site, read, kill):
    """Save, kill, look, ROUNDS times: how many saves were acknowledged in all."""
    make_curator(site)
    known, saved, version = set(), 0, int(read(VERSION)[0][0])
    for number in range(ROUNDS):
        site.start()
        load = Load(site, number).start()
        while not load.acknowledged and not load.failures:
            time.sleep(0.01)
        time.sleep(SECONDS + number * 0.037)
        kill(number)
        load.end()
        assert load.failures == []
        there = {row[0] for row in read(WORDS)}
        lost = (known | set(load.acknowledged)) - there
        assert lost == set(), f"round {number}: {len(lost)} acknowledged saves are gone"
        # One save, one stamp: they are written together or not at all.
        assert int(read(VERSION)[0][0]) - version == len(there)
        assert int(read(WHOLE)[0][0]) == 0
        assert len(there) <= len(known) + load.tried
        known, saved = there, saved + len(load.acknowledged)
    return saved


def test_sqlite(site):
    def read(sql):
        base = sqlite3.connect(site.base)
        try:
            return base.execute(sql).fetchall()
        finally:
            base.close()

    def kill(number):
        site.kill()
        assert read("PRAGMA integrity_check") == [("ok",)]
        assert read("PRAGMA foreign_key_check") == []

    saved = rounds(site, read, kill)
    print(f"\nSQLite: {ROUNDS} kills, {saved} acknowledged saves, none lost")
    assert saved > ROUNDS * WRITERS
    serves_again(site)


def test_postgresql(site_on_postgresql, server):
    """The site is killed, and every other time the database with it."""
    site = site_on_postgresql

    def kill(number):
        if number % 2:
            server.kill()
        site.kill()
        if number % 2:
            server.start()
        server.query(READ_ALL)

    saved = rounds(site, server.query, kill)
    print(f"\nPostgreSQL: {ROUNDS} kills, {saved} acknowledged saves, none lost")
    assert saved > ROUNDS * WRITERS
    serves_again(site)


def serves_again(site):
    assert site.start().get("/fiches/?q=parents").status == 200
