"""Search as a whole request, beside the engine alone, in the same run.

    python -m bench.search [200 10000 100000]                              on SQLite, in a scratch file
    python -m tests.postgres -- python -m bench.search [200 10000 100000]  on PostgreSQL

For each number of sheets: a search with its facets (eight) and 20 highlighted results as a whole request, as JSON then
as the finder's page; the same query put to the engine alone (20 results, their count, six facets); the first search
after a save; the memory of the process. The three are alternated, so that the noise of the machine falls on all.
Prints a Markdown table, in milliseconds.
"""

import gc
import os
import statistics
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

ROUNDS = 60  # requests of each kind
SAVES = 10
SIX = ("theme", "levier", "acteur", "dispositif", "niveau", "moment")
QUERIES = [
    "réunion",
    "parents",
    "premier contact avec la directrice",
    "aide aux devoirs",
    "l’école ne répond jamais à nos mails",
    "colège",
    "CLAS",
    "les parents ne viennent pas",
    "convention de partenariat",
    "conflit avec un enseignant",
    "café des parents au collège",
    "REP",
]


def scratch():
    """Settings for a scratch database: the one of DATABASE_URL, which must be empty, or a temporary file."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder.name}/bench.sqlite3")
    os.environ.update(DEBUG="0", HTTPS="0", ALLOWED_HOSTS="testserver", SECRET_KEY="bench-" + "x0y1z2" * 10)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partenariat.settings")
    import django
    from django.conf import settings

    # Hashed names of static files need collectstatic, which is not what is measured.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    return folder


def memory():
    """Resident memory of this process, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def milliseconds(call):
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def raw_calls(view):
    """For each query, what the engine alone has to do for it: a function without argument."""
    from tantivy import Occur, Query

    from fiches.search.query import ask

    aggregation = {facet: {"terms": {"field": facet, "size": 1000}} for facet in SIX}
    calls = []
    for text in QUERIES:
        asked = ask(view, text)
        everything = view.searcher.search(asked.every, 1).count
        query = Query.boolean_query([(Occur.Must, asked.every if everything >= 10 else asked.some), *asked.nearness])

        def call(query=query):
            view.searcher.search(query, 20)
            view.searcher.aggregate(query, aggregation)

        calls.append(call)
    return calls


def after_a_save():
    """Milliseconds of the first search after each of some saves."""
    from acteurs.stamp import editing
    from fiches.models import Fiche
    from fiches.search.criteria import Criteria, Tri
    from fiches.search.finder import find
    from fiches.search.index import prepare

    found = []
    for n, fiche in enumerate(Fiche.objects.order_by("-pk")[:SAVES]):
        with editing():
            fiche.resume += f" Retouche {n}."
            fiche.save()
        found.append(milliseconds(lambda: find(Criteria(q="réunion", tri=Tri.PERTINENCE))))
        prepare()  # what the site does once the answer has left
    return found


def measure(size):
    """One row of the table, as a dict of figures."""
    from django.test import Client

    from bench.corpus import grow
    from fiches.search.index import fresh, prepare

    row = {"sheets": size, "load s": milliseconds(lambda: grow(size)) / 1000}
    gc.collect()
    row["index s"] = milliseconds(prepare) / 1000
    client = Client()
    calls = raw_calls(fresh())
    times = {"json": [], "page": [], "engine": []}
    for n, text in enumerate(islice(cycle(QUERIES), ROUNDS + len(QUERIES))):
        one = {
            "json": milliseconds(lambda text=text: client.get("/api/v1/fiches", {"q": text})),
            "page": milliseconds(lambda text=text: client.get("/fiches/", {"q": text})),
            "engine": milliseconds(calls[n % len(calls)]),
        }
        if n >= len(QUERIES):  # the first round warms templates and caches up
            for name, value in one.items():
                times[name].append(value)
    for name, values in times.items():
        row |= {f"{name} p50": statistics.median(values), f"{name} p95": quantile(values)}
    row |= {f"{name} / engine": row[f"{name} p50"] / row["engine p50"] for name in ("json", "page")}
    saves = after_a_save()
    row |= {"after a save p50": statistics.median(saves), "after a save p95": quantile(saves), "MiB": memory()}
    return row


def quantile(values):
    return statistics.quantiles(values, n=20)[-1]


def main(sizes):
    folder = scratch()
    from django.core.management import call_command
    from django.db import connection

    from fiches.models import Fiche

    call_command("migrate", verbosity=0)
    if Fiche.objects.exists():
        sys.exit("This database holds sheets: the bench wants one of its own.")
    call_command("load_content", verbosity=0)
    rows = [measure(size) for size in sizes]
    print(f"\n{connection.vendor}; milliseconds unless said\n")
    print("| " + " | ".join(rows[0]) + " |")
    print("| " + " | ".join("---:" for _ in rows[0]) + " |")
    for row in rows:
        print(
            "| "
            + " | ".join(f"{value:.1f}" if isinstance(value, float) else str(value) for value in row.values())
            + " |"
        )
    folder.cleanup()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [200, 10_000, 100_000])
