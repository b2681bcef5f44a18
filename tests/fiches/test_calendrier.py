"""The school year: when windows fall, on any day of any year; the page; the calendar that one subscribes to."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.stamp import editing
from fiches.ics import calendar
from fiches.models import Fiche, TempsFort
from fiches.school_year import Now, during, meeting, name_of, occurrence, school_year
from partenariat import page_cache
from tests import factories as make

pytestmark = pytest.mark.django_db


def window(debut, fin, slug="fenetre", a_faire=""):
    return SimpleNamespace(slug=slug, debut=debut, fin=fin, a_faire=a_faire)


def day(text):
    return date.fromisoformat(text)


@pytest.fixture
def on(monkeypatch):
    """`on("2027-01-01")`: the pages are read on that day."""
    return lambda text: monkeypatch.setattr(timezone, "localdate", lambda: day(text))


# The days


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2026-08-14", 2025),
        ("2026-08-15", 2026),
        ("2026-12-31", 2026),
        ("2027-01-01", 2026),
        ("2027-07-14", 2026),
        ("2027-08-14", 2026),
        ("2028-02-29", 2027),
    ],
)
def test_a_school_year_begins_on_15_august(today, year):
    assert school_year(day(today)) == year


@pytest.mark.parametrize(
    ("debut", "fin", "year", "start", "end"),
    [
        ("09-01", "09-08", 2026, "2026-09-01", "2026-09-08"),
        ("12-15", "01-10", 2026, "2026-12-15", "2027-01-10"),
        ("12-31", "01-01", 2026, "2026-12-31", "2027-01-01"),
        ("10-15", "02-28", 2027, "2027-10-15", "2028-02-28"),
        ("01-05", "06-15", 2026, "2027-01-05", "2027-06-15"),
        ("07-03", "08-31", 2026, "2027-07-03", "2027-08-31"),  # ends after the year that it closes
        ("08-14", "08-14", 2026, "2027-08-14", "2027-08-14"),
        ("08-15", "08-15", 2026, "2026-08-15", "2026-08-15"),
        ("08-10", "08-20", 2026, "2027-08-10", "2027-08-20"),
        ("02-29", "03-05", 2027, "2028-02-29", "2028-03-05"),
        ("02-29", "03-05", 2026, "2027-02-28", "2027-03-05"),
        ("02-29", "02-29", 2026, "2027-02-28", "2027-02-28"),
        ("02-01", "02-29", 2026, "2027-02-01", "2027-02-28"),
        ("08-15", "08-14", 2026, "2026-08-15", "2027-08-14"),  # all year long
    ],
)
def test_a_window_falls_once_a_school_year(debut, fin, year, start, end):
    one = occurrence(window(debut, fin), year)
    assert (one.start, one.end) == (day(start), day(end))


def test_over_fifty_years_windows_neither_overlap_their_next_nor_run_backwards():
    ends = ["01-01", "02-28", "02-29", "03-01", "07-14", "08-14", "08-15", "12-31"]
    for debut in ends:
        for fin in ends:
            found = [occurrence(window(debut, fin), year) for year in range(2000, 2050)]
            for one, after in pairwise(found):
                assert one.start <= one.end < after.start or (debut, fin) == ("02-29", "02-28")
                assert school_year(one.start) + 1 == school_year(after.start)


def test_during_a_year_windows_come_in_its_order():
    windows = [window("01-05", "02-01", "c"), window("07-03", "08-31", "d"), window("08-28", "09-02", "a")]
    windows += [window("12-15", "01-10", "b2"), window("12-15", "01-09", "b1")]
    assert [one.window.slug for one in during(windows, 2026)] == ["a", "b1", "b2", "c", "d"]
    assert name_of(2026) == "2026-2027"


@pytest.mark.parametrize(
    ("debut", "fin", "today", "where"),
    [
        ("12-15", "01-10", "2026-12-31", "under_way"),
        ("12-15", "01-10", "2027-01-01", "under_way"),
        ("12-15", "01-10", "2027-01-10", "under_way"),
        ("12-15", "01-10", "2027-01-11", "over"),
        ("12-15", "01-10", "2027-02-21", "over"),  # six weeks after
        ("12-15", "01-10", "2027-02-22", None),
        ("12-15", "01-10", "2026-11-03", "soon"),  # six weeks before
        ("12-15", "01-10", "2026-11-02", None),
        ("01-05", "01-06", "2026-12-31", "soon"),
        ("12-20", "12-31", "2027-01-01", "over"),
        ("08-28", "09-02", "2026-07-14", None),
        ("08-28", "09-02", "2026-07-17", "soon"),
        ("08-28", "09-02", "2026-08-14", "soon"),  # of the year that is not begun
        ("08-28", "09-02", "2026-08-15", "soon"),
        ("07-03", "08-31", "2026-07-02", "soon"),
        ("07-03", "08-31", "2026-08-14", "under_way"),
        ("07-03", "08-31", "2026-08-15", "under_way"),  # of the year that is over
        ("07-03", "08-31", "2026-09-01", "over"),
        ("02-01", "02-29", "2027-02-28", "under_way"),
        ("02-01", "02-29", "2027-03-01", "over"),
        ("02-01", "02-29", "2028-02-29", "under_way"),
        ("02-29", "03-02", "2027-02-28", "under_way"),
        ("02-29", "03-02", "2028-02-28", "soon"),
        ("09-01", "08-01", "2026-08-15", "soon"),  # just over, and coming back: what comes is what counts
        ("08-15", "08-14", "2026-08-14", "under_way"),
    ],
)
def test_what_is_near_on_a_given_day(debut, fin, today, where):
    now = Now.of([window(debut, fin)], day(today))
    found = {name: len(getattr(now, name)) for name in ("under_way", "soon", "over")}
    assert found == {name: int(name == where) for name in found}


def test_every_day_of_five_years_a_window_is_near_at_most_once():
    windows = [window("12-15", "04-05", "a"), window("07-03", "08-31", "b"), window("02-29", "02-29", "c")]
    for n in range(5 * 366):
        today = date(2026, 1, 1) + timedelta(days=n)
        now = Now.of(windows, today)
        told = [one.window.slug for one in (*now.under_way, *now.soon, *now.over)]
        assert len(told) == len(set(told))
        for one in now.under_way:
            assert one.start <= today <= one.end
        assert {one.window.slug for one in meeting(windows, today, today)} == {o.window.slug for o in now.under_way}


def test_what_to_think_of_first_is_what_opens_nearest_to_today():
    windows = [
        window("09-01", "06-30", "depuis-des-mois"),
        window("12-28", "02-01", "de-cette-semaine"),
        window("01-04", "01-08", "bientot"),
        window("02-01", "02-08", "plus-tard"),
        window("12-01", "12-18", "fini"),
    ]
    now = Now.of(windows, day("2027-01-01"))
    assert [one.window.slug for one in now.nearest(2)] == ["de-cette-semaine", "bientot"]
    assert [one.window.slug for one in now.nearest(9)] == [
        "depuis-des-mois",
        "de-cette-semaine",
        "bientot",
        "plus-tard",
    ]


@pytest.mark.parametrize(
    ("lines", "today", "shown"),
    [
        ("Proposer en octobre.\nRégler les horaires.", "2026-10-31", "Proposer en octobre."),
        ("Proposer en octobre.\nRégler les horaires.", "2026-11-01", "Régler les horaires."),
        ("Proposer en octobre.", "2026-12-01", "Proposer en octobre."),  # better late than nothing
        ("Ouvrir en janvier et en mars.\nRenvoyer.", "2027-03-31", "Ouvrir en janvier et en mars."),
        ("Ouvrir en janvier et en mars.\nRenvoyer.", "2027-04-01", "Renvoyer."),
        ("Une maison et des marsouins.", "2027-04-01", "Une maison et des marsouins."),
        ("  \n", "2027-04-01", ""),
    ],
)
def test_what_to_do_next_is_not_what_should_have_been_done_before(lines, today, shown):
    one = occurrence(window("12-15", "04-05", a_faire=lines), 2026)
    assert one.to_do(day(today)) == shown


def test_the_model_takes_29_february_and_no_day_that_does_not_exist():
    make.make_temps_fort(debut="02-29", fin="02-29").full_clean()
    with pytest.raises(ValidationError):
        make.make_temps_fort(debut="02-30").full_clean()


# The page


def titles(answer):
    return [one.window.titre for _, occurrences in answer.context["months"] for one in occurrences]


class TestPage:
    def test_a_window_says_when_what_with_whom_why_and_what_its_date_is_worth(self, client, on):
        on("2026-11-23")
        sheet = make.make_published_fiche(titre="Se caler sur le temps des enseignants")
        make.make_temps_fort(
            titre="Les bulletins",
            debut="11-20",
            fin="12-18",
            a_faire="Lire le bulletin ensemble.\nPréparer deux questions.",
            pourquoi="Les parents viennent.",
            certitude="locale",
            repere="Chaque collège choisit.",
            acteurs=[make.make_acteur(nom="Équipe de direction")],
            fiches=[sheet],
        )
        html = client.get("/calendrier/").content.decode().replace("\u00a0", " ")
        for words in (
            "Du 20 novembre au 18 décembre",
            "Jusqu’au 18 décembre",
            "Lire le bulletin ensemble.",
            "Préparer deux questions.",
            "Les parents viennent.",
            "Date à demander sur place.",
            "Chaque collège choisit.",
            "Équipe de direction",
            "Se caler sur le temps des enseignants",
            "Novembre 2026",
            "Année scolaire 2026-2027",
        ):
            assert words in html, words

    @pytest.mark.parametrize(
        ("debut", "fin", "said"),
        [
            ("12-09", "12-09", "Le 9 décembre"),
            ("09-01", "09-08", "Du 1er au 8 septembre"),
            ("12-15", "01-10", "Du 15 décembre au 10 janvier"),
            ("09-15", "09-14", "Du 15 septembre au 14 septembre"),  # a year apart
        ],
    )
    def test_dates_are_told_in_words(self, client, on, debut, fin, said):
        on("2026-11-23")
        make.make_temps_fort(debut=debut, fin=fin)
        assert said in client.get("/calendrier/").content.decode().replace("\u00a0", " ")

    @pytest.mark.parametrize(
        ("today", "said"),
        [
            ("2026-12-14", "Demain"),
            ("2026-12-13", "Dans deux jours"),
            ("2026-12-02", "Dans 13 jours"),
            ("2026-12-01", "Dans deux semaines"),
            ("2026-11-03", "Dans six semaines"),
            ("2026-12-31", "Jusqu’au 10 janvier"),
        ],
    )
    def test_how_far_it_is_is_told_in_words(self, client, on, today, said):
        on(today)
        make.make_temps_fort(debut="12-15", fin="01-10")
        for url in ("/calendrier/", "/"):
            assert said in client.get(url).content.decode().replace("\u00a0", " "), url

    def test_the_year_turns_on_15_august_and_the_next_one_may_be_prepared(self, client, on):
        make.make_temps_fort(debut="07-03", fin="08-31", titre="L’été")
        make.make_temps_fort(debut="08-28", fin="09-02", titre="La prérentrée")
        on("2026-08-14")
        answer = client.get("/calendrier/")
        assert titles(answer) == ["La prérentrée", "L’été"]
        assert [label for label, _ in answer.context["months"]] == ["Août 2025", "Juillet 2026"]
        following = client.get("/calendrier/?annee=prochaine")
        assert [label for label, _ in following.context["months"]] == ["Août 2026", "Juillet 2027"]
        assert "En ce moment" not in following.content.decode()
        on("2026-08-15")
        answer = client.get("/calendrier/")
        assert answer.context["year"] == "2026-2027"
        assert [one.window.titre for one in answer.context["now"].under_way] == ["L’été"]

    @pytest.mark.parametrize("today", ["2026-08-15", "2027-08-14", "2028-02-29", "2026-12-31", "2027-01-01"])
    def test_lines_of_the_year_stay_in_the_picture(self, client, on, today):
        on(today)
        for debut, fin in (("08-15", "08-14"), ("07-03", "08-31"), ("08-14", "10-01"), ("02-29", "02-29")):
            make.make_temps_fort(debut=debut, fin=fin)
        frise = client.get("/calendrier/").context["frise"]
        assert all(0 <= line.first < line.last <= frise.width for line in frise.lines)
        assert 0 <= frise.today < frise.width
        assert len(frise.months) == 13

    def test_narrowed_to_a_level_and_an_actor(self, client):
        niveau, other = make.make_niveau(slug="college"), make.make_niveau(slug="lycee")
        acteur = make.make_acteur(slug="parents", nom="Parents")
        make.make_temps_fort(titre="Au collège avec eux", niveaux=[niveau, other], acteurs=[acteur])
        make.make_temps_fort(titre="Au collège sans eux", niveaux=[niveau])
        make.make_temps_fort(titre="Au lycée avec eux", niveaux=[other], acteurs=[acteur])
        make.make_temps_fort(titre="Partout avec eux", acteurs=[acteur])
        assert len(titles(client.get("/calendrier/"))) == 4
        assert set(titles(client.get("/calendrier/?niveau=college"))) == {
            "Au collège avec eux",
            "Au collège sans eux",
            "Partout avec eux",
        }
        both = client.get("/calendrier/?niveau=college&acteur=parents")
        assert set(titles(both)) == {"Au collège avec eux", "Partout avec eux"}
        html = both.content.decode()
        assert '<option value="college" selected>' in html
        assert "/calendrier.ics?niveau=college&amp;acteur=parents" in html
        assert "noindex" in html

    def test_a_choice_without_windows_says_so(self, client):
        make.make_temps_fort()
        acteur = make.make_acteur(slug="maire")
        assert "Aucun temps fort" in client.get(f"/calendrier/?acteur={acteur.slug}").content.decode()

    def test_a_former_address_of_an_actor_still_narrows(self, client):
        acteur = make.make_acteur(slug="avant")
        make.make_temps_fort(titre="Avec lui", acteurs=[acteur])
        with editing():
            acteur.slug = "apres"
            acteur.save()
        assert titles(client.get("/calendrier/?acteur=avant")) == ["Avec lui"]

    @pytest.mark.parametrize("url", ["/calendrier/", "/calendrier.ics"])
    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("niveau=inconnu", 404),
            ("acteur=inconnu", 404),
            ("niveau=%00", 400),
            ("niveau=a%0Ab", 400),
            ("acteur=" + "x" * 500, 400),
            ("acteur=%27%20OR%201=1", 400),
            ("annee=2050", 400),
            ("annee=%EF%BF%BF", 400),
            ("niveau=&acteur=", 200),
            ("niveau=a&niveau=le-niveau", 200),
            ("inconnu=1&page=zz", 200),
        ],
    )
    def test_absurd_choices_get_a_plain_answer(self, client, url, query, status):
        make.make_niveau(slug="le-niveau")
        assert client.get(f"{url}?{query}").status_code == status

    def test_drafts_are_not_named(self, client):
        draft = make.make_fiche(titre="Un brouillon secret")
        make.make_temps_fort(fiches=[draft])
        for url in ("/calendrier/", "/calendrier.ics"):
            told = unfolded(client.get(url))
            assert "secret" not in told
            assert draft.slug not in told

    def test_what_was_typed_is_escaped(self, client):
        make.make_temps_fort(titre="<script>alert(1)</script>", a_faire="<img src=x>", repere="<b>gras</b>")
        html = client.get("/calendrier/").content.decode()
        for tag in ("<script>alert", "<img src=x", "<b>gras"):
            assert tag not in html

    def test_an_empty_year_answers_everywhere(self, client):
        assert "Aucun temps fort" in client.get("/calendrier/").content.decode()
        assert "En ce moment" not in client.get("/").content.decode()
        assert client.get("/calendrier.ics").status_code == 200

    def test_the_home_page_tells_three_windows_at_most(self, client, on):
        on("2026-11-23")
        for n in range(5):
            make.make_temps_fort(debut=f"11-{20 + n}", fin="12-18", titre=f"Fenêtre {n}")
        assert [one.window.titre for one in client.get("/").context["near"]] == ["Fenêtre 2", "Fenêtre 3", "Fenêtre 4"]

    def test_no_cookie_and_reading_only(self, client):
        for url in ("/calendrier/", "/calendrier.ics"):
            assert not client.get(url).cookies
            assert client.post(url).status_code == 405

    def test_it_is_on_the_maps(self, client):
        assert "/calendrier/" in client.get("/sitemap.xml").content.decode()
        assert 'href="/calendrier/"' in client.get("/plan-du-site/").content.decode()


@pytest.mark.parametrize("url", ["/calendrier/", "/calendrier.ics", "/calendrier/?niveau=n&acteur=a"])
def test_a_constant_number_of_queries(client, url):
    niveau, acteur = make.make_niveau(slug="n"), make.make_acteur(slug="a")

    def add():
        make.make_temps_fort(niveaux=[niveau], acteurs=[acteur], fiches=[make.make_published_fiche()])

    def queries():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    add()
    one = queries()
    for _ in range(11):
        add()
    assert queries() == one <= 10


# The calendar that one subscribes to: read back by a reader of its own, as strict as RFC 5545


def read(body):
    """[{property: (parameters, raw value)}, …] for each event, and the calendar's own properties first.

    Fails on what a strict reader would refuse: line ends, length in octets, a letter cut in two, nesting, unknown
    escapes, a property twice.
    """
    assert body.endswith(b"\r\n")
    raw = body[:-2].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in raw)
    assert max(map(len, raw)) <= 75
    for line in raw:
        line.decode()  # raises if a letter is cut
    lines = body[:-2].decode().replace("\r\n ", "").split("\r\n")
    blocks, here, stack = [{}], 0, []
    for line in lines:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:,\"]+)*):(.*)", line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                blocks.append({})
                here = len(blocks) - 1
        elif name == "END":
            assert stack.pop() == value
            here = 0
        else:
            assert name not in blocks[here], f"{name} twice"
            blocks[here][name] = (parameters, value)
    assert stack == []
    return blocks


def unfolded(answer):
    return answer.content.decode().replace("\r\n ", "")


def text(value):
    assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value), value
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


class TestSubscription:
    def test_the_file_is_valid_and_says_what_it_is(self, client, on):
        on("2026-11-23")
        make.make_temps_fort()
        answer = client.get("/calendrier.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        head, *events = read(answer.content)
        assert head["VERSION"] == ("", "2.0")
        assert "PRODID" in head
        assert head["X-WR-CALNAME"] == ("", "Trait d’union : l’année scolaire")
        assert head["REFRESH-INTERVAL"] == (";VALUE=DURATION", "P1D")
        assert head["X-PUBLISHED-TTL"] == ("", "P1D")
        assert len(events) == 3

    def test_events_are_whole_days_that_take_up_no_time(self, client, on):
        on("2026-12-31")
        make.make_temps_fort(slug="fetes", debut="12-15", fin="01-10", certitude="nationale")
        _, *events = read(client.get("/calendrier.ics").content)
        assert [(e["DTSTART"], e["DTEND"]) for e in events] == [
            ((";VALUE=DATE", f"{year}1215"), (";VALUE=DATE", f"{year + 1}0111")) for year in (2025, 2026, 2027)
        ]
        for event in events:
            assert event["TRANSP"] == ("", "TRANSPARENT")
            assert event["STATUS"] == ("", "CONFIRMED")
            assert event["URL"] == ("", "http://testserver/calendrier/#fetes")

    @pytest.mark.parametrize("today", ["2026-08-14", "2026-08-15", "2027-07-14", "2028-02-29"])
    def test_each_event_is_the_occurrence_of_its_year(self, client, on, today):
        on(today)
        windows = [("12-15", "01-10"), ("07-03", "08-31"), ("02-29", "02-29"), ("09-01", "09-08")]
        for debut, fin in windows:
            make.make_temps_fort(slug=f"f-{debut}", debut=debut, fin=fin)
        _, *events = read(client.get("/calendrier.ics").content)
        this = school_year(day(today))
        expected = {}
        for row in TempsFort.objects.all():
            for year in (this - 1, this, this + 1):
                one = occurrence(row, year)
                expected[f"{row.slug}-{year}@testserver"] = (one.start, one.end + timedelta(days=1))
        found = {e["UID"][1]: (day(e["DTSTART"][1]), day(e["DTEND"][1])) for e in events}
        assert found == expected

    def test_identifiers_never_change_with_the_day_nor_with_an_edit(self, client, on):
        row = make.make_temps_fort(debut="12-15", fin="01-10", titre="Avant")

        def told():
            return {e["UID"][1]: e for e in read(client.get("/calendrier.ics").content)[1:]}

        on("2027-08-14")
        before = told()
        on("2027-08-15")
        after = told()
        assert len(set(before) & set(after)) == 2
        with editing():
            TempsFort.objects.filter(pk=row.pk).update(titre="Après", debut="12-18")
        edited = told()
        assert set(edited) == set(after)
        assert {e["SUMMARY"][1] for e in edited.values()} == {"Après"}
        for uid, event in edited.items():
            assert int(event["SEQUENCE"][1]) > int(after[uid]["SEQUENCE"][1])

    def test_the_same_content_gives_the_same_bytes_whatever_the_day(self, client, on):
        make.make_temps_fort()
        on("2026-09-01")
        first = client.get("/calendrier.ics").content
        on("2027-08-14")
        assert client.get("/calendrier.ics").content == first
        with editing():
            TempsFort.objects.update(titre="Un autre")
        assert client.get("/calendrier.ics").content != first

    def test_whoever_holds_it_is_told_that_it_has_not_changed(self, client, settings, monkeypatch):
        settings.PAGE_CACHE = True
        monkeypatch.setattr(page_cache, "ASK_EVERY", 0)  # seconds
        monkeypatch.setattr(page_cache, "_editions", page_cache.Editions())
        make.make_temps_fort()
        held = client.get("/calendrier.ics")["ETag"]
        assert not held.startswith("W/")
        assert client.get("/calendrier.ics", headers={"If-None-Match": held}).status_code == 304
        with editing():
            TempsFort.objects.update(titre="Un autre")
        assert client.get("/calendrier.ics", headers={"If-None-Match": held}).status_code == 200

    def test_the_moment_of_writing_is_never_in_the_future(self, client, on):
        make.make_temps_fort()
        for today in ("2026-08-15", "2027-08-14", "2027-01-01"):
            on(today)
            for event in read(client.get("/calendrier.ics").content)[1:]:
                stamp = datetime.strptime(event["DTSTAMP"][1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                assert stamp.date() <= day(today)

    def test_signs_lines_and_long_words_come_back_whole(self):
        school = "\U0001f3eb" * 90  # four octets each
        nasty = "Virgule, point-virgule ; barre \\ deux-points : « é » \U0001f3eb 'x' \"y\""
        make.make_temps_fort(slug="x", titre=nasty[:120], a_faire=f"{nasty}\n{'é' * 300}\n{school}", pourquoi=nasty)
        body = calendar(
            TempsFort.objects.for_calendar(), range(2026, 2027), name=nasty, url="https://a.example/c/", sequence=1
        )
        head, event = read(body)
        assert text(event["SUMMARY"][1]) == nasty
        assert text(head["X-WR-CALNAME"][1]) == nasty
        lines = text(event["DESCRIPTION"][1]).split("\n")
        assert lines[:3] == [f"– {nasty}", f"– {'é' * 300}", f"– {school}"]

    def test_what_to_do_and_what_the_date_is_worth_are_told(self, client, on):
        on("2026-11-23")
        sheet = make.make_published_fiche(titre="Tenir un stand", slug="stand")
        make.make_temps_fort(
            a_faire="Aider\nRanger",
            pourquoi="On se voit.",
            certitude="locale",
            repere="L’école choisit.",
            fiches=[sheet],
            niveaux=[make.make_niveau(nom="Maternelle, petite section")],
        )
        event = read(client.get("/calendrier.ics").content)[1]
        assert text(event["DESCRIPTION"][1]).split("\n") == [
            "– Aider",
            "– Ranger",
            "",
            "On se voit.",
            "",
            "Date à demander sur place. L’école choisit.",
            "",
            "Tenir un stand : http://testserver/fiches/stand/",
        ]
        assert event["STATUS"] == ("", "TENTATIVE")
        assert event["CATEGORIES"] == ("", "Maternelle\\, petite section")

    def test_a_sheet_leaves_the_file_when_it_is_withdrawn(self, client):
        sheet = make.make_published_fiche(titre="Tenir un stand")
        make.make_temps_fort(fiches=[sheet])
        assert "Tenir un stand" in unfolded(client.get("/calendrier.ics"))
        with editing():
            Fiche.objects.get().archive()
        assert "Tenir un stand" not in unfolded(client.get("/calendrier.ics"))

    def test_it_can_be_narrowed_and_says_so(self, client):
        acteur = make.make_acteur(slug="parents", nom="Parents")
        make.make_temps_fort(titre="Avec eux", acteurs=[acteur])
        make.make_temps_fort(titre="Sans eux")
        head, *events = read(client.get("/calendrier.ics?acteur=parents").content)
        assert {e["SUMMARY"][1] for e in events} == {"Avec eux"}
        assert head["X-WR-CALNAME"][1] == "Trait d’union : Parents"
