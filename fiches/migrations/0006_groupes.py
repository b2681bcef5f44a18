"""The three groups of the curators. What each may do is told in docs/roles.md."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROWS = ("etape", "gain", "intervention", "fichelevier", "citation", "voisinage")  # parts of a sheet, on its own page
SEEN = {"fiches": ("theme", "levier", "extrait", "atelier"), "acteurs": ("acteur", "dispositif", "terme")}
KEPT = {  # what a reviewer writes and corrects; nobody but an administrator deletes
    "fiches": (
        "fiche", "theme", "levier", "categorie", "moment", "porte", "porteplace", "atelier", "extrait",
        "ressource", "phrase", "synonyme", "tempsfort", "demarche", "decideur",
    ),
    "acteurs": ("famille", "acteur", "dispositif", "terme", "contact", "niveau"),
}
WITH_ROWS = ("porteplace", "decideur")  # rows of a form: taking one away is an edit of what holds it
NAMES = ("Contributeur", "Relecteur", "Administrateur")


def _codes(actions, models):
    return {f"{action}_{model}" for action in actions for model in models}


def _contributor():
    return {
        "fiches": _codes(["add", "change", "view"], ["fiche"])
        | _codes(["add", "change", "delete", "view"], ROWS)
        | _codes(["view"], SEEN["fiches"]),
        "acteurs": _codes(["view"], SEEN["acteurs"]),
    }


def _reviewer():
    codes = {app: _codes(["add", "change", "view"], models) for app, models in KEPT.items()}
    codes["fiches"] |= _contributor()["fiches"] | _codes(["delete"], WITH_ROWS)
    codes["fiches"] |= {"relire_fiche", "view_question", "change_question", "view_lienverifie"}
    return codes


def grant(apps, schema_editor):
    """Permissions are made after all migrations, which is too late on a new base: they are made here."""
    alias = schema_editor.connection.alias if schema_editor else "default"
    for label in ("fiches", "acteurs", "auth", "axes"):
        config = apps.get_app_config(label)
        config.models_module = True  # else it passes for an application without models
        create_permissions(config, apps=apps, using=alias, verbosity=0)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    everything = Permission.objects.using(alias)
    contributor, reviewer, administrator = (Group.objects.using(alias).get_or_create(name=n)[0] for n in NAMES)
    for group, codes in ((contributor, _contributor()), (reviewer, _reviewer())):
        for label, names in codes.items():
            found = everything.filter(content_type__app_label=label, codename__in=names)
            assert found.count() == len(names), (label, names - set(found.values_list("codename", flat=True)))
            group.permissions.add(*found)
    administrator.permissions.add(*everything.filter(content_type__app_label__in=["fiches", "acteurs"]))
    administrator.permissions.add(
        *everything.filter(content_type__app_label="auth", content_type__model="user"),
        *everything.filter(content_type__app_label="axes", codename__in=["view_accessattempt", "delete_accessattempt"]),
    )


def take_back(apps, schema_editor):
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name__in=NAMES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("fiches", "0005_versions"),
        ("acteurs", "0002_etat_recherche"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("axes", "0009_add_session_hash"),
    ]

    operations = [migrations.RunPython(grant, take_back)]
