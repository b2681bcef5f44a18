"""Which archives are kept: by number, by day, by week, by month, each count on its own."""

from datetime import UTC, datetime, timedelta

import pytest

from partenariat.backup.rotation import Keep, name_at, superfluous

NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday
NIGHTS = [name_at(NIGHT - timedelta(days=n), encrypted=n % 2 == 0) for n in range(400)]


def kept(names, **counts):
    return sorted(set(names) - set(superfluous(names, Keep(**counts))), reverse=True)


def test_a_name_sorts_by_date_and_says_whether_it_is_encrypted():
    assert name_at(NIGHT, encrypted=False) == "partenariat-20261123T020000Z.zip"
    assert name_at(NIGHT, encrypted=True) == "partenariat-20261123T020000Z.zip.age"
    assert sorted(NIGHTS, reverse=True) == NIGHTS


def test_without_a_count_nothing_goes():
    assert superfluous(NIGHTS, Keep()) == []


@pytest.mark.parametrize(
    ("counts", "dates"),
    [
        ({"last": 2}, ["20261123", "20261122"]),
        ({"days": 3}, ["20261123", "20261122", "20261121"]),
        ({"weeks": 3}, ["20261123", "20261122", "20261115"]),  # the newest of each: Sundays, and the last night
        ({"months": 3}, ["20261123", "20261031", "20260930"]),
        ({"last": 1, "weeks": 2, "months": 2}, ["20261123", "20261122", "20261031"]),
    ],
)
def test_each_count_holds_its_own(counts, dates):
    assert [name[12:20] for name in kept(NIGHTS, **counts)] == dates


def test_a_day_without_an_archive_does_not_count():
    """The site was down for a month: the last seven days that have an archive are kept."""
    names = NIGHTS[:2] + NIGHTS[40:60]
    assert kept(names, days=4) == [*NIGHTS[:2], *NIGHTS[40:42]]


def test_of_several_a_day_the_newest_is_kept():
    hours = [name_at(NIGHT + timedelta(hours=n), encrypted=False) for n in range(5)]
    assert kept(hours, days=7) == [hours[-1]]


def test_days_are_those_of_paris():
    """23:30 UTC in winter is half past midnight there: the same day as the morning after."""
    late = name_at(datetime(2026, 1, 1, 23, 30, tzinfo=UTC), encrypted=False)
    morning = name_at(datetime(2026, 1, 2, 9, 0, tzinfo=UTC), encrypted=False)
    assert kept([late, morning], days=2) == [morning]


def test_what_is_not_an_archive_of_ours_is_never_named():
    names = ["partenariat-20200101T000000Z.zip.part", "autre-20200101T000000Z.zip", "notes.txt", ".partenariat"]
    assert superfluous([*names, *NIGHTS[:2]], Keep(last=1)) == [NIGHTS[1]]
