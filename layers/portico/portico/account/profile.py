"""A contact's account, as they see and edit it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any

from portico.account.owner import Owner, Owners
from portico.aws.parallel import in_parallel
from portico.aws.queries import keys_listed, rows_within
from portico.aws.tables import MOST_AT_ONCE, ConditionFailed, get_many
from portico.clock import epoch
from portico.errors import InvalidRequest, NotSignedIn
from portico.events import Caller
from portico.limits.rules import AccountUse
from portico.people.contact_names import contact_language, contact_name, contact_time_zone
from portico.people.identities import Identity
from portico.people.password_store import Password, password_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.sessions.rules import Session

FROM_DIRECTORY = "it comes from your company's directory"
SHOWN_SESSIONS = 50
"""The newest running sessions. Nobody reads a longer list."""


@dataclass(frozen=True, slots=True)
class TypedProfile:
    """PATCH /v1/account. Absent members do not change."""

    workspace: str
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a contact sees of their account."""

    owner: Owner
    password_changed_at: datetime | None
    identities: list[dict[str, Any]]
    sessions: list[dict[str, Any]]

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer. Times are seconds since 1970."""
        workspace, contact = self.owner.standing.workspace, self.owner.standing.contact
        offered = [each for each in workspace.connections if workspace.offers(each["id"])]
        return {
            "contact": contact_answer(contact),
            "password": {
                "is_set": self.password_changed_at is not None,
                "changed_at": epoch(self.password_changed_at) if self.password_changed_at else None,
            },
            "identities": [_identity_answer(each, workspace) for each in self.identities],
            "sessions": self.sessions,
            "offers": {
                "code": workspace.takes_codes(),
                "password": workspace.takes_passwords(),
                "connections": [
                    {name: each[name] for name in ("id", "kind", "label")} for each in offered
                ],
                "deletion": workspace.account_deletion and contact.out_from is None,
            },
            "fresh_until": epoch(self.owner.standing.fresh_until),
        }


@dataclass(frozen=True, slots=True)
class Profiles:
    """Reads and edits accounts."""

    owners: Owners

    def read(
        self, workspace_id: str, caller: Caller, *, use: AccountUse = AccountUse.READ
    ) -> Account:
        """Return the caller's account; *use* is what the reading counts as.

        Raises:
            TooManyRequests, NotSignedIn, CrossSite, PortalUnavailable, TryLater: as for every request.
        """
        owner = self.owners.of(workspace_id, caller, use=use, also=[password_key])
        (row,) = owner.standing.also
        password = Password.from_row(row)
        # Some lists are long, so they are read only now, when the budget has been counted.
        listing = in_parallel(lambda: [_session_answer(each, owner) for each in sessions_of(owner)])
        identities = identities_of(owner.people, owner.standing.contact)
        changed_at = password.changed_at if password else None
        return Account(owner, changed_at, identities, listing.result())

    def edit(self, typed: TypedProfile, caller: Caller) -> Contact:
        """Change name, language or time zone.

        Raises:
            InvalidRequest: a value is not valid, or the name comes from a directory.
            NotSignedIn: the session has ended.
        """
        changes = _checked(typed)
        owner = self.owners.of(typed.workspace, caller)
        contact = owner.standing.contact
        if not changes:
            return contact
        if "name" in changes and owner.standing.workspace.lets_directory_name(contact):
            raise InvalidRequest("name", FROM_DIRECTORY)
        event = owner.event("account.edited", fields=",".join(sorted(changes)))
        try:
            owner.heads.edit(contact, changes, event)
        except ConditionFailed:
            raise NotSignedIn from None
        return replace(contact, **changes)  # type: ignore[arg-type]  # texts, for three texts


def identities_of(
    people: People, contact: Contact, *, also_void: bool = False
) -> list[dict[str, Any]]:
    """Return the rows of the contact's identities.

    With *also_void*, those too that no longer sign the contact in and were not removed.
    """
    rows = people.rows
    shelf = f"{people.workspace_id}#identities"
    keys = list(keys_listed(rows, shelf, starting=f"{contact.id}#"))
    some = batched(keys, MOST_AT_ONCE, strict=False)
    found = [row for each in some for row in get_many([(rows, *k) for k in each], consistent=True)]
    # The index lags by a moment, so leave out what is another contact's by now.
    theirs = [row for row in found if row is not None and row["contact"] == contact.id]
    return [
        row for row in theirs if also_void or not contact.is_void(row["linked_at"], row["sver"])
    ]


def identity_id(row: dict[str, Any]) -> str:
    """Return an identity's id in the API, which is a part of its key."""
    return Identity.from_row(row).key.replace("#", ".")


def sessions_of(owner: Owner) -> Iterator[dict[str, Any]]:
    """Yield the rows of the running browser sessions, this one first.

    Portal sessions are left out, because they end with the browser's session.
    """
    now = owner.clock.now()
    sver = owner.standing.contact.sver
    pk = f"{owner.people.workspace_id}#contact#{owner.id}"
    running = [
        row
        for row in rows_within(owner.sessions.rows, pk, starting="session#")
        if Session.from_row(row).is_alive(sver=sver, at=now)
    ]
    mine = owner.standing.session.id
    running.sort(key=lambda row: (row["id"] != mine, -row["created_at"]))
    yield from running[:SHOWN_SESSIONS]


def contact_answer(contact: Contact) -> dict[str, Any]:
    """Return a contact's data for the contact."""
    names = ("id", "name", "email", "language", "time_zone")
    return {name: getattr(contact, name) for name in names}


def _identity_answer(row: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    kinds = (each["kind"] for each in workspace.connections if each["id"] == row["connection"])
    return {
        "id": identity_id(row),
        "connection": row["connection"],
        "kind": next(kinds, None),
        "label": workspace.label_of(row["connection"]),
        "linked_at": row["linked_at"],
    }


def _session_answer(row: dict[str, Any], owner: Owner) -> dict[str, Any]:
    return {
        "id": row["id"],
        "current": row["id"] == owner.standing.session.id,
        "device": row.get("device"),
        "network": row.get("network"),
        "method": row["method"],
        "signed_in_at": row["created_at"],
        "last_used_at": row.get("refreshed_at", row["created_at"]),
        "expires_at": row["expires_at"],
    }


def _checked(typed: TypedProfile) -> dict[str, str]:
    changes: dict[str, str] = {}
    if typed.name is not None:
        changes["name"] = contact_name(typed.name)
    if typed.language is not None:
        changes["language"] = contact_language(typed.language)
    if typed.time_zone is not None:
        changes["time_zone"] = contact_time_zone(typed.time_zone)
    return changes
