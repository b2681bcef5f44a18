"""The curators' workplace: Django's admin under the site's own name, with a home page of its own."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class PartenariatAdminSite(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} : l’atelier des fiches"
    site_title = settings.SITE_NAME
    index_title = "Que voulez-vous faire ?"
    empty_value_display = "—"

    def index(self, request, extra_context=None):
        from .admin_home import home  # models are not loaded yet when this class is

        return super().index(request, {"home": home(self.get_app_list(request)), **(extra_context or {})})


class PartenariatAdminConfig(AdminConfig):
    default_site = "partenariat.admin_site.PartenariatAdminSite"
