"""A way in that a team closes while somebody is on it: what is out, and what it still opens.

Typing a code reads no settings, so it opens a session; the session is over at its first refresh.
"""

import pytest

from tests.account.conftest import Member
from tests.passwords.conftest import RIGHT, gives
from tests.sso.conftest import connected, stage, world  # noqa: F401  # fixtures
from tests.support.openid_site import Site

CLOSED = [{"code_method": False}, {"directory_rule": "sso_only"}]
IDS = ["codes-off", "sso-only"]
OVER = (401, "not-signed-in")


@pytest.fixture(params=CLOSED, ids=IDS)
def late(request, portal):
    """Ann, who types her code after codes were closed."""
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    portal.sets(**request.param)
    token = portal.browser.types_the_mailed_code().body["access_token"]
    return Member(portal, portal.browser, token)


class TestACodeThatIsOut:
    def test_rac_09_opens_a_session_that_ends_at_its_first_refresh(self, late, portal):
        portal.forward(seconds=30)

        assert late.browser.refreshes().problem == OVER
        assert portal.session_rows()[0]["ended_by"] == "method-off"

    def test_rac_09_ends_it_within_the_grace_of_its_token_too(self, late):
        assert late.browser.refreshes().problem == OVER

    def test_rac_09_is_not_revived_when_codes_are_back(self, late, portal):
        cookies = dict(late.browser.cookies)
        late.browser.refreshes()
        portal.sets(code_method=True, directory_rule="off")
        late.browser.cookies = cookies
        portal.forward(seconds=30)

        assert late.browser.refreshes().problem == OVER

    def test_rac_09_ends_it_though_the_account_kept_it(self, late, portal):
        # Whoever signed in before codes were closed keeps their account too: see the bounds.
        assert late.asks("DELETE /v1/account/sessions").status == 204
        portal.forward(seconds=30)

        assert late.browser.refreshes().problem == OVER

    def test_rac_09_opens_no_portal_on_another_site(self, late, portal):
        site = Site.register(portal)

        answer = site.sends(late.browser)

        assert "code=" not in answer.headers["location"]

    def test_rac_09_is_in_the_trail(self, late, portal):
        late.browser.refreshes()

        (line,) = [r for r in portal.records_trail() if r["name"] == "session.ended"]
        assert line["detail"]["reason"] == "method-off"

    @pytest.mark.parametrize("closed", CLOSED, ids=IDS)
    def test_rac_09_of_a_session_that_was_refreshed_before_ends_nothing(self, portal, closed):
        portal.browser.signs_in()
        portal.forward(minutes=1)
        portal.browser.refreshes()
        portal.sets(**closed)
        portal.forward(minutes=1)

        assert portal.browser.refreshes().status == 200

    def test_rac_09_of_a_break_glass_link_goes_on(self, portal):
        portal.sets(directory_rule="sso_only")
        portal.browser.asks_for_a_code(None, link=portal.personal_link(break_glass=True))
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().status == 200
        portal.forward(minutes=1)

        assert portal.browser.refreshes().status == 200


class TestASignUpThatIsOut:
    @pytest.mark.parametrize(
        "closed",
        [{"sign_up": False}, {"directory_rule": "match_required"}, {"portal_enabled": False}],
        ids=["sign-up-off", "directory", "portal-off"],
    )
    def test_rac_10_makes_no_contact(self, portal, closed):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()
        portal.sets(**closed)

        answer = portal.browser.types_the_mailed_code()

        assert answer.problem == (410, "challenge-closed")
        assert portal.session_rows() == []
        assert [r for r in portal.rows("people") if r.get("email") == "eve@example.net"] == []

    def test_rac_10_of_a_session_that_goes_on_where_codes_are_off(self, portal):
        portal.sets(sign_up=True, code_method=False)
        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()
        portal.browser.types_the_mailed_code()
        portal.forward(minutes=1)

        assert portal.browser.refreshes().status == 200


class TestAPasswordOrAProviderMeanwhile:
    """They read the settings right before the session's transaction, and not in it."""

    def test_rac_09_a_password_opens_a_session_that_ends_at_its_first_refresh(self, portal, wire):
        portal.sets(password_method=True)
        gives(portal.ann)
        wire.before("dynamodb.TransactWriteItems", lambda: portal.sets(password_method=False))
        assert portal.browser.types_a_password(RIGHT).status == 200
        portal.forward(minutes=1)

        assert portal.browser.refreshes().problem == OVER

    def test_rac_09_an_account_opens_a_session_that_ends_at_its_first_refresh(
        self,
        portal,
        connected,  # noqa: F811  # the fixture, imported above
        wire,
    ):
        portal.browser.starts_sso("google")
        wire.before("dynamodb.TransactWriteItems", lambda: portal.sets(sso_method=False))
        assert portal.browser.comes_back().cookie("__Host-portico-acme")
        portal.forward(minutes=1)

        assert portal.browser.refreshes().problem == OVER

    def test_rac_09_a_proof_of_an_address_goes_on_where_codes_are_off(
        self,
        portal,
        connected,  # noqa: F811  # the fixture, imported above
    ):
        portal.sets(code_method=False)
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().status == 200
        portal.forward(minutes=1)

        assert portal.browser.refreshes().status == 200


class TestAUsedCodeWhoseSessionWasShort:
    def test_rac_11_is_not_good_again_when_the_sessions_row_is_swept(self, portal):
        portal.sets(session_idle_seconds=300, session_absolute_seconds=300)
        portal.browser.signs_in()
        code = portal.mailed_code()
        portal.forward(minutes=6)
        portal.sweeps()

        answer = portal.browser.types(code)

        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "used"
        assert len(portal.session_rows()) == 1
