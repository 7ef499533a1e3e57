"""Match a person that a provider signed in with our own rows."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.directory.record_match import RecordMatch
from portico.directory.store import SCIM_SOURCE, Record, email_key, in_group_key, object_key
from portico.links.rules import Link
from portico.links.store import link_key
from portico.people.identities import identity_key
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Workspace
from portico.people.store import settings_row_key, workspace_of
from portico.sso.outcomes import Refusal
from portico.sso.rules import Person
from portico.sso.states import Trip


@dataclass(frozen=True, slots=True)
class MatchedContact:
    """What our own rows say about a person."""

    workspace: Workspace
    link: Link
    owner: str | None
    """The contact that the identity belongs to."""
    owner_sver: int | None
    owner_record: str | None
    """The directory record that last vouched for the identity."""
    owner_vouched: bool
    """Whether the head with ``owner_sver`` knows that the contact's address is theirs."""
    linked_at: int
    """When the identity was connected, in seconds since 1970."""
    linked_by_mailbox: bool
    """Whether reading the contact's mailbox was enough to connect it."""
    by_address: str | None
    """The contact with the address that the provider vouches for."""
    address: str | None
    """That address."""
    match: RecordMatch | None

    @property
    def record(self) -> Record | None:
        """The directory record of the person."""
        return self.match.record if self.match else None


def match_of(
    table: str, workspace_id: str, trip: Trip, person: Person, *, at: datetime
) -> MatchedContact:
    """Read all our rows about a person, in one call.

    Raises:
        Refusal: the link has ended since the trip began.
    """
    rows = Rows(table, f"{workspace_id}#")
    address = person.vouched_address(trip.connection)
    wanted: dict[str, tuple[str, str]] = {
        "settings": settings_row_key(workspace_id),
        "link": link_key(workspace_id, trip.link),
        "identity": identity_key(workspace_id, person.identity),
    }
    if address:
        wanted["pointer"] = pointer_key(workspace_id, address)
        wanted["by_email"] = email_key(workspace_id, address)
    if person.tenant and person.object_id:
        wanted["by_object"] = object_key(workspace_id, person.tenant, person.object_id)
    found = get_many([(rows, *key) for key in wanted.values()], consistent=True)
    got: dict[str, Any] = dict(zip(wanted, found, strict=True))
    if got["settings"] is None or got["link"] is None:
        raise Refusal("invalid-portal-link")
    link = Link.from_row(got["link"])
    if not link.is_alive(at=at):
        raise Refusal("invalid-portal-link")
    identity, pointer = got["identity"], got.get("pointer")
    # Tenant and object id first, because they never pass to somebody else.
    by_object, by_email = got.get("by_object"), got.get("by_email")
    match = None
    if by_object:
        match = RecordMatch(Record.from_row(by_object), None)
    elif by_email:
        match = RecordMatch(Record.from_row(by_email), address)
    workspace = workspace_of(got["settings"])
    return MatchedContact(
        workspace=workspace,
        link=link,
        owner=identity["contact"] if identity else None,
        owner_sver=identity["sver"] if identity else None,
        owner_record=identity.get("record") if identity else None,
        owner_vouched=identity.get("vouched") is True if identity else False,
        linked_at=identity["linked_at"] if identity else 0,
        linked_by_mailbox=identity.get("by_mailbox") is True if identity else False,
        by_address=Pointer.from_row(pointer).contact,
        address=address,
        match=_obeying_groups(rows, workspace, match),
    )


def _obeying_groups(
    rows: Rows, workspace: Workspace, match: RecordMatch | None
) -> RecordMatch | None:
    """Return a match whose record is active only if a group lets the person in now.

    The record says what the groups were when it was written. After a change of the setting it may
    still say what the rule before has decided: then both must let them in. Whom a brake holds, or the
    team keeps, stays in without a group.
    """
    named = workspace.directory_groups
    is_synced = match is not None and match.record.source == SCIM_SOURCE
    if match is None or not named or not is_synced or match.record.outlives_its_word:
        return match
    keys = [in_group_key(workspace.id, group, match.record.external_id) for group in named]
    if any(get_many([(rows, *key) for key in keys], consistent=True)):
        return match
    return replace(match, record=replace(match.record, active=False))


def obey_directory(known: MatchedContact, *, at: datetime) -> None:
    """Refuse a person without a record, if the workspace's directory rule needs one.

    Raises:
        Refusal: the rule needs an active record, and there is none.
    """
    if not known.workspace.needs_record():
        return
    if known.record is None:
        raise Refusal("not-in-directory")
    if not known.record.is_in(at=at):
        raise Refusal("not-in-directory", "directory-record-inactive")
