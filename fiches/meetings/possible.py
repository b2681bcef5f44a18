"""Which meetings a pack can be made for, and the nearest ones when it cannot."""

from dataclasses import dataclass, replace

from django.db.models import Count

from fiches.models import Fiche, Intervention
from fiches.reading import in_words

from .choosing import ENOUGH

NEAREST = 6  # meetings offered instead, half of them with the same actor


def counts():
    """{(key of an actor, key of a moment): how many published sheets are about both}: one query."""
    rows = Intervention.objects.filter(fiche__in=Fiche.objects.published(), fiche__moments__isnull=False)
    rows = rows.order_by().values_list("acteur", "fiche__moments").annotate(n=Count("fiche", distinct=True))
    return {(acteur, moment): n for acteur, moment, n in rows}


def meetings(choices):
    """[(actor, [moments]), …]: the meetings that can be prepared, in the order of the form. One query."""
    known = counts()
    rows = [(a, [m for m in choices.moments if known.get((a.pk, m.pk), 0) >= ENOUGH]) for a in choices.acteurs]
    return [(acteur, moments) for acteur, moments in rows if moments]


@dataclass(frozen=True)
class Shortfall:
    """Why there is no pack, and what to prepare instead."""

    wishes: object
    message: str
    sheets: tuple  # the few that there are
    nearest: tuple  # of Wishes


def shortfall(wishes, choices, sheets):
    """The `Shortfall` of wishes that only these sheets are about. One query."""
    return Shortfall(wishes, _message(wishes, len(sheets)), tuple(sheets), _nearest(wishes, choices))


def elsewhere(wishes, levels):
    """The `Shortfall` of wishes at a level where this actor is not met; `levels`: those where they are."""
    message = f"On ne rencontre pas cette personne à ce niveau ({wishes.niveau.nom.lower()})."
    nearest = (replace(wishes, niveau=niveau) for niveau in (None, *levels))
    return Shortfall(wishes, message, (), tuple(nearest))


def _message(wishes, n):
    about = f"pour cette rencontre à ce moment{' et à ce niveau' if wishes.niveau else ''}"
    if not n:
        return f"Nous n’avons pas encore de fiche {about}."
    found = "qu’une fiche" if n == 1 else f"que {in_words(n)} fiches"
    return f"Nous n’avons encore {found} {about} : c’est trop peu pour un dossier qui vous serve."


def _nearest(wishes, choices):
    """Other `Wishes` that have a pack: without the level, then the same actor at the nearest moments, then, at the
    same moment, the actors of the same family, then those that most sheets are about."""
    known = counts()
    plain = replace(wishes, theme=None, levier=None, niveau=None)

    def enough(acteur, moment):
        return known.get((acteur.pk, moment.pk), 0) >= ENOUGH

    rank = choices.moments.index(wishes.moment)
    same = [m for m in choices.moments if m != wishes.moment and enough(wishes.acteur, m)]
    same.sort(key=lambda moment: abs(choices.moments.index(moment) - rank))
    others = [a for a in choices.acteurs if a != wishes.acteur and enough(a, wishes.moment)]
    others.sort(key=lambda a: (a.famille_id != wishes.acteur.famille_id, -known[a.pk, wishes.moment.pk], a.pk))
    found = [plain] if wishes.niveau and enough(wishes.acteur, wishes.moment) else []
    found += [replace(plain, moment=moment) for moment in same[: NEAREST // 2]]
    found += [replace(plain, acteur=acteur) for acteur in others]
    return tuple(found[:NEAREST])
