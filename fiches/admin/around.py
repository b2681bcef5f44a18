"""What surrounds the sheets: resources, search words, heard sentences, the school year, acts and deciders."""

from django.contrib import admin

from acteurs.admin_base import ContentAdmin
from acteurs.admin_rows import RowInline

from ..models import Decideur, Demarche, Phrase, Ressource, Synonyme, TempsFort


@admin.register(Ressource)
class RessourceAdmin(ContentAdmin):
    slug_source = "titre"
    fieldsets = [
        (
            None,
            {
                "fields": ["titre", "slug", ("editeur", "annee"), "nature", "description", "url"],
                "description": "Un texte ou un site public que l’on peut montrer à une école. "
                "Une bonne description dit quand s’en servir.",
            },
        ),
        ("À rattacher", {"fields": ["themes", "acteurs", "dispositifs"]}),
    ]
    autocomplete_fields = ["themes", "acteurs", "dispositifs"]
    list_display = ["titre", "nature", "editeur", "annee"]
    list_filter = ["nature", "themes"]
    search_fields = ["titre", "editeur", "nature", "description"]


@admin.register(Synonyme)
class SynonymeAdmin(ContentAdmin):
    fieldsets = [
        (
            None,
            {
                "fields": ["genre", "nom", "mots", "forme", "prudence"],
                "description": "Des mots qui veulent dire la même chose pour la recherche, ou un sigle et ce "
                "qu’il veut dire. Jamais affichés. L’effet est immédiat.",
            },
        ),
        (
            "Où mène ce sigle",
            {"fields": ["acteurs", "leviers", "dispositifs", "themes", "termes", "fiches"]},
        ),
    ]
    autocomplete_fields = ["acteurs", "leviers", "dispositifs", "themes", "termes", "fiches"]
    list_display = ["nom", "genre", "forme", "mots"]
    list_filter = ["genre"]
    search_fields = ["nom", "mots", "forme"]


@admin.register(Phrase)
class PhraseAdmin(ContentAdmin):
    slug_source = "phrase"
    fieldsets = [
        (
            None,
            {
                "fields": ["phrase", "slug", "dite_par", "ce_qu_elle_dit", "reponse", "theme"],
                "description": "Une phrase que l’on entend vraiment, telle quelle. La réponse s’adresse à "
                "quelqu’un qui la reçoit de face : deux phrases qu’il pourrait dire.",
            },
        ),
        ("Pour la trouver, et pour aller plus loin", {"fields": ["variantes", "fiches"]}),
    ]
    autocomplete_fields = ["theme", "fiches"]
    list_display = ["phrase", "dite_par", "theme"]
    list_filter = ["dite_par", "theme"]
    list_select_related = ["theme"]
    search_fields = ["phrase", "variantes"]


@admin.register(TempsFort)
class TempsFortAdmin(ContentAdmin):
    slug_source = "titre"
    checkboxes = ["niveaux"]
    fieldsets = [
        (
            None,
            {
                "fields": ["titre", "slug", ("debut", "fin"), "certitude", "repere", "pourquoi", "a_faire"],
                "description": "Un moment de l’année scolaire qui revient tous les ans. Chaque idée commence "
                "par un verbe : « appeler la directrice avant les vacances ».",
            },
        ),
        ("Pour qui, avec quoi", {"fields": ["niveaux", "acteurs", "dispositifs", "fiches"]}),
    ]
    autocomplete_fields = ["acteurs", "dispositifs", "fiches"]
    list_display = ["titre", "debut", "fin", "certitude"]
    list_filter = ["certitude", "niveaux"]
    search_fields = ["titre", "a_faire"]


class DecideurInline(RowInline):
    model = Decideur
    autocomplete_fields = ["acteur"]
    fields = ["degre", "pouvoir", "acteur", "ordre"]
    related = ["acteur"]


@admin.register(Demarche)
class DemarcheAdmin(ContentAdmin):
    slug_source = "acte"
    fieldsets = [
        (
            None,
            {
                "fields": ["acte", "slug", "delai", "pieces"],
                "description": "Un acte précis, à l’infinitif : « faire entrer un bénévole dans une classe ».",
            },
        ),
        (
            "Ce dont on est sûr",
            {
                "fields": ["certitude", "texte_officiel", "a_verifier", "revue_le"],
                "description": "N’indiquez un texte officiel que si la démarche est sûre. Dans le doute, dites "
                "ce qu’il faut vérifier sur place. La date dit au lecteur l’âge de ce qu’il lit : changez-la "
                "quand vous avez tout relu, et alors seulement.",
            },
        ),
        ("Pour aller plus loin", {"fields": ["fiches"]}),
    ]
    autocomplete_fields = ["fiches"]
    inlines = [DecideurInline]
    list_display = ["acte", "certitude", "texte_officiel", "revue_le"]
    list_filter = ["certitude"]
    search_fields = ["acte", "pieces", "a_verifier"]
