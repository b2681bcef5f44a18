"""The page to hand to a newcomer: which sheets and why, what is drawn from them, and blanks that nobody keeps."""

import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Fiche, Statut
from fiches.passation import ACTS, DATES, DEFAULT, NAMES, WORDS, Relais, for_handover, ranked
from tests import factories as make

pytestmark = pytest.mark.django_db

CENTRES, ECOLE = "centres-sociaux", "partenaires-ecole"


def sheet(*voices, acteur=None, pouvoir="agit", against=False, **fields):
    """A published sheet on which `voices` speak, beside the excerpt of the centres that it needs to be published."""
    fiche = make.make_published_fiche(**fields)
    for voix in voices:
        position = "contredit" if against else "appuie"
        make.make_citation(fiche=fiche, extrait=make.make_extrait(voix=voix), position=position)
    if acteur:
        make.make_intervention(fiche=fiche, acteur=acteur, pouvoir=pouvoir)
    return fiche


def page(client, query=""):
    answer = client.get(f"/passation/{query}")
    assert answer.status_code == 200
    return answer


def html(client, query=""):
    return page(client, query).content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def titles(answer):
    return [fiche.titre for fiche in answer.context["relais"].fiches]


class TestDefault:
    def test_the_sheets_of_an_actor_the_most_solid_first_then_the_most_cited(self, client):
        acteur = make.make_acteur(slug="caf")
        sheet(acteur=acteur, titre="Isolée")
        sheet(CENTRES, CENTRES, CENTRES, acteur=acteur, titre="Convergente")
        sheet(ECOLE, acteur=acteur, against=True, titre="Discutée")
        sheet(ECOLE, acteur=acteur, titre="Croisée")
        sheet(ECOLE, CENTRES, acteur=acteur, titre="Croisée et plus citée")
        sheet(ECOLE, titre="Sans lui")
        sheet(ECOLE, acteur=acteur, titre="Un piège", genre="piege")
        assert titles(page(client, "?acteur=caf")) == [
            "Croisée et plus citée",
            "Croisée",
            "Discutée",
            "Convergente",
            "Isolée",
        ]

    def test_without_an_actor_those_that_serve_while_a_project_lives_or_at_its_review(self, client):
        living, review = make.make_moment(slug="vie-du-projet"), make.make_moment(slug="bilan")
        sheet(titre="Vie", moments=[living])
        sheet(titre="Bilan", moments=[review, living])
        sheet(titre="Premier contact", moments=[make.make_moment(slug="premier-contact")])
        assert titles(page(client)) == ["Vie", "Bilan"]

    def test_eight_at_most_and_the_page_says_why(self, client):
        acteur = make.make_acteur(slug="caf", nom="La Caf")
        for _ in range(DEFAULT + 3):
            sheet(acteur=acteur)
        answer = page(client, "?acteur=caf")
        assert len(titles(answer)) == DEFAULT
        assert len(answer.context["offered"]) == DEFAULT + 3
        text = html(client, "?acteur=caf")
        assert "les plus solides d’abord, puis les plus citées, huit au plus" in text
        assert "où « La Caf » a un rôle" in text

    def test_the_rule_counts_only_what_anyone_may_read(self):
        acteur = make.make_acteur()
        first, second = sheet(acteur=acteur), sheet(acteur=acteur)
        for portee in ("reseau", "interne"):
            make.make_citation(fiche=second, extrait=make.make_extrait(portee=portee, voix=ECOLE))
        assert ranked(acteur) == [first.pk, second.pk]

    def test_an_empty_base_says_so(self, client):
        assert "Aucune fiche en ligne" in html(client)

    def test_an_actor_of_traps_alone_is_not_offered_and_his_page_says_so(self, client):
        acteur = make.make_acteur(slug="piege", nom="Le piégé")
        sheet(acteur=acteur, genre="piege")
        assert page(client).context["acteurs"] == []
        text = html(client, "?acteur=piege")
        assert "Aucune fiche en ligne ne permet de composer cette page avec « Le piégé »." in text
        assert "Composer la page pour tout le partenariat" in text

    def test_a_former_address_of_an_actor_still_leads_to_him(self, client):
        acteur = make.make_acteur(slug="avant")
        sheet(acteur=acteur, titre="Sa fiche")
        with editing():
            acteur.slug = "apres"
            acteur.save()
        assert titles(page(client, "?acteur=avant")) == ["Sa fiche"]


