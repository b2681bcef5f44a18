"""The reading pages: who sees what, at what cost, and what odd addresses get."""

import re

import pytest
from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Extrait, Fiche, Porte, Statut, ThemePage
from fiches.search import finder
from fiches.search.cards import Shelf
from fiches.search.criteria import Criteria, clean_text
from fiches.search.finder import find
from fiches.search.index import fresh
from fiches.views import browse
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, url, status=200, data=None):
    response = client.get(url, data)
    assert response.status_code == status, f"{url} answered {response.status_code}"
    return response.content.decode().replace("\u00a0", " ")  # as one would type it


def test_a_sheet_shows_its_sections_steps_notes_and_both_sides(client):
    fiche = make.make_published_fiche(titre="Pousser la porte", vigilance="Ne pas insister.\nPrévenir la mairie.")
    extrait = make.make_extrait(voix="partenaires-ecole", texte="L’école attend qu’on l’appelle.")
    make.make_citation(fiche=fiche, extrait=extrait, section="vigilance", position="contredit", note="Dit en juin")
    make.make_gain(fiche=fiche, gain="Un visage connu")
    make.make_intervention(fiche=fiche, texte="Ouvre la porte", pouvoir="decide", note="À l’école")
    html = page(client, fiche.get_absolute_url())
    for words in (
        "Pousser la porte",
        "Ne pas insister.",
        "Prévenir la mairie.",
        "Appeler l’école",
        "Dès lundi",
        "Les centres disent",
        "L’école dit",
        "L’école attend qu’on l’appelle.",
        "Dit en juin",
        "Un visage connu",
        "Ouvre la porte",
        "Discuté",
        "Une parole des centres et une de l’école.",
        "Une appuie, une contredit.",
        "Aucune parole de parents",
    ):
        assert words in html, words


def test_a_side_that_says_nothing_is_named(client):
    fiche = make.make_published_fiche()
    assert "Aucune parole de l’école, ni de parents" in page(client, fiche.get_absolute_url())


def test_notes_are_numbered_in_the_order_of_the_sections(client):
    fiche = make.make_published_fiche()
    late = make.make_citation(fiche=fiche, section="exemple", ordre=1)
    early = make.make_citation(fiche=fiche, section="signaux", ordre=9)
    html = page(client, fiche.get_absolute_url())
    places = [html.index(f'id="n{n}"') for n in (1, 2, 3)]
    assert places == sorted(places)
    assert places[0] < html.index(early.extrait.texte, places[0]) < places[1]
    assert html.index(late.extrait.texte, places[2]) > places[2]


@pytest.mark.parametrize("statut", [Statut.BROUILLON, Statut.RELECTURE])
def test_what_is_not_published_answers_like_an_address_that_never_existed(client, statut):
    fiche = make.make_fiche(statut=statut, titre="Un secret")
    html = page(client, fiche.get_absolute_url(), 404)
    assert html == page(client, "/fiches/jamais-existe/", 404)
    assert "Un secret" not in html


def test_a_sheet_dated_tomorrow_is_not_there_yet(client):
    fiche = make.make_published_fiche(at=timezone.now() + timezone.timedelta(days=1))
    page(client, fiche.get_absolute_url(), 404)


def test_an_archived_sheet_answers_410_and_names_nothing(client):
    fiche = make.make_published_fiche(titre="Une mauvaise idée")
    with editing():
        fiche.archive()
    html = page(client, fiche.get_absolute_url(), 410)
    assert "retirée" in html
    assert "mauvaise idée" not in html


def test_the_former_address_of_a_sheet_redirects_for_good_but_not_to_a_draft(client):
    fiche = make.make_published_fiche(slug="ancien")
    with editing():
        fiche.slug = "nouveau"
        fiche.save()
    response = client.get("/fiches/ancien/")
    assert (response.status_code, response.url) == (301, "/fiches/nouveau/")
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(statut=Statut.BROUILLON)
    page(client, "/fiches/ancien/", 404)


@pytest.mark.parametrize(
    ("factory", "url"),
    [
        (make.make_theme, "/themes/{}/"),
        (make.make_levier, "/leviers/{}/"),
        (make.make_acteur, "/acteurs/{}/"),
        (make.make_dispositif, "/dispositifs/{}/"),
    ],
)
def test_former_addresses_redirect_everywhere(client, factory, url):
    thing = factory(slug="avant")
    with editing():
        thing.slug = "apres"
        thing.save()
    response = client.get(url.format("avant"))
    assert (response.status_code, response.url) == (301, url.format("apres"))
    page(client, url.format("ailleurs"), 404)


