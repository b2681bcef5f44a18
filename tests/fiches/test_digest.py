"""The weekly letter: who gets it, what it says, never twice, and no name in any log."""

from datetime import date, datetime, timedelta
from io import StringIO
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from acteurs.stamp import editing, stamp
from fiches.digest import SHOWN, letters
from fiches.models import Recapitulatif
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 4)  # a Wednesday


def at(monkeypatch, day):
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.fixture(autouse=True)
def wednesday(monkeypatch, settings):
    at(monkeypatch, TODAY)
    settings.SITE_URL = "https://fiches.example.org"
    settings.SITE_NAME = "Trait d’union"


@pytest.fixture
def amina():
    return User.objects.create_user("amina", email="amina@example.org", first_name="Amina", is_staff=True)


def online(owner, days, **fields):
    """A sheet online, to be read again in `days`."""
    dates = {"reviewed_on": date(2024, 1, 1), "a_revoir_le": TODAY + timedelta(days=days)}
    since = datetime(2024, 1, 1, tzinfo=timezone.get_default_timezone())
    return make.make_published_fiche(at=since, proprietaire=owner, **dates, **fields)


def given_back(owner, why, **fields):
    fiche = make.make_ready_fiche(proprietaire=owner, **fields)
    with editing():
        fiche.submit()
        fiche.refuse(why)
    return fiche


def send(*options):
    out = StringIO()
    call_command("send_digest", *options, stdout=out)
    return out.getvalue()


def test_the_letter(amina):
    late = online(amina, -1, titre="Tenir parole")
    soon = online(amina, 60, titre="Ouvrir la porte")
    back = given_back(amina, "Il manque\nun exemple.", titre="Dire bonjour")
    send("--apply")
    (letter,) = mail.outbox
    assert letter.to == ["amina@example.org"]
    assert letter.subject == "Trait d’union : vos fiches, 2 à revoir et 1 à reprendre"
    page = "https://fiches.example.org" + reverse("admin:fiches_fiche_changelist").rstrip("/")
    assert letter.body.startswith(
        "Bonjour Amina,\n\n"
        "3 de vos fiches vous attendent.\n\n"
        "En retard de relecture (1)\n"
        f"- Tenir parole\n  à revoir depuis le 3 mars 2026\n  {page}/{late.pk}/change/\n\n"
        "À revoir d’ici 60 jours (1)\n"
        f"- Ouvrir la porte\n  à revoir le 3 mai 2026\n  {page}/{soon.pk}/change/\n\n"
        "À reprendre, après relecture (1)\n"
        f"- Dire bonjour\n  « Il manque un exemple. »\n  {page}/{back.pk}/change/\n\n"
    )
    assert f"{page}/?proprietaire__id__exact={amina.pk}" in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_each_owner_hears_of_their_own_sheets_only(amina):
    other = User.objects.create_user("bo", email="bo@example.org")
    online(amina, -1, titre="Celle d’Amina")
    online(other, -1, titre="Celle de Bo")
    send("--apply")
    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(bodies) == {"amina@example.org", "bo@example.org"}
    assert "Celle de Bo" not in bodies["amina@example.org"]


@pytest.mark.parametrize(
    "made",
    [
        lambda owner: online(owner, 61),
        lambda owner: make.make_fiche(proprietaire=owner, a_revoir_le=TODAY - timedelta(days=1)),
        lambda owner: online(None, -1),
        lambda owner: None,
    ],
    ids=["far away", "a draft", "nobody's", "no sheet"],
)
def test_nothing_to_say_no_letter(amina, made):
    made(amina)
    send("--apply")
    assert mail.outbox == []


def test_nobody_is_written_to_without_an_address_or_once_gone(amina):
    online(amina, -1)
    for change in ({"email": ""}, {"email": "amina@example.org", "is_active": False}):
        User.objects.filter(pk=amina.pk).update(**change)
        send("--apply")
    assert mail.outbox == []


