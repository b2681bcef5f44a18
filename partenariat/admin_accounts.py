"""Accounts and groups: who may come in, and do what. Each change of rights is told in the journal."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django_otp.plugins.otp_totp.models import TOTPDevice

from acteurs.admin_base import EditingDoor
from acteurs.journal import Geste, record

from . import second_factor


def rights_of(row):
    """{what: a text or a list of names} of what an account, or a group, allows."""
    permissions = (row.user_permissions if isinstance(row, User) else row.permissions).values_list(
        "codename", flat=True
    )
    if not isinstance(row, User):
        return {"permissions": sorted(permissions)}
    yes_no = {True: "oui", False: "non"}
    return {
        "groupes": sorted(row.groups.values_list("name", flat=True)),
        "équipe": yes_no[row.is_staff],
        "superutilisateur": yes_no[row.is_superuser],
        "actif": yes_no[row.is_active],
        "permissions": sorted(permissions),
    }


def tell_rights(row, request):
    """One line of the journal if the rights of `row` are not those of `request.rights_before`, {} for a new one."""
    before, now = request.rights_before, rights_of(row)
    if before == now:
        return
    told = [
        _told(what, before.get(what, ""), rights) for what, rights in now.items() if before.get(what, "") != rights
    ]
    geste = Geste.DROITS if before else Geste.COMPTE
    record(geste, row, by=request.user, precision=" ; ".join(filter(None, told)))


def _told(what, before, now):
    """« groupes : + Relecteur, − Contributeur », « actif : non »; nothing for a list that was and stays empty."""
    if isinstance(now, str):
        return f"{what} : {now}"
    signs = [f"+ {name}" for name in now if name not in before] + [f"− {name}" for name in before if name not in now]
    return f"{what} : {', '.join(signs)}" if signs else ""


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
            with transaction.atomic():
                second_factor.forget(account)
                record(Geste.REMIS_A_ZERO, account, by=request.user)
                self.log_change(request, account, "Code de téléphone remis à zéro.")
            self.message_user(request, f"Le code de téléphone de {account} est remis à zéro.")
            return redirect("admin:auth_user_change", pk)
        context = {"title": "Remettre à zéro le code de téléphone ?", "account": account, "opts": self.opts}
        context |= {"required": settings.REQUIRE_OTP, **self.admin_site.each_context(request)}
        return render(request, "admin/deux_etapes/remettre.html", context)

    # What the journal tells

    def save_model(self, request, obj, form, change):
        request.rights_before = rights_of(User.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        tell_rights(form.instance, request)

    def user_change_password(self, request, id, form_url=""):
        with transaction.atomic():
            answer = super().user_change_password(request, id, form_url)
            if request.method == "POST" and answer.status_code == 302:
                record(Geste.MOT_DE_PASSE, self.get_object(request, unquote(id)), by=request.user)
        return answer

    def _may_touch(self, request, account):
        return account is None or request.user.is_superuser or not account.is_superuser


class RoleAdmin(EditingDoor, GroupAdmin):
    """A group is a role: what it allows is told in docs/roles.md."""

    def save_model(self, request, obj, form, change):
        request.rights_before = rights_of(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        tell_rights(form.instance, request)