def test_words_of_restricted_scope_appear_nowhere(client):
    theme = make.make_theme()
    levier = make.make_levier()
    fiche = make.make_published_fiche(theme=theme, leviers=[levier])
    for portee in ("reseau", "interne"):
        extrait = make.make_extrait(theme=theme, texte=f"CANARI {portee}", portee=portee)
        make.make_citation(fiche=fiche, extrait=extrait)
        with editing():
            extrait.leviers.add(levier)
    private = make.make_atelier(portee="reseau")
    make.make_citation(fiche=fiche, extrait=make.make_extrait(atelier=private, texte="CANARI atelier", theme=theme))
    urls = ["/", "/fiches/", fiche.get_absolute_url(), theme.get_absolute_url(), levier.get_absolute_url()]
    for url in urls:
        assert "CANARI" not in page(client, url), url
    assert "1 parole." in page(client, fiche.get_absolute_url())


def test_drafts_are_named_and_counted_nowhere(client):
    theme, levier, acteur = make.make_theme(), make.make_levier(), make.make_acteur()
    dispositif, moment, terme = (
        make.make_dispositif(),
        make.make_moment(),
        make.make_terme(malentendu="Un malentendu."),
    )
    draft = make.make_fiche(
        theme=theme,
        leviers=[levier],
        dispositifs=[dispositif],
        moments=[moment],
        termes=[terme],
        titre="Brouillon caché",
        formulations="kermesse",
    )
    make.make_intervention(fiche=draft, acteur=acteur)
    make.make_citation(fiche=draft, extrait=make.make_extrait(theme=theme))
    with editing():
        moment.commencer_par = draft
        moment.save()
        porte = Porte.objects.create(cote="centre", nom="d’un centre", slug="centre")
        porte.places.create(fiche=draft)
    urls = ["/", "/fiches/", "/themes/", "/leviers/", "/acteurs/", "/dispositifs/", "/liens/", "/glossaire/"]
    urls += ["/sitemap.xml", "/plan-du-site/", "/fiches/?q=kermesse", f"/fiches/?levier={levier.slug}"]
    urls += [thing.get_absolute_url() for thing in (theme, levier, acteur, dispositif, porte)]
    for url in urls:
        html = page(client, url)
        assert "Brouillon caché" not in html, url
        assert draft.get_absolute_url() not in html, url
    assert client.get("/").context["n_fiches"] == 0
    assert client.get("/").context["moments"][0].n == 0
    assert [t.n for t in client.get("/themes/").context["themes"]] == [0]
    assert [x.n for _, leviers in client.get("/leviers/").context["shelves"] for x in leviers] == [0]
    assert [a.n for f in client.get("/acteurs/").context["familles"] for a in f.acteurs.all()] == [0]
    assert [d.n for d in client.get("/dispositifs/").context["dispositifs"]] == [0]
    assert client.get("/liens/").context["groups"] == []
    facets = client.get("/fiches/").context["found"].facets
    assert {option.count for facet in facets for option in facet.options} == {0}


def test_every_page_of_an_empty_base_answers(client):
    for url in (
        "/",
        "/fiches/",
        "/themes/",
        "/leviers/",
        "/acteurs/",
        "/dispositifs/",
        "/liens/",
        "/glossaire/",
        "/j-entends/",
        "/demarches/",
        "/ressources/",
        "/contacts/",
        "/plan-du-site/",
        "/sitemap.xml",
    ):
        html = page(client, url)
        assert "Toutes soutiennent" not in html


@pytest.mark.parametrize("genre", ["pratique", "piege", "projet"])
def test_a_sheet_that_holds_almost_nothing_still_reads(client, genre):
    """Published long ago under other rules, say: no empty heading, no broken page."""
    fiche = make.make_fiche(genre=genre, statut="publiee", published_at=timezone.now())
    html = page(client, fiche.get_absolute_url())
    assert "Sans preuve" in html
    for heading in ("Pourquoi</h2>", "Vous y êtes si", "Ce qui vous en sort", "Dès lundi"):
        assert heading not in html, heading


def test_an_excerpt_made_private_takes_its_word_back(client):
    fiche = make.make_published_fiche()
    with editing():
        Extrait.objects.update(portee="interne")
    html = page(client, fiche.get_absolute_url())
    assert "Aucune parole publique ne la soutient aujourd’hui" in html


def test_search_words_are_never_displayed(client):
    make.make_published_fiche(formulations="FORMULATION-SECRETE", a_confirmer="A-CONFIRMER")
    fiche = Fiche.objects.get()
    make.make_levier(synonymes="SYNONYME-SECRET")
    for url in ("/", "/fiches/", fiche.get_absolute_url(), "/leviers/"):
        html = page(client, url)
        for secret in ("FORMULATION-SECRETE", "A-CONFIRMER", "SYNONYME-SECRET"):
            assert secret not in html, url


