"""The view of one process: never older than the database, whatever happened to either."""

import os
import random
import signal
import sys
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from acteurs.models import Etat
from acteurs.stamp import editing, stamp
from fiches.models import Fiche
from fiches.search import index, schema
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from tests import factories as make

from .elsewhere import Elsewhere, answer

pytestmark = pytest.mark.django_db


def titles(q="", **wanted):
    wanted.setdefault("tri", "pertinence" if q else "theme")
    return sorted(fiche.titre for fiche in find(Criteria(q=q, exact=True, **wanted)).page)


def rewrite(fiche, **values):
    with editing():
        for name, value in values.items():
            setattr(fiche, name, value)
        fiche.save()


# Freshness


def test_nothing_has_changed_so_one_query_tells_it(django_assert_num_queries):
    make.make_published_fiche()
    view = index.fresh()
    with django_assert_num_queries(1):
        assert index.fresh() is view


def test_a_base_without_content_finds_nothing():
    found = find(Criteria(q="école", tri="pertinence"))
    assert (found.total, found.panel, found.corrections) == (0, {}, [])
    assert find(Criteria()).total == 0


def test_what_is_saved_published_or_withdrawn_counts_at_once():
    fiche = make.make_ready_fiche(titre="Ouvrir", resume="Le goûter")
    assert titles("goûter") == []
    with editing():
        fiche.publish(by=None)
    assert titles("goûter") == ["Ouvrir"]
    rewrite(fiche, resume="La kermesse")
    assert titles("goûter") == []
    assert titles("kermesse") == ["Ouvrir"]
    with editing():
        fiche.archive()
    assert titles("kermesse") == []
    with editing():
        fiche.publish(by=None)
    assert titles("kermesse") == ["Ouvrir"]
    with editing():
        fiche.delete()
    assert titles("kermesse") == []


def test_a_sheet_dated_tomorrow_comes_online_by_itself(monkeypatch):
    now = timezone.now()
    make.make_published_fiche(titre="Ce soir", resume="Le goûter", at=now + timedelta(hours=6))
    make.make_published_fiche(titre="Demain", resume="Le goûter", at=now + timedelta(days=1))
    levier = make.make_levier(slug="pont")
    make.make_published_fiche(titre="Déjà", resume="Le goûter", leviers=[levier])
    assert titles("goûter") == ["Déjà"]
    written = stamp()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=7))
    assert titles("goûter") == ["Ce soir", "Déjà"]
    view = index.fresh()
    assert index.fresh() is view, "it is not made again for nothing"
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=1, hours=1))
    assert titles("goûter") == ["Ce soir", "Demain", "Déjà"]
    assert stamp() == written


def test_an_older_base_put_back_is_searched_as_it_is():
    """Then saved on: the version comes back to a number that was seen with other words."""
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    saved = {"etat": Etat.objects.values().get(), "fiche": Fiche.objects.values().get(pk=fiche.pk)}
    rewrite(fiche, resume="La kermesse")
    assert titles("kermesse") == ["Ouvrir"]
    seen = stamp()
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(resume=saved["fiche"]["resume"], marque=saved["fiche"]["marque"])
    Etat.objects.update(**{name: value for name, value in saved["etat"].items() if name != "id"})
    assert stamp().version < seen.version
    assert titles("kermesse") == []
    assert titles("goûter") == ["Ouvrir"]
    fiche.refresh_from_db()
    rewrite(fiche, resume="Le loto")
    assert stamp().version == seen.version
    assert titles("kermesse") == []
    assert titles("loto") == ["Ouvrir"]


def test_the_stamp_is_read_with_the_rows_or_before(monkeypatch):
    """A save that comes while the view is made must be seen by the next search."""
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    index._keeper._forget()
    read = index.read

    def read_then_save(keys):
        found = list(read(keys))
        monkeypatch.undo()
        rewrite(fiche, resume="La kermesse")
        return found

    monkeypatch.setattr(index, "read", read_then_save)
    index.fresh()
    assert titles("kermesse") == ["Ouvrir"]
    assert titles("goûter") == []


# What goes wrong


def refuse(fiche, **given):
    """Make one sheet impossible to analyse: `to_document` that fails for it, with its words in the message."""

    def to_document(sheet, analyser):
        if sheet.pk == fiche.pk and "Secret" in sheet.resume:
            raise ValueError(sheet.resume)
        return schema.to_document(sheet, analyser)

    return to_document


def test_a_sheet_that_cannot_be_analysed_is_left_out_and_said(monkeypatch, caplog):
    bad = make.make_published_fiche(titre="Mauvaise", resume="Le goûter")
    make.make_published_fiche(titre="Bonne", resume="Le goûter")
    assert titles("goûter") == ["Bonne", "Mauvaise"]
    monkeypatch.setattr(index, "to_document", refuse(bad))
    rewrite(bad, resume="Secret goûter")
    assert titles("goûter") == ["Bonne"]
    assert titles() == ["Bonne"]
    logged = [record for record in caplog.records if record.name.startswith("fiches")]
    assert [record.getMessage().splitlines()[0] for record in logged] == [
        f"Search left out the sheet {bad.pk}, which it cannot analyse: ValueError"
    ]
    assert "to_document" in caplog.text, "where it failed"
    assert "Secret" not in caplog.text
    rewrite(bad, resume="Un goûter")
    assert titles("goûter") == ["Bonne", "Mauvaise"]


