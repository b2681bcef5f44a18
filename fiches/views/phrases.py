"""The sentences that one really hears, what lies behind them, and what one may answer."""

from typing import NamedTuple

from django.shortcuts import render
from django.views.decorators.http import require_safe

from fiches.models import DitePar, Phrase, Theme

from .choosing import chosen


class Choice(NamedTuple):
    """One way to narrow the list, and how many sentences it would leave."""

    value: str  # in the address
    label: str
    mark: str
    count: int
    is_chosen: bool


@require_safe
def phrase_list(request):
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    speaker = chosen(request, "dite_par", DitePar.values)
    theme = chosen(request, "theme", themes)
    phrases = list(Phrase.objects.for_page())
    said = [phrase for phrase in phrases if speaker in ("", phrase.dite_par)]
    about = [phrase for phrase in phrases if theme in ("", phrase.theme.slug)]
    context = {
        "phrases": [phrase for phrase in said if theme in ("", phrase.theme.slug)],
        "total": len(phrases),
        "speakers": _choices([(who, who.label, who.mark) for who in DitePar], [p.dite_par for p in about], speaker),
        "about_all": len(about),
        "themes": _choices([(t.slug, t.titre, "") for t in themes.values()], [p.theme.slug for p in said], theme),
        "said_all": len(said),
        "is_narrowed": bool(speaker or theme),
    }
    return render(request, "phrases/list.html", context)


def _choices(offered, found, value):
    """[`Choice`, …] of the values `offered`, [(value, label, mark), …]: those that some of `found` have, or chosen."""
    choices = [Choice(v, label, mark, found.count(v), v == value) for v, label, mark in offered]
    return [choice for choice in choices if choice.count or choice.is_chosen]
