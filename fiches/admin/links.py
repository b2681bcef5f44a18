"""The links that were checked: which are dead, since when, and on which page to mend them. Written by a command."""

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from ..links.collecting import collect
from ..models import LienVerifie

PLACES = 3  # shown for one link: once one is mended, the next shows


class WithPlaces(ChangeList):
    """Each link shown knows where it is written: one look at the texts for the whole page."""

    def get_results(self, request):
        super().get_results(request)
        places = collect() if self.result_list else {}
        for link in self.result_list:
            link.places = places.get(link.url, [])


@admin.register(LienVerifie)
class LienVerifieAdmin(admin.ModelAdmin):
    fields = ["adresse", "etat", "code", "motif", "mene_a", "ou", "premier_echec", "dernier_echec", "echecs"]
    readonly_fields = ["adresse", "ou"]
    list_display = ["adresse", "constat", "ou"]
    list_display_links = None
    list_filter = ["etat"]
    list_per_page = 50
    ordering = ["-echecs", "url", "pk"]
    search_fields = ["url"]
    search_help_text = "Une partie de l’adresse. Les liens sont vérifiés chaque nuit ; trois jours d’échec : « mort »."

    def get_changelist(self, request, **kwargs):
        return WithPlaces

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="adresse", ordering="url")
    def adresse(self, link):
        return format_html('<a href="{}" rel="noreferrer">{}</a>', link.url, link.url)

    @admin.display(description="ce qu’il en est", ordering="echecs")
    def constat(self, link):
        """Its state, why, and since when: what a curator needs to decide."""
        why = f"{link.motif} ({link.code})" if link.motif and link.code else link.motif
        since = f"depuis le {date_format(link.premier_echec, 'd/m/Y')}" if link.premier_echec else ""
        told = [", ".join(filter(None, [why, since]))]
        if link.mene_a:
            told.append(format_html('mène désormais à <a href="{}" rel="noreferrer">{}</a>', link.mene_a, link.mene_a))
        details = format_html_join("", '<span class="sous-titre">{}</span>', ((text,) for text in told if text))
        return format_html("{}{}", link.get_etat_display(), details)

    @admin.display(description="où la corriger")
    def ou(self, link):
        places = link.places if hasattr(link, "places") else collect().get(link.url, [])
        told = [format_html("{} : {}", capfirst(place.kind), _page(place)) for place in places[:PLACES]]
        if len(places) > PLACES:
            told.append(f"et {len(places) - PLACES} de plus")
        return format_html_join("", "<div>{}</div>", ((place,) for place in told)) or "—"


def _page(place):
    url = reverse(f"admin:{place.model.replace('.', '_')}_change", args=[quote(place.pk)])
    return format_html('<a href="{}">{}</a>', url, place.name)
