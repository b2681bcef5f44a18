"""The second step of a login: after the password, a code that only the account's phone shows, or a recovery code.

A login is whole or it is nobody's. Until its second step a session names no account: it only says who is expected,
for ten minutes. `whole_login` holds every request to that, whatever opened the session. Why so:
docs/decisions/0017-second-factor.md. The pages are in `partenariat.two_steps`.
"""

import secrets
import time
from base64 import b32encode
from functools import partial
from itertools import groupby
from math import ceil

import django_otp
import segno
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from acteurs.journal import Geste, record

EXPECTED = "deux_etapes"  # in the session: who gave a password, and is to give a code
KEY = "deux_etapes_cle"  # in the session: the secret that is being shown, until a code proves that a phone holds it
LASTS = 10 * 60  # seconds between the two steps
CODES = 10  # recovery codes
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none is taken for another


def whole_login(get_response):
    """Middleware, after django-otp's: who has not made the second step that their account asks for is nobody."""

    def middleware(request):
        request.user = SimpleLazyObject(partial(_whole, request, request.user))
        return get_response(request)

    return middleware


def _whole(request, user):
    had_a_device = DEVICE_ID_SESSION_KEY in request.session  # django-otp forgets one that was taken away
    if not user.is_authenticated or user.is_verified():
        return user
    return AnonymousUser() if had_a_device or is_asked_of(user) else user


def has_one(account):
    """Whether a phone gives codes for `account`."""
    return TOTPDevice.objects.devices_for_user(account, confirmed=True).exists()


def is_asked_of(account):
    """Whether a password alone does not let `account` in."""
    return settings.REQUIRE_OTP or has_one(account)


# Between the two steps


def expect(request, account):
    """Remember that `account` gave its password in this session, which stays nobody's."""
    request.session.flush()
    request.session[EXPECTED] = {
        "account": account.pk,
        "backend": account.backend,
        "password": account.get_session_auth_hash(),  # a password that is changed meanwhile ends the wait
        "at": time.time(),
    }


def expected(request):
    """The account that is to make its second step in this session; None when there is none, or too late."""
    said = request.session.get(EXPECTED)
    if not said or time.time() - said["at"] > LASTS:
        return None
    account = get_user_model().objects.filter(pk=said["account"], is_active=True, is_staff=True).first()
    if account is None or not constant_time_compare(said["password"], account.get_session_auth_hash()):
        return None
    account.backend = said["backend"]
    return account


def enter(request, account, device):
    """Log `account` in: `device` took its code."""
    request.session.pop(EXPECTED, None)
    request.session.pop(KEY, None)
    account.otp_device = device  # django-otp writes it in the session
    login(request, account, backend=account.backend)


def strengthen(request, device):
    """The session of who is logged in already is from now on one that `device` opened."""
    request.session.pop(KEY, None)
    request.session.cycle_key()
    django_otp.login(request, device)


def check(account, typed):
    """(the device that takes the code `typed` or None, how many seconds to wait before any code is taken).

    A code is taken once. After each wrong one the wait doubles, whoever tries and from wherever.
    """
    code = "".join(sign for sign in typed if sign.isalnum()).lower()
    if code.isdecimal():
        devices = TOTPDevice.objects.devices_for_user(account, confirmed=True)
    else:
        devices, code = StaticDevice.objects.devices_for_user(account), _sealed(account, code)
    with transaction.atomic():
        for device in devices.select_for_update():
            allowed, why = device.verify_is_allowed()
            if not allowed:
                return None, max(1, ceil((why["locked_until"] - timezone.now()).total_seconds()))
            if device.verify_token(code):
                return device, 0
    return None, 0


# A phone


def key_to_show(request):
    """The secret (hexadecimal) that this session is about to put in a phone: the same until it is done."""
    return request.session.setdefault(KEY, random_hex(20))


def enrol(request, account, code):
    """The new device of `account` if `code` proves that a phone holds the secret shown; None if it does not.

    None as well when the account has one already: only `forget` makes room for another.
    """
    totp = TOTP(bytes.fromhex(key_to_show(request)))
    totp.time = time.time()
    digits = "".join(code.split())
    if not digits.isdecimal() or len(digits) != 6 or not totp.verify(int(digits), tolerance=1):
        return None
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=account.pk)
        if has_one(account):
            return None
        record(Geste.TELEPHONE, account, by=account)
        # The code that proves it has been used.
        return TOTPDevice.objects.create(user=account, name="Téléphone", key=key_to_show(request), last_t=totp.t())


def address_for(account, key):
    """What the QR code says, `otpauth://…`: a phone that follows it knows the secret."""
    return TOTPDevice(user=account, key=key).config_url


def typed_by_hand(key):
    """The secret as one types it in a phone: base 32, by groups of four."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def drawn(text):
    """(side, path): a QR code as the path of a drawing, in modules, its margin included."""
    rows = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    path = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                path.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return len(rows), "".join(path)


# Recovery codes


def renew_codes(account):
    """New recovery codes for `account`, as texts; those of before are worth nothing. They cannot be read again."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(CODES)]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=account, defaults={"name": "Codes de secours"})
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(StaticToken(device=device, token=_sealed(account, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(account):
    return StaticToken.objects.filter(device__user=account).count()


def _sealed(account, code):
    """What is kept of a recovery code: whoever reads the database or a backup cannot use it."""
    return salted_hmac("partenariat.secours", f"{account.pk}:{code}", algorithm="sha256").hexdigest()[:16]


def forget(account):
    """Take away the phone and the recovery codes of `account`, and end the sessions that they opened."""
    with transaction.atomic():
        for model in (TOTPDevice, StaticDevice):
            model.objects.filter(user=account).delete()
