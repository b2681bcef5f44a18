"""The picture: which levers meet which actors, and which never do."""

from dataclasses import dataclass

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from acteurs.bases import fold
from acteurs.models import Acteur
from fiches.models import Fiche, FicheLevier, Levier

COLUMNS = 12
STEPS = (1, 2, 3, 5, 7)  # from how many sheets each of the five tints begins
EVERYWHERE = 0.4  # an actor or lever found in more of the sheets than this makes crossings that say nothing


@dataclass
class Crossing:
    """One cell: a lever, an actor, and the sheets where they meet."""

    levier: Levier
    acteur: Acteur
    n: int

    @property
    def step(self):
        """Its tint, from 1 to 5; 0 when empty."""
        return sum(self.n >= floor for floor in STEPS)

    @property
    def url(self):
        return f"{reverse('fiches:list')}?levier={self.levier.slug}&acteur={self.acteur.slug}"


@require_safe
def liens(request):
    by_actor = request.GET.get("axes") == "acteurs"
    sheets = Fiche.objects.published()
    n_fiches = sheets.count()
    counts = {
        (levier, acteur): n
        for levier, acteur, n in FicheLevier.objects.filter(content_object__in=sheets)
        .order_by()
        .values_list("tag_id", "content_object__interventions__acteur_id")
        .annotate(Count("content_object", distinct=True))
    }
    leviers = list(_most_used(Levier, "fiche_leviers__content_object", sheets).select_related("categorie"))
    acteurs = list(_most_used(Acteur, "interventions__fiche", sheets).select_related("famille"))
    rows, columns = (acteurs, leviers[:COLUMNS]) if by_actor else (leviers, acteurs[:COLUMNS])

    def crossing(row, column):
        levier, acteur = (column, row) if by_actor else (row, column)
        return Crossing(levier, acteur, counts.get((levier.pk, acteur.pk), 0))

    grid = [(row, [crossing(row, column) for column in columns]) for row in rows]
    cells = [cell for _, line in grid for cell in line]
    context = {
        "by_actor": by_actor,
        "columns": columns,
        "width": len(columns) + 1,
        "groups": _grouped(grid, "famille" if by_actor else "categorie"),
        "everywhere": acteurs[0] if acteurs and acteurs[0].n > n_fiches * EVERYWHERE else None,
        "n_fiches": n_fiches,
        "strong": _strongest(cells, n_fiches * EVERYWHERE),
        "n_cells": len(cells),
        "n_empty": sum(not cell.n for cell in cells),
        "missing": _missing(cells),
    }
    return render(request, "liens/page.html", context)


def _most_used(model, path, sheets):
    return model.objects.filter(**{f"{path}__in": sheets}).annotate(n=Count(path, distinct=True)).order_by("-n", "pk")


def _grouped(grid, attribute):
    """[(heading, lines), …] in the order of the headings; lines in dictionary order."""
    groups = {}
    for row, line in sorted(grid, key=lambda pair: fold(str(pair[0]))):
        groups.setdefault(getattr(row, attribute), []).append((row, line))
    return sorted(groups.items(), key=lambda pair: pair[0].ordre)


def _strongest(cells, limit):
    """The five fullest crossings, those with someone who is everywhere left out."""
    telling = [cell for cell in cells if cell.acteur.n <= limit and cell.n > 1]
    return sorted(telling, key=lambda cell: (-cell.n, fold(cell.levier.nom), cell.acteur.pk))[:5]


def _missing(cells):
    """The three empty crossings one would most expect: of a much used lever with a much met actor."""
    empty = [cell for cell in cells if not cell.n]
    return sorted(empty, key=lambda cell: (-cell.levier.n * cell.acteur.n, cell.levier.pk, cell.acteur.pk))[:3]
