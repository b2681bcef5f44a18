"""How sheets are filed: twelve themes, a closed vocabulary of levers, the moments of a partnership."""

from django.db import models
from django.urls import reverse
from taggit.managers import TaggableManager, _TaggableManager
from taggit.models import ItemBase, TagBase

from acteurs.bases import Addressed, AddressedQuerySet, FoldedField, NaturalKeyed, NaturalKeyQuerySet, checked
from acteurs.models import Vocabulary


class ThemePage(models.TextChoices):
    """What a theme's page is made of."""

    FICHES = "fiches", "des fiches"
    PIEGES = "pieges", "des pièges"
    PROJETS = "projets", "des projets"
    RESSOURCES = "ressources", "les ressources"
    CONTACTS = "contacts", "les contacts"
    CONCLUSION = "conclusion", "la conclusion"


SHEET_PAGES = (ThemePage.FICHES, ThemePage.PIEGES, ThemePage.PROJETS)  # made of sheets, whatever their genre


class ThemeQuerySet(AddressedQuerySet):
    def with_sheets(self):
        """The themes whose page is made of sheets."""
        return self.filter(page__in=SHEET_PAGES)


class Theme(Addressed, Vocabulary):
    """One of the workshop's twelve parts."""

    numero = models.PositiveSmallIntegerField("numéro", unique=True)
    titre = models.CharField(max_length=120, unique=True)
    question = models.CharField(max_length=160, help_text="La question à laquelle ce thème répond.")
    introduction = models.TextField(help_text="Un paragraphe. Markdown simple.")
    page = models.CharField("la page montre", max_length=12, choices=ThemePage, default=ThemePage.FICHES)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = "thème"
        ordering = ["numero"]
        constraints = checked("theme", page=ThemePage)

    def __str__(self):
        return f"{self.numero}. {self.titre}"

    def get_absolute_url(self):
        return reverse("fiches:theme", args=[self.slug])

    @property
    def mark(self):
        """Its pictogram in the sprite."""
        return f"t{self.numero}"


class Categorie(NaturalKeyed):
    """A family of levers: occasions, postures, organisation…"""

    slug = models.SlugField(unique=True)
    nom = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "catégorie de leviers"
        verbose_name_plural = "catégories de leviers"
        ordering = ["ordre", "pk"]

    def __str__(self):
        return self.nom


class Levier(Addressed, Vocabulary, TagBase):
    """What opens a partnership or keeps it going. A tag, in a vocabulary that only curators change."""

    natural_key_fields = ("slug",)

    # django-taggit wants its field called `name`; everyone else says `levier.nom`.
    name = models.CharField("nom", max_length=100, unique=True, db_column="nom")
    cle = FoldedField(max_length=100, of="name")
    categorie = models.ForeignKey(Categorie, models.PROTECT, related_name="leviers", verbose_name="catégorie")
    description = models.TextField(help_text="Une ou deux phrases : ce que l’on fait quand on l’actionne.")

    class Meta:
        verbose_name = "levier"
        ordering = ["categorie__ordre", "name", "pk"]

    def __str__(self):
        return self.name

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "cle"}  # else the folded key would tell of the former name
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return reverse("fiches:levier", args=[self.slug])

    @property
    def nom(self):
        return self.name


class ClosedVocabulary(_TaggableManager):
    """Ties existing levers to a sheet, and never creates one from a typed word."""

    def _to_tag_model_instances(self, tags, tag_kwargs):
        unknown = [tag for tag in tags if not isinstance(tag, Levier)]
        if unknown:
            raise TypeError(f"Levers are chosen from the vocabulary, not typed: {unknown!r}")
        return super()._to_tag_model_instances(tags, tag_kwargs)


class FicheLevier(NaturalKeyed, ItemBase):
    """A sheet uses a lever."""

    natural_key_fields = ("content_object__slug", "tag__slug")

    content_object = models.ForeignKey(
        "fiches.Fiche", models.CASCADE, related_name="fiche_leviers", verbose_name="fiche"
    )
    tag = models.ForeignKey(Levier, models.PROTECT, related_name="fiche_leviers", verbose_name="levier")

    class Meta:
        verbose_name = "levier de la fiche"
        verbose_name_plural = "leviers de la fiche"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="fiche_levier_unique")]

    def __str__(self):
        return str(self.tag)


def leviers_manager():
    """The `leviers` attribute of a sheet."""
    return TaggableManager(
        through=FicheLevier, manager=ClosedVocabulary, blank=True, verbose_name="leviers", help_text=""
    )


class MomentQuerySet(NaturalKeyQuerySet):
    def with_start(self):
        """Loads `commencer_par`, or None in its place when that sheet may not be read."""
        from .fiche import Fiche

        return self.prefetch_related(models.Prefetch("commencer_par", queryset=Fiche.objects.published()))


class Moment(NaturalKeyed):
    """Where a partnership stands, from before the first contact to the yearly review."""

    slug = models.SlugField(unique=True)
    nom = models.CharField(max_length=40, unique=True)
    situation = models.CharField(
        max_length=80, help_text="Ce que se dit quelqu’un qui en est là : « On écrit le projet à deux. »"
    )
    commencer_par = models.ForeignKey(
        "fiches.Fiche",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="La fiche que l’accueil propose à qui en est là.",
    )
    ordre = models.PositiveSmallIntegerField(default=0)

    objects = MomentQuerySet.as_manager()

    class Meta:
        verbose_name = "moment"
        verbose_name_plural = "moments du partenariat"
        ordering = ["ordre", "pk"]

    def __str__(self):
        return self.nom


class Cote(models.TextChoices):
    """The two sides that the site joins."""

    CENTRE = "centre", "centre social"
    ECOLE = "ecole", "école"


class Porte(Addressed):
    """A door of the home page: a choice of sheets for those who come from one side."""

    cote = models.CharField("côté", max_length=8, choices=Cote, unique=True)
    nom = models.CharField(max_length=60, help_text="La suite de « Je suis » : d’un centre social, d’une école.")
    chapeau = models.TextField(help_text="Deux phrases : ce que cette personne vient chercher, et par où commencer.")
    fiches = models.ManyToManyField("fiches.Fiche", through="fiches.PortePlace", related_name="portes")

    class Meta:
        verbose_name = "porte d’entrée"
        verbose_name_plural = "portes d’entrée"
        ordering = ["cote"]
        constraints = checked("porte", cote=Cote)

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("fiches:porte", args=[self.slug])


class PortePlace(NaturalKeyed):
    """The place of a sheet behind a door."""

    natural_key_fields = ("porte__slug", "fiche__slug")

    porte = models.ForeignKey(Porte, models.CASCADE, related_name="places")
    fiche = models.ForeignKey("fiches.Fiche", models.CASCADE, related_name="places")
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "fiche proposée"
        verbose_name_plural = "fiches proposées"
        ordering = ["porte", "ordre", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["porte", "fiche"],
                name="porte_fiche_unique",
                violation_error_message="Cette fiche est déjà derrière cette porte.",
            )
        ]

    def __str__(self):
        return str(self.fiche)
