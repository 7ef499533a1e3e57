"""A member of a team at the console: goes by what is written on the page, and by nothing else."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from tests.browser.person import Person

OF_ACME = {"owner": "Olga Ortiz", "admin": "Adam Novak", "agent": "Grace Lind", "auditor": "Iris Moreau"}  # fmt: skip
"""The team of the sample workspace, by role."""


class Member:
    """One member in one tab."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page: Page = person.page
        self.house = person.house

    def comes_in(self, role: str = "owner", *, heading: str = "Find a contact") -> None:
        """Sign in with a mailed code, and open the console.

        By the requests that the mailbox page of `make run` sends for whoever presses a name, since
        drawing two pages first would be most of the work.
        """
        known = {"workspace": "acme", "name": OF_ACME[role]}
        email = next(
            each["email"] for each in self.house.world["contacts"] if known.items() <= each.items()
        )
        self.is_signed_in(email, to="team")
        self.page.goto(f"{self.house.origin}/acme/team")
        self.sees_heading(heading)

    def is_signed_in(self, email: str, **wanted: str) -> None:
        """Sign somebody in, by the requests alone."""
        before = self.house.newest_mail()
        asked = self.asks_for_a_code(email, **wanted)
        code = self.house.code_mailed_to(email, label=asked["label"], after=before)
        self._posts("/v1/codes/verify", {"challenge": asked["challenge"], "code": code})

    def asks_for_a_code(self, email: str, **wanted: str) -> dict[str, str]:
        """Have a code mailed to somebody."""
        return self._posts("/v1/codes", {"link": self.house.link()["token"], "email": email, **wanted})  # fmt: skip

    def _posts(self, path: str, body: dict[str, str]) -> dict[str, str]:
        # What the browser would say of a request by a page of ours. Its cookies are the browser's own;
        # no page is drawn only to ask from.
        ours = {"origin": self.house.origin, "sec-fetch-site": "same-origin"}
        url, data = f"{self.house.origin}{path}", {"workspace": "acme", **body}
        answer = self.page.context.request.post(url, data=data, headers=ours)
        assert answer.ok, answer.text()
        told: dict[str, str] = answer.json()
        return told

    def opens(self, fragment: str = "") -> None:
        """Open a screen by its address, in a page that was not there before."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.house.origin}/acme/team#{fragment}")

    def finds(self, email: str) -> None:
        """From anywhere to a contact's page: one press and one typed address."""
        self.page.get_by_role("link", name="Find a contact").click()
        self.types("Email address", email)
        self.presses("Find")

    def types(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def chooses(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def confirms(self, name: str) -> None:
        """Answer the question that came up."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def goes_without_it(self) -> None:
        """Leave what is shown once, and was read off the page."""
        self.presses("Done")
        self.confirms("Go without it")

    def signs_in_again(self, email: str) -> None:
        """Through the sign-in page, and back."""
        self.presses("Sign in again")
        self.signs_in_there(email)

    def signs_in_there(self, email: str) -> None:
        """On the sign-in page."""
        self.person.asks_for_a_code(email)
        self.person.types(self.person.reads_the_code())
        self.person.continues()
        self.page.wait_for_url("**/acme/team*")

    def part(self, heading: str) -> Locator:
        """The part of the screen below a heading."""
        return self.page.get_by_role("region", name=heading, exact=True)

    def row(self, text: str) -> Locator:
        """The row of a table that has a text."""
        return self.page.get_by_role("row").filter(has_text=text)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def is_told(self, text: str) -> None:
        said = self.page.get_by_role("status").or_(self.page.get_by_role("alert"))
        expect(said.filter(has_text=text).first).to_be_visible()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def offers(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)


def asked_of(member: Member, method: str, path: str) -> list[dict[str, Any]]:
    """Listen to the requests of a route; each with its headers and body."""
    heard: list[dict[str, Any]] = []

    def hear(request: Any) -> None:
        if request.method == method and re.search(path, request.url):
            heard.append({"headers": request.headers, "body": body_of(request)})

    member.page.on("request", hear)
    return heard


def body_of(request: Any) -> Any:
    """What a request sends: a JSON value, or the bytes of a file in letters."""
    if not request.post_data_buffer:
        return None
    if request.headers.get("content-type") != "application/json":
        return request.post_data_buffer.hex()
    return request.post_data_json


def losing_the_answer(member: Member) -> Callable[[Route], None]:
    """A route whose requests are carried out, and whose answers never come."""

    def lose(route: Route) -> None:
        answer_to(member, route)
        route.abort()

    return lose


def answer_to(member: Member, route: Route) -> APIResponse:
    """Let a request that was caught be answered, and return what the browser has not seen yet."""
    # The browser adds these two after a request was caught.
    ours = {"origin": member.house.origin, "sec-fetch-site": "same-origin"}
    answer = route.fetch(headers=route.request.headers | ours)
    assert answer.ok, answer.text()
    return answer
