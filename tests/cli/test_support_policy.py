"""recipes/policies/support.json allows what a support person's commands ask of AWS, and no more
(cli/doctor.py, cli/checks_*.py).

The commands run, and each call of theirs is judged as IAM would judge it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pytest

from cli import checks_limits
from cli.findings import Patient
from portico.aws import clients
from portico.trail.list_rows import list_key
from tests.cli.test_doctor import hospital, staff  # noqa: F401  # fixtures
from tests.docs.test_docs import ROOT
from tests.template.test_calls import OF_PARTS

POLICY = json.loads((ROOT / "recipes" / "policies" / "support.json").read_text())
TABLES = {
    "people": "portico-PeopleTable-1",
    "sign-in": "portico-SignInTable-1",
    "trail": "portico-TrailTable-1",
}
ANN = "ann@example.com"
COMMANDS = (
    ("workspace", "list"),
    ("workspace", "show", "acme"),
    ("contact", "list", "acme"),
    ("contact", "show", "acme", ANN),
    ("contact", "set", "acme", ANN, "--name", "Ann Archer-Bell"),
    ("contact", "deactivate", "acme", ANN),
    ("contact", "activate", "acme", ANN),
    ("contact", "lift", "acme", ANN),
    ("contact", "lift", "acme", "--domain", "example.com"),
    ("link", "create", "acme", "--contact", ANN),
    ("link", "list", "acme"),
    ("session", "list", "acme", ANN),
    ("session", "end", "acme", ANN, "--all"),
    ("trail", "show", "acme"),
    ("trail", "list", "acme"),
    ("trail", "list", "acme", "--contact", ANN),
    ("trail", "overview", "acme"),
    ("trail", "show", "acme", "--contact", ANN),
    ("why", "acme", ANN),
    ("why", "acme", "nobody@gmial.com"),
    ("directory", "check", "acme"),
    ("directory", "break-glass", "acme", ANN),
    ("connection", "list", "acme"),
    ("portal", "list", "acme"),
)
"""Beside `portico doctor stack` and `doctor mail`, `link revoke` and `session end --session`: docs/first-day.md."""
NOT_THEIRS = (
    ("workspace", "set", "acme", "--name", "Other"),
    ("contact", "add", "acme", "--name", "Bob", "--email", "bob@example.com"),
    ("team", "add", "acme", ANN, "--role", "owner"),
    (
        "portal",
        "add",
        "acme",
        "help-center",
        "--redirect-uri",
        "https://a.test/b",
    ),
)
OF_SERVICES = {"sesv2": "ses", "monitoring": "cloudwatch"}
VERBS = {"apigateway:GetAccount": "apigateway:GET"}
"""IAM has API Gateway's calls by their HTTP method."""


@dataclass(frozen=True)
class Ask:
    """What IAM is asked of one call, or of one part of a transaction."""

    action: str
    resource: str = ""
    key: str = ""
    """The partition key of the row, or of the rows."""

    def is_granted(self) -> bool:
        return any(self.is_granted_by(each) for each in POLICY["Statement"])

    def is_granted_by(self, statement: dict[str, Any]) -> bool:
        if self.action not in statement["Action"]:
            return False
        resources = statement["Resource"]
        arns = [resources] if isinstance(resources, str) else resources
        if self.resource and not any(fnmatchcase(self.resource, arn) for arn in arns):
            return False
        condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        patterns = condition.get("dynamodb:LeadingKeys", ["*"])
        return any(fnmatchcase(self.key, each) for each in patterns)


