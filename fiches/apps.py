from django.apps import AppConfig


class FichesConfig(AppConfig):
    name = "fiches"
    verbose_name = "Fiches, preuves et vie du partenariat"

    def ready(self):
        from . import history
        from .search import marks

        marks.install()
        history.install()
