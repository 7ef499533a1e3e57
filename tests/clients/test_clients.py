"""Client libraries that nobody here wrote, unchanged, with the lines of docs/portals."""

from urllib.parse import urlencode

import pytest

from tests.clients.conftest import PORTAL_URL, WORKSPACE
from tests.clients.contact import signs_in
from tests.clients.portal import LIBRARIES, ClientRefused

# One way of each library. What is told of them all holds for the others by the first test.
KINDS = ["openid-client", "authjs", "authlib"]


class TestALibrary:
    @pytest.mark.parametrize("kind", LIBRARIES)
    def test_signs_a_contact_in_refreshes_and_asks_userinfo(self, kind, portal_of, someone):
        portal, sam = portal_of(kind), someone()

        signed_in = signs_in(portal, sam)
        claims = signed_in["claims"]
        assert signed_in["to"] == "/tickets/4711"
        assert claims["sub"].startswith("ct_")
        assert (claims["name"], claims["email"]) == ("Sam Someone", sam.email)

        refreshed = portal.does("refreshes")
        assert refreshed["claims"]["sub"] == claims["sub"]
        assert refreshed["access_token"] != signed_in["access_token"]
        assert portal.does("refreshes")["access_token"] != refreshed["access_token"]

        told = portal.does("userinfo")
        assert (told["sub"], told["email"]) == (claims["sub"], sam.email)

    @pytest.mark.parametrize("kind", [*KINDS, "oidc-client-ts"])
    def test_signs_a_contact_out_of_portico_too(self, kind, portal_of, someone):
        portal, sam = portal_of(kind), someone()
        signs_in(portal, sam)
        assert sam.is_signed_in(WORKSPACE)

        left = sam.opens(portal.does("signs_out", state="on-the-way"))

        assert (left.status, left.location.partition("?")[0]) == (303, f"{PORTAL_URL}/signed-out")
        if not kind.startswith("authjs"):
            # A state of its own may stand before it.
            assert left.query["state"].endswith("on-the-way")
        assert not sam.is_signed_in(WORKSPACE)
        again = sam.opens(portal.does("begins", to="/"))
        assert sam.is_asked(again)

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_refused_a_refresh_for_whom_the_team_has_deactivated(
        self, kind, portal_of, someone, team
    ):
        portal, sam = portal_of(kind), someone()
        signs_in(portal, sam)
        portal.does("refreshes")

        team("contact", "deactivate", WORKSPACE, sam.email)

        with pytest.raises(ClientRefused, match="invalid_grant"):
            portal.does("refreshes")


class TestTwoTabs:
    @pytest.mark.parametrize("kind", ["openid-client", "authlib", "oidc-client-ts"])
    def test_of_one_browser_come_back_where_each_was(self, kind, portal_of, someone):
        portal, sam = portal_of(kind), someone()
        first = portal.does("begins", to="/tickets/1")
        second = portal.does("begins", to="/tickets/2")
        back = [sam.authorizes(first), sam.authorizes(second)]

        assert portal.does("finishes", url=back[1])["to"] == "/tickets/2"
        assert portal.does("finishes", url=back[0])["to"] == "/tickets/1"

        assert sam.screens == 1
        # And once only.
        for each in back:
            with pytest.raises(ClientRefused, match=r"not begun in this browser|No matching state"):
                portal.does("finishes", url=each)

    def test_of_authjs_lead_into_the_portal_though_one_has_no_cookie_left(self, portal_of, someone):
        portal, sam = portal_of("authjs"), someone()
        first = portal.does("begins", to="/tickets/1")
        second = portal.does("begins", to="/tickets/2")
        back = [sam.authorizes(first), sam.authorizes(second)]

        with pytest.raises(ClientRefused):
            portal.does("finishes", url=back[0])
        shown = portal.does("is_in_trouble")
        assert (shown["status"], "Try again" in shown["text"]) == (400, True)

        assert portal.does("finishes", url=back[1])["to"] == "/tickets/2"
        assert portal.does("is_in_trouble")["to"] == f"{PORTAL_URL}/"


class TestAPortal:
    @pytest.mark.parametrize("kind", ["openid-client", "authlib"])
    def test_gives_back_what_it_holds_and_nothing_more(self, kind, portal_of, someone):
        portal, sam = portal_of(kind), someone()
        signs_in(portal, sam)

        portal.does("gives_back")

        with pytest.raises(ClientRefused, match="invalid_grant"):
            portal.does("refreshes")
        signs_in(portal, sam)
        assert sam.screens == 1

    def test_is_entered_without_a_screen_by_whom_another_has_signed_in(self, portal_of, someone):
        one, other, sam = portal_of("openid-client"), portal_of("authjs"), someone()
        first = signs_in(one, sam)

        second = signs_in(other, sam)

        assert first["claims"]["sub"] == second["claims"]["sub"]
        assert sam.screens == 1

    @pytest.mark.parametrize("kind", ["openid-client", "authlib"])
    def test_is_refused_a_refresh_after_a_sign_out_at_another(self, kind, portal_of, someone):
        one, other, sam = portal_of(kind), portal_of("authjs"), someone()
        signs_in(one, sam)
        signs_in(other, sam)

        sam.opens(other.does("signs_out", state=""))

        with pytest.raises(ClientRefused, match="invalid_grant"):
            one.does("refreshes")

    @pytest.mark.parametrize("kind", KINDS)
    def test_does_not_take_the_answer_of_another_issuer(self, kind, portal_of, someone):
        portal, sam = portal_of(kind), someone()
        back = sam.authorizes(portal.does("begins", to="/"))
        spoiled = back.replace(urlencode({"iss": sam.page.host}), "iss=https%3A%2F%2Fevil.example")
        assert spoiled != back

        with pytest.raises(ClientRefused):
            portal.does("finishes", url=spoiled)

    @pytest.mark.parametrize("kind", ["openid-client", "authlib"])
    def test_leads_whom_a_link_has_brought_nowhere_but_to_itself(self, kind, portal_of, house):
        portal = portal_of(kind)

        def led(target: str, issuer: str = house.origin) -> object:
            query = urlencode({"iss": issuer, "target_link_uri": target})
            return portal.does("asked", query=query)

        assert led(f"{PORTAL_URL}/tickets/4711") == f"{PORTAL_URL}/tickets/4711"
        assert led("https://evil.example/") == f"{PORTAL_URL}/"
        assert led(f"{PORTAL_URL}.evil.example/") == f"{PORTAL_URL}/"
        assert led(f"{PORTAL_URL}/", issuer="https://evil.example") is None

    def test_of_authjs_signs_out_and_in_for_itself_alone(self, portal_of, someone):
        portal, sam = portal_of("authjs"), someone()
        assert portal.does("asked", query="iss=https%3A%2F%2Fevil.example") == 400
        assert "tokens" not in str(signed := signs_in(portal, sam)["session"])
        assert signed["user"]["email"] == sam.email

        assert portal.does("signs_out_from", origin="https://evil.example") == 403

        assert portal.does("session") is not None
