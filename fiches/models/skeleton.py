"""The fixed skeleton of a sheet: its genres, its named sections, and the words its parts are chosen from."""

from django.db import models


class Genre(models.TextChoices):
    PRATIQUE = "pratique", "fiche pratique"
    PIEGE = "piege", "piège"
    PROJET = "projet", "projet raconté"


class Section(models.TextChoices):
    """The sections that words may support, named as the fields and parts of a sheet."""

    SIGNAUX = "signaux", "les signes"
    POURQUOI = "pourquoi", "pourquoi"
    ETAPES = "etapes", "le chemin"
    MARCHE_SI = "marche_si", "marche si"
    NE_MARCHE_PAS_SI = "ne_marche_pas_si", "ne marche pas si"
    ROLE_DU_CENTRE = "role_du_centre", "le rôle du centre"
    VIGILANCE = "vigilance", "points de vigilance"
    REPERES = "reperes", "à quoi l’on voit que ça prend"
    QUESTIONS = "questions", "les questions à poser"
    EXEMPLE = "exemple", "un exemple"
    RESULTATS = "resultats", "ce que cela a changé"
    GAINS = "gains", "ce que chacun y gagne"


class Horizon(models.TextChoices):
    """When a step is for. The further, the less firm."""

    LUNDI = "des-lundi", "Dès lundi"
    TRIMESTRE = "ce-trimestre", "Ce trimestre"
    DUREE = "dans-la-duree", "Dans la durée"


class Pouvoir(models.TextChoices):
    """What an actor may do about a sheet or an act."""

    DECIDE = "decide", "décide"
    AVIS = "avis", "donne son avis"
    INFORME = "informe", "est informé"
    AGIT = "agit", "agit"


class Partie(models.TextChoices):
    """Who gains something, and makes an effort for it."""

    ECOLE = "ecole", "École"
    CENTRE = "centre-social", "Centre social"
    PARENTS = "parents", "Parents"
    ENFANTS = "enfants", "Enfants"
    QUARTIER = "quartier", "Quartier"


class Effort(models.TextChoices):
    FAIBLE = "faible", "faible"
    MOYEN = "moyen", "moyen"
    ELEVE = "eleve", "élevé"

    @property
    def level(self):
        """1, 2 or 3."""
        return list(Effort).index(self) + 1
