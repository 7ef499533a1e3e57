"""What ends what a portal holds, and what a fault or a lost answer never ends
(openid/token.py, directory/record_import.py)."""

from datetime import UTC, datetime

import pytest

from portico.directory.record_import import DirectoryImport
from portico.directory.store import Record
from tests.openid.handed import Held, refusal, signed_in
from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site, marks_of, query_of

USELESS = (400, "invalid_grant")
LOST = "ProvisionedThroughputExceededException"


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def site(held: Held) -> Site:
    return held.site


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


def record(*, active: bool) -> Record:
    at = datetime.now(UTC)
    return Record("csv", "1", None, None, "ann", ("ann@example.com",), active, at)


class TestWhoeverLeavesTheDirectory:
    @pytest.fixture
    def leaves(self, portal: Portal):
        taking = DirectoryImport("people", portal.workspace, by="test")
        taking.take([record(active=True)], is_complete=True)
        return lambda: taking.take([record(active=False)], is_complete=True)

    def test_is_refused_at_the_next_refresh(self, portal, held, leaves):
        portal.forward(seconds=30)
        leaves()

        assert refusal(held.site.refreshes(held.refresh_token)) == USELESS

    def test_has_no_code_that_is_good(self, site, ann, leaves):
        code = site.gets_a_code(ann)
        leaves()

        assert refusal(site.redeems(code)) == USELESS

    def test_gets_none_any_more(self, site, ann, leaves):
        leaves()

        assert "o" in marks_of(site.sends(ann).headers["location"])


class TestComingBack:
    def test_revives_nothing(self, portal, held):
        portal.forward(seconds=30)
        portal.deactivates()
        portal.team.set_active("acme", "ann@example.com", True, by="test")

        assert refusal(held.site.refreshes(held.refresh_token)) == USELESS

    def test_with_another_sign_in_revives_nothing(self, portal, held, ann):
        ann.signs_out()
        portal.forward(seconds=30)
        ann.signs_in()

        assert refusal(held.site.refreshes(held.refresh_token)) == USELESS
        assert held.site.signs_in(ann)


class TestAnAnswerThatIsLost:
    """Once, between DynamoDB and us: the SDK asks again, and it is no second use."""

    @pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
    def test_of_an_authorization_costs_nothing(self, portal, site, ann, wire, operation):
        wire.lose_answers(f"dynamodb.{operation}", times=1)

        code = site.gets_a_code(ann)

        assert site.redeems(code).status == 200

    @pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
    def test_of_a_redemption_costs_nothing(self, portal, site, ann, wire, operation):
        code = site.gets_a_code(ann)
        wire.lose_answers(f"dynamodb.{operation}", times=1)

        assert site.redeems(code).status == 200
        portal.forward(seconds=30)
        assert site.refreshes().status == 200

    @pytest.mark.parametrize("operation", ["BatchGetItem", "GetItem", "UpdateItem"])
    def test_of_a_refresh_costs_nothing(self, portal, held, wire, operation):
        portal.forward(seconds=30)
        wire.lose_answers(f"dynamodb.{operation}", times=1)

        answer = held.site.refreshes(held.refresh_token)

        assert answer.status == 200
        portal.forward(seconds=30)
        assert held.site.refreshes().status == 200


class TestABusyTable:
    def test_is_asked_again(self, site, ann, wire):
        wire.leave_unprocessed(times=1)
        wire.answer("dynamodb.PutItem", LOST, times=1)

        code = site.gets_a_code(ann)
        wire.conflict(times=1)

        assert site.redeems(code).status == 200

    def test_that_stays_busy_is_told_and_the_same_request_works_later(self, site, ann, wire):
        asked = site.asks()
        wire.answer("dynamodb.PutItem", LOST)
        told = query_of(site.returns(ann, asked).headers["location"])
        wire.mend()

        again = query_of(site.returns(ann, asked).headers["location"])

        assert told["error"] == "server_error"
        assert site.redeems(again["code"]).status == 200

    def test_that_loses_the_row_of_a_code_leaves_one_code_that_works(self, portal, site, ann, wire):
        # It was written, and we never knew: the portal was told to try again.
        wire.lose_answers("dynamodb.PutItem")
        asked = site.asks()
        assert "error" in query_of(site.returns(ann, asked).headers["location"])
        wire.mend()

        code = query_of(site.returns(ann, asked).headers["location"])["code"]

        assert site.redeems(code).status == 200
