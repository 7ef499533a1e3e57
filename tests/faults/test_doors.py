"""FLT-01: whatever fails behind a door, at whichever call, the same request can be sent again."""

from collections.abc import Sequence
from typing import Any

import pytest

from portico.aws import deadline
from portico.aws.clients import REPEAT_AFTER
from portico.edge.door import DEADLINE
from tests.faults import trouble as what
from tests.faults.trouble import LASTS, ONCE, Fault, Step, Stopped
from tests.faults.visits import COLD, TRANSACT, VISITS, Visit
from tests.support.doors import Answer, knock
from tests.support.driver import Portal
from tests.support.template import doors

IN_TIME = 3.0
"""Seconds (FLT-01)."""
TO_MEND = deadline.TIME_TO_MEND.total_seconds() + 2 * REPEAT_AFTER
"""What a request may take longer that has begun something, and puts it right."""

LASTING = (what.hangs, what.loses_its_answer, what.throttles)
AT_ONCE = (what.never_arrives, what.breaks)
"""Tried at the first call only: later ones meet them as they meet a call that hangs."""
PASSING = (what.loses_its_answer, what.throttles)
STOPS = (what.stops_before, what.stops_after)
FAST = (what.loses_its_answer, what.stops_after)
DAILY = ("asking", "typing", "refreshing")


def rows(faults: Sequence[Fault], *, fast: Sequence[str] = ()) -> list[Any]:
    """Every visit, at every call, with every fault; fast is the last fault at some visits' end."""
    return [
        row(visit, step, fault, is_fast=visit.name in fast)
        for visit in VISITS
        for step in visit.calls
        for fault in faults
    ]


def row(visit: Visit, step: Step, fault: Fault, *, is_fast: bool = False) -> Any:
    is_fast = is_fast and step == visit.calls[-1] and fault in FAST
    return pytest.param(
        visit,
        step,
        fault,
        id=f"{visit.name}-{step}-{fault.__name__}",
        marks=() if is_fast else (pytest.mark.slow,),
    )


def conflicts() -> list[Any]:
    """Every transaction, with somebody else's in its way."""
    return [
        row(visit, step, fault)
        for visit in VISITS
        for step in visit.calls
        for fault in (what.conflicts, what.is_still_at_it)
        if step.operation == TRANSACT
    ]


def at_once() -> list[Any]:
    """Every visit, at its first call, with what is tried there only."""
    return [
        row(visit, visit.calls[0], fault) for visit in VISITS if visit.calls for fault in AT_ONCE
    ]


class TestTheTableOfVisits:
    """What is tried below is all there is to try."""

    @pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
    def test_has_every_call_of_every_request(self, portal, wire, visit):
        send = visit.prepare(portal)
        wire.forget()

        assert send().status == visit.status

        # The signature is made beside the transaction, before it or after.
        assert sorted(wire.operations) == sorted(step.operation for step in visit.calls)


class TestAFaultThatLasts:
    @pytest.mark.parametrize(
        ("visit", "step", "fault"), [*rows(LASTING, fast=DAILY), *at_once(), *conflicts()]
    )
    def test_flt_01_is_try_later_in_time_and_nothing_is_lost(
        self, portal, trouble, watch, heard, visit: Visit, step: Step, fault: Fault
    ):
        send = visit.prepare(portal)
        mails = len(portal.mails)
        heard()
        trouble.meets(step, fault, LASTS)
        began = watch.now

        failed = send()

        took = watch.now - began
        assert trouble.has_struck
        assert failed.problem == (503, "try-later")
        assert failed.headers["retry-after"] == "2"
        assert failed.cookies == []
        assert took <= (IN_TIME if step == visit.calls[0] else IN_TIME + TO_MEND)
        # Everything before it once; it twice, a transaction in conflict four times; two to mend.
        most = 2 if fault not in (what.conflicts, what.is_still_at_it) else 4
        assert len(trouble.wire.sent) <= len(visit.calls) - 1 + most + 2
        assert "ServerErrorsAlarm" in heard(failed).alarms()
        assert the_page_loads(portal)
        trouble.mend()
        # A mail is asked for by the challenge's own row: there is none without.
        assert len(portal.delivers_mail()) == len(portal.mails) - mails

        again = send()

        # Where the table went away between the two writes of a page that sends by itself, the
        # automatic mail is spent: the page shows its button.
        may_be_done = fault is what.loses_its_answer or visit.name == "sending-on-open"
        is_done_already = may_be_done and again.status in visit.again
        assert again.status == visit.status or is_done_already, again.event
        all_is_well(portal, visit, again)

    @pytest.mark.slow
    @pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
    def test_flt_01_after_slow_calls_is_still_answered_in_time(
        self, portal, trouble, watch, visit: Visit
    ):
        in_the_table = [step for step in visit.calls if step.service == "dynamodb"]
        for step in in_the_table[1:]:
            send = visit.prepare(portal)
            trouble.meets(step, what.hangs, LASTS, pace=what.SLOW)
            began = watch.now

            failed = send()

            assert failed.problem == (503, "try-later")
            assert watch.now - began <= IN_TIME + TO_MEND
            trouble.mend()

    def test_flt_01_is_answered_before_lambda_gives_up(self):
        for name, door in doors().items():
            if any(event["Type"] == "HttpApi" for event in door["Events"].values()):
                timeout = door.get("Timeout", 6)
                assert timeout > IN_TIME + TO_MEND, name
        assert DEADLINE.total_seconds() < IN_TIME


