"""What surrounds the sheets: resources, search words, heard sentences, the school year."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse

from acteurs.bases import NaturalKeyed, NaturalKeyQuerySet, checked
from acteurs.models import Acteur, Dispositif, Niveau, Terme

from .fiche import Fiche
from .themes import Levier, Theme


class Ressource(NaturalKeyed):
    """A public text or site worth knowing."""

    slug = models.SlugField(max_length=80, unique=True)
    titre = models.CharField(max_length=200)
    editeur = models.CharField("éditeur", max_length=200, blank=True)
    annee = models.PositiveSmallIntegerField("année", null=True, blank=True)
    nature = models.CharField(max_length=40, help_text="Charte, circulaire, loi, site institutionnel…")
    description = models.TextField(help_text="Ce que c’est, et à quoi cela sert à un centre ou à une école.")
    url = models.URLField(
        "adresse",
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Seulement si elle est certaine.",
    )
    themes = models.ManyToManyField(Theme, related_name="ressources", blank=True, verbose_name="thèmes")
    acteurs = models.ManyToManyField(Acteur, related_name="ressources", blank=True)
    dispositifs = models.ManyToManyField(Dispositif, related_name="ressources", blank=True)

    class Meta:
        verbose_name = "ressource"
        ordering = ["nature", "titre", "pk"]

    def __str__(self):
        return self.titre


class SynonymeGenre(models.TextChoices):
    EQUIVALENTS = "equivalents", "mots équivalents"
    VERS_PREMIER = "vers-premier", "mots qui mènent au premier"
    SIGLE = "sigle", "sigle"


class Synonyme(NaturalKeyed):
    """A search rule: words that call each other, or an acronym and where it leads. Never displayed."""

    natural_key_fields = ("genre", "nom")

    genre = models.CharField(max_length=12, choices=SynonymeGenre, default=SynonymeGenre.EQUIVALENTS)
    nom = models.CharField(
        "sens ou sigle",
        max_length=100,
        help_text="Pour un groupe, ce qui réunit les mots ; pour un sigle, le sigle.",
    )
    mots = models.TextField(
        blank=True, help_text="Pour un groupe : un mot ou une expression par ligne. L’ordre compte."
    )
    forme = models.CharField("forme développée", max_length=120, blank=True, help_text="Pour un sigle.")
    prudence = models.CharField(
        max_length=120,
        blank=True,
        help_text="Un sigle qui n’en est un qu’en capitales : dites avec quoi il se confond.",
    )
    acteurs = models.ManyToManyField(Acteur, related_name="sigles", blank=True)
    leviers = models.ManyToManyField(Levier, related_name="sigles", blank=True)
    dispositifs = models.ManyToManyField(Dispositif, related_name="sigles", blank=True)
    themes = models.ManyToManyField(Theme, related_name="sigles", blank=True, verbose_name="thèmes")
    termes = models.ManyToManyField(Terme, related_name="sigles", blank=True)
    fiches = models.ManyToManyField(Fiche, related_name="sigles", blank=True)

    class Meta:
        verbose_name = "synonyme ou sigle"
        verbose_name_plural = "synonymes et sigles"
        ordering = ["genre", "nom", "pk"]
        constraints = [
            *checked("synonyme", genre=SynonymeGenre),
            models.UniqueConstraint(
                fields=["genre", "nom"], name="synonyme_unique", violation_error_message="Ce nom existe déjà."
            ),
            models.CheckConstraint(
                condition=(Q(genre=SynonymeGenre.SIGLE) & ~Q(forme=""))
                | (~Q(genre=SynonymeGenre.SIGLE) & ~Q(mots="")),
                name="synonyme_complet",
                violation_error_message="Un groupe a ses mots ; un sigle a sa forme développée.",
            ),
        ]

    def __str__(self):
        return self.nom


class DitePar(models.TextChoices):
    """Who one hears a sentence from."""

    CENTRE = "centre-social", "Au centre social"
    ECOLE = "ecole", "À l’école"
    PARENTS = "parents", "Un parent"
    MAIRIE = "mairie", "À la mairie"

    @property
    def mark(self):
        """A voice's mark, or the diamond of the others."""
        return {DitePar.CENTRE: "centre", DitePar.ECOLE: "ecole", DitePar.PARENTS: "parents"}.get(self, "autre")


class PhraseQuerySet(NaturalKeyQuerySet):
    def for_page(self):
        """Load all that their page shows: two queries."""
        sheets = Fiche.objects.published().only("slug", "titre").order_by("pk")
        return self.select_related("theme").prefetch_related(Prefetch("fiches", queryset=sheets))


