"""The search box of the curators’ lists, by the engine of the site: « reunion » finds « réunions »."""

from django.db.models import Case, IntegerField, Q, Value, When

from fiches.search.criteria import MAX_QUERY, clean_text


class EngineSearch:
    """Mixed into a ModelAdmin: what the engine finds comes first, then what its `search_fields` hold letter by letter.

    Both, since curators also type a reference (« T1-CS-07 ») or the beginning of a word.
    """

    def engine(self, q):
        """The keys of the rows that answer `q`, best first."""
        raise NotImplementedError

    def get_search_results(self, request, queryset, search_term):
        q = clean_text(search_term)[:MAX_QUERY]
        letters, may_repeat = super().get_search_results(request, queryset, q)
        if not q or not (ranked := self.engine(q)):
            return letters, may_repeat
        found = queryset.filter(Q(pk__in=ranked) | Q(pk__in=letters.order_by().values("pk")))
        if "o" in request.GET:  # the curator chose an order
            return found, may_repeat
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(ranked)]
        closest = Case(*places, default=Value(len(ranked)), output_field=IntegerField())
        return found.order_by(closest, "pk"), may_repeat
