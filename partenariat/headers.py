"""Security headers that Django and django-csp do not send themselves, and who is really calling."""

from django.conf import settings
from django.utils.cache import patch_cache_control

HEADERS = {
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    # Which links a browser may follow ahead of the reader: those that one points at (partenariat/views.py).
    "Speculation-Rules": '"/lire-d-avance.json"',
}


def security_headers(get_response):
    """Middleware: adds HEADERS to every answer, errors and static files included.

    What is prepared for someone who has a session never reaches a shared cache.
    """

    def middleware(request):
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(settings.STATIC_URL):
            patch_cache_control(response, private=True)
        return response

    return middleware


def client_address(request):
    """The address that the login guard counts failures by.

    Behind a proxy it is the last one of X-Forwarded-For, which the proxy wrote itself; those before it are
    whatever the caller claimed.
    """
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")
