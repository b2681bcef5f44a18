"""Who and with what: the admin of actors, schemes, words and contacts."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from .admin_base import AConfirmerFilter, ContentAdmin
from .admin_forms import ContentForm
from .admin_vocabulary import VocabularyAdmin
from .models import Acteur, AncienneAdresse, Contact, Dispositif, Famille, Niveau, Terme

SEARCH_WORDS = (
    "Les mots de la recherche",
    {
        "fields": ["synonymes", "proches"],
        "description": "Ce que tape quelqu’un qui cherche cette page sans connaître son nom : "
        "sigles, mots de métier, mots de tous les jours, féminin et masculin.",
    },
)


@admin.register(Famille)
class FamilleAdmin(ContentAdmin):
    slug_source = "nom"
    fields = ["nom", "slug", "description", "ordre"]
    list_display = ["nom", "ordre", "combien"]
    list_editable = ["ordre"]
    search_fields = ["nom"]

    def get_queryset(self, request):
        # Said again: Django drops the usual order where it counts, and a list to choose from must have one.
        return super().get_queryset(request).annotate(combien=Count("acteurs")).order_by(*Famille._meta.ordering)

    @admin.display(description="acteurs", ordering="combien")
    def combien(self, famille):
        return famille.combien


@admin.register(Niveau)
class NiveauAdmin(ContentAdmin):
    slug_source = "nom"
    fields = ["nom", "slug", "ordre"]
    list_display = ["nom", "ordre"]
    list_editable = ["ordre"]
    search_fields = ["nom"]


@admin.register(Acteur)
class ActeurAdmin(VocabularyAdmin):
    slug_source = "nom"
    checkboxes = ["niveaux"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "nom",
                    ("nom_court", "sigle"),
                    "slug",
                    "famille",
                    "description",
                    "role_partenariat",
                    "niveaux",
                ],
                "description": "Un genre d’acteur, jamais une personne : « directeur d’école », « la Caf ». "
                "Une bonne description se comprend sans connaître l’école ni le centre social.",
            },
        ),
        SEARCH_WORDS,
    ]
    list_display = ["nom", "sigle", "famille"]
    list_filter = ["famille", "niveaux"]
    list_select_related = ["famille"]
    search_fields = ["nom", "nom_court", "sigle", "synonymes", "proches"]


@admin.register(Dispositif)
class DispositifAdmin(VocabularyAdmin):
    slug_source = "nom"
    fieldsets = [
        (
            None,
            {
                "fields": [("sigle", "nom"), "slug", "description", "pilote", "public"],
                "description": "Un dispositif, une instance ou un cadre sur lequel s’appuyer : CLAS, REAAP, "
                "conseil d’école… Dites à quoi il sert à un centre social et à une école.",
            },
        ),
        SEARCH_WORDS,
    ]
    list_display = ["__str__", "pilote", "public"]
    search_fields = ["sigle", "nom", "synonymes", "proches"]


class LexiqueFilter(admin.SimpleListFilter):
    title = "usage"
    parameter_name = "usage"

    def lookups(self, request, model_admin):
        return [("glossaire", "Glossaire"), ("deux-voix", "Lexique à deux voix")]

    def queryset(self, request, queryset):
        if self.value() == "glossaire":
            return queryset.glossary()
        return queryset.two_voices() if self.value() == "deux-voix" else queryset


@admin.register(Terme)
class TermeAdmin(VocabularyAdmin):
    slug_source = "mot"
    fieldsets = [
        (None, {"fields": [("sigle", "mot"), "slug"]}),
        (
            "Glossaire",
            {
                "fields": ["definition"],
                "description": "Une ou deux phrases, sans autre sigle. Laissez vide si le mot n’a d’intérêt "
                "que par ce que chacun y entend.",
            },
        ),
        (
            "Lexique à deux voix",
            {
                "fields": ["vu_de_l_ecole", "vu_du_centre", "malentendu", "a_dire", "a_eviter"],
                "description": "Pour un mot que l’école et le centre social n’entendent pas de la même oreille. "
                "Décrivez sans donner tort à personne.",
            },
        ),
        SEARCH_WORDS,
        ("Entre curateurs", {"fields": ["a_confirmer"]}),
    ]
    list_display = ["mot", "sigle", "au_glossaire", "a_deux_voix"]
    list_filter = [LexiqueFilter, AConfirmerFilter]
    search_fields = ["sigle", "mot", "definition", "synonymes", "proches"]

    @admin.display(description="glossaire", boolean=True)
    def au_glossaire(self, terme):
        return bool(terme.definition)

    @admin.display(description="deux voix", boolean=True)
    def a_deux_voix(self, terme):
        return bool(terme.malentendu)


class ContactVisibleFilter(admin.SimpleListFilter):
    title = "visibilité"
    parameter_name = "visible"

    def lookups(self, request, model_admin):
        return [("oui", "Visible du public"), ("non", "Caché : accord absent ou expiré")]

    def queryset(self, request, queryset):
        visible = Contact.objects.published()
        if self.value() == "oui":
            return queryset.filter(pk__in=visible)
        return queryset.exclude(pk__in=visible) if self.value() == "non" else queryset


class ContactForm(ContentForm):
    def clean_telephone(self):
        telephone = self.cleaned_data["telephone"]
        if telephone and not any(sign.isdigit() for sign in telephone):
            raise ValidationError("Un numéro de téléphone a des chiffres : « 03 20 00 00 00 ».")
        return telephone


@admin.register(Contact)
class ContactAdmin(ContentAdmin):
    form = ContactForm
    fieldsets = [
        (
            None,
            {
                "fields": ["structure", "fonction", "acteur", "commune", ("courriel", "telephone")],
                "description": "Une structure ou une fonction, avec son courriel et son téléphone publics.",
            },
        ),
        (
            "La personne et son accord",
            {
                "fields": ["personne", ("consented_on", "expires_on"), "verified_on"],
                "description": "Le contact n’est visible du public qu’entre le jour de l’accord et le jour "
                "où il expire. Il faut les deux dates.",
            },
        ),
    ]
    autocomplete_fields = ["acteur"]
    list_display = ["structure", "fonction", "commune", "acteur", "verified_on", "expires_on", "visible"]
    list_filter = [ContactVisibleFilter, "commune"]
    list_select_related = ["acteur"]
    search_fields = ["structure", "fonction", "commune", "personne", "acteur__nom"]

    @admin.display(description="visible", boolean=True)
    def visible(self, contact):
        return contact.is_published


@admin.register(AncienneAdresse)
class AncienneAdresseAdmin(ContentAdmin):
    """Kept by the site itself; shown so that a curator may see why an address is taken."""

    fields = ["slug", "modele", "mene_a"]
    readonly_fields = ["mene_a"]
    list_display = ["slug", "mene_a"]
    list_filter = ["modele"]
    ordering = ["modele", "slug"]
    search_fields = ["slug"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="mène à")
    def mene_a(self, adresse):
        try:
            url = reverse(f"admin:{adresse.modele.replace('.', '_')}_change", args=[adresse.objet_id])
        except NoReverseMatch:
            return adresse.modele
        genre = adresse.modele.partition(".")[2]
        return format_html('<a href="{}">{} n° {}</a>', url, genre, adresse.objet_id)
