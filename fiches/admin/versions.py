"""The next version of a sheet online, its past states, and how they differ: the pages of the admin that show them."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404

from acteurs.journal import Geste, record

from .. import history
from ..comparison import changes
from ..models import Statut, versions
from ..models.content import content_of, label_of, put_content
from ..views.preview import preview_url
from .rights import has_next, is_reviewer, owns
from .statut import MovesFiches

STATES_PER_PAGE = 30


class KeepsVersions(MovesFiches):
    """The part of the admin of sheets that keeps their states, and prepares the next one."""

    def get_urls(self):
        return [
            self._page("nouvelle-version", self._prepare),
            self._page("abandonner", self._abandon),
            self._page("comparer", self._compare),
            self._page("versions", self._states),
            self._page("versions/<int:state>", self._state),
            *super().get_urls(),
        ]

    def _page(self, name, view):
        """`versions/<int:…>/` is the page of one state: its name is in the singular."""
        pattern = super()._page(name, view)
        if "/" in name:
            pattern.name = "fiches_fiche_version"
        return pattern

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context["preview_url"] = "" if obj.is_published else preview_url(obj)
            context["preview_link"] = request.build_absolute_uri(context["preview_url"])
            context["preview_days"] = settings.PREVIEW_DAYS
            context["next"] = obj.prochaine if has_next(obj) else None
            context["may_open_next"] = obj.statut == Statut.PUBLIEE and not has_next(obj) and self._may_add(request)
            context["may_see_next"] = has_next(obj) and self._sees(request, obj.prochaine)
            context["may_abandon"] = obj.version_de_id and self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may_add(self, request):
        return self.has_add_permission(request)

    def _sees(self, request, fiche):
        return is_reviewer(request.user) or owns(request.user, fiche)

    # The next version

    def _prepare(self, request, fiche):
        if not self._may_add(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._back_to(fiche)
        try:
            copy = versions.prepare(fiche, by=request.user)
        except ValidationError as refusal:
            self.message_user(request, refusal.messages[0], messages.ERROR)
            return self._back_to(fiche)
        self.log_addition(request, copy, f"Nouvelle version de « {fiche} ».")
        text = "Voici la nouvelle version. La fiche en ligne ne change pas tant que celle-ci n’est pas publiée."
        self.message_user(request, text, messages.SUCCESS)
        return self._back_to(copy)

    def _abandon(self, request, fiche):
        """Ask, then delete a next version and all its states."""
        if not fiche.version_de_id:
            raise Http404
        if not self.has_change_permission(request, fiche):
            raise PermissionDenied
        online = fiche.version_de
        if request.method != "POST":
            return self._shown(request, "admin/versions/abandonner.html", fiche, "Abandonner cette version ?")
        self.log_deletions(request, [fiche])
        record(Geste.SUPPRIME, fiche, precision="nouvelle version abandonnée")
        fiche.delete()
        self.message_user(request, "La nouvelle version est abandonnée. La fiche en ligne n’a pas bougé.")
        return self._back_to(online)

    def _compare(self, request, fiche):
        """What publishing this next version would change; with POST, say that changes made online were read."""
        if not fiche.version_de_id:
            raise Http404
        if request.method == "POST":
            if not self.has_change_permission(request, fiche):
                raise PermissionDenied
            versions.settle(fiche)
            self.message_user(request, "C’est noté : le texte de la nouvelle version remplacera celui en ligne.")
        online, (content, torn) = content_of(fiche.version_de), versions.merged(fiche)
        base = fiche.base or {}
        context = {
            "changes": changes(online, {**content, **{part: content_of(fiche)[part] for part in torn}}),
            "torn": [label_of(part) for part in torn],
            "since": changes({**online, **{part: base[part] for part in torn if part in base}}, online),
            "may_settle": bool(torn) and self.has_change_permission(request, fiche),
        }
        return self._shown(request, "admin/versions/comparer.html", fiche, "Ce qui change", **context)

    # The past states

    def _readable(self, request, fiche):
        """The states that the account may read: an author's own drafts, and what was once online."""
        states = history.states_of(fiche.pk).select_related("revision__user")
        if self._sees(request, fiche):
            return list(states)
        return [state for state in states if history.status_of(state)[0] == Statut.PUBLIEE]

    def _states(self, request, fiche):
        states = self._readable(request, fiche)
        page = Paginator(states, STATES_PER_PAGE).get_page(request.GET.get("page"))
        return self._shown(
            request, "admin/versions/liste.html", fiche, "Versions", page=page, rows=[_told(s) for s in page]
        )

    def _state(self, request, fiche, state):
        """One past state beside what the sheet says now; with POST, restore it."""
        state = next((one for one in self._readable(request, fiche) if one.pk == state), None)
        if state is None:
            raise Http404
        content = history.content_of_state(state)
        may_restore = self._may_restore(request, fiche)
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            return self._restore(request, fiche, content)
        context = {
            "row": _told(state),
            "changes": changes(content_of(fiche), {**content_of(fiche), **content}),
            "may_restore": may_restore,
            "is_online": fiche.statut == Statut.PUBLIEE,
        }
        return self._shown(request, "admin/versions/version.html", fiche, "Une version de cette fiche", **context)

    def _may_restore(self, request, fiche):
        if fiche.statut == Statut.PUBLIEE:
            return not has_next(fiche) and self._may_add(request)
        return self.has_change_permission(request, fiche)

    def _restore(self, request, fiche, content):
        """Never a silent change of what is online: a sheet that is read gets a next version that says it."""
        if fiche.statut == Statut.PUBLIEE:
            target = versions.prepare(fiche, by=request.user)
            text = "Voici une nouvelle version qui reprend ce texte. Publiez-la pour la mettre en ligne."
        else:
            target, text = fiche, "Ce texte est rétabli. Ce qu’il y avait avant reste dans les versions."
        lost = put_content(target, content)
        self.log_change(request, target, "Version rétablie.")
        record(Geste.RETABLI, target)
        self.message_user(request, text, messages.SUCCESS)
        if lost:
            names = ", ".join(f"« {label_of(part)} »" for part in lost)
            text = f"Certaines choses n’existent plus et n’ont pas pu revenir : {names}."
            self.message_user(request, text, messages.WARNING)
        return self._back_to(target)


def _told(state):
    """What a list says of one state."""
    statut, is_next = history.status_of(state)
    statut, by = Statut(statut), state.revision.user
    return {
        "pk": state.pk,
        "at": state.revision.date_created,
        "by": (by.get_full_name() or by.get_username()) if by else "",
        "comment": state.revision.comment,
        "titre": history.title_of(state),
        "statut": f"nouvelle version, {statut.label}" if is_next else statut.label,
    }
