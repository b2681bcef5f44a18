"""The pack « à emporter »: what may be left with the people met. No trap, no heard sentence, no word to avoid.

It takes from the sheets what a centre says of its own part, what each side gains, questions to settle together, acts
and steps. Of the reports, the words of the reader's own side alone, public and that agree.
"""

from fiches.models import Partie

from .composing import AFTER, Notebook, acts, listed, questions, steps
from .composing import ref as ref_of
from .parts import Gained, Next, Proposal, Proposals
from .sides import Side

PROPOSALS = 3
QUESTIONS = 4
ACTS = 2
STEPS = 4
REMARKS = 3  # ruled lines, at least


def contact(matter):
    return ("Notre centre social", "Qui appeler", "Téléphone, courriel")


def centre(matter):
    """What a centre is, for whoever is not one."""
    return matter.centre.description if matter.centre and matter.side != Side.CENTRE else ""


def propositions(matter):
    """The first sheets, each with the centre's part in it, what is gained, and what the reader's own people say."""
    rules = matter.rules
    notebook = Notebook((rules.speaks,) if rules.speaks else (), is_strict=True)
    items = tuple(_proposal(one, matter, notebook) for one in matter.chosen[:PROPOSALS])
    return Proposals(items)


def _proposal(one, matter, notebook):
    """What the centre does, and does not; then what each side gains, the reader first."""
    fiche = one.fiche
    ours = Partie.ECOLE if matter.side == Side.CENTRE else Partie.CENTRE
    wanted = dict.fromkeys([matter.rules.gains[0], ours, Partie.PARENTS, Partie.ENFANTS])
    gains = {gain.pour: gain for gain in reversed(fiche.gains.all())}
    told = [Gained(gains[p].mark, gains[p].get_pour_display(), gains[p].gain) for p in wanted if p in gains]
    said = notebook.note(notebook.pick(fiche)) if notebook.voices else ()
    return Proposal(fiche.titre, fiche.role_du_centre or fiche.resume, ref_of(one), tuple(told[:3]), said)


def remarques(matter):
    return REMARKS


def ensemble(matter):
    return questions(matter, QUESTIONS, is_joint=True)


def demarches(matter):
    return acts(matter, ACTS)


def convenir(matter):
    return Next(steps(matter, AFTER, STEPS, is_shared=True), ("Ce que nous faisons", "Le jour", "Qui rappelle qui"))


def fiches(matter):
    return listed(matter.chosen, is_told=True)


COMPOSERS = {
    "contact": contact,
    "centre": centre,
    "propositions": propositions,
    "remarques": remarques,
    "ensemble": ensemble,
    "demarches": demarches,
    "convenir": convenir,
    "fiches": fiches,
}
