"""The school year: when windows that come back each year fall, in days. Pure: knows neither Django nor the time."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

TURN = "08-15"  # the day a school year begins, for a partnership: what comes before belongs to the summer's end
AROUND = timedelta(weeks=6)  # « en ce moment » reaches as far back, and as far ahead
# What names a month in a line of what to do, and which month.
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août")
MONTHS += ("septembre", "octobre", "novembre", "décembre")
NAMED = {**{name: n for n, name in enumerate(MONTHS, 1)}, "dès la rentrée": 9, "avant la Toussaint": 10}
_NAMED = re.compile(rf"\b(?:{'|'.join(NAMED)})\b")


def school_year(day):
    """The year in which the school year of `day` began: 2026 from 15 August 2026 to 14 August 2027."""
    return day.year if f"{day:%m-%d}" >= TURN else day.year - 1


def name_of(year):
    """« 2026-2027 »: the school year that begins in `year`."""
    return f"{year}-{year + 1}"


def _on(month_day, year):
    """The `date` of « MM-DD » in `year`; the month's last day when it has no such day (29 February)."""
    month, day = map(int, month_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Occurrence:
    """A window in one school year, from the first day to the last, both included.

    `window`: whatever has a `slug`, `debut` and `fin`, each « MM-DD », and `a_faire`, a line each.
    """

    window: Any
    start: date
    end: date

    @property
    def sort_key(self):
        """Total, whatever the windows: those that begin together are told apart by their end, then by their slug."""
        return (self.start, self.end, self.window.slug)

    def holds(self, day):
        return self.start <= day <= self.end

    def meets(self, first, last):
        """Whether some day of it falls between these two, both included."""
        return self.start <= last and self.end >= first

    def days_from(self, day):
        """How far `day` is from it: 0 within, positive before it begins, negative once it is over."""
        if self.holds(day):
            return 0
        return (self.start - day).days if day < self.start else (self.end - day).days

    def to_do(self, today):
        """The first line of what to do whose time is not over; the first of all when each is, "" without any.

        A line that says « en octobre » is of no use in November: its month is the last one of that name before the
        window ends. A line that names no month holds all along.
        """
        lines = [line.strip() for line in self.window.a_faire.splitlines() if line.strip()]
        return next((line for line in lines if self._named_until(line) >= today), lines[0] if lines else "")

    def _named_until(self, line):
        months = [NAMED[name] for name in _NAMED.findall(line)]
        years = [self.end.year - (month > self.end.month) for month in months]
        ends = [date(y, m, monthrange(y, m)[1]) for y, m in zip(years, months, strict=True)]
        return max(ends, default=date.max)


def occurrence(window, year):
    """`window` in the school year that begins in `year`, as its first day does. It may end in the next one."""
    first = _on(window.debut, year if window.debut >= TURN else year + 1)
    return Occurrence(window, first, _on(window.fin, first.year + (window.fin < window.debut)))


def during(windows, year):
    """These windows in the school year that begins in `year`, in its order."""
    return sorted((occurrence(window, year) for window in windows), key=lambda one: one.sort_key)


def meeting(windows, first, last):
    """Each window once, the first time it falls between these two days (both included); in order."""
    years = range(school_year(first) - 1, school_year(last) + 1)
    found = (next((one for one in (occurrence(w, y) for y in years) if one.meets(first, last)), None) for w in windows)
    return sorted(filter(None, found), key=lambda one: one.sort_key)


def nearest(occurrences, today, n):
    """The `n` of them whose first day is nearest to today, in order: what to think of first.

    A window that has been open for months asks for nothing new; one that opens this week does.
    """
    near = sorted(occurrences, key=lambda one: (abs((one.start - today).days), one.sort_key))
    return sorted(near[:n], key=lambda one: one.sort_key)


@dataclass(frozen=True)
class Now:
    """What falls within six weeks of `today`: under way, soon, just over. Each window once, in order."""

    today: date
    under_way: list
    soon: list
    over: list

    @classmethod
    def of(cls, windows, today):
        windows = list(windows)
        ahead = meeting(windows, today, today + AROUND)
        told = {one.window.slug for one in ahead}
        others = [window for window in windows if window.slug not in told]
        return cls(
            today,
            under_way=[one for one in ahead if one.holds(today)],
            soon=[one for one in ahead if not one.holds(today)],
            over=meeting(others, today - AROUND, today - timedelta(days=1)),
        )

    @property
    def ahead(self):
        """Under way, then soon: in the order of their first days."""
        return [*self.under_way, *self.soon]

    def nearest(self, n):
        """The `n` under way or soon that `nearest()` chooses."""
        return nearest(self.ahead, self.today, n)
