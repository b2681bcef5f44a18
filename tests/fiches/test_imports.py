"""A workshop report through the admin: received, refused, reviewed, written whole or not at all, forgotten in time."""

import io
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acteurs.stamp import stamp
from fiches.models import Atelier, Destin, Extrait, Import, Passage
from fiches.models.imports import private_storage
from fiches.reports import concluding, drafting, keeping, reviewing
from fiches.reports.lines import ReportRefused
from fiches.reports.masking import bare_ink, mask
from fiches.reports.reading import MAX_SIZE
from fiches.reports.writing import NewAtelier
from tests import factories as make
from tests.admin_pages import messages, visible_text

from .reports.samples import TYPED

pytestmark = pytest.mark.django_db

IMPORT = reverse("admin:fiches_atelier_importer")
WITH_NAMES = """THEME 1 : CE QUI FAIT QUE ÇA MATCHE
Paroles des centres sociaux
- Il faut appeler Marie Dupont au 06 12 34 56 78.
- Écrire à marie.dupont@example.org avant de venir.
- Se voir souvent.
Côté école
- On manque de temps.
THEME 7 : UNE QUESTION QUE PERSONNE NE CONNAÎT
Paroles des centres sociaux
- Une idée sans thème connu.
"""


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def themes(db):
    return [
        make.make_theme(numero=1, titre="Ce qui fait que ça matche"),
        make.make_theme(numero=3, titre="Faire durer le partenariat", synonymes="faire durer"),
    ]


def draft(text=TYPED, name="cr.txt", **more):
    return drafting.draft_import(text.encode(), name, by=None, **more)


def settled(text=TYPED, **more):
    """An import of which every alert was looked at."""
    source = draft(text, **more)
    with reviewing.reviewing(source.pk) as locked:
        reviewing.arrange(locked, list(locked.passages.filter(voix="")), voix="centres-sociaux")
        reviewing.seen(locked, list(locked.passages.unsettled()))
    return source


def written(text=TYPED, **atelier):
    source = settled(text)
    return concluding.conclude(source, NewAtelier(**{"titre": "Rencontre", **atelier}))[0]


def review_url(source, **query):
    return reverse("admin:fiches_import", args=[source.pk], query=query)


def send(client, data, name="cr.txt", url=IMPORT, **more):
    return client.post(url, {"fichier": SimpleUploadedFile(name, data), **more}, follow=True)


def gesture(client, source, geste, *rows, query=None, **more):
    data = {
        "geste": geste,
        "ligne": [row.pk for row in rows],
        "version": Import.objects.get(pk=source.pk).version,
        **more,
    }
    return client.post(review_url(source, **(query or {})), data, follow=True)


def segment(source, text):
    return source.passages.get(destin=Destin.SEGMENT, texte__contains=text)


def balanced(source):
    """The account, from what the passages say and from the words themselves."""
    rows = list(source.passages.all())
    assert sum(row.encre for row in rows) == source.total
    assert all(row.encre >= bare_ink(row.texte) for row in rows if row.destin != Destin.DISPARU)
    return True


