"""Let the sample faults happen in a run of `make run`: over HTTP, as browsers do."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode

import boto3

from local.clock import FrontClock
from local.fault_scenes import CODE, Reply, Scene
from local.mailbox import Mailbox
from local.sample_faults import AGO, FAULTS, Fault

QUIET_FOR = 1.2
"""Seconds without a new line in the trail, after which the streams have caught up."""
LONGEST_WAIT = 60.0


@dataclass
class FrontRig:
    """Portico as browsers reach it in this run."""

    people_table: str
    sign_in_table: str
    trail_table: str
    host: str
    providers: str
    connection_secrets: str
    mailbox: Mailbox
    clock: FrontClock
    scenes: list[tuple[Fault, Scene]] = field(default_factory=list)

    def sends(
        self,
        route: str,
        body: Any = None,
        *,
        cookies: Mapping[str, str],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_page: bool = True,
    ) -> Reply:
        """Send a request of a browser."""
        method, _, where = route.partition(" ")
        for name, value in (path or {}).items():
            where = where.replace(f"{{{name}}}", quote(value, safe=""))
        sent = {"cookie": "; ".join(f"{n}={v}" for n, v in cookies.items()), **(headers or {})}
        if is_page:
            sent["origin"] = f"http://{self.host}"
        if body is not None:
            sent["content-type"] = "application/json"
        visit = HTTPConnection(self.host, timeout=30)
        visit.request(
            method,
            where + (f"?{urlencode(query)}" if query else ""),
            None if body is None else json.dumps(body),
            {name: value for name, value in sent.items() if value},
        )
        answer = visit.getresponse()
        text = answer.read()
        visit.close()
        kept: dict[str, str | None] = {}
        for each in answer.headers.get_all("set-cookie") or []:
            pair, *attributes = each.split("; ")
            name, _, value = pair.partition("=")
            kept[name] = None if "Max-Age=0" in attributes else value
        told = None
        with suppress(ValueError):
            told = json.loads(text)
        return Reply(answer.status, told, kept, answer.headers.get("location", ""))

    def codes_for(self, email: str) -> list[str]:
        """Return the codes that were mailed to an address, newest last."""
        found = (_code_in(each["text"]) for each in self.mailbox.all() if each["to"] == email)
        return [each for each in found if each]

    def switch(self, email: str, fate: str) -> None:
        """Say what becomes of the next mails to an address."""
        if self.mailbox.world is not None:
            self.mailbox.world.switch(email, fate)

    def settle(self) -> None:
        """Wait until the streams have caught up."""
        ends = time.monotonic() + LONGEST_WAIT
        before, since = (-1, -1), time.monotonic()
        while time.monotonic() < ends:
            now = self._lines(), self._waiting()
            if now != before:
                before, since = now, time.monotonic()
            elif now[1] == 0 and time.monotonic() - since > QUIET_FOR:
                return
            time.sleep(0.1)

    def _lines(self) -> int:
        found = boto3.client("dynamodb").scan(TableName=self.trail_table, Select="COUNT")
        return int(found["Count"])

    def _waiting(self) -> int:
        """Count the mails that no sender has taken yet."""
        found = boto3.client("dynamodb").scan(
            TableName=self.sign_in_table,
            FilterExpression="mail > :none",
            ExpressionAttributeValues={":none": {"N": "0"}},
            Select="COUNT",
        )
        return int(found["Count"])

    def play(self, faults: Sequence[Fault] = FAULTS) -> None:
        """Let all faults happen side by side, twelve minutes ago: the clock goes on at the end."""
        self.scenes = [(each, Scene.open(self, each.name, email=each.email)) for each in faults]
        self.settle()
        waiting = [each.happens(scene) for each, scene in self.scenes]
        while waiting:
            waits = {id(steps): next(steps, None) for steps in waiting}
            waiting = [steps for steps in waiting if waits[id(steps)] is not None]
            self.settle()
            longest = max((each for each in waits.values() if each is not None), default=0)
            self.clock.forward(timedelta(seconds=longest))
        self.clock.forward(AGO)


def _code_in(text: str) -> str | None:
    found = CODE.search(text)
    return "".join(found.groups()) if found else None
