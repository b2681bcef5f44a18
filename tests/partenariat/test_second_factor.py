"""The second step of a login, from the first phone to the last recovery code; and that nothing goes round it."""

import re
import time
from base64 import b32decode
from threading import Barrier, Thread

import pytest
import segno
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import URLResolver, reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from fiches.models import Fiche
from partenariat import second_factor
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import address, typed, visible_text

pytestmark = pytest.mark.django_db

PASSWORD = "un mot de passe long"
LOGIN, CODE, INSTALL = (reverse(f"admin:{name}") for name in ("login", "two_steps_code", "two_steps_install"))
HOME = reverse("admin:index")


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    """`clock.later(30)`: half a minute goes by, as phones and the site see it. Wrong codes do not make one wait."""
    settings.OTP_TOTP_THROTTLE_FACTOR = settings.OTP_STATIC_THROTTLE_FACTOR = 0

    class Clock:
        now = time.time()

        def later(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr("time.time", lambda: clock.now)
    return clock


@pytest.fixture
def required(settings):
    settings.REQUIRE_OTP = True


@pytest.fixture
def ana():
    return make_account("Relecteur", "ana")


class Phone:
    """What an application of codes does with the secret that one types in it."""

    def __init__(self, page):
        shown = re.search(r'<code class="etapes__cle">([A-Z2-7 ]+)</code>', page.content.decode())[1]
        self.key = b32decode(shown.replace(" ", ""))

    def code(self):
        return code_of(self.key)


def code_of(key):
    """What a phone that holds `key` (bytes) shows now."""
    totp = TOTP(key)
    totp.time = time.time()
    return f"{totp.token():06}"


def password(client, username="ana", word=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": word, "next": HOME, **more})


def enrolled(username="ana", client=None):
    """(the phone, the recovery codes) of an account that has just installed one."""
    client = client or Client()
    page = password(client, username)
    if page.status_code == 302:
        page = client.get(INSTALL)
    phone = Phone(page)
    done = client.post(INSTALL, {"code": phone.code()})
    return phone, done.context["codes"]


def is_in(client):
    return client.get(HOME).status_code == 200


class TestFirstLogin:
    def test_where_it_is_required_a_phone_is_installed_before_anything_else(self, client, ana, required, clock):
        page = password(client)
        assert page.status_code == 200
        assert "Photographiez ce carré" in visible_text(page.content.decode())
        assert not is_in(client)
        wrong = client.post(INSTALL, {"code": "000000"})
        assert "Ce n’est pas le code attendu" in visible_text(wrong.content.decode())
        assert not TOTPDevice.objects.exists()
        done = client.post(INSTALL, {"code": Phone(wrong).code(), "next": reverse("admin:fiches_fiche_changelist")})
        assert is_in(client)
        assert f'href="{reverse("admin:fiches_fiche_changelist")}"' in done.content.decode()
        assert len(set(done.context["codes"])) == second_factor.CODES

    def test_where_it_is_not_required_a_password_is_enough_and_the_home_page_proposes_better(self, client, ana):
        assert password(client).status_code == 302
        assert "Ajoutez-y un code de téléphone" in visible_text(client.get(HOME).content.decode())
        enrolled(client=client)
        assert "Ajoutez-y un code de téléphone" not in visible_text(client.get(HOME).content.decode())

    def test_who_installs_one_by_choice_is_asked_for_it_ever_after_and_other_sessions_end(self, client, ana):
        elsewhere = Client()
        password(elsewhere)
        assert is_in(elsewhere)
        password(client)
        enrolled(client=client)
        assert is_in(client)
        assert not is_in(elsewhere)
        assert "Le code de votre téléphone" in visible_text(password(elsewhere).content.decode())

    def test_a_second_phone_does_not_replace_the_first(self, client, ana, required, clock):
        first, _ = enrolled(client=client)
        assert client.get(INSTALL).url == reverse("admin:two_steps")
        other = Client()
        password(other)
        assert other.get(INSTALL).url == CODE
        assert other.post(INSTALL, {"code": first.code()}).url == CODE
        assert TOTPDevice.objects.count() == 1

    def test_the_secret_stays_the_same_until_a_code_proves_it(self, client, ana, required):
        page = password(client)
        assert Phone(page).key == Phone(client.get(INSTALL)).key

    def test_the_square_says_the_address_of_the_secret(self, client, ana, required):
        page = password(client).context
        assert page["address"].startswith("otpauth://totp/Trait%20d%E2%80%99union%3Aana?secret=")
        dark = set()
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", page["drawing"]):
            dark |= {(int(x) + i, int(y)) for i in range(int(width))}
        rows = list(segno.make(page["address"], error="l", micro=False).matrix_iter(border=4))
        assert page["side"] == len(rows)
        assert dark == {(x, y) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell}


class TestLogin:
    @pytest.fixture
    def phone(self, ana, clock):
        phone, self.codes = enrolled()
        clock.later(60)
        return phone

    def test_a_password_then_a_code(self, client, phone):
        page = password(client)
        assert page.status_code == 200
        assert not is_in(client)
        assert client.post(CODE, {"code": phone.code(), "next": reverse("admin:guide")}).url == reverse("admin:guide")
        assert is_in(client)

    def test_the_code_may_be_typed_with_a_space_and_a_minute_late(self, client, phone, clock):
        password(client)
        code = phone.code()
        clock.later(30)
        assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 302

    def test_a_code_is_taken_once(self, client, phone):
        password(client)
        code = phone.code()
        client.post(CODE, {"code": code})
        thief = Client()
        password(thief)
        assert "il a déjà servi" in visible_text(thief.post(CODE, {"code": code}).content.decode())
        assert not is_in(thief)

    def test_the_code_that_proved_the_phone_is_not_taken_again(self, client, ana):
        phone, _ = enrolled()
        password(client)
        client.post(CODE, {"code": phone.code()})
        assert not is_in(client)

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "٣٣٣٣٣٣", "\x00", "9" * 5000])
    def test_what_is_no_code_is_refused(self, client, phone, code):
        password(client)
        assert client.post(CODE, {"code": code}).status_code == 200
        assert client.post(CODE, {"secours": code}).status_code == 200
        assert not is_in(client)

    def test_a_recovery_code_replaces_the_phone_once(self, client, phone):
        password(client)
        assert client.post(CODE, {"secours": self.codes[0].upper()}).status_code == 302
        assert is_in(client)
        again = Client()
        password(again)
        again.post(CODE, {"secours": self.codes[0]})
        assert not is_in(again)

    def test_the_last_recovery_codes_are_told(self, phone):
        for n, code in enumerate(self.codes):
            client = Client()
            password(client)
            client.post(CODE, {"secours": code})
            told = "faites-en de nouveaux" in visible_text(client.get(HOME).content.decode())
            assert told == (second_factor.CODES - n - 1 <= 3)

    def test_new_recovery_codes_make_the_former_ones_worthless(self, client, phone):
        password(client)
        client.post(CODE, {"code": phone.code()})
        page = client.post(reverse("admin:two_steps_codes"))
        assert not set(page.context["codes"]) & set(self.codes)
        assert StaticToken.objects.count() == second_factor.CODES
        other = Client()
        password(other)
        other.post(CODE, {"secours": self.codes[0]})
        assert not is_in(other)
        other.post(CODE, {"secours": page.context["codes"][0]})
        assert is_in(other)

    def test_recovery_codes_are_not_in_the_database(self, phone):
        kept = set(StaticToken.objects.values_list("token", flat=True))
        assert not kept & {code.replace("-", "") for code in self.codes}

    def test_the_code_of_somebody_else_is_not_taken(self, client, phone):
        make_account("Relecteur", "ben")
        other, codes = enrolled("ben")
        password(client)
        client.post(CODE, {"code": other.code()})
        client.post(CODE, {"secours": codes[0]})
        assert not is_in(client)

    def test_the_code_must_follow_within_ten_minutes(self, client, phone, clock):
        password(client)
        clock.later(second_factor.LASTS + 1)
        answer = client.post(CODE, {"code": phone.code()})
        assert "Se connecter" in visible_text(answer.content.decode())
        assert not is_in(client)
        assert client.get(CODE).url == LOGIN

    def test_a_password_that_is_changed_meanwhile_ends_the_wait(self, client, phone, ana):
        password(client)
        ana.set_password("un autre mot de passe")
        ana.save()
        client.post(CODE, {"code": phone.code()})
        assert not is_in(client)

    def test_an_account_that_is_closed_meanwhile_does_not_come_in(self, client, phone):
        password(client)
        User.objects.update(is_active=False)
        client.post(CODE, {"code": phone.code()})
        assert not is_in(client)

    def test_without_a_password_there_is_no_second_step(self, client, phone):
        assert client.post(CODE, {"code": phone.code()}).status_code == 200
        assert client.get(INSTALL).url == LOGIN
        assert not is_in(client)

    @pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"])
    def test_it_leads_to_this_site_only(self, client, phone, elsewhere):
        password(client)
        assert client.post(CODE, {"code": phone.code(), "next": elsewhere}).url == HOME

    def test_the_number_of_the_session_changes_at_each_step(self, client, phone):
        client.get(HOME)
        numbers = []
        for step in (lambda: password(client), lambda: client.post(CODE, {"code": phone.code()})):
            step()
            numbers.append(client.session.session_key)
        assert len(set(numbers)) == 2


