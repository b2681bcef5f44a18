"""The content that ships: all there, tied together, ready to be read."""

from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models

from acteurs.bases import NaturalKeyed, lines
from acteurs.models import Acteur, Dispositif, Famille, Niveau, Terme
from acteurs.stamp import content_tables, stamp
from fiches.models import (
    Atelier,
    Categorie,
    Citation,
    Decideur,
    Demarche,
    Etape,
    Extrait,
    Fiche,
    FicheLevier,
    Gain,
    Intervention,
    Levier,
    Moment,
    Phrase,
    Porte,
    Ressource,
    Synonyme,
    TempsFort,
    Theme,
    Voisinage,
    Voix,
)
from fiches.models.demarches import ON_THE_SPOT, ON_THE_SPOT_FAMILIES, on_the_spot
from tests.factories import make_theme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (Niveau, 4),
        (Famille, 9),
        (Acteur, 59),
        (Dispositif, 18),
        (Terme, 105),
        (Theme, 12),
        (Categorie, 6),
        (Levier, 40),
        (Moment, 6),
        (Fiche, 75),
        (FicheLevier, 206),
        (Intervention, 471),
        (Voisinage, 301),
        (Atelier, 1),
        (Extrait, 404),
        (Citation, 673),
        (Etape, 488),
        (Gain, 258),
        (Ressource, 20),
        (Synonyme, 257),
        (Phrase, 45),
        (TempsFort, 30),
        (Demarche, 26),
        (Decideur, 180),
        (Porte, 2),
    ],
)
def test_everything_is_loaded(model, count):
    assert model.objects.count() == count


def values(queryset, field):
    return Counter(queryset.values_list(field, flat=True))


def test_sheets_of_each_genre():
    assert values(Fiche.objects, "genre") == {"pratique": 60, "projet": 8, "piege": 7}


def test_excerpts_of_each_voice():
    assert values(Extrait.objects, "voix") == {Voix.CENTRES: 214, Voix.ECOLE: 112, Voix.POSTITS: 78}


def test_words_of_the_glossary_and_of_the_two_voices():
    assert Terme.objects.glossary().count() == 79
    assert Terme.objects.two_voices().count() == 28


def test_the_glossary_defines_and_does_not_discuss_the_report():
    """Doubts about the workshops' report are for curators, in « à faire confirmer »."""
    asides = ("compte rendu", "ce passage", "très probablement", "revient", "n’est pas développé")
    glossary = Terme.objects.glossary()
    assert [f"{t}: {aside}" for t in glossary for aside in asides if aside in t.definition.casefold()] == []
    assert [t.slug for t in Terme.objects.exclude(sigle="") if t.sigle.casefold() == t.mot.casefold()] == []


def test_search_rules_of_each_genre():
    genres = values(Synonyme.objects, "genre")
    assert genres.pop("sigle") == 137
    assert genres.total() == 120


def test_what_people_would_type():
    assert sum(len(lines(text)) for text in Fiche.objects.values_list("formulations", flat=True)) == 1276


def test_every_excerpt_is_cited():
    assert list(Extrait.objects.with_cited().filter(is_cited=False)) == []


def test_every_excerpt_may_be_read():
    assert Extrait.objects.published().count() == Extrait.objects.count()


def test_every_sheet_is_published_and_could_be_again():
    assert Fiche.objects.published().count() == 75
    assert {str(f): missing for f in Fiche.objects.all() if (missing := f.missing_to_publish())} == {}


def test_every_citation_supports_a_section_that_the_sheet_has():
    rows = {"etapes", "gains"}
    empty = [
        str(citation)
        for citation in Citation.objects.select_related("fiche", "extrait")
        if citation.section not in rows and not getattr(citation.fiche, citation.section)
    ]
    assert empty == []


def test_every_theme_of_sheets_has_sheets_and_every_lever_is_used():
    assert list(Theme.objects.filter(page="fiches", fiches=None)) == []
    assert list(Levier.objects.filter(fiche_leviers=None)) == []


