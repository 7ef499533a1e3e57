"""What holds for every text that is typed where an address is asked for."""

import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

import portico
from portico.errors import InvalidRequest
from portico.limits.rules import folded
from portico.people.addresses import masked, normalise, subject_of
from portico.people.pointers import pointer_key

LETTERS = (
    "abcyzABCJHTWYZ0189.+_-'éÉßſıİKÅΣσςаеоВǅﬁ１ａＡ\u0301\u030c\u0307\u030a\u0331\u200b\u00ad\u202e"
)
"""Letters, those that look like them, and accents that join the letter before."""
DOMAINS = [
    "example.com",
    "EXAMPLE.com",
    "bücher.example",
    "BU\u0308CHER.example",
    "xn--bcher-kva.example",
    "exаmple.com",
    "faß.example",
    "fass.example",
    "ＥＸＡＭＰＬＥ.com",
    "日本。example",
]


def local_parts() -> st.SearchStrategy[str]:
    return st.one_of(st.text(LETTERS, min_size=1, max_size=12), st.text(min_size=1, max_size=12))


def addresses() -> st.SearchStrategy[str]:
    """Texts that are an address, or nearly."""
    labels = st.text("abz09-ÄäßаＡ", min_size=1, max_size=6)
    domains = st.one_of(
        st.sampled_from(DOMAINS),
        st.lists(labels, min_size=1, max_size=4).map(".".join),
        st.text(max_size=8),
    )
    signs = st.sampled_from(["@", "@", "@", "@", "", "@@", "＠", "@ "])
    whole = st.tuples(local_parts(), signs, domains).map("".join)
    return st.one_of(whole, whole, whole.map(lambda each: f" {each}\r\n"), st.text(max_size=40))


@cache
def look_alikes() -> list[tuple[str, str]]:
    """Pairs that one way or another of comparing texts takes for the same, and that are not."""
    families: dict[str, list[str]] = defaultdict(list)
    for letter in filter(str.isalnum, map(chr, range(0x20, 0x1E944))):
        bare = unicodedata.normalize("NFKD", letter.casefold().upper())
        family = "".join(c for c in bare if not unicodedata.combining(c))
        families[family].append(letter)
    return [
        (one, other)
        for family in families.values()
        if len(family[0]) == 1 and family[0].isascii()
        for one in family[:2]
        for other in family
        if same_letters(one) != same_letters(other)
    ]


class TestAnAddress:
    def test_that_has_its_spelling_keeps_it(self, always):
        @always(addresses())
        def is_kept(typed):
            spelling = normalised_or_none(typed)
            assert spelling is None or normalise(spelling) == spelling

    def test_that_is_taken_is_one_that_mail_can_be_sent_to(self, always):
        @always(addresses())
        def is_one(typed):
            spelling = normalised_or_none(typed)
            if spelling is None:
                return
            local, at, domain = spelling.partition("@")
            assert at
            assert "@" not in domain
            assert 1 <= len(local) <= 64
            assert len(spelling) <= 254
            assert domain.isascii()
            assert domain == domain.lower()
            for label in domain.split("."):
                assert 1 <= len(label) <= 63
                assert label.replace("-", "").isalnum()
                assert not label.startswith("-")
                assert not label.endswith("-")
            unseen = {"C", "Z"}
            assert not any(unicodedata.category(c)[0] in unseen for c in spelling)
            assert not set(spelling) & set('"(),:;<>[\\]\r\n')
            assert masked(spelling) == f"{local[0]}•••@{domain}"

    def test_is_refused_or_keeps_every_letter_that_was_typed(self, always):
        @always(addresses())
        def is_whole(typed):
            spelling = normalised_or_none(typed)
            if spelling is None:
                return
            before = typed.strip(" \t\r\n").rpartition("@")[0]
            assert same_letters(spelling.rpartition("@")[0]) == same_letters(before)

    def test_is_never_that_of_a_look_alike(self, always):
        @always(st.text("abc.", max_size=4), st.sampled_from(look_alikes()), st.text(max_size=3))
        def is_another(before, pair, after):
            one, other = (
                normalised_or_none(f"x{before}{letter}{after}@example.com") for letter in pair
            )
            assert one is None or one != other

    def test_is_one_in_every_case_and_however_its_accents_are_written(self, always):
        @always(
            st.text("abcxyz01.+_-éäöñåčǰẖẗẘẙ", min_size=1, max_size=12), st.sampled_from(DOMAINS)
        )
        def is_one(local, domain):
            typed = f"{local}@{domain}"
            forms = {unicodedata.normalize(form, typed) for form in ("NFC", "NFD")}
            forms |= {form.swapcase() for form in forms if "ß" not in form}

            assert len({normalise(form) for form in forms}) == 1


class TestTheBudgetsMailbox:
    def test_is_folded_once_and_for_all(self, always):
        @always(addresses())
        def is_folded(typed):
            spelling = normalised_or_none(typed)
            assert spelling is None or folded(folded(spelling)) == folded(spelling)

    def test_of_two_addresses_makes_them_nobody_else(self, always):
        tags = st.text("ab1.+-", max_size=6)

        @always(st.text("ann.", min_size=1, max_size=6), tags, tags)
        def are_two(name, one, other):
            first, second = (f"x{name}+{tag}@googlemail.com" for tag in (one, other))
            assume(first != second)

            assert folded(first) == folded(second)
            assert normalise(first) != normalise(second)
            assert pointer_key("acme", normalise(first)) != pointer_key("acme", normalise(second))
            assert subject_of(normalise(first)) != subject_of(normalise(second))

    def test_is_known_to_the_room_of_limits_alone(self):
        package = Path(portico.__path__[0])
        rooms = {
            path.relative_to(package).parts[0]
            for path in package.rglob("*.py")
            if "folded(" in path.read_text()
        }

        assert rooms == {"limits"}


def normalised_or_none(text: str) -> str | None:
    try:
        return normalise(text)
    except InvalidRequest:
        return None


def same_letters(text: str) -> str:
    """What Unicode calls the same text but for the letters' case, the simplest way."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
