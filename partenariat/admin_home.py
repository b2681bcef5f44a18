"""What the admin's first page offers: the work that waits, then the doors, by how near they are to it."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from acteurs.models import Acteur, Contact, Dispositif, Terme
from acteurs.templatetags.typo import pluriel
from fiches import models as fiches
from fiches.models import EtatLien, Extrait, Fiche, LienVerifie, Question, Solidite, Sort, Statut, Suite
from fiches.models.freshness import due_soon, overdue
from fiches.models.solidite import disputed, one_sided, unproved
from fiches.orphans import orphan_terms

VOCABULARY = [
    (fiches.Levier, "Leviers"),
    (Acteur, "Acteurs"),
    (Dispositif, "Dispositifs"),
    (Terme, "Termes"),
    (fiches.Theme, "Thèmes"),
    (fiches.Synonyme, "Synonymes"),
]
AROUND = [
    (fiches.Phrase, "Phrases"),
    (fiches.TempsFort, "Temps forts"),
    (fiches.Demarche, "Démarches"),
    (fiches.Ressource, "Ressources"),
    (Contact, "Contacts"),
    (fiches.Porte, "Portes"),
]

COUNTED = {Fiche, Extrait, Question, LienVerifie}


def home(site, request):
    """The blocks of the first page of `site`: what the account behind `request` may see, and nothing else.

    `work`: [{label, url, add_label, add_url, waiting: [(number, what, url of the list so narrowed)]}], five queries in
    all. `groups`: [(title, [(label, url)])]. `rest`: an app list without what is above. `guide_url`: how to do it all.
    """
    app_list = site.get_app_list(request)
    seen = {model["model"]: model for app in app_list for model in app["models"] if model.get("admin_url")}
    groups = [
        (title, [(label, seen[model]["admin_url"]) for model, label in doors if model in seen])
        for title, doors in [("Vocabulaire", VOCABULARY), ("Autour", AROUND)]
    ]
    shown = {*COUNTED, *(model for model, _ in [*VOCABULARY, *AROUND])} & set(seen)
    rest = [{**app, "models": [m for m in app["models"] if m["model"] not in shown]} for app in app_list]
    return {
        "work": _work(
            seen, {model: site.get_model_admin(model).get_queryset(request) for model in COUNTED & set(seen)}
        ),
        "groups": [group for group in groups if group[1]],
        "rest": [app for app in rest if app["models"]],
        "guide_url": reverse("admin:guide"),
    }


def _work(seen, rows):
    """The cards that this person may open, in the order of the work: read, keep fresh, prove, hear, answer, tidy.

    `rows`: {model: those of its list}, for the models of `COUNTED` that they may see.
    """
    of_fiches, of_words = _fiches_waiting(rows[Fiche]) if Fiche in seen else {}, []
    if LienVerifie in seen:
        of_words += _links_waiting(rows[LienVerifie])
    if Terme in seen:
        of_words += _terms_waiting()
    cards = [
        ("Fiches", Fiche, "Écrire une fiche", of_fiches.get("write")),
        ("À tenir à jour", Fiche, None, of_fiches.get("fresh")),
        ("Preuves", Fiche, None, of_fiches.get("proof")),
        (
            "Paroles d’ateliers",
            Extrait,
            "Ajouter un extrait",
            _extraits_waiting(rows[Extrait]) if Extrait in seen else None,
        ),
        ("Questions", Question, None, _questions_waiting(rows[Question]) if Question in seen else None),
        ("Liens et mots", LienVerifie if LienVerifie in seen else Terme, None, of_words),
    ]
    return [_card(seen, *card) for card in cards if card[-1]]


def _card(seen, label, model, add_label, waiting):
    """`waiting`: [(number, what, model of its list, filters)]."""
    return {
        "label": label,
        "url": seen[model]["admin_url"],
        "add_label": add_label,
        "add_url": seen[model].get("add_url") if add_label else None,
        "waiting": [(n, what, f"{seen[of]['admin_url']}?{urlencode(filters)}") for n, what, of, filters in waiting],
    }


def _fiches_waiting(rows):
    """Each count is that of the list it leads to. One query for the three cards.

    What proves a sheet matters once it is online: a draft has not had its proofs yet.
    """
    online = Q(statut=Statut.PUBLIEE)
    count = rows.aggregate(
        drafts=Count("pk", filter=Q(statut=Statut.BROUILLON)),
        submitted=Count("pk", filter=Q(statut=Statut.RELECTURE)),
        late=Count("pk", filter=online & overdue()),
        soon=Count("pk", filter=online & due_soon()),
        unproved=Count("pk", filter=online & unproved()),
        one_sided=Count("pk", filter=online & one_sided()),
        disputed=Count("pk", filter=online & disputed()),
    )
    published = {"statut__exact": Statut.PUBLIEE}

    def line(name, words, **filters):
        return count[name], pluriel(count[name], words), Fiche, filters

    return {
        "write": [
            line("submitted", "à relire,à relire", statut__exact=Statut.RELECTURE),
            line("drafts", "brouillon,brouillons", statut__exact=Statut.BROUILLON),
        ],
        "fresh": [
            line("late", "en retard de relecture,en retard de relecture", **published, revue="en-retard"),
            line("soon", "à revoir bientôt,à revoir bientôt", **published, revue="bientot"),
        ],
        "proof": [
            line("unproved", "sans preuve,sans preuve", **published, solidite=Solidite.SANS_PREUVE),
            line("one_sided", "à une seule voix,à une seule voix", **published, voix="une-seule"),
            line("disputed", "discutée,discutées", **published, solidite=Solidite.DISCUTE),
        ],
    }


def _extraits_waiting(rows):
    n = rows.filter(is_cited=False, etat=Sort.RETENU).count()
    what = pluriel(n, "parole à exploiter,paroles à exploiter")
    return [(n, what, Extrait, {"cite": "non", "etat__exact": Sort.RETENU})]


def _questions_waiting(rows):
    n = rows.filter(suite=Suite.A_TRAITER).count()
    what = pluriel(n, "question sans réponse,questions sans réponse")
    return [(n, what, Question, {"suite__exact": Suite.A_TRAITER})]


def _links_waiting(rows):
    n = rows.filter(etat=EtatLien.MORT).count()
    return [(n, pluriel(n, "lien mort,liens morts"), LienVerifie, {"etat__exact": EtatLien.MORT})]


def _terms_waiting():
    n = orphan_terms().count()
    return [(n, pluriel(n, "terme orphelin,termes orphelins"), Terme, {"emploi": "orphelin"})]
