"""Meeting packs, on all the meetings that the shipped content allows: whole, true to the base, on two pages, and with
nothing in what is handed over that should not leave the house."""

import random
import re
from html.parser import HTMLParser

import pytest

from acteurs.models import Terme
from acteurs.stamp import editing
from fiches.meetings.choosing import candidates
from fiches.meetings.document import as_document
from fiches.meetings.fitting import PAGES, SMALLER, fit, room
from fiches.meetings.matter import gather
from fiches.meetings.pack import Pack, compose, prepare
from fiches.meetings.parts import BOTH, EMPORTER, GARDER, PARTS
from fiches.meetings.possible import Shortfall, counts, meetings
from fiches.meetings.sides import FAMILLES, RULES, Side, side_of
from fiches.meetings.wishes import MINUTES, Choices, Pour, Wishes
from fiches.models import Citation, Decideur, Degre, Extrait, Fiche, Gain, Genre, Phrase, Position
from fiches.packs.document import Note, dressed, texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]

SEED = 2026


@pytest.fixture(scope="module")
def choices(content, django_db_blocker):
    with django_db_blocker.unblock():
        return Choices()


@pytest.fixture(scope="module")
def packs(choices, django_db_blocker):
    """Every meeting that can be prepared, in both renderings."""
    with django_db_blocker.unblock():
        wishes = [Wishes(a, m, pour=pour) for a, moments in meetings(choices) for m in moments for pour in Pour]
        return [prepare(one, choices) for one in wishes]


def kept(packs):
    return [pack for pack in packs if pack.wishes.pour == Pour.GARDER]


def handed(packs):
    return [pack for pack in packs if pack.wishes.pour == Pour.EMPORTER]


def part(pack, name):
    return next((one.content for one in pack.parts if one.name == name), None)


def as_words(text):
    """In order; figures are left out, since each format numbers its notes in its own way."""
    return re.findall(r"[^\W\d_]+", text)


def document_of(pack):
    return as_document(pack, address=f"http://testserver{pack.wishes.address()}")


def told(pack):
    """All the text of a pack, its title included, as it is stored."""
    document = document_of(pack)
    return "\n".join([document.title, document.subtitle, document.description, *texts(document.blocks)])


def drawn(choices, n):
    """`n` meetings drawn at random, with all that one may ask."""
    rng = random.Random(SEED)
    pairs = [(acteur, moment) for acteur, moments in meetings(choices) for moment in moments]
    for acteur, moment in rng.sample(pairs, n):
        levels = [None, *acteur.niveaux.all()]
        yield Wishes(
            acteur,
            moment,
            rng.choice([None, *choices.themes]),
            rng.choice([None, *choices.leviers]),
            rng.choice(levels),
            rng.choice([None, *MINUTES]),
        )


