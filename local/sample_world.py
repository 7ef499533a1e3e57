"""Make the sample world with the same rooms as the doors, and show its current state."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3

from local.sample_connections import SampleConnections
from local.sample_faults import FAULTS
from local.sample_logos import draw
from local.sample_registrations import SampleRegistrations, told
from local.sample_types import SampleKey, SampleLink, SampleWorkspace
from local.sample_workspaces import (
    UNKNOWN_EMAIL,
    WORKSPACES,
    contact_id,
    link_token,
    workspace_key,
)
from portico.aws.tables import transact
from portico.aws.values import Row, row_of
from portico.errors import NotFound
from portico.events import Event
from portico.ids import digest
from portico.links.rules import Link, public_id
from portico.links.store import Links
from portico.links.team_links import TeamLinks, address_of
from portico.links.team_workspaces import TeamWorkspaces
from portico.passwords.password_hash import hashed
from portico.people.flow import TeamPeople
from portico.people.memberships import Role
from portico.people.password_store import Password, Passwords
from portico.people.rules import Workspace
from portico.people.store import People
from portico.team.store import Membership, Memberships
from portico.team.workspace_key import WorkspaceKey
from portico.team.workspace_key_store import WorkspaceKeyStore

BY = "sample world"
FIRST_LINK = "shared"
"""The key of the link that has taken the place of those that were replaced."""
LONG = timedelta(days=5000)
ENDED = timedelta(days=91)
"""So long ago a link was made that has ended by itself."""
"""Links last longer than one can move the clock."""


@dataclass(frozen=True)
class SampleWorld:
    """The sample world of one run.

    Args:
        people_table: the name of the People table.
        host: the origin of pages and API, e.g. ``http://127.0.0.1:8000``.
        portal: the origin of the sample portal.
        more_portals: other origins of portals, from which browsers send the session.
        providers: the origin of the fake providers.
        connection_secrets: the prefix of client secrets, as the doors use it.
        sample_client: the origin of the sample portal on another site.
        directory: the origin of the fake directory.
    """

    people_table: str
    host: str
    portal: str
    more_portals: tuple[str, ...] = ()
    providers: str = ""
    connection_secrets: str = ""
    sample_client: str = ""
    directory: str = ""

    def make(self) -> None:
        """Write everything. Ids and tokens are the same at every start."""
        for workspace in WORKSPACES:
            self._make(workspace)

    def workspace(self, id_: str) -> Workspace | None:
        """Return a workspace with its current settings, also one that the CLI made."""
        try:
            return TeamPeople(self.people_table).workspace(id_)
        except NotFound:
            return None

    def shared_link(self, workspace_id: str) -> str | None:
        """Return the address of a sample workspace's shared link."""
        if workspace_id not in {each.id for each in WORKSPACES}:
            return None
        return address_of(self.host, workspace_id, link_token(workspace_id, "shared"))

    def read(self, *, at: datetime) -> dict[str, Any]:
        """Return the current state, with links and people that the CLI made."""
        rows = list(_all_rows(self.people_table))
        workspaces = [row for row in rows if row["sk"] == "door"]
        contacts = [row for row in rows if row["sk"] == "head"]
        connections = [row for row in rows if row["sk"] == "connection"]
        portals = [row for row in rows if row["sk"] == "portal"]
        links = [Link.from_row(row) for row in rows if row["sk"] == "link"]
        # Nobody hands out a portal's entrance.
        links = [each for each in links if not each.portal]
        order = {id_: place for place, id_ in enumerate(_tokens())}
        links.sort(key=lambda each: order.get(each.id, len(order)))
        roles = {
            (row["pk"].partition("#")[0], each.contact): each.role.value
            for row in rows
            if row["pk"].endswith("#team") and (each := Membership.from_row(row))
        }
        emails = {row["id"]: row["email"] for row in contacts}
        about = {each.id: each.about for each in WORKSPACES}
        about |= {each.name: f"Ann does not get in: {each.about}." for each in FAULTS}
        passwords = {
            contact_id(workspace.id, each.key): each.password
            for workspace in WORKSPACES
            for each in workspace.contacts
            if each.password
        }
        return {
            "now": at.isoformat(timespec="seconds"),
            "sample_client_url": self.sample_client,
            "directory_url": self.directory,
            "workspaces": [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "portal_enabled": row["portal_enabled"],
                    "portal_url": row["portal_url"],
                    "locale": row["locale"],
                    "accent_color": row["accent_color"],
                    "directory_rule": row["directory_rule"],
                    "about": about.get(row["id"], ""),
                }
                for row in sorted(workspaces, key=lambda row: _place(row["id"]))
            ],
            "connections": [
                {
                    "workspace": row["workspace"],
                    "id": row["id"],
                    "kind": row["kind"],
                    "label": row["label"],
                    "on": row.get("on", True),
                }
                for row in sorted(
                    connections, key=lambda row: (_place(row["workspace"]), row["id"])
                )
            ],
            "portals": [
                told(row)
                for row in sorted(portals, key=lambda row: (_place(row["workspace"]), row["id"]))
            ],
            "keys": [
                {
                    "workspace": workspace.id,
                    "label": each.label,
                    "scopes": [scope.value for scope in each.scopes],
                    "text": workspace_key(workspace.id, each.key)[1],
                }
                for workspace in WORKSPACES
                for each in workspace.keys
            ],
            "links": [self._link(each, emails, at=at) for each in links],
            "contacts": [
                {
                    "workspace": row["workspace"],
                    "id": row["id"],
                    "name": row["name"],
                    "email": row["email"],
                    "active": row["active"],
                    "password": passwords.get(row["id"]),
                    "role": roles.get((row["workspace"], row["id"])),
                }
                for row in sorted(contacts, key=lambda row: (_place(row["workspace"]), row["id"]))
            ],
            "unknown_emails": [UNKNOWN_EMAIL],
        }

    def _link(self, link: Link, emails: dict[str, str], *, at: datetime) -> dict[str, Any]:
        # Rows hold hashes, so only the sample world's own tokens are known.
        token = _tokens().get(link.id)
        return {
            "workspace": link.workspace_id,
            "id": link.id,
            "kind": link.kind,
            "url": self._url(link, token),
            "token": token,
            "state": link.state(at=at),
            "destination": link.destination or "dashboard",
            "contact": link.contact,
            "email": emails.get(link.contact) if link.contact else None,
            "label": link.label,
        }

    def _url(self, link: Link, token: str | None) -> str | None:
        if link.front:
            return f"{self.host}/{link.workspace_id}"
        return address_of(self.host, link.workspace_id, token) if token else None

    def _make(self, sample: SampleWorkspace) -> None:
        team = TeamPeople(self.people_table)
        workspace = Workspace(
            id=sample.id,
            name=sample.name,
            portal_url=self.sample_client if sample.portals else f"{self.portal}/{sample.id}",
            portal_origins=[] if sample.portals else list(self.more_portals),
            accent_color=sample.accent_color,
            logo=People(self.people_table, sample.id).put_logo(
                draw(sample.logo, sample.accent_color)
            ),
        )
        TeamWorkspaces(self.people_table).create(
            replace(workspace, **sample.settings), words=sample.words, by=BY
        )
        for contact in sample.contacts:
            team.add_contact(
                sample.id,
                name=contact.name,
                email=contact.email,
                language=contact.language,
                id_=contact_id(sample.id, contact.key),
                by=BY,
            )
            if contact.password:
                self._set_password(sample.id, contact_id(sample.id, contact.key), contact.password)
            if contact.role:
                self._give(sample.id, contact_id(sample.id, contact.key), contact.role)
        for key in sample.keys:
            self._add_key(sample.id, key)
        for link in sample.links:
            self._add_link(sample.id, link)
        for contact in sample.contacts:
            if not contact.active:
                team.set_active(sample.id, contact.email, False, by=BY)
        connecting = SampleConnections(self.people_table, self.providers, self.connection_secrets)
        connecting.make(sample)
        SampleRegistrations(self.people_table, self.sample_client).make(sample)

    def _give(self, workspace_id: str, contact: str, role: Role) -> None:
        # Without the mails about it: a run begins with an empty mailbox.
        detail = {"contact": contact, "role": role.value}
        event = Event("team.member-added", datetime.now(UTC), workspace_id, 365, BY, detail=detail)
        transact(Memberships(self.people_table, workspace_id).giving(contact, role, event))

    def _add_key(self, workspace_id: str, sample: SampleKey) -> None:
        # Without the mails about it, and with a text that is the same at every start.
        now, owner = datetime.now(UTC), contact_id(workspace_id, sample.owner)
        id_, text = workspace_key(workspace_id, sample.key)
        ends = now + LONG
        key = WorkspaceKey(
            id_, workspace_id, sample.label, sample.scopes, owner, digest(text), now, ends
        )
        event = Event("key.created", now, workspace_id, 365, BY, detail={"key": id_})
        transact(
            {
                "owner": Memberships(self.people_table, workspace_id).answering(owner),
                "key": WorkspaceKeyStore(self.people_table, workspace_id).adding(key, event),
            }
        )

    def _set_password(self, workspace_id: str, contact: str, password: str) -> None:
        now = datetime.now(UTC)
        event = Event("password.set", now, contact, 365, BY)
        kept = Password(hashed(password), now, "reset", BY)
        passwords = Passwords(self.people_table, workspace_id)
        transact({"password": passwords.putting(contact, kept, before=None, event=event)})

    def _add_link(self, workspace_id: str, sample: SampleLink) -> None:
        links = TeamLinks(self.people_table)
        if sample.state == "ended":
            links = TeamLinks(self.people_table, Earlier())
        lifetimes = {"expired": timedelta(days=-1), "ended": None}
        link, _ = links.create(
            workspace_id,
            by=BY,
            contact=sample.contact,
            to=sample.to,
            lifetime=lifetimes.get(sample.state, LONG),
            label=sample.label,
            token=link_token(workspace_id, sample.key),
            break_glass=sample.break_glass,
        )
        if sample.state == "revoked":
            links.revoke(workspace_id, link.id, by=BY)
        if sample.state == "replaced":
            now, after = datetime.now(UTC), public_id(link_token(workspace_id, FIRST_LINK))
            event = Event(
                "link.replaced", now, f"link-{link.id}", 365, BY, detail={"link": link.id}
            )
            store = Links(self.people_table, workspace_id)
            ended = link.replaced(after, ends=now)
            transact({"link": store.replacing(ended, ends=now, event=event)})


class Earlier:
    """The clock of a time that is over."""

    def now(self) -> datetime:
        """Return when a link was made that has ended by itself."""
        return datetime.now(UTC) - ENDED


@cache
def _tokens() -> dict[str, str]:
    tokens = (link_token(each.id, link.key) for each in WORKSPACES for link in each.links)
    return {public_id(token): token for token in tokens}


def _place(workspace_id: str) -> tuple[int, str]:
    known = [each.id for each in WORKSPACES]
    return (known.index(workspace_id) if workspace_id in known else len(known), workspace_id)


def _all_rows(table: str) -> Iterator[Row]:
    # A scan, because a laptop's table is small. No door ever scans.
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield row_of(item)
