"""Checking links: which ones, how they are asked, and above all what is never asked. No network: loopback only."""

import ipaddress
import socket
import threading
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import stamp
from fiches.links import rounds
from fiches.links.addresses import Forbidden, PublicInternet, as_sent, is_public
from fiches.links.collecting import collect, urls_in
from fiches.links.fetching import Answer, Asker, Lanes
from fiches.models import EtatLien, LienVerifie
from tests import factories as make
from tests.admin_pages import address, visible_text

# Which addresses


@pytest.mark.parametrize(
    "address_",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "",
        "localhost",
    ],
)
def test_no_address_but_public_ones(address_):
    assert not is_public(address_)


@pytest.mark.parametrize("address_", ["9.9.9.9", "185.15.58.224", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_public_addresses(address_):
    assert is_public(address_)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://site.fr/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//site.fr/",
        "http:///chemin",
        "http://moi:secret@site.fr/",
        "http://@site.fr/",
        "http://site.fr:22/",
        "http://site.fr:6379/",
    ],
)
def test_what_is_no_address_of_a_site_is_not_even_resolved(url):
    net = PublicInternet(resolver=lambda host, port: pytest.fail("resolved"))
    with pytest.raises(Forbidden):
        net.way_to(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.1", "[::1]", "[::ffff:7f00:1]", "localhost", "0"],
)
def test_no_way_of_writing_this_machine_is_let_through(host):
    with pytest.raises((Forbidden, OSError)):
        PublicInternet().way_to(f"http://{host}/")


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    net = PublicInternet(resolver=lambda host, port: ["9.9.9.9", "10.0.0.1"])
    with pytest.raises(Forbidden, match="réseau privé"):
        net.way_to("https://site.fr/")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Voir https://eduscol.fr/a.", ["https://eduscol.fr/a"]),
        ("[Éduscol](https://eduscol.fr/a), puis [là](http://b.fr)…", ["https://eduscol.fr/a", "http://b.fr"]),
        ("(https://fr.wiki.org/wiki/REP_(école))", ["https://fr.wiki.org/wiki/REP_(école)"]),
        ("« https://a.fr/?x=1&y=2 » ; <https://b.fr>", ["https://a.fr/?x=1&y=2", "https://b.fr"]),
        ("**https://a.fr/**", ["https://a.fr/"]),
        ("[interne](/fiches/x/), ftp://a.fr, www.a.fr", []),
    ],
)
def test_addresses_are_read_in_texts(text, found):
    assert urls_in(text) == found


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://école.fr/été?q=œ", "https://xn--cole-9oa.fr/%C3%A9t%C3%A9?q=%C5%93"),
        ("https://a.fr/%C3%A9", "https://a.fr/%C3%A9"),
        ("https://a.fr/b\r\nHost: c", "https://a.fr/bHost:c"),
    ],
)
def test_addresses_are_sent_as_a_browser_would(written, sent):
    assert as_sent(written) == sent


@pytest.mark.django_db
class TestCollecting:
    def test_resources_and_texts_with_the_page_where_each_is_written(self):
        ressource = make.make_ressource(url="https://a.fr/")
        fiche = make.make_fiche(pourquoi="Lisez [ceci](https://b.fr/x) et https://a.fr/.")
        make.make_etape(fiche=fiche, texte="Sur https://b.fr/x, tout est dit.")
        theme = make.make_theme(introduction="https://c.fr")
        terme = make.make_terme(definition="https://c.fr")
        found = {url: [(p.model, p.pk) for p in places] for url, places in collect().items()}
        assert found == {
            "https://a.fr/": [("fiches.ressource", ressource.pk), ("fiches.fiche", fiche.pk)],
            "https://b.fr/x": [("fiches.fiche", fiche.pk)],
            "https://c.fr": [("fiches.theme", theme.pk), ("acteurs.terme", terme.pk)],
        }

    def test_what_nobody_reads_is_left_out(self):
        make.make_fiche(formulations="https://a.fr", a_confirmer="https://b.fr")
        make.make_fiche(statut="archivee", pourquoi="https://c.fr")
        make.make_ressource(description=f"https://d.fr/{'x' * 2000}")
        assert collect() == {}

    @pytest.mark.parametrize("n", [1, 12])
    def test_one_query_a_model(self, n, django_assert_num_queries):
        for _ in range(n):
            make.make_etape(texte="https://a.fr")
            make.make_ressource(url="https://b.fr")
        with django_assert_num_queries(14):
            collect()


