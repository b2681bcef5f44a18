"""The admin of a sheet: its skeleton and its parts on one page."""

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import ModelChoiceField
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from acteurs.admin_base import AConfirmerFilter, FoldedChoicesFilter
from acteurs.admin_forms import ContentForm, Refused
from acteurs.templatetags.typo import pluriel

from ..models import Fiche, Genre, Solidite, Statut, Voix
from ..search.staff import find_sheets
from .advice import Advises
from .filters import RevueFilter, SoliditeFilter, VoixFilter
from .parts import CitationInline, EtapeInline, GainInline, InterventionInline, LevierInline, VoisinageInline
from .rights import is_reviewer
from .searching import EngineSearch
from .versions import KeepsVersions


class FicheForm(ContentForm):
    class Meta:
        widgets = {"en_bref": AdminTextareaWidget(attrs={"rows": 2})}
        error_messages = {"slug": {"unique": "Une autre fiche a déjà cette adresse."}}

    def clean_titre(self):
        """A next version may keep the title of the sheet it will replace; no other sheet has it."""
        titre = self.cleaned_data["titre"]
        mine = [self.instance.pk, self.instance.version_de_id]
        if Fiche.objects.originals().filter(titre=titre).exclude(pk__in=[pk for pk in mine if pk]).exists():
            raise ValidationError("Une autre fiche a déjà ce titre.", code="unique")
        return titre

    def clean_en_bref(self):
        """Typed in a box of several lines, kept on one."""
        return " ".join(self.cleaned_data["en_bref"].split())


class OwnerField(ModelChoiceField):
    def label_from_instance(self, user):
        return user.get_full_name() or user.get_username()


