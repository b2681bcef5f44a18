"""Take away the lines of the journal that are too old; only count them without --apply. For cron, once a day."""

from django.conf import settings
from django.core.management.base import BaseCommand

from acteurs.journal import purge


class Command(BaseCommand):
    help = "Erases the lines of the journal older than JOURNAL_MONTHS. Without --apply, only counts them."

    def add_arguments(self, parser):
        parser.add_argument("--apply", action="store_true", help="erase them")

    def handle(self, *, apply, **options):
        done = "erased" if apply else "to erase (--apply does)"
        self.stdout.write(f"{purge(apply=apply)} lines older than {settings.JOURNAL_MONTHS} months: {done}.")
