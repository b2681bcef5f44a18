"""What became of the words of a workshop: of each public one, its fate; of the others, not even a count."""

from typing import NamedTuple

from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from acteurs.templatetags.typo import pluriel
from fiches.models import Atelier, Citation, Extrait, Fiche, Portee, Sort, Theme, Voix

FATES = {"cite": "citée,citées", "attend": "à traiter,à traiter", "ecarte": "écartée,écartées"}  # of an idea


class Fate(NamedTuple):
    """One of the three fates: how many words have it, and their share of all."""

    name: str
    label: str
    count: int
    percent: float  # to the tenth


class Part(NamedTuple):
    """The words of one theme, by voice."""

    theme: Theme | None
    voices: list  # [(mark, label, excerpts)]: a line per voice, silent ones included
    count: int


@require_safe
def atelier_list(request):
    public = Q(extraits__portee=Portee.PUBLIQUE)
    ateliers = Atelier.objects.published().annotate(n=Count("extraits", filter=public))
    return render(request, "ateliers/list.html", {"ateliers": ateliers})


@require_safe
def atelier_detail(request, slug):
    try:
        atelier = Atelier.objects.published().find(slug)
    except Atelier.DoesNotExist:
        raise Http404 from None
    if atelier.slug != slug:
        return redirect(atelier, permanent=True)
    extraits = _extraits(atelier)
    context = {"atelier": atelier, "total": len(extraits), "fates": fates(extraits), "parts": _parts(extraits)}
    return render(request, "ateliers/detail.html", context)


def _extraits(atelier):
    """The public excerpts of a workshop, each with `fate` and `published_citations`: two queries.

    « Cité » is by a sheet that anyone may read: a draft leaves no trace here.
    """
    online = Citation.objects.filter(fiche__in=Fiche.objects.published()).select_related("fiche")
    online = online.only("extrait", "fiche__slug", "fiche__titre").order_by("fiche_id", "pk")
    extraits = Extrait.objects.accountable().filter(atelier=atelier).select_related("theme")
    extraits = list(
        extraits.order_by("position", "pk").prefetch_related(
            Prefetch("citations", queryset=online, to_attr="published_citations")
        )
    )
    for extrait in extraits:
        cited = "cite" if extrait.published_citations else "attend"
        extrait.fate = "ecarte" if extrait.etat == Sort.ECARTE else cited
        extrait.fiches = list({citation.fiche_id: citation.fiche for citation in extrait.published_citations}.values())
    return extraits


def fates(extraits):
    """The three `Fate`s, in order. Counts add up to all the excerpts, percentages to 100 (to 0 without any)."""
    counts = [sum(extrait.fate == fate for extrait in extraits) for fate in FATES]
    shares = per_thousand(counts)
    return [
        Fate(fate, pluriel(n, words), n, share / 10)
        for (fate, words), n, share in zip(FATES.items(), counts, shares, strict=True)
    ]


def per_thousand(counts):
    """Whole shares that add up to 1,000: what rounding leaves goes to the largest remainders, first ones first."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    shares = [1000 * n // total for n in counts]
    left = sorted(range(len(counts)), key=lambda i: (-(1000 * counts[i] % total), i))
    for i in left[: 1000 - sum(shares)]:
        shares[i] += 1
    return shares


def _parts(extraits):
    """One `Part` per theme that was spoken of, in order; what has no theme comes last."""
    by_theme = {}
    for extrait in extraits:
        by_theme.setdefault(extrait.theme, []).append(extrait)
    themes = sorted(by_theme, key=lambda theme: (theme is None, theme.numero if theme else 0))
    return [
        Part(
            theme,
            [(voix.mark, voix.label, [e for e in by_theme[theme] if e.voix == voix]) for voix in Voix],
            len(by_theme[theme]),
        )
        for theme in themes
    ]