# Asking: a site on this machine, and a resolver that sends every name to it


class Site(ThreadingHTTPServer):
    """Answers as `pages` says: {path: (status, headers) or a function of the handler}; 404 elsewhere."""

    daemon_threads = True

    def __init__(self):
        self.pages, self.asked = {}, []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.server.asked.append((self.command, self.path, self.headers["Host"], self.headers["User-Agent"]))
        found = self.server.pages.get(self.path, (404, {}))
        if callable(found):
            found = found(self)
        if found:
            self.send_response(found[0])
            for name, value in found[1].items():
                self.send_header(name, value)
            self.end_headers()

    do_HEAD = do_GET = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = Site()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Loopback(PublicInternet):
    """Every name leads to the site on this machine, but those of `private`; only loopback is allowed, not 10.…"""

    def __init__(self, private=()):
        self.resolved = []

        def resolver(host, port):
            self.resolved.append(host)
            return ["10.0.0.1"] if host in private else ["127.0.0.1"]

        super().__init__(resolver, ports=range(65536))

    def allows(self, address_):
        return ipaddress.ip_address(address_).is_loopback


@pytest.fixture
def ask(site):
    """Ask the site for a path, under a name."""

    def ask(path, host="site.fr", net=None, **options):
        options.setdefault("timeout", 2)
        asker = Asker("Trait-d-union/1.0", net or Loopback(), Lanes(pause=0), **options)
        return asker.ask(f"http://{host}:{site.server_port}{path}")

    return ask


def methods(site):
    return [method for method, *_ in site.asked]


class TestAsking:
    def test_a_page_that_is_there_is_asked_for_its_head_alone(self, site, ask):
        site.pages["/a?b=c"] = (200, {})
        assert ask("/a?b=c") == Answer(200)
        assert site.asked == [("HEAD", "/a?b=c", f"site.fr:{site.server_port}", "Trait-d-union/1.0")]

    def test_get_when_head_does_not_please(self, site, ask):
        site.pages["/a"] = lambda request: (405 if request.command == "HEAD" else 200, {})
        assert ask("/a") == Answer(200)
        assert methods(site) == ["HEAD", "GET"]

    def test_get_when_head_is_hung_up_on(self, site, ask):
        def hang_up(request):
            if request.command == "GET":
                return (200, {})
            request.close_connection = True
            return None

        site.pages["/a"] = hang_up
        assert ask("/a") == Answer(200)

    @pytest.mark.parametrize(("code", "motif"), [(404, "page introuvable"), (500, "en panne"), (418, "réponse 418")])
    def test_failures_are_told_in_french(self, site, ask, code, motif):
        site.pages["/a"] = (code, {})
        answer = ask("/a")
        assert (answer.code, answer.failed, answer.refused) == (code, True, False)
        assert motif in answer.motif

    @pytest.mark.parametrize("code", [401, 403, 429])
    def test_a_site_that_turns_robots_away_is_not_broken(self, site, ask, code):
        site.pages["/a"] = (code, {})
        answer = ask("/a")
        assert (answer.code, answer.failed, answer.refused) == (code, False, True)

    def test_nobody_there(self, ask):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        asker = Asker("x", Loopback(), Lanes(pause=0), timeout=1)
        answer = asker.ask(f"http://site.fr:{port}/")
        assert (answer.code, answer.motif, answer.unheard) == (None, "le site ne répond pas", True)

    def test_a_name_that_nobody_has(self):
        def resolver(host, port):
            raise socket.gaierror

        answer = Asker("x", PublicInternet(resolver)).ask("http://site.fr/")
        assert (answer.motif, answer.failed) == ("aucun site ne porte ce nom", True)

    def test_a_silent_site_is_not_waited_for(self, site, ask):
        done = threading.Event()
        site.pages["/a"] = lambda request: done.wait(5) and None
        answer = ask("/a", timeout=0.2)
        done.set()
        assert answer.motif == "le site ne répond pas à temps"

    def test_nor_one_that_trickles(self, site, ask):
        """Each byte comes in time, the whole never does."""
        done = threading.Event()

        def trickle(request):
            request.wfile.write(b"HTTP/1.0 200 OK\r\n")
            while not done.wait(0.05):
                try:
                    request.wfile.write(b"X")
                except OSError:
                    break
            request.close_connection = True

        site.pages["/a"] = trickle
        answer = ask("/a", timeout=1, deadline=0.4)
        done.set()
        assert answer.motif == "le site ne répond pas à temps"

    def test_the_body_is_never_read(self, site, ask):
        sent = []

        def endless(request):
            if request.command == "HEAD":
                return (405, {})
            request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n")
            try:
                while len(sent) < 2000:
                    request.wfile.write(b"x" * 65536)
                    sent.append(1)
            except OSError:
                request.close_connection = True

        site.pages["/a"] = endless
        assert ask("/a") == Answer(200)
        assert len(sent) < 2000

    def test_headers_without_end_are_cut(self, site, ask):
        def boast(request):
            request.wfile.write(b"HTTP/1.0 200 OK\r\nX: " + b"x" * 200_000)
            request.close_connection = True

        site.pages["/a"] = boast
        assert ask("/a").failed


