"""Which writes start the sender, and which the trail: by the template's own filters."""

from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from tests.budgets.filters import patterns, wakes


class Stream:
    """The SignIn table's stream, as the emulator keeps it."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.seen = 0

    def news(self) -> list[dict[str, Any]]:
        """Return the records since this was asked last."""
        records = [each.to_json() for each in self.table.stream_shard.items]
        self.seen, before = len(records), self.seen
        return records[before:]

    def starts(self) -> tuple[int, ...]:
        """How often the news start the sender, and the trail."""
        news = self.news()
        return tuple(
            sum(wakes(function, record) for record in news)
            for function in ("SendMail", "RecordTrail")
        )


@pytest.fixture
def stream(portal):
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables["sign-in"]
    table.set_stream_specification({"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    yield Stream(table)
    table.set_stream_specification({"StreamEnabled": False})
    table.stream_shard = None


class TestASignIn:
    def test_starts_the_sender_once_a_request_or_resend_and_never_for_a_guess(self, portal, stream):
        ann, starts = portal.browser, {}

        def step(name, work):
            work()
            starts[name] = stream.starts()

        step("request", ann.asks_for_a_code)
        step("send", portal.delivers_mail)
        for n in range(3):
            step(f"guess {n}", lambda n=n: ann.types(f"000000{n}"))
        portal.forward(seconds=30)
        step("resend", ann.asks_again)
        step("guess before its mail", lambda: ann.types("0000009"))
        step("send again", portal.delivers_mail)
        step("verify", ann.types_the_mailed_code)
        portal.forward(minutes=1)
        step("refresh", ann.refreshes)
        step("sign out", ann.signs_out)

        # How often the sender, and the trail.
        assert starts == {
            "request": (1, 1),
            "send": (0, 1),
            "guess 0": (0, 1),
            "guess 1": (0, 1),
            "guess 2": (0, 1),
            "resend": (1, 1),
            "guess before its mail": (0, 1),
            "send again": (0, 1),
            "verify": (0, 1),
            "refresh": (0, 0),
            "sign out": (0, 1),
        }

    def test_of_nobody_starts_the_sender_once_too(self, portal, stream):
        portal.browser.asks_for_a_code("nobody@example.com")
        asked = stream.starts()
        portal.delivers_mail()

        assert asked == (1, 1)
        assert stream.starts() == (0, 1)

    def test_by_itself_counts_the_opening_and_starts_the_sender_once(self, portal, stream):
        link = portal.personal_link()

        portal.browser.asks_for_a_code(None, link=link, auto=True)

        assert stream.starts() == (1, 1)


class TestTheFilters:
    def test_are_read_from_the_template(self):
        assert len(patterns("SendMail")) == 2
        assert len(patterns("RecordTrail")) == 2

    def test_let_a_removed_row_pass_by(self):
        removed = {"eventName": "REMOVE", "dynamodb": {"OldImage": {"mail": {"N": "1"}}}}

        assert not wakes("SendMail", removed)
        assert not wakes("RecordTrail", removed)
