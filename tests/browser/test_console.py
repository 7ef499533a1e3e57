"""The console's frame: who comes in, who does not and what helps, and that nothing is lost on the way."""

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.member import OF_ACME, Member, asked_of, losing_the_answer
from tests.browser.person import Person
from tests.browser.test_console_looks import FIND
from tests.browser.test_first_visit import Sizes, wire  # noqa: F401

MOST_BYTES = 60_000
"""On the wire, at the first load, as the sign-in page's."""
ANN = "ct_demo-acme-ann-00000000"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


class TestComingIn:
    @pytest.mark.parametrize("role", OF_ACME)
    def test_is_one_press_of_the_mailbox_page(self, member, house, role):
        member.page.goto(f"{house.origin}/_local/mailbox")

        # Where more workspaces than Acme have a team, the button also says whose it is.
        named = re.compile(rf"^{OF_ACME[role]}, {role}( \(acme\))?$")
        member.page.get_by_role("button", name=named).click()

        member.page.wait_for_url("**/acme/team")
        member.sees_heading("Find a contact")
        member.sees(f"{OF_ACME[role]} · {role}")

    def test_asks_nobody_in_particular_to_sign_in_and_comes_back_to_the_very_screen(self, member):
        member.opens(f"contact={ANN}")
        member.sees_heading("Sign in to the console")

        member.presses("Sign in")
        member.signs_in_there("olga@example.com")

        member.sees_heading("Ann Archer")
        assert member.page.url.endswith(f"/acme/team#contact={ANN}")

    def test_is_refused_to_who_has_no_role_and_open_to_who_has_one(self, member):
        member.opens()
        member.presses("Sign in")
        member.signs_in_there("ben@example.com")
        member.sees_heading("The console is not open to you now")
        member.sees("You have no role in this team.")

        member.presses("Sign in as somebody else")
        member.signs_in_there("grace@example.com")

        member.sees_heading("Find a contact")

    def test_is_refused_on_a_shared_computer(self, member):
        member.opens()
        member.presses("Sign in")
        member.person.asks_for_a_code("olga@example.com")
        member.page.get_by_label("This is a shared or public computer").check()
        member.person.types(member.person.reads_the_code())
        member.person.continues()

        member.sees("You said that this is a shared computer.")
        expect(member.offers("Sign in again")).to_be_visible()

    def test_has_a_way_in_where_no_link_of_contacts_is_known(self, member, house):
        house.team("workspace", "set", "acme", "--no-entrance")
        try:
            member.opens()
            member.presses("Sign in")
            member.signs_in_there("grace@example.com")

            member.sees_heading("Find a contact")
        finally:
            house.team("workspace", "set", "acme", "--entrance")

    def test_is_one_link_of_the_terminal(self, house):
        from local.terminal_links import terminal_links

        lines = terminal_links(house.world, "127.0.0.1:8000", "http://providers", "http://client")

        assert "http://127.0.0.1:8000/acme/team" in lines
        assert "olga@example.com is owner" in lines

    def test_ends_by_signing_out(self, member):
        member.comes_in()

        member.presses("Sign out")

        member.person.sees_heading("You are signed out")
        member.opens()
        member.sees_heading("Sign in to the console")


class TestTheFirstLoad:
    @pytest.mark.parametrize(
        ("language", "heading"),
        [
            pytest.param(each, FIND[each], marks=pytest.mark.browser_context_args(locale=each))
            for each in ("en", "ar")
        ],
        ids=["en", "ar"],
    )
    def test_is_sixty_kilobytes_and_six_requests(self, member, wire: Sizes, language, heading):  # noqa: F811
        # Arabic has the longest words of all, in bytes.
        member.comes_in(heading=heading)
        # By then the browser has kept nearly all of it, and a first load has nothing.
        browser = member.page.context.new_cdp_session(member.page)
        browser.send("Network.enable")
        browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.clear()

        member.opens()
        member.sees_heading(heading)
        member.page.wait_for_load_state("networkidle")

        kinds = [re.sub(r"/assets/(-[0-9a-f]{16}|logo/[\w./-]+)", "…", path) for path in wire]
        assert kinds == [
            "/acme/team",
            "…/console.js",
            f"…/words/console/{language}.json",
            "/v1/session/refresh",
            "/v1/workspaces/acme/settings",
            "…",
        ]
        assert all(wire.values()), "every size was told"
        assert sum(wire.values()) <= MOST_BYTES

    def test_has_no_word_of_a_finding_before_somebody_is_looked_at_and_then_once(
        self,
        member,
        wire: Sizes,  # noqa: F811
    ):
        member.comes_in()
        assert not [path for path in wire if "/words/findings/" in path]

        asked: list[str] = []
        member.page.on("request", lambda request: asked.append(request.url))
        for email in ("ann@example.com", "ben@example.com"):
            member.finds(email)
            expect(member.page.locator(".findings")).to_be_visible()

        assert len([url for url in asked if url.endswith("/words/findings/en.json")]) == 1

    def test_has_no_word_of_the_trail_before_somebody_goes_there_and_then_once(self, member):
        asked: list[str] = []
        member.page.on("request", lambda request: asked.append(request.url))
        member.comes_in()
        assert not [url for url in asked if "/words/trail/" in url]

        for screen, heading in (
            ("Overview", "Overview of sign-ins"),
            ("Changes", "What was changed"),
            ("Logs", "What happened"),
        ):
            member.page.get_by_role("link", name=screen, exact=True).click()
            member.sees_heading(heading)
        member.sees("Each sign-in is one row")
        member.page.get_by_label("Language").select_option("de")

        member.sees("Jede Anmeldung ist eine Zeile")
        trail = [url.rpartition("/words/")[2] for url in asked if "/words/trail/" in url]
        assert trail == ["trail/en.json", "trail/de.json"]

    def test_shows_no_waiting_to_who_is_answered_at_once(self, member):
        member.comes_in()
        member.page.route("**/v1/workspaces/acme/contacts/**", lambda route: None)

        member.opens(f"contact={ANN}")

        waiting = member.page.get_by_text("Opening…")
        expect(waiting).to_be_attached()
        assert waiting.evaluate("each => getComputedStyle(each).animationDelay") == "0.3s"


