"""What every admin page of content shares: the door to writes, searches without accents, sentences in French.

Kept apart from `admin.py` so that `fiches.admin` can import it without registering anything.
"""

import logging

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import NestedObjects, quote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import IntegrityError, models, router
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from .admin_conflicts import RefusesStale
from .admin_forms import ContentForm, Refused, few_links
from .admin_presence import TellsPresence
from .admin_rows import say_add_text
from .bases import fold
from .journal import Geste, record
from .stamp import editing, edition

logger = logging.getLogger(__name__)


class EditingDoor:
    """For a ModelAdmin: whatever a POST writes, it writes inside `editing()`, around Django's own transaction.

    An invalid form writes nothing, so it leaves the content's stamp alone.
    """

    def changeform_view(self, request, *args, **kwargs):
        return through_the_door(request, super().changeform_view, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        return through_the_door(request, super().changelist_view, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return through_the_door(request, super().delete_view, *args, **kwargs)

    def delete_model(self, request, obj):
        record(Geste.SUPPRIME, obj, by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            record(Geste.SUPPRIME, obj, by=request.user)
        super().delete_queryset(request, queryset)


def through_the_door(request, view, *args, **kwargs):
    """`view`, inside `editing()` if it may write. For an admin view of one's own."""
    if request.method != "POST":
        return view(request, *args, **kwargs)
    with editing():
        edition().by = request.user
        return view(request, *args, **kwargs)


class ContentAdmin(EditingDoor, RefusesStale, TellsPresence, admin.ModelAdmin):
    """The admin of a `Content` model."""

    slug_source = None  # the name of the field from which an empty address is made
    form = ContentForm
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        models.URLField: {"assume_scheme": "https"},
    }
    list_per_page = 50
    search_help_text = "Sans tenir compte des majuscules ni des accents. Plusieurs mots : tous doivent s’y trouver."
    saved = "Enregistré"  # the first word of the message, or « Fiche enregistrée »
    checkboxes = ()  # many-to-many fields whose choices are few enough to be all shown

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusals = getattr(request, "refusals", ())
        form.slug_source = self.slug_source
        return form

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return few_links(super().formfield_for_dbfield(db_field, request, **kwargs), add=True)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.checkboxes:
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def view_on_site(self, obj):
        """The public page itself: the sites framework is not installed. None shows no link."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_search_results(self, request, queryset, search_term):
        """Search as the site does, « ecole » finding « École », which neither database does by itself.

        `search_fields` are plain fields of the row or of one it points to. The texts are read and folded here:
        a few hundred rows cost some milliseconds.
        """
        words = fold(search_term).split()
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.get_search_fields(request))
        found = [pk for pk, *texts in rows if _all_in(words, texts)]
        return queryset.filter(pk__in=found), False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        name = capfirst(self.model._meta.verbose_name)
        extra_context = {"title": name if object_id else f"{name} : ajout", **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Refused, IntegrityError) as refusal:
            # All is undone. Once more, with the reasons known: the form is shown again, with all that was typed.
            request.refusals = self._reasons(refusal)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _reasons(self, refusal):
        if isinstance(refusal, Refused):
            return refusal.messages
        logger.error("A form of %s was valid, yet the database refused it", self.model._meta.label)
        return [
            "Rien n’a été enregistré : deux lignes se disputent sans doute le même choix. Supprimez l’une, "
            "enregistrez, puis changez l’autre."
        ]

    def get_inline_formsets(self, *args, **kwargs):
        return [say_add_text(formset) for formset in super().get_inline_formsets(*args, **kwargs)]

    # What is said once it is done

    def response_add(self, request, obj, post_url_continue=None):
        request.our_words = self._saved(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        request.our_words = self._saved(request, obj)
        return super().response_change(request, obj)

    def response_delete(self, request, obj_display, obj_id):
        request.our_words = f"Supprimé : {obj_display}."
        return super().response_delete(request, obj_display, obj_id)

    def _saved(self, request, obj):
        page = self._page_of(obj) if self.has_view_or_change_permission(request, obj) else obj
        return format_html("{} : {}.", self.saved, page)

    def message_user(self, request, message, *args, **kwargs):
        """Django's own sentences, « L'objet fiche … a été modifié avec succès », give way to ours."""
        super().message_user(request, request.__dict__.pop("our_words", message), *args, **kwargs)

    # Deleting

    def get_deleted_objects(self, objs, request):
        """Django's lists, told to a curator.

        What forbids the deletion is named by the page where one can undo it; mere links are left out.
        """
        to_delete, model_count, perms_needed, _ = super().get_deleted_objects(objs, request)
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        links = {model: rows for model, rows in collector.model_objs.items() if model._meta.auto_created}
        for model in links:
            model_count.pop(model._meta.verbose_name_plural, None)
        named = {f"{capfirst(row._meta.verbose_name)}: {row}" for rows in links.values() for row in rows}
        owners = dict.fromkeys(self._owner(obj) for obj in collector.protected)
        return _without(to_delete, named), model_count, perms_needed, [self._link(owner) for owner in owners]

    def _owner(self, obj):
        """`obj` itself if it has its admin page; if it is a part, what it is a part of (the key that cascades)."""
        if self.admin_site.is_registered(type(obj)):
            return obj
        for field in obj._meta.fields:
            if field.many_to_one and field.remote_field.on_delete is models.CASCADE:
                return getattr(obj, field.name)
        return obj

    def _link(self, obj):
        name = capfirst(obj._meta.verbose_name)
        page = self._page_of(obj) if self.admin_site.is_registered(type(obj)) else obj
        return format_html("{} : {}", name, page)

    def _page_of(self, obj):
        """A link to the page of `obj` in the admin, which is registered."""
        url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[quote(obj.pk)])
        return format_html('<a href="{}">{}</a>', url, obj)


def _without(nested, unwanted):
    """`nested` (lists of strings and of such lists) less the strings of `unwanted`."""
    kept = [_without(item, unwanted) if isinstance(item, list) else item for item in nested]
    return [item for item in kept if item and (isinstance(item, list) or item not in unwanted)]


def _all_in(words, texts):
    folded = fold(" ".join(str(text) for text in texts if text))
    return all(word in folded for word in words)


class FoldedChoicesFilter(admin.RelatedFieldListFilter):
    """A filter with a long list of choices: folded until it is used."""

    template = "admin/filtre_replie.html"


class FilledFilter(admin.SimpleListFilter):
    """Whether a text is filled in. Subclasses give `title` and `parameter_name`, the field's name."""

    def lookups(self, request, model_admin):
        return [("oui", "Oui"), ("non", "Non")]

    def queryset(self, request, queryset):
        empty = {self.parameter_name: ""}
        if self.value() == "oui":
            return queryset.exclude(**empty)
        return queryset.filter(**empty) if self.value() == "non" else queryset


class AConfirmerFilter(FilledFilter):
    title = "point à confirmer"
    parameter_name = "a_confirmer"
