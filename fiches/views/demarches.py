"""Who may say yes: each act, at both stages of schooling."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from acteurs.models import Acteur
from fiches.models import Degre, Demarche

from .browse import alphabetical
from .choosing import chosen


@require_safe
def demarche_list(request):
    acteurs = {acteur.slug: acteur for acteur in Acteur.objects.filter(decisions__isnull=False).distinct()}
    degre = chosen(request, "degre", Degre.values)
    acteur = acteurs.get(chosen(request, "acteur", acteurs))
    on_the_spot = bool(chosen(request, "sans_hierarchie", ("1",)))
    demarches = Demarche.objects.with_on_the_spot(degre).concerning(degre, acteur)
    if on_the_spot:
        demarches = demarches.filter(is_on_the_spot=True)
    days = list(Demarche.objects.values_list("revue_le", flat=True))
    context = {
        "acts": [(demarche, demarche.who(degre)) for demarche in demarches.for_page()],
        "total": len(days),
        "reviewed_since": min(days) if days and None not in days else None,
        "acteurs": alphabetical(acteurs.values()),
        "acteur": acteur,
        "degres": Degre,
        "degre": degre and Degre(degre),
        "on_the_spot": on_the_spot,
    }
    return render(request, "demarches/list.html", context)
