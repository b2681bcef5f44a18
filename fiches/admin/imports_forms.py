"""The forms of an import: the file, then what is said of the workshop."""

from django import forms

from acteurs.admin_forms import answer_long_texts

from ..models import Atelier, Portee

SCOPES = {
    Portee.INTERNE: "Interne : seule l’équipe lit ces extraits.",
    Portee.RESEAU: "Réseau : l’équipe seule les lit sur ce site ; vous pouvez les partager entre centres.",
    Portee.PUBLIQUE: "Publique : les extraits retenus se lisent sur le site, et l’on y voit ce qu’ils deviennent.",
}


class FileForm(forms.Form):
    fichier = forms.FileField(
        label="Compte rendu",
        allow_empty_file=True,  # reading says it, as of any other file that cannot be read
        max_length=255,
        widget=forms.FileInput(
            attrs={"accept": ".docx,.odt,.txt,.md,.text,.markdown", "aria-describedby": "fichier-aide"}
        ),
        error_messages={
            "required": "Choisissez d’abord un fichier.",
            "invalid": "Choisissez d’abord un fichier.",
            "max_length": "Ce fichier a un nom trop long : raccourcissez-le, puis réessayez.",
        },
    )


class ConcludeForm(forms.ModelForm):
    portee = forms.ChoiceField(
        label="Jusqu’où ces paroles circulent",
        choices=[(scope.value, said) for scope, said in SCOPES.items()],
        initial=Portee.INTERNE.value,
        widget=forms.RadioSelect,
        help_text="Vous pourrez changer d’avis, pour l’atelier entier ou pour un extrait.",
    )

    class Meta:
        model = Atelier
        fields = ["titre", "date", "lieu", "presentation", "portee"]
        widgets = {
            "titre": forms.TextInput(attrs={"class": "vTextField"}),
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "lieu": forms.TextInput(attrs={"class": "vTextField"}),
            "presentation": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        answer_long_texts(self)

    def _post_clean(self):
        """No row is made here: `conclude` writes it, with its address and its excerpts, or nothing."""
