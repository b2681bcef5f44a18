"""Questions without an answer: counted by day, tied to nobody, gone after a year, and treated by staff."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Acteur
from acteurs.stamp import editing, stamp
from fiches.models import Question, QuestionJour, Suite, questions, record_unanswered
from tests import factories as make
from tests.admin_pages import act, address, messages, typed, visible_text

pytestmark = pytest.mark.django_db


def freeze(monkeypatch, moment):
    """Make it `moment` (aware datetime, or a day: then noon in Paris) for all that asks Django."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: moment)


def counted():
    return {(q.mots, q.total) for q in Question.objects.asked()}


def days():
    return set(QuestionJour.objects.values_list("question__mots", "jour", "nombre"))


# Counting


def test_a_question_is_counted_once_a_search_and_by_day(monkeypatch):
    freeze(monkeypatch, date(2026, 3, 1))
    record_unanswered(["cantine", "bio"])
    record_unanswered(["cantine", "bio"])
    record_unanswered(["piscine"])
    freeze(monkeypatch, date(2026, 3, 2))
    record_unanswered(["cantine", "bio"])
    assert days() == {
        ("cantine bio", date(2026, 3, 1), 2),
        ("cantine bio", date(2026, 3, 2), 1),
        ("piscine", date(2026, 3, 1), 1),
    }
    first = Question.objects.asked().get(mots="cantine bio")
    assert (first.total, first.last_on, first.suite) == (3, date(2026, 3, 2), Suite.A_TRAITER)


def test_the_day_is_that_of_paris(monkeypatch):
    freeze(monkeypatch, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    record_unanswered(["cantine"])
    assert QuestionJour.objects.get().jour == date(2026, 3, 2)


def test_what_staff_decided_stays_when_it_is_asked_again():
    question = make.make_question(mots="cantine", suite=Suite.MANQUE, note="À écrire.")
    record_unanswered(["cantine"])
    question = Question.objects.asked().get()
    assert (question.suite, question.note, question.total) == (Suite.MANQUE, "À écrire.", 2)


def test_counting_does_not_move_the_stamp_of_the_content():
    make.make_famille()
    before = stamp()
    record_unanswered(["cantine"])
    record_unanswered(["cantine"])
    assert stamp() == before


@pytest.mark.parametrize(("again", "queries"), [(False, 12), (True, 3)])
def test_what_it_costs(again, queries):
    """Again: one UPDATE in its transaction. New: an UPDATE, a count, two get_or_create, each with its savepoint."""
    make.make_question()
    if again:
        record_unanswered(["cantine"])
    with CaptureQueriesContext(connection) as captured:
        record_unanswered(["cantine"])
    ours = [q for q in captured if not q["sql"].startswith(("PRAGMA", "SET LOCAL"))]
    assert len(ours) == queries, [q["sql"] for q in ours]


# What may be personal


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["cantine", "bio"], "cantine bio"),
        (["appeler", "0612345678"], "appeler"),
        (["appeler", "06", "12", "34"], "appeler"),
        (["ecrire", "jean.dupont@exemple.fr"], "ecrire"),
        (["ecrire", "jean@"], "ecrire"),
        (["voir", "www.exemple.fr", "https://exemple.fr/jean", "jean_dupont"], "voir"),
        (["a" * 30, "b" * 31], "a" * 30),
        (["classe", "6e", "rep+"], "classe"),
        (["vis-a-vis", "aujourd'hui", "aujourd’hui"], "vis-a-vis aujourd'hui aujourd’hui"),
        (["cantine", "cantine", "bio", "cantine"], "cantine bio"),
        (["deux mots", "tab\t", "fin\n", "nul\x00", "droite\u202e", "", " ", "-", "'"], None),
        (["12", "@"], None),
        ([], None),
        (list("abcdefghij"), "a b c d e f g h"),
        ([letter * 30 for letter in "abcdefgh"], " ".join(letter * 30 for letter in "abc")),
        (["élèves", "école"], "élèves école"),
    ],
)
def test_only_words_are_kept(words, kept):
    record_unanswered(words)
    assert list(Question.objects.values_list("mots", flat=True)) == ([kept] if kept else [])
    assert QuestionJour.objects.count() == Question.objects.count()


def test_with_nothing_to_keep_the_database_is_not_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        record_unanswered(["06", "12", "jean@exemple.fr"])


