"""The front door: home, the pages about the site, and the error pages."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from acteurs.models import Famille
from fiches.models import Citation, DitePar, Extrait, Fiche, Moment, Phrase, Porte, TempsFort, Theme, Voix
from fiches.school_year import Now
from fiches.views.browse import levers_of

STRONG = 3  # sheets shown on the home page
NEAR = 3  # moments of the school year


@require_safe
def home(request):
    sheets, today = Fiche.objects.published(), timezone.localdate()
    moments = Moment.objects.annotate(n=Count("fiches", filter=Q(fiches__in=sheets)))
    moments = moments.order_by("ordre", "pk").with_start()
    voices, n_cited = _words()
    context = {
        "n_fiches": sheets.count(),
        "doors": {porte.cote: porte for porte in Porte.objects.all()},
        "moments": moments,
        "heard": _heard_on_both_sides(),
        "near": Now.of(TempsFort.objects.all(), today).nearest(NEAR),
        "today": today,
        "themes": Theme.objects.all(),
        "strong": _strongest(),
        "latest": sheets.only("slug", "titre", "published_at").order_by("-published_at", "-pk")[:5],
        "familles": Famille.objects.all(),
        "leviers": levers_of(sheets)[:12],
        "voices": [(voice, voices.get(voice, 0)) for voice in Voix],
        "n_extraits": sum(voices.values()),
        "n_cited": n_cited,
    }
    return render(request, "home.html", context)


def _heard_on_both_sides():
    """The first sentence heard at a centre, and the first heard at school."""
    sides = (DitePar.CENTRE, DitePar.ECOLE)
    last_wins = {p.dite_par: p for p in Phrase.objects.filter(dite_par__in=sides).order_by("-pk")}
    return [last_wins[side] for side in sides if side in last_wins]


def _strongest():
    """The sheets on which most words of both sides meet, none contradicting."""
    both = Q(extrait__voix=Voix.CENTRES) | Q(extrait__voix=Voix.ECOLE)
    ranked = (
        Citation.objects.published()
        .filter(both, fiche__in=Fiche.objects.published().with_solidite().filter(solidite_code__startswith="croise"))
        .order_by()
        .values_list("fiche")
        .annotate(n=Count("extrait", distinct=True))
        .order_by("-n", "fiche")[:STRONG]
    )
    order = [pk for pk, n in ranked]
    return sorted(Fiche.objects.published().for_cards().filter(pk__in=order), key=lambda fiche: order.index(fiche.pk))


def _words():
    """The public excerpts by voice, {voice: number}, and how many support a sheet that anyone may read: one query."""
    cited = Exists(Citation.objects.filter(extrait=OuterRef("pk"), fiche__in=Fiche.objects.published()))
    counts = {"n": Count("pk"), "cited": Count("pk", filter=cited)}
    rows = list(Extrait.objects.published().order_by().values_list("voix").annotate(**counts))
    return {voice: n for voice, n, _ in rows}, sum(cited for _, _, cited in rows)


@require_safe
def robots(request):
    context = {"sitemap": request.build_absolute_uri(reverse("sitemap")), "admin_path": settings.ADMIN_PATH}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def security(request):
    """Whom to tell of a hole (RFC 9116). Good for half a year from today."""
    if not settings.CONTACT_EMAIL:
        raise Http404
    here = settings.SITE_URL + request.path if settings.SITE_URL else request.build_absolute_uri(request.path)
    context = {"expires": timezone.localdate() + timedelta(days=183), "canonical": here}
    return render(request, "security.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request):
    """Browsers ask for this address on pages that name no icon."""
    return redirect(static("img/favicon.svg"))


@require_safe
@cache_control(public=True, max_age=86400)
def read_ahead(request):
    """The speculation rules: a page that one points at is made ready, and opens at once (Chromium, for now).

    Not the curators' pages, files, nor addresses with a query: pointing at a filter is not asking for a search.
    """
    left_out = ["/*\\?(.+)", "/apercu/*", "/*.(pdf|docx|odt|epub|ics|atom|json|xml|txt)"]
    ours = [{"href_matches": "/*"}, *({"not": {"href_matches": pattern}} for pattern in left_out)]
    ours.append({"not": {"selector_matches": ".equipe a"}})  # not by its address, which may be told to nobody
    rules = {"prerender": [{"where": {"and": ours}, "eagerness": "moderate"}]}
    return JsonResponse(rules, content_type="application/speculationrules+json")


@require_safe
def site_map(request):
    return render(request, "site/map.html", {"themes": Theme.objects.all()})
