"""The addresses worth a search engine's visit: published sheets, and the pages that lead to them."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from acteurs.models import Acteur, Dispositif
from fiches.models import Atelier, Fiche, Levier, Theme


class FicheSitemap(Sitemap):
    def items(self):
        return Fiche.objects.published().only("slug", "reviewed_on").order_by("pk")

    def lastmod(self, fiche):
        return fiche.reviewed_on


class VocabularySitemap(Sitemap):
    """The pages of one kind of thing."""

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.only("slug").order_by("pk")


class AtelierSitemap(Sitemap):
    def items(self):
        return Atelier.objects.published().only("slug").order_by("pk")


class PageSitemap(Sitemap):
    NAMES = (
        "home",
        "fiches:list",
        "fiches:themes",
        "fiches:leviers",
        "fiches:acteurs",
        "fiches:dispositifs",
        "fiches:liens",
        "fiches:ateliers",
        "fiches:preparer",
        "fiches:glossaire",
        "fiches:phrases",
        "fiches:demarches",
        "fiches:calendrier",
        "fiches:passation",
        "fiches:dossier",
        "fiches:ressources",
        "fiches:contacts",
        "about",
    )

    def items(self):
        return self.NAMES

    def location(self, name):
        return reverse(name)


SITEMAPS = {
    "fiches": FicheSitemap,
    "themes": VocabularySitemap(Theme),
    "leviers": VocabularySitemap(Levier),
    "acteurs": VocabularySitemap(Acteur),
    "dispositifs": VocabularySitemap(Dispositif),
    "ateliers": AtelierSitemap,
    "pages": PageSitemap,
}