class TestChoice:
    def test_the_address_chooses_in_its_order(self, client):
        sheet(slug="a", titre="A")
        sheet(slug="b", titre="B")
        sheet(slug="c", titre="C")
        answer = page(client, "?fiche=c&fiche=a&fiche=c")
        assert titles(answer) == ["C", "A"]
        assert [(fiche.titre, is_here) for fiche, is_here in answer.context["offered"]][:2] == [
            ("C", True),
            ("A", True),
        ]
        assert "noindex" in answer.content.decode()
        assert "Vous les avez choisies." in answer.content.decode()

    def test_a_former_address_still_chooses(self, client):
        fiche = sheet(slug="avant", titre="Une fiche")
        with editing():
            fiche.slug = "apres"
            fiche.save()
        assert titles(page(client, "?fiche=avant")) == ["Une fiche"]

    @pytest.mark.parametrize("statut", [Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE, None])
    def test_what_is_not_online_is_like_what_never_was(self, client, statut):
        sheet(slug="a", titre="A")
        if statut:
            make.make_fiche(slug="cachee", titre="CANARI", statut=statut)
        text = html(client, "?fiche=a&fiche=cachee")
        assert "1 fiche demandée n’est pas en ligne" in text
        assert "CANARI" not in text

    def test_when_nothing_chosen_is_online_the_usual_sheets_come(self, client):
        acteur = make.make_acteur(slug="caf")
        sheet(acteur=acteur, titre="L’usuelle")
        answer = page(client, "?acteur=caf&fiche=partie")
        assert titles(answer) == ["L’usuelle"]
        assert "1 fiche demandée n’est pas en ligne" in html(client, "?acteur=caf&fiche=partie")
        assert not answer.context["is_chosen"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("?acteur=inconnu", 404),
            ("?acteur=%00", 400),
            ("?acteur=" + "x" * 500, 400),
            ("?acteur=", 200),
            ("?fiche=%00&fiche=%0A", 200),
            ("?fiche=" + "x" * 500, 200),
            ("?fiche=&fiche=&theme=zz&tout=1&page=2", 200),
            ("?" + "&".join(f"fiche=f{n}" for n in range(12)), 200),
            ("?" + "&".join(f"fiche=f{n}" for n in range(13)), 400),
            ("?" + "&".join(f"fiche=f{n}" for n in range(900)), 400),
        ],
    )
    def test_absurd_choices_get_a_plain_answer(self, client, query, status):
        sheet()
        assert client.get(f"/passation/{query}").status_code == status


def handed(acteur=None, today="2026-11-23"):
    fiches = list(for_handover(Fiche.objects.published().order_by("pk")))
    return Relais(acteur, fiches, timezone.datetime.fromisoformat(today).date())


