"""The driver of the tests: a workspace with its people, and what browsers and its team do there.

The words that tests are told in.
"""

import email
import email.policy
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import time_machine

from portico.aws.values import Row, item_of
from portico.links.rules import Link
from portico.links.team_links import TeamLinks
from portico.links.team_workspaces import TeamWorkspaces
from portico.people.flow import TeamPeople
from portico.people.rules import Contact, Workspace
from tests.support import found
from tests.support.doors import ORIGIN, Answer, door, knock, stream_record
from tests.support.shared_rows import once, rows_in, sent

CODE = re.compile(r"\b([0-9A-Z]{3})-([0-9A-Z]{4})\b")
WRONG = "0000000"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""When every test begins."""


@dataclass
class Browser:
    """One browser: its place, its cookies, and the challenge it holds."""

    portal: "Portal"
    source_ip: str = "203.0.113.7"
    origin: str | None = ORIGIN
    cookies: dict[str, str] = field(default_factory=dict)
    challenge: str = ""
    trip: str = field(default="", repr=False)
    """Where the last start of SSO sends the browser."""
    last: Answer | None = None

    def sends(self, name: str, route: str, body: Any = None, **more: Any) -> Answer:
        cookies = [f"{n}={v}" for n, v in self.cookies.items()]
        more = {"origin": self.origin, "source_ip": self.source_ip, "cookies": cookies} | more
        answer = self.portal.knock(name, route, body, **more)
        for cookie in answer.cookies:
            pair, *attributes = cookie.split("; ")
            key, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = value
        self.last = answer
        return answer

    def opens_the_link(self, token: str | None = None, **more: Any) -> Answer:
        body = {"workspace": self.portal.id, "link": token or self.portal.shared, **more}
        return self.sends("resolve_link", "POST /v1/links/resolve", body)

    def asks_for_a_code(
        self, email: str | None = "ann@example.com", *, link: str | None = None, **more: Any
    ) -> Answer:
        body = {"workspace": self.portal.id, "link": link or self.portal.shared, **more}
        if email is not None:
            body["email"] = email
        answer = self.sends("request_code", "POST /v1/codes", body)
        if answer.status == 202:
            self.challenge = answer.body["challenge"]
        return answer

    def asks_again(self, **more: Any) -> Answer:
        body = {"challenge": self.challenge, **more}
        return self.sends("request_code", "POST /v1/codes/resend", body)

    def asks_for_the_mail(self, **more: Any) -> Answer:
        """Ask what became of the newest mail."""
        body = {"challenge": self.challenge, **more}
        return self.sends("request_code", "POST /v1/codes/mail", body)

    def asks_for_a_new_link(self, token: str, **more: Any) -> Answer:
        """Ask for a link in the place of one that has ended."""
        body = {"workspace": self.portal.id, "link": token, **more}
        return self.sends("request_code", "POST /v1/links/renew", body)

    def types(self, code: str, *, request_id: str | None = None, **more: Any) -> Answer:
        body = {"challenge": self.challenge, "code": code, **more}
        if request_id:
            body["request_id"] = request_id
        return self.sends("verify_code", "POST /v1/codes/verify", body)

    def types_the_mailed_code(self, **more: Any) -> Answer:
        return self.types(self.portal.mailed_code(), **more)

    def signs_in(self, email: str = "ann@example.com", **more: Any) -> Answer:
        """Do all of it."""
        self.asks_for_a_code(email)
        self.portal.delivers_mail()
        answer = self.types_the_mailed_code(**more)
        assert answer.status == 200, answer.event
        return answer

    def has_signed_in(self, email: str = "ann@example.com") -> Answer:
        """Do all of it too, for a test of what comes later: the first one does, for all of them.

        What doors answer meanwhile, and what they ask AWS, is for tests of ``signs_in``.
        """
        known, now = sorted(self.cookies.items()), datetime.now(UTC)

        def sign_in() -> tuple[dict[str, str], str, Answer]:
            answer = self.signs_in(email)
            return self.cookies.copy(), self.challenge, answer

        name = f"{email} signs in at {self.portal.id} from {self.source_ip} with {known}, {now}"
        cookies, self.challenge, answer = once(name, sign_in)
        self.cookies, self.last = cookies.copy(), answer
        return answer

    def types_a_password(
        self,
        password: str,
        email: str | None = "ann@example.com",
        *,
        link: str | None = None,
        **more: Any,
    ) -> Answer:
        body = {"workspace": self.portal.id, "link": link or self.portal.shared}
        body |= {"password": password, **more} | ({"email": email} if email else {})
        return self.sends("password", "POST /v1/passwords/sign-in", body)

    def forgets_the_password(
        self, email: str | None = "ann@example.com", *, link: str | None = None, **more: Any
    ) -> Answer:
        body = {"workspace": self.portal.id, "link": link or self.portal.shared, **more}
        body |= {"email": email} if email else {}
        answer = self.sends("password", "POST /v1/passwords/forgot", body)
        if answer.status == 202:
            self.challenge = answer.body["challenge"]
        return answer

    def sets_a_password(self, password: str, code: str, *, request_id: str | None = None) -> Answer:
        """Type the mailed code and choose a password."""
        body = {"challenge": self.challenge, "code": code, "password": password}
        body |= {"request_id": request_id} if request_id else {}
        return self.sends("password", "POST /v1/passwords/reset", body)

    def changes_the_password(self, password: str, token: str, **more: Any) -> Answer:
        body = {"workspace": self.portal.id, "password": password, **more}
        headers = {"authorization": f"Bearer {token}"}
        return self.sends("password", "PUT /v1/account/password", body, headers=headers)

    def signs_up(self, email: str, **more: Any) -> Answer:
        """Ask for the code that makes a contact."""
        body = {"workspace": self.portal.id, "link": self.portal.shared, "email": email, **more}
        answer = self.sends("password", "POST /v1/sign-up", body)
        if answer.status == 202:
            self.challenge = answer.body["challenge"]
        return answer

    def starts_sso(
        self,
        connection: str,
        *,
        link: str | None = None,
        to: str | None = None,
        language: str | None = None,
        **more: Any,
    ) -> Answer:
        body = {"workspace": self.portal.id, "link": link or self.portal.shared}
        optional = {"to": to, "language": language}
        body |= {"connection": connection} | {n: value for n, value in optional.items() if value}
        answer = self.sends("start_sso", "POST /v1/sso/start", body, **more)
        if answer.status == 200:
            self.trip = answer.body["authorize_url"]
        return answer

    def comes_back(self, account: str = "ann", mode: str = "", **changed: str | None) -> Answer:
        """Choose an account at the provider, and follow where it sends the browser.

        *changed* replaces parameters of the provider's answer; ``None`` takes one away.
        """
        connection, query = returns_from(self.trip, account, mode)
        query = {k: v for k, v in {**query, **changed}.items() if v is not None}
        return self.is_sent_back(connection, query)

    def is_sent_back(self, connection: str, query: dict[str, str], **more: Any) -> Answer:
        # A navigation from another site: no origin, and the cookies that are Lax.
        path = {"connection": connection}
        answer = self.sends("finish_sso", CALLBACK, origin=None, query=query, path=path, **more)
        if answer.mark == "c":
            self.challenge = answer.told
        return answer

    def signs_in_with(self, connection: str, account: str = "ann", **more: Any) -> Answer:
        """Start, choose, and come back."""
        started = self.starts_sso(connection, **more)
        assert started.status == 200, started.event
        return self.comes_back(account)

    def gives_an_address(self, pending: str, email: str, **more: Any) -> Answer:
        """Answer the question for an address that follows some sign-ins."""
        body = {"workspace": self.portal.id, "pending": pending, "email": email, **more}
        answer = self.sends("request_code", "POST /v1/codes", body)
        if answer.status == 202:
            self.challenge = answer.body["challenge"]
        return answer

    def refreshes(self, workspace: str | None = None) -> Answer:
        body = {"workspace": workspace or self.portal.id}
        return self.sends("session", "POST /v1/session/refresh", body)

    def reads_the_session(self, token: str, workspace: str | None = None) -> Answer:
        return self.sends(
            "session",
            "GET /v1/session",
            headers={"authorization": f"Bearer {token}"},
            query={"workspace": workspace or self.portal.id},
        )

    def signs_out(self, token: str | None = None, *, everywhere: bool = False) -> Answer:
        query = {"workspace": self.portal.id}
        if everywhere:
            query["everywhere"] = "true"
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.sends("session", "DELETE /v1/session", query=query, headers=headers)


@dataclass
class Mail:
    """One mail, as its recipient has it."""

    to: list[str]
    message: email.message.EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def language(self) -> str:
        return str(self.message["Content-Language"])

    @property
    def code(self) -> str:
        return "".join(CODE.search(self.text).groups())  # type: ignore[union-attr]


def is_line(row: Row) -> bool:
    """Say whether a row of the Trail is a line: neither the list nor the workspace's own key."""
    return "#trail#" in row["pk"] and "#trail#-" not in row["pk"]


