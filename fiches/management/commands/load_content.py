"""Fill an empty base with the content that ships: sheets, excerpts, vocabularies."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from acteurs.models import Acteur
from fiches.models import Fiche, Theme
from fiches.search.index import prepare

# In this order each file finds what it names; the sheets a moment starts with are tied at the end.
FIXTURES = [
    "niveaux",
    "familles",
    "acteurs",
    "dispositifs",
    "termes",
    "themes",
    "categories",
    "leviers",
    "moments",
    "ateliers",
    "extraits",
    *(f"fiches/theme-{number:02}" for number in range(1, 10)),
    "voisinages",
    "ressources",
    "phrases",
    "temps-forts",
    "demarches",
    "synonymes",
    "portes",
]


class Command(BaseCommand):
    help = (
        "Loads the content that ships, if the base holds none, and makes search ready. "
        "Never touches the content of a base in use."
    )

    def handle(self, **options):
        if any(model.objects.exists() for model in (Theme, Acteur, Fiche)):
            self.stdout.write("The base already holds content: nothing was loaded.")
        else:
            self._load()
        prepare()  # else each process of the site that starts would analyse every sheet by itself

    def _load(self):
        call_command("loaddata", *FIXTURES, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # else PostgreSQL plans its first queries as if the tables were empty
        self.stdout.write(self.style.SUCCESS(f"{Fiche.objects.count()} sheets loaded."))
