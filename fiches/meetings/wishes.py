"""What one asks of a meeting pack, read from the address and bounded."""

from dataclasses import dataclass, field, fields, replace
from http import HTTPStatus

from django.db import models
from django.http import QueryDict
from django.urls import reverse

from acteurs.models import Acteur, Niveau
from fiches.models import Levier, Moment, Theme, ThemePage

MINUTES = (15, 30, 60)
MEETING_PAGES = (ThemePage.FICHES, ThemePage.PROJETS)  # themes one may meet about


class Pour(models.TextChoices):
    """The two renderings of a pack."""

    GARDER = "garder", "à garder"
    EMPORTER = "emporter", "à emporter"


@dataclass(frozen=True)
class Wishes:
    """Who is met, where the relation stands, and why. The fields stand in the order of the address."""

    acteur: Acteur
    moment: Moment
    theme: Theme | None = None
    levier: Levier | None = None
    niveau: Niveau | None = None
    minutes: int | None = None
    pour: Pour = Pour.GARDER

    def query_string(self, **changes):
        """The one query string of these wishes, some of them changed; None leaves one out."""
        query = QueryDict(mutable=True)
        asked = replace(self, **changes)
        for one in fields(asked):
            value = getattr(asked, one.name)
            if value is not None and value != Pour.GARDER:
                query[one.name] = getattr(value, "slug", value)
        return query.urlencode()

    def address(self, **changes):
        return f"{reverse('fiches:preparer')}?{self.query_string(**changes)}"


class Choices:
    """All that may be asked, for the form: six queries."""

    def __init__(self):
        self.acteurs = list(Acteur.objects.select_related("famille").order_by("famille__ordre", "nom", "pk"))
        self.moments = list(Moment.objects.all())
        self.themes = list(Theme.objects.filter(page__in=MEETING_PAGES))
        self.leviers = list(Levier.objects.select_related("categorie"))
        self.niveaux = list(Niveau.objects.all())

    def of(self, name):
        return getattr(self, {"acteur": "acteurs", "niveau": "niveaux"}.get(name, f"{name}s"))

    def find(self, name, slug):
        """The row that `slug` names, now or formerly; None if there is none."""
        rows = self.of(name)
        found = next((row for row in rows if row.slug == slug), None)
        model = ADDRESSED.get(name)
        if found is None and model is not None and 0 < len(slug) <= 80 and "\x00" not in slug:
            former = model.objects.filter(pk__in=[row.pk for row in rows])
            try:
                return next((row for row in rows if row == former.find(slug)), None)
            except model.DoesNotExist:
                return None
        return found


ADDRESSED = {"acteur": Acteur, "theme": Theme, "levier": Levier}
UNKNOWN = {
    "acteur": "La personne demandée n’est pas dans la liste : elle a pu changer d’adresse. Choisissez-la ci-dessous.",
    "moment": "Ce moment n’existe pas. Dites ci-dessous où en est la relation.",
    "theme": "Ce thème n’existe pas, ou n’a pas de fiche à emporter. Choisissez-en un autre, ou aucun.",
    "levier": "Ce levier n’existe pas. Choisissez-en un autre, ou aucun.",
    "niveau": "Ce niveau n’existe pas. Choisissez-en un autre, ou aucun.",
    "minutes": "La durée se choisit parmi quinze minutes, une demi-heure et une heure.",
    "pour": "Il y a deux dossiers : celui que l’on garde et celui que l’on emporte.",
}


@dataclass
class Asked:
    """What the address says: `found` (name → value understood), `refusals` (messages in French, in order)."""

    found: dict = field(default_factory=dict)
    refusals: list = field(default_factory=list)
    status: HTTPStatus = HTTPStatus.OK

    @property
    def is_empty(self):
        return not self.found and not self.refusals

    @property
    def wishes(self):
        """The `Wishes`, or None while one of the two necessary answers is missing or something is refused."""
        if self.refusals or "acteur" not in self.found or "moment" not in self.found:
            return None
        return Wishes(**self.found)


def _minutes(text):
    return int(text) if text in map(str, MINUTES) else None


def _pour(text):
    return Pour(text) if text in Pour.values else None


def read(query, choices):
    """What a QueryDict asks (`Asked`). Of a repeated key the last value counts; an empty value asks nothing.

    What is named and does not exist is a 404, a wrong duration or rendering a 400: the form stays, with the reason.
    """
    asked = Asked()
    for one in fields(Wishes):
        text = query.get(one.name, "").strip()
        if not text:
            continue
        plain = {"minutes": _minutes, "pour": _pour}.get(one.name)
        value = plain(text) if plain else choices.find(one.name, text)
        if value is not None:
            asked.found[one.name] = value
            continue
        asked.refusals.append(UNKNOWN[one.name])
        if asked.status != HTTPStatus.NOT_FOUND:
            asked.status = HTTPStatus.BAD_REQUEST if plain else HTTPStatus.NOT_FOUND
    return asked
