"""Give a contact the address that their directory has for them.

It is a step of its own after the sync's write, since an address changes in one way, whoever asks:
the address before is reserved and told. So every request about a user asks anew whether the contact
has the directory's address: what was cut off is finished by the next.
"""

from dataclasses import dataclass

from portico.account.team_email_change import TeamEmailChanges
from portico.clock import SYSTEM, Clock
from portico.directory.scim.synced_user import SyncedUser
from portico.errors import InvalidRequest, NotFound, RoleTooHigh, TakenAlready, TooManyRequests
from portico.people.memberships import Reach
from portico.people.rules import Workspace
from portico.people.store import People

NO_MEMBERS = Reach(frozenset())
"""A directory acts on contacts who are on no team."""


@dataclass(frozen=True, slots=True)
class SyncedAddresses:
    """The addresses of contacts whom a directory names."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def settle(self, workspace: Workspace, user: SyncedUser, *, host: str, by: str) -> None:
        """Give the contact of *user* the directory's primary address, if they have none of its.

        Where that cannot be, the contact keeps their own: the address is another contact's or
        cannot be mailed to, they are on the team, or it was changed too often.

        Raises:
            TryLater: nothing has changed.
        """
        emails = user.emails()
        if not (workspace.directory_contacts and user.active and user.contact and emails):
            return
        contact = People(self.people_table, workspace.id).contact(user.contact)
        if contact is None or contact.synced_as is None or contact.email in emails:
            return
        changes = TeamEmailChanges(self.people_table, self.sign_in_table, self.clock)
        try:
            changes.change(workspace, contact, emails[0], host=host, by=by, reach=NO_MEMBERS)
        except (InvalidRequest, NotFound, RoleTooHigh, TakenAlready, TooManyRequests):
            return
