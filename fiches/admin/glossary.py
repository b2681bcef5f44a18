"""The admin of words, with what only the sheets can tell: which of them no sheet uses."""

from django.contrib import admin

from acteurs import admin as acteurs_admin
from acteurs.models import Terme

from ..orphans import orphan_terms

admin.site.unregister(Terme)


class EmploiFilter(admin.SimpleListFilter):
    title = "emploi dans les fiches"
    parameter_name = "emploi"

    def lookups(self, request, model_admin):
        return [("orphelin", "Orphelin : aucune fiche en ligne ne l’emploie")]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=orphan_terms().values("pk")) if self.value() == "orphelin" else queryset


@admin.register(Terme)
class TermeAdmin(acteurs_admin.TermeAdmin):
    list_filter = [EmploiFilter, *acteurs_admin.TermeAdmin.list_filter]
