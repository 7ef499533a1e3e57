"""In the middle of every form of the console: whatever happens, nothing typed is lost, and no write happens twice.

A form is one row of FORMS; what can happen to it is one function of EVENTS. What all forms and presses
share (`form` and `Place.press`, which ask, wait and tell) meets every event there, with each kind of
form. What is a press's own is what its second press sends and says, so the rows of PRESSES meet the two
events after which that matters: a session that ends, and an answer that is lost.

tests/page/test_console_writes.py holds that whatever the console sends has a row here, or a test of its own:
an import, which is many requests, has them in test_console_import.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.desk import Desk
from tests.browser.member import Member, asked_of, body_of, losing_the_answer
from tests.browser.person import Person
from tests.browser.test_console_contacts import puts_ref
from tests.browser.test_console_portal import PICTURE

SLOW_MS = 400

type Known = dict[str, str]
"""What a row's texts name: ``any`` differs in each run."""
type Makes = Callable[[Desk, Known], None]


def a_contact(desk: Desk, known: Known) -> None:
    known["email"] = f"z{known['any']}@example.org"
    body = {"name": f"Z {known['any']}", "email": known["email"]}
    known["contact"] = desk.asks("POST", "/contacts", body)["contact"]["id"]


def two_contacts(desk: Desk, known: Known) -> None:
    body = {"name": f"Y {known['any']}", "email": f"y{known['any']}@example.org"}
    known["other"] = desk.asks("POST", "/contacts", body)["contact"]["id"]
    a_contact(desk, known)