class TestClosedDoor:
    @pytest.fixture
    def phone(self, ana, clock):
        phone, _ = enrolled()
        clock.later(60)
        return phone

    def test_wrong_codes_count_as_wrong_passwords_do(self, client, phone):
        password(client, word="non")
        password(client)
        answers = [client.post(CODE, {"code": "000000", "texte_garde": "gardé"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1]["Retry-After"] == "900"
        assert 'value="gardé"' in answers[-1].content.decode()
        assert client.post(CODE, {"code": phone.code()}).status_code == 429
        assert password(client).status_code == 429
        assert not is_in(client)

    def test_after_each_wrong_code_the_wait_doubles_from_wherever_one_tries(self, phone, settings):
        settings.OTP_TOTP_THROTTLE_FACTOR = 10  # seconds
        for n, place in enumerate(("10.0.0.1", "10.0.0.2")):
            client = Client(REMOTE_ADDR=place)
            password(client)
            answer = client.post(CODE, {"code": "000000" if n == 0 else phone.code()})
        assert "attendez 10 s" in visible_text(answer.content.decode())
        assert not is_in(client)

    def test_a_whole_login_forgets_the_failures_before_it(self, client, phone, clock):
        for _ in range(2):
            password(client)
            for code in ("000000", "000000", "000000", phone.code()):
                answer = client.post(CODE, {"code": code})
            assert answer.status_code == 302
            client.logout()
            clock.later(60)


class TestNothingGoesRound:
    OPEN = {"login", "logout", "jsi18n", "two_steps_code", "two_steps_install"}
    OPEN |= {f"password_reset{page}" for page in ("", "_done", "_confirm", "_complete")}

    def addresses(self, patterns=None):
        """Each address of the admin, with something in the place of what varies."""
        for pattern in patterns or admin.site.get_urls():
            if isinstance(pattern, URLResolver):
                yield from self.addresses(pattern.url_patterns)
            elif pattern.name and pattern.name not in self.OPEN:
                keys = dict.fromkeys(pattern.pattern.regex.groupindex, "1")
                keys |= {"app_label": "fiches"} if "app_label" in keys else {}
                yield reverse(f"admin:{pattern.name}", kwargs=keys)

    def sessions(self):
        """A session opened by something else, one that waits for its code, one that waits for a phone."""
        opened, waits, new = Client(), Client(), Client()
        opened.force_login(User.objects.create_superuser("racine", password=PASSWORD))
        make_account("Administrateur", "ana")
        enrolled()
        password(waits)
        make_account("Administrateur", "ben")
        password(new, "ben")
        return opened, waits, new

    def test_no_address_of_the_admin_answers_before_the_second_step(self, required):
        sessions, found = self.sessions(), list(self.addresses())
        assert len(found) > 150
        for url in found:
            for client in sessions:
                for answer in (client.get(url), client.post(url, {})):
                    is_login = answer.status_code == 302 and answer.url.startswith(LOGIN)
                    assert is_login or b'name="password"' in answer.content, url

    def test_they_are_nobody_on_public_pages_either(self, required):
        for client in self.sessions():
            assert b'class="equipe"' not in client.get("/a-propos/").content

    def test_a_session_whose_phone_was_taken_away_is_nobody_s(self, client, ana):
        password(client)
        enrolled(client=client)
        second_factor.forget(ana)
        assert not is_in(client)
        assert password(client).status_code == 302

    def test_two_browsers_at_once_do_not_share_a_code(self, transactional_db):
        account = make_account("Relecteur", "ana")
        device = TOTPDevice.objects.create(user=account, name="Téléphone")
        code, start, taken = code_of(device.bin_key), Barrier(4), []

        def attempt():
            start.wait()
            taken.append(second_factor.check(account, code)[0])
            connection.close()

        threads = [Thread(target=attempt) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [device for device in taken if device] == [device]


class TestTextThatWaits:
    """What was typed before the session ended goes through both steps (see test_conflicts.py for the first)."""

    @pytest.fixture
    def fiche(self):
        return make.make_ready_fiche(pourquoi="Pourquoi.")

    def ended(self, client, fiche):
        form = client.get(address(Fiche, "change", fiche.pk))
        client.logout()
        sent = typed(form, _save="Enregistrer", pourquoi="Écrit pendant deux heures.")
        return client.post(address(Fiche, "change", fiche.pk), sent)

    def hidden(self, page):
        return re.search(r'name="texte_garde" value="([^"]+)"', page.content.decode())[1]

    def sent_back(self, client, page, fiche):
        names = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
        client.post(address(Fiche, "change", fiche.pk), {n: v.replace("&#x27;", "'") for n, v in names})
        fiche.refresh_from_db()
        return fiche.pourquoi

    def test_with_a_phone(self, client, ana, fiche, clock):
        phone, _ = enrolled(client=client)
        clock.later(60)
        page = password(client, texte_garde=self.hidden(self.ended(client, fiche)))
        assert "il vous sera rendu juste après" in visible_text(page.content.decode())
        wrong = client.post(CODE, {"code": "000000", "texte_garde": self.hidden(page)})
        back = client.post(CODE, {"code": phone.code(), "texte_garde": self.hidden(wrong)})
        assert self.sent_back(client, back, fiche) == "Écrit pendant deux heures."

    def test_while_the_first_phone_is_installed(self, client, ana, fiche, settings):
        password(client)
        ended = self.ended(client, fiche)
        settings.REQUIRE_OTP = True
        page = password(client, texte_garde=self.hidden(ended))
        wrong = client.post(INSTALL, {"code": "000000", "texte_garde": self.hidden(page)})
        codes = client.post(INSTALL, {"code": Phone(wrong).code(), "texte_garde": self.hidden(wrong)})
        back = client.post(reverse("admin:give_back"), {"texte_garde": self.hidden(codes)})
        assert self.sent_back(client, back, fiche) == "Écrit pendant deux heures."

    def test_when_the_code_comes_too_late(self, client, ana, fiche, clock):
        phone, _ = enrolled(client=client)
        page = password(client, texte_garde=self.hidden(self.ended(client, fiche)))
        clock.later(second_factor.LASTS + 1)
        late = client.post(CODE, {"code": phone.code(), "texte_garde": self.hidden(page)})
        assert "Votre texte n’est pas perdu" in visible_text(late.content.decode())
        assert self.hidden(late) == self.hidden(page)

    def test_a_text_that_was_touched_is_dropped(self, client, ana):
        password(client)
        assert client.post(reverse("admin:give_back"), {"texte_garde": "faux"}).url == HOME


class TestLostPhone:
    def page(self, account):
        return reverse("admin:auth_user_deux_etapes", args=[account.pk])

    @pytest.fixture
    def administrator(self, client):
        client.force_login(make_account("Administrateur", "zoe"))
        return client

    def test_an_administrator_takes_the_phone_away(self, administrator, ana):
        lost = Client()
        enrolled(client=lost)
        form = administrator.get(address(User, "change", ana.pk)).content.decode()
        assert self.page(ana) in form
        assert "de vive voix" in visible_text(administrator.get(self.page(ana)).content.decode())
        assert TOTPDevice.objects.exists()
        administrator.post(self.page(ana))
        assert not TOTPDevice.objects.exists()
        assert not StaticToken.objects.exists()
        assert not is_in(lost)

    def test_the_list_says_who_has_one(self, administrator, ana):
        enrolled()
        page = administrator.get(address(User, "changelist"))
        assert {row.username: row.has_phone for row in page.context["cl"].result_list} == {"ana": True, "zoe": False}

    @pytest.mark.parametrize("role", ["Contributeur", "Relecteur"])
    def test_nobody_else_does(self, client, ana, role):
        enrolled()
        client.force_login(make_account(role, "quelqu-un"))
        assert client.post(self.page(ana)).status_code == 403
        assert TOTPDevice.objects.exists()

    def test_an_administrator_does_not_touch_a_superuser(self, administrator):
        root = User.objects.create_superuser("racine", password=PASSWORD)
        enrolled("racine")
        assert administrator.post(self.page(root)).status_code == 403
        assert TOTPDevice.objects.exists()

    def test_the_command_says_what_it_would_do_then_does_it(self, ana, capsys):
        call_command("reset_second_factor", "ana")
        assert "nothing to take away" in capsys.readouterr().out
        enrolled()
        call_command("reset_second_factor", "ana")
        assert "10 recovery codes, to take away" in capsys.readouterr().out
        assert TOTPDevice.objects.exists()
        call_command("reset_second_factor", "ana", apply=True)
        assert not TOTPDevice.objects.exists()
        with pytest.raises(CommandError, match="No account is named 'personne'"):
            call_command("reset_second_factor", "personne")
