"""The curators' workplace: Django's admin under the site's own name."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class PartenariatAdminSite(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} : l’atelier des fiches"
    site_title = settings.SITE_NAME
    index_title = "Que voulez-vous faire ?"
    empty_value_display = "—"


class PartenariatAdminConfig(AdminConfig):
    default_site = "partenariat.admin_site.PartenariatAdminSite"
