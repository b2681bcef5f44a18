"""Two curators on one form: the second to save is told what the first one wrote, chooses, and loses nothing.

Each form of content carries a signed picture of what was read (`acteurs.form_pictures`). A POST that was typed over
something else than what is saved now writes nothing: it gets a page that shows both texts where they differ, holds all
that was typed, and sends the whole again with the choices made.
"""

from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.text import capfirst

from .form_pictures import merge, picture, to_post, typed_picture

READ = "_lu"  # hidden field: the picture of what was read
SEEN = "_vu"  # on the page of a conflict: the picture of what was saved when it was shown
CHOICE = "_choix-"
OURS = (READ, SEEN, "csrfmiddlewaretoken")
MINE, THEIRS = "mien", "sien"


def _salt(obj):
    return f"{obj._meta.label_lower}:{obj.pk}"


def _signed(obj, content):
    return signing.dumps(content, salt=_salt(obj), compress=True)


def _read(obj, token):
    """The picture that `token` holds; None if it holds none of this object."""
    try:
        return signing.loads(token or "", salt=_salt(obj))
    except signing.BadSignature:
        return None


class RefusesStale:
    """For a ModelAdmin: a form typed over what somebody else changed since is not saved but shown beside it."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["lu"] = request.POST.get(READ, "")
        if obj and not context["lu"] and context["adminform"].form.fields:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["lu"] = _signed(obj, picture(context["adminform"].form, formsets))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Inside the door: nobody else writes between the comparison and the save."""
        if request.method == "POST" and object_id is not None and (page := self._compared(request, object_id)):
            return page
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def _compared(self, request, object_id):
        """The page that asks, when what is saved is not what was read; None when the form may be saved."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return self._kept(request, obj) if READ in request.POST else None
        form, formsets = self._unbound(request, obj)
        there = picture(form, formsets)
        base = _read(obj, request.POST.get(READ))
        if there == base:
            return None
        found = merge(base, there, typed_picture(form, formsets, request.POST))
        if base is None and not found.clashes:
            return None
        if _read(obj, request.POST.get(SEEN)) == there and self._chosen(request, found):
            data = request.POST.copy()
            to_post(data, form, formsets, found.merged, there)
            data[READ] = _signed(obj, there)
            request.POST = data
            return None
        return self._asked(request, obj, form, formsets, found, there)

    def _unbound(self, request, obj):
        formsets = [
            formset(instance=obj, prefix=formset.get_default_prefix(), queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, obj)
        ]
        return self.get_form(request, obj, change=True)(instance=obj), formsets

    def _chosen(self, request, found):
        """Make the choices of the page; False while one of them is missing."""
        choices = [request.POST.get(f"{CHOICE}{n}") for n, _ in enumerate(found.clashes)]
        if any(choice not in (MINE, THEIRS) for choice in choices):
            return False
        for clash, choice in zip(found.clashes, choices, strict=True):
            found.choose(clash, mine=choice == MINE)
        return True

    # The pages

    def _asked(self, request, obj, form, formsets, found, there):
        context = {
            "lu": request.POST.get(READ, ""),
            "vu": _signed(obj, there),
            "clashes": [_told(clash, form, formsets) for clash in found.clashes],
            "is_incomplete": SEEN in request.POST,
            "last": self._last_change(obj),
        }
        return self._page_instead(request, "admin/conflit.html", obj, context, status=409)

    def _kept(self, request, obj):
        """What was typed in a form that cannot be saved any more: to be copied, since nothing else would keep it."""
        typed = [
            (name, text)
            for name, texts in request.POST.lists()
            for text in texts
            if name not in OURS and not name.startswith("_") and len(text.strip()) > 3 and not name.endswith("_FORMS")
        ]
        if obj is None and not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return self._page_instead(request, "admin/garde.html", obj, {"typed": typed}, status=403 if obj else 410)

    def _page_instead(self, request, template, obj, context, *, status):
        hidden = [
            (name, text)
            for name, texts in request.POST.lists()
            for text in texts
            if name not in OURS and not name.startswith(CHOICE)
        ]
        common = {**self.admin_site.each_context(request), "opts": self.opts, "original": obj, "hidden": hidden}
        title = "Quelqu’un d’autre a enregistré entre-temps" if status == 409 else "Ce que vous aviez écrit"
        return render(request, template, {**common, "title": title, **context}, status=status)

    def _last_change(self, obj):
        """Who saved it last, by the log of the admin: None if a command or nobody known did."""
        kind = get_content_type_for_model(obj)
        return LogEntry.objects.filter(content_type=kind, object_id=str(obj.pk)).select_related("user").first()


def _told(clash, form, formsets):
    """A clash as its page says it: the place in words, and both texts; None for a row taken away."""
    if not clash.prefix:
        fields, place = form.fields, ""
    else:
        (formset,) = (one for one in formsets if one.prefix == clash.prefix)
        fields = formset.empty_form.fields
        place = capfirst(str(formset.model._meta.verbose_name))
    if clash.name is None:
        return {"label": place, "theirs": _row(clash.theirs, fields), "mine": _row(clash.mine, fields)}
    one = fields[clash.name]
    label = f"{place} : {one.label}" if place else capfirst(str(one.label))
    return {"label": label, "theirs": _text(clash.theirs, one), "mine": _text(clash.mine, one)}


def _row(values, fields):
    if values is None:
        return None
    return "\n".join(f"{fields[name].label} : {_text(value, fields[name])}" for name, value in values.items() if value)


def _text(value, form_field):
    """A value as a person reads it: what is chosen by its name."""
    values = value if isinstance(value, list) else [value]
    if hasattr(form_field, "queryset"):
        keys = [one for one in values if one.isdecimal()]
        return ", ".join(str(row) for row in form_field.queryset.filter(pk__in=keys))
    if hasattr(form_field, "choices"):
        names = {str(key): str(name) for key, name in form_field.choices}
        return ", ".join(names.get(one, one) for one in values)
    return ", ".join(values)
