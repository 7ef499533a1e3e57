"""Whose access is held, and whom the team keeps: they are listed, and the team decides.

Every check of access compares the moment by itself. What is left of a leaving, as its lines in the
trail and what portals are told, is written by whoever meets somebody whose moment has passed.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from portico.aws import deadline
from portico.aws.queries import page_within
from portico.aws.tables import Parts, Rows
from portico.clock import epoch
from portico.directory.scim.sync import DirectorySync, NameTaken, UserMoved
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_store import held_in
from portico.errors import TryLater

_HELD = "held#"
SETTLED_AT_ONCE = 10
"""People whose moment has passed, whom one request of a directory puts out."""
DECIDED_AT_ONCE = 25
"""People of one decision: each is a transaction of their own."""
MOST_HELD_COUNTED = 100
_TRIES = 3


class HeldDecision(StrEnum):
    """What the team says of somebody whose access is held."""

    LEAVE = "leave"
    KEEP = "keep"


class HeldOutcome(StrEnum):
    """What came of it."""

    LEFT = "left"
    """They are out."""
    KEPT = "kept"
    """They stay until the directory says something new of them."""
    PASSED = "passed"
    """They were to be kept, and their moment had passed: they are out."""
    NOT_HELD = "not-held"
    """Nothing is held of them: somebody else has decided, or the directory has said something new."""


@dataclass(frozen=True, slots=True)
class HeldPeople:
    """The held people of one workspace."""

    sync: DirectorySync

    def page(self, *, after: str, size: int) -> tuple[list[SyncedUser], str | None]:
        """Return a page of the list, those whose moment comes first at its head, and where the next
        one begins; ``None``: it is the last. Whose moment has passed is no longer in it.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        rows, last = page_within(self._rows, self._pk, after=after, size=size)
        ids, now = [_id(row["sk"]) for row in rows], self.sync.clock.now()
        users = {each.id: each for each in self.sync.users.many(ids)}
        found = [users[each] for each in ids if each in users]
        return [each for each in found if each.hold and each.hold.lasts(at=now)], last

    def count(self) -> int:
        """Count whose access is held, up to a hundred.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        return len(page_within(self._rows, self._pk, starting=_HELD, size=MOST_HELD_COUNTED)[0])

    def settle(self, *, people: int = SETTLED_AT_ONCE) -> int:
        """Put out whose moment has passed, up to so many, and return how many those were.

        Raises:
            TryLater: not all of them were. The next one begins with those that are left.
        """
        now, settled = self.sync.clock.now(), 0
        rows, _ = page_within(self._rows, self._pk, starting=_HELD, size=people)
        due = [each["sk"] for each in rows if _until(each["sk"]) <= epoch(now)]
        rest = deadline.OneByOne()
        for user in self.sync.users.many(map(_id, due)):
            if user.hold is None or user.hold.lasts(at=now):
                continue
            # Their directory may say something of them in this moment, which settles them.
            with rest.each(), suppress(UserMoved):
                self.sync.let_go(user)
                settled += 1
            deadline.ask()
        rest.end()
        return settled

    def decide(
        self, decision: HeldDecision, id_: str, telling: Callable[[SyncedUser], Parts]
    ) -> HeldOutcome:
        """Write what the team says of one person. Said again, it changes nothing.

        Args:
            decision: what it says.
            id_: the user's id.
            telling: returns the parts that tell owners that somebody is kept.

        Raises:
            RoleTooHigh: one of their contacts has a role that is out of the caller's reach.
            TryLater: nothing was written.
        """
        for _ in range(_TRIES):
            user, now = self.sync.users.get(id_), self.sync.clock.now()
            if user is None or user.hold is None:
                return HeldOutcome.NOT_HELD
            has_passed = not user.hold.lasts(at=now)
            if decision is HeldDecision.KEEP and user.hold.is_kept:
                return HeldOutcome.KEPT
            try:
                if decision is HeldDecision.KEEP and not has_passed:
                    self.sync.keep(user, also=telling(user))
                    return HeldOutcome.KEPT
                self.sync.let_go(user)
            except (UserMoved, NameTaken):
                continue
            return HeldOutcome.PASSED if decision is HeldDecision.KEEP else HeldOutcome.LEFT
        raise TryLater(cause="directory hold: the person keeps changing")

    @property
    def _pk(self) -> str:
        return held_in(self.sync.workspace.id)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sync.table, f"{self.sync.workspace.id}#")


def _id(place: str) -> str:
    return place.rpartition("#")[2]


def _until(place: str) -> int:
    return int(place.split("#")[1])
