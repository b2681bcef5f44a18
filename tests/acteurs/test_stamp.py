"""The content's stamp: no write of content escapes it, and nothing else moves it."""

import threading

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from acteurs.models import Acteur, AncienneAdresse, Essai, Etat, Famille, Niveau, Presence, Trace
from acteurs.stamp import OutsideEditing, Stamp, _written_tables, content_tables, editing, stamp
from fiches.models import (
    Analyse,
    FicheLevier,
    Import,
    Levier,
    LienVerifie,
    Passage,
    Question,
    QuestionJour,
    Recapitulatif,
)
from tests.factories import make_acteur, make_famille, make_fiche, make_levier, make_niveau

pytestmark = pytest.mark.django_db


def raw_fixture(niveau):
    text = serializers.serialize("json", [niveau])
    next(serializers.deserialize("json", text)).save()


# Each way to write content, given rows that exist: {what it is: function(rows)}.
WRITES = {
    "save of a new row": lambda r: Famille(slug="neuve", nom="Neuve").save(),
    "save of a row": lambda r: r.acteur.save(),
    "save of some fields": lambda r: r.acteur.save(update_fields=["description"]),
    "create": lambda r: Famille.objects.create(slug="neuve", nom="Neuve"),
    "get_or_create": lambda r: Famille.objects.get_or_create(slug="neuve", defaults={"nom": "Neuve"}),
    "update_or_create": lambda r: Famille.objects.update_or_create(slug=r.famille.slug, defaults={"nom": "Autre"}),
    "bulk_create": lambda r: Famille.objects.bulk_create([Famille(slug="neuve", nom="Neuve")]),
    "bulk_create, ignoring conflicts": lambda r: Famille.objects.bulk_create(
        [Famille(slug="neuve", nom="Neuve")], ignore_conflicts=True
    ),
    "bulk_create, updating conflicts": lambda r: Famille.objects.bulk_create(
        [Famille(slug=r.famille.slug, nom="Neuve")],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["nom"],
    ),
    "bulk_update": lambda r: Famille.objects.bulk_update([r.famille], ["nom"]),
    "update": lambda r: Famille.objects.filter(pk=r.famille.pk).update(ordre=3),
    "delete of a row": lambda r: r.niveau.delete(),
    "delete of many": lambda r: Niveau.objects.all().delete(),
    "raw delete": lambda r: AncienneAdresse.objects.all()._raw_delete("default"),
    "m2m add": lambda r: r.acteur.niveaux.add(r.niveau),
    "m2m add, from the other side": lambda r: r.niveau.acteurs.add(r.acteur),
    "m2m set": lambda r: r.acteur.niveaux.set([r.niveau]),
    "m2m clear": lambda r: r.acteur.niveaux.clear(),
    "a row of the m2m table": lambda r: Acteur.niveaux.through.objects.create(acteur=r.acteur, niveau=r.niveau),
    "a lever tied to a sheet": lambda r: r.fiche.leviers.add(r.levier),
    "a row that ties a lever": lambda r: FicheLevier.objects.create(content_object=r.fiche, tag=r.levier),
    "a fixture": lambda r: raw_fixture(r.niveau),
    "SQL": lambda r: connection.cursor().execute("DELETE FROM acteurs_ancienneadresse"),
    "SQL, many rows": lambda r: connection.cursor().executemany(
        "UPDATE acteurs_famille SET ordre = %s WHERE id = %s", [(1, r.famille.pk), (2, r.famille.pk)]
    ),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


class Rows:
    def __init__(self):
        self.niveau, self.famille, self.levier, self.fiche = make_niveau(), make_famille(), make_levier(), make_fiche()
        self.acteur = make_acteur(famille=self.famille)


@pytest.fixture
def rows(db):
    return Rows()


@every_write
def test_every_write_outside_the_door_is_refused(rows, write):
    before = stamp()
    with pytest.raises(OutsideEditing, match=r"acteurs\.stamp\.editing"), transaction.atomic():
        write(rows)
    assert stamp() == before


@every_write
def test_every_write_inside_the_door_moves_the_stamp_once(rows, write):
    before = stamp()
    with editing():
        write(rows)
        Famille.objects.filter(pk=rows.famille.pk).update(ordre=9)
    after = stamp()
    assert after.version == before.version + 1
    assert after.token != before.token


@pytest.mark.parametrize("name", ["a lever tied to a sheet", "m2m add", "save of a row", "a fixture", "SQL"])
def test_one_write_alone_moves_the_stamp(rows, name):
    before = stamp()
    with editing():
        WRITES[name](rows)
    assert stamp().version == before.version + 1


def test_before_any_content_the_stamp_is_zero():
    assert stamp() == Stamp(0, "")


def test_reading_does_not_move_the_stamp(rows):
    before = stamp()
    with editing():
        assert Acteur.objects.count() == 1
        assert list(Acteur.objects.select_for_update()) == [rows.acteur]
    assert stamp() == before


def test_what_is_not_content_is_written_freely(rows):
    before = stamp()
    User.objects.create_user("anne")
    assert stamp() == before
    with editing():
        User.objects.create_user("bachir")
    assert stamp() == before


def rename_then_fail(famille):
    Famille.objects.filter(pk=famille.pk).update(nom="Perdue")
    raise ZeroDivisionError


def test_an_exception_undoes_the_write_and_the_stamp(rows):
    before = stamp()
    with pytest.raises(ZeroDivisionError), editing():
        rename_then_fail(rows.famille)
    assert stamp() == before
    rows.famille.refresh_from_db()
    assert rows.famille.nom != "Perdue"


def test_the_door_is_closed_again_after_an_exception(rows):
    with pytest.raises(ZeroDivisionError), editing():
        rename_then_fail(rows.famille)
    with pytest.raises(OutsideEditing), transaction.atomic():
        rows.famille.save()


def test_something_invalid_does_not_move_the_stamp(rows):
    before = stamp()
    with pytest.raises(ValidationError), editing():
        Famille(slug="pas une adresse", nom="").full_clean()
    assert stamp() == before


def test_doors_nest_and_only_the_outermost_moves_the_stamp(rows):
    before = stamp()
    with editing():
        with editing():
            rows.famille.save()
        assert stamp() == before
        with editing():
            rows.niveau.save()
        rows.acteur.save()  # the inner doors did not close the outer one
    assert stamp().version == before.version + 1


def test_an_inner_door_undoes_only_its_own_writes(rows):
    with editing():
        Famille.objects.filter(pk=rows.famille.pk).update(nom="Gardée")
        with pytest.raises(ZeroDivisionError), editing():
            rename_then_fail(rows.famille)
    rows.famille.refresh_from_db()
    assert rows.famille.nom == "Gardée"


def test_opening_the_door_locks_the_row_before_anything_is_written(rows):
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        editing(),
    ):
        rows.famille.save()
    statements = [q["sql"] for q in queries if "acteurs_" in q["sql"]]
    assert all("acteurs_etat" in sql for sql in statements[:2]), "first the stamp's row"
    if connection.vendor == "postgresql":
        assert "FOR UPDATE" in statements[1]


