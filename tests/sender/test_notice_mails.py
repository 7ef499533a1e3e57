"""Sending notices: each once, however many senders come by (sender/notice_mails.py)."""

from typing import Any

import pytest

from portico.aws.values import Row
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from tests.codes import retries
from tests.support.doors import HOST, door, stream_record
from tests.support.driver import NOON, OK, Portal


@pytest.fixture
def asked(portal: Portal) -> Row:
    """The row of a notice to Ann."""
    change = Change.PASSWORD_REMOVED
    happened = Happened(change, portal.ann.id, HOST, 365, name="a press", at=NOON)
    Notices("sign-in", "acme").ask(happened)
    (row,) = [each for each in portal.rows("sign-in") if each["sk"] == "notice"]
    return row


def delivers(row: Row) -> Any:
    return door("send_mail").handler({"Records": [stream_record(row)]}, None)


class TestANotice:
    def test_flt_03_that_two_senders_have_at_once_is_mailed_once(
        self, portal, wire, asked, retry_queue
    ):
        wire.before("sesv2.SendEmail", lambda: delivers(asked))

        assert delivers(asked) == OK
        portal.forward(seconds=36)
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 0
        assert len(portal.mails) == 1

    def test_flt_03_of_a_sender_that_has_died_is_mailed_by_the_next(self, portal, wire, asked):
        wire.before("sesv2.SendEmail", stop)
        with pytest.raises(Stopped):
            delivers(asked)

        portal.forward(seconds=29)
        delivers(asked)
        assert portal.mails == []

        portal.forward(seconds=1)
        delivers(asked)
        assert len(portal.mails) == 1

    @pytest.mark.parametrize(("seconds", "mails"), [(86_399, 1), (86_400, 0)])
    def test_is_too_late_after_a_day_sharp(self, portal, asked, seconds, mails):
        portal.forward(seconds=seconds)

        assert delivers(asked) == OK

        assert len(portal.mails) == mails

    @pytest.mark.parametrize(("seconds", "mails"), [(3 * 86_400 - 1, 1), (3 * 86_400, 0)])
    def test_that_can_undo_its_change_is_mailed_for_as_long_as_it_can(self, portal, seconds, mails):
        change = "A" * 22
        happened = Happened(
            Change.EMAIL_CHANGED, portal.ann.id, HOST, 365, name="a press", at=NOON,
            to="old@example.com", undo=change,
        )  # fmt: skip
        Notices("sign-in", "acme").ask(happened)
        (row,) = [each for each in portal.rows("sign-in") if each["sk"] == "notice"]
        portal.forward(seconds=seconds)

        assert delivers(row) == OK

        assert len(portal.mails) == mails


class Stopped(BaseException):
    """The sender's environment is gone, in the middle of its work."""


def stop() -> None:
    raise Stopped
