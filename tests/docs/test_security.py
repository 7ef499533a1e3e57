"""docs/security.md names every row of abuse and fault, and each row a test that is there."""

import ast
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from portico.codes.rules import (
    CHALLENGE_LIFETIME,
    CODE_ALPHABET,
    CODE_LENGTH,
    CODE_LIFETIME,
    MOST_ATTEMPTS,
    RESEND_WAITS,
)
from portico.edge.door import DEADLINE
from portico.edge.requests import DEEPEST_JSON, LARGEST_BODY
from portico.limits.rules import CHANGES_AN_HOUR, MAILBOX, NETWORK
from portico.openid.authorization_codes import AUTHORIZATION_CODE_LIFETIME as AUTHORIZATION
from portico.openid.authorization_codes import LIFETIME_WITHOUT_PKCE
from portico.people.address_chain import MOST_CHANGES, UNDO_LIFETIME
from portico.people.rules import Workspace
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME, GRACE, SHARED_COMPUTER_IDLE
from portico.team.workspace_key import LONGEST_KEY_LIFETIME
from tests.support.template import folder, statements

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
LATER = PAGE.partition("## Not there yet")[2]
ID = r"[A-Z]{3}-\d\d"
ROWS = {
    row["id"]: row["tests"]
    for row in re.finditer(rf"^\| (?P<id>{ID}) \|.*\| (?P<tests>[^|]+) \|$", PAGE, re.MULTILINE)
}
AREAS = {
    "COD": 8, "LNK": 3, "RED": 3, "CSR": 4, "SSN": 5, "SSO": 8, "PWD": 5, "ACC": 14, "DIR": 4,
    "TEN": 3, "ADM": 3, "MAI": 8, "INP": 4, "UNI": 3, "RAT": 10, "RAC": 13, "FLT": 8, "LOG": 3,
    "OUT": 11, "BCL": 6, "API": 8, "CON": 5, "REF": 1, "CSL": 2, "TRA": 4,
}  # fmt: skip
"""How many rows each area has: what a front door must survive."""
SECTIONS = (
    "What comes from outside",
    "Abuse and faults, row by row",
    "Races and late deliveries",
)
EVERY = {f"{area}-{n:02}" for area, count in AREAS.items() for n in range(1, count + 1)}


@cache
def named_in(path: str) -> dict[str, str]:
    """The classes and functions of a test file, each with its source."""
    source = (ROOT / path).read_text()
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return {
        node.name: ast.get_source_segment(source, node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, kinds)
    }


def text_of(path: str, name: str) -> str:
    """The source of a class or function of a test file, or all of the file without a *name*."""
    return named_in(path)[name] if name else (ROOT / path).read_text()


def rows_of(heading: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines[1:]]


def mentions(text: str, row: str) -> bool:
    """Whether *text* names a row, e.g. COD-01, as ``COD-01``, ``cod_01`` or ``Cod01``."""
    return re.search(row.replace("-", "[-_]?"), text, re.IGNORECASE) is not None


class TestTheTable:
    def test_has_every_row_or_says_that_it_is_not_there_yet(self):
        later = set(re.findall(ID, LATER))

        assert ROWS.keys() | later == EVERY
        assert ROWS.keys() & later == set()

    @pytest.mark.parametrize("row", ROWS)
    def test_names_tests_that_are_there_and_are_about_the_row(self, row):
        named = re.findall(r"`(tests/[\w/]+/test_\w+\.py)(?:::(\w+))?`", ROWS[row])

        assert named
        for path, name in named:
            assert not name or name in named_in(path), f"{path}::{name}"
            assert mentions(text_of(path, name), row), f"{path}::{name} does not name {row}"

    @pytest.mark.parametrize("heading", SECTIONS)
    def test_gives_each_row_of_its_sections_an_id_of_its_own(self, heading):
        ids = [cells[0] for cells in rows_of(heading)]

        assert ids
        assert [each for each in ids if not re.fullmatch(ID, each)] == []
        assert len(set(ids)) == len(ids)

    def test_has_every_row_that_a_test_is_named_after(self):
        pattern = re.compile(rf"def test_({'|'.join(AREAS).lower()})_(\d\d)_")
        tested = {
            f"{area.upper()}-{number}"
            for path in (ROOT / "tests").rglob("test_*.py")
            for area, number in pattern.findall(path.read_text())
        }

        assert tested <= ROWS.keys()

    def test_is_what_tests_are_named_after_and_no_other_list_is(self):
        elsewhere = re.compile(r"def (test_(?:point|item|row|issue)_\d+_\w+)")
        found = [
            name
            for path in (ROOT / "tests").rglob("test_*.py")
            for name in elsewhere.findall(path.read_text())
        ]

        assert found == []

    def test_of_promises_names_tests_that_are_there(self):
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)

        assert len(named) > len(ROWS)
        for path, name in named:
            assert (ROOT / path).exists(), path
            assert not name or name in named_in(path), f"{path}::{name}"


