"""What is known of the addresses that our texts and resources lead to.

Not content: checking a link must neither move the content's stamp nor wait behind those who edit.
"""

from django.db import models
from django.utils import timezone

from acteurs.bases import checked

STRIKES = 3  # distinct days on which a link failed, one after the other, before it is said dead
MAX_URL = 2000  # characters, all ASCII: what an index of PostgreSQL can hold


class EtatLien(models.TextChoices):
    REPOND = "repond", "répond"
    REFUSE = "refuse", "refuse les robots : à ouvrir soi-même"
    PANNE = "panne", "en panne, à revérifier"
    MORT = "mort", "mort"


class LienQuerySet(models.QuerySet):
    def dead(self):
        return self.filter(etat=EtatLien.MORT)


class LienVerifie(models.Model):
    """One address, and how it answered the last times. `url` is as a browser sends it: percent-encoded."""

    url = models.CharField("adresse", max_length=MAX_URL, unique=True)
    etat = models.CharField("état", max_length=8, choices=EtatLien)
    code = models.PositiveSmallIntegerField("code de la réponse", null=True, blank=True)
    motif = models.CharField("ce qui s’est passé", max_length=200, blank=True)
    mene_a = models.CharField("mène désormais à", max_length=MAX_URL, blank=True)
    checked_at = models.DateTimeField("dernière vérification", null=True, blank=True)
    premier_echec = models.DateField("premier échec", null=True, blank=True)
    dernier_echec = models.DateField("dernier échec", null=True, blank=True)
    echecs = models.PositiveSmallIntegerField("jours d’échec à la suite", default=0)

    objects = LienQuerySet.as_manager()

    class Meta:
        verbose_name = "lien vérifié"
        verbose_name_plural = "liens vérifiés"
        ordering = ["url", "pk"]
        constraints = checked("lien_verifie", etat=EtatLien)

    def __str__(self):
        return self.url

    def record(self, answer, at=None, *, save=True):
        """Take note of one check. `answer`: see `fiches.links.fetching.Answer`. `at`: aware, now if None.

        A failure counts once a day, in Paris; an answer, even one that turns robots away, forgets them all.
        """
        self.checked_at = at or timezone.now()
        self.code, self.motif, self.mene_a = answer.code, answer.motif[:200], answer.moved_to[:MAX_URL]
        if answer.failed:
            self._strike(timezone.localdate(self.checked_at))
        else:
            self.etat = EtatLien.REFUSE if answer.refused else EtatLien.REPOND
            self.premier_echec = self.dernier_echec = None
            self.echecs = 0
        if save:
            self.save()

    def _strike(self, day):
        if self.dernier_echec != day:
            self.echecs += 1
        self.premier_echec = self.premier_echec or day
        self.dernier_echec = day
        self.etat = EtatLien.MORT if self.echecs >= STRIKES else EtatLien.PANNE
