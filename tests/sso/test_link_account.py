"""Connect one more account from within one's own: Y12, Y13, ACC-02, ACC-03."""

import pytest

from tests.account.conftest import Member


@pytest.fixture
def ann(connected, portal):
    return Member(portal, portal.browser).has_signed_in()


def owners(portal):
    rows = [row for row in portal.rows("people") if row["sk"] == "identity"]
    return {row["connection"]: row["contact"] for row in rows}


def sets_out(member, connection):
    answer = member.asks("POST /v1/account/identities", {"connection": connection})
    if answer.status == 200:
        member.browser.trip = answer.body["authorize_url"]
    return answer


def adds(member, connection, account="ben"):
    assert sets_out(member, connection).status == 200
    return member.browser.comes_back(account)


class TestAddingAnAccount:
    @pytest.mark.parametrize("connection", ["facebook", "twitter", "google", "microsoft", "oidc"])
    def test_connects_it_whatever_its_address_says(self, ann, portal, connection):
        came_back = adds(ann, connection)

        assert (came_back.mark, came_back.told) == ("account", "linked")
        assert owners(portal) == {connection: portal.ann.id}
        assert len(portal.session_rows()) == 1

    def test_y12_signs_the_contact_in_the_next_time(self, ann, portal):
        adds(ann, "twitter")

        other = portal.another_browser()
        arrived = other.signs_in_with("twitter", "ben")

        assert arrived.headers["location"].startswith("https://portal.acme.test")
        assert other.refreshes().body["contact"]["id"] == portal.ann.id

    def test_tells_the_contact_by_mail(self, ann, portal):
        adds(ann, "facebook")
        portal.delivers_mail()

        assert "Facebook was connected" in portal.mails[-1].text

    def test_acc_02_never_takes_one_from_another_contact(self, ann, portal):
        portal.adds("Bob", "bob@example.com")
        bob = Member(portal, portal.another_browser()).signs_in("bob@example.com")
        adds(bob, "facebook")
        bobs = owners(portal)

        came_back = adds(ann, "facebook")

        assert (came_back.mark, came_back.told) == ("account", "already-linked")
        assert owners(portal) == bobs

    def test_acc_03_asks_for_a_young_sign_in(self, ann, portal):
        portal.forward(minutes=15)
        ann.token = ann.browser.refreshes().body["access_token"]

        assert sets_out(ann, "facebook").problem == (401, "re-auth-needed")

    def test_is_over_when_the_session_is(self, ann, portal):
        sets_out(ann, "facebook")
        ann.browser.signs_out(ann.token)

        came_back = ann.browser.comes_back("ben")

        assert (came_back.mark, came_back.told) == ("account", "sso-expired")
        assert owners(portal) == {}

    def test_is_over_when_everything_was_ended(self, ann, portal):
        sets_out(ann, "facebook")
        portal.deactivates()

        assert ann.browser.comes_back("ben").told == "sso-expired"
        assert owners(portal) == {}

    def test_belongs_to_the_browser_that_set_out(self, ann, portal):
        sets_out(ann, "facebook")
        thief = portal.another_browser()
        thief.trip = ann.browser.trip

        assert thief.comes_back("ben").told == "sso-expired"
        assert owners(portal) == {}

    def test_comes_back_to_the_account_when_it_is_denied(self, ann, portal):
        sets_out(ann, "facebook")

        came_back = ann.browser.comes_back("ben", "deny")

        assert (came_back.mark, came_back.told) == ("account", "sso-denied")

    def test_offers_what_the_workspace_offers(self, ann, portal):
        portal.sets(sso_method=False)

        assert sets_out(ann, "facebook").problem == (403, "sign-in-method-off")
        assert sets_out(ann, "no-such").problem == (403, "sign-in-method-off")
        assert sets_out(ann, "a/../b").problem == (403, "sign-in-method-off")


def closes(how, connected, portal):
    """Let the team close the way while somebody is at the provider."""
    match how:
        case "connection":
            connected.connect("facebook", on=False)
        case "sso":
            portal.sets(sso_method=False)
        case "portal":
            portal.sets(portal_enabled=False)
        case "rule":
            portal.sets(directory_rule="match_required")


WAYS_TO_CLOSE = ["connection", "sso", "portal"]


class TestAWayThatIsClosedMeanwhile:
    @pytest.mark.parametrize("how", WAYS_TO_CLOSE)
    def test_rac_12_connects_nothing(self, ann, connected, portal, how):
        sets_out(ann, "facebook")
        closes(how, connected, portal)

        came_back = ann.browser.comes_back("ben")

        said = "portal-unavailable" if how == "portal" else "sso-failed"
        assert (came_back.mark, came_back.told) == ("account", said)
        assert owners(portal) == {}

    @pytest.mark.parametrize("how", WAYS_TO_CLOSE)
    def test_rac_12_connects_nothing_at_the_last_moment(self, ann, connected, portal, wire, how):
        sets_out(ann, "facebook")
        # A connection is switched off by a transaction of its own.
        wire.before("dynamodb.TransactWriteItems", lambda: closes(how, connected, portal))

        assert ann.browser.comes_back("ben").mark == "account"
        assert owners(portal) == {}

    def test_rac_12_is_recorded_with_its_reason(self, ann, connected, portal):
        sets_out(ann, "facebook")
        closes("connection", connected, portal)

        ann.browser.comes_back("ben")

        (line,) = [r for r in portal.records_trail() if r["name"] == "sso.refused"]
        assert line["detail"]["reason"] == "connection-off"

    def test_rac_12_asks_no_more_calls(self, ann, portal, wire):
        sets_out(ann, "facebook")
        wire.forget()

        assert ann.browser.comes_back("ben").told == "linked"

        assert wire.operations == ["dynamodb.UpdateItem", "dynamodb.TransactWriteItems"]


class TestAProofThatIsOutMeanwhile:
    """An account that only our own code connects: the code may be out for ten minutes."""

    @pytest.mark.parametrize("how", [*WAYS_TO_CLOSE, "rule"])
    def test_rac_12_connects_nothing_and_signs_nobody_in(self, connected, portal, how):
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()
        closes(how, connected, portal)

        answer = portal.browser.types_the_mailed_code()

        assert answer.problem == (410, "challenge-closed")
        assert owners(portal) == {}
        assert portal.session_rows() == []

    @pytest.mark.parametrize("how", ["connection", "sso", "rule"])
    def test_rac_12_is_not_mailed(self, connected, portal, how):
        portal.browser.signs_in_with("facebook", "ann")
        closes(how, connected, portal)

        portal.delivers_mail()

        assert portal.mails == []
        assert portal.challenge_row()["withheld_1"] == "sign-in-method-off"

    @pytest.mark.parametrize("how", ["connection", "sso", "rule"])
    def test_rac_12_is_not_begun(self, connected, portal, how):
        pending = portal.browser.signs_in_with("facebook", "cem").told
        closes(how, connected, portal)

        answer = portal.browser.gives_an_address(pending, "ann@example.com")

        assert answer.problem == (403, "sign-in-method-off")

    def test_rac_12_is_in_the_trail(self, connected, portal):
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()
        closes("sso", connected, portal)

        portal.browser.types_the_mailed_code()

        (line,) = [r for r in portal.records_trail() if r["name"] == "code.refused"]
        assert line["detail"]["reason"] == "method-off"