def with_permissions(client, *codenames):
    user = User.objects.create_user("benevole", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


class TestReceiving:
    def test_a_report_is_read_kept_in_private_and_its_sums_are_shown(self, admin_client):
        before = stamp()
        answer = send(admin_client, TYPED.encode())
        source = Import.objects.get()
        assert answer.redirect_chain == [(review_url(source), 302)]
        assert source.total == sum(not c.isspace() for c in TYPED)
        assert balanced(source)
        text = visible_text(answer.content.decode())
        assert "Le compte y est" in text
        assert f"{source.total} caractères lus" in text
        assert "en 15 extraits" in text
        assert not Atelier.objects.exists()
        assert stamp() == before
        path = private_storage.path(source.fichier.name)
        assert oct(os.stat(path).st_mode)[-3:] == "600"
        assert "cr" not in source.fichier.name

    def test_the_passages_follow_the_report(self):
        source = draft()
        lines = [row.lignes[0] for row in source.passages.all() if row.lignes]
        assert lines == sorted(lines)
        assert set(source.passages.values_list("destin", flat=True)) == {"segment", "intertitre", "ignore"}

    def test_the_same_file_leads_to_its_review_then_to_its_workshop(self, admin_client):
        source = settled()
        answer = send(admin_client, TYPED.encode(), name="autre-nom.txt")
        assert "attend déjà sa relecture" in visible_text(answer.content.decode())
        assert f'href="{review_url(source)}"' in answer.content.decode()
        atelier, _ = concluding.conclude(source, NewAtelier("Rencontre"))
        answer = send(admin_client, TYPED.encode())
        assert "déjà devenu un atelier" in visible_text(answer.content.decode())
        assert reverse("admin:fiches_atelier_change", args=[atelier.pk]) in answer.content.decode()
        assert Import.objects.count() == 1

    def test_a_file_imported_by_the_command_is_known_too(self, admin_client, tmp_path):
        path = tmp_path / "cr.txt"
        path.write_text(TYPED, encoding="utf-8")
        call_command("import_report", str(path), "--apply", stdout=StringIO())
        answer = send(admin_client, TYPED.encode())
        assert "déjà devenu un atelier" in visible_text(answer.content.decode())

    def test_a_name_of_file_is_printed_as_text(self, admin_client):
        answer = send(admin_client, TYPED.encode(), name="<img src=x onerror=alert(1)>.txt")
        assert "<img src=x" not in answer.content.decode()


def zipped(**parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return data.getvalue()


TYPES = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.main"/></Types>'
HOSTILE = {
    "empty.txt": b"",
    "blank.txt": b" \n\n ",
    "image.docx": b"\x89PNG not a document",
    "report.pdf": b"%PDF-1.7",
    "report.exe": b"MZ",
    "noname": b"text",
    "pdf.txt": b"%PDF-1.7 disguised",
    "noise.txt": bytes(range(256)) * 40,
    "locked.docx": bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 100,
    "bomb.docx": zipped(word__document_dot_xml=b" " * 60_000_000),
    "xxe.docx": zipped(
        word__document_dot_xml='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w>&e;</w>',
        **{"[Content_Types]_dot_xml": TYPES},
    ),
    "macro.docm": zipped(word__vbaProject_dot_bin=b"x"),
    "macro.docx": zipped(word__vbaProject_dot_bin=b"x", word__document_dot_xml="<w/>"),
    "long.txt": b"x" * 200_000,
}


class TestRefusing:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_files_are_refused_in_french_and_leave_nothing(self, admin_client, name):
        answer = send(admin_client, HOSTILE[name], name=name)
        assert answer.status_code == 200
        refusal = answer.context["refusal"] or " ".join(answer.context["form"].errors.get("fichier", []))
        assert len(refusal) > 15
        assert "Traceback" not in refusal
        assert f'role="alert">{refusal[:3]}' in answer.content.decode() or answer.context["form"].errors
        assert not Import.objects.exists()
        assert not private_storage.exists("") or private_storage.listdir("")[1] == []

    def test_a_file_too_big_is_thrown_away_as_it_comes(self, admin_client, monkeypatch):
        monkeypatch.setattr("fiches.admin.imports.draft_import", lambda *a, **k: pytest.fail("it was read"))
        answer = send(admin_client, b"x" * (MAX_SIZE + 1))
        assert "dépasse 20 Mo" in answer.context["refusal"]
        assert not Import.objects.exists()

    def test_a_request_far_too_big_is_answered_before_it_is_read(self, admin_client, rf):
        class Unread(io.RawIOBase):
            def read(self, *args):
                pytest.fail("the body was read")

        answer = admin_client.generic(
            "POST", IMPORT, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**9),
            **{"wsgi.input": Unread()},
        )  # fmt: skip
        assert answer.status_code == 413
        assert "dépasse 20 Mo" in visible_text(answer.content.decode())

    def test_no_file(self, admin_client):
        answer = admin_client.post(IMPORT, {})
        assert "Choisissez d’abord un fichier" in visible_text(answer.content.decode())

    def test_the_form_is_protected_from_other_sites(self, client, django_user_model):
        client.force_login(django_user_model.objects.create_superuser("curator"))
        client.handler.enforce_csrf_checks = True
        answer = client.post(IMPORT, {"fichier": SimpleUploadedFile("cr.txt", TYPED.encode())})
        assert answer.status_code == 403
        assert not Import.objects.exists()

    def test_its_own_form_is_let_in(self, client, django_user_model):
        """As a browser sends it: the body must still be unread when its size is bounded."""
        client.force_login(django_user_model.objects.create_superuser("curator"))
        client.handler.enforce_csrf_checks = True
        token = client.get(IMPORT).context["csrf_token"]
        file = SimpleUploadedFile("cr.txt", TYPED.encode())
        answer = client.post(IMPORT, {"fichier": file, "csrfmiddlewaretoken": str(token)})
        assert answer.status_code == 302
        assert Import.objects.exists()

    def test_a_failure_while_it_is_kept_leaves_neither_row_nor_file(self, monkeypatch):
        def fails(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(type(Passage.objects.all()), "bulk_create", fails)
        with pytest.raises(RuntimeError):
            draft()
        assert not Import.objects.exists()
        assert private_storage.listdir("")[1] == []


class TestRights:
    @pytest.mark.parametrize("page", ["", "lignes/0/", "ecrire/", "fichier/", "abandonner/"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_every_page_needs_the_right_to_add_a_workshop(self, client, page, method):
        source = draft()
        url = review_url(source) + page.replace("0", str(source.passages.first().pk))
        with_permissions(client, "view_atelier", "change_atelier", "add_extrait", "change_extrait")
        assert getattr(client, method)(url).status_code == 403
        assert Import.objects.filter(pk=source.pk).exists()

    def test_importing_needs_it_too(self, client):
        with_permissions(client, "view_atelier", "change_atelier")
        assert client.get(IMPORT).status_code == 403
        assert send(client, TYPED.encode()).status_code == 403
        assert (
            "Importer un compte rendu" not in client.get(reverse("admin:fiches_atelier_changelist")).content.decode()
        )

    def test_who_has_it_needs_nothing_else(self, client):
        with_permissions(client, "add_atelier")
        assert client.get(IMPORT).status_code == 200
        assert send(client, TYPED.encode()).status_code == 200
        assert Import.objects.get().par.username == "benevole"

    def test_correcting_sets_excerpts_aside_and_needs_that_right(self, client):
        atelier = written()
        with_permissions(client, "add_atelier")
        url = reverse("admin:fiches_atelier_corriger", args=[atelier.pk])
        assert client.get(url).status_code == 403
        assert send(client, b"x", url=url).status_code == 403
        assert client.get(review_url(draft(TYPED + "\nEncore", atelier=atelier))).status_code == 403

    def test_a_reader_is_sent_to_the_login_page(self, client):
        assert reverse("admin:login") in client.get(review_url(draft()))["Location"]

    def test_nobody_gets_the_file_by_an_address(self, client):
        source = draft()
        assert client.get(f"/media/imports/{source.fichier.name}").status_code == 404
        with pytest.raises(ValueError, match="URL"):
            source.fichier.url  # noqa: B018


class TestWriting:
    def test_nothing_is_written_while_a_line_is_unsettled(self, admin_client):
        source = draft(WITH_NAMES)
        page = admin_client.get(reverse("admin:fiches_import_ecrire", args=[source.pk]))
        assert "rien ne peut être écrit" in visible_text(page.content.decode())
        answer = admin_client.post(
            reverse("admin:fiches_import_ecrire", args=[source.pk]), {"titre": "X", "portee": "interne"}
        )
        assert "restent à régler" in messages(answer)[0][1]
        assert not Atelier.objects.exists()

    def test_one_transaction_writes_the_workshop_and_its_excerpts(self, admin_client):
        source = settled()
        before = stamp()
        answer = admin_client.post(
            reverse("admin:fiches_import_ecrire", args=[source.pk]),
            {"titre": "La rencontre", "date": "2026-03-12", "lieu": "Ici", "portee": "reseau"},
        )
        atelier = Atelier.objects.get()
        assert answer["Location"] == f"{reverse('admin:fiches_extrait_relier')}?atelier={atelier.pk}"
        assert (atelier.titre, atelier.lieu, atelier.portee, atelier.sha256) == (
            "La rencontre", "Ici", "reseau", source.sha256,
        )  # fmt: skip
        segments = source.passages.filter(destin=Destin.SEGMENT)
        assert list(atelier.extraits.values_list("texte", flat=True)) == list(segments.values_list("texte", flat=True))
        assert set(atelier.extraits.values_list("portee", flat=True)) == {"reseau"}
        assert stamp() != before
        assert "15 extraits écrits" in LogEntry.objects.get(object_id=str(atelier.pk)).change_message
        source.refresh_from_db()
        assert source.atelier == atelier
        assert sum(ink for _, ink in source.bilan.values()) == source.total

    def test_an_invalid_form_writes_nothing(self, admin_client):
        source = settled()
        url = reverse("admin:fiches_import_ecrire", args=[source.pk])
        answer = admin_client.post(url, {"titre": "x" * 161, "portee": "publique"})
        assert "161 signes, 160 au plus" in visible_text(answer.content.decode())
        assert not Atelier.objects.exists()

    def test_twice_is_once(self, admin_client):
        source = settled()
        url = reverse("admin:fiches_import_ecrire", args=[source.pk])
        for _ in range(2):
            admin_client.post(url, {"titre": "X", "portee": "interne"})
        assert Atelier.objects.count() == 1
        with pytest.raises(ReportRefused):
            concluding.conclude(source, NewAtelier("Y"))
        answer = gesture(admin_client, source, "vu", source.passages.first())
        assert "déjà écrits" in messages(answer)[-1][1]

    def test_a_failure_at_the_last_row_undoes_everything(self, monkeypatch):
        source = settled()
        real = concluding.write_atelier

        def fails(*args):
            real(*args)
            raise RuntimeError("at the last row")

        monkeypatch.setattr(concluding, "write_atelier", fails)
        before = stamp()
        with pytest.raises(RuntimeError):
            concluding.conclude(source, NewAtelier("X"))
        assert not Atelier.objects.exists()
        assert not Extrait.objects.exists()
        assert stamp() == before
        source.refresh_from_db()
        assert source.ecrit_le is None

    def test_a_passage_lost_on_the_way_stops_the_writing(self, admin_client):
        source = settled()
        source.passages.filter(destin=Destin.IGNORE).first().delete()
        url = reverse("admin:fiches_import_ecrire", args=[source.pk])
        answer = admin_client.post(url, {"titre": "X", "portee": "interne"})
        assert "n’y est pas" in messages(answer)[0][1]
        assert not Atelier.objects.exists()


KILLED_WHILE_WRITING = """
import os, signal, django
django.setup()
from django.db.models import QuerySet
from fiches.models import Extrait, Import
from fiches.reports.concluding import conclude
from fiches.reports.writing import NewAtelier

real = QuerySet.bulk_create

def dies(self, rows, *args, **kwargs):
    real(self, rows, *args, **kwargs)
    if self.model is Extrait:
        assert Extrait.objects.count() == len(rows)
        os.kill(os.getpid(), signal.SIGKILL)

QuerySet.bulk_create = dies
conclude(Import.objects.get(), NewAtelier("Rencontre"))
"""


def url_of_test_database():
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    who = quote(said["USER"]) + (f":{quote(said['PASSWORD'])}" if said["PASSWORD"] else "")
    port = f":{said['PORT']}" if said["PORT"] else ""
    return f"postgres://{who}@{quote(said['HOST'], safe='')}{port}/{said['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_killed_while_writing_leaves_nothing_half_written():
    source = settled()
    done = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url_of_test_database()},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert not Atelier.objects.exists()
    assert not Extrait.objects.exists()
    source.refresh_from_db()
    assert source.ecrit_le is None
    atelier, n = concluding.conclude(source, NewAtelier("Rencontre"))
    assert n == atelier.extraits.count() == 15


class TestKeeping:
    def test_the_file_is_kept_thirty_days_after_its_excerpts_are_written(self, admin_client):
        atelier = written()
        source = atelier.imports.get()
        url = reverse("admin:fiches_import_fichier", args=[source.pk])
        answer = admin_client.get(url)
        assert b"".join(answer.streaming_content) == TYPED.encode()
        assert "attachment" in answer["Content-Disposition"]
        Import.objects.update(ecrit_le=timezone.now() - timedelta(days=30, seconds=1))
        assert admin_client.get(url).status_code == 404  # before any purge
        assert private_storage.exists(source.fichier.name)
        assert call("purge_imports").startswith("1 reports, 0 files")
        assert private_storage.exists(source.fichier.name)  # only counted
        assert call("purge_imports", "--apply").startswith("1 reports, 0 files")
        assert not private_storage.exists(source.fichier.name)
        assert not Passage.objects.exists()
        source.refresh_from_db()
        assert sum(ink for _, ink in source.bilan.values()) == source.total
        assert admin_client.get(review_url(source)).status_code == 200
        assert atelier.extraits.count() == 15

    def test_a_review_in_progress_is_never_purged(self):
        source = draft()
        Import.objects.update(recu_le=timezone.now() - timedelta(days=400))
        assert keeping.purge() == (0, 0)
        assert private_storage.exists(source.fichier.name)

    def test_a_file_that_no_row_names_goes_after_a_day(self):
        source = draft()
        name = source.fichier.name
        Import.objects.all().delete()
        assert keeping.purge() == (0, 0)
        old = (timezone.now() - timedelta(days=2)).timestamp()
        os.utime(private_storage.path(name), (old, old))
        assert keeping.purge() == (0, 1)
        assert private_storage.listdir("")[1] == []

    def test_a_later_import_purges_on_its_way(self):
        written()
        Import.objects.update(ecrit_le=timezone.now() - timedelta(days=31))
        draft(WITH_NAMES)
        assert not Import.objects.filter(ecrit_le__isnull=False).exclude(fichier="").exists()

    def test_a_review_is_given_up(self, admin_client):
        source = draft()
        url = reverse("admin:fiches_import_abandonner", args=[source.pk])
        assert "Abandonner cette relecture" in visible_text(admin_client.get(url).content.decode())
        assert Import.objects.exists()
        admin_client.post(url)
        assert not Import.objects.exists()
        assert private_storage.listdir("")[1] == []

    def test_a_file_is_erased_before_its_time(self, admin_client):
        atelier = written()
        admin_client.post(reverse("admin:fiches_import_abandonner", args=[atelier.imports.get().pk]))
        assert atelier.imports.get().fichier.name == ""
        assert private_storage.listdir("")[1] == []
        assert atelier.extraits.count() == 15


def call(*command):
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


class TestCorrecting:
    CORRECTED = (
        TYPED.replace("Choisir le bon moment", "Choisir ensemble le bon moment").replace("1) Fixer une date\n", "")
        + "\nUne idée toute neuve arrivée après coup\n"
    )

    def test_only_the_differences_are_proposed(self):
        atelier = written()
        source = draft(self.CORRECTED, atelier=atelier)
        told = {row.texte: row for row in source.passages.unsettled()}
        changed = next(row for text, row in told.items() if "ensemble" in text)
        assert changed.ancien.texte == "Choisir le bon moment"
        gone = next(row for text, row in told.items() if text == "Fixer une date")
        assert gone.destin == Destin.DISPARU
        new = segment(source, "toute neuve")
        assert new.ancien is None
        assert source.passages.filter(destin=Destin.CONNU).count() == 13
        assert source.passages.filter(destin=Destin.SEGMENT).count() == 2
        assert balanced(source)

    def test_nothing_that_exists_is_overwritten(self, admin_client):
        atelier = written()
        before = list(atelier.extraits.values())
        source = draft(self.CORRECTED, atelier=atelier)
        with reviewing.reviewing(source.pk) as locked:
            reviewing.seen(locked, list(locked.passages.unsettled()))
            reviewing.arrange(locked, list(locked.passages.filter(voix="")), voix="centres-sociaux")
        admin_client.post(reverse("admin:fiches_import_ecrire", args=[source.pk]))
        assert list(atelier.extraits.values())[: len(before)] == before
        added = list(atelier.extraits.order_by("position"))[len(before) :]
        assert {extrait.texte for extrait in added} == {
            "Choisir ensemble le bon moment", "Une idée toute neuve arrivée après coup",
        }  # fmt: skip
        assert len({extrait.reference for extrait in atelier.extraits.all()}) == len(before) + 2
        assert atelier.portee == added[0].portee

    def test_the_former_wording_is_set_aside_only_when_one_says_so(self, admin_client):
        atelier = written()
        source = draft(self.CORRECTED, atelier=atelier)
        rows = list(source.passages.unsettled().exclude(ancien=None))
        assert len(rows) == 2
        answer = gesture(admin_client, source, "remplacer", *rows)
        assert "2 lignes réglées" in messages(answer)[0][1]
        with reviewing.reviewing(source.pk) as locked:
            reviewing.seen(locked, list(locked.passages.unsettled()))
            reviewing.arrange(locked, list(locked.passages.filter(voix="")), voix="centres-sociaux")
        concluding.conclude(source)
        aside = {e.texte: e.motif for e in atelier.extraits.filter(etat="ecarte")}
        assert aside == {"Choisir le bon moment": concluding.REPLACED, "Fixer une date": concluding.ABSENT}

    def test_a_masked_excerpt_is_known_again(self):
        source = settled(WITH_NAMES)
        with reviewing.reviewing(source.pk) as locked:
            reviewing.mask_words(locked, segment(source, "appeler"), "Marie Dupont")
        atelier, _ = concluding.conclude(source, NewAtelier("X"))
        again = draft(WITH_NAMES + "\n- Une idée de plus.", atelier=atelier)
        assert "Marie Dupont" not in " ".join(
            again.passages.exclude(destin=Destin.CONNU).values_list("texte", flat=True)
        )

    def test_what_was_left_aside_is_not_proposed_again(self):
        source = settled()
        with reviewing.reviewing(source.pk) as locked:
            reviewing.leave_out(locked, [segment(source, "Fixer une date")], "Organisation")
        atelier, _ = concluding.conclude(source, NewAtelier("X"))
        again = draft(self.CORRECTED.replace("2) Se revoir", "1) Fixer une date\n2) Se revoir"), atelier=atelier)
        assert again.passages.get(texte="Fixer une date").motif == "Organisation"


class TestManyLines:
    @pytest.fixture
    def long(self):
        lines = "\n".join(f"- Idée numéro {n} de la journée, avec assez de mots" for n in range(5000))
        return draft(f"THEME 1 : CE QUI FAIT QUE ÇA MATCHE\nParoles des centres sociaux\n{lines}\n")

    def test_five_thousand_lines_are_paged_and_changed_in_bulk(self, admin_client, long):
        assert long.passages.filter(destin=Destin.SEGMENT).count() == 5000
        answer = admin_client.get(review_url(long, etat="tout"))
        assert answer.content.count(b'name="ligne"') == 200
        answer = gesture(admin_client, long, "ranger", query={"etat": "segment"}, tout="1", theme="3")
        assert "5000 lignes rangées" in messages(answer)[0][1]
        assert long.passages.filter(destin=Destin.SEGMENT, theme=3).count() == 5000
        _, n = concluding.conclude(long, NewAtelier("Longue journée"))
        assert n == 5000
        assert balanced(long)

    def test_the_review_asks_as_many_queries_for_one_line_as_for_many(self, admin_client, long):
        short = draft("THEME 1 : CE QUI FAIT QUE ÇA MATCHE\nParoles des centres sociaux\n- Une seule idée ici\n")

        def queries(url):
            admin_client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert admin_client.get(url).status_code == 200
            return len(captured)

        assert queries(review_url(long, etat="tout")) == queries(review_url(short, etat="tout")) <= 14


def test_a_mask_takes_whole_words_only():
    assert mask("Al va. Alors Al, al-Andalus", "Al") == ("[masqué] va. Alors [masqué], [masqué]-Andalus", 3)
    assert mask("Mme  Durand", "Mme Durand") == ("[masqué]", 1)
    assert mask("[nom masqué] nom", "nom") == ("[nom masqué] [masqué]", 1)
    assert mask("rien", "  ") == ("rien", 0)
