"""A contact presses a provider's button, and lands where the link leads."""

import pytest

TRUSTED = ["microsoft", "google", "oidc"]


class TestAProviderThatVouches:
    @pytest.mark.parametrize("kind", TRUSTED)
    def test_signs_a_contact_in_without_a_code(self, connected, portal, kind):
        came_back = portal.browser.signs_in_with(kind, to="ticket:123")

        assert came_back.status == 303
        assert came_back.headers["location"] == "https://portal.acme.test/tickets/123"
        assert came_back.cookie("__Host-portico-acme")
        assert portal.mails == []
        assert portal.browser.refreshes().body["contact"]["email"] == "ann@example.com"
