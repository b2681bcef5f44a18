"""What a sheet is, who may read it, what it is worth, and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acteurs.models import AncienneAdresse, Contact
from acteurs.stamp import editing
from fiches.models import (
    Decideur,
    Demarche,
    Fiche,
    Import,
    LienVerifie,
    Passage,
    Recapitulatif,
    Solidite,
    Statut,
    Synonyme,
    TempsFort,
    Voix,
)
from fiches.models.around import month_day
from tests.factories import (
    make_acteur,
    make_atelier,
    make_citation,
    make_contact,
    make_dispositif,
    make_etape,
    make_extrait,
    make_fiche,
    make_gain,
    make_intervention,
    make_levier,
    make_moment,
    make_niveau,
    make_phrase,
    make_porte,
    make_porte_place,
    make_published_fiche,
    make_question,
    make_question_jour,
    make_ready_fiche,
    make_terme,
    make_theme,
    make_voisinage,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now
HOUR = timedelta(hours=1)


def change(row, **fields):
    """Write fields as they are, past every check of the model."""
    with editing():
        type(row).objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


# Who may read a sheet


# A published sheet without a date is refused by the database: see fiche_publiee_datee.
STATES = [(statut, at) for statut in Statut for at in (-HOUR, +HOUR, None) if (statut, at) != (Statut.PUBLIEE, None)]


@pytest.mark.parametrize(("statut", "at"), STATES)
def test_only_a_published_sheet_whose_time_has_come_is_read(statut, at):
    fiche = change(make_fiche(), statut=statut, published_at=None if at is None else NOW() + at)
    expected = statut == Statut.PUBLIEE and at == -HOUR
    assert Fiche.objects.published().exists() is expected
    assert fiche.is_published is expected


def test_a_sheet_is_published_from_its_very_second(monkeypatch):
    moment = NOW()
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    fiche = make_published_fiche(at=moment)
    assert list(Fiche.objects.published()) == [fiche]
    assert fiche.is_published


def test_withdrawn_sheets_are_the_archived_ones():
    make_fiche()
    make_published_fiche()
    archived = make_published_fiche()
    with editing():
        archived.archive()
    assert list(Fiche.objects.withdrawn()) == [archived]
    assert archived not in Fiche.objects.published()


# Publishing


def test_a_draft_is_told_all_it_lacks_at_once():
    with pytest.raises(ValidationError) as refusal, editing():
        make_fiche().publish(by=None)
    told = " ".join(refusal.value.messages)
    for piece in ("résumé", "en bref", "pourquoi", "marche si", "ne marche pas si", "à revoir le"):
        assert f"« {piece} »" in told
    assert "Dès lundi" in told
    assert "extrait public" in told
    assert len(refusal.value.messages) == 8


@pytest.mark.parametrize("field", ["resume", "en_bref", "pourquoi", "marche_si", "ne_marche_pas_si", "a_revoir_le"])
def test_each_section_is_needed(field):
    fiche = make_ready_fiche(**{field: None if field == "a_revoir_le" else ""})
    assert len(fiche.missing_to_publish()) == 1


@pytest.mark.parametrize(
    ("genre", "field", "told"), [("piege", "signaux", "signes"), ("projet", "resultats", "résultats")]
)
def test_each_genre_needs_its_own_section(genre, field, told):
    assert make_ready_fiche(genre=genre).missing_to_publish() == []
    (message,) = make_ready_fiche(genre=genre, **{field: ""}).missing_to_publish()
    assert told in message


def test_a_step_for_later_is_not_enough():
    fiche = make_ready_fiche()
    with editing():
        fiche.etapes.update(quand="ce-trimestre")
    assert fiche.missing_to_publish() == ["Ajoutez au moins une étape « Dès lundi »."]


@pytest.mark.parametrize(
    "hidden", [{"portee": "interne"}, {"portee": "reseau"}, {"etat": "ecarte", "motif": "Doublon."}]
)
def test_words_that_nobody_may_read_are_no_proof(hidden):
    fiche = make_ready_fiche()
    change(fiche.citations.get().extrait, **hidden)
    (message,) = fiche.missing_to_publish()
    assert "extrait public" in message


def test_words_of_a_report_that_nobody_may_read_are_no_proof():
    fiche = make_ready_fiche()
    change(fiche.citations.get().extrait.atelier, portee="interne")
    assert len(fiche.missing_to_publish()) == 1


def test_a_sheet_not_saved_yet_can_say_what_it_lacks():
    assert Fiche(titre="Neuve").missing_to_publish()


def test_publishing_dates_the_sheet_and_gives_it_an_owner():
    anne, bachir = User.objects.create(username="anne"), User.objects.create(username="bachir")
    fiche = make_published_fiche(by=anne)
    fiche.refresh_from_db()
    assert fiche.is_published
    assert fiche.proprietaire == anne
    assert fiche.reviewed_on == timezone.localdate()
    assert abs(fiche.published_at - NOW()) < HOUR
    assert make_published_fiche(proprietaire=anne, by=bachir).proprietaire == anne


def test_publishing_later():
    tomorrow = NOW() + 24 * HOUR
    fiche = make_published_fiche(at=tomorrow)
    assert fiche.published_at == tomorrow
    assert not fiche.is_published


def test_a_sheet_put_online_again_keeps_its_first_date():
    last_year = NOW() - 365 * 24 * HOUR
    fiche = make_published_fiche(at=last_year)
    with editing():
        fiche.archive()
        fiche.publish(by=None)
    assert fiche.published_at == last_year


MOVES = {
    "submit": {Statut.BROUILLON: Statut.RELECTURE},
    "publish": {
        Statut.BROUILLON: Statut.PUBLIEE,
        Statut.RELECTURE: Statut.PUBLIEE,
        Statut.ARCHIVEE: Statut.PUBLIEE,
    },
    "archive": {Statut.PUBLIEE: Statut.ARCHIVEE},
    "back_to_draft": {Statut.RELECTURE: Statut.BROUILLON},
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("before", Statut)
def test_each_move_from_each_state(move, before):
    fiche = change(make_ready_fiche(), statut=before, published_at=NOW())
    arguments = {"by": None} if move == "publish" else {}
    after = MOVES[move].get(before)
    if after:
        with editing():
            getattr(fiche, move)(**arguments)
    else:
        with pytest.raises(ValidationError, match="ne peut pas devenir"), editing():
            getattr(fiche, move)(**arguments)
    fiche.refresh_from_db()
    assert fiche.statut == (after or before)


def test_deleting_its_owner_keeps_the_sheet():
    anne = User.objects.create(username="anne")
    fiche = make_fiche(proprietaire=anne)
    with editing():
        anne.delete()
    fiche.refresh_from_db()
    assert fiche.proprietaire is None


def test_a_typed_word_is_never_a_new_lever():
    fiche = make_fiche()
    with pytest.raises(TypeError, match="not typed"), editing():
        fiche.leviers.add("Un mot tapé")


# What a sheet is worth. C: the centres speak, E: the school, P: a post-it; the number is the workshop.
# « - » after a voice: its citation contradicts. Small letters: words that nobody may read.

SOLIDITE = {
    "": Solidite.SANS_PREUVE,
    "C1": Solidite.ISOLE,
    "E1": Solidite.ISOLE,
    "P1": Solidite.ISOLE,
    "C1 C1": Solidite.CONVERGENT,
    "E1 E1 E1": Solidite.CONVERGENT,
    "C1 C2": Solidite.CONVERGENT,
    "P1 P1": Solidite.CONVERGENT,
    "C1 P1": Solidite.CONVERGENT,
    "C1 E1": Solidite.CROISE,
    "C1 C1 E1 P1": Solidite.CROISE,
    "C1 E2": Solidite.CONFIRME,
    "C1 E1 P2": Solidite.CONFIRME,
    "C1-": Solidite.DISCUTE,
    "C1 E2 C1-": Solidite.DISCUTE,
    "c1": Solidite.SANS_PREUVE,
    "c1-": Solidite.SANS_PREUVE,
    "C1 c1": Solidite.ISOLE,
    "C1 e1": Solidite.ISOLE,
    "C1 E1 c2": Solidite.CROISE,
    "C1 E1 e1-": Solidite.CROISE,
}
VOICES = {"c": "centres-sociaux", "e": "partenaires-ecole", "p": "post-its"}


@pytest.mark.parametrize(("citations", "expected"), SOLIDITE.items())
def test_solidite_is_the_same_in_python_and_in_the_database(citations, expected):
    fiche = make_fiche()
    ateliers = {"1": make_atelier(), "2": make_atelier()}
    for citation in citations.split():
        letter, atelier = citation[0], ateliers[citation[1]]
        extrait = make_extrait(
            atelier=atelier,
            voix=VOICES[letter.lower()],
            portee="publique" if letter.isupper() else "interne",
        )
        make_citation(fiche=fiche, extrait=extrait, position="contredit" if "-" in citation else "appuie")
    make_citation(position="contredit")  # another sheet's
    found = Fiche.objects.with_solidite().get(pk=fiche.pk)
    assert found.solidite_code == expected
    assert found.evidence.solidite == expected
    assert Fiche.objects.for_cards().get(pk=fiche.pk).evidence.solidite == expected


def test_an_excerpt_cited_twice_counts_once():
    fiche, extrait = make_fiche(), make_extrait()
    make_citation(fiche=fiche, extrait=extrait, section="pourquoi")
    make_citation(fiche=fiche, extrait=extrait, section="exemple")
    found = Fiche.objects.with_solidite().get(pk=fiche.pk)
    assert found.evidence.excerpts == 1
    assert found.evidence.voices == {Voix.CENTRES: 1}
    assert found.solidite_code == found.evidence.solidite == Solidite.ISOLE


def test_every_solidite_is_tried():
    assert set(SOLIDITE.values()) == set(Solidite)


@pytest.mark.parametrize(
    ("voices", "missing"),
    [("", "CE"), ("c", "E"), ("e", "C"), ("p", "CE"), ("ce", "")],
)
def test_the_voices_that_nobody_heard(voices, missing):
    fiche = make_fiche()
    for voice in voices:
        make_citation(fiche=fiche, extrait=make_extrait(voix=VOICES[voice]))
    sides = {"C": Voix.CENTRES, "E": Voix.ECOLE}
    assert fiche.evidence.missing == [sides[letter] for letter in missing]


# What reading costs


def count_queries(read):
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def whole_fiche():
    fiche = make_published_fiche(
        leviers=[make_levier(), make_levier()],
        moments=[make_moment()],
        niveaux=[make_niveau()],
        dispositifs=[make_dispositif()],
    )
    make_citation(fiche=fiche, section="exemple")
    make_etape(fiche=fiche, ordre=2)
    make_gain(fiche=fiche)
    make_intervention(fiche=fiche)
    make_voisinage(fiche=fiche, vers=make_published_fiche())
    return fiche


def read_card(fiche):
    return fiche.titre, fiche.slug, fiche.en_bref, str(fiche.theme), fiche.genre, fiche.evidence.solidite


def read_page(fiche):
    return (
        read_card(fiche),
        [fiche.pourquoi, fiche.exemple],
        [c.extrait.texte for c in fiche.published_citations],
        [str(e) for e in fiche.etapes.all()],
        [str(g) for g in fiche.gains.all()],
        [str(levier) for levier in fiche.leviers.all()],
        [str(m) for m in fiche.moments.all()],
        [str(n) for n in fiche.niveaux.all()],
        [str(d) for d in fiche.dispositifs.all()],
        [str(i.acteur) for i in fiche.interventions.all()],
        [(v.vers.titre, v.vers.slug, str(v.vers.theme)) for v in fiche.published_voisinages],
    )


@pytest.mark.parametrize(("plan", "read", "most"), [("for_cards", read_card, 3), ("for_page", read_page, 12)])
def test_reading_costs_the_same_for_1_and_for_12(plan, read, most):
    def read_all():
        return [read(fiche) for fiche in getattr(Fiche.objects.published(), plan)()]

    whole_fiche()
    one = count_queries(read_all)
    for _ in range(11):
        whole_fiche()
    assert count_queries(read_all) == one <= most
    assert len(read_all()) == 24, "each has a published neighbour"


def test_a_page_shows_no_word_that_nobody_may_read():
    fiche = make_published_fiche()
    hidden = make_citation(fiche=fiche, extrait=make_extrait(portee="interne"))
    draft = make_voisinage(fiche=fiche, vers=make_fiche())
    later = make_voisinage(fiche=fiche, vers=make_published_fiche(at=NOW() + HOUR))
    shown = make_voisinage(fiche=fiche, vers=make_published_fiche())
    found = Fiche.objects.for_page().get(pk=fiche.pk)
    assert hidden not in found.published_citations
    assert len(found.published_citations) == 1
    assert found.published_voisinages == [shown]
    assert draft not in found.published_voisinages
    assert later not in found.published_voisinages


# What surrounds the sheets


@pytest.mark.parametrize(
    ("consented", "expires", "visible"),
    [(-1, 0, True), (-1, 1, True), (-2, -1, False), (None, 1, False), (0, 0, True)],
)
def test_a_contact_is_seen_from_its_consent_to_its_last_day(consented, expires, visible):
    today = timezone.localdate()
    make_contact(
        consented_on=None if consented is None else today + timedelta(days=consented),
        expires_on=today + timedelta(days=expires),
    )
    assert Contact.objects.published().exists() is visible


def test_a_contact_disappears_at_midnight_in_paris(monkeypatch):
    make_contact(consented_on=date(2026, 1, 1), expires_on=date(2026, 6, 30))
    for utc, visible in [("2026-06-30T21:59:59+00:00", True), ("2026-06-30T22:00:00+00:00", False)]:
        moment = timezone.datetime.fromisoformat(utc)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        assert Contact.objects.published().exists() is visible, utc


@pytest.mark.parametrize("value", ["02-29", "01-01", "12-31"])
def test_a_day_of_the_year(value):
    assert month_day(value).strftime("%m-%d") == value


@pytest.mark.parametrize("value", ["02-30", "13-01", "9-1", "septembre", "04-31"])
def test_a_day_that_does_not_exist_is_refused(value):
    temps = TempsFort(slug="t", titre="T", debut=value, fin="12-31", a_faire="x")
    with pytest.raises(ValidationError) as refusal:
        temps.full_clean()
    assert list(refusal.value.message_dict) == ["debut"]


def test_the_school_year_starts_in_august():
    days = ["08-15", "09-01", "12-31", "01-01", "08-14"]
    assert sorted(days, key=lambda day: TempsFort(debut=day, fin=day).school_rank) == days


# What the database itself refuses, whoever writes: {constraint: how to break it}.


def make_demarche(**fields):
    with editing():
        return Demarche.objects.create(**{"slug": "d", "acte": "Sortir", **fields})


def make_decideur(**fields):
    with editing():
        return Decideur.objects.create(**{"degre": "1", "pouvoir": "decide", **fields})


def make_synonyme(**fields):
    with editing():
        return Synonyme.objects.create(**{"nom": "n", "mots": "un\ndeux", **fields})


def make_temps_fort(**fields):
    with editing():
        return TempsFort.objects.create(**{"slug": "t", "titre": "T", "debut": "09-01", "fin": "09-02", **fields})


def make_former(**fields):
    with editing():
        return AncienneAdresse.objects.create(**{"modele": "fiches.fiche", "slug": "a", "objet_id": 1, **fields})


def twice(make, **fields):
    make(**fields)
    make(**fields)


def two_extraits(**same):
    extrait = make_extrait()
    make_extrait(atelier=extrait.atelier, **{name: getattr(extrait, name) for name in same})


def lever_twice():
    fiche, levier = make_fiche(), make_levier()
    with editing():
        for _ in range(2):
            fiche.fiche_leviers.create(tag=levier)


def letter_twice():
    owner = User.objects.create_user("proprietaire")
    for _ in range(2):
        Recapitulatif.objects.create(destinataire=owner, semaine=TODAY)


def own_neighbour():
    fiche = make_fiche()
    make_voisinage(fiche=fiche, vers=fiche)


def presence_twice():
    account, rows = User.objects.create_user("lea"), apps.get_model("acteurs.Presence").objects
    for _ in range(2):
        rows.create(modele="fiches.fiche", objet_id="1", compte=account, vu_a=timezone.now())


TODAY = date(2026, 1, 31)


def a_passage(**fields):
    """A line of a report under review."""
    source = Import.objects.create(nom="compte-rendu.txt", sha256="0" * 64, total=1)
    return Passage.objects.create(**{"source": source, "ordre": 1, "destin": "segment", "encre": 1, **fields})


BREAK = {
    "etat_une_ligne": lambda: apps.get_model("acteurs.Etat").objects.create(pk=2),
    "presence_unique": presence_twice,
    "ancienne_adresse_unique": lambda: twice(make_former),
    "terme_defini": lambda: make_terme(definition="", malentendu=""),
    "contact_personne_consent": lambda: make_contact(personne="Anne"),
    "contact_accord_expire": lambda: make_contact(consented_on=TODAY, expires_on=TODAY - timedelta(days=1)),
    "theme_page_connu": lambda: make_theme(page="x"),
    "fiche_levier_unique": lever_twice,
    "atelier_portee_connu": lambda: make_atelier(portee="x"),
    "atelier_fichier_unique": lambda: twice(make_atelier, sha256="a" * 64),
    "extrait_voix_connu": lambda: make_extrait(voix="x"),
    "extrait_nature_connu": lambda: make_extrait(nature="x"),
    "extrait_portee_connu": lambda: make_extrait(portee="x"),
    "extrait_etat_connu": lambda: make_extrait(etat="x", motif="y"),
    "extrait_reference_unique": lambda: two_extraits(reference=True),
    "extrait_position_unique": lambda: two_extraits(position=True),
    "extrait_ecarte_motive": lambda: make_extrait(etat="ecarte"),
    "citation_section_connu": lambda: make_citation(section="x"),
    "citation_position_connu": lambda: make_citation(position="x"),
    "citation_unique": lambda: twice(make_citation, fiche=make_fiche(), extrait=make_extrait()),
    "fiche_genre_connu": lambda: make_fiche(genre="x"),
    "fiche_statut_connu": lambda: make_fiche(statut="x"),
    "fiche_publiee_datee": lambda: make_fiche(statut="publiee"),
    "fiche_titre_unique": lambda: twice(lambda: make_fiche(titre="Faire le premier pas")),
    "fiche_version_hors_ligne": lambda: make_fiche(
        statut="archivee", published_at=timezone.now(), version_de=make_published_fiche()
    ),
    "fiche_revue_avant": lambda: make_fiche(reviewed_on=TODAY, a_revoir_le=TODAY),
    "etape_quand_connu": lambda: make_etape(quand="x"),
    "etape_unique": lambda: twice(make_etape, fiche=make_fiche(), ordre=1),
    "gain_unique": lambda: twice(make_gain, fiche=make_fiche(), ordre=1),
    "gain_pour_connu": lambda: make_gain(pour="x"),
    "gain_effort_connu": lambda: make_gain(effort="x"),
    "intervention_pouvoir_connu": lambda: make_intervention(pouvoir="x"),
    "intervention_unique": lambda: twice(make_intervention, fiche=make_fiche(), acteur=make_acteur()),
    "voisinage_nature_connu": lambda: make_voisinage(nature="x"),
    "voisinage_unique": lambda: twice(make_voisinage, fiche=make_fiche(), vers=make_fiche()),
    "voisinage_autre": own_neighbour,
    "question_suite_connu": lambda: make_question(suite="x"),
    "question_jour_unique": lambda: twice(make_question_jour, question=make_question(jours={})),
    "lien_verifie_etat_connu": lambda: LienVerifie.objects.create(url="https://a.fr", etat="x"),
    "recapitulatif_unique": letter_twice,
    "passage_destin_connu": lambda: a_passage(destin="x"),
    "passage_nature_connu": lambda: a_passage(nature="x"),
    "passage_voix_connue": lambda: a_passage(voix="x"),
    "passage_laisse_de_cote_motive": lambda: a_passage(destin="ignore", motif=""),
    "synonyme_genre_connu": lambda: make_synonyme(genre="x"),
    "synonyme_unique": lambda: twice(make_synonyme),
    "synonyme_complet": lambda: make_synonyme(mots=""),
    "porte_cote_connu": lambda: make_porte(cote="x"),
    "porte_fiche_unique": lambda: twice(make_porte_place, porte=make_porte(), fiche=make_fiche()),
    "phrase_dite_par_connu": lambda: make_phrase(dite_par="x"),
    "temps_fort_certitude_connu": lambda: make_temps_fort(certitude="x"),
    "demarche_certitude_connu": lambda: make_demarche(certitude="x"),
    "demarche_texte_certain": lambda: make_demarche(texte_officiel="Une circulaire", certitude="a-verifier"),
    "decideur_degre_connu": lambda: make_decideur(demarche=make_demarche(), acteur=make_acteur(), degre="3"),
    "decideur_pouvoir_connu": lambda: make_decideur(demarche=make_demarche(), acteur=make_acteur(), pouvoir="x"),
    "decideur_unique": lambda: twice(make_decideur, demarche=make_demarche(), acteur=make_acteur()),
}


def ours():
    return [m for m in apps.get_models() if m._meta.app_label in ("acteurs", "fiches", "partenariat")]


CONSTRAINTS = {c.name: (model, c) for model in ours() for c in model._meta.constraints}


@pytest.mark.parametrize("name", BREAK)
def test_the_database_refuses(name):
    model, constraint = CONSTRAINTS[name]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BREAK[name]()
    told = name
    if isinstance(constraint, UniqueConstraint) and connection.vendor == "sqlite":  # it names the columns instead
        columns = [model._meta.get_field(field).column for field in constraint.fields]
        told = ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
    assert told in str(refusal.value)


def test_every_constraint_is_tried():
    assert set(BREAK) == set(CONSTRAINTS)


def test_a_consent_without_an_end_is_refused():
    """An end that is missing is not « later than its start »: to a CHECK, an unknown answer is a yes."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make_contact(consented_on=TODAY, expires_on=None)


def test_an_acronym_needs_its_words():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_synonyme(genre="sigle", mots="un", forme="")
