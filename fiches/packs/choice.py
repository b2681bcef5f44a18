"""Which sheets someone put in a dossier: read from the address, which is all that is kept of it."""

import re
from dataclasses import dataclass, replace

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import QueryDict

from acteurs.models import AncienneAdresse
from fiches.models import Fiche

MAX_SHEETS = 150  # twice the shipped content: a dossier of all is still made in seconds
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True)
class Choice:
    """The slugs of a dossier, in order; or `whole`: every published sheet."""

    slugs: tuple = ()
    whole: bool = False

    @classmethod
    def from_query(cls, query):
        """Read a QueryDict: « fiche » repeated, « theme » for all of a theme, « tout=1 » for all.

        Malformed and repeated values are dropped; more than MAX_SHEETS raise BadRequest (400).
        """
        if query.get("tout") == "1":
            if Fiche.objects.published().count() > MAX_SHEETS:
                raise BadRequest(f"Un dossier tient en {MAX_SHEETS} fiches : composez-le par thème.")
            return cls(whole=True)
        themes = [slug for slug in query.getlist("theme") if _SLUG.fullmatch(slug)][:MAX_SHEETS]
        of_themes = Fiche.objects.published().filter(theme__slug__in=themes).order_by("theme__numero", "pk")
        asked = [*query.getlist("fiche"), *(of_themes.values_list("slug", flat=True) if themes else ())]
        slugs = tuple(dict.fromkeys(slug for slug in asked if _SLUG.fullmatch(slug)))
        if len(slugs) > MAX_SHEETS:
            raise BadRequest(f"Un dossier tient en {MAX_SHEETS} fiches.")
        return cls(slugs)

    def query_string(self):
        query = QueryDict(mutable=True)
        if self.whole:
            query["tout"] = "1"
        else:
            query.setlist("fiche", self.slugs)
        return query.urlencode()

    def sheets(self, plan=None):
        """The published sheets chosen, in order, loaded for their page or as `plan` (a queryset of Fiche) has it.

        Those that are not online any more are left out; a former address finds its sheet.
        """
        published = Fiche.objects.published().for_page() if plan is None else plan
        if self.whole:
            return list(published.order_by("theme__numero", "pk"))
        former = AncienneAdresse.objects.filter(modele=Fiche._meta.label_lower, slug__in=self.slugs)
        moved = dict(former.values_list("slug", "objet_id"))
        here = published.filter(Q(slug__in=self.slugs) | Q(pk__in=moved.values()))
        by_name = {name: fiche for fiche in here for name in (fiche.slug, fiche.pk)}
        found = (by_name.get(slug) or by_name.get(moved.get(slug)) for slug in self.slugs)
        return [fiche for fiche in dict.fromkeys(found) if fiche]

    # --- the same choice, changed: what the links of the page lead to ---

    def moved(self, slug, by):
        """`slug` moved `by` places (-1: up), within the list."""
        slugs = list(self.slugs)
        place = slugs.index(slug)
        slugs.insert(min(max(place + by, 0), len(slugs) - 1), slugs.pop(place))
        return replace(self, slugs=tuple(slugs))

    def without(self, slug):
        return replace(self, slugs=tuple(one for one in self.slugs if one != slug))
