"""Two states of a sheet side by side: section by section, word by word."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.utils.formats import date_format

from .models import Fiche
from .models.content import FIELDS, LINKS, PARTS, ROWS, label_of, row_fields

SAME, GONE, NEW = "same", "del", "ins"
GONE_FOR_GOOD = "(supprimé depuis)"


@dataclass(frozen=True)
class Change:
    """One part that differs. `pieces`: [(SAME, GONE or NEW, text), …], which spell both texts."""

    part: str
    label: str
    before: str
    after: str

    @property
    def pieces(self):
        return list(_breaks_apart(word_pieces(self.before, self.after)))


def word_pieces(before, after):
    """How to get from one text to the other, by whole words: [(SAME, GONE or NEW, text), …]."""
    old, new = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (before, after))
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append((SAME, "".join(old[a:b])))
            continue
        if a < b:
            pieces.append((GONE, "".join(old[a:b])))
        if c < d:
            pieces.append((NEW, "".join(new[c:d])))
    return pieces


def _breaks_apart(pieces):
    """`pieces`, of which none that is new begins with a line break: its first word follows what says « ajouté »."""
    for kind, text in pieces:
        words = text.lstrip("\n")
        if kind == NEW and words and words != text:
            yield SAME, text[: -len(words)]
            text = words
        yield kind, text


def changes(before, after):
    """The parts that differ between two contents (see `models.content`), in the order of the form."""
    names = _names(before, after)
    told = ((part, text_of(part, before, names), text_of(part, after, names)) for part in PARTS)
    return [Change(part, label_of(part), old, new) for part, old, new in told if old != new]


def _names(*contents):
    """{model: {key: name}} of all that the contents point to: one query for each model."""
    wanted = {}
    for content in contents:
        for name in FIELDS:
            field = Fiche._meta.get_field(name)
            if field.is_relation and content.get(name):
                wanted.setdefault(field.related_model, set()).add(content[name])
        for name in LINKS:
            wanted.setdefault(Fiche._meta.get_field(name).related_model, set()).update(content.get(name) or ())
        for name in ROWS:
            for field in row_fields(name):
                if field.is_relation:
                    keys = {row.get(field.name) for row in content.get(name) or ()}
                    wanted.setdefault(field.related_model, set()).update(keys - {None})
    return {model: {row.pk: _name(row) for row in model.objects.filter(pk__in=keys)} for model, keys in wanted.items()}


def _name(row):
    """An excerpt by all its words: its reference alone would hide which words are cited."""
    return f"{row.reference} : {row.texte}" if hasattr(row, "reference") else str(row)


def text_of(part, content, names):
    """A part as plain text, one row or link a line; "" when it is empty or absent."""
    value = content.get(part)
    if part in LINKS:
        known = names.get(Fiche._meta.get_field(part).related_model, {})
        return "\n".join(sorted(known.get(key, GONE_FOR_GOOD) for key in value or ()))
    if part in ROWS:
        fields = [field for field in row_fields(part) if field.name != "ordre"]
        return "\n".join(_line([_told(field, row.get(field.name), names) for field in fields]) for row in value or ())
    return _told(Fiche._meta.get_field(part), value, names)


def _line(texts):
    return " · ".join(text for text in texts if text)


def _told(field, value, names):
    if value in (None, ""):
        return ""
    if field.is_relation:
        return names.get(field.related_model, {}).get(value, GONE_FOR_GOOD)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.get_internal_type() == "DateField":
        return date_format(date.fromisoformat(value), "j F Y")
    return str(value).replace("\r\n", "\n")
