"""A backup is one archive of one moment, made while others write, or no archive at all."""

import base64
import errno
import json
import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pyrage
import pytest
from django.apps import apps
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError
from django.db import DatabaseError, OperationalError, connection, models
from django.db.migrations.recorder import MigrationRecorder

from acteurs.stamp import editing, stamp
from fiches.models import Etape, Fiche, Theme
from fiches.models.imports import private_storage
from partenariat.backup import media, rows
from partenariat.backup.archive import partial_of, whole_file
from partenariat.backup.moment import moment
from partenariat.backup.sealing import new_keys
from tests import factories as make
from tests.archives import make_import, manifest, members, run, small_site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


# What it holds


def test_an_archive_says_what_it_holds(folder):
    fiche = small_site()
    said = run("backup", "--to", folder / "site.zip")
    told = manifest(folder / "site.zip")
    assert "not encrypted" in said
    assert told["format"] == 1
    assert told["engine"] == connection.vendor
    assert told["content"] == {"version": stamp().version, "token": stamp().token}
    assert "0001_initial" in told["migrations"]["fiches"]
    record = told["tables"]["fiches.Fiche"]
    assert record["rows"] == Fiche.objects.count()
    assert (record["rows"], record["checksum"]) == rows.account(Fiche, "default")
    line = json.loads(members(folder / "site.zip")["tables/fiches.Fiche.jsonl"].splitlines()[0])
    assert dict(zip(record["columns"], line, strict=True))["titre"] == fiche.titre
    assert [name.startswith("imports/") for name in told["files"]] == [True]
    assert "restore" in members(folder / "site.zip")["LISEZMOI.txt"].decode()


def test_only_its_owner_may_read_it(folder):
    run("backup")
    (archive,) = (folder / "backups").iterdir()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(archive.parent.stat().st_mode) == 0o700


def test_sessions_login_attempts_and_presences_stay_out(folder):
    from axes.models import AccessAttempt

    store = SessionStore()
    store["what"] = "une session ouverte"
    store.save()
    AccessAttempt.objects.create(username="quelqu’un", ip_address="192.0.2.7", failures_since_start=1)
    run("backup", "--to", folder / "site.zip")
    held = manifest(folder / "site.zip")
    assert {"sessions.Session", "axes.AccessAttempt", "acteurs.Presence"} <= set(held["left_out"])
    assert b"192.0.2.7" not in b"".join(members(folder / "site.zip").values())
    assert set(held["tables"]).isdisjoint(held["left_out"])
    assert set(held["tables"]) | set(held["left_out"]) == {model._meta.label for model in rows.all_models(apps)}


def test_what_stays_out_is_named_after_what_exists():
    assert {model._meta.label for model in rows.all_models(apps)} >= rows.LEFT_OUT
    assert {model._meta.app_label for model in rows.all_models(apps)} >= rows.LEFT_OUT_APPS


class Anything(models.Model):
    """A column of each kind that a line must say, ours or those of a model to come."""

    at = models.DateTimeField()
    day = models.DateField()
    long = models.DurationField()
    price = models.DecimalField(max_digits=6, decimal_places=2)
    mark = models.UUIDField()
    raw = models.BinaryField()
    story = models.JSONField()
    is_true = models.BooleanField()
    name = models.TextField(null=True)  # noqa: DJ001 (a null that is not an empty text)

    class Meta:
        app_label = "tests"
        managed = False

    def __str__(self):
        return ""


def test_a_value_is_said_whole_and_read_again():
    """To the microsecond, whatever the time zone, and the same for both engines whatever the order of keys."""
    paris = timezone(timedelta(hours=2))
    values = {
        "at": datetime(2026, 7, 1, 2, 3, 4, 123456, tzinfo=paris),
        "day": date(2026, 7, 1),
        "long": timedelta(days=3, microseconds=7),
        "price": Decimal("10.50"),
        "mark": UUID(int=7),
        "raw": b"\x00\xff",
        "story": {"b": [1, 2.5, None], "a": "é\u2028’"},
        "is_true": True,
        "name": None,
    }
    line = rows._line(tuple(values.values()))
    fields = [Anything._meta.get_field(name) for name in values]
    read = {f.name: rows._python(f, value) for f, value in zip(fields, json.loads(line), strict=True)}
    assert {**read, "raw": bytes(read["raw"])} == values
    assert b'"2026-07-01T00:03:04.123456+00:00"' in line
    assert base64.b64encode(b"\x00\xff") in line
    assert rows._line([{"a": 1, "b": 2}]) == rows._line([{"b": 2, "a": 1}])
    assert "\n" not in line.decode()


# One moment


def test_nobody_waits_for_a_backup_and_it_does_not_see_what_comes_after():
    theme = make.make_theme(titre="Avant")
    others = []

    def write():
        try:
            with editing():
                Theme.objects.filter(pk=theme.pk).update(titre="Après")
            others.append(Theme.objects.get().titre)
        finally:
            connection.close()

    with moment():
        thread = Thread(target=write)
        thread.start()
        thread.join()
        assert others == ["Après"]
        assert Theme.objects.get().titre == "Avant"
    assert Theme.objects.get().titre == "Après"


