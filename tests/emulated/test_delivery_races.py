"""Events of SES that come at the same moment, and a suppression that is lifted meanwhile, in real
threads; and the way from the topic to the trail (portico/deliveries/recorder.py,
portico/deliveries/lifts.py)."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from local.ses_events import SentMail, bounced, complained, delayed, delivered
from portico.clock import SystemClock
from portico.deliveries.lifts import Lifted, Lifts
from portico.errors import TryLater
from tests.emulated.house import eventually, house_at
from tests.emulated.test_team_races import together
from tests.support.doors import queue_record


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


@pytest.fixture
def sent(house, monkeypatch):
    """Ann's code as SES took it."""
    taken: list[SentMail] = []

    class World:
        take = staticmethod(taken.append)

    monkeypatch.setattr(house.mailbox, "world", World())
    house.browser.asks_for_a_code()
    house.delivers_mail()
    (mail,) = taken
    return mail


def tell(house: Any, event: Any) -> None:
    answer = house.front.doors["record_delivery"]({"Records": [queue_record(event)]}, None)
    if answer["batchItemFailures"]:
        # The queue hands it over again.
        raise TryLater(cause="as the queue would")


def strikes(house: Any) -> tuple[frozenset[str], frozenset[str]]:
    (row,) = [row for row in house.rows("people") if "#suppressed#" in row["pk"]]
    contact = house.team.contact(house.id, house.ann.id)
    return row.get("strikes") or frozenset(), contact.strikes


class TestEventsAtTheSameMoment:
    def test_mai_03_are_one_row_and_one_set(self, house, sent):
        told = [delayed(sent), delivered(sent), bounced(sent), complained(sent)] * 3

        assert set(together([partial(tell, house, each) for each in told])) == {"done"}

        (row,) = [row for row in house.rows("sign-in") if "#delivery#" in row["pk"]]
        assert row["state"] == "complained"
        address, head = strikes(house)
        assert address == head
        assert len(address) == 2
        counted = sum(row.get("bounced", 0) for row in house.rows("sign-in"))
        assert counted <= 1


class TestLifting:
    def test_leaves_the_same_on_both_rows_whoever_is_first(self, house, sent):
        tell(house, bounced(sent))
        contact = house.team.contact(house.id, house.ann.id)
        # A second after the mail was sent: rows keep whole seconds, and within one of them nothing
        # tells which of the two was first.
        later = SystemClock()
        later.offset = timedelta(seconds=1)
        lifts = Lifts(house.stack.outputs["PeopleTable"], house.stack.outputs["SignInTable"], later)
        done: list[Lifted] = []

        def lift() -> None:
            done.append(lifts.lift(house.workspace, contact, by="cli:olga"))

        told = together([lift, lift, partial(tell, house, complained(sent))])

        assert told == ["done"] * 3
        assert sorted(done) == [Lifted.LIFTED, Lifted.NOTHING]
        address, head = strikes(house)
        # A complaint that came before is lifted; one that came after is of a mail from before.
        assert address == frozenset()
        assert head == frozenset()


class TestTheTopic:
    def test_leads_over_the_queue_to_the_trail(self, emulator, monkeypatch):
        with house_at(emulator, streams=True) as house:
            taken: list[SentMail] = []

            class World:
                take = staticmethod(taken.append)

            monkeypatch.setattr(house.mailbox, "world", World())
            house.browser.asks_for_a_code()
            eventually(lambda: bool(taken))
            (mail,) = taken
            topic = house.stack.outputs["MailTopic"]
            for _ in range(2):
                boto3.client("sns").publish(TopicArn=topic, Message=json.dumps(bounced(mail)))

            def names() -> list[str]:
                return [line["name"] for line in house.rows("trail")]

            eventually(lambda: "mail.bounced" in names())
            eventually(lambda: house.front.starts_of("RecordDelivery") == 2)
            assert names().count("mail.bounced") == 1
