"""Write what a directory says of a user: resource, record, contacts and line in one transaction."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock
from portico.directory.scim.refusals import record_subject
from portico.directory.scim.synced_contacts import SyncedContacts
from portico.directory.scim.synced_user import SyncedUser, document_of, forgotten
from portico.directory.scim.user_store import SyncedUsers
from portico.directory.store import BesideRefused, Directory, InUse, Record
from portico.errors import Refused, TryLater
from portico.events import Event
from portico.ids import random_part
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
        user = SyncedUser(self.new_id, 1, now, now, document)
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
        if document == before.document:
            return before
        user = replace(before, version=before.version + 1, changed_at=now, document=document)
        return self._write(before, user, user.record(at=now), at=now) or user

    def delete(self, before: SyncedUser) -> None:
        """Forget a user: their access ends, and what is left of the record names nobody.

        Raises:
            UserMoved: the user was changed or deleted since *before* was read.
            TryLater: nothing was written.
        """
        now = self.clock.now()
        self._write(before, None, forgotten(before, at=now), at=now)

    def _write(
        self, before: SyncedUser | None, after: SyncedUser | None, record: Record, *, at: datetime
    ) -> SyncedUser | None:
        contacts = SyncedContacts(self.table, self.workspace, self.by, at)
        kept = after

        def beside(came_in: frozenset[str]) -> Parts:
            nonlocal kept
            of_contacts: Parts = {}
            if before is not None and before.active and not record.active:
                of_contacts = contacts.leaving(before, came_in)
            elif after is not None and record.active:
                kept, of_contacts = contacts.staying(before, after, came_in)
            return {**self.users.moving(before, kept), **of_contacts}

        directory = Directory(self.table, self.workspace.id)
        event = self._event(record, before, after, at)
        for _ in range(SYNC_TRIES):
            try:
                directory.put(record, event, beside, takes_over=True)
            except InUse:
                raise NameTaken("emails") from None
            except BesideRefused as refused:
                if "user name" in refused.failed:
                    raise NameTaken("userName") from None
                if "user" in refused.failed:
                    raise UserMoved from None
                # Somebody has changed the contact in this moment, or has taken the address.
                continue
            return kept
        raise TryLater(cause="directory sync: contacts keep changing")

    def _event(
        self, record: Record, before: SyncedUser | None, after: SyncedUser | None, at: datetime
    ) -> Event:
        leaves = before is not None and before.active and not record.active
        what = "deactivated" if leaves else "changed" if before else "added"
        old, new = (each.document if each else {} for each in (before, after))
        fields = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        detail = {"source": record.source, "fields": " ".join(fields)}
        if after is None:
            detail = {"source": record.source, "deleted": "yes"}
        subject = record_subject(record.source, record.external_id)
        days = self.workspace.trail_days
        return Event(f"record.{what}", at, subject, days, self.by, detail=detail)
