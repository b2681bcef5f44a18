"""The page to hand to a newcomer. The address holds the choice of sheets; what is typed in the page stays in it."""

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from acteurs.models import Acteur
from fiches.models import Fiche, Genre
from fiches.packs.choice import Choice
from fiches.passation import DEFAULT, OFFERED, Relais, for_handover, ranked

from .browse import alphabetical
from .choosing import chosen_row

MAX_CHOSEN = 12  # sheets: what two or three pages hold


@require_safe
def passation(request):
    acteur = chosen_row(request.GET, "acteur", Acteur)
    asked = _asked(request.GET)
    best = ranked(acteur)
    found = asked.sheets(for_handover(Fiche.objects.published())) if asked.slugs else []
    fiches = found or _by_default(best)
    context = {
        "acteur": acteur,
        "acteurs": alphabetical(_actors()),
        "relais": Relais(acteur, fiches, timezone.localdate()),
        "is_chosen": bool(found),
        "lost": len(asked.slugs) - len(found),
        "offered": _offered(best, fiches),
        "most": MAX_CHOSEN,
        "today": timezone.localdate(),
    }
    return render(request, "passation/page.html", context)


def _actors():
    """Those who have a part in a sheet that could be handed over."""
    sheets = Fiche.objects.published().exclude(genre=Genre.PIEGE)
    return Acteur.objects.filter(interventions__fiche__in=sheets).distinct()


def _asked(query):
    """The `Choice` of the address. BadRequest (400) beyond MAX_CHOSEN sheets."""
    sheets = QueryDict(mutable=True)
    sheets.setlist("fiche", query.getlist("fiche"))
    choice = Choice.from_query(sheets)
    if len(choice.slugs) > MAX_CHOSEN:
        raise BadRequest(f"On passe le relais avec {MAX_CHOSEN} fiches au plus.")
    return choice


def _by_default(best):
    keys = best[:DEFAULT]
    return sorted(for_handover(Fiche.objects.published().filter(pk__in=keys)), key=lambda fiche: keys.index(fiche.pk))


def _offered(best, fiches):
    """[(sheet, whether it is in the page), …]: those of the page, then the next best."""
    here = [fiche.pk for fiche in fiches]
    others = [pk for pk in best if pk not in here][:OFFERED]
    named = Fiche.objects.published().only("slug", "titre").in_bulk(others)
    return [(fiche, True) for fiche in fiches] + [(named[pk], False) for pk in others if pk in named]
