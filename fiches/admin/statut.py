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

from acteurs.admin_base import through_the_door

from ..models import Statut, versions
from ..models.publication import REFUS_MAX
from .rights import FicheRights, is_reviewer, owns


def _publish(fiche, user):
    return versions.publish(fiche, by=user) if fiche.version_de_id else fiche.publish(by=user)


@dataclass(frozen=True)
class Move:
    """One change of status. The model decides whether it may be; `offered_to` says where its button is of use."""

    label: str
    done: str
    done_many: str
    offered_to: tuple
    run: Callable  # (fiche, user): raises ValidationError when it may not be; may give another sheet, which stays
    allowed: Callable = lambda user, fiche: is_reviewer(user)

    def is_offered(self, user, fiche):
        return fiche.statut in self.offered_to and self.allowed(user, fiche)


MOVES = {
    "submit": Move(
        "Soumettre à relecture",
        "soumise à relecture",
        "soumises à relecture",
        (Statut.BROUILLON,),
        lambda fiche, user: fiche.submit(),
        allowed=lambda user, fiche: owns(user, fiche) or is_reviewer(user),
    ),
    "publish": Move(
        "Publier",
        "publiée",
        "publiées",
        (Statut.BROUILLON, Statut.RELECTURE, Statut.ARCHIVEE),
        _publish,
    ),
    # An author takes back what is not read yet.
    "back_to_draft": Move(
        "Reprendre en brouillon",
        "remise en brouillon",
        "remises en brouillon",
        (),
        lambda fiche, user: fiche.back_to_draft(),
        allowed=owns,
    ),
    "review": Move(
        "Revue, rien à changer",
        "revue",
        "revues",
        (Statut.PUBLIEE,),
        lambda fiche, user: fiche.confirm_review(),
    ),
    # On the page of a sheet these two have a page of their own: one asks why, the other whether one is sure.
    "refuse": Move("À reprendre…", "rendue à son auteur", "rendues à leur auteur", (), None),
    "archive": Move("Archiver", "archivée", "archivées", (), lambda fiche, user: fiche.archive()),
}


