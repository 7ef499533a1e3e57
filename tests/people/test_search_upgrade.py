"""Search rows for contacts of earlier versions (people/search_upgrade.py)."""

import pytest

from portico.aws.tables import ALWAYS, Rows
from portico.people.search_rows import search_keys
from portico.people.search_upgrade import SearchUpgrade
from portico.people.store import head_key, search_mark_key
from tests.support.driver import Portal
from tests.support.found import hold

UPGRADE = SearchUpgrade("people")
ROWS = Rows("people", "acme#")


def from_before(portal: Portal, email: str = "ann@example.com") -> str:
    """Make a contact as an earlier version wrote them, and return their id."""
    contact = portal.team.contact("acme", email)
    for pk, sk in search_keys(contact, contact.found_by or []):
        portal.removes("people", {"pk": pk, "sk": sk})
    ROWS.update(*head_key("acme", contact.id), "REMOVE found_by", ALWAYS)
    return contact.id


@pytest.fixture
def before(portal: Portal) -> Portal:
    """Acme as it was before search rows: three contacts, and no word of how they are found."""
    for n in range(2):
        portal.adds(f"Ben Number{n}", f"ben{n}@example.com")
    for email in ("ann@example.com", "ben0@example.com", "ben1@example.com"):
        from_before(portal, email)
    pk, sk = search_mark_key("acme")
    portal.removes("people", {"pk": pk, "sk": sk})
    return portal


def upgraded() -> int:
    keys = list(UPGRADE.left())
    for key in keys:
        UPGRADE.mend(key)
    return len(keys)


class TestTheUpgrade:
    def test_finds_nothing_where_this_version_wrote_everything(self, portal):
        assert list(UPGRADE.left()) == []

    def test_makes_everybody_findable_and_says_so_last(self, before):
        *contacts, mark = UPGRADE.left()
        assert len(contacts) == 3
        assert mark == "acme#complete"

        assert upgraded() == 4

        hold()
        assert ROWS.get(*search_mark_key("acme")) is not None
        assert list(UPGRADE.left()) == []
        assert before.team.contact("acme", before.ann.id).found_by is not None

    def test_goes_on_where_it_ended(self, before):
        UPGRADE.mend(next(UPGRADE.left()))

        assert upgraded() == 3

    def test_mends_whom_an_earlier_version_renamed_since(self, portal):
        ROWS.update(*head_key("acme", portal.ann.id), "SET name = :n", ALWAYS, {":n": "Zoe"})

        assert list(UPGRADE.left()) == [f"acme#{portal.ann.id}"]
        upgraded()

        hold()

    def test_mends_whose_address_an_earlier_version_changed_since(self, portal):
        change = "SET email = :e, listed = :e"
        ROWS.update(*head_key("acme", portal.ann.id), change, ALWAYS, {":e": "zoe@example.com"})

        assert upgraded() == 1

        hold()

    def test_takes_away_the_rows_of_an_account_that_an_earlier_version_deleted(self, portal):
        change = (
            "SET active = :no, name = :none, email = :none, ended_at = :now REMOVE list, listed"
        )
        values = {":no": False, ":none": "", ":now": 1}
        ROWS.update(*head_key("acme", portal.ann.id), change, ALWAYS, values)

        assert upgraded() == 1

        assert not [row for row in portal.rows("people") if "#find#" in row["pk"]]
        assert list(UPGRADE.left()) == []

    def test_leaves_alone_whoever_was_mended_meanwhile(self, before):
        key = next(UPGRADE.left())
        UPGRADE.mend(key)
        rows = before.rows("people")

        UPGRADE.mend(key)

        assert before.rows("people") == rows

    def test_writes_what_the_contact_has_become_meanwhile(self, before, wire):
        """Ann's name changes between the read and the write."""

        def rename():
            wire.meddler = None
            values = {":n": "Zoe"}
            ROWS.update(*head_key("acme", before.ann.id), "SET name = :n", ALWAYS, values)

        wire.before("dynamodb.TransactWriteItems", rename)

        UPGRADE.mend(f"acme#{before.ann.id}")

        hold()
        assert before.team.contact("acme", before.ann.id).found_by == ["ann@example.com", "zoe"]

    def test_records_no_event_twice(self, before):
        before.records_trail()
        lines = len(before.rows("trail"))

        upgraded()

        assert len(before.records_trail()) == lines
