"""How sheets are filed: themes, levers and their families, moments."""

from django.contrib import admin
from django.db.models import Count, Q

from acteurs.admin import SEARCH_WORDS
from acteurs.admin_base import ContentAdmin
from acteurs.admin_forms import ContentForm
from acteurs.admin_rows import RowInline
from acteurs.admin_vocabulary import VocabularyAdmin
from acteurs.bases import fold

from ..models import Categorie, Levier, Moment, Porte, PortePlace, Theme


class CountsFiches(ContentAdmin):
    """Shows how many sheets, whatever their status, use each row of the list. `fiches_path` leads to them.

    `version_path` leads to what they are the next version of: those are not sheets yet.
    """

    fiches_path = "fiches"
    version_path = "fiches__version_de"  # None: what is counted is not sheets

    def get_queryset(self, request):
        counted = (
            super()
            .get_queryset(request)
            .annotate(combien=Count(self.fiches_path, filter=self._sheets(), distinct=True))
        )
        # Said again: Django drops the usual order where it counts, and a list to choose from must have one.
        return counted.order_by(*(self.get_ordering(request) or self.model._meta.ordering))

    def _sheets(self):
        return Q(**{f"{self.version_path}__isnull": True}) if self.version_path else None

    @admin.display(description="fiches", ordering="combien")
    def combien(self, obj):
        return obj.combien


@admin.register(Theme)
class ThemeAdmin(VocabularyAdmin, CountsFiches):
    slug_source = "titre"
    actions = ()  # the workshop's twelve themes are not merged
    fieldsets = [
        (
            None,
            {
                "fields": [("numero", "titre"), "slug", "question", "introduction", "page"],
                "description": "Les douze thèmes sont ceux de l’atelier. Un bon titre dit en six mots ce "
                "que l’on y trouve ; la question est celle que se pose le lecteur.",
            },
        ),
        SEARCH_WORDS,
    ]
    list_display = ["titre", "numero", "page", "combien"]
    search_fields = ["titre", "question", "synonymes", "proches"]


@admin.register(Categorie)
class CategorieAdmin(CountsFiches):
    slug_source = "nom"
    fiches_path, version_path = "leviers", None
    fields = ["nom", "slug", "description", "ordre"]
    list_display = ["nom", "ordre", "combien"]
    list_editable = ["ordre"]
    search_fields = ["nom"]

    @admin.display(description="leviers", ordering="combien")
    def combien(self, categorie):
        return categorie.combien


class LevierForm(ContentForm):
    def clean_name(self):
        """« Réunions » and « reunions » are one lever: the folded key is unique, and no form field holds it."""
        name = self.cleaned_data["name"]
        twin = Levier.objects.filter(cle=fold(name)).exclude(pk=self.instance.pk).first()
        if twin:
            self.add_error("name", f"Ce levier existe déjà : « {twin} ».")
        return name


@admin.register(Levier)
class LevierAdmin(VocabularyAdmin, CountsFiches):
    form = LevierForm
    slug_source = "name"
    fiches_path, version_path = "fiche_leviers", "fiche_leviers__content_object__version_de"
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "categorie", "description"],
                "description": "Ce qui ouvre un partenariat ou le fait durer. Avant d’en créer un, cherchez "
                "s’il existe sous un autre nom : mieux vaut ajouter un synonyme qu’un levier de plus.",
            },
        ),
        SEARCH_WORDS,
    ]
    list_display = ["name", "categorie", "combien"]
    list_filter = ["categorie"]
    list_select_related = ["categorie"]
    search_fields = ["name", "synonymes", "proches"]


@admin.register(Moment)
class MomentAdmin(CountsFiches):
    slug_source = "nom"
    fields = ["nom", "slug", "situation", "commencer_par", "ordre"]
    autocomplete_fields = ["commencer_par"]
    list_display = ["nom", "situation", "commencer_par", "ordre", "combien"]
    list_editable = ["ordre"]
    list_select_related = ["commencer_par"]
    search_fields = ["nom", "situation"]


class PlaceInline(RowInline):
    model = PortePlace
    autocomplete_fields = ["fiche"]
    fields = ["ordre", "fiche"]
    related = ["fiche"]


@admin.register(Porte)
class PorteAdmin(CountsFiches):
    slug_source = "nom"
    fieldsets = [
        (
            None,
            {
                "fields": ["cote", "nom", "slug", "chapeau"],
                "description": "L’accueil demande au lecteur d’où il vient. Choisissez, pour chaque côté, les "
                "fiches par lesquelles il vaut mieux commencer : sept ou huit, de la plus simple à la plus exigeante.",
            },
        ),
    ]
    inlines = [PlaceInline]
    list_display = ["cote", "nom", "combien"]
    search_fields = ["nom", "chapeau"]
