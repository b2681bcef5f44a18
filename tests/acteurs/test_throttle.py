"""What may be tried only so often: counted in the database, for everyone together."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from acteurs import throttle
from acteurs.models import Essai

pytestmark = pytest.mark.django_db

LIMITS = {"limit": 3, "seconds": 600}


def tries(n, who="10.0.0.1", what="essai"):
    return [throttle.wait(what, who, **LIMITS) for _ in range(n)]


def age(seconds):
    for essai in Essai.objects.all():
        Essai.objects.filter(pk=essai.pk).update(depuis=essai.depuis - timedelta(seconds=seconds))


def test_so_many_tries_then_one_waits_for_the_end_of_the_window():
    assert tries(3) == [0, 0, 0]
    assert all(590 < wait <= 600 for wait in tries(2))
    age(500)
    assert 90 < tries(1)[0] <= 100
    age(100)
    assert tries(4)[:3] == [0, 0, 0]


def test_each_counts_for_oneself_and_for_one_thing():
    tries(4)
    assert tries(1, who="10.0.0.2") == [0]
    assert tries(1, what="autre chose") == [0]


def test_asking_whether_it_is_closed_counts_nothing():
    assert throttle.closed_for("essai", "10.0.0.1", **LIMITS) == 0
    tries(2)
    assert [throttle.closed_for("essai", "10.0.0.1", **LIMITS) for _ in range(5)] == [0] * 5
    tries(1)
    assert throttle.closed_for("essai", "10.0.0.1", **LIMITS) > 590
    age(600)
    assert throttle.closed_for("essai", "10.0.0.1", **LIMITS) == 0


def test_who_tries_is_not_kept():
    tries(1, who="ana@exemple.fr")
    assert "ana" not in str(list(Essai.objects.values()))


def test_rows_go_after_a_day():
    tries(1)
    Essai.objects.update(depuis=timezone.now() - timedelta(hours=25))
    tries(1, who="10.0.0.2")
    assert Essai.objects.count() == 1


def test_tries_at_once_are_all_counted(transactional_db):
    start, waits = Barrier(8), []

    def attempt():
        start.wait()
        waits.append(throttle.wait("essai", "10.0.0.1", **LIMITS))
        connection.close()

    threads = [Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(wait) for wait in waits) == [False] * 3 + [True] * 5
