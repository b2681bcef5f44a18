"""Rows for tests: plain functions, each with the least a row needs. Anything may be said by keyword.

Each opens the door of `editing()` itself, so that a test reads as a story.
"""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from acteurs.models import Acteur, Contact, Dispositif, Famille, Niveau, Terme
from acteurs.stamp import editing
from fiches.models import (
    Atelier,
    Categorie,
    Citation,
    Decideur,
    Demarche,
    Etape,
    Extrait,
    Fiche,
    Gain,
    Intervention,
    Levier,
    Moment,
    Phrase,
    Porte,
    PortePlace,
    Question,
    QuestionJour,
    Ressource,
    Synonyme,
    TempsFort,
    Theme,
    Voisinage,
)

_numbers = count(1)


def _make(model, fields, **defaults):
    """Create a row. A default may be a function, called only if the field was not given."""
    with editing():
        for name, value in defaults.items():
            if name not in fields:
                fields[name] = value() if callable(value) else value
        return model.objects.create(**fields)


def _named(model, fields, name, **defaults):
    n = next(_numbers)
    label = f"{model._meta.verbose_name} {n}".capitalize()
    return _make(model, fields, **{name: label, "slug": f"{model._meta.model_name}-{n}"}, **defaults)


def make_niveau(**fields):
    return _named(Niveau, fields, "nom")


def make_famille(**fields):
    return _named(Famille, fields, "nom")


def make_acteur(**fields):
    return _named(
        Acteur, fields, "nom", famille=make_famille, description="Ce qu’il est.", role_partenariat="Quand le voir."
    )


def make_dispositif(**fields):
    return _named(Dispositif, fields, "nom", description="Ce que c’est.")


def make_terme(**fields):
    return _named(Terme, fields, "mot", definition="Ce que cela veut dire.")


def make_contact(**fields):
    return _make(Contact, fields, structure="École Jean-Macé", commune="Saint-Denis")


def make_theme(**fields):
    return _named(
        Theme,
        fields,
        "titre",
        numero=lambda: (Theme.objects.order_by("-numero").values_list("numero", flat=True).first() or 0) + 1,
        question="Comment faire ?",
        introduction="Une introduction.",
    )


def make_categorie(**fields):
    return _named(Categorie, fields, "nom")


def make_levier(**fields):
    if "nom" in fields:
        fields["name"] = fields.pop("nom")
    return _named(Levier, fields, "name", categorie=make_categorie, description="Ce que l’on fait.")


def make_moment(**fields):
    return _named(Moment, fields, "nom", situation="On en est là.")


def make_atelier(**fields):
    """A workshop whose report is public."""
    return _named(Atelier, fields, "titre", portee="publique")


def make_extrait(**fields):
    """A public excerpt, spoken by the centres, of a public report."""
    n = next(_numbers)
    return _make(
        Extrait,
        fields,
        atelier=make_atelier,
        reference=f"T1-CS-{n}",
        voix="centres-sociaux",
        position=n,
        texte=f"Une parole entendue, la numéro {n}.",
        portee="publique",
    )


def make_fiche(*, leviers=(), moments=(), niveaux=(), dispositifs=(), termes=(), **fields):
    """A draft with a title and a theme, and nothing else."""
    with editing():
        fiche = _named(Fiche, fields, "titre", theme=make_theme)
        fiche.leviers.set(leviers)
        fiche.moments.set(moments)
        fiche.niveaux.set(niveaux)
        fiche.dispositifs.set(dispositifs)
        fiche.termes.set(termes)
    return fiche


def make_ready_fiche(**fields):
    """A draft that has all it needs to be published: its sections, a step for Monday, a public excerpt cited."""
    texts = {
        "resume": "Le résumé.",
        "en_bref": "L’essentiel.",
        "pourquoi": "La raison.",
        "marche_si": "Chacun y trouve son compte.",
        "ne_marche_pas_si": "Personne n’a prévenu.",
        "signaux": "On ne se parle plus." if fields.get("genre") == "piege" else "",
        "resultats": "Les parents viennent." if fields.get("genre") == "projet" else "",
        "a_revoir_le": timezone.localdate().replace(year=2100, day=1),
    }
    with editing():
        fiche = make_fiche(**{**texts, **fields})
        make_etape(fiche=fiche)
        make_citation(fiche=fiche)
    return fiche


