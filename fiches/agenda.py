"""What the next workshop could talk about: what nobody answered, who has not spoken, what is disputed.

Staff print it, and it hangs on a wall that everyone in the workshop reads, schools and parents included. So it is made
of what anyone may read: published sheets, public words. And of unanswered questions, only those that staff read and
noted, or that came several times: a word typed once may be somebody's name.
"""

from typing import NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from fiches.models import (
    Citation,
    Extrait,
    Fiche,
    Intervention,
    Nature,
    Position,
    Question,
    Section,
    Solidite,
    Suite,
    Voix,
)
from fiches.models.solidite import speaks, unproved

FORMATS = {"a3": 26, "a4": 22}  # paper → how many lines it holds, with room to write under each
MOST = 5  # lines of one kind
OFTEN = 2  # times a question that staff has not read yet must have been asked within twelve months
PARENTS = "parents"  # the family of actors; no voice of a report is theirs


class Line(NamedTuple):
    """One thing to talk about. `mark` and `voice`: who said it, both empty when nobody did."""

    text: str
    detail: str = ""
    mark: str = ""
    voice: str = ""


class Topic(NamedTuple):
    """One part of the page: what it asks of the workshop, how its lines were chosen, and how many there are in all."""

    name: str
    title: str
    rule: str
    lines: list
    total: int


def topics(room):
    """The parts that have something to ask: `MOST` lines of each at most, the most useful first, `room` in all.

    When they are too many, each gives up its last ones alike: no part is left out for another.
    """
    found = (_unanswered, _disputed, _without_school, _without_centres, _without_parents, _isolated, _left_over)
    found = [topic for make in found if (topic := make()).lines]
    most = next((n for n in range(MOST, 1, -1) if sum(len(topic.lines[:n]) for topic in found) <= room), 1)
    return [topic._replace(lines=topic.lines[:most]) for topic in found]


def _topic(name, title, rule, rows, line):
    """`rows`: a queryset in order. Two queries, and those of its plan."""
    return Topic(name, title, rule, [line(row) for row in rows[:MOST]], rows.count())


def _unanswered():
    noted = Q(suite=Suite.MANQUE) | Q(suite=Suite.A_TRAITER, total__gte=OFTEN)
    rows = Question.objects.asked().filter(noted, total__gt=0)
    rows = rows.annotate(rank=Case(When(suite=Suite.MANQUE, then=Value(0)), default=Value(1)))
    return _topic(
        "questions",
        "Cherché ici, et resté sans réponse",
        f"Ce que l’équipe a noté comme un manque, puis ce qui a été cherché {OFTEN} fois au moins depuis un an. "
        "Les mots sont gardés sans accents.",
        rows.order_by("rank", "-total", "mots"),
        lambda row: Line(f"« {row.mots} »", f"cherché {row.total} fois"),
    )


def _sheets(*conditions):
    """Published sheets with `words`, their public citations: those that have most first."""
    cited = Citation.objects.published().filter(fiche=OuterRef("pk")).order_by().values("fiche")
    words = Coalesce(Subquery(cited.annotate(n=Count("pk")).values("n")), 0)
    return Fiche.objects.published().filter(*conditions).for_cards().annotate(words=words).order_by("-words", "pk")


def _without(side, name, title):
    return lambda: _topic(
        name,
        title,
        "Les fiches les plus citées d’abord : il ne leur manque qu’une parole de ce côté-là.",
        _sheets(~speaks(side), ~unproved()),
        lambda fiche: Line(fiche.titre, fiche.evidence.told),
    )


_without_school = _without(Voix.ECOLE, "ecole", "L’école n’en a encore rien dit")
_without_centres = _without(Voix.CENTRES, "centre", "Les centres n’en ont encore rien dit")


def _without_parents():
    theirs = Intervention.objects.filter(fiche=OuterRef("pk"), acteur__famille__slug=PARENTS)
    return _topic(
        "parents",
        "On y parle des parents sans les entendre",
        "Aucune parole d’atelier n’est celle d’un parent. Les fiches où ils ont un rôle, les plus citées d’abord.",
        _sheets(Exists(theirs)),
        lambda fiche: Line(fiche.titre, fiche.evidence.told),
    )


def _disputed():
    """Each sheet once, by its strongest objection: the wall speaks of as many sheets as it has lines."""
    rank = Case(When(position=Position.CONTREDIT, then=Value(0)), default=Value(1))
    against = Citation.objects.published().filter(position__in=[Position.CONTREDIT, Position.NUANCE])
    against = against.annotate(rank=rank)
    first = against.filter(fiche=OuterRef("fiche")).order_by("rank", "ordre", "pk").values("pk")[:1]
    sheets = Citation.objects.published().filter(fiche=OuterRef("fiche")).order_by().values("fiche")
    rows = against.filter(fiche__in=Fiche.objects.published(), pk=Subquery(first))
    rows = rows.annotate(words=Subquery(sheets.annotate(n=Count("pk")).values("n")))
    return _topic(
        "debat",
        "Tout le monde n’est pas d’accord",
        "Les paroles qui contredisent une fiche, puis celles qui la nuancent ; les fiches les plus citées d’abord.",
        rows.select_related("fiche", "extrait").order_by("rank", "-words", "fiche"),
        lambda row: Line(
            row.extrait.texte,
            f"{Position(row.position).label} la fiche « {row.fiche.titre} » ({Section(row.section).label})",
            row.extrait.mark,
            row.extrait.get_voix_display(),
        ),
    )


def _isolated():
    weak = [Solidite.ISOLE, Solidite.SANS_PREUVE]
    return _topic(
        "isolees",
        "Une voix l’a dit : est-ce vrai chez vous ?",
        "Les fiches qui ne tiennent que sur une parole, ou sur aucune.",
        _sheets().with_solidite().filter(solidite_code__in=weak),
        lambda fiche: Line(fiche.titre, "une seule parole" if fiche.evidence.excerpts else "aucune parole publique"),
    )


def _left_over():
    rows = Extrait.objects.published().waiting().filter(nature=Nature.QUESTION).select_related("atelier")
    return _topic(
        "posees",
        "Posé dans un atelier, et qui attend encore",
        "Les questions notées en atelier qu’aucune fiche ne reprend, les plus récentes d’abord.",
        rows.order_by("-atelier__date", "atelier", "position", "pk"),
        lambda row: Line(row.texte, "", row.mark, row.get_voix_display()),
    )
