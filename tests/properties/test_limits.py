"""What holds for every budget, in whatever order and whenever it is asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import strategies as st

from portico.errors import TooManyRequests
from portico.limits.mailboxes import Mailboxes
from portico.limits.rules import DAY, HOUR, MAILBOX, MailboxBudget, NetworkBudget
from portico.limits.store import Limits
from tests.properties.model import busiest

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = bytes(range(32))
MINUTE = timedelta(minutes=1)
SMALL = MailboxBudget(an_hour=3, a_day=5, kept_an_hour=1, kept_a_day=2)
BUDGETS = {
    "of an hour": (SMALL, st.sampled_from([0, 1, 60, 900, 1800, 3599, 3600, 3601])),
    "of a day": (MAILBOX, st.sampled_from([0, 900, 3600, 7200, 40_000, 86_399, 86_400])),
}
NETWORK = NetworkBudget(a_minute=3, an_hour=7)

_addresses = (f"somebody-{n}" for n in count())
"""Nobody is asked for twice, so that no example has to empty the tables of the last."""


@dataclass(frozen=True)
class Asked:
    """One mail, so long after the one before; less than nothing where a clock runs behind."""

    after: timedelta
    stranger: bool
    again: bool
    """The sender's retry of the mail before."""


def asked(*, gaps: st.SearchStrategy[float], most: int) -> st.SearchStrategy[list[Asked]]:
    seconds = st.one_of(gaps, gaps, st.integers(-4, 4)).map(lambda s: timedelta(seconds=s))
    one = st.builds(Asked, seconds, st.booleans(), st.integers(0, 5).map(lambda n: n == 0))
    return st.lists(one, min_size=most // 2, max_size=most)


def times(each: list[Asked]) -> Iterator[tuple[Asked, datetime]]:
    at = NOON
    for one in each:
        at += one.after
        yield one, at


class TestAMailbox:
    @pytest.mark.parametrize("kind", BUDGETS)
    def test_is_never_sent_more_than_its_budget_in_any_hour_or_day(self, always, tables, kind):
        budget, gaps = BUDGETS[kind]

        @always(asked(gaps=gaps, most=24), of_rows=True)
        def is_spared(mails):
            email, mailboxes = f"{next(_addresses)}@example.com", Mailboxes("sign-in", budget)
            sent: list[tuple[datetime, bool]] = []
            name, granted = "", False
            for n, (mail, at) in enumerate(times(mails)):
                is_again = mail.again and name != ""
                name = name if is_again else f"mail-{n}"
                before = granted
                spent = mailboxes.charge(email, key=KEY, mail=name, stranger=mail.stranger, at=at)
                granted = spent is None
                assert granted or (spent is not None and spent.until > at)
                if is_again and before:
                    assert granted
                elif granted:
                    sent.append((at, mail.stranger))
                else:
                    assert has_no_room(sent, budget, stranger=mail.stranger, at=at)
            for window, most_of_all, most_of_strangers in (
                (HOUR, budget.an_hour, budget.an_hour - budget.kept_an_hour),
                (DAY, budget.a_day, budget.a_day - budget.kept_a_day),
            ):
                assert busiest(window, [at for at, _ in sent]) <= most_of_all
                strangers = [at for at, is_stranger in sent if is_stranger]
                assert busiest(window, strangers) <= most_of_strangers

    def test_is_spared_by_senders_whose_clocks_differ(self, tables):
        mailboxes = Mailboxes("sign-in")
        personal = [10, 6, 3000, 3000, 3000]
        sent = [(second, False) for second in personal] + [(3606, True), (3606, False)]

        granted = [
            mailboxes.charge(
                "ann@example.com",
                key=KEY,
                mail=f"mail-{n}",
                stranger=stranger,
                at=NOON + timedelta(seconds=second),
            )
            is None
            for n, (second, stranger) in enumerate(sent)
        ]

        # The first is ten seconds old by its sender's clock, and still within the hour.
        assert granted == [True] * 5 + [False, False]


class TestANetwork:
    def test_never_starts_more_than_its_budget_in_any_minute_or_hour(self, always, tables):
        gaps = st.sampled_from([0, 0, 1, 5, 19, 20, 59, 60, 61, 600, 3599, 3600])

        @always(asked(gaps=gaps, most=30), of_rows=True)
        def is_held(starts):
            network, limits = next(_addresses), Limits("sign-in", network=NETWORK)
            minutes: Counter[datetime] = Counter()
            hours: Counter[datetime] = Counter()
            started = []
            for _, at in times(starts):
                minute = at.replace(second=0)
                hour = minute.replace(minute=0)
                wait = wait_of(limits, network, at=at)
                if wait is None:
                    minutes[minute] += 1
                    hours[hour] += 1
                    started.append(at)
                    continue
                # Never for nothing, and it says truly when it will be over.
                hour_is_spent = hours[hour] == NETWORK.total_for("shared")
                assert hour_is_spent or minutes[minute] == NETWORK.a_minute
                assert wait == (hour + HOUR if hour_is_spent else minute + MINUTE) - at
            assert max(minutes.values()) <= NETWORK.a_minute
            assert max(hours.values()) <= NETWORK.total_for("shared")
            # The windows are the clock's, so one that slides over two of them may hold both.
            assert busiest(MINUTE, started) <= 2 * NETWORK.a_minute
            assert busiest(HOUR, started) <= 2 * NETWORK.an_hour


def wait_of(limits: Limits, network: str, *, at: datetime) -> timedelta | None:
    """Start once, and return how long a refused start has to wait."""
    try:
        limits.count_start(network, bucket="shared", office=None, at=at)
    except TooManyRequests as refused:
        return refused.retry_after
    return None


def has_no_room(
    sent: list[tuple[datetime, bool]], budget: MailboxBudget, *, stranger: bool, at: datetime
) -> bool:
    """Whether one more would be too many; a clock that runs behind may err by its seconds."""
    allowed = budget.for_strangers() if stranger else budget
    skew = timedelta(minutes=5)
    return (
        sum(each > at - HOUR - skew for each, _ in sent) >= allowed.an_hour
        or sum(each > at - DAY - skew for each, _ in sent) >= allowed.a_day
    )
