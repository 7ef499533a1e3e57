"""In the middle of every form of the console: whatever happens, nothing typed is lost, and no write happens twice.

A form is one row of FORMS; what can happen to it is one function of EVENTS.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, asked_of, losing_the_answer

SLOW_MS = 700


@dataclass(frozen=True)
class Form:
    """One form: where it is, what is typed, and what its last press sends."""

    name: str
    screen: str
    """The fragment. ``{contact}`` is somebody of this test alone."""
    typed: dict[str, str]
    """By the labels. ``{any}`` differs in each run; ``{email}`` is the address of the contact."""
    sends: str
    """The last button."""
    method: str
    route: str
    """The end of its path."""
    ends: str
    """What is seen once it is done, after the answer to the press before it got lost."""
    checks: tuple[str, ...] = ()
    """Boxes that are ticked."""
    before: str = ""
    """The button that leads to the last one."""
    back: str = ""
    """The button that leads from there to what was typed."""
    on_contact: bool = False
    cleans: tuple[str, ...] = ()
    """The command that takes it back, for the tests after this one."""


FORMS = [
    Form("add", "add", {"Name": "N {any}", "Email": "{any}@example.org"}, "Add", "POST", "/contacts", "Added. They can sign in at once."),
    Form("edit", "edit={contact}", {"Name": "N {any}"}, "Save", "PATCH", "/contacts/ct_[^/]+", "Saved.", on_contact=True),
    Form("new-link", "new-link", {"Label": "L {any}"}, "Make a link", "POST", "/links", "The link was made already"),
    Form("new-personal-link", "new-link={contact}", {"Label": "L {any}"}, "Make a link", "POST", "/links", "The link was made already", on_contact=True),
    Form("new-key", "new-key", {"Label": "K {any}"}, "Make a key", "POST", "/keys", "Your first press made this key", checks=("links",)),
    Form("new-member", "new-member", {"Email": "{email}"}, "Add to the team", "POST", "/team", "This person is on the team already.", on_contact=True, cleans=("team", "remove", "acme", "{email}")),
    Form("settings", "change=portal-help", {"Privacy page": "https://acme.test/{any}"}, "Change it", "PATCH", "/settings", "Nothing is different from what is set now.", before="Look at the change", back="Back", cleans=("workspace", "set", "acme", "--privacy", "https://acme.example/privacy")),
]  # fmt: skip
"""Every form that sends something typed. A new one is one row more."""


@dataclass
class Filling:
    """A member who fills one form, and what they have typed."""

    member: Member
    form: Form
    values: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, object]] = field(default_factory=list)
    """The writes of a slow network."""

    @property
    def pattern(self) -> str:
        return rf"/v1/workspaces/acme{self.form.route}$"

    def presses(self) -> None:
        if self.form.before and not self.member.offers(self.form.sends).is_visible():
            self.member.presses(self.form.before)
        self.member.presses(self.form.sends)

    def has_lost_nothing(self) -> None:
        # Where the form is shown again, by the way back or after a reload.
        if self.form.back and self.member.offers(self.form.back).is_visible():
            self.member.presses(self.form.back)
        for label, text in self.values.items():
            expect(self.member.field(label)).to_have_value(text)
        for label in self.form.checks:
            expect(self.member.field(label)).to_be_checked()

    def meets(self, answer: Callable[[Route], None]) -> None:
        """Let something happen to the next writes, and to nothing else."""

        def on(route: Route) -> None:
            answer(route) if route.request.method == self.form.method else route.fallback()

        self.member.page.route(re.compile(self.pattern), on)

    def is_over(self) -> None:
        self.member.page.unroute_all(behavior="wait")


def problem(route: Route, status: int, type_: str, **more: str) -> None:
    body = {"type": type_, "title": type_, "status": status, **more}
    route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(body))


def no_network(filling: Filling) -> None:
    filling.meets(lambda route: route.abort())
    filling.presses()
    filling.member.is_told("No answer came. What you typed is kept.")


def a_session_that_ends(filling: Filling) -> None:
    page = filling.member.page
    page.route("**/v1/session/refresh", lambda route: problem(route, 401, "not-signed-in"))
    filling.meets(lambda route: problem(route, 401, "not-signed-in"))
    filling.presses()
    filling.member.is_told("You are signed out. What you typed is kept")
    expect(filling.member.offers("Sign in again")).to_be_visible()


def a_role_that_is_taken(filling: Filling) -> None:
    filling.meets(lambda route: problem(route, 403, "team-refused", reason="not-a-member"))
    filling.presses()
    filling.member.is_told("You have no role in this team.")


def a_fault_of_ours(filling: Filling) -> None:
    filling.meets(lambda route: problem(route, 503, "try-later"))
    filling.presses()
    expect(filling.member.page.get_by_role("alert").first).to_be_visible()


def a_deployment(filling: Filling) -> None:
    """The tab is of the bundle before: what it loads late has the old name, and then it is reloaded."""
    page = filling.member.page
    old = "/assets/-0123456789abcdef/words/console/de.json"

    def load(route: Route) -> None:
        route.continue_(url=f"{filling.member.house.origin}{old}")

    page.route("**/words/console/de.json", load)
    page.locator("#language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator("#language").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    filling.has_lost_nothing()
    page.reload()


def a_lost_answer_on_a_slow_network(filling: Filling) -> None:
    """Two presses while nothing comes, which are one; what it has asked for is done, and nobody knows."""
    lose = losing_the_answer(filling.member)

    def slowly(route: Route) -> None:
        filling.heard.append(dict(route.request.headers))
        filling.member.page.wait_for_timeout(SLOW_MS)
        lose(route)

    filling.meets(slowly)
    before = len(filling.heard)
    filling.presses()
    filling.member.page.get_by_role("button", name=filling.form.sends, exact=True).click(force=True)
    filling.member.is_told("No answer came. What you typed is kept.")
    assert len(filling.heard) == before + 1


EVENTS = (no_network, a_session_that_ends, a_role_that_is_taken, a_fault_of_ours, a_deployment, a_lost_answer_on_a_slow_network)  # fmt: skip


class TestInTheMiddleOfAForm:
    @pytest.mark.parametrize("form", FORMS, ids=lambda each: each.name)
    def test_csl_02_nothing_is_lost_and_nothing_is_done_twice(self, person, house, form):
        member = Member(person)
        member.comes_in("owner")
        known = {"any": secrets.token_hex(4), "contact": "", "email": ""}
        if form.on_contact:
            known["email"] = f"{secrets.token_hex(4)}@example.org"
            member.opens("add")
            member.types("Name", "Zoe Zimmer")
            member.types("Email", known["email"])
            member.presses("Add")
            member.sees_heading("Zoe Zimmer")
            known["contact"] = member.page.url.partition("contact=")[2]
        member.opens(form.screen.format(**known))
        filling = Filling(member, form)
        for label, text in form.typed.items():
            filling.values[label] = text.format(**known)
            member.types(label, filling.values[label])
        for label in form.checks:
            member.field(label).check()
        sent = asked_of(member, form.method, filling.pattern)

        try:
            for happens in EVENTS:
                happens(filling)
                filling.is_over()
                filling.has_lost_nothing()
            # What was carried out is there: the form says so, before another press.
            member.presses(form.before or form.sends)
            member.sees(form.ends)
        finally:
            for command in [form.cleans] if form.cleans else []:
                house.team(*(word.format(**known) for word in command))

        # What was carried out and what was pressed after it are the same write, by its key or by
        # what it changes.
        same = [json.dumps(each["body"], sort_keys=True) for each in sent]
        assert len(set(same)) == 1
        keys = {each["headers"].get("idempotency-key") or each["headers"].get("if-match") for each in sent}  # fmt: skip
        assert len(keys) == 1
