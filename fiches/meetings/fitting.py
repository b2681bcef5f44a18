"""Two pages, and no more: how much room each part takes on paper, and what is given up first when there is too much.

Room is counted in printed lines, from the lengths of the texts. The widths are those of the widest of the three faces
that a machine may print with (see `fiches.reading.PRINT_LIMITS`), measured on every meeting that can be prepared: a
page that holds here holds on paper.
"""

from dataclasses import replace
from math import ceil

from .parts import Care, Next
from .wishes import Pour

PAGES = {1: 59.6, 2: 63.5}  # lines on each page, its head, its foot and its titles left out
WIDE, HALF = 107, 52  # characters in a line: across the page, and in one of two columns
HEADING, GAP = 1.4, 0.57  # lines: the heading of a part; between two rows

# A pack that is handed over is set larger: its lines are fewer, and hold less.
SMALLER = {Pour.EMPORTER: 0.87}

# What is given up first: (part, how many items it keeps at least). The same part may come back, further down.
GIVEN_UP = (
    ("accords", 2),
    ("mots", 1),
    ("garde", 4),
    ("avant", 3),
    ("garde", 3),
    ("accords", 1),
    ("entendu", 1),
    ("personne", 2),
    ("suite", 2),
    ("questions", 3),
    ("avant", 2),
    ("garde", 2),
    ("arguments", 2),
    ("demarches", 1),
    ("ensemble", 3),
    ("convenir", 3),
    ("propositions", 2),
)


def fit(parts, pour):
    """The same parts, less what would not fit on their two pages."""
    parts = {part.name: part for part in parts}
    for page in PAGES:
        lines = PAGES[page] * SMALLER.get(pour, 1)
        while room([part for part in parts.values() if part.page == page]) > lines:
            name = next((n for n, least in GIVEN_UP if _is_on(parts, n, page) and _count(parts[n]) > least), None)
            if name is None:
                break
            parts[name] = replace(parts[name], content=_less(parts[name].content))
    return tuple(parts.values())


def _is_on(parts, name, page):
    return name in parts and parts[name].page == page


def _items(content):
    """The items of a content that may lose its last one."""
    if isinstance(content, Care):
        return (*content.traps, *content.lines)
    if isinstance(content, Next):
        return content.steps
    return content if isinstance(content, tuple) else getattr(content, "items", getattr(content, "lines", ()))


def _count(part):
    return len(_items(part.content))


def _less(content):
    """`content` without its last item."""
    if isinstance(content, tuple):
        return content[:-1]
    name = next(n for n in ("items", "steps", "lines", "traps") if getattr(content, n, ()))
    return replace(content, **{name: getattr(content, name)[:-1]})


def room(parts):
    """Lines taken by the parts of one page, side by side where they are."""
    taken, beside = 0.0, []
    for part in parts:
        lines = COSTS[part.name](part.content) + (HEADING if part.title or part.name in ("notes", "remarques") else 0)
        if part.is_half:
            beside.append(lines)
            continue
        taken += _tallest(beside) + lines + GAP
        beside = []
    return taken + _tallest(beside)


def _tallest(beside):
    """Halves stand two by two: what pairs of them take."""
    pairs = [beside[n : n + 2] for n in range(0, len(beside), 2)]
    return sum(max(pair) + GAP for pair in pairs)


def _lines(text, width):
    return ceil(len(text) / width) if text else 0


def _ref(line):
    return line.texte + (line.lead and f"{line.lead} ") + "  A"


def _listed(lines, width, each=0.15):
    return sum(_lines(_ref(line), width) + each for line in lines)


def _said(said, width):
    return sum(1.05 * _lines(f"1 {one.voice} — {one.texte}", width) for one in said)


def _arguments(content):
    items = sum(
        1.2 * _lines(one.label + one.gain, WIDE * 0.85) + _lines(one.texte + "  A", WIDE) + _said(one.said, WIDE) + 1
        for one in content.items
    )
    return 1.2 + items + _sources(content.sources)


