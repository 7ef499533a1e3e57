"""Secret and signing key rotate while portals on other sites hold codes, tokens and sessions."""

import pytest

from tests.rotation.conftest import MINUTES
from tests.rotation.test_secret import BETWEEN, secret  # noqa: F401  # a fixture
from tests.rotation.test_signing import STEPS, slots  # noqa: F401  # a fixture
from tests.support.openid_site import SIGNED_OUT, Site

SIGN_OUT = "GET /oauth2/end_session"


@pytest.fixture
def site(busy):
    busy.fleet.grows()
    return Site.register(busy)


def refreshed(site: Site) -> None:
    """Refresh twice with the same token, as a portal does that has not heard the first answer."""
    held = site.tokens["refresh_token"]
    assert site.refreshes().status == 200
    again = site.tokens["refresh_token"]
    assert site.refreshes(held).status == 200
    assert site.tokens["refresh_token"] == again


class TestASecretThatRotates:
    @pytest.mark.slow
    def test_ends_nothing_that_a_portal_holds(self, busy, site, secret):  # noqa: F811
        fleet = busy.fleet
        fleet.up.clear()
        for _ in range(3):
            fleet.grows(CODE_SECRET=secret.arn)
        busy.browser.signs_in()
        site.signs_in(busy.browser)
        other = Site.register(busy, "spa", public=True)
        rotations = [3 + BETWEEN * n for n in range(2)]

        for turn in range(3 + 2 * BETWEEN):
            code = other.gets_a_code(busy.browser)
            if turn in rotations:
                secret.rotate()
            if turn % 4 == 0:
                fleet.grows()
            assert other.redeems(code).status == 200
            busy.forward(minutes=MINUTES)
            assert busy.browser.refreshes().status == 200
            refreshed(site)

        versions = {row["key"] for row in busy.rows("sign-in") if row["sk"].startswith("held#")}
        assert len(versions) == 3

    def test_still_tells_a_stolen_token_from_an_old_one(self, busy, site, secret):  # noqa: F811
        busy.fleet.up.clear()
        busy.fleet.grows(CODE_SECRET=secret.arn)
        busy.browser.signs_in()
        stolen = site.signs_in(busy.browser)["refresh_token"]
        busy.forward(minutes=1)
        refreshed(site)
        secret.rotate()
        busy.fleet.up.clear()
        busy.fleet.grows()
        busy.forward(minutes=1)

        assert site.refreshes(stolen).body["error"] == "invalid_grant"

        # It was a true one, once: of its two holders, one is a thief.
        assert site.refreshes().body["error"] == "invalid_grant"


class TestASigningKeyThatRotates:
    def test_keeps_portals_signed_in_and_their_tokens_believed(self, busy, site, slots):  # noqa: F811
        fleet = busy.fleet
        fleet.up.clear()
        fleet.grows(SIGNING_KEYS=slots["A"])
        busy.browser.signs_in()
        site.signs_in(busy.browser)

        for step in STEPS[1:]:
            fleet.up.clear()
            fleet.grows(SIGNING_KEYS=slots[step])
            busy.forward(minutes=1)
            refreshed(site)
            headers = {"authorization": f"Bearer {site.tokens['access_token']}"}
            assert busy.knock("userinfo", "GET /oauth2/userinfo", headers=headers).status == 200
            assert site.reads(site.tokens["id_token"])["sub"] == busy.ann.id

    def test_signs_out_by_an_old_id_token_while_its_key_is_there_and_asks_afterwards(
        self,
        busy,
        site,
        slots,  # noqa: F811
    ):
        fleet, ann = busy.fleet, busy.browser
        fleet.up.clear()
        fleet.grows(SIGNING_KEYS=slots["A"])
        ann.signs_in()
        leaving = {"id_token_hint": site.signs_in(ann)["id_token"], "client_id": site.client_id}
        leaving["post_logout_redirect_uri"] = SIGNED_OUT
        fleet.up.clear()

        fleet.grows(SIGNING_KEYS=slots["B"])
        asked = ann.sends("end_session", SIGN_OUT, query=leaving, origin=None)
        fleet.up.clear()
        fleet.grows(SIGNING_KEYS=slots["B+A"])
        signed_out = ann.sends("end_session", SIGN_OUT, query=leaving, origin=None)

        assert asked.headers["location"].startswith("/acme#out=")
        assert signed_out.headers["location"] == SIGNED_OUT
