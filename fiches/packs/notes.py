"""The notes of a document: numbered once through it, and told once even when sheets share the same words."""

from acteurs.bases import lines
from fiches.models import Position

from .document import Emph, Note, Paragraph, Strong, inlines


class Notebook:
    """Gives each citation its footnote, in the order of the text. Sheets of one dossier share one notebook."""

    def __init__(self):
        self.told = {}  # excerpt → the number of the note that tells it
        self.count = 0

    def note(self, citation):
        """The `Note` of this citation. Its words are told in full the first time, and then pointed to."""
        self.count += 1
        extrait = citation.extrait
        first = self.told.setdefault(extrait.pk, self.count)
        position = "" if citation.position == Position.APPUIE else citation.get_position_display().capitalize()
        if first == self.count:
            # A note is one paragraph: an excerpt of several lines is told in one go.
            said = inlines(Strong((extrait.get_voix_display(),)), " — ", " ".join(lines(extrait.texte)))
        else:
            said = (f"Voir la note {first}.",)
        for more in (Emph((position,)) if position else "", citation.note):
            said += inlines(" · ", more) if more else ()
        return Note(said, self.count)

    def notes(self, citations):
        return tuple(self.note(citation) for citation in citations)


def called_after(blocks, notes):
    """`blocks`, the notes called at the end: after the last words of a paragraph, or in a line of their own.

    A list bears no call: on its last item, the note would seem to support that item alone.
    """
    if not notes:
        return blocks
    calls = tuple(part for note in notes for part in (" ", note))
    if blocks and isinstance(blocks[-1], Paragraph):
        last = blocks[-1]
        return (*blocks[:-1], Paragraph(last.inlines + calls[1:], last.style))
    word = "Note" if len(notes) == 1 else "Notes"
    return (*blocks, Paragraph((word, *calls), "doux"))
