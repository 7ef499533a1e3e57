"""Doors, tables, streams and mails of one account, with everybody of tests.support.driver in it.

Events come as in AWS: the emulator's streams and queues, through the template's own filters,
start functions that hand their event to the doors here.
"""

import importlib.util
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

import pytest
import time_machine

from local.doors import folder_of
from local.emulator import Emulator
from local.mailbox import Mailbox
from local.stack import Stack
from portico.aws.clients import client
from portico.aws.values import Row, row_of
from portico.clock import SYSTEM
from portico.links.team_links import TeamLinks
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace
from tests.support.doors import ROOT, Answer, answered, http_event, stream_record
from tests.support.driver import OK, Browser, Mail, Portal, is_line
from tests.support.emulator import open_account

PATIENCE = 20.0
"""Seconds until what streams should do is given up; they take half of one."""

type Handler = Callable[[Any, object], Any]


@dataclass
class Front:
    """Where the emulator's functions post what started them."""

    doors: dict[str, Handler] = field(default_factory=dict)
    started: list[tuple[str, list[Any]]] = field(default_factory=list)
    """The name and the records of every start, in order."""

    def take(self, name: str, event: Any) -> Any:
        if event["Records"]:
            self.started.append((name, event["Records"]))
        return self.doors[folder_of(name)](event, None)

    def starts_of(self, name: str) -> int:
        """How many records started a function."""
        return sum(len(records) for who, records in self.started if who == name)


@dataclass
class House(Portal):
    """One workspace of the account."""

    stack: Stack = field(kw_only=True)
    front: Front = field(kw_only=True)
    mailbox: Mailbox = field(kw_only=True)

    def knock(self, name: str, route: str, body: Any = None, **more: Any) -> Answer:
        return answered(self.front.doors[name], http_event(route, body, **more))

    def rows(self, table: str) -> list[Row]:
        name = {"people": "PeopleTable", "sign-in": "SignInTable", "trail": "TrailTable"}[table]
        items = client("dynamodb").scan(TableName=self.stack.outputs[name])["Items"]
        rows = [row_of(item) for item in items]
        return [row for row in rows if table != "trail" or is_line(row)]

    def delivers_mail(self) -> list[dict[str, Any]]:
        records = [stream_record(row) for row in self.rows("sign-in") if row.get("mail")]
        assert self.front.doors["send_mail"]({"Records": records}, None) == OK
        return records

    def forward(self, **delta: float) -> None:
        SYSTEM.offset += timedelta(**delta)

    def has_mailed(self, count: int) -> list[Mail]:
        """Wait until so many mails have gone out."""
        eventually(lambda: len(self.mails) >= count)
        return self.mails

    @property
    def mails(self) -> list[Mail]:
        return [Mail([each["to"]], _Letter(each["text"])) for each in self.mailbox.all()]  # type: ignore[arg-type]

    def asks_and_waits(self, browser: Browser, email: str = "ann@example.com") -> str:
        """Ask for a code, and return it as it was mailed."""
        before = len(self.mails)
        assert browser.asks_for_a_code(email).status == 202
        return self.has_mailed(before + 1)[-1].code


@dataclass
class _Letter:
    """As much of a message as :class:`Mail` reads."""

    text: str

    def get_body(self, _kinds: tuple[str, ...]) -> "_Letter":
        return self

    def get_content(self) -> str:
        return self.text


@contextmanager
def house_at(emulator: Emulator, *, streams: bool) -> Iterator[House]:
    """Open an account with one workspace in it.

    Args:
        emulator: where.
        streams: whether they start the sender and the trail.
    """
    front = Front()
    with _serving(front) as url, open_account(emulator, front=url if streams else None) as stack:
        mailbox = Mailbox(lambda: datetime.now(UTC))
        mailbox.listen()
        for name, variables in stack.environments.items():
            front.doors[folder_of(name)] = _load(folder_of(name), variables)
        yield _open(stack, front, mailbox)
        SYSTEM.offset = timedelta()


def _open(stack: Stack, front: Front, mailbox: Mailbox) -> House:
    people = stack.outputs["PeopleTable"]
    team, office = TeamPeople(people), TeamLinks(people)
    acme = team.create_workspace(
        Workspace(id="acme", name="Acme Support", portal_url="https://portal.acme.test"), by="test"
    )
    ann = team.add_contact("acme", name="Ann Archer", email="ann@example.com", by="test")
    _, token = office.create("acme", by="test")
    house = House(
        _NO_TRAVEL, team, office, acme, ann, token, stack=stack, front=front, mailbox=mailbox
    )
    house.browser = Browser(house)
    return house


_NO_TRAVEL: time_machine.Traveller = None  # type: ignore[assignment]
"""The emulator has a clock of its own: only ours is moved, by its offset."""


def _load(folder: str, variables: Mapping[str, str]) -> Handler:
    spec = importlib.util.spec_from_file_location(
        f"emulated_{folder}", ROOT / "functions" / folder / "handler.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    quiet = {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**variables, **quiet}.items():
            patch.setenv(name, value)
        spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


@contextmanager
def _serving(front: Front) -> Iterator[str]:
    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = json.dumps(front.take(self.path.strip("/"), event)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, "not within twenty seconds"
        time.sleep(0.05)


def at_once(works: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Start everything at the same moment, each in a thread of its own.

    On a busy machine a call may take longer than a request has; the page sends such a request
    again, and so does this.
    """
    gate = threading.Barrier(len(works))

    def persistently(work: Callable[[], Answer]) -> Answer:
        gate.wait()
        answer = work()
        for _ in range(10):
            if answer.status != 503:
                break
            answer = work()
        return answer

    # Lambda runs one request at a time, and so the metrics of a door know no threads.
    silent = patch.dict(os.environ, POWERTOOLS_METRICS_DISABLED="true")
    with silent, ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(persistently, works))