def make_published_fiche(*, at=None, by=None, **fields):
    """A sheet online since `at` (aware datetime; now if None): one step, and one citation."""
    with editing():  # one: the history keeps a state of the sheet each time that the door closes
        fiche = make_ready_fiche(**fields)
        fiche.publish(by=by, at=at)
    return fiche


def make_citation(**fields):
    return _make(Citation, fields, fiche=make_fiche, extrait=make_extrait, section="pourquoi")


def make_etape(**fields):
    return _make(
        Etape, fields, fiche=make_fiche, quand="des-lundi", titre="Appeler l’école", ordre=lambda: next(_numbers)
    )


def make_gain(**fields):
    return _make(
        Gain, fields, fiche=make_fiche, pour="ecole", gain="Du temps", effort="faible", ordre=lambda: next(_numbers)
    )


def make_intervention(**fields):
    return _make(Intervention, fields, fiche=make_fiche, acteur=make_acteur)


def make_voisinage(**fields):
    return _make(Voisinage, fields, fiche=make_fiche, vers=make_fiche)


def make_phrase(**fields):
    n = next(_numbers)
    return _make(
        Phrase,
        fields,
        slug=f"phrase-{n}",
        phrase=f"On n’a pas le temps, {n} fois.",
        dite_par="ecole",
        ce_qu_elle_dit="Ce qu’il y a derrière.",
        reponse="Ce que l’on peut répondre.",
        theme=make_theme,
    )


def make_demarche(*, fiches=(), **fields):
    """An act that nobody decides yet."""
    demarche = _named(Demarche, fields, "acte")
    with editing():
        demarche.fiches.set(fiches)
    return demarche


def make_decideur(**fields):
    return _make(
        Decideur,
        fields,
        demarche=make_demarche,
        degre="1",
        pouvoir="decide",
        acteur=make_acteur,
        ordre=lambda: next(_numbers),
    )


def make_temps_fort(*, niveaux=(), acteurs=(), fiches=(), **fields):
    """A window of the school year, in September."""
    row = _named(TempsFort, fields, "titre", debut="09-01", fin="09-30", a_faire="Prévenir la direction.")
    with editing():
        row.niveaux.set(niveaux)
        row.acteurs.set(acteurs)
        row.fiches.set(fiches)
    return row


def make_ressource(**fields):
    return _named(Ressource, fields, "titre", nature="Charte", description="Ce que c’est.")


def make_synonyme(*mots, **fields):
    """A group of equivalent words."""
    return _make(Synonyme, fields, nom=lambda: f"sens {next(_numbers)}", mots="\n".join(mots))


def make_sigle(sigle, forme, *, acteurs=(), leviers=(), dispositifs=(), themes=(), termes=(), fiches=(), **fields):
    """An acronym and where it leads."""
    row = _make(Synonyme, fields, genre="sigle", nom=sigle, forme=forme)
    with editing():
        row.acteurs.set(acteurs)
        row.leviers.set(leviers)
        row.dispositifs.set(dispositifs)
        row.themes.set(themes)
        row.termes.set(termes)
        row.fiches.set(fiches)
    return row


def make_porte(**fields):
    return _named(Porte, fields, "nom", cote="centre", chapeau="Par où commencer.")


def make_porte_place(**fields):
    return _make(PortePlace, fields, porte=make_porte, fiche=make_fiche)


def make_question(*, jours=None, **fields):
    """A question without an answer. `jours`: {how many days ago: how many times}; once, today, if not said."""
    question = _make(Question, fields, mots=lambda: f"mots {next(_numbers)}")
    for days, nombre in ({0: 1} if jours is None else jours).items():
        make_question_jour(question=question, jour=timezone.localdate() - timedelta(days=days), nombre=nombre)
    return question


def make_question_jour(**fields):
    return _make(QuestionJour, fields, question=lambda: make_question(jours={}), jour=timezone.localdate)
