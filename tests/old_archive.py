"""Writes an archive as a former version did: `python -m tests.old_archive FILE`, with a blank base in DATABASE_URL."""

import sys
from pathlib import Path

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

TITLE = "Une fiche d’avant les imports de comptes rendus"


def main(path):
    from partenariat.backup import making
    from partenariat.backup.archive import whole_file

    executor = MigrationExecutor(connection)
    former = [("fiches", "0006_groupes"), ("acteurs", "0003_presence")]
    beside = ("admin", "auth", "contenttypes", "reversion", "taggit")
    former += [key for key in executor.loader.graph.leaf_nodes() if key[0] in beside]
    executor.migrate(former)
    making.apps = executor.loader.project_state(former).apps
    connection.execute_wrappers.clear()  # no door: the base lives as long as this process
    theme = making.apps.get_model("fiches.Theme").objects.create(slug="theme", numero=1, titre="Un thème")
    making.apps.get_model("fiches.Fiche").objects.create(slug="ancienne", titre=TITLE, theme=theme)
    with whole_file(path) as out:
        making._fill(out, "default", path.parent / "nothing", set(), [])


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
