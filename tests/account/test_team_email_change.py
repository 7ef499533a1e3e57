"""A team gives a contact another address."""

import pytest

from portico.account.team_email_change import TeamEmailChanges
from portico.errors import TakenAlready
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

    def test_to_the_same_changes_nothing(self, portal, gives):
        before = portal.rows("people")

        gives(" Ann@Example.com")

        assert portal.rows("people") == before
