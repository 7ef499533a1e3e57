"""A workspace in which somebody does not get in, and what browsers do there.

Everything happens through the doors and the rooms that a team uses. How a request reaches a door, and
how the streams are waited for, is the rig's: that of `make run`, or that of a test.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
from botocore.exceptions import ClientError

from local.providers.grants import client_id, client_secret
from portico.aws.tables import transact
from portico.clock import SYSTEM
from portico.directory.store import Directory, Record
from portico.events import Event
from portico.ids import base64url, digest
from portico.links.team_links import TeamLinks
from portico.links.team_workspaces import TeamWorkspaces
from portico.openid.registered_client import RegisteredClient
from portico.openid.store import RegisteredClients
from portico.people.flow import TeamPeople
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.sso.rules import Connection
from portico.sso.store import Connections, secret_name
from portico.team.store import Memberships

BY = "sample faults"
WRONG = "0000000"
CODE = re.compile(r"\b([0-9A-Z]{3})-([0-9A-Z]{4})\b")
"""As mails print it."""
CALLBACK = "https://help.example.net/callback"
VERIFIER = "a-verifier-of-the-sample-faults-that-is-no-secret-at-all"
PORTAL_SECRET = "pos_" + "sample-faults-".ljust(43, "0")

type Steps = Iterator[float]
"""What happens, step by step. Between two steps the streams are waited for, and so many seconds
pass."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door has answered."""

    status: int
    body: Any
    cookies: Mapping[str, str | None]
    """What it sets; ``None`` takes one away."""
    location: str = ""


class Rig(Protocol):
    """How a stack is reached, and its streams waited for."""

    people_table: str
    sign_in_table: str
    host: str
    providers: str
    """The origin of the fake providers."""
    connection_secrets: str

    def sends(
        self,
        route: str,
        body: Any = None,
        *,
        cookies: Mapping[str, str],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_page: bool = True,
    ) -> Reply:
        """Send a request of a browser, from our own page or as a navigation."""

    def codes_for(self, email: str) -> list[str]:
        """Return the codes that were mailed to an address, newest last."""

    def switch(self, email: str, fate: str) -> None:
        """Say what becomes of the next mails to an address (``local.mail_world``)."""


