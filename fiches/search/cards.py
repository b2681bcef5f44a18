"""The sheets of a page of results, kept in memory while they have not changed: reading them is most of a search."""

from acteurs.stamp import edition
from fiches.models import Fiche

from .highlight import sections

MAX_KEPT = 200  # sheets, of 12 to 17 kB each; the oldest goes when there is no room left


class Result:
    """A published sheet found by a search: all that the sheet has, and why it is there."""

    def __init__(self, fiche, score, passage):
        self.fiche = fiche  # shared between requests: only read
        self.score = score
        self.passage = passage  # None when nothing was searched for

    def __getattr__(self, name):
        return getattr(self.fiche, name)


class Shelf:
    """Sheets ready for their cards. Each is kept with what its content depends on, and read again when that moves."""

    def __init__(self):
        self._kept = {}  # {key: (what it depends on, sheet)}

    def take(self, pks, stamp):
        """{key: sheet} of those of `pks` that are online now. One query, and four more for those not kept yet.

        `stamp` is that of the view which named them.
        """
        now = dict(Fiche.objects.published().filter(pk__in=pks).order_by().values_list("pk", "marque"))
        state = {pk: (marque, stamp.lexique, stamp.fiches) for pk, marque in now.items()}
        found = {}
        for pk, needed in state.items():
            kept, fiche = self._kept.get(pk, (None, None))
            if kept == needed:
                found[pk] = fiche
        if missing := state.keys() - found.keys():
            # By key and mark at once: a sheet saved in between would be kept under the mark of its former words.
            # In the middle of an edition, words that may yet be undone have no mark of their own either.
            is_in_doubt = (door := edition()) is not None and door.wrote
            read = Fiche.objects.published().for_results().in_bulk(missing)
            for pk, fiche in read.items():
                found[pk] = _lightened(fiche)
                if fiche.marque == now[pk] and not is_in_doubt:
                    self._keep(pk, state[pk], fiche)
        return found

    def _keep(self, pk, state, fiche):
        while len(self._kept) >= MAX_KEPT:
            self._kept.pop(next(iter(self._kept), None), None)
        self._kept[pk] = (state, fiche)


def _lightened(fiche):
    """The same sheet with all that its card tells worked out, less the rows that it comes from, which weigh more."""
    for name in ("evidence", "marks"):
        getattr(fiche, name)  # the property keeps it
    sections(fiche)
    del fiche.published_citations
    fiche._prefetched_objects_cache.clear()
    return fiche