def test_a_backup_can_only_read():
    with pytest.raises(DatabaseError, match=r"read.?only"), moment():
        LogEntry.objects.all()._raw_delete("default")


def test_under_write_load_the_archive_is_of_one_moment(folder, monkeypatch):
    """Two sheets always say the same number and have as many steps; so they do in archives made meanwhile.

    Two more numbers at least are saved before each table that says them: nobody was held up.
    """
    first, second = make.make_fiche(), make.make_fiche()
    done, saved = Event(), [0]

    def write():
        try:
            while not done.is_set():
                with editing():
                    for fiche in (first, second):
                        fiche.resume = f"{saved[0] + 1}"
                        fiche.save()
                        make.make_etape(fiche=fiche)
                saved[0] += 1
        finally:
            connection.close()

    def read_later(model, using):
        if model in (Etape, Fiche):
            before, patience = saved[0], time.monotonic() + 20  # seconds
            while saved[0] < before + 2 and time.monotonic() < patience:
                time.sleep(0.01)
            assert saved[0] >= before + 2, "the writer was held up"
        return read(model, using)

    read = rows.read
    monkeypatch.setattr(rows, "read", read_later)
    thread = Thread(target=write)
    thread.start()
    try:
        for turn in range(3):
            run("backup", "--to", folder / f"{turn}.zip")
    finally:
        done.set()
        thread.join()
    for turn in range(3):
        found = members(folder / f"{turn}.zip")
        at = manifest(folder / f"{turn}.zip")["tables"]["fiches.Fiche"]["columns"].index("resume")
        numbers = [json.loads(line)[at] for line in found["tables/fiches.Fiche.jsonl"].splitlines()]
        steps = [json.loads(line)[1] for line in found["tables/fiches.Etape.jsonl"].splitlines()]
        assert numbers[0] == numbers[1]
        assert [steps.count(first.pk), steps.count(second.pk)] == [int(numbers[0] or 0)] * 2


def test_a_file_erased_meanwhile_is_looked_at_again(folder, monkeypatch):
    """Its row goes first, then the file: an archive that had the row without the file would not be of one moment."""
    source, kept = make_import(), make_import(b"autre")
    name = source.fichier.name
    first = []

    def purge_then_list(root):
        if not first:
            first.append(True)
            purge = Thread(target=lambda: (source.delete(), private_storage.delete(name), connection.close()))
            purge.start()
            purge.join()
        return present(root)

    present = media.present
    monkeypatch.setattr(media, "present", purge_then_list)
    run("backup", "--to", folder / "site.zip")
    assert list(manifest(folder / "site.zip")["files"]) == [f"imports/{kept.fichier.name}"]
    assert manifest(folder / "site.zip")["tables"]["fiches.Import"]["rows"] == 1


def test_a_file_that_is_lost_fails_the_command_but_not_the_backup(folder):
    source = make_import()
    private_storage.delete(source.fichier.name)
    with pytest.raises(CommandError, match=f"The archive was made, but 1 files.*imports/{source.fichier.name}"):
        run("backup", "--to", folder / "site.zip")
    assert manifest(folder / "site.zip")["lost"] == [f"imports/{source.fichier.name}"]


# Whole, or not at all


def test_a_file_takes_its_name_once_it_is_whole(tmp_path):
    path = tmp_path / "site.zip"
    with suppress(ZeroDivisionError), whole_file(path) as stream:
        stream.write(b"half")
        assert left_in(tmp_path) == [".site.zip.partial"]
        raise ZeroDivisionError
    assert left_in(tmp_path) == []
    with whole_file(path) as stream:
        stream.write(b"whole")
    with pytest.raises(FileExistsError), whole_file(path):
        pass
    assert path.read_bytes() == b"whole"
    assert left_in(tmp_path) == ["site.zip"]