def test_every_model_of_content_and_its_links_are_guarded():
    tables = content_tables()
    ours = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in ("acteurs", "fiches")]
    ours_alone = (
        Analyse,
        Essai,
        Etat,
        Presence,
        Trace,
        Question,
        QuestionJour,
        Import,
        Passage,
        LienVerifie,
        Recapitulatif,
    )
    not_content = {m._meta.db_table for m in ours_alone}
    assert {m._meta.db_table for m in ours} - tables == not_content
    assert Acteur.niveaux.through._meta.db_table in tables
    assert Levier._meta.db_table in tables


def test_there_is_one_stamp_row_only(rows):
    with pytest.raises(IntegrityError), transaction.atomic():
        Etat.objects.create(pk=2)


def test_loaddata_moves_the_stamp_once(tmp_path):
    file = tmp_path / "deux.json"
    file.write_text(
        '[{"model": "acteurs.niveau", "fields": {"slug": "a", "nom": "A"}},'
        ' {"model": "acteurs.niveau", "fields": {"slug": "b", "nom": "B"}}]'
    )
    call_command("loaddata", str(file), verbosity=0)
    assert Niveau.objects.count() == 2
    assert stamp().version == 1


def test_a_fixture_that_fails_leaves_nothing(tmp_path):
    file = tmp_path / "faux.json"
    file.write_text(
        '[{"model": "acteurs.niveau", "fields": {"slug": "a", "nom": "A"}},'
        ' {"model": "acteurs.acteur", "fields": {"slug": "b", "nom": "B", "famille": ["absente"]}}]'
    )
    with pytest.raises(IntegrityError, match=r"(?i)not.null constraint"):
        call_command("loaddata", str(file), verbosity=0)
    assert Niveau.objects.count() == 0
    assert stamp() == Stamp(0, "")


