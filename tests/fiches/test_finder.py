"""The finder as a reader sees it: what it says, shows, suggests, narrows and refuses."""

import re
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models.questions import Question
from fiches.search import finder
from fiches.search.index import fresh
from fiches.search.suggestions import suggest
from tests import factories as make

pytestmark = pytest.mark.django_db


def read(client, url, data=None, status=200):
    response = client.get(url, data)
    assert response.status_code == status, f"{url} {data} answered {response.status_code}"
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def text(html):
    """What a page says in its main part, without its tags."""
    main = html.split("<main", 1)[-1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", "", main)).split())


def said(client, **query):
    """The sentence over the results."""
    html = read(client, "/fiches/", query)
    return text(re.search(r'role="status".*?</p>', html, re.S)[0].split(">", 1)[1])


def titles(client, url="/fiches/", **query):
    return [fiche.titre for fiche in client.get(url, query).context["page"]]


# What the search did, said in words


def test_a_correction_is_said_and_may_be_declined(client):
    make.make_published_fiche(titre="Rejoindre le collège")
    assert "Résultats pour « collège » ; chercher « colège » quand même." in said(client, q="colège")
    html = read(client, "/fiches/", {"q": "colège"})
    assert "?q=col%C3%A8ge&amp;exact=1" in html
    as_typed = read(client, "/fiches/", {"q": "colège", "exact": "1"})
    assert "Rejoindre le" not in as_typed
    assert "accepter une orthographe proche" in as_typed
    assert '<input type="hidden" name="exact" value="1">' in as_typed
    assert 'href="?q=col%C3%A8ge"' in as_typed


def test_several_corrections_are_said_together(client):
    make.make_published_fiche(titre="Des bénévoles à la kermesse", formulations="farandole")
    sentence = said(client, q="bénevolles à la kermese")
    assert "Résultats pour « bénévoles » et « kermesse » ; chercher « bénevolles » et « kermese » quand" in sentence
    sentence = said(client, q="kermese farandolle")
    assert "Résultats pour « kermesse » et une orthographe proche de « farandolle » ; chercher" in sentence


def test_a_word_that_may_not_be_shown_is_not_even_in_a_correction(client):
    make.make_published_fiche(titre="Un titre", formulations="farandole")
    html = read(client, "/fiches/", {"q": "farandolle"})
    assert "Un titre" in html
    assert "Résultats pour une orthographe proche ; chercher « farandolle » quand même." in text(html)
    assert "farandole" not in html


@pytest.fixture
def _generous(monkeypatch):
    """Three sheets are too few for their scores to mean anything: all that have one of the words are welcome."""
    monkeypatch.setattr(finder, "FAR", 0)
    monkeypatch.setattr(finder, "WEAK", 0)


@pytest.mark.usefixtures("_generous")
def test_what_has_only_part_of_the_words_is_said(client):
    make.make_published_fiche(titre="Le goûter du collège")
    make.make_published_fiche(titre="Le goûter du lycée")
    make.make_published_fiche(titre="Le goûter du mercredi")
    assert said(client, q="goûter") == "3 fiches parlent de Retirer : « goûter »."
    sentence = said(client, q="goûter collège")
    assert sentence.startswith("3 fiches parlent, de près ou de loin, de Retirer : « goûter collège ».")
    assert "1 fiche a tous ces mots ; les autres en ont une partie." in sentence
    sentence = said(client, q="collège lycée mercredi")
    assert sentence.startswith("3 fiches s’approchent de")
    assert "Aucune fiche ne réunit tous ces mots ; voici les plus proches." in sentence


@pytest.mark.usefixtures("_generous")
def test_with_filters_the_number_of_complete_sheets_is_not_claimed(client):
    moment = make.make_moment(slug="m")
    make.make_published_fiche(titre="Le goûter du collège")
    for day in ("lundi", "mardi"):
        make.make_published_fiche(titre=f"Le goûter du {day}", moments=[moment])
    sentence = said(client, q="goûter collège", moment="m")
    assert "Les mots n’y sont pas toujours tous" in sentence
    assert "1 fiche a" not in sentence


def test_words_typed_on_the_bare_page_bring_the_closest_first(client):
    """The form sends its order too: the usual one has no value, so that it changes with the words."""
    make.make_published_fiche(titre="Autre chose", theme=make.make_theme(numero=1), formulations="le collège")
    make.make_published_fiche(titre="Rejoindre le collège", theme=make.make_theme(numero=2))
    assert '<option value="" selected>par thème</option>' in read(client, "/fiches/")
    assert titles(client, q="collège", tri="") == ["Rejoindre le collège", "Autre chose"]
    html = read(client, "/fiches/", {"q": "collège", "tri": "theme"})
    assert '<option value="theme" selected>par thème</option>' in html
    for tri in ("pertinence", "relecture", "solidite", "theme", "titre"):
        assert len(titles(client, q="collège", tri=tri)) == 2


# What it shows


def test_the_words_are_marked_in_the_title_the_summary_and_the_best_passage(client):
    fiche = make.make_published_fiche(
        titre="Un goûter", en_bref="Invitez.", exemple="Rien. La kermesse du quartier a fait venir trente parents."
    )
    make.make_etape(fiche=fiche, titre="Porter la nappe", quand="des-lundi")
    html = read(client, "/fiches/", {"q": "kermesse"})
    assert "Dans « Un exemple » : La <mark>kermesse</mark> du quartier" in html
    assert "Dans « Le chemin » : Porter la <mark>nappe</mark>" in read(client, "/fiches/", {"q": "nappe"})
    assert "Un <mark>goûter</mark></a>" in read(client, "/fiches/", {"q": "gouters"})
    assert "<mark>Invitez</mark>." in read(client, "/fiches/", {"q": "inviter"})
    assert "<mark>" not in read(client, "/fiches/")


def test_marked_text_is_escaped_as_any_other(client):
    nasty = "<script>alert(1)</script> \"kermesse' onmouseover=x <img src=x onerror=alert(2)> & kermesse"
    make.make_published_fiche(titre=f"Un {nasty}", en_bref=nasty, pourquoi=f"Le jonglage. {nasty} jonglage")
    make.make_levier(nom=f"Kermesse {nasty}", description=nasty)
    make.make_terme(mot="Kermesse", definition=nasty)
    make.make_phrase(phrase=f"Une kermesse ? {nasty}")
    for query in ("kermesse", "kermesse jonglage", "<script>kermesse</script>", "\"><img src=x onerror=alert(1)>'"):
        html = read(client, "/fiches/", {"q": query})
        assert "<script>alert" not in html
        assert "<img" not in html
        assert not re.search(r"<[^>]*\son\w+=x", html)
    assert "<mark>kermesse</mark>" in read(client, "/fiches/", {"q": "kermesse"})
    fragment = read(client, "/suggestions", {"q": "kermesse"})
    assert "&lt;img" in fragment
    assert "<img" not in fragment


def test_a_panel_shows_what_is_not_a_sheet_by_kind(client):
    make.make_published_fiche(titre="La médiation")
    make.make_acteur(nom="Médiateur scolaire", synonymes="arrangeur")
    make.make_levier(nom="La médiation", slug="mediation")
    make.make_dispositif(nom="Médiation de quartier")
    make.make_terme(mot="Médiation", definition="Aider deux côtés à se parler.")
    make.make_phrase(phrase="La médiation, on a déjà donné.", dite_par="ecole")
    make.make_phrase(phrase="Une médiation, pour quoi faire ?", dite_par="parents")
    html = read(client, "/fiches/", {"q": "médiation"})
    panel = text(re.search(r'<aside class="aussi".*?</aside>', html, re.S)[0])
    for words in ("Leviers La médiation", "« La médiation, on a déjà donné. » À l’école", "Aider deux côtés"):
        assert words in panel, words
    assert "Voir aussi 1 phrase entendue" in panel
    assert '<details id="aussi-suite">' in html
    assert "arrangeur" not in read(client, "/fiches/", {"q": "arrangeur"}).split("Aussi sur ce sujet")[1]
    assert "aussi" not in text(read(client, "/fiches/"))


def test_the_panel_is_on_the_first_page_only(client):
    make.make_levier(nom="La médiation")
    theme = make.make_theme()
    for n in range(21):
        make.make_published_fiche(titre=f"Une médiation {n}", theme=theme)
    assert 'class="aussi"' in read(client, "/fiches/", {"q": "médiation"})
    assert 'class="aussi"' not in read(client, "/fiches/", {"q": "médiation", "page": "2"})
    assert "Page 2 sur 2" in text(read(client, "/fiches/", {"q": "médiation", "page": "9999999999"}))


def test_at_ten_filters_no_other_may_be_ticked(client):
    leviers = [make.make_levier(slug=f"l{n}") for n in range(11)]
    make.make_published_fiche(leviers=leviers)
    html = read(client, "/fiches/", {"levier": [f"l{n}" for n in range(10)]})
    assert re.search(r'value="l10" disabled', html)
    assert "disabled" not in re.search(r'value="l1"[^>]*', html)[0]
    assert "Dix filtres au plus" in html


def test_results_cost_the_same_number_of_queries_whatever_their_number(client):
    def costs(n):
        theme, acteur = make.make_theme(), make.make_acteur(nom="La kermesse")
        for i in range(n):
            fiche = make.make_published_fiche(titre=f"La kermesse {i}", theme=theme)
            make.make_intervention(fiche=fiche, acteur=acteur)
            make.make_phrase(phrase=f"Une kermesse, {i} fois", theme=theme)
            make.make_terme(mot=f"Kermesse {i}")
        found = {}
        fresh()
        for url in ("/fiches/?q=kermesse", "/suggestions?q=kerm", f"/acteurs/{acteur.slug}/?theme={theme.slug}"):
            with CaptureQueriesContext(connection) as captured:
                read(client, url)
            found[url.split("?")[0][:9]] = len(captured)
        return found

    with transaction.atomic():
        one = costs(1)
        transaction.set_rollback(True)
    assert costs(12) == one
    assert one["/suggesti"] <= 2, one  # the stamp, and the titles
    assert one["/fiches/"] <= 8, one  # the stamp, five for the sheets, two for the acronyms of the page
    assert max(one.values()) <= 15, one


# Suggestions


def suggested(q):
    return {kind: [one.label for one in found] for kind, _, found in suggest(q)}


def test_what_is_being_typed_is_the_beginning_of_a_word():
    make.make_published_fiche(titre="Préparer la rentrée")
    make.make_acteur(nom="Principal adjoint")
    make.make_levier(nom="Les préparatifs")
    make.make_dispositif(nom="Parcours éducatif", sigle="PEA")
    make.make_phrase(phrase="On n’a pas le temps.")
    assert suggested("pr") == {
        "fiche": ["Préparer la rentrée"],
        "acteur": ["Principal adjoint"],
        "levier": ["Les préparatifs"],
    }
    assert suggested("PREPAR")["fiche"] == ["Préparer la rentrée"]
    assert suggested("préparer la rent")["fiche"] == ["Préparer la rentrée"]
    assert suggested("préparer rou") == {}
    assert suggested("d’édu") == {"dispositif": ["PEA, Parcours éducatif"]}
    assert suggested("pas le tem") == {"phrase": ["On n’a pas le temps."]}


def test_a_word_followed_by_a_blank_is_whole(client):
    make.make_published_fiche(titre="Le préau")
    assert "Le préau" in read(client, "/suggestions", {"q": "pré"})
    assert read(client, "/suggestions", {"q": "pré "}) == ""


def test_a_small_word_being_typed_loses_nothing():
    make.make_published_fiche(titre="Rejoindre les parents")
    assert suggested("les parents ne") == suggested("les parents d") == {"fiche": ["Rejoindre les parents"]}


def test_a_synonym_suggests_a_name_and_is_not_shown(client):
    make.make_acteur(nom="Enseignants", synonymes="SYNONYME-SECRET")
    make.make_phrase(phrase="Pas le temps.", variantes="variante-secrete")
    make.make_published_fiche(titre="Fiche", formulations="formulation-secrete")
    html = read(client, "/suggestions", {"q": "synonyme-sec"})
    assert "Enseignants" in html
    assert "SECRET" not in html.upper()
    assert "Pas le temps." in read(client, "/suggestions", {"q": "variante"})
    assert read(client, "/suggestions", {"q": "formulation"}) == ""


def test_only_published_sheets_are_suggested(client):
    make.make_fiche(titre="Kermesse en brouillon")
    make.make_published_fiche(titre="Kermesse de demain", at=timezone.now() + timezone.timedelta(days=1))
    shown = make.make_published_fiche(titre="Kermesse en ligne")
    assert suggested("kerm") == {"fiche": ["Kermesse en ligne"]}
    with editing():
        shown.archive()
    assert read(client, "/suggestions", {"q": "kerm"}) == ""


def test_a_heard_sentence_leads_to_the_sheets_that_answer_it(client):
    make.make_phrase(phrase="On n’a pas le temps, vous savez.", dite_par="ecole")
    html = read(client, "/suggestions", {"q": "on n’a pas le tem"})
    assert "/fiches/?q=On+n%E2%80%99a+pas+le+temps" in html
    assert "À l’école" in html


def test_suggestions_are_bounded_kept_by_nobody_and_out_of_indexes(client):
    for q in ("", "a", "  a ", "é", "?!", "'"):
        assert read(client, "/suggestions", {"q": q}) == "", q
    assert read(client, "/suggestions") == ""
    make.make_published_fiche(titre="Kermesse")
    read(client, "/suggestions", {"q": "k" * 201}, status=400)
    response = client.get("/suggestions", {"q": "kerm"})
    assert response["Cache-Control"] == "no-cache"
    assert response["X-Robots-Tag"] == "noindex"
    assert "Cookie" not in response.get("Vary", "")
    assert client.get("/suggestions", {"q": "kerm"}, HTTP_IF_NONE_MATCH=response["ETag"]).status_code == 304
    assert client.post("/suggestions").status_code == 405


def test_options_are_grouped_and_named_apart(client):
    make.make_published_fiche(titre="Kermesse")
    make.make_levier(nom="La kermesse")
    html = read(client, "/suggestions", {"q": "kerm"})
    assert html.count('role="group"') == html.count('role="option"') == 2
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 2


# Nothing found


def test_without_any_sheet_the_page_helps(client, settings):
    make.make_levier(nom="Les kermesses", slug="kermesses")
    html = read(client, "/fiches/", {"q": "kermesse"})
    assert "Aucune fiche ne parle de Retirer : « kermesse »." in text(html)
    assert "/leviers/kermesses/" in html
    assert "comptées" in html
    assert "mailto" not in html
    settings.CONTACT_EMAIL = "fede@example.org"
    html = read(client, "/fiches/", {"q": 'fête & "fin" d’année'})
    assert "Signaler ce manque" in html
    (href,) = re.findall(r'href="(mailto:fede[^"]+subject=[^"]*)"', html)
    assert re.fullmatch(r"[\w:@.?=%/-]+", href)


def test_without_any_sheet_each_filter_may_be_dropped(client):
    make.make_moment(slug="m", nom="Tension")
    make.make_levier(slug="l", nom="Le temps")
    make.make_published_fiche(titre="Kermesse")
    html = read(client, "/fiches/", {"q": "kermesse", "moment": "m", "levier": "l"})
    assert 'href="?q=kermesse&amp;levier=l">Sans « Tension »' in html
    assert 'href="?q=kermesse&amp;moment=m">Sans « Le temps »' in html
    assert "« kermesse » dans toutes les fiches : 1 fiche" in text(html)
    assert "comptées" not in html  # with filters, it is not


def test_a_search_without_an_answer_is_counted(client):
    client.get("/fiches/", {"q": "Une Kermesse à la mairie"})
    assert [question.mots for question in Question.objects.all()] == ["kermesse mairie"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"q": "kermesse", "levier": "l"}, {}),
        ({"q": "kermesse", "page": "2"}, {}),
        ({"q": "kermesse", "exact": "1"}, {}),
        ({"q": "?!"}, {}),
        ({"levier": "l"}, {}),
        ({"q": "jean.dupont@example.org"}, {}),
        ({"q": "0612345678"}, {}),
        ({"q": "kermesse"}, {"Sec-Purpose": "prefetch;prerender"}),
        ({"q": "kermesse"}, {"Purpose": "prefetch"}),
    ],
)
def test_what_nobody_asked_or_what_is_personal_is_not_counted(client, query, headers):
    make.make_levier(slug="l")
    response = client.get("/fiches/", query, headers=headers)
    assert response.context["found"].total == 0
    assert not Question.objects.exists()


