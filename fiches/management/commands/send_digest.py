"""Write to the owners of sheets what waits for them, once a week. Sent only with --apply."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ...digest import send_all


class Command(BaseCommand):
    help = "Writes to each owner which of their sheets are late, soon due, or given back. Sends only with --apply."

    def add_arguments(self, parser):
        parser.add_argument("--apply", action="store_true", help="send the letters (from cron, on Monday)")

    def handle(self, *, apply, **options):
        if apply and not settings.SITE_URL:
            raise CommandError("SITE_URL is not set: the links of the letters would lead nowhere.")
        if apply and settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
            raise CommandError("EMAIL_URL is not set: there is no server to send letters by.")
        done = send_all(apply=apply)
        self.stdout.write(
            f"{done.letters} letters: {done.late} sheets late, {done.soon} soon due, {done.refused} given back. "
            f"{done.already} owners had theirs this week."
        )
        if not apply:
            self.stdout.write("Nothing was sent: add --apply to send.")
        if done.failed:
            raise CommandError(f"{done.failed} letters could not be sent: see the log. Run it again to try them.")
