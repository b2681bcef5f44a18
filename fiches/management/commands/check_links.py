"""Ask every address that the content leads to whether it still answers. Remembered only with --apply."""

from django.core.management.base import BaseCommand, CommandError

from ...links.rounds import check_all
from ...models import EtatLien


class Command(BaseCommand):
    help = (
        "Asks every address that sheets, words, themes and resources lead to. Remembers the answers only with --apply."
    )

    def add_arguments(self, parser):
        parser.add_argument("--apply", action="store_true", help="remember the answers (once a day, from cron)")

    def handle(self, *, apply, **options):
        done = check_all(apply=apply, progress=self._progress if self.stderr.isatty() else None)
        if done.is_offline:
            raise CommandError("No site answered: this machine is cut off. No failure was counted.")
        for link in done.links:
            if link.etat in (EtatLien.PANNE, EtatLien.MORT) or (options["verbosity"] > 1):
                self.stdout.write(f"{link.get_etat_display():24} {link.code or '---'} {link.url} {link.motif}")
        counts = ", ".join(f"{done.count(etat)} {etat.value}" for etat in EtatLien)
        self.stdout.write(f"{len(done.links)} links: {counts}. {done.forgotten} no longer used.")
        if not apply:
            self.stdout.write("Nothing was written: add --apply to remember this.")
        if done.errors:
            raise CommandError(f"{done.errors} links could not be checked: see the log.")

    def _progress(self, done, total):
        self.stderr.write(f"\r{done}/{total}", ending="\n" if done == total else "")
