"""Several processes and threads write, publish, withdraw and search at random: no answer is stale, missing or leaked.

Each knows when its writes began and ended, and each sheet has one writer: so what a sheet may show at any moment is
known, whatever the order of the rest.
"""

import math
from bisect import bisect_left, bisect_right
from contextlib import ExitStack

import pytest

from tests import factories as make

from .elsewhere import PREFIX, Elsewhere, put, word_of

PROCESSES = 3
WRITERS = 2  # threads of each process
SEARCHERS = 2
SHEETS = 3  # of each writer
SECONDS = 3.5


class History:
    """What one sheet showed, and when: its states in order, each with the time before and after its commit."""

    def __init__(self, word):
        self._begins, self._ends, self._words = [-math.inf], [-math.inf], [word]

    def add(self, before, after, word):
        self._begins.append(before)
        self._ends.append(after)
        self._words.append(word)

    def may_show(self, before, after):
        """The words that a search may find if it ran between these times; None stands for no sheet."""
        first = bisect_left(self._ends, before) - 1  # committed for certain when the search began
        return self._words[first : bisect_right(self._begins, after)]


def play(**env):
    """Let the processes play; the keys of the sheets, and the logs of all."""
    rows = [make.make_published_fiche(titre=f"Fiche {n}") for n in range(PROCESSES * WRITERS * SHEETS)]
    for fiche in rows:
        with make.editing():
            put(fiche, word_of(fiche.pk, 0), "resume")
    keys = [fiche.pk for fiche in rows]
    hands = [keys[n : n + SHEETS] for n in range(0, len(keys), SHEETS)]
    with ExitStack() as stack:
        players = [stack.enter_context(Elsewhere(**env)) for _ in range(PROCESSES)]
        for player in players:
            player.find()  # so that all are ready when they begin
        for n, player in enumerate(players):
            mine = hands[n * WRITERS : (n + 1) * WRITERS]
            player.send("play", seed=n, seconds=SECONDS, writers=mine, searchers=SEARCHERS)
        return keys, [player.receive() for player in players]


def violations(keys, logs):
    """What no order of the writes explains: {kind: [what was seen, …]}."""
    histories = {key: History(word_of(key, 0)) for key in keys}
    owner = {word_of(key, 0): key for key in keys}
    for log in logs:
        for key, before, after, word in log["written"]:
            histories[key].add(before, after, word)
            owner[word] = key
    found = {"leaked": [], "twice": [], "missing": [], "stale": []}
    for log in logs:
        for before, after, held in log["views"]:
            shown = {}
            for word in held:
                kind = "leaked" if word not in owner else "twice" if owner[word] in shown else None
                if kind:
                    found[kind].append(word)
                shown[owner.get(word)] = word
            for key, history in histories.items():
                if shown.get(key) not in history.may_show(before, after):
                    found["stale" if key in shown else "missing"].append((key, shown.get(key), before, after))
        for before, after, word, sheets in log["searches"]:
            may_show = histories[owner[word]].may_show(before, after)
            if sheets and word not in may_show:
                found["stale"].append((word, sheets, before, after))
            if not sheets and set(may_show) == {word}:
                found["missing"].append((word, before, after))
            if sheets and sheets != [owner[word]]:
                found["leaked"].append((word, sheets))
    return {kind: seen for kind, seen in found.items() if seen}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "above", [pytest.param(10_000, id="made again whole"), pytest.param(5, id="brought up to date")]
)
def test_no_answer_is_stale_missing_or_leaked(above):
    keys, logs = play(SEARCH_INCREMENTAL_ABOVE=str(above))
    assert [error for log in logs for error in log["errors"]] == []
    assert violations(keys, logs) == {}
    for done in ("written", "views", "searches"):
        assert sum(len(log[done]) for log in logs) > 20, "too slow a machine to prove anything"


def test_the_oracle_sees_what_is_wrong():
    """A test of the test: one sheet, its word changed between 1 and 2, withdrawn between 3 and 4."""
    first, second = word_of(7, 0), word_of(7, 1)
    written = [(7, 1, 2, second), (7, 3, 4, None)]

    def seen(before, after, *held):
        return violations([7], [{"written": written, "views": [(before, after, held)], "searches": []}])

    def answered(before, after, word, *sheets):
        return violations([7], [{"written": written, "views": [], "searches": [(before, after, word, list(sheets))]}])

    assert seen(0.2, 0.5, first) == seen(1.2, 1.5, first) == seen(1.2, 1.5, second) == seen(2.2, 2.5, second) == {}
    assert seen(3.2, 3.5, second) == seen(3.2, 3.5) == seen(4.2, 4.5) == seen(0.5, 4.5) == {}
    assert list(seen(2.2, 2.5, first)) == ["stale"]
    assert list(seen(2.2, 2.5)) == ["missing"]
    assert list(seen(4.2, 4.5, second)) == ["stale"]
    assert list(seen(0.2, 0.5, second)) == ["stale"]
    assert list(seen(1.2, 1.5, first, second)) == ["twice"]
    assert list(seen(1.2, 1.5, second, PREFIX + "undone")) == ["leaked"]
    assert answered(0.2, 0.5, first, 7) == answered(1.2, 1.5, first) == answered(4.2, 4.5, second) == {}
    assert list(answered(2.2, 2.5, first, 7)) == ["stale"]
    assert list(answered(2.2, 2.5, second)) == ["missing"]
    assert list(answered(2.2, 2.5, second, 7, 8)) == ["leaked"]
