"""Somebody with a browser, as far as HTTP shows it."""

import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

CODE = re.compile(r"\b[0-9A-Z]{3}-[0-9A-Z]{4}\b")
MAILED_WITHIN = 20.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Visitor:
    """Keeps cookies, and says which page it is on."""

    host: str
    page: str | None = None
    """The origin of the page that sends; the front's own unless it says otherwise."""
    cookies: dict[str, str] = field(default_factory=dict)
    asked_after: int = 0
    """The newest mail before they asked for a code: an older one may have the same two letters."""

    def sends(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self._sends(method, path, body, origin=self.page or self.host, **headers)

    def sends_as_a_machine(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> Answer:
        """Send a request without any of a browser's headers."""
        return self._sends(method, path, body, **headers)

    def _sends(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        asked = urllib.request.Request(self.host + path, method=method)
        if body is not None:
            asked.data = json.dumps(body).encode()
            asked.add_header("content-type", "application/json")
        if self.cookies:
            asked.add_header("cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        for name, value in headers.items():
            asked.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(asked, timeout=20) as got:
                answer = Answer(got.status, got.headers, got.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                answer = Answer(refused.code, refused.headers, refused.read().decode())
        self._keeps(answer.headers.get_all("set-cookie") or [])
        return answer

    def world(self) -> dict[str, Any]:
        told: dict[str, Any] = self.sends("GET", "/_local/world.json").body
        return told

    def mails(self, *, after: int = 0) -> list[dict[str, Any]]:
        path = f"/_local/mailbox.json?after={after}"
        mails: list[dict[str, Any]] = self.sends("GET", path).body
        return mails

    def link(self, **wanted: Any) -> dict[str, Any]:
        """A link of the world that has these members."""
        wanted = {"workspace": "acme", "state": "alive"} | wanted
        return next(each for each in self.world()["links"] if wanted.items() <= each.items())

    def forward(self, seconds: float) -> str:
        now: str = self.sends("POST", "/_local/clock", {"forward_seconds": seconds}).body["now"]
        return now

    def asks_for_a_code(self, link: dict[str, Any], email: str | None = None) -> dict[str, Any]:
        body = {"workspace": link["workspace"], "link": link["token"]}
        self.asked_after = max((int(mail["id"]) for mail in self.mails()), default=0)
        answer = self.sends("POST", "/v1/codes", body | ({"email": email} if email else {}))
        assert answer.status == 202, answer.text
        asked: dict[str, Any] = answer.body
        return asked

    def mail_labelled(self, label: str) -> dict[str, Any]:
        ends = time.monotonic() + MAILED_WITHIN
        while time.monotonic() < ends:
            newer = self.mails(after=self.asked_after)[::-1]
            if found := [mail for mail in newer if re.search(rf"\b{label}\b", mail["text"])]:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail labelled {label} came")

    def signs_in(self, link: dict[str, Any], email: str | None = None) -> Answer:
        asked = self.asks_for_a_code(link, email)
        found = CODE.search(self.mail_labelled(asked["label"])["text"])
        assert found
        typed = {"challenge": asked["challenge"], "code": found[0]}
        return self.sends("POST", "/v1/codes/verify", typed)

    def comes_in(self, email: str) -> None:
        """Sign somebody in by Acme's shared link, and see that they are."""
        signed_in = self.signs_in(self.link(kind="shared"), email)
        assert signed_in.status == 200, signed_in.text

    def _keeps(self, cookies: list[str]) -> None:
        for cookie in cookies:
            pair, *attributes = cookie.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
