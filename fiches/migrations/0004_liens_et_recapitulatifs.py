import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fiches', '0003_questions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LienVerifie',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2000, unique=True, verbose_name='adresse')),
                ('etat', models.CharField(choices=[('repond', 'répond'), ('refuse', 'refuse les robots : à ouvrir soi-même'), ('panne', 'en panne, à revérifier'), ('mort', 'mort')], max_length=8, verbose_name='état')),
                ('code', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='code de la réponse')),
                ('motif', models.CharField(blank=True, max_length=200, verbose_name='ce qui s’est passé')),
                ('mene_a', models.CharField(blank=True, max_length=2000, verbose_name='mène désormais à')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='dernière vérification')),
                ('premier_echec', models.DateField(blank=True, null=True, verbose_name='premier échec')),
                ('dernier_echec', models.DateField(blank=True, null=True, verbose_name='dernier échec')),
                ('echecs', models.PositiveSmallIntegerField(default=0, verbose_name='jours d’échec à la suite')),
            ],
            options={
                'verbose_name': 'lien vérifié',
                'verbose_name_plural': 'liens vérifiés',
                'ordering': ['url', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('etat__in', ['repond', 'refuse', 'panne', 'mort'])), name='lien_verifie_etat_connu', violation_error_message='Ce choix n’existe pas.')],
            },
        ),
        migrations.CreateModel(
            name='Recapitulatif',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('semaine', models.DateField(help_text='Le lundi de la semaine.')),
                ('destinataire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'récapitulatif envoyé',
                'verbose_name_plural': 'récapitulatifs envoyés',
                'ordering': ['-semaine', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('destinataire', 'semaine'), name='recapitulatif_unique')],
            },
        ),
    ]
