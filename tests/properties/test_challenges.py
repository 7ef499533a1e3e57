"""Challenges live through anything: guesses, late mails, two browsers, a team that intervenes."""

import os

from hypothesis.stateful import run_state_machine_as_test

from portico.aws.keys import KeyRing
from tests.properties.lives import Lives
from tests.properties.worlds import World


class TestAChallenge:
    def test_keeps_its_promises_whatever_happens_in_whatever_order(self, depth, portal):
        world = World.of(portal, KeyRing(os.environ["CODE_SECRET"]).current())

        class Here(Lives):
            def __init__(self) -> None:
                world.beginning.again()
                super().__init__(world)

        run_state_machine_as_test(Here, settings=depth.settings(depth.lives))
