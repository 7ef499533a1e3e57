"""A browser, a mailbox and a team, all outside the deployed stack."""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import Client, TestResponse

from local.http import Gateway
from local.routes import routes_of
from portico.aws.keys import ring
from portico.deliveries.mail_tags import MailTags
from portico.directory.record_import import DirectoryImport
from portico.directory.store import Record
from portico.events import Event
from portico.ids import digest
from portico.links.team_links import TeamLinks
from portico.openid.registered_client import RegisteredClient, new_secret
from portico.openid.store import RegisteredClients
from portico.people.flow import TeamPeople
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.deployed.cloud import PORTAL, Stack
from tests.support.lambda_environment import forget_clients
from tests.support.template import translated

HOST = "signin.portico.test"
ORIGIN = f"https://{HOST}"
CALLBACK = "https://help.example.net/callback"
SIGNED_OUT = "https://help.example.net/signed-out"
SECRET = new_secret(secrets.token_bytes(32))
"""The other portal's, of this run."""
CODE = re.compile(r"\b[0-9A-Z]{3}-[0-9A-Z]{4}\b")
MAILED_WITHIN = 15.0
"""Seconds. Two cold starts of the emulator's functions, on a busy machine."""


class Browser:
    """A browser on the hosted page, in front of the deployed doors."""

    def __init__(self, stack: Stack) -> None:
        gateway = Gateway(routes_of(translated()), stack.invoke, hosts=(HOST,))
        self._client = Client(gateway)

    def sends(
        self, method: str, path: str, body: Any = None, *, origin: str = ORIGIN, **headers: str
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(
            path, method=method, json=body, base_url=ORIGIN, headers={"origin": origin, **named}
        )

    def goes_to(self, path: str) -> str:
        """Go to an address of ours, as a portal's page sends a browser there, and say where on."""
        answer = self._client.open(path, base_url=ORIGIN)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def posts(self, path: str, form: dict[str, str], **headers: str) -> TestResponse:
        """Send a form, as a portal's server does."""
        return self._client.open(path, method="POST", data=form, base_url=ORIGIN, headers=headers)


class Acme:
    """A workspace, its team and its people, with the account's own rights as the CLI has them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._table = stack.outputs["PeopleTable"]
        with self._as_the_team():
            home = Workspace("acme", "Acme Support", PORTAL, password_method=True, sign_up=True)
            TeamPeople(self._table).create_workspace(home, by="cli")
            _, self.link = TeamLinks(self._table).create("acme", by="cli", to="ticket:123")
            other = RegisteredClient(
                "help-center",
                "acme",
                "On another site",
                redirect_uris=[CALLBACK],
                post_logout_uris=[SIGNED_OUT],
                secrets=[digest(SECRET)],
            )
            event = Event("portal.added", datetime.now(UTC), "portal-help-center", 365, "cli")
            RegisteredClients(self._table, "acme").put(other, home, event)
            self.client_id = other.client_id
            self._other = other

    def is_told_at(self, uri: str) -> None:
        """Let the other portal be told of sign-outs."""
        with self._as_the_team():
            home = TeamPeople(self._table).workspace("acme")
            event = Event("portal.changed", datetime.now(UTC), "portal-help-center", 365, "cli")
            told = replace(self._other, backchannel_logout_uri=uri)
            RegisteredClients(self._table, "acme").put(told, home, event)

    def puts_on_the_team(self, contact: Contact, role: Role) -> None:
        with self._as_the_team():
            home = TeamPeople(self._table).workspace("acme")
            self._members.add(home, contact, role, host=HOST, by="cli")

    def takes_off_the_team(self, contact: str) -> None:
        with self._as_the_team():
            people = TeamPeople(self._table)
            home, member = people.workspace("acme"), people.contact("acme", contact)
            self._members.remove(home, member, host=HOST, by="cli")

    @property
    def _members(self) -> TeamMembers:
        return TeamMembers(self._table, self.stack.outputs["SignInTable"])

    def deactivates(self, contact: Contact) -> None:
        with self._as_the_team():
            TeamPeople(self._table).set_active("acme", contact.id, False, by="cli")

    def loses_from_its_directory(self, contact: Contact) -> None:
        """Import a directory that has the contact in it, and one that says they have left."""
        at = datetime.now(UTC)
        with self._as_the_team():
            home = TeamPeople(self._table).workspace("acme")
            taking = DirectoryImport(self._table, home, by="cli")
            for active in (True, False):
                person = Record("csv", contact.id, None, None, "x", (contact.email,), active, at)
                taking.take([person], is_complete=True)

    def makes_a_key(self, owner: Contact, *scopes: Scope) -> str:
        """A key of the workspace, for which *owner*, who is one, answers."""
        with self._as_the_team():
            home = TeamPeople(self._table).workspace("acme")
            keys = WorkspaceKeys(self._table, self.stack.outputs["SignInTable"])
            asked: Any = {"label": "Directory", "scopes": list(scopes)}
            return keys.add(home, owner, **asked, host=HOST, by="cli")[1]

    def adds_a_contact(self) -> Contact:
        """A new contact: a mailbox gets few mails an hour, so each test has its own."""
        address = f"{secrets.token_hex(4)}@example.com"
        with self._as_the_team():
            return TeamPeople(self._table).add_contact("acme", name="Ann", email=address, by="cli")

    def mail_to(self, address: str) -> dict[str, Any]:
        """Wait for the first mail to *address*."""
        ends = time.monotonic() + MAILED_WITHIN
        while time.monotonic() < ends:
            if found := [mail for mail in self.stack.mails() if address in mail["To"]]:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail came\n{self.stack.log_of('SendMail')}")

    def code_to(self, address: str) -> str:
        """Wait for the code in the first mail to *address*."""
        found = CODE.search(self.mail_to(address)["BodyText"])
        assert found
        return found[0]

    def trail(self) -> set[str]:
        """Names of what has been recorded."""
        rows = self.stack.client("dynamodb").scan(TableName=self.stack.outputs["TrailTable"])
        # Rows of the list have no name.
        return {row["name"]["S"] for row in rows["Items"] if "name" in row}

    def trail_of(self, contact: Contact) -> list[str]:
        """Names of what has been recorded of a contact."""
        found = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["TrailTable"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"acme#trail#{contact.id}"}},
        )
        return [row["name"]["S"] for row in found["Items"]]

    def tags_of(self, mail: str, contact: Contact, *, began: int) -> dict[str, str]:
        """The tags of a first mail to a contact, which SES gives back with all that it tells."""
        with self._as_the_team():
            key = ring(self.stack.outputs["CodeSecret"]).current().delivery
        tags = MailTags("acme", mail, 1, contact.id, 365, began)
        return tags.signed(key=key, to=contact.email)

    @contextmanager
    def _as_the_team(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.stack.emulator.environment().items():
                patch.setenv(name, value)
            forget_clients()
            yield
        forget_clients()


@dataclass
class Visitor:
    """A contact with a browser of their own."""

    acme: Acme
    contact: Contact
    browser: Browser
    asked: Any = None
    link: str = ""
    """Through which they come: the workspace's, unless it is another one."""

    def asks_for_a_code(self) -> Any:
        link = self.link or self.acme.link
        body = {"workspace": "acme", "link": link, "email": self.contact.email}
        self.asked = self.browser.sends("POST", "/v1/codes", body)
        assert self.asked.status_code == 202, self.acme.stack.log_of("RequestCode")
        return self.asked.json

    def types(self, code: str) -> TestResponse:
        body = {"challenge": self.asked.json["challenge"], "code": code}
        return self.browser.sends("POST", "/v1/codes/verify", body)

    def signs_in(self) -> Any:
        self.asks_for_a_code()
        verified = self.types(self.acme.code_to(self.contact.email))
        assert verified.status_code == 200, self.acme.stack.log_of("VerifyCode")
        return verified.json

    def refreshes(self) -> TestResponse:
        return self.browser.sends("POST", "/v1/session/refresh", {"workspace": "acme"})

    def is_believed(self, token: str) -> bool:
        """Whether the published keys and the session door both take *token*."""
        keys: Any = self.browser.sends("GET", "/.well-known/jwks.json").json
        jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"])
        bearer = f"Bearer {token}"
        read = self.browser.sends("GET", "/v1/session?workspace=acme", authorization=bearer)
        return read.status_code == 200
