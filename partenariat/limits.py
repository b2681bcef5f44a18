"""How large a request may be, told from what it announces: nothing of it is read before."""

from django.conf import settings
from django.urls import reverse

from fiches.reports.reading import MAX_SIZE

from .faults import too_large

FORM = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # bytes
FILE = MAX_SIZE + FORM


class BodyLimits:
    """Middleware, before the one that looks for a form's token, which reads the whole form.

    A body may be as large as a form; as a file, in the admin, when the account is of the team. A view that is exempt
    from the token looks after its body by itself.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        size = _announced(request)
        if size <= FORM or getattr(view, "csrf_exempt", False):
            return None
        takes_files = request.path.startswith(reverse("admin:index")) and request.user.is_staff
        return None if takes_files and size <= FILE else too_large(request)


def _announced(request):
    """The size of the body in bytes; 0 for one that does not say: Django reads nothing of it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
