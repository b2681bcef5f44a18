"""The parts of a sheet that are rows of its form: steps, gains, actors, levers, citations, neighbours."""

from django.core.exceptions import ValidationError

from acteurs.admin_rows import RowForm, RowFormSet, RowInline

from ..models import Citation, Etape, Fiche, FicheLevier, Gain, Genre, Intervention, Section, Voisinage


class LevierInline(RowInline):
    model = FicheLevier
    add_text = "Ajouter un levier"
    autocomplete_fields = ["tag"]
    fields = ["tag"]
    related = ["tag"]
    verbose_name_plural = "leviers actionnés"


class CitedRows(RowFormSet):
    """Rows that are a part of the sheet that words may be cited under. Listed before the citations."""

    def clean(self):
        super().clean()
        self.instance.typed_rows = {**getattr(self.instance, "typed_rows", {}), self.prefix: bool(self.kept())}


class EtapeInline(RowInline):
    model = Etape
    add_text = "Ajouter une étape"
    formset = CitedRows
    fields = ["ordre", "quand", "titre", "texte"]
    verbose_name_plural = "le chemin, étape par étape"


class GainInline(RowInline):
    model = Gain
    add_text = "Ajouter un gain"
    formset = CitedRows
    fields = ["ordre", "pour", "gain", "effort", "risque"]
    verbose_name_plural = "ce que chacun y gagne, et ce qu’il lui en coûte"


class InterventionInline(RowInline):
    model = Intervention
    add_text = "Ajouter un acteur"
    autocomplete_fields = ["acteur"]
    fields = ["ordre", "acteur", "texte", "pouvoir", "note"]
    related = ["acteur"]
    verbose_name_plural = "avec qui"


class CitationFormSet(RowFormSet):
    def clean(self):
        """Words are cited under a part that the sheet has, or will have once this form is saved."""
        super().clean()
        for form in self.kept():
            section = form.cleaned_data.get("section")
            if section and not self._fiche_has(section):
                label = Section(section).label
                form.add_error("section", f"Cette fiche n’a pas de partie “{label}”.")

    def _fiche_has(self, section):
        fiche = self.instance  # as typed: its own form is read before its rows
        if section in (Section.ETAPES, Section.GAINS):
            typed = getattr(fiche, "typed_rows", {}).get(section)
            return typed if typed is not None else bool(fiche.pk) and getattr(fiche, section).exists()
        if section == Section.SIGNAUX and fiche.genre != Genre.PIEGE:
            return False  # filled or not, the page of another genre never shows them
        return bool(getattr(fiche, section).strip())


class CitationInline(RowInline):
    model = Citation
    add_text = "Citer une parole"
    formset = CitationFormSet
    autocomplete_fields = ["extrait"]
    fields = ["ordre", "section", "extrait", "position", "note"]
    related = ["extrait"]
    verbose_name_plural = "les preuves : paroles d’ateliers citées"


class VoisinageForm(RowForm):
    def clean_vers(self):
        """Said here: Django does not check, in an inline, a constraint that names the key to its parent."""
        vers = self.cleaned_data["vers"]
        if vers == self.instance.fiche:
            raise ValidationError("Une fiche n’est pas sa propre voisine.")
        return vers


class VoisinageInline(RowInline):
    model = Voisinage
    add_text = "Ajouter une fiche voisine"
    form = VoisinageForm
    fk_name = "fiche"
    autocomplete_fields = ["vers"]
    fields = ["ordre", "nature", "vers"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("vers").defer(*[f"vers__{n}" for n in Fiche.LONG_FIELDS])
