"""The practice sheet: a fixed skeleton of short sections, and the one rule of who may read it."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from acteurs.bases import Addressed, checked
from acteurs.models import Dispositif, Niveau, Terme

from .evidence import Citation, Position, Voix
from .freshness import DueQuerySet, Reviewable
from .skeleton import Genre, Horizon
from .solidite import Evidence, solidite_case
from .themes import Moment, Theme, leviers_manager

ONE_IDEA_A_LINE = "Une idée par ligne."
EN_BREF_MAX = 280  # characters


class Statut(models.TextChoices):
    BROUILLON = "brouillon", "brouillon"
    RELECTURE = "en-relecture", "en relecture"
    PUBLIEE = "publiee", "publiée"
    ARCHIVEE = "archivee", "archivée"


class FicheQuerySet(DueQuerySet):
    def published(self):
        """Sheets that anyone may read. Every public page, feed, export and index starts here."""
        return self.filter(statut=Statut.PUBLIEE, published_at__lte=timezone.now())

    def withdrawn(self):
        """Archived sheets: their address answers 410."""
        return self.filter(statut=Statut.ARCHIVEE)

    def with_solidite(self):
        """Annotates `solidite_code`, a `Solidite` value, from the published citations."""
        return self.annotate(solidite_code=solidite_case())

    def for_cards(self):
        """Load all that a card shows: two queries, whatever the length of the list."""
        return (
            self.select_related("theme")
            .prefetch_related(Prefetch("citations", queryset=_citations(), to_attr="published_citations"))
            .defer(*Fiche.LONG_FIELDS)
        )

    def for_results(self):
        """Load what a card shows and where its best passage may be: five queries."""
        unread = ("formulations", "a_confirmer")
        cards = self.select_related("theme").defer(*unread)
        return cards.prefetch_related(
            Prefetch("citations", queryset=_citations(), to_attr="published_citations"), "etapes", "gains"
        )

    def for_page(self):
        """Load a whole sheet: a constant number of queries."""
        from .parts import Intervention, Voisinage

        return self.select_related("theme").prefetch_related(
            Prefetch("citations", queryset=_citations(), to_attr="published_citations"),
            "etapes",
            "gains",
            "leviers",
            "moments",
            "niveaux",
            "dispositifs",
            Prefetch("interventions", queryset=Intervention.objects.select_related("acteur")),
            Prefetch(
                "voisinages",
                queryset=Voisinage.objects.filter(vers__in=Fiche.objects.published())
                .select_related("vers__theme")
                .defer(*[f"vers__{name}" for name in Fiche.LONG_FIELDS]),
                to_attr="published_voisinages",
            ),
        )


def _citations():
    return Citation.objects.published().select_related("extrait__atelier").order_by("ordre", "pk")


class Fiche(Reviewable, Addressed):
    """A practice, a trap or a told project. Prose is limited Markdown; lists are one idea a line."""

    LONG_FIELDS = (
        "pourquoi",
        "marche_si",
        "ne_marche_pas_si",
        "role_du_centre",
        "vigilance",
        "reperes",
        "questions",
        "exemple",
        "signaux",
        "resultats",
        "formulations",
        "a_confirmer",
    )

    genre = models.CharField(max_length=8, choices=Genre, default=Genre.PRATIQUE)
    titre = models.CharField(
        max_length=120,
        unique=True,
        help_text="Un verbe à l’infinitif, 80 signes au plus : « Faire le premier pas ».",
    )
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="fiches", verbose_name="thème")
    resume = models.TextField("résumé", blank=True, help_text="Trois phrases : la situation, ce que l’on propose.")
    en_bref = models.CharField(
        "en bref",
        max_length=EN_BREF_MAX,
        blank=True,
        help_text=f"L’essentiel en deux phrases, {EN_BREF_MAX} signes au plus. Ce que retient qui ne lit que cela.",
    )
    pourquoi = models.TextField(
        blank=True, help_text="Deux courts paragraphes. Une ligne vide sépare les paragraphes."
    )
    marche_si = models.TextField("marche si", blank=True, help_text=ONE_IDEA_A_LINE)
    ne_marche_pas_si = models.TextField("ne marche pas si", blank=True, help_text=ONE_IDEA_A_LINE)
    role_du_centre = models.TextField(
        "le rôle du centre", blank=True, help_text="Ce que le centre fait, et ce qu’il ne fait pas."
    )
    temps = models.CharField(
        max_length=160, blank=True, help_text="Indicatif : « une heure, puis un point par mois »."
    )
    cout = models.CharField("coût", max_length=160, blank=True)
    materiel = models.CharField("matériel", max_length=160, blank=True)
    vigilance = models.TextField("points de vigilance", blank=True, help_text=ONE_IDEA_A_LINE)
    reperes = models.TextField(
        "repères de réussite", blank=True, help_text=f"À quoi l’on voit que ça prend. {ONE_IDEA_A_LINE}"
    )
    questions = models.TextField(
        "questions à poser", blank=True, help_text=f"Telles qu’on les dirait à voix haute. {ONE_IDEA_A_LINE}"
    )
    exemple = models.TextField(blank=True, help_text="Un fait, tiré d’un atelier, redit avec nos mots.")
    signaux = models.TextField(
        "signes avant-coureurs",
        blank=True,
        help_text=f"Pour un piège : « Vous y êtes si… ». {ONE_IDEA_A_LINE}",
    )
    resultats = models.TextField(
        "résultats", blank=True, help_text=f"Pour un projet : ce que cela a changé. {ONE_IDEA_A_LINE}"
    )
    formulations = models.TextField(
        blank=True,
        help_text="Ce que taperait ou dirait quelqu’un qui a ce besoin. Une par ligne. Sert à la recherche, "
        "jamais affiché.",
    )
    a_confirmer = models.TextField(
        "à faire confirmer", blank=True, help_text="Ce qu’un expert doit encore valider. Jamais affiché."
    )

    leviers = leviers_manager()
    moments = models.ManyToManyField(Moment, related_name="fiches", blank=True)
    niveaux = models.ManyToManyField(Niveau, related_name="fiches", blank=True)
    dispositifs = models.ManyToManyField(Dispositif, related_name="fiches", blank=True)
    termes = models.ManyToManyField(Terme, related_name="fiches", blank=True)

    statut = models.CharField(max_length=12, choices=Statut, default=Statut.BROUILLON, editable=False)
    proprietaire = models.ForeignKey(
        "auth.User",
        models.SET_NULL,
        related_name="fiches",
        null=True,
        blank=True,
        verbose_name="propriétaire",
        help_text="Qui veille sur cette fiche.",
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)
    reviewed_on = models.DateField("relue le", null=True, blank=True)
    a_revoir_le = models.DateField("à revoir le", null=True, blank=True)

    # Drawn again whenever the words or the links of the sheet change (`search/marks.py`). Random rather than a
    # count: after a rolled-back edit, a count would come back to a number already seen with other words.
    marque = models.CharField(max_length=16, default="", editable=False, serialize=False)

    objects = FicheQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche"
        ordering = ["theme__numero", "pk"]
        indexes = [models.Index(fields=["statut", "published_at"], name="fiche_publiee")]
        constraints = [
            *checked("fiche", genre=Genre, statut=Statut),
            models.CheckConstraint(
                condition=~Q(statut=Statut.PUBLIEE) | Q(published_at__isnull=False),
                name="fiche_publiee_datee",
                violation_error_message="Une fiche publiée a une date de publication.",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_on__isnull=True)
                | Q(a_revoir_le__isnull=True)
                | Q(a_revoir_le__gt=models.F("reviewed_on")),
                name="fiche_revue_avant",
                violation_error_message="La prochaine relecture vient après la dernière.",
            ),
        ]

    def __str__(self):
        return self.titre

    def get_absolute_url(self):
        return reverse("fiches:detail", args=[self.slug])

    def clean(self):
        super().clean()
        if self.reviewed_on and self.a_revoir_le and self.a_revoir_le <= self.reviewed_on:
            raise ValidationError({"a_revoir_le": "La prochaine relecture vient après la dernière."})

    @property
    def is_published(self):
        """The same rule as `published()`, for one row in hand."""
        return self.statut == Statut.PUBLIEE and self.published_at is not None and self.published_at <= timezone.now()

    @cached_property
    def published_citations(self):
        """Its citations whose words anyone may read. Free after `for_cards()` or `for_page()`, which set it."""
        return list(_citations().filter(fiche=self))

    @property
    def evidence(self):
        """What its published citations amount to (`Evidence`)."""
        return Evidence.of(self.published_citations)

    @property
    def marks(self):
        """Its row of marks: [(mark, contradicts), …], centres first, then school, then post-its."""
        cited = sorted(self.published_citations, key=lambda c: Voix.values.index(c.extrait.voix))
        return [(c.extrait.mark, c.position == Position.CONTREDIT) for c in cited]

    def missing_to_publish(self):
        """In French, each thing without which the sheet cannot go online. Empty when it is ready."""
        missing = [
            f"Remplissez « {self._meta.get_field(name).verbose_name} »."
            for name in ("resume", "en_bref", "pourquoi", "marche_si", "ne_marche_pas_si", "a_revoir_le")
            if not getattr(self, name)
        ]
        if self.a_revoir_le and self.a_revoir_le <= (self.reviewed_on or timezone.localdate()):
            missing.append("Le jour où la relire est déjà passé : choisissez-en un autre, « à revoir le ».")
        if self.genre == Genre.PIEGE and not self.signaux:
            missing.append("Un piège a besoin de ses signes avant-coureurs.")
        if self.genre == Genre.PROJET and not self.resultats:
            missing.append("Un projet a besoin de ses résultats.")
        if not self.pk or not self.etapes.filter(quand=Horizon.LUNDI).exists():
            missing.append("Ajoutez au moins une étape « Dès lundi ».")
        if not self.pk or not _citations().filter(fiche=self).exists():
            missing.append("Citez au moins un extrait public : une fiche sans preuve ne se publie pas.")
        return missing

    def submit(self):
        """Hand a draft over for review. Raises ValidationError if it is not a draft."""
        self._move(Statut.RELECTURE, allowed=[Statut.BROUILLON])

    def publish(self, *, by, at=None):
        """Put the sheet online from `at` (aware datetime; now if None).

        `by` becomes its owner if it has none. Raises ValidationError listing, in French, every missing
        piece at once: a curator mends a sheet in one pass.
        """
        allowed = [Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE]
        self._check_move(Statut.PUBLIEE, allowed)
        if missing := self.missing_to_publish():
            raise ValidationError(missing)
        self.proprietaire = self.proprietaire or by
        self.published_at = at or self.published_at or timezone.now()
        self.reviewed_on = self.reviewed_on or timezone.localdate()
        self._move(Statut.PUBLIEE, allowed=allowed)

    def archive(self):
        """Withdraw a published sheet: its address answers 410 from now on."""
        self._move(Statut.ARCHIVEE, allowed=[Statut.PUBLIEE])

    def back_to_draft(self):
        """Take a sheet back to work. One that was read online is archived instead."""
        self._move(Statut.BROUILLON, allowed=[Statut.RELECTURE])

    def _check_move(self, statut, allowed):
        if self.statut not in allowed:
            raise ValidationError(
                f"« {self} » est {self.get_statut_display()} : elle ne peut pas devenir {Statut(statut).label}."
            )

    def _move(self, statut, *, allowed):
        self._check_move(statut, allowed)
        self.statut = statut
        self.save()
