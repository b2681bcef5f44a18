"""The next version of a sheet online: written aside, and put in its place in one go.

It is a row of its own, with `version_de`, that is never online itself (a constraint says so). At its publication what
it says is carried over to the sheet online, which keeps its key, its address and its history. Why so:
docs/decisions/0010-versions.md. All these functions are called inside `editing()`.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from acteurs.journal import Geste, record

from .content import PARTS, content_of, label_of, put_content
from .fiche import Fiche
from .publication import Statut


def prepare(fiche, *, by, content=None):
    """Open the next version of `fiche`, which is online, for `by` to write: gives the working copy.

    It says what the sheet online says, or `content`. Raises ValidationError if `fiche` is not online or if its
    next version is already open: two of them could not both take its place.
    """
    if fiche.statut != Statut.PUBLIEE:
        raise ValidationError("Seule une fiche publiée a une nouvelle version : celle-ci se modifie directement.")
    if copy := next_of(fiche):
        who = f" par {copy.proprietaire.get_full_name() or copy.proprietaire}" if copy.proprietaire else ""
        raise ValidationError(f"Une nouvelle version de cette fiche est déjà en préparation{who}.")
    online = content_of(fiche)
    copy = Fiche(version_de=fiche, base=online, slug=f"_version-{fiche.pk}", proprietaire=by)
    copy.titre, copy.theme_id, copy.genre = fiche.titre, fiche.theme_id, fiche.genre
    copy.save()
    put_content(copy, {**online, **(content or {})})
    return copy


def next_of(fiche):
    """The next version of `fiche` that is being written, or None."""
    return Fiche.objects.filter(version_de=fiche).select_related("proprietaire").first()


def merged(copy):
    """What would be online once `copy` is published, and the parts that both sides changed since it was opened.

    What only the sheet online changed meanwhile (a word corrected, words cited, a review) is kept.
    """
    base, online, ours = copy.base or {}, content_of(copy.version_de), content_of(copy)
    content, torn = {}, []
    for part in PARTS:
        untouched = ours[part] == base.get(part)
        content[part] = online[part] if untouched else ours[part]
        if not untouched and online[part] not in (base.get(part), ours[part]):
            torn.append(part)
    return content, torn


def settle(copy):
    """Say that what the sheet online changed meanwhile was read, and that the words of `copy` are to stand."""
    online = content_of(copy.version_de)
    copy.base = {**(copy.base or {}), **{part: online[part] for part in merged(copy)[1]}}
    copy.save(update_fields=["base"])


def publish(copy, *, by):
    """Put what `copy` says online in the place of what its sheet said; the copy is no more. Gives the sheet.

    All or nothing. Raises ValidationError, in French, if something is missing or was changed on both sides.
    """
    from ..history import hand_over  # it keeps what these models say

    fiche = Fiche.objects.get(pk=copy.version_de_id)
    if fiche.statut != Statut.PUBLIEE:
        raise ValidationError("La fiche n’est plus en ligne : publiez-la de nouveau avant d’y mettre cette version.")
    content, torn = merged(copy)
    if torn:
        names = ", ".join(f"« {label_of(part)} »" for part in torn)
        raise ValidationError(f"La fiche en ligne a changé aussi : {names}. Comparez les deux avant de publier.")
    if content["reviewed_on"] == (copy.base or {}).get("reviewed_on"):
        copy.reviewed_on = timezone.localdate()  # to publish is to have read
        content["reviewed_on"] = copy.reviewed_on.isoformat()
    copy.check_ready()
    with transaction.atomic():
        hand_over(copy, fiche)
        Fiche.objects.get(pk=copy.pk).delete()  # `copy` itself keeps its key, should what follows be undone
        put_content(fiche, content)
        fiche.proprietaire = fiche.proprietaire or by
        fiche.save()
        fiche.check_ready()
        record(Geste.PUBLIE, fiche, by=by, precision="nouvelle version")
    return fiche
