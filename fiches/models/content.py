"""What a sheet says, as plain data: to keep it, compare it, carry it over from one row to another.

The content of a sheet is a dict of parts, ready for JSON: {name of a field: its value (the key of what it points to, a
date as ISO text)}, {name of a link: sorted keys}, {name of a set of rows: [{field: value}, …]}. What is not content:
its address, its status, its owner, and whatever the machine writes.
"""

from .evidence import Citation
from .fiche import Fiche
from .parts import Etape, Gain, Intervention, Voisinage
from .themes import FicheLevier

FIELDS = (
    "genre",
    "titre",
    "theme",
    "resume",
    "en_bref",
    "pourquoi",
    "marche_si",
    "ne_marche_pas_si",
    "role_du_centre",
    "exemple",
    "temps",
    "cout",
    "materiel",
    "questions",
    "reperes",
    "vigilance",
    "signaux",
    "resultats",
    "formulations",
    "reviewed_on",
    "a_revoir_le",
    "a_confirmer",
)
LINKS = ("moments", "niveaux", "dispositifs", "termes")
ROWS = {  # name → (model, its key to the sheet)
    "etapes": (Etape, "fiche"),
    "gains": (Gain, "fiche"),
    "interventions": (Intervention, "fiche"),
    "fiche_leviers": (FicheLevier, "content_object"),
    "citations": (Citation, "fiche"),
    "voisinages": (Voisinage, "fiche"),
}
PARTS = (*FIELDS, *LINKS, *ROWS)


def row_fields(name):
    """The fields of the rows `name` that are content."""
    model, owner = ROWS[name]
    return [field for field in model._meta.concrete_fields if not field.primary_key and field.name != owner]


def label_of(part):
    """The name of a part, as its form says it."""
    if part in ROWS:
        return str(ROWS[part][0]._meta.verbose_name_plural)
    return str(Fiche._meta.get_field(part).verbose_name)


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _plain_row(row, fields):
    return {field.name: _plain(getattr(row, field.attname)) for field in fields}


def content_of(fiche):
    """What `fiche` says, as the database has its rows now. Ten queries."""
    content = _plain_row(fiche, [Fiche._meta.get_field(name) for name in FIELDS])
    for name in LINKS:
        content[name] = sorted(getattr(fiche, name).order_by().values_list("pk", flat=True))
    for name in ROWS:
        fields = row_fields(name)
        rows = ROWS[name][0].objects.filter(**{ROWS[name][1]: fiche})
        content[name] = [_plain_row(row, fields) for row in rows.order_by(*_order(name))]
    return content


def _order(name):
    has_rank = any(field.name == "ordre" for field in row_fields(name))
    return ("ordre", "pk") if has_rank else ("pk",)


def put_content(fiche, content):
    """Make `fiche` say `content`, inside `editing()`. Only the parts that differ are written.

    Gives what could not be put back because it exists no more, as names of parts.
    """
    now, lost = content_of(fiche), set()
    for name in FIELDS:
        field = Fiche._meta.get_field(name)
        value = field.to_python(content[name]) if name in content else getattr(fiche, field.attname)
        if field.is_relation and not field.related_model.objects.filter(pk=value).exists():
            lost.add(name)
            continue
        setattr(fiche, field.attname, value)
    fiche.save()
    for name in (*LINKS, *ROWS):
        if name in content and content[name] != now[name]:
            kept = _put_links(fiche, name, content[name]) if name in LINKS else _put_rows(fiche, name, content[name])
            if kept < len(content[name]):
                lost.add(name)
    return [name for name in PARTS if name in lost]


def _put_links(fiche, name, keys):
    found = Fiche._meta.get_field(name).related_model.objects.filter(pk__in=keys)
    getattr(fiche, name).set(found)
    return len(found)


def _put_rows(fiche, name, rows):
    """Write `rows` in the place of those there. Gives how many were written."""
    model, owner = ROWS[name]
    model.objects.filter(**{owner: fiche}).delete()
    fields = row_fields(name)
    for field in fields:
        if field.is_relation:
            there = field.related_model.objects.filter(pk__in=[row[field.name] for row in rows])
            known = set(there.values_list("pk", flat=True))
            rows = [row for row in rows if row[field.name] in known]
    for row in rows:
        values = {field.attname: row[field.name] for field in fields if field.name in row}
        model.objects.create(**{owner: fiche}, **values)
    return len(rows)
