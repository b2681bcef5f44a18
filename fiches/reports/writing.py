"""Segments, as proposed or as corrected by a curator → an `Atelier` and its `Extrait`s, in one transaction."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils.text import Truncator

from acteurs.bases import lines as ideas
from acteurs.bases import slug_from
from acteurs.models import AncienneAdresse
from acteurs.stamp import editing

from ..models import Atelier, Extrait, Nature, Portee, Sort, Theme, Voix
from .lines import ReportRefused
from .themes import ThemeWords

CODES = {Voix.CENTRES: "CS", Voix.ECOLE: "EC", Voix.POSTITS: "PI"}
_MOST_NAMED = 8  # lines named in a message


@dataclass(frozen=True)
class NewAtelier:
    """What a curator says of the workshop. `sha256`: of the imported file; empty when there is none."""

    titre: str
    sha256: str = ""
    date: datetime.date | None = None
    lieu: str = ""
    presentation: str = ""
    portee: str = Portee.INTERNE


@dataclass(frozen=True)
class NewExtrait:
    """One excerpt to write. `theme`: a number, or None; `lines`: of the report. Set aside, it needs a `motif`."""

    texte: str
    voix: str | None
    lines: tuple[int, ...] = ()
    theme: int | None = None
    nature: str = Nature.IDEE
    etat: str = Sort.RETENU
    motif: str = ""

    @classmethod
    def of(cls, segment, *, voix=None):
        """From a `Segment`; `voix` speaks where the report does not say who does."""
        return cls(segment.texte, segment.voix or voix, segment.lines, segment.theme, segment.nature)


def known_themes():
    """The themes of the base, for the parser: one query. None if the base has no tables yet."""
    try:
        return [
            ThemeWords(
                theme.numero, theme.titre, theme.question, tuple(ideas(theme.synonymes)), tuple(ideas(theme.proches))
            )
            for theme in Theme.objects.all()
        ]
    except DatabaseError:
        return []


def already_imported(sha256):
    """The workshop that was made from this very file, or None."""
    return Atelier.objects.filter(sha256=sha256).first() if sha256 else None


def write_atelier(new, extraits):
    """Writes the workshop and its excerpts, all or nothing, in the order given; the `Atelier`.

    Raises `ReportRefused`: file already imported, a voice missing, a theme that the base does not have, a text or a
    title missing, an excerpt set aside without a reason.
    """
    extraits = list(extraits)
    _check(new, extraits)
    with editing():  # its lock makes the two checks below hold until the end
        if atelier := already_imported(new.sha256):
            raise ReportRefused(f"Ce fichier a déjà été importé : c’est l’atelier « {atelier.titre} ».")
        themes = _themes(extraits)
        atelier = Atelier.objects.create(
            titre=new.titre.strip(),
            slug=_free_slug(new.titre),
            date=new.date,
            lieu=new.lieu,
            presentation=new.presentation,
            portee=new.portee,
            sha256=new.sha256,
        )
        Extrait.objects.bulk_create(_rows(atelier, extraits, themes), batch_size=500)
    return atelier


def add_extraits(atelier, extraits):
    """Writes more excerpts after those that the workshop has; its own scope is theirs. All or nothing.

    Raises `ReportRefused` as `write_atelier` does. None of the excerpts written before is touched.
    """
    extraits = list(extraits)
    _check_extraits(extraits)
    with editing():
        themes = _themes(extraits)
        written = atelier.extraits.values_list("reference", "position")
        ranks = Counter()
        for reference, _ in written:
            series, _, rank = reference.rpartition("-")
            if rank.isdecimal():
                ranks[series] = max(ranks[series], int(rank))
        last = max((position for _, position in written), default=0)
        Extrait.objects.bulk_create(_rows(atelier, extraits, themes, ranks, last), batch_size=500)


def _check(new, extraits):
    if not new.titre.strip() or len(new.titre.strip()) > Atelier._meta.get_field("titre").max_length:
        raise ReportRefused("Donnez à l’atelier un titre de 160 caractères au plus.")
    if len(new.lieu) > Atelier._meta.get_field("lieu").max_length:
        raise ReportRefused("Le lieu de l’atelier dépasse 120 caractères.")
    if not extraits:
        raise ReportRefused("Aucun extrait à écrire.")
    _check_extraits(extraits)


def _check_extraits(extraits):
    if silent := [one for one in extraits if one.voix not in Voix.values]:
        raise ReportRefused(
            f"On ne sait pas qui parle : {_where(silent)}. Annoncez la voix dans le compte rendu par un intertitre "
            "(« Échanges des centres sociaux », « Regard des partenaires école », « Post-its »), "
            "ou donnez celle de tout ce qui n’en a pas (option --voix de la commande)."
        )
    if empty := [one for one in extraits if not one.texte.strip()]:
        raise ReportRefused(f"Un extrait n’a pas de texte : {_where(empty)}.")
    if unsaid := [one for one in extraits if one.etat == Sort.ECARTE and not one.motif.strip()]:
        raise ReportRefused(f"Dites pourquoi ces extraits sont écartés : {_where(unsaid)}.")


def _where(extraits):
    """« lignes 3, 12 et 40 », with the first words of the first."""
    numbers = list(dict.fromkeys(str(one.lines[0]) for one in extraits if one.lines))
    shown = ", ".join(numbers[:_MOST_NAMED]) + ("…" if len(numbers) > _MOST_NAMED else "")
    count = f"{len(extraits)} extraits" if len(extraits) > 1 else "1 extrait"
    place = f", ligne{'s' if len(numbers) > 1 else ''} {shown}" if numbers else ""
    return f"{count}{place} (« {Truncator(extraits[0].texte).chars(60)} »)"


def _themes(extraits):
    themes = {theme.numero: theme for theme in Theme.objects.all()}
    unknown = sorted({one.theme for one in extraits if one.theme is not None} - set(themes))
    if unknown:
        raise ReportRefused(
            f"La base n’a pas de thème {', '.join(map(str, unknown))}. "
            "Créez-le dans l’administration, ou chargez les thèmes livrés (manage.py load_content)."
        )
    return themes


def _free_slug(titre):
    """An address that no workshop has, nor had."""
    root = slug_from(titre, 70) or "atelier"
    former = AncienneAdresse.objects.filter(modele=Atelier._meta.label_lower)
    slug, n = root, 1
    while Atelier.objects.filter(slug=slug).exists() or former.filter(slug=slug).exists():
        n += 1
        slug = f"{root}-{n}"
    return slug


def _rows(atelier, extraits, themes, ranks=None, last=0):
    """The excerpts to write. `ranks`: how many each series has already; `last`: the last position taken."""
    ranks, rows = ranks or Counter(), []
    for position, one in enumerate(extraits, start=last + 1):
        series = f"T{one.theme or 0}-{CODES[Voix(one.voix)]}"
        ranks[series] += 1
        rows.append(
            Extrait(
                atelier=atelier,
                reference=f"{series}-{ranks[series]:02}",
                theme=themes.get(one.theme),
                voix=one.voix,
                nature=one.nature,
                position=position,
                lignes=line_ranges(one.lines),
                texte=one.texte.strip(),
                portee=atelier.portee,
                etat=one.etat,
                motif=one.motif.strip(),
            )
        )
    return rows


def line_ranges(numbers):
    """« 12-14, 20 »: as short as the column, which cuts after 60 characters at a comma."""
    spans = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    said = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)
    return said if len(said) <= 60 else said[:60].rpartition(",")[0]
