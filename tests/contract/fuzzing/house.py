"""The running house, as somebody who signs in there sees it over HTTP."""

import json
import os
import re
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from email.message import Message
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

CODE = re.compile(r"\b[0-9A-Z]{3}-[0-9A-Z]{4}\b")
MAILED_WITHIN = 1.5
"""Seconds; it takes half of one."""
MAILED_AT_LAST = 15
"""Seconds, where a mail must come, on a machine with other things to do."""
UNDO = re.compile(r"#undo=(\S+)")
GRANTED = re.compile(r"[?&]code=([^&]+)")
VERIFIER = "a" * 43
REQUEST = {
    "response_type": "code",
    "scope": "openid email profile",
    "code_challenge": "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",
    "code_challenge_method": "S256",
}
FURTHEST = 60
"""Days that time may be moved on: the links of the local world live for ninety."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass
class House:
    """One house, and the contact who is called Ann."""

    origin: str
    link: str = ""
    days: float = 0
    portal: dict[str, str] = field(default_factory=dict)
    """The request of Harbor's public portal, which lives on another site."""
    _cookie: str = ""
    _mails: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_environment(cls) -> "House":
        """Find the house that the test has started."""
        house = cls(os.environ["PORTICO_HOUSE"])
        links = house.asks("GET", "/_local/world.json")["links"]
        house.link = next(
            each["token"]
            for each in links
            if (each["workspace"], each["kind"], each["state"]) == ("acme", "shared", "alive")
        )
        portal = next(
            each for each in house.asks("GET", "/_local/world.json")["portals"] if each["public"]
        )
        house.portal = REQUEST | {
            "client_id": portal["client_id"],
            "redirect_uri": portal["redirect_uris"][0],
        }
        return house

    @property
    def link_id(self) -> str:
        """The id of the link that Ann comes in by."""
        return sha256(self.link.encode()).hexdigest()[:16]

    def signs_in(self) -> dict[str, Any]:
        """Sign in with the fake Google, and return the session as a back end has it."""
        token = self._cookie_of("acme", self.link).partition("=")[2]
        refresh = {"workspace": "acme", "refresh_token": token}
        answered: dict[str, Any] = self.asks("POST", "/v1/session/refresh", refresh)
        return answered

    def team_token(self) -> str:
        """Sign Ann in with the fake Google at our own page, and return her token for the team's side."""
        cookie = self._cookie_of("acme", self.link)
        page = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        wanted = {"workspace": "acme", "scope": "team"}
        status, _, text = self._sends("POST", "/v1/session/refresh", wanted, cookie=cookie, **page)
        assert status == 200, text
        return str(json.loads(text)["access_token"])

    def signs_up(self, email: str) -> dict[str, Any] | None:
        """Make a contact with this address, and return the session as a back end has it.

        Returns:
            ``None`` where made-up addresses have had every mail that strangers may have.
        """
        for within in (MAILED_WITHIN, MAILED_AT_LAST):
            asked = {"workspace": "acme", "link": self.link, "email": email}
            challenge = self.asks("POST", "/v1/sign-up", asked)
            code = self.mailed(challenge["label"], to=email, within=within)
            if code:
                typed = {"challenge": challenge["challenge"], "code": code}
                answered: dict[str, Any] = self.asks("POST", "/v1/codes/verify", typed)
                return answered
            self.forward(hours=25)
        return None

    def deletes_an_account(self, token: str) -> tuple[int, str]:
        """Delete the account of an access token, and return the status and the type of a refusal."""
        path = "/v1/account?workspace=acme"
        status, _, text = self._sends("DELETE", path, authorization=f"Bearer {token}")
        return status, json.loads(text or "{}").get("type", "")

    def reads_an_account(self, token: str) -> int:
        """Read the account of an access token, and return the status."""
        path = "/v1/account?workspace=acme"
        return self._sends("GET", path, authorization=f"Bearer {token}")[0]

    def gets_a_code(self) -> str:
        """Send a browser that is signed in at Harbor by its portal's request."""
        for _ in range(2):
            path = f"/oauth2/authorize?{urlencode(self.portal)}"
            _, headers, _ = self._sends("GET", path, cookie=self._cookie)
            found = GRANTED.search(headers["location"])
            if found:
                return found[1]
            self._cookie = self._cookie_of("harbor", self.portal["client_id"])
        raise AssertionError("nobody signs in at Harbor")

    def gets_tokens(self) -> dict[str, Any]:
        """Sign in at Harbor's portal, and return what it is given."""
        asked = {name: self.portal[name] for name in ("client_id", "redirect_uri")}
        form = asked | {"code": self.gets_a_code(), "code_verifier": VERIFIER}
        form["grant_type"] = "authorization_code"
        answered: dict[str, Any] = self.asks("POST", "/oauth2/token", urlencode(form))
        return answered

    def exchanges(self, form: dict[str, str]) -> int:
        """Send a token request of Harbor's portal, and return its status."""
        return self._sends("POST", "/oauth2/token", urlencode(form))[0]

    def _cookie_of(self, workspace: str, link: str) -> str:
        start = {"workspace": workspace, "link": link, "connection": "google"}
        status, headers, text = self._sends("POST", "/v1/sso/start", start)
        assert status == 200, text
        cookie = headers["set-cookie"].partition(";")[0]
        url = json.loads(text)["authorize_url"] + "&" + urlencode({"_account": "ann"})
        _, headers, _ = self._sends("GET", url)
        _, headers, _ = self._sends("GET", headers["location"], cookie=cookie)
        return str(headers["set-cookie"].partition(";")[0])

    def mailed(self, label: str, *, to: str = "", within: float = MAILED_WITHIN) -> str | None:
        """Return the code of the newest mail with this label, if it comes: budgets let some not go.

        Two codes may have drawn the same two letters, so who must have theirs says *to* whom.
        """
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            for mail in reversed(self.mails()):
                found = CODE.search(mail["text"])
                if found and to in mail["to"] and re.search(rf"\b{label}\b", mail["text"]):
                    return found[0]
            time.sleep(0.1)
        return None

    def mails(self) -> list[dict[str, Any]]:
        """Everything that was mailed so far, oldest first; what is known already is not read again."""
        known = self._mails[-1]["id"] if self._mails else 0
        self._mails += self.asks("GET", f"/_local/mailbox.json?after={known}")
        return self._mails

    def undo_link(self, *, known: str) -> str | None:
        """Return the token of the newest undo link, if one comes after the *known* one."""
        ends = time.monotonic() + MAILED_AT_LAST
        while time.monotonic() < ends:
            texts = [mail["text"] for mail in self.mails()]
            found = [match[1] for text in texts if (match := UNDO.search(text))]
            if found and found[-1] != known:
                return found[-1]
            time.sleep(0.1)
        return None

    def forward(self, *, hours: float) -> None:
        """Move time on, so that no budget is spent for good."""
        self.days += hours / 24
        if self.days < FURTHEST:
            self.asks("POST", "/_local/clock", {"forward_seconds": hours * 3600})

    def session_of(self, token: str) -> str:
        """Name the session of an access token (``sid``) or a refresh token (its second part).

        Returns:
            An empty text for what is neither: a fuzzer sends that too.
        """
        parts = token.split(".")
        if len(parts) == 4:
            return parts[1]
        try:
            claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
            return str(claims["sid"])
        except (ValueError, IndexError, KeyError, TypeError):
            return ""

    def asks(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must be granted."""
        status, _, text = self._sends(method, path, body)
        assert status < 300, text
        return json.loads(text)

    def status_of(self, path: str, body: Any, headers: dict[str, str]) -> int:
        """Send a request that may be refused."""
        return self._sends("POST", path, body, **headers)[0]

    def _sends(
        self, method: str, url: str, body: Any = None, **headers: str
    ) -> tuple[int, Message, str]:
        address = url if url.startswith("http") else self.origin + url
        asked = urllib.request.Request(address, method=method, headers=headers)
        if isinstance(body, str):
            asked.data = body.encode()
            asked.add_header("content-type", "application/x-www-form-urlencoded")
        elif body is not None:
            asked.data = json.dumps(body).encode()
            asked.add_header("content-type", "application/json")
        try:
            with urllib.request.build_opener(_Stay).open(asked, timeout=20) as got:
                return got.status, got.headers, got.read().decode()
        except urllib.error.HTTPError as other:
            with other:
                return other.code, other.headers, other.read().decode()
