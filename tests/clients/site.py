"""A portal with pages and cookies of its own, as one browser sees it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from tests.clients.contact import Seen, Stays

LONGEST_COOKIE = 4096
"""Characters of name and value that every browser keeps (RFC 6265bis, 5.6)."""


@dataclass
class Site:
    """One browser at the portal."""

    home: str
    cookies: dict[str, str] = field(default_factory=dict)
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the last answer."""

    def opens(self, url: str, *, method: str = "GET") -> Seen:
        """Go to an address of the portal's, and no further."""
        asked = urllib.request.Request(urljoin(self.home, url), method=method)
        if method == "POST":
            asked.data = b""
            asked.add_header("origin", self.home)
            if "csrftoken" in self.cookies:
                asked.add_header("x-csrftoken", self.cookies["csrftoken"])
        asked.add_header("accept", "text/html,*/*;q=0.8")
        asked.add_header("cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            answer = urllib.request.build_opener(Stays).open(asked, timeout=20)
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            self.text, self.headers = answer.read().decode(), answer.headers
            for cookie in answer.headers.get_all("set-cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                # As a browser: a longer one changes nothing.
                if len(name) + len(value) <= LONGEST_COOKIE:
                    self.cookies[name] = value
            return Seen(answer.status, urljoin(asked.full_url, answer.headers.get("location", "")))

    def goes(self, url: str) -> Seen:
        """Go there and on, until the portal shows a page or leads elsewhere.

        The last address is the ``location``.
        """
        url = urljoin(self.home, url)
        for _ in range(5):
            seen = self.opens(url)
            if seen.status not in {301, 302, 303, 307}:
                return Seen(seen.status, url)
            if not seen.location.startswith(f"{self.home}/"):
                return seen
            url = seen.location
        raise AssertionError(f"the portal leads around in circles: {url}")

    @property
    def knows(self) -> Any:
        """What the portal says of who is signed in."""
        self.opens("/whoami.json")
        return json.loads(self.text)
