"""What a form of the admin says, as plain data: as it was read, as it is saved now, as it was typed; all three merged.

A picture is {"fields": {name: value}, "rows": {prefix: {key of the row: {name: value}}}}. A value is what a browser
would send: a text, or a sorted list of texts. New rows have keys that begin with `NEW`. Files are left out: a browser
sends them once.
"""

from dataclasses import dataclass, field

from django import forms

NEW = "new-"


def _widget(form_field):
    return getattr(form_field.widget, "widget", form_field.widget)  # Django wraps it with its add and edit links


def _is_told(form_field):
    return not isinstance(_widget(form_field), forms.FileInput) and not isinstance(
        form_field, forms.models.InlineForeignKeyField
    )


def _plain(value):
    """What a browser sends, made comparable: line ends, spaces at both ends and the order of choices say nothing."""
    if isinstance(value, (list, tuple)):
        return sorted(str(one) for one in value)
    if value is True:
        return "on"
    if value in (None, False):
        return ""
    return str(value).replace("\r\n", "\n").strip()


def _shown(bound):
    """The value of a field as its unbound form shows it."""
    widget = _widget(bound.field)
    if isinstance(widget, forms.CheckboxInput):
        return _plain(bool(bound.value()))
    value = widget.format_value(bound.value())
    if isinstance(value, (list, tuple)) and not getattr(widget, "allow_multiple_selected", False):
        value = value[0] if value else ""
    return _plain(value)


def _own_fields(form, *apart):
    return {name: one for name, one in form.fields.items() if _is_told(one) and name not in apart}


def picture(form, formsets):
    """What unbound forms show."""
    return {
        "fields": {name: _shown(form[name]) for name in _own_fields(form)},
        "rows": {formset.prefix: _shown_rows(formset) for formset in formsets},
    }


def _apart(formset):
    """The fields of a row that say which row it is, and whether it goes."""
    return (formset.model._meta.pk.name, formset.fk.name, "DELETE")


def _shown_rows(formset):
    rows = [row for row in formset.initial_forms if row.instance.pk]
    return {
        str(row.instance.pk): {name: _shown(row[name]) for name in _own_fields(row, *_apart(formset))} for row in rows
    }


def typed_picture(form, formsets, data):
    """What `data` (a POST) says in these unbound forms, whatever became of their rows since."""

    def read(one, name):
        return _plain(_widget(one).value_from_datadict(data, {}, name))

    return {
        "fields": {name: read(one, form.add_prefix(name)) for name, one in _own_fields(form).items()},
        "rows": {formset.prefix: _typed_rows(formset, data, read) for formset in formsets},
    }


def _typed_rows(formset, data, read):
    empty, rows = formset.empty_form, {}
    fields = _own_fields(empty, *_apart(formset))
    blank = {name: _shown(empty[name]) for name in fields}
    for n in range(_count(data.get(f"{formset.prefix}-TOTAL_FORMS"))):
        prefix = f"{formset.prefix}-{n}-"
        key = data.get(f"{prefix}{formset.model._meta.pk.name}") or ""
        row = {name: read(one, f"{prefix}{name}") for name, one in fields.items()}
        if not data.get(f"{prefix}DELETE") and (key or row != blank):
            rows[key or f"{NEW}{n}"] = row
    return rows


def _count(text):
    return min(int(text), 1000) if text and text.isdecimal() else 0


# Three pictures into one


@dataclass
class Clash:
    """One place where both sides wrote something else: `prefix` and `key` are "" for a field of the form itself.

    `name` is None when one side took the whole row away: that side is None.
    """

    prefix: str
    key: str
    name: str | None
    theirs: object
    mine: object


@dataclass
class Merge:
    """`merged` has what only one side changed; where both did, `clashes` has the two, and `merged` has theirs."""

    merged: dict
    clashes: list = field(default_factory=list)

    def choose(self, clash, *, mine):
        if mine:
            self._put(clash, clash.mine)

    def _put(self, clash, value):
        if not clash.prefix:
            self.merged["fields"][clash.name] = value
        elif clash.name is not None:
            self.merged["rows"][clash.prefix][clash.key][clash.name] = value
        elif value is None:
            del self.merged["rows"][clash.prefix][clash.key]
        else:  # the other side took the row away: it comes back as a new one
            self.merged["rows"][clash.prefix][f"{NEW}{clash.key}"] = value


def merge(base, theirs, mine):
    """What `base` became on both sides. When it is None nobody knows what was read: nothing is taken as read."""
    read = base or {"fields": {}, "rows": {}}
    found = Merge({"fields": {}, "rows": {}})
    found.merged["fields"] = _merge_fields(found, "", "", read["fields"], theirs["fields"], mine["fields"])
    for prefix, their_rows in theirs["rows"].items():
        my_rows = mine["rows"].get(prefix, {})
        _merge_rows(found, prefix, read["rows"].get(prefix, {}), their_rows, my_rows, known=base is not None)
    return found


def _merge_fields(found, prefix, key, base, theirs, mine):
    merged = {}
    for name, their in theirs.items():
        my, was = mine.get(name, their), base.get(name)
        merged[name] = my if their == was else their
        if their not in (my, was) and my != was:
            found.clashes.append(Clash(prefix, key, name, their, my))
    return merged


def _merge_rows(found, prefix, base, theirs, mine, *, known):
    rows = found.merged["rows"][prefix] = {}
    for key, their in theirs.items():
        if key in mine:
            rows[key] = _merge_fields(found, prefix, key, base.get(key, {}), their, mine[key])
        elif key not in base or not known:  # they added it
            rows[key] = their
        elif their != base[key]:  # I took it away, they changed it
            rows[key] = their
            found.clashes.append(Clash(prefix, key, None, their, None))
    for key, my in mine.items():
        if key.startswith(NEW):
            rows[key] = my
        elif key not in theirs and my != base.get(key):  # they took it away, I changed it
            found.clashes.append(Clash(prefix, key, None, None, my))


# And back into what a browser sends


def to_post(data, form, formsets, merged, there):
    """`data` (a mutable QueryDict) with the forms' own values replaced by `merged`; `there`: the picture saved now."""
    for name, one in _own_fields(form).items():
        _set(data, form.add_prefix(name), one, merged["fields"][name])
    for formset in formsets:
        _rows_to_post(data, formset, merged["rows"][formset.prefix], there["rows"][formset.prefix])


def _set(data, name, form_field, value):
    data.pop(name, None)
    if isinstance(value, list):
        data.setlist(name, value)
    elif value or not isinstance(_widget(form_field), forms.CheckboxInput):
        data[name] = value


def _rows_to_post(data, formset, rows, there):
    counts = {name: data.get(f"{formset.prefix}-{name}") for name in ("MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    for name in [name for name in data if name.startswith(f"{formset.prefix}-")]:
        del data[name]
    data.update({f"{formset.prefix}-{name}": value for name, value in counts.items() if value is not None})
    keys = [*there, *(key for key in rows if key not in there)]
    data[f"{formset.prefix}-INITIAL_FORMS"] = str(len(there))
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(keys))
    fields = _own_fields(formset.empty_form, *_apart(formset))
    owner = formset.instance.pk
    for n, key in enumerate(keys):
        prefix = f"{formset.prefix}-{n}-"
        data[f"{prefix}{formset.fk.name}"] = str(owner)
        data[f"{prefix}{formset.model._meta.pk.name}"] = key if key in there else ""
        if key not in rows:
            data[f"{prefix}DELETE"] = "on"
        for name, one in fields.items():
            _set(data, f"{prefix}{name}", one, rows.get(key, there.get(key))[name])
