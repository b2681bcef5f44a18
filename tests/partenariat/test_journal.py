"""The journal: each deed that matters writes exactly one line, in its own transaction, and nothing else does."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from acteurs import journal
from acteurs.journal import Geste, Immutable, record
from acteurs.merging import preview
from acteurs.models import Acteur, Trace
from acteurs.stamp import editing
from fiches import history
from fiches.models import Extrait, Fiche, Import, Levier, Statut, versions
from partenariat import second_factor
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import act, address, typed, visible_text
from tests.partenariat.test_second_factor import code_of

pytestmark = pytest.mark.django_db

PASSWORD = "un mot de passe long"
REPORT = b"THEME 1 : CE QUI FAIT QUE CA MATCHE\nParoles des centres sociaux\n- Se voir souvent.\n"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def root(client):
    account = User.objects.create_superuser("racine", password=PASSWORD)
    client.force_login(account)
    return account


def page(name, fiche, *more):
    return reverse(f"admin:fiches_fiche_{name}", args=[fiche.pk, *more])


def submitted():
    fiche = make.make_ready_fiche()
    with editing():
        fiche.submit()
    return fiche


# Each deed: what it is about is made first, then `yield`, then the deed itself; what its line says.


def publishes(client):
    fiche = make.make_ready_fiche(titre="Un goûter")
    form = client.get(address(Fiche, "change", fiche.pk))
    yield Geste.PUBLIE, "Un goûter", ""
    client.post(address(Fiche, "change", fiche.pk), typed(form, _statut="publish"))


def publishes_from_the_list(client):
    fiche = make.make_ready_fiche(titre="Un goûter")
    yield Geste.PUBLIE, "Un goûter", ""
    act(client, Fiche, "publish", fiche)


def publishes_the_next_version(client):
    fiche = make.make_published_fiche(titre="Un goûter")
    with editing():
        copy = versions.prepare(fiche, by=None)
    yield Geste.PUBLIE, "Un goûter", "nouvelle version"
    act(client, Fiche, "publish", copy)


def refuses(client):
    fiche = submitted()
    yield Geste.REFUSE, fiche.titre, ""
    client.post(page("reprendre", fiche), {"refus": "Citez une parole."})


def archives(client):
    fiche = make.make_published_fiche()
    yield Geste.ARCHIVE, fiche.titre, ""
    client.post(page("archiver", fiche))


def restores_a_version(client):
    fiche = make.make_ready_fiche(titre="Un goûter")
    state = history.states_of(fiche.pk).first()
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(resume="Autre.")
    yield Geste.RETABLI, "Un goûter", ""
    client.post(page("version", fiche, state.pk))


def gives_a_version_up(client):
    with editing():
        copy = versions.prepare(make.make_published_fiche(titre="Un goûter"), by=None)
    yield Geste.SUPPRIME, "Un goûter", "nouvelle version abandonnée"
    client.post(page("abandonner", copy))


def deletes(client):
    levier = make.make_levier(name="Le café")
    yield Geste.SUPPRIME, "Le café", ""
    client.post(address(Levier, "delete", levier.pk), {"post": "yes"})


def deletes_from_the_list(client):
    levier = make.make_levier(name="Le café")
    yield Geste.SUPPRIME, "Le café", ""
    act(client, Levier, "delete_selected", levier, post="yes")


def deletes_words(client):
    extrait = make.make_extrait(texte="La directrice, madame Dupont, dit non.")
    yield Geste.SUPPRIME, f"Extrait n° {extrait.pk}", ""
    client.post(address(Extrait, "delete", extrait.pk), {"post": "yes"})


def merges(client):
    kept, other = make.make_levier(name="Le café"), make.make_levier(name="Le thé")
    seen = preview(kept, [other]).seen
    yield Geste.FUSIONNE, "Le café", "avec Le thé"
    act(client, Levier, "merge_selected", kept, other, garder=kept.pk, vu=seen, fusionner="Fusionner")


def takes_a_report_out(client):
    make.make_theme(numero=1)
    client.post(reverse("admin:fiches_atelier_importer"), {"fichier": SimpleUploadedFile("M. Dupont.txt", REPORT)})
    source = Import.objects.get()
    yield Geste.TELECHARGE, f"Import de compte rendu n° {source.pk}", "le compte rendu d’origine"
    client.get(reverse("admin:fiches_import_fichier", args=[source.pk])).getvalue()


def adds_an_account(client):
    yield Geste.COMPTE, "lea", "équipe : non ; superutilisateur : non ; actif : oui"
    sent = {"username": "lea", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    client.post(address(User, "add"), sent)


def gives_a_role(client):
    account = make_account("Contributeur", "lea")
    yield Geste.DROITS, "lea", "groupes : + Relecteur, − Contributeur ; actif : non"
    sent = typed(client.get(address(User, "change", account.pk)), groups=[Group.objects.get(name="Relecteur").pk])
    sent = {**times(account), **{name: value for name, value in sent.items() if name != "is_active"}}
    client.post(address(User, "change", account.pk), sent)


def times(account):
    joined = timezone.localtime(account.date_joined)
    return {"date_joined_0": f"{joined:%d/%m/%Y}", "date_joined_1": f"{joined:%H:%M:%S}"}


def changes_what_a_role_allows(client):
    group = Group.objects.create(name="Invités")
    permission = Permission.objects.get(codename="view_fiche")
    yield Geste.DROITS, "Invités", "permissions : + view_fiche"
    client.post(address(Group, "change", group.pk), {"name": "Invités", "permissions": [permission.pk]})


def makes_a_role(client):
    yield Geste.COMPTE, "Invités", ""
    client.post(address(Group, "add"), {"name": "Invités"})


def takes_a_role_away(client):
    group = Group.objects.create(name="Invités")
    yield Geste.SUPPRIME, "Invités", ""
    client.post(address(Group, "delete", group.pk), {"post": "yes"})


def changes_a_password(client):
    account = make_account("Relecteur", "lea")
    yield Geste.MOT_DE_PASSE, "lea", ""
    sent = {"password1": PASSWORD + "er", "password2": PASSWORD + "er", "usable_password": "true"}
    client.post(reverse("admin:auth_user_password_change", args=[account.pk]), sent)


def changes_their_own_password(client):
    yield Geste.MOT_DE_PASSE, "racine", ""
    sent = {"old_password": PASSWORD, "new_password1": PASSWORD + "er", "new_password2": PASSWORD + "er"}
    client.post(reverse("admin:password_change"), sent)


def installs_a_phone(client):
    client.get(reverse("admin:two_steps_install"))
    code = code_of(bytes.fromhex(client.session[second_factor.KEY]))
    yield Geste.TELEPHONE, "racine", ""
    client.post(reverse("admin:two_steps_install"), {"code": code})


def makes_recovery_codes(client):
    for _ in installs_a_phone(client):
        pass
    yield Geste.SECOURS, "racine", ""
    client.post(reverse("admin:two_steps_codes"))


def takes_a_phone_away(client):
    account = make_account("Relecteur", "lea")
    TOTPDevice.objects.create(user=account, name="Téléphone")
    yield Geste.REMIS_A_ZERO, "lea", ""
    client.post(reverse("admin:auth_user_deux_etapes", args=[account.pk]))


def comes_in(client):
    client.logout()
    yield Geste.ENTRE, "racine", ""
    client.post(reverse("admin:login"), {"username": "racine", "password": PASSWORD})


def comes_in_by_a_recovery_code(client):
    account = User.objects.get(username="racine")
    TOTPDevice.objects.create(user=account, name="Téléphone")
    code = second_factor.renew_codes(account)[0]
    client.logout()
    yield Geste.ENTRE, "racine", "par un code de secours"
    client.post(reverse("admin:login"), {"username": "racine", "password": PASSWORD})
    client.post(reverse("admin:two_steps_code"), {"secours": code})


DEEDS = [
    publishes,
    publishes_from_the_list,
    publishes_the_next_version,
    refuses,
    archives,
    restores_a_version,
    gives_a_version_up,
    deletes,
    deletes_from_the_list,
    deletes_words,
    merges,
    takes_a_report_out,
    adds_an_account,
    gives_a_role,
    changes_what_a_role_allows,
    makes_a_role,
    takes_a_role_away,
    changes_a_password,
    changes_their_own_password,
    installs_a_phone,
    makes_recovery_codes,
    takes_a_phone_away,
    comes_in,
    comes_in_by_a_recovery_code,
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_deed_writes_one_line(client, root, deed):
    steps = deed(client)
    expected = next(steps)
    last = Trace.objects.order_by("pk").last().pk
    list(steps)
    (line,) = Trace.objects.filter(pk__gt=last)
    assert (Geste(line.geste), line.objet, line.precision) == expected
    assert (line.compte, line.nom) == (root, "racine")
    assert abs(timezone.now() - line.quand) < timedelta(minutes=1)


@pytest.mark.parametrize("deed", [d for d in DEEDS if d is not takes_a_report_out], ids=lambda deed: deed.__name__)
def test_a_deed_that_cannot_be_told_is_not_done(client, root, monkeypatch, deed):
    """The line and the deed are one transaction: here the line fails, and no row of any table has changed."""
    steps = deed(client)
    next(steps)

    def full(*args, **kwargs):
        raise RuntimeError("the journal is full")

    before = written()
    monkeypatch.setattr(Trace, "save", full)
    monkeypatch.setattr("acteurs.journal.Trace.objects.create", full)
    with pytest.raises(RuntimeError, match="full"):
        list(steps)
    assert written() == before


def test_other_work_writes_no_line(client, root):
    """Writing, submitting, confirming, reading: Django's own history tells of it."""
    fiche = make.make_ready_fiche()
    online = make.make_published_fiche(published_at=timezone.now())
    last = Trace.objects.order_by("pk").last().pk
    form = client.get(address(Fiche, "change", fiche.pk))
    client.post(address(Fiche, "change", fiche.pk), typed(form, resume="Autre.", _statut="submit"))
    act(client, Fiche, "back_to_draft", fiche)
    act(client, Fiche, "review", online)
    client.get(online.get_absolute_url())
    client.get("/fiches/?q=parents")
    assert not Trace.objects.filter(pk__gt=last).exists()


