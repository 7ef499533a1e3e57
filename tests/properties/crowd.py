"""People who type addresses of every kind, side by side: nobody may tell them apart."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from portico.codes.pending_identity import PendingIdentities, PendingIdentity
from portico.events import Event
from portico.ids import BROWSER_COOKIE, digest
from portico.links.destinations import ReturnTo
from portico.links.rules import public_id
from portico.people.identities import Identity
from tests.support.doors import Answer
from tests.support.driver import Browser, Portal

KINDS = {
    "known": "ann@example.com",
    "unknown": "nobody@example.com",
    "deactivated": "dora@example.com",
    "suppressed": "sue@example.com",
    "the help desk's own": "reply+7@help.acme.test",
    "a neighbour's contact": "nora@example.com",
    "a look-alike": "ann@exаmple.com",
    "the same mailbox": "ann+x@example.com",
    "mailed too often": "mia@example.com",
}
FACEBOOK = {"id": "facebook", "kind": "facebook", "label": "Facebook", "on": True}


@dataclass
class Crowd:
    """A browser for every kind of address, each from a network of its own."""

    portal: Portal
    browsers: dict[str, Browser] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)

    @classmethod
    def gathered(cls, portal: Portal, kinds: dict[str, str] = KINDS) -> "Crowd":
        for name in ("dora", "sue", "mia"):
            contact = portal.adds(name.title(), f"{name}@example.com")
            if name == "sue":
                portal.suppresses(contact)
        portal.deactivates("dora@example.com")
        portal.adds("Desk", KINDS["the help desk's own"])
        portal.sets(inbound_addresses=["reply@help.acme.test"])
        portal.neighbour().adds("Nora", "nora@example.com")
        for n in range(5):
            early = portal.another_browser(source_ip=f"203.0.113.{n + 100}")
            early.asks_for_a_code("mia@example.com")
            portal.delivers_mail()
        assert len(portal.mails) == 4
        addresses = {kind: f"198.51.100.{n}" for n, kind in enumerate(kinds, 1)}
        return cls(
            portal, {kind: portal.another_browser(source_ip=ip) for kind, ip in addresses.items()}
        )

    def wait_for_proof(self) -> None:
        """Come back from a provider that vouches for no address, each with another account."""
        self.portal.sets(connections=[FACEBOOK])
        for kind, browser in self.browsers.items():
            browser.cookies[BROWSER_COOKIE] = f"cookie of {kind}"
            self.pending[kind] = str(
                PendingIdentities("sign-in", self.portal.id).wait(*self._comes_back(kind))
            )

    def all_answer_alike(self, step: Callable[[Browser, str], Answer]) -> int:
        """Let everybody take *step* with their address, and return the one status."""
        told = {kind: step(browser, KINDS[kind]) for kind, browser in self.browsers.items()}
        first = told["known"]
        for kind, answer in told.items():
            assert shown(answer) == shown(first), (
                f"{kind} at {datetime.now(UTC):%H:%M}: {answer.status} {answer.body}, "
                f"and not {first.status} {first.body}"
            )
        return first.status

    def gives_it(self, browser: Browser, email: str) -> Answer:
        """Answer the question for an address."""
        kind = next(kind for kind, each in self.browsers.items() if each is browser)
        return browser.gives_an_address(self.pending[kind], email)

    def _comes_back(self, kind: str) -> tuple[PendingIdentity, Event]:
        home, now = self.portal.workspace, datetime.now(UTC)
        connecting = PendingIdentity(
            identity=Identity("facebook", "https://facebook.test", f"account of {kind}"),
            label="Facebook",
            browser=digest(f"cookie of {kind}"),
            link=public_id(self.portal.shared),
            contact=None,
            return_to=ReturnTo("dashboard", home.portal_url),
            stay=home.stay,
            device=None,
        )
        return connecting, Event("sso.pending", now, home.id, home.trail_days)


def asks(browser: Browser, email: str) -> Answer:
    return browser.asks_for_a_code(email)


def asks_again(browser: Browser, _email: str) -> Answer:
    return browser.asks_again()


def guesses(code: str) -> Callable[[Browser, str], Answer]:
    return lambda browser, _email: browser.types(code, request_id=f"press of {code}")


def shown(answer: Answer) -> str:
    """All that a browser is shown, byte by byte, but for what is random in every answer."""
    text = json.dumps(answer.event, sort_keys=True)
    text = re.sub(r"chl_acme_[A-Za-z0-9_-]{22}", "chl_…", text)
    text = re.sub(r'\\"label\\":\\"[B-Z]{2}\\"', "label", text)
    return re.sub(r'\\"instance\\":\\"[0-9a-f]{32}\\"', "instance", text)
