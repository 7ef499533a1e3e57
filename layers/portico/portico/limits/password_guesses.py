"""Count password guesses for one address, before any password is compared."""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from portico.aws.tables import IS_THERE, ConditionFailed, Rows
from portico.clock import epoch, moment
from portico.errors import GuessesSpent, seconds_until
from portico.events import Event
from portico.ids import base64url, digest
from portico.limits.rules import DAY, GUESSES, HOUR, LONGEST_LIST, GuessBudget

STRANGERS = "budget"
"""The row of whoever has signed nobody in before."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The address or contact of a guess, and its request."""

    who: str
    """The normalised address; for a personal link, its contact's id."""
    by: str
    """The gateway's id of the request, so that a write repeated by the SDK is one guess."""
    known: str | None = None
    """The contact's id, if the browser has signed this contact in before. All known browsers of a
    contact share one budget."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess that was counted."""

    pk: str
    sk: str
    by: str

    @property
    def is_strangers(self) -> bool:
        """Whether it was counted where everybody's guesses are."""
        return self.sk == STRANGERS


@dataclass(frozen=True, slots=True)
class Guesses:
    """The password guesses of one workspace."""

    table: str
    workspace_id: str
    budget: GuessBudget = GUESSES

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#guess#")

    def count(self, tried: Tried, *, key: bytes, at: datetime) -> Guess:
        """Count one guess in both windows, in one write.

        The row lists the times of the latest guesses, newest first. So *fewer than ten within
        the hour* means *the tenth newest is older than an hour*.

        Args:
            tried: for whom, and by which request.
            key: 32 bytes. The row's key is an HMAC, so that the table names nobody.
            at: the time.

        Raises:
            GuessesSpent: the budget is spent. Nothing was counted; compare nothing.
            TryLater: the counter is out of reach; compare nothing.
        """
        guess = self._guess(tried, key)
        hour, day = self.budget.an_hour - 1, self.budget.a_day - 1
        hour_has_room = f"(attribute_not_exists(made[{hour}]) OR made[{hour}] <= :hour_ago)"
        day_has_room = f"(attribute_not_exists(made[{day}]) OR made[{day}] <= :day_ago)"
        is_another = "(attribute_not_exists(made_by) OR made_by <> :by)"
        try:
            row = self.rows.update(
                guess.pk,
                guess.sk,
                "SET made = list_append(:times, if_not_exists(made, :none)), made_by = :by, "
                "expires_at = :ends, ttl = :ends REMOVE event",
                f"{hour_has_room} AND {day_has_room} AND {is_another}",
                {
                    ":times": [epoch(at)],
                    ":none": [],
                    ":by": guess.by,
                    ":hour_ago": epoch(at - HOUR),
                    ":day_ago": epoch(at - DAY),
                    ":ends": epoch(at + 2 * DAY),
                },
            )
        except ConditionFailed as failed:
            row = failed.row or {"made": []}
            if row.get("made_by") != guess.by:
                raise GuessesSpent(self._wait(row["made"], at=at)) from None
        if len(row["made"]) > LONGEST_LIST:
            doomed = range(self.budget.a_day, len(row["made"]))
            change = f"REMOVE {', '.join(f'made[{n}]' for n in doomed)}"
            self.rows.update(guess.pk, guess.sk, change, IS_THERE)
        return guess

    def give_back(self, guess: Guess) -> None:
        """Undo the count of a guess that was never compared, or was right.

        After another guess, the count stays, and ends within an hour.
        """
        change = "REMOVE made[0], made_by"
        with suppress(ConditionFailed):
            self.rows.update(guess.pk, guess.sk, change, "made_by = :by", {":by": guess.by})

    def note(self, guess: Guess, event: Event) -> None:
        """Record the outcome of a guess."""
        values = {":event": event.rider()}
        with suppress(ConditionFailed):
            self.rows.update(guess.pk, guess.sk, "SET event = :event", IS_THERE, values)

    def _guess(self, tried: Tried, key: bytes) -> Guess:
        text = f"guess|{self.workspace_id}|{tried.who}"
        name = base64url(hmac.digest(key, text.encode(), sha256))
        kind = f"known-{digest(tried.known)[:16]}" if tried.known else STRANGERS
        return Guess(f"{self.workspace_id}#guess#{name}", kind, tried.by)

    def _wait(self, made: list[int], *, at: datetime) -> timedelta:
        windows = (self.budget.an_hour, HOUR), (self.budget.a_day, DAY)
        frees = [moment(made[n - 1]) + window for n, window in windows if len(made) >= n]
        return seconds_until(max(frees, default=at), at=at)
