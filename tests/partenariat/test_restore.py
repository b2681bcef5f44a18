"""A restoration gives back all of an archive, on either database, or changes nothing."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from acteurs.stamp import editing, stamp
from fiches.history import states_of
from fiches.models import Fiche, Import, Theme
from fiches.models.imports import private_storage
from partenariat.backup import restoring
from partenariat.backup.archive import fingerprint
from partenariat.backup.media import present
from partenariat.backup.sealing import new_keys
from tests import factories as make
from tests.archives import accounts, make_import, manifest, rewrite, run, small_site
from tests.old_archive import TITLE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path


@pytest.fixture
def archive(folder):
    """The archive of a small site. The site goes on: it has one more theme, and one file less."""
    small_site()
    path = folder / "site.zip"
    run("backup", "--to", path)
    make.make_theme(titre="Venu après")
    private_storage.delete(Import.objects.get().fichier.name)
    return path


def empty():
    call_command("flush", interactive=False, verbosity=0)


def files(folder):
    root = folder / "media"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# All of it


def test_an_empty_base_gets_all_of_it_back(folder):
    small_site()
    before, words = accounts(), files(folder)
    fiche = Fiche.objects.get()
    states = states_of(fiche.pk).count()
    run("backup", "--to", folder / "site.zip")
    empty()
    (folder / "media").rename(folder / "elsewhere")
    said = run("restore", folder / "site.zip", "--apply")
    assert "Restored and read again" in said
    assert fingerprint(manifest(folder / "site.zip")) in said
    assert accounts() == before
    assert files(folder) == words != {}
    back = Fiche.objects.get()
    assert (back.titre, back.base, back.published_at) == (fiche.titre, fiche.base, fiche.published_at)
    assert [levier.nom for levier in back.leviers.all()] == ["Aller vers"]
    assert User.objects.get(username="camille").check_password("un mot de passe long")
    assert states_of(fiche.pk).count() == states > 0
    run("backup", "--to", folder / "again.zip")
    assert fingerprint(manifest(folder / "again.zip")) == fingerprint(manifest(folder / "site.zip"))


def test_a_base_in_use_is_replaced_when_asked(archive, folder):
    said = run("restore", archive, "--apply", "--replace")
    assert "they will be lost" in said
    assert not Theme.objects.filter(titre="Venu après").exists()
    assert files(folder)[f"imports/{Import.objects.get().fichier.name}"] == "Les mots déposés.".encode()


def test_what_is_derived_is_made_again(archive, client):
    """The stamp is new, and goes forward: no page, no search keeps what it had."""
    client.get("/fiches/?q=ensemble")
    with editing():
        Fiche.objects.update(titre="Autre chose")
    assert "Autre chose" in client.get("/fiches/?q=autre+chose").content.decode()
    before = stamp()
    run("restore", archive, "--apply", "--replace")
    now = stamp()
    assert now.version > before.version
    assert {now.token, now.fiches, now.lexique}.isdisjoint({before.token, before.fiches, before.lexique})
    assert "Œuvrer" in client.get("/fiches/?q=ensemble").content.decode()
    assert "<em>Autre" not in client.get("/fiches/?q=autre+chose").content.decode()


def test_sessions_are_closed(archive):
    SessionStore().save()
    run("restore", archive, "--apply", "--replace")
    assert Session.objects.count() == 0


def test_numbers_once_given_are_not_given_again(folder):
    """A history names its sheet by its number: a new sheet must not get that of a sheet that was deleted."""
    gone = make.make_fiche()
    last = gone.pk
    with editing():
        gone.delete()
    run("backup", "--to", folder / "site.zip")
    empty()
    run("restore", folder / "site.zip", "--apply", "--replace")
    assert make.make_fiche().pk > last
    assert make.make_acteur().pk > 0


def test_files_keep_their_rights_and_a_private_folder_stays_private(archive, folder):
    (folder / "media").rename(folder / "elsewhere")
    run("restore", archive, "--apply", "--replace")
    path = Path(Import.objects.get().fichier.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_files_that_the_archive_does_not_name_stay(archive, folder):
    other = make_import(b"venu ensuite")
    run("restore", archive, "--apply", "--replace")
    assert private_storage.exists(other.fichier.name)
    assert len(files(folder)) == 2


def test_an_encrypted_archive_needs_its_key(folder, settings):
    small_site()
    before = accounts()
    secret, settings.BACKUP_RECIPIENTS = (lambda pair: (pair[0], [pair[1]]))(new_keys())
    run("backup", "--to", folder / "site.zip.age")
    for key, words in (("", "in BACKUP_KEY"), ("x", "not an age secret key"), (new_keys()[0], "does not open")):
        settings.BACKUP_KEY = key
        with pytest.raises(CommandError, match=f"{words}.*Nothing was restored"):
            run("restore", folder / "site.zip.age")
    settings.BACKUP_KEY = secret
    empty()
    run("restore", folder / "site.zip.age", "--apply", "--replace")
    assert accounts() == before


# Or nothing


def test_nothing_is_written_without_apply(archive, folder):
    before, words, mark = accounts(), files(folder), stamp()
    said = run("restore", archive, "--replace")
    assert "Nothing was written: add --apply" in said
    assert "they will be lost" in said
    assert (accounts(), files(folder), stamp()) == (before, words, mark)


def test_a_base_in_use_is_not_replaced_unasked(archive, folder):
    before, words, mark = accounts(), files(folder), stamp()
    with pytest.raises(CommandError, match=r"add --replace to lose what it holds\. Nothing was restored"):
        run("restore", archive, "--apply")
    assert (accounts(), files(folder), stamp()) == (before, words, mark)


def swap(found, said):
    name = "tables/fiches.Theme.jsonl"
    found[name] = found[name].replace(b"Une introduction.", b"Une intrusion.")


def forget(found, said):
    del found["tables/fiches.Etape.jsonl"]


def add(found, said):
    found["tables/secret.jsonl"] = b""


def shorten(found, said):
    found["tables/fiches.Etape.jsonl"] = b""


def spoil_file(found, said):
    found[next(name for name in found if name.startswith("media/"))] += b"!"


def spoil_manifest(found, said):
    said["tables"]["fiches.Theme"]["rows"] += 1


def empty_manifest(found, said):
    said.clear()


def newer_format(found, said):
    said["format"] = 2


def newer_migrations(found, said):
    said["migrations"]["fiches"].append("9999_the_future")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap, "tables/fiches.Theme.jsonl is not what its manifest says"),
        (forget, "tables/fiches.Etape.jsonl is missing"),
        (add, "tables/secret.jsonl is missing, or is not in the manifest"),
        (shorten, "tables/fiches.Etape.jsonl is not what its manifest says"),
        (spoil_file, "media/imports/.* is not what its manifest says"),
        (spoil_manifest, "tables/fiches.Theme.jsonl is not what its manifest says"),
        (empty_manifest, "manifest cannot be understood"),
        (newer_format, "of format 2, made by version .*: this version reads format 1"),
        (newer_migrations, r"does not know the migration fiches\.9999_the_future\. Install that version or a later"),
    ],
)
def test_an_archive_that_was_touched_is_refused_before_anything_is_written(archive, folder, change, words):
    rewrite(archive, change)
    before, held, mark = accounts(), files(folder), stamp()
    for flags in ([], ["--apply", "--replace"]):
        with pytest.raises(CommandError, match=f"{words}.*Nothing was restored"):
            run("restore", archive, *flags)
    assert (accounts(), files(folder), stamp()) == (before, held, mark)


def test_an_archive_that_was_cut_is_refused_wherever_it_was(archive):
    """Cut at each twentieth, or with one byte changed there: damaged, and said so."""
    whole = archive.read_bytes()
    for part in range(20):
        at = len(whole) * part // 20
        archive.write_bytes(whole[:at])
        with pytest.raises(CommandError, match=r"(damaged|no manifest).*Nothing was restored"):
            run("restore", archive)
        archive.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            run("restore", archive)
        except CommandError as error:
            assert "Nothing was restored" in str(error)  # noqa: PT017 (a byte may be one that says nothing)


def orphan(found, said):
    """A step of no sheet."""
    found["tables/fiches.Theme.jsonl"] = b""


def two_of_the_same(found, said):
    name = "tables/fiches.Theme.jsonl"
    found[name] += found[name]


def against_a_rule(found, said):
    at = said["tables"]["fiches.Fiche"]["columns"].index("statut")
    row = json.loads(found["tables/fiches.Fiche.jsonl"])
    row[at] = "inconnu"
    found["tables/fiches.Fiche.jsonl"] = json.dumps(row, ensure_ascii=False).encode() + b"\n"


def not_a_row(found, said):
    found["tables/fiches.Fiche.jsonl"] = b'{"titre": "rien"}\n'


def other_columns(found, said):
    said["tables"]["fiches.Fiche"]["columns"][1] = "password"


def other_tables(found, said):
    said["tables"]["auth.Intruder"] = said["tables"].pop("fiches.Etape")
    found["tables/auth.Intruder.jsonl"] = found.pop("tables/fiches.Etape.jsonl")


@pytest.mark.parametrize(
    "change",
    [orphan, two_of_the_same, against_a_rule, not_a_row, other_columns, other_tables],
    ids=lambda f: f.__name__,
)
def test_rows_that_the_base_does_not_accept_undo_everything(archive, folder, change):
    """Their sums are right: only the writing can tell."""
    rewrite(archive, change, sums=True)
    before, held, mark = accounts(), files(folder), stamp()
    with pytest.raises(CommandError, match="Nothing was restored"):
        run("restore", archive, "--apply", "--replace")
    assert (accounts(), files(folder), stamp()) == (before, held, mark)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does not count the signs of a text")
def test_a_text_that_only_sqlite_accepts_is_named(archive):
    def lengthen(found, said):
        name = "tables/fiches.Theme.jsonl"
        found[name] = found[name].replace(b'"Comment faire ?"', b'"' + b"?" * 161 + b'"')

    rewrite(archive, lengthen, sums=True)
    with pytest.raises(CommandError, match=r"fiches\.Theme, rows 1 to \d+: value too long.*Nothing was restored"):
        run("restore", archive, "--apply", "--replace")


def test_what_reads_differently_once_written_is_not_kept(archive, folder, monkeypatch):
    before, held = accounts(), files(folder)
    write = restoring.rows.write

    def clumsy(model, names, lines, using):
        write(model, names, (line.replace("é".encode(), b"e") for line in lines), using)

    monkeypatch.setattr(restoring.rows, "write", clumsy)
    with pytest.raises(CommandError, match=r"Read again, .*fiches\.Fiche.* differ from the archive"):
        run("restore", archive, "--apply", "--replace")
    assert (accounts(), files(folder)) == (before, held)


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "imports/../../evil",
        "/tmp/evil",  # noqa: S108
        "imports//evil",
        "./evil",
        "imports\\..\\evil",
        "",
        "..",
        ".restoring-x/evil",
        "evil\0.txt",
    ],
)
def test_a_file_that_would_lie_elsewhere_is_refused(archive, folder, name):
    def lead_astray(found, said):
        former = next(iter(said["files"]))
        said["files"][name] = said["files"].pop(former)
        found[f"media/{name}"] = found.pop(f"media/{former}")

    rewrite(archive, lead_astray)
    before, held = accounts(), files(folder)
    with pytest.raises(CommandError, match="Nothing was restored"):
        run("restore", archive, "--apply", "--replace")
    assert (accounts(), files(folder)) == (before, held)
    assert not list(folder.rglob("*evil*"))


def test_a_disk_without_room_for_the_files_leaves_the_base(archive, folder, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before, held = accounts(), files(folder)
    with pytest.raises(CommandError, match=r"No space left on device\. Nothing was restored"):
        run("restore", archive, "--apply", "--replace")
    assert (accounts(), files(folder)) == (before, held)
    assert not list((folder / "media").glob(".restoring-*"))


def test_what_a_killed_restoration_left_is_swept(archive, folder):
    """And no backup takes it."""
    (folder / "media" / ".restoring-x").mkdir()
    (folder / "media" / ".restoring-x" / "words").write_bytes(b"half")
    assert present(folder / "media") == []
    run("restore", archive, "--apply", "--replace")
    assert [path.name for path in (folder / "media").iterdir()] == ["imports"]


def test_files_that_cannot_be_put_in_place_are_told(archive, monkeypatch):
    def refused(*paths):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(CommandError, match=r"The rows are restored, not all the files.*Restore again"):
        run("restore", archive, "--apply", "--replace")


@pytest.mark.parametrize("path", ["nowhere.zip", "."])
def test_a_file_that_is_none_is_refused(folder, path):
    with pytest.raises(CommandError, match="Nothing was restored"):
        run("restore", folder / path)


# Elsewhere, in a base of its own


def child(*command, folder, **env):
    """Run a module or a command in a process whose base is an SQLite file of `folder`."""
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": f"sqlite:///{folder}/child.sqlite3", **env}
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        env={**os.environ, **env},
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_archive_goes_to_another_engine_and_comes_back(archive, folder):
    """From the database under test to SQLite, and from there to the database under test."""
    told = fingerprint(manifest(archive))
    said = child("manage.py", "restore", archive, "--apply", folder=folder)
    assert "The base is blank: its tables will be made." in said
    assert told in said
    child("manage.py", "migrate", "--check", folder=folder)
    back = folder / "back.zip"
    try:
        child("manage.py", "backup", "--to", back, folder=folder)
    except AssertionError as error:
        assert "are nowhere in" in str(error)  # noqa: PT017 (the child’s files went with it)
    assert manifest(back)["engine"] == "sqlite"
    run("restore", back, "--apply", "--replace")
    assert {label: (r["rows"], r["checksum"]) for label, r in manifest(archive)["tables"].items()} == accounts()


def test_a_rehearsal_restores_elsewhere_and_touches_nothing_here(archive, folder):
    before, held, mark = accounts(), files(folder), stamp()
    said = run("rehearse_backup", archive)
    assert fingerprint(manifest(archive)) in said
    assert "can be restored" in said
    assert (accounts(), files(folder), stamp()) == (before, held, mark)


def test_a_rehearsal_fails_for_an_archive_that_cannot_be_restored(archive):
    rewrite(archive, orphan, sums=True)
    with pytest.raises(CommandError, match=r"cannot be restored.*Nothing was restored"):
        run("rehearse_backup", archive)


@pytest.fixture(scope="module")
def old_archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    child("-m", "tests.old_archive", folder / "old.zip", folder=folder)
    return folder / "old.zip"


def test_an_archive_of_a_former_version_is_brought_to_this_one(old_archive, folder):
    """Its tables are made as they were, filled, and migrated, away from here."""
    path = old_archive
    assert "fiches.Import" not in manifest(path)["tables"]
    make.make_theme(titre="Le présent")
    assert "those of an earlier version" in run("restore", path, "--replace")
    assert Theme.objects.get().titre == "Le présent"
    run("restore", path, "--apply", "--replace")
    assert [(fiche.titre, fiche.theme.titre) for fiche in Fiche.objects.all()] == [(TITLE, "Un thème")]
    assert Import.objects.count() == 0
    assert Permission.objects.filter(codename="add_fiche").count() == 1
    assert make.make_fiche().pk > Fiche.objects.get(titre=TITLE).pk


def test_an_archive_that_cannot_be_converted_says_what_to_install(old_archive, folder):
    path = Path(shutil.copy(old_archive, folder))
    rewrite(path, lambda found, said: said["tables"]["fiches.Fiche"]["columns"].reverse())
    mark = stamp()
    with pytest.raises(CommandError, match=r"Restore it with the version that made it \(.*, 20..-"):
        run("restore", path, "--apply", "--replace")
    assert stamp() == mark
    assert connection.is_usable()
