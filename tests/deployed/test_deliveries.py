"""A mail that comes back, on a deployed stack: topic, queue, and each door with its own role.

The emulated SES tells nothing. Its events have SES's own shape here, and come to the stack's topic.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from local.ses_events import SentMail, bounced, delivered
from portico.ids import fingerprint
from portico.people.memberships import Role
from tests.deployed.test_team import ACME, members
from tests.deployed.visitors import CODE, MAILED_WITHIN, Acme, Visitor

__all__ = ["members"]


@pytest.fixture
def ses(acme, stack) -> "Ses":
    return Ses(acme)


class Ses:
    """What it tells of the mails to one person."""

    def __init__(self, acme: Acme) -> None:
        self.acme, self.stack = acme, acme.stack

    def sent(self, to: Visitor) -> SentMail:
        """The newest code's mail, with the tags that SES gives back."""
        challenge = to.asked.json["challenge"]
        began = int(self.challenge_of(to)["asked"]["L"][0]["N"])
        tags = self.acme.tags_of(fingerprint(challenge), to.contact, began=began)
        return SentMail("ses-1", to.contact.email, tags, datetime.now(UTC))

    def challenge_of(self, whose: Visitor) -> dict[str, Any]:
        id_ = whose.asked.json["challenge"].removeprefix("chl_acme_")
        return self._row(f"acme#challenge#{id_}", "challenge")

    def tells(self, event: dict[str, Any]) -> None:
        topic = self.stack.outputs["MailTopic"]
        self.stack.client("sns").publish(TopicArn=topic, Message=json.dumps(event))

    def state_of(self, mail: SentMail) -> str | None:
        row = self._row(f"acme#delivery#{mail.tags['mail']}", "1")
        return row["state"]["S"] if row else None

    def _row(self, pk: str, sk: str) -> dict[str, Any]:
        rows = self.stack.client("dynamodb")
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        told: dict[str, Any] = rows.get_item(TableName=self.stack.outputs["SignInTable"], Key=key)
        return dict(told.get("Item", {}))


def becomes(true: Callable[[], object], why: Callable[[], str]) -> None:
    ends = time.monotonic() + MAILED_WITHIN
    while time.monotonic() < ends:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(why())


class TestAMail:
    def test_mai_03_that_comes_back_stops_the_next_until_an_agent_lets_it_through(
        self, acme, stack, ann, ses, members
    ):
        agent = members().joins(Role.AGENT)
        ann.asks_for_a_code()
        acme.code_to(ann.contact.email)
        mail = ses.sent(ann)

        for _ in range(2):
            ses.tells(bounced(mail))
        becomes(lambda: ses.state_of(mail) == "bounced", lambda: stack.log_of("RecordDelivery"))
        becomes(
            lambda: "mail.bounced" in acme.trail_of(ann.contact),
            lambda: stack.log_of("RecordTrail"),
        )
        ann.asks_for_a_code()
        becomes(lambda: "withheld_1" in ses.challenge_of(ann), lambda: stack.log_of("SendMail"))
        assert acme.trail_of(ann.contact).count("mail.bounced") == 1

        lifted = agent.asks("POST", f"{ACME}/contacts/{ann.contact.id}/lift")

        assert (lifted.status_code, lifted.json["lifted"]) == (200, "lifted-and-asked"), (
            stack.log_of("ManageContacts")
        )

        def codes() -> list[str]:
            mails = [each for each in stack.mails() if ann.contact.email in each["To"]]
            return [found[0] for each in mails if (found := CODE.search(each["BodyText"]))]

        becomes(lambda: len(codes()) == 2, lambda: stack.log_of("SendMail"))
        assert ann.types(codes()[-1]).status_code == 200, stack.log_of("VerifyCode")

    def test_that_arrives_is_told_by_the_bus(self, acme, stack, ann, ses):
        ann.asks_for_a_code()
        acme.code_to(ann.contact.email)
        mail = ses.sent(ann)
        event = {"detail-type": "Email Delivered", "detail": delivered(mail)}

        stack.invoke("RecordDelivery", event)

        assert ses.state_of(mail) == "delivered", stack.log_of("RecordDelivery")
