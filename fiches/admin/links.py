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
    list_display = ["adresse", "etat", "raison", "depuis", "ou"]
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

    @admin.display(description="ce qui s’est passé")
    def raison(self, link):
        told = f"{link.motif} ({link.code})" if link.motif and link.code else link.motif
        if link.mene_a:
            moved = format_html('mène désormais à <a href="{}" rel="noreferrer">{}</a>', link.mene_a, link.mene_a)
            return format_html("{}<br>{}", told, moved) if told else moved
        return told or "—"

    @admin.display(description="en échec depuis", ordering="premier_echec")
    def depuis(self, link):
        return link.premier_echec and date_format(link.premier_echec, "d/m/Y")

    @admin.display(description="où la corriger")
    def ou(self, link):
        places = link.places if hasattr(link, "places") else collect().get(link.url, [])
        return format_html_join("", "<div>{} : {}</div>", ((capfirst(p.kind), _page(p)) for p in places)) or "—"


def _page(place):
    url = reverse(f"admin:{place.model.replace('.', '_')}_change", args=[quote(place.pk)])
    return format_html('<a href="{}">{}</a>', url, place.name)
