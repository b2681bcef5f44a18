"""Each gesture of docs/roles.md, tried as each role, by the address that makes it: the table tells the truth."""

import importlib
import re
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from acteurs.merging import preview
from acteurs.models import Acteur, Contact, Dispositif, Terme, Trace
from acteurs.stamp import editing
from fiches import history
from fiches.models import (
    Demarche,
    Extrait,
    Fiche,
    Import,
    Levier,
    Phrase,
    Question,
    Statut,
    TempsFort,
    versions,
)
from fiches.reports.drafting import draft_import
from partenariat import second_factor
from tests import factories as make
from tests.accounts import ROLES, make_account
from tests.admin_pages import act, address, typed

pytestmark = pytest.mark.django_db

REPORT = """THEME 1 : CE QUI FAIT QUE ÇA MATCHE
Paroles des centres sociaux
- Se voir souvent.
- Manger ensemble.
"""


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def page(name, fiche, *more):
    return reverse(f"admin:fiches_fiche_{name}", args=[fiche.pk, *more])


class Trial:
    """One account, and each gesture as a method-like function below: whether it works."""

    def __init__(self, client, role):
        self.client, self.me = client, make_account(role)
        self.other = make_account("Relecteur", "quelqu-un-d-autre")
        client.force_login(self.me)

    def sees(self, url):
        answer = self.client.get(url)
        answer.getvalue()  # a file is closed once read to its end
        return answer.status_code == 200

    def sees_model(self, *models):
        seen = {self.sees(address(model, "changelist")) for model in models}
        assert len(seen) == 1
        return seen.pop()

    def draft(self, by=None, *moves):
        fiche = make.make_ready_fiche(proprietaire=by or self.me)
        return self.moved(fiche, *moves)

    def moved(self, fiche, *moves):
        with editing():
            for move in moves:
                getattr(fiche, move)()
        return fiche

    def online(self):
        return make.make_published_fiche(proprietaire=self.other)

    def next(self, by):
        with editing():
            return versions.prepare(self.online(), by=by)

    def edits(self, fiche, **more):
        url = address(Fiche, "change", fiche.pk)
        form = self.client.get(url)
        sent = typed(form, resume="Un autre résumé.", **more) if form.status_code == 200 else {"resume": "Un autre"}
        self.client.post(url, sent)
        return Fiche.objects.filter(pk=fiche.pk).values_list("resume", flat=True).first() == "Un autre résumé."

    def presses(self, fiche, button, statut):
        """Both ways: the button of its page, the action of the list."""
        url = address(Fiche, "change", fiche.pk)
        form = self.client.get(url)
        sent = typed(form) if form.status_code == 200 and form.context["adminform"] else {}
        self.client.post(url, {**sent, "_statut": button})
        by_button = self.is_now(fiche, statut)
        if not by_button:
            act(self.client, Fiche, button, fiche)
            assert not self.is_now(fiche, statut), "refused by its button, yet done from the list"
        return by_button

    def lists(self, fiche, action, statut):
        act(self.client, Fiche, action, fiche)
        return self.is_now(fiche, statut)

    def is_now(self, fiche, statut):
        return Fiche.objects.filter(pk=fiche.pk, statut=statut).exists()

    def deletes(self, row):
        self.client.post(address(type(row), "delete", row.pk), {"post": "yes"})
        gone = not type(row)._base_manager.filter(pk=row.pk).exists()
        if not gone:
            act(self.client, type(row), "delete_selected", row, post="yes")
            assert type(row)._base_manager.filter(pk=row.pk).exists()
        return gone

    def changes(self, row):
        answer = self.client.get(address(type(row), "change", row.pk))
        allowed = answer.status_code == 200 and answer.context["has_change_permission"]
        posted = self.client.post(address(type(row), "change", row.pk), typed(answer) if allowed else {})
        assert (posted.status_code == 302 and posted.url != reverse("admin:index")) == allowed
        return allowed


def adds(trial):
    form = trial.client.get(address(Fiche, "add"))
    if form.status_code != 200:
        return False
    sent = typed(form, titre="Écrire ensemble", theme=make.make_theme().pk)
    trial.client.post(address(Fiche, "add"), sent)
    return Fiche.objects.filter(titre="Écrire ensemble", proprietaire=trial.me).exists()


def gives_away(trial):
    fiche = trial.draft()
    trial.edits(fiche, proprietaire=trial.other.pk)
    fiche.refresh_from_db()
    return fiche.proprietaire == trial.other


