"""How a sheet's status changes: by actions on the list, by buttons on its own page. Never by a field."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.html import format_html, format_html_join

from acteurs.admin_base import ContentAdmin, through_the_door

from ..models import Statut


@dataclass(frozen=True)
class Move:
    """One change of status. The model decides whether it may be; `offered_to` says where its button is of use."""

    label: str
    done: str
    done_many: str
    offered_to: tuple
    run: Callable  # (fiche, user): raises ValidationError when it may not be


MOVES = {
    "submit": Move(
        "Soumettre à relecture",
        "soumise à relecture",
        "soumises à relecture",
        (Statut.BROUILLON,),
        lambda fiche, user: fiche.submit(),
    ),
    "publish": Move(
        "Publier",
        "publiée",
        "publiées",
        (Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE),
        lambda fiche, user: fiche.publish(by=user),
    ),
    "back_to_draft": Move(
        "Remettre en brouillon",
        "remise en brouillon",
        "remises en brouillon",
        (Statut.RELECTURE,),
        lambda fiche, user: fiche.back_to_draft(),
    ),
    "review": Move(
        "Revue, rien à changer",
        "revue",
        "revues",
        (Statut.PUBLIEE,),
        lambda fiche, user: fiche.confirm_review(),
    ),
    # On the page of a sheet it has a page of its own, that asks whether one is sure.
    "archive": Move("Archiver", "archivée", "archivées", (), lambda fiche, user: fiche.archive()),
}


class MovesFiches(ContentAdmin):
    """The part of the admin of sheets that moves them."""

    change_form_template = "admin/fiche.html"

    def _move(self, request, fiche, move):
        """Move `fiche` and log it. What forbids it, as sentences; none when it is done."""
        try:
            move.run(fiche, request.user)
        except ValidationError as refusal:
            return refusal.messages
        self.log_change(request, fiche, f"Fiche {move.done}.")
        return []

    # From the list

    @admin.action(permissions=["change"], description=MOVES["submit"].label)
    def submit(self, request, queryset):
        self._each(request, queryset, MOVES["submit"])

    @admin.action(permissions=["change"], description=MOVES["publish"].label)
    def publish(self, request, queryset):
        self._each(request, queryset, MOVES["publish"])

    @admin.action(permissions=["change"], description=MOVES["review"].label)
    def review(self, request, queryset):
        self._each(request, queryset, MOVES["review"])

    @admin.action(permissions=["change"], description=MOVES["archive"].label)
    def archive(self, request, queryset):
        self._each(request, queryset, MOVES["archive"])

    @admin.action(permissions=["change"], description=MOVES["back_to_draft"].label)
    def back_to_draft(self, request, queryset):
        self._each(request, queryset, MOVES["back_to_draft"])

    def _each(self, request, queryset, move):
        """Move each sheet that can be, and say for each of the others all that forbids it."""
        moved = 0
        for fiche in queryset:
            if reasons := self._move(request, fiche, move):
                self.message_user(request, f"« {fiche} » n’est pas {move.done}. {' '.join(reasons)}", messages.ERROR)
            else:
                moved += 1
        if moved:
            done = f"fiches {move.done_many}" if moved > 1 else f"fiche {move.done}"
            self.message_user(request, f"{moved} {done}.", messages.SUCCESS)

    # From its own page: saved first, so that a refusal loses nothing of what was typed

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and not context["is_popup"] and self.has_change_permission(request, obj):
            context["moves"] = {name: move.label for name, move in MOVES.items() if obj.statut in move.offered_to}
            context["may_archive"] = obj.statut == Statut.PUBLIEE
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        move = MOVES.get(request.POST.get("_statut"))
        if not move or obj.statut not in move.offered_to or IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        if reasons := self._move(request, obj, move):
            items = format_html_join("", "<li>{}</li>", ((reason,) for reason in reasons))
            text = "Ce que vous avez écrit est enregistré, mais la fiche n’est pas {} : <ul>{}</ul>"
            self.message_user(request, format_html(text, move.done, items), messages.ERROR)
        else:
            self._say_done(request, obj, move)
        return HttpResponseRedirect(request.get_full_path())

    def _say_done(self, request, fiche, move):
        text = format_html("Fiche {} : « {} ».", move.done, fiche)
        if fiche.is_published:
            text += format_html(' <a href="{}">Voir la page publique</a>', fiche.get_absolute_url())
        self.message_user(request, text, messages.SUCCESS)

    def get_urls(self):
        view = self.admin_site.admin_view(self.archive_view)
        return [path("<path:object_id>/archiver/", view, name="fiches_fiche_archiver"), *super().get_urls()]

    def archive_view(self, request, object_id):
        """Ask, then archive. A page of its own, as for a deletion: a sheet that lost its proof could not be saved."""
        return through_the_door(request, self._archive, object_id)

    def _archive(self, request, object_id):
        fiche = self.get_object(request, unquote(object_id))
        if fiche is None:
            raise Http404
        if not self.has_change_permission(request, fiche):
            raise PermissionDenied
        if request.method == "POST":
            self._archived(request, fiche)
        elif fiche.statut == Statut.PUBLIEE:
            context = {**self.admin_site.each_context(request), "opts": self.opts, "fiche": fiche}
            return render(request, "admin/archiver.html", {**context, "title": "Archiver cette fiche ?"})
        else:
            self.message_user(request, "Seule une fiche publiée s’archive.", messages.ERROR)
        return redirect("admin:fiches_fiche_change", fiche.pk)

    def _archived(self, request, fiche):
        if reasons := self._move(request, fiche, MOVES["archive"]):
            self.message_user(request, " ".join(reasons), messages.ERROR)
        else:
            self._say_done(request, fiche, MOVES["archive"])
