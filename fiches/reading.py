"""A sheet made ready to read: numbered notes, both sides face to face, and what the evidence is worth, in words."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from acteurs.bases import lines

from .meetings.sides import Side, side_of
from .meetings.wishes import MEETING_PAGES, Wishes
from .models import Genre, Horizon, Lien, Position, Pouvoir, Section, Solidite, Voix

# Feminine, since a « parole » is counted; beyond, figures are clearer.
BLOCK = 40  # characters that starting a block costs on paper: about half a line of a printed column
# Lengths up to which sizes 2, 3 and 4 still hold in two pages: measured on the 75 sheets, each in Noto Sans, in
# Liberation and in DejaVu, and the least of the three kept, since one prints with the faces one has.
PRINT_LIMITS = (7800, 7650, 7450)

NUMBERS = ("aucune", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")


def in_words(n, masculine=False):
    """`n` in French words up to twelve, in figures beyond."""
    if masculine and n < 2:
        return ("aucun", "un")[n]
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


@dataclass
class Note:
    """One citation with its number in the sheet."""

    number: int
    citation: object

    @property
    def extrait(self):
        return self.citation.extrait

    @property
    def mark(self):
        return self.extrait.mark

    @property
    def voice(self):
        return self.extrait.get_voix_display()

    @property
    def position(self):
        """« nuance », « contredit », or nothing when it simply supports."""
        position = self.citation.position
        return "" if position == Position.APPUIE else Position(position).label

    @property
    def contradicts(self):
        return self.citation.position == Position.CONTREDIT

    @property
    def section(self):
        return Section(self.citation.section)

    @property
    def anchor(self):
        """Where in the page the section is shown."""
        return next((part.name for part in PARTS.values() if self.section in part.cites), Section.SIGNAUX.value)


WHY = {
    Solidite.CONFIRME: "Les deux côtés ont parlé, dans plusieurs ateliers.",
    Solidite.CROISE: "Les deux côtés ont parlé, dans un même atelier. Un deuxième atelier qui dirait la même chose "
    "la rendrait plus sûre.",
    Solidite.CONVERGENT: "Plusieurs paroles la soutiennent, mais pas des deux côtés. Une parole du côté qui se tait "
    "la rendrait plus sûre.",
    Solidite.ISOLE: "Une seule parole la soutient pour l’instant. À prendre comme une piste.",
    Solidite.DISCUTE: "Une voix au moins dit autre chose : la fiche le montre, et c’est utile à savoir avant d’agir.",
    Solidite.SANS_PREUVE: "Aucune parole publique ne la soutient aujourd’hui : elle est à revoir.",
}


@dataclass
class Part:
    """One section of the page: its anchor and partial template, its title, and the cited sections it shows."""

    name: str
    title: str
    cites: tuple = ()
    notes: list = field(default_factory=list)

    @property
    def template(self):
        return f"fiches/parts/{self.name}.html"


PARTS = {
    part.name: part
    for part in (
        Part("pourquoi", "Pourquoi", (Section.POURQUOI,)),
        Part("etapes", "Le chemin, pas à pas", (Section.ETAPES,)),
        Part("marche_si", "À quelles conditions", (Section.MARCHE_SI, Section.NE_MARCHE_PAS_SI)),
        Part("role_du_centre", "Le rôle du centre", (Section.ROLE_DU_CENTRE,)),
        Part("moyens", "Ce qu’il faut"),
        Part("vigilance", "Vigilance et repères", (Section.VIGILANCE, Section.REPERES)),
        Part("questions", "Les questions à poser", (Section.QUESTIONS,)),
        Part("exemple", "Un exemple", (Section.EXEMPLE,)),
        Part("resultats", "Ce que cela change", (Section.RESULTATS,)),
        Part("gains", "Gains et efforts", (Section.GAINS,)),
        Part("decide", "Qui décide"),
        Part("acteurs", "Qui fait quoi"),
        Part("regards", "Regards croisés"),
        Part("solidite", "Ce que vaut cette fiche"),
        Part("voisines", "Continuer par là"),
        Part("liens", "Classée sous"),
    )
}
STORY_FIRST = ("exemple", "resultats")  # a told project opens on what happened
TITLES = {
    Genre.PIEGE: {"pourquoi": "Pourquoi on y tombe", "etapes": "En sortir, pas à pas"},
    Genre.PROJET: {
        "exemple": "Ce qui est raconté",
        "pourquoi": "Pourquoi cela prend",
        "etapes": "Le refaire, pas à pas",
    },
}


class Reading:
    """All that the page of a sheet shows beyond its own fields. Costs no query after `for_page()`."""

    def __init__(self, fiche):
        self.fiche = fiche
        self.evidence = fiche.evidence

    @cached_property
    def notes(self):
        """Numbered in the order of the page."""
        order = [Section.SIGNAUX, *(section for part in self._ordered_parts() for section in part.cites)]
        citations = sorted(self.fiche.published_citations, key=lambda c: order.index(c.section))
        return [Note(number, citation) for number, citation in enumerate(citations, 1)]

    def notes_of(self, *sections):
        """The notes of these sections, in order."""
        return [note for note in self.notes if note.citation.section in sections]

    @property
    def notes_of_signs(self):
        return self.notes_of(Section.SIGNAUX)

    @cached_property
    def sides(self):
        """Regards croisés: [(mark, title, notes), …] for each voice that speaks."""
        titles = {
            Voix.CENTRES: "Les centres disent",
            Voix.ECOLE: "L’école dit",
            Voix.POSTITS: "Sur les post-it",
        }
        groups = ((voice.mark, title, self._said_by(voice)) for voice, title in titles.items())
        return [group for group in groups if group[2]]

    def _said_by(self, voice):
        return [note for note in self.notes if note.extrait.voix == voice]

    @property
    def absent(self):
        """Who is not heard in this sheet, in words to put after « Aucune parole »."""
        names = {Voix.CENTRES: "des centres sociaux", Voix.ECOLE: "de l’école"}
        return [names[side] for side in self.evidence.missing] + ["de parents"]

    @property
    def horizons(self):
        """The path: [(rank, horizon label, steps), …], steps numbered through the whole path."""
        steps = list(enumerate(self.fiche.etapes.all(), 1))
        groups = (
            (rank, horizon.label, [(n, step) for n, step in steps if step.quand == horizon])
            for rank, horizon in enumerate(Horizon, 1)
        )
        return [group for group in groups if group[2]]

    @property
    def monday(self):
        """The steps « dès lundi »."""
        return [step for step in self.fiche.etapes.all() if step.quand == Horizon.LUNDI]

    @property
    def deciders(self):
        """Who decides, advises or is told: [(Pouvoir, interventions), …], silent powers left out."""
        rows = self.fiche.interventions.all()
        groups = ((p, [row for row in rows if row.pouvoir == p]) for p in Pouvoir if p != Pouvoir.AGIT)
        return [group for group in groups if group[1]]

    @property
    def meetings(self):
        """Whom one would meet about it: [(actor, `Wishes` of that meeting), …], those who decide and are not of a
        centre, at the first moment of the sheet."""
        moment = next(iter(self.fiche.moments.all()), None)
        theme = self.fiche.theme if self.fiche.theme.page in MEETING_PAGES else None
        rows = [row for row in self.fiche.interventions.all() if row.pouvoir == Pouvoir.DECIDE]
        others = [row.acteur for row in rows if side_of(row.acteur) != Side.CENTRE]
        return [(acteur, Wishes(acteur, moment, theme)) for acteur in others] if moment else []

    @property
    def doers(self):
        """The actors whose part in the sheet is described."""
        return [row for row in self.fiche.interventions.all() if row.texte]

    @property
    def antidotes(self):
        """For a trap: the sheets that get one out of it."""
        return [v.vers for v in self.fiche.published_voisinages if v.nature == Lien.ANTIDOTE]

    def _ordered_parts(self):
        first = STORY_FIRST if self.fiche.genre == Genre.PROJET else ()
        return [PARTS[name] for name in first] + [part for name, part in PARTS.items() if name not in first]

    @cached_property
    def parts(self):
        """The sections that are there, in the order and under the titles of this genre."""
        fiche, titles = self.fiche, TITLES.get(self.fiche.genre, {})
        there = {
            "etapes": self.horizons,
            "marche_si": fiche.marche_si or fiche.ne_marche_pas_si,
            "moyens": fiche.temps or fiche.cout or fiche.materiel,
            "vigilance": fiche.vigilance or fiche.reperes,
            "gains": fiche.gains.all(),
            "decide": self.deciders,
            "acteurs": self.doers,
            "voisines": fiche.published_voisinages,
            **dict.fromkeys(("regards", "solidite", "liens"), True),
        }
        parts = []
        for part in self._ordered_parts():
            notes = self.notes_of(*part.cites)
            if notes or there.get(part.name) or (part.name not in there and getattr(fiche, part.name)):
                parts.append(replace(part, title=titles.get(part.name, part.title), notes=notes))
        return parts

    @property
    def length(self):
        """How much there is to print, in characters; a block of its own counts as a short line more."""
        fiche = self.fiche
        fields = ("pourquoi", "role_du_centre", "exemple", "en_bref", "temps", "cout", "materiel")
        lists = ("marche_si", "ne_marche_pas_si", "vigilance", "reperes", "questions", "signaux", "resultats")
        texts = [getattr(fiche, name) for name in fields]
        texts += [line for name in lists for line in lines(getattr(fiche, name))]
        texts += [text for step in fiche.etapes.all() for text in (step.titre, step.texte)]
        texts += [text for gain in fiche.gains.all() for text in (gain.gain, gain.risque)]
        texts += [f"{row.acteur.nom} {row.texte} {row.note}" for row in fiche.interventions.all()]
        texts += [f"{note.extrait.texte} {note.citation.note}" for note in self.notes]
        return sum(len(text) + BLOCK for text in texts)

    @property
    def print_size(self):
        """The class of its printed type, from 1 (the longest sheets) to 4 (the shortest)."""
        return 1 + sum(self.length <= limit for limit in PRINT_LIMITS)

    @property
    def is_trap(self):
        return self.fiche.genre == Genre.PIEGE

    @property
    def why_solid(self):
        return WHY[self.evidence.solidite]

    @property
    def ateliers(self):
        """The workshops that its words come from, each once."""
        return list(dict.fromkeys(citation.extrait.atelier for citation in self.fiche.published_citations))

    @property
    def who_spoke(self):
        """« Trois paroles des centres, trois de l’école et deux post-it. »"""
        voices = self.evidence.voices
        parts = []
        for voice, side in ((Voix.CENTRES, "des centres"), (Voix.ECOLE, "de l’école")):
            if n := voices[voice]:
                noun = "" if parts else (" parole " if n == 1 else " paroles ")
                parts.append(f"{in_words(n)}{noun or ' '}{side}")
        if n := voices[Voix.POSTITS]:
            parts.append(f"{in_words(n, masculine=True)} post-it")
        return _sentence(parts)

    @property
    def how_they_bear(self):
        """« Six appuient, une nuance, une contredit. »"""
        verbs = {
            Position.APPUIE: ("appuie", "appuient"),
            Position.NUANCE: ("nuance", "nuancent"),
            Position.CONTREDIT: ("contredit", "contredisent"),
        }
        counts = ((self.evidence.positions[position], forms) for position, forms in verbs.items())
        return _sentence([f"{in_words(n)} {forms[n > 1]}" for n, forms in counts if n], last=", ")

    @property
    def contradicting(self):
        return [note for note in self.notes if note.contradicts]


def _sentence(parts, last=" et "):
    text = last.join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    return text[:1].upper() + text[1:] + "." if text else ""
