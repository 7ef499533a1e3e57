"""Clients of directories that others have written, at the running house (docs/directory-sync.md)."""

import json
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.sample_workspaces import workspace_key
from tests.browser.house import House
from tests.clients.contact import Contact
from tests.clients.kinds import PORTALS

DIRECTORY = Path(__file__).parent / "directory_client.py"
KEY = workspace_key("acme", "scim")[1]


@pytest.fixture
def directory(house: House) -> Callable[..., Any]:
    """What scim2-client does, and what it is told."""

    def does(*step: str) -> Any:
        command = [str(PORTALS), str(DIRECTORY), house.origin, KEY, *step]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return does


class TestScim2Tester:
    def test_finds_nothing(self, directory):
        found = directory("checks")

        assert found["failed"] == []
        assert found["passed"] > 30


class TestScimSanity:
    @pytest.mark.parametrize("profile", [[], ["--profile", "entra"]], ids=["strict", "entra"])
    def test_finds_nothing(self, house, profile):
        command = [str(PORTALS.with_name("scim-sanity")), "probe", f"{house.origin}/scim/v2/acme"]
        command += ["--token", KEY, "--i-accept-side-effects", "--json-output", *profile]

        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["mode"] == "strict"
        found = told["summary"]
        assert [found[each] for each in ("failed", "errors", "warnings")] == [0, 0, 0], told
        assert found["passed"] > 20


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
