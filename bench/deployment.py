"""A deployment on an emulated AWS, with the contacts and sessions that a measurement needs."""

import email
import email.policy
import importlib.util
import io
import json
import logging
import os
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any
from unittest.mock import patch

import time_machine
from botocore.awsrequest import AWSPreparedRequest

from local.doors import folder_of
from local.emulator import Emulator
from local.loopback_server import listening, serving
from local.providers.app import Providers
from local.providers.grants import client_id, client_secret
from local.ses_events import SentMail
from local.stack import Stack
from portico import ids
from portico.aws.clients import client
from portico.aws.tables import Rows
from portico.aws.values import Row, item_of
from portico.clock import SYSTEM
from portico.codes.store import challenge_key
from portico.edge import door as _doors_logger  # noqa: F401 - its logger is made at import
from portico.events import Event
from portico.links.team_links import TeamLinks
from portico.people.flow import TeamPeople
from portico.people.pointers import pointer_key
from portico.people.rules import Contact, Workspace
from portico.people.store import SHELVES, head_key
from portico.sso.rules import Connection
from portico.sso.store import Connections, secret_name
from tests.support.doors import ROOT, Answer, http_event, stream_record
from tests.support.driver import CODE, Browser, Portal
from tests.support.emulator import open_account

ACME = "acme"
NOBODY = "nobody@example.com"

type Handler = Any


class Sink(io.TextIOBase):
    """Counts the doors' log lines, which would cost money, and drops them."""

    def __init__(self) -> None:
        self.lines = 0
        self.bytes = 0

    def write(self, text: str) -> int:
        """Count a piece of a line."""
        self.bytes += len(text)
        self.lines += text.count("\n")
        return len(text)


@dataclass
class Deployment(Portal):
    """Acme Support on the emulator, with its doors and contacts."""

    stack: Stack = field(kw_only=True)
    letters: list[bytes] = field(default_factory=list)
    """The mails that SES got, newest last."""
    sent: list[SentMail] = field(default_factory=list)
    """What its events name them by."""
    doors: dict[str, Handler] = field(default_factory=dict)
    sink: Sink = field(default_factory=Sink)
    hands: Callable[[Handler, dict[str, Any]], Any] | None = None
    """Invokes doors instead of a plain call, if set."""

    def knock(self, name: str, route: str, body: Any = None, **more: Any) -> Answer:
        """Send one request to a door."""
        return Answer(self.hand(name, http_event(route, body, **more)))

    def keep(self, request: AWSPreparedRequest, **_: object) -> None:
        """Keep the mail that SES is handed."""
        body: Any = request.body
        asked = json.loads(body)
        self.letters.append(b64decode(asked["Content"]["Raw"]["Data"]))
        self.sent.append(SentMail.of_call(asked, id_="ses", at=SYSTEM.now()))

    def tells(self, event: dict[str, Any]) -> Any:
        """Hand an event of SES over, as the bus does."""
        return self.hand("record_delivery", {"id": "1", "detail": event})

    def hand(self, name: str, event: dict[str, Any]) -> Any:
        """Invoke a door with one event, as Lambda does."""
        door = self.doors[name]
        return self.hands(door, event) if self.hands else door(event, None)

    def forward(self, **delta: float) -> None:
        """Move the doors' clock. The emulator's own clock stays."""
        SYSTEM.offset += timedelta(**delta)

    def challenge_row(self, browser: Browser | None = None) -> Row:
        """Read the row of a browser's challenge."""
        id_ = ids.parse_challenge((browser or self.browser).challenge)
        row = self.sign_in.get(*challenge_key(id_))
        assert row is not None
        return row

    def record_of(self, browser: Browser) -> dict[str, Any]:
        """Return the stream's event for a browser's challenge."""
        return {"Records": [stream_record(self.challenge_row(browser))]}

    def delivers_mail(self) -> list[dict[str, Any]]:
        """Send the mail that the deployment's own browser has requested."""
        event = self.record_of(self.browser)
        assert self.hand("send_mail", event) == {"batchItemFailures": []}
        return list(event["Records"])

    def mailed_code(self, index: int = -1) -> str:
        """Read a code that was mailed."""
        letter = email.message_from_bytes(self.letters[index], policy=email.policy.default)
        part = letter.get_body(("plain",))
        found = CODE.search(part.get_content()) if part else None
        assert found
        return "".join(found.groups())

    @property
    def people(self) -> Rows:
        """Acme's rows in the People table."""
        return Rows(self.stack.outputs["PeopleTable"], f"{ACME}#")

    @property
    def sign_in(self) -> Rows:
        """Acme's rows in the SignIn table."""
        return Rows(self.stack.outputs["SignInTable"], f"{ACME}#")

    def populate(self, contacts: int) -> None:
        """Write *contacts* contacts, each with head and pointer."""
        rows: list[Row] = []
        for n in range(contacts):
            id_, email = ids.new_contact_id(), f"contact{n}@example.com"
            head = Contact(id_, ACME, f"Contact {n}", email).row()
            shelf = f"{ACME}#contacts#{n % SHELVES:02}"
            keys = dict(zip(("pk", "sk"), head_key(ACME, id_), strict=True))
            rows.append({**keys, **head, "list": shelf, "listed": email})
            keys = dict(zip(("pk", "sk"), pointer_key(ACME, email), strict=True))
            rows.append({**keys, "contact": id_})
        self._write("PeopleTable", rows)

    def multiply_session(self, contact: Contact, sessions: int) -> None:
        """Give a contact *sessions* more sessions like the existing one."""
        pk = head_key(ACME, contact.id)[0]
        found = client("dynamodb").query(
            TableName=self.sign_in.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
        )["Items"]
        (one, *_) = [each for each in found if each["sk"]["S"].startswith("session#")]
        names = [f"ses_{ids.random_part()}" for _ in range(sessions)]
        copies = [one | {"sk": {"S": f"session#{n}"}, "id": {"S": n}} for n in names]
        self._write_items("SignInTable", copies)

    def _write(self, table: str, rows: list[Row]) -> None:
        self._write_items(table, [item_of(row) for row in rows])

    def _write_items(self, table: str, items: list[dict[str, Any]]) -> None:
        name = self.stack.outputs[table]
        for some in batched(items, 25, strict=False):
            puts = [{"PutRequest": {"Item": item}} for item in some]
            left = client("dynamodb").batch_write_item(RequestItems={name: puts})
            assert not left.get("UnprocessedItems")


