"""The school year as a page to read and to pin on a wall, and as a calendar to subscribe to."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_AP
from django.views.decorators.http import require_safe

from acteurs.bases import fold
from acteurs.models import Acteur, Niveau
from acteurs.stamp import stamp
from fiches.models import TempsFort
from fiches.school_year import TURN, Now, during, name_of, school_year

from .choosing import chosen_row

NEXT_YEAR = "prochaine"  # in the address: the school year after this one


@dataclass(frozen=True)
class Asked:
    """Whose year is asked for, and which one. `next_year`: the one after the year under way."""

    niveau: Niveau | None = None
    acteur: Acteur | None = None
    next_year: bool = False

    @classmethod
    def from_query(cls, query):
        """Read a QueryDict: at most two queries. BadRequest (400) for what cannot be a choice, 404 for an unknown one.

        Nothing is dropped: a calendar that one subscribed to must not fill with everybody's dates.
        """
        annee = query.get("annee", "")
        if annee not in ("", NEXT_YEAR):
            raise BadRequest("Cette année scolaire n’est pas proposée.")
        return cls(chosen_row(query, "niveau", Niveau), chosen_row(query, "acteur", Acteur), bool(annee))

    @property
    def query(self):
        """These choices, less the year, as a query string; "" without any."""
        chosen = {"niveau": self.niveau, "acteur": self.acteur}
        return urlencode({name: row.slug for name, row in chosen.items() if row})

    @property
    def label(self):
        """« Collège, chef d’établissement »; "" without a choice."""
        return ", ".join(row.nom for row in (self.niveau, self.acteur) if row)

    def windows(self):
        return TempsFort.objects.narrowed(self.niveau, self.acteur).for_calendar()


@require_safe
def page(request):
    asked, today = Asked.from_query(request.GET), timezone.localdate()
    windows = list(asked.windows())
    year = school_year(today) + asked.next_year
    occurrences = during(windows, year)
    ics = reverse("fiches:calendrier_ics") + (f"?{asked.query}" if asked.query else "")
    context = {
        "asked": asked,
        "now": Now.of(windows, today),
        "today": today,
        "year": name_of(year),
        "other_year": name_of(year - 1 if asked.next_year else year + 1),
        "frise": Frise.of(occurrences, year, today),
        "months": by_month(occurrences),
        "niveaux": Niveau.objects.all(),
        "acteurs": sorted(Acteur.objects.exclude(temps_forts=None).distinct(), key=lambda row: fold(row.nom)),
        "ics": ics,
        "webcal": re.sub(r"^https?", "webcal", request.build_absolute_uri(ics)),
    }
    return render(request, "calendrier/page.html", context)


def by_month(occurrences):
    """[(« Septembre 2026 », its occurrences), …]: by the month in which each begins, in order."""
    months = groupby(occurrences, key=lambda one: (one.start.year, one.start.month))
    return [(f"{MONTHS[month].capitalize()} {year}", list(found)) for (year, month), found in months]


class Line(NamedTuple):
    """A window drawn over the year: its first day and the day after its last, counted from the year's first."""

    window: Any
    first: int
    last: int


@dataclass(frozen=True)
class Frise:
    """The year drawn as lines, from 15 August to the end of the next one: `width` days."""

    months: list  # their names, shortened, from August (cut short: without its name) to August
    width: int
    today: int | None  # the day to mark; None when it is not in that year
    lines: list

    @classmethod
    def of(cls, occurrences, year, today):
        origin, after = date.fromisoformat(f"{year}-{TURN}"), date(year + 1, 9, 1)
        width = (after - origin).days
        lines = [
            Line(one.window, (one.start - origin).days, min((one.end - origin).days + 1, width)) for one in occurrences
        ]
        months = ["", *(MONTHS_AP[(8 + n) % 12 + 1] for n in range(12))]
        return cls(months, width, (today - origin).days if origin <= today < after else None, lines)


@require_safe
def subscription(request):
    """The last school year, this one and the next: what has begun stays there, what follows already is."""
    from fiches.ics import calendar  # 3 MB of memory, in each process, for this address alone

    asked = Asked.from_query(request.GET)
    name = f"{settings.SITE_NAME} : {asked.label or 'l’année scolaire'}"
    url = request.build_absolute_uri(reverse("fiches:calendrier"))
    first = school_year(timezone.localdate()) - 1
    body = calendar(asked.windows(), range(first, first + 3), name=name, url=url, sequence=stamp().version)
    headers = {"Content-Disposition": 'inline; filename="calendrier.ics"', "X-Robots-Tag": "noindex"}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
