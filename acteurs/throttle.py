"""How often something may be tried: counted in the database, so that it holds across processes and machines.

Who tries is kept as a keyed digest, for a day at most: no address, no name.
"""

from datetime import timedelta
from math import ceil

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

KEPT = timedelta(days=1)  # longer than any window


class Essai(models.Model):
    """How many times somebody tried something since the first time of their window."""

    cle = models.CharField(max_length=64, primary_key=True)
    depuis = models.DateTimeField(db_index=True)
    nombre = models.PositiveIntegerField()

    class Meta:
        verbose_name = "essai compté"
        verbose_name_plural = "essais comptés"
        default_permissions = ()

    def __str__(self):
        return f"{self.nombre} depuis {self.depuis:%d/%m/%Y %H:%M}"


def wait(what, who, *, limit, seconds):
    """Count one more try of `what` by `who`: 0 if it may go on, else in how many seconds it may be tried again.

    `limit` tries in `seconds` from the first of them; those refused do not count.
    """
    now, key = timezone.now(), _key(what, who)
    with transaction.atomic():
        Essai.objects.filter(depuis__lt=now - KEPT).delete()
        Essai.objects.get_or_create(cle=key, defaults={"depuis": now, "nombre": 0})
        essai = Essai.objects.select_for_update().get(cle=key)
        if essai.depuis + timedelta(seconds=seconds) <= now:
            essai.depuis, essai.nombre = now, 0
        if left := _left(essai, limit, seconds, now):
            return left
        essai.nombre += 1
        essai.save()
    return 0


def closed_for(what, who, *, limit, seconds):
    """In how many seconds `who` may try `what` again; 0 if at once. Counts nothing."""
    essai = Essai.objects.filter(cle=_key(what, who)).first()
    return _left(essai, limit, seconds, timezone.now()) if essai else 0


def _left(essai, limit, seconds, now):
    """How many seconds of a window that is full are left."""
    if essai.nombre < limit:
        return 0
    return max(0, ceil((essai.depuis + timedelta(seconds=seconds) - now).total_seconds()))


def _key(what, who):
    return salted_hmac("acteurs.throttle", f"{what}\n{who}", algorithm="sha256").hexdigest()