def content_models():
    return [m for m in apps.get_models() if m._meta.db_table in content_tables()]


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_each_row_passes_its_own_checks(model):
    """As the admin would run them, on a few rows: what ships can be opened and saved."""
    refused = {}
    for row in model._default_manager.order_by("pk")[:10]:
        try:
            row.full_clean()
        except ValidationError as error:
            refused[str(row)] = error
    assert refused == {}


@pytest.mark.parametrize(
    "model", [m for m in content_models() if issubclass(m, NaturalKeyed)], ids=lambda model: model._meta.label
)
def test_natural_keys_lead_back(model):
    for row in model._default_manager.order_by("pk")[:3]:
        assert model._default_manager.get_by_natural_key(*row.natural_key()) == row


# What people type, or what is for curators only: any apostrophe will do.
NOT_DISPLAYED = {"formulations", "variantes", "synonymes", "proches", "mots", "a_confirmer", "prudence", "slug", "cle"}


def texts(model):
    """The text fields of `model` that may hold French."""
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]


def rows_with(character, *, except_fields=()):
    found = []
    for model in content_models():
        for name in set(texts(model)) - set(except_fields):
            holds = model._default_manager.filter(**{f"{name}__contains": character})
            found += [f"{model._meta.label}.{name}: {row}" for row in holds]
    return found


def test_displayed_french_has_typographic_apostrophes():
    assert rows_with("'", except_fields=NOT_DISPLAYED) == []


@pytest.mark.parametrize(
    "sign", ["\u202f", "\u2009", "\ufeff", "\t", *(f"\u00a0{mark}" for mark in ":;!?»"), "«\u00a0"], ids=ascii
)
def test_stored_text_is_plain(sign):
    """Spaces before a sign are put when a page is rendered (`acteurs.typo`). Those of « n° 12 » may be stored."""
    assert rows_with(sign) == []


@pytest.mark.parametrize("html", ["<p", "<br", "<b>", "</", "&nbsp;", "&amp;"])
def test_there_is_no_html_in_the_base(html):
    assert rows_with(html) == []


def test_the_load_is_one_version_of_the_content(shipped):
    assert shipped.version == 1


def test_a_second_load_writes_nothing():
    before = stamp()
    said = StringIO()
    call_command("load_content", stdout=said)
    assert "nothing was loaded" in said.getvalue()
    assert stamp() == before
    assert Fiche.objects.count() == 75


def test_a_row_added_after_the_load_gets_a_number_of_its_own():
    """The numbers that the `content` fixture puts back are known to PostgreSQL's sequences."""
    last = Theme.objects.aggregate(last=models.Max("pk"))["last"]
    assert make_theme().pk > last


def test_the_rule_of_who_is_on_the_spot_names_families_and_actors_that_exist():
    there = on_the_spot()
    assert set(there.values_list("slug", flat=True)) >= set(ON_THE_SPOT)
    families = {*ON_THE_SPOT_FAMILIES, "education-nationale"}
    assert set(there.values_list("famille__slug", flat=True)) == families
    above = ["inspecteur-circonscription", "inspection-academique", "commune", "departement", "caf"]
    assert not there.filter(slug__in=above).exists()


def test_acts_that_someone_above_the_school_or_the_centre_must_agree_to():
    above = Demarche.objects.with_on_the_spot().filter(is_on_the_spot=False)
    assert set(above.values_list("slug", flat=True)) == {
        "utiliser-les-locaux-hors-temps-scolaire",
        "animer-pour-une-collectivite",
        "organiser-une-kermesse-dans-la-cour",
        "ouvrir-une-buvette",
        "signer-une-convention-avec-une-ecole",
    }


def test_every_act_is_dated_and_decided_by_someone_at_each_of_its_stages():
    for demarche in Demarche.objects.for_page():
        assert demarche.revue_le, demarche
        power, cells = demarche.who().rows[0]
        assert power == "decide", demarche
        assert all(cells), demarche
