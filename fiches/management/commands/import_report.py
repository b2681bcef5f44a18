"""Read a workshop report into segments; write them only with --apply."""

import datetime
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...models import Portee, Voix
from ...reports.lines import ReportRefused
from ...reports.parser import parse
from ...reports.reading import MAX_SIZE, read_report
from ...reports.telling import as_data, as_text
from ...reports.writing import NewAtelier, NewExtrait, known_themes, write_atelier


class Command(BaseCommand):
    help = (
        "Reads a workshop report (.docx, .odt, .txt, .md) and says what became of each word. Writes only with --apply."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="print everything for a machine")
        parser.add_argument("--apply", action="store_true", help="write the workshop and its excerpts")
        parser.add_argument("--titre", default="", help="of the workshop; else the report's own, or the file's name")
        parser.add_argument("--date", type=_date, help="of the workshop, AAAA-MM-JJ")
        parser.add_argument("--lieu", default="", help="where it was held")
        parser.add_argument(
            "--portee", choices=Portee.values, default=Portee.INTERNE.value, help="how far words travel"
        )
        parser.add_argument("--voix", choices=Voix.values, help="who speaks where the report does not say")

    def handle(self, *, file, **options):
        try:
            report = read_report(_bytes(file), file.name)
            themes = known_themes()
            outcome = parse(report, themes)
            atelier = self._write(report, outcome, options) if options["apply"] else None
        except ReportRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(as_data(outcome), ensure_ascii=False, indent=1))
            return
        self.stdout.write(as_text(report, outcome, {theme.numero: theme.titre for theme in themes}))
        if atelier:
            self.stdout.write(f"\nÉcrit : l’atelier « {atelier.titre} » et {len(outcome.segments)} extraits.")
        else:
            self.stdout.write("\nRien n’a été écrit. Pour écrire : --apply.")

    def _write(self, report, outcome, options):
        title = next((heading.texte for heading in outcome.headings if heading.told == "titre"), report.name)
        new = NewAtelier(
            titre=options["titre"] or title[:160],
            sha256=report.sha256,
            date=options["date"],
            lieu=options["lieu"],
            portee=options["portee"],
        )
        return write_atelier(new, [NewExtrait.of(segment, voix=options["voix"]) for segment in outcome.segments])


def _bytes(path):
    """The bytes of a file, never much more than what can be imported."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise ReportRefused(
            f"« {path} » ne peut pas être lu : {_REASONS.get(type(error), 'accès impossible')}."
        ) from error


_REASONS = {
    FileNotFoundError: "ce fichier n’existe pas",
    IsADirectoryError: "c’est un dossier",
    PermissionError: "vous n’en avez pas le droit",
}


def _date(text):
    return datetime.date.fromisoformat(text)
