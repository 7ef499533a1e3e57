"""*Copy as command*: what a screen shows, in a terminal. Without a key, and without what a fragment says."""

import shlex

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member

ANN = "ct_demo-acme-ann-00000000"
SCREENS = [
    f"contact={ANN}",
    "links",
    "team",
    "keys",
    "authentication",
    "connection=google",
    "portal",
    "logs",
    f"trail={ANN}",
    "contacts",
    "overview",
    f"address={ANN}",
    f"erase={ANN}",
    "connection=google",
    "portals",
    "changes",
    "directory",
]


@pytest.fixture
def member(person) -> Member:
    return Member(person)


class TestCopyAsCommand:
    @pytest.mark.parametrize("screen", SCREENS)
    def test_runs(self, member, house, screen):
        member.comes_in()
        member.opens(screen)
        member.page.get_by_text("Copy as command").click()

        commands = [each.input_value() for each in member.page.get_by_label("Command").all()]

        assert commands
        for command in commands:
            assert "ptk_" not in command
            portico, *words = shlex.split(command)
            assert portico == "portico"
            house.team(*words)

    def test_has_nothing_of_what_a_fragment_says(self, member):
        member.comes_in()

        member.opens("contact=$(touch%20evil)")

        member.is_told("This is not there, or no longer.")
        expect(member.page.get_by_text("Copy as command")).to_have_count(0)