def test_what_is_kept_says_neither_who_nor_when_nor_where():
    fields = {field.name for model in (Question, QuestionJour) for field in model._meta.get_fields()}
    assert fields == {"id", "mots", "suite", "note", "jours", "question", "jour", "nombre"}
    assert QuestionJour._meta.get_field("jour").get_internal_type() == "DateField"


# Twelve months


TODAY = date(2026, 3, 10)


@pytest.fixture
def on_the_day(monkeypatch):
    freeze(monkeypatch, TODAY)


@pytest.mark.usefixtures("on_the_day")
def test_a_day_counts_for_365_days_and_no_more():
    make.make_question(mots="cantine", jours={0: 1, 365: 2, 366: 4})
    make.make_question(mots="piscine", jours={366: 8, 400: 16})
    make.make_question(mots="stade", jours={365: 32})
    assert counted() == {("cantine", 3), ("stade", 32)}


def test_what_was_kept_yesterday_is_gone_today_without_any_gesture(monkeypatch):
    freeze(monkeypatch, TODAY)
    make.make_question(mots="stade", jours={365: 1})
    assert counted() == {("stade", 1)}
    # 23:30 UTC is 00:30 the day after, in Paris
    freeze(monkeypatch, datetime(2026, 3, 10, 22, 59, tzinfo=UTC))
    assert counted() == {("stade", 1)}
    freeze(monkeypatch, datetime(2026, 3, 10, 23, 1, tzinfo=UTC))
    assert counted() == set()


@pytest.mark.usefixtures("on_the_day")
def test_the_first_question_of_the_day_deletes_what_is_old():
    make.make_question(mots="cantine", jours={1: 1, 365: 1, 366: 1})
    make.make_question(mots="piscine", jours={366: 1})
    make.make_question(mots="stade", jours={366: 1}, suite=Suite.MANQUE)
    make.make_question(mots="bus", jours={366: 1}, note="À demander.")
    record_unanswered(["velo"])
    assert {(mots, (TODAY - jour).days) for mots, jour, _ in days()} == {
        ("cantine", 1),
        ("cantine", 365),
        ("velo", 0),
    }
    assert set(Question.objects.values_list("mots", flat=True)) == {"cantine", "velo", "stade", "bus"}


@pytest.mark.usefixtures("on_the_day")
def test_what_staff_made_of_it_outlives_its_days_at_zero():
    make.make_question(mots="stade", jours={366: 7}, suite=Suite.MANQUE)
    make.make_question(mots="bus", jours={366: 7}, note="À demander.")
    assert counted() == {("stade", 0), ("bus", 0)}
    assert {q.last_on for q in Question.objects.asked()} == {None}


@pytest.mark.usefixtures("on_the_day")
def test_later_questions_of_the_day_delete_nothing():
    record_unanswered(["velo"])
    make.make_question(mots="piscine", jours={366: 1})
    record_unanswered(["cantine"])
    record_unanswered(["velo"])
    assert Question.objects.filter(mots="piscine").exists()
    assert ("piscine", 1) not in counted()


# Bounds and faults


@pytest.mark.usefixtures("on_the_day")
def test_a_robot_fills_a_day_and_no_more(monkeypatch):
    monkeypatch.setattr(questions, "MAX_A_DAY", 3)
    make.make_question(mots="hier", jours={1: 1})
    for word in ("un", "deux", "trois", "quatre", "cinq", "deux"):
        record_unanswered([word])
    assert {(mots, nombre) for mots, jour, nombre in days() if jour == TODAY} == {("un", 1), ("deux", 2), ("trois", 1)}
    assert Question.objects.count() == 4, "no row is left for what was not counted"
    freeze(monkeypatch, TODAY + timedelta(days=1))
    record_unanswered(["quatre"])
    assert ("quatre", 1) in counted()


@pytest.mark.parametrize("error", [OperationalError, DatabaseError, InterfaceError])
def test_a_database_that_refuses_is_logged_and_never_told_to_the_reader(monkeypatch, caplog, error):
    def refuse(*args):
        raise error("database is locked")

    monkeypatch.setattr(questions, "_count", refuse)
    record_unanswered(["cantine"])
    assert "was not counted" in caplog.text
    assert "cantine" not in caplog.text
    assert Question.objects.count() == 0  # the connection still works


