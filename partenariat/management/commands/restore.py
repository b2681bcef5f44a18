"""Put a backup back in the database of DATABASE_URL, and its files in MEDIA_ROOT. Only with --apply."""

from argparse import SUPPRESS
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ...backup import media
from ...backup.archive import fingerprint, reading
from ...backup.conversion import convert, up_to_date
from ...backup.making import refuse_pending_migrations
from ...backup.restoring import FilesNotPlaced, day, holdings, is_blank, is_older, restore
from ...backup.rows import Refused
from ...backup.stopping import stopped_cleanly


class Command(BaseCommand):
    help = (
        "Checks a backup, and says what restoring it would do. With --apply, does it: all or nothing, in one "
        "transaction, read again before it is kept. Works from SQLite to PostgreSQL and back."
    )

    requires_system_checks = []  # what puts the site back must work when the site does not

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path, help="a file that `backup` made")
        parser.add_argument("--apply", action="store_true", help="write")
        parser.add_argument("--convert-to", type=Path, help=SUPPRESS)  # for the process of `conversion`
        parser.add_argument("--replace", action="store_true", help="lose what the base holds, if it is not empty")

    def handle(self, *, archive, apply, replace, convert_to, **options):
        try:
            if convert_to:
                convert(archive, convert_to)
                return
            with stopped_cleanly(), reading(archive) as opened:
                opened.check()
                media.refuse_strays(opened.files)
                self._describe(opened)
                self._describe_base(replace, apply)
                if not apply:
                    self.stdout.write("The archive is whole. Nothing was written: add --apply to restore it.")
                    return
                if is_blank():
                    call_command("migrate", interactive=False, verbosity=0)
                with up_to_date(opened, archive) as ready:
                    self._report(restore(ready, replace=replace), ready, options["verbosity"])
        except FilesNotPlaced as error:
            raise CommandError(f"The rows are restored, not all the files: {error}. Restore again.") from error
        except Refused as error:
            raise CommandError(f"{error} Nothing was restored.") from error
        except OSError as error:
            raise CommandError(f"{error}. Nothing was restored.") from error

    def _describe(self, archive):
        manifest = archive.manifest
        self.stdout.write(
            f"Made on {day(archive)} from {manifest['engine']} by version {manifest['version']}: "
            f"{sum(record['rows'] for record in archive.tables.values())} rows of {len(archive.tables)} tables, "
            f"{len(archive.files)} files, fingerprint {fingerprint(manifest)}."
        )
        if manifest["lost"]:
            self.stdout.write(f"Files that were already lost on that day: {', '.join(manifest['lost'])}")
        if is_older(archive):
            self.stdout.write("Its tables are those of an earlier version: they will be brought to this one’s.")

    def _describe_base(self, replace, apply):
        if is_blank():
            self.stdout.write("The base is blank: its tables will be made.")
            return
        refuse_pending_migrations("default")
        if counts := holdings():
            most = sorted(counts.items(), key=lambda pair: -pair[1])[:8]
            self.stdout.write(
                f"The base holds {sum(counts.values())} rows ({', '.join(f'{n} {label}' for label, n in most)}…): "
                f"{'they will be lost' if replace else 'only --replace would lose them for those of the archive'}."
            )
            if apply and not replace:
                raise Refused("The base is not empty: add --replace to lose what it holds.")
        else:
            self.stdout.write("The base is empty.")
        if there := set(media.present(Path(settings.MEDIA_ROOT))):
            self.stdout.write(f"{settings.MEDIA_ROOT} holds {len(there)} files: those of the same names are replaced.")

    def _report(self, tables, archive, verbosity):
        if verbosity > 1:
            for table in tables:
                self.stdout.write(f"{table.label:34} {table.found.rows:8}  {table.found.checksum[:16]}  same")
        self.stdout.write(
            f"Restored and read again: {sum(table.found.rows for table in tables)} rows of {len(tables)} tables and "
            f"{len(archive.files)} files are those of the archive, fingerprint {fingerprint(archive.manifest)}."
        )
