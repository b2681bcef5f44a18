"""Restore a backup in a scratch base, to know that it can be. Touches neither the site's database nor its files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...backup.conversion import rehearse
from ...backup.stopping import stopped_cleanly


class Command(BaseCommand):
    help = (
        "Restores an archive in a temporary base and folder, compares counts and checksums, and erases them. Fails if "
        "the archive could not be restored as it is."
    )

    requires_system_checks = []  # what puts the site back must work when the site does not

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path, help="a file that `backup` made")

    def handle(self, *, archive, **options):
        with stopped_cleanly():
            code, said, errors = rehearse(archive)
        if options["verbosity"] > 1 or code:
            self.stdout.write(said.rstrip())
        else:
            self.stdout.write(said.splitlines()[-1])
        if code:
            raise CommandError(f"The archive cannot be restored. {errors}")
        self.stdout.write("The archive can be restored.")
