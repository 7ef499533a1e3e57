"""How often a password may be tried for one address. Counted first, and compared afterwards."""

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


@dataclass(frozen=True, slots=True)
class Tried:
    """For whom a password is tried, and by which request."""

    who: str
    """The address in its one spelling; for a personal link, its contact's id."""
    by: str
    """The gateway's id of the request: a write that the SDK repeats is one guess."""
    known: str | None = None
    """The contact's id, where the browser has signed this very contact in before. All of a
    contact's known browsers have one budget."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess that was counted."""

    pk: str
    sk: str
    by: str


@dataclass(frozen=True, slots=True)
class Guesses:
    """The guesses at passwords of one workspace."""

    table: str
    workspace_id: str
    budget: GuessBudget = GUESSES

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#guess#")

    def count(self, tried: Tried, *, key: bytes, at: datetime) -> Guess:
        """Count one guess, both windows in one write.

        The row lists the times of the newest guesses, newest first: *fewer than ten within the
        hour* is *the tenth newest is older than an hour*.

        Args:
            tried: for whom, and by which request.
            key: 32 bytes; the row's key is an HMAC, so that the table names nobody.
            at: the time.

        Raises:
            GuessesSpent: nothing was counted, and nothing may be compared.
            TryLater: the counter is out of reach, so the door stays closed.
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
        """Undo the count of a guess that was never compared, or was right and led to nothing.

        Where another guess has come after it, it stays counted: an hour from now it is forgotten.
        """
        change = "REMOVE made[0], made_by"
        with suppress(ConditionFailed):
            self.rows.update(guess.pk, guess.sk, change, "made_by = :by", {":by": guess.by})

    def note(self, guess: Guess, event: Event) -> None:
        """Record what became of a guess."""
        values = {":event": event.rider()}
        with suppress(ConditionFailed):
            self.rows.update(guess.pk, guess.sk, "SET event = :event", IS_THERE, values)

    def _guess(self, tried: Tried, key: bytes) -> Guess:
        text = f"guess|{self.workspace_id}|{tried.who}"
        name = base64url(hmac.digest(key, text.encode(), sha256))
        kind = f"known-{digest(tried.known)[:16]}" if tried.known else "budget"
        return Guess(f"{self.workspace_id}#guess#{name}", kind, tried.by)

    def _wait(self, made: list[int], *, at: datetime) -> timedelta:
        windows = (self.budget.an_hour, HOUR), (self.budget.a_day, DAY)
        frees = [moment(made[n - 1]) + window for n, window in windows if len(made) >= n]
        return seconds_until(max(frees, default=at), at=at)
