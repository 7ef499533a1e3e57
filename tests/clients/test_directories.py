"""Clients of directories that others have written, at the running house (docs/directory-sync.md)."""

import json
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
    def test_is_refused_at_their_next_call(self, house, directory):
        person = directory("adds", "scim-sam@example.com", "Sam Sync")["id"]
        sam = Contact(house, "scim-sam@example.com")
        told = sam.signs_in(sam.page.link(kind="shared"))
        assert told["contact"]["name"] == "Sam Sync"
        refreshing = ("POST", "/v1/session/refresh", {"workspace": "acme"})
        assert sam.page.sends(*refreshing).status == 200

        renamed = directory("changes", person, "displayName", '"Sam Again"')
        assert renamed == {"active": True, "displayName": "Sam Again"}
        assert sam.page.sends(*refreshing).status == 200
        assert directory("changes", person, "active", "false")["active"] is False

        assert sam.page.sends(*refreshing).status == 401
