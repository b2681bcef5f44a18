"""A document → the file that someone downloads: made once per version of the content, then kept.

Files stay in the cache « documents » under a key that holds all that they depend on: the content's stamp, our own
code and its tools, the address of the site, and what was asked.
"""

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.core.cache import caches

from acteurs.stamp import stamp
from fiches import pandoc
from fiches.models import Fiche

from .office import write_office
from .pdf import PressFailed, write_pdf
from .slots import slot

logger = logging.getLogger(__name__)

LONG = 8  # sheets: from there, a document takes the slot of long jobs


class TooHeavy(Exception):
    """The document does not fit in what one job may use: fewer sheets will."""


@dataclass(frozen=True)
class Format:
    extension: str
    name: str  # as people say it
    content_type: str


FORMATS = {
    one.extension: one
    for one in (
        Format("pdf", "PDF", "application/pdf"),
        Format("docx", "Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        Format("odt", "LibreOffice", "application/vnd.oasis.opendocument.text"),
        Format("epub", "livre numérique", "application/epub+zip"),
    )
}


def write(document, extension):
    """The file (bytes) of `document` (a Document) in one of FORMATS, made here and now. Raises TooHeavy."""
    try:
        return write_pdf(document) if extension == "pdf" else write_office(document, extension)
    except (PressFailed, pandoc.PandocFailed) as error:
        if error.too_heavy:
            raise TooHeavy from error
        raise


@cache
def _recipe():
    """What changes when our code or its tools do: a new release makes every file again."""
    here = Path(__file__).parent
    sources = [*sorted(here.iterdir()), *sorted((here.parent / "meetings").iterdir())]
    sources += [here.parent / "reading.py", here.parent.parent / "acteurs" / "typo.py"]
    made = hashlib.sha256()
    for path in sources:
        if path.is_file():
            made.update(path.read_bytes())
    for part in ("typst", "pypandoc_binary"):
        made.update(version(part).encode())
    return made.hexdigest()


def edition_key(*asked):
    """A key for what was `asked` (texts) of the content as it is now: two queries.

    Sheets also come online by themselves, at the hour chosen for them: hence their number beside the stamp.
    """
    here = (_recipe(), *stamp(), Fiche.objects.published().count(), *asked)
    return hashlib.sha256(repr(here).encode()).hexdigest()


def kept_file(key, extension, build, *, sheets=1):
    """The file of `build()` (a Document) kept under `key`, an `edition_key`; made if it is not there.

    `sheets`: about how many it tells. Raises `slots.Busy` or TooHeavy.
    """
    kept = caches["documents"]
    if (data := kept.get(key)) is not None:
        return data
    with slot("long" if sheets >= LONG else "court"):
        if (data := kept.get(key)) is None:  # another may have made it while this one waited
            data = write(build(), extension)
            try:
                kept.set(key, data)
            except OSError:  # no room left: the reader has the file all the same
                logger.exception("A document could not be kept")
    return data
