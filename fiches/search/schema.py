"""What the engine holds of a sheet: its words, already analysed, field by field, and its facets as numbers."""

import json
import zlib
from dataclasses import dataclass
from functools import cache

import tantivy
from django.db.models import Prefetch

from acteurs.bases import fold, lines
from fiches.models import Citation, Genre, Intervention, Phrase, Solidite, Voisinage

# Fields of words. Those of HIDDEN are never shown to anyone, so no spelling may be taken from them.
TEXTS = ("titre", "formulations", "essentiel", "listes", "prose", "paroles", "variantes")
HIDDEN = ("formulations", "variantes")
# Where small words are kept: what people say is made of them (« avec qui »). In the rest they would only take room.
SPOKEN = ("titre", "formulations", "essentiel", "paroles", "variantes")
FACETS = ("theme", "levier", "acteur", "dispositif", "terme", "niveau", "moment", "genre", "solidite")
SORTS = ("par_theme", "par_titre", "par_relecture", "par_solidite")

GENRES = Genre.values
STRONGEST_FIRST = (
    Solidite.CONFIRME,
    Solidite.CROISE,
    Solidite.DISCUTE,
    Solidite.CONVERGENT,
    Solidite.ISOLE,
    Solidite.SANS_PREUVE,
)

ESSENTIEL = ("en_bref", "resume")
LISTES = ("signaux", "marche_si", "ne_marche_pas_si", "vigilance", "reperes", "questions", "resultats")
PROSE = ("pourquoi", "role_du_centre", "exemple", "materiel")


@cache
def schema():
    """The engine's schema. Words come analysed: the engine only cuts them at blanks."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("voisine", stored=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in FACETS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in SORTS:
        if name == "par_titre":
            builder.add_text_field(name, tokenizer_name="raw", fast=True)
        else:
            builder.add_unsigned_field(name, fast=True)
    return builder.build()


def read(sheets):
    """`sheets`, a queryset, with all that their documents hold: twelve queries, whatever their number."""
    return (
        sheets.with_solidite()
        .select_related("theme")
        .prefetch_related(
            "etapes",
            "gains",
            Prefetch("interventions", queryset=Intervention.objects.order_by("pk")),
            "fiche_leviers",
            "moments",
            "niveaux",
            "dispositifs",
            "termes",
            Prefetch("voisinages", queryset=Voisinage.objects.order_by("pk")),
            Prefetch("citations", queryset=Citation.objects.published().select_related("extrait").order_by("pk")),
            Prefetch("phrases", queryset=Phrase.objects.only("phrase", "variantes").order_by("pk")),
        )
    )


def words_of(fiche):
    """{field of words: its texts}, as written, of a sheet that `read()` gave."""
    phrases = fiche.phrases.all()
    return {
        "titre": [fiche.titre],
        "formulations": lines(fiche.formulations),
        "essentiel": [getattr(fiche, name) for name in ESSENTIEL],
        "listes": [
            *(text for name in LISTES for text in lines(getattr(fiche, name))),
            *(text for etape in fiche.etapes.all() for text in (etape.titre, etape.texte)),
            *(text for gain in fiche.gains.all() for text in (gain.gain, gain.risque)),
            *(intervention.texte for intervention in fiche.interventions.all()),
        ],
        "prose": [getattr(fiche, name) for name in PROSE],
        "paroles": [
            *(citation.extrait.texte for citation in fiche.citations.all()),
            *(phrase.phrase for phrase in phrases),
        ],
        "variantes": [text for phrase in phrases for text in lines(phrase.variantes)],
    }


def facets_of(fiche):
    """{facet: its values as numbers} of a sheet that `read()` gave."""
    return {
        "theme": [fiche.theme_id],
        "levier": [link.tag_id for link in fiche.fiche_leviers.all()],
        "acteur": [intervention.acteur_id for intervention in fiche.interventions.all()],
        "dispositif": [row.pk for row in fiche.dispositifs.all()],
        "terme": [row.pk for row in fiche.termes.all()],
        "niveau": [row.pk for row in fiche.niveaux.all()],
        "moment": [row.pk for row in fiche.moments.all()],
        "genre": [GENRES.index(fiche.genre)],
        "solidite": [STRONGEST_FIRST.index(fiche.solidite_code)],
    }


def sorts_of(fiche):
    """{order: a value, the least first} of a sheet. Its key ends each of them: a total order."""
    by_theme = fiche.theme.numero << 40 | fiche.pk
    day = fiche.reviewed_on.toordinal() if fiche.reviewed_on else 0
    return {
        "par_theme": by_theme,
        "par_titre": f"{fold(fiche.titre)} {fiche.pk}",
        "par_relecture": (2**22 - day) << 40 | fiche.pk,
        "par_solidite": STRONGEST_FIRST.index(fiche.solidite_code) << 60 | by_theme,
    }


@dataclass(slots=True)
class Document:
    """What is kept of a sheet between two builds, analysed once per `marque`: about 3 kB."""

    marque: str
    packed: bytes  # the engine's document: JSON, compressed since thousands of them are kept
    seen: object  # what Vocabulary.learn() gave for its words that anyone may read
    hidden: object  # the same for the others

    @property
    def json(self):
        return zlib.decompress(self.packed).decode()


def to_document(fiche, analyser, vocabulary):
    """The `Document` of a sheet that `read()` gave; its words are added to `vocabulary`."""
    fields, shown, hidden = {}, [], []
    for name, texts in words_of(fiche).items():
        fields[name] = []
        for terms, words in map(analyser.read, texts):
            fields[name].append(" ".join(terms if name in SPOKEN else (word[1] for word in words)))
            (hidden if name in HIDDEN else shown).extend(words)
    content = {
        "id": fiche.pk,
        "voisine": [voisinage.vers_id for voisinage in fiche.voisinages.all()],
        **facets_of(fiche),
        **sorts_of(fiche),
        **fields,
    }
    packed = zlib.compress(json.dumps(content).encode(), level=1)
    return Document(fiche.marque, packed, vocabulary.learn_words(shown), vocabulary.learn_words(hidden, shown=False))
