"""Which owners were written to, and when: nobody gets the same week twice."""

from django.conf import settings
from django.db import models


class Recapitulatif(models.Model):
    """The weekly letter of one owner was sent, or is being sent. Holds nothing of what it said."""

    destinataire = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    semaine = models.DateField(help_text="Le lundi de la semaine.")

    class Meta:
        verbose_name = "récapitulatif envoyé"
        verbose_name_plural = "récapitulatifs envoyés"
        ordering = ["-semaine", "pk"]
        constraints = [models.UniqueConstraint(fields=["destinataire", "semaine"], name="recapitulatif_unique")]

    def __str__(self):
        return f"semaine du {self.semaine:%d/%m/%Y}"