class TestRedirects:
    def test_they_are_followed_and_the_lasting_ones_told(self, site, ask):
        site.pages |= {"/a": (301, {"Location": "/b#ici"}), "/b": (302, {"Location": "/c"}), "/c": (200, {})}
        answer = ask("/a")
        assert (answer.code, answer.failed) == (200, False)
        assert answer.moved_to == f"http://site.fr:{site.server_port}/b"

    def test_five_at_most(self, site, ask):
        site.pages |= {f"/{n}": (302, {"Location": f"/{n + 1}"}) for n in range(20)}
        site.pages["/20"] = (200, {})
        assert ask("/15") == Answer(200)
        assert ask("/14").motif == "plus de 5 renvois d’une adresse à l’autre"

    def test_a_redirect_to_a_private_network_is_not_followed(self, site, ask):
        net = Loopback(private=["intranet.fr"])
        site.pages["/a"] = (302, {"Location": f"http://intranet.fr:{site.server_port}/secret"})
        answer = ask("/a", net=net)
        assert answer.failed
        assert "réseau privé" in answer.motif
        assert [path for _, path, *_ in site.asked] == ["/a"]

    @pytest.mark.parametrize("location", ["ftp://site.fr/", "file:///etc/passwd", "http://u:p@site.fr/", "http://["])
    def test_nor_one_to_anything_else_than_a_site(self, site, ask, location):
        site.pages["/a"] = (302, {"Location": location})
        assert ask("/a").failed
        assert set(methods(site)) <= {"HEAD", "GET"}
        assert {path for _, path, *_ in site.asked} == {"/a"}


class TestRebinding:
    def test_a_name_is_resolved_once_a_request_and_that_very_address_connected_to(self, site, ask, monkeypatch):
        net = Loopback()
        monkeypatch.setattr(socket, "getaddrinfo", _only_numbers(socket.getaddrinfo))
        site.pages |= {"/a": (302, {"Location": f"http://autre.fr:{site.server_port}/b"}), "/b": (200, {})}
        assert ask("/a", net=net) == Answer(200)
        assert net.resolved == ["site.fr", "autre.fr"]

    def test_a_name_that_changes_its_mind_gains_nothing(self, site, ask):
        """Public when judged, private a moment later: the second answer is judged too when it is asked for."""
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        net = Loopback()
        net.resolver = lambda host, port: next(answers)
        site.pages["/a"] = (404, {})  # HEAD, then GET
        assert "réseau privé" in ask("/a", net=net).motif
        assert methods(site) == ["HEAD"]


def _only_numbers(getaddrinfo):
    def guarded(host, *args, **kwargs):
        ipaddress.ip_address(host)  # a name here would be a second resolution
        return getaddrinfo(host, *args, **kwargs)

    return guarded


def test_encrypted_sites_are_checked_under_their_own_name(monkeypatch):
    """The certificate is judged for the name, though the connection goes to an address."""
    named = []
    asker = Asker("x", Loopback(), Lanes(pause=0), timeout=1)

    def wrap_socket(sock, server_hostname):
        named.append(server_hostname)
        raise __import__("ssl").SSLCertVerificationError

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(asker, "_tls", type("Tls", (), {"wrap_socket": staticmethod(wrap_socket)}))
        answer = asker.ask(f"https://site.fr:{server.getsockname()[1]}/")
    assert answer.motif == "le certificat de sécurité du site est refusé"
    assert set(named) == {"site.fr"}


def test_certificates_are_verified():
    tls = Asker("x")._tls
    assert tls.check_hostname
    assert tls.verify_mode.name == "CERT_REQUIRED"