def test_machines_are_not_counted(client):
    client.get("/api/v1/fiches", {"q": "kermesse"})
    client.head("/fiches/", {"q": "kermesse"})
    client.get("/suggestions", {"q": "kermesse"})
    assert not Question.objects.exists()


def test_an_address_in_a_sentence_is_left_out_of_what_is_counted(client):
    client.get("/fiches/", {"q": "écrire à jean.dupont@example.org au 0612345678"})
    assert Question.objects.get().mots == "ecrire"


# The same choices on the pages of levers, actors and schemes


@pytest.fixture
def kept():
    """Four sheets of one lever, one actor and one scheme; two of them at the moment « Tension »."""
    moment, niveau = make.make_moment(slug="tension", nom="Tension"), make.make_niveau(slug="cp", nom="CP")
    levier, other = make.make_levier(slug="le-levier"), make.make_levier(slug="autre", nom="Autre levier")
    acteur, dispositif = make.make_acteur(slug="l-acteur"), make.make_dispositif(slug="le-dispositif")
    theme = make.make_theme(slug="le-theme")
    for n in range(4):
        fiche = make.make_published_fiche(
            titre=f"Fiche n{n}",
            theme=theme,
            leviers=[levier, other] if n == 1 else [levier],
            dispositifs=[dispositif],
            moments=[moment] if n < 2 else [],
            niveaux=[niveau] if n == 0 else [],
        )
        make.make_intervention(fiche=fiche, acteur=acteur, pouvoir="decide" if n else "avis")
    make.make_published_fiche(titre="Ailleurs", moments=[moment])


