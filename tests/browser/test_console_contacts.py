"""A contact in the console: found, corrected, signed out, given links, and switched off."""

import secrets

import pytest
from playwright.sync_api import Route, expect

from tests.browser.house import House
from tests.browser.member import Member, answer_to, asked_of, losing_the_answer
from tests.browser.person import Person

ANN = "ct_demo-acme-ann-00000000"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def somebody(member: Member, name: str = "Zoe Zimmer") -> str:
    """Add a contact of this test alone; their page is shown, and their address returned."""
    email = f"{secrets.token_hex(4)}@example.org"
    member.opens("add")
    member.types("Name", name)
    member.types("Email", email)
    member.presses("Add")
    member.sees_heading(name)
    return email


class TestTheTabOfAContactWithoutAName:
    def test_says_no_address(self, member):
        member.comes_in()
        email = somebody(member)

        def without_a_name(route: Route) -> None:
            told = answer_to(member, route).json()
            route.fulfill(json={"contact": told["contact"] | {"name": ""}})

        contact = member.page.url.partition("=")[2]
        member.page.route(f"**/acme/contacts/{contact}", without_a_name)

        for screen, title in (("contact", "Contact"), ("erase", "Erase")):
            member.opens(f"{screen}={contact}")
            expect(member.page.get_by_role("heading", level=1)).to_contain_text(email)
            expect(member.page).to_have_title(f"{title} · Acme Support")


BEYOND = """(box) => {
    const words = document.createRange();
    words.selectNodeContents(box.querySelector("p"));
    return words.getBoundingClientRect().right - box.getBoundingClientRect().right + parseFloat(getComputedStyle(box).paddingRight);
}"""
"""By how many pixels the words of a message are wider than its box."""


class TestFinding:
    def test_takes_one_typed_address_and_one_press(self, member):
        member.comes_in("agent")
        expect(member.field("Email address")).to_be_focused()

        member.page.keyboard.type("ANN@example.com")
        member.page.keyboard.press("Enter")

        member.sees_heading("Ann Archer")
        expect(member.page.get_by_role("heading", level=1)).to_be_focused()

    def test_takes_an_id(self, member):
        member.comes_in("agent")

        member.finds(ANN)

        member.sees_heading("Ann Archer")

    def test_keeps_an_address_that_begins_like_an_id_out_of_the_pages(self, member, witness):
        member.comes_in("agent")

        member.finds("ct_nobody.here@example.org")

        member.is_told("Nobody here has ct_nobody.here@example.org.")
        assert not [url for url in witness.urls if "nobody.here" in url]
        assert "nobody" not in member.page.url

    def test_says_what_to_do_where_nobody_has_the_address(self, member):
        member.comes_in("agent")
        member.finds("nobody.at.all@example.org")
        member.is_told("Nobody here has nobody.at.all@example.org.")

        member.presses("Add as a contact")

        expect(member.field("Email")).to_have_value("nobody.at.all@example.org")
        expect(member.field("Name")).to_be_focused()

    def test_breaks_a_long_address_within_what_is_said(self, member):
        member.comes_in("admin")
        member.page.set_viewport_size({"width": 320, "height": 740})
        member.types("Email address", "nobody.of.that.name@department.example.org")
        member.presses("Find")
        said = member.page.get_by_role("status").filter(has_text="Nobody here has")
        expect(said).to_be_visible()

        assert said.evaluate(BEYOND) <= 0

    def test_offers_an_auditor_nothing_to_change(self, member):
        member.comes_in("auditor")
        member.finds("nobody.at.all@example.org")
        member.is_told("Nobody here has")
        expect(member.offers("Add as a contact")).to_have_count(0)

        member.finds("ann@example.com")

        member.sees_heading("Ann Archer")
        for name in ("Edit", "Make a link", "Deactivate", "Sign out everywhere", "Revoke"):
            expect(member.page.get_by_role("button", name=name)).to_have_count(0)

    def test_says_so_when_the_address_is_a_former_one(self, member, house):
        member.comes_in()
        before = somebody(member)
        after = f"{secrets.token_hex(4)}@example.org"
        house.team("contact", "set", "acme", before, "--email", after)

        member.finds(before)

        member.is_told(f"{before} is an address that this contact had before.")
        member.sees(after)

    def test_asks_to_wait_where_an_agent_has_asked_for_too_many(self, member):
        member.comes_in("agent")
        member.page.route(
            "**/contacts/find",
            lambda route: route.fulfill(
                status=429, json={"type": "too-many-requests", "title": "", "status": 429, "retry_after": 600}
            ),
        )  # fmt: skip

        member.finds("ann@example.com")

        member.is_told("That was too often. Please wait 10 minutes")
        expect(member.field("Email address")).to_have_value("ann@example.com")


