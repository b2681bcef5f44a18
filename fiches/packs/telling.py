"""Published sheets → the documents that people download: one sheet, or a dossier of several."""

from collections.abc import Callable
from dataclasses import dataclass

from acteurs.acronyms import acronyms_in, meanings
from acteurs.templatetags.typo import jour_an, pluriel
from fiches.reading import Reading

from .document import Contents, Document, Heading, Link, Paragraph, Terms, inlines, texts
from .notes import Notebook
from .sheet import SheetBlocks


@dataclass(frozen=True)
class Site:
    """Where the documents come from. `absolute`: makes an address of the site whole."""

    name: str
    absolute: Callable[[str], str]


def sheet_document(fiche, site):
    """The document of one sheet (from `for_page()`)."""
    told = SheetBlocks(fiche, Reading(fiche), notebook=Notebook(), absolute=site.absolute)
    address = site.absolute(fiche.get_absolute_url())
    return Document(
        title=fiche.titre,
        subtitle=told.subtitle,
        description=fiche.en_bref,
        address=address,
        blocks=told.blocks(),
        version=fiche.reviewed_on,
        publisher=site.name,
        columns=2,
        colophon=(_colophon(site, address, fiche.reviewed_on),),
    )


def dossier_document(fiches, site, address):
    """The document of several sheets (from `for_page()`, at least one), in the order given: cover, contents, sheets,
    notes told once, and what their acronyms mean. Costs one query."""
    version = max((fiche.reviewed_on for fiche in fiches if fiche.reviewed_on), default=None)
    notebook, blocks = Notebook(), []
    for fiche in fiches:
        blocks += _chapter(fiche, site, notebook)
    blocks += _glossary(blocks)
    n = len(fiches)
    dated = f", version du {jour_an(version)}" if version else ""
    return Document(
        title=title_of(fiches),
        subtitle=f"{n} {pluriel(n, 'fiche,fiches')}{dated}",
        description=" · ".join(fiche.titre for fiche in fiches[:10]),
        address=address,
        blocks=(Contents(), *blocks),
        version=version,
        publisher=site.name,
        chapters=True,
        columns=2,
        colophon=(_colophon(site, address, version),),
    )


def title_of(fiches):
    """What a dossier of these sheets is called: their theme when they share it, else what it is."""
    themes = {fiche.theme.titre for fiche in fiches}
    if len(fiches) == 1:
        return fiches[0].titre
    return themes.pop() if len(themes) == 1 else "École et centre social : nos fiches choisies"


def _chapter(fiche, site, notebook):
    anchor = f"fiche-{fiche.slug}"
    told = SheetBlocks(fiche, Reading(fiche), notebook=notebook, absolute=site.absolute, level=2, anchor=f"{anchor}-")
    address = site.absolute(fiche.get_absolute_url())
    yield Heading(1, (fiche.titre,), anchor)
    yield Paragraph((told.subtitle,), "doux")
    yield from told.blocks()
    yield Paragraph((Link((bare(address),), address),), "doux")


def _glossary(blocks):
    """What the acronyms of `blocks` stand for, as the last chapter; nothing when there is none."""
    known = meanings()
    used = ((sigle, *known[sigle]) for sigle in acronyms_in(texts(blocks), known))
    pairs = [((sigle,), (Paragraph((f"{meaning}. {said}",)),)) for sigle, _, meaning, said in used]
    return [Heading(1, ("Les sigles employés",), "sigles"), Terms(tuple(pairs))] if pairs else []


def _colophon(site, address, version):
    dated = f" · version du {jour_an(version)}" if version else ""
    return inlines(f"{site.name} · ", Link((bare(address),), address), dated)


def bare(address):
    """An address as one writes it on paper."""
    return address.partition("://")[2] or address