class TestContents:
    def test_each_actor_once_at_his_strongest_power(self):
        a, b, c = (make.make_acteur(nom=nom) for nom in "ABC")
        one, two = sheet(), sheet()
        make.make_intervention(fiche=one, acteur=a, pouvoir="agit")
        make.make_intervention(fiche=two, acteur=a, pouvoir="decide")
        make.make_intervention(fiche=one, acteur=b, pouvoir="informe")
        make.make_intervention(fiche=two, acteur=c, pouvoir="avis")
        make.make_intervention(fiche=one, acteur=c, pouvoir="agit")
        found = {group.pouvoir.value: [acteur.nom for acteur in group.actors] for group in handed().groups}
        assert found == {"decide": ["A"], "avis": ["C"], "informe": ["B"]}

    def test_the_most_present_come_first_and_the_others_are_counted(self):
        one, two = sheet(), sheet()
        everywhere = make.make_acteur(nom="Z")
        for fiche in (one, two):
            make.make_intervention(fiche=fiche, acteur=everywhere, pouvoir="decide")
        for _ in range(NAMES + 1):
            make.make_intervention(fiche=one, pouvoir="decide")
        (group,) = handed().groups
        assert group.actors[0] == everywhere
        assert (len(group.actors), group.others) == (NAMES, 2)

    def test_the_dates_of_the_actor_and_of_the_sheets_over_four_months(self):
        acteur = make.make_acteur()
        fiche = sheet(acteur=acteur)
        make.make_temps_fort(titre="À lui", debut="12-15", fin="01-10", acteurs=[acteur])
        make.make_temps_fort(titre="De la fiche", debut="02-01", fin="02-28", fiches=[fiche])
        make.make_temps_fort(titre="Aux deux", debut="11-01", fin="12-01", acteurs=[acteur], fiches=[fiche])
        make.make_temps_fort(titre="Trop loin", debut="04-01", fin="04-08", acteurs=[acteur])
        make.make_temps_fort(titre="Fini", debut="09-01", fin="10-08", acteurs=[acteur])
        make.make_temps_fort(titre="D’un autre", debut="12-01", fin="12-08")
        assert [one.window.titre for one in handed(acteur).dates] == ["Aux deux", "À lui", "De la fiche"]
        assert [one.window.titre for one in handed(None).dates] == ["Aux deux", "De la fiche"]

    @pytest.mark.parametrize("today", ["2026-12-31", "2027-01-01", "2027-07-14", "2027-08-15", "2028-02-29"])
    def test_dates_follow_one_another_on_any_day_and_are_few(self, today):
        fiche = sheet()
        for month in range(1, 13):
            make.make_temps_fort(debut=f"{month:02d}-01", fin=f"{month:02d}-28", fiches=[fiche])
            make.make_temps_fort(debut=f"{month:02d}-10", fin=f"{month:02d}-12", fiches=[fiche])
        relais = handed(today=today)
        starts = [one.start for one in relais.dates]
        assert starts == sorted(starts)
        assert len(starts) == DATES
        assert all(one.end >= relais.today for one in relais.dates)

    def test_the_acts_he_decides_come_first_then_those_of_the_sheets(self):
        acteur, other = make.make_acteur(), make.make_acteur(nom_court="L’autre")
        fiche = sheet(acteur=acteur)
        told = make.make_demarche(acte="Il est informé")
        make.make_decideur(demarche=told, acteur=acteur, pouvoir="informe", degre="1")
        decided = make.make_demarche(acte="Il décide")
        make.make_decideur(demarche=decided, acteur=acteur, pouvoir="decide", degre="1")
        make.make_decideur(demarche=decided, acteur=other, pouvoir="decide", degre="2")
        tied = make.make_demarche(acte="Il décide, et la fiche y mène", fiches=[fiche])
        for degre in "12":
            make.make_decideur(demarche=tied, acteur=acteur, pouvoir="decide", degre=degre)
        far = make.make_demarche(acte="Sans lui")
        make.make_decideur(demarche=far, acteur=other, pouvoir="decide", degre="1")
        acts = handed(acteur).acts
        assert [act.demarche.acte for act in acts] == ["Il décide, et la fiche y mène", "Il décide", "Il est informé"]
        assert acts[0].deciders == [("1er degré et 2d degré", [acteur])]
        assert acts[1].deciders == [("1er degré", [acteur]), ("2d degré", [other])]
        assert acts[2].deciders == []
        assert [act.demarche.acte for act in handed(None).acts] == ["Il décide, et la fiche y mène"]

    def test_no_more_acts_than_a_page_holds(self):
        acteur = make.make_acteur()
        sheet(acteur=acteur)
        for _ in range(ACTS + 2):
            make.make_decideur(acteur=acteur, pouvoir="decide", degre="1")
        assert len(handed(acteur).acts) == ACTS

    def test_the_words_of_most_sheets(self):
        often, seldom = make.make_terme(mot="Zèle", malentendu="Oui."), make.make_terme(mot="Aide", malentendu="Non.")
        plain = make.make_terme(mot="Sigle")
        sheet(termes=[often, seldom, plain])
        sheet(termes=[often])
        for _ in range(WORDS):
            sheet(termes=[make.make_terme(malentendu="…")])
        terms = handed().terms
        assert terms[0] == often
        assert len(terms) == WORDS
        assert plain not in terms

    def test_what_it_rests_on_counts_each_word_once(self, client):
        extrait = make.make_extrait(voix=ECOLE, atelier=make.make_atelier(titre="La rencontre de mai"))
        one, two = sheet(slug="a"), sheet(slug="b")
        for fiche in (one, two):
            make.make_citation(fiche=fiche, extrait=extrait)
        relais = handed()
        assert (relais.evidence.excerpts, relais.evidence.voices[ECOLE]) == (3, 1)
        assert [told for told, _ in relais.worth] == ["2 fiches croisées et confirmées"]
        text = html(client, "?fiche=a&fiche=b")
        assert "2 paroles des centres, 1 de l’école" in text
        assert "« La rencontre de mai »" in text
        assert "Aucune parole de parents" in text

    def test_a_side_that_says_nothing_is_named(self, client):
        sheet(slug="a")
        assert "Aucune parole de l’école, ni de parents." in html(client, "?fiche=a")

    def test_words_of_restricted_scope_appear_nowhere(self, client):
        fiche = sheet(slug="a")
        for portee in ("reseau", "interne"):
            atelier = make.make_atelier(titre=f"CANARI {portee}", portee=portee)
            make.make_citation(fiche=fiche, extrait=make.make_extrait(atelier=atelier, texte=f"CANARI {portee}"))
            make.make_citation(fiche=fiche, extrait=make.make_extrait(portee=portee, voix=ECOLE))
        text = html(client, "?fiche=a")
        assert "CANARI" not in text
        assert "1 fiche isolée" in text

    def test_what_was_typed_by_curators_is_escaped(self, client):
        acteur = make.make_acteur(slug="x", nom="<i>Nom</i>", role_partenariat="<b>Rôle</b>. Suite.")
        sheet(
            acteur=acteur,
            pouvoir="decide",
            titre="<script>alert(1)</script>",
            en_bref="<img src=x>",
            role_du_centre="**Le centre** <script>alert(2)</script> & [écoute](/x). Deux.",
        )
        text = html(client, "?acteur=x")
        for tag in ("<script>alert", "<img src=x", "<b>Rôle", "<i>Nom"):
            assert tag not in text
        assert "Le centre &lt;script&gt;alert(2)&lt;/script&gt; &amp; écoute." in text
        assert "Deux." not in text


