"""« Préparer une rencontre »: a sentence to fill in, then the pack on two sheets of paper."""

from itertools import groupby

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from fiches.meetings.choosing import ENOUGH
from fiches.meetings.pack import Pack, prepare
from fiches.meetings.possible import meetings
from fiches.meetings.wishes import MINUTES, Choices, Pour, Wishes, read


@require_safe
def preparer(request):
    choices = Choices()
    asked = read(request.GET, choices)
    wishes = asked.wishes
    if wishes and wishes.query_string() != request.GET.urlencode():
        return redirect(wishes.address())
    made = prepare(wishes, choices) if wishes else None
    context = {"form": _form(choices, asked.found), "asked": asked, "renderings": _renderings(wishes)}
    if isinstance(made, Pack):
        context["pack"] = made
    else:
        context |= {"shortfall": made, "meetings": [] if made else _meetings(choices, asked.found), "enough": ENOUGH}
    return render(request, "preparer/page.html", context, status=asked.status)


def _form(choices, found):
    """What the form offers, and what is chosen in it."""
    return {
        "found": found,
        "acteurs": _grouped(choices.acteurs, "famille"),
        "moments": choices.moments,
        "themes": choices.themes,
        "leviers": _grouped(choices.leviers, "categorie"),
        "niveaux": choices.niveaux,
        "minutes": MINUTES,
    }


def _meetings(choices, found):
    """Those that can be prepared; with the person or the moment already chosen, if there are any."""
    rows = meetings(choices)
    acteur, moment = found.get("acteur"), found.get("moment")
    near = [(one, [m for m in moments if moment in (None, m)]) for one, moments in rows if acteur in (None, one)]
    return [row for row in near if row[1]] or rows


def _grouped(rows, by):
    """[(group, rows), …] of rows that stand in the order of their groups."""
    return [(group, list(of_group)) for group, of_group in groupby(rows, key=lambda row: getattr(row, by))]


def _renderings(wishes: Wishes | None):
    """[(rendering, its address, whether it is the one shown), …]."""
    return [(pour, wishes.address(pour=pour), pour == wishes.pour) for pour in Pour] if wishes else []
