"""Mail servers that misbehave, by mailbox: what they tell, and what the real door makes of it."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from local.mail_world import ARRIVES, FATES, MailWorld
from local.ses_events import SentMail
from portico.deliveries.ses_events import SesEvent
from tests.local.conftest import ROOT

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
ANN = "ann@example.com"
TOLD = {
    "arrives": ["delivered"],
    "bounce": ["bounced"],
    "full": ["bounced"],
    "complaint": ["delivered", "complained"],
    "delay": ["delayed"],
    "reject": ["rejected"],
    "silence": [],
    "jumbled": ["bounced", "delayed", "bounced", "delayed"],
}
HAPPENS_WITHIN = 20.0


@pytest.fixture
def told():
    return []


@pytest.fixture
def world(told):
    return MailWorld(told.append)


def takes(world, to=ANN):
    world.take(SentMail("ses-1", to, {"workspace": "acme"}, NOON))
    time.sleep(0.05)


class TestAMailbox:
    @pytest.mark.parametrize("fate", FATES)
    def test_has_what_it_was_switched_to(self, world, told, fate):
        world.switch(ANN, fate)

        takes(world)

        events = [SesEvent.read(json.loads(each)) for each in told]
        assert [str(each.state) for each in events if each] == TOLD[fate]

    def test_behaves_until_it_is_switched_and_others_go_on_behaving(self, world, told):
        world.switch("ben@example.com", "silence")

        takes(world)
        takes(world, "ben@example.com")

        assert [json.loads(each)["eventType"] for each in told] == ["Delivery"]
        assert world.fates() == {"ben@example.com": "silence"}
        assert next(iter(FATES)) == ARRIVES

    def test_has_no_other_fate(self, world):
        with pytest.raises(KeyError):
            world.switch(ANN, "eaten")


@pytest.mark.emulated
@pytest.mark.slow
class TestTheRunningHouse:
    """Over the emulated topic and queue, to the door as it was deployed."""

    def line_of(self, house, name):
        ends = time.monotonic() + HAPPENS_WITHIN
        while True:
            command = ["trail", "show", "acme", "--contact", "chloe@example.com", "--json"]
            done = subprocess.run(
                [sys.executable, "-m", "cli", *command, "--local", str(house.port)],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if name in done.stdout:
                return json.loads(done.stdout)
            assert time.monotonic() < ends, done.stdout + done.stderr
            time.sleep(0.2)

    def asks(self, visitor):
        link = visitor.link(kind="shared")["url"].partition("#l=")[2]
        body = {"workspace": "acme", "link": link, "email": "chloe@example.com"}
        assert visitor.sends("POST", "/v1/codes", body).status == 202

    def test_hears_of_a_bounce_and_mails_that_address_nothing_more(self, house):
        visitor = house.visitor()
        switched = {"to": "chloe@example.com", "fate": "jumbled"}
        answer = visitor.sends("POST", "/_local/fates", switched)
        assert answer.body["mailboxes"] == {"chloe@example.com": "jumbled"}
        try:
            self.asks(visitor)
            self.line_of(house, "mail.bounced")

            self.asks(visitor)

            held = self.line_of(house, "code.withheld")
            assert "address-suppressed-bounce" in json.dumps(held)
        finally:
            visitor.sends("POST", "/_local/fates", switched | {"fate": "arrives"})
            # Other tests mail to Chloe, too.
            visitor.forward(25 * 3600)
