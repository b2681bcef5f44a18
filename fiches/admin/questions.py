"""What readers looked for in vain, and what staff makes of it: one more synonym, a gap to fill, or nothing."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst

from acteurs.admin_base import ContentAdmin, through_the_door
from acteurs.bases import fold, lines
from acteurs.models import Acteur, Dispositif, Terme

from ..models import Levier, Question, Suite, Synonyme, SynonymeGenre
from ..models.questions import MAX_LENGTH, first_day_kept

# Name of a choice in the form → what may take one more synonym, the field of `Synonyme` that knows how to find it.
TARGETS = {
    "levier": (Levier, "leviers"),
    "acteur": (Acteur, "acteurs"),
    "dispositif": (Dispositif, "dispositifs"),
    "terme": (Terme, "termes"),
}
# A suite → the button that leads to it, and what is said once it is done: of one question, of several.
DECISIONS = {
    Suite.MANQUE: ("Noter un manque", "Manque noté", "manques notés"),
    Suite.SANS_OBJET: ("Sans objet", "Sans objet", "questions sans objet"),
    Suite.SYNONYME: ("Synonyme déjà ajouté", "Synonyme ajouté", "questions munies d’un synonyme"),
    Suite.A_TRAITER: ("Remettre à traiter", "Remise à traiter", "questions remises à traiter"),
}
MOST_ASKED = ["-total", "-last_on", "pk"]


class PeriodeFilter(admin.SimpleListFilter):
    """When it was last asked. What is counted remains the whole year."""

    title = "période"
    parameter_name = "depuis"

    def lookups(self, request, model_admin):
        return [("7", "Ces 7 derniers jours"), ("30", "Ces 30 derniers jours"), ("90", "Ces 3 derniers mois")]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(last_on__gt=timezone.localdate() - timedelta(days=int(self.value())))


class SynonymeForm(forms.Form):
    """Words, and the one row that they are another name of. `targets`: names of `TARGETS`, those one may change."""

    mots = forms.CharField(
        label="Mots à ajouter",
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Gardez ce qui veut dire la même chose ; remettez les accents si vous voulez.",
    )

    def __init__(self, *args, targets, **kwargs):
        super().__init__(*args, **kwargs)
        for name in targets:
            model, finder = TARGETS[name]
            widget = AutocompleteSelect(Synonyme._meta.get_field(finder), admin.site)
            field = forms.ModelChoiceField(model.objects.all(), required=False, widget=widget)
            field.label = capfirst(name)
            widget.choices = field.choices  # the widget reads the label of what is chosen there
            self.fields[name] = field

    def clean_mots(self):
        return " ".join(self.cleaned_data["mots"].split())

    def clean(self):
        cleaned = super().clean()
        chosen = [cleaned[name] for name in self.fields if name in TARGETS and cleaned.get(name)]
        if len(chosen) > 1:
            raise ValidationError("N’en choisissez qu’un.")
        if not chosen and not self.errors:
            raise ValidationError("Choisissez ce que ces mots veulent dire.")
        self.target = chosen[0] if chosen else None
        return cleaned


def add_synonym(target, mots):
    """Write `mots` among the synonyms of `target`, read inside the same `editing()`. False if it had them already."""
    known = lines(target.synonymes)
    if fold(mots) in map(fold, [*known, str(target)]):
        return False
    target.synonymes = "\n".join([*known, mots])
    target.save(update_fields=["synonymes"])
    return True


class AddsSynonyms(ContentAdmin):
    """The page that makes of a question another name of something we have."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.synonyme_view)
        return [path("<path:object_id>/synonyme/", view, name="fiches_question_synonyme"), *super().get_urls()]

    def _targets(self, request):
        """The names of `TARGETS` whose rows this person may change."""
        admins = {name: self.admin_site.get_model_admin(model) for name, (model, _) in TARGETS.items()}
        return [name for name, model_admin in admins.items() if model_admin.has_change_permission(request)]

    def synonyme_view(self, request, object_id):
        return through_the_door(request, self._synonyme, object_id)

    def _synonyme(self, request, object_id):
        question = self.get_object(request, unquote(object_id))
        if question is None:
            raise Http404
        targets = self._targets(request)
        if not targets or not self.has_change_permission(request, question):
            raise PermissionDenied
        form = SynonymeForm(request.POST or None, initial={"mots": question.mots}, targets=targets)
        if form.is_valid():
            self._added(request, question, form.target, form.cleaned_data["mots"])
            return redirect(self._list_url(request))
        fieldsets = [
            (None, {"fields": ["mots"]}),
            ("Ces mots veulent dire…", {"fields": targets, "description": "Un seul choix."}),
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "question": question,
            "preserved_filters": self.get_preserved_filters(request),
            "adminform": AdminForm(form, fieldsets, {}),
            "media": self.media + form.media,
            "title": "Ajouter un synonyme",
        }
        return render(request, "admin/question_synonyme.html", context)

    def _list_url(self, request):
        """The list as this person had narrowed it down."""
        kept = {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}
        return add_preserved_filters(kept, reverse("admin:fiches_question_changelist"))

    def _added(self, request, question, target, mots):
        target_admin = self.admin_site.get_model_admin(type(target))
        if not target_admin.has_change_permission(request, target):
            raise PermissionDenied
        page = self._page_of(target)
        if add_synonym(target, mots):
            target_admin.log_change(request, target, f"Synonyme ajouté : « {mots} ».")
            text = format_html("« {} » mène désormais à {}.", mots, page)
        else:
            text = format_html("« {} » menait déjà à {} : rien n’a été ajouté.", mots, page)
        question.decide(Suite.SYNONYME)
        self.log_change(request, question, f"Synonyme ajouté à « {target} ».")
        self.message_user(request, text, messages.SUCCESS)


