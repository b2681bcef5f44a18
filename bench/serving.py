"""The site beside a bare Django view that returns the same bytes: same server, same run, alternated rounds.

    make bench                                    200 and 10,000 sheets, on SQLite and on PostgreSQL
    python -m bench.serving [200 10000]           on SQLite, in a scratch file
    python -m tests.postgres -- python -m bench.serving [200 10000]      on PostgreSQL

Three servers run: the site, the site without its page cache (« cold »), and the bare view (`bench/bare.py`). Each is
asked the same addresses over a few kept connections, in turn, so that the noise of the machine falls on all. Prints a
Markdown table: requests a second, p50 and p95 (ms), SQL queries, and the ratios to the bare view of that page.
"""

import base64
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote_plus

from .search import quantile, scratch

SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5"))  # of each measure, in each round
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CONNECTIONS = 4
SEARCH = "/fiches/?q=parents"  # what a start is timed by: the index is there
HEADERS = "Host: 127.0.0.1\r\nAccept-Encoding: br\r\nConnection: keep-alive\r\n\r\n"


def pages(fiche, theme):
    """What is asked: name → addresses, taken in turn."""
    words = ("réunion", "parents", "premier contact", "aide aux devoirs", "les parents ne viennent pas", "CLAS")
    return {
        "home": ["/"],
        "sheet": [f"/fiches/{fiche}/"],
        "theme": [f"/themes/{theme}/"],
        "actor": ["/acteurs/direction-ecole/"],
        "finder, 3 filters": ["/fiches/?niveau=college&moment=tension&genre=pratique"],
        "search, facets": [f"/fiches/?q={quote_plus(text)}" for text in words],
    }


# --- asking ---


def ask(connection, path):
    """One request over a kept connection: (status, headers, body)."""
    connection.sendall(f"GET {path} HTTP/1.1\r\n{HEADERS}".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    missing = int(headers["content-length"]) - len(body)
    while missing > 0:
        more = _received(connection)
        body, missing = body + more, missing - len(more)
    return int(lines[0].split()[1]), headers, body


def _received(connection):
    data = connection.recv(262_144)
    if not data:
        raise ConnectionError("The server closed the connection.")
    return data


def load(port, paths):
    """(requests a second, latencies in ms) of `paths` asked in turn over CONNECTIONS connections for SECONDS."""
    times, stop = [], time.perf_counter() + SECONDS

    def work(offset):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for path in islice(cycle(paths), offset, None):
                start = time.perf_counter()
                if start > stop:
                    return
                status, _, _ = ask(connection, path)
                if status != 200:
                    raise AssertionError(f"{path}: {status}")
                times.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.perf_counter() - start), times


# --- serving ---


class Server:
    """The site as `make run` serves it, on its own port. `start_s`: seconds from its start to its first answer."""

    def __init__(self, application, path="/", **env):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = ["deploy/serve", "127.0.0.1", str(self.port), application]
        start = time.perf_counter()
        self.process = subprocess.Popen(command, env={**os.environ, **env})
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
                    ask(connection, path)
                break
            except OSError:
                if time.perf_counter() - start > 60:
                    raise
                time.sleep(0.02)
        self.start_s = time.perf_counter() - start

    def memory(self):
        """MiB that the server holds: its processes together, what they share counted once (PSS)."""
        pids, total = [self.process.pid], 0
        for pid in pids:
            pids += [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
        return total

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def queries(paths):
    """SQL queries of a page made anew, and of a kept one: counted in this process."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = []
    for kept in (False, True):
        settings.PAGE_CACHE = kept
        client = Client()
        client.get(paths[0])
        with CaptureQueriesContext(connection) as context:
            client.get(paths[0])
        found.append(len(context))
    return found


# --- the table ---


def measure(size, folder):
    from bench.corpus import grow
    from fiches.models import Fiche
    from fiches.search.index import prepare

    start = time.perf_counter()
    grow(size)
    loaded = time.perf_counter() - start
    prepare()
    indexed = time.perf_counter() - start - loaded
    fiche = Fiche.objects.published().order_by("pk").first()
    asked = pages(fiche.slug, fiche.theme.slug)
    servers = {}
    with ExitStack() as stack:

        def serve(who, application, path="/", **env):
            servers[who] = server = Server(application, path, **env)
            stack.callback(server.stop)
            return server

        site = serve("kept", "partenariat.wsgi:application", PAGE_CACHE="1")
        cold = serve("made", "partenariat.wsgi:application", SEARCH, PAGE_CACHE="0")
        bare = serve("bare", "bench.bare:application", BARE_PAGES=_same_bytes(site, asked, folder))
        rows = [_row(size, name, paths, servers) for name, paths in asked.items()]
        memory = {who: server.memory() for who, server in servers.items()}
    print(f"\n{size} sheets: loaded in {loaded:.0f} s, indexed in {indexed:.0f} s; first answer after ", end="")
    print(f"{cold.start_s:.1f} s (the site, a search), {bare.start_s:.1f} s (bare); ", end="")
    print(f"memory {memory['kept']:.0f} MiB (the site, two workers), {memory['bare']:.0f} MiB (bare).")
    return rows


def _same_bytes(site, asked, folder):
    """Ask every page until both workers keep it, and write what they answer for the bare view to return."""
    kept = {}
    for path in (path for paths in asked.values() for path in paths):
        for _ in range(8):
            with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
                status, headers, body = ask(connection, path)
        if status != 200:
            raise AssertionError(f"{path}: {status}")
        encoding = headers.get("content-encoding", "")
        kept[path] = {"type": headers["content-type"], "encoding": encoding, "body": base64.b64encode(body).decode()}
    file = Path(folder) / "pages.json"
    file.write_text(json.dumps(kept))
    return str(file)


def _row(size, name, paths, servers):
    rates, times = {who: [] for who in servers}, {who: [] for who in servers}
    for server in servers.values():
        load(server.port, paths)  # warms templates, connections and both workers up
    for _ in range(ROUNDS):
        for who, server in servers.items():
            rate, found = load(server.port, paths)
            rates[who].append(rate)
            times[who] += found
    rate = {who: statistics.median(found) for who, found in rates.items()}
    p50 = {who: statistics.median(found) for who, found in times.items()}
    made, kept = queries(paths)
    row = {"sheets": f"{size:,}", "page": name}
    for who in servers:
        row |= {
            f"{who} req/s": f"{rate[who]:,.0f}",
            f"{who} p50 / p95": f"{p50[who]:.1f} / {quantile(times[who]):.1f}",
        }
    row |= {"SQL made / kept": f"{made} / {kept}"}
    row |= {
        "kept ÷ bare": f"**{rate['kept'] / rate['bare']:.2f}**",
        "made ÷ bare": f"{rate['made'] / rate['bare']:.3f}",
    }
    return row


def main(sizes):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["WORK_DIR"] = f"{folder}/work"
        database = scratch()
        os.environ["ALLOWED_HOSTS"] = "127.0.0.1"  # of the servers
        from django.core.management import call_command
        from django.db import connection

        from fiches.models import Fiche

        call_command("migrate", verbosity=0)
        if Fiche.objects.exists():
            sys.exit("This database holds sheets: the bench wants one of its own.")
        call_command("load_content", verbosity=0)
        # In a process of its own: this one does without the manifest of static files.
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, check=True)
        rows = [row for size in sizes for row in measure(size, folder)]
        print(f"\n{connection.vendor}\n")
        print("| " + " | ".join(rows[0]) + " |")
        print("|" + " --- |" * len(rows[0]))
        for row in rows:
            print("| " + " | ".join(row.values()) + " |")
        database.cleanup()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [200, 10_000])
