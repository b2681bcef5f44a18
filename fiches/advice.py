"""Gentle advice on the words of a sheet: what a careful reader would say, where, and what to do about it.

Pure: texts in, sentences out. Nothing here forbids anything: a curator may have good reasons. The thresholds were
chosen on the 75 sheets that ship, none of which should be scolded (tests/fiches/test_advice.py).
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import fuzz

from .links.collecting import urls_in

TITLE = 80  # characters
SENTENCE = 35  # words
BRIEF = 3  # sentences of « en bref »
ALIKE_TITLE = 85  # of 100: two titles so alike are most likely the same
ALIKE_BRIEF = 80


class Piece(NamedTuple):
    """One text of a sheet, and where it stands, as its form says it."""

    where: str
    text: str


class Advice(NamedTuple):
    where: str
    says: str  # what, and what to do; French


@dataclass(frozen=True)
class Sheet:
    """What advice is given on. `pieces`: its texts, the title and « en bref » included."""

    titre: str
    en_bref: str
    genre: str
    pieces: tuple


def advise(sheet, *, acronyms, others):
    """All the advice on `sheet`, in the order of its form.

    `acronyms`: those that the glossary or the vocabulary explains, as written. `others`: [(title, en bref)] of the
    other sheets.
    """
    found = [*on_title(sheet.titre, sheet.genre), *on_brief(sheet.en_bref), *on_twins(sheet, others)]
    for piece in sheet.pieces:
        for rule in (on_emoji, on_capitals, on_bare_urls, on_long_sentences):
            found += [Advice(piece.where, says) for says in rule(piece.text, acronyms)]
    return found + on_acronyms(sheet.pieces, acronyms)


# The title

# How infinitives end, and the nouns that end so too and may well begin a title.
_INFINITIVE = re.compile(
    r"(?:er|[^o]ir|(?:v|oul|sse)oir|(?:f|pl|tr|^t)aire|[dlruf]ire|suivre|vivre|[nru]dre|ttre|[ao]ître|clure|[rb]oire"
    r"|vaincre|ompre)$"
)
_NOUNS = re.compile(
    r"""atelier|cadre|cahier|calendrier|chantier|cher|clavier|couloir|courrier|danger|dernier|dossier|entier|espoir
    |étranger|fer|fier|foyer|hier|hiver|leader|léger|lettre|loyer|maître|mer|métier|palier|panier|papier|particulier
    |premier|quartier|régulier|sentier|ordre|désordre|foudre|moindre|cendre|avenir|cuir|désir|loisir|plaisir|gloire""",
    re.X,
)
_BEFORE_VERB = re.compile(r"ne?|pas|plus|jamais|rien|se?|y|en|l[ea]?|les|d|abord|tout|trop|mieux|bien")
_QUESTIONS = {"que", "comment", "quand", "où", "pourquoi"}


def is_infinitive(word):
    """Whether a French word, in lower case, looks like a verb in the infinitive. A guess, by its ending."""
    return not _NOUNS.fullmatch(word) and len(word) > 3 and bool(_INFINITIVE.search(word))


def starts_with_verb(title):
    """Whether a title begins with an infinitive: « Se parler », « Ne plus donner de nouvelles », « Que faire si… »."""
    words = re.findall(r"[^\W\d_]+", title.lower())
    if words and words[0] in _QUESTIONS:
        words = words[1:]
    while words and _BEFORE_VERB.fullmatch(words[0]):
        words = words[1:]
    return bool(words) and is_infinitive(words[0])


def on_title(title, genre):
    """A told project is named after what happened: any words will do."""
    where, found = "Titre", []
    if title and genre != "projet" and not starts_with_verb(title):
        found.append(
            Advice(where, "il ne commence pas par un verbe à l’infinitif. Par exemple : « Faire le premier pas ».")
        )
    if len(title) > TITLE:
        found.append(Advice(where, f"il a {len(title)} signes. Au-delà de {TITLE}, on ne le retient plus."))
    return found


def on_brief(text):
    n = len(_sentences(text))
    if n > BRIEF:
        return [Advice("En bref", f"il compte {n} phrases. Gardez les deux que l’on doit retenir.")]
    return []


def on_twins(sheet, others):
    """The one sheet that says most nearly the same thing, if any does."""
    best = None
    for title, brief in others:
        score = max(
            fuzz.token_sort_ratio(_bare(sheet.titre), _bare(title)) - ALIKE_TITLE,
            fuzz.token_set_ratio(_bare(sheet.en_bref), _bare(brief)) - ALIKE_BRIEF
            if sheet.en_bref and brief
            else -100,
        )
        if score >= 0 and (best is None or score > best[0]):
            best = (score, title)
    if best is None:
        return []
    says = f"une fiche dit presque la même chose : « {best[1]} ». Ne vaudrait-il pas mieux compléter celle-là ?"
    return [Advice("Titre", says)]


def _bare(text):
    return " ".join(re.findall(r"\w+", text.lower()))


# Any text


def on_emoji(text, acronyms=()):
    """Pictures among the words: read aloud by a voice, they make no sense; printed, they may be missing."""
    found = list(dict.fromkeys(sign for sign in text if _is_emoji(sign)))
    return [f"retirez {' '.join(found)} : une image ne se lit pas à voix haute et s’imprime mal."] if found else []


def _is_emoji(sign):
    if sign in "©®™→←↑↓↔·•":
        return False
    code = ord(sign)
    return 0x1F000 <= code <= 0x1FBFF or (0x2600 <= code <= 0x27BF and unicodedata.category(sign) == "So")


_CAPITALS = re.compile(r"(?:[A-ZÀ-ÖØ-ÞŒ]{2,}(?:['’ -]+|$|(?=\W))){2,}")


def on_capitals(text, acronyms=()):
    """Words in capitals, acronyms aside: they shout, and lose their accents."""
    known = {_key(acronym) for acronym in acronyms}
    found = []
    for match in _CAPITALS.finditer(text):
        words = re.findall(r"[^\W\d_]+", match[0])
        if sum(_key(word) not in known for word in words) > 1 and any(len(word) > 3 for word in words):
            found.append(f"« {_short(match[0].strip())} » est en capitales. Écrivez-le en minuscules : on lit mieux.")
    return found[:1]


_LINKED = re.compile(r"\]\([^)\s]*\)|<https?://[^>]*>")


def on_bare_urls(text, acronyms=()):
    bare = _LINKED.sub(" ", text)
    found = [*urls_in(bare), *re.findall(r"(?<![\w/.])www\.[\w.-]+\w", bare)]
    return [
        f"l’adresse {_short(url)} est toute nue. Écrivez [ce que l’on y trouve]({_short(url)})." for url in found[:1]
    ]


def on_long_sentences(text, acronyms=()):
    longest = max(_sentences(text), key=_length, default="")
    n = _length(longest)
    if n <= SENTENCE:
        return []
    start = " ".join(longest.split()[:6])
    return [f"la phrase « {start}… » compte {n} mots. Coupez-la en deux : au-delà de {SENTENCE}, on perd le fil."]


_END = re.compile(r"(?<=[.!?…])[»”\"')]*\s+(?=[«“\"(]*\s*[A-ZÀ-ÖØ-ÞŒ0-9])|\n+")


def _sentences(text):
    """The sentences of a text: ended by a sign before a capital, or by a line."""
    return [piece.strip() for piece in _END.split(text or "") if piece.strip()]


def _length(sentence):
    return sum(any(sign.isalnum() for sign in word) for word in sentence.split())


# Acronyms, of the whole sheet: one that is explained anywhere is explained

_ACRONYM = re.compile(r"(?<![\w@/.-])[A-ZÀ-ÖØ-ÞŒ][A-ZÀ-ÖØ-ÞŒ0-9]*[A-ZÀ-ÖØ-ÞŒ0-9+](?![\w@/-])")
_EVERYDAY = {
    "OK",
    "SMS",
    "PDF",
    "TV",
    "RDV",
    "CD",
    "DVD",
    "SOS",
    "WC",
    "BD",
    "QR",
    "USB",
    "GPS",
    "CM",
    "CM1",
    "CM2",
    "CE1",
}
_EVERYDAY |= {"CE2", "CP", "PS", "MS", "GS", "NB", "COVID"}
_ROMAN = re.compile(r"[IVXLC]+")


def on_acronyms(pieces, acronyms):
    """Each acronym that nobody explains, once, where it first stands."""
    known = {_key(acronym) for acronym in (*acronyms, *_EVERYDAY)}
    whole = "\n".join(text for _, text in pieces)
    found = {}
    for where, text in pieces:
        for match in _ACRONYM.finditer(text):
            sigle = match[0]
            if _key(sigle) in known or _ROMAN.fullmatch(sigle) or sigle in found or _is_shouted(text, match):
                continue
            if not _explained(sigle, whole):
                found[sigle] = where
    return [
        Advice(where, f"{sigle} n’est expliqué nulle part. Écrivez-le en toutes lettres, ou ajoutez-le au glossaire.")
        for sigle, where in found.items()
    ]


def _is_shouted(text, match):
    """Whether it stands in a run of words in capitals, which `on_capitals` tells of."""
    return any(run.start() <= match.start() < run.end() for run in _CAPITALS.finditer(text))


def _explained(sigle, text):
    """« PRE (programme de réussite éducative) », or « programme de réussite éducative (PRE) »."""
    return bool(re.search(rf"(?<!\w){re.escape(sigle)}\s*\([^)]{{6,}}\)|\({re.escape(sigle)}\)", text))


def _key(acronym):
    """Accents come and go on capitals; an s makes a plural."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", acronym) if not unicodedata.combining(c))
    return bare.casefold()


def _short(text, length=40):
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
