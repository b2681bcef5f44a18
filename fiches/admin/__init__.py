"""The curators' workplace: sheets, what proves them, how they are filed, and what surrounds them."""

from . import around, evidence, fiche, glossary, links, questions, themes

__all__ = ["around", "evidence", "fiche", "glossary", "links", "questions", "themes"]
