"""No write escapes search: whatever the way, the next search knows what a process just born would know."""

import copy

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from acteurs.models import Acteur, Niveau
from acteurs.stamp import content_tables, editing, stamp
from fiches.models import (
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
    Synonyme,
    Theme,
    Voisinage,
)
from fiches.search import index, marks
from fiches.search.criteria import Criteria
from fiches.search.finder import find
from tests import factories as make

pytestmark = pytest.mark.django_db


def known(keeper):
    """All that a keeper holds of the content: documents, words and their spellings, panel."""
    words = keeper._view.vocabulary
    restored = {surface: words.restore(surface) for surface in words.surfaces()}
    return {
        "documents": {pk: keeper._analyses.take({pk: marque})[pk].texts for pk, marque in keeper._held.items()},
        "words": {surface: (n, words.spelling(surface)) for surface, n in words.surfaces().items()},
        "restored": restored,
        "written": {term: sorted(words.written(term)) for terms in restored.values() for term in terms},
        "lexicon": keeper._lexicon._meanings,
        "panel": keeper._panel._entries,
    }


def known_here():
    """What this process knows, once it has searched."""
    index.fresh()
    return known(index._keeper)


def known_anew():
    """What a process that starts now would know."""
    keeper = index.Keeper(Fiche.objects.published)
    keeper.fresh()
    return known(keeper)


class Rows:
    """Two sheets with one of each thing that feeds a document, and spare rows to tie to them."""

    def __init__(self):
        self.levier, self.autre_levier = make.make_levier(nom="Pont"), make.make_levier(nom="Passerelle")
        self.moment, self.niveau = make.make_moment(), make.make_niveau()
        self.dispositif, self.terme = make.make_dispositif(), make.make_terme()
        self.acteur = make.make_acteur()
        linked = {
            "leviers": [self.levier],
            "moments": [self.moment],
            "niveaux": [self.niveau],
            "dispositifs": [self.dispositif],
            "termes": [self.terme],
        }
        self.theme = make.make_theme()
        self.fiche = make.make_published_fiche(titre="Ouvrir", theme=self.theme, **linked)
        self.autre = make.make_published_fiche(titre="Fermer", theme=self.theme)
        self.etape = make.make_etape(fiche=self.fiche, titre="Marcher")
        self.gain = make.make_gain(fiche=self.fiche, gain="Confiance")
        self.intervention = make.make_intervention(fiche=self.fiche, acteur=self.acteur, texte="Accueille")
        self.extrait = make.make_extrait(texte="Une parole rare.")
        self.citation = make.make_citation(fiche=self.fiche, extrait=self.extrait)
        self.phrase = make.make_phrase(phrase="On verra demain", variantes="plus tard")
        with editing():
            self.phrase.fiches.add(self.fiche)
        self.voisinage = make.make_voisinage(fiche=self.fiche, vers=self.autre)
        self.tiers = make.make_fiche(titre="Passer")
        self.draft = make.make_ready_fiche(titre="Attendre", theme=self.theme)
        self.synonyme = make.make_synonyme("pont", "viaduc")
        self.sigle = make.make_sigle("CNIL", "commission nationale", acteurs=[self.acteur])
        self.anew = known_anew()


@pytest.fixture(scope="module")
def all_rows(django_db_setup, django_db_blocker):
    """Made once: each test undoes what it writes."""
    whole_module = transaction.atomic()
    with django_db_blocker.unblock():
        whole_module.__enter__()
        made = Rows()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole_module.__exit__(None, None, None)


@pytest.fixture
def rows(all_rows, db):
    """The rows as just read: a test may change them as it likes."""
    return copy.deepcopy(all_rows)


