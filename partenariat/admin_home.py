"""What the admin's first page offers: the work that waits, then the doors, by how near they are to it."""

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.http import urlencode

from acteurs.models import Acteur, Contact, Dispositif, Terme
from acteurs.templatetags.typo import pluriel
from fiches import models as fiches
from fiches.models import Extrait, Fiche, Question, Sort, Statut, Suite

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


def home(app_list):
    """The blocks of the first page, from Django's `app_list`, which holds only what the user may see.

    `work`: [{label, url, add_url, waiting: [(sentence, url of the list so narrowed)]}], one query each.
    `groups`: [(title, [(label, url)])]. `rest`: an app list without what is above.
    """
    seen = {model["model"]: model for app in app_list for model in app["models"] if model.get("admin_url")}
    work = [_work(seen[model], *known) for model, *known in WORK if model in seen]
    groups = [
        (title, [(label, seen[model]["admin_url"]) for model, label in doors if model in seen])
        for title, doors in [("Vocabulaire", VOCABULARY), ("Autour", AROUND)]
    ]
    shown = {model for model, *_ in [*WORK, *VOCABULARY, *AROUND]} & set(seen)
    rest = [{**app, "models": [m for m in app["models"] if m["model"] not in shown]} for app in app_list]
    return {
        "work": work,
        "groups": [group for group in groups if group[1]],
        "rest": [app for app in rest if app["models"]],
    }


def _work(model, label, add_label, waiting):
    url = model["admin_url"]
    return {
        "label": label,
        "url": url,
        "add_label": add_label,
        "add_url": model.get("add_url"),
        "waiting": [(sentence, f"{url}?{urlencode(filters)}") for sentence, filters in waiting()],
    }


def _fiches_waiting():
    """Each count is that of the list it leads to."""
    late = Q(statut=Statut.PUBLIEE, a_revoir_le__lt=timezone.localdate())
    count = Fiche.objects.aggregate(
        drafts=Count("pk", filter=Q(statut=Statut.BROUILLON)),
        submitted=Count("pk", filter=Q(statut=Statut.RELECTURE)),
        late=Count("pk", filter=late),
    )
    return [
        (f"{count['drafts']} {pluriel(count['drafts'], 'brouillon,brouillons')}", {"statut__exact": Statut.BROUILLON}),
        (f"{count['submitted']} en relecture", {"statut__exact": Statut.RELECTURE}),
        (f"{count['late']} à revoir", {"statut__exact": Statut.PUBLIEE, "revue": "en-retard"}),
    ]


def _extraits_waiting():
    n = Extrait.objects.with_cited().filter(is_cited=False, etat=Sort.RETENU).count()
    return [(f"{n} sans fiche qui {pluriel(n, 'le,les')} cite", {"cite": "non", "etat__exact": Sort.RETENU})]


def _questions_waiting():
    n = Question.objects.asked().filter(suite=Suite.A_TRAITER).count()
    return [(f"{n} à traiter", {"suite__exact": Suite.A_TRAITER})]


WORK = [
    (Fiche, "Fiches", "Écrire une fiche", _fiches_waiting),
    (Extrait, "Extraits", "Ajouter un extrait", _extraits_waiting),
    (Question, "Questions sans réponse", None, _questions_waiting),  # readers ask them
]
