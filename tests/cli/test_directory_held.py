"""``portico directory held``, ``leave`` and ``keep`` (cli/directory_held.py)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portico.directory.scim.sync import DirectorySync
from portico.people.flow import TeamPeople
from portico.people.heads import Heads
from portico.people.store import head_key
from portico.team.departure_brake import DepartureBrake
from portico.team.mass_departure import FEW


@pytest.fixture
def held(acme: Any) -> list[str]:
    """Three who are held, of eight."""
    workspace = TeamPeople("people").workspace("acme")
    brake = DepartureBrake("sign-in", "acme")
    sync = DirectorySync("people", workspace, "key:test", brake=brake)
    users = []
    for n in range(FEW + 3):
        one = DirectorySync("people", workspace, "key:test")
        users.append(one.create({"userName": f"p{n}@example.com", "externalId": str(n)}))
    for each in users:
        sync.change(each, each.document | {"active": False})
    return [each.id for each in users[FEW:]]


def told(acme: Any, *words: str) -> dict[str, Any]:
    answer = acme.told("directory", *words)
    return {each["id"]: each for each in answer["people"]}


class TestHeld:
    def test_lists_who_is_until_when(self, acme, held):
        shown = told(acme, "held", "acme")

        assert set(shown) == set(held)
        first = shown[held[0]]
        assert (first["state"], first["why"], first["by"]) == ("held", "inactive", "key:test")
        assert datetime.fromisoformat(first["until"]) > datetime.now(UTC)

    def test_is_shown_in_a_table(self, acme, held):
        assert held[0] in acme.says("directory", "held", "acme").stdout


class TestLeave:
    def test_puts_out_who_is_named(self, acme, held):
        assert told(acme, "leave", "acme", held[0])[held[0]]["outcome"] == "left"

        assert set(told(acme, "held", "acme")) == set(held[1:])

    def test_puts_all_out_but_those_who_are_kept(self, acme, held):
        told(acme, "keep", "acme", held[0])

        assert set(told(acme, "leave", "acme", "--all")) == set(held[1:])

        assert {k: v["state"] for k, v in told(acme, "held", "acme").items()} == {held[0]: "kept"}


class TestKeep:
    def test_keeps_who_is_named(self, acme, held):
        assert told(acme, "keep", "acme", held[0])[held[0]]["outcome"] == "kept"

        kept = told(acme, "held", "acme")[held[0]]
        assert (kept["state"], kept["until"]) == ("kept", None)
        assert kept["kept_by"].startswith("cli:")

    def test_refuses_who_is_not_held(self, acme, held):
        assert "None of them is held" in acme.refused("directory", "keep", "acme", "A" * 22)

    @pytest.mark.parametrize("words", [(), ("x", "--all")], ids=["nobody", "both"])
    def test_wants_ids_or_all(self, acme, words):
        assert "not both" in acme.refused("directory", "keep", "acme", *words, code=2)


def test_whose_moment_has_passed_is_switched_on_by_the_command(acme):
    added = acme.told("contact", "add", "acme", "--name", "Ann", "--email", "ann@example.com")
    contact, heads = added["contact"]["id"], Heads("people", "acme")
    heads.rows.update(
        *head_key("acme", contact),
        "SET out_from = :past, off_by = :by",
        "attribute_exists(pk)",
        {":past": 1, ":by": "directory:ann"},
    )

    acme.says("contact", "activate", "acme", contact)

    row = heads.rows.get(*head_key("acme", contact))
    assert row is not None
    assert (row["active"], "out_from" in row, row["sver"]) == (True, False, 2)
