"""What ``portico contact set`` and ``portico contact remove-ways-in`` change, and say of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.command import Command, contact_of, looking_for
from cli.option_names import CONTACT as NAMES
from cli.option_names import field_of
from cli.refusals import NotUnderstood, refusal_of
from portico.errors import InvalidRequest
from portico.people.contact_names import contact_language, contact_name, contact_time_zone
from portico.people.rules import Contact

if TYPE_CHECKING:
    from portico.account.team_ways_in import RemovedWays

OWN = {"language": contact_language, "time_zone": contact_time_zone}
"""What a contact may have of their own, each with what checks it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as typed; ``None``: not given."""

    name: str | None
    email: str | None
    language: str | None
    time_zone: str | None
    reset: tuple[str, ...]

    def changes(self) -> dict[str, Any]:
        """Return what changes beside the primary email, by field.

        Raises:
            Refusal: the options do not go together, or there is nothing to do.
            InvalidRequest: a value cannot be set.
        """
        reset = [field_of(each, NAMES) for each in self.reset]
        if not set(reset) <= {*OWN}:
            raise NotUnderstood("--reset: only language and time-zone have a default")
        own = {"language": self.language, "time_zone": self.time_zone}
        for field, value in own.items():
            if value is not None and field in reset:
                option = NAMES[field]
                raise NotUnderstood(f"Say {option} or --reset {option[2:]}, not both.")
        if not self.reset and all(each is None for each in (self.name, self.email, *own.values())):
            raise NotUnderstood(
                "Say what to set: --name, --email, --language, --time-zone or --reset SETTING."
            )
        # Checked before the address changes, so that a refused command has changed nothing.
        changes: dict[str, Any] = {} if self.name is None else {"name": contact_name(self.name)}
        for field, value in own.items():
            if value is not None:
                changes[field] = OWN[field](value)
            elif field in reset:
                changes[field] = None
        return changes


def change_contact(command: Command, workspace_id: str, who: str, wanted: Wanted) -> Contact:
    """Change a contact, and return them as they are now.

    Raises:
        Refusal: there is no such contact, or a value cannot be set.
    """
    changes = wanted.changes()
    after = contact = contact_of(command, workspace_id, who)
    with looking_for(f"contact {who} in {workspace_id}"):
        if wanted.email is not None:
            after = _with_email(command, contact, wanted.email)
        if changes:
            after = command.team.change_contact(workspace_id, after.id, changes, by=command.by)
    if after == contact:
        command.note("Nothing changed: the values are the same as before.")
    return after


def without_ways_in(command: Command, workspace_id: str, who: str) -> tuple[Contact, "RemovedWays"]:
    """Remove a contact's ways in, and return them as they are now, with what was removed.

    Raises:
        Refusal: there is no such contact.
    """
    with looking_for(f"contact {who} in {workspace_id}"):
        contact = contact_of(command, workspace_id, who)
        workspace = command.team.workspace(workspace_id)
        removed = command.ways_in.remove(workspace, contact.id, host=command.host, by=command.by)
        after = command.team.contact(workspace_id, contact.id)
    is_told = contact.active and (removed.password or removed.accounts)
    command.note(
        f"They are signed out everywhere{', and told by mail' if is_told else ''}. A portal that "
        "already holds an access token accepts it for ten minutes at most."
    )
    if not workspace.takes_codes():
        command.note(
            "This workspace takes no codes. They come back by a new password, with “Forgot "
            "password”, or by a provider that vouches for their address, where those are on."
        )
    return after, removed


def _with_email(command: Command, contact: Contact, email: str) -> Contact:
    workspace = command.team.workspace(contact.workspace_id)
    try:
        changed = command.email_changes.change(
            workspace, contact, email, host=command.host, by=command.by
        )
    except InvalidRequest as refused:
        # Both WHO and the new address are an `email` to the rooms.
        raise refusal_of(refused, NAMES) from refused
    if changed.email != contact.email:
        command.note(
            f"They are signed out everywhere, and {contact.email} is told by mail. For three days "
            "nobody else can have that address."
        )
        command.note(
            "A password and connected accounts stay. If somebody else had taken the account over: "
            f"portico contact remove-ways-in {contact.workspace_id} {contact.id}"
        )
    return changed
