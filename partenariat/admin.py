"""The parts of the admin that come from elsewhere: accounts, locked doors, journal, and what nobody needs to see."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from taggit.models import Tag

from acteurs.journal import Geste
from acteurs.models import Trace

from .admin_accounts import AccountAdmin, RoleAdmin

admin.site.unregister([Tag, AccessLog, AccessFailureLog, AccessAttempt, User, Group, StaticDevice, TOTPDevice])
admin.site.register(User, AccountAdmin)
admin.site.register(Group, RoleAdmin)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(admin.ModelAdmin):
    """Who is kept out after five failures. Deleting the row opens the door again at once."""

    fields = ["username", "ip_address", "failures_since_start", "attempt_time"]
    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    date_hierarchy = "attempt_time"
    ordering = ["-attempt_time"]
    search_fields = ["username", "ip_address"]
    search_help_text = "Supprimer une ligne rouvre la porte tout de suite."

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"title": "Portes fermées, et essais manqués", **(extra_context or {})}
        )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Trace)
class TraceAdmin(admin.ModelAdmin):
    """The journal, to read: by who manages the accounts. Nobody writes in it."""

    list_display = ["date", "qui", "geste", "sur_quoi", "precision"]
    list_display_links = None
    list_filter = ["geste", "quand"]
    date_hierarchy = "quand"
    search_fields = ["nom", "objet"]
    search_help_text = "Un compte, ou ce sur quoi il a agi."
    list_per_page = 100

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Le journal : qui a fait quoi", **(extra_context or {})})

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("auth.view_user")

    has_module_permission = has_view_permission

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="quand", ordering="quand")
    def date(self, line):
        return date_format(timezone.localtime(line.quand), "d/m/Y H:i")

    @admin.display(description="qui", ordering="nom")
    def qui(self, line):
        return line.nom or "un compte effacé"

    @admin.display(description="sur quoi", ordering="objet")
    def sur_quoi(self, line):
        """Its name on that day, which leads to what it is now where there is a page."""
        try:
            url = reverse(f"admin:{line.modele.replace('.', '_')}_change", args=[line.objet_id])
        except NoReverseMatch:
            return line.objet
        if line.geste == Geste.SUPPRIME:
            return line.objet
        return format_html('<a href="{}">{}</a>', url, line.objet)
