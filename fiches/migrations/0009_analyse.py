from django.db import migrations, models


class Migration(migrations.Migration):
    """Analysed sheets, kept for the processes that start. Nothing to fill: search does it by itself."""

    dependencies = [
        ("fiches", "0008_demarche_revue_le"),
    ]

    operations = [
        migrations.CreateModel(
            name="Analyse",
            fields=[
                ("fiche", models.BigIntegerField(primary_key=True, serialize=False)),
                ("marque", models.CharField(max_length=16)),
                ("empreinte", models.CharField(max_length=32)),
                ("textes", models.BinaryField()),
                ("mots", models.BinaryField()),
            ],
            options={"verbose_name": "analyse", "ordering": ["fiche"]},
        ),
    ]
