"""Who did what that matters: published, withdrew, deleted, gave rights, came in, took data out. Nothing about readers.

A line is written in the transaction of the deed it tells, so there is no deed without its line, nor a line without its
deed. It is never changed. It goes after `JOURNAL_MONTHS`, or loses its names when the account is erased.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

from .stamp import edition

COMMAND = "une commande"  # the name of who acts without an account
_MONTH = timedelta(days=30.5)


class Geste(models.TextChoices):
    PUBLIE = "publie", "publié"
    REFUSE = "refuse", "rendu à son auteur"
    ARCHIVE = "archive", "archivé"
    RETABLI = "retabli", "version rétablie"
    SUPPRIME = "supprime", "supprimé"
    FUSIONNE = "fusionne", "fusionné"
    TELECHARGE = "telecharge", "téléchargé"
    COMPTE = "compte", "compte ou groupe créé"
    DROITS = "droits", "droits changés"
    MOT_DE_PASSE = "mot-de-passe", "mot de passe changé"
    TELEPHONE = "telephone", "code de téléphone installé"
    REMIS_A_ZERO = "remis-a-zero", "code de téléphone remis à zéro"
    SECOURS = "secours", "codes de secours refaits"
    ENTRE = "entre", "connexion"


class Immutable(TypeError):
    """A line of the journal was about to be changed or taken away."""


class TraceQuerySet(models.QuerySet):
    def update(self, **fields):
        raise Immutable("Lines of the journal are not changed.")

    def delete(self):
        raise Immutable("Lines of the journal are not deleted: see `purge` and `forget`.")


class Trace(models.Model):
    """One line of the journal."""

    quand = models.DateTimeField("quand", default=timezone.now, db_index=True)
    compte = models.ForeignKey("auth.User", models.SET_NULL, null=True, related_name="+")
    nom = models.CharField("qui", max_length=150, blank=True)  # of the account on that day; empty once it is erased
    geste = models.CharField("geste", max_length=12, choices=Geste)
    modele = models.CharField("genre", max_length=60)  # « fiches.fiche »
    objet_id = models.CharField("numéro", max_length=40)
    objet = models.CharField("sur quoi", max_length=200)  # what it was called on that day
    precision = models.CharField("précision", max_length=400, blank=True)

    objects = TraceQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        ordering = ["-quand", "-pk"]
        default_permissions = ()  # who manages the accounts reads it, and nobody writes in it

    def __str__(self):
        return f"{self.objet} : {self.get_geste_display()}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Immutable("A line of the journal is not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Immutable("A line of the journal is not deleted: see `purge` and `forget`.")


def record(geste, about, *, by=None, precision=""):
    """Write that `by` did `geste` to the row `about`, which has its key still.

    Without `by`, it is the account that writes content now (`editing()`), or else a command.
    """
    if by is None and (door := edition()):
        by = door.by
    Trace.objects.create(
        compte_id=by.pk if by else None,
        nom=by.get_username() if by else COMMAND,
        geste=geste,
        modele=about._meta.label_lower,
        objet_id=str(about.pk),
        objet=_label(about)[:200],
        precision=precision[:400],
    )


def _label(row):
    """What `row` is called. By its number alone where the rest was said by readers, or may name a person."""
    return _number(row) if getattr(row, "told_by_number", False) else str(row)


def _number(row):
    return f"{capfirst(row._meta.verbose_name)} n° {row.pk}"


def forget(account):
    """Take the name of `account` out of the journal. Its lines stay, of its deeds and of what was done to it."""
    lines = Trace._base_manager
    lines.filter(compte=account).update(nom="")
    lines.filter(modele=account._meta.label_lower, objet_id=str(account.pk)).update(objet=_number(account))


def purge(*, apply):
    """How many lines are older than `JOURNAL_MONTHS`; taken away if `apply`."""
    old = Trace._base_manager.filter(quand__lt=timezone.now() - settings.JOURNAL_MONTHS * _MONTH)
    return old.delete()[0] if apply else old.count()
