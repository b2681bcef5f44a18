"""When the site is at fault it says so in French, and asks nothing of what has failed."""

from types import ModuleType

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("could not connect, password=secret"), 503, "Le site reprend son souffle"),
        (OperationalError("no such table: secret"), 500, "s’est rompu de notre côté"),
        (ZeroDivisionError("secret"), 500, "s’est rompu de notre côté"),
    ],
)
def test_a_fault_is_a_french_page_that_reveals_nothing(settings, error, status, words):
    """There is no database in this test: the page must not ask for one."""

    def failing(request):
        raise error

    urls = ModuleType("urls_that_fail")
    urls.urlpatterns = [path("panne/", failing)]
    urls.handler500 = "partenariat.faults.server_error"
    settings.ROOT_URLCONF = urls
    response = Client(raise_request_exception=False).get("/panne/")
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert "secret" not in html
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response.get("Retry-After") == ("60" if status == 503 else None)


@pytest.mark.parametrize("path", ["/", "/nulle-part/", "/fiches/?q=" + "a" * 300])
def test_a_database_that_is_gone_is_a_503_wherever_it_is_met(monkeypatch, path):
    """In a view, or in an error page that explains its acronyms."""

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", gone)
    response = Client(raise_request_exception=False).get(path)
    assert response.status_code == 503
    assert "Le site reprend son souffle" in response.content.decode()
