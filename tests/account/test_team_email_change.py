"""A team gives a contact another address."""

import pytest

from portico.account.team_email_change import TeamEmailChanges
from portico.aws.tables import transact_surely
from portico.errors import InvalidRequest, NotFound, TakenAlready
from portico.events import Event
from portico.people.heads import Heads
from tests.support.moves import moves

NEW = "ann@new.example"


@pytest.fixture
def gives(portal):
    """The team gives Ann another address."""

    def gives(email=NEW):
        contact = portal.team.contact("acme", portal.ann.id)
        workspace = portal.team.workspace("acme")
        flow = TeamEmailChanges("people", "sign-in")
        return flow.change(workspace, contact, email, host="signin.acme.test", by="cli:olga")

    return gives


class TestATeamsChange:
    def test_lets_the_contact_in_by_the_new_one_alone(self, portal, gives):
        assert gives().email == NEW

        assert portal.browser.signs_in(NEW).body["contact"]["id"] == portal.ann.id
        stranger = portal.another_browser()
        stranger.asks_for_a_code("ann@example.com")
        portal.delivers_mail()
        assert portal.challenge_row(stranger)["withheld_1"] == "not-a-contact"

    def test_ends_every_session(self, ann, gives):
        gives()

        assert ann.asks("GET /v1/account").status == 401

    def test_tells_the_old_address_and_offers_no_undo(self, portal, gives):
        gives()
        portal.delivers_mail()

        (mail,) = portal.mails
        assert set(mail.to) == {"ann@example.com"}
        assert "now uses another email address" in mail.text
        assert "If this was not you, tell the team there." in mail.text
        assert "#undo=" not in mail.text

    def test_is_in_the_trail_with_who_did_it(self, portal, gives):
        gives()

        (line,) = [each for each in portal.records_trail() if each["name"] == "email.changed"]
        assert (line["by"], line["pk"]) == ("cli:olga", f"acme#trail#{portal.ann.id}")

    def test_back_to_an_address_that_was_left_tells_those_that_are_lost(self, portal, gives):
        moves(portal.ann.id, NEW)

        assert gives("ann@example.com").email == "ann@example.com"
        portal.delivers_mail()

        assert set(portal.mails[-1].to) == {NEW}
        assert "has its former email address again" in portal.mails[-1].text

    def test_to_an_address_that_is_reserved_for_another_is_refused(self, portal, gives):
        bob = portal.adds("Bob", "bob@example.com")
        moves(bob.id, "bob@new.example")

        with pytest.raises(TakenAlready):
            gives("bob@example.com")

    def test_moves_a_deactivated_contact_who_stays_so(self, portal, gives):
        portal.deactivates()

        assert (gives().email, gives().active) == (NEW, False)

        stranger = portal.another_browser()
        stranger.asks_for_a_code(NEW)
        portal.delivers_mail()
        assert portal.challenge_row(stranger)["withheld_1"] == "contact-inactive"
        portal.team.set_active("acme", portal.ann.id, True, by="test")
        assert portal.browser.signs_in(NEW).body["contact"]["id"] == portal.ann.id

    @pytest.mark.parametrize("goes_back", [False, True], ids=["anew", "back"])
    def test_of_a_deactivated_contact_tells_the_old_address_too(self, portal, gives, goes_back):
        old = NEW if goes_back else "ann@example.com"
        if goes_back:
            moves(portal.ann.id, NEW)
        portal.deactivates()

        gives("ann@example.com" if goes_back else NEW)
        portal.delivers_mail()

        (mail,) = portal.mails
        assert set(mail.to) == {old}

    def test_gives_no_address_to_a_deleted_account(self, portal, gives):
        contact = portal.team.contact("acme", portal.ann.id)
        event = Event("account.deleted", portal.now, contact.id)
        transact_surely(Heads("people", "acme").deleting(contact, event))
        before = portal.rows("people")

        with pytest.raises(NotFound):
            gives()

        assert portal.rows("people") == before

    def test_that_comes_beside_another_says_so(self, portal, gives, wire):
        wire.before("dynamodb.TransactWriteItems", portal.deactivates)

        with pytest.raises(InvalidRequest, match="changed just now"):
            gives()

    def test_to_the_same_changes_nothing(self, portal, gives):
        before = portal.rows("people")

        gives(" Ann@Example.com")

        assert portal.rows("people") == before
