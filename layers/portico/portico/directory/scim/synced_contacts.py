"""What happens to contacts in the transaction of a synced user: who leaves is out, who is back may
come in.

A contact whom the directory has switched off says by whom: for this person alone are they switched
on again. So whoever gets the address of somebody who has left does not get their account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Parts
from portico.directory.scim.synced_user import SyncedUser
from portico.events import Event
from portico.people.heads import Heads
from portico.people.memberships import is_no_member, membership_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key

LEFT, BACK = "contact.left-directory", "contact.back-in-directory"


def off_by(user: SyncedUser) -> str:
    """Return how a contact says that the directory has switched them off for this person.

    The directory's own id outlives a user who is deleted and sent anew.
    """
    return f"directory:{user.external_id or user.id}"


@dataclass(frozen=True, slots=True)
class SyncedContacts:
    """The contacts of one workspace, as its directory changes them."""

    table: str
    workspace: Workspace
    by: str

    def leaving(self, user: SyncedUser, came_in: frozenset[str], *, at: datetime) -> Parts:
        """Return the parts that end the access of everybody who has come in by a user's record,
        or has one of its addresses.

        Sessions and open codes end for all of them. Contacts without a role are switched off, and
        with that their links and every other way in.

        Args:
            user: as they were.
            came_in: the contacts who have come in by the record.
            at: the time.
        """
        parts: dict[str, Any] = {}
        for contact, has_role in self._of(user, came_in):
            event = self._event(LEFT, contact.id, at)
            if has_role or not contact.active or contact.is_gone:
                parts[f"head {contact.id}"] = self._people.ending_sessions(contact.id, event)
                continue
            parts[f"head {contact.id}"] = self._heads.switching_off(
                contact, event, off_by=off_by(user)
            )
            rows, id_ = self._people.rows, self.workspace.id
            parts[f"member {contact.id}"] = is_no_member(rows, id_, contact.id)
        return parts

    def coming(
        self,
        before: SyncedUser | None,
        user: SyncedUser,
        came_in: frozenset[str],
        *,
        at: datetime,
    ) -> Parts:
        """Return the parts that switch on whom the directory has switched off for this person."""
        theirs = {off_by(each) for each in (before, user) if each} | {f"directory:{user.id}"}
        return {
            f"head {contact.id}": self._heads.switching_on(
                contact, self._event(BACK, contact.id, at)
            )
            for contact, _ in self._of(user, came_in)
            if not contact.active and contact.off_by in theirs
        }

    def _of(self, user: SyncedUser, came_in: frozenset[str]) -> list[tuple[Contact, bool]]:
        """Read whom a user stands for, and whether each has a role on the team."""
        pointers = self._people.pointers(user.emails()).values()
        having = {each.contact or each.former for each in pointers} - {None}
        ids = sorted({*came_in, *(str(each) for each in having)})
        heads = [head_key(self.workspace.id, each) for each in ids]
        roles = [membership_key(self.workspace.id, each) for each in ids]
        found = self._people.read(*heads, *roles) if ids else []
        return [
            (Contact.from_row(head), bool(role))
            for head, role in zip(found[: len(ids)], found[len(ids) :], strict=True)
            if head
        ]

    def _event(self, name: str, contact: str, at: datetime) -> Event:
        return Event(name, at, contact, self.workspace.trail_days, self.by)

    @property
    def _people(self) -> People:
        return People(self.table, self.workspace.id)

    @property
    def _heads(self) -> Heads:
        return Heads(self.table, self.workspace.id)
