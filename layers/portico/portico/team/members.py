"""Put contacts on a workspace's team, change their role, and take them off it.

Every change is a line in the trail, and all owners hear of it by mail, in the same transaction.
"""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import LastOwner, LimitReached, NotFound, TakenAlready, TryLater
from portico.events import Event
from portico.mail.letters import Change
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key
from portico.team.owner_notices import OwnerNotices
from portico.team.store import Membership, Memberships
from portico.team.workspace_key_store import WorkspaceKeyStore

MEMBER_TRIES = 3
"""Tries, because a colleague may change the same member at the same moment."""


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody on the team."""

    contact: Contact
    membership: Membership


@dataclass(frozen=True, slots=True)
class TeamMembers:
    """The teams of a deployment."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def of(self, workspace: Workspace) -> list[TeamMember]:
        """List a team: by role from the highest, then by address."""
        memberships = list(self._store(workspace).all())
        people = People(self.people_table, workspace.id)
        contacts = people.contacts_by_id(each.contact for each in memberships)
        team = [
            TeamMember(contacts[each.contact], each)
            for each in memberships
            if each.contact in contacts
        ]
        order = list(Role)
        return sorted(
            team, key=lambda each: (order.index(each.membership.role), each.contact.email)
        )

    def find(self, workspace: Workspace, contact: Contact) -> TeamMember:
        """Return a contact with their role.

        Raises:
            NotFound: they are not on the team.
        """
        membership = self._store(workspace).get(contact.id)
        if membership is None:
            raise NotFound
        return TeamMember(contact, membership)

    def add(
        self, workspace: Workspace, contact: Contact, role: Role, *, host: str, by: str
    ) -> TeamMember:
        """Put a contact on the team. They are told by mail, and so are the owners.

        Args:
            workspace: the workspace.
            contact: the contact as read.
            role: their role.
            host: our own host, which the mails name.
            by: who does it, for the trail.

        Raises:
            TakenAlready: they are on the team.
            NotFound: they are deactivated, or have deleted their account.
            LimitReached: the team has as many owners as it may have.
            TryLater: nothing has changed.
        """
        event = self._event(workspace, "team.member-added", contact, by, role=role.value)
        told = _told(contact, None, role)
        notices = self._notices(workspace, host)
        self._write(
            {
                **self._store(workspace).giving(contact.id, role, event),
                "head": self._may_come_in(contact),
                "welcome": notices.asking(Change.TEAM_JOINED, contact.id, event, role.value),
                **notices.telling(event, told),
            }
        )
        return self.find(workspace, contact)

    def change(
        self, workspace: Workspace, contact: Contact, role: Role, *, host: str, by: str
    ) -> TeamMember:
        """Give a member another role. Whoever has it already is not told again.

        The keys for which an owner answered are held, if they are no owner any more.

        Raises:
            NotFound: they are not on the team, or are to become an owner and are deactivated.
            LastOwner: no owner would be left.
            LimitReached: the team has as many owners as it may have.
            TryLater: nothing has changed.
        """
        for _ in range(MEMBER_TRIES):
            before = self.find(workspace, contact).membership
            if before.role is role:
                break
            event = self._event(
                workspace,
                "team.member-changed",
                contact,
                by,
                role=role.value,
                before=before.role.value,
            )
            told = _told(contact, before.role, role)
            parts = {
                **self._store(workspace).changing(before, role, event),
                **self._held(workspace, before, by),
                **self._notices(workspace, host).telling(event, told, also=[contact.id]),
            }
            if role is Role.OWNER:
                parts["head"] = self._may_come_in(contact)
            try:
                self._write(parts)
            except TakenAlready:
                continue
            break
        else:
            raise TryLater(cause="the member was changed meanwhile")
        return self.find(workspace, contact)

    def remove(self, workspace: Workspace, contact: Contact, *, host: str, by: str) -> Role:
        """Take a member off the team, and return the role that they had. They stay a contact.

        The keys for which an owner answered are held.

        Raises:
            NotFound: they are not on the team.
            LastOwner: no owner would be left.
            TryLater: nothing has changed.
        """
        for _ in range(MEMBER_TRIES):
            before = self.find(workspace, contact).membership
            event = self._event(
                workspace, "team.member-removed", contact, by, before=before.role.value
            )
            told = _told(contact, before.role, None)
            try:
                self._write(
                    {
                        **self._store(workspace).taking(before, event),
                        **self._held(workspace, before, by),
                        **self._notices(workspace, host).telling(event, told, also=[contact.id]),
                    }
                )
            except TakenAlready:
                continue
            return before.role
        raise TryLater(cause="the member was changed meanwhile")

    def _write(self, parts: Parts) -> None:
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "member" in refused.failed or any(
                each.startswith("key ") for each in refused.failed
            ):
                raise TakenAlready("role") from None
            if "head" in refused.failed:
                raise NotFound from None
            if refused.rows["owners"]["owners"] > 1:
                raise LimitReached("owners") from None
            raise LastOwner from None

    def _may_come_in(self, contact: Contact) -> dict[str, Any]:
        # Whom a directory has put out and a brake still holds is put on no team either.
        rows = People(self.people_table, contact.workspace_id).rows
        return rows.checking(
            *head_key(contact.workspace_id, contact.id),
            "active = :yes AND attribute_not_exists(out_from)",
            {":yes": True},
        )

    def _held(self, workspace: Workspace, before: Membership, by: str) -> Parts:
        """Return the parts that hold the keys of an owner who loses the role."""
        if before.role is not Role.OWNER:
            return {}
        store = WorkspaceKeyStore(self.people_table, workspace.id)
        now, days = self.clock.now(), workspace.trail_days
        return {
            f"key {each.id}": store.holding(
                each,
                Event(
                    "key.held",
                    now,
                    workspace.id,
                    days,
                    by,
                    detail={"key": each.id, "label": each.label},
                ),
            )
            for each in store.all()
            if each.owner == before.contact and each.state(at=now) == "alive"
        }

    def _notices(self, workspace: Workspace, host: str) -> OwnerNotices:
        return OwnerNotices(self.people_table, self.sign_in_table, workspace, host)

    def _event(
        self, workspace: Workspace, name: str, contact: Contact, by: str, **detail: str
    ) -> Event:
        detail = {"contact": contact.id, **detail}
        # Of the workspace, as its settings are: the contact's own history is for their sign-in.
        days = workspace.trail_days
        return Event(name, self.clock.now(), workspace.id, days, by, detail=detail)

    def _store(self, workspace: Workspace) -> Memberships:
        return Memberships(self.people_table, workspace.id)


def _told(contact: Contact, before: Role | None, after: Role | None) -> str:
    """Say a change in signs, which a mail of any language can quote: ``agent → owner: ann@…``."""
    return f"{before or '–'} → {after or '–'}: {contact.email}"