class Controls(HTMLParser):
    """The controls of a page: [(tag, attributes, whether they stand in a form)]."""

    def __init__(self):
        super().__init__()
        self.found, self.forms = [], 0

    def handle_starttag(self, tag, attrs):
        self.forms += tag == "form"
        if tag in ("input", "textarea", "select", "button"):
            self.found.append((tag, dict(attrs), bool(self.forms)))

    def handle_endtag(self, tag):
        self.forms -= tag == "form"


def test_what_is_typed_can_go_nowhere(client):
    """The blanks have no name and belong to no form: nothing could send them, nor put them in an address."""
    sheet(slug="a", acteur=make.make_acteur(), pouvoir="decide")
    controls = Controls()
    controls.feed(page(client, "?fiche=a").content.decode())
    blanks = [attrs for tag, attrs, in_form in controls.found if tag in ("input", "textarea") and not in_form]
    assert len(blanks) == 6 + 1 + 1 + 3
    assert not any({"name", "form", "value"} & set(attrs) for attrs in blanks)
    assert {attrs.get("autocomplete") for attrs in blanks} == {"off"}
    named = {attrs["name"] for _, attrs, in_form in controls.found if in_form and "name" in attrs}
    assert named == {"acteur", "fiche"}
    assert "Rien de ce que vous écrivez ci-dessous n’est enregistré ni envoyé." in html(client, "?fiche=a")


def test_every_blank_has_its_label(client):
    sheet(slug="a", acteur=make.make_acteur(), pouvoir="decide")
    text = page(client, "?fiche=a").content.decode()
    paper = text[text.index('<article class="relais">') : text.index("</article>")]
    blanks = re.findall(r"<(?:input|textarea)\b", paper)
    labelled = re.findall(r"<label[^>]*>(?:(?!</label>).)*<(?:input|textarea)\b", paper, re.S)
    assert len(labelled) == len(blanks) > 0


def test_a_constant_number_of_queries(client):
    acteur, terme = make.make_acteur(slug="x"), make.make_terme(malentendu="…")

    def add():
        fiche = sheet(ECOLE, acteur=acteur, pouvoir="decide", termes=[terme])
        make.make_temps_fort(fiches=[fiche], acteurs=[acteur])
        make.make_decideur(demarche=make.make_demarche(fiches=[fiche]), acteur=acteur, pouvoir="decide", degre="1")
        return fiche

    def queries(query):
        page(client, query)
        with CaptureQueriesContext(connection) as captured:
            page(client, query)
        return len(captured)

    slugs = [add().slug for _ in range(DEFAULT + 1)]  # more than the page takes, so that there are some to offer
    one = queries("?acteur=x"), queries(f"?acteur=x&fiche={slugs[0]}")
    slugs += [add().slug for _ in range(11)]
    twelve = queries("?acteur=x"), queries("?acteur=x&" + "&".join(f"fiche={slug}" for slug in slugs[:12]))
    assert one == twelve
    assert max(twelve) <= 15


def test_no_cookie_reading_only_and_on_the_maps(client):
    assert not page(client).cookies
    assert client.post("/passation/").status_code == 405
    assert "/passation/" in client.get("/sitemap.xml").content.decode()
    assert 'href="/passation/"' in client.get("/plan-du-site/").content.decode()
    assert "noindex" not in html(client)
