import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The next version of a sheet online, and the reason of a refusal.

    A title is unique among sheets; a next version may keep that of the sheet it will replace.
    """

    dependencies = [
        ("fiches", "0004_liens_et_recapitulatifs"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="fiche",
            options={
                "ordering": ["theme__numero", "pk"],
                "permissions": [("relire_fiche", "Peut relire, publier, refuser et archiver les fiches")],
                "verbose_name": "fiche",
            },
        ),
        migrations.AddField(
            model_name="fiche",
            name="base",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="fiche",
            name="refus",
            field=models.TextField(
                blank=True, default="", editable=False, max_length=1000, verbose_name="ce qui est à reprendre"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="fiche",
            name="version_de",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="prochaine",
                to="fiches.fiche",
                verbose_name="nouvelle version de",
            ),
        ),
        migrations.AlterField(
            model_name="fiche",
            name="titre",
            field=models.CharField(
                help_text="Un verbe à l’infinitif, 80 signes au plus : « Faire le premier pas ».", max_length=120
            ),
        ),
        migrations.AddConstraint(
            model_name="fiche",
            constraint=models.UniqueConstraint(
                condition=models.Q(("version_de__isnull", True)),
                fields=("titre",),
                name="fiche_titre_unique",
                violation_error_message="Une autre fiche a déjà ce titre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fiche",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("version_de__isnull", True), ("statut__in", ["brouillon", "en-relecture"]), _connector="OR"
                ),
                name="fiche_version_hors_ligne",
                violation_error_message="Une nouvelle version n’est jamais en ligne elle-même.",
            ),
        ),
    ]
