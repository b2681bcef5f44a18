"""Two names for one thing become one: what pointed to the one points to the other, and no word is lost.

Works for whatever is a `Vocabulary` with an address (levers, actors, schemes, words): what points to a row is read
from the models themselves, so that a relation added one day is merged too.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from .bases import fold, lines
from .models import AncienneAdresse
from .stamp import editing

NAMES = ("nom", "name", "titre", "mot", "nom_court", "sigle")  # fields that hold a name of a row, the main one first


def names_of(row):
    """{field: name} of what a row is called, empty ones left out."""
    fields = {f.name for f in row._meta.concrete_fields}
    return {name: getattr(row, name) for name in NAMES if name in fields and getattr(row, name)}


def with_words(text, words, but=()):
    """A list of words, one a line, with `words` added: none twice, accents and capitals aside, nor any of `but`."""
    known = lines(text)
    seen = {fold(word) for word in [*known, *but]}
    for word in words:
        if fold(word) and fold(word) not in seen:
            seen.add(fold(word))
            known.append(word.strip())
    return "\n".join(known)


def keep_former_names(row, former):
    """Write on `row`, not saved yet, the names it had and has no more, as synonyms. `former`: what `names_of` gave.

    Gives the names that were added.
    """
    now = names_of(row)
    lost = [name for key, name in former.items() if name != now.get(key)]
    if not lost:
        return []
    called = {fold(name) for name in now.values()}
    before = [word for word in lines(row.synonymes) if fold(word) not in called]  # a name is no synonym of itself
    row.synonymes = with_words("\n".join(before), lost, but=now.values())
    return [word for word in lines(row.synonymes) if word not in before]


@dataclass(frozen=True)
class Relation:
    """One way in which rows point to what is merged. `field` is on `model`; many-to-many when `through` is set."""

    model: type
    field: models.Field
    through: type | None = None

    @property
    def owner(self):
        """The key of `model` to what its rows are part of (the sheet of an actor's row); None if they stand alone."""
        if self.through is not None:
            return None
        keys = [f for f in self.model._meta.concrete_fields if f.many_to_one and f is not self.field]
        return next((f for f in keys if f.remote_field.on_delete is models.CASCADE), None)

    @property
    def subject(self):
        """The model that a curator knows: the sheet, rather than the row of its form."""
        return self.owner.related_model if self.owner else self.model

    def rows(self, target):
        rows = self.model._base_manager.filter(**{self.field.name: target})
        return rows.select_related(self.owner.name) if self.owner else rows

    def subjects(self, target):
        """Who points to `target`, in order of key."""
        rows = self.rows(target).order_by("pk")
        return list(dict.fromkeys(getattr(row, self.owner.name) if self.owner else row for row in rows))


def relations_to(model):
    """Every `Relation` that points to rows of `model`. A many-to-many with a table of its own comes by that table."""
    found = []
    for relation in model._meta.related_objects:
        if relation.field.model._meta.auto_created:
            continue
        if relation.many_to_many:
            if relation.through._meta.auto_created:
                found.append(Relation(relation.related_model, relation.field, relation.through))
        else:
            found.append(Relation(relation.related_model, relation.field))
    return found


@dataclass
class Change:
    """What one relation brings: who will point to the row kept, and who pointed to both already."""

    label: str  # in French, plural
    moved: list
    both: list
    joins: bool = False  # whether what the two said is put together


@dataclass
class Preview:
    """What a merge would do, nothing being written."""

    kept: models.Model
    merged: list
    changes: list = field(default_factory=list)
    words: list = field(default_factory=list)  # synonyms that the row kept gains
    near: list = field(default_factory=list)  # words of « proches » that it gains
    filled: list = field(default_factory=list)  # [(label, text)]: empty texts of the row kept that are filled in
    dropped: list = field(default_factory=list)  # [(whose, label, text)]: texts that will only be read in the history
    seen: str = ""  # changes when the preview does: to refuse a merge that is not the one that was read


def preview(kept, merged):
    """The `Preview` of merging `merged` (rows) into `kept`. Raises ValidationError if they cannot be."""
    _check(kept, merged)
    found = Preview(kept, list(merged))
    by_label = {}
    for relation in relations_to(type(kept)):
        already = set(relation.subjects(kept))
        label = capfirst(relation.subject._meta.verbose_name_plural)
        change = by_label.setdefault((relation.subject, label), Change(label, [], []))
        change.joins |= hasattr(relation.model, "absorb")
        for row in merged:
            for subject in relation.subjects(row):
                side = change.both if subject in already else change.moved
                if subject not in [*change.both, *change.moved]:
                    side.append(subject)
                already.add(subject)
    found.changes = [change for change in by_label.values() if change.moved or change.both]
    _foresee_texts(found)
    found.seen = _signature(found)
    return found


def _signature(found):
    rows = (found.kept.pk, [row.pk for row in found.merged])
    changes = [(c.label, [r.pk for r in c.moved], [r.pk for r in c.both]) for c in found.changes]
    told = str((rows, changes, found.words, found.near, found.filled, found.dropped))
    return sha256(told.encode()).hexdigest()[:16]


def _check(kept, merged):
    if not merged:
        raise ValidationError("Choisissez au moins deux lignes à fusionner.")
    if any(type(row) is not type(kept) or row.pk == kept.pk for row in merged):
        raise ValidationError("On ne fusionne que des lignes différentes d’une même liste.")


def _foresee_texts(found):
    """Say which words and texts of the rows merged are kept, and which are not."""
    kept = found.kept
    before, near = lines(kept.synonymes), lines(kept.proches)
    found.words = [w for w in lines(_synonyms(kept, found.merged)) if w not in before]
    found.near = [w for w in lines(_near(kept, found.merged)) if w not in near]
    empty = {f.name for f in _texts(kept) if not getattr(kept, f.name)}
    for row in found.merged:
        for f in _texts(row):
            text, label = getattr(row, f.name), capfirst(str(f.verbose_name))
            if not text or text == getattr(kept, f.name):
                continue
            if f.name in empty:
                empty.remove(f.name)
                found.filled.append((label, text))
            else:
                found.dropped.append((str(row), label, text))


def _texts(row):
    """The fields of a row that say what it is, besides its names and its words for search."""
    words = (models.CharField, models.TextField)
    apart = {*NAMES, "slug", "cle", "synonymes", "proches"}
    return [f for f in row._meta.concrete_fields if isinstance(f, words) and f.name not in apart and not f.choices]


def _synonyms(kept, merged):
    words = [word for row in merged for word in [*names_of(row).values(), *lines(row.synonymes)]]
    return with_words(kept.synonymes, words, but=names_of(kept).values())


def _near(kept, merged):
    words = [word for row in merged for word in lines(row.proches)]
    return with_words(kept.proches, words, but=[*names_of(kept).values(), *lines(_synonyms(kept, merged))])


def merge(kept, merged):
    """Make one of `kept` and `merged` (rows of one model), in one transaction. Gives the `Preview` that came true.

    Whatever pointed to a row of `merged` points to `kept`, once; their addresses lead to it; their names and search
    words become its own; its empty texts are filled in. Raises ValidationError if they cannot be merged.
    """
    _check(kept, merged)
    with editing():
        model = type(kept)
        kept = model._base_manager.get(pk=kept.pk)
        merged = [model._base_manager.get(pk=row.pk) for row in merged]
        done = preview(kept, merged)
        _take_texts(kept, merged)
        kept.save()
        for row in merged:
            for relation in relations_to(model):
                _move(relation, row, kept)
            for name in (f.name for f in model._meta.local_many_to_many):
                getattr(kept, name).add(*getattr(row, name).all())
            _inherit_address(row, kept)
        done.kept = kept
    return done


def _take_texts(kept, merged):
    kept.synonymes, kept.proches = _synonyms(kept, merged), _near(kept, merged)
    for row in merged:
        for f in _texts(row):
            if not getattr(kept, f.name):
                setattr(kept, f.name, getattr(row, f.name))


def _move(relation, row, kept):
    """Row by row, never in bulk: search and history are told of each."""
    if relation.through is not None:
        mine = getattr(row, relation.field.remote_field.get_accessor_name())
        others = list(mine.all())
        getattr(kept, relation.field.remote_field.get_accessor_name()).add(*others)
        mine.clear()
        return
    for one in relation.rows(row):
        setattr(one, relation.field.name, kept)
        twin = _twin(one)
        if twin is None:
            one.save()
            continue
        if hasattr(twin, "absorb"):
            setattr(one, relation.field.name, row)
            twin.absorb(one)
        relation.model._base_manager.get(pk=one.pk).delete()


def _twin(row):
    """The other row that a constraint forbids beside `row` as it is now, or None."""
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.condition is None:
            same = {name: getattr(row, name) for name in constraint.fields}
            if twin := type(row)._base_manager.filter(**same).exclude(pk=row.pk).first():
                return twin
    return None


def _inherit_address(row, kept):
    """Every address of `row`, former ones included, leads to `kept` from now on. Deletes `row`."""
    addresses = AncienneAdresse.objects.filter(modele=row._meta.label_lower, objet_id=row.pk)
    former = [*addresses.values_list("slug", flat=True), row.slug]
    row.delete()
    for slug in former:
        AncienneAdresse.objects.update_or_create(
            modele=kept._meta.label_lower, slug=slug, defaults={"objet_id": kept.pk}
        )