PAGES = ["/leviers/le-levier/", "/acteurs/l-acteur/", "/dispositifs/le-dispositif/"]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.usefixtures("kept")
def test_the_sheets_of_a_page_are_narrowed_there(client, url):
    assert titles(client, url) == ["Fiche n0", "Fiche n1", "Fiche n2", "Fiche n3"]
    html = read(client, url)
    assert "noindex" not in html
    assert "Tension (2)" in html
    assert titles(client, url, moment="tension") == ["Fiche n0", "Fiche n1"]
    assert titles(client, url, moment="tension", niveau="cp") == ["Fiche n0"]
    html = read(client, url, {"moment": "tension"})
    assert "noindex" in html
    assert 'rel="canonical"' not in html
    assert "CP (1)" in html
    assert 'value="tension" selected' in html
    assert "2 fiches avec ces choix. Revoir les 4 fiches" in text(html)
    assert "Fiche n3" not in html
    assert "Ailleurs" not in html


@pytest.mark.usefixtures("kept")
def test_an_actor_is_crossed_with_levers_and_a_lever_with_actors(client):
    assert titles(client, "/acteurs/l-acteur/", levier="autre") == ["Fiche n1"]
    assert titles(client, "/leviers/autre/", acteur="l-acteur") == ["Fiche n1"]
    roles = client.get("/acteurs/l-acteur/?moment=tension").context["roles"]
    assert {p.value: [fiche.titre for _, fiche in found] for p, found in roles if found} == {
        "decide": ["Fiche n1"],
        "avis": ["Fiche n0"],
    }


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.usefixtures("kept")
def test_odd_choices_on_a_page_break_nothing(client, url):
    for query in ("moment=inconnu", "q=x&tri=titre", "moment=%00", "page=abc", "page=99999", "genre=piege"):
        assert len(titles(client, f"{url}?{query}")) == 4, query
    assert titles(client, f"{url}?moment=tension&moment=autre") == ["Fiche n0", "Fiche n1"]
    read(client, f"{url}?" + "&".join(f"moment=m{n}" for n in range(11)), status=400)


