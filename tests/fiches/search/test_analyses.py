"""Analysed sheets kept in the database: they spare work to the processes that start, and never anything else."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from acteurs.stamp import editing, stamp
from fiches.models import Analyse, Fiche
from fiches.search import analyses, index
from tests import factories as make

from .elsewhere import Elsewhere, answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_process_just_born(monkeypatch):
    """What it failed to keep in another test is forgotten too."""
    monkeypatch.setattr(index._keeper, "_analyses", analyses.Analyses())
    index._keeper._forget()


@pytest.fixture
def sheets():
    """Three published sheets, analysed and kept."""
    made = [make.make_published_fiche(titre=f"Fiche {n}", resume=f"Le goûter, {n}") for n in range(3)]
    index.prepare()
    assert kept() == {fiche.pk for fiche in made}
    return made


def kept():
    return set(Analyse.objects.values_list("pk", flat=True))


def rewrite(fiche, **values):
    with editing():
        for name, value in values.items():
            setattr(fiche, name, value)
        fiche.save()


@pytest.fixture
def analysed(monkeypatch):
    """The keys of the sheets that a process just born analyses: a function."""
    done, analyse = [], index.to_document

    def counted(fiche, analyser):
        done.append(fiche.pk)
        return analyse(fiche, analyser)

    def by_a_process_just_born():
        done.clear()
        monkeypatch.setattr(index, "to_document", counted)
        index.Keeper(Fiche.objects.published).fresh()
        return sorted(done)

    return by_a_process_just_born


# What is spared


def test_a_process_that_starts_analyses_nothing_and_answers_the_same(sheets, analysed):
    assert analysed() == []
    here = answer(q="gouter")
    assert len(here["sheets"]) == 3
    with Elsewhere() as there:
        assert there.find(q="gouter") == here
        assert there.find(q="goutter") == answer(q="goutter")


def test_only_what_a_save_changed_is_analysed_again(sheets, analysed):
    rewrite(sheets[0], resume="La kermesse")
    assert kept() == {sheets[1].pk, sheets[2].pk}
    assert analysed() == [sheets[0].pk]


def test_a_reader_who_searches_leaves_what_was_analysed(client):
    make.make_published_fiche(resume="Le goûter")
    assert kept() == set()
    client.get("/fiches/", {"q": "goûter"})
    assert len(kept()) == 1


def test_it_is_no_content(sheets):
    before = stamp()
    Analyse.objects.all().delete()
    index._keeper._forget()
    index.prepare()
    assert len(kept()) == 3
    assert stamp() == before


# What is never trusted


def test_words_erased_leave_the_base_with_the_same_transaction(sheets):
    """Nobody is to find in what search keeps what was just erased, even of a sheet that no search reads again."""
    with editing():
        sheets[0].archive()
        assert kept() == {fiche.pk for fiche in sheets}
    assert kept() == {sheets[1].pk, sheets[2].pk}
    extrait = make.make_citation(fiche=sheets[1]).extrait
    index.prepare()
    with editing():
        extrait.texte = "…"
        extrait.save()
    assert kept() == {sheets[2].pk}
    with editing():
        sheets[2].delete()
    assert kept() == set()


def test_a_write_in_bulk_takes_all_away(sheets, analysed):
    with editing():
        Fiche.objects.filter(pk=sheets[0].pk).update(resume="La kermesse")
    assert kept() == set()
    assert analysed() == [fiche.pk for fiche in sheets]


def test_a_write_undone_takes_nothing_away(sheets, analysed):
    with transaction.atomic():
        rewrite(sheets[0], resume="La kermesse")
        assert len(kept()) == 2
        transaction.set_rollback(True)
    assert len(kept()) == 3
    assert analysed() == []


def test_other_acronyms_or_another_code_analyse_again(sheets, analysed, monkeypatch):
    make.make_dispositif(sigle="GOUTER")
    assert analysed() == [fiche.pk for fiche in sheets]
    index.prepare()
    assert analysed() == []
    monkeypatch.setattr(analyses, "_code", lambda: "of another version")
    assert analysed() == [fiche.pk for fiche in sheets]


def test_what_was_analysed_before_a_save_is_not_kept_after(sheets):
    """A process reads a sheet, another saves it, the first keeps what it made: never in place of the new words."""
    for change in (
        lambda: rewrite(sheets[0], resume="La kermesse"),
        lambda: Fiche.objects.filter(pk=sheets[0].pk).update(resume="Le loto"),
    ):
        index._keeper._forget()
        Analyse.objects.all().delete()
        index.fresh()
        with editing():
            change()
        index._keeper.save()
        assert sheets[0].pk not in kept()
        index.prepare()
        assert len(kept()) == 3
    assert len(answer(q="loto", exact=True)["sheets"]) == 1


def test_a_search_in_the_middle_of_an_edition_neither_trusts_nor_keeps(sheets):
    """There the sheet still has the mark of its former words."""
    with editing():
        sheets[0].resume = "La kermesse"
        sheets[0].save()
        assert len(answer(q="kermesse", exact=True)["sheets"]) == 1
        assert len(answer(q="goûter", exact=True)["sheets"]) == 2
    assert kept() == {sheets[1].pk, sheets[2].pk}
    assert len(answer(q="kermesse", exact=True)["sheets"]) == 1


def test_in_a_transaction_nothing_is_kept():
    with transaction.atomic():
        make.make_published_fiche(resume="Le goûter")
        index.prepare()
        assert kept() == set()


# What cannot be kept


def test_a_base_that_refuses_is_searched_all_the_same(sheets, monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise OperationalError("attempt to write a readonly database: Secret")

    rewrite(sheets[0], resume="La kermesse")
    with monkeypatch.context() as broken:
        broken.setattr(Analyse.objects, "bulk_create", refuse)
        for _ in range(3):
            index.prepare()
            assert len(answer(q="kermesse", exact=True)["sheets"]) == 1
    said = [record.getMessage() for record in caplog.records if record.name.startswith("fiches")]
    assert said == ["Search could not keep what it analysed, and will try again: OperationalError"]
    assert sheets[0].pk not in kept(), "not at once"
    index._keeper._analyses._not_before = 0
    index.prepare()
    assert len(kept()) == 3


def test_whoever_writes_is_not_waited_for(sheets):
    rewrite(sheets[0], resume="La kermesse")
    index.fresh()
    writing, over = threading.Event(), threading.Event()

    def write():
        with editing():
            writing.set()
            over.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    writing.wait(20)
    try:
        index._keeper.save()  # were it to wait, it would be for 20 seconds
        assert writer.is_alive()
        assert sheets[0].pk not in kept()
    finally:
        over.set()
        writer.join()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,), "what is saved on purpose waits as before"
    index._keeper._analyses._not_before = 0
    index._keeper.save()
    assert len(kept()) == 3
