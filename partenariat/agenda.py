"""The agenda of the next workshop, as a page of the admin to print and to hang on a wall."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from fiches.agenda import FORMATS, topics

LABELS = {"a3": "A3", "a4": "A4"}


def may_see(user):
    """Those who read the unanswered questions: reviewers and administrators."""
    return user.has_perm("fiches.view_question")


@require_safe
def page(request, site):
    if not may_see(request.user):
        raise PermissionDenied
    paper = request.GET.get("format", "a3")
    if paper not in FORMATS:
        raise Http404
    context = {
        "title": "L’agenda du prochain atelier",
        "paper": paper,
        "papers": LABELS.items(),
        "topics": topics(FORMATS[paper]),
    }
    return TemplateResponse(request, "admin/agenda.html", {**site.each_context(request), **context})