def test_a_page_whose_choices_leave_nothing_says_so(client):
    make.make_moment(slug="bilan")
    levier = make.make_levier()
    make.make_published_fiche(leviers=[levier])
    html = read(client, levier.get_absolute_url(), {"moment": "bilan"})
    assert "Aucune fiche avec ces choix. Revoir la fiche" in text(html)


# Whatever is typed

ODD = [
    "AND",
    "OR NOT",
    "*",
    "a*",
    "?",
    "titre:parents",
    "titre:",
    ":",
    '"',
    '"parents',
    "« parents",
    "parents\\",
    "\\\\\\",
    "(((",
    "[a TO z]",
    "parents^9",
    "parents~2",
    "+parents -école",
    "/.*/",
    "<b>parents</b>",
    "%00%",
    "\x00\x07\x1b",
    "\u202e\u2066stnerap",
    "\u200bpar\u200bents",
    "p\u0301" * 60,
    "ﷺ" * 50,
    "😀 👨‍👩‍👧",
    "日本語",
    "a " * 100,
    "x" * 200,
    "' OR 1=1 --",
    "{{ 7 }}{% x %}",
    "é" * 200,
    "-" * 200,
    "’" * 200,
    '"' * 200,
    "«»" * 100,
]


@pytest.mark.parametrize("q", ODD)
def test_whatever_is_typed_gets_a_page(client, q):
    make.make_published_fiche(titre="Les parents")
    read(client, "/fiches/", {"q": q})
    read(client, "/fiches/", {"q": q, "exact": "1", "tri": "titre"})
    read(client, "/suggestions", {"q": q})
    read(client, "/api/v1/fiches", {"q": q})


def test_operators_are_words_like_others(client):
    make.make_published_fiche(titre="Les parents")
    make.make_published_fiche(titre="La mairie")
    for q in ("+parents", "parents*", "(parents", "parents^9", "<b>parents</b>", '"parents'):
        assert "Les parents" in titles(client, q=q), q


@pytest.mark.parametrize("url", ["/fiches/", "/suggestions", "/api/v1/fiches"])
def test_absurd_lengths_get_a_400(client, url):
    read(client, url, {"q": "x" * 201}, status=400)
    read(client, url, {"levier": [f"l{n}" for n in range(11)]}, status=400)


def test_crawlers_are_kept_out_of_combinations(client):
    rules = read(client, "/robots.txt").splitlines()
    for rule in ("/suggestions", "/api/", "/*?*&", "/*?q=", "/leviers/*?", "/acteurs/*?", "/dispositifs/*?"):
        assert f"Disallow: {rule}" in rules
    make.make_published_fiche(titre="Kermesse")
    assert "noindex" in read(client, "/fiches/", {"q": "kermesse"})
    assert "noindex" not in read(client, "/fiches/")
