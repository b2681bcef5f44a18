"""The ways in: themes, levers, actors, schemes, and the words of both sides."""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from acteurs.bases import fold
from acteurs.models import Acteur, Contact, Dispositif, Famille, Terme
from fiches.models import (
    Categorie,
    Citation,
    Decideur,
    Degre,
    Extrait,
    Fiche,
    Intervention,
    Levier,
    Lien,
    Moment,
    Porte,
    Pouvoir,
    Ressource,
    Theme,
    ThemePage,
    Voisinage,
    Voix,
)
from fiches.search.criteria import Criteria
from fiches.search.finder import find

PER_PAGE = 100  # sheets of a theme, a lever, an actor or a scheme


def _find(queryset, slug):
    """The object at this address, or formerly at it; 404 otherwise."""
    try:
        return queryset.find(slug)
    except queryset.model.DoesNotExist:
        raise Http404 from None


def alphabetical(rows):
    """`rows` as a French dictionary has them: É among the E. Databases disagree on it, so Python sorts."""
    return sorted(rows, key=lambda row: fold(str(row)))


def _published(path):
    """A Count of published sheets reached by `path` from another model."""
    return Count(path, filter=Q(**{f"{path}__in": Fiche.objects.published()}), distinct=True)


@require_safe
def theme_list(request):
    themes = Theme.objects.annotate(n=_published("fiches")).order_by("numero")
    return render(request, "themes/list.html", {"themes": themes})


@require_safe
def theme_detail(request, slug):
    theme = _find(Theme.objects.all(), slug)
    if theme.slug != slug:
        return redirect(theme, permanent=True)
    themes = list(Theme.objects.all())
    place = themes.index(theme)
    context = {
        "theme": theme,
        "before": themes[place - 1] if place else None,
        "after": themes[place + 1] if place + 1 < len(themes) else None,
        **THEME_PAGES[theme.page](theme, request.GET.get("page")),
    }
    return render(request, f"themes/{theme.page}.html", context)


def _page_of(sheets, number):
    return Paginator(sheets.order_by("pk"), PER_PAGE).get_page(number)


def _theme_of_sheets(theme, number):
    sheets = Fiche.objects.published().filter(theme=theme)
    citations = Citation.objects.filter(fiche__in=Fiche.objects.published()).select_related("fiche")
    citations = citations.only("extrait", "fiche__slug", "fiche__titre").order_by("fiche_id")
    moments = list(Moment.objects.all())
    extraits = (
        Extrait.objects.published()
        .filter(theme=theme)
        .prefetch_related(Prefetch("citations", queryset=citations, to_attr="published_citations"))
    )
    page = _page_of(sheets.prefetch_related("moments"), number)
    return {
        "moments": moments,
        "page": page,
        "doors": [(fiche, _door(fiche, moments)) for fiche in page],
        "leviers": levers_of(sheets),
        "phrases": theme.phrases.all(),
        "voices": _by_voice(extraits),
    }


def _door(fiche, moments):
    """When a sheet serves, as a line over the moments: [(moment, serves, and still serves at the next), …]."""
    serves = [moment in fiche.moments.all() for moment in moments]
    return [
        (moment, on, on and after) for moment, on, after in zip(moments, serves, [*serves[1:], False], strict=False)
    ]


def _theme_of_traps(theme, number):
    """Each trap with its signs, and the published sheets that get one out."""
    ways_out = Voisinage.objects.filter(nature=Lien.ANTIDOTE, vers__in=Fiche.objects.published())
    ways_out = ways_out.select_related("vers").only("fiche", "ordre", "vers__slug", "vers__titre")
    sheets = Fiche.objects.published().filter(theme=theme)
    return {"page": _page_of(sheets.prefetch_related(Prefetch("voisinages", ways_out, to_attr="antidotes")), number)}


def _theme_of_projects(theme, number):
    """Each project with what it changed, what it took and who can do the same."""
    sheets = Fiche.objects.published().filter(theme=theme)
    return {"page": _page_of(sheets.prefetch_related("niveaux"), number)}