def test_a_sheet_left_out_is_tried_again_at_the_next_change(monkeypatch, caplog):
    bad = make.make_published_fiche(titre="Mauvaise", resume="Secret goûter")
    monkeypatch.setattr(index, "to_document", refuse(bad))
    assert titles("goûter") == []
    monkeypatch.undo()
    make.make_published_fiche(titre="Bonne", resume="Le goûter")
    assert titles("goûter") == ["Bonne", "Mauvaise"]


class Panic(BaseException):
    """As the engine's: no Exception."""


@pytest.mark.parametrize("error", [Panic, OperationalError])
@pytest.mark.parametrize(
    "place",
    [
        "_search_among",
        "_documents",
        "_read_words",
        "Panel",
        "read",
        "_writing",
        "_count_words",
        "Vocabulary",
        "_sheets_by_facet",
    ],
)
def test_a_build_that_fails_leaves_nothing_behind(monkeypatch, place, error):
    """Nothing stale is served, no word of it stays, and the next search is right."""
    levier = make.make_levier(nom="Pont", synonymes="viaduc")
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    assert titles("goûter") == ["Ouvrir"]

    def fail(*given):
        raise error

    with editing():
        levier.synonymes = "passerelle"
        levier.save()
        fiche.resume = "La kermesse"
        fiche.save()
    with monkeypatch.context() as broken:
        broken.setattr(index.Keeper if hasattr(index.Keeper, place) else index, place, fail)
        with pytest.raises(error):
            titles("kermesse")
    assert titles("goûter") == []
    assert titles("kermesse") == ["Ouvrir"]
    with editing():
        fiche.archive()
    known = index.fresh().vocabulary.surfaces()
    assert known.get("passerelle")
    assert not {"viaduc", "gouter", "kermesse"} & known.keys()


def test_a_writer_that_cannot_commit_is_no_longer_trusted(monkeypatch, settings):
    """After a commit that failed, the engine's next one may succeed without its documents."""
    settings.SEARCH_INCREMENTAL_ABOVE = 1
    sheets = [make.make_published_fiche(titre=f"Fiche {n}", resume="Le goûter") for n in range(4)]
    assert len(titles("goûter")) == 4
    rewrite(sheets[0], resume="La kermesse")
    with monkeypatch.context() as broken:
        broken.setattr(schema.Document, "texts", property(lambda self: '{"id": "no number"}'))
        with pytest.raises(ValueError, match="id"):
            titles("kermesse")
    assert titles("goûter") == ["Fiche 1", "Fiche 2", "Fiche 3"]
    assert titles("kermesse") == ["Fiche 0"]


# Brought up to date rather than made again


WORDS = ["goûter", "kermesse", "loto", "jardin"]


def one_thing(chance, sheets, leviers):
    """Write one thing at random, as curators do."""
    fiche = chance.choice(sheets)
    with editing():
        match chance.choice(["edit", "edit", "edit", "turn", "levers", "new", "delete", "bulk"]):
            case "edit":
                fiche.resume = " ".join(chance.sample(WORDS, 2))
                fiche.save()
            case "turn":
                fiche.archive() if fiche.is_published else fiche.publish(by=None)
            case "levers":
                fiche.leviers.set(chance.sample(leviers, chance.randrange(4)))
            case "new":
                sheets.append(make.make_published_fiche(resume=chance.choice(WORDS)))
            case "delete" if len(sheets) > 6:
                sheets.remove(fiche)
                fiche.delete()
            case "bulk":
                Fiche.objects.filter(pk=fiche.pk).update(en_bref=chance.choice(WORDS))
                fiche.refresh_from_db()


@pytest.mark.parametrize("above", [2, 6, 10_000])
def test_brought_up_to_date_it_finds_the_same_sheets_as_when_made_again(settings, above):
    """Each once, counted right. At 6 it goes from one way to the other and back."""
    settings.SEARCH_INCREMENTAL_ABOVE = above
    chance = random.Random(above)
    leviers = [make.make_levier() for _ in range(3)]
    sheets = [make.make_published_fiche(resume=chance.choice(WORDS), leviers=leviers[:n]) for n in (0, 1, 2, 3) * 2]
    index.fresh()
    updated = 0
    for _ in range(30):
        former = index._keeper._index
        one_thing(chance, sheets, leviers)
        read = list(Fiche.objects.published())
        for word in WORDS:
            holding = sorted(fiche.pk for fiche in read if word in f"{fiche.resume} {fiche.en_bref}")
            found = answer(q=word, exact=True)
            assert sorted(pk for pk, _ in found["sheets"]) == holding
            assert found["total"] == len(holding)
            assert dict(map(tuple, found["facets"]["levier"])) == {
                levier.slug: levier.fiche_leviers.filter(content_object__in=holding).count() for levier in leviers
            }
        assert [pk for pk, _ in answer()["sheets"]] == [
            fiche.pk for fiche in sorted(read, key=lambda fiche: (fiche.theme.numero, fiche.pk))
        ]
        updated += former is not None and index._keeper._index is former
    assert (updated > 0) == (above < 10_000)


