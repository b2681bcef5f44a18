"""Typography, prose and dates: loaded in every template (see TEMPLATES in the settings)."""

import re

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString

from acteurs import bases, typo

register = template.Library()

register.filter("lines", bases.lines)


@register.filter
@stringfilter
def prose(text):
    """Limited Markdown to HTML. Safe because the renderer escapes all it does not produce itself (tested)."""
    return SafeString(typo.prose(text))


@register.filter
def french(html):
    """For `{% filter french %}` around a page: puts the narrow spaces in rendered HTML."""
    return typo.typo(html)


@register.filter
def jour(value):
    """« 1er septembre »: a date without its year."""
    return f"{'1er' if value.day == 1 else value.day} {MONTHS[value.month]}"


@register.filter
def jour_an(value):
    """« 1er septembre 2026 »: a whole date."""
    return f"{jour(value)} {value.year}"


@register.filter
def pluriel(number, forms):
    """`{{ n|pluriel:"fiche,fiches" }}`: the singular below 2, as French wants."""
    singular, plural = forms.split(",")
    return plural if number >= 2 else singular


@register.filter
@stringfilter
def first_sentence(text):
    """The first sentence of a text, or the whole of it when it has only one."""
    match = re.match(r".+?[.!?…](?=\s)", text, re.S)
    return match[0] if match else text
