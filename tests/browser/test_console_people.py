"""Everybody in the console: listed and searched, given another address, handed out and erased."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.member import Member, asked_of, losing_the_answer
from tests.browser.test_console_contacts import somebody

ANN = "ct_demo-acme-ann-00000000"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def lists(member: Member, text: str = "") -> None:
    """From anywhere to the list, or to what of it a text finds."""
    member.page.get_by_role("link", name="Contacts", exact=True).click()
    member.sees_heading("All contacts")
    if text:
        member.types("Beginning of an address or a name", text)
        member.presses("Search")
        expect(member.offers("Show all")).to_be_visible()


class TestTheList:
    @pytest.mark.parametrize("role", ["owner", "admin", "auditor"])
    def test_is_in_the_navigation_and_leads_to_a_contact(self, member, role):
        member.comes_in(role)

        lists(member, "ann@example.com")
        member.page.get_by_role("link", name="Ann Archer", exact=True).click()

        member.sees_heading("Ann Archer")
        assert member.page.url.endswith(f"#contact={ANN}")

    def test_is_no_agents_to_see(self, member):
        member.comes_in("agent")
        expect(member.page.get_by_role("link", name="Links")).to_be_visible()

        expect(member.page.get_by_role("link", name="Contacts", exact=True)).to_have_count(0)
        member.opens("contacts")

        member.is_told("Your role does not allow this any more.")
        expect(member.page.get_by_role("table")).to_have_count(0)

    def test_is_searched_by_the_beginning_of_a_name_or_an_address(self, member):
        member.comes_in("admin")
        name = f"Quill {secrets.token_hex(4)}"
        email = somebody(member, name=name)

        lists(member, name[:11])
        expect(member.row(email)).to_be_visible()
        rows = member.part("All contacts").get_by_role("row")
        expect(rows).to_have_count(2)
        lists(member, email[:8])
        expect(member.row(name)).to_be_visible()

        member.presses("Show all")

        expect(member.offers("Show all")).to_have_count(0)
        expect(member.field("Beginning of an address or a name")).to_have_value("")
        expect(rows).not_to_have_count(2)

    def test_keeps_what_is_sought_in_the_tab_and_out_of_the_address(self, member, witness):
        member.comes_in("admin")
        email = somebody(member)
        lists(member, email)
        expect(member.row(email)).to_be_visible()

        member.page.reload()

        member.sees_heading("All contacts")
        expect(member.row(email)).to_be_visible()
        assert email not in member.page.url
        assert not [url for url in witness.urls if email in url]

    def test_that_finds_nobody_says_what_to_do(self, member):
        member.comes_in("admin")

        lists(member, "zzzz-nobody")

        member.sees("No address and no name begins with zzzz-nobody.")

    def test_of_nobody_says_what_to_do_first(self, member):
        member.comes_in("auditor")
        nobody: dict[str, Any] = {"contacts": [], "next": None, "complete": True}
        member.page.route("**/contacts/list", lambda route: route.fulfill(json=nobody))
        lists(member)
        member.sees("An owner or an admin can import a file.")
        expect(member.offers("Import a file")).to_have_count(0)

        member.comes_in("admin")
        lists(member)

        member.sees("Import a file, or add the first one.")
        member.presses("Add a contact")
        member.sees_heading("Add a contact")

    def test_comes_page_by_page_and_is_as_long_again_after_the_back_button(self, member):
        member.comes_in("admin")
        pages_of_fifty(member.page)
        lists(member)
        rows = member.part("All contacts").get_by_role("row")
        expect(rows).to_have_count(51)

        member.presses("Show more")
        expect(rows).to_have_count(101)
        expect(rows.nth(51).get_by_role("link")).to_be_focused()
        member.presses("Show more")
        expect(rows).to_have_count(121)
        expect(member.offers("Show more")).to_have_count(0)

        member.page.get_by_role("link", name="Person 101").click()
        member.is_told("This is not there, or no longer.")
        member.page.go_back()
        expect(rows).to_have_count(121)

    def test_is_walked_by_keyboard(self, member):
        member.comes_in("admin")
        lists(member)
        names = member.part("All contacts").get_by_role("link")
        names.first.focus()

        member.page.keyboard.press("ArrowDown")
        expect(names.nth(1)).to_be_focused()
        member.page.keyboard.press("Home")

        expect(names.first).to_be_focused()

    def test_csl_01_shows_a_name_as_text(self, member):
        member.comes_in("admin")
        email = somebody(member, name=HOSTILE)

        lists(member, email)

        expect(member.row(HOSTILE)).to_be_visible()
        assert member.page.locator("main img").count() == 0


def pages_of_fifty(page: Page) -> None:
    """A list of 120, with fifty on a page."""

    def answer(route: Route) -> None:
        after = int(json.loads(route.request.post_data or "{}").get("cursor") or 0)
        people = [
            {
                "id": f"ct_person-{n}",
                "name": f"Person {n}",
                "email": f"p{n}@example.org",
                "active": n != 1,
                "suppressed": None,
                "updated_at": 1_764_417_600,
            }
            for n in range(after, min(after + 50, 120))
        ]
        more = str(after + 50) if after + 50 < 120 else None
        route.fulfill(json={"contacts": people, "next": more, "complete": True})

    page.route("**/contacts/list", answer)


class TestAnotherAddress:
    def test_is_given_by_an_admin_and_is_the_way_in_from_then_on(self, member, house, person_with):
        member.comes_in("admin")
        before = somebody(member)
        after = f"{secrets.token_hex(4)}@example.net"
        member.presses("Change the address")
        member.sees(f"Zoe Zimmer has {before} now.")

        member.types("New email address", after)
        member.presses("Change the address")

        member.is_told("The address is changed.")
        expect(member.part("Profile")).to_contain_text(after)
        assert house.waits_for_mails(before, 1)
        person_with().signs_in(house.link("shared"), after)

    def test_of_somebody_else_says_so_and_keeps_what_was_typed(self, member):
        member.comes_in("admin")
        somebody(member)
        member.presses("Change the address")
        member.types("New email address", "ann@example.com")

        member.presses("Change the address")

        member.is_told("Another contact has this address")
        expect(member.field("New email address")).to_have_value("ann@example.com")

    def test_asks_for_a_fresh_sign_in_and_loses_nothing(self, member, house):
        member.comes_in("admin")
        somebody(member)
        member.presses("Change the address")
        after = f"{secrets.token_hex(4)}@example.net"
        member.types("New email address", after)
        house.forward(minutes=20)
        member.presses("Change the address")
        member.is_told("This needs a sign-in from the last 15 minutes.")
        expect(member.field("New email address")).to_have_value(after)

        member.signs_in_again("adam@example.com")

        member.sees_heading("Another email address")
        expect(member.field("New email address")).to_have_value(after)
        member.presses("Change the address")
        member.is_told("The address is changed.")

    def test_csl_02_whose_answer_got_lost_is_given_once(self, member, house):
        member.comes_in("admin")
        somebody(member)
        member.presses("Change the address")
        member.types("New email address", f"{secrets.token_hex(4)}@example.net")
        member.page.route("**/email", losing_the_answer(member))
        member.presses("Change the address")
        member.is_told("No answer came.")
        member.page.unroute("**/email")

        member.presses("Change the address")

        member.is_told("The address is changed.")
        trail = house.team("--json", "trail", "show", "acme", "--contact", member_id(member))
        assert trail.count('"email.changed"') == 1

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_is_not_offered_to_other_roles(self, member, role):
        member.comes_in(role)
        member.finds("ann@example.com")
        member.sees_heading("Ann Archer")

        for name in ("Change the address", "Merge with another contact", "Erase"):
            expect(member.offers(name)).to_have_count(0)
        expect(member.offers("Download their data")).to_have_count(int(role == "auditor"))
        for screen in ("address", "erase"):
            member.opens(f"{screen}={ANN}")
            member.sees_heading("Ann Archer")

    def test_of_ones_own_or_of_a_higher_role_is_not_offered(self, member):
        member.comes_in("admin")
        for email in ("adam@example.com", "olga@example.com"):
            member.finds(email)
            expect(member.part("Where they are signed in")).to_be_visible()

            expect(member.offers("Download their data")).to_be_visible()
            expect(member.offers("Change the address")).to_have_count(0)
            expect(member.offers("Erase")).to_have_count(0)


def member_id(member: Member) -> str:
    """The id of the contact whose page is shown."""
    expect(member.part("Profile")).to_be_visible()
    return member.page.url.partition("#contact=")[2]


class TestTheirData:
    def test_is_a_file_in_the_downloads(self, member):
        member.comes_in("auditor")
        member.finds("ann@example.com")
        with member.page.expect_download() as coming:
            member.presses("Download their data")

        member.is_told("The file is in your downloads.")
        assert coming.value.suggested_filename == f"contact-{ANN}.json"
        content = json.loads(Path(coming.value.path()).read_text())
        assert content["contact"]["email"] == "ann@example.com"
        assert {"sessions", "events", "identities"} <= content.keys()


class TestErasing:
    def test_says_what_goes_and_asks_for_the_typed_address(self, member):
        member.comes_in("admin")
        email = somebody(member)
        member.presses("Erase")
        member.sees_heading("Erase Zoe Zimmer?")
        expect(member.part("What goes with Zoe Zimmer")).to_contain_text("password")
        erased = asked_of(member, "DELETE", r"/contacts/")
        label = f"Type {email} to confirm"

        member.types(label, "ann@example.com")
        member.presses("Erase Zoe Zimmer for good")
        member.is_told("That is not what is asked for. Nothing was erased.")
        assert not erased
        member.types(label, email.upper())
        member.presses("Erase Zoe Zimmer for good")

        member.is_told("The contact is erased.")
        member.finds(email)
        member.is_told("Nobody here has")

    def test_whose_answer_got_lost_is_said_to_be_done(self, member):
        member.comes_in("admin")
        email = somebody(member)
        member.presses("Erase")
        member.types(f"Type {email} to confirm", email)
        member.page.route("**/contacts/ct_*", losing_the_answer(member))
        member.presses("Erase Zoe Zimmer for good")
        member.is_told("No answer came.")
        member.page.unroute("**/contacts/ct_*")

        member.presses("Erase Zoe Zimmer for good")

        member.is_told("The contact is erased.")

    def test_of_a_member_says_to_take_them_off_the_team_first(self, member, house):
        member.comes_in("owner")
        email = somebody(member)
        member.presses("Erase")
        member.sees_heading("Erase Zoe Zimmer?")
        house.team("team", "add", "acme", email, "--role", "agent")
        try:
            member.types(f"Type {email} to confirm", email)
            member.presses("Erase Zoe Zimmer for good")

            member.is_told("Take them off the team first.")
            member.finds(email)
            expect(member.offers("Change the address")).to_be_visible()
            expect(member.offers("Erase")).to_have_count(0)
        finally:
            house.team("team", "remove", "acme", email)

    def test_that_somebody_has_overtaken_goes_on_after_another_press(self, member, house):
        member.comes_in("admin")
        email = somebody(member)
        member.presses("Erase")
        member.types(f"Type {email} to confirm", email)
        house.team("contact", "set", "acme", email, "--name", "Zoe Other")
        member.presses("Erase Zoe Zimmer for good")
        member.is_told("Somebody else changed this meanwhile.")

        member.presses("Erase Zoe Zimmer for good")

        member.is_told("The contact is erased.")


class TestEveryScreen:
    @pytest.mark.parametrize(
        "look",
        [
            {"viewport": {"width": 360, "height": 740}},
            {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "ar-EG"},
        ],
        ids=["en-360", "ar-1280-dark"],
    )
    def test_has_no_barrier(self, person_with, look):
        member = Member(person_with(**look))
        arabic = "locale" in look
        member.comes_in(heading="ابحث عن جهة اتصال" if arabic else "Find a contact")

        for screen in ("contacts", f"address={ANN}", f"erase={ANN}"):
            member.opens(screen)
            expect(member.page.locator("main:not([aria-busy]) h1")).to_be_visible()
            member.person.finds_no_barrier()
