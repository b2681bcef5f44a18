"""Backups for tests: a small site that holds one of each, the commands run, an archive that somebody touched."""

import json
from hashlib import sha256
from io import StringIO
from zipfile import ZipFile

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import call_command

from acteurs.stamp import editing
from fiches.models import Fiche, Import
from partenariat.backup import rows
from tests import factories as make


def small_site():
    """Rows of many kinds, in both voices, with an account, a journal, a history, an import and its file."""
    user = User.objects.create_user("camille", email="camille@example.org", password="un mot de passe long")
    niveau, levier, dispositif = make.make_niveau(), make.make_levier(nom="Aller vers"), make.make_dispositif()
    fiche = make.make_published_fiche(
        titre="Œuvrer « ensemble » ’ \u202f; 𝄞\nà l’école\\",
        leviers=[levier],
        niveaux=[niveau],
        dispositifs=[dispositif],
    )
    with editing():
        make.make_acteur().niveaux.add(niveau)
        fiche.proprietaire = user
        fiche.base = {"b": [1, 2.5, None, "é"], "a": {"z": True}}
        fiche.save()
    make.make_contact()
    make.make_phrase()
    make.make_question(jours={0: 3, 2: 1})
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(Fiche), object_id=fiche.pk, action_flag=2
    )
    make_import()
    return fiche


def make_import(words=b"Les mots d\xc3\xa9pos\xc3\xa9s."):
    source = Import(nom="compte rendu.txt", sha256=sha256(words).hexdigest(), total=20, bilan={"segment": [1, 20]})
    source.fichier.save("rapport.txt", ContentFile(words))
    return source


def run(*command, **options):
    """What a command of the site prints. It raises CommandError when it fails."""
    said = StringIO()
    call_command(*map(str, command), stdout=said, stderr=said, **options)
    return said.getvalue()


def accounts():
    """{model’s label: what its table holds now}"""
    return {model._meta.label: rows.account(model, "default") for model in rows.kept_models(apps)}


def members(path):
    """{name: bytes} of an archive in clear."""
    with ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def manifest(path):
    return json.loads(members(path)["manifest.json"])


def rewrite(path, change, *, sums=False):
    """Write the archive again, after `change({name: bytes}, manifest)`; `sums`: with the sums of what it holds now."""
    found = members(path)
    said = json.loads(found.pop("manifest.json"))
    change(found, said)
    if sums:
        for label, record in said["tables"].items():
            text, tally = found[f"tables/{label}.jsonl"], rows.Tally()
            for line in text.splitlines():
                tally.add(line)
            record |= {**tally.account._asdict(), "sha256": sha256(text).hexdigest()}
        for name, record in said["files"].items():
            record["sha256"] = sha256(found[f"media/{name}"]).hexdigest()
    with ZipFile(path, "w") as archive:
        for name, content in {**found, "manifest.json": json.dumps(said).encode()}.items():
            archive.writestr(name, content)