@contextmanager
def deployment_at(emulator: Emulator, *, contacts: int = 0) -> Iterator[Deployment]:
    """Deploy to a new account, with one workspace and one provider.

    Args:
        emulator: the emulated AWS.
        contacts: how many, besides Ann, Ben (deactivated) and Dana (whose mails bounce).
    """
    with ExitStack() as stack:
        taken = stack.enter_context(listening(0))
        stack.enter_context(serving(taken, Providers(now=SYSTEM.now)))
        deployed = stack.enter_context(open_account(emulator))
        deployment = _opened(deployed)
        logger = logging.getLogger("portico")
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.INFO)
        for handler in logger.handlers:
            assert isinstance(handler, logging.StreamHandler)
            stack.callback(handler.setStream, handler.setStream(deployment.sink) or handler.stream)
        for name, variables in deployed.environments.items():
            # A single metric reads its namespace when it is counted.
            powertools = {k: v for k, v in variables.items() if k.startswith("POWERTOOLS_")}
            stack.enter_context(patch.dict(os.environ, powertools))
            deployment.doors[folder_of(name)] = load_door(folder_of(name), variables)
        _connect(deployment, f"http://127.0.0.1:{taken.getsockname()[1]}")
        deployment.populate(contacts)
        yield deployment
        SYSTEM.offset *= 0


def _opened(stack: Stack) -> Deployment:
    people = stack.outputs["PeopleTable"]
    team, office = TeamPeople(people), TeamLinks(people)
    settings: dict[str, Any] = {
        "portal_url": "https://portal.acme.test",
        "password_method": True,
        "sign_up": True,
    }
    acme = team.create_workspace(Workspace(id=ACME, name="Acme Support", **settings), by="bench")
    ann = team.add_contact(ACME, name="Ann Archer", email="ann@example.com", by="bench")
    team.add_contact(ACME, name="Ben Okafor", email="ben@example.com", by="bench")
    team.set_active(ACME, "ben@example.com", False, by="bench")
    dana = team.add_contact(ACME, name="Dana Doyle", email="dana@example.com", by="bench")
    _, token = office.create(ACME, by="bench")
    deployment = Deployment(_NO_TRAVEL, team, office, acme, ann, token, stack=stack)
    # Register nothing else: it would also run while flows are timed.
    client("sesv2", patient=True).meta.events.register(
        "before-send.sesv2.SendEmail", deployment.keep
    )
    deployment.browser = Browser(deployment)
    pk, sk = head_key(ACME, dana.id)
    deployment.people.update(
        pk, sk, "SET suppressed = :why", "attribute_exists(pk)", {":why": "bounce"}
    )
    return deployment


_NO_TRAVEL: time_machine.Traveller = None  # type: ignore[assignment]
"""The emulator has its own clock. We move only ours, by its offset."""


def load_door(folder: str, variables: Mapping[str, str]) -> Handler:
    """Load a door with its environment variables, as Lambda does at a cold start."""
    path = ROOT / "functions" / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"bench_{folder}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    loopback = {"PROVIDER_LOOPBACK": "open"} if "PROVIDER_LOOPBACK" in variables else {}
    with patch.dict(os.environ, {**variables, **loopback}):
        spec.loader.exec_module(module)
    return module.handler


def _connect(deployment: Deployment, base: str) -> None:
    google = Connection(
        id="google",
        workspace_id=ACME,
        kind="google",
        label="Google",
        client_id=client_id("google"),
        vouches_for=["example.com"],
        stand_in=f"{base}/google",
    )
    prefix = deployment.stack.environments["FinishSso"]["CONNECTION_SECRETS"]
    client("secretsmanager").create_secret(
        Name=secret_name(prefix, google), SecretString=client_secret("google")
    )
    event = Event("connection.changed", datetime.now(UTC), ACME, 365, "bench")
    Connections(deployment.people.table, ACME).put(google, deployment.team.workspace(ACME), event)
