"""What both renderings of a pack are composed with: excerpts and their notes, acts, steps, questions, references."""

from django.utils.text import capfirst

from acteurs.bases import lines
from acteurs.templatetags.typo import pluriel
from fiches.models import Horizon, Nature, Position, PouvoirDemarche, Section, Voix

from .matter import decides
from .parts import Act, Line, Listed, Ref, Said
from .wording import aim, is_about, joined, joins, lowered, stands_alone, suits

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
SHORT = 45  # characters: below, an excerpt names a thing rather than says something of it


def ref(one):
    """The `Ref` of a `Chosen` or of a `Trap`; None for None."""
    return one and Ref(one.letter, one.fiche.titre, one.fiche.get_absolute_url())


class Notebook:
    """Picks excerpts and numbers them: none is told twice in a pack."""

    def __init__(self, matter, voices):
        self.matter = matter
        self.voices = voices  # those that may speak, the most convincing first
        self.told = []

    def best(self, fiche, voices=None):
        """The citation that backs a sheet best among those not told yet, or None.

        Public words, that agree, of these voices (all of the notebook's by default); whole sentences that stand
        alone first, then by voice, then by section.
        """
        voices = voices or self.voices
        taken = {citation.extrait_id for citation in self.told}
        usable = [
            c
            for c in fiche.published_citations
            if c.position == Position.APPUIE
            and c.section in BACKING
            and c.extrait.voix in voices
            and c.extrait.nature != Nature.QUESTION
            and c.extrait_id not in taken
        ]
        return min(
            usable,
            key=lambda c: (
                not stands_alone(c.extrait.texte),
                len(c.extrait.texte) < SHORT,
                voices.index(c.extrait.voix),
                BACKING.index(c.section),
                c.ordre,
                c.pk,
            ),
            default=None,
        )

    def note(self, citation):
        """The next note: a tuple of one `Said`; empty for None."""
        if citation is None:
            return ()
        self.told.append(citation)
        extrait = citation.extrait
        texte = " ".join(lines(extrait.texte))
        return (Said(len(self.told), Voix(extrait.voix), texte, extrait.atelier.titre),)

    @property
    def sources(self):
        """Where the notes come from, a sentence per workshop."""
        by_workshop = {}
        for number, citation in enumerate(self.told, 1):
            by_workshop.setdefault(citation.extrait.atelier.titre, []).append(str(number))
        restated = "redites avec nos mots"
        if len(by_workshop) == 1 and len(self.told) > 1:
            return tuple(f"Idées notées à l’atelier « {titre} », {restated}." for titre in by_workshop)
        return tuple(
            f"{pluriel(len(numbers), 'Note,Notes')} {joined(numbers)} : "
            + pluriel(len(numbers), "idée notée,idées notées")
            + f" à l’atelier « {titre} », {pluriel(len(numbers), 'redite,redites')} avec nos mots."
            for titre, numbers in by_workshop.items()
        )


def questions(matter, limit, *, is_joint=False):
    """Questions for this person, one from each sheet in turn. Within a sheet, those that aim at them come first; if
    `is_joint`, those asked together do."""
    rows = []
    for one in matter.chosen:
        fit = [q for q in lines(one.fiche.questions) if suits(q, matter.side) and is_about(q, matter.stages)]
        fit.sort(key=lambda q: (is_joint and aim(q, matter.side) != 1, aim(q, matter.side)))
        rows.append([Line(q, ref(one)) for q in fit])
    return in_turn(rows, limit)


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
    return fits and (not is_shared or joins(etape.titre, matter.side))


BEFORE = (Horizon.LUNDI,)
AFTER = (Horizon.TRIMESTRE, Horizon.DUREE)


def acts(matter, limit):
    """The acts tied to the sheets that exist at the stages of the meeting, as `Act`s.

    Those that this person decides first, then those tied to most of the chosen sheets.
    """
    acteur, stages = matter.wishes.acteur, matter.stages
    tied = [(act, one) for act, one in matter.tied("acts") if any(r.degre in stages for r in act.decideurs.all())]
    tied.sort(key=lambda pair: (pair[1] is None, not decides(acteur, pair[0], stages)))
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
        a_verifier=demarche.a_verifier,
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
