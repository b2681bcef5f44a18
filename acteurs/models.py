"""Who and with what: families and kinds of actors, schemes, the words of both sides, contacts nearby."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from .bases import Addressed, AddressedQuerySet, Content, NaturalKeyed
from .journal import Trace as Trace
from .throttle import Essai as Essai

ONE_A_LINE = "Un par ligne."


class Etat(models.Model):
    """The content's stamp, one row (see `stamp.py`). Not content itself."""

    version = models.PositiveBigIntegerField(default=0)
    token = models.CharField(max_length=16, default="")
    lexique = models.CharField(max_length=16, default="")
    fiches = models.CharField(max_length=16, default="")

    class Meta:
        verbose_name = "état du contenu"
        verbose_name_plural = "état du contenu"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="etat_une_ligne")]

    def __str__(self):
        return f"version {self.version}"


class Presence(models.Model):
    """An account has the form of an object open (see `presence.py`). Not content; rows live two minutes."""

    compte = models.ForeignKey("auth.User", models.CASCADE, related_name="+")
    modele = models.CharField(max_length=60)
    objet_id = models.CharField(max_length=20)
    vu_a = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "présence"
        constraints = [models.UniqueConstraint(fields=["modele", "objet_id", "compte"], name="presence_unique")]

    def __str__(self):
        return f"{self.modele} {self.objet_id}"


class AncienneAdresse(Content):
    """A slug that once led to an object, and still does."""

    modele = models.CharField("genre de page", max_length=60)
    slug = models.SlugField("ancienne adresse", max_length=80)
    objet_id = models.BigIntegerField("objet")

    class Meta:
        verbose_name = "ancienne adresse"
        verbose_name_plural = "anciennes adresses"
        constraints = [models.UniqueConstraint(fields=["modele", "slug"], name="ancienne_adresse_unique")]

    def __str__(self):
        return self.slug


class Vocabulary(Content):
    """Other words that lead to an object when someone searches. Never displayed."""

    synonymes = models.TextField(
        blank=True,
        help_text=f"Ce que l’on tape pour dire exactement cela. {ONE_A_LINE} Jamais affiché.",
    )
    proches = models.TextField(
        "mots proches",
        blank=True,
        help_text=f"Ce que l’on tape et qui doit aussi mener ici. {ONE_A_LINE} Jamais affiché.",
    )

    class Meta:
        abstract = True


class Niveau(NaturalKeyed):
    """A school level, from nursery school to lycée."""

    slug = models.SlugField(unique=True)
    nom = models.CharField(max_length=40, unique=True)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "niveau scolaire"
        verbose_name_plural = "niveaux scolaires"
        ordering = ["ordre", "pk"]

    def __str__(self):
        return self.nom


class Famille(NaturalKeyed):
    """A family of actors: those who share a house or a duty."""

    slug = models.SlugField(unique=True)
    nom = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "famille d’acteurs"
        verbose_name_plural = "familles d’acteurs"
        ordering = ["ordre", "pk"]

    def __str__(self):
        return self.nom


class Acteur(Addressed, Vocabulary):
    """A kind of actor (a head teacher, the Caf), never a person."""

    nom = models.CharField(max_length=120, unique=True)
    nom_court = models.CharField(
        max_length=30, blank=True, help_text="Pour les tableaux et les titres étroits. Vide : le nom entier."
    )
    sigle = models.CharField(max_length=20, blank=True)
    famille = models.ForeignKey(Famille, models.PROTECT, related_name="acteurs")
    description = models.TextField("ce qu’il est", help_text="Deux ou trois phrases, pour qui ne le connaît pas.")
    role_partenariat = models.TextField(
        "ce qu’il est pour un centre social",
        help_text="Quand et pourquoi le rencontrer. Une ou deux phrases.",
    )
    niveaux = models.ManyToManyField(Niveau, related_name="acteurs", blank=True)

    class Meta:
        verbose_name = "acteur"
        ordering = ["famille__ordre", "nom", "pk"]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("fiches:acteur", args=[self.slug])

    @property
    def court(self):
        return self.nom_court or self.nom


