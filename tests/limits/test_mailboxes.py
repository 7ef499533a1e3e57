"""How many mails one mailbox can be sent (limits/mailboxes.py, limits/rules.py)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from portico.errors import TryLater
from portico.limits.mailboxes import Mailboxes
from portico.limits.rules import LONGEST_LIST, MAILBOX, SpentMails, folded

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
KEY = bytes(range(32))


class Mailbox:
    """One mailbox, and whoever wants to write to it."""

    def __init__(self, email: str = "ann@example.com") -> None:
        self.email = email
        self._mailboxes = Mailboxes("sign-in")
        self._mails = 0
        self.spent: SpentMails | None = None

    def takes(self, *, at=NOON, stranger=True, mail: str | None = None, email: str = "") -> bool:
        self._mails += 1
        self.spent = self._mailboxes.charge(
            email or self.email,
            key=KEY,
            mail=mail or f"mail-{self._mails}",
            stranger=stranger,
            at=at,
        )
        return self.spent is None

    def gives_back(self, mail: str) -> None:
        self._mailboxes.give_back(self.email, key=KEY, mail=mail)


@pytest.fixture
def mailbox(tables) -> Mailbox:
    return Mailbox()


class TestAMailbox:
    def test_takes_four_mails_an_hour_that_strangers_cause(self, mailbox):
        assert [mailbox.takes() for _ in range(6)] == [True] * 4 + [False] * 2

    def test_takes_the_fifth_from_a_personal_link(self, mailbox):
        for _ in range(5):
            mailbox.takes()

        assert [mailbox.takes(stranger=False) for _ in range(2)] == [True, False]

    def test_takes_five_an_hour_in_all(self, mailbox):
        assert [mailbox.takes(stranger=False) for _ in range(6)] == [True] * 5 + [False]
        assert mailbox.takes() is False

    def test_has_room_again_an_hour_after_the_first_and_not_a_second_sooner(self, mailbox):
        for minute in (0, 10, 20, 30):
            mailbox.takes(at=NOON + timedelta(minutes=minute))

        assert mailbox.takes(at=NOON + HOUR - SECOND) is False
        assert mailbox.takes(at=NOON + HOUR) is True
        assert mailbox.takes(at=NOON + HOUR) is False
        assert mailbox.takes(at=NOON + HOUR + timedelta(minutes=10)) is True

    def test_says_which_budget_is_spent_and_until_when(self, mailbox):
        for minute in (0, 10, 20, 30):
            mailbox.takes(at=NOON + timedelta(minutes=minute))

        mailbox.takes(at=NOON + timedelta(minutes=40))
        of_strangers = mailbox.spent
        mailbox.takes(at=NOON + timedelta(minutes=40), stranger=False)
        mailbox.takes(at=NOON + timedelta(minutes=41), stranger=False)
        of_all = mailbox.spent
        mailbox.takes(at=NOON + timedelta(minutes=41))

        assert of_strangers == SpentMails(4, "hour", NOON + HOUR, has_kept=True)
        assert of_all == SpentMails(5, "hour", NOON + HOUR, has_kept=False)
        # One of all leaves room at one, and then a stranger's fifth of the hour is still too many.
        assert mailbox.spent == SpentMails(
            5, "hour", NOON + HOUR + timedelta(minutes=10), has_kept=False
        )

    def test_says_that_the_days_are_spent(self, mailbox):
        for n in range(8):
            mailbox.takes(at=NOON + HOUR * n)
        assert mailbox.takes(at=NOON + HOUR * 9) is False

        assert mailbox.spent == SpentMails(8, "day", NOON + HOUR * 24, has_kept=True)

    def test_has_room_from_the_moment_that_it_says(self, mailbox):
        for second in (0, 7, 7, 900, 901):
            mailbox.takes(at=NOON + timedelta(seconds=second), stranger=False)
        mailbox.takes(at=NOON + timedelta(minutes=30))
        until = mailbox.spent.until

        assert mailbox.takes(at=until - SECOND) is False
        assert mailbox.takes(at=until) is True

    def test_never_takes_more_in_any_hour_whenever_they_are_tried(self, mailbox):
        taken = [at for at in every(minutes=7, over=HOUR * 8) if mailbox.takes(at=at)]

        for at in taken:
            assert sum(at <= each < at + HOUR for each in taken) <= 4

    def test_takes_eight_mails_a_day_that_strangers_cause(self, mailbox):
        taken = [mailbox.takes(at=NOON + HOUR * n) for n in range(24)]

        assert taken == [True] * 8 + [False] * 16

    def test_takes_ten_a_day_in_all(self, mailbox):
        for n in range(24):
            mailbox.takes(at=NOON + HOUR * n * 0.9)
        late = NOON + HOUR * 23

        assert [mailbox.takes(at=late, stranger=False) for _ in range(3)] == [True, True, False]

    def test_has_room_again_a_day_after_the_first_and_not_a_second_sooner(self, mailbox):
        for n in range(8):
            mailbox.takes(at=NOON + HOUR * n)

        assert mailbox.takes(at=NOON + HOUR * 24 - SECOND) is False
        assert mailbox.takes(at=NOON + HOUR * 24) is True
        assert mailbox.takes(at=NOON + HOUR * 24) is False

    def test_never_takes_more_in_any_day_though_old_ones_are_forgotten(self, mailbox, portal):
        times = every(minutes=97, over=timedelta(days=6))
        taken = [at for at in times if mailbox.takes(at=at)]

        assert len(taken) > LONGEST_LIST + 10
        for at in taken:
            assert sum(at <= each < at + HOUR * 24 for each in taken) <= 8
        (row,) = portal.rows("sign-in")
        assert len(row["sent"]) == len(row["mails"]) <= LONGEST_LIST
        assert row["sent"] == sorted(row["sent"], reverse=True)

    def test_forgets_nothing_that_a_day_of_personal_mails_needs(self, mailbox):
        times = every(minutes=97, over=timedelta(days=5))
        taken = [at for at in times if mailbox.takes(at=at, stranger=False)]

        assert len(taken) > LONGEST_LIST + 10
        for at in taken:
            assert sum(at <= each < at + HOUR * 24 for each in taken) <= 10

    def test_is_charged_once_for_one_mail(self, mailbox):
        assert [mailbox.takes(mail="chl/1") for _ in range(9)] == [True] * 9

        assert [mailbox.takes() for _ in range(4)] == [True] * 3 + [False]

    def test_grants_a_mail_again_when_it_is_full_meanwhile(self, mailbox):
        mailbox.takes(mail="chl/1")
        for _ in range(5):
            mailbox.takes()

        assert mailbox.takes(mail="chl/1") is True
        assert mailbox.takes(mail="chl/2") is False

    def test_is_charged_once_though_the_answer_was_lost(self, mailbox, wire):
        wire.lose_answers("dynamodb.UpdateItem", times=1)
        assert mailbox.takes() is True
        wire.mend()

        assert [mailbox.takes() for _ in range(4)] == [True] * 3 + [False]

    def test_rac_13_has_room_again_for_a_mail_that_is_given_back(self, mailbox):
        for n in range(4):
            mailbox.takes(mail=f"m{n}", at=NOON + timedelta(minutes=n))
        assert mailbox.takes(mail="m4", at=NOON + 5 * SECOND) is False

        mailbox.gives_back("m1")

        assert mailbox.takes(mail="m4", at=NOON + timedelta(minutes=5)) is True
        assert mailbox.takes(mail="m5", at=NOON + timedelta(minutes=5)) is False

    def test_rac_13_gives_one_mail_back_once(self, mailbox):
        for n in range(4):
            mailbox.takes(mail=f"m{n}")

        for _ in range(3):
            mailbox.gives_back("m2")

        assert [mailbox.takes() for _ in range(2)] == [True, False]

    def test_rac_13_gives_nothing_back_that_was_never_charged(self, mailbox):
        mailbox.gives_back("m0")
        for _ in range(4):
            mailbox.takes()
        mailbox.gives_back("another")

        assert mailbox.takes() is False

    def test_is_one_behind_all_its_spellings(self, mailbox):
        for spelling in ("ann@gmail.com", "ann+1@gmail.com", "a.n.n@gmail.com"):
            assert mailbox.takes(email=spelling) is True
        assert mailbox.takes(email="a.nn+x+y@googlemail.com") is True

        assert mailbox.takes(email="ann@gmail.com") is False

    def test_is_not_another_mailbox(self, mailbox):
        for _ in range(4):
            mailbox.takes()

        for other in ("anne@example.com", "ann@example.org", "bob@example.com"):
            assert mailbox.takes(email=other) is True

    def test_that_cannot_be_counted_is_not_written_to(self, mailbox, wire):
        wire.cut("dynamodb.UpdateItem")

        with pytest.raises(TryLater):
            mailbox.takes()

    def test_is_named_by_nothing_in_its_row(self, mailbox, portal):
        mailbox.takes()

        (row,) = portal.rows("sign-in")
        assert row["pk"].startswith("-mailbox#")
        assert not re.search(r"\bann\b|@|example", str(row))


class TestTheNumbers:
    def test_are_those_of_the_design(self):
        assert (MAILBOX.an_hour, MAILBOX.a_day) == (5, 10)
        assert (MAILBOX.for_strangers().an_hour, MAILBOX.for_strangers().a_day) == (4, 8)

    def test_keep_nothing_back_twice(self):
        assert MAILBOX.for_strangers().for_strangers() == MAILBOX.for_strangers()


class TestFolding:
    @pytest.mark.parametrize(
        ("email", "mailbox"),
        [
            ("ann@example.com", "ann@example.com"),
            ("ann+tickets@example.com", "ann@example.com"),
            ("a.n.n@example.com", "a.n.n@example.com"),
            ("a.n.n@gmail.com", "ann@gmail.com"),
            ("a.n.n+x+y@example.com", "a.n.n@example.com"),
            ("...@gmail.com", "...@gmail.com"),
            ("ann@googlemail.com", "ann@gmail.com"),
            ("+tag@example.com", "+tag@example.com"),
            ("...@example.com", "...@example.com"),
            ("ann@mail.example.com", "ann@mail.example.com"),
            # Nobody's: a canary asks for more codes than a person may (recipes/canary.yaml).
            ("success+7@simulator.amazonses.com", "success+7@simulator.amazonses.com"),
            (
                "success+7@simulator.amazonses.com.evil.test",
                "success@simulator.amazonses.com.evil.test",
            ),
        ],
    )
    def test_finds_the_mailbox_behind_an_address(self, email, mailbox):
        assert folded(email) == mailbox


def every(*, minutes: int, over: timedelta) -> list[datetime]:
    step = timedelta(minutes=minutes)
    return [NOON + step * n for n in range(over // step)]