class MovesFiches(FicheRights):
    """The part of the admin of sheets that moves them."""

    change_form_template = "admin/fiche.html"

    def _move(self, request, fiche, move):
        """Move `fiche` and log it. (the sheet there is now, what forbids it: none when it is done)."""
        if not move.allowed(request.user, fiche):
            return fiche, [ValidationError("Votre compte ne permet pas ce geste sur cette fiche.")]
        try:
            moved = move.run(fiche, request.user) or fiche
        except ValidationError as refusal:
            return fiche, refusal.error_list
        self.log_change(request, moved, f"Fiche {move.done}.")
        return moved, []

    # From the list

    @admin.action(permissions=["change"], description=MOVES["submit"].label)
    def submit(self, request, queryset):
        self._each(request, queryset, MOVES["submit"])

    @admin.action(permissions=["review"], description=MOVES["publish"].label)
    def publish(self, request, queryset):
        self._each(request, queryset, MOVES["publish"])

    @admin.action(permissions=["review"], description=MOVES["review"].label)
    def review(self, request, queryset):
        self._each(request, queryset, MOVES["review"])

    @admin.action(permissions=["review"], description=MOVES["archive"].label)
    def archive(self, request, queryset):
        self._each(request, queryset, MOVES["archive"])

    @admin.action(permissions=["change"], description=MOVES["back_to_draft"].label)
    def back_to_draft(self, request, queryset):
        self._each(request, queryset, MOVES["back_to_draft"])

    def _each(self, request, queryset, move):
        """Move each sheet that can be, and say for each of the others all that forbids it."""
        moved = 0
        for fiche in queryset:
            _, reasons = self._move(request, fiche, move)
            if reasons:
                told = " ".join(" ".join(reason.messages) for reason in reasons)
                self.message_user(request, f"« {fiche} » n’est pas {move.done}. {told}", messages.ERROR)
            else:
                moved += 1
        if moved:
            done = f"fiches {move.done_many}" if moved > 1 else f"fiche {move.done}"
            self.message_user(request, f"{moved} {done}.", messages.SUCCESS)

    # From its own page: saved first, so that a refusal loses nothing of what was typed

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and not context["is_popup"]:
            user, may_write = request.user, self.has_change_permission(request, obj)
            context["moves"] = {name: m.label for name, m in MOVES.items() if may_write and m.is_offered(user, obj)}
            reviews = self.has_review_permission(request)
            context["may_archive"] = reviews and obj.statut == Statut.PUBLIEE
            context["may_refuse"] = reviews and obj.statut == Statut.RELECTURE
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        move = MOVES.get(request.POST.get("_statut"))
        if not move or not move.is_offered(request.user, obj) or IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        moved, reasons = self._move(request, obj, move)
        if reasons:
            items = format_html_join("", "<li>{}</li>", ((self._told(reason),) for reason in reasons))
            text = "Ce que vous avez écrit est enregistré, mais la fiche n’est pas {} : <ul>{}</ul>"
            self.message_user(request, format_html(text, move.done, items), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        self._say_done(request, moved, move)
        return HttpResponseRedirect(request.get_full_path()) if moved is obj else self._back_to(moved)

    def _told(self, reason):
        """What forbids a move; what is missing leads to where one mends it."""
        (text,) = reason.messages
        return format_html('<a href="#{}">{}</a>', self.anchor_of(reason.code), text) if reason.code else text

    def anchor_of(self, part):
        """Where in the form the part of a sheet is: a field, or a set of rows."""
        return f"{part}-group" if part in ("etapes", "citations") else f"id_{part}"

    def _back_to(self, fiche):
        return redirect("admin:fiches_fiche_change", fiche.pk)

    def _say_done(self, request, fiche, move):
        text = format_html("Fiche {} : « {} ».", move.done, fiche)
        if fiche.is_published:
            text += format_html(' <a href="{}">Voir la page publique</a>', fiche.get_absolute_url())
        self.message_user(request, text, messages.SUCCESS)

    # On pages of their own

    def get_urls(self):
        return [
            self._page("archiver", self._archive),
            self._page("reprendre", self._refuse),
            *super().get_urls(),
        ]

    def _page(self, name, view):
        """The address of a page about one sheet, `fiches_fiche_<name>`: `view` gets the sheet if it may be seen."""

        def found(request, object_id, **kwargs):
            fiche = self.get_object(request, unquote(object_id))
            if fiche is None:
                raise Http404
            if not self.has_view_or_change_permission(request, fiche):
                raise PermissionDenied
            return view(request, fiche, **kwargs)

        def behind_the_door(request, object_id, **kwargs):
            return through_the_door(request, found, object_id, **kwargs)

        wrapped = self.admin_site.admin_view(behind_the_door)
        return path(f"<path:object_id>/{name}/", wrapped, name=f"fiches_fiche_{name.split('/')[0]}")

    def _shown(self, request, template, fiche, title, **context):
        common = {**self.admin_site.each_context(request), "opts": self.opts, "fiche": fiche, "title": title}
        return render(request, template, {**common, **context})

    def _reviewed(self, request, fiche, statut, sorry):
        """Whether a reviewer may go on with `fiche`, which must be `statut`. Anybody else is refused."""
        if not self.has_review_permission(request):
            raise PermissionDenied
        if fiche.statut == statut:
            return True
        self.message_user(request, sorry, messages.ERROR)
        return False

    def _archive(self, request, fiche):
        """Ask, then archive. A page of its own, as for a deletion: a sheet that lost its proof could not be saved."""
        if self._reviewed(request, fiche, Statut.PUBLIEE, "Seule une fiche publiée s’archive."):
            if request.method != "POST":
                return self._shown(request, "admin/archiver.html", fiche, "Archiver cette fiche ?")
            _, reasons = self._move(request, fiche, MOVES["archive"])
            for reason in reasons:
                self.message_user(request, " ".join(reason.messages), messages.ERROR)
            if not reasons:
                self._say_done(request, fiche, MOVES["archive"])
        return self._back_to(fiche)

    def _refuse(self, request, fiche):
        """Ask why, then give the sheet back to its author."""
        if not self._reviewed(request, fiche, Statut.RELECTURE, "Seule une fiche en relecture se rend à son auteur."):
            return self._back_to(fiche)
        note, wrong = request.POST.get("refus", ""), ""
        if request.method == "POST":
            try:
                fiche.refuse(note)
            except ValidationError as refusal:
                wrong = refusal.messages[0]
            else:
                self.log_change(request, fiche, "Fiche rendue à son auteur.")
                self._say_done(request, fiche, MOVES["refuse"])
                return self._back_to(fiche)
        context = {"note": note, "wrong": wrong, "limit": REFUS_MAX}
        return self._shown(request, "admin/reprendre.html", fiche, "Rendre cette fiche à son auteur", **context)
