"""Who has which form of the admin open: told to the others, forgotten after two minutes.

Refreshed by each load of the page and, with script, while somebody types. It holds an account, an object and an
instant; nothing of it is kept.
"""

from datetime import timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from .models import Presence

LASTS = timedelta(minutes=2)


def arrive(user, obj):
    """Note that `user` has the form of `obj` open; the names of the other accounts that have, sorted.

    A courtesy, not a lock: should the database be too busy to note it, the page does without.
    """
    now = timezone.now()
    where = {"modele": obj._meta.label_lower, "objet_id": str(obj.pk)}
    try:
        with transaction.atomic():
            Presence.objects.filter(vu_a__lt=now - LASTS).delete()
            Presence.objects.update_or_create(**where, compte=user, defaults={"vu_a": now})
    except DatabaseError:
        return []
    others = Presence.objects.filter(**where, vu_a__gte=now - LASTS).exclude(compte=user)
    return sorted(others.values_list("compte__username", flat=True))


def leave(user, modele, key):
    """Note that `user` has left the form of the object `key` of `modele` (« fiches.fiche »)."""
    Presence.objects.filter(modele=modele, objet_id=str(key), compte=user).delete()
