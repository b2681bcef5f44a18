"""Django's flush, through the one door to content: an emptied base has a new stamp."""

from django.core.management.commands import flush

from acteurs.stamp import editing


class Command(flush.Command):
    def handle(self, **options):
        with editing(using=options["database"]):
            super().handle(**options)
