"""A meeting pack as a document: the very words of its printed page, in the same order, for every format."""

from itertools import chain
from urllib.parse import urljoin

from django.conf import settings

from acteurs.templatetags.typo import jour_an
from fiches.packs.document import (
    Blanks,
    Break,
    Document,
    Heading,
    Items,
    Link,
    Note,
    Paragraph,
    Strong,
    Terms,
    inlines,
)
from fiches.packs.telling import bare


def as_document(pack, *, address):
    """The `Document` of a pack. `address`: that of its page, absolute; the other addresses are made from it.

    What is handed over does not give its own address: it would say where the relation stands.
    """
    return _Writer(pack, address).document()


def labelled(label, text):
    return Paragraph((Strong((f"{label}.",)), f" {text}"))


class _Writer:
    """One method a part, named after it."""

    def __init__(self, pack, address):
        self.pack = pack
        self.address = address

    def document(self):
        pack, blocks = self.pack, []
        where = self.whole(pack.shown_address)
        for title, rows in pack.pages:
            blocks += [Break()] if blocks else []
            blocks.append(Heading(1, (title,)))
            for part in chain.from_iterable(rows):
                blocks += [Heading(2, (part.title,))] if part.title else []
                blocks += getattr(self, part.name)(part.content)
        dated = f" · version du {jour_an(pack.version)}" if pack.version else ""
        return Document(
            title=pack.title,
            subtitle=pack.context,
            description=pack.description,
            address=where,
            blocks=tuple(blocks),
            version=pack.version,
            publisher=settings.SITE_NAME,
            colophon=(inlines(f"{settings.SITE_NAME} · ", Link((bare(where),), where), dated),),
        )

    def whole(self, path):
        return urljoin(self.address, path)

    def behind(self, ref):
        """The letter of the sheet behind a line, as a link; nothing when no sheet of the pack is."""
        return (" (", Link((ref.letter,), self.whole(ref.url)), ")") if ref else ()

    def line(self, line):
        lead = (Strong((line.lead,)), " ") if line.lead and line.texte else (line.lead,)
        return Paragraph(inlines(*lead, line.texte, *self.behind(line.ref)))

    def lines(self, lines, **kind):
        return Items(tuple((self.line(line),) for line in lines), **kind)

    @staticmethod
    def called(said):
        notes = (Note((Strong((one.voice,)), f" — {one.texte}"), one.number) for one in said)
        return tuple(part for note in notes for part in (" ", note))

    # --- to keep ---

    def rendezvous(self, labels):
        return [Blanks(labels)]

    def personne(self, person):
        return [Paragraph((person.role,)), *([self.lines(person.lines)] if person.lines else [])]

    def avant(self, steps):
        return [self.lines(steps, boxes=True)]

    def arguments(self, arguments):
        items = tuple(
            (
                Paragraph(inlines(f"{one.label} : " if one.label else "", Strong((one.gain,)))),
                Paragraph((one.texte, *self.behind(one.ref), *self.called(one.said))),
            )
            for one in arguments.items
        )
        label = Paragraph((f"{arguments.label}, et qui le dit.",), "doux")
        return [label, Items(items, numbered=True), *self.sources(arguments.sources)]

    @staticmethod
    def sources(sentences):
        return [Paragraph((one,), "doux") for one in sentences]

    def questions(self, questions):
        return [self.lines(questions, numbered=True)]

    def mots(self, words):
        return [block for word in words for block in self.word(word)]

    def word(self, word):
        said = [("À l’école", word.ecole), ("Au centre", word.centre), ("Le malentendu", word.malentendu)]
        said += [("À dire", word.dire), ("À éviter", word.eviter)]
        pairs = tuple(((name,), (Paragraph((text,)),)) for name, text in said if text)
        return [Paragraph((Strong((word.mot,)), *self.behind(word.ref))), Terms(pairs)]

    def entendu(self, heard):
        return [block for one in heard for block in self.heard(one)]

    def heard(self, one):
        yield Paragraph((f"« {one.phrase} »", *self.behind(one.ref)), "parole")
        yield labelled("Derrière", one.derriere)
        yield labelled("Répondre", one.reponse)

    def garde(self, care):
        traps = tuple((Paragraph(tuple(self.trap(trap))),) for trap in care.traps)
        return [*([Items(traps)] if traps else []), *([self.lines(care.lines)] if care.lines else [])]

    def trap(self, trap):
        yield from (Strong((trap.lead,)), *self.behind(trap.ref), " ", Strong(("Signe.",)), f" {trap.texte}")
        if trap.antidote:
            yield from (" ", Strong(("Parade.",)), *self.behind(trap.antidote))

    def accords(self, acts):
        return [Items(tuple(tuple(self.act(act)) for act in acts))]

    def act(self, act):
        yield Paragraph((Strong((act.acte,)), *self.behind(act.ref)))
        for stage, deciders, advice in act.stages:
            named = (Strong((f"{stage}.",)), " ") if stage else ()
            asked = (" ", Strong(("Avis.",)), f" {advice}.") if advice else ()
            yield Paragraph((*named, Strong(("Décision.",)), f" {deciders}.", *asked))
        if act.delai:
            yield labelled("Délai", act.delai)
        if not act.is_sure:
            yield Paragraph((Strong(("À faire confirmer sur place.",)),))

    def suite(self, step):
        return [*([self.lines(step.steps, boxes=True)] if step.steps else []), Blanks(step.blanks)]

    def notes(self, lines):
        return [Blanks(("Notes",), lines)]

    # --- to hand over ---

    contact = rendezvous

    def centre(self, text):
        return [Paragraph((text,))]

    def propositions(self, proposals):
        return [block for one in proposals.items for block in self.proposal(one)] + self.sources(proposals.sources)

    def proposal(self, one):
        yield Paragraph((Strong((one.titre,)), *self.behind(one.ref)))
        yield Paragraph((one.texte, *self.called(one.said)))
        if one.gains:
            yield Terms(tuple(((gain.label,), (Paragraph((gain.gain,)),)) for gain in one.gains))

    def remarques(self, lines):
        return [Blanks(("Vos remarques",), lines)]

    ensemble = questions

    def demarches(self, acts):
        return [Items(tuple((*self.act(act), *self.papers(act)) for act in acts))]

    def papers(self, act):
        if act.pieces:
            yield Paragraph((Strong(("À préparer.",)),))
            yield Items(tuple((Paragraph((piece,)),) for piece in act.pieces), boxes=True)
        if act.texte_officiel:
            yield labelled("Texte", f"{act.texte_officiel}.")

    convenir = suite

    def fiches(self, rows):
        return [Items(tuple((Paragraph(tuple(self.sheet(row))),) for row in rows))]

    def sheet(self, row):
        address = self.whole(row.ref.url)
        yield from (Strong((row.ref.letter,)), f" {row.ref.titre} ", Link((bare(address),), address))
        if row.told:
            yield f" {row.told}"
