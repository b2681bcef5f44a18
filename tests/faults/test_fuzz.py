"""Odd requests on every public address, three a second, for ten minutes: no error of ours, and memory stays flat.

FAULTS_SEED replays a run, FAULTS_SECONDS and FAULTS_RATE (a second) change its length and its pace.
"""

import os
import random
import re
import socket
import time
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from .conftest import QUICK

SECONDS = float(os.environ.get("FAULTS_SECONDS") or (30 if QUICK else 600))
RATE = float(os.environ.get("FAULTS_RATE") or 3)
SEED = int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))
MORE = 40  # MiB that the site may gain between the third of the run and its end

METHODS = ["GET"] * 14 + ["HEAD"] * 2 + ["POST"] * 3
METHODS += ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "ABSURDE"]
NAMES = """
q theme levier acteur dispositif niveau moment genre solidite tri page exact limit fiche pour avec quand duree minutes
degre mois jour tout texte next format n
""".split()  # noqa: SIM905 a line for each would say no more
WORDS = ["parents", "l’école", "CLAS", "les parents ne viennent pas", "avant", "college", "pratique", "premier-pas"]
# fmt: off
ODD = [
    "", " ", "\0", "\x00\x01\x1b[31m", "\r\nSet-Cookie: a=b", "\ud800", "\ufeff\u202e\u200b",
    "à\u0301" * 90, "a" * 199, "é" * 250, "🦊" * 60, "ﷺ" * 60, "ß" * 200, "-1", "0", "1e309",
    "9" * 400, "²³", "١٢", "null", "NaN", "Infinity", "true", "2026-13-45", "' OR 1=1 --",
    "1;DROP TABLE fiches_fiche", '"', '"parents', "*:*", "a AND (b", "[[[", "((((((((((((", "~~~",
    "^9", "titre:parents", "{{7*7}}", "{% debug %}", "<script>alert(1)</script>",
    "../../etc/passwd", "%", "%zz", "[]", "\\", "\\\\\\", "a\\",
]
# fmt: on
HEADERS = {
    "Accept": ["*/*", "text/html;q=0", "application/json", "\xff\xfe", "a" * 3000],
    "Accept-Encoding": ["br", "gzip", "identity;q=0", "br;q=0, *", "zstd", "", "gzip, gzip, gzip"],
    "Accept-Language": ["fr", "en-US,en;q=0.5", "x" * 900, ";;;"],
    "Cookie": ["sessionid=" + "a" * 32, "sessionid=", "a=b; =; ;;;", "csrftoken=x; sessionid=\xe9", "a" * 4000],
    "If-None-Match": ['"a"', 'W/"a"', "*", '"', '"' + "b" * 5000, ', , "'],
    "If-Modified-Since": ["Mon, 01 Jan 2024 00:00:00 GMT", "hier", "Mon, 99 Zzz 99999 99:99:99 GMT"],
    "Range": ["bytes=0-10", "bytes=-1", "bytes=9-1", "octets"],
    "Host": ["127.0.0.1", "127.0.0.1", "127.0.0.1", "ailleurs.example", "", "127.0.0.1:99999", "[::1", "a b"],
    "Referer": ["http://127.0.0.1/", "\xff", "javascript:1"],
    "Origin": ["null", "http://127.0.0.1", "x"],
    "Authorization": ["Basic !!!", "Bearer x", ""],
    "X-Forwarded-For": ["1.2.3.4", "::::", "a" * 500],
    "X-Forwarded-Proto": ["https", "gopher"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Sec-Purpose": ["prefetch;prerender"],
    "Content-Type": [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain; charset=zz",
        "\xff",
    ],
    "Expect": ["100-continue"],
    "Content-Encoding": ["gzip"],
}
BODIES = [
    b"",
    b"a=b",
    b"\0" * 2000,
    b"--x\r\nContent-Disposition: form-data; name=",
    b"{",
    b"&" * 5000,
    b"a=" + b"%ff" * 3000,
]


def places(patterns, before=""):
    """Every pattern of address of the site, as (text with blanks)."""
    for one in patterns:
        here = before + _with_blanks(str(one.pattern))
        if isinstance(one, URLResolver):
            if "admin" not in (one.namespace or ""):
                yield from places(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield here


def _with_blanks(pattern):
    pattern = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", pattern).replace("\\", "").strip("^$")


class Fuzzer:
    def __init__(self, site, seed):
        self._site, self._drawn = site, random.Random(seed)
        self.known = re.findall(r"<loc>http://[^/]+([^<]*)</loc>", site.get("/sitemap.xml").text)
        self.places = sorted({f"/{place}" for place in places(get_resolver("partenariat.urls").url_patterns)})
        self.places += [
            *map(reverse, ("admin:index", "admin:login", "admin:logout", "admin:fiches_fiche_changelist")),
            "/static/css/site.css",
            "/media/x",
        ]
        slugs = sorted({part for path in self.known for part in path.split("/") if part})
        self._blanks = {"slug": slugs, "extension": ["pdf", "docx", "odt", "epub"]}

    def request(self):
        """One request, as bytes, and a way to tell it."""
        drawn = self._drawn
        path = drawn.choice(self.known) if drawn.random() < 0.25 else self._filled(drawn.choice(self.places))
        if drawn.random() < 0.06:
            path = "/" + "".join(drawn.choice([*ODD, *WORDS, "/", "."]) for _ in range(drawn.randrange(1, 5)))
        query = "&".join(
            f"{drawn.choice(NAMES)}={self._encoded(self._value())}"
            for _ in range(drawn.choice([0, 0, 1, 1, 2, 3, 14]))
        )
        target = self._encoded(path, safe="/") + ("?" + query if query or drawn.random() < 0.03 else "")
        headers = {"Host": "127.0.0.1", "Connection": "close"}
        for name in drawn.sample(sorted(HEADERS), drawn.choice([0, 0, 1, 2, 4])):
            headers[name] = drawn.choice(HEADERS[name])
        method, body = drawn.choice(METHODS), b""
        if method in ("POST", "PUT", "PATCH"):
            body = drawn.choice([*BODIES, drawn.randbytes(500)])
            headers["Content-Length"] = str(len(body))
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body

    def _filled(self, place):
        return re.sub(r"<(\w+)>", lambda match: str(self._blank(match[1])), place)

    def _blank(self, name):
        return self._drawn.choice(self._blanks.get(name, ["x"])) if self._drawn.random() < 0.8 else self._value()

    def _value(self):
        return self._drawn.choice(WORDS if self._drawn.random() < 0.4 else ODD)

    def _encoded(self, text, safe=""):
        return quote(text.encode("utf-8", "surrogatepass"), safe=safe)

    def ask(self, request):
        """The status of the answer, 0 when the connection was closed without one; and its first line."""
        with socket.create_connection(("127.0.0.1", self._site.port), timeout=30) as connection:
            data = b""
            try:
                connection.sendall(request)
                while more := connection.recv(65536):
                    data += more
            except ConnectionError:
                pass  # what came before is the answer
        return (int(data[9:12]) if data else 0), data


def test_no_odd_request_is_an_error_of_ours(site):
    site.start()
    fuzzer = Fuzzer(site, SEED)
    print(f"\nseed {SEED}, {len(fuzzer.places)} patterns, {len(fuzzer.known)} known addresses")
    assert len(fuzzer.places) > 30
    begun, asked, seen, faults, third = time.monotonic(), 0, {}, [], None
    while (elapsed := time.monotonic() - begun) < SECONDS:
        if third is None and elapsed > SECONDS / 3:
            third = site.memory()
        request = fuzzer.request()
        status, data = fuzzer.ask(request)
        seen[status] = seen.get(status, 0) + 1
        asked += 1
        deliberate = status == 503 and b"retry-after" in data.lower() and b"Un instant" in data
        if status >= 500 and not deliberate:
            faults.append((status, request[:600]))
        time.sleep(max(0, begun + asked / RATE - time.monotonic()))
    end = site.memory()
    print(f"{asked} requests in {SECONDS:.0f} s: {dict(sorted(seen.items()))}; memory {third:.0f} → {end:.0f} MiB")
    assert faults == []
    assert [line for line in site.log().splitlines() if "status=5" in line] == []
    assert end - third < MORE
    assert site.get("/").status == 200