class Phrase(NaturalKeyed):
    """A sentence one really hears: what lies behind it, and what one may answer."""

    slug = models.SlugField(max_length=80, unique=True)
    phrase = models.CharField(
        max_length=160, unique=True, help_text="Sans guillemets : ils sont ajoutés à l’affichage."
    )
    dite_par = models.CharField("dite par", max_length=14, choices=DitePar)
    ce_qu_elle_dit = models.TextField("ce qu’elle dit", help_text="Ce qu’il y a derrière, sans juger.")
    reponse = models.TextField("réponse possible")
    variantes = models.TextField(blank=True, help_text="Autres façons de le dire. Une par ligne. Jamais affichées.")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="phrases", verbose_name="thème")
    fiches = models.ManyToManyField(Fiche, related_name="phrases", blank=True)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = "phrase entendue"
        verbose_name_plural = "phrases entendues"
        ordering = ["theme__numero", "pk"]
        constraints = checked("phrase", dite_par=DitePar)

    def __str__(self):
        return self.phrase

    def get_absolute_url(self):
        return f"{reverse('fiches:phrases')}#{self.slug}"

    @property
    def mark(self):
        """The mark of who says it."""
        return DitePar(self.dite_par).mark


MONTH_DAY = RegexValidator(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", "Un mois et un jour : 09-01.")


def month_day(value):
    """A `date` for « MM-JJ », in 2024 (a leap year, so that 02-29 exists). ValueError if there is no such day."""
    return date.fromisoformat(f"2024-{value}")


class DateCertitude(models.TextChoices):
    NATIONALE = "nationale", "fixée nationalement"
    INDICATIVE = "indicative", "indicative"
    LOCALE = "locale", "à demander sur place"


class TempsFortQuerySet(NaturalKeyQuerySet):
    def narrowed(self, niveau=None, acteur=None):
        """Those that concern a level (one that names none concerns them all) and an actor; all of them without."""
        found = self
        if niveau:
            found = found.filter(Q(niveaux=niveau) | Q(niveaux=None))
        return found.filter(acteurs=acteur) if acteur else found

    def for_calendar(self):
        """Load all that the calendar tells of each, its published sheets alone: four queries."""
        sheets = Fiche.objects.published().only("slug", "titre", "theme").order_by("pk")
        return self.prefetch_related("niveaux", "acteurs", models.Prefetch("fiches", queryset=sheets))


class TempsFort(NaturalKeyed):
    """A window of the school year, without its year: it comes back."""

    slug = models.SlugField(max_length=80, unique=True)
    titre = models.CharField(max_length=120)
    debut = models.CharField("début", max_length=5, validators=[MONTH_DAY], help_text="Mois et jour : 09-01.")
    fin = models.CharField(max_length=5, validators=[MONTH_DAY], help_text="Mois et jour ; peut passer l’année.")
    a_faire = models.TextField("à faire", help_text="Une idée par ligne.")
    pourquoi = models.CharField(max_length=200, blank=True)
    certitude = models.CharField(max_length=10, choices=DateCertitude, default=DateCertitude.INDICATIVE)
    repere = models.CharField("comment la date se fixe", max_length=240, blank=True)
    niveaux = models.ManyToManyField(Niveau, related_name="temps_forts", blank=True)
    acteurs = models.ManyToManyField(Acteur, related_name="temps_forts", blank=True)
    dispositifs = models.ManyToManyField(Dispositif, related_name="temps_forts", blank=True)
    fiches = models.ManyToManyField(Fiche, related_name="temps_forts", blank=True)

    objects = TempsFortQuerySet.as_manager()

    class Meta:
        verbose_name = "temps fort"
        verbose_name_plural = "temps forts de l’année"
        ordering = ["debut", "fin", "pk"]
        constraints = checked("temps_fort", certitude=DateCertitude)

    def __str__(self):
        return self.titre

    def clean(self):
        super().clean()
        for name in ("debut", "fin"):
            try:
                month_day(getattr(self, name))
            except ValueError:
                raise ValidationError({name: "Ce jour n’existe pas. Écrivez le mois puis le jour : 09-01."}) from None

    @property
    def school_rank(self):
        """Its place in a school year that starts on 15 August: sort by it."""
        return (self.debut < "08-15", self.debut, self.fin)

    @property
    def debut_date(self):
        return month_day(self.debut)

    @property
    def fin_date(self):
        return month_day(self.fin)