class MostAskedFirst(ChangeList):
    """Django reads what the heads of the columns show from `ordering`, which may not name what `asked()` adds."""

    def _get_default_ordering(self):
        return MOST_ASKED


@admin.register(Question)
class QuestionAdmin(AddsSynonyms):
    saved = "Note enregistrée"
    change_form_template = "admin/question.html"
    fieldsets = [
        (
            None,
            {
                "fields": [("fois", "derniere_fois"), "etat", "note"],
                "description": "Des recherches qui n’ont trouvé aucune fiche, comptées par jour pendant douze mois. "
                "Seuls les mots sont gardés : ni qui, ni d’où, ni à quelle heure.",
            },
        ),
    ]
    readonly_fields = ["fois", "derniere_fois", "etat"]
    list_display = ["mots", "fois", "derniere_fois", "suite", "note"]
    list_filter = ["suite", PeriodeFilter]
    search_fields = ["mots"]
    actions = ["note_gap", "set_aside", "reopen"]

    # What the pages read

    def get_queryset(self, request):
        """Django would order by what only `asked()` adds, before it is added."""
        return Question.objects.asked().order_by(*self.get_ordering(request))

    def get_ordering(self, request):
        return MOST_ASKED

    def get_changelist(self, request, **kwargs):
        return MostAskedFirst

    def get_search_results(self, request, queryset, search_term):
        """The words of a question are folded already: the database can search them."""
        for word in fold(search_term).split():
            queryset = queryset.filter(mots__contains=word)
        return queryset, False

    def has_add_permission(self, request):
        """Readers ask; nobody else."""
        return False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "note":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="sur 12 mois", ordering="total")
    def fois(self, question):
        return f"{question.total} fois"

    @admin.display(description="dernière fois", ordering="last_on")
    def derniere_fois(self, question):
        return question.last_on and date_format(question.last_on, "d/m/Y")

    @admin.display(description="suite donnée")
    def etat(self, question):
        return question.get_suite_display()

    # Deciding, from the list

    @admin.action(permissions=["change"], description=DECISIONS[Suite.MANQUE][0])
    def note_gap(self, request, queryset):
        self._each(request, queryset, Suite.MANQUE)

    @admin.action(permissions=["change"], description=DECISIONS[Suite.SANS_OBJET][0])
    def set_aside(self, request, queryset):
        self._each(request, queryset, Suite.SANS_OBJET)

    @admin.action(permissions=["change"], description=DECISIONS[Suite.A_TRAITER][0])
    def reopen(self, request, queryset):
        self._each(request, queryset, Suite.A_TRAITER)

    def _each(self, request, queryset, suite):
        questions = list(queryset)
        for question in questions:
            self._decide(request, question, suite)
        _, done, done_many = DECISIONS[suite]
        text = f"{len(questions)} {done_many}." if len(questions) > 1 else f"{done} : « {questions[0]} »."
        self.message_user(request, text, messages.SUCCESS)

    def _decide(self, request, question, suite):
        question.decide(suite)
        self.log_change(request, question, f"{DECISIONS[suite][1]}.")

    # Deciding, from its own page: the note is saved first

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["jours"] = obj.jours.filter(jour__gte=first_day_kept())
        context["decisions"], context["may_name"], context["group_url"] = {}, False, ""
        context["show_save_and_continue"] = False
        if not context["is_popup"] and self.has_change_permission(request, obj):
            context["decisions"] = {suite: words[0] for suite, words in DECISIONS.items() if suite != obj.suite}
            context["may_name"] = bool(self._targets(request))
            context["group_url"] = self._group_url(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _group_url(self, request, question):
        """Where a new group of equivalent words begins with these; "" for who may not write one."""
        if not self.admin_site.get_model_admin(Synonyme).has_add_permission(request):
            return ""
        filled = urlencode({"genre": SynonymeGenre.EQUIVALENTS, "mots": question.mots})
        return f"{reverse('admin:fiches_synonyme_add')}?{filled}"

    def response_change(self, request, obj):
        suite = request.POST.get("_suite")
        if suite not in DECISIONS or IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        self._decide(request, obj, Suite(suite))
        self.message_user(request, f"{DECISIONS[suite][1]} : « {obj} ».", messages.SUCCESS)
        return self.response_post_save_change(request, obj)