def _theme_of_resources(theme, number=None):
    return {"ressources": Ressource.objects.order_by("nature", "annee", "titre")}


def _theme_of_contacts(theme, number=None):
    return {"contacts": Contact.objects.published().select_related("acteur"), "familles": Famille.objects.all()}


def _conclusion(theme, number):
    """Where to begin tomorrow."""
    return {"moments": Moment.objects.with_start(), "themes": Theme.objects.with_sheets()}


THEME_PAGES = {
    ThemePage.FICHES: _theme_of_sheets,
    ThemePage.PIEGES: _theme_of_traps,
    ThemePage.PROJETS: _theme_of_projects,
    ThemePage.RESSOURCES: _theme_of_resources,
    ThemePage.CONTACTS: _theme_of_contacts,
    ThemePage.CONCLUSION: _conclusion,
}


def _by_voice(extraits):
    """[(mark, voice, excerpts), …], one entry per voice, silent ones included."""
    extraits = list(extraits)
    return [(voice.mark, voice.label, [e for e in extraits if e.voix == voice]) for voice in Voix]


def levers_of(sheets):
    """The levers of some sheets with `n`, the number of sheets, most used first."""
    return (
        Levier.objects.filter(fiche_leviers__content_object__in=sheets)
        .annotate(n=Count("fiche_leviers"))
        .order_by("-n", "name", "pk")
    )


def _actors_of(sheets):
    """The actors of some sheets with `n`, the number of sheets, most present first."""
    return (
        Acteur.objects.filter(interventions__fiche__in=sheets)
        .annotate(n=Count("interventions"))
        .order_by("-n", "nom", "pk")
    )


def _narrowed(request, facet, row, by):
    """The sheets of `row`, a value of `facet`, narrowed by what the address chooses: one value of each facet `by`.

    The finder does it all, so that filters and counts are the same everywhere.
    """
    asked = Criteria.from_query(request.GET)
    chosen = {name: asked.chosen[name][:1] for name in by if name in asked.chosen}
    found = find(Criteria(chosen={facet: (row.slug,), **chosen}, page=asked.page), per_page=PER_PAGE)
    if facet not in found.criteria.chosen:  # gone since it was read: without it every sheet would be listed
        raise Http404
    return {
        "found": found,
        "page": found.page,
        "facets": [choice for choice in found.facets if choice.name in by and choice.is_useful],
        "is_narrowed": found.criteria.count > 1,
    }


@require_safe
def porte_detail(request, slug):
    porte = _find(Porte.objects.all(), slug)
    if porte.slug != slug:
        return redirect(porte, permanent=True)
    sheets = Fiche.objects.published().for_cards().filter(places__porte=porte).order_by("places__ordre", "pk")
    other = Porte.objects.exclude(pk=porte.pk).first()
    return render(request, "portes/detail.html", {"porte": porte, "fiches": sheets, "other": other})


@require_safe
def levier_list(request):
    leviers = Levier.objects.annotate(n=_published("fiche_leviers__content_object"))
    categories = Categorie.objects.prefetch_related(Prefetch("leviers", queryset=leviers))
    shelves = [(categorie, alphabetical(categorie.leviers.all())) for categorie in categories]
    return render(request, "leviers/list.html", {"shelves": shelves})


@require_safe
def levier_detail(request, slug):
    levier = _find(Levier.objects.select_related("categorie"), slug)
    if levier.slug != slug:
        return redirect(levier, permanent=True)
    sheets = Fiche.objects.published().filter(fiche_leviers__tag=levier)
    extraits = Extrait.objects.published().filter(leviers=levier)
    context = {
        "levier": levier,
        **_narrowed(request, "levier", levier, by=("moment", "niveau", "theme", "acteur")),
        "n": sheets.count(),
        "acteurs": _actors_of(sheets)[:8],
        "siblings": alphabetical(levier.categorie.leviers.exclude(pk=levier.pk)),
        "voices": _by_voice(extraits),
    }
    return render(request, "leviers/detail.html", context)


