"""`{% filter acronyms %}` around a page: explains its acronyms from the glossary. Costs one query."""

from functools import lru_cache

from django import template

from acteurs.acronyms import LOOKS_LIKE_ONE, explain
from acteurs.models import Terme
from acteurs.stamp import stamp

register = template.Library()


@register.filter
def acronyms(html):
    return explain(html, _meanings(stamp()))


@lru_cache(maxsize=1)
def _meanings(at):
    """The acronyms of the glossary as the database has them `at` this stamp."""
    terms = Terme.objects.exclude(sigle="").exclude(definition="").only("slug", "sigle", "mot", "definition")
    return {t.sigle: (t.slug, t.mot, t.definition) for t in terms if LOOKS_LIKE_ONE.fullmatch(t.sigle)}
