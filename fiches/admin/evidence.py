"""What proves the sheets: workshops and the excerpts of their reports."""

from django.contrib import admin, messages
from django.db.models import Count, Q

from acteurs.admin_base import ContentAdmin, FoldedChoicesFilter

from ..models import Atelier, Extrait, Fiche, Portee, Solidite, Sort, Statut
from ..search.staff import find_excerpts
from .board import BoardOfExtraits
from .imports import ImportsReports
from .searching import EngineSearch
from .ties import TiesExtraits


class WarnsOfLostProof(ContentAdmin):
    """Words may be withdrawn at any time; whoever withdraws them learns which sheets online stood on them alone."""

    fiches_path = None  # how a sheet leads to the object saved

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            return
        citing = Fiche.objects.filter(**{self.fiches_path: obj, "statut": Statut.PUBLIEE}).distinct()
        lost = citing.with_solidite().filter(solidite_code=Solidite.SANS_PREUVE)
        if titres := [f"« {titre} »" for titre in lost.values_list("titre", flat=True)]:
            self.message_user(
                request,
                f"En ligne et désormais sans preuve publique : {', '.join(titres)}. "
                "Citez-y un autre extrait, ou archivez-les.",
                messages.WARNING,
            )


@admin.register(Atelier)
class AtelierAdmin(ImportsReports, WarnsOfLostProof):
    change_list_template = "admin/imports/ateliers.html"
    change_form_template = "admin/imports/atelier.html"
    slug_source = "titre"
    fiches_path = "citations__extrait__atelier"
    fieldsets = [
        (None, {"fields": ["titre", "slug", ("date", "lieu"), "presentation", "fichier"]}),
        (
            "Jusqu’où ces paroles circulent",
            {
                "fields": ["portee"],
                "description": "Publique : ses extraits publics se lisent sur le site. Réseau ou interne : aucun "
                "de ses extraits n’est montré au public, même cité.",
            },
        ),
    ]
    list_display = ["titre", "date", "lieu", "portee", "combien", "cites"]
    list_filter = ["portee"]
    date_hierarchy = "date"
    search_fields = ["titre", "lieu"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                combien=Count("extraits", distinct=True),
                cites=Count("extraits", filter=Q(extraits__citations__isnull=False), distinct=True),
            )
        )

    def view_on_site(self, atelier):
        return atelier.get_absolute_url() if atelier.portee == Portee.PUBLIQUE else None

    @admin.display(description="extraits", ordering="combien")
    def combien(self, atelier):
        return atelier.combien

    @admin.display(description="dont cités", ordering="cites")
    def cites(self, atelier):
        return atelier.cites


class CitedFilter(admin.SimpleListFilter):
    title = "citation"
    parameter_name = "cite"

    def lookups(self, request, model_admin):
        return [("oui", "Cité dans une fiche"), ("non", "Pas encore cité")]

    def queryset(self, request, queryset):
        if self.value() in ("oui", "non"):
            return queryset.filter(is_cited=self.value() == "oui")
        return queryset


@admin.register(Extrait)
class ExtraitAdmin(EngineSearch, TiesExtraits, BoardOfExtraits, WarnsOfLostProof):
    fiches_path = "citations__extrait"
    fieldsets = [
        (
            "La parole",
            {
                "fields": [("atelier", "reference"), "texte", ("position", "lignes"), ("voix", "nature")],
                "description": "Une idée du compte rendu, redite fidèlement, sans nom de personne. "
                "Une fois enregistré, le texte ne se corrige plus : on y masque des mots, ou l’on écarte l’extrait.",
            },
        ),
        (
            "Ce que l’on en fait",
            {
                "fields": [("portee", "etat"), "motif"],
                "description": "Un extrait se lit sur le site s’il est public, retenu, et tiré d’un atelier public. "
                "Pour l’écarter, dites pourquoi, sans nommer personne : la page publique de l’atelier donne cette "
                "raison, jamais la parole.",
            },
        ),
        (
            "De quoi il parle",
            {"fields": ["theme", "leviers", "acteurs", "dispositifs"]},
        ),
    ]
    never_changed = ["atelier", "reference", "position", "texte"]
    autocomplete_fields = ["atelier", "theme", "leviers", "acteurs", "dispositifs"]
    list_display = ["reference", "texte", "voix", "theme", "portee", "sort"]
    list_filter = [
        CitedFilter,
        "etat",
        "portee",
        "voix",
        "nature",
        ("theme", FoldedChoicesFilter),
        ("atelier", FoldedChoicesFilter),
    ]
    list_select_related = ["theme", "atelier"]
    date_hierarchy = "atelier__date"
    search_fields = ["reference", "texte"]
    engine = staticmethod(find_excerpts)

    def get_queryset(self, request):
        return super().get_queryset(request).with_cited()

    def get_readonly_fields(self, request, obj=None):
        return self.never_changed if obj else []

    @admin.display(description="sort")
    def sort(self, extrait):
        """What became of it, in one word: set aside, cited, or still to be worked on."""
        if extrait.etat == Sort.ECARTE:
            return extrait.get_etat_display()
        return "cité" if extrait.is_cited else "à traiter"
