"""From draft to archive: the four statuses of a sheet, the moves between them, and what a sheet online must have."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from acteurs.journal import Geste, record

from .evidence import Citation
from .skeleton import Genre, Horizon


class Statut(models.TextChoices):
    BROUILLON = "brouillon", "brouillon"
    RELECTURE = "en-relecture", "en relecture"
    PUBLIEE = "publiee", "publiée"
    ARCHIVEE = "archivee", "archivée"


REFUS_MAX = 1000  # characters


class Missing(NamedTuple):
    """One thing without which a sheet cannot go online, and the part of its form where one mends it."""

    text: str  # in French
    part: str  # a field, or a set of rows


class Moves:
    """The part of a sheet that changes its status. Nobody else does."""

    def missing(self):
        """All that the sheet lacks to go online, at once. Empty when it is ready."""
        found = [
            Missing(f"Remplissez « {self._meta.get_field(name).verbose_name} ».", name)
            for name in ("resume", "en_bref", "pourquoi", "marche_si", "ne_marche_pas_si", "a_revoir_le")
            if not getattr(self, name)
        ]
        if self.a_revoir_le and self.a_revoir_le <= (self.reviewed_on or timezone.localdate()):
            text = "Le jour où la relire est déjà passé : choisissez-en un autre, « à revoir le »."
            found.append(Missing(text, "a_revoir_le"))
        if self.genre == Genre.PIEGE and not self.signaux:
            found.append(Missing("Un piège a besoin de ses signes avant-coureurs.", "signaux"))
        if self.genre == Genre.PROJET and not self.resultats:
            found.append(Missing("Un projet a besoin de ses résultats.", "resultats"))
        if not self.pk or not self.etapes.filter(quand=Horizon.LUNDI).exists():
            found.append(Missing("Ajoutez au moins une étape « Dès lundi ».", "etapes"))
        if not self.pk or not Citation.objects.published().filter(fiche=self).exists():
            text = "Citez au moins un extrait public : une fiche sans preuve ne se publie pas."
            found.append(Missing(text, "citations"))
        return found

    def missing_to_publish(self):
        """The same, as French sentences."""
        return [one.text for one in self.missing()]

    def check_ready(self):
        """Raises ValidationError with each missing thing, in French; the code of each is the part to mend."""
        if missing := self.missing():
            raise ValidationError([ValidationError(one.text, code=one.part) for one in missing])

    def submit(self):
        """Hand a draft over for review. Raises ValidationError if it is not a draft."""
        self._move(Statut.RELECTURE, allowed=[Statut.BROUILLON])

    def publish(self, *, by, at=None):
        """Put the sheet online from `at` (aware datetime; now if None).

        `by` becomes its owner if it has none. Raises ValidationError listing, in French, every missing
        piece at once: a curator mends a sheet in one pass. A working copy is published by `versions.publish()`.
        """
        allowed = [Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE]
        self._check_move(Statut.PUBLIEE, allowed)
        self.check_ready()
        self.proprietaire = self.proprietaire or by
        self.published_at = at or self.published_at or timezone.now()
        self.reviewed_on = self.reviewed_on or timezone.localdate()
        self._move(Statut.PUBLIEE, allowed=allowed)
        record(Geste.PUBLIE, self, by=by)

    def refuse(self, note):
        """Give a sheet in review back to its author, with the reason. Raises ValidationError without one."""
        note = note.strip()
        if not note:
            raise ValidationError("Dites pourquoi : sans raison, qui a écrit la fiche ne saurait pas quoi changer.")
        if len(note) > REFUS_MAX:
            raise ValidationError(f"La raison a {len(note)} signes, {REFUS_MAX} au plus.")
        self._move(Statut.BROUILLON, allowed=[Statut.RELECTURE], refus=note)
        record(Geste.REFUSE, self)

    def archive(self):
        """Withdraw a published sheet: its address answers 410 from now on."""
        self._move(Statut.ARCHIVEE, allowed=[Statut.PUBLIEE])
        record(Geste.ARCHIVE, self)

    def back_to_draft(self):
        """Take a sheet back to work. One that was read online is archived instead."""
        self._move(Statut.BROUILLON, allowed=[Statut.RELECTURE])

    def _check_move(self, statut, allowed):
        if self.statut not in allowed:
            raise ValidationError(
                f"« {self} » est {self.get_statut_display()} : elle ne peut pas devenir {Statut(statut).label}."
            )
        if self.version_de_id and statut in (Statut.PUBLIEE, Statut.ARCHIVEE):
            raise ValidationError("Une nouvelle version prend la place de la fiche en ligne, ou s’abandonne.")

    def _move(self, statut, *, allowed, refus=""):
        """`refus` is what the last review refused, until the next move."""
        self._check_move(statut, allowed)
        self.statut, self.refus = statut, refus
        self.save()
