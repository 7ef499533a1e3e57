"""A notice asked for, taken, sent and withheld; and changes counted (notices/store.py)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portico.aws.tables import ConditionFailed, TransactionRefused, transact
from portico.events import Event
from portico.limits.rules import CHANGES_AN_HOUR
from portico.mail.letters import Change
from portico.notices.store import (
    NOTICE_LIFETIME,
    NOTICE_LIFETIME_WITH_UNDO,
    Happened,
    Notice,
    Notices,
    too_many_changes,
)
from tests.support.driver import NOON

HOUR = timedelta(hours=1)
TAKE_OVER = timedelta(seconds=30)
ANN = "ct_AAAAAAAAAAAAAAAAAAAAAA"
SET = Happened(Change.PASSWORD_SET, ANN, "portico.test", 365, name="a press", at=NOON)


@pytest.fixture
def notices(tables) -> Notices:
    return Notices("sign-in", "acme")


@pytest.fixture
def asked(notices) -> Notice:
    """The one notice that is asked for."""
    return asks(notices)


def asks(notices: Notices, happened: Happened = SET) -> Notice:
    notices.ask(happened)
    found = notices.get(notices._asked(happened)[0])
    assert found
    return found


def takes(notices: Notices, notice: Notice, *, at=NOON) -> bool:
    return notices.take(notice.key, at=at, take_over=TAKE_OVER)


def outbox(notices: Notices, notice: Notice) -> int:
    """What the stream's filter reads: 1 wakes a sender."""
    row = notices.rows.get(notice.key, "notice")
    assert row
    return int(row["mail"])


class TestANotice:
    def test_is_read_as_it_was_asked_for(self, asked):
        assert (asked.change, asked.contact, asked.workspace_id) == (SET.change, ANN, "acme")
        assert (asked.at, asked.expires_at) == (NOON, NOON + NOTICE_LIFETIME)
        assert (asked.label, asked.device, asked.to, asked.undo) == ("", None, None, None)

    def test_that_can_undo_its_change_lasts_as_long_as_the_undo(self, notices):
        undoing = replace(SET, change=Change.EMAIL_CHANGED, undo="A" * 22, to="old@example.com")

        notice = asks(notices, undoing)

        assert notice.expires_at == NOON + NOTICE_LIFETIME_WITH_UNDO
        assert (notice.undo, notice.to) == ("A" * 22, "old@example.com")

    def test_is_taken_once(self, notices, asked):
        assert takes(notices, asked)
        with pytest.raises(ConditionFailed):
            takes(notices, asked, at=NOON + TAKE_OVER - timedelta(seconds=1))

    def test_is_taken_over_from_a_sender_that_is_silent(self, notices, asked):
        takes(notices, asked)

        assert takes(notices, asked, at=NOON + TAKE_OVER)

    def test_that_ses_refused_is_taken_again_at_once(self, notices, asked):
        takes(notices, asked)
        notices.release(asked.key)

        assert takes(notices, asked, at=NOON)

    def test_that_was_sent_is_never_taken_again(self, notices, asked):
        takes(notices, asked)
        notices.note_sent(asked.key, Event("notice.mailed", NOON))

        assert not takes(notices, asked, at=NOON + HOUR)

    def test_that_was_withheld_is_never_taken(self, notices, asked):
        notices.withhold(asked.key, Event("notice.withheld", NOON, detail={"reason": "expired"}))

        assert not takes(notices, asked, at=NOON + HOUR)

    def test_that_was_sent_is_not_withheld(self, notices, asked):
        notices.note_sent(asked.key, Event("notice.mailed", NOON))
        notices.withhold(asked.key, Event("notice.withheld", NOON, detail={"reason": "expired"}))

        row = notices.rows.get(asked.key, "notice")
        assert row
        assert "withheld" not in row

    def test_that_is_not_there_is_not_taken(self, notices):
        key = f"acme#notice#{ANN}#password-set-{'0' * 16}"

        assert not notices.take(key, at=NOON, take_over=TAKE_OVER)


class TestTheSamePressAgain:
    def test_wakes_no_sender(self, notices, asked):
        takes(notices, asked)

        asks(notices)

        assert outbox(notices, asked) == 0

    def test_keeps_what_the_first_said(self, notices, asked):
        again = asks(notices, replace(SET, at=NOON + HOUR, device="Firefox (Windows)"))

        assert again == asked

    def test_is_another_notice_for_another_change(self, notices, asked):
        other = asks(notices, replace(SET, change=Change.PASSWORD_CHANGED))

        assert other.key != asked.key
        assert outbox(notices, other) == outbox(notices, asked) == 1


class TestChangesOfOneHour:
    def changes(self, notices: Notices, *, times: int, at=NOON, contact: str = ANN) -> None:
        for _ in range(times):
            transact({"count": notices.counting(contact, at=at)})

    def test_are_ten(self, notices):
        self.changes(notices, times=CHANGES_AN_HOUR)

        with pytest.raises(TransactionRefused) as refused:
            self.changes(notices, times=1)
        assert refused.value.failed == {"count"}

    def test_begin_anew_with_the_hour_of_the_clock(self, notices):
        self.changes(notices, times=CHANGES_AN_HOUR)

        self.changes(notices, times=1, at=NOON + HOUR)

    def test_are_counted_for_each_contact(self, notices):
        self.changes(notices, times=CHANGES_AN_HOUR)

        self.changes(notices, times=1, contact="ct_BBBBBBBBBBBBBBBBBBBBBB")

    @pytest.mark.parametrize(("minute", "seconds"), [(0, 3600), (59, 60)])
    def test_that_were_too_many_are_welcome_at_the_next_hour(self, minute, seconds):
        refused = too_many_changes(at=NOON + timedelta(minutes=minute))

        assert refused.retry_after == timedelta(seconds=seconds)
