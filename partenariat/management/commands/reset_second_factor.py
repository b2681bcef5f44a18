"""Take away the phone and the recovery codes of an account; only say what there is without --apply."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from acteurs.journal import Geste, record

from ...second_factor import codes_left, forget, has_one


class Command(BaseCommand):
    help = (
        "For whoever lost both their phone and their recovery codes, when no administrator can come in. The password "
        "stays. Without --apply, only says what the account has."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--apply", action="store_true", help="take them away")

    def handle(self, *, username, apply, **options):
        account = get_user_model().objects.filter(username=username).first()
        if account is None:
            raise CommandError(f"No account is named {username!r}.")
        if not has_one(account):
            self.stdout.write(f"{username} has no phone installed: nothing to take away.")
            return
        left = codes_left(account)
        if apply:
            with transaction.atomic():
                forget(account)
                record(Geste.REMIS_A_ZERO, account)
        done = "taken away; the next login installs another" if apply else "to take away (--apply does)"
        self.stdout.write(f"{username}: a phone and {left} recovery codes, {done}.")