@dataclass
class Portal:
    """Drives Acme Support as its portal's visitors and its team do: no portal, but a test's way in.

    There is one shared link, one contact called Ann, and the browser of the test.
    """

    clock: time_machine.Traveller
    team: TeamPeople
    links: TeamLinks
    workspace: Workspace
    ann: Contact
    shared: str
    browser: Browser = field(init=False)
    _mails_before: int = 0

    @classmethod
    def open(cls, clock: time_machine.Traveller, id_: str = "acme") -> "Portal":
        team, links = TeamPeople("people"), TeamLinks("people")
        workspace = team.create_workspace(
            Workspace(
                id=id_,
                name=f"{id_.title()} Support",
                portal_url=f"https://portal.{id_}.test",
                request_flows=["new-laptop"],
            ),
            by="test",
        )
        ann = team.add_contact(id_, name="Ann Archer", email="ann@example.com", by="test")
        _, token = links.create(id_, by="test")
        return cls(clock, team, links, workspace, ann, token).anew(clock)

    def anew(self, clock: time_machine.Traveller) -> Self:
        """Return the same portal before anybody has been to it."""
        portal = replace(self, clock=clock, _mails_before=len(sent()))
        portal.browser = Browser(portal)
        return portal

    @property
    def id(self) -> str:
        return self.workspace.id

    def neighbour(self, id_: str = "globex") -> "Portal":
        """Open another workspace in the same deployment."""
        other = Portal.open(self.clock, id_)
        other._mails_before = self._mails_before
        return other

    def knock(self, name: str, route: str, body: Any = None, **more: Any) -> Answer:
        """Send one request to a door of this deployment."""
        return knock(name, route, body, **more)

    def another_browser(self, **more: Any) -> Browser:
        return Browser(self, **more)

    def sets(self, **changes: Any) -> None:
        """Change settings and words, as the team does."""
        self.workspace = TeamWorkspaces(self.team.people_table).change(self.id, changes, by="test")

    def personal_link(self, who: str = "ann@example.com", **more: Any) -> str:
        return self.links.create(self.id, by="test", contact=who, **more)[1]

    def link(self, **more: Any) -> tuple[Link, str]:
        return self.links.create(self.id, by="test", **more)

    def adds(self, name: str, email: str, **more: Any) -> Contact:
        return self.team.add_contact(self.id, name=name, email=email, by="test", **more)

    def deactivates(self, email: str = "ann@example.com") -> None:
        self.team.set_active(self.id, email, False, by="test")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def forward(self, **delta: float) -> None:
        self.clock.shift(timedelta(**delta))

    # What the streams would do.

    def delivers_mail(self) -> list[dict[str, Any]]:
        """Hand every row that asks for a mail to the sender, as the stream does."""
        records = [stream_record(row) for row in self.rows("sign-in") if row.get("mail")]
        for record in records:
            assert door("send_mail").handler({"Records": [record]}, None) == OK
        return records

    def records_trail(self) -> list[Row]:
        """Hand every event that lies on a row to the trail, and read it."""
        rows = [*self.rows("sign-in"), *self.rows("people")]
        records = [stream_record(row) for row in rows if row.get("event")]
        assert door("record_trail").handler({"Records": records}, None) == OK
        return sorted(self.rows("trail"), key=lambda row: row["sk"])

    # What there is to see.

    @property
    def mails(self) -> list[Mail]:
        """The mails since the portal was opened, newest last."""
        return [_read(message) for message in sent()[self._mails_before :]]

    def mailed_code(self, index: int = -1) -> str:
        # A notice may lie on top of it.
        return [mail for mail in self.mails if CODE.search(mail.text)][index].code

    def rows(self, table: str) -> list[Row]:
        """All rows of a table; of the Trail its lines alone."""
        return [row for row in rows_in(table) if table != "trail" or is_line(row)]

    def whole_trail(self) -> list[Row]:
        """All rows of the Trail, also those that are no lines."""
        return rows_in("trail")

    def listed(self) -> list[Row]:
        """The rows of the trail's list, oldest first."""
        rows = [row for row in self.whole_trail() if "#listed#" in row["pk"]]
        return sorted(rows, key=lambda row: str(row["sk"]))

    def challenge_row(self, browser: Browser | None = None) -> Row:
        random = (browser or self.browser).challenge.split("_", 2)[2]
        return next(
            row for row in self.rows("sign-in") if row["pk"].endswith(f"#challenge#{random}")
        )

    def session_rows(self) -> list[Row]:
        return [row for row in self.rows("sign-in") if row["sk"].startswith(("session#", "held#"))]

    def writes(self, table: str, row: Row) -> None:
        """Put a row as it stands, as a fault or an attacker of the table would."""
        if row["sk"] == "head":
            found.PLANTED.add(row["pk"])
        _dynamodb().put_item(TableName=table, Item=item_of(row))

    def removes(self, table: str, row: Row) -> None:
        """Take a row away, as DynamoDB does when its time is over."""
        key = item_of({"pk": row["pk"], "sk": row["sk"]})
        _dynamodb().delete_item(TableName=table, Key=key)

    def sweeps(self) -> None:
        """Sweep what DynamoDB may sweep by now. It takes days, or minutes."""
        now = datetime.now(UTC).timestamp()
        for row in self.rows("sign-in"):
            if row.get("ttl", now) < now:
                self.removes("sign-in", row)

    def suppresses(self, contact: Contact, reason: str = "bounce") -> None:
        pk = f"{self.id}#contact#{contact.id}"
        row = next(r for r in self.rows("people") if r["pk"] == pk)
        self.writes("people", row | {"suppressed": reason})


CALLBACK = "GET /v1/sso/{connection}/callback"


def returns_from(url: str, account: str, mode: str = "") -> tuple[str, dict[str, str]]:
    """Visit a provider, choose *account*, and return whose callback it sends to with what."""
    parts = urlsplit(url)
    more = urlencode({"_account": account} | ({"_mode": mode} if mode else {}))
    visit = HTTPConnection(parts.netloc, timeout=10)
    visit.request("GET", f"{parts.path}?{parts.query}&{more}")
    answer = visit.getresponse()
    text = answer.read().decode()
    visit.close()
    assert answer.status == 302, text
    back = urlsplit(answer.headers["location"])
    query = {name: ",".join(values) for name, values in parse_qs(back.query).items()}
    return back.path.split("/")[3], query


OK: dict[str, Any] = {"batchItemFailures": []}


@cache
def _dynamodb() -> Any:
    # The test's own client, so that its looks into the tables are not on the doors' wire.
    return boto3.client("dynamodb")


@lru_cache(512)
def _read(message: Any) -> Mail:
    content = email.message_from_string(message.raw_data, policy=email.policy.default)
    return Mail([str(each) for each in message.destinations], content)


__all__ = ["OK", "WRONG", "Browser", "Portal", "replace"]
