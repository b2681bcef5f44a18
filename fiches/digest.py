"""The weekly letter to each owner: which of their sheets are late, soon to be read again, or given back to them.

Nothing to say, no letter. Nobody gets the same week twice, whatever happens: the letter is noted before it is sent, so
that a machine that stops in between loses one letter rather than sends two. Logs and reports name nobody.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from acteurs.templatetags.typo import jour_an, pluriel

from .models import Fiche, Recapitulatif, Statut
from .models.freshness import SOON, due_soon, overdue

logger = logging.getLogger(__name__)

SHOWN = 20  # sheets named in each part of a letter: the list in the admin has the others
KEPT = timedelta(days=60)  # how long it is remembered that a letter was sent


@dataclass
class Letter:
    """What one owner is told. Each list holds sheets, the most pressing first."""

    owner: object
    late: list = field(default_factory=list)
    soon: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    @property
    def subject(self):
        n = len(self.late) + len(self.soon)
        parts = [f"{n} à revoir" if n else "", f"{len(self.refused)} à reprendre" if self.refused else ""]
        return f"{settings.SITE_NAME} : vos fiches, {' et '.join(filter(None, parts))}"

    @property
    def body(self):
        hello = f"Bonjour {self.owner.first_name}," if self.owner.first_name else "Bonjour,"
        n = len({fiche.pk for fiche in [*self.late, *self.soon, *self.refused]})
        parts = [
            f"{hello}\n\n{n} {pluriel(n, 'de vos fiches vous attend,de vos fiches vous attendent')}.",
            _part("En retard de relecture", self.late, lambda f: f"à revoir depuis le {jour_an(f.a_revoir_le)}"),
            _part(f"À revoir d’ici {SOON.days} jours", self.soon, lambda f: f"à revoir le {jour_an(f.a_revoir_le)}"),
            _part("À reprendre, après relecture", self.refused, lambda f: f"« {' '.join(f.refus.split())} »"),
            "Une fiche relue et toujours juste ? Ouvrez-la, puis cliquez sur « Revue, rien à changer » : elle est "
            "tranquille pour un an."
            if self.late or self.soon
            else "",
            f"Toutes vos fiches :\n{_admin('changelist')}?{urlencode({'proprietaire__id__exact': self.owner.pk})}",
            f"-- \n{settings.SITE_NAME}\nVous recevez ce message, une fois par semaine au plus, parce que vous êtes "
            "propriétaire de ces fiches.",
        ]
        return "\n\n".join(filter(None, parts)) + "\n"


def _part(title, fiches, why):
    if not fiches:
        return ""
    told = [f"- {f.titre}\n  {why(f)}\n  {_admin('change', f.pk)}" for f in fiches[:SHOWN]]
    if more := len(fiches) - SHOWN:
        told += [f"- et {more} {pluriel(more, 'autre,autres')}"] if more > 0 else []
    return "\n".join([f"{title} ({len(fiches)})", *told])


def _admin(page, *args):
    return settings.SITE_URL + reverse(f"admin:fiches_fiche_{page}", args=args)


def letters():
    """The `Letter` of each owner who has something to be told and an address to be told it at. One query."""
    refused = Q(statut=Statut.BROUILLON) & ~Q(refus="")
    wanted = Fiche.objects.filter(
        (Q(pk__in=Fiche.objects.published()) & (overdue() | due_soon())) | refused,
        proprietaire__is_active=True,
    ).exclude(proprietaire__email="")
    found = {}
    rows = wanted.select_related("proprietaire").defer(*Fiche.LONG_FIELDS)
    for fiche in rows.order_by("proprietaire_id", "a_revoir_le", "pk"):
        letter = found.setdefault(fiche.proprietaire_id, Letter(fiche.proprietaire))
        if fiche.statut == Statut.BROUILLON:
            letter.refused.append(fiche)
        else:
            (letter.late if fiche.is_overdue else letter.soon).append(fiche)
    return list(found.values())


@dataclass
class Sending:
    """What was done, in numbers only."""

    letters: int = 0
    already: int = 0  # had theirs this week
    failed: int = 0
    late: int = 0
    soon: int = 0
    refused: int = 0


def send_all(*, apply):
    """Write to each owner, once a week (from Monday, in Paris); only counted unless `apply`. Gives a `Sending`."""
    today = timezone.localdate()
    week = today - timedelta(days=today.weekday())
    done = Sending()
    for letter in letters():
        if Recapitulatif.objects.filter(destinataire=letter.owner, semaine=week).exists():
            done.already += 1
        elif apply and not _send(letter, week):
            done.failed += 1
        else:
            done.letters += 1
            done.late += len(letter.late)
            done.soon += len(letter.soon)
            done.refused += len(letter.refused)
    if apply:
        Recapitulatif.objects.filter(semaine__lt=week - KEPT).delete()
    return done


def _send(letter, week):
    """Whether the letter left. If it did not, nothing is noted: the next run tries again."""
    note, is_new = Recapitulatif.objects.get_or_create(destinataire=letter.owner, semaine=week)
    if not is_new:  # another process was quicker
        return True
    message = EmailMessage(
        letter.subject,
        letter.body,
        to=[letter.owner.email],
        reply_to=[settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None,
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as fault:  # ValueError: an address that no header can hold
        note.delete()
        logger.error("A weekly letter could not be sent: %s", type(fault).__name__)  # its text names the person
        return False
    return True