class TestAProfile:
    def test_is_corrected(self, member):
        member.comes_in("agent")
        somebody(member)

        member.presses("Edit")
        member.types("Name", "Zoe Other")
        member.chooses("Language of their mail", "Deutsch")
        member.presses("Save")

        member.is_told("Saved.")
        member.sees_heading("Zoe Other")
        expect(member.part("Profile")).to_contain_text("Deutsch")

    def test_that_somebody_else_changed_shows_both_and_keeps_what_was_typed(self, member, house):
        member.comes_in("agent")
        email = somebody(member)
        member.presses("Edit")
        member.types("Name", "Zoe Mine")
        house.team("contact", "set", "acme", email, "--name", "Zoe Theirs")

        member.presses("Save")

        member.is_told("Somebody else changed this meanwhile.")
        expect(member.row("Zoe Theirs")).to_contain_text("Zoe Zimmer")
        expect(member.field("Name")).to_have_value("Zoe Mine")
        member.presses("Save")
        member.sees_heading("Zoe Mine")

    def test_that_is_not_allowed_says_what_to_check(self, member):
        member.comes_in("agent")
        somebody(member)
        member.presses("Edit")

        member.types("Name", "")
        member.presses("Save")
        member.is_told("Fill in: Name.")

        expect(member.field("Name")).to_be_focused()
        expect(member.field("Name")).to_have_attribute("aria-invalid", "true")

    def test_of_a_higher_role_says_why_nothing_is_offered(self, member):
        member.comes_in("agent")
        member.finds("olga@example.com")

        member.sees("This person’s role is as high as yours, or higher.")
        expect(member.offers("Edit")).to_have_count(0)
        expect(member.offers("Sign out everywhere")).to_have_count(0)


class TestSessions:
    def test_end_one_by_one_and_all_at_once(self, member, house, person_with):
        member.comes_in("agent")
        email = somebody(member)
        for _ in range(3):
            person_with().signs_in(house.link("shared"), email)
        member.finds(email)
        rows = member.part("Where they are signed in").get_by_role("row")
        expect(rows).to_have_count(4)

        rows.nth(1).get_by_role("button").click()
        member.is_told("The session has ended.")
        expect(rows).to_have_count(3)
        member.presses("Sign out everywhere")
        member.confirms("Sign out everywhere")

        member.is_told("Signed out everywhere.")
        member.sees("They are signed in nowhere.")

    def test_are_left_alone_by_whoever_thinks_better_of_it(self, member, house, person_with):
        member.comes_in("agent")
        email = somebody(member)
        person_with().signs_in(house.link("shared"), email)
        member.finds(email)
        asked = asked_of(member, "POST", r"/sessions/end$")

        member.presses("Sign out everywhere")
        expect(member.page.get_by_role("dialog")).to_be_visible()
        member.page.keyboard.press("Escape")

        expect(member.page.get_by_role("dialog")).to_have_count(0)
        assert not asked


class TestAQuestion:
    def test_is_not_asked_any_more_on_another_screen(self, member):
        member.comes_in("admin")
        member.opens("find")
        member.finds("ann@example.com")
        asked = asked_of(member, "POST", r"/deactivate$")
        member.presses("Deactivate")
        expect(member.page.get_by_role("dialog")).to_be_visible()

        member.page.evaluate("history.back()")

        member.sees_heading("Find a contact")
        expect(member.page.get_by_role("dialog")).to_have_count(0)
        assert asked == []