def a_member(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    desk.asks("POST", "/team", {"email": known["email"], "role": "agent"})


def a_link(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    made = desk.asks("POST", "/links", {"links": [{"contact": known["contact"]}]})
    known["link"] = made["links"][0]["link"]["id"]
    known["short"] = known["link"][:8]


def a_key(desk: Desk, known: Known) -> None:
    desk.asks("POST", "/keys", {"label": f"K {known['any']}", "scope": "links"})


def a_draft(desk: Desk, known: Known) -> None:
    body = {"id": f"x{known['any']}", "kind": "x", "client_id": "a", "label": f"X {known['any']}"}
    desk.asks("POST", "/connections", {**body, "secret": "of-x"})


def a_tested_draft(desk: Desk, known: Known) -> None:
    a_draft(desk, known)
    desk.asks("POST", f"/connections/x{known['any']}/test")


def a_connection(desk: Desk, known: Known) -> None:
    a_tested_draft(desk, known)
    one = f"/connections/x{known['any']}"
    seen = desk.asks("GET", one)["tag"]
    desk.asks("POST", f"{one}/confirm", **{"If-Match": seen})


def a_change(desk: Desk, known: Known) -> None:
    a_draft(desk, known)
    desk.asks("PATCH", f"/connections/x{known['any']}", {"label": f"W {known['any']}"})


def a_portal(desk: Desk, known: Known) -> None:
    uris = [f"https://{known['any']}.test/cb"]
    desk.asks("POST", "/portals", {"id": f"p{known['any']}", "redirect_uris": uris})


def a_connection_that_is_off(desk: Desk, known: Known) -> None:
    a_connection(desk, known)
    desk.asks("PATCH", f"/connections/x{known['any']}", {"on": False})


def a_portal_with_two_secrets(desk: Desk, known: Known) -> None:
    a_portal(desk, known)
    one = f"/portals/p{known['any']}"
    seen = desk.asks("GET", one)["tag"]
    desk.asks("POST", f"{one}/secret", **{"If-Match": seen})


def a_merge(desk: Desk, known: Known) -> None:
    two_contacts(desk, known)
    desk.asks("POST", f"/contacts/{known['contact']}/merge", {"lost": known["other"]})


def a_deactivated_contact(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    desk.asks("POST", f"/contacts/{known['contact']}/deactivate")


def a_contact_with_a_ref(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    puts_ref(desk.member.house, f"r{known['any']}", known["email"])


def a_contact_who_is_signed_in(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    other = desk.member.page.context.browser
    assert other
    with other.new_context() as elsewhere:
        Member(Person(elsewhere.new_page(), desk.member.house)).is_signed_in(known["email"])


def a_contact_who_gets_no_mail(desk: Desk, known: Known) -> None:
    a_contact(desk, known)
    desk.member.house.ends_mails(known["email"], "bounce")
    desk.member.asks_for_a_code(known["email"])
    one = f"/contacts/{known['contact']}"
    for _ in range(100):
        if desk.asks("GET", one)["contact"]["suppressed"]:
            desk.member.house.ends_mails(known["email"], "arrives")
            return
        desk.member.page.wait_for_timeout(200)
    raise AssertionError("no mail came back")


def a_member_with_another_address(desk: Desk, known: Known) -> None:
    a_member(desk, known)
    known["email"] = f"w{known['any']}@example.org"
    desk.asks("POST", f"/contacts/{known['contact']}/email", {"email": known["email"]})


def the_settings(desk: Desk, known: Known) -> None:
    known["settings"] = json.dumps(desk.asks("GET", "/settings")["settings"])


def a_logo(desk: Desk, known: Known) -> None:
    desk.asks("PUT", "/logo", {"png": base64.b64encode(PICTURE).decode()})


def former_settings(desk: Desk, known: Known) -> None:
    before = json.loads(known["settings"])
    names = ("password_method", "directory_hold", "sign_up_blocked", "link_days", "pause_text", "sender_name")  # fmt: skip
    desk.asks("PATCH", "/settings", {name: before[name] for name in names})


def former_logo(desk: Desk, known: Known) -> None:
    """By the undo of whatever was the last change of it: a logo's bytes are nobody's to read again."""
    changes = desk.asks("GET", "/changes")["changes"]
    last = next(each for each in changes if "logo" in each["after"])
    desk.asks("POST", f"/changes/{last['id']}/undo", **{"If-Match": desk.asks("GET", "/settings")["tag"]})  # fmt: skip


def no_connection(desk: Desk, known: Known) -> None:
    desk.asks("DELETE", f"/connections/x{known['any']}")


def no_portal(desk: Desk, known: Known) -> None:
    desk.asks("DELETE", f"/portals/p{known['any']}")


def no_member(desk: Desk, known: Known) -> None:
    team = desk.asks("GET", "/team")["members"]
    (etag,) = (each["etag"] for each in team if each["email"] == known["email"])
    contact = next(each["contact"] for each in team if each["email"] == known["email"])
    desk.asks("DELETE", f"/team/{contact}", **{"If-Match": etag})


def every_way(desk: Desk, known: Known) -> None:
    desk.asks("PUT", "/team-methods", {"methods": "code password sso"})


def former_privacy(desk: Desk, known: Known) -> None:
    desk.asks("PATCH", "/settings", {"privacy_url": "https://acme.example/privacy"})


@dataclass(frozen=True)
class Form:
    """One form, or one press: where it is, what is typed, and what its last press sends."""

    name: str
    screen: str
    """The fragment."""
    typed: dict[str, str]
    """By the labels."""
    sends: str
    """The last button."""
    method: str
    route: str
    """The end of its path."""
    ends: str
    """What is seen once it is done, after the answer to the press before it got lost."""
    checks: tuple[str, ...] = ()
    """Boxes that are ticked."""
    unchecks: tuple[str, ...] = ()
    chooses: tuple[str, str] | None = None
    """The label of a list, and the value."""
    secret: str = ""
    """The label of what is kept nowhere, and typed anew where it is gone."""
    before: str = ""
    """The button that leads to the last one. After ~, the first whose name begins so."""
    back: str = ""
    """The button that leads from there to what was typed."""
    picture: str = ""
    """The label of the picture's field, if one is sent."""
    dialog: str = ""
    """The answer to the question that the last button asks."""
    makes: Makes | None = None
    cleans: Makes | None = None
    """What takes it back, for the tests after this one."""
    same_tag: bool = True
    """Whether each press is about the state that was shown. Where not, the path is the write's name."""


CONNECTION = "/connections/x[^/]+"
PORTAL = "/portals/p[^/]+"
FORMS = [
    Form("add", "add", {"Name": "N {any}", "Email": "{any}@example.org"}, "Add", "POST", "/contacts", "Added. They can sign in at once."),
    Form("edit", "edit={contact}", {"Name": "N {any}"}, "Save", "PATCH", "/contacts/ct_[^/]+", "Saved.", makes=a_contact),
    Form("address", "address={contact}", {"New email address": "n{any}@example.org"}, "Change the address", "POST", "/contacts/ct_[^/]+/email", "The address is changed.", makes=a_contact),
    Form("erase", "erase={contact}", {"Type z{any}@example.org to confirm": "z{any}@example.org"}, "Erase Z {any} for good", "DELETE", "/contacts/ct_[^/]+", "The contact is erased.", makes=a_contact),
    Form("deactivate", "contact={contact}", {}, "Deactivate", "POST", "/contacts/ct_[^/]+/deactivate", "Deactivated, and signed out everywhere.", dialog="Deactivate Z {any}", makes=a_contact),
    Form("merge", "merge={contact}&with={other}", {}, "Merge", "POST", "/contacts/ct_[^/]+/merge", "The two are one contact now.", makes=two_contacts),
    Form("new-link", "new-link", {"Label": "L {any}"}, "Make a link", "POST", "/links", "The link was made already"),
    Form("new-personal-link", "new-link={contact}", {"Label": "L {any}"}, "Make a link", "POST", "/links", "The link was made already", makes=a_contact),
    Form("replace-link", "rotate={link}", {}, "Replace", "POST", "/links/[^/]+/rotate", "This link was replaced already.", chooses=("The old link works on for", "1"), makes=a_link),
    Form("revoke-link", "contact={contact}", {}, "Revoke link {short}", "POST", "/links/[^/]+/revoke", "The link is revoked.", dialog="Revoke link {short}", makes=a_link),
    Form("new-key", "new-key", {"Label": "K {any}"}, "Make a key", "POST", "/keys", "Your first press made this key", checks=("links",)),
    Form("revoke-key", "keys", {}, "Revoke K {any}", "POST", "/keys/[^/]+/revoke", "The key is revoked.", dialog="Revoke K {any}", makes=a_key),
    Form("new-member", "new-member", {"Email": "{email}"}, "Add to the team", "POST", "/team", "This person is on the team already.", makes=a_contact, cleans=no_member),
    Form("role", "role={contact}", {}, "Save", "PUT", "/team/ct_[^/]+", "Saved.", chooses=("Role", "admin"), makes=a_member, cleans=no_member),
    Form("take-off", "team", {}, "Take Z {any} off the team", "DELETE", "/team/ct_[^/]+", "Taken off the team.", dialog="Take Z {any} off the team", makes=a_member),
    Form("team-ways", "ways-in", {}, "Save", "PUT", "/team-methods", "Saved.", unchecks=("single sign-on",), cleans=every_way),
    Form("settings", "change=portal-help", {"Privacy page": "https://acme.test/{any}"}, "Change it", "PATCH", "/settings", "Nothing is different from what is set now.", before="Look at the change", back="Back", cleans=former_privacy),
    Form("undo", "changes", {}, "Undo", "POST", "/changes/[^/]+/undo", "Undone: it is as it was before.", before="~Undo the change of", makes=a_change, cleans=no_connection, same_tag=False),
    Form("new-connection", "new-connection=x", {"Name in the redirect URI": "x{any}", "Client ID": "c{any}"}, "Save as a draft", "POST", "/connections", "Your first press had saved this draft already.", secret="Client secret", cleans=no_connection),
    Form("connection", "change-connection=x{any}", {"Client ID": "c{any}"}, "Change it", "PATCH", CONNECTION, "Nothing is different from what is set now.", before="Look at the change", back="Back", makes=a_draft, cleans=no_connection),
    Form("connection-secret", "connection-secret=x{any}", {}, "Replace the client secret", "PUT", f"{CONNECTION}/secret", "The client secret is replaced.", secret="Client secret", makes=a_draft, cleans=no_connection),
    Form("confirm-connection", "connection=x{any}", {}, "Confirm it", "POST", f"{CONNECTION}/confirm", "Confirmed: the sign-in page offers it from now on.", makes=a_tested_draft, cleans=no_connection),
    Form("switch-connection", "switch-connection=x{any}&to=off", {}, "Switch X {any} off", "PATCH", CONNECTION, "Saved.", makes=a_connection, cleans=no_connection),
    Form("remove-connection", "switch-connection=x{any}&to=gone", {}, "Remove X {any}", "DELETE", CONNECTION, "Removed, with its secret.", makes=a_draft),
    Form("new-portal", "new-portal", {"Short name": "p{any}", "Redirect addresses": "https://{any}.test/cb"}, "Add a portal", "POST", "/portals", "Your first press had registered this portal already.", cleans=no_portal),
    Form("portal", "edit-portal=p{any}", {"Label": "L {any}"}, "Save", "PATCH", PORTAL, "Saved.", makes=a_portal, cleans=no_portal),
    Form("remove-portal", "elsewhere=p{any}", {}, "Remove the portal", "DELETE", PORTAL, "is removed.", dialog="Remove p{any}", makes=a_portal),
]  # fmt: skip
"""Every form that sends something, and presses of every kind. A new one is one row more."""


def group(name: str, screen: str, typed: dict[str, str] | None = None, **more: Any) -> Form:
    """Settings that are changed together."""
    return Form(name, f"change={screen}", typed or {}, "Change it", "PATCH", "/settings", "Nothing is different from what is set now.", before="Look at the change", back="Back", makes=the_settings, cleans=former_settings, **more)  # fmt: skip


CONTACT = "/contacts/ct_[^/]+"
PRESSES = [
    group("ways", "authentication-ways", checks=("Password",)),
    group("directory-rule", "authentication-directory", checks=("Hold access when many leave at once",)),
    group("sign-up", "authentication-sign_up", {"Never from these domains": "x{any}.example"}),
    group("sessions", "authentication-sessions", {"New links are good for (days)": "77"}),
    group("open", "portal-open", {"What the page says meanwhile": "Back soon {any}"}),
    group("look", "portal-look", {"Name of the sender in mails": "S {any}"}),
    Form("logo", "logo", {}, "Use this picture", "PUT", "/logo", "Saved.", picture="Picture", cleans=former_logo),
    Form("remove-logo", "logo", {}, "Take the logo away", "PATCH", "/settings", "Saved.", cleans=former_logo),
    Form("reactivate", "contact={contact}", {}, "Activate again", "POST", f"{CONTACT}/reactivate", "Active again.", makes=a_deactivated_contact),
    Form("finding", "contact={contact}", {}, "Let them sign in again", "POST", f"{CONTACT}/reactivate", "Done. Ask the person to try again.", makes=a_deactivated_contact),
    Form("end-session", "contact={contact}", {}, "~End the session on", "POST", f"{CONTACT}/sessions/[^/]+/end", "The session has ended.", makes=a_contact_who_is_signed_in),
    Form("end-sessions", "contact={contact}", {}, "Sign out everywhere", "POST", f"{CONTACT}/sessions/end", "Signed out everywhere.", dialog="Sign out everywhere", makes=a_contact_who_is_signed_in),
    Form("lift", "contact={contact}", {}, "Let it get mail again", "POST", f"{CONTACT}/lift", "Nothing was held against this address any more.", makes=a_contact_who_gets_no_mail),
    Form("detach", "contact={contact}", {}, "Remove messenger r{any}", "POST", f"{CONTACT}/refs/detach", "Removed.", makes=a_contact_with_a_ref),
    Form("undo-merge", "unmerge={contact}&lost={other}", {}, "Undo the merge", "POST", f"{CONTACT}/merge/undo", "They are two contacts again.", makes=a_merge),
    Form("key-secret", "keys", {}, "New secret for K {any}", "POST", "/keys/[^/]+/rotate", "The secret of K {any}", dialog="New secret", makes=a_key),
    Form("portal-secret", "elsewhere=p{any}", {}, "New secret", "POST", f"{PORTAL}/secret", "p{any} is ready", dialog="New secret", makes=a_portal, cleans=no_portal),
    Form("old-secret", "elsewhere=p{any}", {}, "End the old secret", "PATCH", PORTAL, "Saved.", makes=a_portal_with_two_secrets, cleans=no_portal),
    Form("portal-off", "elsewhere=p{any}", {}, "Switch it off", "PATCH", PORTAL, "Saved.", makes=a_portal, cleans=no_portal),
    Form("test-connection", "connection=x{any}", {}, "Test it", "POST", f"{CONNECTION}/test", "The test passed.", makes=a_draft, cleans=no_connection),
    Form("connection-on", "switch-connection=x{any}&to=on", {}, "Switch X {any} on", "PATCH", CONNECTION, "Saved.", makes=a_connection_that_is_off, cleans=no_connection),
    Form("confirm-address", "team", {}, "Confirm Z {any}", "POST", "/team/ct_[^/]+/confirm", "Confirmed: Z {any}.", makes=a_member_with_another_address, cleans=no_member),
]  # fmt: skip
"""Every other press that sends something."""


@dataclass
class Filling:
    """A member who fills one form, and what they have typed."""

    member: Member
    form: Form
    sends: str
    dialog: str
    values: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, object]] = field(default_factory=list)
    """The writes of a slow network."""

    @property
    def pattern(self) -> str:
        return rf"/v1/workspaces/acme{self.form.route}$"

    @property
    def has_text(self) -> bool:
        """Whether anything is there to be lost."""
        return bool(self.values or self.form.checks or self.form.unchecks or self.form.chooses)

    @property
    def button(self) -> Locator:
        """The last one."""
        return self._named(self.sends)

    def _named(self, name: str) -> Locator:
        # Not in a dialog, whose answer may have the same name.
        screen = self.member.page.get_by_role("main")
        if not name.startswith("~"):
            return screen.get_by_role("button", name=name, exact=True)
        begins = re.compile(rf"^{re.escape(name[1:])}")
        return screen.get_by_role("button", name=begins).first

    def fills_in(self) -> None:
        for label, text in self.values.items():
            self.member.types(label, text)
        for label in self.form.checks:
            self.member.field(label).check()
        for label in self.form.unchecks:
            self.member.field(label).uncheck()
        if self.form.chooses:
            label, value = self.form.chooses
            self.member.field(label).select_option(value)
        if self.form.picture:
            file: Any = {"name": "logo.png", "mimeType": "image/png", "buffer": PICTURE}
            self.member.field(self.form.picture).set_input_files(file)

    def is_there(self) -> None:
        """Wait for whatever is pressed first: what happens then, happens to nothing before it."""
        expect(self._named(self.form.before) if self.form.before else self.button).to_be_visible()

    def begins(self) -> None:
        """Press whatever is pressed first."""
        if self.form.secret and not self.member.field(self.form.secret).input_value():
            self.member.types(self.form.secret, "s3cret")
        if self.form.before:
            self._named(self.form.before).click()
        else:
            self.sends_it()

    def sends_it(self) -> None:
        self.button.click()
        if self.form.dialog:
            self.member.confirms(self.dialog)

    def presses(self) -> None:
        if self.form.before and self.button.is_visible():
            self.sends_it()
            return
        self.begins()
        if self.form.before:
            self.sends_it()

    def has_lost_nothing(self) -> None:
        # Where the form is shown again, by the way back or after a reload.
        if self.form.back and self.member.offers(self.form.back).is_visible():
            self.member.presses(self.form.back)
        for label, text in self.values.items():
            expect(self.member.field(label)).to_have_value(text)
        for label in self.form.checks:
            expect(self.member.field(label)).to_be_checked()
        for label in self.form.unchecks:
            expect(self.member.field(label)).not_to_be_checked()
        if self.form.chooses:
            label, value = self.form.chooses
            expect(self.member.field(label)).to_have_value(value)
        if not self.form.before:
            expect(self.button).to_be_visible()

    def meets(self, answer: Callable[[Route], None]) -> None:
        """Let something happen to the next writes, and to nothing else."""

        def on(route: Route) -> None:
            is_write = route.request.method == self.form.method and not is_look(route.request)
            answer(route) if is_write else route.fallback()

        self.member.page.route(re.compile(self.pattern), on)

    def is_over(self) -> None:
        self.member.page.unroute_all(behavior="wait")


def is_look(request: Any) -> bool:
    """Say whether a request changes nothing, although its method could."""
    return looks(body_of(request))


def looks(body: Any) -> bool:
    return isinstance(body, dict) and body.get("dry_run") is True


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


def a_sign_in_that_is_too_old(filling: Filling) -> None:
    filling.meets(lambda route: problem(route, 401, "re-auth-needed"))
    filling.presses()
    filling.member.is_told("This needs a sign-in from the last 15 minutes.")
    expect(filling.member.offers("Sign in again")).to_be_visible()


def a_fault_of_ours(filling: Filling) -> None:
    page = filling.member.page
    filling.meets(lambda route: problem(route, 503, "try-later"))
    # What the event before has told is an alert as well, so the answer itself is waited for.
    with page.expect_response(lambda answer: answer.status == 503):
        filling.presses()
    expect(page.get_by_role("alert").first).to_be_visible()


def a_deployment(filling: Filling) -> None:
    """The tab is of the bundle before: what it loads late has the old name, and then it is reloaded."""
    if not filling.has_text:
        filling.member.page.reload()
        return
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
    if not filling.form.dialog:
        filling.button.click(force=True)
    filling.member.is_told("No answer came. What you typed is kept.")
    assert len(filling.heard) == before + 1


EVENTS = (no_network, a_session_that_ends, a_role_that_is_taken, a_sign_in_that_is_too_old, a_fault_of_ours, a_deployment, a_lost_answer_on_a_slow_network)  # fmt: skip


MATTERS_TO_A_PRESS = (a_session_that_ends, a_lost_answer_on_a_slow_network)
ROWS = [*((form, EVENTS) for form in FORMS), *((press, MATTERS_TO_A_PRESS) for press in PRESSES)]


class TestInTheMiddleOfAForm:
    @pytest.mark.parametrize(("form", "events"), ROWS, ids=[form.name for form, _ in ROWS])
    def test_csl_02_nothing_is_lost_and_nothing_is_done_twice(self, person, form, events):
        member = Member(person)
        member.comes_in("owner")
        desk, known = Desk(member), {"any": secrets.token_hex(4)}
        if form.makes:
            form.makes(desk, known)
        member.opens(form.screen.format(**known))
        filling = Filling(member, form, form.sends.format(**known), form.dialog.format(**known))
        filling.values = {
            label.format(**known): text.format(**known) for label, text in form.typed.items()
        }
        filling.fills_in()
        filling.is_there()
        sent = asked_of(member, form.method, filling.pattern)

        try:
            for happens in events:
                happens(filling)
                filling.is_over()
                filling.has_lost_nothing()
            # What was carried out is there: the form says so, before another press.
            if form.before and filling.button.is_visible():
                filling.sends_it()
            else:
                filling.begins()
            member.sees(form.ends.format(**known))
        finally:
            sent = [each for each in sent if not looks(each["body"])]
            if form.cleans:
                form.cleans(desk, known)

        # What was carried out and what was pressed after it are the same write, by its key or by
        # what it changes. The browser tells a picture's bytes of the requests that a test catches.
        bodies = [each["body"] for each in sent if each["body"] or not form.picture]
        same = {json.dumps(body, sort_keys=True) for body in bodies}
        assert len(same) == 1
        keys = {each["headers"].get("idempotency-key") or each["headers"].get("if-match") for each in sent}  # fmt: skip
        assert len(keys) == 1 or not form.same_tag
