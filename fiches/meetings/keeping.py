"""The pack « à garder »: for whoever goes to the meeting, and for nobody else."""

from dataclasses import dataclass

from acteurs.bases import lines
from fiches.models import Pouvoir

from .composing import AFTER, BEFORE, CLAIMS, Notebook, acts, in_turn, listed, questions, ref, steps
from .parts import Argument, Arguments, Care, Heard, Line, Next, Person, Word
from .sides import GAINS
from .wording import is_about, stands_alone


@dataclass(frozen=True)
class Room:
    """How many of each a pack holds, when an hour is there or nothing is said of it."""

    arguments: int = 3
    voices: int = 1  # excerpts behind each argument
    questions: int = 4
    words: int = 2
    heard: int = 2
    traps: int = 2
    watchful: int = 3
    acts: int = 3
    before: int = 4
    after: int = 3
    told: str = ""  # the same, for the reader


# By minutes available.
ROOMS = {
    15: Room(
        arguments=1,
        voices=2,
        questions=1,
        words=1,
        heard=1,
        traps=1,
        watchful=1,
        acts=1,
        before=3,
        after=1,
        told="En quinze minutes : un seul argument, appuyé des deux côtés, et une seule question.",
    ),
    30: Room(
        arguments=2,
        questions=3,
        words=1,
        heard=1,
        traps=1,
        watchful=2,
        acts=2,
        after=2,
        told="En une demi-heure : deux arguments, trois questions, un mot à double sens.",
    ),
    60: Room(told="En une heure : trois arguments, quatre questions, et le temps de s’entendre sur les mots."),
    None: Room(told="Sans durée donnée, le dossier est fait pour une heure : trois arguments, quatre questions."),
}
# Nouns: an actor may be one or many, « Décide » would not agree with « Parents d’élèves ».
POWERS = {Pouvoir.DECIDE: "Décision.", Pouvoir.AVIS: "Avis.", Pouvoir.INFORME: "À informer."}
NOTES = 4  # ruled lines, at least


def room_of(matter):
    return ROOMS[matter.wishes.minutes]


def rendezvous(matter):
    return ("Avec qui", "Où et quand", "Nous serons")


def personne(matter):
    """What this person is for a centre, and what they may do in the sheets."""
    told = {}
    for one in matter.chosen:
        row = one.intervention
        texte = next((t for t in _said_of(row) if stands_alone(t) and is_about(t, matter.stages)), "")
        if texte:
            lead = "" if texte.startswith("Décide") else POWERS.get(row.pouvoir, "")
            told.setdefault(texte, Line(texte, ref(one), lead=lead))
    return Person(matter.wishes.acteur.role_partenariat, tuple(told.values())[:3])


def _said_of(row):
    """What a sheet says of an actor: the power first, unless they only act."""
    return (row.texte,) if row.pouvoir == Pouvoir.AGIT else (row.note, row.texte)


def avant(matter):
    return steps(matter, BEFORE, room_of(matter).before)


def arguments(matter):
    """What they gain, sheet by sheet, those that their own people back first."""
    room, rules = room_of(matter), matter.rules
    notebook = Notebook(rules.voices)
    ready = [(one, _gain(one.fiche, rules.gains), notebook.pick(one.fiche)) for one in matter.chosen]
    ready = [row for row in ready if all(row)]
    ready.sort(key=lambda row: _doubt(row[2], rules))
    kept = sorted(ready[: room.arguments], key=lambda row: row[0].letter)
    is_shared = len({gain.pour for _, gain, _ in kept}) > 1
    items = tuple(_argument(*row, notebook, voices=room.voices, is_labelled=is_shared) for row in kept)
    whose = "Ce que chacun y gagne" if is_shared else GAINS[kept[0][1].pour] if kept else ""
    return items and Arguments(whose, items)


def _doubt(citation, rules):
    """How far words are from what convinces: their own people on the claim itself, then on the rest, then others."""
    return (citation.extrait.voix != rules.voices[0], citation.section not in CLAIMS)


def _argument(one, gain, citation, notebook, *, voices, is_labelled):
    said = notebook.note(citation)
    if voices > 1:
        others = [voice for voice in notebook.voices if voice != citation.extrait.voix]
        said += notebook.note(notebook.pick(one.fiche, others))
    return Argument(gain.gain, one.fiche.en_bref, ref(one), said, GAINS[gain.pour] if is_labelled else "")


def _gain(fiche, parties):
    """The first gain of a sheet for the first of these parties that has one."""
    gains = fiche.gains.all()
    return next((gain for party in parties for gain in gains if gain.pour == party), None)


def mots(matter):
    """Words that the two sides do not hear alike, where the meeting joins the two sides."""
    if not matter.rules.has_words:
        return ()
    told = matter.rules.is_addressed
    return tuple(
        Word(
            mot=str(terme),
            ecole=terme.vu_de_l_ecole,
            centre=terme.vu_du_centre,
            malentendu=terme.malentendu,
            dire=terme.a_dire if told else "",
            eviter=terme.a_eviter if told else "",
            ref=ref(one),
        )
        for terme, one in _about(matter, "words", "a_dire")[: room_of(matter).words]
    )


def entendu(matter):
    return tuple(
        Heard(phrase.phrase, phrase.ce_qu_elle_dit, phrase.reponse, phrase.mark, ref(one))
        for phrase, one in _about(matter, "heard", "phrase", "ce_qu_elle_dit", "reponse")[: room_of(matter).heard]
    )


def _about(matter, attribute, *fields):
    """What is tied to the sheets, less what those fields say of another stage of school."""

    def fits(row):
        return is_about(" ".join(getattr(row, name) for name in fields), matter.stages)

    return matter.tied(attribute, fits=fits, is_needed=True)


def garde(matter):
    """The traps near, each with its first sign, and what to be watchful of in the sheets."""
    room = room_of(matter)
    traps = tuple(
        Line(sign, ref(matter.call_in(trap)), lead=trap.fiche.titre, antidote=ref(trap.antidote))
        for trap in matter.traps[: room.traps]
        for sign in lines(trap.fiche.signaux)[:1]
    )
    rows = [[Line(t, ref(one)) for t in _watch(one.fiche, matter)] for one in matter.chosen]
    watchful = in_turn(rows, room.watchful)
    return Care(traps, watchful) if traps or watchful else ()


def _watch(fiche, matter):
    return [t for t in lines(fiche.vigilance) if stands_alone(t) and is_about(t, matter.stages)]


def accords(matter):
    return acts(matter, room_of(matter).acts)


def suite(matter):
    found = steps(matter, AFTER, room_of(matter).after, is_shared=True)
    return Next(found, ("La suite", "Le jour", "Qui rappelle qui"))


def notes(matter):
    return NOTES


def fiches(matter):
    return listed([*matter.chosen, *matter.called])


COMPOSERS = {
    "rendezvous": rendezvous,
    "personne": personne,
    "avant": avant,
    "arguments": arguments,
    "questions": lambda matter: questions(matter, room_of(matter).questions),
    "mots": mots,
    "entendu": entendu,
    "garde": garde,
    "accords": accords,
    "suite": suite,
    "notes": notes,
    "fiches": fiches,
}