def test_a_deed_that_is_refused_writes_no_line(client, root):
    fiche = make.make_fiche()
    last = Trace.objects.order_by("pk").last().pk
    act(client, Fiche, "publish", fiche)  # a piece is missing
    client.post(address(Fiche, "delete", make.make_published_fiche().pk), {"post": "yes"})
    client.post(reverse("admin:password_change"), {"old_password": "non"})
    client.post(reverse("admin:two_steps_install"), {"code": "000000"})
    assert Fiche.objects.get(pk=fiche.pk).statut == Statut.BROUILLON
    published = Trace.objects.filter(pk__gt=last).exclude(nom=journal.COMMAND)  # the factory's own
    assert not published.exists()


def test_a_script_is_told_as_a_command():
    with editing():
        make.make_published_fiche().archive()
    line = Trace.objects.get(geste=Geste.ARCHIVE)
    assert (line.compte, line.nom) == (None, "une commande")


def test_failures_are_not_lines(client):
    make_account("Relecteur", "ana")
    client.post(reverse("admin:login"), {"username": "ana", "password": "non"})
    assert not Trace.objects.exists()


class TestKept:
    def line(self, **fields):
        record(Geste.SUPPRIME, make.make_levier(), by=fields.pop("by", None))
        line = Trace.objects.order_by("-pk").first()
        Trace._base_manager.filter(pk=line.pk).update(**fields) if fields else None
        return line

    def test_a_line_is_neither_changed_nor_taken_away(self):
        line = self.line()
        for change in (
            line.save,
            line.delete,
            lambda: Trace.objects.update(nom="x"),
            lambda: Trace.objects.all().delete(),
            lambda: Trace.objects.bulk_update([line], ["nom"]),
        ):
            with pytest.raises(Immutable), transaction.atomic():
                change()
        assert Trace.objects.count() == 1

    def test_it_goes_after_the_months_that_are_set(self, settings, capsys):
        settings.JOURNAL_MONTHS = 6
        _, recent = (self.line(quand=timezone.now() - timedelta(days=days)) for days in (190, 180))
        call_command("purge_journal")
        assert "1 lines older than 6 months: to erase" in capsys.readouterr().out
        assert Trace.objects.count() == 2
        call_command("purge_journal", apply=True)
        assert Trace.objects.get() == recent

    def test_an_account_that_is_erased_leaves_its_lines_and_not_its_name(self, client, root):
        gone = make_account("Relecteur", "prenom.nom")
        other = Client()
        other.force_login(gone)
        act(other, Fiche, "publish", make.make_ready_fiche())
        client.post(reverse("admin:auth_user_deux_etapes", args=[gone.pk]))
        client.post(reverse("admin:login"), {"username": "prenom.nom", "password": "non"})
        AccessAttempt.objects.create(username="prenom.nom", failures_since_start=1)
        n = Trace.objects.count()
        client.post(address(User, "delete", gone.pk), {"post": "yes"})
        assert not User.objects.filter(pk=gone.pk).exists()
        assert Trace.objects.count() == n + 1
        published = Trace.objects.get(geste=Geste.PUBLIE)
        assert (published.compte, published.nom) == (None, "")
        about = Trace.objects.filter(modele="auth.user", objet_id=str(gone.pk))
        assert {line.objet for line in about} == {f"Utilisateur n° {gone.pk}"}
        assert {Geste.SUPPRIME, Geste.REMIS_A_ZERO} <= {line.geste for line in about}
        for table in (Trace, LogEntry, AccessAttempt):
            assert "prenom.nom" not in str(list(table._base_manager.values()))

    def test_several_accounts_at_once_too(self, client, root):
        accounts = [make_account("Relecteur", f"prenom.nom{n}") for n in range(2)]
        act(client, User, "delete_selected", *accounts, post="yes")
        assert User.objects.count() == 1
        assert "prenom.nom" not in str(list(Trace.objects.values())) + str(list(LogEntry.objects.values()))

    def test_what_readers_typed_is_told_by_its_number(self):
        question = make.make_question(mots="le fils de madame dupont")
        record(Geste.SUPPRIME, question)
        assert Trace.objects.get().objet == f"Question sans réponse n° {question.pk}"


