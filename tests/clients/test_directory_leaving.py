"""Somebody whom a directory puts out while they look on, by scim2-client and in Chromium.

At a house of its own, whose time moves: the libraries at the other one would refuse its tokens.
"""

import secrets
from collections.abc import Iterator

import pytest

from tests.browser.house import House, running_house
from tests.clients.contact import Contact


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house") / "log") as house:
        yield house


class TestSomebodyWhomADirectoryPutsOut:
    """DIR-03: from the first word of their directory to the last, and they look on."""

    def test_is_signed_in_on_the_page_renamed_and_refused_at_their_next_call(
        self, house, directory, person
    ):
        email = f"sam-{secrets.token_hex(4)}@example.com"
        id_ = directory("adds", email, "Sam Sync")["id"]
        person.signs_in(house.link("shared"), email)
        person.opens("/acme#account")
        person.sees_heading("Your account")
        person.sees("Sam Sync")

        renamed = directory("changes", id_, "displayName", '"Sam Again"')
        assert renamed == {"active": True, "displayName": "Sam Again"}
        person.page.reload()
        person.sees("Sam Again")

        person.page.locator("#edit-profile").click()
        person.page.get_by_label("Language of your emails").select_option("fr")
        assert directory("changes", id_, "active", "false")["active"] is False
        with person.page.expect_response(lambda told: told.url.endswith("/v1/account")) as called:
            person.page.locator("#save").click()
        assert called.value.status == 401
        person.page.reload()
        person.sees_heading("You are not signed in")

        # They are told what everybody is told, and no code comes.
        house.forward(minutes=11)
        mails = len(house.mails_to(email))
        person.opens(house.link("shared"))
        person.asks_for_a_code(email)

        # Back again, they sign in anew: no session of before is back.
        assert directory("changes", id_, "active", "true")["active"] is True
        person.opens("/acme#account")
        person.sees_heading("You are not signed in")
        house.forward(minutes=11)
        anew = Contact(house, email)
        assert anew.signs_in(anew.page.link(kind="shared"))["contact"]["name"] == "Sam Again"
        assert len(house.mails_to(email)) == mails + 1
