"""What every form of the admin shares: addresses made from titles, and refusals that a curator can act on."""

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from .bases import Addressed, slug_from


class Refused(ValidationError):
    """Raised while saving: what was typed cannot stand, for reasons that only the saved whole shows."""


def answer_long_texts(form):
    """Let too long a text come in whole, so that the answer says by how much it is too long.

    The browser's `maxlength` cuts what is pasted without a word.
    """
    for field in form.fields.values():
        if isinstance(field, forms.CharField) and field.widget.attrs.pop("maxlength", None):
            label = capfirst(str(field.label)).replace("%", "%%")
            field.error_messages["max_length"] = f"« {label} » a %(show_value)d signes, %(limit_value)d au plus."


class ContentForm(forms.ModelForm):
    """An address may be left empty: it is made from the field that `slug_source` names (None: no address)."""

    slug_source = None
    refusals = ()  # why the first attempt to save this form was undone

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        answer_long_texts(self)
        slug = self.fields.get("slug")
        if slug and self.slug_source:
            self._explain_address(slug)
        for field in self.fields.values():  # a form that has better words gives them in its `Meta`
            field.error_messages.setdefault("unique", "C’est déjà pris : choisissez autre chose.")

    def _explain_address(self, slug):
        slug.required = False
        slug.error_messages.setdefault("unique", "Une autre page a déjà cette adresse.")
        if not isinstance(self.instance, Addressed):
            slug.label = "Identifiant"
            slug.error_messages["unique"] = "Cet identifiant est déjà pris."
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


def few_links(field, *, add):
    """Beside a choice, Django offers to change or delete what is chosen, for everyone: too easy a mistake."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_change_related = widget.can_delete_related = False
        widget.can_add_related = widget.can_add_related and add
    return field
