"""The token that undoes a change of address (notices/undo_token.py)."""

import os
from dataclasses import replace

import pytest

from portico.aws.keys import KeyRing, ring
from portico.notices.undo_token import Undo

ANN = "ct_AAAAAAAAAAAAAAAAAAAAAA"
CHANGE = "C" * 22


@pytest.fixture
def keys(cloud) -> KeyRing:
    return ring(os.environ["CODE_SECRET"])


@pytest.fixture
def undo(keys) -> Undo:
    return Undo.of(keys.current(), workspace_id="acme", contact=ANN, change=CHANGE)


class TestAToken:
    def test_is_read_as_it_was_written(self, undo, keys):
        read = Undo.parse(str(undo))

        assert read == undo
        assert read
        assert read.is_true(keys)

    def test_is_the_only_one_of_its_change(self, undo, keys):
        again = Undo.of(keys.current(), workspace_id="acme", contact=ANN, change=CHANGE)

        assert str(again) == str(undo)

    @pytest.mark.parametrize(
        "other",
        [
            {"workspace_id": "globex"},
            {"contact": "ct_BBBBBBBBBBBBBBBBBBBBBB"},
            {"change": "D" * 22},
            {"mac": "A" * 43},
            {"mac": "Ä" * 43},
            {"mac": ""},
        ],
    )
    def test_undoes_nothing_else(self, undo, keys, other):
        assert not replace(undo, **other).is_true(keys)

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: "",
            lambda text: text.replace("und.", "lnk.", 1),
            lambda text: text.replace(".acme.", ".Acme.", 1),
            lambda text: text.replace("ct_", "", 1),
            lambda text: text.replace(CHANGE, CHANGE[:-1], 1),
            lambda text: f"{text}.more",
            lambda text: text.rpartition(".")[0],
            lambda text: text + "A" * 200,
        ],
    )
    def test_is_nothing_else(self, undo, change):
        assert Undo.parse(change(str(undo))) is None

    def test_is_not_shown(self, undo):
        assert undo.mac not in repr(undo)
