"""A terminal in front of emulated tables, and a wire on which stacks can be asked for."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
import pytest
from typer import testing
from typer.testing import CliRunner, Result

from cli.app import app
from cli.deployments import formation
from portico import __version__
from portico.aws.values import Row
from portico.clock import SYSTEM
from tests.support.lambda_environment import forget_clients
from tests.support.shared_rows import rows_in

ENVIRONMENT = (
    "AWS_CONFIG_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "PORTICO_LOCAL",
    "PORTICO_STACK",
)
OUTPUTS = {
    "Version": __version__,
    "PeopleTable": "people",
    "SignInTable": "sign-in",
    "TrailTable": "trail",
    "ApiUrl": "https://signin.acme.test",
}

# Taking the options of every command apart costs more than running one: made once.
testing._get_command = cache(testing._get_command)  # type: ignore[attr-defined]


@dataclass
class Wire:
    """What answers to CloudFormation's requests, and to those for the local front."""

    url: str = ""
    stacks: dict[str, dict[str, str]] = field(default_factory=lambda: {"portico": OUTPUTS})
    parameters: dict[str, str] = field(default_factory=dict)
    local: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] | None = None
    """What a table has under any key, for a command in a process of its own."""

    def describe(self, name: str) -> tuple[int, str]:
        if name not in self.stacks:
            said = f"Stack with id {name} does not exist"
            return (
                400,
                f"<E><Error><Code>ValidationError</Code><Message>{said}</Message></Error></E>",
            )
        outputs = _members("Outputs", "Output", self.stacks[name])
        parameters = _members("Parameters", "Parameter", self.parameters)
        member = (
            f"<member><StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
            f"<CreationTime>2026-11-21T12:00:00Z</CreationTime>{outputs}{parameters}</member>"
        )
        result = f"<DescribeStacksResult><Stacks>{member}</Stacks></DescribeStacksResult>"
        return 200, f"<DescribeStacksResponse>{result}</DescribeStacksResponse>"


def _members(outer: str, inner: str, values: dict[str, str]) -> str:
    members = "".join(
        f"<member><{inner}Key>{k}</{inner}Key><{inner}Value>{escape(v)}</{inner}Value></member>"
        for k, v in values.items()
    )
    return f"<{outer}>{members}</{outer}>"


@pytest.fixture(scope="session")
def exchange() -> Iterator[Wire]:
    """One server for all tests: another address would be another client of CloudFormation."""
    asked = Wire()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = asked.local.get(self.path)
            self.answers(200 if found else 404, json.dumps(found))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if self.headers.get("x-amz-target") == "DynamoDB_20120810.GetItem":
                self.answers(200, json.dumps({"Item": asked.item}))
            else:
                self.answers(*asked.describe(parse_qs(body)["StackName"][0]))

        def answers(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    asked.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wire(exchange: Wire) -> Wire:
    """The wire, as a test finds it."""
    exchange.stacks, exchange.parameters, exchange.local = {"portico": OUTPUTS}, {}, {}
    exchange.item = None
    return exchange


@dataclass
class Terminal:
    """Somebody at a terminal."""

    wire: Wire

    def runs(self, *command: str) -> Result:
        """Type a command as it is."""
        return CliRunner().invoke(app, list(command), prog_name="portico")

    def says(self, *command: str) -> Result:
        """Type a command for the stack, which goes through."""
        result = self.runs(*command, "--stack", "portico")
        assert result.exit_code == 0, result.output
        return result

    def told(self, *command: str) -> Any:
        """What a command answers as JSON."""
        return json.loads(self.says(*command, "--json").stdout)

    def refused(self, *command: str, code: int = 1) -> str:
        """What is said of a command that does not go through."""
        result = self.runs(*command, "--stack", "portico")
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        return " ".join(result.stderr.split())

    def people(self) -> list[Row]:
        return rows_in("people")

    def row(self, pk: str) -> Row:
        return next(
            row for row in self.people() if row["pk"] == pk and row["sk"] not in ("words", "search")
        )

    def line(self) -> Row:
        """What the trail will say of the newest change of settings, a portal or a connection."""
        rows = [row for row in self.people() if row["pk"] == "acme#changes"]
        newest: Row = max(rows, key=lambda row: str(row["sk"]))["event"]
        return newest


@pytest.fixture
def terminal(tables: None, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    for name in (*ENVIRONMENT, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # so that it is put back
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", wire.url)
    monkeypatch.setenv("USER", "olga")
    monkeypatch.setenv("LOGNAME", "olga")
    monkeypatch.setenv("COLUMNS", "200")
    yield Terminal(wire)
    if wire.local:
        SYSTEM.offset = timedelta()
        forget_clients()
        formation.cache_clear()


@pytest.fixture(scope="session")
def rows_of_acme() -> list[Any]:
    """What the first test that needed Acme has typed for all of them."""
    return []


@pytest.fixture
def acme(terminal: Terminal, rows_of_acme: list[Any]) -> Terminal:
    """Acme Support is there, of one row: it has no front entrance."""
    if rows_of_acme:
        for row in rows_of_acme:
            _dynamodb().put_item(TableName="people", Item=row)
        return terminal
    terminal.says(
        "workspace", "create", "acme",
        "--name", "Acme Support", "--portal-url", "https://portal.acme.test", "--no-entrance",
    )  # fmt: skip
    rows_of_acme += _dynamodb().scan(TableName="people")["Items"]
    return terminal


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
