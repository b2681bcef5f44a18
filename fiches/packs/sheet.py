"""A sheet as blocks of a document: what its printed page says, in the same words and in the same order."""

from django.utils.text import capfirst

from acteurs.bases import lines
from acteurs.templatetags.typo import jour_an, pluriel

from .document import Heading, Items, Link, Paragraph, Strong, Table, Terms, inlines
from .notes import called_after
from .prose import blocks_of


def items_of(text):
    """One idea a line → a list of them."""
    return Items(tuple((Paragraph((line,)),) for line in lines(text)))


class SheetBlocks:
    """Tells one sheet. `absolute`: makes an address of the site whole. `level`: that of its sections' headings."""

    def __init__(self, fiche, reading, *, notebook, absolute, level=1, anchor=""):
        self.fiche = fiche
        self.reading = reading
        self.notebook = notebook
        self.absolute = absolute
        self.level = level
        self.numbers = {}  # of a note in the sheet's page → in this document
        self.anchor = anchor  # what begins the anchors of this sheet, where a document holds several

    def blocks(self):
        """All of it, but the title, which is the document's or its chapter's."""
        told = [*self._head()]
        for part in self.reading.parts:
            tell = getattr(self, f"_{part.name}", None)
            if tell is not None:
                told += tell(part)
        return tuple(told)

    # --- the first lines ---

    @property
    def subtitle(self):
        """« Fiche pratique · thème 1, Ce qui fait que ça matche »."""
        theme = self.fiche.theme
        return f"{self.fiche.get_genre_display().capitalize()} · thème {theme.numero}, {theme.titre}"

    def _head(self):
        fiche, reading = self.fiche, self.reading
        if fiche.en_bref:
            yield Paragraph((fiche.en_bref,), "chapeau")
        if reading.is_trap:
            yield from self._signs()
        yield Paragraph(self._worth(), "doux")

    def _signs(self):
        signs, notes = self.fiche.signaux, self._notes(self.reading.notes_of_signs)
        if signs or notes:
            yield self._heading("Vous y êtes si…")
            yield from called_after((items_of(signs),) if signs else (), notes)
        if self.reading.antidotes:
            yield self._heading("Ce qui vous en sort")
            yield Items(
                tuple(
                    (Paragraph((Link((vers.titre,), self.absolute(vers.get_absolute_url())),)),)
                    for vers in self.reading.antidotes
                )
            )

    def _worth(self):
        evidence, against = self.reading.evidence, len(self.reading.contradicting)
        n = evidence.excerpts
        said = f" : {n} {pluriel(n, 'parole,paroles')}"
        if against:
            said += f", dont {against} qui {pluriel(against, 'contredit,contredisent')}"
        reviewed = f" Relue le {jour_an(self.fiche.reviewed_on)}." if self.fiche.reviewed_on else ""
        return inlines(Strong((evidence.solidite.label.capitalize(),)), said + ".", reviewed)

    # --- the sections, one method a part of `reading.PARTS` ---

    def _pourquoi(self, part):
        return self._prose(part, self.fiche.pourquoi)

    def _role_du_centre(self, part):
        return self._prose(part, self.fiche.role_du_centre)

    def _exemple(self, part):
        return self._prose(part, self.fiche.exemple)

    def _etapes(self, part):
        told = []
        for _, horizon, steps in self.reading.horizons:
            told.append(self._heading(horizon, below=1))
            items = (
                (Paragraph((Strong((step.titre,)),)), *((Paragraph((step.texte,)),) if step.texte else ()))
                for _, step in steps
            )
            told.append(Items(tuple(items), numbered=True, start=steps[0][0]))
        if goal := lines(self.fiche.reperes)[:1]:
            told.append(Paragraph((Strong(("Ça prend quand :",)), f" {goal[0]}")))
        return self._section(part, told)

    def _marche_si(self, part):
        told = []
        for title, text in (("Marche si", self.fiche.marche_si), ("Ne marche pas si", self.fiche.ne_marche_pas_si)):
            if text:
                told += [self._heading(title, below=1), items_of(text)]
        return self._section(part, told)

    def _moyens(self, part):
        fiche = self.fiche
        rows = (("Temps", fiche.temps), ("Coût", fiche.cout), ("Matériel", fiche.materiel))
        pairs = (((name,), (Paragraph((capfirst(text),)),)) for name, text in rows if text)
        return self._section(part, [Terms(tuple(pairs))])

    def _vigilance(self, part):
        told = []
        for title, text in (
            ("Points de vigilance", self.fiche.vigilance),
            ("À quoi l’on voit que ça prend", self.fiche.reperes),
        ):
            if text:
                told += [self._heading(title), items_of(text)]
        return called_after(tuple(told), self._notes(part.notes))

    def _questions(self, part):
        return self._section(part, [items_of(self.fiche.questions)] if self.fiche.questions else [])

    def _resultats(self, part):
        return self._section(part, [items_of(self.fiche.resultats)] if self.fiche.resultats else [])

    def _gains(self, part):
        gains = self.fiche.gains.all()
        risks = any(gain.risque for gain in gains)
        head = ("Pour", "Gain", "Effort", *(("Risque",) if risks else ()))
        rows = tuple(
            tuple((text,) for text in (g.get_pour_display(), g.gain, g.get_effort_display(), g.risque)[: len(head)])
            for g in gains
        )
        told = [Table(head, rows)] if rows else []
        return self._section(part, told, title="Ce que chacun y gagne, ce que cela lui coûte")

    def _decide(self, part):
        pairs = (
            ((pouvoir.label.capitalize(),), (Items(tuple((self._who(row, row.note),) for row in rows)),))
            for pouvoir, rows in self.reading.deciders
        )
        return self._section(part, [Terms(tuple(pairs))])

    def _acteurs(self, part):
        rows = (self._who(row, row.texte) for row in self.reading.doers)
        return self._section(part, [Items(tuple((row,) for row in rows))])

    def _regards(self, part):
        # The words themselves are in the notes; here, who said what, side against side.
        pairs = []
        for _, title, notes in self.reading.sides:
            numbers = ", ".join(str(self.numbers[note.number]) for note in notes)
            n = len(notes)
            counted = f"{n} {pluriel(n, 'parole,paroles')} : {pluriel(n, 'note,notes')} {numbers}"
            pairs.append(((title,), (Paragraph((counted,)),)))
        told = [
            Paragraph(
                ("Les idées notées en atelier, redites avec nos mots. Les numéros sont ceux des notes de la fiche.",),
                "doux",
            ),
            Terms(tuple(pairs)),
            Paragraph((f"Aucune parole {', ni '.join(self.reading.absent)} dans cette fiche.",)),
        ]
        return self._section(part, told)

    def _solidite(self, part):
        reading = self.reading
        told = f"{reading.who_spoke} {reading.how_they_bear}"
        if reading.contradicting:
            numbers = ", ".join(f"Note {self.numbers[note.number]}" for note in reading.contradicting)
            told += f" {numbers}."
        return self._section(
            part,
            [
                Paragraph((Strong((reading.evidence.solidite.label.capitalize(),)),)),
                Paragraph((told.strip(),)),
            ],
        )

    # --- pieces ---

    def _notes(self, notes):
        made = self.notebook.notes(note.citation for note in notes)
        self.numbers.update({note.number: here.number for note, here in zip(notes, made, strict=True)})
        return made

    def _heading(self, title, below=0, anchor=""):
        return Heading(self.level + below, (title,), anchor and f"{self.anchor}{anchor}")

    def _section(self, part, told, title=""):
        heading = self._heading(title or part.title, anchor=part.name)
        return (heading, *called_after(tuple(told), self._notes(part.notes)))

    def _prose(self, part, text):
        return self._section(part, blocks_of(text, self.absolute))

    def _who(self, row, said):
        link = Link((row.acteur.nom,), self.absolute(row.acteur.get_absolute_url()))
        return Paragraph(inlines(link, f" — {said}" if said else ""))
