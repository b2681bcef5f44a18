"""One round over all our links: each is asked, and the answer remembered if one says so."""

import logging
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from django.conf import settings

from acteurs.bases import fold

from ..models import LienVerifie
from .collecting import collect
from .fetching import Asker

logger = logging.getLogger(__name__)

THREADS = 8  # hosts asked at the same time
SEVERAL = 3  # sites: when none of so many answers, we are the ones who are cut off


@dataclass
class Round:
    """What a round found. `links`: the LienVerifie of each address, as they are after it, saved or not."""

    apply: bool
    links: list = field(default_factory=list)
    forgotten: int = 0  # addresses that no text leads to any more
    errors: int = 0  # checks that broke: bugs of ours, never a dead site
    unheard: list = field(default_factory=list)  # [(url, answer)] that wait for a site to answer

    def count(self, etat):
        return sum(link.etat == etat for link in self.links)

    @property
    def is_offline(self):
        """No site answered, and there were several: the fault is most likely ours, and is nobody's strike."""
        return not self.links and len({_host(url) for url, _ in self.unheard}) >= SEVERAL

    def take(self, url, answer):
        """Note one answer. While nobody has answered, silences wait: they may be those of our own network."""
        if answer.unheard and not self.links:
            self.unheard.append((url, answer))
            return
        self._note(url, answer)
        self.flush()

    def flush(self):
        while self.unheard:
            self._note(*self.unheard.pop())

    def _note(self, url, answer):
        # Read now: another round may have written it meanwhile.
        link = LienVerifie.objects.filter(url=url).first() or LienVerifie(url=url)
        link.record(answer, save=self.apply)
        self.links.append(link)


def user_agent():
    """Who asks: the site's name, and its address where one may read what it is."""
    name = fold(settings.SITE_NAME).title().replace(" ", "-") or "Partenariat"
    return f"{name}/1.0 (verification de liens{'; +' + settings.SITE_URL if settings.SITE_URL else ''})"


def check_all(*, apply, asker=None, progress=None):
    """Ask every address that our texts lead to. Written only if `apply`. `progress(done, total)` is told of each.

    An address that nothing leads to any more is forgotten. Each answer is written as it comes: a round that is
    interrupted keeps what it learnt.
    """
    urls = sorted(collect())
    asker = asker or Asker(user_agent())
    forgotten = LienVerifie.objects.exclude(url__in=urls)
    done = Round(apply, forgotten=forgotten.count())
    if apply:
        forgotten.delete()
    with ThreadPoolExecutor(THREADS) as pool:
        asked = {pool.submit(asker.ask, url): url for url in _one_host_after_another(urls)}
        for n, future in enumerate(as_completed(asked), start=1):
            try:
                done.take(asked[future], future.result())
            except Exception:
                logger.exception("A link could not be checked")  # the address itself may hold a name
                done.errors += 1
            if progress:
                progress(n, len(urls))
    if not done.is_offline:
        done.flush()
    done.links.sort(key=lambda link: link.url)
    return done


def _host(url):
    return url.split("/")[2]


def _one_host_after_another(urls):
    """`urls` so ordered that threads rarely wait for one another: the first of each host, then the second…"""
    ranks = {}
    ranked = []
    for url in urls:
        ranks[_host(url)] = ranks.get(_host(url), 0) + 1
        ranked.append((ranks[_host(url)], url))
    return [url for _, url in sorted(ranked)]
