"""From "Ann says she can't get in" to the ending: one typed address, and three presses at most."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member
from tests.browser.test_console_contacts import somebody

ANN = "ct_demo-acme-ann-00000000"
WHY = "Why they may not get in"
TRIED = "If they say that they have tried:"
COMMAND = "Your role cannot press this. Whoever runs the stack can run this command"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def answering(member: Member, *causes: str, name: str) -> None:
    """Answer the route with findings of these causes."""
    found: list[dict[str, Any]] = [{"cause": cause, "reason": None, "values": {"name": name}, "said": "x", "since": None, "evidence": [],
              "ending": {"kind": "say", "language": "en", "text": "x"}} for cause in causes]  # fmt: skip
    about = {"contact": ANN, "name": name, "email": "zoe@example.com", "sign_in": None}
    body = {"about": about, "findings": found}
    member.page.route("**/diagnosis", lambda route: route.fulfill(json=body))


class TestAFinding:
    def test_stands_above_everything_and_is_pressed(self, member, house, person_with):
        member.comes_in("admin")
        email = somebody(member)
        house.team("contact", "deactivate", "acme", email)

        member.finds(email)
        expect(member.page.get_by_role("heading", level=2).first).to_have_text(WHY)
        expect(member.part(WHY)).to_contain_text("Zoe Zimmer is deactivated")
        member.presses("Let them sign in again")

        member.is_told("Done. Ask the person to try again.")
        expect(member.part("Nothing keeps Zoe Zimmer out")).to_contain_text(TRIED)
        expect(member.part(WHY)).to_have_count(0)
        person_with().signs_in(house.link("shared"), email)

    def test_that_an_agent_may_not_press_says_whom_to_ask(self, member, house):
        member.comes_in("agent")
        email = somebody(member)
        house.team("contact", "deactivate", "acme", email)

        member.finds(email)

        expect(member.part(WHY)).to_contain_text("is deactivated")
        expect(member.offers("Let them sign in again")).to_have_count(0)
        expect(member.part(WHY)).to_contain_text(
            "Ask somebody with one of these roles: owner or admin."
        )
        expect(member.part(WHY)).to_contain_text("Their button is called “Let them sign in again”")
        address = member.field("The address of this page, to send them")
        expect(address).to_have_value(re.compile(r"/acme/team#contact=ct_[\w-]+$"))
        expect(member.part(WHY)).not_to_contain_text("They are:")
        expect(member.field(COMMAND)).to_have_count(0)

    def test_names_whom_to_ask_to_who_may_read_the_team(self, member, house):
        email = f"dora.{secrets.token_hex(4)}@example.com"
        house.team("contact", "add", "acme", "--name", "Dora Gone", "--email", email)
        house.team("contact", "deactivate", "acme", email)
        member.comes_in("auditor")

        member.finds(email)

        expect(member.part(WHY)).to_contain_text("They are: ")
        for name in ("Olga Ortiz", "Adam Novak"):
            expect(member.part(WHY)).to_contain_text(name)
        expect(member.part(WHY)).not_to_contain_text("Grace")

    def test_that_no_role_has_a_button_for_names_the_command(self, member):
        ending = {"kind": "press", "remedy": "reactivate", "route": "POST /x", "body": None,
                  "command": "portico contact activate acme ct_demo-acme-olga-0000000", "then": None, "may": False}  # fmt: skip
        finding: dict[str, Any] = {"cause": "deactivated", "reason": None, "values": {"name": "Olga"}, "said": "x", "since": None,
                   "evidence": [], "ending": ending}  # fmt: skip
        answer = {"about": {}, "findings": [finding]}
        member.page.route("**/diagnosis", lambda route: route.fulfill(json=answer))
        member.comes_in("admin")

        member.opens("contact=ct_demo-acme-olga-0000000")

        expect(member.field(COMMAND)).to_have_value(ending["command"])
        expect(member.part(WHY)).not_to_contain_text("one of these roles")

    def test_of_a_portal_that_is_off_shows_before_and_after_first(self, member, house, person_with):
        member.comes_in("admin")
        email = somebody(member)
        house.team("workspace", "set", "acme", "--portal-disabled")
        try:
            member.finds(email)
            member.presses("Switch the portal on")
            expect(member.row("Contacts can sign in")).to_contain_text("on")
            member.presses("Change it")

            member.is_told("Changed. You can undo it.")
            member.sees_heading("Zoe Zimmer")
            person_with().signs_in(house.link("shared"), email)
        finally:
            house.team("workspace", "set", "acme", "--portal-enabled")

    def test_says_what_it_rests_on(self, member, house):
        member.comes_in("admin")
        email = somebody(member)
        house.team("contact", "deactivate", "acme", email)
        member.finds(email)

        member.part(WHY).get_by_text("What this rests on").first.click()

        line = member.page.locator(".findings details li").first
        expect(line).to_contain_text("Zoe Zimmer is deactivated.")
        expect(line).to_be_visible()

    def test_says_what_it_rests_on_in_the_readers_language_and_the_servers_own_words(
        self, person_with
    ):
        member = Member(person_with(locale="de-DE"))
        seen = [
            {"what": "the mail came back", "code": "bounced", "reason": "mailbox-full", "at": 1795262400,
             "values": {"said": "<img src=x onerror=alert(1)> 552 full"}, "event": "mail.bounced"},
            {"what": "signed in", "code": "signed-in", "reason": None, "values": {}, "at": None, "event": None},
            {"what": "newer than this page", "code": "withheld", "reason": "newer", "values": {}, "at": None, "event": None},
        ]  # fmt: skip
        finding = {"cause": "passed", "reason": None, "values": {"name": "Ann"}, "said": "English.", "since": None, "evidence": seen,
                   "ending": {"kind": "say", "language": "de", "text": "Bitte noch einmal."}}  # fmt: skip
        about = {"contact": None, "name": None, "email": "ann@example.com", "sign_in": None}
        member.page.route("**/diagnosis", lambda route: route.fulfill(json={"about": about, "findings": [finding]}))  # fmt: skip
        member.comes_in(heading="Kontakt finden")
        member.opens("contact=ct_demo-acme-ann-00000000")

        lines = member.page.locator(".findings details li")
        expect(lines).to_have_count(3)
        expect(lines.nth(0)).to_contain_text("Die Mail kam zurück: Das Postfach ist voll.")
        expect(lines.nth(0).locator("q")).to_have_text("<img src=x onerror=alert(1)> 552 full")
        expect(lines.nth(1)).to_have_text("Eine Anmeldung ist gelungen.")
        expect(lines.nth(2).locator("[lang=en]")).to_have_text("newer than this page")
        expect(member.page.locator("main img")).to_have_count(0)


class TestWhereNothingStandsInTheWay:
    def test_that_is_said_first_and_guesses_are_for_who_has_tried(self, member):
        member.comes_in("agent")

        member.finds(somebody(member))

        free = member.part("Nothing keeps Zoe Zimmer out")
        expect(free.get_by_text(TRIED)).to_be_visible()
        expect(free).to_contain_text("Nobody has asked for a code for this address")
        expect(member.part(WHY)).to_have_count(0)

    def test_who_is_in_is_said_to_be_in(self, member):
        answering(member, "nothing-wrong", name="Zoe Zimmer")
        member.comes_in("agent")

        member.opens(f"contact={ANN}")

        expect(member.part("Zoe Zimmer is signed in")).to_contain_text(
            "If the portal does not show it:"
        )

    @pytest.mark.parametrize("cause", ["passed", "session-ended"])
    def test_nor_does_what_is_over(self, member, cause):
        answering(member, cause, name="Zoe Zimmer")
        member.comes_in("agent")

        member.opens(f"contact={ANN}")

        expect(member.part("Nothing keeps Zoe Zimmer out")).not_to_contain_text(TRIED)

    def test_is_not_said_where_something_does(self, member):
        answering(member, "left-directory", "never-tried", name="Zoe Zimmer")
        member.comes_in("agent")

        member.opens(f"contact={ANN}")

        expect(member.part(WHY)).to_be_visible()
        expect(member.page.get_by_role("heading", name="Nothing keeps")).to_have_count(0)

    def test_a_name_is_text(self, member):
        answering(member, "never-tried", name="<img src=x onerror=alert(1)>")
        member.comes_in("agent")

        member.opens(f"contact={ANN}")

        expect(member.page.get_by_role("heading", name="onerror")).to_be_visible()
        expect(member.page.locator("main img")).to_have_count(0)


class TestAnAddressThatIsNobodys:
    def test_is_looked_at_more_closely(self, member):
        member.comes_in("admin")
        member.finds("annn@example.com")
        member.is_told("Nobody here has annn@example.com.")

        member.presses("Look closer")

        expect(member.part(WHY)).to_contain_text("ann@example.com")
        expect(member.field("Say this to the person").first).not_to_have_value("")
        # The first finding decides: a button that stood out would make a second contact of one.
        add = member.part(WHY).get_by_role("button", name="Add as a contact")
        expect(add).to_have_class("secondary")

    def test_is_answered_where_it_is_seen_on_a_telephone(self, member):
        member.comes_in("admin")
        member.finds("annn@example.com")
        member.page.set_viewport_size({"width": 360, "height": 740})

        member.presses("Look closer")

        expect(member.field("Say this to the person").first).to_be_in_viewport()

    def test_leads_to_whom_it_nearly_is(self, member):
        member.comes_in("admin")
        member.finds("annn@example.com")
        member.presses("Look closer")

        member.part(WHY).get_by_role("link", name="Ann Archer").first.click()

        member.sees_heading("Ann Archer")

    def test_becomes_a_contact_with_one_press_more(self, member):
        member.comes_in("agent")
        member.finds("quite.another@example.org")
        member.presses("Look closer")

        member.part(WHY).get_by_role("button", name="Add as a contact").click()

        member.sees_heading("Add a contact")
        expect(member.field("Email")).to_have_value("quite.another@example.org")

    def test_stays_out_of_every_address(self, member, witness):
        member.comes_in("admin")
        member.finds("annn@example.com")
        member.presses("Look closer")
        expect(member.part(WHY)).to_be_visible()

        assert "annn" not in member.page.url
        assert not [url for url in witness.urls if "annn" in url]
