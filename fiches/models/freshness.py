"""When a sheet is to be read again: two thresholds, and the act that says « revue, rien à changer »."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from acteurs.bases import AddressedQuerySet

SOON = timedelta(days=60)  # a review that falls within it is « bientôt »


def overdue():
    """As a `Q`: the day when the sheet was to be read again is past, in Paris."""
    return Q(a_revoir_le__lt=timezone.localdate())


def due_soon():
    """As a `Q`: that day is today, or comes within `SOON`."""
    today = timezone.localdate()
    return Q(a_revoir_le__range=(today, today + SOON))


def a_year_after(day):
    """The same day of the next year; 28 February after a 29."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class DueQuerySet(AddressedQuerySet):
    """Sheets by when they are to be read again, whatever their status: start from `published()` for those online."""

    def overdue(self):
        return self.filter(overdue())

    def due_soon(self):
        return self.filter(due_soon())


class Reviewable:
    """The part of a sheet that ages."""

    @property
    def is_overdue(self):
        """The same rule as `overdue()`, for one row in hand."""
        return self.a_revoir_le is not None and self.a_revoir_le < timezone.localdate()

    def confirm_review(self):
        """Say that a sheet online was read again today and needs no change: the next time is in a year.

        Raises ValidationError, in French, if it is not online. Writes the two dates alone: whatever else was changed
        on this object in memory is not saved with them.
        """
        if not self.is_published:
            raise ValidationError(f"« {self} » n’est pas en ligne : sa relecture se dit en la publiant.")
        self.reviewed_on = timezone.localdate()
        self.a_revoir_le = a_year_after(self.reviewed_on)
        self.save(update_fields=["reviewed_on", "a_revoir_le"])
