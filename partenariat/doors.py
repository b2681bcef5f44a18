"""How often one may fail to come in.

django-axes closes the door of one account to one address after five failures. That lets an address try one password on
each of a thousand accounts: so its failures are counted as well, all accounts together. A whole office may share it.
"""

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.shortcuts import render

from acteurs import throttle

from .faults import too_often
from .headers import client_address
from .kept_text import FIELD
from .lost_password import is_possible

FAILURES, WINDOW = 100, 15 * 60  # of one address; seconds


def closed_door(request, response, credentials):
    """What django-axes answers to who failed five times. The text that waits for a login stays on that page."""
    waiting = {"texte": request.POST.get(FIELD, ""), "next": request.POST.get("next", "")}
    closed = render(request, "admin/lockout.html", {**waiting, "may_reset_password": is_possible()}, status=429)
    closed["Retry-After"] = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return closed


class CountsFailures:
    """For an AdminSite."""

    def login(self, request, extra_context=None):
        if request.method == "POST" and (seconds := throttle.closed_for(**_counted(request))):
            return too_often(request, seconds)
        return super().login(request, extra_context)


def install():
    """Listen to failures. Called once, when the apps are ready."""
    user_login_failed.connect(_count, dispatch_uid="partenariat.doors")


def _count(sender, request=None, **kwargs):
    if request is not None:
        throttle.wait(**_counted(request))


def _counted(request):
    return {"what": "connexion", "who": client_address(request), "limit": FAILURES, "seconds": WINDOW}
