"""Days of the school year in French words. Needs: occurrences (see `school_year.py`)."""

from django import template

from acteurs.templatetags.typo import jour
from fiches.reading import in_words

register = template.Library()


@register.filter
def periode(occurrence):
    """« le 9 décembre », « du 1er au 8 septembre », « du 15 décembre au 5 avril »."""
    start, end = occurrence.start, occurrence.end
    if start == end:
        return f"le {jour(start)}"
    is_same_month = (start.year, start.month) == (end.year, end.month)
    first = jour(start).split()[0] if is_same_month else jour(start)
    return f"du {first} au {jour(end)}"


@register.filter
def echeance(occurrence, today):
    """How far it is: « jusqu’au 10 octobre », « demain », « dans neuf jours », « dans cinq semaines », « fini »."""
    days = occurrence.days_from(today)
    if days < 0:
        return "fini"
    if not days:
        return "aujourd’hui" if occurrence.start == occurrence.end else f"jusqu’au {jour(occurrence.end)}"
    if days == 1:
        return "demain"
    if days < 14:
        return f"dans {in_words(days, masculine=True)} jours"
    return f"dans {in_words(days // 7)} semaines"


@register.filter
def a_faire(occurrence, today):
    """The next thing to do."""
    return occurrence.to_do(today)
