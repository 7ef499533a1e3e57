"""What a portal holds after a sign-in, and what somebody could make of it."""

import os
from dataclasses import dataclass, field, replace
from typing import Any, Self

from portico.aws.values import Row
from portico.sessions.access_token import signed
from portico.sessions.rules import RefreshToken
from tests.sessions.tokens import read
from tests.support.doors import Answer
from tests.support.driver import Browser, Portal
from tests.support.openid_site import SIGNED_OUT, Site
from tests.support.shared_rows import once


@dataclass
class Held:
    """The tokens of one sign-in, and the two sessions behind them."""

    site: Site
    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @classmethod
    def by(cls, site: Site, browser: Browser, **asked: str | None) -> Self:
        """Let a portal sign in with a browser, all the way."""
        told = site.signs_in(browser, **asked)
        return cls(site, *(told[name] for name in ("access_token", "id_token", "refresh_token")))

    @property
    def row(self) -> Row:
        """The portal's own session."""
        token = RefreshToken.parse(self.refresh_token)
        assert token is not None
        return session_row(self.site, token.session)

    @property
    def browsers_row(self) -> Row:
        """The one that it came from."""
        return session_row(self.site, read(self.id_token).claims["sid"])


def signed_in(portal: Portal) -> tuple[Browser, Held]:
    """Return Ann's browser, and what a portal holds of her since it sent the browser here.

    It happens once in a process: all of it takes longer than most tests of what comes after.
    """

    def make() -> tuple[dict[str, str], Held]:
        browser = portal.another_browser()
        browser.signs_in()
        pages = [SIGNED_OUT, f"{SIGNED_OUT}?of=acme"]
        held = Held.by(Site.register(portal, post_logout_uris=pages), browser)
        return browser.cookies, held

    cookies, held = once("ann at a portal", make)
    return Browser(portal, cookies=dict(cookies)), replace(
        held, site=replace(held.site, portal=portal)
    )


def session_row(site: Site, id_: str) -> Row:
    return next(each for each in site.portal.session_rows() if each["id"] == id_)


def is_running(row: Row) -> bool:
    return "ended_at" not in row


def changed(token: str, *, typ: str | None = None, **claims: Any) -> str:
    """Sign a token as if we had made it, with other claims or for another use."""
    told = read(token)
    key = os.environ["SIGNING_KEYS"]
    return signed(told.claims | claims, typ=typ or told.header["typ"], key=key)


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and error of a refusal in the protocol's words."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.body["error"]