@pytest.mark.rendering
class TestEveryMeeting:
    def test_each_pair_with_three_sheets_has_its_pack_and_no_other(self, packs, choices):
        known = counts()
        assert len(packs) == 2 * sum(n >= 3 for n in known.values()) > 150
        assert all(isinstance(pack, Pack) for pack in packs)
        few = [key for key, n in known.items() if n < 3][:10]
        rows = {row.pk: row for row in (*choices.acteurs,)}
        moments = {row.pk: row for row in choices.moments}
        assert all(isinstance(prepare(Wishes(rows[a], moments[m]), choices), Shortfall) for a, m in few)

    def test_no_part_is_empty_and_all_that_is_promised_is_there(self, packs):
        always = {
            Pour.GARDER: {"rendezvous", "personne", "avant", "arguments", "garde", "questions", "suite", "notes"},
            Pour.EMPORTER: {"contact", "propositions", "remarques", "ensemble", "convenir"},
        }
        for pack in packs:
            assert {*always[pack.wishes.pour], "fiches"} <= {one.name for one in pack.parts}, pack.wishes
            assert all(one.content for one in pack.parts)
        for pack in kept(packs):
            assert part(pack, "suite").steps, pack.wishes
            assert len(part(pack, "arguments").items) >= 2, pack.wishes
            assert len(part(pack, "questions")) >= 3, pack.wishes

    def test_someone_of_the_school_also_hears_words_and_sentences(self, packs):
        """Where the lexicon or the heard sentences have something tied to the sheets of the pack."""
        schools = [pack for pack in kept(packs) if side_of(pack.wishes.acteur) == Side.ECOLE]
        with_words = [pack for pack in schools if part(pack, "mots") and part(pack, "entendu")]
        assert len(with_words) > 0.75 * len(schools) > 10

    def test_titles_count_what_they_announce(self, packs):
        numbers = {1: "votre", 2: "deux", 3: "trois", 4: "quatre"}
        for pack in kept(packs):
            titles = {one.name: one.title.lower() for one in pack.parts}
            assert numbers[len(part(pack, "arguments").items)] in titles["arguments"]
            assert numbers[len(part(pack, "questions"))] in titles["questions"]

    def test_each_line_names_a_sheet_of_the_pack(self, packs):
        for pack in packs:
            listed = {row.ref.letter: row.ref for row in part(pack, "fiches")}
            assert set(listed) == set("ABCDEFGHIJ"[: len(listed)])
            for name in ("questions", "ensemble", "avant", "mots", "entendu", "accords", "demarches"):
                for line in part(pack, name) or ():
                    assert line.ref == listed[line.ref.letter], (pack.wishes, name)
            document = document_of(pack)
            assert all(ref.titre in told(pack) for ref in listed.values())
            assert document.blocks

    def test_every_line_comes_from_the_base(self, packs):
        """Titles and labels left out, each text is a field of a row, or a line of one."""
        stored = {line.strip() for fiche in Fiche.objects.published() for line in told_by(fiche)}
        stored |= {text for p in Phrase.objects.all() for text in (p.phrase, p.ce_qu_elle_dit, p.reponse)}
        stored |= {gain.gain for gain in Gain.objects.all()}
        for pack in packs:
            for name in ("questions", "ensemble"):
                assert {line.texte for line in part(pack, name) or ()} <= stored
            if arguments := part(pack, "arguments"):
                assert {one.texte for one in arguments.items} | {one.gain for one in arguments.items} <= stored
            for one in part(pack, "entendu") or ():
                assert {one.phrase, one.derriere, one.reponse} <= stored

    def test_excerpts_are_public_agree_and_are_told_once_without_quotation_marks(self, packs):
        public = set(Extrait.objects.published().values_list("texte", flat=True))
        agreeing = set(Citation.objects.filter(position=Position.APPUIE).values_list("extrait__texte", flat=True))
        for pack in packs:
            rows = part(pack, "arguments") or part(pack, "propositions")
            said = [one for item in rows.items for one in item.said]
            assert [one.number for one in said] == list(range(1, len(said) + 1))
            assert len({one.texte for one in said}) == len(said)
            assert {one.texte for one in said} <= public & agreeing
            for block in as_notes(document_of(pack).blocks):
                assert "« " + block[-1].removeprefix(" — ") not in told(pack)
            assert bool(rows.sources) == bool(said)
        assert all(item.said for pack in kept(packs) for item in part(pack, "arguments").items)

    def test_each_argument_for_a_school_rests_on_the_school_when_it_spoke(self, packs):
        schools = [pack for pack in kept(packs) if side_of(pack.wishes.acteur) == Side.ECOLE]
        voices = [one.said[0].voix for pack in schools for one in part(pack, "arguments").items]
        assert voices.count("partenaires-ecole") > 0.8 * len(voices)

    def test_two_pages_hold_it_all(self, packs, choices):
        more = [prepare(wishes, choices) for wishes in drawn(choices, 40)]
        for pack in [*packs, *more]:
            if isinstance(pack, Shortfall):
                continue
            for page, lines in PAGES.items():
                on_page = [one for one in pack.parts if one.page == page]
                assert room(on_page) <= lines * SMALLER.get(pack.wishes.pour, 1), (pack.wishes, page)

    def test_the_time_available_leaves_less_to_say(self, choices):
        wishes = next(drawn(choices, 1))
        packs = {n: prepare(Wishes(wishes.acteur, wishes.moment, minutes=n), choices) for n in (15, 30, None)}
        assert [len(part(packs[n], "arguments").items) for n in packs] == [1, 2, 3]
        assert len(part(packs[15], "questions")) == 1
        assert len(part(packs[15], "arguments").items[0].said) == 2
        assert len({pack.rule for pack in packs.values()}) == 3

    def test_what_was_asked_and_could_not_be_followed_is_said(self, choices):
        acteur, moment = choices.find("acteur", "direction-ecole"), choices.find("moment", "bilan")
        theme, levier = choices.find("theme", "avec-qui"), choices.find("levier", "premier-pas")
        assert not prepare(Wishes(acteur, moment), choices).remarks
        remarks = " ".join(prepare(Wishes(acteur, moment, theme, levier), choices).remarks)
        assert theme.titre in remarks
        assert levier.nom in remarks

    def test_every_family_that_ships_has_its_side(self, choices):
        known = {acteur.famille.slug for acteur in choices.acteurs}
        assert set(FAMILLES) <= known
        assert set(RULES) == set(Side)


