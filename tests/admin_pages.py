"""What a curator's browser does with a page of the admin: fill its form in, choose an action, read it."""

import re
from html.parser import HTMLParser

from django.urls import reverse


def address(model, page, *args):
    """The address of a page of the admin: « changelist », « add », « change », « delete »."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def typed(response, **changes):
    """What the form of `response` would send if it were sent as it is, less what is empty, plus `changes`."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    data = {name: value for name, value in values.items() if value or (value == 0 and value is not False)}
    read = {"_lu": context["lu"]} if context.get("lu") else {}
    return {**data, **read, **changes}


def new_row(response, prefix, **fields):
    """One more row in the inline `prefix`: to be added to what is `typed`."""
    (inline,) = [i for i in context_inlines(response) if i.formset.prefix == prefix]
    n = inline.formset.total_form_count()
    return {f"{prefix}-TOTAL_FORMS": n + 1, **{f"{prefix}-{n}-{name}": value for name, value in fields.items()}}


def context_inlines(response):
    return response.context["inline_admin_formsets"]


def act(client, model, action, *objects, **more):
    """Tick `objects` in the list of `model`, choose `action`, press « Envoyer », read the page that comes."""
    data = {"action": action, "_selected_action": [o.pk for o in objects], **more}
    return client.post(address(model, "changelist"), data, follow=True)


def messages(response):
    """[(level tag, text), …] of the page."""
    return [(m.level_tag, m.message) for m in response.context["messages"]]


def errors(response):
    """All that the form and its rows complain of, as one text."""
    return " ".join(str(error) for error in response.context["errors"])


class _Visible(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style", "textarea", "svg")
        self.words += [
            value for name, value in attrs if name in ("title", "alt", "aria-label", "placeholder") and value
        ]
        self.words += [v for n, v in attrs if n == "value" and dict(attrs).get("type") in ("submit", "button")]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "textarea", "svg")

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def visible_text(html):
    """The words that a person sees or hears on the page, those that a curator typed left out."""
    parser = _Visible()
    parser.feed(re.sub(r"<!--.*?-->", "", html, flags=re.S))
    return " ".join(" ".join(parser.words).split())
