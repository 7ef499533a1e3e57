"""FLT-03: the sender is stopped at any step, started again with the same record, and mails once."""

import os
from typing import Any

import pytest

from portico.aws.keys import KeyRing
from portico.codes.rules import derive_code
from portico.sender import mail_content
from tests.faults import trouble as what
from tests.faults.trouble import LASTS, ONCE, Fault, Step, Stopped, steps
from tests.faults.visits import BATCH, GET, SECRET, SEND, UPDATE
from tests.support.doors import door, stream_record
from tests.support.driver import OK

FROM_THE_STREAM = steps(SECRET, BATCH, GET, UPDATE, UPDATE, GET, SEND, UPDATE)
"""Secret; workspace, link, pointer and what is held against the address; contact; budget; claim; logo; the mail; that it is sent."""
FROM_THE_QUEUE = steps(GET, SECRET, BATCH, GET, UPDATE, UPDATE, GET, SEND, UPDATE)
"""The challenge first; then the same, with a take-over in the place of the claim."""
WITHHELD = steps(SECRET, BATCH, UPDATE)
QUEUED = steps(SECRET, BATCH, GET, UPDATE, UPDATE, "sqs.SendMessage")
"""What a second sender does with a mail that the first has claimed, and may be at still."""
STOPS = (what.stops_before, what.stops_after)
BETWEEN_SES_AND_OUR_NOTE = {
    (Step(SEND), what.stops_after),
    (Step(UPDATE, 3), what.stops_before),
}
"""The one window in which a mail is out and nobody knows."""
AGES = (5, 35, 40, 80, 160)
"""Seconds by which every message of the queue has come again."""


def stops(path: tuple[Step, ...], *, fast: tuple[Step, ...] = ()) -> list[Any]:
    return [
        pytest.param(
            step,
            stop,
            id=f"{step}-{stop.__name__}",
            marks=() if step in fast else (pytest.mark.slow,),
        )
        for step in path
        for stop in STOPS
    ]


@pytest.fixture
def asked(portal, environments):
    """A challenge that waits for its mail, in a workspace with a logo; its stream record."""
    portal.sets(logo="digest")
    portal.writes("people", {"pk": "acme#logo", "sk": "png", "digest": "digest", "png": b"\x89PNG"})
    portal.browser.asks_for_a_code()
    environments()
    mail_content._logos.clear()
    return stream_record(portal.challenge_row())


@pytest.fixture
def code(portal, asked) -> str:
    """The code that Ann is to be mailed."""
    key, challenge = KeyRing(os.environ["CODE_SECRET"]).current().code, portal.browser.challenge
    return derive_code(key, challenge=challenge, purpose="sign_in", generation=1)


def start(record: dict[str, Any]) -> Any:
    return door("send_mail").handler({"Records": [record]}, None)


def hand_in_until_quiet(portal, queues) -> None:
    for seconds in AGES:
        if not queues.waiting:
            break
        portal.forward(seconds=seconds)
        queues.hand_in()


def is_mailed(portal, queues, code: str, *, most: int) -> None:
    """Say what must hold however often the sender was stopped."""
    assert (queues.waiting, queues.dead_letters) == (0, 0)
    assert 1 <= len(portal.mails) <= most
    assert {mail.code for mail in portal.mails} == {code}
    row = portal.challenge_row()
    assert row["claim_1"]["sent"]
    assert "mail" not in row
    assert row["event"]["name"] == "code.mailed"
    (budget,) = [each for each in portal.rows("sign-in") if each["sk"] == "budget"]
    assert len(budget["mails"]) == len(budget["sent"]) == 1
    assert portal.browser.types(code).status == 200


class TestTheTableOfSteps:
    def test_has_every_call_of_a_mail(self, portal, wire, asked, environments):
        wire.forget()

        assert start(asked) == OK

        assert wire.operations == [step.operation for step in FROM_THE_STREAM]

    def test_has_every_call_of_a_mail_from_the_queue(
        self, portal, trouble, asked, environments, queues
    ):
        stopped_at(Step(SEND), what.stops_before, trouble, asked, environments)
        start(asked)
        starts_anew(trouble, environments)
        trouble.wire.forget()
        portal.forward(seconds=35)

        assert queues.hand_in() == 1

        assert trouble.wire.operations == [step.operation for step in FROM_THE_QUEUE]

    def test_has_every_call_of_a_mail_that_is_withheld(self, portal, wire, environments):
        portal.browser.asks_for_a_code("nobody@example.com")
        record = stream_record(portal.challenge_row())
        wire.forget()
        start(record)

        assert wire.operations == [step.operation for step in WITHHELD]


