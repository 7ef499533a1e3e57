"""A contact who is signed in, and what they do with their account."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.doors import Answer
from tests.support.driver import Browser, Portal


@dataclass
class Member:
    """A contact in a browser, with the access token that their page holds."""

    portal: Portal
    browser: Browser
    token: str = field(default="", repr=False)

    def signs_in(self, email: str = "ann@example.com") -> "Member":
        self.token = self.browser.signs_in(email).body["access_token"]
        return self

    def has_signed_in(self, email: str = "ann@example.com") -> "Member":
        self.token = self.browser.has_signed_in(email).body["access_token"]
        return self

    def stays(self) -> None:
        """Refresh once: only before that does a session end with the way in that it began by."""
        self.portal.forward(minutes=1)
        self.token = self.browser.refreshes().body["access_token"]

    def asks(self, route: str, body: dict[str, Any] | None = None, **more: Any) -> Answer:
        """Send one request of the account, as the page does."""
        headers = {"authorization": f"Bearer {self.token}"}
        door = {"PUT": "password"}.get(route.split(" ", maxsplit=1)[0], "account")
        if route == "POST /v1/account/identities":
            door = "start_sso"
        if body is None:
            query = {"workspace": self.portal.id, **more.pop("query", {})}
            return self.browser.sends(door, route, headers=headers, query=query, **more)
        body = {"workspace": self.portal.id, **body}
        return self.browser.sends(door, route, body, headers=headers, **more)

    def reads(self) -> dict[str, Any]:
        answer = self.asks("GET /v1/account")
        assert answer.status == 200, answer.event
        body: dict[str, Any] = answer.body
        return body

    def asks_to_move(self, email: str) -> Answer:
        answer = self.asks("POST /v1/account/email", {"email": email})
        if answer.status == 202:
            self.browser.challenge = answer.body["challenge"]
        return answer

    def confirms_the_move(self, code: str | None = None, **more: Any) -> Answer:
        body = {
            "challenge": self.browser.challenge,
            "code": code or self.portal.mailed_code(),
            **more,
        }
        return self.asks("POST /v1/account/email/confirm", body)

    def moves(self, email: str) -> Answer:
        self.asks_to_move(email)
        self.portal.delivers_mail()
        return self.confirms_the_move()

    def undoes(self, token: str, **more: Any) -> Answer:
        """Follow the link in the notice, in a browser of its own."""
        body = {"workspace": self.portal.id, "undo": token, **more}
        other = self.portal.another_browser()
        return other.sends("account", "POST /v1/account/email/undo", body)


@pytest.fixture
def ann(portal: Portal) -> Member:
    """Ann, signed in by code."""
    return Member(portal, portal.browser).has_signed_in()


@pytest.fixture
def elsewhere(ann: Member, portal: Portal) -> Member:
    """Ann too, in another browser."""
    return Member(portal, portal.another_browser()).has_signed_in()
