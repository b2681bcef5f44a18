"""Who speaks: « Ce que disent les centres », « Paroles d’école », « POST-IT ». Pure.

A line announces a voice when nothing of it is left once one takes away who may speak, the words that announce
somebody's words, and small words. One word too many (« L’image des centres sociaux ») and it is an idea.
"""

import re

from .outcome import CENTRES, ECOLE, POSTITS
from .words import SMALL, is_shouted, words

UNKNOWN = "?"  # a voice is announced, and it is none of the three

_SPEAKERS = {
    ECOLE: """ecole ecoles scolaire scolaires enseignant enseignants enseignante enseignantes professeur professeurs
        prof profs instit instits maitre maitres maitresse maitresses college colleges lycee lycees education rased
        atsem cpe inspection inspecteur inspecteurs rectorat etablissement etablissements pedagogique pedagogiques""",
    CENTRES: """centre centres csx cs csc cscs mq mpt mjc evs socioculturel socioculturels socioculturelle
        animateur animateurs animatrice animatrices federation""",
    POSTITS: "postit postits papillon papillons",
}
SPEAKERS = {word: voice for voice, names in _SPEAKERS.items() for word in names.split()}

# What makes a line an announcement rather than a name.
_ANNOUNCES_WORDS = """
parole paroles regard regards voix point points vue cote cotes vu vus vues avis dit disent dire dites pense pensent
temoignage temoignages temoignent echanges discussion discussions verbatim verbatims retour retours reponse
reponses repondent expression expressions propos contribution contributions recap recapitulatif recapitulatifs
synthese syntheses resume recueil ressenti ressentis vecu entendu entendus apport apports remontee remontees
entretien entretiens interview interviews mots selon notes reflexion reflexions perception perceptions vision
lecture expriment parlent parle parlait rapportent raconte racontent collecte production productions idees constats
croise croises
"""
_ANNOUNCES = frozenset(_ANNOUNCES_WORDS.split())
_SAYS_SO_WORDS = "parole paroles regard regards voix cote dit disent vu vue vus vues temoignages avis"
_SAYS_SO = frozenset(_SAYS_SO_WORDS.split())
_NEUTRAL_WORDS = """
social sociaux sociale sociales nationale groupe groupes table tables atelier ateliers participant participants
participante participantes partenaire partenaires acteur acteurs actrices equipe equipes professionnel
professionnels professionnelle professionnelles pro pros membre membres representant representants personnel
personnels directeur directeurs directrice directrices direction directions chef chefs salarie salaries responsable
responsables presents presentes colles affiche affiches mur murs tableau paperboard premier second degre degres
primaire primaires maternelle maternelles elementaire elementaires maison maisons quartier quartiers monde milieu
institution educatif educatifs educative educatives par pour sur dans chez entre suite issu issus issues ont ecrit
ecrits note notes recueillis recueillies recueilli qui quoi comment tous toutes tout ensemble partie cartes carte
petits papiers jaunes jaune nuage panneau mots seance general generale travaux quand eux memes
"""
_NEUTRAL = SMALL | frozenset(_NEUTRAL_WORDS.split())
_OTHERS_WORDS = """
parent parents famille familles habitant habitants habitante habitantes eleve eleves jeune jeunes enfant enfants
elu elus elues mairie ville municipalite benevole benevoles association associations caf departement collectivite
collectivites police bailleur bailleurs mediateur mediateurs institutions
"""
_OTHERS = frozenset(_OTHERS_WORDS.split())
_ASIDE = re.compile(r"\([^()]*\)")
_LONGEST = 12  # words


def find_voice(text, *, stands_out=False):
    """The voice that a whole line announces, `UNKNOWN`, or None when it announces none.

    `stands_out`: its layout alone says it is a heading; then a bare « L’école » is enough.
    """
    text = text.strip()
    said = words(_ASIDE.sub(" ", text)) or words(text)
    if not said or len(said) > _LONGEST or text[:1] in '«“"' or (text.endswith(".") and not stands_out):
        return None
    said = [word for word in said if not word.isdigit()]
    if "EN" in text.split() and not is_shouted(text):
        said = ["education" if word == "en" else word for word in said]
    speakers = [SPEAKERS[word] for word in said if word in SPEAKERS]
    announced = any(word in _ANNOUNCES for word in said)
    left = [word for word in said if word not in SPEAKERS and word not in _ANNOUNCES and word not in _NEUTRAL]
    if left:
        return _with_words_left(said, left, speakers)
    if not speakers:
        return _nobody_named(said)
    if announced or stands_out or text.endswith(":") or is_shouted(text) or speakers[0] == POSTITS:
        return _one_of(said, speakers)
    return None


def _with_words_left(said, left, speakers):
    if POSTITS in speakers and len(left) <= 2 and (said[0] in _ANNOUNCES or "postit" in said[:2]):
        return POSTITS
    if not speakers and set(left) <= _OTHERS and any(word in _SAYS_SO for word in said[:3]):
        return UNKNOWN
    return None


def _nobody_named(said):
    """« Synthèse des échanges »: the workshop’s, which the centres hold. « Vu par les partenaires »: the school."""
    if any(word in ("partenaire", "partenaires") for word in said) and any(word in _SAYS_SO for word in said):
        return ECOLE
    if any(word in ("echanges", "discussions") for word in said):
        return CENTRES
    return None


def _one_of(said, speakers):
    """Whose words they are, when one side may be named as what the other speaks of."""
    if POSTITS in speakers:
        return POSTITS
    if len(set(speakers)) == 1:
        return speakers[0]
    for seen in ("vu", "vue", "vus", "vues"):
        if seen in said[1:] and "point" not in said:  # « l’école vue par les centres »
            after = [SPEAKERS[word] for word in said[said.index(seen) :] if word in SPEAKERS]
            return after[0] if after else UNKNOWN
    if any(word in ("sur", "dit", "disent", "pensent", "parlent", "parle") for word in said):
        return speakers[0]
    if said[0] in _SAYS_SO and "partenaires" in said:  # « paroles des partenaires école du centre »
        return ECOLE
    return UNKNOWN
