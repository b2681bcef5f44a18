"""Which blocks are headings, and what they tell: a theme, a voice, or a mere label. Pure.

No sign is sure by itself: a number may start a list, bold may carry an idea, a theme's words may turn up anywhere.
So clues are added up, and the report's own habits (how its other themes look) settle what is left.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from .marks import take_number
from .numbering import read_number
from .voices import UNKNOWN, find_voice
from .words import SMALL, is_shouted, words

_LABELS_WORDS = """
introduction presentation idee idees proposition propositions constat constats exemple exemples temoignage
temoignages question questions remarque remarques element elements non trie tries triees divers autre autres
synthese verbatim verbatims note notes participants ordre jour compte rendu sommaire recapitulatif resume liste
contenu annexe annexes retour retours reponse reponses paroles parole citations citation suite fin brut bruts
brutes vrac points point cles cle a retenir seance generale discussion discussions atelier ateliers groupe groupes
contexte preambule deroule deroulement
"""
_LABELS = frozenset(_LABELS_WORDS.split())
_CUT = re.compile(r"\s+[–—|-]\s+|\s*[:(|]\s*|\s+/\s+")
_EXACT, _STRONG, _FAIR, _PLACED, _WEAK = 0.75, 0.62, 0.45, 0.35, 0.25
_ORDER = 0.1  # what the order of themes is worth
_LONGEST = 200
_KEYWORDS = dict.fromkeys(("theme", "thème", "thematique", "thématique", "axe", "partie", "chapitre"), 4)
_ENOUGH = 3  # clues that make a numbered line a theme


@dataclass
class Role:
    """What a block is in the plan of the report. A `Role()` tells nothing: the block is words."""

    told: str = ""
    theme: int | None = None
    voix: str | None = None
    deduced: bool = False  # the theme was told from its place alone

    @property
    def is_theme(self):
        return "theme" in self.told


class Plan:
    """The roles of all blocks. `blocks` and `roles` go together, one for one."""

    def __init__(self, blocks, themes):
        self.blocks, self.themes = blocks, themes
        self.roles = [Role() for _ in blocks]
        self.styled = any(block.heading for block in blocks)
        self.numbered = [None if block.mute else read_number(block) for block in blocks]
        self._find_voices()
        self._find_numbered_themes()
        self._find_themes_by_words()
        self._settle_numbers()
        self._fill_gaps()
        self._deduce_from_place()
        self._find_labels()

    # Voices

    def _find_voices(self):
        for i, block in enumerate(self.blocks):
            if block.mute or block.cell or not self._may_head(block) or not (voice := self._voice_of(i)):
                continue
            self.roles[i] = Role("voix", voix=None if voice == UNKNOWN else voice)

    def _voice_of(self, i):
        block = self.blocks[i]
        text = take_number(block.text)[1]
        if block.bullet and not block.bold and not self._opens_deeper(i):
            return None
        return find_voice(text, stands_out=block.stands_out or self._is_alone(i))

    def _opens_deeper(self, i):
        """A bullet that ends with « : » and has bullets of its own."""
        after = self.blocks[i + 1 : i + 2]
        return bool(after) and after[0].level > self.blocks[i].level and self.blocks[i].text.endswith(":")

    def _is_alone(self, i):
        """A short line on its own, with bullets after it."""
        block, after = self.blocks[i], self.blocks[i + 1 : i + 2]
        return (
            bool(after) and not block.bullet and block.after_blank and (after[0].bullet or after[0].text[:1] in '«“"')
        )

    def _may_head(self, block):
        return bool(block.text) and len(block.text) <= _LONGEST and block.text[0] not in '«“"'

    # Themes with a number

    def _find_numbered_themes(self):
        self.last, self.sign, self.refused = 0, None, {}
        for i, numbered in enumerate(self.numbered):
            block = self.blocks[i]
            if not numbered or self.roles[i].told or not self._may_head(block) or not 0 < numbered.number <= 30:
                continue
            if block.bullet and not (block.stands_out or numbered.keyword):
                continue
            if self._clues(i, numbered) >= _ENOUGH:
                self._accept(i, numbered)
            else:
                self.refused[numbered.sign] = numbered.number

    def _accept(self, i, numbered):
        self.last, self.sign = numbered.number, self.sign or numbered.sign
        self.roles[i] = self._role_of_theme(numbered.number, numbered.title)

    def _role_of_theme(self, theme, title):
        """« Faire durer – paroles d’école »: a theme's heading may tell the voice too, at its end."""
        for part in [title, *_CUT.split(title)[1:]]:
            if voice := find_voice(part.strip(" )"), stands_out=True):
                return Role("theme et voix", theme=theme, voix=None if voice == UNKNOWN else voice)
        return Role("theme", theme=theme)

    def _clues(self, i, numbered):
        block = self.blocks[i]
        clues = _KEYWORDS.get(numbered.keyword, 1 if numbered.keyword else 0)
        clues += 4 if block.heading else 3 if block.bold else 2 if is_shouted(block.text) else 0
        clues += self._clues_of_words(numbered) + self._clues_of_order(i, numbered)
        clues += numbered.title.rstrip(" :").endswith("?")
        clues += "/" in numbered.sign
        clues += block.after_blank
        clues += 2 * any(role.told == "voix" for role in self.roles[i + 1 : i + 2])
        if self.styled and not block.stands_out:  # its headings have a look, and this line has not
            clues -= 3
        clues -= (len(block.text) > 100) + 2 * block.text.endswith(".")
        return clues - (not numbered.sign and not numbered.keyword)

    def _clues_of_words(self, numbered):
        own = self.themes.score_of(numbered.number, numbered.title)
        best = self.themes.best(numbered.title)
        if own >= _FAIR:
            return 4
        if best and best.score >= _STRONG:
            return 3
        return 2 if own >= _WEAK else 0

    def _clues_of_order(self, i, numbered):
        is_next = numbered.number == self.last + 1
        clues = is_next * (1 + (self.last >= 3) + (self.last >= 5)) - 2 * (numbered.number <= self.last)
        if self.sign is not None and numbered.sign != self.sign and not (is_next and self.last >= 3):
            clues -= 2
        if self._in_a_list(i, numbered):
            return clues - 3
        return clues + 1

    def _in_a_list(self, i, numbered):
        """One of a run of numbers that are not the themes'."""
        if numbered.number > 1 and self.refused.get(numbered.sign) == numbered.number - 1:
            return True
        after = next(iter(self.numbered[i + 1 : i + 2]), None)
        follows = bool(after) and after.sign == numbered.sign and after.number == numbered.number + 1
        return follows and not (numbered.number == self.last + 1 and self.last >= 3)

    # Themes by their words

    def _find_themes_by_words(self):
        looks, last = self._looks_of_themes(), 0
        numbered = {role.theme for role in self.roles if role.is_theme}
        for i, block in enumerate(self.blocks):
            last = self.roles[i].theme or last
            if (
                self.roles[i].told
                or not self._may_head(block)
                or block.mute
                or (block.bullet and not block.stands_out)
            ):
                continue
            best = self._best_of(block.text, last)
            if best and self._is_theme(i, best, looks) and not (best.numero in numbered and self._look(i) != looks[0]):
                self.roles[i] = self._role_of_theme(best.numero, block.text)
                last = best.numero

    def _best_of(self, text, last):
        """The nearest theme of a heading, which may go on with something else: « Avec qui – paroles d’école ».

        At equal words, themes come in their order: one that was already told is less likely than the next.
        """
        texts = [text, *(part for part in _CUT.split(text)[:1] if part.strip() != text.strip())]
        found = [match for part in texts for match in self.themes.matches(part)]
        order = {True: _ORDER, False: 0}
        return max(
            found,
            key=lambda match: match.score - order[match.numero <= last] + order[match.numero == last + 1],
            default=None,
        )

    def _look(self, i):
        block = self.blocks[i]
        look = f"h{block.heading}" if block.heading else "bold" if block.bold else "plain"
        return look, is_shouted(block.text), bool(self.roles[i].is_theme and self.numbered[i])

    def _looks_of_themes(self):
        """How the themes of this report look, the commonest look first."""
        looks = Counter(self._look(i) for i, role in enumerate(self.roles) if role.is_theme)
        for i, block in enumerate(self.blocks):
            if not self.roles[i].told and self._may_head(block) and not block.bullet and self._stands_out(block):
                best = self.themes.best(block.text)
                looks[self._look(i)] += bool(best and best.exact >= _STRONG)
        return [look for look, n in looks.most_common() if n]

    def _stands_out(self, block):
        return block.stands_out or is_shouted(block.text)

    def _is_theme(self, i, best, looks):
        block, look = self.blocks[i], self._look(i)
        usual = bool(looks) and look == looks[0]
        said = [word for word in words(block.text) if word not in SMALL]
        if block.heading:
            if looks and looks[0][0].startswith("h") and block.heading > int(looks[0][0][1:]):
                return False
            return best.score >= (_FAIR if usual else _STRONG)
        if len(said) <= 1 or set(said) <= _LABELS:  # « Exemples », « Partenaires »: they may be anything
            ends = best.exact > 0.99 and best.numero == max(self.themes.titles) and not set(said) <= _LABELS
            return ends or (usual and best.exact >= _EXACT and self._stands_out(block))
        if self._stands_out(block):
            return best.exact >= _STRONG or (best.near >= _STRONG + 0.05 and len(said) >= 3 and usual)
        return best.exact >= _EXACT and not block.text.endswith(".") and self._has_room(i)

    def _has_room(self, i):
        """Space before it, or a voice after it."""
        return self.blocks[i].after_blank or any(
            role.told for role in self.roles[i - 1 : i] + self.roles[i + 1 : i + 2]
        )

    # What the whole plan says of each

    def _settle_numbers(self):
        """If the numbers of the report are not those of the known themes, the titles decide."""
        heads = [i for i, role in enumerate(self.roles) if role.is_theme and self.numbered[i]]
        best = {i: self.themes.best(self.numbered[i].title) for i in heads}
        sure = [i for i in heads if best[i] and best[i].exact >= _STRONG]
        agree = sum(best[i].numero == self.numbered[i].number for i in sure)
        by_title = len(sure) - agree > agree
        for i in heads:
            told = best[i] if best[i] and best[i].score >= (_FAIR if by_title else _STRONG) else None
            known = not self.themes.titles or self.numbered[i].number in self.themes.titles
            if by_title or not known:
                self.roles[i].theme = told.numero if told else None

    def _fill_gaps(self):
        """Between themes 2 and 4, a heading that is somewhat worded as the third is the third."""
        seen = {role.theme for role in self.roles if role.is_theme}
        heads = [(-1, 0)] + [(i, role.theme) for i, role in enumerate(self.roles) if role.is_theme and role.theme]
        heads.append((len(self.blocks), max(self.themes.titles, default=0) + 1))
        for (start, before), (end, after) in pairwise(heads):
            for missing in sorted({*range(before + 1, after)} - seen):
                near = [(self._placed(i, missing), -i) for i in range(start + 1, end)]
                score, i = max(near, default=(0, 0))
                if score >= _PLACED:
                    self.roles[-i] = Role("theme", theme=missing)
                    start = -i

    def _placed(self, i, missing):
        """How near a block is to a missing theme, if it may be its heading; else 0."""
        block = self.blocks[i]
        if self.roles[i].told or not self._may_head(block) or block.mute or block.cell or block.text[-1:] in ".:,;":
            return 0
        if (block.bullet and not block.stands_out) or not (self._stands_out(block) or self._has_room(i)):
            return 0
        score = self.themes.score_of(missing, block.text)
        best = self.themes.best(block.text)
        alone = self._stands_out(block) or block.text.endswith("?") or (best and best.numero == missing)
        return score if alone and (score >= _FAIR or (best and score >= 0.7 * best.score)) else 0

    def _deduce_from_place(self):
        """A heading styled as the themes are, but worded otherwise: between 3 and 5, it is 4. Else it is unknown."""
        levels = Counter(
            self.blocks[i].heading for i, r in enumerate(self.roles) if r.is_theme and self.blocks[i].heading
        )
        if not levels:
            return
        level = levels.most_common(1)[0][0]
        others = [i for i, b in enumerate(self.blocks) if b.heading == level and not self.roles[i].told and b.text]
        if len(others) > levels[level]:
            return
        for i in others:
            before = next((r.theme for r in reversed(self.roles[:i]) if r.is_theme), None)
            after = next((r.theme for r in self.roles[i + 1 :] if r.is_theme), None)
            between = before and after and after - before == 2
            self.roles[i] = Role("theme", theme=before + 1 if between else None, deduced=bool(between))

    def _find_labels(self):
        """Headings that carry no idea: « Éléments non triés », « Exemples : »."""
        for i, block in enumerate(self.blocks):
            if self.roles[i].told or block.bullet or block.mute or not block.text or block.cell:
                continue
            said = [word for word in words(block.text) if word not in SMALL and not word.isdigit()]
            aside = block.text[0] == "(" and block.text[-1] == ")" and len(said) <= 5
            if self._names_a_theme(i) or (said and set(said) <= _LABELS and "?" not in block.text) or aside:
                self.roles[i] = Role("intitulé")

    def _names_a_theme(self, i):
        """The title of « Thème 3 », on the next line."""
        before = self.roles[i - 1] if i else Role()
        numbered = self.numbered[i - 1] if i else None
        if not before.is_theme or not numbered or numbered.title.strip(" :–—-") or not self._may_head(self.blocks[i]):
            return False
        block = self.blocks[i]
        known = before.theme and self.themes.score_of(before.theme, block.text) >= _FAIR
        return bool(known or self._stands_out(block)) and not block.text.endswith(".")
