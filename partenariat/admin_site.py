"""The curators' workplace: Django's admin under the site's own name, with a home page of its own."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.urls import path

from .kept_text import KeepsTyped


class PartenariatAdminSite(KeepsTyped, admin.AdminSite):
    site_header = f"{settings.SITE_NAME} : l’atelier des fiches"
    site_title = settings.SITE_NAME
    index_title = "Que voulez-vous faire ?"
    empty_value_display = "—"

    def index(self, request, extra_context=None):
        from fiches.models import Fiche  # models are not loaded yet when this class is

        from .admin_home import home

        refused = Fiche.objects.filter(proprietaire=request.user).exclude(refus="").order_by("pk")
        context = {"home": home(self, request), "refused": refused, **(extra_context or {})}
        return super().index(request, context)

    def get_urls(self):
        from . import agenda, guide

        return [
            path("agenda/", self.admin_view(agenda.page), {"site": self}, name="agenda"),
            path("guide/", self.admin_view(guide.page), {"site": self}, name="guide"),
            path("guide/captures/<str:name>", self.admin_view(guide.capture), name="guide_capture"),
            *super().get_urls(),
        ]


class PartenariatAdminConfig(AdminConfig):
    default_site = "partenariat.admin_site.PartenariatAdminSite"
