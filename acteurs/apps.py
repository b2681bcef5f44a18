from django.apps import AppConfig


class ActeursConfig(AppConfig):
    name = "acteurs"
    verbose_name = "Acteurs et vocabulaire"

    def ready(self):
        from . import stamp

        stamp.install()
