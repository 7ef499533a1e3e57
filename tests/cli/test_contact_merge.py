"""``portico contact merge`` and ``undo-merge`` (cli/contact_merge.py)."""

from typing import Any

import pytest

from tests.cli.conftest import Terminal

OLD = "ann.archer@example.net"
MERGE, UNDO = ("contact", "merge", "acme"), ("contact", "undo-merge", "acme")


@pytest.fixture
def ann(acme: Terminal) -> Any:
    return add(acme, "Ann Archer", "ann@example.com")


@pytest.fixture
def old(acme: Terminal) -> Any:
    return add(acme, "Ann A.", OLD)


def add(acme: Terminal, name: str, email: str) -> Any:
    said = ("--name", name, "--email", email)
    return acme.told("contact", "add", "acme", *said)["contact"]


class TestAMerge:
    def test_asks_for_yes_and_names_both(self, acme, ann, old):
        before = acme.people()

        said = acme.refused(*MERGE, "ann@example.com", OLD, code=2)

        assert said == (
            f"This would merge Ann A. ({OLD}) into Ann Archer (ann@example.com). "
            "To see more: --dry-run. To do it: --yes"
        )
        assert acme.people() == before

    def test_says_before_what_it_does(self, acme, ann, old):
        before = acme.people()

        dry = acme.told(*MERGE, ann["id"], OLD, "--dry-run")
        said = acme.says(*MERGE, ann["id"], OLD, "--dry-run").stdout

        assert acme.people() == before
        assert dry["merge"]["sleeps"]["emails"] == [OLD]
        assert "would be merged" in said
        done = acme.told(*MERGE, ann["id"], OLD, "--yes")
        assert done["merge"] | {"dry_run": True} == dry["merge"] | {
            "undo_until": done["merge"]["undo_until"]
        }

    def test_is_named_wherever_the_lost_one_is(self, acme, ann, old):
        acme.told(*MERGE, ann["id"], OLD, "--yes")

        for command in ("show", "activate", "deactivate", "remove-ways-in"):
            said = acme.refused("contact", command, "acme", old["id"])
            assert said == f"They were merged into another contact: {ann['id']}."
        told = acme.told("contact", "show", "acme", OLD)
        assert told["contact"]["id"] == ann["id"]
        assert "is an address that" in told["notes"][0]

    @pytest.mark.parametrize("reason", ["off", "owner"])
    def test_says_in_words_what_cannot_be(self, acme, ann, old, reason):
        if reason == "off":
            acme.told("contact", "deactivate", "acme", ann["id"])
        else:
            acme.told("team", "add", "acme", OLD, "--role", "owner")

        said = acme.refused(*MERGE, ann["id"], old["id"], "--yes")

        assert (
            said
            == {
                "off": "Whoever stays is deactivated, so nobody could sign in. Activate them first.",
                "owner": "They are on the team. First: portico team remove WORKSPACE WHO",
            }[reason]
        )

    def test_of_a_contact_with_themselves_is_refused(self, acme, ann):
        said = acme.refused(*MERGE, ann["id"], "ann@example.com", "--yes")

        assert said == "LOST: is the contact who stays"

    def test_shows_both_trails_as_one(self, portal, terminal):
        old = portal.adds("Ann A.", OLD)
        portal.another_browser().signs_in(OLD)
        terminal.told(*MERGE, portal.ann.id, old.id, "--yes")
        portal.records_trail()

        told = terminal.told("trail", "show", "acme", "--contact", portal.ann.id)

        subjects = {(each["event"], each["subject"]) for each in told["trail"]}
        assert {("session.started", old.id), ("contact.merged", portal.ann.id)} <= subjects

    @pytest.mark.parametrize("erased", [False, True])
    def test_is_why_the_lost_one_does_not_get_in(self, portal, terminal, erased):
        old = portal.adds("Ann A.", OLD)
        terminal.told(*MERGE, portal.ann.id, old.id, "--yes")
        if erased:
            terminal.told("contact", "remove", "acme", portal.ann.id, "--yes")

        told = terminal.told("why", "acme", old.id)

        assert told["findings"][0]["cause"] == ("erased" if erased else "merged")


class TestAnUndo:
    def test_says_what_went_back_and_what_did_not(self, acme, ann, old):
        acme.told(*MERGE, ann["id"], OLD, "--yes")

        told = acme.told(*UNDO, "ann@example.com", old["id"])

        assert told["merge"]["back"]["emails"] == [OLD]
        assert acme.told("contact", "show", "acme", OLD)["contact"]["id"] == old["id"]

    def test_of_none_says_so(self, acme, ann, old):
        said = acme.refused(*UNDO, ann["id"], old["id"])

        expected = f"There is no merge of {old['id']} into {ann['id']} that can be undone."
        assert said == expected
