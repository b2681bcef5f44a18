"""French text → terms: the one analysis that index, query, highlighting and spelling all go through.

Pure: the standard library, a stemmer, and the rules of the language in `french.py`. Acronyms are handed in.
"""

import re
import threading
import unicodedata
from typing import NamedTuple

import Stemmer

from .french import FIXED, base_form, fold, is_small, lower_case, ordinal

MAX_WORD = 40  # characters of a term: the longest French words have fewer than 30
MAX_CHUNK = 60  # characters: longer runs without a blank (addresses, noise) are analysed but not remembered
MAX_CACHE = 2**15  # entries of each cache, about 10 MB; emptied when full, so that noise cannot grow a process
ACRONYM = "zz"  # begins no French word: « EN » cannot meet « en », nor « REP » a stem « rep »


class Token(NamedTuple):
    """A term of the index, and where its word stands in the original text (`text[start:end]`)."""

    term: str
    start: int
    end: int


class _Piece(NamedTuple):
    """A word read once and for all; `start` and `end` count from the beginning of its chunk."""

    term: str
    surface: str
    start: int
    end: int
    small: bool  # a stop word
    shouted: "_Piece | None" = None  # how to read it in a line all in capitals, when that differs


_APOSTROPHE = "['’‘ʼ`´′＇]"
_HYPHEN = "[-‐‑]"
_IGNORED = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff"  # soft hyphen, joiners, directions
_WORD = rf"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*|[{_IGNORED}]+[^\W_]+)*"  # decomposed accents belong to their word

# A number and its « ème », an acronym and its « + » may stand apart; everything else is between two blanks.
_CHUNK = re.compile(r"\d{1,2}[ \u00a0\u202f]i?[eè]mes?(?!\w)|\S+(?:[ \u00a0\u202f]\+(?!\w))?")
_PIECE = re.compile(
    rf"""
      (?P<dotted>(?:[^\W\d_]\.)+[^\W\d_](?![^\W_])\.?)
    | (?P<elided>(?i:jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|qu|[ldjnstmc]){_APOSTROPHE})
    | (?P<glued>
        (?:(?P<prefix>(?i:co|p[ée]ri|extra|socio|inter|multi|pluri)){_HYPHEN}|(?i:aujourd|prud|entr){_APOSTROPHE}|(?i:rendez){_HYPHEN}(?=(?i:vous)\b))
        (?P<rest>(?=[^\W\d_]{{2}}){_WORD})
      )
    | (?P<number>\d{{1,2}}(?:°|[ \u00a0\u202f]i?[eè]mes?)(?!\w))
    | (?P<word>{_WORD})
      (?P<plus>[ \u00a0\u202f]?\+)?
      (?:(?:[·•‧∙⋅](?:e|ne|le|te|se|ve|fe|sse|esse|i?ère|euse|t?rice|s)s?
           |\((?:e|ne|le|i?ère|euse|t?rice|s)s?\)s?
           |[-./](?:e|ne|t?rice)s?(?:[-./]s)?)(?:[·•‧∙⋅]s)?(?!\w))?
    """,
    re.VERBOSE,
)
_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_NOISE = re.compile(f"[{_IGNORED}]")
_JOINER = re.compile(rf"{_HYPHEN}|{_APOSTROPHE}")


def _clean(raw):
    """A word as written, in one spelling: composed accents, plain ligatures, nothing invisible, bounded."""
    if raw.isascii():
        return raw[:MAX_WORD]
    # Cut before too: normalising a megabyte of accents piled on one letter is work for nothing.
    plain = unicodedata.normalize("NFKC", _NOISE.sub("", raw[: 4 * MAX_WORD]))
    return "".join(plain.split())[:MAX_WORD]  # one Arabic sign is a sentence of four words