def save(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def raw_fixture(row, **values):
    """What `loaddata` does with a row."""
    for name, value in values.items():
        setattr(row, name, value)
    next(serializers.deserialize("json", serializers.serialize("json", [row]))).save()


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


# Each way to change what a document holds, one row at a time: {what it is: function(rows)}.
TOLD = {
    "a sheet saved": lambda r: save(r.fiche, titre="Entrouvrir"),
    "one field saved": lambda r: (setattr(r.fiche, "en_bref", "Vite"), r.fiche.save(update_fields=["en_bref"])),
    "formulations": lambda r: save(r.fiche, formulations="comment entrer"),
    "a review": lambda r: save(r.fiche, reviewed_on="2020-01-01"),
    "published": lambda r: r.draft.publish(by=None),
    "archived": lambda r: r.fiche.archive(),
    "put back": lambda r: (r.fiche.archive(), r.fiche.publish(by=None)) and save(r.fiche, resume="Revenue"),
    "a sheet deleted": lambda r: r.fiche.delete(),
    "sheets deleted together": lambda r: Fiche.objects.filter(pk__in=[r.fiche.pk, r.draft.pk]).delete(),
    "a step saved": lambda r: save(r.etape, texte="Pas à pas"),
    "a step added": lambda r: Etape.objects.create(fiche=r.fiche, quand="des-lundi", titre="Courir", ordre=99),
    "a step deleted": lambda r: r.etape.delete(),
    "a step moved to another sheet": lambda r: save(r.etape, fiche=r.autre),
    "steps deleted together": lambda r: Etape.objects.filter(fiche=r.fiche).delete(),
    "a gain saved": lambda r: save(r.gain, risque="Lenteur"),
    "a gain deleted": lambda r: r.gain.delete(),
    "a gain moved": lambda r: save(r.gain, fiche=r.autre),
    "an actor's part saved": lambda r: save(r.intervention, texte="Sourit"),
    "an actor's part deleted": lambda r: r.intervention.delete(),
    "an actor's part moved": lambda r: save(r.intervention, fiche=r.autre),
    "another actor": lambda r: save(r.intervention, acteur=make.make_acteur()),
    "a citation deleted": lambda r: r.citation.delete(),
    "a citation moved": lambda r: save(r.citation, fiche=r.autre),
    "a citation that contradicts": lambda r: save(r.citation, position="contredit"),
    "a citation of other words": lambda r: save(r.citation, extrait=make.make_extrait(texte="Autres mots.")),
    "an excerpt saved": lambda r: save(r.extrait, texte="Une parole changée."),
    "an excerpt set aside": lambda r: save(r.extrait, etat="ecarte", motif="Hors sujet"),
    "an excerpt made private": lambda r: save(r.extrait, portee="reseau"),
    "an excerpt of the other side": lambda r: save(r.extrait, voix="partenaires-ecole"),
    "an excerpt of another workshop": lambda r: save(r.extrait, atelier=make.make_atelier(portee="interne")),
    "a workshop made private": lambda r: save(r.extrait.atelier, portee="interne"),
    "a sentence saved": lambda r: save(r.phrase, phrase="On verra après"),
    "other ways to say it": lambda r: save(r.phrase, variantes="un de ces jours"),
    "a sentence deleted": lambda r: r.phrase.delete(),
    "a sentence tied": lambda r: r.phrase.fiches.add(r.autre),
    "a sentence tied from the sheet": lambda r: r.autre.phrases.add(r.phrase),
    "a sentence untied": lambda r: r.phrase.fiches.remove(r.fiche),
    "a sentence untied from the sheet": lambda r: r.fiche.phrases.remove(r.phrase),
    "a sentence tied to others": lambda r: r.phrase.fiches.set([r.autre]),
    "a sentence tied to none": lambda r: r.phrase.fiches.clear(),
    "a sheet without sentences": lambda r: r.fiche.phrases.clear(),
    "a moment tied": lambda r: r.autre.moments.add(r.moment),
    "a moment tied from its side": lambda r: r.moment.fiches.add(r.autre),
    "a moment without sheets": lambda r: r.moment.fiches.clear(),
    "the moments of a sheet": lambda r: r.fiche.moments.set([make.make_moment()]),
    "a level untied from its side": lambda r: r.niveau.fiches.remove(r.fiche),
    "the sheets of a level": lambda r: r.niveau.fiches.set([r.autre]),
    "a sheet without levels": lambda r: r.fiche.niveaux.clear(),
    "a scheme tied from its side": lambda r: r.dispositif.fiches.add(r.autre),
    "a sheet without schemes": lambda r: r.fiche.dispositifs.clear(),
    "a word tied from its side": lambda r: r.terme.fiches.add(r.autre),
    "a sheet without words": lambda r: r.fiche.termes.clear(),
    "a lever tied": lambda r: r.fiche.leviers.add(r.autre_levier),
    "the levers of a sheet": lambda r: r.fiche.leviers.set([r.autre_levier]),
    "a row that ties a lever": lambda r: FicheLevier.objects.create(content_object=r.autre, tag=r.levier),
    "a lever tied to another sheet": lambda r: save(r.fiche.fiche_leviers.get(), content_object=r.autre),
    "another lever in the row": lambda r: save(r.fiche.fiche_leviers.get(), tag=r.autre_levier),
    "a row of a lever deleted": lambda r: r.fiche.fiche_leviers.get().delete(),
    "a neighbour": lambda r: Voisinage.objects.create(fiche=r.autre, vers=r.fiche),
    "another neighbour": lambda r: save(r.voisinage, vers=r.draft),
    "a neighbour from another sheet": lambda r: save(r.voisinage, fiche=r.draft),
    "a neighbour no more": lambda r: r.voisinage.delete(),
    "a neighbour deleted": lambda r: r.autre.delete(),
    "a theme with another number": lambda r: save(r.theme, numero=99),
    "a sheet of another theme": lambda r: save(r.fiche, theme=make.make_theme()),
}
# The same in bulk, or without a signal: nobody knows which sheets, so all of them are read again.
BULK = {
    "a sheet that a fixture brings": lambda r: raw_fixture(r.fiche, titre="Entrebâiller"),
    "a step that a fixture brings": lambda r: raw_fixture(r.etape, texte="Pas de côté"),
    "an update": lambda r: Fiche.objects.filter(pk=r.fiche.pk).update(resume="Autre chose"),
    "an update of states": lambda r: Fiche.objects.update(statut="archivee"),
    "an update of excerpts": lambda r: Extrait.objects.update(portee="interne"),
    "an update of workshops": lambda r: Atelier.objects.update(portee="interne"),
    "an update of citations": lambda r: Citation.objects.update(position="nuance", fiche=r.autre),
    "an update of steps": lambda r: Etape.objects.update(texte="Tous ensemble"),
    "an update of themes": lambda r: Theme.objects.filter(pk=r.theme.pk).update(numero=77),
    "an update of neighbours": lambda r: Voisinage.objects.update(vers=r.draft),
    "bulk_create": lambda r: Gain.objects.bulk_create([Gain(fiche=r.autre, pour="ecole", gain="Air", effort="eleve")]),
    "bulk_create, updating": lambda r: Intervention.objects.bulk_create(
        [Intervention(fiche=r.fiche, acteur=r.acteur, texte="Remplace")],
        update_conflicts=True,
        unique_fields=["fiche", "acteur"],
        update_fields=["texte"],
    ),
    "bulk_update": lambda r: (
        setattr(r.phrase, "phrase", "En lot"),
        Phrase.objects.bulk_update([r.phrase], ["phrase"]),
    ),
    "rows of links": lambda r: Fiche.niveaux.through.objects.create(fiche=r.autre, niveau=r.niveau),
    "rows of links deleted": lambda r: Phrase.fiches.through.objects.all().delete(),
    "raw delete": lambda r: Gain.objects.all()._raw_delete("default"),
    "a moment deleted": lambda r: r.moment.delete(),
    "a level deleted with others": lambda r: Niveau.objects.all().delete(),
    "a scheme deleted": lambda r: r.dispositif.delete(),
    "SQL": lambda r: sql("UPDATE fiches_fiche SET titre = 'Forcer' WHERE id = %s", r.fiche.pk),
    "SQL that deletes": lambda r: sql("DELETE FROM fiches_gain"),
    "SQL with a common table": lambda r: sql(
        "WITH chosen AS (SELECT id FROM fiches_fiche) UPDATE fiches_fiche SET resume = 'Commun' "
        "WHERE id IN (SELECT id FROM chosen)"
    ),
    "a word of the glossary deleted": lambda r: r.terme.delete(),
}
# What no document holds, yet search knows: names, synonyms, groups, acronyms, sentences, resources.
WORDS = {
    "a lever renamed": lambda r: save(r.levier, name="Aqueduc"),
    "a lever renamed in bulk": lambda r: Levier.objects.filter(pk=r.levier.pk).update(name="Aqueduc"),
    "a synonym of a lever": lambda r: save(r.levier, synonymes="franchir"),
    "a word near an actor": lambda r: save(r.acteur, proches="guichet"),
    "an actor renamed": lambda r: save(r.acteur, nom="Voisin"),
    "a scheme's acronym": lambda r: save(r.dispositif, sigle="ZUP"),
    "a theme renamed": lambda r: save(r.theme, titre="Rivières"),
    "a definition": lambda r: save(r.terme, definition="Autre sens."),
    "a group of words": lambda r: make.make_synonyme("rive", "berge"),
    "a group changed": lambda r: save(r.synonyme, mots="pont\narche"),
    "a group deleted": lambda r: r.synonyme.delete(),
    "groups changed in bulk": lambda r: Synonyme.objects.filter(pk=r.synonyme.pk).update(mots="pont\narche"),
    "an acronym": lambda r: make.make_sigle("ONU", "organisation des nations unies", acteurs=[r.acteur]),
    "a cautious acronym": lambda r: make.make_sigle("PAS", "projet d’accueil", prudence="pas", acteurs=[r.acteur]),
    "where an acronym leads": lambda r: r.sigle.leviers.add(r.levier),
    "where an acronym leads, from the other side": lambda r: r.levier.sigles.add(r.sigle),
    "where an acronym leads no more": lambda r: r.acteur.sigles.clear(),
    "a resource": lambda r: make.make_ressource(titre="Charte"),
    "a sentence of its own": lambda r: make.make_phrase(phrase="Ce n’est pas mon rôle"),
    "an answer": lambda r: save(r.phrase, reponse="Oui."),
}


def each(writes):
    return pytest.mark.parametrize("write", writes.values(), ids=writes.keys())


@each(TOLD)
def test_a_row_written_is_read_again_and_no_other_sheet(rows, write):
    index.fresh()
    bulk = stamp().fiches
    with editing():
        write(rows)
    after = known_here()
    assert after == known_anew()
    assert after["documents"] != rows.anew["documents"], "the write must matter, else this proves nothing"
    assert stamp().fiches == bulk, "one row was written: the other sheets are not concerned"


@each(BULK)
def test_a_write_in_bulk_is_read_again(rows, write):
    index.fresh()
    with editing():
        write(rows)
    after = known_here()
    assert after == known_anew()
    assert after["documents"] != rows.anew["documents"]


@each(WORDS)
def test_a_word_that_search_knows_is_read_again(rows, write):
    index.fresh()
    with editing():
        write(rows)
    after = known_here()
    assert after == known_anew()
    assert after != rows.anew


UNDONE = (
    "a sheet saved",
    "published",
    "a sheet deleted",
    "a step moved to another sheet",
    "a workshop made private",
    "a sentence tied from the sheet",
    "the levers of a sheet",
    "an update",
    "SQL that deletes",
    "a synonym of a lever",
    "an acronym",
)


@each({name: {**TOLD, **BULK, **WORDS}[name] for name in UNDONE})
def test_a_write_undone_leaves_nothing(rows, write):
    """Searched in its transaction, then rolled back: the words that never were must not stay."""
    for _ in range(2):
        with transaction.atomic():
            with editing():
                write(copy.deepcopy(rows))
            index.fresh()
            transaction.set_rollback(True)
        assert known_here() == rows.anew
    with transaction.atomic():
        with editing():
            write(copy.deepcopy(rows))
        index.fresh()
        transaction.set_rollback(True)
    with editing():  # someone else saves then: the version is the one that was searched
        rows.tiers.save()
    assert known_here() == rows.anew


def titles_for(q):
    return sorted(fiche.titre for fiche in find(Criteria(q=q, tri="pertinence", exact=True)).page)


def test_words_rolled_back_are_not_found(rows):
    with transaction.atomic():
        with editing():
            save(rows.fiche, resume="Un fantômas passe")
        assert titles_for("fantômas") == ["Ouvrir"]
        transaction.set_rollback(True)
    assert titles_for("fantômas") == []
    with editing():
        save(rows.autre, resume="Un farfadet passe")
    assert titles_for("fantômas") == []
    assert titles_for("farfadet") == ["Fermer"]


def edit_search_and_fail(fiche, **more):
    with editing():
        save(fiche, resume="Un fantômas passe", **more)
        assert titles_for("fantômas") == [fiche.titre]
        raise ZeroDivisionError


def test_a_search_in_the_middle_of_an_edition_leaves_nothing_of_it(rows):
    """There the stamp has not moved yet: what is read must not pass for what the stamp tells of."""
    index._keeper._forget()  # as in a process that has just started
    with pytest.raises(ZeroDivisionError):
        edit_search_and_fail(rows.fiche)
    assert titles_for("fantômas") == []


def test_a_card_read_in_the_middle_of_an_edition_is_not_kept(rows):
    fiche = Fiche.objects.get(pk=rows.fiche.pk)
    with pytest.raises(ZeroDivisionError):
        edit_search_and_fail(fiche, titre="Fantômas")
    assert titles_for("parole rare") == ["Ouvrir"]


def test_after_a_save_that_fails_the_rest_of_the_edition_is_known(rows):
    """Its signal of the end never comes: what follows must not pass for told."""
    index.fresh()
    with editing():
        with pytest.raises(IntegrityError), transaction.atomic():
            save(rows.draft, slug=rows.fiche.slug)
        Etape.objects.filter(pk=rows.etape.pk).update(texte="Zigzaguer")
    assert known_here() == known_anew()
    assert titles_for("zigzaguer") == ["Ouvrir"]


def test_a_link_that_fails_does_not_hide_what_follows(rows):
    index.fresh()
    with editing():
        with pytest.raises(TypeError, match="Acteur"), transaction.atomic():
            rows.fiche.niveaux.add(rows.acteur)
        with transaction.atomic():
            rows.fiche.niveaux.add(make.make_niveau())
            transaction.set_rollback(True)
        Gain.objects.filter(pk=rows.gain.pk).update(gain="Zigzag")
    assert known_here() == known_anew()
    assert titles_for("zigzag") == ["Ouvrir"]


def test_beyond_many_sheets_all_are_read_again(rows, monkeypatch):
    monkeypatch.setattr(marks, "MANY", 1)
    index.fresh()
    bulk = stamp().fiches
    with editing():
        save(rows.fiche, resume="Zigzag")
        save(rows.autre, resume="Zigzag")
    assert stamp().fiches != bulk
    assert titles_for("zigzag") == ["Fermer", "Ouvrir"]
    with editing():
        save(rows.fiche, resume="Tout droit")
    assert stamp().fiches != bulk
    assert titles_for("zigzag") == ["Fermer"]


def test_a_save_by_someone_who_read_the_sheet_long_ago_is_known(rows):
    """It writes the mark of that day back: it must be drawn again all the same."""
    index.fresh()
    stale = Fiche.objects.get(pk=rows.fiche.pk)
    with editing():
        save(rows.fiche, resume="Zigzag")
    assert titles_for("zigzag") == ["Ouvrir"]
    with editing():
        save(stale, resume="Entrechat")
    assert titles_for("zigzag") == []
    assert titles_for("entrechat") == ["Ouvrir"]


def test_every_table_that_a_document_is_read_from_is_watched(rows, django_assert_max_num_queries):
    """A table read for a document and forgotten in `marks.py` would give stale answers, silently."""
    with django_assert_max_num_queries(20) as captured:
        assert len(list(index.read(Fiche.objects.filter(pk__in=[rows.fiche.pk, rows.autre.pk])))) == 2
    read = {word for query in captured for word in query["sql"].replace('"', " ").split() if "_" in word}
    tables = {model._meta.db_table for model in (*marks.FEEDS, *marks.LINKS)}
    # Of these, documents hold the key alone: it goes with the row that ties it to the sheet.
    keys_only = {model._meta.db_table for model in (Moment, Niveau, type(rows.dispositif), type(rows.terme))}
    content = read & content_tables()
    assert content - keys_only <= tables
    assert Acteur._meta.db_table not in content
