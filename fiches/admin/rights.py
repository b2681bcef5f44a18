"""Who may do what to which sheet, told by docs/roles.md: the only place of the admin that decides it."""

from acteurs.admin_base import ContentAdmin

from ..models import Statut


def is_reviewer(user):
    """Whether `user` reviews sheets: sees them all, publishes, refuses, archives."""
    return user.has_perm("fiches.relire_fiche")


def owns(user, fiche):
    return fiche.proprietaire_id is not None and fiche.proprietaire_id == user.pk


def has_next(fiche):
    """Whether its next version is being written: a query, the first time."""
    return getattr(fiche, "prochaine", None) is not None


def may_edit(user, fiche):
    """Whether `user`, who may change sheets, may write in this one.

    An author writes in a draft, until it is handed over. While the next version of a sheet is being written, nobody
    writes in the sheet itself: the new version would undo it.
    """
    if fiche.statut == Statut.PUBLIEE and has_next(fiche):
        return False
    return is_reviewer(user) or (owns(user, fiche) and fiche.statut == Statut.BROUILLON)


class FicheRights(ContentAdmin):
    """The permissions of the admin of sheets."""

    def get_queryset(self, request):
        """What the account may see. A next version is never a choice: its place is that of the sheet online."""
        sheets = super().get_queryset(request).seen_by(request.user)
        is_choice = getattr(request.resolver_match, "url_name", "") == "autocomplete"
        return sheets.originals() if is_choice else sheets

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or may_edit(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        """What was once online is archived: its address must answer that it was withdrawn.

        A next version is abandoned, on a page of its own.
        """
        kept = obj is not None and (obj.published_at is not None or obj.version_de_id is not None)
        return super().has_delete_permission(request, obj) and not kept

    def has_review_permission(self, request):
        return is_reviewer(request.user) and super().has_change_permission(request)
