"""An account can be taken back: moves, undos, deletions, strangers and clocks in any order."""

import os

from hypothesis.stateful import run_state_machine_as_test

from portico.aws.keys import KeyRing
from tests.properties.moves import Moves
from tests.properties.worlds import Beginning


class TestAnAccount:
    def test_acc_04_can_be_taken_back_whatever_happens_in_whatever_order(self, depth, portal):
        portal.sets(account_deletion=True, sign_up=True)
        beginning = Beginning.of(portal)
        keys = KeyRing(os.environ["CODE_SECRET"]).current()

        class Here(Moves):
            def __init__(self) -> None:
                beginning.again()
                super().__init__(portal, keys)

        run_state_machine_as_test(Here, settings=depth.settings(depth.lives))
