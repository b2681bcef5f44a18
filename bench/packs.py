"""Time and size of each document, per format: a sheet, a dossier of 10, one of all the sheets that ship.

    python -m bench.packs       in a scratch file of SQLite, which is emptied at the end

Each file is made anew, the formats alternated; a bare request for the sheet's page, taken in the same rounds, says how
noisy the machine was. Prints a Markdown table: milliseconds (median), and kB.
"""

import statistics
import time

from .search import scratch

ROUNDS = 5


def measure():
    from django.core.management import call_command
    from django.test import Client

    from fiches.models import Fiche
    from fiches.packs.telling import Site, dossier_document, sheet_document
    from fiches.packs.writing import FORMATS, write

    call_command("migrate", verbosity=0)
    call_command("load_content", verbosity=0)
    site = Site("Trait d’union", lambda path: f"https://example.org{path}")
    fiches = list(Fiche.objects.published().for_page().order_by("pk"))
    client, path = Client(), fiches[0].get_absolute_url()
    tellings = {
        "a sheet": lambda: sheet_document(fiches[0], site),
        "10 sheets": lambda: dossier_document(fiches[:10], site, "https://example.org/dossier/"),
        f"{len(fiches)} sheets": lambda: dossier_document(fiches, site, "https://example.org/dossier/"),
    }
    times, sizes, pages = {}, {}, []
    client.get(path)
    for _ in range(ROUNDS):
        for name, tell in tellings.items():
            pages.append(_timed(lambda: client.get(path))[0])
            for extension in FORMATS:
                took, data = _timed(lambda tell=tell, extension=extension: write(tell(), extension))
                times.setdefault((name, extension), []).append(took)
                sizes[name, extension] = len(data)
    page = statistics.median(pages)
    print(f"Page of a sheet, in the same rounds: {page:.0f} ms.\n")
    print("| | " + " | ".join(FORMATS) + " |")
    print("|---" * (len(FORMATS) + 1) + "|")
    for name in tellings:
        cells = (f"{statistics.median(times[name, e]):.0f} ms, {sizes[name, e] / 1000:.0f} kB" for e in FORMATS)
        print(f"| {name} | " + " | ".join(cells) + " |")


def _timed(work):
    start = time.perf_counter()
    made = work()
    return (time.perf_counter() - start) * 1000, made


if __name__ == "__main__":
    folder = scratch()
    measure()
    folder.cleanup()
