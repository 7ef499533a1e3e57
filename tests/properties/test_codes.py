"""What holds for every entry that is typed or pasted where a code is asked for."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import thread_time

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from portico.codes.rules import CODE_ALPHABET, LONGEST_ENTRY, LONGEST_TYPED, read_code
from portico.errors import InvalidRequest

LOOK_ALIKES = {"0": "OoＯｏ", "1": "IiLlＩｉＬｌ"}
FILLINGS = "".join(map(chr, filter(lambda n: chr(n).isspace(), range(0x3001)))) + "-‐‑‒–—―⸺﹘﹣－〜"
"""All blanks that Unicode has, and most of its dashes."""
CLOSE = f"{CODE_ALPHABET}{CODE_ALPHABET.lower()}OILoilAEU_.#٣৪ＢΒВß"
"""What codes are made of, and what is nearly that."""


@cache
def shapes() -> dict[str, list[str]]:
    """All the letters that Unicode calls another shape of one of the code's."""
    found: dict[str, list[str]] = {
        c: [c, c.lower(), *LOOK_ALIKES.get(c, "")] for c in CODE_ALPHABET
    }
    for digit in map(chr, filter(lambda n: unicodedata.category(chr(n)) == "Nd", range(0x110000))):
        found[str(unicodedata.decimal(digit))].append(digit)
    # Full-width, mathematical, in circles, small and raised ones.
    for start, end in ((0xFF10, 0xFF5B), (0x1D400, 0x1D800), (0x2460, 0x24EB), (0x2070, 0x2100)):
        for shape in map(chr, range(start, end)):
            plain = unicodedata.normalize("NFKC", shape).upper()
            if plain in found:
                found[plain].append(shape)
    return found


@dataclass(frozen=True)
class Typed:
    """A code, and one of the ways to type it."""

    code: str
    text: str


def codes() -> st.SearchStrategy[str]:
    letters = st.one_of(st.sampled_from(CODE_ALPHABET), st.sampled_from("01"))
    return st.lists(letters, min_size=7, max_size=7).map("".join)


def printed(code: str) -> str:
    return f"{code[:3]}-{code[3:]}"


@st.composite
def typed_codes(draw: st.DrawFn) -> Typed:
    code = draw(codes())
    letters = [draw(st.sampled_from(shapes()[c])) for c in code]
    between = [draw(st.text(FILLINGS, max_size=2)) for _ in range(8)]
    return Typed(code, "".join(map("".join, zip(between, [*letters, ""], strict=True))))


def prose() -> st.SearchStrategy[str]:
    """Text without anything that could be a code: words of small letters, and their signs."""
    words = st.text("abcdefghilmnorstu", min_size=1, max_size=12)
    signs = st.sampled_from([" ", "\n", ", ", ". ", " (", ") ", ": ", " #"])
    return st.lists(st.tuples(words, signs).map("".join), min_size=1, max_size=8).map("".join)


def close_entries() -> st.SearchStrategy[str]:
    """Entries that are nearly codes, or hold some."""
    pieces = st.one_of(
        codes(),
        codes().map(printed),
        codes().map(lambda code: printed(code).lower()),
        st.text(CLOSE, max_size=9),
        st.text(FILLINGS, min_size=1, max_size=2),
        st.text(max_size=3),
        st.sampled_from(["-", "_", ".", ": ", "code ", "BCDFGHJ", "4F2-9KXB"]),
    )
    return st.lists(pieces, max_size=6).map("".join)


class TestAnEntry:
    def test_is_read_however_it_is_typed(self, always):
        @always(typed_codes())
        def is_read(typed):
            assert read_code(typed.text) == typed.code

    def test_is_found_as_it_was_printed_in_any_text(self, always):
        @always(prose(), codes(), prose(), st.booleans())
        def is_found(before, code, after, is_bare):
            assume(not is_bare or any(c.isdigit() for c in code))
            shown = code if is_bare else printed(code)

            assert read_code(f"{before} {shown} {after}") == code

    def test_with_two_codes_is_none(self, always):
        @always(codes(), codes(), prose())
        def is_refused(one, other, between):
            assume(one != other)
            with pytest.raises(InvalidRequest):
                read_code(f"{printed(one)} {between} {printed(other)}")

    def test_gives_a_code_that_reads_as_itself(self, always):
        @always(close_entries())
        def reads_as_itself(entry):
            code = read_or_none(entry)
            assert code is None or read_code(code) == read_code(printed(code)) == code

    def test_is_a_code_or_is_refused(self, always):
        @always(st.one_of(close_entries(), st.text()))
        def is_told(entry):
            assert read_or_none(entry) == told_by_hand(entry)

    def test_that_is_refused_says_so_and_nothing_of_what_was_typed(self, always):
        @always(st.text(CLOSE, min_size=8, max_size=30))
        def is_silent(entry):
            if told_by_hand(entry) is None:
                with pytest.raises(InvalidRequest) as refused:
                    read_code(entry)
                assert (refused.value.field, refused.value.status) == ("code", 400)
                assert entry not in repr(refused.value)

    def test_is_read_in_time_that_grows_with_its_length_alone(self, always):
        @always(st.one_of(close_entries(), st.sampled_from(WORST)), of_rows=True)
        def is_linear(unit):
            assume(unit)
            entry = (unit * LONGEST_ENTRY)[:LONGEST_ENTRY]
            part = entry[: LONGEST_ENTRY // 8]

            # Twice and a little more than it should be; what grows by the square takes 64 times.
            assert cost(read_or_none, entry) < 16 * cost(read_or_none, part) + 0.003


WORST = ["-", "A", "AAA-", "BBB-BBBB", "1", "B", "ﷺ", "ß", " \n", "4F2-9KX", "_", "B-", "A1"]
"""Those that a regular expression in a hurry would be slow at."""


def read_or_none(entry: str) -> str | None:
    try:
        return read_code(entry)
    except InvalidRequest:
        return None


def told_by_hand(entry: str) -> str | None:
    """The rule again, without regular expressions: one code by itself, or one in a text."""
    text = entry.strip()
    if len(text) <= LONGEST_TYPED:
        text = "".join(
            str(int(c)) if unicodedata.category(c) == "Nd" else c
            for c in unicodedata.normalize("NFKC", text)
        )
        kept = [c for c in text.upper() if not c.isspace() and unicodedata.category(c) != "Pd"]
        whole = "".join(kept).replace("O", "0").replace("I", "1").replace("L", "1")
        if is_code(whole):
            return whole
    in_words = [c if c.isalnum() or c in "_-" else " " for c in text]
    found = set()
    for word in "".join(in_words).split(" "):
        head, dash, tail = word.partition("-")
        if (dash and len(head) == 3 and is_code(head + tail)) or (
            is_code(word) and not word.isalpha()
        ):
            found.add(head + tail)
    return found.pop() if len(found) == 1 else None


def is_code(text: str) -> bool:
    return len(text) == 7 and set(text) <= set(CODE_ALPHABET)


def cost(work: Callable[[str], object], text: str) -> float:
    """Seconds of CPU, the least of five: others use this machine too."""
    times = []
    for _ in range(5):
        begun = thread_time()
        work(text)
        times.append(thread_time() - begun)
    return min(times)
