"""Mails to a team about a change of it, as parts of the change's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Parts
from portico.events import Event
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.memberships import Role
from portico.people.rules import Workspace
from portico.team.store import Memberships


@dataclass(frozen=True, slots=True)
class OwnerNotices:
    """Tells a workspace's owners, at our own *host*, which the mails name."""

    people_table: str
    sign_in_table: str
    workspace: Workspace
    host: str

    def telling(
        self,
        event: Event,
        told: str,
        *,
        also: Iterable[str] = (),
        change: Change = Change.TEAM_CHANGED,
        name: str = "",
    ) -> Parts:
        """Return the parts that mail a change to all owners, and to *also*.

        Args:
            event: the change.
            told: what changed, in signs that a mail of any language can quote.
            also: other contacts.
            change: whose words the mail has.
            name: what makes it the same notice again; the event's id, if there is none.
        """
        team = Memberships(self.people_table, self.workspace.id).all()
        owners = [each.contact for each in team if each.role is Role.OWNER]
        return {
            f"notice {each}": self.asking(change, each, event, told, name=name)
            for each in dict.fromkeys([*owners, *also])
        }

    def asking(
        self, change: Change, contact: str, event: Event, told: str, *, name: str = ""
    ) -> dict[str, Any]:
        """Return the part that mails one change to one contact."""
        days, at, name = self.workspace.trail_days, event.at, name or event.id
        happened = Happened(change, contact, self.host, days, name=name, at=at, label=told)
        return Notices(self.sign_in_table, self.workspace.id).asking(happened)
