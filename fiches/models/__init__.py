"""The sheets, what proves them, and what surrounds them."""

from .analyses import Analyse
from .around import DitePar, Phrase, Ressource, Synonyme, SynonymeGenre, TempsFort
from .demarches import Decideur, Degre, Demarche, PouvoirDemarche
from .digest import Recapitulatif
from .evidence import Atelier, Citation, Extrait, Nature, Portee, Position, Sort, Voix
from .fiche import Fiche
from .imports import Destin, Import, Passage
from .links import EtatLien, LienVerifie
from .parts import Etape, Gain, Intervention, Lien, Voisinage
from .publication import Missing, Statut
from .questions import Question, QuestionJour, Suite, record_unanswered
from .skeleton import Effort, Genre, Horizon, Partie, Pouvoir, Section
from .solidite import Evidence, Solidite
from .themes import Categorie, Cote, FicheLevier, Levier, Moment, Porte, PortePlace, Theme, ThemePage

__all__ = [
    "Analyse",
    "Atelier",
    "Categorie",
    "Citation",
    "Cote",
    "Decideur",
    "Degre",
    "Demarche",
    "Destin",
    "DitePar",
    "Effort",
    "Etape",
    "EtatLien",
    "Evidence",
    "Extrait",
    "Fiche",
    "FicheLevier",
    "Gain",
    "Genre",
    "Horizon",
    "Import",
    "Intervention",
    "Levier",
    "Lien",
    "LienVerifie",
    "Missing",
    "Moment",
    "Nature",
    "Partie",
    "Passage",
    "Phrase",
    "Porte",
    "PortePlace",
    "Portee",
    "Position",
    "Pouvoir",
    "PouvoirDemarche",
    "Question",
    "QuestionJour",
    "Recapitulatif",
    "Ressource",
    "Section",
    "Solidite",
    "Sort",
    "Statut",
    "Suite",
    "Synonyme",
    "SynonymeGenre",
    "TempsFort",
    "Theme",
    "ThemePage",
    "Voisinage",
    "Voix",
    "record_unanswered",
]
