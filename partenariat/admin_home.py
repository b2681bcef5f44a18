"""What the admin's first page offers: the work that waits, then the doors, by how near they are to it."""

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from acteurs.models import Acteur, Contact, Dispositif, Terme, Trace
from acteurs.templatetags.typo import pluriel
from fiches import models as fiches
from fiches.models import Atelier, EtatLien, Extrait, Fiche, LienVerifie, Question, Solidite, Sort, Statut, Suite
from fiches.models.freshness import due_soon, overdue
from fiches.models.solidite import disputed, one_sided, unproved
from fiches.orphans import orphan_terms

from . import agenda

VOCABULARY = [
    (fiches.Levier, "Leviers"),
    (Acteur, "Acteurs"),
    (Dispositif, "Dispositifs"),
    (Terme, "Termes"),
    (fiches.Theme, "Thèmes"),
    (fiches.Synonyme, "Synonymes"),
]
AROUND = [
    (Atelier, "Ateliers"),
    (Extrait, "Extraits"),
    (fiches.Phrase, "Phrases"),
    (fiches.TempsFort, "Temps forts"),
    (fiches.Demarche, "Démarches"),
    (fiches.Ressource, "Ressources"),
    (Contact, "Contacts"),
    (fiches.Porte, "Portes"),
]
ACCOUNTS = [
    (User, "Utilisateurs"),
    (Group, "Groupes"),
    (AccessAttempt, "Portes fermées"),
    (Trace, "Journal"),
]

COUNTED = {Fiche, Question, LienVerifie}


def home(site, request):
    """The blocks of the first page of `site`: what the account behind `request` may see, and nothing else.

    `work`: [{label, url, add_label, add_url, waiting: [(number, what, url of the list so narrowed)]}], six queries in
    all. `groups`: [(title, [(label, url)])]. `rest`: an app list without what is above. `guide_url`: how to do it all.
    `agenda_url`: what to hang on the wall of the next workshop; "" for who may not see it.
    """
    app_list = site.get_app_list(request)
    seen = {model["model"]: model for app in app_list for model in app["models"] if model.get("admin_url")}
    groups = [
        (title, [(label, seen[model]["admin_url"]) for model, label in doors if model in seen])
        for title, doors in [("Vocabulaire", VOCABULARY), ("Autour", AROUND), ("Comptes", ACCOUNTS)]
    ]
    shown = {*COUNTED, *(model for model, _ in [*VOCABULARY, *AROUND, *ACCOUNTS])} & set(seen)
    rest = [{**app, "models": [m for m in app["models"] if m["model"] not in shown]} for app in app_list]
    return {
        "work": Desk(site, request, seen).cards(),
        "groups": [group for group in groups if group[1]],
        "rest": [app for app in rest if app["models"]],
        "guide_url": reverse("admin:guide"),
        "agenda_url": reverse("admin:agenda") if agenda.may_see(request.user) else "",
    }


class Desk:
    """The cards of one account, in the order of the work: read, keep fresh, prove, hear, answer, tidy.

    Each count is that of the list it leads to, or of the board. `seen`: {model: its entry in Django's app list}.
    """

    def __init__(self, site, request, seen):
        self.site, self.request, self.seen = site, request, seen

    def cards(self):
        heard, links = self._waiting_in(Extrait, self._extraits), self._waiting_in(LienVerifie, self._links)
        found = [
            *(self._fiches() if Fiche in self.seen else []),
            _card(
                "Paroles d’ateliers",
                heard,
                add=("Importer un compte rendu", self._add_url(Atelier) and reverse("admin:fiches_atelier_importer")),
            ),
            _card("Questions", self._waiting_in(Question, self._questions)),
            _card("Liens et mots", links + self._waiting_in(Terme, self._terms)),
        ]
        return [card for card in found if card["waiting"]]

    def _waiting_in(self, model, count):
        return [count()] if model in self.seen else []

    def _rows(self, model):
        """Those of its list, whose filters are in order."""
        return self.site.get_model_admin(model).get_queryset(self.request)

    def _add_url(self, model):
        return self.seen.get(model, {}).get("add_url")

    def _line(self, n, words, model, **filters):
        """`words`: « brouillon,brouillons »."""
        return n, pluriel(n, words), f"{self.seen[model]['admin_url']}?{urlencode(filters)}"

    def _fiches(self):
        """Three cards, one query. Proofs count once a sheet is online: a draft has not had its own yet."""
        online = Q(statut=Statut.PUBLIEE)
        count = self._rows(Fiche).aggregate(
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
            return self._line(count[name], words, Fiche, **filters)

        written = [
            line("submitted", "à relire,à relire", statut__exact=Statut.RELECTURE),
            line("drafts", "brouillon,brouillons", statut__exact=Statut.BROUILLON),
        ]
        ageing = [
            line("late", "en retard de relecture,en retard de relecture", **published, revue="en-retard"),
            line("soon", "à revoir bientôt,à revoir bientôt", **published, revue="bientot"),
        ]
        proved = [
            line("unproved", "sans preuve,sans preuve", **published, solidite=Solidite.SANS_PREUVE),
            line("one_sided", "à une seule voix,à une seule voix", **published, voix="une-seule"),
            line("disputed", "discutée,discutées", **published, solidite=Solidite.DISCUTE),
        ]
        return [
            _card("Fiches", written, add=("Écrire une fiche", self._add_url(Fiche))),
            _card("À tenir à jour", ageing),
            _card("Preuves", proved),
        ]

    def _extraits(self):
        """Leads to the board: of those that wait it gives the sum, and the lists by theme, voice and workshop."""
        n = self._rows(Extrait).filter(is_cited=False, etat=Sort.RETENU).count()
        words = pluriel(n, "parole à exploiter,paroles à exploiter")
        return n, words, reverse("admin:fiches_extrait_matiere")

    def _questions(self):
        n = self._rows(Question).filter(suite=Suite.A_TRAITER).count()
        return self._line(n, "sans réponse,sans réponse", Question, suite__exact=Suite.A_TRAITER)

    def _links(self):
        n = self._rows(LienVerifie).filter(etat=EtatLien.MORT).count()
        return self._line(n, "lien mort,liens morts", LienVerifie, etat__exact=EtatLien.MORT)

    def _terms(self):
        return self._line(orphan_terms().count(), "terme orphelin,termes orphelins", Terme, emploi="orphelin")


def _card(label, waiting, *, add=("", None)):
    """One card. Its title leads to the whole list of what is first counted."""
    url = waiting[0][2].partition("?")[0] if waiting else ""
    return {"label": label, "url": url, "add_label": add[0], "add_url": add[1], "waiting": waiting}
