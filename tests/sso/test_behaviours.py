"""What a contact portal and a help center do about SSO: the reference behaviours, by number
(sso/start.py, sso/callback.py)."""

import pytest

KINDS = {"microsoft": "microsoft", "google": "google", "facebook": "facebook", "x": "twitter", "oidc": "oidc"}  # fmt: skip
VOUCHES = ["microsoft", "google", "oidc"]
NEVER_VOUCHES = ["facebook", "twitter"]


class TestThePage:
    def test_k14_offers_sso_only_if_the_workspace_allows_it(self, connected, portal):
        allowed = portal.browser.opens_the_link()
        portal.sets(sso_method=False)

        refused = portal.browser.opens_the_link()

        assert allowed.body["methods"]["sso"]
        assert refused.body["methods"]["sso"] == []

    def test_k14_hides_a_connection_that_is_off(self, world, portal):
        world.connect("google")
        world.connect("facebook", on=False)

        opened = portal.browser.opens_the_link()

        assert [each["id"] for each in opened.body["methods"]["sso"]] == ["google"]

    def test_k15_y01_offers_every_provider_that_is_connected(self, connected, portal):
        offered = portal.browser.opens_the_link().body["methods"]["sso"]

        assert {each["kind"]: each["id"] for each in offered} == KINDS
        assert all(each["label"] for each in offered)
        assert portal.browser.last.body["methods"]["code"] is True

    def test_k18_explains_the_directory_rule_before_the_contact_continues(self, connected, portal):
        portal.sets(directory_rule="match_required")

        opened = portal.browser.opens_the_link()

        (notice,) = opened.body["notices"]
        assert notice["type"] == "directory-match-required"
        assert "Acme Support" in notice["text"]
        assert "directory" in notice["text"]
        assert opened.body["methods"]["code"] is True

    def test_k18_says_that_there_is_no_other_way_under_sso_only(self, connected, portal):
        portal.sets(directory_rule="sso_only")

        opened = portal.browser.opens_the_link()

        assert opened.body["notices"][0]["type"] == "directory-sso-only"
        assert opened.body["methods"]["code"] is False


class TestSigningIn:
    @pytest.mark.parametrize("connection", VOUCHES)
    def test_k16_y14_takes_the_place_of_the_code(self, connected, portal, connection):
        came_back = portal.browser.signs_in_with(connection, to="ticket:123")

        assert came_back.status == 303
        assert came_back.headers["location"] == "https://portal.acme.test/tickets/123#"
        assert portal.mails == []
        assert portal.browser.refreshes().body["contact"]["email"] == "ann@example.com"

    @pytest.mark.parametrize("connection", NEVER_VOUCHES)
    def test_y10_y11_asks_for_an_address_that_the_provider_did_not_tell(
        self, connected, portal, connection
    ):
        came_back = portal.browser.signs_in_with(connection, "ben")

        assert (came_back.status, came_back.mark) == (303, "p")
        assert portal.browser.gives_an_address(came_back.told, "ann@example.com").status == 202
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().body["contact"]["id"] == portal.ann.id

    @pytest.mark.parametrize("connection", NEVER_VOUCHES)
    def test_y10_y11_asks_no_second_time(self, connected, portal, connection):
        pending = portal.browser.signs_in_with(connection, "ben").told
        portal.browser.gives_an_address(pending, "ann@example.com")
        portal.delivers_mail()
        portal.browser.types_the_mailed_code()
        newcomer = portal.another_browser()

        came_back = newcomer.signs_in_with(connection, "ben", to="tickets")

        assert came_back.headers["location"] == "https://portal.acme.test/tickets#"
        assert newcomer.refreshes().body["contact"]["id"] == portal.ann.id

    def test_k17_lets_only_those_of_the_directory_in(self, connected, portal):
        portal.sets(directory_rule="match_required")
        portal.adds("Ben Okafor", "ben@example.com")
        connected.lists("ann@example.com")

        listed = portal.browser.signs_in_with("google", "ann")
        unlisted = portal.another_browser().signs_in_with("google", "ben")

        assert listed.headers["location"] == "https://portal.acme.test/#"
        assert (unlisted.mark, unlisted.told) == ("e", "not-in-directory")

    @pytest.mark.parametrize("mode", ["error", "expired", "refused"])
    def test_k27_fails_with_a_reason_and_another_way_in(self, connected, portal, mode):
        portal.browser.starts_sso("oidc")

        came_back = portal.browser.comes_back("ann", mode)

        assert came_back.headers["location"] == "/acme#e=sso-failed"
        assert portal.browser.signs_in().status == 200

    @pytest.mark.parametrize("connection", KINDS.values())
    def test_k27_tells_a_denial_from_a_failure(self, connected, portal, connection):
        portal.browser.starts_sso(connection)

        came_back = portal.browser.comes_back("ann", "deny")

        assert came_back.headers["location"] == "/acme#e=sso-denied"