def full_site(n):
    """`n` published sheets that share a theme, a lever, an actor, a scheme, a level and a moment."""
    theme, levier, acteur = make.make_theme(slug="le-theme"), make.make_levier(slug="le-levier"), make.make_acteur()
    dispositif, niveau, moment = make.make_dispositif(), make.make_niveau(), make.make_moment()
    for _ in range(n):
        fiche = make.make_published_fiche(
            theme=theme, leviers=[levier], dispositifs=[dispositif], niveaux=[niveau], moments=[moment]
        )
        make.make_intervention(fiche=fiche, acteur=acteur)
        make.make_citation(fiche=fiche, extrait=make.make_extrait(theme=theme), section="exemple")
        make.make_voisinage(fiche=fiche, vers=make.make_published_fiche(theme=theme))
        make.make_phrase(theme=theme)
        make.make_decideur(acteur=acteur, demarche=make.make_demarche(fiches=[fiche]))
        make.make_terme()
    return [
        "/",
        "/fiches/",
        f"/fiches/?levier={levier.slug}&acteur={acteur.slug}&theme={theme.slug}&niveau={niveau.slug}"
        f"&moment={moment.slug}&dispositif={dispositif.slug}&genre=pratique&solidite=convergent&tri=solidite",
        "/themes/",
        theme.get_absolute_url(),
        "/leviers/",
        levier.get_absolute_url(),
        "/acteurs/",
        acteur.get_absolute_url(),
        "/dispositifs/",
        dispositif.get_absolute_url(),
        "/glossaire/",
        "/j-entends/",
        f"/j-entends/?theme={theme.slug}&dite_par=ecole",
        "/demarches/",
        f"/demarches/?acteur={acteur.slug}&degre=1&sans_hierarchie=1",
        "/ressources/",
        "/contacts/",
        "/liens/",
        "/liens/?axes=acteurs",
        "/sitemap.xml",
        fiche.get_absolute_url(),
    ]


def test_pages_cost_the_same_number_of_queries_whatever_the_length_of_the_list(client, monkeypatch):
    """At most 15. The finder's: 2 for the content's stamp, 1 for which sheets are online, 4 for those not kept in
    memory yet (its filters, counts and order come from the index). A sheet's: one for each kind of its parts."""

    def costs(urls):
        found = {}
        fresh()  # once for each state of the content, not for each page
        for url in urls:
            monkeypatch.setattr(finder, "_shelf", Shelf())
            with CaptureQueriesContext(connection) as captured:
                page(client, url)
            found[url.split("?")[0].rsplit("-", 1)[0] + ("?" if "?" in url else "")] = len(captured)
        return found

    with transaction.atomic():
        one = costs(full_site(1))
        transaction.set_rollback(True)
    twelve = costs(full_site(12))
    assert one == twelve
    assert max(twelve.values()) <= 15, twelve


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=999999",
        "page=-1",
        "page=",
        "theme=inconnu",
        "theme=%00%01",
        "theme=%27%20OR%201=1",
        "levier=" + "x" * 500,
        "tri=nimporte",
        "q=%00%07%E2%80%AE%0A",
        "q=%22%27%3B--%25_%5C",
        "q=%EF%BF%BF%F0%9F%98%80",
        "inconnu=1&inconnu=2",
        "solidite=discute&solidite=xx",
    ],
)
def test_malformed_filters_are_dropped_and_never_break(client, query):
    make.make_published_fiche()
    page(client, f"/fiches/?{query}")


@pytest.mark.parametrize("query", ["q=" + "a" * 201, "&".join(f"levier=l{i}" for i in range(11))])
def test_absurd_requests_get_a_plain_400_in_french(client, query):
    assert "200 signes" in page(client, f"/fiches/?{query}", 400)


def test_unknown_values_are_ignored_rather_than_emptying_the_list(client):
    make.make_published_fiche(titre="Toujours là")
    assert "Toujours là" in page(client, "/fiches/?levier=inconnu")


def test_values_of_a_facet_add_up_and_facets_narrow(client):
    a, b, moment = make.make_levier(slug="a"), make.make_levier(slug="b"), make.make_moment(slug="m")
    make.make_published_fiche(titre="Avec A", leviers=[a], moments=[moment])
    make.make_published_fiche(titre="Avec B", leviers=[b])
    make.make_published_fiche(titre="Sans rien")
    both = page(client, "/fiches/?levier=a&levier=b")
    assert "Avec A" in both
    assert "Avec B" in both
    assert "Sans rien" not in both
    narrowed = page(client, "/fiches/?levier=a&levier=b&moment=m")
    assert "Avec A" in narrowed
    assert "Avec B" not in narrowed


def test_a_facet_counts_without_its_own_choice(client):
    a, b = make.make_levier(slug="a", nom="Levier A"), make.make_levier(slug="b", nom="Levier B")
    make.make_published_fiche(leviers=[a])
    make.make_published_fiche(leviers=[b])
    make.make_published_fiche(leviers=[a, b])
    facets = {facet.name: facet for facet in find(Criteria(chosen={"levier": ("a",)})).facets}
    assert {option.value: option.count for option in facets["levier"].options} == {"a": 2, "b": 2}


