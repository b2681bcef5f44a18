"""Another process on the same database, as a second worker of the site would be.

    with Elsewhere() as there:
        there.find(q="goûter")      # what find() answers in that process, as plain data

Run as a module it is that process: one request a line, one answer a line.
"""

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from random import Random
from urllib.parse import quote

PATIENCE = 60  # seconds that a process may take to start or to end, on a slow machine
ENOUGH = 10  # writes, and searches, that each process of the oracle should make
PREFIX = "zq"  # begins every word of the oracle, and no other
PLACES = ("resume", "etape", "extrait")


def database_url():
    """The address of the database of the tests, for a process that is no test."""
    from django.db import connection

    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    user, password, host = (quote(found[name] or "", safe="") for name in ("USER", "PASSWORD", "HOST"))
    port = f":{found['PORT']}" if found["PORT"] else ""
    return f"postgres://{user}{f':{password}' if password else ''}@{host}{port}/{found['NAME']}"


def answer(*, per_page=100, chosen=None, **wanted):
    """What the finder answers, as plain data: sheets with their scores, facets, panel, corrections."""
    from fiches.search.criteria import Criteria, Tri
    from fiches.search.finder import find

    wanted.setdefault("tri", Tri.PERTINENCE if wanted.get("q") else Tri.THEME)
    found = find(Criteria(chosen={name: tuple(values) for name, values in (chosen or {}).items()}, **wanted), per_page)
    return {
        "sheets": [[sheet.pk, round(sheet.score, 4)] for sheet in found.page],
        "total": found.total,
        "facets": {facet.name: [[option.value, option.count] for option in facet.options] for facet in found.facets},
        "panel": {kind: [entry.slug for entry in entries] for kind, entries in found.panel.items()},
        "corrections": [list(correction) for correction in found.corrections],
    }


class Elsewhere:
    """A process that searches. `env`: more variables for it."""

    def __init__(self, **env):
        self._env = env

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "partenariat.settings",
                "DATABASE_URL": database_url(),
                **self._env,
            },
        )
        return self

    def __exit__(self, *raised):
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.stdout.close()
            self._process.wait()

    def send(self, name, **given):
        self._process.stdin.write(json.dumps([name, given]) + "\n")
        self._process.stdin.flush()

    def receive(self):
        line = self._process.stdout.readline()
        assert line, "the other process died: its error is above"
        return json.loads(line)

    def find(self, **wanted):
        self.send("answer", **wanted)
        return self.receive()


def word_of(key, version):
    """A word that only this version of this sheet holds. No rule of French changes it."""
    letters = str.maketrans("0123456789", "bcdfghjklm")
    return f"{PREFIX}{key}x{version}q".translate(letters)


def put(fiche, word, place):
    """Save a sheet and its parts so that `word` is in one place, and nowhere else."""
    etape, extrait = fiche.etapes.get(), fiche.citations.get().extrait
    fiche.resume, etape.texte, extrait.texte = (word if place == name else "Rien." for name in PLACES)
    for row in (fiche, etape, extrait):
        row.save()


def put_in_bulk(fiche, word):
    """The same by updates, which say nothing of the rows that they touch."""
    from fiches.models import Extrait

    type(fiche).objects.filter(pk=fiche.pk).update(resume="Rien.")
    Extrait.objects.filter(citations__fiche=fiche).update(texte="Rien.")
    fiche.etapes.update(texte=word)


class Undone(Exception):
    """An edition that its author gives up: nothing of it may ever be seen."""


