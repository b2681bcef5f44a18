"""What the engine holds of a sheet: its words, already analysed, field by field, and its facets as numbers."""

import json
import zlib
from dataclasses import dataclass
from functools import cache

import tantivy

from acteurs.bases import fold, lines
from fiches.models import (
    Citation,
    Etape,
    Evidence,
    Fiche,
    FicheLevier,
    Gain,
    Genre,
    Intervention,
    Phrase,
    Solidite,
    Voisinage,
)

from .vocabulary import packed

# Fields of words. Those of HIDDEN are never shown to anyone, so no spelling may be taken from them.
TEXTS = ("titre", "formulations", "essentiel", "listes", "prose", "paroles", "variantes")
HIDDEN = ("formulations", "variantes")
# Where small words are kept: what people say is made of them (« avec qui »). In the rest they would only take room.
SPOKEN = ("titre", "formulations", "essentiel", "paroles", "variantes")
FACETS = ("theme", "levier", "acteur", "dispositif", "terme", "niveau", "moment", "genre", "solidite")
SORTS = ("par_theme", "par_titre", "par_relecture", "par_solidite")
WORDS = "mots"  # the distinct words of a sheet, as vocabulary.packed() gives them, in an index of their own

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


@cache
def words_schema():
    """That of the index which counts the words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True)
    builder.add_text_field(WORDS, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def _parts():
    """{part of a sheet: (its rows, the path to the sheet, the fields wanted)}."""

    def links(name):
        field = Fiche._meta.get_field(name)
        return field.remote_field.through.objects, "fiche_id", [field.m2m_reverse_name()]

    return {
        "etapes": (Etape.objects, "fiche_id", ["titre", "texte"]),
        "gains": (Gain.objects, "fiche_id", ["gain", "risque"]),
        "interventions": (Intervention.objects, "fiche_id", ["acteur_id", "texte"]),
        "leviers": (FicheLevier.objects, "content_object_id", ["tag_id"]),
        "voisines": (Voisinage.objects, "fiche_id", ["vers_id"]),
        "phrases": (Phrase.objects, "fiches", ["phrase", "variantes"]),
        **{name: links(name) for name in ("moments", "niveaux", "dispositifs", "termes")},
    }


def read(sheets):
    """`sheets`, a queryset, each with `parts`, {part: [values, …]}: a dozen queries, whatever their number.

    Plain values rather than rows of models: they are read by the thousand, and a search waits for them.
    """
    sheets = list(sheets.select_related("theme"))
    keys = [fiche.pk for fiche in sheets]
    parts = {fiche.pk: {"citations": []} for fiche in sheets}
    cited = Citation.objects.published().filter(fiche__in=keys).select_related("extrait").order_by("pk")
    for citation in cited:
        parts[citation.fiche_id]["citations"].append(citation)
    for name, (rows, path, fields) in _parts().items():
        for found in parts.values():
            found[name] = []
        for pk, *values in rows.filter(**{f"{path}__in": keys}).order_by("pk").values_list(path, *fields):
            parts[pk][name].append(values)
    for fiche in sheets:
        fiche.parts = parts[fiche.pk]
    return sheets


def words_of(fiche):
    """{field of words: its texts}, as written, of a sheet that `read()` gave."""
    parts = fiche.parts
    return {
        "titre": [fiche.titre],
        "formulations": lines(fiche.formulations),
        "essentiel": [getattr(fiche, name) for name in ESSENTIEL],
        "listes": [
            *(text for name in LISTES for text in lines(getattr(fiche, name))),
            *(text for name in ("etapes", "gains") for texts in parts[name] for text in texts),
            *(text for _, text in parts["interventions"]),
        ],
        "prose": [getattr(fiche, name) for name in PROSE],
        "paroles": [
            *(citation.extrait.texte for citation in parts["citations"]),
            *(phrase for phrase, _ in parts["phrases"]),
        ],
        "variantes": [text for _, variantes in parts["phrases"] for text in lines(variantes)],
    }


def _strength(fiche):
    """Its solidité as a number, the strongest first: counted from the citations just read, as the pages do."""
    return STRONGEST_FIRST.index(Evidence.of(fiche.parts["citations"]).solidite)


def facets_of(fiche):
    """{facet: its values as numbers} of a sheet that `read()` gave."""
    return {
        "theme": [fiche.theme_id],
        "acteur": [acteur for acteur, _ in fiche.parts["interventions"]],
        **{
            facet: [pk for (pk,) in fiche.parts[part]]
            for facet, part in (
                ("levier", "leviers"),
                ("dispositif", "dispositifs"),
                ("terme", "termes"),
                ("niveau", "niveaux"),
                ("moment", "moments"),
            )
        },
        "genre": [GENRES.index(fiche.genre)],
        "solidite": [_strength(fiche)],
    }


def sorts_of(fiche):
    """{order: a value, the least first} of a sheet. Its key ends each of them: a total order."""
    by_theme = fiche.theme.numero << 40 | fiche.pk
    day = fiche.reviewed_on.toordinal() if fiche.reviewed_on else 0
    return {
        "par_theme": by_theme,
        "par_titre": f"{fold(fiche.titre)} {fiche.pk}",
        "par_relecture": (2**22 - day) << 40 | fiche.pk,
        "par_solidite": _strength(fiche) << 60 | by_theme,
    }


@dataclass(frozen=True, slots=True)
class Document:
    """What the analysis of a sheet gave: about 5 kB, since both parts, JSON for the engine, are compressed."""

    marque: str  # of the sheet when it was read
    packed_texts: bytes  # for schema()
    packed_words: bytes  # for words_schema()

    @property
    def texts(self):
        return zlib.decompress(self.packed_texts).decode()

    @property
    def words(self):
        return zlib.decompress(self.packed_words).decode()


def to_document(fiche, analyser):
    """The `Document` of a sheet that `read()` gave."""
    fields, shown, hidden = {}, [], []
    for name, texts in words_of(fiche).items():
        fields[name] = []
        for terms, words in map(analyser.read, texts):
            fields[name].append(" ".join(terms if name in SPOKEN else (word[1] for word in words)))
            (hidden if name in HIDDEN else shown).extend(words)
    texts = {
        "id": fiche.pk,
        "voisine": [pk for (pk,) in fiche.parts["voisines"]],
        **facets_of(fiche),
        **sorts_of(fiche),
        **fields,
    }
    words = {"id": fiche.pk, WORDS: " ".join(sorted(packed(shown) | packed(hidden, shown=False)))}
    return Document(fiche.marque, _compressed(texts), _compressed(words))


def _compressed(content):
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), level=1)