def test_pages_keep_the_filters_and_filters_drop_the_page(client):
    levier = make.make_levier(slug="a")
    for _ in range(21):
        make.make_published_fiche(leviers=[levier])
    html = page(client, "/fiches/?levier=a&page=2")
    assert "levier=a&amp;page=1" in html
    assert "Page 2 sur 2" in html
    assert 'href="?"' in html  # the filter removed: nothing left, no page either


@pytest.mark.parametrize("kind", [ThemePage.FICHES, ThemePage.PIEGES, ThemePage.PROJETS])
def test_a_theme_of_many_sheets_has_pages_and_tells_them_all(client, monkeypatch, kind):
    monkeypatch.setattr(browse, "PER_PAGE", 2)
    theme = make.make_theme(slug="grand", page=kind)
    for n in range(3):
        make.make_published_fiche(titre=f"Fiche {n}", theme=theme)
    first, second = page(client, "/themes/grand/"), page(client, "/themes/grand/?page=2")
    assert "Fiche 1</a>" in first
    assert "Fiche 2</a>" not in first
    assert "Fiche 2</a>" in second
    for html in (first, second):
        assert re.search(r'<h2 class="trait">3 ', html)
        assert "sur 2</li>" in html


@pytest.mark.parametrize("tri", ["theme", "titre", "relecture", "solidite"])
def test_every_order_is_total(tri):
    theme = make.make_theme()
    for titre in ("L’été", "l’ete", "L’ÉTÉ !"):  # alike in all that is sorted
        make.make_published_fiche(titre=titre, theme=theme)
    assert [fiche.pk for fiche in find(Criteria(tri=tri)).page] == sorted(Fiche.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "q",
    ["demarcher", "precarite", "démarcher", "DEMARCHER", "Démarcher une École", "écoles", "d’école", "levier réunion"],
)
def test_words_are_found_whatever_their_case_accents_and_plural(client, q):
    levier = make.make_levier(nom="Le levier des réunions")
    make.make_published_fiche(
        titre="Un premier pas", formulations="démarcher une école\nla précarité", leviers=[levier]
    )
    html = page(client, "/fiches/", data={"q": q})
    assert "Un premier pas" in html


def test_the_closest_sheets_come_first_unless_another_order_is_asked(client):
    theme = make.make_theme(numero=1)
    make.make_published_fiche(titre="Autre chose", theme=theme, formulations="rejoindre le collège")
    make.make_published_fiche(titre="Rejoindre le collège", theme=make.make_theme(numero=2))

    def titles(**query):
        return [fiche.titre for fiche in client.get("/fiches/", query).context["page"]]

    assert titles(q="collège") == ["Rejoindre le collège", "Autre chose"]
    assert titles(q="collège", tri="theme") == ["Autre chose", "Rejoindre le collège"]
    assert titles(tri="pertinence") == ["Autre chose", "Rejoindre le collège"]


def test_a_search_reads_published_sheets_only(client):
    make.make_fiche(titre="Brouillon", formulations="kermesse")
    assert "Aucune fiche" in page(client, "/fiches/", data={"q": "kermesse"})


def test_text_typed_in_the_address_comes_out_escaped(client):
    html = page(client, "/fiches/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in html


def test_clean_text_drops_what_cannot_be_seen():
    assert clean_text("a\u202eb\x00 \n c\u200b ") == "ab c"


def test_criteria_refuse_only_the_absurd():
    criteria = Criteria.from_query(QueryDict("levier=a&levier=a&levier=<b>&page=3"))
    assert criteria.chosen == {"levier": ("a",)}
    with pytest.raises(BadRequest):
        Criteria.from_query(QueryDict("q=" + "x" * 201))


def test_only_reading_is_allowed(client):
    assert client.post("/fiches/").status_code == 405
    assert client.head("/fiches/").status_code == 200


def test_contacts_appear_with_a_live_consent_only(client):
    today = timezone.localdate()
    day = timezone.timedelta(days=1)
    make.make_contact(structure="Accord valable", consented_on=today, expires_on=today)
    make.make_contact(structure="Accord expiré", consented_on=today - 9 * day, expires_on=today - day)
    make.make_contact(structure="Sans accord")
    html = page(client, "/contacts/")
    assert "Accord valable" in html
    assert "Accord expiré" not in html
    assert "Sans accord" not in html


def test_without_contacts_the_page_says_how_to_propose_one(client, settings):
    assert "adressez-vous à la fédération" in page(client, "/contacts/")
    settings.CONTACT_EMAIL = "fede@example.org"
    assert "mailto:fede@example.org" in page(client, "/contacts/")
