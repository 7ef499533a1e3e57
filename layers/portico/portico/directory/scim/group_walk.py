"""Reckon everybody anew when a workspace changes which groups let people in.

A row says how far it is, and each step takes a page of people. Who is to be reckoned is told by what
each of them says, so a step that is cut off, or taken twice, does no harm. Whoever is changed by the
directory meanwhile is reckoned with the change.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws import deadline
from portico.aws.tables import NOT_THERE, ConditionFailed, TransactionRefused, transact_surely
from portico.clock import epoch, moment
from portico.directory.scim.group_rule import GroupRule
from portico.directory.scim.group_store import reckoning_key
from portico.directory.scim.sync import DirectorySync, NameTaken, UserMoved
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.walk_state import ReckoningWalk, walk_of
from portico.errors import TryLater

PEOPLE_OF_A_STEP = 25
SETTLING = timedelta(seconds=30)
"""After a change, some doors still answer by the rule before. Whom they make then, the walk may have
passed already: so there is one more walk that begins after this, however long the first one took."""


@dataclass(frozen=True, slots=True)
class GroupReckoning:
    """The reckoning of one workspace."""

    sync: DirectorySync
    left: Callable[[int], object] = lambda _: None
    """Is told how many people a step has put out."""

    def is_due(self) -> bool:
        """Say whether somebody may still be reckoned by another rule than the settings have."""
        if not self._rule.at:
            return False
        return walk_of(self._row(), self._rule.at) is not ReckoningWalk.DONE

    def go_on(self, *, people: int = PEOPLE_OF_A_STEP) -> bool:
        """Take one step, of so many people. Returns whether everybody was reached once.

        Raises:
            TryLater: the step was not finished. The next one begins with it.
        """
        if not self._rule.at:
            return True
        row = self._row()
        if row is None or row["version"] < self._rule.at:
            row = self._begin()
        if row is None or row["done"] or row["version"] > self._rule.at:
            return row is not None
        if row["walks"] and not row["after"] and self.sync.clock.now() < _settled(row):
            return True
        users, last = self.sync.users.page(after=row["after"], size=people)
        put_out = 0
        try:
            for each in users:
                put_out += self._reckon(each)
                deadline.ask()
        finally:
            if put_out:
                self.left(put_out)
        self._advance(row, last)
        return last is None or row["walks"] > 0

    def _reckon(self, user: SyncedUser) -> bool:
        """Reckon one person, and say whether that has put them out."""
        for _ in range(2):
            if not self._rule.is_due(user):
                return False
            (after,) = self._rule.reckoned([user])
            try:
                if after.may_come_in is user.may_come_in:
                    transact_surely({"user": self.sync.users.touching(user, after)})
                else:
                    self.sync.regroup(user, after, {}, group="")
            except (UserMoved, TransactionRefused):
                # The directory has changed them in this moment, and has reckoned them perhaps.
                again = self.sync.users.get(user.id)
                if again is None:
                    return False
                user = again
                continue
            except NameTaken:
                # They stay out: somebody else has their address by now.
                return False
            return user.may_come_in and not after.may_come_in
        raise TryLater(cause="directory groups: a person keeps changing")

    def _begin(self) -> dict[str, Any] | None:
        pk, sk = reckoning_key(self.sync.workspace.id)
        new = {
            "pk": pk,
            "sk": sk,
            "version": self._rule.at,
            "since": epoch(self.sync.clock.now()),
            "after": "",
            "walks": 0,
            "done": False,
        }
        try:
            self.sync.users.rows.put(
                new, f"{NOT_THERE} OR version < :version", {":version": self._rule.at}
            )
        except ConditionFailed:
            # Somebody else has begun it, or knows a newer rule.
            return None
        return new

    def _advance(self, row: dict[str, Any], last: str | None) -> None:
        ends = last is None
        values = {
            ":version": row["version"],
            ":before": row["after"],
            ":after": last or "",
            ":walks": row["walks"] + ends,
            ":done": ends and row["walks"] > 0,
        }
        # Whoever was quicker has gone further.
        with suppress(ConditionFailed):
            self.sync.users.rows.update(
                *reckoning_key(self.sync.workspace.id),
                "SET after = :after, walks = :walks, done = :done",
                "version = :version AND after = :before",
                values,
            )

    def _row(self) -> dict[str, Any] | None:
        return self.sync.users.rows.get(*reckoning_key(self.sync.workspace.id))

    @property
    def _rule(self) -> GroupRule:
        return GroupRule(self.sync.table, self.sync.workspace)


def _settled(row: dict[str, Any]) -> datetime:
    """Return when no door answers any longer by the rule before."""
    return moment(row["since"]) + SETTLING
