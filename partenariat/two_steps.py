"""The pages of the second step of a login, under the admin: the code, a phone to install, recovery codes.

The text that waits for a login (`partenariat.kept_text`) goes from one page to the next in a hidden field.
"""

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from acteurs.journal import Geste, record

from . import second_factor
from .kept_text import FIELD, given_back

FEW = 3  # recovery codes: at that number one is told to make others

WRONG = "Ce code n’est pas le bon, ou il a déjà servi. Attendez que le téléphone en montre un autre."
NOT_PROVED = "Ce n’est pas le code attendu. Vérifiez que le téléphone est à l’heure, puis tapez celui qu’il montre."


class SecondStepNeeded(Exception):
    """The password is right, and does not let `account` in by itself."""

    def __init__(self, account):
        self.account = account


class TwoSteps:
    """For an AdminSite whose `login_form` raises SecondStepNeeded."""

    def login(self, request, extra_context=None):
        try:
            return super().login(request, extra_context)
        except SecondStepNeeded as needed:
            second_factor.expect(request, needed.account)
            return self._second_step(request, needed.account)

    def get_urls(self):
        return [
            path("deux-etapes/", self.admin_view(self.two_steps), name="two_steps"),
            path("deux-etapes/code/", _open(self.two_steps_code), name="two_steps_code"),
            path("deux-etapes/installer/", _open(self.two_steps_install), name="two_steps_install"),
            path("deux-etapes/secours/", self.admin_view(self.two_steps_codes), name="two_steps_codes"),
            *super().get_urls(),
        ]

    def _second_step(self, request, account):
        if second_factor.has_one(account):
            return self._code_page(request, account)
        return self._install_page(request, account)

    # The code

    def two_steps_code(self, request):
        account = second_factor.expected(request)
        if account is None:
            return self._too_late(request)
        if not second_factor.has_one(account):
            return redirect("admin:two_steps_install")
        who = {"username": account.get_username()}
        if request.method != "POST":
            return self._code_page(request, account)
        if not AxesProxyHandler.is_allowed(request, who):
            return get_lockout_response(request, credentials=who)
        with transaction.atomic():  # a code is used up by a login that is done, and told
            device, wait = second_factor.check(account, request.POST.get("secours") or request.POST.get("code", ""))
            if device:
                second_factor.enter(request, account, device)
        if device:
            self._tell_codes_left(request, account)
            return self._arrived(request)
        if wait:
            return self._code_page(request, account, f"Un essai à la fois : attendez {wait} s, puis recommencez.")
        # Counted as a wrong password is: five of either close the door.
        user_login_failed.send(sender=__name__, credentials=who, request=request)
        return self._code_page(request, account, WRONG)

    def _code_page(self, request, account, wrong=""):
        return self._shown(request, "code", "Votre code", account, wrong=wrong)

    def _tell_codes_left(self, request, account):
        left = second_factor.codes_left(account)
        if left <= FEW:
            told = {0: "Vous n’avez plus de code de secours", 1: "Il vous reste un code de secours"}
            how_many = told.get(left, f"Il vous reste {left} codes de secours")
            messages.warning(request, f"{how_many} : faites-en de nouveaux à la page « Deux étapes ».")

    # A phone

    def two_steps_install(self, request):
        account = second_factor.expected(request) or (request.user if self.has_permission(request) else None)
        if account is None:
            return self._too_late(request)
        if second_factor.has_one(account):
            return redirect("admin:two_steps" if account == request.user else "admin:two_steps_code")
        if request.method != "POST":
            return self._install_page(request, account)
        with transaction.atomic():
            codes = self._install(request, account)
        if codes:
            return self._codes_page(request, codes, installed=True)
        return self._install_page(request, account, NOT_PROVED)

    def _install(self, request, account):
        """The recovery codes of `account`, which is logged in with a phone from now on; None for a wrong code."""
        device = second_factor.enrol(request, account, request.POST.get("code", ""))
        if device is None:
            return None
        if account == request.user:
            second_factor.strengthen(request, device)
        else:
            second_factor.enter(request, account, device)
        return second_factor.renew_codes(account)

    def _install_page(self, request, account, wrong=""):
        key = second_factor.key_to_show(request)
        address = second_factor.address_for(account, key)
        side, drawing = second_factor.drawn(address)
        shown = {"address": address, "side": side, "drawing": drawing, "secret": second_factor.typed_by_hand(key)}
        return self._shown(request, "installer", "Se connecter en deux étapes", account, wrong=wrong, **shown)

    # One's own page, and recovery codes

    def two_steps(self, request):
        """Where the account stands: installed or not, how many codes are left."""
        has_one = second_factor.has_one(request.user)
        context = {"has_one": has_one, "left": second_factor.codes_left(request.user) if has_one else 0}
        return self._shown(request, "etat", "Se connecter en deux étapes", request.user, **context)

    def two_steps_codes(self, request):
        if request.method != "POST" or not second_factor.has_one(request.user):
            return redirect("admin:two_steps")
        with transaction.atomic():
            record(Geste.SECOURS, request.user, by=request.user)
            codes = second_factor.renew_codes(request.user)
        return self._codes_page(request, codes)

    def _codes_page(self, request, codes, *, installed=False):
        context = {"codes": codes, "installed": installed}
        return self._shown(request, "secours", "Vos codes de secours", request.user, **context)

    # From one page to the next

    def _shown(self, request, page, title, account, **context):
        carried = {"texte": request.POST.get(FIELD, ""), "next": self._next(request), "account": account}
        common = {**self.each_context(request), "title": title, **carried}
        return render(request, f"admin/deux_etapes/{page}.html", {**common, **context})

    def _arrived(self, request):
        """The login is whole: the text that was waiting, or the page that was asked for."""
        texte = request.POST.get(FIELD, "")
        return (texte and given_back(request, texte)) or redirect(self._next(request))

    def _too_late(self, request):
        """Back to the password, with the text that waits for it."""
        if request.method == "POST":
            return self.login_page(request, self._next(request), request.POST.get(FIELD, ""))
        return redirect("admin:login")

    def _next(self, request):
        """The page to open at the end: one of this site."""
        said = request.POST.get("next") or request.GET.get("next") or ""
        ours = url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure())
        return said if ours else reverse("admin:index")


def _open(view):
    """A page of the admin for who is not logged in yet: as its login page is."""
    return never_cache(sensitive_post_parameters("code", "secours")(csrf_protect(view)))
