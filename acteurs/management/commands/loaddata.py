"""Django's loaddata, through the one door to content: a fixture renews the stamp like any other write."""

from django.core.management.commands import loaddata

from acteurs.stamp import editing


class Command(loaddata.Command):
    def handle(self, *fixture_labels, **options):
        with editing(using=options["database"]):
            super().handle(*fixture_labels, **options)