@dataclass
class Recorder:
    """Whoever looks over the CLI's shoulder."""

    asked: list[Ask]

    def hears(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        """Note a call of a client's own, before the hospital answers it."""
        self._notes(model.service_model.signing_name, model.name, params["body"])

    def sees(self, request: Any, event_name: str, **_: Any) -> None:
        """Note a call of the rooms; a client's own may be noted again."""
        _hook, name, operation = event_name.split(".")
        self._notes(name.replace("-", ""), operation, request.body)

    def _notes(self, service: str, operation: str, body: Any) -> None:
        if service == "dynamodb":
            self.asked += of_rows(operation, json.loads(body))
        else:
            action = f"{OF_SERVICES.get(service, service)}:{operation}"
            self.asked.append(Ask(VERBS.get(action, action)))


def of_rows(operation: str, asked: dict[str, Any]) -> Iterator[Ask]:
    """What IAM is asked of a call of DynamoDB's: a transaction asks for each of its parts."""
    if operation == "TransactWriteItems":
        for part in asked["TransactItems"]:
            ((kind, one),) = part.items()
            yield from of_rows(OF_PARTS[kind], one)
    elif operation == "BatchGetItem":
        for table, wanted in asked["RequestItems"].items():
            for key in wanted["Keys"]:
                yield ask_of(operation, table, key["pk"]["S"])
    elif operation == "Query":
        values = asked["ExpressionAttributeValues"]
        key = next(values[each]["S"] for each in (":pk", ":hash", ":shelf") if each in values)
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield ask_of(operation, asked["TableName"], key, index)
    elif "TableName" in asked:
        key = (asked.get("Key") or asked.get("Item") or {"pk": {"S": ""}})["pk"]["S"]
        yield ask_of(operation, asked["TableName"], key)
    else:
        yield Ask(f"dynamodb:{operation}")


def ask_of(operation: str, table: str, key: str, index: str = "") -> Ask:
    arn = f"arn:aws:dynamodb:eu-west-1:111122223333:table/{TABLES[table]}{index}"
    return Ask(f"dynamodb:{operation}", arn, key)


@contextmanager
def recording() -> Iterator[list[Ask]]:
    """Hear every call of the CLI's clients."""
    recorder = Recorder([])
    services = ("dynamodb", "secretsmanager", "kms", "sqs", "sesv2", "lambda", "apigateway")
    more = ("cloudformation", "cloudwatch", "service-quotas", "sns", "events")
    # Spelled as the rooms spell it: another spelling would be another client.
    made = [clients.client(each) for each in ("dynamodb", "secretsmanager")]
    made += [clients.client(each, patient=True) for each in (*services, *more)]
    found = [each.meta.events for each in made]
    for events in found:
        events.register_first("before-call", recorder.hears)
        events.register_first("before-send", recorder.sees)
    try:
        yield recorder.asked
    finally:
        for events in found:
            events.unregister("before-call", recorder.hears)
            events.unregister("before-send", recorder.sees)


@pytest.fixture
def acme(portal):
    """Acme, where Ann is signed in twice, and her mail came back while her domain refused."""
    portal.browser.has_signed_in()
    pk, ends = f"acme#contact#{portal.ann.id}", int(portal.now.timestamp()) + 999
    head = next(row for row in portal.rows("people") if (row["pk"], row["sk"]) == (pk, "head"))
    portal.writes("people", head | {"held_by": "0123456789012345678901"})
    lasts = {"expires_at": ends, "ttl": ends}
    owed = {"challenge": portal.browser.challenge, "generation": 1}
    portal.writes("sign-in", {"pk": f"acme#owed#{portal.ann.id}", "sk": "code", **owed, **lasts})
    finding = {"pk": "acme#refusing", "sk": "example.com#1", "refusals": "acme#refusals#x#1"}
    portal.writes("sign-in", finding | lasts)
    portal.another_browser(source_ip="198.51.100.9").signs_in()
    portal.records_trail()
    # A key has done something today, and the list says which.
    step = {"name": "contact.changed", "at": portal.now.isoformat(), "by": f"key:{'k' * 22}"}
    day = f"{portal.now:%Y-%m-%d}"
    row = {"pk": list_key("acme", day, "0"), "sk": f"{portal.now:%Y-%m-%dT%H:%M:%SZ}#evt_k"}
    portal.writes("trail", row | {"step_00000000": step})
    every = frozenset("0123456789abcdef")
    portal.writes("trail", {"pk": "acme#listed", "sk": day, "shards": every})
    return portal


@pytest.fixture
def everything(acme, hospital):  # noqa: F811  # the fixture
    """What all commands of a support person ask."""
    terminal = hospital.terminal
    with recording() as asked:
        newest, _ = terminal.told("session", "list", "acme", ANN)["sessions"]
        terminal.says("session", "end", "acme", ANN, "--session", newest["id"])
        link = terminal.told("link", "create", "acme")["link"]["id"]
        terminal.says("link", "revoke", "acme", link)
        for command in COMMANDS:
            terminal.says(*command)
        hospital.looks()
    return asked


class TestASupportPersonsPolicy:
    def test_allows_all_that_their_commands_ask(self, everything):
        assert {each for each in everything if not each.is_granted()} == set()

    def test_allows_nothing_that_no_command_asks(self, everything):
        # Asked by the CLI before it knows its stack, with a client of its own.
        asked = {*everything, Ask("cloudformation:DescribeStacks")}
        needless = {
            (statement["Sid"], action)
            for statement in POLICY["Statement"]
            for action in statement["Action"]
            if not any(each.action == action and each.is_granted_by(statement) for each in asked)
        }
        assert needless == set()

    @pytest.mark.parametrize("command", NOT_THEIRS, ids=lambda each: " ".join(each[:2]))
    def test_does_not_allow_a_teams_commands(self, acme, terminal, command):
        with recording() as asked:
            terminal.says(*command)

        assert [each for each in asked if not each.is_granted()]

    def test_is_described_command_by_command(self):
        page = (ROOT / "docs" / "first-day.md").read_text()
        table = page.partition("**A support person**")[2].partition("They cannot")[0]
        described = {
            tuple(each.removeprefix("portico ").split())
            for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
            for each in re.findall(r"`([a-z -]+)`", row)
        }

        more = {("doctor", "stack"), ("doctor", "mail"), ("link", "revoke")}
        told = {each[: 1 if each[0] == "why" else 2] for each in COMMANDS}
        assert described == told | more


class TestTheLimits:
    def test_are_on_the_page_with_what_the_doctor_asks_for(self):
        page = (ROOT / "docs" / "first-day.md").read_text()
        section = page.partition("\n## Limits to ask for\n")[2].partition("\n## ")[0]
        stack = Patient("portico", {}, {}, {}, emulated=False)
        services = {each.what.removeprefix("limit: ") for each in checks_limits.checks(stack)}

        rows = re.findall(r"^\| ([A-Za-z ]+): ", section, re.MULTILINE)
        assert set(rows) == services
        assert checks_limits.RSA in section
        assert f"Under {checks_limits.CONCURRENCY} the doctor warns" in section
        assert f"under {checks_limits.WRITE_UNITS:,}" in section
