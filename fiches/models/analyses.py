"""What search makes of a sheet, kept so that a process that starts need not make it again. Derived: never content."""

from django.db import models


class Analyse(models.Model):
    """One analysed sheet (`fiches/search/analyses.py`). Gone as soon as the sheet changes; may be lost at any time.

    Not a foreign key: nothing here may hold back or slow down what curators do.
    """

    fiche = models.BigIntegerField(primary_key=True)
    marque = models.CharField(max_length=16)  # the sheet's, when it was analysed
    empreinte = models.CharField(max_length=32)  # of what else the analysis depends on
    textes = models.BinaryField()  # for the engine, compressed
    mots = models.BinaryField()  # the same; 5 kB for both

    class Meta:
        verbose_name = "analyse"
        ordering = ["fiche"]

    def __str__(self):
        return f"analyse de la fiche {self.fiche}"
