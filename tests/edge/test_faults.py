"""Something behind us is out of reach, or we have a bug: the answer is the same
(edge/door.py, edge/problems.py)."""

import json
import logging
from datetime import timedelta

import boto3
import pytest

from portico.edge.door import Door
from portico.edge.responses import Response
from tests.support.doors import Answer, door, http_event

CANARY = "ann@example.com typed 4F2-9KXB"


@pytest.fixture
def lines(caplog):
    """What the doors log, at its most talkative."""
    logger = logging.getLogger("portico")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(caplog.handler)
    yield lambda: json.dumps([vars(each) for each in caplog.records], default=str)
    logger.removeHandler(caplog.handler)
    logger.setLevel(before)


class TestABug:
    @pytest.fixture
    def broken(self, cloud):
        handler = Door("broken", door("session").settings)

        @handler.reads("GET /broken")
        def breaks(query, caller) -> Response:
            raise ValueError(CANARY)

        return handler

    def test_is_try_later_and_tells_nothing(self, broken):
        answer = Answer(broken(http_event("GET /broken"), None))

        assert answer.problem == (503, "try-later")
        assert answer.headers["retry-after"] == "2"
        assert "ValueError" not in json.dumps(answer.event)

    def test_is_logged_by_its_name_and_place_without_its_words(self, broken, lines):
        broken(http_event("GET /broken"), None)

        assert '"ValueError"' in lines()
        assert "test_faults.py" in lines()
        assert "4F2-9KXB" not in lines()
        assert "ann@example.com" not in lines()


class TestADeadline:
    def test_that_is_over_is_try_later_before_anything_else_is_asked(self, portal, wire):
        usual = door("resolve_link")
        late = Door("resolve_link", usual.settings, allowed=timedelta())
        late.routes.update(usual.handler.routes)
        body = {"workspace": "acme", "link": portal.shared}

        answer = Answer(late(http_event("POST /v1/links/resolve", body), None))

        assert answer.problem == (503, "try-later")
        assert answer.headers["retry-after"] == "2"
        assert wire.sent == []

    def test_of_one_request_is_not_the_next_ones(self, portal):
        usual = door("resolve_link")
        late = Door("resolve_link", usual.settings, allowed=timedelta())
        late.routes.update(usual.handler.routes)
        late(http_event("POST /v1/links/resolve", {"workspace": "acme", "link": "x"}), None)

        assert portal.browser.opens_the_link().status == 200


class TestATableOutOfReach:
    def test_is_try_later_at_every_door_and_asked_no_more_than_twice(self, portal, wire):
        browser = portal.browser
        token = browser.signs_in().body["access_token"]
        browser.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()
        portal.forward(seconds=30)
        for operation in ("BatchGetItem", "GetItem", "UpdateItem", "PutItem", "TransactWriteItems"):
            wire.cut(f"dynamodb.{operation}")
        wire.forget()

        answers = [
            browser.opens_the_link(),
            browser.asks_for_a_code(),
            browser.asks_again(),
            browser.types(code),
            browser.refreshes(),
            browser.signs_out(token),
            browser.signs_out(),
        ]

        assert [answer.problem for answer in answers] == [(503, "try-later")] * 7
        assert [answer.headers["retry-after"] for answer in answers] == ["2"] * 7
        assert [answer.cookies for answer in answers] == [[]] * 7
        assert wire.counted()["dynamodb"] == 2 * 7

    def test_lets_whoever_needs_none_in(self, portal, wire):
        token = portal.browser.signs_in().body["access_token"]
        wire.cut("dynamodb.BatchGetItem")

        assert portal.browser.reads_the_session(token).status == 200

    def test_evaluates_no_guess_and_uses_no_code_up(self, portal, wire):
        browser = portal.browser
        browser.asks_for_a_code()
        portal.delivers_mail()
        wire.cut("dynamodb.UpdateItem")
        guesses = [browser.types(code) for code in ("0000000", portal.mailed_code())]
        wire.mend()

        assert [answer.problem for answer in guesses] == [(503, "try-later")] * 2
        assert portal.challenge_row()["attempts"] == 0
        assert browser.types_the_mailed_code().status == 200

    def test_that_throttles_is_asked_twice(self, portal, wire):
        wire.answer("dynamodb.BatchGetItem", "ProvisionedThroughputExceededException", times=1)

        assert portal.browser.opens_the_link().status == 200

        assert wire.operations == ["dynamodb.BatchGetItem"] * 2

    def test_that_hands_out_half_a_batch_is_asked_for_the_rest(self, portal, wire):
        wire.leave_unprocessed(times=1)

        assert portal.browser.opens_the_link().status == 200

        assert len(wire.sent) == 2
        wire.leave_unprocessed(times=2)
        assert portal.browser.opens_the_link().problem == (503, "try-later")


class TestRottenRows:
    def test_of_one_workspace_are_its_own_trouble(self, portal):
        other = portal.neighbour()
        row = next(r for r in portal.rows("people") if r["sk"] == "door" and r["id"] == "acme")
        del row["portal_url"]
        portal.writes("people", row)

        assert portal.browser.opens_the_link().problem == (503, "try-later")
        assert other.browser.opens_the_link().status == 200

    @pytest.mark.parametrize(
        "rotten", [{"areas": "x"}, {"portal_url": 7}, {"session_idle_seconds": "x"}]
    )
    def test_of_any_kind_are_try_later_and_never_a_bare_error(self, portal, rotten):
        row = next(r for r in portal.rows("people") if r["sk"] == "door")
        portal.writes("people", row | rotten)

        answers = [portal.browser.opens_the_link(), portal.browser.asks_for_a_code()]

        assert {answer.status for answer in answers} <= {200, 202, 503}


class TestAnEmptySecret:
    @pytest.mark.parametrize("content", ["", "short"])
    def test_makes_no_keys(self, portal, wire, environments, content):
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name=f"empty-{len(content)}", SecretString=content or " ")["ARN"]
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()
        environments(CODE_SECRET=arn)

        assert portal.browser.types(code).problem == (503, "try-later")

        assert portal.challenge_row()["attempts"] == 0