class TestAnEmptyName:
    def test_leads_to_the_first_screen(self, member):
        member.comes_in()

        member.opens("no-such-screen=1")

        member.sees_heading("Find a contact")


class TestASessionThatEnds:
    def test_csl_02_loses_nothing_that_was_typed(self, member, house):
        member.comes_in("admin")
        email = f"{secrets.token_hex(4)}@example.org"
        member.finds(email)
        member.presses("Add as a contact")
        member.types("Name", "Half typed")
        # The portal's tab is used on, so the session runs, and the console's hour is over.
        house.forward(minutes=61)

        member.presses("Add")
        member.is_told("Nothing was done here for an hour.")
        member.signs_in_again("adam@example.com")

        member.is_told("You are signed in again. What you typed is still here.")
        expect(member.field("Name")).to_have_value("Half typed")
        expect(member.field("Email")).to_have_value(email)
        member.presses("Add")
        member.sees_heading("Half typed")

    def test_shows_it_to_nobody_else(self, member):
        member.comes_in("admin")
        member.finds("nobody.at.all@example.org")
        member.presses("Add as a contact")
        member.types("Name", "Not for everybody")

        member.comes_in("agent")
        member.opens("add")

        expect(member.field("Name")).to_have_value("")

    def test_csl_02_of_one_member_is_not_sent_by_another_who_came_in_in_another_tab(
        self, member, house
    ):
        member.comes_in("admin")
        member.opens("add")
        email = f"{secrets.token_hex(4)}@example.org"
        member.types("Name", "Not for everybody")
        member.types("Email", email)
        beside = Member(Person(member.page.context.new_page(), house))
        beside.comes_in("agent")
        made = asked_of(member, "POST", r"/contacts$")
        # The first member's token ends, and the cookie is the other's by now.
        house.forward(minutes=11)

        member.presses("Add")

        member.sees(f"{OF_ACME['agent']} · agent")
        expect(member.field("Name")).to_have_value("")
        assert len(made) == 1  # by the token that had ended
        beside.finds(email)
        beside.is_told("Nobody here has")

    def test_is_read_anew_where_the_back_button_brings_the_page_as_it_was(self, member):
        member.comes_in()
        member.opens(f"contact={ANN}")
        member.sees_heading("Ann Archer")
        member.page.context.clear_cookies()

        # What a browser says of a page that it has kept whole, which this one never does.
        back = 'dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))'
        member.page.evaluate(back)

        member.sees_heading("Sign in to the console")

    def test_is_said_once_it_has_ended_elsewhere(self, member, house):
        member.comes_in("agent")
        member.opens("add")
        member.types("Name", "Half typed")
        house.team("session", "end", "acme", "grace@example.com", "--all")

        member.types("Email", "half@example.org")
        member.presses("Add")

        member.is_told("You are signed out. What you typed is kept")
        expect(member.field("Name")).to_have_value("Half typed")

    def test_survives_a_dead_tab(self, member):
        member.comes_in()
        member.opens("add")
        member.types("Name", "Half typed")

        member.page.reload()

        expect(member.field("Name")).to_have_value("Half typed")


