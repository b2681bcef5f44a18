"""How well search finds a sheet from words that its author did not give it: each formulation in turn is held back.

    python -m bench.relevance          on the database of the site, which is left as it was

The formulations of the sheets (what a person with exactly this need would type) are dealt into five parts. Each part
is taken out of the index, then typed: the sheet that it came from is the answer. It is a hard test, since several
sheets may answer a sentence, and an honest one, since no sheet holds the words asked. Change a weight, run it again.
"""

import os
import random
import sys
from statistics import mean

FOLDS = 5
DEPTH = 10  # results looked at


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partenariat.settings")
    import django

    django.setup()
    from django.db import transaction

    from acteurs.bases import lines
    from fiches.models import Fiche
    from fiches.search.criteria import Criteria, Tri
    from fiches.search.finder import find

    sheets = {fiche.pk: lines(fiche.formulations) for fiche in Fiche.objects.published()}
    folds = {pk: random.Random(pk).sample(range(len(texts)), len(texts)) for pk, texts in sheets.items()}
    ranks = []
    for fold in range(FOLDS):
        with transaction.atomic():
            asked = list(_hold_back(sheets, folds, fold))
            for pk, text in asked:
                page = find(Criteria(q=text[:200], tri=Tri.PERTINENCE), per_page=DEPTH).page
                found = [fiche.pk for fiche in page]
                ranks.append((found.index(pk) + 1 if pk in found else 0, len(found)))
            transaction.set_rollback(True)
    _tell(ranks)


def _hold_back(sheets, folds, fold):
    """Take the formulations of one part out of the database, and yield them: (key of the sheet, text)."""
    from acteurs.stamp import editing
    from fiches.models import Fiche

    with editing():
        for pk, texts in sheets.items():
            held = {n for place, n in enumerate(folds[pk]) if place % FOLDS == fold}
            kept = "\n".join(text for n, text in enumerate(texts) if n not in held)
            Fiche.objects.filter(pk=pk).update(formulations=kept)
            yield from ((pk, texts[n]) for n in sorted(held))


def _tell(ranks):
    if not ranks:
        sys.exit("No formulation in this database: run `make run` first.")
    print(f"formulations held back   {len(ranks)}")
    for depth in (1, 3, DEPTH):
        print(f"sheet among the first {depth:2} {mean(0 < rank <= depth for rank, _ in ranks):6.1%}")
    print(f"mean reciprocal rank     {mean(1 / rank if rank else 0 for rank, _ in ranks):6.3f}")
    print(f"no result                {mean(not found for _, found in ranks):6.1%}")


if __name__ == "__main__":
    main()