class TestPersonalLinks:
    def test_are_made_copied_and_revoked(self, member, witness, person_with):
        member.comes_in("agent")
        email = somebody(member)
        member.sees("No personal link yet.")

        member.presses("Make a link")
        member.sees_heading("New personal link")
        member.types("Label", "=cmd()")
        member.types("Good for how many days", "3")
        member.presses("Make a link")
        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])

        contact: Person = person_with()
        contact.email = email
        contact.opens(url)
        expect(contact.code_field).to_be_visible()

        member.goes_without_it()
        expect(member.row("=cmd()")).to_be_visible()
        member.row("=cmd()").get_by_role("button", name="Revoke").click()
        member.confirms("Revoke link =cmd()")
        member.is_told("The link is revoked.")
        expect(member.row("=cmd()")).to_contain_text("revoked")

    def test_whose_answer_got_lost_are_made_once_and_can_be_replaced(self, member, witness):
        member.comes_in("agent")
        somebody(member)
        member.presses("Make a link")
        member.sees_heading("New personal link")
        member.page.route("**/acme/links", losing_the_answer(member))
        member.presses("Make a link")
        member.is_told("No answer came.")
        member.page.unroute("**/acme/links")

        member.presses("Make a link")
        member.sees_heading("The link was made already")
        member.presses("Replace")
        member.chooses("The old link works on for", "It ends at once")
        member.presses("Replace")

        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])
        member.goes_without_it()
        rows = member.part("Links").get_by_role("row")
        expect(rows).to_have_count(3)
        expect(member.part("Links").get_by_role("row").filter(has_text="replaced")).to_have_count(1)

    def test_show_their_address_never_again(self, member, witness):
        member.comes_in("agent")
        somebody(member)
        member.presses("Make a link")
        member.sees_heading("New personal link")
        member.presses("Make a link")
        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])

        member.page.reload()

        expect(member.field("Address of the link")).to_have_count(0)
        kept = member.page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
        assert url.partition("l=")[2] not in kept

    def test_are_walked_by_keyboard(self, member):
        member.comes_in()
        member.finds("ann@example.com")
        buttons = member.part("Links").get_by_role("button", name="Revoke link")
        buttons.first.focus()

        member.page.keyboard.press("ArrowDown")
        expect(buttons.nth(1)).to_be_focused()
        member.page.keyboard.press("Home")
        expect(buttons.first).to_be_focused()
        member.page.keyboard.press("End")
        expect(buttons.last).to_be_focused()


class TestAccess:
    def test_is_taken_and_given_back(self, member, house, person_with):
        member.comes_in("admin")
        email = somebody(member)
        person_with().signs_in(house.link("shared"), email)

        member.presses("Deactivate")
        member.confirms("Deactivate Zoe Zimmer")
        member.is_told("Deactivated, and signed out everywhere.")
        member.sees("They are signed in nowhere.")
        expect(member.offers("Make a link")).to_have_count(0)
        member.presses("Activate again")

        member.is_told("Active again.")
        person_with().signs_in(house.link("shared"), email)

    def test_of_an_agent_does_not_reach_so_far(self, member):
        member.comes_in("agent")
        member.finds("ann@example.com")
        member.sees_heading("Ann Archer")

        expect(member.offers("Deactivate")).to_have_count(0)


class TestMailThatCameBack:
    def test_is_let_through_again(self, member, house, person_with):
        member.comes_in("agent")
        email = somebody(member)
        house._post("/_local/fates", {"to": email, "fate": "bounce"})
        contact: Person = person_with()
        contact.opens(house.link("shared"))
        contact.asks_for_a_code(email)
        house.waits_for_mails(email, 1)
        house._post("/_local/fates", {"to": email, "fate": "arrives"})
        lift = member.offers("Let it get mail again")
        for _ in range(20):
            member.finds(email)
            member.sees_heading("Zoe Zimmer")
            expect(member.part("Where they are signed in")).to_be_visible()
            if lift.count():
                break
        member.sees("Mail to this address came back.")

        member.presses("Let it get mail again")

        member.is_told("The address gets mail again")
        expect(lift).to_have_count(0)


class TestWhatAnybodyElseCanWrite:
    """CSL-01: text from outside is text, wherever the console shows it."""

    def test_csl_01_is_inert(self, member, house):
        told: list[str] = []
        member.page.on("dialog", lambda dialog: told.extend([dialog.message]))
        member.comes_in()
        email = somebody(member, name=HOSTILE)
        contact = member.page.url.partition("contact=")[2]
        ref = '"><img src=x onerror=alert(2)>'
        puts_ref(house, ref, email)

        member.opens(f"contact={contact}")

        member.sees_heading(HOSTILE)
        expect(member.row(ref)).to_contain_text("unconfirmed")
        assert (
            member.page.evaluate("document.querySelectorAll('main script, main img').length") == 0
        )
        assert told == []
        assert member.page.title().startswith(HOSTILE)

    def test_csl_01_turns_no_sentence_around(self, member):
        member.comes_in()
        email = somebody(member, name="عمر Zimmer")

        expect(member.page.get_by_role("heading", level=1).locator("bdi")).to_have_count(1)
        expect(member.part("Profile").locator("bdi", has_text=email)).to_have_count(1)


class TestARef:
    def test_is_removed(self, member, house):
        member.comes_in("agent")
        email = somebody(member)
        name = secrets.token_hex(4)
        puts_ref(house, name, email)
        member.finds(email)

        member.row(name).get_by_role("button").click()

        member.is_told("Removed.")
        expect(member.row(name)).to_have_count(0)


def puts_ref(house: House, name: str, email: str) -> None:
    """What the help desk does when somebody writes in a chat."""
    ref = ("--channel", "messenger", "--id", name, "--email", email)
    house.team("contact", "ref", "acme", *ref)
