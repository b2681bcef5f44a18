"""A file received → an `Import` to review: read, parsed, compared if it corrects a report, kept. All or nothing."""

from django.core.files.base import ContentFile
from django.db import transaction

from ..models import Atelier, Destin, Import, Passage
from .comparing import compare, wording
from .keeping import purge
from .lines import ReportRefused
from .masking import bare_ink
from .outcome import Unbalanced
from .parser import parse
from .reading import read_report
from .writing import known_themes

UNKNOWN_THEME, CHANGED, GONE = "theme-inconnu", "change", "disparu"
_BATCH = 500


class AlreadyHere(ReportRefused):
    """This very file was received before. `place`: the `Atelier` made from it, or the `Import` that waits."""

    def __init__(self, place):
        self.place = place
        what = "est déjà devenu un atelier" if isinstance(place, Atelier) else "attend déjà sa relecture"
        super().__init__(f"Ce fichier a déjà été reçu : il {what}.")


def place_of(sha256):
    """Where the file of this hash already is: an `Atelier`, an `Import` under review, or None."""
    source = Import.objects.select_related("atelier").filter(sha256=sha256).first()
    if source:
        return source.atelier if source.ecrit_le else source
    return Atelier.objects.filter(sha256=sha256).first()


def draft_import(data, name, *, by, atelier=None):
    """The `Import` of these bytes. `atelier`: the workshop whose report they correct, or None.

    Raises `ReportRefused` (unreadable file) or `AlreadyHere`; then nothing is kept.
    """
    purge()
    report = read_report(data, name)
    if place := place_of(report.sha256):
        raise AlreadyHere(place)
    themes = known_themes()
    outcome = parse(report, themes)
    title = next((heading.texte for heading in outcome.headings if heading.told == "titre"), "")
    source = Import(
        nom=report.name[:255],
        sha256=report.sha256,
        est_document=report.is_document,
        titre=title[:160],
        par=by,
        total=outcome.total,
        non_lu=report.unread,
        atelier=atelier,
    )
    rows = _passages(outcome, {theme.numero for theme in themes})
    if sum(row.encre for row in rows) != outcome.total or any(row.encre < bare_ink(row.texte) for row in rows):
        raise Unbalanced(f"{outcome.total} characters read, {sum(row.encre for row in rows)} kept")
    if atelier:
        rows += _compared(rows, atelier)
    _keep(source, rows, data)
    return source


def _keep(source, rows, data):
    """One transaction; should it fail, the file goes too."""
    storage = source.fichier.storage
    source.fichier.save("", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            source.save()
            for row in rows:
                row.source = source
            Passage.objects.bulk_create(rows, batch_size=_BATCH)
    except BaseException:
        storage.delete(source.fichier.name)
        raise


def _passages(outcome, numbers):
    """The rows of an outcome, in the order of the report."""
    parts = [*outcome.headings, *outcome.segments, *outcome.ignored]
    rows = []
    for rank, part in enumerate(sorted(parts, key=lambda part: part.line), start=1):
        row = Passage(ordre=rank, texte=part.texte, encre=part.ink)
        if hasattr(part, "why"):
            row.destin, row.motif, row.lignes = Destin.IGNORE, part.why[:200], [part.line]
        else:
            row.lignes, row.theme, row.voix = list(part.lines), part.theme, part.voix or ""
            _fill(row, part, numbers)
        rows.append(row)
    return rows


def _fill(row, part, numbers):
    """What only a heading has, or only a segment."""
    if hasattr(part, "told"):
        row.destin, row.dit = Destin.INTERTITRE, part.told[:12]
        return
    trail = part.trail
    row.destin, row.nature = Destin.SEGMENT, part.nature
    row.sous = " › ".join(filter(None, (trail.theme, trail.voice, trail.subheading)))[:250]
    alerts = [(alert.code, alert.what) for alert in part.alerts]
    if part.theme is not None and part.theme not in numbers:
        row.theme = None
        alerts.append((UNKNOWN_THEME, f"thème {part.theme}, que la base n’a pas"))
    row.set_alerts(alerts)


def _compared(rows, atelier):
    """Say of each segment whether the workshop has it; the rows of the excerpts that the new version lost."""
    extraits = {extrait.pk: extrait for extrait in atelier.extraits.select_related("theme").order_by("position")}
    segments = [row for row in rows if row.destin == Destin.SEGMENT]
    found = compare([row.texte for row in segments], {pk: extrait.texte for pk, extrait in extraits.items()})
    left_out = _left_out(atelier)
    for i, row in enumerate(segments):
        if i in found.same:
            row.destin, row.ancien = Destin.CONNU, extraits[found.same[i]]
            row.set_alerts([])
        elif i in found.changed:
            row.ancien = extraits[found.changed[i]]
            row.set_alerts([(CHANGED, ""), *row.alertes])
        elif motif := left_out.get(wording(row.texte)):
            row.destin, row.motif = Destin.IGNORE, motif
            row.set_alerts([])
    gone = []
    for rank, pk in enumerate(found.gone, start=len(rows) + 1):
        row = Passage(ordre=rank, destin=Destin.DISPARU, texte=extraits[pk].texte, encre=0, ancien=extraits[pk])
        row.voix, row.nature = extraits[pk].voix, extraits[pk].nature
        row.theme = extraits[pk].theme and extraits[pk].theme.numero
        row.set_alerts([(GONE, "")])
        gone.append(row)
    return gone


def _left_out(atelier):
    """{wording: reason} of what a curator left aside from a former version: not proposed again while it is known."""
    rows = Passage.objects.filter(source__atelier=atelier, source__ecrit_le__isnull=False, destin=Destin.IGNORE)
    pairs = [(wording(texte), motif) for texte, motif in rows.values_list("texte", "motif")]
    return {said: motif for said, motif in pairs if said}
