"""`{% filter acronyms %}` around a page: explains its acronyms from the glossary. Costs one query."""

from django import template

from acteurs.acronyms import LOOKS_LIKE_ONE, explain
from acteurs.models import Terme

register = template.Library()


@register.filter
def acronyms(html):
    terms = Terme.objects.exclude(sigle="").exclude(definition="").only("slug", "sigle", "mot", "definition")
    return explain(html, {t.sigle: (t.slug, t.mot, t.definition) for t in terms if LOOKS_LIKE_ONE.fullmatch(t.sigle)})
