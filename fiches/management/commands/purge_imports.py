"""Erase imported reports whose thirty days are over. For cron, once a day."""

from django.core.management.base import BaseCommand

from ...reports.keeping import purge


class Command(BaseCommand):
    help = (
        "Erases the files and passages of reports whose excerpts were written 30 days ago or more, and files that "
        "no import names."
    )

    def handle(self, **options):
        erased, orphans = purge()
        self.stdout.write(f"{erased} comptes rendus effacés, {orphans} fichiers orphelins.")