def test_one_request_at_a_time_for_each_host(site):
    busy, most = [], []

    def slow(request):
        busy.append(1)
        most.append(len(busy))
        threading.Event().wait(0.05)
        busy.pop()
        return (200, {})

    site.pages["/a"] = slow
    asker = Asker("x", Loopback(), Lanes(pause=0.05))
    url = f"http://site.fr:{site.server_port}/a"
    threads = [threading.Thread(target=asker.ask, args=(url,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


# Remembering

OK, GONE, ROBOTS = Answer(200), Answer(404, "page introuvable", failed=True), Answer(403, "robots", refused=True)


@pytest.mark.django_db
class TestStrikes:
    def on(self, day, answer, link, hour=12):
        at = datetime(2026, 3, day, hour, tzinfo=timezone.get_default_timezone())
        link.record(answer, at)
        return LienVerifie.objects.get()

    def test_three_days_of_failure_make_a_dead_link(self):
        link = LienVerifie(url="https://a.fr")
        states = [self.on(day, GONE, link).etat for day in (1, 2, 5)]
        assert states == [EtatLien.PANNE, EtatLien.PANNE, EtatLien.MORT]
        assert (link.code, link.premier_echec, link.dernier_echec) == (404, date(2026, 3, 1), date(2026, 3, 5))

    def test_several_failures_on_one_day_are_one(self):
        link = LienVerifie(url="https://a.fr")
        for hour in (8, 12, 16, 23):
            self.on(1, GONE, link, hour)
        assert (link.etat, link.echecs) == (EtatLien.PANNE, 1)

    def test_the_day_is_that_of_paris(self):
        link = LienVerifie(url="https://a.fr")
        link.record(GONE, datetime(2026, 3, 1, 23, 30, tzinfo=timezone.get_fixed_timezone(0)))
        assert link.dernier_echec == date(2026, 3, 2)

    @pytest.mark.parametrize(("answer", "etat"), [(OK, EtatLien.REPOND), (ROBOTS, EtatLien.REFUSE)])
    def test_an_answer_revives_a_dead_link_and_forgets_its_failures(self, answer, etat):
        link = LienVerifie(url="https://a.fr")
        for day in (1, 2, 3):
            self.on(day, GONE, link)
        link = self.on(4, answer, link)
        assert (link.etat, link.echecs, link.premier_echec, link.dernier_echec) == (etat, 0, None, None)
        assert self.on(5, GONE, link).etat == EtatLien.PANNE

    def test_a_dead_link_that_stays_so_is_dead(self):
        link = LienVerifie(url="https://a.fr")
        assert [self.on(day, GONE, link).etat for day in range(1, 6)][2:] == [EtatLien.MORT] * 3


class Scripted:
    """An asker that answers as told; `GONE` for the rest."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def ask(self, url):
        self.asked.append(url)
        answer = self.answers.get(url.split("/")[2].split(".")[0], GONE)
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(monkeypatch, asker, *options):
    monkeypatch.setattr(rounds, "Asker", lambda *args: asker)
    out = StringIO()
    call_command("check_links", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestRound:
    def test_nothing_is_written_without_apply(self, monkeypatch):
        make.make_ressource(url="https://a.fr/")
        said = run(monkeypatch, Scripted(a=OK))
        assert "1 links: 1 repond" in said
        assert "Nothing was written" in said
        assert not LienVerifie.objects.exists()

    def test_with_apply_each_answer_is_kept_and_the_content_s_stamp_does_not_move(self, monkeypatch):
        make.make_ressource(url="https://a.fr/")
        make.make_fiche(pourquoi="https://b.fr/")
        before = stamp()
        run(monkeypatch, Scripted(a=OK), "--apply")
        assert set(LienVerifie.objects.values_list("url", "etat")) == {
            ("https://a.fr/", EtatLien.REPOND),
            ("https://b.fr/", EtatLien.PANNE),
        }
        assert stamp() == before

    def test_a_link_that_is_used_no_more_is_forgotten(self, monkeypatch):
        LienVerifie(url="https://avant.fr").record(OK)
        make.make_ressource(url="https://a.fr/")
        assert "1 no longer used" in run(monkeypatch, Scripted(a=OK), "--apply")
        assert LienVerifie.objects.get().url == "https://a.fr/"

    def test_when_nobody_answers_at_all_it_is_our_network_and_nobody_s_strike(self, monkeypatch):
        for name in "abc":
            make.make_ressource(url=f"https://{name}.fr/")
        silence = Answer(motif="le site ne répond pas", failed=True, unheard=True)
        with pytest.raises(CommandError, match="cut off"):
            run(monkeypatch, Scripted(a=silence, b=silence, c=silence), "--apply")
        assert not LienVerifie.objects.exists()
        run(monkeypatch, Scripted(a=silence, b=silence, c=OK), "--apply")
        assert LienVerifie.objects.filter(etat=EtatLien.PANNE).count() == 2

    def test_a_lone_silent_site_is_counted(self, monkeypatch):
        make.make_ressource(url="https://a.fr/")
        run(monkeypatch, Scripted(a=Answer(failed=True, unheard=True)), "--apply")
        assert LienVerifie.objects.get().echecs == 1

    def test_a_bug_spares_the_other_links_and_is_told(self, monkeypatch, caplog):
        make.make_ressource(url="https://a.fr/")
        make.make_ressource(url="https://b.fr/secret")
        with pytest.raises(CommandError, match="1 links could not be checked"):
            run(monkeypatch, Scripted(a=OK, b=RuntimeError("cassé")), "--apply")
        assert LienVerifie.objects.get().url == "https://a.fr/"
        assert "secret" not in caplog.text

    def test_who_asks_says_its_name(self, settings):
        settings.SITE_NAME, settings.SITE_URL = "Trait d’union", "https://fiches.fr"
        assert rounds.user_agent() == "Trait-D-Union/1.0 (verification de liens; +https://fiches.fr)"


# In the admin


@pytest.mark.django_db
class TestAdmin:
    def dead(self, url):
        link = LienVerifie(url=url)
        for days in (3, 2, 1):
            link.record(GONE, timezone.now() - timedelta(days=days))
        return link

    def test_the_dead_ones_and_where_to_mend_them(self, admin_client):
        fiche = make.make_fiche(titre="Lire la charte", pourquoi="https://a.fr/")
        self.dead("https://a.fr/")
        make.make_ressource(url="https://b.fr/")
        LienVerifie(url="https://b.fr/").record(OK)
        page = admin_client.get(address(LienVerifie, "changelist"), {"etat__exact": "mort"})
        assert [link.url for link in page.context["cl"].result_list] == ["https://a.fr/"]
        html = page.content.decode()
        assert f'<a href="{address(type(fiche), "change", fiche.pk)}">Lire la charte</a>' in html
        assert "page introuvable" in visible_text(html)
        assert admin_client.get(address(LienVerifie, "change", LienVerifie.objects.dead().get().pk)).status_code == 200

    def test_a_page_that_moved_for_good_says_where(self, admin_client):
        make.make_ressource(url="https://a.fr/")
        LienVerifie(url="https://a.fr/").record(Answer(200, moved_to="https://b.fr/"))
        html = admin_client.get(address(LienVerifie, "changelist")).content.decode()
        assert 'mène désormais à <a href="https://b.fr/"' in html
        assert "&lt;" not in html.split("result_list")[1]

    def test_nobody_writes_there(self, admin_client):
        link = self.dead("https://a.fr/")
        assert admin_client.get(address(LienVerifie, "add")).status_code == 403
        assert admin_client.post(address(LienVerifie, "change", link.pk), {"url": "x"}).status_code == 403
        assert admin_client.post(address(LienVerifie, "delete", link.pk), {"post": "yes"}).status_code == 403

    def test_who_may_not_see_them_does_not(self, client):
        user = User.objects.create_user("quelqu-un", is_staff=True)
        client.force_login(user)
        assert client.get(address(LienVerifie, "changelist")).status_code == 403
        user.user_permissions.add(Permission.objects.get(codename="view_lienverifie"))
        assert client.get(address(LienVerifie, "changelist")).status_code == 200

    def test_a_long_list_costs_no_more_than_a_short_one(self, admin_client):
        counts = []
        for n in (1, 11):
            for k in range(n):
                url = f"https://a.fr/{n}-{k}"
                make.make_ressource(url=url)
                self.dead(url)
            admin_client.get(address(LienVerifie, "changelist"))
            with CaptureQueriesContext(connection) as captured:
                admin_client.get(address(LienVerifie, "changelist"))
            counts.append(len(captured))
        assert counts[0] == counts[1]
