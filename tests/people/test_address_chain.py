"""The rules of the chain of changes, and the one room in which an address changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from portico.errors import TooManyRequests
from portico.people.address_chain import (
    MOST_CHANGES,
    UNDO_LIFETIME,
    AddressChange,
    addresses_lost,
    later_than,
    target_of,
    with_room,
)
from portico.people.rules import Contact
from tests.support.doors import ROOT

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Contact("ct_ann", "acme", "Ann Archer", "c@example.com")


def chain_of(*addresses: str) -> list[AddressChange]:
    """Changes an hour apart, from the first address to the last."""
    return [
        AddressChange(
            "ct_ann",
            f"change-{n}",
            old,
            new,
            NOON + timedelta(hours=n),
            before=tuple(f"change-{each}" for each in range(n)),
        )
        for n, (old, new) in enumerate(pairwise(addresses))
    ]


class TestAChain:
    def test_loses_what_came_after_the_change_that_is_undone(self):
        chain = chain_of("a@example.com", "b@example.com", "c@example.com")

        assert later_than(chain[0], chain) == chain[1:]
        assert addresses_lost(chain[0], ANN, chain) == ["b@example.com", "c@example.com"]
        assert later_than(chain[1], chain) == []
        assert addresses_lost(chain[1], ANN, chain) == ["c@example.com"]

    @pytest.mark.parametrize("minutes", [0, -10])
    def test_loses_what_came_after_it_whatever_the_clocks_said(self, minutes):
        """One second has both, or the team's command has made the later one, by a slow clock."""
        first, second = chain_of("a@example.com", "b@example.com", "c@example.com")
        chain = [first, replace(second, at=first.at + timedelta(minutes=minutes))]

        assert later_than(chain[0], chain) == chain[1:]
        assert addresses_lost(chain[0], ANN, chain) == ["b@example.com", "c@example.com"]
        assert later_than(chain[1], chain) == []

    def test_loses_what_came_later_than_a_change_that_is_in_it_no_more(self):
        first, second, third = chain_of("a@x.test", "b@x.test", "c@x.test", "d@x.test")

        assert later_than(second, [first, third]) == [third]

    def test_has_room_again_when_its_oldest_change_is_too_old(self):
        chain = chain_of(*(f"a{n}@example.com" for n in range(MOST_CHANGES + 1)))
        full = NOON + UNDO_LIFETIME - timedelta(seconds=1)

        with pytest.raises(TooManyRequests) as refused:
            with_room(chain, at=full)

        assert refused.value.retry_after == timedelta(seconds=1)
        assert with_room(chain, at=NOON + UNDO_LIFETIME) == chain[1:]

    def test_leads_back_to_an_address_only_as_long_as_its_change_can_be_undone(self):
        chain = chain_of("a@example.com", "b@example.com")
        end = NOON + UNDO_LIFETIME

        assert target_of("a@example.com", chain, at=end - timedelta(seconds=1)) == chain[0]
        assert target_of("a@example.com", chain, at=end) is None
        assert target_of("b@example.com", chain, at=NOON) is None


class TestTheAddress:
    @pytest.mark.parametrize("writer", ["changing_address(", "restoring_address("])
    def test_changes_in_one_room_whoever_asks(self, writer):
        """Reserving, voiding and telling cannot be forgotten where nobody else can write it."""
        sources = (ROOT / each for each in ("layers", "functions", "cli", "local"))
        using = {
            path.name
            for source in sources
            for path in source.rglob("*.py")
            if writer in path.read_text()
        }

        assert using == {"heads.py", "address_change.py"}

    def test_is_written_by_no_other_statement(self):
        sources = (ROOT / each for each in ("layers", "functions", "cli", "local"))
        writing = {
            path.name
            for source in sources
            for path in source.rglob("*.py")
            if "email = :" in path.read_text()
        }

        # A merge asks for the address that it read; its undo gives a lost contact theirs again.
        assert writing == {"heads.py", "merged_rows.py"}
