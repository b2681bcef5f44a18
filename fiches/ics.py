"""The windows of the school year as an iCalendar file (RFC 5545): all-day events that take up nobody's time."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from icalendar import Calendar, Event, vText

from acteurs.bases import lines
from fiches.models.around import DateCertitude
from fiches.school_year import TURN, during

A_DAY = timedelta(days=1)


def calendar(windows, years, *, name, url, sequence):
    """The file's bytes: each of `windows` (from `for_calendar()`) in each school year that begins in `years`.

    `name`: what a subscriber sees the calendar called. `url`: the absolute address of the calendar's page; its host
    ends the identifiers, so that two sites with the same content can be read side by side. `sequence`: a number that
    grows with every edit of the content. The same arguments give the same bytes.
    """
    file = Calendar()
    file.add("prodid", "-//partenariat//calendrier scolaire//FR")
    file.add("version", "2.0")
    file.add("x-wr-calname", vText(name))  # a plain value would not be escaped in an X- property
    file.add("name", name)
    file.add("refresh-interval", A_DAY, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "P1D")
    windows = list(windows)
    for year in years:
        for occurrence in during(windows, year):
            file.add_component(_event(occurrence, year, years[0], url, sequence))
    return file.to_ical()


def _event(occurrence, year, first_year, url, sequence):
    window = occurrence.window
    is_certain = window.certitude == DateCertitude.NATIONALE
    event = Event()
    event.add("uid", f"{window.slug}-{year}@{urlsplit(url).hostname}")
    # When the information was last revised: our content keeps a count of its edits, not their time, and a clock would
    # change the bytes of what did not change. So this is when the file began to tell these years, and the count below
    # says which of two versions is the newer.
    event.add("dtstamp", datetime.fromisoformat(f"{first_year + 1}-{TURN}").replace(tzinfo=UTC))
    event.add("sequence", sequence)
    event.add("dtstart", occurrence.start)
    event.add("dtend", occurrence.end + A_DAY)  # the first day after
    event.add("summary", window.titre)
    event.add("description", _description(window, url))
    event.add("url", f"{url}#{window.slug}")
    event.add("status", "CONFIRMED" if is_certain else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    if categories := [niveau.nom for niveau in window.niveaux.all()]:
        event.add("categories", categories)
    return event


def _description(window, url):
    """What to do, why, what the date is worth, and what to read: as plain text."""
    date = f"Date {window.get_certitude_display()}. {window.repere}".strip()
    blocks = [
        "\n".join(f"– {line}" for line in lines(window.a_faire)),
        window.pourquoi,
        date,
        "\n".join(f"{fiche.titre} : {urljoin(url, fiche.get_absolute_url())}" for fiche in window.fiches.all()),
    ]
    return "\n\n".join(filter(None, blocks))
