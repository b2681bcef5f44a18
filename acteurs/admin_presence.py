"""The form of an object tells who else has it open."""

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from . import presence


class TellsPresence:
    """For a ModelAdmin."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_presence"
        view = self.admin_site.admin_view(require_POST(self.presence_view))
        return [path("<path:object_id>/presence/", view, name=name), *super().get_urls()]

    def presence_view(self, request, object_id):
        """Asked while somebody types: « I am here », answered by who else is, as a fragment of the page."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        return render(request, "admin/presence.html", {"presents": presence.arrive(request.user, obj)})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and not context["is_popup"] and self.has_change_permission(request, obj):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_presence"
            context["presents_url"] = reverse(name, args=[quote(obj.pk)])
            context["presents"] = presence.arrive(request.user, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Whoever has saved is no longer here, until they open the form again."""
        response = super()._changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and object_id is not None and response.status_code == 302:
            presence.leave(request.user, self.opts.label_lower, unquote(object_id))
        return response
