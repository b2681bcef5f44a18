"""A workshop report between its reading and its excerpts: what a curator reviews, passage by passage.

Not content: nothing here is ever public, so nothing here moves the content's stamp.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models, transaction
from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from acteurs.bases import checked

from .evidence import Atelier, Extrait, Nature, Voix

KEPT = timedelta(days=30)  # how long a file and its passages outlive the writing of their excerpts


class PrivateStorage(FileSystemStorage):
    """A folder that no address leads to, and that only the site's own account may read."""

    def __init__(self):
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self):
        return Path(settings.MEDIA_ROOT) / "imports"

    @property
    def location(self):
        return os.path.abspath(self.base_location)

    def url(self, name):
        raise ValueError("An imported report has no URL: it is sent by a view that checks who asks.")


private_storage = PrivateStorage()


def random_name(instance, filename):
    """The name that a person gave to a file may hold a person's: it is kept in a column, which is emptied."""
    return secrets.token_hex(16)


class Destin(models.TextChoices):
    """What becomes of a passage. Every character of a report is in a passage, and each passage has one fate."""

    SEGMENT = "segment", "extrait à écrire"
    INTERTITRE = "intertitre", "intertitre"
    IGNORE = "ignore", "laissé de côté"
    CONNU = "connu", "déjà dans l’atelier"
    DISPARU = "disparu", "disparu de la nouvelle version"  # an excerpt of the former version: no character of this one


class Import(models.Model):
    """One file received, and its review. Written, it leads to its workshop; its words are gone 30 days later."""

    nom = models.CharField("nom du fichier", max_length=255)
    sha256 = models.CharField("empreinte du fichier", max_length=64, unique=True)
    fichier = models.FileField(storage=PrivateStorage, upload_to=random_name, blank=True)
    est_document = models.BooleanField(default=False)  # its lines are paragraphs
    titre = models.CharField(max_length=160, blank=True)  # the report's own
    par = models.ForeignKey("auth.User", models.SET_NULL, null=True, related_name="+")
    recu_le = models.DateTimeField("reçu le", default=timezone.now)
    total = models.PositiveIntegerField("caractères du compte rendu")  # white space not counted
    non_lu = models.PositiveIntegerField("caractères hors d’atteinte", default=0)  # text boxes of a document
    bilan = models.JSONField(default=dict)  # the account, once written: {fate: [passages, characters]}
    masques = models.PositiveIntegerField("passages masqués", default=0)
    version = models.PositiveIntegerField(default=0)  # raised by every gesture of the review
    # Said from the start when the file corrects a report already imported, else once its excerpts are written.
    atelier = models.ForeignKey(Atelier, models.CASCADE, null=True, related_name="imports")
    ecrit_le = models.DateTimeField("écrit le", null=True)

    told_by_number = True  # in the journal

    class Meta:
        verbose_name = "import de compte rendu"
        verbose_name_plural = "imports de comptes rendus"
        ordering = ["-recu_le", "-pk"]
        default_permissions = ()  # who may add a workshop may import its report

    def __str__(self):
        return self.nom

    @property
    def is_correction(self):
        """Whether it corrects the report of a workshop that exists."""
        return self.atelier_id is not None and self.ecrit_le is None

    @property
    def erased_on(self):
        """The day when its file and its passages go; None while its excerpts are not written."""
        return self.ecrit_le and timezone.localdate(self.ecrit_le + KEPT)

    @property
    def is_kept(self):
        """Whether its file may still be read: the rule holds whether or not the purge has run."""
        return bool(self.fichier) and (self.ecrit_le is None or timezone.now() < self.ecrit_le + KEPT)

    def account(self):
        """{fate: [passages, characters]}, then it balances with `total`. One query; none once it is written."""
        if self.bilan:
            return self.bilan
        rows = self.passages.order_by().values("destin").annotate(n=Count("pk"), ink=Sum("encre"))
        return {row["destin"]: [row["n"], row["ink"]] for row in rows}

    def erase(self):
        """Delete its file and its passages at once; what it counted stays."""
        self.bilan = self.account()
        storage, name = self.fichier.storage, self.fichier.name
        self.fichier, self.nom, self.titre = "", "compte rendu", ""
        with transaction.atomic():
            self.save(update_fields=["bilan", "fichier", "nom", "titre"])
            self.passages.all().delete()
        if name:
            storage.delete(name)


class PassageQuerySet(models.QuerySet):
    def unsettled(self):
        """Those that a person must look at before anything is written."""
        return self.exclude(a_regler="")

    def shift(self, after, by):
        """Make room behind the rank `after`."""
        return self.filter(ordre__gt=after).update(ordre=F("ordre") + by)

    def last_rank(self):
        return self.aggregate(last=Max("ordre"))["last"] or 0


class Passage(models.Model):
    """A piece of a report, its fate, and what is to be said of it before it becomes an excerpt.

    `encre`: how many characters of the report it answers for, white space left out. It never changes but by a cut or
    a merge, which keep the sum; the words of a masked name are still counted.
    """

    source = models.ForeignKey(Import, models.CASCADE, related_name="passages")
    ordre = models.PositiveIntegerField()
    destin = models.CharField(max_length=12, choices=Destin)
    texte = models.TextField(blank=True)
    encre = models.PositiveIntegerField()
    lignes = models.JSONField(default=list)  # numbers of lines of the report
    theme = models.PositiveSmallIntegerField(null=True)  # a number, which the base may not have
    voix = models.CharField(max_length=20, choices=Voix, blank=True)
    nature = models.CharField(max_length=12, choices=Nature, default=Nature.IDEE)
    sous = models.CharField(max_length=250, blank=True)  # the headings it stands under
    dit = models.CharField(max_length=12, blank=True)  # of a heading: what it tells (`Heading.told`)
    motif = models.CharField(max_length=200, blank=True)  # why it is left out
    alertes = models.JSONField(default=list)  # [[code, the words in question], …], those not settled yet
    a_regler = models.CharField(max_length=200, default="", blank=True)  # their codes between blanks, to filter on
    ancien = models.ForeignKey(Extrait, models.SET_NULL, null=True, related_name="+")  # the excerpt it compares with
    remplace = models.BooleanField(default=False)  # writing will set `ancien` aside

    objects = PassageQuerySet.as_manager()

    class Meta:
        ordering = ["ordre", "pk"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["source", "ordre"], name="passage_ordre"),
            models.Index(fields=["source", "destin", "theme", "voix"], name="passage_range"),
        ]
        constraints = [
            *checked("passage", destin=Destin, nature=Nature),
            models.CheckConstraint(condition=Q(voix="") | Q(voix__in=Voix.values), name="passage_voix_connue"),
            models.CheckConstraint(
                condition=~Q(destin=Destin.IGNORE) | ~Q(motif=""), name="passage_laisse_de_cote_motive"
            ),
        ]

    def __str__(self):
        return f"{self.ordre} : {self.get_destin_display()}"

    @property
    def mark(self):
        """The mark of its voice; "" without one."""
        return Voix(self.voix).mark if self.voix else ""

    def set_alerts(self, alerts):
        """Keep these alerts, and none other. The caller saves."""
        self.alertes = [list(alert) for alert in alerts]
        self.a_regler = "".join(f" {code} " for code in dict.fromkeys(code for code, _ in self.alertes))

    def drop_alerts(self, *codes):
        """Settle the alerts of these codes; all of them without any. The caller saves."""
        self.set_alerts([alert for alert in self.alertes if codes and alert[0] not in codes])