def told_by(fiche):
    for name in ("questions", "vigilance", "signaux", "en_bref", "resume", "role_du_centre", "titre"):
        yield from getattr(fiche, name).splitlines()
        yield getattr(fiche, name)


def as_notes(told):
    """The texts of each `Note` of a tree of blocks, as lists."""
    if isinstance(told, Note):
        yield list(texts(told.inlines))
    elif isinstance(told, tuple | list):
        for one in told:
            yield from as_notes(one)
    elif not isinstance(told, str):
        for name in ("inlines", "items", "pairs", "rows"):
            yield from as_notes(getattr(told, name, ()))


@pytest.mark.rendering
class TestFitting:
    def test_what_is_too_long_gives_up_items_from_the_last_and_never_the_first(self, packs):
        pack = max(kept(packs), key=lambda one: len(told(one)))
        long = next(one for one in pack.parts if one.name == "questions")
        many = [replaced(long, long.content * 30)]
        fitted = fit(many, Pour.GARDER)
        assert 3 <= len(fitted[0].content) < len(many[0].content)
        assert fitted[0].content == many[0].content[: len(fitted[0].content)]

    def test_what_fits_is_left_as_it_is(self, packs):
        for pack in packs[:20]:
            assert fit(pack.parts, pack.wishes.pour) == pack.parts or room(pack.parts) > 0


def replaced(one, content):
    return type(one)(**{**one.__dict__, "content": content})


@pytest.mark.rendering
class TestWhatGoesOut:
    def test_each_part_is_for_one_rendering_or_harmless_in_both(self):
        assert {name for name, one in PARTS.items() if one.seen_by == BOTH} == {"fiches"}
        assert all(one.seen_by in (GARDER, EMPORTER, BOTH) for one in PARTS.values())

    def test_no_trap_no_heard_sentence_no_word_to_avoid_no_caution(self, packs):
        traps = [fiche.titre for fiche in Fiche.objects.filter(genre=Genre.PIEGE)]
        heard = [phrase.phrase for phrase in Phrase.objects.all()]
        words = [text for terme in Terme.objects.two_voices() for text in (terme.a_eviter, terme.malentendu)]
        cautions = [line for fiche in Fiche.objects.all() for line in fiche.vigilance.splitlines() if line]
        private = [*traps, *heard, *words, *cautions]
        for pack in handed(packs):
            text = told(pack)
            assert not [one for one in private if one in text], pack.wishes

    def test_where_the_relation_stands_is_not_written(self, packs):
        for pack in handed(packs):
            document = document_of(pack)
            assert pack.wishes.moment.slug not in document.address
            assert not document.subtitle
            assert pack.wishes.moment.nom not in document.description

    def test_only_the_reader_s_own_people_are_heard(self, packs):
        for pack in handed(packs):
            said = [one.voix for item in part(pack, "propositions").items for one in item.said]
            speaks = RULES[side_of(pack.wishes.acteur)].speaks
            assert set(said) <= {speaks}

    def test_no_trap_is_ever_proposed(self, packs):
        assert all(one.fiche.genre != Genre.PIEGE for pack in packs for one in pack.chosen)


