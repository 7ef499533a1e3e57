"""The rig of the tests: doors in this process, and streams that are played by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.fault_scenes import Reply, Scene
from local.mail_world import ARRIVES, FATES
from local.sample_faults import AGO, Fault
from local.ses_events import SentMail
from tests.support.doors import HOST, ORIGIN, door, queue_record
from tests.support.driver import Portal
from tests.support.template import door_of
from tests.support.wire import Wire

OK: dict[str, Any] = {"batchItemFailures": []}


@dataclass
class DoorRig:
    """Portico as a test reaches it."""

    portal: Portal
    wire: Wire
    providers: str
    connection_secrets: str = "portico/tests/connection"
    people_table: str = "people"
    sign_in_table: str = "sign-in"
    host: str = HOST
    fates: dict[str, str] = field(default_factory=dict)
    _told: int = 0

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
        answer = self.portal.knock(
            door_of(route),
            route,
            body,
            cookies=[f"{name}={value}" for name, value in cookies.items()],
            path=dict(path or {}),
            query=dict(query or {}),
            headers=dict(headers or {}),
            origin=ORIGIN if is_page else None,
        )
        kept: dict[str, str | None] = {}
        for each in answer.cookies:
            pair, *attributes = each.split("; ")
            name, _, value = pair.partition("=")
            kept[name] = None if "Max-Age=0" in attributes else value
        is_json = "json" in answer.headers.get("content-type", "")
        found = answer.body if is_json else None
        return Reply(answer.status, found, kept, answer.headers.get("location", ""))

    def codes_for(self, email: str) -> list[str]:
        sent = [each for each in self.portal.mails if email in each.to]
        return [each.code for each in sent if "code" in each.text.lower() and _has_code(each)]

    def switch(self, email: str, fate: str) -> None:
        self.fates[email] = fate

    def settle(self) -> None:
        """Let the streams do what they do, and SES tell what became of the mails."""
        self.portal.records_trail()
        # The clock stands still, and what is told at the same moment has no order.
        self.portal.forward(seconds=0.1)
        self.portal.delivers_mail()
        self.portal.records_trail()
        sent = self.wire.parameters("sesv2.SendEmail")
        for n, each in enumerate(sent[self._told :], start=self._told):
            mail = SentMail.of_call(each, id_=f"ses-{n}", at=datetime.now(UTC))
            for event in FATES[self.fates.get(mail.to, ARRIVES)].tells(mail):
                record = {"Records": [queue_record(event)]}
                assert door("record_delivery").handler(record, None) == OK
        self._told = len(sent)
        self.portal.records_trail()
        self.portal.forward(seconds=0.1)

    def plays(
        self,
        fault: Fault,
        *,
        ago: timedelta = AGO,
        first: Callable[[Scene], None] | None = None,
    ) -> Scene:
        """Let a fault happen so long ago; *first* is done before it."""
        scene = Scene.open(self, fault.name, email=fault.email)
        self.settle()
        if first:
            first(scene)
        for wait in fault.happens(scene):
            self.settle()
            self.portal.forward(seconds=wait)
        self.settle()
        self.portal.forward(seconds=ago.total_seconds())
        return scene


def _has_code(mail: Any) -> bool:
    try:
        return bool(mail.code)
    except AttributeError:
        return False
