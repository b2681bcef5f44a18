"""A forgotten password: the link that comes by e-mail, and what nobody learns by asking for one."""

import re
from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from partenariat import lost_password
from tests.accounts import make_account
from tests.admin_pages import visible_text

pytestmark = pytest.mark.django_db

ASK, LOGIN = reverse("admin:password_reset"), reverse("admin:login")
OLD, NEW = "un mot de passe long", "un autre mot de passe long"


@pytest.fixture(autouse=True)
def jobs(monkeypatch):
    """What is left for another thread, as [(work, arguments)]: done when the test says so."""
    found = []
    monkeypatch.setattr(lost_password, "later", lambda *job: found.append(job))
    return found


@pytest.fixture
def ana():
    account = make_account("Relecteur", "ana")
    User.objects.filter(pk=account.pk).update(email="Ana@exemple.fr", first_name="Ana")
    return account


def ask(address="ana@exemple.fr", client=None, **more):
    return (client or Client()).post(ASK, {"email": address}, **more)


def deliver(jobs):
    for work, *args in jobs:
        work(*args)
    jobs.clear()


def link(jobs, address="ana@exemple.fr"):
    ask(address)
    deliver(jobs)
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]


def choose(client, url, word=NEW):
    page = client.get(url, follow=True)
    return client.post(page.request["PATH_INFO"], {"new_password1": word, "new_password2": word}, follow=True)


def can_log_in(word):
    return Client().post(LOGIN, {"username": "ana", "password": word}).status_code == 302


class TestTheWalk:
    def test_from_the_login_page_to_a_new_password(self, client, ana, jobs):
        assert f'href="{ASK}"' in client.get(LOGIN).content.decode()
        answer = ask(client=client)
        assert "Si un compte a cette adresse" in visible_text(client.get(answer.url).content.decode())
        deliver(jobs)
        (letter,) = mail.outbox
        assert letter.to == ["Ana@exemple.fr"]
        assert letter.subject == "Trait d’union : choisir un nouveau mot de passe"
        assert letter.body.startswith("Bonjour Ana,")
        done = choose(client, re.search(r"http://testserver(/\S+)", letter.body)[1])
        assert "Mot de passe changé" in visible_text(done.content.decode())
        assert can_log_in(NEW)
        assert not can_log_in(OLD)

    def test_it_logs_nobody_in(self, client, ana, jobs):
        choose(client, link(jobs))
        assert client.get(reverse("admin:index")).status_code == 302

    def test_the_second_step_is_still_asked(self, client, ana, jobs):
        TOTPDevice.objects.create(user=ana, name="Téléphone")
        choose(client, link(jobs))
        page = client.post(LOGIN, {"username": "ana", "password": NEW})
        assert "Le code de votre téléphone" in visible_text(page.content.decode())
        assert client.get(reverse("admin:index")).status_code == 302

    def test_sessions_that_were_open_end(self, ana, jobs):
        thief = Client()
        thief.force_login(ana)
        choose(Client(), link(jobs))
        assert thief.get(reverse("admin:index")).status_code == 302

    def test_a_door_closed_by_five_failures_opens(self, client, ana, jobs):
        for _ in range(5):
            client.post(LOGIN, {"username": "ana", "password": "non"})
        choose(client, link(jobs))
        assert not AccessAttempt.objects.exists()
        assert can_log_in(NEW)

    def test_a_weak_password_is_refused(self, client, ana, jobs):
        page = choose(client, link(jobs), "motdepasse")
        assert "12 caractères" in visible_text(page.content.decode())
        assert can_log_in(OLD)

    def test_the_link_begins_with_the_address_of_the_site_if_it_is_said(self, ana, jobs, settings):
        settings.SITE_URL = "https://fiches.example.org"
        ask()
        deliver(jobs)
        assert f"\nhttps://fiches.example.org{ASK}" in mail.outbox[0].body


class TestTheLink:
    def refused(self, client, url):
        return "Ce lien ne vaut plus rien" in visible_text(client.get(url, follow=True).content.decode())

    def test_it_serves_once(self, client, ana, jobs):
        url = link(jobs)
        choose(client, url)
        assert self.refused(Client(), url)

    def test_it_lasts_an_hour(self, ana, jobs, monkeypatch):
        url = link(jobs)
        for minutes, refused in ((59, False), (61, True)):
            now = datetime.now() + timedelta(minutes=minutes)  # noqa: DTZ005 - as Django's tokens count
            monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, now=now: now)
            assert self.refused(Client(), url) == refused

    @pytest.mark.parametrize("path", ["MQ/faux/", "MQ/choisir/", "x/y/", "!!/a-b/", "OTk5/a-b/"])
    def test_another_is_worth_nothing(self, client, ana, path):
        assert self.refused(client, ASK + path)

    def test_it_dies_when_the_password_changes_otherwise(self, ana, jobs):
        url = link(jobs)
        ana.set_password("encore un autre mot")
        ana.save()
        assert self.refused(Client(), url)