class TestTheTableOfPortals:
    """The attacks of RFC 9700 that an authorization server has to answer for."""

    SECTIONS = "2.1.1 2.1.2 2.4 2.5 4.1 4.2.4 4.4 4.5 4.7 4.8 4.9 4.10 4.11 4.12 4.14 4.16"

    def test_has_every_section_with_a_test(self):
        rows = rows_of("Portals on other sites, by RFC 9700")

        named = {section for sections, *_, tests in rows if "`tests/" in tests
                 for section in sections.split(", ") if re.fullmatch(r"[\d.]+", section)}  # fmt: skip
        assert named == set(self.SECTIONS.split())


def numbers() -> dict[str, str]:
    """The table of numbers, by what they are."""
    table = PAGE.partition("## The numbers, and why")[2].partition("## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| [^|]+ \|$", table, re.MULTILINE)
    return dict(rows)


COUNTS = {3: "three"}


class TestTheNumbers:
    def test_are_those_of_the_code(self):
        minute, hour = timedelta(minutes=1), timedelta(hours=1)
        home = Workspace(id="acme", name="Acme", portal_url="https://portal.acme.test")
        waits = ", ".join(str(int(each.total_seconds())) for each in RESEND_WAITS)
        told = {
            "code": f"{CODE_LENGTH} of {len(CODE_ALPHABET)} characters",
            "attempts": f"{MOST_ATTEMPTS} a challenge",
            "code life": f"{CODE_LIFETIME // minute} minutes",
            "challenge life": f"{CHALLENGE_LIFETIME // minute} minutes",
            "resend wait": f"{waits} seconds",
            "mailbox budget": f"{MAILBOX.an_hour} an hour, {MAILBOX.a_day} a day",
            "kept of it": f"{MAILBOX.kept_an_hour} an hour, {MAILBOX.kept_a_day} a day",
            "network budget": f"{NETWORK.a_minute} a minute, {NETWORK.an_hour} an hour",
            "undo of a change of address": f"{COUNTS[UNDO_LIFETIME.days]} days",
            "changes of address": f"{MOST_CHANGES} in {COUNTS[UNDO_LIFETIME.days]} days",
            "changes of ways in": f"{CHANGES_AN_HOUR} an hour",
            "access token": f"{ACCESS_TOKEN_LIFETIME // minute} minutes",
            "authorization code": (
                f"{int(AUTHORIZATION.total_seconds())} seconds, 256 bits; "
                f"{int(LIFETIME_WITHOUT_PKCE.total_seconds())} seconds without PKCE"
            ),
            "refresh grace": f"{int(GRACE.total_seconds())} seconds",
            "key": f"256 bits, {LONGEST_KEY_LIFETIME.days} days at most",
            "session": f"{home.stay.idle // hour} hours at rest, {home.stay.absolute.days} days at most",
            "body": f"{LARGEST_BODY // 1024} KB, {DEEPEST_JSON} levels",
            "deadline": f"{DEADLINE.total_seconds()} seconds",
        }

        assert {what: numbers()[what] for what in told} == told
        assert f"{SHARED_COMPUTER_IDLE // minute} minutes at rest on a shared computer" in PAGE
        assert f"has {NETWORK.office_factor} times that" in PAGE


def roles_of(action: str, resource: str) -> set[str]:
    """The doors that the template allows *action* on what is named by *resource*."""
    return {
        folder(role.removesuffix("Role"))
        for role, each in statements()
        if action in each["Action"] and resource in str(each["Resource"])
    }


class TestTheDoorsThatMay:
    """The page's list of doors, by what template.yaml grants."""

    def test_read_the_secret_are_those_that_are_named(self):
        found = re.search(r"(\w+) doors may read it: ([^.]+)\.", PAGE)
        assert found
        named = re.findall(r"`(\w+)`", found[2])

        assert set(named) == roles_of("secretsmanager:GetSecretValue", "CodeSecret")
        assert (found[1], len(named)) == ("Nine", 9)

    def test_read_client_secrets_are_those_of_providers(self):
        assert roles_of("secretsmanager:GetSecretValue", "/connection/") == {
            "start_sso",
            "finish_sso",
        }


class TestRefreshTokens:
    def test_are_said_to_stay_while_they_are_young_wherever_they_are_said_to_be_exchanged(self):
        api = (ROOT / "docs" / "api.md").read_text()
        young = (
            f"A refresh token younger than {int(GRACE.total_seconds())} seconds is not exchanged"
        )

        assert "exchanged at each use" not in api
        assert "token is used once" not in api
        assert api.count(young) == 2
