from axes.apps import AppConfig as AxesAppConfig
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PartenariatConfig(AppConfig):
    name = "partenariat"
    verbose_name = "Le site"

    def ready(self):
        from . import accounts, doors

        accounts.install()
        doors.install()


class ConnexionsConfig(AxesAppConfig):
    """The login guard, under a name that curators understand."""

    verbose_name = "Connexions"


class PartenariatAdminConfig(AdminConfig):
    default_site = "partenariat.admin_site.PartenariatAdminSite"
