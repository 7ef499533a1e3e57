"""What a team does with workspaces and contacts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portico import ids
from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotFound
from portico.events import Event
from portico.people.addresses import mailable, normalise
from portico.people.contact_names import contact_language, contact_name, contact_time_zone
from portico.people.rules import Contact, Workspace
from portico.people.store import People, all_workspaces
from portico.people.workspace_words import WorkspaceWords


@dataclass(frozen=True, slots=True)
class TeamPeople:
    """Creates, changes and finds workspaces and contacts, for the CLI and the local world."""

    people_table: str
    clock: Clock = SYSTEM

    def create_workspace(
        self,
        workspace: Workspace,
        *,
        by: str,
        words: dict[str, Any] | None = None,
        also: Parts | None = None,
    ) -> Workspace:
        """Create a workspace.

        Args:
            workspace: its settings, which the caller has checked.
            by: who creates it.
            words: fields of :class:`WorkspaceWords` that are not the default.
            also: further parts of the same transaction.

        Raises:
            InvalidRequest: the id is not allowed.
            TakenAlready: a workspace has this id.
        """
        if not ids.is_workspace(workspace.id):
            raise InvalidRequest(
                "id", "2 to 31 of a-z, 0-9 and -, a letter first, and not a reserved word"
            )
        event = self._event(workspace, "workspace.created", workspace.id, by)
        self._people(workspace.id).add_workspace(workspace, words or {}, event, also=also or {})
        return workspace

    def workspace(self, workspace_id: str) -> Workspace:
        """Read a workspace.

        Raises:
            NotFound: no workspace has this id.
        """
        found = (
            self._people(workspace_id).workspace_row() if ids.is_workspace(workspace_id) else None
        )
        if found is None:
            raise NotFound
        return found

    def workspaces(self) -> Iterator[tuple[str, Workspace | None]]:
        """Read all workspaces, by id. ``None``: the workspace's row is malformed."""
        return all_workspaces(self.people_table)

    def words(self, workspace_id: str) -> WorkspaceWords:
        """Read what page and mail show of a workspace beside its settings."""
        return WorkspaceWords.from_row(self._people(workspace_id).words_row())

    def add_contact(
        self,
        workspace_id: str,
        *,
        name: str,
        email: str,
        by: str,
        language: str | None = None,
        id_: str | None = None,
    ) -> Contact:
        """Add a contact. The local world passes *id_*, to be the same at every start.

        Raises:
            NotFound: there is no such workspace.
            InvalidRequest: the name, the language or the address is not valid, or no mail can be
                sent to it.
            TakenAlready: the address is another contact's primary email.
        """
        contact = Contact(
            id_ or ids.new_contact_id(),
            workspace_id,
            contact_name(name),
            mailable(email),
            language=contact_language(language) if language else None,
        )
        return self.add(self.workspace(workspace_id), contact, by=by)

    def add(self, workspace: Workspace, contact: Contact, *, by: str, asked: str = "") -> Contact:
        """Add a contact, whose fields the caller has checked.

        Args:
            workspace: the workspace.
            contact: the contact.
            by: who adds them, for the trail.
            asked: what the row keeps of the request that asked for it.

        Raises:
            TakenAlready: the id is there, or the address is another contact's primary email.
        """
        event = self._event(workspace, "contact.added", contact.id, by)
        return self._people(workspace.id).add_contact(contact, event, asked=asked)

    def contact(self, workspace_id: str, who: str) -> Contact:
        """Find a contact by id, by primary email, or by one that they had and nobody has now.

        Raises:
            NotFound: there is no such contact.
        """
        people = self._people(self.workspace(workspace_id).id)
        is_id = who.startswith("ct_") and "@" not in who
        contact_id: str | None = who
        if not is_id:
            email = normalise(who)
            pointer = people.pointers([email])[email]
            contact_id = pointer.contact or pointer.former
        found = people.contact(contact_id) if contact_id else None
        if found is None:
            raise NotFound
        return found

    def contacts(self, workspace_id: str, *, starting: str = "") -> Iterator[Contact]:
        """Read the contacts whose primary email starts with *starting*, in its order.

        Raises:
            NotFound: there is no such workspace.
        """
        return self._people(self.workspace(workspace_id).id).contacts(starting=starting)

    def change_contact(
        self, workspace_id: str, who: str, changes: dict[str, Any], *, by: str
    ) -> Contact:
        """Change a contact's name, language or time zone. They stay signed in.

        Args:
            workspace_id: the workspace.
            who: the contact's id or primary email.
            changes: ``name``, ``language``, ``time_zone`` (``None``: none of their own), or several.
            by: who does it, for the trail.

        Raises:
            NotFound: there is no such contact, or they have deleted their account.
            InvalidRequest: the name, the language or the time zone is not valid.
        """
        contact = self.contact(workspace_id, who)
        if "name" in changes:
            changes = changes | {"name": contact_name(changes["name"])}
        if changes.get("language"):
            changes = changes | {"language": contact_language(changes["language"])}
        if changes.get("time_zone"):
            changes = changes | {"time_zone": contact_time_zone(changes["time_zone"])}
        changes = {k: value for k, value in changes.items() if value != getattr(contact, k)}
        if changes:
            fields = ",".join(sorted(changes))
            workspace = self.workspace(workspace_id)
            event = self._event(workspace, "contact.changed", contact.id, by, fields=fields)
            return self._people(workspace_id).change_contact(contact, changes, event)
        return contact

    def set_active(self, workspace_id: str, who: str, active: bool, *, by: str) -> Contact:
        """Switch a contact on or off. Either way their sessions and open challenges end.

        Raises:
            NotFound: there is no such contact, or they have deleted their account.
            StillOwner: they are an owner of the team, and must step down first.
        """
        contact = self.contact(workspace_id, who)
        name = "contact.activated" if active else "contact.deactivated"
        event = self._event(self.workspace(workspace_id), name, contact.id, by)
        return self._people(workspace_id).change_contact(contact, {"active": active}, event)

    def _people(self, workspace_id: str) -> People:
        return People(self.people_table, workspace_id)

    def _event(
        self, workspace: Workspace, name: str, subject: str, by: str, **detail: str
    ) -> Event:
        return Event(name, self.clock.now(), subject, workspace.trail_days, by, detail=detail)