def stopped_at(step: Step, stop: Fault, trouble, record, environments) -> None:
    trouble.meets(step, stop, ONCE)
    with pytest.raises(Stopped):
        start(record)
    starts_anew(trouble, environments)


def starts_anew(trouble, environments) -> None:
    """Another environment is started, which knows nothing of the first."""
    trouble.mend()
    environments()
    mail_content._logos.clear()


class TestASenderThatIsStopped:
    @pytest.mark.parametrize(
        ("step", "stop"), stops(FROM_THE_STREAM, fast=(Step(SEND), Step(UPDATE, 3)))
    )
    def test_flt_03_mails_the_same_code_when_it_is_started_again(
        self, portal, trouble, asked, environments, queues, code, step, stop
    ):
        stopped_at(step, stop, trouble, asked, environments)

        assert start(asked) == OK
        hand_in_until_quiet(portal, queues)

        most = 2 if (step, stop) in BETWEEN_SES_AND_OUR_NOTE else 1
        is_mailed(portal, queues, code, most=most)

    @pytest.mark.parametrize(("step", "stop"), stops(FROM_THE_QUEUE))
    def test_flt_03_mails_the_same_code_when_the_next_one_is_stopped_too(
        self, portal, trouble, asked, environments, queues, code, step, stop
    ):
        stopped_at(Step(SEND), what.stops_before, trouble, asked, environments)
        start(asked)
        starts_anew(trouble, environments)
        portal.forward(seconds=35)
        trouble.meets(step, stop, ONCE)
        with pytest.raises(Stopped):
            queues.hand_in()
        starts_anew(trouble, environments)

        # Nobody told the queue anything: its message comes again after its own time.
        portal.forward(seconds=121)
        assert queues.hand_in() == 1

        most = 2 if (step, stop) in BETWEEN_SES_AND_OUR_NOTE else 1
        is_mailed(portal, queues, code, most=most)

    @pytest.mark.parametrize("first", [Step(UPDATE, 2), Step(SEND)], ids=str)
    @pytest.mark.parametrize(("step", "stop"), stops(QUEUED))
    def test_flt_03_twice_mails_the_same_code_still(
        self, portal, trouble, asked, environments, queues, code, first, step, stop
    ):
        stopped_at(first, what.stops_after, trouble, asked, environments)
        stopped_at(step, stop, trouble, asked, environments)

        assert start(asked) == OK
        hand_in_until_quiet(portal, queues)

        is_mailed(portal, queues, code, most=2 if first == Step(SEND) else 1)

    @pytest.mark.parametrize(("step", "stop"), stops(WITHHELD))
    def test_flt_03_of_a_mail_that_must_not_go_out_sends_none(
        self, portal, trouble, environments, queues, step, stop
    ):
        portal.browser.asks_for_a_code("nobody@example.com")
        record = stream_record(portal.challenge_row())
        stopped_at(step, stop, trouble, record, environments)

        assert start(record) == OK

        assert (portal.mails, queues.waiting) == ([], 0)
        assert portal.challenge_row()["withheld_1"] == "not-a-contact"

    @pytest.mark.parametrize(
        ("step", "stop"), stops((Step(SEND), Step(UPDATE, 3), Step(UPDATE, 4)))
    )
    def test_flt_03_after_sess_last_no_mails_nothing_and_its_code_is_never_right(
        self, portal, trouble, asked, environments, queues, code, step, stop
    ):
        trouble.wire.answer(SEND, "MessageRejected")
        stopped_at(step, stop, trouble, asked, environments)

        start(asked)
        hand_in_until_quiet(portal, queues)

        assert portal.mails == []
        assert queues.waiting == 0
        assert portal.challenge_row()["withheld_1"] == "mail-refused"
        assert portal.browser.types(code).status == 401


class TestAFaultOnTheSendersWay:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("step", "fault"),
        [
            pytest.param(step, fault, id=f"{step}-{fault.__name__}")
            for step in FROM_THE_STREAM
            for fault in (what.hangs, what.loses_its_answer)
        ],
    )
    def test_flt_01_is_over_when_it_is_mended(
        self, portal, trouble, asked, queues, code, step, fault
    ):
        trouble.meets(step, fault, LASTS)
        answer = start(asked)
        trouble.mend()

        assert answer == OK
        assert queues.waiting == 1
        hand_in_until_quiet(portal, queues)

        in_between = (Step(SEND), what.loses_its_answer), (Step(UPDATE, 3), what.hangs)
        is_mailed(portal, queues, code, most=2 if (step, fault) in in_between else 1)
