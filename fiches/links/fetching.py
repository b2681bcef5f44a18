"""Asks one URL whether it answers: a few bytes, a few seconds, a few redirects, and never a private network.

The standard library is enough, and lets us connect to the very address that was judged: an HTTP library would
resolve the name a second time.
"""

import http.client
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from .addresses import Forbidden, PublicInternet, as_sent

TIMEOUT = 10  # seconds of silence
DEADLINE = 30  # seconds for one request, however slowly it trickles
REDIRECTS = 5
PAUSE = 1  # seconds between two requests to the same host
MOVED = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
# They answer, but not to a robot: only a person can tell.
TURNS_ROBOTS_AWAY = {401, 403, 406, 407, 429, 451, 999}
SAID = {
    404: "page introuvable",
    410: "page retirée pour de bon",
    500: "le site est en panne",
    502: "le site est en panne",
    503: "le site est indisponible",
    504: "le site met trop de temps à répondre",
}


@dataclass(frozen=True)
class Answer:
    """How one URL answered. `code`: the last HTTP status, None if there was none."""

    code: int | None = None
    motif: str = ""  # in French; empty when all is well
    moved_to: str = ""  # where the page has gone for good
    failed: bool = False
    refused: bool = False  # it answers, but turns robots away
    hopeless: bool = False  # asking otherwise would change nothing
    unheard: bool = False  # nobody answered at all: our own network may be at fault


class _Unusable(Exception):
    """The site said something that we cannot follow. Its text says what, in French."""


class Lanes:
    """One request at a time for each host, `pause` seconds apart. Shared by the threads of a round."""

    def __init__(self, pause=PAUSE):
        self.pause = pause
        self._mutex = threading.Lock()
        self._lanes = {}  # {host: [its lock, when it may be asked again]}

    @contextmanager
    def take(self, host):
        with self._mutex:
            lane = self._lanes.setdefault(host, [threading.Lock(), 0.0])
        with lane[0]:
            time.sleep(max(0.0, lane[1] - time.monotonic()))
            try:
                yield
            finally:
                lane[1] = time.monotonic() + self.pause


class Asker:
    """Asks URLs. `user_agent` says who we are; `net` judges where we may go."""

    def __init__(self, user_agent, net=None, lanes=None, timeout=TIMEOUT, deadline=DEADLINE):
        self.user_agent = user_agent.encode("ascii", "ignore").decode()
        self.net = net or PublicInternet()
        self.lanes = lanes or Lanes()
        self.timeout = timeout
        self.deadline = deadline
        self._tls = ssl.create_default_context()

    def ask(self, url):
        """The `Answer` of `url`. HEAD first; GET when HEAD does not please. Raises nothing of the network."""
        answer = self._try("HEAD", url)
        if (answer.failed or answer.refused) and not answer.hopeless:
            answer = self._try("GET", url)
        return answer

    def _try(self, method, url):
        try:
            return self._follow(method, url)
        except Forbidden as why:
            return Answer(motif=str(why), failed=True, hopeless=True)
        except _Unusable as why:
            return Answer(motif=str(why), failed=True)
        except ssl.SSLCertVerificationError:
            return Answer(motif="le certificat de sécurité du site est refusé", failed=True)
        except TimeoutError:
            return Answer(motif="le site ne répond pas à temps", failed=True, unheard=True)
        except socket.gaierror:
            return Answer(motif="aucun site ne porte ce nom", failed=True, hopeless=True, unheard=True)
        except (OSError, http.client.HTTPException, ValueError, UnicodeError):
            return Answer(motif="le site ne répond pas", failed=True, unheard=True)

    def _follow(self, method, url):
        moved_to, for_good = "", True
        for _ in range(REDIRECTS + 1):
            code, location = self._request(method, url)
            if code not in MOVED or not location:
                return _judged(code, moved_to)
            url = _next(url, location)
            for_good = for_good and code in FOR_GOOD
            moved_to = url if for_good else moved_to
        raise _Unusable(f"plus de {REDIRECTS} renvois d’une adresse à l’autre")

    def _request(self, method, url):
        """(status, Location or "") of one request. The name is resolved here, once, and that address connected to."""
        parts, port, addresses = self.net.way_to(url)
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        with self.lanes.take(parts.hostname):
            connection = self._connect(parts, port, addresses)
            try:
                with _by(self.deadline, connection.sock):
                    connection.request(method, target, headers=self._headers)
                    response = connection.getresponse()  # its body is left unread: the status is enough
                    return response.status, response.getheader("Location", "")
            finally:
                connection.close()

    @property
    def _headers(self):
        return {
            "User-Agent": self.user_agent,
            "Accept": "*/*",
            "Accept-Language": "fr",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    def _connect(self, parts, port, addresses):
        """An open connection to the first of `addresses` that takes one. The last one's error if none does."""
        for n, address in enumerate(addresses[:4]):
            try:
                sock = socket.create_connection((address, port), self.timeout)
                break
            except OSError:
                if n == len(addresses[:4]) - 1:
                    raise
        if parts.scheme == "https":
            try:
                with _by(self.deadline, sock):
                    sock = self._tls.wrap_socket(sock, server_hostname=parts.hostname)
            except BaseException:
                sock.close()
                raise
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout)
        connection.sock = sock  # so it never resolves the name itself
        connection.auto_open = 0
        connection.default_port = 443 if parts.scheme == "https" else 80  # what « Host: » leaves unsaid
        return connection


@contextmanager
def _by(seconds, sock):
    """Cut `sock` off after `seconds`: a time-out alone forgives who sends one byte at a time for ever."""
    late = threading.Event()

    def cut():
        late.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed already

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


def _next(url, location):
    """Where a redirect leads, absolute and without its fragment. What it leads to is judged when it is asked."""
    try:
        location = location.encode("latin-1").decode()  # headers come as Latin-1, whatever they hold
    except UnicodeError:
        location = location.strip()
    return urlsplit(as_sent(urljoin(url, location.strip())))._replace(fragment="").geturl()


def _judged(code, moved_to):
    if 200 <= code < 300:
        return Answer(code, moved_to=moved_to)
    if code in TURNS_ROBOTS_AWAY:
        return Answer(code, "le site refuse les robots", moved_to, refused=True)
    return Answer(code, SAID.get(code, f"réponse {code}"), failed=True)
