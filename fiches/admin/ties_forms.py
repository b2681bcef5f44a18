"""The forms that tie an excerpt to a sheet: one that exists, or one that begins."""

from django import forms
from django.core.exceptions import ValidationError

from acteurs.admin_forms import answer_long_texts
from acteurs.bases import slug_from

from ..models import Citation, Fiche, Position, Section, Theme
from ..reports.ties import sections_of

_BEGUN = [s for s in Section if s not in (Section.SIGNAUX, Section.ETAPES, Section.GAINS, Section.RESULTATS)]


class CiteForm(forms.Form):
    fiche = forms.ChoiceField(label="Fiche")
    section = forms.ChoiceField(label="Partie", choices=Section.choices, initial=Section.POURQUOI.value)
    position = forms.ChoiceField(label="Cette parole", choices=Position.choices)
    note = forms.CharField(
        required=False,
        max_length=Citation._meta.get_field("note").max_length,
        help_text=Citation._meta.get_field("note").help_text,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args, fiches, **kwargs):
        """`fiches`: the sheets to choose from, in order, with their themes."""
        super().__init__(*args, **kwargs)
        answer_long_texts(self)
        self.fiches = {str(fiche.pk): fiche for fiche in fiches}
        groups = {}
        for fiche in fiches:
            said = "" if fiche.is_published else f" ({fiche.get_statut_display()})"
            groups.setdefault(str(fiche.theme), []).append((str(fiche.pk), f"{fiche}{said}"))
        self.fields["fiche"].choices = [("", "—"), *groups.items()]

    def clean_fiche(self):
        return self.fiches[self.cleaned_data["fiche"]]

    def clean(self):
        cleaned = super().clean()
        fiche, section = cleaned.get("fiche"), cleaned.get("section")
        if fiche and section and section not in (has := sections_of(fiche)):
            parts = ", ".join(f"« {part.label} »" for part in has) or "aucune pour l’instant"
            self.add_error("section", f"Cette fiche n’a pas encore cette partie. Elle a : {parts}.")
        return cleaned


class NewFicheForm(forms.Form):
    titre = forms.CharField(
        max_length=Fiche._meta.get_field("titre").max_length,
        help_text=Fiche._meta.get_field("titre").help_text,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    theme = forms.ModelChoiceField(Theme.objects.with_sheets(), label="Thème", empty_label="—")
    section = forms.ChoiceField(label="Partie que cette parole soutient", choices=[(s.value, s.label) for s in _BEGUN])
    phrase = forms.CharField(
        label="Ce que dit cette partie",
        help_text="Une phrase pour commencer, avec vos mots : la fiche en fera ce qu’elle affirme.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        answer_long_texts(self)

    def begin(self, *, by):
        """Write the draft; the `Fiche`, owned by `by`. Raises ValidationError, in French, if it cannot stand."""
        said = self.cleaned_data
        slug = slug_from(said["titre"])
        if not slug:
            raise ValidationError("Aucune adresse ne peut être tirée de ce titre : écrivez-en un autre.")
        fiche = Fiche(titre=said["titre"], slug=slug, theme=said["theme"], proprietaire=by)
        setattr(fiche, said["section"], said["phrase"])
        fiche.full_clean()
        fiche.save()
        return fiche
