"""Read-only JSON for machines: the finder's own answer, in the same order, with the same parameters."""

import re

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from fiches.search.criteria import Criteria
from fiches.search.finder import PER_PAGE, find

MAX_LIMIT = 100  # sheets in one answer
_NUMBER = re.compile(r"[0-9]{1,3}")


def _limit(text):
    """How many sheets to give, from 1 to MAX_LIMIT. BadRequest for anything else."""
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise BadRequest(f"« limit » va de 1 à {MAX_LIMIT}.")
    return int(text)


def _plain(sheet, request):
    return {
        "slug": sheet.slug,
        "titre": sheet.titre,
        "url": request.build_absolute_uri(sheet.get_absolute_url()),
        "resume": sheet.en_bref,
        "score": round(sheet.score, 4),
        "extrait": _excerpt(sheet.passage),
    }


def _excerpt(passage):
    """The best passage: its section, and its text cut at the words looked for; None when there is none."""
    if passage is None:
        return None
    parts = passage.parts or passage.en_bref
    return {
        "section": passage.section or "en bref",
        "parties": [{"texte": part.text, "trouve": part.marked} for part in parts],
    }


@require_safe
def fiches(request):
    """`q` and the finder's filters, `tri` and `page`, plus `limit` (20 unless told, 100 at most)."""
    found = find(Criteria.from_query(request.GET), per_page=_limit(request.GET.get("limit") or str(PER_PAGE)))
    panel = {
        f"{kind}s": [{"slug": entry.slug, "nom": entry.label} for entry in found.panel.get(kind, ())]
        for kind in ("acteur", "levier", "dispositif")
    }
    facets = {
        facet.name: [
            {"valeur": option.value, "nom": option.label, "fiches": option.count}
            for option in facet.options
            if option.count or option.chosen
        ]
        for facet in found.facets
    }
    return JsonResponse(
        {
            "count": found.total,
            "page": found.page.number,
            "results": [_plain(sheet, request) for sheet in found.page],
            **panel,
            "facets": facets,
            "corrections": [{"de": correction.typed, "vers": correction.meant} for correction in found.corrections],
        },
        json_dumps_params={"ensure_ascii": False},
    )