@admin.register(Fiche)
class FicheAdmin(EngineSearch, Advises, KeepsVersions):
    form = FicheForm
    saved = "Fiche enregistrée"
    slug_source = "titre"
    checkboxes = ["moments", "niveaux"]
    autocomplete_fields = ["theme", "dispositifs", "termes"]
    inlines = [EtapeInline, InterventionInline, GainInline, LevierInline, CitationInline, VoisinageInline]
    readonly_fields = ["etat", "solidite", "published_at", "manque"]
    fieldsets = [
        (
            "Où en est cette fiche",
            {
                "fields": [("etat", "published_at"), "solidite", "manque"],
                "description": "Le statut change par les boutons du bas de cette page, ou, pour plusieurs fiches à la "
                "fois, depuis leur liste. Une fiche déjà publiée ne se supprime pas : elle s’archive.",
            },
        ),
        (
            "L’essentiel",
            {
                "fields": ["titre", "slug", ("genre", "theme"), "en_bref", "resume"],
                "description": "Ce que lit quelqu’un de pressé, debout, sur un téléphone. Des phrases courtes, "
                "adressées à lui : « prenez rendez-vous », jamais « il conviendrait de ».",
            },
        ),
        (
            "Comprendre",
            {
                "fields": ["pourquoi", "marche_si", "ne_marche_pas_si", "role_du_centre", "exemple"],
                "description": "Décrivez des situations, pas des qualités : « le jour est celui de la directrice » "
                "plutôt que « être à l’écoute ». Aucun nom de personne ni d’école.",
            },
        ),
        (
            "Faire",
            {
                "fields": [("temps", "cout", "materiel"), "questions", "reperes", "vigilance"],
                "description": "Un bon repère se constate sans enquête : « une date figure dans les deux agendas ».",
            },
        ),
        (
            "Selon le genre",
            {
                "fields": ["signaux", "resultats"],
                "description": "Les signes avant-coureurs pour un piège, les résultats pour un projet raconté.",
            },
        ),
        ("Classement", {"fields": ["moments", "niveaux", "dispositifs", "termes"]}),
        (
            "Recherche",
            {"fields": ["formulations"]},
        ),
        (
            "Suivi",
            {
                "fields": ["proprietaire", ("reviewed_on", "a_revoir_le"), "a_confirmer"],
                "description": "Une fiche se relit au moins une fois par an.",
            },
        ),
    ]
    list_display = ["titre_et_theme", "statut_court", "solidite_court", "revue", "proprietaire"]
    list_filter = [
        "statut",
        "genre",
        SoliditeFilter,
        VoixFilter,
        RevueFilter,
        AConfirmerFilter,
        ("theme", FoldedChoicesFilter),
        ("fiche_leviers__tag", FoldedChoicesFilter),
        ("interventions__acteur", FoldedChoicesFilter),
    ]
    list_select_related = ["theme", "proprietaire"]
    search_fields = ["titre", "en_bref", "formulations"]
    engine = staticmethod(find_sheets)
    actions = ["submit", "back_to_draft", "publish", "review", "archive", "delete_selected"]

    # What the page reads

    def get_queryset(self, request):
        return super().get_queryset(request).with_solidite()

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.fieldsets[1:]
        if obj.version_de_id is None:
            return self.fieldsets
        return _without_field(self.fieldsets, "slug")  # a next version takes the address of its sheet

    def get_readonly_fields(self, request, obj=None):
        """Who answers for a sheet is the choice of those who review: authors answer for what they write."""
        return self.readonly_fields if is_reviewer(request.user) else [*self.readonly_fields, "proprietaire"]

    def get_changeform_initial_data(self, request):
        return {"proprietaire": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        if not change and not is_reviewer(request.user):
            obj.proprietaire = request.user
        super().save_model(request, obj, form, change)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "proprietaire":
            kwargs["queryset"] = get_user_model().objects.filter(Q(is_staff=True) | Q(fiches__isnull=False)).distinct()
            kwargs["form_class"] = OwnerField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def view_on_site(self, fiche):
        return fiche.get_absolute_url() if fiche.is_published else None

    @admin.display(description="titre et thème", ordering="titre")
    def titre_et_theme(self, fiche):
        genre = "" if fiche.genre == Genre.PRATIQUE else f" ({fiche.get_genre_display()})"
        version = " · nouvelle version" if fiche.version_de_id else ""
        return format_html('{} <span class="sous-titre">{}{}{}</span>', fiche.titre, fiche.theme, genre, version)

    @admin.display(description="statut", ordering="statut")
    def statut_court(self, fiche):
        return fiche.get_statut_display()

    @admin.display(description="solidité", ordering="solidite_code")
    def solidite_court(self, fiche):
        return Solidite(fiche.solidite_code).label

    @admin.display(description="à revoir le", ordering="a_revoir_le")
    def revue(self, fiche):
        return fiche.a_revoir_le and date_format(fiche.a_revoir_le, "d/m/Y")

    @admin.display(description="statut")
    def etat(self, fiche):
        return fiche.get_statut_display()

    @admin.display(description="solidité")
    def solidite(self, fiche):
        """The word and the counts it comes from."""
        evidence = fiche.evidence
        if not evidence.excerpts:
            return evidence.solidite.label
        voices = ", ".join(f"{voix.label} {evidence.voices[voix]}" for voix in Voix if evidence.voices[voix])
        excerpts = pluriel(evidence.excerpts, "extrait public,extraits publics")
        workshops = pluriel(evidence.workshops, "atelier,ateliers")
        return (
            f"{evidence.solidite.label} : {evidence.excerpts} {excerpts} ({voices}), {evidence.workshops} {workshops}"
        )

    @admin.display(description="ce qui manque pour publier")
    def manque(self, fiche):
        missing = [(self.anchor_of(part), text) for text, part in fiche.missing()]
        return format_html_join("", '<div><a href="#{}">{}</a></div>', missing) if missing else "rien"

    # Saving: a sheet online stays whole

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.instance.statut == Statut.PUBLIEE:
            missing = form.instance.missing_to_publish()
            if missing:
                raise Refused(["Cette fiche est en ligne, et doit le rester entière.", *missing])

    # Deleting

    @admin.action(permissions=["delete"], description="Supprimer (fiches jamais publiées)")
    def delete_selected(self, request, queryset):
        online_once = queryset.filter(published_at__isnull=False)
        kept = [f"« {titre} »" for titre in online_once.values_list("titre", flat=True)]
        if kept:
            self.message_user(
                request,
                "Rien n’a été supprimé. Une fiche déjà publiée ne se supprime pas, elle s’archive : "
                f"{', '.join(kept)}.",
                messages.ERROR,
            )
            return None
        return actions.delete_selected(self, request, queryset.originals())


def _without_field(fieldsets, name):
    return [
        (title, {**options, "fields": [field for field in options["fields"] if field != name]})
        for title, options in fieldsets
    ]
