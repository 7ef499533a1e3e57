"""How often a password may be tried for one address."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from portico.errors import GuessesSpent, TryLater
from portico.events import Event
from portico.limits.password_guesses import Guess, Guesses, Tried
from portico.limits.rules import GUESSES, LONGEST_LIST

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
KEY = bytes(range(32))


class Address:
    """One address, and whoever tries passwords for it."""

    def __init__(self) -> None:
        self._guesses = Guesses("sign-in", "acme")
        self._requests = 0

    def counts(self, *, at=NOON, who="ann@example.com", known=None, by="") -> Guess | None:
        self._requests += 1
        tried = Tried(who, by or f"request-{self._requests}", known)
        try:
            return self._guesses.count(tried, key=KEY, at=at)
        except GuessesSpent:
            return None

    def spent(self, *, at=NOON) -> timedelta | None:
        with pytest.raises(GuessesSpent) as refused:
            self._guesses.count(Tried("ann@example.com", "late"), key=KEY, at=at)
        return refused.value.retry_after

    def gives_back(self, guess: Guess | None) -> None:
        assert guess is not None
        self._guesses.give_back(guess)


@pytest.fixture
def address(tables) -> Address:
    return Address()


def granted(guesses: list[Guess | None]) -> int:
    return sum(each is not None for each in guesses)


class TestAnAddress:
    def test_rat_04_is_tried_ten_times_an_hour(self, address):
        assert granted([address.counts() for _ in range(15)]) == 10

    def test_rat_04_is_tried_twenty_times_a_day(self, address):
        tries = [address.counts(at=NOON + timedelta(minutes=7) * n) for n in range(40)]

        assert granted(tries) == 20

    def test_rat_04_is_never_tried_more_often_in_any_hour_or_day(self, address):
        bursts = [NOON + HOUR * 9 * n for n in range(9)]
        times = [at + timedelta(minutes=4) * n for at in bursts for n in range(12)]
        taken = [at for at in times if address.counts(at=at)]

        assert len(taken) > LONGEST_LIST + 10
        for at in taken:
            assert sum(at <= each < at + HOUR for each in taken) <= 10
            assert sum(at <= each < at + 24 * HOUR for each in taken) <= 20

    def test_is_told_when_it_may_be_tried_again_to_the_second(self, address):
        for n in range(10):
            address.counts(at=NOON + SECOND * n)

        assert address.spent(at=NOON + SECOND * 60) == HOUR - SECOND * 60
        assert address.counts(at=NOON + HOUR - SECOND) is None
        assert address.counts(at=NOON + HOUR) is not None

    def test_is_told_to_wait_for_the_day_when_that_is_spent(self, address):
        for n in range(20):
            address.counts(at=NOON + HOUR * n / 5)

        assert address.spent(at=NOON + HOUR * 10) == HOUR * 14

    def test_is_not_another_address(self, address):
        for _ in range(10):
            address.counts()

        assert address.counts(who="bob@example.com") is not None

    def test_rat_03_has_a_budget_of_its_own_for_browsers_known_from_before(self, address):
        for _ in range(10):
            address.counts()

        assert granted([address.counts(known="ct_ann") for _ in range(15)]) == 10

    def test_rat_03_keeps_its_budget_when_a_known_browser_has_spent_its_own(self, address):
        for _ in range(15):
            address.counts(known="ct_ann")

        assert address.counts() is not None

    def test_is_named_by_nothing_in_its_row(self, address, portal):
        address.counts()

        (row,) = portal.rows("sign-in")
        assert row["pk"].startswith("acme#guess#")
        assert not re.search(r"\bann\b|@", str(row))

    def test_has_a_row_that_does_not_grow(self, address, portal):
        for n in range(40):
            address.counts(at=NOON + HOUR * 2 * n)

        (row,) = portal.rows("sign-in")
        assert len(row["made"]) <= LONGEST_LIST
        assert row["made"] == sorted(row["made"], reverse=True)


class TestAGuess:
    def test_is_counted_once_though_the_answer_was_lost(self, address, wire):
        wire.lose_answers("dynamodb.UpdateItem", times=1)
        address.counts()
        wire.mend()

        assert granted([address.counts() for _ in range(15)]) == 9

    def test_rat_05_that_cannot_be_counted_is_not_granted(self, address, wire):
        wire.cut("dynamodb.UpdateItem")

        with pytest.raises(TryLater):
            address.counts()

    def test_is_given_back(self, address):
        for _ in range(3):
            address.gives_back(address.counts())

        assert granted([address.counts() for _ in range(15)]) == 10

    def test_is_given_back_once(self, address):
        kept = [address.counts() for _ in range(9)]
        last = address.counts()
        address.gives_back(last)
        address.gives_back(last)
        address.gives_back(kept[0])

        assert granted([address.counts() for _ in range(15)]) == 1

    def test_stays_counted_when_another_came_after_it(self, address):
        first = address.counts()
        address.counts()
        address.gives_back(first)

        assert granted([address.counts() for _ in range(15)]) == 8

    def test_carries_what_became_of_it_until_the_next(self, address, portal):
        guess = address.counts()
        event = Event("password.refused", NOON, "ct_ann", 365)
        Guesses("sign-in", "acme").note(guess, event)
        assert portal.rows("sign-in")[0]["event"]["name"] == "password.refused"

        address.counts()

        assert "event" not in portal.rows("sign-in")[0]


class TestTheNumbers:
    def test_are_those_of_the_design(self):
        assert (GUESSES.an_hour, GUESSES.a_day) == (10, 20)