class Dispositif(Addressed, Vocabulary):
    """A scheme, a body or a framework to lean on: CLAS, REAAP, conseil d’école…"""

    sigle = models.CharField(max_length=20, blank=True)
    nom = models.CharField(max_length=120, unique=True)
    description = models.TextField()
    pilote = models.CharField("qui le pilote", max_length=200, blank=True)
    public = models.CharField("pour qui", max_length=200, blank=True)

    class Meta:
        verbose_name = "dispositif"
        ordering = ["nom", "pk"]

    def __str__(self):
        return f"{self.sigle}, {self.nom}" if self.sigle else self.nom

    def get_absolute_url(self):
        return reverse("fiches:dispositif", args=[self.slug])

    @property
    def nom_court(self):
        """The acronym when there is one: what people say."""
        return self.sigle or self.nom


class TermeQuerySet(AddressedQuerySet):
    def glossary(self):
        """Words with a definition."""
        return self.exclude(definition="")

    def two_voices(self):
        """Words that school and centre do not hear alike."""
        return self.exclude(malentendu="")


class Terme(Addressed, Vocabulary):
    """A word of the glossary, and for some a word that school and centre hear differently."""

    sigle = models.CharField("sigle ou abréviation", max_length=20, blank=True)
    mot = models.CharField("mot ou forme développée", max_length=120, unique=True)
    definition = models.TextField("définition", blank=True)
    vu_de_l_ecole = models.TextField("vu de l’école", blank=True)
    vu_du_centre = models.TextField("vu du centre", blank=True)
    malentendu = models.TextField(blank=True)
    a_dire = models.TextField("à dire", blank=True)
    a_eviter = models.TextField("à éviter", blank=True)
    a_confirmer = models.TextField(
        "à faire confirmer", blank=True, help_text="Note pour les curateurs. Jamais affichée."
    )

    objects = TermeQuerySet.as_manager()

    class Meta:
        verbose_name = "terme"
        ordering = ["mot", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(definition="") | ~Q(malentendu=""),
                name="terme_defini",
                violation_error_message="Donnez une définition, ou les deux sens et le malentendu.",
            ),
        ]

    def __str__(self):
        return self.sigle or self.mot

    def get_absolute_url(self):
        return f"{reverse('fiches:glossaire')}#{self.slug}"


class ContactQuerySet(models.QuerySet):
    def published(self):
        """Contacts that anyone may see: agreed to, and not expired. The day ends at midnight in Paris."""
        today = timezone.localdate()
        return self.filter(consented_on__lte=today, expires_on__gte=today)


class Contact(Content):
    """A real structure or function nearby. A person's name is kept only with a dated consent."""

    structure = models.CharField(max_length=160)
    fonction = models.CharField(max_length=160, blank=True)
    acteur = models.ForeignKey(
        Acteur, models.PROTECT, related_name="contacts", null=True, blank=True, verbose_name="genre d’acteur"
    )
    commune = models.CharField(max_length=80)
    courriel = models.EmailField("courriel public", blank=True)
    telephone = models.CharField("téléphone public", max_length=30, blank=True)
    personne = models.CharField(
        "nom de la personne",
        max_length=120,
        blank=True,
        help_text="Seulement avec son accord, daté ci-dessous. Une fonction suffit presque toujours.",
    )
    consented_on = models.DateField(
        "accord donné le",
        null=True,
        blank=True,
        help_text="Sans accord daté, le contact reste invisible du public.",
    )
    verified_on = models.DateField("vérifié le", null=True, blank=True)
    expires_on = models.DateField(
        "expire le",
        null=True,
        blank=True,
        help_text="Dernier jour d’affichage ; ensuite le contact disparaît seul.",
    )

    told_by_number = True  # in the journal

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = "contact"
        ordering = ["commune", "structure", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(personne="") | Q(consented_on__isnull=False),
                name="contact_personne_consent",
                violation_error_message="Un nom de personne demande un accord daté.",
            ),
            models.CheckConstraint(
                # To a CHECK an unknown answer is a yes: the missing end is named.
                condition=Q(consented_on__isnull=True)
                | Q(expires_on__isnull=False, expires_on__gte=models.F("consented_on")),
                name="contact_accord_expire",
                violation_error_message="Un accord a une date de fin, postérieure à son début.",
            ),
        ]

    def __str__(self):
        return f"{self.structure}, {self.commune}"

    @property
    def is_published(self):
        """The same rule as `published()`, for one row in hand."""
        today = timezone.localdate()
        return bool(self.consented_on and self.expires_on and self.consented_on <= today <= self.expires_on)
