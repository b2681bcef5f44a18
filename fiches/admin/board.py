"""« Matière à exploiter »: what waits for a sheet, by theme, by voice and by workshop."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from acteurs.admin_base import ContentAdmin

from ..models import Atelier, Extrait, Sort, Theme, Voix

NONE = "aucun"  # in the address: no theme
_WAITING = Q(etat=Sort.RETENU, is_cited=False)
_COUNTS = {
    "total": Count("pk"),
    "cited": Count("pk", filter=Q(etat=Sort.RETENU, is_cited=True)),
    "aside": Count("pk", filter=Q(etat=Sort.ECARTE)),
}


@dataclass(frozen=True)
class Waiting:
    """What a list of waiting excerpts is narrowed down to. What the address says wrongly is dropped."""

    theme: str = ""
    voix: str = ""
    atelier: str = ""

    @classmethod
    def from_query(cls, query):
        theme, atelier = query.get("theme", ""), query.get("atelier", "")
        return cls(
            theme if theme == NONE or re.fullmatch("[0-9]{1,4}", theme) else "",
            query["voix"] if query.get("voix") in Voix.values else "",
            atelier if re.fullmatch("[0-9]{1,18}", atelier) else "",
        )

    def apply(self, extraits):
        if self.theme:
            extraits = extraits.filter(theme__numero=None if self.theme == NONE else int(self.theme))
        if self.voix:
            extraits = extraits.filter(voix=self.voix)
        return extraits.filter(atelier=int(self.atelier)) if self.atelier else extraits

    def said(self):
        """The narrowing in words, for the page: two queries at most."""
        parts = []
        if self.atelier:
            parts += [
                f"« {titre} »" for titre in Atelier.objects.filter(pk=self.atelier).values_list("titre", flat=True)
            ]
        if self.theme:
            theme = None if self.theme == NONE else Theme.objects.filter(numero=self.theme).first()
            parts.append(f"thème {theme}" if theme else "sans thème")
        if self.voix:
            parts.append(f"voix : {Voix(self.voix).label}")
        return ", ".join(parts)

    @property
    def query(self):
        return urlencode({name: value for name, value in vars(self).items() if value})


class Cell(NamedTuple):
    """How many excerpts wait, and where they are listed."""

    count: int
    url: str


class Row(NamedTuple):
    """One line of the board. `done`: share of the excerpts that have their fate, 0 to 100, rounded down."""

    label: str
    cells: list  # one per voice, then all of them
    total: int
    cited: int
    aside: int

    @property
    def waiting(self):
        return self.total - self.cited - self.aside

    @property
    def done(self):
        return 100 * (self.cited + self.aside) // self.total if self.total else 100


def _url(**narrowed):
    return f"{reverse('admin:fiches_extrait_relier')}?{Waiting(**narrowed).query}".rstrip("?")


def board():
    """(rows by theme, the row of all, rows by workshop), the workshop in which most waits first. Three queries."""
    counted = Extrait.objects.with_cited().order_by()
    by_theme = {}
    for row in counted.values("theme", "voix").annotate(**_COUNTS):
        by_theme.setdefault(row["theme"], {})[row["voix"]] = row
    themes = [(theme.pk, str(theme), str(theme.numero)) for theme in Theme.objects.order_by("numero")]
    rows = [
        _row(label, by_theme[pk], theme=number) for pk, label, number in [*themes, (None, "Sans thème", NONE)]
        if pk in by_theme
    ]  # fmt: skip
    voices = {}
    for found in by_theme.values():
        for voix, row in found.items():
            total = voices.setdefault(voix, dict.fromkeys(_COUNTS, 0))
            for name in _COUNTS:
                total[name] += row[name]
    ateliers = {}
    for row in counted.values("atelier", "atelier__titre", "voix").annotate(**_COUNTS):
        ateliers.setdefault((row["atelier"], row["atelier__titre"]), {})[row["voix"]] = row
    by_atelier = [_row(titre, found, atelier=str(pk)) for (pk, titre), found in ateliers.items()]
    return rows, _row("Tout", voices), sorted(by_atelier, key=lambda row: (-row.waiting, row.label))


def _row(label, found, **narrowed):
    """`found`: {voice: its counts}."""
    sums = {name: sum(row[name] for row in found.values()) for name in _COUNTS}
    waits = {voix: row["total"] - row["cited"] - row["aside"] for voix, row in found.items()}
    cells = [Cell(waits.get(voix, 0), _url(voix=voix, **narrowed)) for voix in Voix.values]
    return Row(label, [*cells, Cell(sum(waits.values()), _url(**narrowed))], **sums)


class BoardOfExtraits(ContentAdmin):
    """The part of the admin of excerpts that shows what waits."""

    change_list_template = "admin/imports/extraits.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.board_view)
        return [path("matiere/", view, name="fiches_extrait_matiere"), *super().get_urls()]

    def board_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows, everything, ateliers = board()
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Matière à exploiter"}
        voices = [(voix.mark, voix.label) for voix in Voix]
        return render(
            request,
            "admin/imports/matiere.html",
            {**context, "rows": rows, "everything": everything, "ateliers": ateliers, "voices": voices},
        )
