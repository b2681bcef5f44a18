"""Put the database and the files of one moment in one archive. For cron, each night."""

import errno
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...backup import rotation, sealing
from ...backup.archive import fingerprint
from ...backup.making import back_up
from ...backup.rows import Refused
from ...backup.stopping import stopped_cleanly

_ABANDONED = 24 * 60 * 60  # seconds after which a half-written archive has nobody who writes it


class Command(BaseCommand):
    help = (
        "Writes an archive of the database and of the files, as they are at one moment, while others go on writing. "
        "Encrypted when BACKUP_RECIPIENTS holds public keys. Without --keep… no former archive is ever erased."
    )

    requires_system_checks = []  # what saves the site must work when the site does not

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, help="a folder, or a file that does not exist (default: BACKUP_DIR)")
        parser.add_argument("--encrypt", action="store_true", help="fail rather than write an archive in clear")
        parser.add_argument("--new-key", action="store_true", help="only print a pair of new keys")
        for name, what in {
            "--keep": "the N newest archives",
            "--keep-days": "the newest of each of the N latest days",
            "--keep-weeks": "the newest of each of the N latest weeks",
            "--keep-months": "the newest of each of the N latest months",
        }.items():
            parser.add_argument(name, type=int, default=0, metavar="N", help=f"of the folder, keep {what}")

    def handle(self, *, to, encrypt, new_key, **options):
        if new_key:
            self.stdout.write("BACKUP_KEY={}\nBACKUP_RECIPIENTS={}".format(*sealing.new_keys()))
            return
        recipients = settings.BACKUP_RECIPIENTS
        if encrypt and not recipients:
            raise CommandError("--encrypt needs public keys in BACKUP_RECIPIENTS: `backup --new-key` makes a pair.")
        keep = rotation.Keep(*(options[name] for name in ("keep", "keep_days", "keep_weeks", "keep_months")))
        path = self._path(to or Path(settings.BACKUP_DIR), encrypted=bool(recipients), keep=keep)
        manifest = self._back_up(path, recipients)
        self._report(path, manifest, recipients)
        self._rotate(path, keep)
        if manifest["lost"]:
            raise CommandError(
                f"The archive was made, but {len(manifest['lost'])} files that the database names are nowhere in "
                f"{settings.MEDIA_ROOT}: {', '.join(manifest['lost'][:5])}"
            )

    def _path(self, to, *, encrypted, keep):
        if min(keep) < 0:
            raise CommandError("--keep… takes a number of archives, 0 or more.")
        if to == Path(settings.BACKUP_DIR):
            to.mkdir(mode=0o700, parents=True, exist_ok=True)
        if to.is_dir():
            return to / rotation.name_at(timezone.now(), encrypted=encrypted)
        if any(keep):
            raise CommandError(f"--keep… is for a folder of archives: {to} is not a folder.")
        if not to.suffix:
            raise CommandError(f"{to} is not a folder. For a file, give a name that ends in .zip.")
        if to.exists():
            raise CommandError(f"{to} exists: an archive is never written over.")
        if not to.parent.is_dir():
            raise CommandError(f"{to.parent} is not a folder.")
        return to

    def _back_up(self, path, recipients):
        for abandoned in path.parent.glob(".partenariat-*.partial"):
            if time.time() - abandoned.stat().st_mtime > _ABANDONED:
                abandoned.unlink()
        try:
            with stopped_cleanly():
                return back_up(path, recipients=recipients)
        except Refused as error:
            raise CommandError(f"{error} No archive was made.") from error
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = f"there is no room left on the disk of {path.parent}" if is_full else error
            raise CommandError(f"No archive was made: {why}.") from error

    def _report(self, path, manifest, recipients):
        count = sum(record["rows"] for record in manifest["tables"].values())
        self.stdout.write(
            f"{path}: {count} rows of {len(manifest['tables'])} tables, {len(manifest['files'])} files, "
            f"{path.stat().st_size / 1e6:.1f} MB, {'encrypted' if recipients else 'not encrypted'}, "
            f"fingerprint {fingerprint(manifest)}."
        )

    def _rotate(self, made, keep):
        try:
            names = [path.name for path in made.parent.iterdir()]
            for name in rotation.superfluous(names, keep):
                if name != made.name:  # a clock that was wrong one day does not cost us the archive of this one
                    (made.parent / name).unlink()
                    self.stdout.write(f"{name}: erased.")
        except OSError as error:
            raise CommandError(f"The archive was made, but a former one could not be erased: {error}") from error
