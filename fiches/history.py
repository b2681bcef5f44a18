"""Every state of every sheet, from its first: who saved it, when, and what it said then, parts included.

Nobody has to think of it. The door of `editing()` knows what is written, and before it closes each sheet that was
touched is kept whole, in the same transaction: a save that was acknowledged is in the history, one that was undone is
not. A sheet that came in by a bulk write is kept as it was found before its first change.
"""

import json
from weakref import WeakKeyDictionary

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from reversion.models import Revision, Version

from acteurs.stamp import closing, edition

from .models import Fiche
from .models.content import FIELDS, LINKS, PARTS, ROWS, row_fields

_touched = WeakKeyDictionary()  # Edition → keys of the sheets it writes, in order

FOUND = "Telle qu’elle était avant sa première modification suivie"  # the comment of a state that nobody saved here


def install():
    """Register what makes a sheet, and listen to it. Called once, when the apps are ready."""
    kept = [field.name for field in Fiche._meta.concrete_fields if field.name not in ("marque", "base")]
    reversion.register(Fiche, fields=[*kept, *LINKS], follow=list(ROWS))
    for model, _ in ROWS.values():
        reversion.register(model)
    for model in (Fiche, *(model for model, _ in ROWS.values())):
        for signal in (pre_save, pre_delete):
            signal.connect(_before, sender=model, dispatch_uid="fiches.history")
        post_save.connect(_after, sender=model, dispatch_uid="fiches.history")
    for name in LINKS:
        m2m_changed.connect(_link, sender=getattr(Fiche, name).through, dispatch_uid="fiches.history")
    post_delete.connect(_erase, sender=Fiche, dispatch_uid="fiches.history.erase")
    closing.connect(_keep, dispatch_uid="fiches.history")


# What is touched


def _sheet_key(row):
    if isinstance(row, Fiche):
        return row.pk
    return getattr(row, f"{dict(ROWS.values())[type(row)]}_id")


def _before(sender, instance, using, raw=False, **kwargs):
    if (door := edition(using)) and not raw:
        _touch(door, _sheet_key(instance), using)


def _after(sender, instance, using, raw=False, **kwargs):
    """A new sheet has its key now."""
    if (door := edition(using)) and not raw:
        _touched.setdefault(door, {})[_sheet_key(instance)] = True


def _link(sender, instance, action, reverse, pk_set, using, **kwargs):
    door = edition(using)
    if door is None or not action.startswith("pre_"):
        return
    if isinstance(instance, Fiche):
        keys = [instance.pk]
    elif pk_set is not None:
        keys = pk_set
    else:
        keys = list(instance.fiches.using(using).values_list("pk", flat=True))
    for key in keys:
        _touch(door, key, using)


def _touch(door, key, using):
    """Note that the sheet `key` is about to change; keep it as it is if nothing was kept of it yet."""
    touched = _touched.setdefault(door, {})
    if key is None or key in touched:
        return
    touched[key] = True
    if not states_of(key, using).exists():
        fiche = Fiche.objects.using(using).filter(pk=key).first()
        if fiche:
            _record(fiche, using, user=None, comment=FOUND)


def _keep(sender, edition, using, **kwargs):
    """Before the door closes: keep each sheet that was touched, as it is now."""
    keys = _touched.pop(edition, {})
    by = edition.by if edition.by and edition.by.pk else None
    for fiche in Fiche.objects.using(using).filter(pk__in=list(keys)).order_by("pk"):
        _record(fiche, using, user=by)


def _record(fiche, using, *, user, comment=""):
    with reversion.create_revision(manage_manually=True, using=using):
        reversion.set_user(user)
        reversion.set_comment(comment)
        reversion.add_to_revision(fiche, model_db=using)


def _erase(sender, instance, using, **kwargs):
    """A draft that is deleted leaves nothing behind. One revision is about one sheet: it goes whole."""
    revisions = states_of(instance.pk, using).order_by().values("revision")
    Revision.objects.using(using).filter(pk__in=list(revisions.values_list("revision", flat=True))).delete()


def hand_over(copy, fiche):
    """Give the states of a working copy to the sheet whose place it takes: its story goes on there."""
    states_of(copy.pk).update(object_id=str(fiche.pk))


# What is read


def states_of(key, using="default"):
    """The kept states (reversion's `Version`) of the sheet `key`, the latest first."""
    kind = ContentType.objects.db_manager(using).get_for_model(Fiche)
    return Version.objects.using(using).filter(content_type=kind, object_id=str(key), db=using).order_by("-pk")


def status_of(state):
    """(the status of the sheet in that state, whether it was a working copy), without reading its rows."""
    fields = _fields(state)
    return fields.get("statut", ""), fields.get("version_de") is not None


def title_of(state):
    return _fields(state).get("titre", "")


def content_of_state(state):
    """What the sheet said then, in the form of `models.content`. One query."""
    fields = _fields(state)
    content = {name: fields[name] for name in FIELDS if name in fields}
    content |= {name: sorted(fields.get(name, [])) for name in LINKS}
    kinds = {ContentType.objects.get_for_model(model).pk: name for name, (model, _) in ROWS.items()}
    content |= {name: [] for name in ROWS}
    rows = [row for row in state.revision.version_set.all() if row.content_type_id in kinds]
    for row in sorted(rows, key=lambda row: int(row.object_id)):
        name, values = kinds[row.content_type_id], _fields(row)
        content[name].append({field.name: values.get(field.name) for field in row_fields(name)})
    for name in ROWS:
        content[name].sort(key=lambda row: row.get("ordre", 0))
    return {part: content[part] for part in PARTS if part in content}


def _fields(version):
    return json.loads(version.serialized_data)[0]["fields"]
