from django.apps import AppConfig


class FichesConfig(AppConfig):
    name = "fiches"
    verbose_name = "Fiches, preuves et vie du partenariat"

    def ready(self):
        from .search import marks

        marks.install()
