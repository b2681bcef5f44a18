"""The curators' workplace: Django's admin under the site's own name."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class PartenariatAdminSite(admin.AdminSite):
    site_header = "Trait d’union : l’atelier des fiches"
    site_title = "Trait d’union"
    index_title = "Que voulez-vous faire ?"
    empty_value_display = "—"


class PartenariatAdminConfig(AdminConfig):
    default_site = "partenariat.admin_site.PartenariatAdminSite"