def test_nothing_is_sent_without_apply(amina):
    online(amina, -1)
    said = send()
    assert "1 letters: 1 sheets late, 0 soon due, 0 given back." in said
    assert "Nothing was sent" in said
    assert mail.outbox == []
    assert not Recapitulatif.objects.exists()


class TestOnceAWeek:
    def test_not_twice_from_monday_to_sunday_then_again(self, amina, monkeypatch):
        online(amina, -1)
        sent = []
        for day in (date(2026, 3, 2), TODAY, date(2026, 3, 8), date(2026, 3, 9)):
            at(monkeypatch, day)
            send("--apply")
            sent.append(len(mail.outbox))
        assert sent == [1, 1, 1, 2]

    def test_a_letter_that_another_process_is_sending_is_left_to_it(self, amina, monkeypatch):
        online(amina, -1)
        (letter,) = letters()
        Recapitulatif.objects.create(destinataire=amina, semaine=date(2026, 3, 2))
        from fiches.digest import _send

        assert _send(letter, date(2026, 3, 2))
        assert mail.outbox == []

    def test_old_notes_are_thrown_away(self, amina):
        Recapitulatif.objects.create(destinataire=amina, semaine=date(2025, 12, 29))
        recent = Recapitulatif.objects.create(destinataire=amina, semaine=date(2026, 2, 23))
        send("--apply")
        assert list(Recapitulatif.objects.all()) == [recent]


class TestFailures:
    @pytest.fixture
    def broken(self, monkeypatch):
        def refuse(self, *args, **kwargs):
            if "amina@example.org" in self.to:
                raise SMTPRecipientsRefused({"amina@example.org": (550, b"no such user amina@example.org")})
            sent.append(self)

        sent = []
        monkeypatch.setattr(mail.EmailMessage, "send", refuse)
        return sent

    def test_one_that_fails_spares_the_others_is_tried_again_and_names_nobody(self, amina, broken, caplog):
        online(amina, -1)
        online(User.objects.create_user("bo", email="bo@example.org"), -1)
        with pytest.raises(CommandError, match="1 letters could not be sent") as told:
            send("--apply")
        assert [letter.to for letter in broken] == [["bo@example.org"]]
        assert [note.destinataire.username for note in Recapitulatif.objects.all()] == ["bo"]
        assert "SMTPRecipientsRefused" in caplog.text
        assert "amina" not in caplog.text + str(told.value)

    def test_a_site_without_an_address_or_a_server_says_which_setting_is_missing(self, amina, settings):
        online(amina, -1)
        settings.SITE_URL = ""
        with pytest.raises(CommandError, match="SITE_URL is not set"):
            send("--apply")
        settings.SITE_URL = "https://a.fr"
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        with pytest.raises(CommandError, match="EMAIL_URL is not set"):
            send("--apply")
        assert not Recapitulatif.objects.exists()


def test_a_title_cannot_forge_headers(amina, settings):
    settings.SITE_NAME = "Un\nBcc: x@example.org"
    online(amina, -1)
    with pytest.raises(CommandError):
        send("--apply")
    assert mail.outbox == []


def test_a_long_list_is_cut(amina):
    for _ in range(SHOWN + 2):
        online(amina, -1)
    send("--apply")
    body = mail.outbox[0].body
    assert f"En retard de relecture ({SHOWN + 2})" in body
    assert body.count("/change/") == SHOWN
    assert "- et 2 autres" in body


def test_the_content_s_stamp_does_not_move(amina):
    online(amina, -1)
    before = stamp()
    send("--apply")
    assert stamp() == before


@pytest.mark.parametrize("n", [1, 12])
def test_letters_cost_one_query(n, django_assert_num_queries):
    for k in range(n):
        online(User.objects.create_user(f"u{k}", email=f"u{k}@example.org"), -1)
    with django_assert_num_queries(1):
        assert len(letters()) == n
