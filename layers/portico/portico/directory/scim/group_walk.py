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
from portico.directory.scim.walk_state import ReckoningWalk, has_reached_all, walk_of
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

        Somebody whose row is at fault keeps nobody else waiting: whoever a walk misses has another.

        Raises:
            TryLater: the step was not finished, and the next one begins with it; or somebody was
                missed, whom another walk will find.
        """
        if not self._rule.at:
            return True
        row = self._row()
        if row is None or row["version"] < self._rule.at:
            row = self._begin()
        if row is None or row["done"] or row["version"] > self._rule.at:
            return row is not None
        if row["walks"] and not row["after"] and self.sync.clock.now() < _settled(row):
            _demand_all(row)
            return True
        users, last = self.sync.users.page(after=row["after"], size=people)
        put_out, rest = 0, deadline.OneByOne()
        try:
            for each in users:
                with rest.each():
                    put_out += self._reckon(each)
                deadline.ask()
        finally:
            if put_out:
                self.left(put_out)
        row = self._advance(row, last, missed=rest.fault is not None)
        rest.end()
        if last is None:
            _demand_all(row)
        return has_reached_all(row)

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
            "missed": 0,
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

    def _advance(self, row: dict[str, Any], last: str | None, *, missed: bool) -> dict[str, Any]:
        """Write how far a step has come, and return the row as it is then."""
        ends, walk = last is None, row["walks"] + 1
        # A row of before has no such member.
        missed_last = walk if missed else row.get("missed", 0)
        after = {
            "after": last or "",
            "walks": row["walks"] + ends,
            "missed": missed_last,
            "done": ends and row["walks"] > 0 and missed_last < walk,
        }
        values = {f":{name}": value for name, value in after.items()}
        # Whoever was quicker has gone further.
        with suppress(ConditionFailed):
            self.sync.users.rows.update(
                *reckoning_key(self.sync.workspace.id),
                "SET after = :after, walks = :walks, missed = :missed, done = :done",
                "version = :version AND after = :before",
                values | {":version": row["version"], ":before": row["after"]},
            )
        return row | after

    def _row(self) -> dict[str, Any] | None:
        return self.sync.users.rows.get(*reckoning_key(self.sync.workspace.id))

    @property
    def _rule(self) -> GroupRule:
        return GroupRule(self.sync.table, self.sync.workspace)


def _demand_all(row: dict[str, Any]) -> None:
    """Tell that a whole walk has missed somebody.

    Raises:
        TryLater: it has.
    """
    if not has_reached_all(row):
        raise TryLater(cause="directory groups: not everybody could be reckoned")


def _settled(row: dict[str, Any]) -> datetime:
    """Return when no door answers any longer by the rule before."""
    return moment(row["since"]) + SETTLING