def archives(trial):
    fiche = trial.online()
    trial.client.post(page("archiver", fiche))
    by_page = trial.is_now(fiche, Statut.ARCHIVEE)
    return by_page or trial.lists(fiche, "archive", Statut.ARCHIVEE)


def reviews(trial):
    fiche = make.make_published_fiche(proprietaire=trial.me)
    before = fiche.a_revoir_le
    act(trial.client, Fiche, "review", fiche)
    fiche.refresh_from_db()
    return fiche.a_revoir_le != before


def refuses(trial):
    fiche = trial.draft(trial.other, "submit")
    trial.client.post(page("reprendre", fiche), {"refus": "Citez une parole."})
    return Fiche.objects.filter(pk=fiche.pk, statut=Statut.BROUILLON, refus="Citez une parole.").exists()


def prepares(trial):
    fiche = trial.online()
    trial.client.post(page("nouvelle-version", fiche))
    return Fiche.objects.filter(version_de=fiche, proprietaire=trial.me).exists()


def abandons(trial, by):
    copy = trial.next(by)
    trial.client.post(page("abandonner", copy))
    return not Fiche.objects.filter(pk=copy.pk).exists()


def publishes_next(trial):
    copy = trial.next(trial.me)
    trial.presses(copy, "publish", Statut.PUBLIEE)
    return not Fiche.objects.filter(pk=copy.pk).exists()


def restores(trial):
    fiche = trial.online()
    state = history.states_of(fiche.pk).first()
    trial.client.post(page("version", fiche, state.pk))
    return Fiche.objects.filter(version_de=fiche).exists()


def decides(trial):
    question = make.make_question()
    act(trial.client, Question, "set_aside", question)
    question.refresh_from_db()
    return question.suite == "sans-objet"


def merges(trial):
    kept, other = make.make_levier(), make.make_levier()
    seen = preview(kept, [other]).seen
    act(trial.client, Levier, "merge_selected", kept, other, garder=kept.pk, vu=seen, fusionner="Fusionner")
    return not Levier.objects.filter(pk=other.pk).exists()


def imports(trial):
    url = reverse("admin:fiches_atelier_importer")
    shown = trial.sees(url)
    trial.client.post(url, {"fichier": SimpleUploadedFile("cr.txt", REPORT.encode())})
    assert Import.objects.exists() == shown
    return shown


def reviews_report(trial):
    """Its list, a gesture in bulk, a line alone, the file, then the writing: all of them, or none."""
    make.make_theme(numero=1)
    source = draft_import(REPORT.encode(), "cr.txt", by=None)
    assert not source.passages.unsettled().exists()
    first, last = source.passages.filter(destin="segment")
    pages = [("import",), ("import_ligne", last.pk), ("import_ecrire",), ("import_fichier",), ("import_abandonner",)]
    urls = {name: reverse(f"admin:fiches_{name}", args=[source.pk, *more]) for name, *more in pages}
    done = {trial.sees(url) for url in urls.values()}
    trial.client.post(urls["import"], {"geste": "ignorer", "ligne": [first.pk], "motif": "Hors sujet."})
    done.add(source.passages.filter(motif="Hors sujet.").exists())
    trial.client.post(urls["import_ligne"], {"texte": last.texte, "masquer": "1", "mots": "ensemble"})
    done.add(source.passages.filter(texte__contains="[masqué]").exists())
    trial.client.post(urls["import_ecrire"], {"titre": "Rencontre", "portee": "interne"})
    done.add(Extrait.objects.exists())
    assert len(done) == 1
    return done.pop()


def cites(trial, fiche):
    """Both ways: one click where a sheet is proposed, the page that cites in any sheet."""
    near, far = make.make_extrait(), make.make_extrait()
    place = {"fiche": fiche.pk, "section": "pourquoi", "position": "appuie"}
    trial.client.post(reverse("admin:fiches_extrait_relier"), {"extrait": near.pk, **place})
    trial.client.post(reverse("admin:fiches_extrait_citer", args=[far.pk]), place)
    done = {fiche.citations.filter(extrait=extrait).exists() for extrait in (near, far)}
    assert len(done) == 1
    return done.pop()


def sets_aside(trial):
    extrait = make.make_extrait()
    url = reverse("admin:fiches_extrait_relier")
    for motif, decided in (("", False), ("Déjà dit.", True)):
        trial.client.post(url, {"extrait": extrait.pk, "ecarter": "1", "motif": motif})
        extrait.refresh_from_db()
        assert decided or extrait.etat == "retenu", "set aside without a reason"
    return (extrait.etat, extrait.motif) == ("ecarte", "Déjà dit.")


