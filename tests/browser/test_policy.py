"""The strict policy holds by itself on every page of the admin: the browser blocks nothing, and asks nobody else.

The `visit` fixture fails on any error of the console: each violation of the policy is one.
"""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import Resolver404, resolve, reverse

from fiches.reports.drafting import draft_import

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rendering]

REPORT = "THEME 1 : CE QUI FAIT QUE ÇA MATCHE\nParoles des centres sociaux\n- Se voir souvent.\n"


def kind(path):
    """The name of the page in the map of addresses; "" for what is no page of the admin, or is like another.

    Django's pages of history and deletion are the same for every model: those of sheets stand for all.
    """
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    name = match.url_name if match.namespace == "admin" else ""
    if name in ("logout", "view_on_site", "guide_capture", "fiches_import_fichier"):
        return ""
    return "" if name.endswith(("_history", "_delete")) and not name.startswith("fiches_fiche") else name


def test_nothing_is_blocked_on_any_page_of_the_admin(visit, site):
    User.objects.create_superuser("racine", password="un mot de passe long")
    draft_import(REPORT.encode(), "cr.txt", by=None)
    page = visit(reverse("admin:login"))
    page.fill("#id_username", "racine")
    page.fill("#id_password", "un mot de passe long")
    page.click("#login-form [type=submit]")
    kinds, todo = set(), [urlsplit(page.url).path]
    while todo:
        path = todo.pop(0)
        name = kind(path)
        if not name or name in kinds:
            continue
        kinds.add(name)
        answer = page.goto(site + path)
        assert answer.status in (200, 403), path
        todo += [urlsplit(a).path for a in page.locator("a[href]").evaluate_all("links => links.map(a => a.href)")]
    assert len(kinds) > 60
    assert {"index", "guide", "agenda", "fiches_import", "fiches_extrait_citer", "auth_user_change"} <= kinds
