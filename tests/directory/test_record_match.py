"""A record that decides inside the transaction of a sign-in (directory/record_match.py)."""

import pytest

from portico.aws.tables import TransactionRefused, transact
from portico.directory.record_match import RecordMatch, RecordMatches
from portico.directory.store import record_key
from tests.directory.conftest import OBJECT, TENANT
from tests.support.driver import NOON

ANN = "ct_AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def matches(tables) -> RecordMatches:
    return RecordMatches("people", "acme")


def holds(part: dict) -> bool:
    try:
        transact({"match": part})
    except TransactionRefused:
        return False
    return True


class TestAMatchByAddress:
    def test_holds_while_the_record_has_the_address(self, source, matches):
        match = RecordMatch(source.lists("ann", "ann@acme.test"), "ann@acme.test")

        assert holds(matches.still_matching(match, at=NOON))

    def test_ends_with_the_address(self, source, matches):
        match = RecordMatch(source.lists("ann", "ann@acme.test"), "ann@acme.test")
        source.lists("ann", "lee@acme.test")

        assert not holds(matches.still_matching(match, at=NOON))

    def test_ends_when_the_person_leaves(self, source, matches):
        match = RecordMatch(source.lists("ann", "ann@acme.test"), "ann@acme.test")
        source.lists("ann", "ann@acme.test", active=False)

        assert not holds(matches.still_matching(match, at=NOON))


class TestAMatchByObjectId:
    def test_holds_without_any_address(self, source, matches):
        match = RecordMatch(source.lists("ann", tenant=TENANT, object_id=OBJECT), None)

        assert holds(matches.still_matching(match, at=NOON))

    def test_ends_with_the_object_id(self, source, matches):
        match = RecordMatch(source.lists("ann", tenant=TENANT, object_id=OBJECT), None)
        source.lists("ann", tenant=TENANT, object_id=OBJECT[:-1] + "9")

        assert not holds(matches.still_matching(match, at=NOON))


class TestLettingIn:
    def contacts(self, matches) -> set[str]:
        row = matches.rows.get(*record_key("acme", "hr", "ann"))
        return set(row.get("contacts", ()))

    def test_names_the_contact_on_the_record(self, source, matches):
        match = RecordMatch(source.lists("ann", "ann@acme.test"), "ann@acme.test")

        assert holds(matches.letting_in(match, ANN, asks_match=True, at=NOON))
        assert self.contacts(matches) == {ANN}

    @pytest.mark.parametrize("asks_match", [True, False])
    def test_by_a_record_that_has_just_left_is_for_the_rule_to_say(
        self, source, matches, asks_match
    ):
        match = RecordMatch(source.lists("ann", "ann@acme.test"), "ann@acme.test")
        source.lists("ann", "ann@acme.test", active=False)

        assert (
            holds(matches.letting_in(match, ANN, asks_match=asks_match, at=NOON)) is not asks_match
        )
        assert self.contacts(matches) == (set() if asks_match else {ANN})