def masks(trial):
    extrait = make.make_extrait(texte="Appeler Marie avant de venir.")
    url = reverse("admin:fiches_extrait_masquer", args=[extrait.pk])
    shown = trial.sees(url)
    trial.client.post(url, {"mots": "Marie"})
    extrait.refresh_from_db()
    assert ("Marie" not in extrait.texte) == shown
    return shown


def installs_a_phone(trial):
    assert trial.sees(reverse("admin:two_steps"))
    trial.client.get(reverse("admin:two_steps_install"))
    totp = TOTP(bytes.fromhex(trial.client.session[second_factor.KEY]))
    done = trial.client.post(reverse("admin:two_steps_install"), {"code": f"{totp.token():06}"})
    again = trial.client.post(reverse("admin:two_steps_codes"))
    return len(done.context["codes"]) == len(again.context["codes"]) == second_factor.codes_left(trial.me)


def resets_the_phone_of(trial, account):
    TOTPDevice.objects.create(user=account, name="Téléphone")
    trial.client.post(reverse("admin:auth_user_deux_etapes", args=[account.pk]))
    return not second_factor.has_one(account)


def reopens(trial):
    attempt = AccessAttempt.objects.create(username="lea", ip_address="10.0.0.1", failures_since_start=5)
    return trial.deletes(attempt)


GESTURES = {
    "voir une fiche publiée dans l’administration": lambda t: t.sees(address(Fiche, "change", t.online().pk)),
    "voir son brouillon": lambda t: t.sees(address(Fiche, "change", t.draft().pk)),
    "voir le brouillon d’un autre": lambda t: t.sees(address(Fiche, "change", t.draft(t.other).pk)),
    "voir une fiche archivée d’un autre": lambda t: t.sees(
        address(Fiche, "change", t.moved(t.online(), "archive").pk)
    ),
    "écrire une fiche": adds,
    "donner une fiche à quelqu’un d’autre": gives_away,
    "modifier son brouillon": lambda t: t.edits(t.draft()),
    "modifier le brouillon d’un autre": lambda t: t.edits(t.draft(t.other)),
    "modifier sa fiche pendant qu’on la relit": lambda t: t.edits(t.draft(t.me, "submit")),
    "reprendre en brouillon sa fiche soumise": lambda t: t.lists(
        t.draft(t.me, "submit"), "back_to_draft", Statut.BROUILLON
    ),
    "soumettre son brouillon": lambda t: t.presses(t.draft(), "submit", Statut.RELECTURE),
    "soumettre le brouillon d’un autre": lambda t: t.presses(t.draft(t.other), "submit", Statut.RELECTURE),
    "publier": lambda t: t.presses(t.draft(), "publish", Statut.PUBLIEE),
    "rendre une fiche à son auteur": refuses,
    "corriger une fiche publiée": lambda t: t.edits(make.make_published_fiche(proprietaire=t.me)),
    "archiver une fiche publiée": archives,
    "dire qu’une fiche publiée est revue, sans rien y changer": reviews,
    "publier de nouveau une fiche archivée": lambda t: t.presses(
        t.moved(make.make_published_fiche(proprietaire=t.me), "archive"), "publish", Statut.PUBLIEE
    ),
    "préparer la nouvelle version d’une fiche publiée": prepares,
    "voir la nouvelle version préparée par un autre": lambda t: t.sees(address(Fiche, "change", t.next(t.other).pk)),
    "abandonner sa nouvelle version": lambda t: abandons(t, t.me),
    "abandonner la nouvelle version d’un autre": lambda t: abandons(t, t.other),
    "publier une nouvelle version": publishes_next,
    "voir les versions d’une fiche publiée": lambda t: t.sees(page("versions", t.online())),
    "voir les versions du brouillon d’un autre": lambda t: t.sees(page("versions", t.draft(t.other))),
    "reprendre une ancienne version d’une fiche publiée": restores,
    "supprimer une fiche jamais publiée": lambda t: t.deletes(t.draft()),
    "supprimer une fiche publiée ou archivée": lambda t: (
        t.deletes(t.online()) or t.deletes(t.moved(t.online(), "archive"))
    ),
    "voir les leviers, les acteurs, les dispositifs, les termes": lambda t: t.sees_model(
        Levier, Acteur, Dispositif, Terme
    ),
    "modifier un levier": lambda t: t.changes(make.make_levier()),
    "supprimer un levier": lambda t: t.deletes(make.make_levier()),
    "fusionner deux leviers": merges,
    "importer un compte rendu": imports,
    "relire et écrire un compte rendu importé": reviews_report,
    "voir « Matière à exploiter »": lambda t: t.sees(reverse("admin:fiches_extrait_matiere")),
    "citer un extrait dans son brouillon": lambda t: cites(t, t.draft()),
    "citer un extrait dans le brouillon d’un autre": lambda t: cites(t, t.draft(t.other)),
    "citer un extrait dans une fiche publiée": lambda t: cites(t, t.online()),
    "mettre un extrait de côté, en donnant un motif": sets_aside,
    "masquer un passage d’un extrait": masks,
    "voir les extraits": lambda t: t.sees_model(Extrait),
    "modifier un extrait": lambda t: t.changes(make.make_extrait()),
    "supprimer un extrait": lambda t: t.deletes(make.make_extrait()),
    "voir les phrases, les temps forts, les démarches": lambda t: t.sees_model(Phrase, TempsFort, Demarche),
    "voir les contacts": lambda t: t.sees_model(Contact),
    "supprimer un contact": lambda t: t.deletes(make.make_contact()),
    "décider d’une question sans réponse": decides,
    "voir l’agenda du prochain atelier": lambda t: t.sees(reverse("admin:agenda")),
    "voir les comptes": lambda t: t.sees_model(User),
    "modifier un superutilisateur": lambda t: t.changes(User.objects.create_superuser("racine", password="x")),
    "rouvrir une porte fermée après cinq échecs": reopens,
    "lire le journal": lambda t: t.sees_model(Trace),
    "installer son propre code de téléphone, faire ses codes de secours": installs_a_phone,
    "remettre à zéro le code de téléphone de quelqu’un": lambda t: resets_the_phone_of(t, t.other),
    "remettre à zéro celui d’un superutilisateur": lambda t: resets_the_phone_of(
        t, User.objects.create_superuser("racine", password="x")
    ),
}


