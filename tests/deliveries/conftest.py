"""The post: what SES was handed, and what it tells of it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from local import ses_events
from local.ses_events import Event, SentMail
from tests.support.doors import door, queue_record
from tests.support.driver import Portal
from tests.support.wire import Wire

OK: dict[str, Any] = {"batchItemFailures": []}


@dataclass
class Post:
    """Every mail since the test began, newest last."""

    portal: Portal
    wire: Wire
    capsys: Any

    @property
    def mails(self) -> list[SentMail]:
        now = datetime.now(UTC)
        sent = self.wire.parameters("sesv2.SendEmail")
        return [
            SentMail.of_call(each, id_=f"ses-{n}", at=now) for n, each in enumerate(sent, start=1)
        ]

    def sends_a_code(self, **more: Any) -> SentMail:
        self.portal.browser.asks_for_a_code(**more)
        self.portal.delivers_mail()
        return self.mails[-1]

    def tells(self, *events: Event) -> list[str]:
        """Hand events to the door, as the queue does; return what became of them."""
        self.capsys.readouterr()
        for event in events:
            assert door("record_delivery").handler({"Records": [queue_record(event)]}, None) == OK
        said = [json.loads(line) for line in self.capsys.readouterr().out.splitlines() if line]
        return [name for each in said if "_aws" in each for name in _counted(each)]

    def bounces(self, **more: Any) -> SentMail:
        """Send a code, which comes back."""
        mail = self.sends_a_code(**more)
        assert self.tells(ses_events.bounced(mail)) == ["bounced"]
        return mail

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What is kept of the mails."""
        return [row for row in self.portal.rows("sign-in") if "#delivery#" in row["pk"]]

    @property
    def suppressed(self) -> list[dict[str, Any]]:
        return [row for row in self.portal.rows("people") if "#suppressed#" in row["pk"]]

    def why_withheld(self) -> list[str]:
        """Ask for a code and say why the sender keeps it back."""
        before = len(self.mails)
        self.portal.browser.asks_for_a_code()
        self.portal.delivers_mail()
        row = self.portal.challenge_row()
        assert ("withheld_1" in row) == (len(self.mails) == before)
        return [row["withheld_1"]] if "withheld_1" in row else []


def _counted(said: dict[str, Any]) -> list[str]:
    (metrics,) = said["_aws"]["CloudWatchMetrics"]
    return [each["Name"] for each in metrics["Metrics"]]


@pytest.fixture
def post(portal: Portal, wire: Wire, capsys: pytest.CaptureFixture[str]) -> Post:
    return Post(portal, wire, capsys)