class TestARoleThatIsTaken:
    def test_csl_02_is_said_and_loses_nothing(self, member, house):
        member.comes_in("agent")
        member.opens("add")
        member.types("Name", "Half typed")
        member.types("Email", "half@example.org")
        house.team("team", "remove", "acme", "grace@example.com")
        try:
            member.presses("Add")

            member.is_told("You have no role in this team.")
            expect(member.field("Name")).to_have_value("Half typed")
        finally:
            house.team("team", "add", "acme", "grace@example.com", "--role", "agent")

    def test_that_becomes_smaller_shows_less(self, member, house):
        member.comes_in("agent")
        member.opens("add")
        member.types("Name", "Half typed")
        member.types("Email", "half@example.org")
        house.team("team", "set", "acme", "grace@example.com", "--role", "auditor")
        try:
            member.presses("Add")

            member.is_told("Your role does not allow this any more.")
            member.sees("Grace Lind · auditor")
            expect(member.field("Name")).to_have_value("Half typed")
        finally:
            house.team("team", "set", "acme", "grace@example.com", "--role", "agent")


class TestNoNetwork:
    def test_csl_02_in_the_middle_of_a_form_loses_nothing_and_makes_nothing_twice(self, member):
        member.comes_in()
        email = f"{secrets.token_hex(4)}@example.org"
        member.opens("add")
        member.types("Name", "Once only")
        member.types("Email", email)
        asked = asked_of(member, "POST", r"/contacts$")

        # The first press is carried out, and its answer gets lost.
        member.page.route("**/acme/contacts", losing_the_answer(member))
        member.presses("Add")
        member.is_told("No answer came. What you typed is kept.")
        expect(member.field("Email")).to_have_value(email)
        member.page.unroute("**/acme/contacts")
        member.presses("Add")

        member.sees_heading("Once only")
        first, second = asked
        assert first["headers"]["idempotency-key"] == second["headers"]["idempotency-key"]
        assert first["body"] == second["body"]

    def test_for_another_thing_uses_another_key(self, member):
        member.comes_in()
        member.opens("add")
        asked = asked_of(member, "POST", r"/contacts$")
        member.page.route("**/acme/contacts", lambda route: route.abort())
        member.types("Name", "One")
        member.types("Email", "one@example.org")
        member.presses("Add")
        member.is_told("No answer came.")

        member.types("Email", "two@example.org")
        member.presses("Add")
        member.is_told("No answer came.")

        keys = [each["headers"]["idempotency-key"] for each in asked]
        assert len(set(keys)) == len(keys) == 2

    def test_at_the_door_offers_to_try_again(self, member):
        member.comes_in()
        member.page.route("**/v1/session/refresh", lambda route: route.abort())
        member.opens()
        member.sees_heading("The console is not open to you now")

        member.page.unroute("**/v1/session/refresh")
        member.presses("Try again")

        member.sees_heading("Find a contact")

    def test_while_a_screen_opens_offers_to_try_again(self, member):
        member.comes_in()
        member.page.route("**/acme/contacts/*", lambda route: route.abort())
        member.opens(f"contact={ANN}")
        member.is_told("No answer came.")

        member.page.unroute("**/acme/contacts/*")
        member.presses("Try again")

        member.sees_heading("Ann Archer")

    def test_while_the_words_of_a_screen_come_offers_to_try_again(self, member):
        member.comes_in()
        member.page.route("**/words/trail/en.json", lambda route: route.abort())
        member.opens("logs")
        member.is_told("No answer came.")

        member.page.unroute("**/words/trail/en.json")
        member.presses("Try again")

        member.sees("Each sign-in is one row")

    def test_while_a_language_comes_leaves_the_words_as_they_were(self, member):
        member.comes_in()
        member.opens("logs")
        member.sees("Each sign-in is one row")
        member.page.route("**/words/trail/de.json", lambda route: route.abort())

        member.page.get_by_label("Language").select_option("de")

        expect(member.page.get_by_label("Language")).to_have_value("en")
        member.sees("Each sign-in is one row")


class TestLanguages:
    def test_can_be_switched_without_losing_a_letter(self, member):
        member.comes_in()
        member.opens("add")
        member.types("Name", "Half typed")

        member.page.get_by_label("Language").select_option("de")

        expect(member.page.get_by_role("heading", level=1)).to_have_text("Kontakt hinzufügen")
        expect(member.field("Name")).to_have_value("Half typed")


class TestTheAddressBar:
    def test_never_has_an_address_of_a_person(self, member, witness):
        member.comes_in()
        member.finds("ann@example.com")
        member.sees_heading("Ann Archer")

        assert member.page.url.endswith(f"#contact={ANN}")
        paths = [urlsplit(url) for url in witness.urls]
        assert not [each for each in paths if "%40" in each.geturl() or "@" in each.geturl()]
