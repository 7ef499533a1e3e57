"""What each door loads when it starts, in a fresh interpreter that has its layers and no more.

Imports are two thirds of a cold start (docs/performance.md). The deployed tests look at what
``sam build`` ships; here it is the sources, so that a needless import is seen at once.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest

from portico import settings
from tests.support.doors import ROOT

START = """
import sys
sys.path[:0] = sys.argv[1:]
import handler
import json
print(json.dumps(sorted(sys.modules)))
"""
BUDGETS = {
    "resolve_link": 410,
    "request_code": 412,
    "verify_code": 430,
    "send_mail": 430,
    "session": 500,
    "password": 460,
    "account": 500,
    "manage_workspace": 485,
    "manage_contacts": 470,
    "manage_links": 450,
    "diagnose": 470,
    "authorize": 470,
    "token": 470,
    "userinfo": 420,
    "end_session": 420,
    "revoke": 420,
    "record_delivery": 430,
    "record_trail": 410,
    "sign_in_page": 410,
}
SSO = {"start_sso", "finish_sso", "sign_out_portals"}
"""They ask others, with requests, and two of them with authlib; tests/sso/test_costs.py and the
deployed tests have their budgets."""
TOO_HEAVY = {"boto3", "pydantic", "httpx", "requests", "aws_xray_sdk", "authlib"}
TOO_HEAVY |= {"scim2_models", "scim2_server", "lark"}
"""Never, in a door of the daily path."""
OF_PASSWORDS = {"argon2", "_argon2_cffi_bindings"}
"""In the password door, and nowhere else."""
OF_PORTALS = {"authlib"}
"""In the two doors that keep OAuth 2.0, of which it needs nothing that asks others."""
WITH_AUTHLIB = {"authorize", "token"}
FAST = {"verify_code", "account", "password", "token"}
WITH_CRYPTO = {
    "session",
    "password",
    "account",
    "manage_workspace",
    "manage_contacts",
    "manage_links",
    "diagnose",
    "userinfo",
    "end_session",
} | WITH_AUTHLIB
OF_DIRECTORIES = "sync_directory"
"""It loads more than any daily door, for a protocol of its own."""
MOST_OF_DIRECTORIES = 740
WITH_THEIR_OWN = {"password", OF_DIRECTORIES} | WITH_AUTHLIB
"""Doors that bring libraries beside their layers."""
WHEN_NEEDED = {"joserfc", "cryptography", "jinja2", "idna"}
"""With the first token to check, the first mail, the first address in other letters."""

Loaded = Callable[[str], set[str]]


def required(file: Path) -> list[str]:
    """The names in a file of hashed requirements."""
    return re.findall(r"^([a-z0-9-]+)==", file.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The modules that a door has loaded once it stands ready."""
    brought = {"portico": ROOT / "layers/portico", "crypto": ROOT / "layers/crypto"}
    brought |= {door: ROOT / "functions" / door for door in WITH_THEIR_OWN}
    folders = {}
    for name, by in brought.items():
        folders[name] = tmp_path_factory.mktemp(name)
        for package in required(by / "requirements.txt"):
            installed = distribution(package)
            # A library may ask which version of another is there.
            files = installed.files or []
            code = [e for e in files if e.suffix in (".py", ".so") or e.name == "METADATA"]
            for top in {each.parts[0] for each in code} - {".."}:
                (folders[name] / top).symlink_to(Path(str(installed.locate_file(top))))

    @cache
    def modules(door: str) -> set[str]:
        mine = [folders["portico"]] + [folders["crypto"]] * (door in WITH_CRYPTO)
        mine += [folders[door]] if door in WITH_THEIR_OWN else []
        path = [ROOT / "functions" / door, ROOT / "layers/portico", *mine]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", START, *map(str, path)],
            env=dict.fromkeys(settings.ALL[door].variables(), f"{'stated':.<32}"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout))

    return modules


def packages(modules: set[str]) -> set[str]:
    return {each.partition(".")[0] for each in modules}


