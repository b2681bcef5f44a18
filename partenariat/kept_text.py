"""What was typed in a form of the admin survives the end of the session.

A form sent without a session gets the login page, which carries all that was typed, signed; once logged in, one sends
it again with a button. The same page helps whoever logged in again in another tab, whose form has an old CSRF token.
Nothing is stored: the text stays in the browser's page. No script is needed.
"""

from functools import wraps

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, resolve, reverse
from django.views.csrf import csrf_failure as usual_csrf_failure

FIELD = "texte_garde"
SALT = "partenariat.texte"
NEVER_KEPT = ("csrfmiddlewaretoken", FIELD)  # nor any password


class KeepsTyped:
    """For an AdminSite."""

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)  # a view that looks after CSRF itself still says so
        def kept(request, *args, **kwargs):
            if _is_form(request) and not self.has_permission(request):
                return self.login_page(request, request.get_full_path(), _sealed(request))
            return guarded(request, *args, **kwargs)

        return kept

    def get_urls(self):
        return [path("texte/", self.admin_view(_give_back), name="give_back"), *super().get_urls()]

    def login_page(self, request, to, texte):
        """The login page, which leads `to` an address of the site, and gives `texte` back there if there is one."""
        context = {
            **self.each_context(request),
            "title": "Se connecter",
            "form": AdminAuthenticationForm(request),
            "app_path": reverse("admin:login"),
            "next": to,
            "texte": texte,
        }
        return render(request, "admin/login.html", context)

    def login(self, request, extra_context=None):
        """As Django's; a login that carries a text leads to the page that gives it back."""
        texte = request.POST.get(FIELD, "")
        response = super().login(request, {"texte": texte, **(extra_context or {})})
        if texte and isinstance(response, HttpResponse) and response.status_code == 302:
            return given_back(request, texte) or response
        return response


def csrf_failure(request, reason=""):
    """A form sent from a page older than the login: given back, if it comes from our own pages by a logged-in member.

    The session's cookie is never sent with another site's form (SameSite), and its `Origin` would tell.
    """
    if _is_ours(request) and _is_form(request) and request.user.is_active and request.user.is_staff:
        return given_back(request, _sealed(request), status=403)
    return usual_csrf_failure(request, reason=reason)


def _give_back(request):
    """Once logged in, the text that a page of the login carried."""
    return given_back(request, request.POST.get(FIELD, "")) or redirect("admin:index")


def typed_in(request):
    """([(name, text)], [the texts worth reading again]) of a form of the admin sent from our own pages; else nothing.

    For a page that asks nothing of the database.
    """
    if not (_is_ours(request) and _is_form(request)):
        return [], []
    return _fields_and_words(_typed(request))


def _is_ours(request):
    """Whether a form was sent from our own pages: browsers say so."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _is_form(request):
    """Whether a form of the admin that adds or changes something is being sent."""
    match = request.resolver_match or resolve(request.path_info)
    return request.method == "POST" and "admin" in match.namespaces and match.url_name.endswith(("_add", "_change"))


def _sealed(request):
    return signing.dumps({"to": request.get_full_path(), "typed": _typed(request)}, salt=SALT, compress=True)


def _typed(request):
    fields = request.POST.lists()
    return [(name, texts) for name, texts in fields if name not in NEVER_KEPT and "password" not in name]


def _fields_and_words(typed):
    hidden = [(name, text) for name, texts in typed for text in texts]
    return hidden, [text for name, text in hidden if not name.startswith("_") and len(text.split()) > 2]


def given_back(request, texte, status=200):
    """The page that sends again what was typed; None if it is not ours, or too old."""
    try:
        kept = signing.loads(texte, salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None
    hidden, words = _fields_and_words(kept["typed"])
    context = {"to": kept["to"], "hidden": hidden, "words": words}
    return render(request, "admin/retrouver.html", context, status=status)
