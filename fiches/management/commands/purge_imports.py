"""Erase imported reports whose thirty days are over; only count them without --apply. For cron, once a day."""

from django.core.management.base import BaseCommand

from ...reports.keeping import purge, to_purge


class Command(BaseCommand):
    help = (
        "Erases the files and passages of reports whose excerpts were written 30 days ago or more, and files that "
        "no import names. Without --apply, only counts them."
    )

    def add_arguments(self, parser):
        parser.add_argument("--apply", action="store_true", help="erase them")

    def handle(self, **options):
        reports, files = purge() if options["apply"] else to_purge()
        done = "erased" if options["apply"] else "to erase (--apply does)"
        self.stdout.write(f"{reports} reports, {files} files without a report: {done}.")
