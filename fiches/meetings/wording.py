"""What a short text tells by its own words: whom a question suits, which stage of school it is about, whether it can
be read alone, whether a step is taken together.

Sheets do not say to whom each question is put, nor which line is for the collège only: it is read from the words, and
a text that says nothing of it suits everyone. Pure: no query. The rules are tried on sentences of the sheets.
"""

import re

from fiches.models import Degre

from .sides import Side

_TO_CHILD = re.compile(r"\b(?:tu|ta|tes)\b|\bt’", re.I)
_TO_PARENT = re.compile(r"\bvotre enfant\b|\bvous,? (?:ses )?parents\b|\bque je sois à côté de vous\b", re.I)
_TO_SCHOOL = re.compile(
    r"\bvo(?:s|tre) (?:élèves|classes?|collègues|école|établissement|inspect\w+|hiérarchie|portail|projet de réseau)\b"
    r"|\b(?:en|la) classe\b|\bquelle leçon\b|\bcôté école\b",
    re.I,
)
_TO_OURSELVES = re.compile(
    r"\bau centre\b|\bà nous de\b|\bau nom de qui parlons-nous\b|\bdevrons-nous renoncer\b", re.I
)
# Whoever speaks of the school to « vous » as of someone else is not talking to it.
_OF_SCHOOL = re.compile(r"(?<!dans )(?<!vie de )\bl’école\b(?! voisine)|\bla (?:directrice|maîtresse)\b", re.I)
_TO_SOMEONE = re.compile(r"\bvous\b|\bvo(?:s|tre)\b", re.I)

_LEANS = re.compile(
    r"^(?:un autre\b|une autre école\b|autre\b|ces? |cet(?:te)? |celui|celle|puis\b|là\b|ailleurs\b|résultat\b|même\b"
    r"|ils?\b|elles?\b|il vaudrait donc\b|limite reconnue\b|leçon tirée\b|exemple repris\b|ce n’est\b|l’accueil avant"
    r"|(?:la|le|les) (?:remplir|relire|refaire|revoir|tenir)\b)",
    re.I,
)
_POINTS = re.compile(r"\b(?:ces|cet|cette)\b(?! (?:année|semaine|fois))|\bsait-(?:il|elle)\b", re.I)
_PLACE_ONLY = re.compile(r"^(?:au collège|au lycée|au secondaire|à l’école)(?: et au lycée)?(?: ;.*)?$", re.I)
_BY_PLACE = re.compile(r"^(?:au collège|au lycée|à l’école)[^:]*:", re.I)
_STAGES = (
    (
        Degre.PREMIER,
        re.compile(
            r"\b(?:directrices?|directeurs? d’école|direction d’école|inspectrices?|circonscription|maîtresses?"
            r"|conseils? des maîtres|conseils? d’école|projets? d’école|maternelle|CM[12]|CP|premier degré)\b"
            r"|^à l’école :",
            re.I,
        ),
    ),
    (
        Degre.SECOND,
        re.compile(
            r"\b(?:collèges?|lycées?|principale?|proviseure?|CPE|adolescents?|sixièmes?|secondaire|second degré"
            r"|conseils? d’administration|chef d’établissement)\b",
            re.I,
        ),
    ),
)
_TOGETHER = (
    r"ensemble|à deux|à trois|à plusieurs|de chaque côté|des deux côtés|deux sens|communs?|communes?|chacun|convenir"
)
OF_SCHOOL = (Side.ECOLE, Side.HIERARCHIE)
_JOINING = {
    Side.ECOLE: r"écoles?|direction|enseignant\w*|classes?|collège|lycée|établissement|réunion|séances?|coordination",
    Side.HIERARCHIE: r"écoles?|direction|circonscription|inspection|réseau|établissement|projet d’école",
    Side.CENTRE: r"centre|animat\w+|accompagnat\w+|école|enseignante?s?",
    Side.PARENTS: r"parents?|familles?|école",
    Side.ENFANTS: r"enfants?|parents?|classe",
    Side.COLLECTIVITE: r"mairie|ville|quartier|école|périscolaire|réunir|responsable",
    Side.AUTRES: r"école|quartier|parents?|familles?|partenaires?|réunir|service",
}
_JOINS = {side: re.compile(rf"\b(?:{_TOGETHER}|{words})\b", re.I) for side, words in _JOINING.items()}


def suits(question, side):
    """Whether a question may be put to someone of this `Side`."""
    if _TO_OURSELVES.search(question):
        return False
    if _TO_CHILD.search(question):
        return side == Side.ENFANTS
    if _TO_PARENT.search(question):
        return side == Side.PARENTS
    if _TO_SCHOOL.search(question):
        return side == Side.ECOLE
    if _OF_SCHOOL.search(question) and _TO_SOMEONE.search(question):
        return side not in OF_SCHOOL
    return True


def aim(question, side):
    """How well a question that suits aims at someone of this `Side`: 0 at them, 1 asked together, 2 at « vous »,
    who may well be the school."""
    if not _TO_SOMEONE.search(question):
        return 1
    is_theirs = side in (Side.ECOLE, Side.CENTRE) or _TO_PARENT.search(question) or _OF_SCHOOL.search(question)
    return 0 if is_theirs else 2


def stands_alone(text):
    """Whether a line can be read without those around it: it does not lean on what was said just before."""
    return not (_LEANS.search(text) or _POINTS.search(text) or _PLACE_ONLY.search(text))


def is_about(text, stages):
    """Whether a line concerns one of these stages (`Degre`): true unless its words are those of another one alone."""
    named = {degre for degre, pattern in _STAGES if pattern.search(text)}
    return not named or bool(named.intersection(stages))


def is_by_place(step):
    """Whether a step only says how to go about it in one kind of school: « Au collège : le principal d’abord »."""
    return bool(_BY_PLACE.search(step))


def joins(step, side):
    """Whether a step, by its title, is taken with people of this `Side`, and not among ourselves alone."""
    return bool(_JOINS[side].search(step))


def joined(names):
    """« Nadia, Paul et la Caf »: a list as French says it."""
    names = list(names)
    return " et ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def lowered(name):
    """« Équipe pédagogique » → « équipe pédagogique », to stand in a sentence. A name in capitals, or a short one
    such as Caf or CPE, is left as it is."""
    return name[:1].lower() + name[1:] if len(name) > 4 and name[1].islower() else name
