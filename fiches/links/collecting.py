"""Every address of the web that our texts and resources lead to, and where each is written."""

import re
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Q

from acteurs.models import Acteur, Dispositif, Terme

from ..models import (
    Atelier,
    Citation,
    Demarche,
    Etape,
    Fiche,
    Intervention,
    Levier,
    Phrase,
    Ressource,
    Statut,
    TempsFort,
    Theme,
)
from ..models.links import MAX_URL
from .addresses import as_sent

# Model → the name of what its rows belong to, when they have no page of their own in the admin.
SOURCES = {
    Ressource: None,
    Fiche: None,
    Etape: "fiche",
    Intervention: "fiche",
    Citation: "fiche",
    Theme: None,
    Terme: None,
    Levier: None,
    Acteur: None,
    Dispositif: None,
    Phrase: None,
    Demarche: None,
    TempsFort: None,
    Atelier: None,
}
NEVER_SHOWN = {"formulations", "a_confirmer", "synonymes", "proches", "variantes", "sha256", "lignes", "marque"}

_URL = re.compile(r"https?://[^\s<>\"'«»“”`|\\^{}]+", re.I)
OPENING = {"(": ")", "[": "]"}
CLOSING = set(OPENING.values())


@dataclass(frozen=True)
class Place:
    """Where an address is written: a row that has its page in the admin."""

    model: str  # "fiches.fiche"
    pk: int
    name: str

    @property
    def kind(self):
        return apps.get_model(self.model)._meta.verbose_name


def urls_in(text):
    """The http(s) addresses in a text, bare or in Markdown, in order, as they are written.

    The sign that ends a sentence is not of the address, nor is a bracket that closes what was opened before it.
    """
    return [_own(match[0]) for match in _URL.finditer(text)]


def _own(url):
    """`url` up to the first bracket that it did not open, less the signs that end a sentence."""
    opened = []
    for n, sign in enumerate(url):
        if sign in OPENING:
            opened.append(OPENING[sign])
        elif sign in CLOSING and (not opened or opened.pop() != sign):
            url = url[:n]
            break
    return url.rstrip(".,;:!?…*_")


def collect():
    """{address as sent: [Place, …]}: one query a model. Archived sheets lead nobody anywhere: they are left out.

    What is no address at all, or is longer than `MAX_URL`, is left out too.
    """
    found = {}
    for model, owner in SOURCES.items():
        for row in _rows(model, owner):
            for url in _urls_of(row):
                place = _place(row, owner)
                places = found.setdefault(url, [])
                if place not in places:
                    places.append(place)
    return found


def _text_fields(model):
    wanted = (models.TextField, models.CharField)
    fields = [f for f in model._meta.concrete_fields if isinstance(f, wanted) and not isinstance(f, models.SlugField)]
    return [field.name for field in fields if not field.choices and field.name not in NEVER_SHOWN]


def _rows(model, owner):
    """The rows in which an address may stand, with what they belong to."""
    some = Q()
    for name in _text_fields(model):
        some |= Q(**{f"{name}__icontains": "http"})
    rows = model.objects.filter(some).order_by("pk")
    if owner or model is Fiche:
        rows = rows.exclude(**{f"{owner}__statut" if owner else "statut": Statut.ARCHIVEE})
    return rows.select_related(owner) if owner else rows


def _urls_of(row):
    for name in _text_fields(type(row)):
        for written in urls_in(getattr(row, name)):
            try:
                url = as_sent(written)
            except ValueError:
                continue
            if len(url) <= MAX_URL:
                yield url


def _place(row, owner):
    shown = getattr(row, owner) if owner else row
    return Place(shown._meta.label_lower, shown.pk, str(shown))
