"""Marks and links that every page draws alike."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join

register = template.Library()


@register.simple_tag
@cache
def icon(name, css=""):
    """A drawing of the sprite. Decorative: the word always stands beside it."""
    return format_html(
        '<svg aria-hidden="true"{}><use href="{}#{}"/></svg>',
        format_html(' class="{}"', css) if css else "",
        static("img/traits.svg"),
        name,
    )


@register.simple_tag
def marked(parts):
    """A text given as [(piece, whether it is one of the words looked for), …], those words in `<mark>`. Escaped."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if is_word else text,) for text, is_word in parts)
    )


@register.simple_tag(takes_context=True)
def nav_link(context, view, text):
    """A link of the main navigation; it says when the reader is there, or below."""
    url = reverse(view)
    path = context["request"].path
    current = "page" if path == url else "true" if path.startswith(url) else ""
    attribute = format_html(' aria-current="{}"', current) if current else ""
    return format_html('<a href="{}"{}>{}</a>', url, attribute, text)


@register.filter
def times(number):
    """`{% for i in 3|times %}`: a range of that length, twelve at most (a row of dashes holds no more)."""
    return range(min(number, 12))
