"""What both renderings of a pack are composed with: excerpts and their notes, acts, steps, questions, references."""

from django.utils.text import capfirst

from acteurs.bases import lines
from fiches.models import Horizon, Nature, Position, PouvoirDemarche, Section, Voix

from .matter import decides
from .parts import Act, Line, Listed, Ref, Said
from .wording import aim, is_about, is_by_place, joined, joins, lowered, stands_alone, suits

# Where words that back an argument are looked for, the nearest to the claim first. Nothing of what goes wrong.
BACKING = (
    Section.POURQUOI,
    Section.GAINS,
    Section.MARCHE_SI,
    Section.EXEMPLE,
    Section.RESULTATS,
    Section.ETAPES,
    Section.ROLE_DU_CENTRE,
)
CLAIMS = BACKING[:3]  # where words back the claim itself, not an example or a step
BRIEF = 32  # characters: below, a question needs those around it: « Qu’est-ce qui vous a surpris ? »
SHORT = 40  # characters: below, an excerpt names a thing rather than says something of it


def ref(one):
    """The `Ref` of a `Chosen` or of a `Trap`; None for None."""
    return one and Ref(one.letter, one.fiche.titre, one.fiche.get_absolute_url())


class Notebook:
    """Picks excerpts and numbers them: none is told twice in a pack."""

    def __init__(self, voices, *, is_strict=False):
        self.voices = voices  # those that may speak, the most convincing first
        self.is_strict = is_strict  # only whole sentences, that stand alone
        self.taken = set()
        self.count = 0

    def pick(self, fiche, voices=None):
        """The citation that backs a sheet best, among those not picked yet; None when there is none.

        Public words, that agree, of these voices (all of the notebook's by default); whole sentences that stand
        alone first, then by voice, then by section.
        """
        voices = voices or self.voices
        usable = [c for c in fiche.published_citations if c.extrait.voix in voices and self._is_usable(c)]
        citation = min(usable, key=lambda c: (*self._weakness(c, voices), c.ordre, c.pk), default=None)
        if citation:
            self.taken.add(citation.extrait_id)
        return citation

    def _is_usable(self, citation):
        extrait = citation.extrait
        return (
            citation.position == Position.APPUIE
            and citation.section in BACKING
            and extrait.nature != Nature.QUESTION
            and extrait.pk not in self.taken
            and not (self.is_strict and (len(extrait.texte) < SHORT or not stands_alone(extrait.texte)))
        )

    @staticmethod
    def _weakness(citation, voices):
        texte = citation.extrait.texte
        rank = voices.index(citation.extrait.voix)
        return (not stands_alone(texte), len(texte) < SHORT, rank, BACKING.index(citation.section))

    def note(self, citation):
        """The next note: a tuple of one `Said`; empty for None."""
        if citation is None:
            return ()
        self.count += 1
        extrait = citation.extrait
        return (Said(self.count, Voix(extrait.voix), " ".join(lines(extrait.texte)), extrait.atelier.titre),)


def questions(matter, limit, *, is_joint=False):
    """Questions for this person, one from each sheet in turn: those that aim at them first; if `is_joint`, those
    asked together."""
    rows = []

    def weakness(question):
        found = aim(question, matter.side)
        return (is_joint and found != 1, found)

    for one in matter.chosen:
        fit = sorted((q for q in lines(one.fiche.questions) if _is_question(q, matter)), key=weakness)
        rows.append([Line(q, ref(one)) for q in fit])
    rows.sort(key=lambda row: weakness(row[0].texte) if row else (True,))
    return in_turn(rows, limit)


def _is_question(question, matter):
    fits = suits(question, matter.side) and is_about(question, matter.stages)
    return fits and stands_alone(question) and len(question) >= BRIEF


def in_turn(rows, limit):
    """The first of each row, then the second of each, …: `limit` at most, as a tuple."""
    longest = max(map(len, rows), default=0)
    turns = [row[n] for n in range(longest) for row in rows if n < len(row)]
    return tuple(turns[:limit])


def steps(matter, horizons, limit, *, is_shared=False):
    """Steps of the sheets, each at the first of these horizons where it has some: one from each sheet in turn.

    `is_shared`: only those taken with the people met.
    """
    rows = []
    for one in matter.chosen:
        fit = [etape for etape in one.fiche.etapes.all() if _is_step(etape, matter, is_shared)]
        found = next((group for h in horizons if (group := [e for e in fit if e.quand == h])), [])
        rows.append([Line("", ref(one), lead=etape.titre) for etape in found])
    return in_turn(rows, limit)


def _is_step(etape, matter, is_shared):
    fits = stands_alone(etape.titre) and is_about(etape.titre, matter.stages)
    return fits and (not is_shared or (joins(etape.titre, matter.side) and not is_by_place(etape.titre)))


BEFORE = (Horizon.LUNDI,)
AFTER = (Horizon.TRIMESTRE, Horizon.DUREE)


def acts(matter, limit):
    """The acts tied to the sheets that exist at the stages of the meeting, as `Act`s.

    Those that this person decides first, then those tied to most of the chosen sheets.
    """
    acteur, stages = matter.wishes.acteur, matter.stages
    tied = [(act, one) for act, one in matter.tied("acts") if any(r.degre in stages for r in act.decideurs.all())]
    tied.sort(key=lambda pair: not decides(acteur, pair[0], stages))
    return tuple(_act(demarche, stages, ref(one)) for demarche, one in tied[:limit])


def _act(demarche, stages, behind):
    told = [(degre.label, *_powers(demarche, degre)) for degre in stages]
    told = [stage for stage in told if stage[1]]
    if len({stage[1:] for stage in told}) == 1:
        told = [("", *told[0][1:])]  # one stage, or two alike: no need to name them
    return Act(
        acte=demarche.acte,
        stages=tuple(told),
        ref=behind,
        delai=demarche.delai,
        pieces=tuple(lines(demarche.pieces)),
        texte_officiel=demarche.texte_officiel,
        is_sure=demarche.is_sure,
    )


def _powers(demarche, degre):
    """Who decides an act at a stage, and whose advice is asked: two texts, empty when nobody's."""
    rows = [row for row in demarche.decideurs.all() if row.degre == degre]
    return tuple(
        capfirst(joined(lowered(row.acteur.court) for row in rows if row.pouvoir == power))
        for power in (PouvoirDemarche.DECIDE, PouvoirDemarche.AVIS)
    )


def listed(rows, *, is_told=False):
    """The sheets that close the pack. `is_told`: with what their words amount to."""
    return tuple(Listed(ref(one), one.fiche.evidence.told if is_told else "") for one in rows)