class TestCanaries:
    """Words that must leave no trace, planted where a careless pack would take them."""

    @pytest.fixture
    def wishes(self, choices):
        return Wishes(choices.find("acteur", "direction-ecole"), choices.find("moment", "premier-contact"))

    def rendered(self, client, wishes, choices):
        found = ""
        for pour in Pour:
            for minutes in (None, 15):
                asked = Wishes(wishes.acteur, wishes.moment, minutes=minutes, pour=pour)
                found += client.get(asked.address()).content.decode() + told(prepare(asked, choices))
        return found

    def test_restricted_words(self, client, wishes, choices):
        online = Citation.objects.filter(fiche__in=Fiche.objects.published(), fiche__moments=wishes.moment)
        keys = list(online.order_by("pk").values_list("extrait", flat=True).distinct())
        before = self.rendered(client, wishes, choices)
        with editing():
            for n, portee in enumerate(("reseau", "interne")):
                rows = Extrait.objects.filter(pk__in=keys[n::3])
                rows.update(portee=portee, texte=f"CANARI {portee}, et l’école le dit à qui veut l’entendre.")
            Extrait.objects.filter(pk__in=keys[2::3]).update(
                etat="ecarte", motif="Dit ailleurs", texte="CANARI écarté"
            )
        after = self.rendered(client, wishes, choices)
        assert "CANARI" not in after
        assert before != after

    @pytest.mark.parametrize(
        "change", [{"statut": "brouillon"}, {"statut": "archivee"}, {"published_at": "2100-01-01T00:00Z"}]
    )
    def test_sheets_that_are_not_online(self, client, wishes, choices, change):
        rows = Fiche.objects.filter(moments=wishes.moment).order_by("pk")
        hidden = [pk for n, pk in enumerate(rows.values_list("pk", flat=True)) if n % 3 == 0]
        traps = list(Fiche.objects.filter(genre=Genre.PIEGE).values_list("pk", flat=True))
        with editing():
            for fiche in Fiche.objects.filter(pk__in=[*hidden, *traps]):
                canary = dict.fromkeys(("en_bref", "resume", "vigilance", "signaux", "role_du_centre"), "CANARI")
                Fiche.objects.filter(pk=fiche.pk).update(
                    titre=f"CANARI {fiche.pk}", questions="CANARI vous ?\n" * 4, **canary, **change
                )
        assert "CANARI" not in self.rendered(client, wishes, choices)

    def test_notes_between_curators(self, client, wishes, choices):
        with editing():
            Fiche.objects.update(a_confirmer="CANARI", formulations="CANARI", refus="CANARI")
            Phrase.objects.update(variantes="CANARI")
            Terme.objects.update(a_confirmer="CANARI")
        assert "CANARI" not in self.rendered(client, wishes, choices)


class Corps(HTMLParser):
    """The visible text of the printed sheets."""

    def __init__(self):
        super().__init__()
        self.inside = self.hidden = 0
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in ("br", "input", "use", "img"):
            return
        classes = (dict(attrs).get("class") or "").split()
        if self.inside or "feuille__corps" in classes:
            self.inside += 1
        if self.hidden or {"cache", "definition"} & set(classes):
            self.hidden += 1

    def handle_endtag(self, tag):
        if tag in ("use",):
            return
        self.inside -= bool(self.inside)
        self.hidden -= bool(self.hidden)

    def handle_data(self, data):
        if self.inside and not self.hidden:
            self.found.append(data)


def page_words(html):
    reader = Corps()
    reader.feed(html)
    return as_words(" ".join(reader.found))


def test_the_document_says_the_very_words_of_the_printed_page_in_the_same_order(client, choices):
    for wishes in drawn(choices, 36):
        for pour in Pour:
            asked = Wishes(**{**wishes.__dict__, "pour": pour})
            response = client.get(asked.address())
            if "pack" not in response.context:
                continue
            document = document_of(response.context["pack"])
            expected = [document.title, document.subtitle, *texts(document.blocks)]
            assert page_words(response.content.decode()) == as_words(" ".join(map(dressed, expected))), asked


class TestMatter:
    def test_acts_are_those_of_the_stage_and_say_who_decides(self, choices):
        acteur, moment = choices.find("acteur", "chef-etablissement"), choices.find("moment", "construction")
        pack = prepare(Wishes(acteur, moment), choices)
        acts = part(pack, "accords")
        assert acts
        for act in acts:
            assert [stage for stage, *_ in act.stages] == [""]  # one stage, that of the actor: it is not named
            row = Decideur.objects.filter(demarche__acte=act.acte, degre="2", pouvoir="decide").first()
            assert row.acteur.court.lower() in act.stages[0][1].lower()
        assert acts[0].stages[0][1].startswith("Chef d’établissement")

    def test_a_pack_made_twice_is_the_same(self, choices):
        for wishes in drawn(choices, 5):
            assert prepare(wishes, choices) == prepare(wishes, Choices()) or isinstance(
                prepare(wishes, choices), Shortfall
            )

    def test_without_a_sheet_about_the_centre_nothing_is_said_of_it(self, choices):
        acteur, moment = choices.find("acteur", "direction-ecole"), choices.find("moment", "bilan")
        wishes = Wishes(acteur, moment, pour=Pour.EMPORTER)
        matter = gather(wishes, choices, list(Degre), candidates(wishes, []))
        matter.centre = None
        assert part(compose(matter), "centre") is None