def _sources(sentences):
    return sum(0.9 * _lines(one, WIDE * 1.1) + 0.3 for one in sentences)


def _proposals(content):
    items = sum(
        1.2 * _lines(one.titre, WIDE * 0.85)
        + _lines(one.texte, WIDE)
        + _said(one.said, WIDE)
        + sum(_lines(gain.gain, WIDE * 0.8) + 0.1 for gain in one.gains)
        + 1.4
        for one in content.items
    )
    return items + _sources(content.sources)


def _questions(content):
    return sum(1.1 * _lines(line.texte + "  A", WIDE * 0.85) + 1.5 for line in content)


def _care(content):
    traps = [f"{t.lead} A Signe. {t.texte}" + (" Parade. A" if t.antidote else "") for t in content.traps]
    boxes = sum(_lines(text, HALF - 2) + 0.9 for text in traps)
    lines = _listed(content.lines, HALF - 1)
    return max(boxes, lines) if traps and content.lines else (boxes + lines) * 0.6


def _words(content):
    return sum(
        1.3
        + max(_lines(f"À l’école {w.ecole}", HALF - 1), _lines(f"Au centre {w.centre}", HALF - 1))
        + _lines(f"Le malentendu {w.malentendu}", WIDE)
        + max(_lines(f"À dire    {w.dire}", HALF - 1), _lines(f"À éviter    {w.eviter}", HALF - 1))
        + 1.7
        for w in content
    )


def _heard(content):
    told = [
        1.15 * _lines(f"« {one.phrase} » A", HALF - 6)
        + _lines(f"Derrière. {one.derriere}", HALF - 2)
        + _lines(f"Répondre. {one.reponse}", HALF - 2)
        + 0.4
        for one in content
    ]
    return max(told) if len(told) > 1 else told[0]


def _act(act, width):
    stages = sum(_lines(f"{s}. Décision. {d}. Avis. {a}.", width) for s, d, a in act.stages)
    delay = _lines(act.delai and f"Délai. {act.delai}", width)
    return _lines(f"{act.acte}  A", width - 4) + stages + delay + (not act.is_sure) + 0.5


def _papers(act):
    pieces = "    ".join(["À préparer.", *act.pieces])
    official = _lines(act.texte_officiel and f"Texte. {act.texte_officiel}", WIDE)
    return _act(act, WIDE) + 1.25 * _lines(pieces, WIDE * 0.85) + official + 0.4


def _next(content, width):
    return _listed(content.steps, width, each=0.2) + 1.55 * len(content.blanks) + 0.4


def _sheets(content, width):
    texts = [f"A  {row.ref.titre} host.exemple.org{row.ref.url} {row.told}" for row in content]
    rows = [0.9 * _lines(text, width) + 0.15 for text in texts]
    return sum(rows) / 2 + max(rows) / 2


COSTS = {
    "rendezvous": lambda content: 1.6,
    "personne": lambda content: _lines(content.role, HALF) + _listed(content.lines, HALF - 2) + 0.3,
    "avant": lambda content: _listed(content, HALF - 3, each=0.2),
    "arguments": _arguments,
    "garde": _care,
    "questions": _questions,
    "mots": _words,
    "entendu": _heard,
    "accords": lambda content: sum(_act(act, HALF) for act in content),
    "suite": lambda content: _next(content, HALF - 3),
    "notes": lambda lines: 1.25 * lines,
    "contact": lambda content: 1.6,
    "centre": lambda content: _lines(content, WIDE),
    "propositions": _proposals,
    "remarques": lambda lines: 1.25 * lines,
    "ensemble": _questions,
    "demarches": lambda content: sum(_papers(act) for act in content),
    "convenir": lambda content: _next(content, WIDE - 3),
    "fiches": lambda content: _sheets(content, HALF),
}