class Analyser:
    """Cuts a text into tokens. One for the index and the queries, safe to share between threads.

    `acronyms`: every known acronym, as written; those of several words are left to synonyms.
    `cautious`: those read as such in capitals only, for in lower case they are other words.
    """

    def __init__(self, acronyms=frozenset(), cautious=frozenset()):
        single = {written for written in {*acronyms, *cautious} if not re.search(r"\s", written.strip())}
        # An acronym spelt like a stop word is cautious, whatever was said: else every « en » would become one.
        capitals = {written for written in single if written in cautious or is_small(lower_case(written))}
        self._capitals = {written.upper(): ACRONYM + fold(written) for written in capitals}
        self._known = {
            key: ACRONYM + fold(written)
            for written in single - capitals
            for key in (lower_case(written), fold(written))
        }
        self._pieces_of = {}
        self._stem_of = {}
        # A PyStemmer object has one working buffer, so two threads must not share it. One each rather than a lock:
        # a lock held by another thread at the moment of a fork would never be released in the child.
        self._local = threading.local()

    def forget(self):
        """Let go of the words remembered: they are read again when they come back."""
        self._pieces_of.clear()
        self._stem_of.clear()

    def tokens(self, text, *, small=False):
        """The tokens of `text`, in order, stop words left out unless `small`."""
        return [
            Token(piece.term, at + piece.start, at + piece.end)
            for piece, at in self._scan(text)
            if small or not piece.small
        ]

    def terms(self, text, *, small=False):
        """The terms of `text`, in order, with repetitions."""
        return [piece.term for piece, _ in self._scan(text) if small or not piece.small]

    def query_tokens(self, text):
        """The tokens of a query: as `tokens`, but its stop words when it has nothing else."""
        return self.tokens(text) or self.tokens(text, small=True)

    def query_terms(self, text):
        """The terms of a query; empty only for a text without a letter or a digit."""
        return [token.term for token in self.query_tokens(text)]

    def stem(self, word):
        """The folded stem of one ordinary word, whether stop word or acronym."""
        return self._stem(lower_case(_clean(word)))

    def surface(self, word):
        """The folded form of one word as it is read: without elision nor inclusive ending. Empty for no word."""
        return " ".join(piece.surface for piece, _ in self._scan(word))

    def words(self, text):
        """(surface, term, text as written) of each word of `text` but stop words: what a Vocabulary learns."""
        return self.read(text)[1]

    def read(self, text):
        """All that the index wants of a text, in one pass: its terms, small words included, and its `words`."""
        terms, words = [], []
        for piece, at in self._scan(text):
            terms.append(piece.term)
            if not piece.small:
                words.append((piece.surface, piece.term, text[at + piece.start : at + piece.end]))
        return terms, words

    def _scan(self, text):
        """Yield (piece, offset of its chunk). Capitals are judged line by line: a title may shout in a quiet text."""
        offset = 0
        for line in text.splitlines(keepends=True):
            shouted = None
            for chunk in _CHUNK.finditer(line):
                for piece in self._pieces(chunk[0]):
                    if piece.shouted:
                        shouted = self._is_shouted(line) if shouted is None else shouted
                    yield (piece.shouted if piece.shouted and shouted else piece), offset + chunk.start()
            offset += len(line)

    def _is_shouted(self, line):
        """Whether a line is all in capitals: several words, and not merely a row of acronyms such as « EN REP »."""
        words = _LONG_WORD.findall(line)
        return len(words) > 1 and all(map(str.isupper, words)) and not all(map(self._acronym, words))

    def _pieces(self, chunk):
        """The words of a run without blanks, remembered: the same few thousand runs make up most of any text."""
        pieces = self._pieces_of.get(chunk)
        if pieces is None:
            # A sign may be a letter, yet leave nothing once folded (a lone Japanese accent): no term, no piece.
            found = (piece for match in _PIECE.finditer(chunk) for piece in self._read(match))
            pieces = tuple(piece for piece in found if piece.term)
            if len(chunk) <= MAX_CHUNK:
                _remember(self._pieces_of, chunk, pieces)
        return pieces

    def _read(self, match):
        """The pieces of one match of _PIECE: none for an elision, two for « co- » before an acronym, else one."""
        if match["dotted"]:
            yield self._dotted(match[0].replace(".", ""), *match.span())
        elif match["glued"]:
            yield from self._glued(match)
        elif match["plus"] and (term := self._known.get(fold(match["word"]) + "+")):
            yield _Piece(term, term.removeprefix(ACRONYM), match.start(), match.end(), small=False)
        elif match["word"]:
            end = match.end("word") if match["plus"] else match.end()
            yield self._word(match["word"], match.start(), end)
        elif match["number"]:
            yield self._word(match[0], *match.span())

    def _dotted(self, letters, start, end):
        """« D.S.D.E.N. » or « d.s.d.e.n. »: the dots say that it is an acronym, even a cautious one."""
        term = self._acronym(letters.upper())
        return _Piece(term, fold(letters), start, end, small=False) if term else self._word(letters, start, end)

    def _glued(self, match):
        """A prefix that is no word by itself makes one word with the next: co-éducation is coéducation."""
        if match["prefix"] and self._acronym(_clean(match["rest"])):
            yield self._word(match["prefix"], *match.span("prefix"))
            yield self._word(match["rest"], *match.span("rest"))
        else:
            yield self._word(_JOINER.sub("", match[0], count=1), *match.span())

    def _word(self, raw, start, end):
        word = _clean(raw)
        lower = lower_case(word)
        surface = fold(lower)[:MAX_WORD]
        ordinary = _Piece(self._numbered(lower) or self._stem(lower), surface, start, end, is_small(lower))
        # 6e first: some list it among acronyms, and it must meet « sixième ».
        term = None if self._numbered(lower) else self._acronym(word)
        if term is None:
            return ordinary
        return _Piece(term, surface, start, end, small=False, shouted=ordinary if word in self._capitals else None)

    def _acronym(self, word):
        """The term of a known acronym, or None. Its case counts when cautious; a plural s does not."""
        if term := self._capitals.get(word):
            return term
        # Capitals often lose their accents, or gain some; in lower case « rép » is not REP.
        key = fold(word) if word.isupper() else lower_case(word)
        return self._known.get(key) or (self._known.get(key[:-1]) if key.endswith("s") and len(key) > 3 else None)

    def _numbered(self, lower):
        """The term of an ordinal, or None."""
        term, word = ordinal(lower)
        return self._stem(word) if word else term

    def _stem(self, lower):
        """Stem, THEN fold: without its accents a word escapes Snowball's rules (precarite, but précar)."""
        if len(lower) < 3:  # « cs », « vs » are no plurals
            return fold(lower)
        stem = self._stem_of.get(lower)
        if stem is None:
            stem = fold(FIXED.get(lower) or self._stemmer().stemWord(base_form(lower)))[:MAX_WORD]
            _remember(self._stem_of, lower, stem)
        return stem

    def _stemmer(self):
        """This thread's own stemmer. Without its cache: it slows down distinct words, and _stem_of does better."""
        if not hasattr(self._local, "stemmer"):
            self._local.stemmer = Stemmer.Stemmer("french", 0)
        return self._local.stemmer


def _remember(cache, key, value):
    if len(cache) >= MAX_CACHE:
        cache.clear()
    cache[key] = value
