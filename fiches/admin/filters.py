"""How the list of sheets is narrowed down: what proves them, who is heard, when they are to be read again."""

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from ..models import Solidite, Voix
from ..models.freshness import SOON, due_soon, overdue
from ..models.solidite import one_sided, speaks, unproved


class SoliditeFilter(admin.SimpleListFilter):
    title = "solidité"
    parameter_name = "solidite"

    def lookups(self, request, model_admin):
        return Solidite.choices

    def queryset(self, request, queryset):
        return queryset.filter(solidite_code=self.value()) if self.value() in Solidite.values else queryset


class VoixFilter(admin.SimpleListFilter):
    """Which sides are heard. Post-its support, and are nobody's side."""

    title = "voix entendues"
    parameter_name = "voix"

    def lookups(self, request, model_admin):
        return [
            ("deux", "Les deux côtés"),
            ("une-seule", "Un côté ne dit rien"),
            ("sans-ecole", "L’école ne dit rien"),
            ("sans-centres", "Les centres ne disent rien"),
        ]

    def queryset(self, request, queryset):
        conditions = {
            "deux": speaks(Voix.CENTRES) & speaks(Voix.ECOLE),
            "une-seule": one_sided(),
            "sans-ecole": ~unproved() & ~speaks(Voix.ECOLE),
            "sans-centres": ~unproved() & ~speaks(Voix.CENTRES),
        }
        return queryset.filter(conditions.get(self.value(), Q()))


class RevueFilter(admin.SimpleListFilter):
    title = "date de relecture"
    parameter_name = "revue"

    def lookups(self, request, model_admin):
        return [
            ("en-retard", "En retard"),
            ("bientot", f"Bientôt (d’ici {SOON.days} jours)"),
            ("a-jour", "À jour"),
            ("sans-date", "Sans date"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        conditions = {
            "en-retard": overdue(),
            "bientot": due_soon(),
            "a-jour": Q(a_revoir_le__gt=today + SOON),
            "sans-date": Q(a_revoir_le__isnull=True),
        }
        return queryset.filter(conditions.get(self.value(), Q()))
