"""A forgotten password: a link by e-mail, for an hour, when there is a mail server (EMAIL_URL).

What is asked reveals nothing. The page answers the same, after the same work, whether an account has that address or
not: what depends on it is done afterwards, by another thread. The second step of the login is still to be made.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore

from axes.utils import reset as open_the_door
from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from acteurs import throttle
from acteurs.journal import Geste, record

from .faults import too_often
from .headers import client_address

logger = logging.getLogger(__name__)

ASKED, ASKED_FOR = 5, 3  # requests in an hour: of one caller, for one address
HOUR = 60 * 60  # seconds
_room = BoundedSemaphore(50)  # letters that wait in this process: beyond, they are dropped


def is_possible():
    """Whether a letter can be sent."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Adresse électronique de votre compte",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class NewPassword(PasswordResetConfirmView):
    template_name = "admin/mot_de_passe/nouveau.html"
    success_url = reverse_lazy("admin:password_reset_complete")
    reset_url_token = "choisir"  # noqa: S105 - what stands in the address once the token is in the session

    def form_valid(self, form):
        with transaction.atomic():
            answer = super().form_valid(form)
            record(Geste.MOT_DE_PASSE, self.user, by=self.user, precision="par un lien reçu par courriel")
            open_the_door(username=self.user.get_username())  # who forgot has often tried five times
        return answer


class LostPassword:
    """For an AdminSite."""

    def get_urls(self):
        pages = [
            ("mot-de-passe/", self._ask, "password_reset"),
            ("mot-de-passe/envoye/", self._asked, "password_reset_done"),
            ("mot-de-passe/<uidb64>/<token>/", self._choose, "password_reset_confirm"),
            ("mot-de-passe/change/", self._changed, "password_reset_complete"),
        ]
        own = [path(where, never_cache(csrf_protect(view)), name=name) for where, view, name in pages]
        return [*own, *super().get_urls()]

    def each_context(self, request):
        return {**super().each_context(request), "may_reset_password": is_possible()}

    def _ask(self, request):
        if not is_possible():
            raise Http404
        form = AddressForm(request.POST or None)
        if not form.is_valid():
            return self._lost_page(request, "demande", "Mot de passe oublié", form=form)
        if wait := throttle.wait("mot-de-passe", client_address(request), limit=ASKED, seconds=HOUR):
            return too_often(request, wait)
        site = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
        later(write_to, form.cleaned_data["email"], site)
        return redirect("admin:password_reset_done")

    def _asked(self, request):
        return self._lost_page(request, "envoye", "Regardez votre courrier")

    def _choose(self, request, uidb64, token):
        context = {**self.each_context(request), "title": "Un nouveau mot de passe"}
        return NewPassword.as_view(extra_context=context)(request, uidb64=uidb64, token=token)

    def _changed(self, request):
        return self._lost_page(request, "fait", "Mot de passe changé")

    def _lost_page(self, request, page, title, **context):
        context |= {**self.each_context(request), "title": title}
        return render(request, f"admin/mot_de_passe/{page}.html", context)


def later(work, *args):
    """Do `work` in another thread, soon: nobody waits for it."""
    if not _room.acquire(blocking=False):
        logger.warning("Too many letters wait: one was dropped")
        return
    _threads().submit(_alone, work, *args)


@cache
def _threads():
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="courrier")


def _alone(work, *args):
    try:
        work(*args)
    except Exception as error:  # nobody would ever see it; its words may hold an address
        logger.error("A letter was not sent: %s", type(error).__name__)
    finally:
        connection.close()
        _room.release()


def write_to(address, site):
    """Send the link to each account of the team whose address is `address`; to nobody if there is none.

    `site`: the beginning of the link, without its final slash.
    """
    if throttle.wait("mot-de-passe-pour", address.casefold(), limit=ASKED_FOR, seconds=HOUR):
        return
    for account in PasswordResetForm().get_users(address):
        if account.is_staff:
            _letter(account, site).send()


def _letter(account, site):
    key = urlsafe_base64_encode(force_bytes(account.pk))
    page = reverse("admin:password_reset_confirm", args=[key, default_token_generator.make_token(account)])
    context = {"account": account, "link": site + page, "site_name": settings.SITE_NAME}
    return EmailMessage(
        f"{settings.SITE_NAME} : choisir un nouveau mot de passe",
        render_to_string("courriels/mot_de_passe.txt", context),
        to=[account.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
