"""The parts of the admin that come from elsewhere: accounts, locked doors, and what nobody needs to see."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from taggit.models import Tag

from acteurs.admin_base import EditingDoor

User = get_user_model()

admin.site.unregister([Tag, AccessLog, AccessFailureLog, AccessAttempt, User])


@admin.register(User)
class AccountAdmin(EditingDoor, UserAdmin):
    """Deleting an account leaves its sheets without an owner: a write of content.

    Who is not a superuser neither makes one nor touches one: the group « Administrateur » gives no more than it says.
    """

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser", "user_permissions"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

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