def test_a_bug_is_not_hidden(monkeypatch):
    monkeypatch.setattr(questions, "_count", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        record_unanswered(["cantine"])


@pytest.mark.django_db(transaction=True)
def test_a_count_is_kept_even_if_the_deletion_of_what_is_old_fails(monkeypatch, caplog):
    def refuse():
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(questions, "forget_old_questions", refuse)
    record_unanswered(["cantine"])
    assert counted() == {("cantine", 1)}
    assert "disk I/O error" in caplog.text


def in_threads(number, function):
    """Run `function(n)` in `number` threads that start together; what they raised."""
    start, raised = threading.Barrier(number), []

    def run(n):
        try:
            start.wait()
            function(n)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)  # seconds
    return raised


@pytest.mark.django_db(transaction=True)
def test_searches_at_the_same_moment_are_all_counted(monkeypatch, caplog):
    monkeypatch.setattr(questions, "PATIENCE", 30_000)  # a busy machine loses no count here
    make.make_question(mots="vieille", jours={400: 1})

    def ask(n):
        for _ in range(10):
            record_unanswered(["cantine"])  # all race to create it
            record_unanswered([f"seule-{'abcdef'[n]}"])

    assert in_threads(6, ask) == []
    assert caplog.text == ""
    assert counted() == {("cantine", 60), *((f"seule-{letter}", 10) for letter in "abcdef")}


@pytest.mark.django_db(transaction=True)
def test_a_reader_does_not_wait_for_a_long_write(monkeypatch, caplog):
    """An import may hold the database for a minute: the reader's page does not."""
    monkeypatch.setattr(questions, "PATIENCE", 200)  # milliseconds
    record_unanswered(["cantine"])
    ask = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}[connection.vendor]
    took = []

    def search(_):
        with connection.cursor() as cursor:
            usual = cursor.execute(ask).fetchone()
        began = timezone.now()
        record_unanswered(["cantine"])
        took.append(timezone.now() - began)
        with connection.cursor() as cursor:
            assert cursor.execute(ask).fetchone() == usual

    with transaction.atomic():
        QuestionJour.objects.update(nombre=5)
        assert in_threads(1, search) == []
    assert took[0] < timedelta(seconds=5)
    assert "was not counted" in caplog.text
    assert counted() == {("cantine", 5)}


