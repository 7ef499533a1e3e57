"""Clients of directories that others have written, at the running house (docs/directory-sync.md)."""

import json
import subprocess

import pytest

from tests.clients.conftest import DIRECTORY_KEY
from tests.clients.kinds import PORTALS


class TestScim2Tester:
    def test_finds_nothing(self, directory):
        found = directory("checks")

        assert found["failed"] == []
        assert found["passed"] > 30


class TestScimSanity:
    @pytest.mark.parametrize("profile", [[], ["--profile", "entra"]], ids=["strict", "entra"])
    def test_finds_nothing(self, house, profile):
        command = [str(PORTALS.with_name("scim-sanity")), "probe", f"{house.origin}/scim/v2/acme"]
        command += ["--token", DIRECTORY_KEY, "--i-accept-side-effects", "--json-output", *profile]

        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["mode"] == "strict"
        found = told["summary"]
        assert [found[each] for each in ("failed", "errors", "warnings")] == [0, 0, 0], told
        assert found["passed"] > 20
