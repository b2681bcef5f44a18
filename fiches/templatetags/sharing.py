"""Tags for the head of a page: its one address, and what it says to other sites."""

from django import template
from django.conf import settings
from django.utils.html import json_script
from django.utils.safestring import SafeString

from fiches.sharing import structured

register = template.Library()


@register.simple_tag(takes_context=True)
def absolute(context, path=None):
    """The absolute address of `path`, by default this page without its query string."""
    request = context["request"]
    return request.build_absolute_uri(path or request.path)


@register.simple_tag(takes_context=True)
def json_ld(context, fiche, reading):
    """The sheet as structured data. A data block: nothing runs, so the strict CSP has no word on it."""
    url = absolute(context, fiche.get_absolute_url())
    data = json_script(structured(fiche, reading, url, settings.SITE_NAME))
    # json_script() escapes all that could close the block; only the type it writes is changed.
    return SafeString(data.replace("application/json", "application/ld+json", 1))
