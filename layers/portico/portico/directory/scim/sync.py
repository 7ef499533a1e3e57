"""Write what a directory says of a user: resource, record, contacts and line in one transaction."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock
from portico.directory.scim.departure import Departure
from portico.directory.scim.group_rule import GroupRule
from portico.directory.scim.hold import Brake, Hold
from portico.directory.scim.refusals import record_subject
from portico.directory.scim.synced_contacts import SyncedContacts, TeamLeaves, person_of
from portico.directory.scim.synced_user import SyncedUser, document_of, forgotten
from portico.directory.scim.user_store import SyncedUsers
from portico.directory.store import BesideRefused, Directory, InUse, Record
from portico.errors import Refused, TryLater
from portico.events import Event
from portico.ids import random_part
from portico.people.memberships import ABOVE_ALL, Reach
from portico.people.rules import Workspace

SYNC_TRIES = 3
"""How often a user is written anew while somebody changes their contact."""


@dataclass(eq=False)
class NameTaken(Refused):
    """Another user, or another active record, has the user name or the address."""

    what: str


class UserMoved(Refused):
    """The user was changed or deleted since they were read."""


@dataclass(frozen=True, slots=True)
class DirectorySync:
    """What one key says of the directory of one workspace."""

    table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM
    new_id: str = field(default_factory=random_part)
    """Of the user that this request may make."""
    brake: Brake | None = None
    """Decides whether somebody leaves at once; ``None``: everybody does."""
    reach: Reach = ABOVE_ALL
    """Whose access it may end. A directory's reaches everybody."""

    @property
    def users(self) -> SyncedUsers:
        """The users as they are."""
        return SyncedUsers(self.table, self.workspace.id)

    def create(self, sent: dict[str, Any]) -> SyncedUser:
        """Keep a new user.

        Raises:
            InvalidRequest: a value is not valid.
            NameTaken: the name or an address is another's. A repeat of a request that went through
                ends here as well.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        document = document_of(sent)
        # Nobody new is in a group yet.
        allowed, ruled_at = self._rule.lets_everybody_in, self._rule.at
        user = SyncedUser(self.new_id, 1, now, now, document, allowed=allowed, ruled_at=ruled_at)
        try:
            return self._write(None, user, user.record(at=now), at=now) or user
        except UserMoved:
            # This very request has kept them, and its answer was lost on the way to us.
            kept = self.users.get(user.id)
            if kept is None or kept.document != document:
                raise
            return kept

    def change(self, before: SyncedUser, sent: dict[str, Any]) -> SyncedUser:
        """Keep another state of a user.

        Raises:
            InvalidRequest: a value is not valid.
            NameTaken: the name or an address is another's.
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        document = document_of(sent)
        is_due = self._rule.is_due(before)
        is_over = before.hold is not None and not before.hold.lasts(at=now)
        if document == before.document and not (is_due or is_over):
            return before
        user = replace(before, version=before.version + 1)
        if is_due:
            (user,) = self._rule.reckoned([before])
        user = replace(user, changed_at=now, document=document)
        return self._write(before, user, user.record(at=now), at=now) or user

    def regroup(self, before: SyncedUser, after: SyncedUser, also: Parts, *, group: str) -> None:
        """Keep what groups say of a user who may come in by it, or no longer may.

        Args:
            before: as they were read.
            after: as they are reckoned.
            also: parts of the same transaction, which cannot refuse.
            group: the group that it comes from, for the trail.

        Raises:
            NameTaken: they would come in by an address that is another's by now.
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        record = after.record(at=now)
        self._write(before, after, record, at=now, also=also, group=group)

    def let_go(self, before: SyncedUser, *, also: Parts | None = None) -> SyncedUser:
        """End what is held of somebody, or whom the team keeps: they are out, as by any leaving.

        Args:
            before: as they were read, with a hold.
            also: parts of the same transaction, which cannot refuse.

        Raises:
            RoleTooHigh: one of their contacts has a role that is out of reach.
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        after = replace(before, version=before.version + 1, hold=None)
        lasts = before.hold is not None and before.hold.lasts(at=now)
        what = "let-go" if lasts else "deactivated"
        return (
            self._write(before, after, after.record(at=now), at=now, also=also, what=what) or after
        )

    def keep(self, before: SyncedUser, *, also: Parts) -> SyncedUser:
        """Keep somebody in whose access is held, until the directory says something new of them.

        Args:
            before: as they were read, with a hold that lasts.
            also: parts of the same transaction, which cannot refuse.

        Raises:
            NameTaken: the moment has passed meanwhile, and an address is another's.
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        hold = replace(before.hold, kept_at=now, kept_by=self.by) if before.hold else None
        after = replace(before, version=before.version + 1, hold=hold)
        return (
            self._write(before, after, after.record(at=now), at=now, also=also, what="kept")
            or after
        )

    def delete(self, before: SyncedUser) -> None:
        """Forget a user: their access ends, and what is left of the record names nobody.

        Raises:
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        self._write(before, None, forgotten(before, at=now), at=now)

    def _write(
        self,
        before: SyncedUser | None,
        after: SyncedUser | None,
        record: Record,
        *,
        at: datetime,
        also: Parts | None = None,
        group: str | None = None,
        what: str | None = None,
    ) -> SyncedUser | None:
        contacts = SyncedContacts(self.table, self.workspace, self.by, at, reach=self.reach)
        departure = Departure(before, after, at)
        # Where the team has changed the rule of groups itself, nobody is out by mistake.
        may_hold = departure.may_be_held and group != ""
        kept = state = departure.state
        counted: Parts = {}

        def beside(came_in: frozenset[str]) -> Parts:
            nonlocal kept
            of_contacts: Parts = {}
            if before is not None and departure.is_one:
                if kept is None or kept.hold is None:
                    of_contacts = contacts.leaving(before, came_in)
                else:
                    ids, of_contacts = contacts.holding(before, came_in, kept.hold.until)
                    kept = replace(kept, hold=replace(kept.hold, contacts=ids))
            elif before is not None and what == "kept":
                of_contacts = contacts.releasing(before)
            elif state is not None and state.may_come_in:
                kept, of_contacts = contacts.staying(before, state, came_in)
            return {**self.users.moving(before, kept), **of_contacts, **counted, **(also or {})}

        directory = Directory(self.table, self.workspace.id)
        for _ in range(SYNC_TRIES):
            kept, counted = state, {}
            if may_hold and self.brake is not None and before is not None and kept is not None:
                told = self.brake.ask(self.users.count_active, at=at)
                if isinstance(told, datetime):
                    kept = replace(kept, hold=Hold(at, told, self.by, person_of(before)))
                else:
                    counted = told
            now = kept.record(at=at) if kept else record
            try:
                directory.put(
                    now, self._event(now, before, kept, at, group, what), beside, takes_over=True
                )
            except TeamLeaves:
                may_hold = False
                continue
            except InUse:
                if not now.active:
                    # Somebody else has got an address in this moment that only they find by now.
                    continue
                raise NameTaken("emails") from None
            except BesideRefused as refused:
                if "user name" in refused.failed:
                    raise NameTaken("userName") from None
                if "user" in refused.failed:
                    raise UserMoved from None
                # Somebody has changed the contact in this moment, or has taken the address, or
                # others have left.
                continue
            if counted and self.brake is not None:
                self.brake.count()
            return kept
        raise TryLater(cause="directory sync: contacts keep changing")

    @property
    def _rule(self) -> GroupRule:
        return GroupRule(self.table, self.workspace)

    def _event(
        self,
        record: Record,
        before: SyncedUser | None,
        after: SyncedUser | None,
        at: datetime,
        group: str | None,
        what: str | None,
    ) -> Event:
        leaves = before is not None and before.is_known_inside and not record.active
        is_held = record.held_until is not None and before is not None and before.hold is None
        if what is None:
            what = "deactivated" if leaves else "changed" if before else "added"
            what = "held" if is_held else what
        old, new = (each.document if each else {} for each in (before, after))
        fields = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        if before and after and before.allowed is not after.allowed:
            fields.append("groups")
        detail = {"source": record.source, "fields": " ".join(fields)}
        detail |= {"group": group} if group else {}
        detail |= {"until": record.held_until.isoformat()} if is_held and record.held_until else {}
        if after is None:
            detail = {"source": record.source, "deleted": "yes"}
        subject = record_subject(record.source, record.external_id)
        days = self.workspace.trail_days
        return Event(f"record.{what}", at, subject, days, self.by, detail=detail)
