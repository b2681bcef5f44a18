from axes.apps import AppConfig as AxesAppConfig
from django.apps import AppConfig


class PartenariatConfig(AppConfig):
    name = "partenariat"
    verbose_name = "Le site"


class ConnexionsConfig(AxesAppConfig):
    """The login guard, under a name that curators understand."""

    verbose_name = "Connexions"
