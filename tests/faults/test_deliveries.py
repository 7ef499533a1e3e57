"""Records that come twice, at the same time, or in another order than they were written."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.doors import door, stream_record
from tests.support.driver import OK

type Deliver = Callable[[], object]


def deliver(*records: dict[str, Any]) -> Any:
    return door("send_mail").handler({"Records": [*records]}, None)


@pytest.fixture
def both(portal) -> tuple[dict[str, Any], dict[str, Any]]:
    """The records of a request and of its resend, neither of them delivered."""
    portal.browser.asks_for_a_code()
    first = portal.challenge_row()
    portal.forward(seconds=30)
    portal.browser.asks_again()
    return stream_record(first), stream_record(portal.challenge_row(), first)


SLOW = pytest.mark.slow
MORE = ("12", "112", "122", "211", "221", "1212", "2121", "2112")
ORDERS = ["21", *(pytest.param(each, marks=SLOW) for each in MORE)]


class TestRecordsInAnyOrder:
    """The shard is read in order; a resend may still be written before its request is read."""

    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("batched", [False, True], ids=["one-by-one", "in-one-batch"])
    def test_flt_03_mail_the_newest_code_once(self, portal, queues, both, order, batched):
        records = [both[int(number) - 1] for number in order]

        answers = [deliver(*records)] if batched else [deliver(each) for each in records]

        assert answers == [OK] * len(answers)
        assert queues.waiting == 0
        # The first was overtaken before it left: what the page shows is the label of the second.
        assert len(portal.mails) == 1
        assert portal.browser.last.body["label"] in portal.mails[0].text
        assert portal.browser.types_the_mailed_code().status == 200

    @pytest.mark.parametrize("order", ORDERS)
    def test_flt_03_that_were_delivered_before_are_mailed_once_each(self, portal, queues, order):
        portal.browser.asks_for_a_code()
        first = stream_record(portal.challenge_row())
        deliver(first)
        portal.forward(seconds=30)
        portal.browser.asks_again()
        second = stream_record(portal.challenge_row())

        for number in order:
            assert deliver((first, second)[int(number) - 1]) == OK

        assert len(portal.mails) == 2
        assert len({mail.code for mail in portal.mails}) == 2
        assert queues.waiting == 0
        assert portal.browser.types(portal.mailed_code(0)).status == 200

    def test_flt_03_from_stream_and_queue_at_once_are_mailed_once(self, portal, queues, both):
        delivery, id_ = door("send_mail").mailroom.delivery, portal.browser.challenge
        for generation in (2, 1, 2, 1):
            delivery.queue({"challenge": id_, "generation": generation}, after=timedelta())
        deliver(both[1])
        queues.hand_in()
        deliver(both[0])

        assert len(portal.mails) == 1
        assert queues.waiting == 0

    def test_flt_03_of_a_mail_that_was_never_asked_for_are_no_work(self, portal, queues):
        portal.browser.asks_for_a_code()
        deliver(stream_record(portal.challenge_row()))
        delivery, id_ = door("send_mail").mailroom.delivery, portal.browser.challenge

        delivery.queue({"challenge": id_, "generation": 7}, after=timedelta())
        queues.hand_in()

        assert (len(portal.mails), queues.waiting) == (1, 0)


class TestTheSameRecordAtTheSameTime:
    """The second sender comes while the first is at this step."""

    @pytest.mark.parametrize("second", ["the-same", pytest.param("the-resend", marks=SLOW)])
    @pytest.mark.parametrize(
        ("operation", "nth"),
        [
            pytest.param("dynamodb.BatchGetItem", 1, marks=SLOW),
            pytest.param("dynamodb.GetItem", 1, marks=SLOW),
            pytest.param("dynamodb.UpdateItem", 1, marks=SLOW),
            ("dynamodb.UpdateItem", 2),
            ("sesv2.SendEmail", 1),
            pytest.param("dynamodb.UpdateItem", 3, marks=SLOW),
        ],
    )
    def test_flt_03_is_mailed_once(self, portal, wire, queues, operation, nth, second):
        portal.browser.asks_for_a_code()
        first = stream_record(portal.challenge_row())
        works: dict[str, Deliver] = {
            "the-same": partial(deliver, first),
            "the-resend": partial(resend, portal),
        }
        for _ in range(nth - 1):
            wire.before(operation, lambda: None)
        wire.before(operation, works[second])

        assert deliver(first) == OK

        for seconds in (5, 35, 40):
            portal.forward(seconds=seconds)
            queues.hand_in()
        codes = [mail.code for mail in portal.mails]
        assert len(codes) == len(set(codes)) <= (1 if second == "the-same" else 2)
        assert queues.waiting == 0
        assert portal.browser.types(codes[-1]).status == 200


def resend(portal) -> None:
    portal.forward(seconds=30)
    assert portal.browser.asks_again().status == 202
    assert deliver(stream_record(portal.challenge_row())) == OK


class TestAPressThatComesTwice:
    """The trail keeps a line once, however often its request was sent."""

    def test_flt_02_writes_the_same_line_of_a_session_that_began(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()
        rows = []
        for _ in range(2):
            assert portal.browser.types(code, request_id="press").status == 200
            rows += portal.session_rows()
            portal.forward(seconds=10)

        recorded = door("record_trail").handler(
            {"Records": [stream_record(rows[0]), stream_record(rows[1], rows[0])]}, None
        )

        assert recorded == OK
        filed = [row["pk"] for row in portal.rows("trail") if row["name"] == "session.started"]
        # The link has a copy of its own.
        assert len(filed) == len(set(filed)) == 2

    def test_flt_02_writes_the_line_of_a_wrong_code_that_could_not_be_written(self, portal, wire):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        wire.before("dynamodb.UpdateItem", lambda: wire.cut("dynamodb.UpdateItem", times=2))
        first = portal.browser.types("0000000", request_id="press")
        again = [portal.browser.types("0000000", request_id="press") for _ in range(2)]

        assert first.problem == (503, "try-later")
        assert [answer.status for answer in again] == [401, 401]
        assert portal.challenge_row()["attempts"] == 1
        assert portal.challenge_row()["event"]["name"] == "code.refused"
        # One write more for the first repeat, none for the second: the line is there.
        assert wire.operations[-2:] == ["dynamodb.UpdateItem"] * 2

    def test_flt_01_of_a_page_that_sends_by_itself_is_not_spent_by_a_lost_answer(
        self, portal, wire
    ):
        link = portal.personal_link()
        wire.lose_answers("dynamodb.PutItem", times=2)
        failed = portal.browser.asks_for_a_code(None, link=link, auto=True)

        again = portal.browser.asks_for_a_code(None, link=link, auto=True)

        assert failed.problem == (503, "try-later")
        assert again.status == 202
        portal.delivers_mail()
        assert len(portal.mails) == 1

    def test_flt_01_of_a_page_that_sends_by_itself_gives_no_other_pages_mail_back(
        self, portal, wire
    ):
        link = portal.personal_link()
        pages = [portal.another_browser() for _ in range(3)]
        first = pages[0].asks_for_a_code(None, link=link, auto=True)
        wire.answer("dynamodb.PutItem", "InternalServerError", times=2)
        second = pages[1].asks_for_a_code(None, link=link, auto=True)
        third = pages[2].asks_for_a_code(None, link=link, auto=True)

        assert [answer.status for answer in (first, second, third)] == [202, 503, 429]

    def test_flt_02_signs_out_everywhere_though_the_answer_was_lost(self, portal, wire):
        # DynamoDB itself knows a repeat by its token; whoever sends it anew does not have it.
        portal.browser.signs_in()
        wire.forget()
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert portal.browser.signs_out(everywhere=True).status == 204

        assert wire.operations.count("dynamodb.TransactWriteItems") == 2

    def test_flt_01_of_a_refresh_whose_answer_was_lost_ends_no_session(self, portal, wire):
        portal.browser.signs_in()
        portal.forward(minutes=1)
        wire.lose_answers("dynamodb.UpdateItem", times=2)
        failed = portal.browser.refreshes()
        portal.forward(minutes=10)

        assert failed.problem == (503, "try-later")
        assert portal.browser.refreshes().status == 200
