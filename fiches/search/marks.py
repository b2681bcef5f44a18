"""Which sheets a write concerns, so that search reads those again and no other.

A document of the index is made from a sheet, its parts, the words cited in it and the sentences tied to it. When one
of these rows is saved or deleted, its sheet gets a new `marque`. A bulk write says nothing of the rows it touches:
then every document is made again. Forgetting is impossible: what no signal told of counts as bulk.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from acteurs.models import Acteur, Dispositif, Niveau, Terme
from acteurs.stamp import closing, edition
from fiches.models import (
    Analyse,
    Atelier,
    Citation,
    Etape,
    Extrait,
    Fiche,
    FicheLevier,
    Gain,
    Intervention,
    Levier,
    Moment,
    Phrase,
    Ressource,
    Synonyme,
    Theme,
    Voisinage,
)

# Model → the path from a sheet to its rows.
FEEDS = {
    Fiche: "pk",
    Etape: "etapes",
    Gain: "gains",
    Intervention: "interventions",
    FicheLevier: "fiche_leviers",
    Citation: "citations",
    Extrait: "citations__extrait",
    Atelier: "citations__extrait__atelier",
    Phrase: "phrases",
    Theme: "theme",  # its number sorts them
    Voisinage: "voisinages",
}
LINKS = [
    *(getattr(Fiche, name).through for name in ("moments", "niveaux", "dispositifs", "termes")),
    Phrase.fiches.through,
]
# The words that search knows beside the sheets: few rows, read again all together.
LEXICON = [Acteur, Dispositif, Levier, Terme, Theme, Moment, Niveau, Phrase, Ressource, Synonyme]

MANY = 500  # sheets: beyond, reading all of them again is as quick as naming them

_DOCUMENT_TABLES = {model._meta.db_table for model in (*FEEDS, *LINKS)}
_LEXICON_TABLES = {
    table
    for model in LEXICON
    for table in (model._meta.db_table, *(field.m2m_db_table() for field in model._meta.local_many_to_many))
}


def _mark(door, model, row, using):
    """Note the sheets that `row` feeds, as the database has it now."""
    if row.pk:
        sheets = Fiche.objects.using(using).filter(**{FEEDS[model]: row.pk})
        door.marked.update(sheets.order_by().values_list("pk", flat=True))


def _begin(sender, instance, using, raw=False, **kwargs):
    """Before a save or a deletion: the sheet that the row leaves is concerned too."""
    if (door := edition(using)) and not raw:
        door.telling += 1
        _mark(door, sender, instance, using)


def _end(sender, instance, using, raw=False, **kwargs):
    if (door := edition(using)) and not raw:
        door.telling -= 1
        _mark(door, sender, instance, using)


def _link(sender, instance, action, reverse, pk_set, using, **kwargs):
    """A link between sheets and something else is made or undone, from either side."""
    door = edition(using)
    if door is None:
        return
    door.telling += 1 if action.startswith("pre_") else -1
    if isinstance(instance, Fiche):
        door.marked.add(instance.pk)
    elif pk_set is not None:
        door.marked.update(pk_set)
    else:  # cleared from the other side: its sheets are known before, not after
        door.marked.update(instance.fiches.using(using).values_list("pk", flat=True))


def _close(sender, edition, token, using, **kwargs):
    """Before the stamp is renewed: mark the sheets again, or ask for all of them. What was kept of their former words
    goes in the same transaction: nobody is to find there what was just erased."""
    analyses = Analyse.objects.using(using)
    if edition.tables & _LEXICON_TABLES:
        edition.renewed.add("lexique")
    if edition.untold & _DOCUMENT_TABLES or edition.telling or len(edition.marked) > MANY:
        edition.renewed.add("fiches")
        analyses.all().delete()
    elif edition.marked:
        analyses.filter(pk__in=edition.marked).delete()
        Fiche.objects.using(using).filter(pk__in=edition.marked).update(marque=token)


def install():
    """Listen to the rows that feed documents. Called once, when the apps are ready."""
    for model in FEEDS:
        for signal in (pre_save, pre_delete):
            signal.connect(_begin, sender=model, dispatch_uid="fiches.search.marks")
        for signal in (post_save, post_delete):
            signal.connect(_end, sender=model, dispatch_uid="fiches.search.marks")
    for through in LINKS:
        m2m_changed.connect(_link, sender=through, dispatch_uid="fiches.search.marks")
    closing.connect(_close, dispatch_uid="fiches.search.marks")
