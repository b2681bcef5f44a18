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
from .publication import REFUS_MAX, Moves, Statut
from .skeleton import Genre
from .solidite import Evidence, solidite_case
from .themes import Moment, Theme, leviers_manager

ONE_IDEA_A_LINE = "Une idée par ligne."
EN_BREF_MAX = 280  # characters


class FicheQuerySet(DueQuerySet):
    def published(self):
        """Sheets that anyone may read. Every public page, feed, export and index starts here."""
        return self.filter(statut=Statut.PUBLIEE, published_at__lte=timezone.now())

    def withdrawn(self):
        """Archived sheets: their address answers 410."""
        return self.filter(statut=Statut.ARCHIVEE)

    def originals(self):
        """Sheets, less the next versions that are being written: for whatever counts or names sheets."""
        return self.filter(version_de=None)

    def seen_by(self, user):
        """Sheets that `user`, a staff member, may see: all for a reviewer, else the published ones and their own."""
        if user.has_perm("fiches.relire_fiche"):
            return self.all()
        return self.filter(Q(statut=Statut.PUBLIEE, published_at__lte=timezone.now()) | Q(proprietaire=user))

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
        from .demarches import Demarche
        from .parts import Intervention, Voisinage

        return self.select_related("theme").prefetch_related(
            Prefetch("citations", queryset=_citations(), to_attr="published_citations"),
            "etapes",
            "gains",
            "leviers",
            "moments",
            "niveaux",
            "dispositifs",
            Prefetch("interventions", queryset=Intervention.objects.select_related("acteur__famille")),
            Prefetch("demarches", queryset=Demarche.objects.only("slug", "acte")),
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


class Fiche(Moves, Reviewable, Addressed):
    """A practice, a trap or a told project. Prose is limited Markdown; lists are one idea a line.

    A row with `version_de` is the next version of another one, still being written: see `versions.py`.
    """

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
    refus = models.TextField("ce qui est à reprendre", max_length=REFUS_MAX, blank=True, editable=False)
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)
    reviewed_on = models.DateField("relue le", null=True, blank=True)
    a_revoir_le = models.DateField("à revoir le", null=True, blank=True)

    # Drawn again whenever the words or the links of the sheet change (`search/marks.py`). Random rather than a
    # count: after a rolled-back edit, a count would come back to a number already seen with other words.
    marque = models.CharField(max_length=16, default="", editable=False, serialize=False)

    version_de = models.OneToOneField(
        "self",
        models.CASCADE,
        related_name="prochaine",
        null=True,
        blank=True,
        editable=False,
        verbose_name="nouvelle version de",
    )
    # What the sheet online said when its next version was opened: what changed there since is not lost.
    base = models.JSONField(null=True, blank=True, editable=False)

    objects = FicheQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche"
        ordering = ["theme__numero", "pk"]
        permissions = [("relire_fiche", "Peut relire, publier, refuser et archiver les fiches")]
        indexes = [models.Index(fields=["statut", "published_at"], name="fiche_publiee")]
        constraints = [
            *checked("fiche", genre=Genre, statut=Statut),
            models.UniqueConstraint(
                fields=["titre"],
                condition=Q(version_de__isnull=True),
                name="fiche_titre_unique",
                violation_error_message="Une autre fiche a déjà ce titre.",
            ),
            models.CheckConstraint(
                condition=Q(version_de__isnull=True) | Q(statut__in=[Statut.BROUILLON, Statut.RELECTURE]),
                name="fiche_version_hors_ligne",
                violation_error_message="Une nouvelle version n’est jamais en ligne elle-même.",
            ),
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

    @cached_property
    def evidence(self):
        """What its published citations amount to (`Evidence`)."""
        return Evidence.of(self.published_citations)

    @cached_property
    def marks(self):
        """Its row of marks: [(mark, contradicts), …], centres first, then school, then post-its."""
        cited = sorted(self.published_citations, key=lambda c: Voix.values.index(c.extrait.voix))
        return [(c.extrait.mark, c.position == Position.CONTREDIT) for c in cited]