@dataclass
class Visitor:
    """One browser at one workspace."""

    rig: Rig
    workspace: str
    link: str
    cookies: dict[str, str] = field(default_factory=dict)
    challenge: str = ""
    takes_cookies: bool = True

    def sends(self, route: str, body: Any = None, **more: Any) -> Reply:
        """Send a request, and keep the cookies of its answer."""
        reply = self.rig.sends(route, body, cookies=dict(self.cookies), **more)
        for name, value in reply.cookies.items():
            if value is None:
                self.cookies.pop(name, None)
            elif self.takes_cookies:
                self.cookies[name] = value
        return reply

    def asks(self, email: str | None, *, link: str | None = None) -> Reply:
        """Ask for a code."""
        body = {"workspace": self.workspace, "link": link or self.link}
        body |= {"email": email} if email else {}
        reply = self.sends("POST /v1/codes", body)
        if reply.status == 202:
            self.challenge = reply.body["challenge"]
        return reply

    def asks_again(self) -> Reply:
        """Ask for another mail."""
        return self.sends("POST /v1/codes/resend", {"challenge": self.challenge})

    def types(self, code: str) -> Reply:
        """Type a code."""
        return self.sends("POST /v1/codes/verify", {"challenge": self.challenge, "code": code})

    def refreshes(self, **more: Any) -> Reply:
        """Ask for an access token, as the page that is open does."""
        body = {"workspace": self.workspace, **more}
        return self.sends(
            "POST /v1/session/refresh", body, headers={"sec-fetch-site": "same-origin"}
        )

    def goes_to(self, connection: str, *, link: str | None = None) -> Reply:
        """Start a trip to a provider, choose Ann's account there, and come back."""
        body = {"workspace": self.workspace, "link": link or self.link, "connection": connection}
        started = self.sends("POST /v1/sso/start", body)
        if started.status != 200:
            return started
        parts = urlsplit(started.body["authorize_url"])
        visit = HTTPConnection(parts.netloc, timeout=10)
        visit.request("GET", f"{parts.path}?{parts.query}&{urlencode({'_account': 'ann'})}")
        answer = visit.getresponse()
        answer.read()
        visit.close()
        back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return self.sends(
            "GET /v1/sso/{connection}/callback",
            path={"connection": connection},
            query=back,
            is_page=False,
        )

    def opens_the_portal(self, client: str) -> Reply:
        """Go to the authorization endpoint, as a portal on another site sends its visitor."""
        asked = {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "state": "s",
            "nonce": "n",
            "code_challenge": base64url(sha256(VERIFIER.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return self.sends("GET /oauth2/authorize", query=asked, is_page=False)


@dataclass
class Scene:
    """One workspace, with one contact who does not get in: Ann."""

    rig: Rig
    name: str
    ann: Contact
    shared: str
    """The token of the shared link."""

    @classmethod
    def open(cls, rig: Rig, name: str, *, email: str = "") -> "Scene":
        """Make the workspace, Ann, its owner Olga, and a shared link."""
        team = TeamPeople(rig.people_table)
        workspace = Workspace(
            id=name,
            name=f"{name.replace('-', ' ').capitalize()} Support",
            portal_url=f"https://portal.{name}.example",
            entrance=True,
        )
        TeamWorkspaces(rig.people_table).create(workspace, by=BY)
        ann = team.add_contact(name, name="Ann Archer", email=email or f"ann@{name}.example", by=BY)
        olga = team.add_contact(name, name="Olga Ortiz", email=f"olga@{name}.example", by=BY)
        event = Event("team.member-added", SYSTEM.now(), name, 365, BY, detail={"contact": olga.id})
        transact(Memberships(rig.people_table, name).giving(olga.id, Role.OWNER, event))
        _, token = TeamLinks(rig.people_table).create(name, by=BY)
        return cls(rig, name, ann, token)

    @property
    def team(self) -> TeamPeople:
        """What a team does with people."""
        return TeamPeople(self.rig.people_table)

    @property
    def links(self) -> TeamLinks:
        """What a team does with links."""
        return TeamLinks(self.rig.people_table)

    def sets(self, **changes: Any) -> None:
        """Change settings."""
        TeamWorkspaces(self.rig.people_table).change(self.name, changes, by=BY)

    def visitor(self, *, takes_cookies: bool = True) -> Visitor:
        """Return a new browser."""
        return Visitor(self.rig, self.name, self.shared, takes_cookies=takes_cookies)

    def code(self, n: int = -1) -> str:
        """Return a code that was mailed to Ann."""
        return self.rig.codes_for(self.ann.email)[n]

    def connects(self, *, secret: str = "", vouches_for: str = "example.com") -> None:
        """Connect the fake Google."""
        connection = Connection(
            id="google",
            workspace_id=self.name,
            kind="google",
            label="Google",
            client_id=client_id("google"),
            stand_in=f"{self.rig.providers}/google",
            vouches_for=[vouches_for],
        )
        self.keeps_secret(connection, secret or client_secret("google"))
        event = Event("connection.changed", SYSTEM.now(), "connection-google", 365, BY)
        workspace = self.team.workspace(self.name)
        Connections(self.rig.people_table, self.name).put(connection, workspace, event)

    def keeps_secret(self, connection: Connection, secret: str) -> None:
        """Keep a connection's client secret, in the place of the one before."""
        name = secret_name(self.rig.connection_secrets, connection)
        client = boto3.client("secretsmanager")
        try:
            client.create_secret(Name=name, SecretString=secret)
        except ClientError:
            client.put_secret_value(SecretId=name, SecretString=secret)

    def records(self, *, active: bool) -> None:
        """Write Ann's directory record, as an import does."""
        record = Record(
            "csv",
            "ann",
            None,
            None,
            self.ann.email,
            (self.ann.email,),
            active,
            SYSTEM.now(),
        )
        event = Event("record.changed", SYSTEM.now(), f"record-{digest(record.name)[:16]}", 365, BY)
        Directory(self.rig.people_table, self.name).put(record, event)

    def registers(self) -> str:
        """Register a portal on another site; return its client id."""
        client = RegisteredClient(
            id="help",
            workspace_id=self.name,
            label="Help",
            redirect_uris=[CALLBACK],
            post_logout_uris=[],
            secrets=[digest(PORTAL_SECRET)],
        )
        event = Event("portal.added", SYSTEM.now(), "portal-help", 365, BY)
        workspace = self.team.workspace(self.name)
        RegisteredClients(self.rig.people_table, self.name).put(client, workspace, event)
        return client.client_id


@dataclass(frozen=True, slots=True)
class Past:
    """A clock that is behind."""

    by: timedelta

    def now(self) -> datetime:
        """Return the time that it was."""
        return SYSTEM.now() - self.by
