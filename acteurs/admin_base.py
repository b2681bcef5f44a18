"""What every admin page of content shares: the door to writes, addresses made from titles, one query per list.

Kept apart from `admin.py` so that `fiches.admin` can import it without registering anything.
"""

import logging

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import NestedObjects, quote
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, router
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from .bases import Addressed, fold, slug_from
from .stamp import editing

logger = logging.getLogger(__name__)


class EditingDoor:
    """For a ModelAdmin: whatever a POST writes, it writes inside `editing()`, around Django's own transaction.

    An invalid form writes nothing, so it leaves the content's stamp alone.
    """

    def changeform_view(self, request, *args, **kwargs):
        return _through_the_door(request, super().changeform_view, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        return _through_the_door(request, super().changelist_view, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return _through_the_door(request, super().delete_view, *args, **kwargs)


def _through_the_door(request, view, *args, **kwargs):
    if request.method != "POST":
        return view(request, *args, **kwargs)
    with editing():
        return view(request, *args, **kwargs)


class Refused(ValidationError):
    """Raised while saving: what was typed cannot stand, for reasons that only the saved whole shows."""


class ContentForm(forms.ModelForm):
    """An address may be left empty: it is made from the field that `slug_source` names (None: no address)."""

    slug_source = None
    refusals = ()  # why the first attempt to save this form was undone

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        slug = self.fields.get("slug")
        if slug and self.slug_source:
            slug.required = False
            if not isinstance(self.instance, Addressed):
                slug.label = "Identifiant"
                slug.help_text = "Pour les exports et les imports : changez-le le moins possible."
            if self.instance._state.adding:
                slug.help_text = "Minuscules, chiffres et traits d’union. Laissez vide : le titre y pourvoit."

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get(self.slug_source)
        if self.slug_source and source and "slug" in cleaned and not cleaned["slug"]:
            cleaned["slug"] = slug_from(source, self.fields["slug"].max_length)
            if not cleaned["slug"]:
                self.add_error("slug", "Aucune adresse ne peut être tirée de ce titre : écrivez-en une.")
        if self.refusals:
            raise ValidationError(list(self.refusals))
        return cleaned


class ContentAdmin(EditingDoor, admin.ModelAdmin):
    """The admin of a `Content` model."""

    slug_source = None  # the name of the field from which an empty address is made
    form = ContentForm
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        models.URLField: {"assume_scheme": "https"},
    }
    list_per_page = 50
    search_help_text = "Sans tenir compte des majuscules ni des accents. Plusieurs mots : tous doivent s’y trouver."
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
        return _few_links(super().formfield_for_dbfield(db_field, request, **kwargs), add=True)

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
        if not self.admin_site.is_registered(type(obj)):
            return f"{name} : {obj}"
        url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[quote(obj.pk)])
        return format_html('{} : <a href="{}">{}</a>', name, url, obj)


def _few_links(field, *, add):
    """Beside a choice, Django offers to change or delete what is chosen, for everyone: too easy a mistake."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_change_related = widget.can_delete_related = False
        widget.can_add_related = widget.can_add_related and add
    return field


def _without(nested, unwanted):
    """`nested` (lists of strings and of such lists) less the strings of `unwanted`."""
    kept = [_without(item, unwanted) if isinstance(item, list) else item for item in nested]
    return [item for item in kept if item and (isinstance(item, list) or item not in unwanted)]


def _all_in(words, texts):
    folded = fold(" ".join(str(text) for text in texts if text))
    return all(word in folded for word in words)


class LoadedSelect(AutocompleteSelect):
    """Django's autocomplete asks the database for the label of its choice: one query for each row of an inline.

    Here `loaded`, the object that came with the row, gives it. None (an empty row, a changed choice): as Django.
    """

    loaded = None

    def optgroups(self, name, value, attr=None):
        if self.loaded is None or [str(v) for v in value] != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attr)
        groups = super().optgroups(name, [], attr)
        options = groups[0][1]
        label = self.choices.field.label_from_instance(self.loaded)
        options.append(self.create_option(name, self.loaded.pk, label, True, len(options)))
        return groups


class RowForm(forms.ModelForm):
    """A row of an inline: its autocompletes show the objects that were loaded with it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # Django wraps it with its add and edit links
            if isinstance(widget, LoadedSelect):
                widget.loaded = self.instance._state.fields_cache.get(name)
        if "ordre" in self.fields:
            self.fields["ordre"].required = False
            self.fields["ordre"].help_text = "Vide : à la suite."
            if self.instance._state.adding:
                self.fields["ordre"].initial = None

    def clean_ordre(self):
        """Left empty: as it was, or after the last (see `RowFormSet`)."""
        ordre = self.cleaned_data["ordre"]
        return self.instance.ordre if ordre is None else ordre


class RowFormSet(BaseInlineFormSet):
    """The rows of one object: each knows it without a query, and new rows are numbered after the last."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        setattr(form.instance, self.fk.name, self.instance)

    def get_unique_error_message(self, unique_check):
        return "Le même choix figure deux fois : n’en gardez qu’un."

    def save_new(self, form, commit=True):
        if "ordre" in form.fields and not form.cleaned_data.get("ordre"):
            form.instance.ordre = 1 + max(other.instance.ordre for other in self.forms)
        return super().save_new(form, commit)


class RowInline(admin.TabularInline):
    """Rows edited on the page of what they belong to. `related` is loaded with them."""

    form = RowForm
    formset = RowFormSet
    extra = 0
    related = ()
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}}

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.related) if self.related else queryset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """In a row there is no room for the link that adds what it points to."""
        return _few_links(super().formfield_for_dbfield(db_field, request, **kwargs), add=False)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


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