@pytest.mark.parametrize(
    "door",
    [
        # With every set of layers there is; the others come with the slow run.
        pytest.param(each, marks=() if each in FAST else pytest.mark.slow)
        for each in sorted(settings.ALL.keys() - SSO - {OF_DIRECTORIES})
    ],
)
class TestADoor:
    def test_loads_no_more_than_its_budget(self, loaded, door):
        modules = loaded(door)

        assert len(modules) <= BUDGETS[door], len(modules)

    def test_loads_nothing_heavy_and_nothing_early(self, loaded, door):
        allowed = OF_PORTALS if door in WITH_AUTHLIB else set()

        assert packages(loaded(door)) & (TOO_HEAVY | WHEN_NEEDED) == allowed

    def test_loads_argon2_only_if_it_is_handed_passwords(self, loaded, door):
        assert bool(packages(loaded(door)) & OF_PASSWORDS) is (door == "password")

    def test_loads_its_own_rooms_and_what_they_stand_on(self, loaded, door):
        rooms = {each.split(".")[1] for each in loaded(door) if each.startswith("portico.")}

        strange = {
            "resolve_link": {
                "codes",
                "directory",
                "limits",
                "mail",
                "notices",
                "sender",
                "sessions",
                "trail",
            },
            "request_code": {"directory", "notices", "sender", "sessions", "trail"},
            "verify_code": {"directory", "sender", "trail"},
            "send_mail": {"directory", "sessions", "trail"},
            "session": {"codes", "directory", "links", "mail", "notices", "sender", "trail"},
            "password": {"account", "directory", "sender", "sso", "trail"},
            "account": {"directory", "passwords", "sender", "sso"},
            "manage_contacts": {
                "codes",
                "directory",
                "openid",
                "passwords",
                "sender",
                "sso",
                "trail",
            },
            "manage_workspace": {
                "codes",
                "directory",
                "passwords",
                "sender",
                "trail",
            },
            "diagnose": {"account", "notices", "openid", "passwords", "sender", "sso"},
            "manage_links": {
                "account",
                "codes",
                "directory",
                "notices",
                "openid",
                "passwords",
                "sender",
                "sso",
            },
            "authorize": {
                "account",
                "codes",
                "directory",
                "limits",
                "mail",
                "notices",
                "passwords",
                "sender",
                "sso",
                "trail",
            },
            "token": {
                "account",
                "codes",
                "directory",
                "limits",
                "mail",
                "notices",
                "passwords",
                "sender",
                "sso",
                "trail",
            },
            "userinfo": {
                "codes",
                "directory",
                "limits",
                "links",
                "mail",
                "notices",
                "sender",
                "trail",
            },
            "end_session": {"codes", "directory", "limits", "mail", "notices", "sender", "trail"},
            "revoke": {"codes", "directory", "limits", "mail", "notices", "sender", "trail"},
            "record_delivery": {
                "codes",
                "directory",
                "links",
                "mail",
                "notices",
                "sender",
                "sessions",
                "trail",
            },
            "record_trail": {
                "deliveries",
                "codes",
                "directory",
                "limits",
                "links",
                "mail",
                "notices",
                "people",
                "sender",
                "sessions",
            },
            "sign_in_page": {
                "codes",
                "directory",
                "limits",
                "links",
                "mail",
                "notices",
                "sender",
                "sessions",
                "trail",
            },
        }
        assert rooms & strange[door] == set()


class TestTheDoorOfDirectories:
    def test_alone_loads_the_protocol_and_no_more_than_its_budget(self, loaded):
        modules = loaded(OF_DIRECTORIES)

        heavy = packages(modules) & (TOO_HEAVY | WHEN_NEEDED)
        # The schema of an address reads domains.
        assert heavy == {"pydantic", "scim2_models", "scim2_server", "lark", "idna"}
        assert len(modules) <= MOST_OF_DIRECTORIES, len(modules)
