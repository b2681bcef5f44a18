from django.db import migrations, models


class Migration(migrations.Migration):
    """The day an act was last found right: rules move, and a reader must know how old this is."""

    dependencies = [
        ("fiches", "0007_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="demarche",
            name="revue_le",
            field=models.DateField(
                blank=True,
                help_text="Le jour où quelqu’un a relu toute la démarche et l’a tenue pour juste. Affiché.",
                null=True,
                verbose_name="revue le",
            ),
        ),
    ]