@require_safe
def acteur_list(request):
    acteurs = Acteur.objects.annotate(n=_published("interventions__fiche")).order_by("-n", "nom", "pk")
    familles = Famille.objects.prefetch_related(Prefetch("acteurs", queryset=acteurs))
    return render(request, "acteurs/list.html", {"familles": familles})


@require_safe
def acteur_detail(request, slug):
    acteur = _find(Acteur.objects.select_related("famille").prefetch_related("niveaux"), slug)
    if acteur.slug != slug:
        return redirect(acteur, permanent=True)
    sheets = Fiche.objects.published().filter(interventions__acteur=acteur)
    narrowed = _narrowed(request, "acteur", acteur, by=("moment", "niveau", "theme", "levier"))
    moments = sorted(acteur.temps_forts.all(), key=lambda moment: moment.school_rank)
    context = {
        "acteur": acteur,
        **narrowed,
        "roles": _roles(acteur, narrowed["page"]),
        "n": sheets.count(),
        "decisions": _decisions(acteur),
        "leviers": levers_of(sheets)[:8],
        "others": _actors_of(sheets).exclude(pk=acteur.pk)[:6],
        "temps_forts": moments,
    }
    return render(request, "acteurs/detail.html", context)


def _roles(acteur, sheets):
    """What an actor does in these sheets, by power, in their order: [(Pouvoir, [(intervention, sheet), …]), …]."""
    ranked = {fiche.pk: (rank, fiche) for rank, fiche in enumerate(sheets)}
    interventions = Intervention.objects.filter(acteur=acteur, fiche__in=ranked).order_by("pk")
    interventions = sorted(interventions, key=lambda intervention: ranked[intervention.fiche_id][0])
    return [(p, [(i, ranked[i.fiche_id][1]) for i in interventions if i.pouvoir == p]) for p in Pouvoir]


def _decisions(acteur):
    """The acts this actor decides, once each, with the stages where they do: [(Demarche, "1er degré"), …]."""
    rows = (
        Decideur.objects.filter(acteur=acteur, pouvoir=Pouvoir.DECIDE)
        .select_related("demarche")
        .order_by("demarche_id", "degre")
    )
    stages = {}
    for row in rows:
        stages.setdefault(row.demarche, []).append(Degre(row.degre).label)
    return [(demarche, " et ".join(labels)) for demarche, labels in stages.items()]


@require_safe
def dispositif_list(request):
    dispositifs = Dispositif.objects.annotate(n=_published("fiches"))
    return render(request, "dispositifs/list.html", {"dispositifs": alphabetical(dispositifs)})


@require_safe
def dispositif_detail(request, slug):
    dispositif = _find(Dispositif.objects.all(), slug)
    if dispositif.slug != slug:
        return redirect(dispositif, permanent=True)
    sheets = Fiche.objects.published().filter(dispositifs=dispositif)
    context = {
        "dispositif": dispositif,
        **_narrowed(request, "dispositif", dispositif, by=("moment", "niveau", "theme", "acteur")),
        "n": sheets.count(),
        "acteurs": _actors_of(sheets)[:8],
        "ressources": dispositif.ressources.all(),
        "temps_forts": sorted(dispositif.temps_forts.all(), key=lambda moment: moment.school_rank),
    }
    return render(request, "dispositifs/detail.html", context)


@require_safe
def glossaire(request):
    sheets = Fiche.objects.published().only("slug", "titre").order_by("pk")
    termes = alphabetical(Terme.objects.glossary())
    first = {}
    for terme in termes:
        first.setdefault(fold(str(terme))[:1].upper(), f"g-{terme.slug}" if terme.malentendu else terme.slug)
    context = {
        "mots": alphabetical(Terme.objects.two_voices().prefetch_related(Prefetch("fiches", queryset=sheets))),
        "termes": termes,
        "initials": first.items(),
    }
    return render(request, "glossaire/page.html", context)


@require_safe
def ressource_list(request):
    ressources = Ressource.objects.prefetch_related("themes", "dispositifs").order_by("nature", "annee", "titre")
    return render(request, "ressources/list.html", {"ressources": ressources})


@require_safe
def contact_list(request):
    return render(request, "contacts/list.html", _theme_of_contacts(None))
