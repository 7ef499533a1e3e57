"""What holds for every text that is sent in place of one of our ids and tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from portico.codes.challenge import id_of
from portico.codes.pending_identity import PendingId
from portico.errors import ChallengeClosed
from portico.ids import InvalidName, is_workspace, parse_challenge
from portico.links.rules import is_token, public_id
from portico.sessions.rules import RefreshToken
from portico.sso.states import State

RANDOM = "AZaz09_-"
CLOSE = f"{RANDOM}.#/\\ \n\0=+éß٣\ud800"


def random_parts(length: int) -> st.SearchStrategy[str]:
    near = st.integers(length - 1, length + 1).flatmap(
        lambda size: st.text(CLOSE, min_size=size, max_size=size)
    )
    return st.one_of(st.text(RANDOM, min_size=length, max_size=length), near)


def names(prefix: str) -> st.SearchStrategy[str]:
    """Texts that are an id with this prefix, or nearly."""
    workspaces = st.sampled_from(["acme", "a-1", "ACME", "v1", "acme ", "", "a", "a#b", "-net"])
    whole = st.tuples(st.just(prefix), workspaces, random_parts(22)).map("_".join)
    return st.one_of(whole, whole, whole.map(lambda each: f"{each}\n"), st.text(max_size=40))


def tokens() -> st.SearchStrategy[str]:
    """Texts that are a refresh token, or nearly."""
    numbers = st.one_of(
        st.integers(-9, 9_999_999).map(str),
        st.sampled_from(["00", "007", "+1", "-1", "1_0", " 1", "1\n", "٣", "²", "1" * 7, ""]),
    )
    contacts = random_parts(22).map("ct_{}".format)
    sessions = random_parts(22).map("ses_{}".format)
    whole = st.tuples(contacts, sessions, numbers, random_parts(43)).map(".".join)
    real = st.tuples(
        st.just(f"ct_{'A' * 22}"), st.just(f"ses_{'B' * 22}"), numbers, st.just("C" * 43)
    )
    return st.one_of(real.map(".".join), whole, st.text(max_size=40))


type Reader = Callable[[str], Any]


def challenge_or_none(text: str) -> Any:
    try:
        return parse_challenge(text)
    except InvalidName:
        return None


READERS: dict[str, tuple[Reader, st.SearchStrategy[str]]] = {
    "challenge": (challenge_or_none, names("chl")),
    "pending": (PendingId.parse, names("pnd")),
    "state": (State.parse, names("st")),
    "refresh": (RefreshToken.parse, tokens()),
}


class TestAName:
    @pytest.mark.parametrize("kind", READERS)
    def test_is_refused_or_written_as_it_was_read(self, always, kind):
        read, texts = READERS[kind]

        @always(texts)
        def comes_back(text):
            value = read(text)
            assert value is None or str(value) == text

    @pytest.mark.parametrize("kind", ["challenge", "refresh"])  # the others are hashed for theirs
    def test_that_is_taken_can_be_part_of_a_key(self, always, kind):
        read, texts = READERS[kind]

        @always(texts)
        def is_plain(text):
            if read(text) is not None:
                assert text.isascii()
                assert text.replace("_", "").replace("-", "").replace(".", "").isalnum()

    def test_of_a_challenge_names_its_workspace(self, always):
        @always(names("chl"))
        def is_its_own(text):
            value = challenge_or_none(text)
            assert value is None or is_workspace(value.workspace_id)

    def test_of_no_challenge_looks_like_one_that_is_over(self, always):
        @always(names("chl"))
        def is_over(text):
            if challenge_or_none(text) is None:
                with pytest.raises(ChallengeClosed) as closed:
                    id_of(text)
                assert closed.value.reason == "expired"


class TestALinkToken:
    def test_has_256_bits_in_plain_letters(self, always):
        @always(random_parts(43).map("lnk_{}".format))
        def is_plain(text):
            if is_token(text):
                assert len(text) == 47
                assert text.isascii()
                assert len(public_id(text)) == 16


class TestARefreshToken:
    def test_has_a_successor_that_is_read_as_itself(self, always):
        @always(tokens())
        def goes_on(text):
            token = RefreshToken.parse(text)
            if token is None or token.n > 999_998:
                return
            successor = token.successor(bytes(32))

            assert RefreshToken.parse(str(successor)) == successor
            assert successor.n == token.n + 1
            assert successor.hash != token.hash
            assert token.leads_to(successor.hash, n=successor.n, key=bytes(32))
            assert not successor.leads_to(token.hash, n=token.n, key=bytes(32))
