"""Which archives a folder keeps. One folder, one site."""

import re
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

_NAME = re.compile(r"partenariat-(\d{8}T\d{6}Z)\.zip(\.age)?")
_DATE = "%Y%m%dT%H%M%SZ"


class Keep(NamedTuple):
    """An archive stays as long as one of these counts holds it. All at 0: nothing ever goes.

    `last`: the newest ones, whatever their dates. The others: the newest of each of the latest days (weeks from
    Monday, months) that have one, by the clock of the site's time zone.
    """

    last: int = 0
    days: int = 0
    weeks: int = 0
    months: int = 0


def name_at(moment, *, encrypted):
    """The name of an archive made at `moment`, an aware datetime: names sort by date, whatever the season."""
    return f"partenariat-{moment.astimezone(UTC):{_DATE}}.zip{'.age' if encrypted else ''}"


def _date(name):
    return timezone.localtime(datetime.strptime(_NAME.fullmatch(name)[1], _DATE).replace(tzinfo=UTC))


_PERIODS = {
    "days": lambda name: _date(name).date(),
    "weeks": lambda name: _date(name).isocalendar()[:2],
    "months": lambda name: (_date(name).year, _date(name).month),
}


def superfluous(names, keep):
    """Among the file names `names`, the archives that no count of `keep` holds, oldest first; no other file."""
    archives = sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)
    if not any(keep):
        return []
    held = set(archives[: keep.last])
    for period, of in _PERIODS.items():
        newest = [next(group) for _, group in groupby(archives, of)]
        held.update(newest[: getattr(keep, period)])
    return sorted(set(archives) - held)
