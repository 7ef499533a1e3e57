"""The console's connections: registered step by step, tested, confirmed, switched, replaced, removed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from local.providers.grants import client_id, client_secret
from tests.browser.member import Member, losing_the_answer

SECRET = client_secret("oidc")
ANY = "Another provider (OpenID Connect)"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


@pytest.fixture
def issuer(member) -> str:
    """The issuer of the sample provider, as the console shows it."""
    member.comes_in("admin")
    looks_at(member, "Acme ID")
    name = member.page.get_by_role("term").filter(has_text="Issuer")
    return str(name.locator("xpath=following-sibling::dd[1]").inner_text())


@pytest.fixture
def leaves_nothing(house) -> Iterator[None]:
    """Take the connection away again, which other tests would see."""
    yield
    for connection in ("company", "google-2"):
        if connection in house.team("connection", "list", "acme"):
            house.team("connection", "remove", "acme", connection, "--yes")


def goes_to_authentication(member: Member) -> None:
    member.page.get_by_role("link", name="Authentication", exact=True).click()
    member.sees_heading("How contacts sign in")


def looks_at(member: Member, name: str) -> None:
    goes_to_authentication(member)
    member.page.get_by_role("link", name=name, exact=True).click()
    member.sees_heading(name)


def begins(member: Member, provider: str) -> None:
    goes_to_authentication(member)
    member.presses("Connect a provider")
    member.presses(provider)
    member.sees_heading(f"Connect {provider}")


def fills_in(member: Member, issuer: str, *, name: str, id_: str = "company") -> None:
    begins(member, ANY)
    member.types("Name in the redirect URI", id_)
    member.types("Name on the button", name)
    member.types("Client ID", client_id("oidc"))
    member.types("Issuer", issuer)
    member.types("Client secret", SECRET)


def removes(member: Member) -> None:
    heading = member.page.get_by_role("heading", level=1)
    label = heading.inner_text()
    member.presses("Remove it")
    member.sees("Nobody signs in with it any more, and its secret is deleted.")
    expect(heading).to_have_text(re.compile(rf"^Remove {re.escape(label)} \(.+\)\?$"))
    member.presses(f"Remove {label}")
    member.is_told("Removed, with its secret.")


def fits(member: Member) -> bool:
    return bool(member.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.usefixtures("leaves_nothing")
class TestANewConnection:
    NAME = "<b>Acme</b> Company"

    def test_is_a_draft_until_its_test_passed_and_an_owner_confirms_it(
        self, member, issuer, house, person_with
    ):
        fills_in(member, issuer, name=self.NAME)
        address = f"{house.origin}/v1/sso/company/callback"
        expect(member.field("Redirect URI")).to_have_value(address)
        member.presses("Save as a draft")
        member.is_told("Saved as a draft. Test it now.")
        member.sees_heading(self.NAME)
        member.sees("draft, not tested yet")
        expect(member.field("Redirect URI")).to_have_value(address)
        contact = person_with()
        contact.opens(house.link("shared"))
        button = contact.page.locator("#sso-company")
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(button).to_have_count(0)

        member.presses("Test it")

        member.is_told("The test passed. Now the connection waits for an owner")
        expect(member.page.get_by_role("main").locator("b")).to_have_count(0)
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(button).to_have_count(0)
        member.sees("draft, waits for an owner")
        expect(member.offers("Confirm it")).to_have_count(0)
        expect(member.offers("Switch it on")).to_have_count(0)

        member.comes_in("owner")
        member.page.get_by_role("link", name="Team", exact=True).click()
        waits = member.part("Waits for an owner").get_by_role("listitem")
        waits.get_by_role("button", name=f"Look at {self.NAME}").click()
        member.sees_heading(self.NAME)
        member.presses("Confirm it")

        member.is_told("Confirmed: the sign-in page offers it from now on.")
        expect(member.page.get_by_text("waits for an owner")).to_have_count(0)
        contact.opens(house.link("shared"))
        expect(button).to_be_visible()

        member.presses("Change")
        member.types("Speaks for these domains", "acme.test")
        member.presses("Look at the change")
        member.sees("nobody signs in with it until its test has passed again")
        expect(member.row("State").get_by_role("cell")).to_have_text(
            ["State", "on", "draft, not tested yet"]
        )
        member.sees("Nobody was found who loses a way in that they have.")
        member.presses("Change it")
        member.is_told("Changed. You can undo it.")
        member.sees("draft, not tested yet")
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(button).to_have_count(0)
        member.presses("Undo")
        member.is_told("Undone: it is as it was before.")
        contact.opens(house.link("shared"))
        expect(button).to_be_visible()

        member.presses("Switch it off")
        expect(member.row("State").get_by_role("cell")).to_have_text(["State", "on", "off"])
        member.sees("Nobody was found who loses a way in that they have.")
        member.presses(f"Switch {self.NAME} off")
        member.is_told("Changed. You can undo it.")
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(button).to_have_count(0)
        member.presses("Undo")
        member.is_told("Undone: it is as it was before.")
        contact.opens(house.link("shared"))
        expect(button).to_be_visible()

        removes(member)
        expect(member.page.get_by_text("Acme</b> Company")).to_have_count(0)

    def test_is_tried_by_a_real_sign_in_which_comes_back_to_its_screen(self, member, issuer, house):
        house.team("team", "add", "acme", "ann@example.com", "--role", "owner")
        try:
            fills_in(member, issuer, name="Acme Company")
            member.types("Speaks for these domains", "example.com")
            member.presses("Save as a draft")
            member.is_told("Saved as a draft.")
            member.presses("Test it")
            member.is_told("The test passed")
            member.comes_in("owner")
            looks_at(member, "Acme Company")
            member.presses("Confirm it")
            member.is_told("Confirmed: the sign-in page offers it")
            member.presses("Sign out")
            member.person.sees_heading("You are signed out")
            member.opens("find")
            member.presses("Sign in")
            member.signs_in_there("ann@example.com")
            looks_at(member, "Acme Company")

            member.presses("Sign in with it")
            member.person.signs_in_with("company", "ann")

            member.page.wait_for_url("**/acme/team*")
            member.sees_heading("Acme Company")
            member.is_told("You have signed in with Acme Company: it works.")
            removes(member)
        finally:
            house.team("team", "remove", "acme", "ann@example.com")

    def test_keeps_what_was_typed_but_never_the_secret(self, member, issuer, house):
        fills_in(member, issuer, name="Acme Company")
        house.forward(minutes=20)

        member.presses("Save as a draft")
        member.is_told("This needs a sign-in from the last 15 minutes.")
        kept = member.page.evaluate("JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage})")  # fmt: skip
        assert issuer in kept
        assert SECRET not in kept
        member.signs_in_again("adam@example.com")

        expect(member.field("Name on the button")).to_have_value("Acme Company")
        expect(member.field("Issuer")).to_have_value(issuer)
        expect(member.field("Client secret")).to_have_value("")
        member.sees("after a reload or a new sign-in, paste it again.")

    def test_whose_answer_got_lost_is_made_once(self, member, issuer):
        fills_in(member, issuer, name="Acme Company")
        member.page.route("**/acme/connections", losing_the_answer(member))
        member.presses("Save as a draft")
        member.is_told("No answer came.")
        member.page.unroute("**/acme/connections")

        member.presses("Save as a draft")

        member.is_told("Your first press had saved this draft already.")
        removes(member)

    def test_says_in_words_why_its_test_did_not_pass(self, member, issuer):
        fills_in(member, f"{issuer}-that-is-none", name="Acme Company")
        member.presses("Save as a draft")
        member.is_told("Saved as a draft.")

        member.presses("Test it")

        member.is_told("The test did not pass.")
        member.is_told("there is no discovery document.")
        member.sees("draft, not tested yet")
        removes(member)

    def test_is_not_confirmed_as_somebody_has_changed_it_meanwhile(
        self, member, issuer, person_with
    ):
        fills_in(member, issuer, name="Acme Company")
        member.presses("Save as a draft")
        member.is_told("Saved as a draft.")
        member.presses("Test it")
        member.is_told("The test passed.")
        owner = Member(person_with())
        owner.comes_in("owner")
        looks_at(owner, "Acme Company")
        expect(owner.offers("Confirm it")).to_be_visible()
        member.presses("Change")
        member.types("Client ID", "of-somebody-else")
        member.presses("Look at the change")
        member.presses("Change it")
        member.is_told("Changed.")

        owner.presses("Confirm it")

        owner.is_told("Somebody else changed this connection meanwhile.")
        owner.sees("of-somebody-else")
        owner.sees("draft, not tested yet")
        removes(member)

    def test_says_which_field_to_mend(self, member, issuer):
        fills_in(member, "ftp://id.example.com", name="Acme Company")

        member.presses("Save as a draft")

        member.is_told("issuer")
        expect(member.field("Issuer")).to_have_attribute("aria-invalid", "true")

    @pytest.mark.parametrize("provider", ["Microsoft", "Google", "Facebook", "X"])
    def test_of_every_kind_is_told_what_to_press_at_the_provider(self, member, house, provider):
        member.comes_in("admin")
        begins(member, provider)

        assert member.page.get_by_role("listitem").count() >= 4
        uri = member.field("Redirect URI").input_value()
        assert uri.startswith(f"{house.origin}/v1/sso/")
        member.types("Name in the redirect URI", "another-one")
        expect(member.field("Redirect URI")).to_have_value(
            f"{house.origin}/v1/sso/another-one/callback"
        )


@pytest.mark.usefixtures("leaves_nothing")
class TestAConnection:
    def test_is_changed_as_before_and_after_and_undone(self, member):
        member.comes_in("admin")
        looks_at(member, "Facebook")
        member.presses("Change")
        member.types("Name on the button", "Facebook account")
        member.presses("Look at the change")
        expect(member.row("Name on the button")).to_contain_text("Facebook account")

        member.presses("Change it")

        member.is_told("Changed. You can undo it.")
        member.sees_heading("Facebook account")
        member.presses("Undo")
        member.sees_heading("Facebook")

    def test_gets_another_secret_which_is_never_shown(self, member):
        member.comes_in("admin")
        looks_at(member, "Facebook")
        member.presses("Replace the client secret")
        member.types("Client secret", client_secret("facebook"))

        member.presses("Replace the client secret")

        member.is_told("The client secret is replaced.")
        assert client_secret("facebook") not in member.page.content()

    def test_says_who_is_touched_before_it_is_switched_off(self, member):
        member.comes_in("admin")
        looks_at(member, "Facebook")

        member.presses("Switch it off")

        member.sees("People who lose a way in that they have: 1")
        expect(member.row("Ben Okafor")).to_contain_text("has another way in")
        member.presses("Back")
        member.sees_heading("Facebook")

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_is_shown_to_who_may_not_change_it_without_a_button(self, member, role):
        member.comes_in(role)
        goes_to_authentication(member)
        expect(member.offers("Connect a provider")).to_have_count(0)
        looks_at(member, "Google")

        for name in ("Test it", "Change", "Switch it off", "Remove it", "Confirm it"):
            expect(member.offers(name)).to_have_count(0)


class TestANarrowScreen:
    def test_holds_every_screen(self, person_with):
        member = Member(person_with(viewport={"width": 360, "height": 800}))
        member.comes_in("owner")

        for fragment in (
            "authentication",
            "connection=microsoft",
            "new-connection",
            "new-connection=microsoft",
            "connection-secret=google",
            "change-connection=google",
            "switch-connection=google&to=off",
        ):
            member.opens(fragment)
            expect(member.page.get_by_role("heading", level=1)).to_be_visible()
            assert fits(member), fragment