class TestWhatIsRevealed:
    KNOWN, UNKNOWN = "ana@exemple.fr", "personne@exemple.fr"

    def test_the_answer_is_the_same_to_the_byte(self, ana):
        answers = [ask(address) for address in (self.KNOWN, self.UNKNOWN)]
        assert answers[0].headers == answers[1].headers
        assert answers[0].content == answers[1].content

    def test_so_is_the_work_before_it(self, ana, jobs):
        """Time is not measured, it would flicker: what takes time is. The same queries, and one job in each case."""
        seen = []
        for address in (self.KNOWN, self.UNKNOWN, self.KNOWN, self.UNKNOWN):
            jobs.clear()
            with CaptureQueriesContext(connection) as captured:
                ask(address)
            seen.append(([re.sub(r"'[^']*'|[sx_]*\d+", "?", q["sql"]) for q in captured], [job[0] for job in jobs]))
        assert all(one == seen[1] for one in seen[1:])
        assert not [sql for sql in seen[0][0] if "auth_user" in sql]
        assert seen[0][1] == [lost_password.write_to]
        assert mail.outbox == []

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"is_staff": False}, {"email": "autre@exemple.fr"}, {"password": "!"}]
    )
    def test_no_letter_for_who_could_not_come_in(self, ana, jobs, change):
        User.objects.update(**change)
        ask()
        deliver(jobs)
        assert mail.outbox == []

    def test_a_look_alike_address_gets_nothing(self, ana, jobs):
        """« ı » without a dot becomes « i » in capitals: databases may take the one for the other."""
        User.objects.update(email="mike@exemple.fr")
        ask("mıke@exemple.fr")
        deliver(jobs)
        assert mail.outbox == []

    def test_a_fault_of_the_server_of_mail_is_not_seen_and_names_nobody(self, ana, monkeypatch, caplog):
        def down(*args):
            raise OSError("cannot write to ana@exemple.fr")

        monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
        lost_password._room.acquire()
        monkeypatch.setattr(lost_password.connection, "close", lambda: None)
        lost_password._alone(lost_password.write_to, "ana@exemple.fr", "https://fiches.example.org")
        assert caplog.messages == ["A letter was not sent: OSError"]


class TestHowOften:
    def test_five_an_hour_from_one_place_whatever_is_asked(self, jobs):
        answers = [ask(f"a{n}@exemple.fr") for n in range(6)]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert 3590 < int(answers[-1]["Retry-After"]) <= 3600
        assert "Revenez dans 60 minutes" in visible_text(answers[-1].content.decode())
        assert ask(REMOTE_ADDR="10.0.0.2").status_code == 302

    def test_three_letters_an_hour_to_one_address_and_the_page_does_not_say_so(self, ana, jobs):
        for n in range(5):
            assert ask("ANA@exemple.fr", REMOTE_ADDR=f"10.0.0.{n}").status_code == 302
        deliver(jobs)
        assert len(mail.outbox) == 3

    @pytest.mark.parametrize("address", ["", "pas une adresse", "a" * 300 + "@exemple.fr", "a\x00@b.fr", "a\nb@c.fr"])
    def test_what_is_no_address_is_told(self, jobs, address):
        answer = ask(address)
        assert answer.status_code == 200
        assert 'class="errorlist"' in answer.content.decode()
        assert jobs == []


def test_without_a_server_of_mail_there_is_no_such_page(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert client.get(ASK).status_code == 404
    assert client.post(ASK, {"email": "ana@exemple.fr"}).status_code == 404
    assert "oublié" not in visible_text(client.get(LOGIN).content.decode())


def test_another_thread_does_send_the_letter(transactional_db, monkeypatch):
    monkeypatch.undo()
    account = make_account("Relecteur", "ana")
    User.objects.filter(pk=account.pk).update(email="ana@exemple.fr")
    ask()
    lost_password._threads().shutdown(wait=True)
    lost_password._threads.cache_clear()
    assert [letter.to for letter in mail.outbox] == [["ana@exemple.fr"]]


def test_letters_that_wait_are_bounded(monkeypatch, caplog):
    monkeypatch.undo()
    monkeypatch.setattr(lost_password, "_room", lost_password.BoundedSemaphore(1))
    monkeypatch.setattr(lost_password, "_threads", lambda: type("Busy", (), {"submit": lambda *job: None}))
    for _ in range(2):
        lost_password.later(print)
    assert caplog.messages == ["Too many letters wait: one was dropped"]
