"""What each flow costs in write units, as the emulated DynamoDB counts them.

What reading costs it does not count; tests/budgets/test_capacity.py goes by the rows' sizes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from portico.aws.clients import client
from tests.emulated.house import house_at


class Meter:
    """Asks for the bill of every write."""

    def __init__(self) -> None:
        self.units = 0.0

    def sends(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        body: Any = request.body
        asked = json.loads(body) | {"ReturnConsumedCapacity": "TOTAL"}
        # The emulator checks no signature.
        request.body = json.dumps(asked).encode()
        answer: AWSResponse = URLLib3Session().send(request)
        bill = json.loads(answer.content).get("ConsumedCapacity", [])
        for each in bill if isinstance(bill, list) else [bill]:
            self.units += each["CapacityUnits"]
        return answer

    @contextmanager
    def running(self) -> Iterator[None]:
        events = client("dynamodb").meta.events
        writes = ("PutItem", "UpdateItem", "TransactWriteItems")
        for each in writes:
            events.register(f"before-send.dynamodb.{each}", self.sends)
        try:
            yield
        finally:
            for each in writes:
                events.unregister(f"before-send.dynamodb.{each}", self.sends)


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


class TestASignIn:
    def test_costs_so_many_write_units(self, house):
        ann, bill = house.browser, {}

        def step(name, work):
            meter = Meter()
            with meter.running():
                work()
            bill[name] = meter.units

        step("resolve", ann.opens_the_link)
        step("request", ann.asks_for_a_code)
        step("send", house.delivers_mail)
        step("guess", lambda: ann.types("0000000"))
        step("verify", ann.types_the_mailed_code)
        house.forward(minutes=1)
        step("refresh", ann.refreshes)
        step("read", lambda: ann.reads_the_session(ann.last.body["access_token"]))
        step("sign out", ann.signs_out)

        assert bill == {
            "resolve": 0,
            "request": 2,
            "send": 3,
            "guess": 2,
            "verify": 5,
            "refresh": 1,
            "read": 0,
            "sign out": 1,
        }
