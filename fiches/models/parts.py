"""The parts of a sheet that are rows: its steps, gains, actors and neighbours."""

from django.db import models
from django.db.models import F, Q

from acteurs.bases import NaturalKeyed, checked
from acteurs.models import Acteur

from .fiche import Fiche
from .skeleton import Effort, Horizon, Partie, Pouvoir


class Etape(NaturalKeyed):
    """One step of the path."""

    natural_key_fields = ("fiche__slug", "ordre", "titre")

    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="etapes")
    ordre = models.PositiveSmallIntegerField(default=0)
    quand = models.CharField(max_length=14, choices=Horizon)
    titre = models.CharField(max_length=120)
    texte = models.TextField(blank=True)

    class Meta:
        verbose_name = "étape"
        ordering = ["fiche", "ordre", "pk"]
        constraints = [
            *checked("etape", quand=Horizon),
            # With its title, so that two steps may swap their places in one save.
            models.UniqueConstraint(
                fields=["fiche", "ordre", "titre"],
                name="etape_unique",
                violation_error_message="Cette étape y est déjà.",
            ),
        ]

    def __str__(self):
        return self.titre


class Gain(NaturalKeyed):
    """What one party gains, and what it costs them."""

    natural_key_fields = ("fiche__slug", "ordre", "gain")

    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="gains")
    ordre = models.PositiveSmallIntegerField(default=0)
    pour = models.CharField(max_length=14, choices=Partie)
    gain = models.CharField(max_length=160)
    effort = models.CharField(max_length=8, choices=Effort)
    risque = models.CharField(max_length=160, blank=True)

    class Meta:
        verbose_name = "gain"
        verbose_name_plural = "gains et efforts"
        ordering = ["fiche", "ordre", "pk"]
        constraints = [
            *checked("gain", pour=Partie, effort=Effort),
            models.UniqueConstraint(
                fields=["fiche", "ordre", "gain"], name="gain_unique", violation_error_message="Ce gain y est déjà."
            ),
        ]

    def __str__(self):
        return f"{self.get_pour_display()} : {self.gain}"

    @property
    def mark(self):
        """The mark of its party: a voice's, the parents', or the diamond of the others."""
        return {Partie.CENTRE: "centre", Partie.ECOLE: "ecole", Partie.PARENTS: "parents"}.get(self.pour, "autre")

    @property
    def effort_level(self):
        return Effort(self.effort).level


class Intervention(NaturalKeyed):
    """One actor in a sheet: what they do in it, and whether they decide, advise or are told."""

    natural_key_fields = ("fiche__slug", "acteur__slug")

    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="interventions")
    acteur = models.ForeignKey(Acteur, models.PROTECT, related_name="interventions")
    ordre = models.PositiveSmallIntegerField(default=0)
    texte = models.CharField("ce qu’il fait", max_length=200, blank=True)
    pouvoir = models.CharField(max_length=8, choices=Pouvoir, default=Pouvoir.AGIT)
    note = models.CharField("précision sur son pouvoir", max_length=200, blank=True)

    class Meta:
        verbose_name = "acteur de la fiche"
        verbose_name_plural = "acteurs de la fiche"
        ordering = ["fiche", "ordre", "pk"]
        constraints = [
            *checked("intervention", pouvoir=Pouvoir),
            models.UniqueConstraint(
                fields=["fiche", "acteur"],
                name="intervention_unique",
                violation_error_message="Cet acteur est déjà dans la fiche.",
            ),
        ]

    def __str__(self):
        return str(self.acteur)

    def absorb(self, other):
        """Take over what `other` says, the same sheet's row about an actor that becomes this one. Saved.

        No word is lost: what the two columns cannot hold, and two different powers, are told in the sheet's notes
        between curators.
        """
        left = []
        for name in ("texte", "note"):
            mine, theirs = getattr(self, name), getattr(other, name)
            joined = mine if theirs in mine else " ; ".join(filter(None, [mine, theirs]))
            if len(joined) <= self._meta.get_field(name).max_length:
                setattr(self, name, joined)
            else:
                left.append(theirs)
        if other.pouvoir != self.pouvoir:
            left.append(
                f"« {self.acteur} » {self.get_pouvoir_display()}, « {other.acteur} » {other.get_pouvoir_display()}"
            )
        self.save()
        if left:
            told = f"À relire depuis la fusion de « {other.acteur} » dans « {self.acteur} » : {' ; '.join(left)}."
            self.fiche.a_confirmer = "\n".join(filter(None, [self.fiche.a_confirmer, told]))
            self.fiche.save(update_fields=["a_confirmer"])


class Lien(models.TextChoices):
    """Why one would go from a sheet to another."""

    ANTIDOTE = "antidote", "antidote"
    PREALABLE = "prealable", "préalable"
    VOISINE = "voisine", "fiche voisine"


class Voisinage(NaturalKeyed):
    """A door from one sheet to another. Goes one way: the other sheet may have its own."""

    natural_key_fields = ("fiche__slug", "vers__slug")

    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="voisinages")
    vers = models.ForeignKey(Fiche, models.CASCADE, related_name="voisinages_entrants")
    nature = models.CharField(max_length=10, choices=Lien, default=Lien.VOISINE)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "fiche voisine"
        verbose_name_plural = "fiches voisines"
        ordering = ["fiche", "ordre", "pk"]
        constraints = [
            *checked("voisinage", nature=Lien),
            models.UniqueConstraint(
                fields=["fiche", "vers"],
                name="voisinage_unique",
                violation_error_message="Cette fiche est déjà parmi les voisines.",
            ),
            models.CheckConstraint(
                condition=~Q(fiche=F("vers")),
                name="voisinage_autre",
                violation_error_message="Une fiche n’est pas sa propre voisine.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} : {self.vers}"