def table():
    """{gesture: {role: bool}}, as the page of the documentation says."""
    rows = re.findall(r"^\| (.+) \|$", (Path(settings.BASE_DIR) / "docs/roles.md").read_text(), re.M)
    head, _, *body = [[cell.strip() for cell in row.split("|")] for row in rows]
    assert tuple(head[1:]) == ROLES
    assert {cell for row in body for cell in row[1:]} == {"oui", "non"}
    return {row[0]: dict(zip(ROLES, [cell == "oui" for cell in row[1:]], strict=True)) for row in body}


TABLE = table()


def test_every_gesture_of_the_table_is_tried():
    assert list(TABLE) == list(GESTURES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("gesture", GESTURES)
def test_the_table_tells_the_truth(client, gesture, role):
    assert GESTURES[gesture](Trial(client, role)) == TABLE[gesture][role]


PAGES = (
    "change",
    "delete",
    "history",
    "archiver",
    "reprendre",
    "nouvelle-version",
    "abandonner",
    "comparer",
    "versions",
)


@pytest.mark.parametrize("name", PAGES)
def test_without_an_account_no_page_of_a_sheet_answers(client, name):
    with editing():
        copy = versions.prepare(make.make_published_fiche(), by=None)
    before = list(Fiche.objects.values_list("pk", "statut"))
    for answer in (client.get(page(name, copy)), client.post(page(name, copy), {"post": "yes", "refus": "Non."})):
        assert reverse("admin:login") in answer.headers.get("Location", "") or b'name="password"' in answer.content
    assert list(Fiche.objects.values_list("pk", "statut")) == before


def test_an_account_without_a_group_sees_nothing(client):
    client.force_login(User.objects.create_user("nouveau", is_staff=True))
    fiche = make.make_published_fiche()
    assert {client.get(page(name, fiche)).status_code for name in PAGES if name != "abandonner"} <= {302, 403, 404}


def test_the_groups_are_made_by_migration_and_taken_back_by_it():
    migration = importlib.import_module("fiches.migrations.0006_groupes")
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
    contributor = Group.objects.get(name="Contributeur").permissions
    assert not contributor.filter(codename__in=["delete_fiche", "relire_fiche"]).exists()
    with connection.schema_editor() if connection.vendor == "postgresql" else _Editor() as editor:
        migration.take_back(apps, editor)
        assert not Group.objects.filter(name__in=ROLES).exists()
        migration.grant(apps, editor)
    assert Group.objects.get(name="Relecteur").permissions.filter(codename="relire_fiche").exists()
    assert Group.objects.get(name="Administrateur").permissions.filter(codename="delete_fiche").exists()


class _Editor:
    """SQLite opens no schema editor inside a transaction; the migration reads only its connection."""

    def __enter__(self):
        self.connection = connection
        return self

    def __exit__(self, *stopped):
        return False
