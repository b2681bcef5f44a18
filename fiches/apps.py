from django.apps import AppConfig
from django.core.signals import request_finished


class FichesConfig(AppConfig):
    name = "fiches"
    verbose_name = "Fiches, preuves et vie du partenariat"

    def ready(self):
        from . import history
        from .memory import give_back_sometimes
        from .search import marks

        request_finished.connect(give_back_sometimes)
        marks.install()
        history.install()