@pytest.mark.django_db(transaction=True)
def test_those_who_edit_the_content_do_not_stop_the_count_on_a_server():
    """PostgreSQL locks the rows of each; SQLite has one writer at a time, whatever it writes."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    with editing():
        make.make_famille()
        assert in_threads(1, lambda _: record_unanswered(["cantine"])) == []
    assert counted() == {("cantine", 1)}


# The list of the admin


@pytest.fixture
def client(admin_client):
    return admin_client


def shown(client, **filters):
    return [str(q) for q in client.get(address(Question, "changelist"), filters).context["cl"].result_list]


def test_the_most_asked_then_the_latest_come_first(client):
    make.make_question(mots="rare", jours={0: 1})
    make.make_question(mots="tot", jours={40: 3})
    make.make_question(mots="tard", jours={2: 3})
    make.make_question(mots="souvent", jours={300: 2, 100: 3, 366: 50})
    make.make_question(mots="vieille", jours={366: 50})
    assert shown(client) == ["souvent", "tard", "tot", "rare"]
    text = visible_text(client.get(address(Question, "changelist")).content.decode())
    for words in ("Questions sans réponse", "5 fois", "Sur 12 mois", "Dernière fois", "Suite donnée", "Note"):
        assert words in text
    assert "vieille" not in text


def test_the_heads_of_the_columns_say_how_it_is_sorted(client):
    make.make_question()
    changelist = client.get(address(Question, "changelist")).context["cl"]
    names = changelist.list_display
    assert {names[i]: how for i, how in changelist.get_ordering_field_columns().items()} == {
        "fois": "desc",
        "derniere_fois": "desc",
    }


def test_it_is_narrowed_by_suite_by_period_and_by_words(client):
    make.make_question(mots="cantine bio", jours={0: 1})
    make.make_question(mots="cantine", jours={6: 1}, suite=Suite.MANQUE)
    make.make_question(mots="eleves dys", jours={7: 1}, suite=Suite.MANQUE)
    make.make_question(mots="piscine", jours={89: 1})
    make.make_question(mots="stade", jours={90: 1})
    assert set(shown(client, suite__exact="manque")) == {"cantine", "eleves dys"}
    assert set(shown(client, depuis="7")) == {"cantine bio", "cantine"}
    assert set(shown(client, depuis="30")) == {"cantine bio", "cantine", "eleves dys"}
    assert set(shown(client, depuis="90")) == {"cantine bio", "cantine", "eleves dys", "piscine"}
    assert len(shown(client, depuis="x")) == 5
    assert shown(client, q="Bio CANTINE") == ["cantine bio"]
    assert shown(client, q="élèves") == ["eleves dys"]
    assert shown(client, q="%") == shown(client)


def test_old_questions_have_no_page_either(client):
    question = make.make_question(jours={366: 1})
    for page in ("change", "delete", "history"):
        assert client.get(address(Question, page, question.pk)).status_code == 302
    assert client.get(reverse("admin:fiches_question_synonyme", args=[question.pk])).status_code == 404


def test_nobody_adds_one(client):
    assert client.get(address(Question, "add")).status_code == 403


# A form says who else is there, and what it was read from: six queries more.
@pytest.mark.parametrize(("page", "most"), [("list", 9), ("question", 16), ("synonym", 9)])
def test_pages_cost_as_much_with_much_as_with_little(client, page, most):
    question = make.make_question(jours={0: 1})
    url = {
        "list": address(Question, "changelist"),
        "question": address(Question, "change", question.pk),
        "synonym": reverse("admin:fiches_question_synonyme", args=[question.pk]),
    }[page]
    counts = []
    for n in (0, 11):
        for days_ago in range(1, n + 1):
            make.make_question()
            make.make_levier()
            make.make_question_jour(question=question, jour=timezone.localdate() - timedelta(days=days_ago))
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= most


def test_its_pages_are_french_with_nothing_inline(client):
    question = make.make_question(mots="cantine bio", jours={0: 2, 3: 1})
    for url in (
        address(Question, "changelist"),
        address(Question, "change", question.pk),
        address(Question, "delete", question.pk),
        address(Question, "history", question.pk),
        reverse("admin:fiches_question_synonyme", args=[question.pk]),
    ):
        html = client.get(url).content.decode()
        assert " style=" not in html
        assert "<style" not in html
        words = set(visible_text(html).lower().split())
        assert not words & {"the", "add", "delete", "save", "search", "filter", "all", "question_jour"}, url


# What is made of them


def test_its_page_shows_its_days_and_what_to_do(client):
    question = make.make_question(mots="cantine bio", jours={0: 2, 3: 1, 366: 5})
    page = client.get(address(Question, "change", question.pk))
    assert [j.nombre for j in page.context["jours"]] == [2, 1]
    text = visible_text(page.content.decode())
    for words in ("3 fois", "Les jours où on l’a cherchée", "Ajouter un synonyme…", "Noter un manque", "Sans objet"):
        assert words in text
    assert "Remettre à traiter" not in text
    assert "Enregistrer et ajouter" not in text
    add = client.get(page.context["group_url"])
    assert add.context["adminform"].form.initial == {"genre": "equivalents", "mots": "cantine bio"}


def press(client, question, suite, **changes):
    sent = typed(client.get(address(Question, "change", question.pk)), _suite=suite, **changes)
    return client.post(address(Question, "change", question.pk), sent, follow=True)


def test_a_gap_is_noted_with_what_was_typed(client):
    question = make.make_question(mots="cantine")
    before = stamp()
    answer = press(client, question, "manque", note="Une fiche à écrire.")
    question.refresh_from_db()
    assert (question.suite, question.note) == (Suite.MANQUE, "Une fiche à écrire.")
    assert messages(answer) == [("success", "Manque noté : « cantine ».")]
    assert answer.redirect_chain[-1][0] == address(Question, "changelist")
    assert "Manque noté." in [entry.change_message for entry in LogEntry.objects.all()]
    assert stamp() == before


@pytest.mark.parametrize("suite", Suite.values)
def test_each_decision_has_its_button_and_may_be_taken_back(client, suite):
    question = make.make_question(suite=Suite.SANS_OBJET if suite == Suite.A_TRAITER else Suite.A_TRAITER)
    press(client, question, suite)
    question.refresh_from_db()
    assert question.suite == suite
    assert suite not in client.get(address(Question, "change", question.pk)).context["decisions"]


def test_a_decision_that_does_not_exist_only_saves_the_note(client):
    question = make.make_question()
    answer = press(client, question, "n-importe-quoi", note="Gardée.")
    question.refresh_from_db()
    assert (question.suite, question.note) == (Suite.A_TRAITER, "Gardée.")
    assert messages(answer)[0][1].startswith("Note enregistrée")


def test_neither_the_words_nor_the_suite_are_typed(client):
    question = make.make_question(mots="cantine")
    url = address(Question, "change", question.pk)
    client.post(url, {**typed(client.get(url)), "mots": "autre", "suite": "manque", "note": "x"})
    question.refresh_from_db()
    assert (question.mots, question.suite, question.note) == ("cantine", Suite.A_TRAITER, "x")


@pytest.mark.parametrize(
    ("action", "suite", "one", "many"),
    [
        ("note_gap", Suite.MANQUE, "Manque noté : « a ».", "2 manques notés."),
        ("set_aside", Suite.SANS_OBJET, "Sans objet : « a ».", "2 questions sans objet."),
        ("reopen", Suite.A_TRAITER, "Remise à traiter : « a ».", "2 questions remises à traiter."),
    ],
)
def test_the_list_decides_for_one_or_for_many(client, action, suite, one, many):
    first, second = make.make_question(mots="a", suite="synonyme"), make.make_question(mots="b", suite="synonyme")
    assert messages(act(client, Question, action, first)) == [("success", one)]
    assert messages(act(client, Question, action, first, second)) == [("success", many)]
    assert set(Question.objects.values_list("suite", flat=True)) == {suite}


# One more synonym


def name_it(client, question, follow=True, **fields):
    url = reverse("admin:fiches_question_synonyme", args=[question.pk])
    return client.post(url, {"mots": question.mots, **fields}, follow=follow)


@pytest.mark.parametrize("target", ["levier", "acteur", "dispositif", "terme"])
def test_words_become_a_synonym_of_something_we_have(client, target):
    row = getattr(make, f"make_{target}")(synonymes="un mot\n")
    question = make.make_question(mots="cantine bio")
    before = stamp()
    answer = name_it(client, question, **{target: row.pk})
    row.refresh_from_db()
    question.refresh_from_db()
    assert row.synonymes.splitlines() == ["un mot", "cantine bio"]
    assert question.suite == Suite.SYNONYME
    assert stamp().version == before.version + 1
    ((level, text),) = messages(answer)
    assert level == "success"
    assert text.startswith("« cantine bio » mène désormais à <a href=")
    assert {(entry.object_repr, entry.change_message) for entry in LogEntry.objects.all()} == {
        (str(row), "Synonyme ajouté : « cantine bio »."),
        ("cantine bio", f"Synonyme ajouté à « {row} »."),
    }


def test_the_words_may_be_mended_on_the_way(client):
    levier, question = make.make_levier(), make.make_question(mots="cantine bio")
    name_it(client, question, mots="  la cantine\n bio ", levier=levier.pk)
    levier.refresh_from_db()
    assert levier.synonymes == "la cantine bio"


@pytest.mark.parametrize("known", ["Cantine  BIO", "autre\ncantine bio\n"])
def test_a_synonym_is_not_written_twice(client, known):
    levier, question = make.make_levier(synonymes=known), make.make_question(mots="cantine bio")
    before = stamp()
    answer = name_it(client, question, levier=levier.pk)
    levier.refresh_from_db()
    question.refresh_from_db()
    assert (levier.synonymes, question.suite) == (known, Suite.SYNONYME)
    assert "rien n’a été ajouté" in messages(answer)[0][1]
    assert stamp() == before


def test_what_is_typed_is_escaped(client):
    levier, question = make.make_levier(nom="<b>Rue</b>"), make.make_question(mots="cantine")
    answer = name_it(client, question, mots="<i>la", levier=levier.pk)
    assert "<i>la" not in answer.content.decode()
    assert "<b>Rue" not in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "Choisissez ce que ces mots veulent dire."),
        ({"levier": "y", "acteur": "y"}, "N’en choisissez qu’un."),
        ({"levier": "0"}, "choix"),
        ({"levier": "y", "mots": " "}, "obligatoire"),
        ({"levier": "y", "mots": "a" * 121}, "au plus 120"),
    ],
)
def test_a_refusal_writes_nothing_and_says_why(client, fields, reason):
    rows = {"levier": make.make_levier(), "acteur": make.make_acteur()}
    sent = {name: rows[name].pk if value == "y" else value for name, value in fields.items()}
    question = make.make_question()
    before = stamp()
    answer = name_it(client, question, **sent)
    assert reason in visible_text(answer.content.decode())
    assert (Question.objects.get().suite, stamp()) == (Suite.A_TRAITER, before)


def test_one_comes_back_to_the_list_as_it_was(client):
    levier, question = make.make_levier(), make.make_question()
    url = reverse("admin:fiches_question_synonyme", args=[question.pk])
    kept = "?_changelist_filters=suite__exact%3Da-traiter"
    page = client.get(address(Question, "change", question.pk) + kept)
    assert f"{url}{kept}" in page.content.decode()
    answer = client.post(url + kept, {"mots": "x", "levier": levier.pk})
    assert answer.url == address(Question, "changelist") + "?suite__exact=a-traiter"


# Who may


def staff(client, *permissions):
    user = User.objects.create_user("quelqu-un", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


class TestWhoMay:
    @pytest.fixture(autouse=True)
    def rows(self):
        self.question, self.levier = make.make_question(mots="cantine"), make.make_levier()
        self.synonyme = reverse("admin:fiches_question_synonyme", args=[self.question.pk])
        self.change = address(Question, "change", self.question.pk)

    def untouched(self):
        self.question.refresh_from_db()
        self.levier.refresh_from_db()
        return (self.question.suite, self.question.note, self.levier.synonymes) == (Suite.A_TRAITER, "", "")

    def test_without_permission_there_is_nothing(self, client):
        client = staff(client, "change_levier")
        for url in (address(Question, "changelist"), self.change, self.synonyme):
            assert client.get(url).status_code == 403
        assert name_it(client, self.question, levier=self.levier.pk).status_code == 403
        assert client.post(self.change, {"note": "x", "_suite": "manque"}).status_code == 403
        assert act(client, Question, "note_gap", self.question).status_code == 403
        assert self.untouched()

    def test_a_stranger_is_sent_to_the_door(self):
        for url in (address(Question, "changelist"), self.change, self.synonyme):
            assert "/login/" in Client().get(url).url
        assert "/login/" in name_it(Client(), self.question, follow=False, levier=self.levier.pk).url
        assert self.untouched()

    def test_who_may_look_decides_nothing(self, client):
        client = staff(client, "view_question", "change_levier")
        page = client.get(self.change)
        assert page.context["decisions"] == {}
        assert "Que faire de cette question" not in visible_text(page.content.decode())
        assert client.get(self.synonyme).status_code == 403
        assert name_it(client, self.question, levier=self.levier.pk).status_code == 403
        assert client.post(self.change, {"note": "x", "_suite": "manque"}).status_code == 403
        act(client, Question, "note_gap", self.question)
        assert self.untouched()

    def test_a_synonym_needs_the_right_to_change_what_takes_it(self, client):
        client = staff(client, "change_question", "view_levier", "change_acteur")
        acteur = make.make_acteur()
        assert list(client.get(self.synonyme).context["adminform"].fields) == ["mots", "acteur"]
        name_it(client, self.question, levier=self.levier.pk)
        assert self.untouched()
        name_it(client, self.question, acteur=acteur.pk)
        assert Acteur.objects.get().synonymes == "cantine"
        assert client.get(self.change).context["group_url"] == ""

    def test_without_any_such_right_one_still_notes_a_gap(self, client):
        client = staff(client, "change_question")
        page = client.get(self.change)
        assert (page.context["may_name"], page.context["group_url"]) == (False, "")
        assert "Ajouter un synonyme…" not in visible_text(page.content.decode())
        assert client.get(self.synonyme).status_code == 403
        press(client, self.question, "manque")
        self.question.refresh_from_db()
        assert self.question.suite == Suite.MANQUE

    def test_a_post_without_its_token_is_refused(self, admin_user):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(admin_user)
        assert name_it(strict, self.question, levier=self.levier.pk).status_code == 403
        assert strict.post(self.change, {"note": "x", "_suite": "manque"}).status_code == 403
        assert act(strict, Question, "note_gap", self.question).status_code == 403
        assert self.untouched()

    def test_the_choices_come_from_the_search_of_each_list(self, client):
        acteur = make.make_acteur(nom="L’école d’à côté")
        make.make_acteur(nom="La mairie")
        form = client.get(self.synonyme).context["adminform"].form
        attrs = form.fields["acteur"].widget.build_attrs({})
        asked = {name: attrs[f"data-{name.replace('_', '-')}"] for name in ("app_label", "model_name", "field_name")}
        found = client.get(attrs["data-ajax--url"], {**asked, "term": "ecole"})
        assert [row["id"] for row in found.json()["results"]] == [str(acteur.pk)]
