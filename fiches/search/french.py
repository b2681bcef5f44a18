"""The words and the rules of French that search needs: what to leave out, and which word a form comes from.

Pure: the standard library alone. Everything that a curator may want to change (acronyms, synonyms) is data elsewhere.
"""

import re
import unicodedata

# Words that a title, a question or a complaint can do without. Short on purpose: idf already weighs little what is
# frequent, and « qui », « quoi », « avec », « sans », « pas », « où », « tous », « jamais » are the very matter of
# "avec qui", "qui fait quoi", "on n’a pas le temps". « être » stays for « bien-être ».
_SMALL_WORDS = """
le la les un une des du de au aux à en et ou par pour sur dans que si car donc mais ni dont
je tu il elle on nous vous ils elles me te se lui leur leurs y
mon ma mes ton ta tes son sa ses notre nos votre vos ce cet cette ces ça cela
ne suis es est sommes êtes sont était étaient ai as a avons avez ont avait avaient
jusque lorsque puisque quoique presque l d qu j n s t m c jusqu lorsqu puisqu quoiqu presqu quelqu
"""

# Plurals and feminines that Snowball does not bring back to the word (it gives journaux, locaux, sociaux right).
_IRREGULAR = {
    "travaux": "travail",
    "vitraux": "vitrail",
    "baux": "bail",
    "maux": "mal",
    "yeux": "oeil",
    "jeux": "jeu",
    "enjeux": "enjeu",
    "lieux": "lieu",
    "milieux": "milieu",
    "voeux": "voeu",
    "feux": "feu",
    "aveux": "aveu",
    "cheveux": "cheveu",
    "neveux": "neveu",
    "tous": "tout",
    "toute": "tout",
    "toutes": "tout",
    "cheffe": "chef",
    "cheffes": "chef",
    "maîtresse": "maître",
    "maîtresses": "maître",
    "tle": "terminale",
    "tles": "terminale",
    "sportive": "sportif",
    "sportives": "sportif",
    "oser": "ose",
    **dict.fromkeys(("vient", "viennent", "viens", "venu", "venue", "venus", "venues"), "venir"),
    # After i, a final s belongs to the word more often than not (avis, mois, compris): the plurals are listed.
    **{noun + "s": noun for noun in ("loi", "emploi", "envoi", "tournoi", "appui", "ennui", "essai", "vrai", "ami")},
}
# Nouns that Snowball takes for verbs in the singular only: foyer → foi, conflit → confl, profit → prof, délai → del.
_LOOK_LIKE_VERBS = """
conflit récit crédit délit débit profit habit appétit petit délai désir loisir souvenir avenir foyer goûter dîner
danger étranger léger entier messager boulanger berger
"""
# Stems that Snowball would merge with another word: conseiller with conseil, cours with cour, fils with fil.
FIXED = {
    **dict.fromkeys(("conseiller", "conseillers", "conseillère", "conseillères"), "conseiller"),
    "cours": "cours",
    "fils": "fils",
    **{form: noun for noun in _LOOK_LIKE_VERBS.split() for form in (noun, noun + "s")},
}
# Snowball keeps the s of photos, ados, élus, malentendus.
_PLURAL = re.compile(r"(..+[ou])s")
_INVARIABLE = """
plus sous dessus refus abus inclus confus diffus virus campus corpus cursus processus consensus
gros clos enclos repos propos héros
"""
# Nor does it know « ils demandent ». These endings are never those of a noun: parent, présent, argent are safe.
_THEY = re.compile(r"(.*(?:nd|tt|rt|os|us|is|ss|ip|up|pp|ang|iqu|iv|nn|ill|tr|nc|ch|gn|bl|pl)e)nt")
# Trades in -euse: not a rule, for « heureuse » is not the feminine of « heureur ».
_EUSE = re.compile(r"(travaill|port|cherch|dans|jou|vend|coiff|serv|entraîn|accueill|facilit|brod|cont)euses?")
_TRICE = re.compile(r"(.{2,})trices?")
_NOT_A_FEMININE = frozenset(("matrice", "matrices", "cicatrice", "cicatrices"))

# « sixième » is written 6e, 6ème, 6eme, 6°, 6ᵉ. The numbered form is the term.
_ORDINAL = re.compile(r"(\d{1,2})\s?(?:i?[eè]mes?|es?|°|o)")
_FIRST = re.compile(r"1\s?(?:ers?|[eè]?res?|e|°|o)")
_SECOND = re.compile(r"2n?des?|2nds?")
_UNITS = ("deux", "trois", "quatr", "cinqu", "six", "sept", "huit", "neuv", "dix")
_SPELLED = {f"{unit}ieme": f"{number}e" for number, unit in enumerate(_UNITS, start=2)}


def fold(text):
    """`text` in lower case, without accents, œ and æ in two letters. Idempotent; offsets are not kept."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text)
    return lower_case("".join(c for c in split if not unicodedata.combining(c)))


def lower_case(word):
    """Lower case with its accents, œ and æ in two letters: « cœur » and « coeur » are stemmed alike."""
    return word.lower().replace("œ", "oe").replace("æ", "ae")


_STOP = frozenset(_SMALL_WORDS.split())
_STOP_FOLDED = frozenset(map(fold, _STOP))
_NOT_A_PLURAL = frozenset(_INVARIABLE.split())


def is_small(lower):
    """Whether a lower-case word is a stop word.

    With an accent it must be that very word: été, sûr, dû, où and né are not ete, sur, du, ou, ne. Without, any
    stop word may have lost its accent: « a la » is « à la ».
    """
    return lower in _STOP or (lower.isascii() and lower in _STOP_FOLDED)


def base_form(lower):
    """The form that Snowball knows best: masculine of a function (médiatrice → médiateur), singular, third person."""
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower not in _NOT_A_FEMININE and (found := _TRICE.fullmatch(lower)):
        return found[1] + "teur"
    if found := _EUSE.fullmatch(lower):
        return found[1] + "eur"
    if lower not in _NOT_A_PLURAL and (found := _PLURAL.fullmatch(lower)):
        return found[1]
    return found[1] if (found := _THEY.fullmatch(lower)) else lower


def ordinal(lower):
    """What an ordinal is read as: (term, None) for « 6e », 6ème, 6° or sixième; (None, word) for 1re and 2de.

    These two are only short for première and seconde, which are mostly plain words ("première réunion"): the
    abbreviation goes to the word, so that the class is found too. (None, None) for any other word.
    """
    if lower[0].isdigit():
        if _FIRST.fullmatch(lower):
            return None, "première"
        if _SECOND.fullmatch(lower):
            return None, "seconde"
        found = _ORDINAL.fullmatch(lower)
        return (f"{int(found[1])}e" if found else None), None
    return (_SPELLED.get(fold(lower).removesuffix("s")) if "i" in lower else None), None
