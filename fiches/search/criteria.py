"""What a reader asks of the finder, read from the address and bounded."""

import re
import unicodedata
from dataclasses import dataclass, field, replace

from django.core.exceptions import BadRequest
from django.db import models
from django.http import QueryDict

MAX_QUERY = 200  # characters
MAX_FILTERS = 10
_SLUG = re.compile(r"[-\w]{1,80}")


class Tri(models.TextChoices):
    PERTINENCE = "pertinence", "les plus proches"  # of the words typed: without any it has no meaning
    THEME = "theme", "par thème"
    TITRE = "titre", "par titre"
    RELECTURE = "relecture", "relues récemment"
    SOLIDITE = "solidite", "les plus solides"


FACETS = ("moment", "niveau", "theme", "levier", "acteur", "dispositif", "genre", "solidite")


def clean_text(text):
    """`text` on one line: control, format and direction characters dropped, blanks folded."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


@dataclass(frozen=True)
class Criteria:
    """A reader's wishes: words, values chosen per facet (any of them), and an order."""

    q: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tri: str = Tri.THEME
    page: str = "1"
    exact: bool = False  # whether the words are looked for as typed, without putting them right

    @classmethod
    def from_query(cls, query):
        """Read a QueryDict. Malformed values are dropped; an absurd length or number raises BadRequest (400)."""
        q = clean_text(query.get("q", ""))
        if len(q) > MAX_QUERY:
            raise BadRequest(f"La recherche est limitée à {MAX_QUERY} signes.")
        if sum(len(query.getlist(name)) for name in FACETS) > MAX_FILTERS:
            raise BadRequest(f"On peut choisir jusqu’à {MAX_FILTERS} filtres à la fois.")
        chosen = {name: tuple(dict.fromkeys(v for v in query.getlist(name) if _SLUG.fullmatch(v))) for name in FACETS}
        orders = Tri.values if q else [tri for tri in Tri.values if tri != Tri.PERTINENCE]
        tri = query.get("tri", "")
        return cls(
            q=q,
            chosen={name: values for name, values in chosen.items() if values},
            tri=tri if tri in orders else orders[0],
            page=query.get("page", "1"),
            exact=bool(q) and query.get("exact") == "1",
        )

    def keep(self, known):
        """The same criteria with only the values that exist. `known`: facet name → container of values."""
        kept = {name: tuple(v for v in values if v in known[name]) for name, values in self.chosen.items()}
        return replace(self, chosen={name: values for name, values in kept.items() if values})

    def query_string(self, *, without=None, without_q=False):
        """The address of these criteria, first page; `without=(facet, value)` leaves one choice out."""
        query = QueryDict(mutable=True)
        if self.q and not without_q:
            query["q"] = self.q
        for name, values in self.chosen.items():
            query.setlist(name, [v for v in values if (name, v) != without])
        if self.exact and "q" in query:
            query["exact"] = "1"
        default = Tri.PERTINENCE if "q" in query else Tri.THEME
        if self.tri not in (default, Tri.PERTINENCE):
            query["tri"] = self.tri
        return query.urlencode()

    @property
    def count(self):
        """How many filters are on, words not counted."""
        return sum(len(values) for values in self.chosen.values())
