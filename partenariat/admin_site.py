"""The curators' workplace: Django's admin under the site's own name, with a home page of its own."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.db import transaction
from django.urls import path

from acteurs.journal import Geste, record
from fiches.models import Fiche

from . import agenda, guide, second_factor
from .admin_home import home
from .doors import CountsFailures
from .kept_text import KeepsTyped
from .lost_password import LostPassword
from .two_steps import SecondStepNeeded, TwoSteps


class LoginForm(AdminAuthenticationForm):
    def confirm_login_allowed(self, user):
        """The password is right. Whoever has a second step to make is not logged in yet."""
        super().confirm_login_allowed(user)
        if second_factor.is_asked_of(user):
            raise SecondStepNeeded(user)


class PartenariatAdminSite(CountsFailures, TwoSteps, LostPassword, KeepsTyped, admin.AdminSite):
    site_header = f"{settings.SITE_NAME} : l’atelier des fiches"
    site_title = settings.SITE_NAME
    index_title = "Que voulez-vous faire ?"
    empty_value_display = "—"
    login_form = LoginForm

    def index(self, request, extra_context=None):
        refused = Fiche.objects.filter(proprietaire=request.user).exclude(refus="").order_by("pk")
        context = {"home": home(self, request), "refused": refused, **(extra_context or {})}
        return super().index(request, context)

    def password_change(self, request, extra_context=None):
        with transaction.atomic():
            answer = super().password_change(request, extra_context)
            if request.method == "POST" and answer.status_code == 302:
                record(Geste.MOT_DE_PASSE, request.user, by=request.user)
        return answer

    def get_urls(self):
        return [
            path("agenda/", self.admin_view(agenda.page), {"site": self}, name="agenda"),
            path("guide/", self.admin_view(guide.page), {"site": self}, name="guide"),
            path("guide/captures/<str:name>", self.admin_view(guide.capture), name="guide_capture"),
            *super().get_urls(),
        ]
