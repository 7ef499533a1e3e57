"""Connect one more account from within one's own: Y12, Y13, ACC-02, ACC-03."""

import pytest

from tests.account.conftest import Member


@pytest.fixture
def ann(connected, portal):
    return Member(portal, portal.browser).signs_in()


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