class TestAFaultThatPasses:
    """The SDK's own repeat is no second use."""

    @pytest.mark.parametrize(("visit", "step", "fault"), rows(PASSING))
    def test_flt_01_is_noticed_by_nobody(
        self, portal, trouble, visit: Visit, step: Step, fault: Fault
    ):
        send = visit.prepare(portal)
        trouble.meets(step, fault, ONCE)

        answer = send()

        assert trouble.has_struck
        assert answer.status == visit.status, answer.event
        assert len(trouble.wire.sent) == len(visit.calls) + 1
        trouble.mend()
        all_is_well(portal, visit, answer)


class TestADoorThatIsStopped:
    """FLT-02: killed by a time-out at any call, and the browser sends the same request again."""

    @pytest.mark.parametrize(("visit", "step", "fault"), rows(STOPS, fast=["typing"]))
    def test_flt_02_has_done_all_or_nothing(
        self, portal, trouble, environments, visit: Visit, step: Step, fault: Fault
    ):
        send = visit.prepare(portal)
        trouble.meets(step, fault, ONCE)
        with pytest.raises(Stopped):
            send()
        trouble.mend()
        deadline.end()
        environments()

        again = send()

        assert again.status == visit.status or again.status in visit.again, again.event
        all_is_well(portal, visit, again)


class TestAColdStart:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", COLD)
    def test_has_these_calls(self, portal, wire, environments, name):
        visit = next(each for each in VISITS if each.name == name)
        send = visit.prepare(portal)
        environments()
        wire.forget()

        assert send().status == visit.status

        assert sorted(wire.operations) == sorted(step.operation for step in COLD[name])


def the_page_loads(portal: Portal) -> bool:
    page = knock("sign_in_page", "GET /{workspace}", path={"workspace": portal.id})
    script = knock("sign_in_page", "GET /assets/{proxy+}", path={"proxy": "sign-in.js"})
    return (page.status, script.status) == (200, 200)


def all_is_well(portal: Portal, visit: Visit, answer: Answer) -> None:
    """Say what must hold after a visit, however many tries it took."""
    browser, sessions = portal.browser, portal.session_rows()
    assert len({row["id"] for row in sessions}) == len(sessions) <= 1
    assert all(row["attempts"] <= 1 for row in challenges_of(portal))
    match visit.name:
        case "opening":
            assert browser.signs_in().status == 200
        case "asking" | "asking-again" | "sending-on-open":
            if visit.name == "sending-on-open" and answer.status == 429:
                answer = browser.asks_for_a_code()  # the page shows the button
            portal.delivers_mail()
            label = answer.body.get("label", "")
            # Of two challenges, which may have drawn the same two letters. A wrong guess costs one
            # attempt.
            named = [each for each in portal.mails if label in each.text] or portal.mails
            assert 200 in [browser.types(each.code).status for each in named]
        case "guessing":
            assert portal.challenge_row()["attempts"] == 1
            assert portal.challenge_row()["event"]["name"] == "code.refused"
            assert browser.types_the_mailed_code().status == 200
        case "typing" | "refreshing" | "reading":
            portal.forward(minutes=1)
            assert browser.refreshes().status == 200
            assert portal.session_rows()[0]["n"] <= 2
        case _:
            (session,) = sessions
            assert session["ended_at"]
            assert session["event"]["name"] == "session.ended"


def challenges_of(portal: Portal) -> list[dict[str, Any]]:
    return [row for row in portal.rows("sign-in") if row["sk"] == "challenge"]
