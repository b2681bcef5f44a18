"""Security headers on every answer, and who is really calling."""

from csp.utils import build_policy
from django.conf import settings
from django.utils.cache import patch_cache_control

HEADERS = {
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "encrypted-media=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), "
        "payment=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    # Which links a browser may follow ahead of the reader: those that one points at (partenariat/views.py).
    "Speculation-Rules": '"/lire-d-avance.json"',
}


def security_headers(get_response):
    """Middleware, around those that may refuse a request by themselves: completes the headers of every answer.

    Django's own and django-csp's go on what passes through them; files and refusals do not. In DEBUG their pages of
    errors need a looser policy. What is prepared for someone who has a session never reaches a shared cache.
    """
    always = {
        **HEADERS,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        **({} if settings.DEBUG else {"Content-Security-Policy": build_policy()}),
    }

    def middleware(request):
        response = get_response(request)
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
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
