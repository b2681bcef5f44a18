import re

from django.conf import settings
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import URLResolver, include, path
from django.views.generic import TemplateView

from . import env, health, views
from .sitemaps import SITEMAPS


def page(template, **context):
    """The view of a page that is all in its template."""
    return TemplateView.as_view(template_name=template, extra_context=context)


handler400 = "partenariat.faults.bad_request"
handler500 = "partenariat.faults.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("fiches.urls")),
    path("a-propos/", page("site/about.html"), name="about"),
    path("mentions-legales/", page("site/legal.html"), name="legal"),
    path("confidentialite/", page("site/privacy.html", journal_months=settings.JOURNAL_MONTHS), name="privacy"),
    path("accessibilite/", page("site/accessibility.html"), name="accessibility"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("sante", health.live, name="live"),
    path("sante/pret", health.ready, name="ready"),
    path("lire-d-avance.json", views.read_ahead, name="read_ahead"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(".well-known/security.txt", views.security, name="security"),
    path(settings.ADMIN_PATH, admin.site.urls),
]


def _first_words(patterns):
    """Those that the addresses of `patterns` begin with."""
    for entry in patterns:
        if words := re.match(r"\^?([\w.-]+)", str(entry.pattern).replace("\\", "")):
            yield words[1].split(".")[0]
        elif isinstance(entry, URLResolver):
            yield from _first_words(entry.url_patterns)


if settings.ADMIN_PATH.split("/")[0] in {*_first_words(urlpatterns[:-1]), settings.STATIC_URL.strip("/")}:
    env.refuse("ADMIN_PATH", f"may not be {settings.ADMIN_PATH}: other pages are there. Choose another word.")
