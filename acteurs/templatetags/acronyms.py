"""`{% filter acronyms %}` around a page: explains its acronyms from the glossary. Costs one query."""

from django import template

from acteurs.acronyms import explain, meanings

register = template.Library()


@register.filter
def acronyms(html):
    return explain(html, meanings())