def test_a_rare_word_has_the_weight_that_it_has_now(settings):
    """Made again whole, what was withdrawn weighs nothing: the scores are those of a process just born."""
    settings.SEARCH_INCREMENTAL_ABOVE = 10_000
    sheets = [make.make_published_fiche(resume="goûter kermesse") for _ in range(6)]
    for fiche in sheets[2:]:
        index.fresh()
        rewrite(fiche, resume="kermesse")
    lived = answer(q="goûter kermesse")
    index._keeper._forget()
    assert answer(q="goûter kermesse") == lived


# Several threads, several processes


def test_a_search_under_way_keeps_the_words_of_its_moment():
    """While it runs, others may make the next view: what it reads must not move."""
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    view = index.fresh()
    rewrite(fiche, resume="La kermesse")
    assert {"kermesse"} == {*index.fresh().vocabulary.surfaces()} & {"kermesse", "gouter"}
    assert {"gouter"} == {*view.vocabulary.surfaces()} & {"kermesse", "gouter"}
    assert view.vocabulary.restore("gouter") == {"gout"} | view.vocabulary.restore("goûter")


@pytest.mark.django_db(transaction=True)
def test_threads_that_search_at_once_make_the_view_once(monkeypatch):
    make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    index._keeper._forget()
    built, build = [], index.Keeper._build
    monkeypatch.setattr(index.Keeper, "_build", lambda self, needed: built.append(needed) or build(self, needed))
    start, found = threading.Barrier(6), []

    def search():
        try:
            start.wait()
            found.append(titles("goûter"))
        finally:
            connection.close()

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["Ouvrir"]] * 6
    assert len(built) == 1


def in_a_child(function):
    """What `function` returns in a child of this process: a list of texts. The child may take 20 seconds."""
    reading, writing = os.pipe()
    connections.close_all()  # a connection must not be in two processes
    child = os.fork()
    if not child:
        try:
            signal.alarm(20)
            os.write(writing, "\n".join(function()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said.splitlines()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forking with threads is not safe here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("above", [0, 10_000])
def test_a_child_born_in_the_middle_of_a_build_can_search(settings, above):
    """Its parent's mutex is held by a thread that the child does not have, and the view is half made."""
    settings.SEARCH_INCREMENTAL_ABOVE = above
    fiche = make.make_published_fiche(titre="Ouvrir", resume="Le goûter")
    assert titles("goûter") == ["Ouvrir"]
    rewrite(fiche, resume="La kermesse")
    over = threading.Event()
    held = threading.Event()

    def hold():
        with index._keeper._mutex:
            held.set()
            over.wait(30)

    builder = threading.Thread(target=hold)
    builder.start()
    held.wait()
    index._keeper._analyses.begin(index._keeper._lexicon.acronyms, stamp().fiches, {fiche.pk: fiche.marque})
    list(index._keeper._documents([fiche.pk], {fiche.pk: fiche.marque}))  # as far as the builder went
    try:
        assert in_a_child(lambda: ["child", *titles("kermesse"), *titles("goûter")]) == ["child", "Ouvrir"]
    finally:
        over.set()
        builder.join()
        index._keeper._forget()


QUERIES = ["conseil d'ecole", "les parents ne viennent pas", "EN", "gouter", "reunoin de rentrée", "CLAS", "avec qui"]


@pytest.mark.usefixtures("committed_content")
def test_a_process_that_lived_ranks_as_one_just_born(settings):
    """Thirty saves later, the same sheets, with the same scores, counts, panel and corrections."""
    settings.SEARCH_INCREMENTAL_ABOVE = 10_000
    chance = random.Random(30)
    sheets = list(Fiche.objects.order_by("pk"))
    needs = [fiche.formulations.splitlines() for fiche in sheets if fiche.formulations]
    queries = QUERIES + [chance.choice(lines)[:200] for lines in chance.sample(needs, 30)]
    queries += [fiche.titre for fiche in chance.sample(sheets, 10)]
    queries += [fiche.titre.replace("e", "", 1).replace("r", "rr", 1) for fiche in chance.sample(sheets, 10)]
    leviers = list(make.Levier.objects.order_by("pk"))
    for n in range(30):
        answer(q=chance.choice(queries), per_page=1)
        if n % 10 == 5:
            make.make_synonyme(f"mot{n}", chance.choice(["goûter", "kermesse", "mairie"]))
        else:
            one_thing(chance, sheets, leviers)
    with Elsewhere(PYTHONHASHSEED="7") as there:
        for query in queries:
            assert answer(q=query, per_page=20) == there.find(q=query, per_page=20), query
