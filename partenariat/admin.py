"""The parts of the admin that come from elsewhere: accounts, locked doors, and what nobody needs to see."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from taggit.models import Tag

from acteurs.admin_base import EditingDoor

from . import second_factor

User = get_user_model()

admin.site.unregister([Tag, AccessLog, AccessFailureLog, AccessAttempt, User, StaticDevice, TOTPDevice])


@admin.register(User)
class AccountAdmin(EditingDoor, UserAdmin):
    """Deleting an account leaves its sheets without an owner: a write of content.

    Who is not a superuser neither makes one nor touches one: the group « Administrateur » gives no more than it says.
    """

    list_display = ["username", "nom", "email", "is_staff", "deux_etapes"]

    def get_queryset(self, request):
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_phone=Exists(phones))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets, ("Deux étapes", {"fields": ["telephone"]})] if obj else fieldsets

    def get_readonly_fields(self, request, obj=None):
        fields = [*super().get_readonly_fields(request, obj), "telephone"]
        return fields if request.user.is_superuser else [*fields, "is_superuser", "user_permissions"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    @admin.display(description="nom", ordering="last_name")
    def nom(self, account):
        return account.get_full_name()

    @admin.display(description="deux étapes", boolean=True, ordering="has_phone")
    def deux_etapes(self, account):
        return account.has_phone

    @admin.display(description="code de téléphone")
    def telephone(self, account):
        if not account.has_phone:
            return "Pas installé. Chacun l’installe soi-même, à la page « Deux étapes »."
        url = reverse("admin:auth_user_deux_etapes", args=[account.pk])
        return format_html('Installé. <a href="{}">Remettre à zéro, si le téléphone est perdu ou changé</a>', url)

    def get_urls(self):
        page = self.admin_site.admin_view(self.reset_view)
        return [path("<int:pk>/deux-etapes/", page, name="auth_user_deux_etapes"), *super().get_urls()]

    def reset_view(self, request, pk):
        """Ask, then take away the phone and the recovery codes of an account: it installs others at its next login."""
        account = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if request.method == "POST":
            second_factor.forget(account)
            self.log_change(request, account, "Code de téléphone remis à zéro.")
            self.message_user(request, f"Le code de téléphone de {account} est remis à zéro.")
            return redirect("admin:auth_user_change", pk)
        context = {"title": "Remettre à zéro le code de téléphone ?", "account": account, "opts": self.opts}
        context |= {"required": settings.REQUIRE_OTP, **self.admin_site.each_context(request)}
        return render(request, "admin/deux_etapes/remettre.html", context)

    def _may_touch(self, request, account):
        return account is None or request.user.is_superuser or not account.is_superuser


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
