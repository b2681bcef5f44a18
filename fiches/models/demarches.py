"""The acts of a partnership, and who may say yes to them."""

from typing import NamedTuple

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Prefetch, Q
from django.urls import reverse

from acteurs.bases import NaturalKeyed, NaturalKeyQuerySet, checked
from acteurs.models import Acteur, AncienneAdresse

from .fiche import Fiche
from .skeleton import Pouvoir

# Who is there, where the act takes place. Above them stand inspection, académie, collectivités and institutions. What
# is not listed is taken to be above: an actor that a curator adds never makes a page promise too much.
ON_THE_SPOT_FAMILIES = ("centre-social", "parents", "enfants-et-jeunes")
ON_THE_SPOT = (
    "direction-ecole",
    "chef-etablissement",
    "principal-adjoint",
    "enseignants",
    "nouveaux-enseignants",
    "equipe-pedagogique",
    "cpe",
    "ecole",
    "college",
    "lycee",
)


def on_the_spot():
    """The actors who say yes without asking above them (a queryset), found by their former addresses too."""
    renamed = AncienneAdresse.objects.filter(modele=Acteur._meta.label_lower, slug__in=ON_THE_SPOT)
    return Acteur.objects.filter(
        Q(famille__slug__in=ON_THE_SPOT_FAMILIES) | Q(slug__in=ON_THE_SPOT) | Q(pk__in=renamed.values("objet_id"))
    )


class DemarcheCertitude(models.TextChoices):
    SURE = "sure", "sûre"
    A_VERIFIER = "a-verifier", "à vérifier"


class Degre(models.TextChoices):
    """The two stages of French schooling."""

    PREMIER = "1", "1er degré"
    SECOND = "2", "2d degré"


class PouvoirDemarche(models.TextChoices):
    """The same words as a sheet's `Pouvoir`, less the one who only acts."""

    DECIDE = Pouvoir.DECIDE.value, Pouvoir.DECIDE.label
    AVIS = Pouvoir.AVIS.value, Pouvoir.AVIS.label
    INFORME = Pouvoir.INFORME.value, Pouvoir.INFORME.label


class Who(NamedTuple):
    """Who may do what about an act, as a table: a column for each stage, a row for each power."""

    stages: list  # of Degre: those where the act exists
    rows: list  # [(PouvoirDemarche, [[Acteur, …] at each stage]), …]: powers that nobody holds are left out


class DemarcheQuerySet(NaturalKeyQuerySet):
    def with_on_the_spot(self, degre=""):
        """Annotates `is_on_the_spot`: no one above the school or the centre has to agree.

        At each stage where the act exists (at `degre` alone, if given) someone decides, and all who decide are
        `on_the_spot()`. Others may still have to be asked or told.
        """
        rows = Decideur.objects.filter(demarche=OuterRef("pk"))
        if degre:
            rows = rows.filter(degre=degre)
        deciders = rows.filter(pouvoir=PouvoirDemarche.DECIDE)
        above = deciders.exclude(acteur__in=on_the_spot())
        decided = Decideur.objects.filter(
            demarche=OuterRef("demarche"), degre=OuterRef("degre"), pouvoir=PouvoirDemarche.DECIDE
        )
        unknown = rows.exclude(Exists(decided))
        known = Q(Exists(deciders)) & ~Q(Exists(above)) & ~Q(Exists(unknown))
        return self.annotate(is_on_the_spot=ExpressionWrapper(known, models.BooleanField()))

    def concerning(self, degre="", acteur=None):
        """The acts that exist at `degre`, in which `acteur` has a say there; either may be left out."""
        wanted = {name: value for name, value in (("degre", degre), ("acteur", acteur)) if value}
        return self.filter(Exists(Decideur.objects.filter(demarche=OuterRef("pk"), **wanted))) if wanted else self

    def for_page(self):
        """Load all that their page shows: three queries."""
        sheets = Fiche.objects.published().only("slug", "titre").order_by("pk")
        rows = Decideur.objects.select_related("acteur").order_by("degre", "ordre", "pk")
        return self.prefetch_related(Prefetch("decideurs", queryset=rows), Prefetch("fiches", queryset=sheets))


class Demarche(NaturalKeyed):
    """An act, and who may say yes to it."""

    slug = models.SlugField(max_length=80, unique=True)
    acte = models.CharField(max_length=160, unique=True)
    delai = models.CharField("délai", max_length=240, blank=True)
    pieces = models.TextField("pièces", blank=True, help_text="Une par ligne.")
    texte_officiel = models.CharField(max_length=200, blank=True, help_text="Seulement s’il est certain.")
    a_verifier = models.TextField("à vérifier sur place", blank=True)
    certitude = models.CharField(max_length=10, choices=DemarcheCertitude, default=DemarcheCertitude.A_VERIFIER)
    revue_le = models.DateField(
        "revue le",
        null=True,
        blank=True,
        help_text="Le jour où quelqu’un a relu toute la démarche et l’a tenue pour juste. Affiché.",
    )
    fiches = models.ManyToManyField(Fiche, related_name="demarches", blank=True)

    objects = DemarcheQuerySet.as_manager()

    class Meta:
        verbose_name = "démarche"
        ordering = ["pk"]
        constraints = [
            *checked("demarche", certitude=DemarcheCertitude),
            models.CheckConstraint(
                condition=Q(certitude="sure") | Q(texte_officiel=""),
                name="demarche_texte_certain",
                violation_error_message="Tant que la démarche est à vérifier, n’indiquez pas de texte officiel.",
            ),
        ]

    def __str__(self):
        return self.acte

    def get_absolute_url(self):
        return f"{reverse('fiches:demarches')}#{self.slug}"

    @property
    def is_sure(self):
        return self.certitude == DemarcheCertitude.SURE

    def who(self, degre=""):
        """Its `Who`, at both stages or at `degre` alone. Costs no query after `for_page()`."""
        rows = [row for row in self.decideurs.all() if degre in ("", row.degre)]
        stages = [stage for stage in Degre if any(row.degre == stage for row in rows)]
        cells = (
            (power, [[row.acteur for row in rows if (row.degre, row.pouvoir) == (stage, power)] for stage in stages])
            for power in PouvoirDemarche
        )
        return Who(stages, [(power, found) for power, found in cells if any(found)])


class Decideur(NaturalKeyed):
    """One actor's power over one act, at one stage. No row at a stage: the act does not exist there."""

    natural_key_fields = ("demarche__slug", "degre", "pouvoir", "acteur__slug")

    demarche = models.ForeignKey(Demarche, models.CASCADE, related_name="decideurs", verbose_name="démarche")
    degre = models.CharField("degré", max_length=1, choices=Degre)
    pouvoir = models.CharField(max_length=8, choices=PouvoirDemarche)
    acteur = models.ForeignKey(Acteur, models.PROTECT, related_name="decisions")
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "décideur"
        verbose_name_plural = "qui peut dire oui"
        ordering = ["demarche", "degre", "ordre", "pk"]
        constraints = [
            *checked("decideur", degre=Degre, pouvoir=PouvoirDemarche),
            models.UniqueConstraint(
                fields=["demarche", "degre", "pouvoir", "acteur"],
                name="decideur_unique",
                violation_error_message="Cet acteur est déjà là, au même titre.",
            ),
        ]

    def __str__(self):
        return f"{self.acteur} {self.get_pouvoir_display()}"
