"""Rows edited on the page of what they belong to: one query for all, numbered after the last, told in French."""

import json

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.db import models
from django.forms.models import BaseInlineFormSet

from .admin_forms import answer_long_texts, few_links


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
        answer_long_texts(self)
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

    def kept(self):
        """The rows that will be there once all is saved, whether or not they are right."""
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not form.cleaned_data.get("DELETE")
        ]

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
    add_text = "Ajouter une ligne"
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}}

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.related) if self.related else queryset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """In a row there is no room for the link that adds what it points to."""
        return few_links(super().formfield_for_dbfield(db_field, request, **kwargs), add=False)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def say_add_text(inline_formset):
    """`inline_formset`, whose link to one more row says `add_text`, not « Ajouter un objet Étape supplémentaire »."""
    data = json.loads(inline_formset.inline_formset_data())
    data["options"]["addText"] = getattr(inline_formset.opts, "add_text", RowInline.add_text)
    inline_formset.inline_formset_data = json.dumps(data)  # templates read a text as they call a method
    return inline_formset
