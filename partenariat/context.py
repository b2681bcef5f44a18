"""What every template may use."""

from django.conf import settings


def site(request):
    """The site's names, its contact address (may be empty), and whether a staff member is reading.

    The session is opened only for a browser that already holds its cookie: a reader's page stays
    free of `Vary: Cookie`, so that it can be cached for everyone.
    """
    # A request refused before anybody looked who makes it, for the host that it names for instance, has no user.
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES and hasattr(request, "user")
    return {
        "site_name": settings.SITE_NAME,
        "site_tagline": settings.SITE_TAGLINE,
        "contact_email": settings.CONTACT_EMAIL,
        "publisher": settings.PUBLISHER,
        "hosting": settings.HOSTING,
        "is_staff": has_session and request.user.is_staff,
    }
