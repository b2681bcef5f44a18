"""The admin of words that others point to: merged, renamed without losing a name, never deleted while in use."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from .admin_base import ContentAdmin
from .journal import Geste, record
from .merging import keep_former_names, merge, names_of, preview, relations_to
from .templatetags.typo import pluriel

MOST = 10  # rows merged at once: beyond, it is a mistake of ticking


class VocabularyAdmin(ContentAdmin):
    """The admin of a `Vocabulary` with an address."""

    actions = ["merge_selected"]

    # Renaming

    def save_model(self, request, obj, form, change):
        """What was called by a name is still looked for under it."""
        added = []
        if change:
            former = names_of(self.model._base_manager.get(pk=obj.pk))
            added = keep_former_names(obj, former)
        super().save_model(request, obj, form, change)
        if added:
            words = ", ".join(f"« {word} »" for word in added)
            self.message_user(
                request,
                f"{words} {pluriel(len(added), 'reste un synonyme,restent des synonymes')} : qui "
                f"{pluriel(len(added), 'le,les')} cherche trouve toujours. Si ce n’était qu’une faute de frappe, "
                f"retirez-{pluriel(len(added), 'le,les')} des synonymes.",
            )

    # Deleting

    def get_deleted_objects(self, objs, request):
        """Django forbids the deletion of what a required key points to; here a mere link is enough."""
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        for obj in objs:
            for relation in relations_to(self.model):
                if relation.through is not None:
                    protected += [link for s in relation.subjects(obj) if (link := self._link(s)) not in protected]
        return to_delete, model_count, perms_needed, protected

    # Merging

    def has_merge_permission(self, request):
        """To merge is to change one row and delete the others."""
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(permissions=["merge"], description="Fusionner en une seule ligne…")
    def merge_selected(self, request, queryset):
        """Ask which one to keep, show what would change, then do it: three times the same address."""
        rows = list(queryset.order_by("pk")[: MOST + 1])
        if not 2 <= len(rows) <= MOST:
            self.message_user(request, f"Cochez de deux à {MOST} lignes qui disent la même chose.", messages.WARNING)
            return None
        if not all(self.has_change_permission(request, r) and self.has_delete_permission(request, r) for r in rows):
            raise PermissionDenied
        kept = next((row for row in rows if str(row.pk) == request.POST.get("garder")), None)
        if kept is None:
            return self._merge_page(request, "admin/fusion_choix.html", rows, choices=self._choices(rows))
        others = [row for row in rows if row is not kept]
        try:
            found = preview(kept, others)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return None
        if "fusionner" not in request.POST or request.POST.get("vu") != found.seen:
            if "fusionner" in request.POST:
                text = "Rien n’est encore fusionné : le contenu a changé entre-temps. Relisez ce qui suit."
                self.message_user(request, text, messages.WARNING)
            return self._merge_page(request, "admin/fusion_apercu.html", rows, **self._told(found))
        return self._merged(request, kept, others)

    def _merge_page(self, request, template, rows, **context):
        plural = self.opts.verbose_name_plural
        common = {
            **self.admin_site.each_context(request),
            "title": f"Fusionner des {plural}",
            "opts": self.opts,
            "rows": rows,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, template, {**common, **context})

    def _choices(self, rows):
        """[(row, who points to it in words, is it proposed)]: the most used one is."""
        relations = relations_to(self.model)
        uses = {row: _counts(relations, row) for row in rows}
        best = max(rows, key=lambda row: (sum(n for n, _ in uses[row]), -row.pk))
        return [(row, _in_words(uses[row]), row is best) for row in rows]

    def _told(self, found):
        """The preview as its page wants it."""
        changes = [
            (change.label, [self._name(s) for s in change.moved], [self._name(s) for s in change.both], change.joins)
            for change in found.changes
        ]
        return {"found": found, "changes": changes}

    def _name(self, subject):
        return self._page_of(subject) if self.admin_site.is_registered(type(subject)) else str(subject)

    def _merged(self, request, kept, others):
        names = [str(row) for row in others]
        lost = {row: row.pk for row in others}
        self.log_deletions(request, self.model._base_manager.filter(pk__in=lost.values()))
        done = merge(kept, others)
        self.log_change(request, done.kept, _history(done, names))
        record(Geste.FUSIONNE, done.kept, precision=f"avec {' ; '.join(names)}")
        self.message_user(
            request,
            format_html(
                "{} : {} et {} ne font plus qu’un. Leurs anciennes adresses mènent ici.",
                self._page_of(done.kept),
                " ; ".join(names),
                done.kept,
            ),
            messages.SUCCESS,
        )
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(done.kept.pk)])
        return HttpResponseRedirect(url)


def _counts(relations, row):
    """[(how many, what in the right number)] of who points to `row`; kinds that nobody is of are left out."""
    found = {}
    for relation in relations:
        found.setdefault(relation.subject, set()).update(relation.subjects(row))
    counted = ((len(subjects), subject._meta) for subject, subjects in found.items() if subjects)
    return [(n, str(meta.verbose_name_plural if n > 1 else meta.verbose_name)) for n, meta in counted]


def _in_words(counts):
    return ", ".join(f"{n} {name}" for n, name in counts) or "rien ne s’en sert"


def _history(done, names):
    """What the history of the row kept says: with it, nothing of what the others said is lost."""
    told = [f"Fusion avec {', '.join(f'« {name} »' for name in names)}."]
    told += [f"{capfirst(whose)}, « {label} » : {text}" for whose, label, text in done.dropped]
    return "\n".join(told)
