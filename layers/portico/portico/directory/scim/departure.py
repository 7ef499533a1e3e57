"""Whether somebody leaves by what a directory says of them, and whether that may be held."""

from dataclasses import dataclass, replace
from datetime import datetime

from portico.directory.scim.synced_user import SyncedUser


@dataclass(frozen=True, slots=True)
class Departure:
    """A change of a user, judged by who may come in before it and after it."""

    before: SyncedUser | None
    """As they were read; ``None``: they are new."""
    after: SyncedUser | None
    """As they are to be; ``None``: they are deleted."""
    at: datetime

    @property
    def state(self) -> SyncedUser | None:
        """The user as they are kept: with a hold only if they stay in by it."""
        if self.after is None or self.stays_held:
            return self.after
        return replace(self.after, hold=None)

    @property
    def stays_held(self) -> bool:
        """Whether the directory has them as gone, and they stay in all the same.

        What is held goes on until its moment, whatever is sent of somebody who is gone. Whom the
        team keeps stays until something new is sent.
        """
        if self.before is None or self.before.hold is None or self.after is None:
            return False
        hold = None if self.after.may_come_in else self.after.hold
        return hold is not None and hold.lasts(at=self.at) and not self.before.hold.is_kept

    @property
    def is_one(self) -> bool:
        """Whether they were in, and are not any more."""
        was_in = self.before is not None and self.before.is_known_inside
        is_in = self.after is not None and (self.after.may_come_in or self.stays_held)
        return was_in and not is_in

    @property
    def may_be_held(self) -> bool:
        """Whether a brake may hold it. Who is deleted is forgotten, and out at once; and what was held
        is not held twice.
        """
        if self.before is None or self.after is None or not self.is_one:
            return False
        is_kept = self.before.hold is not None and self.before.hold.is_kept
        return self.before.may_come_in or (is_kept and self.after.hold is not None)