@pytest.mark.django_db(transaction=True)
def test_flush_gives_a_new_stamp():
    make_famille()
    before = stamp()
    call_command("flush", interactive=False, verbosity=0)
    assert Famille.objects.count() == 0
    after = stamp()
    assert after.token
    assert after.token != before.token


@pytest.mark.django_db(transaction=True)
def test_emptying_a_table_is_a_write_too():
    """Flush sends TRUNCATE to PostgreSQL and DELETE to SQLite: both are refused outside the door."""
    for sql in connection.ops.sql_flush(no_style(), [AncienneAdresse._meta.db_table]):
        with pytest.raises(OutsideEditing), connection.cursor() as cursor:
            cursor.execute(sql)


WRITERS, TIMES = 4, 15


def in_threads(number, function):
    """Run `function` in `number` threads that start together; what they raised."""
    start, raised = threading.Barrier(number), []

    def run():
        try:
            start.wait()
            function()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)  # seconds
    return raised


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_lose_nothing():
    """Each thread reads a number, adds 1 and writes it back. They also race to create the stamp's row."""
    famille = make_famille()
    Etat.objects.all().delete()

    def write():
        for _ in range(TIMES):
            with editing():
                mine = Famille.objects.get(pk=famille.pk)
                mine.ordre += 1
                mine.save()

    assert in_threads(WRITERS, write) == []
    assert Famille.objects.get(pk=famille.pk).ordre == WRITERS * TIMES
    assert stamp().version == WRITERS * TIMES


@pytest.mark.django_db(transaction=True)
def test_a_door_open_in_one_thread_is_closed_in_another():
    famille = make_famille()
    with editing():
        raised = in_threads(1, lambda: Famille.objects.filter(pk=famille.pk).update(ordre=5))
    assert [type(error) for error in raised] == [OutsideEditing]


def test_the_stamp_costs_one_query(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        stamp()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ONLY acteurs_famille SET ordre = 1",
        'UPDATE "public"."acteurs_famille" SET ordre = 1',
        "UPDATE OR IGNORE acteurs_famille SET ordre = 1",
        "/* by hand */ update acteurs_famille set ordre = 1",
        "-- by hand\nDELETE FROM acteurs_famille",
        "REPLACE INTO acteurs_famille (id) VALUES (1)",
        "INSERT  OR  REPLACE INTO acteurs_famille (id) VALUES (1)",
        "WITH chosen AS (SELECT 1) UPDATE acteurs_famille SET ordre = 1",
        "WITH gone AS (DELETE FROM acteurs_famille RETURNING id) SELECT id FROM gone",
        "MERGE INTO acteurs_famille USING other ON true WHEN MATCHED THEN DELETE",
        "COPY acteurs_famille FROM STDIN",
        "TRUNCATE auth_user, acteurs_famille",
    ],
)
def test_sql_of_any_shape_is_refused_outside_the_door(db, sql):
    with pytest.raises(OutsideEditing, match="acteurs_famille"), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM acteurs_famille",
        "WITH chosen AS (SELECT id FROM acteurs_famille) SELECT id FROM chosen",
        "UPDATE auth_user SET username = (SELECT slug FROM acteurs_famille LIMIT 1)",
        "DELETE FROM auth_user WHERE id IN (SELECT id FROM acteurs_famille)",
    ],
)
def test_sql_that_only_reads_content_is_let_through(db, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_table_emptied_at_once_is_noted(rows):
    """PostgreSQL's flush names them all in one statement: search asks which ones were written."""
    tables = {Famille._meta.db_table, AncienneAdresse._meta.db_table}
    assert _written_tables(f"TRUNCATE {', '.join(sorted(tables))}, auth_user") == tables