class TestPage:
    LIST = address(Trace, "changelist")

    def test_it_is_read_and_filtered(self, client, root):
        record(Geste.ARCHIVE, make.make_acteur(nom="Caf"), by=root)
        text = visible_text(client.get(self.LIST).content.decode())
        assert "Le journal : qui a fait quoi" in text
        assert "archivé" in text
        assert "Caf" in text
        assert client.get(self.LIST, {"geste__exact": "archive"}).context["cl"].result_count == 1
        assert client.get(self.LIST, {"q": "racine"}).context["cl"].result_count == 2

    def test_it_leads_to_what_it_tells_of(self, client, root):
        acteur = make.make_acteur()
        record(Geste.ARCHIVE, acteur, by=root)
        assert address(Acteur, "change", acteur.pk) in client.get(self.LIST).content.decode()

    def test_its_cost_does_not_grow(self, client, root, django_assert_max_num_queries):
        for n in (1, 12):
            for _ in range(n):
                record(Geste.ARCHIVE, make.make_acteur(), by=root)
            with django_assert_max_num_queries(14):
                client.get(self.LIST)

    def test_nobody_writes_in_it(self, client, root):
        record(Geste.ARCHIVE, make.make_acteur(), by=root)
        line = Trace.objects.order_by("-pk").first()
        assert client.get(address(Trace, "add")).status_code == 403
        assert client.post(address(Trace, "delete", line.pk), {"post": "yes"}).status_code == 403
        assert client.post(address(Trace, "change", line.pk), {"nom": "x"}).status_code == 403
        act(client, Trace, "delete_selected", line, post="yes")
        assert Trace.objects.filter(pk=line.pk, nom="racine").exists()


def written():
    """What the tables of deeds hold: sheets, words, accounts, groups, phones."""
    tables = {model._meta.db_table for model in (Fiche, Levier, Extrait, User, Group, TOTPDevice, Trace)}
    tables |= {User.groups.through._meta.db_table, Group.permissions.through._meta.db_table, "otp_static_statictoken"}
    left_out = re.compile("last_login|marque")  # Django notes the hour of a login before it tells of it
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
            kept = ", ".join(f'"{name}"' for name in columns if not left_out.search(name))
            cursor.execute(f'SELECT {kept} FROM "{table}" ORDER BY id')  # noqa: S608
            found[table] = cursor.fetchall()
    return found
