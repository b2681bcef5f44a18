"""When a sheet is to be read again, and the act that says it was."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.utils import timezone

from acteurs.stamp import editing, stamp
from fiches.models import Fiche
from fiches.models.freshness import SOON, a_year_after
from tests import factories as make
from tests.admin_pages import act, address, messages, typed

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def paris_monday(monkeypatch):
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: noon)


def online(day):
    """A sheet online, to be read again on `day`."""
    return make.make_published_fiche(reviewed_on=date(2024, 1, 1), a_revoir_le=day)


@pytest.mark.parametrize(
    ("day", "is_overdue", "is_soon"),
    [
        (TODAY - timedelta(days=1), True, False),
        (TODAY, False, True),
        (TODAY + SOON, False, True),
        (TODAY + SOON + timedelta(days=1), False, False),
    ],
)
def test_two_thresholds(day, is_overdue, is_soon):
    fiche = online(day)
    assert Fiche.objects.overdue().contains(fiche) == fiche.is_overdue == is_overdue
    assert Fiche.objects.due_soon().contains(fiche) == is_soon


def test_a_sheet_without_a_date_is_neither():
    fiche = make.make_fiche()
    assert not fiche.is_overdue
    assert not Fiche.objects.overdue().exists()
    assert not Fiche.objects.due_soon().exists()


def test_the_day_is_that_of_paris(monkeypatch):
    online(TODAY)
    half_past_midnight = datetime(2026, 3, 2, 23, 30, tzinfo=datetime.now().astimezone().tzinfo)
    monkeypatch.setattr(timezone, "now", lambda: half_past_midnight.replace(tzinfo=timezone.get_fixed_timezone(0)))
    assert Fiche.objects.overdue().count() == 1


@pytest.mark.parametrize(
    ("day", "next_one"), [(date(2026, 3, 2), date(2027, 3, 2)), (date(2028, 2, 29), date(2029, 2, 28))]
)
def test_a_year_after(day, next_one):
    assert a_year_after(day) == next_one


class TestNothingToChange:
    def test_it_writes_the_two_dates_and_no_other_word(self):
        fiche = online(TODAY - timedelta(days=90))
        fiche.titre = "Un titre essayé"
        with editing():
            fiche.confirm_review()
        fiche = Fiche.objects.get()
        assert (fiche.reviewed_on, fiche.a_revoir_le) == (TODAY, date(2027, 3, 2))
        assert fiche.titre != "Un titre essayé"

    def test_a_sheet_that_is_not_online_is_refused_in_words(self):
        with pytest.raises(ValidationError, match="n’est pas en ligne"), editing():
            make.make_ready_fiche().confirm_review()

    def test_its_button_on_the_page_of_a_sheet_online(self, admin_client):
        fiche = online(TODAY - timedelta(days=1))
        page = admin_client.get(address(Fiche, "change", fiche.pk))
        assert page.context["moves"] == {"review": "Revue, rien à changer"}
        before = stamp()
        answer = admin_client.post(address(Fiche, "change", fiche.pk), typed(page, _statut="review"), follow=True)
        fiche.refresh_from_db()
        assert (fiche.reviewed_on, fiche.a_revoir_le) == (TODAY, date(2027, 3, 2))
        assert messages(answer)[0][1].startswith("Fiche revue : ")
        assert stamp() != before
        assert "Fiche revue." in admin_client.get(address(Fiche, "history", fiche.pk)).content.decode()

    def test_a_draft_has_no_such_button(self, admin_client):
        page = admin_client.get(address(Fiche, "change", make.make_fiche().pk))
        assert "review" not in page.context["moves"]

    def test_from_the_list_for_several_at_once(self, admin_client):
        late, draft = [online(TODAY - timedelta(days=1)) for _ in range(2)], make.make_fiche(titre="Au brouillon")
        answer = act(admin_client, Fiche, "review", *late, draft)
        assert messages(answer) == [
            (
                "error",
                "« Au brouillon » n’est pas revue. « Au brouillon » n’est pas en ligne : "
                "sa relecture se dit en la publiant.",
            ),
            ("success", "2 fiches revues."),
        ]
        assert not Fiche.objects.overdue().exists()

    def test_who_may_only_look_does_neither(self, client):
        user = User.objects.create_user("lectrice", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_fiche"))
        client.force_login(user)
        fiche = online(TODAY - timedelta(days=1))
        act(client, Fiche, "review", fiche)
        client.post(address(Fiche, "change", fiche.pk), {"_statut": "review"})
        assert Fiche.objects.overdue().contains(fiche)


@pytest.mark.parametrize(
    ("voices", "listed"),
    [
        ([], set()),
        (["centres-sociaux"], {"une-seule", "sans-ecole"}),
        (["partenaires-ecole"] * 2, {"une-seule", "sans-centres"}),
        (["post-its"], {"une-seule", "sans-ecole", "sans-centres"}),
        (["centres-sociaux", "partenaires-ecole", "post-its"], {"deux"}),
    ],
)
def test_sheets_are_listed_by_who_is_heard(admin_client, voices, listed):
    fiche = make.make_fiche()
    for voix in voices:
        make.make_citation(fiche=fiche, extrait=make.make_extrait(voix=voix))
    make.make_citation(fiche=fiche, extrait=make.make_extrait(voix="partenaires-ecole", portee="interne"))
    page = address(Fiche, "changelist")
    choices = ("deux", "une-seule", "sans-ecole", "sans-centres")
    found = {name for name in choices if admin_client.get(page, {"voix": name}).context["cl"].result_count}
    assert found == listed
