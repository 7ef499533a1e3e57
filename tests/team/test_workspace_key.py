"""What a key looks like, what a typing error does, and when a key opens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portico.ids import digest
from portico.team.workspace_key import (
    Scope,
    WorkspaceKey,
    key_text,
    new_key_text,
    read_key,
)
from tests.support.driver import NOON

# The same in every process: tests are named after them.
ID = "abcdefghijklmnopqrstuA"
TEXT = key_text("acme", ID, "n" * 43)
OLD = key_text("acme", ID, "o" * 43)
KEY = WorkspaceKey(
    id=ID,
    workspace_id="acme",
    label="Help desk",
    scopes=(Scope.READ_CONTACTS,),
    owner="ct_0000000000000000000000",
    hash=digest(TEXT),
    created_at=NOON,
    expires_at=NOON + timedelta(days=30),
    old_hash=digest(OLD),
    old_ends_at=NOON + timedelta(days=7),
)


class TestTheTextOfAKey:
    def test_says_its_workspace_and_its_id(self):
        assert read_key(TEXT) == ("acme", ID)
        assert TEXT.startswith(f"ptk_acme_{ID}_")
        assert len(TEXT) == len(f"ptk_acme_{ID}_") + 43 + 6

    @pytest.mark.parametrize("place", range(9, len(TEXT)))
    def test_shows_a_typing_error_at_every_place(self, place):
        other = "A" if TEXT[place] != "A" else "B"

        assert read_key(TEXT[:place] + other + TEXT[place + 1 :]) is None

    @pytest.mark.parametrize(
        "text", ["", "ptk_", TEXT[:-1], TEXT + "A", TEXT + "\n", " " + TEXT, TEXT.upper(), "é" * 90]
    )
    def test_is_whole(self, text):
        assert read_key(text) is None

    def test_is_never_the_same_twice(self):
        assert TEXT != OLD


class TestAKey:
    def test_opens_until_its_end_and_not_at_it(self):
        last = KEY.expires_at - timedelta(seconds=1)

        assert KEY.opens_with(TEXT, at=last)
        assert not KEY.opens_with(TEXT, at=KEY.expires_at)
        assert KEY.state(at=KEY.expires_at) == "expired"

    def test_opens_with_the_one_before_for_as_long_as_was_said(self):
        assert KEY.opens_with(OLD, at=NOON + timedelta(days=7, seconds=-1))
        assert not KEY.opens_with(OLD, at=NOON + timedelta(days=7))
        assert not replace(KEY, old_ends_at=None).opens_with(OLD, at=NOON)

    def test_opens_with_no_other(self):
        assert not KEY.opens_with(new_key_text("acme", ID), at=NOON)
        assert not replace(KEY, old_hash="").opens_with(OLD, at=NOON)

    @pytest.mark.parametrize("how", ["revoked_at", "held_at"])
    def test_opens_no_more_once_it_was_revoked_or_held(self, how):
        ended = replace(KEY, **{how: NOON})  # type: ignore[arg-type]

        assert ended.state(at=NOON) == how.removesuffix("_at")
        assert not ended.opens_with(TEXT, at=NOON)
        assert not ended.opens_with(OLD, at=NOON)

    def test_shows_no_hash(self):
        assert KEY.hash not in repr(KEY)
        assert KEY.old_hash not in repr(KEY)


class TestTheScopes:
    def test_write_no_team_no_key_and_no_rule(self):
        assert {each for each in Scope if "write" in each} == {Scope.WRITE_CONTACTS}
        assert not [each for each in Scope if each.startswith(("team", "key", "connection"))]