class Player:
    """Writers and searchers of one process of the oracle. Each logs what it did, with the time before and after.

    Times are those of `monotonic`, the same clock for all the processes of a machine.
    """

    def __init__(self, *, seed, seconds, writers, searchers):
        self._seed = seed
        self._begun = time.monotonic()
        self._seconds = seconds
        self._writers = writers  # for each, the keys of the sheets that it alone writes
        self._searchers = searchers
        self._seen = []  # words to look for
        self._words = {}  # {key of a sheet: its word, whether it is read or not}
        self.log = {"written": [], "views": [], "searches": [], "errors": []}

    def play(self):
        """The log, once time is up.

        `written`: [(key of a sheet, before, after, its word or None if nobody may read it), …]
        `views`: [(before, after, all the words that the index holds), …]
        `searches`: [(before, after, word looked for, keys of the sheets found), …]
        """
        runs = [(self._write, n, keys) for n, keys in enumerate(self._writers)]
        runs += [(self._search, n) for n in range(self._searchers)]
        threads = [threading.Thread(target=self._run, args=run) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.log

    def _run(self, what, n, *given):
        from django.db import connection

        random = Random(f"{self._seed} {what.__name__} {n}")  # the same story each time, but for the clock
        try:
            while self._goes_on():
                what(random, *given)
        except BaseException:  # the engine's panics are no Exception
            self.log["errors"].append(traceback.format_exc())
        finally:
            connection.close()

    def _goes_on(self):
        """Until time is up; up to four times longer on a machine so slow that nothing would be proved."""
        enough = all(len(self.log[done]) >= ENOUGH for done in ("written", "views", "searches"))
        return time.monotonic() < self._begun + self._seconds * (1 if enough else 4)

    def _write(self, random, keys):
        key = random.choice(keys)
        former = self._words.get(key, (0, word_of(key, 0)))
        word = word_of(key, former[0] + 1)
        what = random.choices(["edit", "bulk", "turn", "undo", "words"], [50, 10, 25, 10, 5])[0]
        before = time.monotonic()
        try:
            is_read = self._edit(key, what, former[1] if what == "turn" else word, random.choice(PLACES))
        except Undone:
            return
        self._words[key] = (former[0] + 1, former[1] if what in ("turn", "words") else word)
        self.log["written"].append((key, before, time.monotonic(), self._words[key][1] if is_read else None))
        time.sleep(random.random() * 0.1)  # SQLite's lock is not fair: without a pause one writer starves the others

    def _edit(self, key, what, word, place):
        """Do one thing to a sheet; whether it is read afterwards. Raises Undone when it was undone."""
        from acteurs.stamp import editing
        from fiches.models import Fiche, Synonyme

        with editing():
            fiche = Fiche.objects.get(pk=key)
            if what == "turn":
                fiche.archive() if fiche.is_published else fiche.publish(by=None)
            elif what == "words":
                Synonyme.objects.create(nom=word, mots=f"{word}\nautre {word}")
            elif what == "bulk":
                put_in_bulk(fiche, word)
            else:
                put(fiche, f"{PREFIX}undone" if what == "undo" else word, place)
            if what == "undo":
                raise Undone
            return fiche.is_published

    def _search(self, random):
        from fiches.search.criteria import Criteria
        from fiches.search.finder import find
        from fiches.search.index import fresh

        before = time.monotonic()
        view = fresh()
        after = time.monotonic()
        held = words_held(view)
        self.log["views"].append((before, after, held))
        self._seen = [*self._seen[-30:], *random.sample(held, min(3, len(held)))]
        if self._seen:
            word = random.choice(self._seen)
            before = time.monotonic()
            found = find(Criteria(q=word, tri="pertinence", exact=True)).page
            self.log["searches"].append((before, time.monotonic(), word, [fiche.pk for fiche in found]))


def words_held(view):
    """The words of the oracle that the index holds, each as often as it has sheets."""
    from tantivy import Query

    whole = Query.all_query()
    return sorted(
        term
        for name in ("essentiel", "listes", "paroles")
        for term, sheets in view.searcher.terms_with_prefix(name, PREFIX, filter_query=whole, limit=10_000)
        for _ in range(sheets)
    )


def main():
    import django

    django.setup()
    commands = {"answer": answer, "play": lambda **given: Player(**given).play()}
    for line in sys.stdin:
        name, given = json.loads(line)
        print(json.dumps(commands[name](**given)), flush=True)


if __name__ == "__main__":
    main()