def fill_the_disk(monkeypatch):
    """Files are written to /dev/full, which answers as a disk without room does."""
    fdopen = os.fdopen

    def full(descriptor, mode, **more):
        if "w" in mode and stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return open("/dev/full", mode, **more)
        return fdopen(descriptor, mode, **more)

    monkeypatch.setattr(os, "fdopen", full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_full_disk_is_told_and_leaves_nothing(folder, settings, monkeypatch, encrypted):
    small_site()
    fill_the_disk(monkeypatch)
    settings.BACKUP_RECIPIENTS = [new_keys()[1]] if encrypted else []
    with pytest.raises(CommandError, match="No archive was made: there is no room left on the disk of") as raised:
        run("backup", "--keep", "1")
    assert raised.value.__cause__.errno == errno.ENOSPC
    assert left_in(folder / "backups") == []


def test_a_database_that_goes_away_leaves_nothing(folder, monkeypatch):
    def gone(model, using):
        raise OperationalError("gone")
        yield

    monkeypatch.setattr(rows, "read", gone)
    with pytest.raises(OperationalError):
        run("backup")
    assert left_in(folder / "backups") == []


def test_a_backup_that_is_stopped_leaves_nothing(folder):
    """As systemd stops it, in the middle of its writing."""
    script = (
        "import django, os, signal; django.setup()\n"
        "from django.core.management import call_command\n"
        "from partenariat.backup import making\n"
        "making._table = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "call_command('migrate', verbosity=0)\n"
        "call_command('backup', to=__import__('pathlib').Path('site.zip'))\n"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(site.BASE_DIR),
        "DATABASE_URL": f"sqlite:///{folder}/base.sqlite3",
    }
    stopped = subprocess.run([sys.executable, "-c", script], env=env, cwd=folder, capture_output=True, check=False)
    assert stopped.returncode == 143, stopped.stderr
    assert [name for name in left_in(folder) if "zip" in name] == []


def test_what_a_killed_backup_left_goes_the_day_after(folder):
    (folder / "backups").mkdir()
    names = [".partenariat-20260101T000000Z.zip.partial", ".partenariat-20260102T000000Z.zip.partial"]
    old, fresh = (partial_of(folder / "backups" / name[1:].removesuffix(".partial")) for name in names)
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    run("backup")
    assert not old.exists()
    assert fresh.exists()


def test_tables_that_wait_for_a_migration_are_not_backed_up(folder):
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="fiches").order_by("pk").last()
    recorder.record_unapplied("fiches", last.name)
    try:
        with pytest.raises(CommandError, match=r"run `manage.py migrate` first\. No archive was made"):
            run("backup")
    finally:
        recorder.record_applied("fiches", last.name)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("nowhere/site.zip", "nowhere is not a folder"),
        ("nowhere", "is not a folder. For a file, give a name that ends in .zip"),
        ("there.zip", "an archive is never written over"),
    ],
)
def test_a_place_that_will_not_do_is_refused(folder, to, words):
    (folder / "there.zip").write_bytes(b"precious")
    with pytest.raises(CommandError, match=words):
        run("backup", "--to", folder / to)
    assert (folder / "there.zip").read_bytes() == b"precious"


# Encryption


def test_an_encrypted_archive_shows_nothing_and_opens_with_its_key(folder, settings):
    small_site()
    secret, public = new_keys()
    settings.BACKUP_RECIPIENTS = [public, new_keys()[1]]
    assert ", encrypted," in run("backup")
    (archive,) = (folder / "backups").iterdir()
    assert archive.name.endswith(".zip.age")
    assert archive.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"fiches.Fiche" not in archive.read_bytes()
    identity = pyrage.x25519.Identity.from_str(secret)
    assert b"fiches.Fiche" in pyrage.decrypt(archive.read_bytes(), [identity])


def test_encryption_that_is_asked_for_is_not_forgotten(folder, settings):
    with pytest.raises(CommandError, match="needs public keys in BACKUP_RECIPIENTS"):
        run("backup", "--encrypt")
    settings.BACKUP_RECIPIENTS = ["age1mistyped"]
    with pytest.raises(CommandError, match=r"not an age public key.*No archive was made"):
        run("backup")
    assert left_in(folder / "backups") == []


def test_new_keys_are_printed_as_settings_and_nothing_else_is_done(folder):
    said = dict(line.split("=") for line in run("backup", "--new-key").splitlines())
    assert said["BACKUP_KEY"].startswith("AGE-SECRET-KEY-1")
    assert said["BACKUP_RECIPIENTS"].startswith("age1")
    assert left_in(folder) == []


# Rotation, on the disk: see test_rotation.py for the rule


def test_former_archives_go_once_the_new_one_is_there(folder, settings):
    settings.BACKUP_DIR.mkdir()
    days = [f"partenariat-2026010{n}T000000Z.zip" for n in range(1, 5)]
    others = ["precious.zip", "partenariat-2026.zip"]
    for name in (*days, *others):
        (settings.BACKUP_DIR / name).touch()
    said = run("backup", "--keep", "2")
    kept = left_in(settings.BACKUP_DIR)
    assert len(kept) == 4
    assert {days[-1], *others} < set(kept)
    assert f"{days[0]}: erased." in said
    assert datetime.now(UTC).strftime("partenariat-%Y%m%d") in kept[-2]


def test_nothing_goes_when_the_backup_fails(folder, settings, monkeypatch):
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / "partenariat-20260101T000000Z.zip").touch()
    settings.BACKUP_RECIPIENTS = ["age1mistyped"]
    with pytest.raises(CommandError):
        run("backup", "--keep", "1")
    assert left_in(settings.BACKUP_DIR) == ["partenariat-20260101T000000Z.zip"]


def test_a_clock_that_was_wrong_does_not_cost_the_new_archive(folder, settings):
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / "partenariat-20990101T000000Z.zip").touch()
    run("backup", "--keep", "1")
    assert len(left_in(settings.BACKUP_DIR)) == 2


def test_counts_are_for_a_folder_and_not_below_zero(folder):
    with pytest.raises(CommandError, match="is not a folder"):
        run("backup", "--to", folder / "site.zip", "--keep", "3")
    with pytest.raises(CommandError, match="0 or more"):
        run("backup", "--keep=-3")
