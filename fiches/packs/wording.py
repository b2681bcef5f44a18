"""What a short text tells by its own words: whom it speaks to, which stage of school, whether it stands alone.

Sheets do not say to whom each question is put. It is read from the words; a text that says nothing of it suits everyone.
Pure: no model, no query. The tables are tried on sentences of the sheets.
"""

import re

from .sides import Side

# The first that matches wins. « vous » is the school unless someone else is named.
_ADDRESSEES = (
    (Side.ENFANTS, r"\b(?:tu|ta|ton|tes)\b|\bt’"),
    (
        Side.PARENTS,
        r"\bvotre enfant\b|\bvous,? (?:ses )?parents\b|\bje sois à côté\b|\bsavez-vous cuisiner\b|\bvos voisins\b"
        r"|\bà la directrice\b|\bl’école (?:vous|dit oui|devrait|ne pouvait)\b|\bavant d’entrer\b|\bce rendez-vous\b"
        r"|\bde l’école (?:vous|avez-vous)\b|\bpour parler de l’école\b|\bquestion à l’école\b|\bparmi les parents\b"
        r"|\bà un enseignant\b|\bêtre à l’aise\b|\bde l’aîné\b|\bpremier souvenir d’école\b|\bcet endroit avant\b"
        r"|\bce moment de la journée\b|\bvous aidions avant\b|\bne viennent jamais\b|\bfait semblant\b|\bvos journées\b"
        r"|\bfier chez lui\b",
    ),
    (
        Side.AUTRES,
        r"\bque l’école ne peut\b|\bsur l’école pour\b|\bque les enseignants sachent\b|\bvotre présence ce jour\b"
        r"|\bnous vous appelons\b",
    ),
    (
        Side.CENTRE,
        r"\bau centre\b|\bentre nous\b|\bà nous de le faire\b|\bau nom de qui\b|\brenoncer ce trimestre\b|\bparle de nous\b",
    ),
    (
        Side.ECOLE,
        r"\bvo(?:s|tre) (?:élèves|classes?|collègues?|équipe|école|inspect\w+|hiérarchie|bureau|portail|métier|soirées"
        r"|projet de réseau|année)\b|\ben classe\b|\bla classe\b|\bdans l’école\b|\bles parents vous\b|\bau centre social\b"
        r"|\bl’école voisine\b|\bcôté école\b|\bquelle leçon\b",
    ),
)
ADDRESSEES = tuple((side, re.compile(pattern, re.I)) for side, pattern in _ADDRESSEES)


def addressee(question):
    """The `Side` that a question is put to, or None when anyone may be asked."""
    return next((side for side, pattern in ADDRESSEES if pattern.search(question)), None)
