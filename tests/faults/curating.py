"""What a curator's browser does over HTTP: log in, read a form, send it."""

import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from django.urls import reverse

from .served import Answer

NAME, PASSWORD = "curatrice", "un mot de passe assez long"
ADD = reverse("admin:fiches_synonyme_add")
IMPORT = reverse("admin:fiches_atelier_importer")


def make_curator(site):
    """An account that may do everything, on a site that need not be served."""
    site.env.update(DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    site.manage("createsuperuser", "--noinput", "--username", NAME, "--email", "c@example.org")


class _Stays(urllib.request.HTTPRedirectHandler):
    """Answers are told as they come: a redirection means that it is written."""

    def redirect_request(self, *args):
        return None


class Browser:
    def __init__(self, site):
        self._at = f"http://127.0.0.1:{site.port}"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies), _Stays)

    def ask(self, path, data=None, headers=None, timeout=30):
        """An `Answer`. `data`: the fields of a form, or bytes. Raises OSError when nobody answers."""
        body = urllib.parse.urlencode(data).encode() if isinstance(data, dict) else data
        headers = {"Origin": self._at, **(headers or {})} if data is not None else headers or {}
        request = urllib.request.Request(self._at + path, body, headers)  # noqa: S310 our own address
        try:
            response = self._opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            said = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, said, response.read().decode("utf-8", "replace"), 0.0)

    def token(self, path):
        return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(path).text)[1]

    def log_in(self):
        path = f"{reverse('admin:login')}?next={reverse('admin:index')}"
        form = {"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": self.token(path)}
        assert self.ask(path, form).status == 302
        return self

    def synonym(self, word, token, more=""):
        """Add a group of words named `word`: the `Answer`, 302 once it is written."""
        form = {"genre": "equivalents", "nom": word, "mots": f"{word} a\n{word}{more} b", "csrfmiddlewaretoken": token}
        return self.ask(ADD, form)

    def report(self, data, token):
        """Send a workshop's report: the `Answer`."""
        edge = "limite-du-formulaire"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n--{edge}\r\n'
        head += 'Content-Disposition: form-data; name="fichier"; filename="atelier.txt"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        return self.ask(IMPORT, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
