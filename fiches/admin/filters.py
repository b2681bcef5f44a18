"""How the list of sheets is narrowed down: by what proves them, and by when they are to be read again."""

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from ..models import Solidite
from ..models.freshness import SOON, due_soon, overdue


class SoliditeFilter(admin.SimpleListFilter):
    title = "solidité"
    parameter_name = "solidite"

    def lookups(self, request, model_admin):
        return Solidite.choices

    def queryset(self, request, queryset):
        return queryset.filter(solidite_code=self.value()) if self.value() in Solidite.values else queryset


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
