"""Somebody at the hosted page: does over HTTP what its scripts do in a browser."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from tests.browser.house import House
from tests.clients.portal import Portal
from tests.local.visitor import Visitor


@dataclass(frozen=True)
class Seen:
    """What a navigation came to."""

    status: int
    location: str

    @property
    def query(self) -> dict[str, str]:
        """The query of where it leads."""
        return {k: v[0] for k, v in parse_qs(urlsplit(self.location).query).items()}


class Stays(urllib.request.HTTPRedirectHandler):
    """Shows where an answer leads, and does not go there."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Contact:
    """One browser, and whose it is."""

    def __init__(self, house: House, email: str) -> None:
        self.email = email
        self.house = house
        self.page = Visitor(house.origin)
        self.screens = 0
        """How often they had to sign in."""

    def opens(self, url: str) -> Seen:
        """Go to an address of Portico's, as another site's link or redirect does."""
        assert url.startswith(self.page.host + "/")
        asked = urllib.request.Request(url)
        asked.add_header("sec-fetch-site", "cross-site")
        asked.add_header("sec-fetch-mode", "navigate")
        if self.page.cookies:
            pairs = (f"{k}={v}" for k, v in self.page.cookies.items())
            asked.add_header("cookie", "; ".join(pairs))
        try:
            answer = urllib.request.build_opener(Stays).open(asked, timeout=20)
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            self.page._keeps(answer.headers.get_all("set-cookie") or [])
            return Seen(answer.status, urljoin(url, answer.headers.get("location", "")))

    def authorizes(self, url: str) -> str:
        """Follow an authorization request, signing in where the page asks for it.

        Returns where the answer leads, which is an address of the portal's.
        """
        seen = self.opens(url)
        assert seen.status == 303, seen
        asked = self.is_asked(seen)
        if asked is None:
            return seen.location
        workspace, entrance, request = asked
        self.signs_in({"workspace": workspace, "token": entrance})
        back = self.opens(f"{self.page.host}/oauth2/authorize?{request}")
        assert back.status == 303, back
        assert self.is_asked(back) is None, back
        return back.location

    def is_asked(self, seen: Seen) -> tuple[str, str, str] | None:
        """Say whether a navigation came to the page, with what its fragment told it."""
        to = urlsplit(seen.location)
        if f"{to.scheme}://{to.netloc}" != self.page.host or to.path.startswith("/oauth2/"):
            return None
        parts = dict(part.split("=", 1) for part in to.fragment.split("&"))
        return to.path.strip("/"), parts["l"], unquote(parts["o"])

    def signs_in(self, link: dict[str, Any]) -> Any:
        """Ask for a code, read it and type it. Returns what the page is told."""
        self.screens += 1
        before = self.house.newest_mail()
        asked = self.page.asks_for_a_code(link, None if link.get("contact") else self.email)
        code = self.house.code_mailed_to(self.email, label=asked["label"], after=before)
        typed = {"challenge": asked["challenge"], "code": code}
        answer = self.page.sends("POST", "/v1/codes/verify", typed)
        assert answer.status == 200, answer.text
        return answer.body

    def is_signed_in(self, workspace: str) -> bool:
        """Say whether this browser has a session's cookie."""
        return f"__Host-portico-{workspace}" in self.page.cookies


def signs_in(portal: Portal, contact: Contact, to: str = "/tickets/4711") -> dict[str, Any]:
    """A whole sign-in, begun at the portal. Returns what the portal knows then."""
    back = contact.authorizes(portal.does("begins", to=to))
    told: dict[str, Any] = portal.does("finishes", url=back)
    return told
