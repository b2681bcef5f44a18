"""What proves the sheets: workshop reports, their excerpts, and the citations that tie them to a section."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils.text import Truncator

from acteurs.bases import Addressed, AddressedQuerySet, NaturalKeyed, NaturalKeyQuerySet, checked
from acteurs.models import Acteur, Dispositif

from .skeleton import Section
from .themes import Levier, Theme


class Portee(models.TextChoices):
    """How far words may travel."""

    PUBLIQUE = "publique", "publique"
    RESEAU = "reseau", "réseau"
    INTERNE = "interne", "interne"


class Voix(models.TextChoices):
    """Who speaks in a report."""

    CENTRES = "centres-sociaux", "Centres sociaux"
    ECOLE = "partenaires-ecole", "École"
    POSTITS = "post-its", "Post-it"

    @property
    def mark(self):
        """The mark, the CSS class and the sprite symbol of this voice."""
        return VOICE_MARKS[self]


VOICE_MARKS = {Voix.CENTRES: "centre", Voix.ECOLE: "ecole", Voix.POSTITS: "postit"}


class Nature(models.TextChoices):
    IDEE = "idee", "idée"
    TEMOIGNAGE = "temoignage", "témoignage"
    EXEMPLE = "exemple", "exemple"
    QUESTION = "question", "question"


class Sort(models.TextChoices):
    """What a curator decided of an excerpt. « Cité » is not stored: it is read from the citations."""

    RETENU = "retenu", "retenu"
    ECARTE = "ecarte", "écarté"


class Position(models.TextChoices):
    """How words bear on what the section says."""

    APPUIE = "appuie", "appuie"
    NUANCE = "nuance", "nuance"
    CONTREDIT = "contredit", "contredit"


class AtelierQuerySet(AddressedQuerySet):
    def published(self):
        """Workshops whose page anyone may read."""
        return self.filter(portee=Portee.PUBLIQUE)


class Atelier(Addressed):
    """One workshop, and its report."""

    titre = models.CharField(max_length=160)
    date = models.DateField("date de l’atelier", null=True, blank=True)
    lieu = models.CharField(max_length=120, blank=True)
    presentation = models.TextField(
        "présentation", blank=True, help_text="Qui était là, ce que l’on y cherchait. Affichée au public."
    )
    fichier = models.FileField("compte rendu", upload_to="ateliers/", blank=True)
    sha256 = models.CharField("empreinte du fichier", max_length=64, blank=True, editable=False)
    portee = models.CharField("portée", max_length=8, choices=Portee, default=Portee.INTERNE)

    objects = AtelierQuerySet.as_manager()

    class Meta:
        verbose_name = "atelier"
        ordering = ["-date", "titre", "pk"]
        constraints = [
            *checked("atelier", portee=Portee),
            models.UniqueConstraint(fields=["sha256"], condition=~Q(sha256=""), name="atelier_fichier_unique"),
        ]

    def __str__(self):
        return self.titre

    def get_absolute_url(self):
        return reverse("fiches:atelier", args=[self.slug])


def _public_words(prefix=""):
    """The one rule of which words anyone may read: public themselves, from a public report, not set aside."""
    return Q(
        **{
            f"{prefix}portee": Portee.PUBLIQUE,
            f"{prefix}atelier__portee": Portee.PUBLIQUE,
            f"{prefix}etat": Sort.RETENU,
        }
    )


class ExtraitQuerySet(NaturalKeyQuerySet):
    def published(self):
        """Words that anyone may read."""
        return self.filter(_public_words())

    def accountable(self):
        """Public words of public reports, those set aside included: whose fate anyone may ask for. A word set aside
        may be counted, with its reason; its text is not for readers any more."""
        return self.filter(portee=Portee.PUBLIQUE, atelier__portee=Portee.PUBLIQUE)

    def waiting(self):
        """Kept, and cited nowhere: matter for sheets."""
        return self.with_cited().filter(etat=Sort.RETENU, is_cited=False)

    def with_cited(self):
        """Annotates `is_cited`: does a sheet, published or not, stand on this excerpt?"""
        return self.annotate(is_cited=Exists(Citation.objects.filter(extrait=OuterRef("pk"))))


class Extrait(NaturalKeyed):
    """One idea of a report, restated. Its words never change once written; its fate does."""

    natural_key_fields = ("atelier__slug", "reference")

    atelier = models.ForeignKey(Atelier, models.PROTECT, related_name="extraits")
    reference = models.CharField("référence", max_length=20, help_text="Unique dans l’atelier : T1-CS-07.")
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="extraits", null=True, blank=True, verbose_name="thème"
    )
    voix = models.CharField(max_length=20, choices=Voix)
    nature = models.CharField(max_length=12, choices=Nature, default=Nature.IDEE)
    position = models.PositiveIntegerField("rang dans le compte rendu")
    lignes = models.CharField("lignes du compte rendu", max_length=60, blank=True)
    texte = models.TextField()
    leviers = models.ManyToManyField(Levier, related_name="extraits", blank=True)
    acteurs = models.ManyToManyField(Acteur, related_name="extraits", blank=True)
    dispositifs = models.ManyToManyField(Dispositif, related_name="extraits", blank=True)
    portee = models.CharField("portée", max_length=8, choices=Portee, default=Portee.INTERNE)
    etat = models.CharField("sort", max_length=10, choices=Sort, default=Sort.RETENU)
    motif = models.CharField("pourquoi l’écarter", max_length=200, blank=True)

    told_by_number = True  # in the journal: a word may be masked later

    objects = ExtraitQuerySet.as_manager()

    class Meta:
        verbose_name = "extrait"
        ordering = ["atelier", "position", "pk"]
        constraints = [
            *checked("extrait", voix=Voix, nature=Nature, portee=Portee, etat=Sort),
            models.UniqueConstraint(fields=["atelier", "reference"], name="extrait_reference_unique"),
            models.UniqueConstraint(fields=["atelier", "position"], name="extrait_position_unique"),
            models.CheckConstraint(
                condition=Q(etat=Sort.RETENU) | ~Q(motif=""),
                name="extrait_ecarte_motive",
                violation_error_message="Dites pourquoi cet extrait est écarté.",
            ),
        ]

    def __str__(self):
        return f"{self.reference} : {Truncator(self.texte).words(12)}"

    @property
    def mark(self):
        return VOICE_MARKS[self.voix]

    def cite(self, fiche, *, section, position, note=""):
        """Tie these words to a section of `fiche`, after its other citations; the `Citation`.

        Raises ValidationError when they support that section already, or are set aside.
        """
        if self.etat == Sort.ECARTE:
            raise ValidationError("Cet extrait est écarté : reprenez-le avant de le citer.")
        last = fiche.citations.aggregate(last=Max("ordre"))["last"] or 0
        citation = Citation(
            fiche=fiche, section=section, extrait=self, position=position, note=note, ordre=min(last + 1, 32767)
        )
        citation.full_clean()
        citation.save()
        return citation

    def set_aside(self, motif):
        """Say that no sheet will stand on these words, and why. Raises ValidationError without a reason."""
        self.etat, self.motif = Sort.ECARTE, " ".join(motif.split())
        if not self.motif:
            raise ValidationError("Dites pourquoi cet extrait est écarté.")
        self.full_clean()
        self.save(update_fields=["etat", "motif"])


class CitationQuerySet(NaturalKeyQuerySet):
    def published(self):
        """Citations whose words anyone may read."""
        return self.filter(_public_words("extrait__"))


class Citation(NaturalKeyed):
    """Ties a section of a sheet to the words that support it, shade it or contradict it."""

    natural_key_fields = ("fiche__slug", "section", "extrait__atelier__slug", "extrait__reference")

    fiche = models.ForeignKey("fiches.Fiche", models.CASCADE, related_name="citations")
    section = models.CharField(max_length=20, choices=Section)
    extrait = models.ForeignKey(Extrait, models.PROTECT, related_name="citations")
    position = models.CharField(max_length=10, choices=Position, default=Position.APPUIE)
    note = models.CharField(
        max_length=200, blank=True, help_text="Une phrase au plus, affichée sous la parole. Facultative."
    )
    ordre = models.PositiveSmallIntegerField(default=0)

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = "citation"
        ordering = ["fiche", "ordre", "pk"]
        constraints = [
            *checked("citation", section=Section, position=Position),
            models.UniqueConstraint(
                fields=["fiche", "extrait", "section"],
                name="citation_unique",
                violation_error_message="Cet extrait soutient déjà cette section.",
            ),
        ]

    def __str__(self):
        return f"{self.fiche} ← {self.extrait.reference}"
