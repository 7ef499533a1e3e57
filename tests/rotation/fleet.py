"""Several environments of the same doors, warm and of different ages, as Lambda keeps them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.support.doors import Answer, answered, door, http_event, stream_record
from tests.support.driver import OK, Browser, Portal

OF_PORTALS = ("authorize", "token", "userinfo", "end_session")
DOORS = ("resolve_link", "request_code", "send_mail", "verify_code", "session", *OF_PORTALS)

type Start = Callable[..., None]
"""The fixture ``environments``: forget what the process keeps, and read other variables."""


@dataclass
class Fleet:
    """The environments that are up. Who asks meets any of them."""

    start: Start
    chance: random.Random
    up: list[dict[str, ModuleType]] = field(default_factory=list)

    def grows(self, **variables: str) -> None:
        """Start one environment more."""
        self.start(**variables)
        self.up.append({name: door(name) for name in DOORS})

    def door(self, name: str) -> ModuleType:
        return self.chance.choice(self.up)[name]


@dataclass
class BusyPortal(Portal):
    """A portal whose every request meets another environment."""

    fleet: Fleet = field(init=False)

    def knock(self, name: str, route: str, body: Any = None, **more: Any) -> Answer:
        return answered(self.fleet.door(name).handler, http_event(route, body, **more))

    def delivers_mail(self) -> list[dict[str, Any]]:
        records = [stream_record(row) for row in self.rows("sign-in") if row.get("mail")]
        for record in records:
            assert self.fleet.door("send_mail").handler({"Records": [record]}, None) == OK
        return records


@dataclass
class Visits:
    """People who sign in all day, each with a mailbox and a browser of their own."""

    portal: BusyPortal
    waiting: list[tuple[Browser, str]] = field(default_factory=list)
    """Browsers whose code is mailed and not typed yet."""
    inside: list[Browser] = field(default_factory=list)
    count: int = 0

    def somebody_asks(self) -> None:
        self.count += 1
        email = f"visitor{self.count}@example.com"
        self.portal.adds(f"Visitor {self.count}", email)
        browser = self.portal.another_browser(source_ip=f"203.0.113.{self.count % 250}")
        assert browser.asks_for_a_code(email).status == 202
        self.portal.delivers_mail()
        self.waiting.append((browser, self.portal.mailed_code()))

    def those_who_asked_type(self) -> list[str]:
        """Type what was mailed; return the access tokens."""
        answers = [browser.types(code) for browser, code in self.waiting]
        self.inside += [browser for browser, _ in self.waiting]
        self.waiting.clear()
        return [token_of(answer) for answer in answers]

    def all_refresh(self, *, keep: int) -> list[str]:
        """Let the newest *keep* browsers refresh, each in two tabs; return the access tokens."""
        self.inside = self.inside[-keep:]
        tokens = []
        for browser in self.inside:
            before = dict(browser.cookies)
            tokens.append(token_of(browser.refreshes()))
            after = dict(browser.cookies)
            # Another tab, which had not seen the first one's answer yet.
            browser.cookies = before
            tokens.append(token_of(browser.refreshes()))
            assert browser.cookies == after
        return tokens


def token_of(answer: Answer) -> str:
    assert answer.status == 200, answer.event
    token: str = answer.body["access_token"]
    return token
