"""The address alone, and every screen that used to be a dead end."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.person import Person

NOTHING_HERE = "No sign-in at this address"


def shown(person: Person) -> str:
    """All that the page shows, and how: its own markup without the name in its address."""
    expect(person.page.get_by_role("heading", level=1)).to_have_text(NOTHING_HERE)
    return str(person.page.evaluate("document.title + document.body.outerHTML"))


@pytest.fixture
def closed(house: House) -> Iterator[House]:
    """Acme has closed its front entrance."""
    house.team("workspace", "set", "acme", "--no-entrance")
    yield house
    house.team("workspace", "set", "acme", "--entrance")


class TestTheAddressAlone:
    def test_out_06_opens_a_sign_in(self, person, house):
        person.opens("/acme")

        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        person.continues()

        person.lands_in_the_portal()

    def test_out_06_goes_on_with_the_shared_link_that_the_browser_knows(self, person, closed):
        person.opens(closed.link("shared"), to="tickets")
        person.sees("your tickets")

        another = Person(person.page.context.new_page(), closed)
        another.opens("/acme")

        another.sees_heading(f"Sign in to {closed.name_of('acme')}")
        expect(another.page.get_by_text("your tickets")).to_have_count(0)

    def test_out_06_keeps_no_personal_link_for_the_next_visitor(self, person, closed):
        person.opens(closed.link("personal", destination="dashboard", email="ann@example.com"))
        expect(person.code_field).to_be_visible()
        person.page.evaluate("localStorage.removeItem('portico.acme.challenge')")

        another = Person(person.page.context.new_page(), closed)
        another.opens("/acme")

        another.sees_heading(NOTHING_HERE)
        kept = person.page.evaluate("JSON.stringify(localStorage)")
        assert "lnk_" not in kept

    def test_out_06_forgets_a_kept_link_that_has_ended_and_opens_the_entrance(self, person, house):
        ended = house.link("shared", state="revoked")["token"]
        person.opens("/waha")
        person.page.evaluate(
            "link => localStorage.setItem('portico.acme.link', JSON.stringify({link}))", ended
        )

        person.opens("/acme")

        person.sees_heading(f"Sign in to {house.name_of('acme')}")
        assert person.page.evaluate("localStorage.getItem('portico.acme.link')") is None

    def test_out_06_looks_the_same_where_nobody_is_where_it_is_closed_and_where_all_is_off(
        self, person_with, closed
    ):
        seen = []
        for workspace in ("nowhere-at-all", "acme", "globex"):
            person = person_with()
            person.opens(f"/{workspace}")
            seen.append(shown(person))
            person.sees("Check the spelling of the address.")
            expect(person.page.get_by_role("button", name="Try again")).to_be_visible()

        assert seen == [seen[0]] * 3

    def test_out_06_is_no_barrier_to_anybody_on_a_phone(self, person_with):
        for scheme, locale in (("light", "en-GB"), ("dark", "ar")):
            person = person_with(
                viewport={"width": 360, "height": 760}, color_scheme=scheme, locale=locale
            )
            person.opens("/nowhere-at-all")
            expect(person.page.locator("#retry")).to_be_visible()
            person.finds_no_barrier()
            person.opens("/acme")
            expect(person.page.locator("#email")).to_be_visible()
            person.finds_no_barrier()


class TestALinkThatHasEnded:
    @pytest.mark.parametrize("state", ["expired", "revoked"])
    def test_says_whom_to_ask_and_opens_another_way(self, person, house, state):
        person.opens(house.link("shared", state=state))

        person.sees_heading("Invalid portal link")
        person.sees("Ask Acme Support for a fresh link.")
        support = person.page.get_by_role("link", name="Contact Acme Support")
        expect(support).to_have_attribute("href", "mailto:help@acme.example")
        person.finds_no_barrier()

        person.page.get_by_role("button", name="Sign in without this link").click()

        person.sees_heading("Sign in to Acme Support")

    def test_offers_no_way_that_there_is_not(self, person, closed):
        person.opens(closed.link("shared", state="expired"))

        person.sees_heading("Invalid portal link")
        expect(person.page.get_by_role("link", name="Contact Acme Support")).to_be_visible()
        person.page.wait_for_load_state("networkidle")
        expect(person.page.get_by_role("button", name="without this link")).to_have_count(0)

    def test_that_is_none_names_nobody(self, person):
        person.opens("/acme#l=lnk_" + "A" * 43)

        person.sees("Ask your service provider for a fresh link.")
        expect(person.page.get_by_role("link", name="Contact")).to_have_count(0)


class TestAClosedPortal:
    def test_that_is_off_says_whom_to_ask(self, person, house):
        house.team("workspace", "set", "globex", "--support", "https://globex.example/help")

        person.opens(house.link("shared", workspace="globex"))

        person.sees_heading("Portal unavailable")
        support = person.page.get_by_role("link", name="Contact Globex Service Desk")
        expect(support).to_have_attribute("href", "https://globex.example/help")
        expect(support).to_have_attribute("rel", "noopener")
        expect(person.page.get_by_role("button", name="Try again")).to_be_visible()

    def test_that_is_paused_says_until_when_in_the_pages_language(self, person, house):
        house.team(
            "workspace", "set", "lumen", "--paused-until", "2h",
            "--pause-text", "We are moving.", "--pause-text", "de=Wir ziehen um.",
        )  # fmt: skip
        try:
            person.opens(house.link("shared", workspace="lumen"))
            person.sees("The portal is closed for now. It opens again on")
            expect(person.page.locator("#pause-text")).to_have_text("We are moving.")

            person.page.locator("#language").select_option("de")
            expect(person.page.locator("#pause-text")).to_have_text("Wir ziehen um.")
            person.finds_no_barrier()

            house.forward(hours=2)
            person.page.locator("#retry").click()
            expect(person.page.locator("#email")).to_be_visible()
        finally:
            house.team("workspace", "set", "lumen", "--reset", "paused-until")


class TestTheAccountOfWhoeverIsSignedOut:
    def test_offers_to_sign_in_and_comes_back(self, person, house):
        person.opens("/acme#account")
        person.sees_heading("You are not signed in")
        # Whoever can open the entrance may know whose it is.
        person.sees("To see your account at Acme Support, sign in first.")
        expect(person.page.locator("#brand")).to_contain_text("Acme Support")

        person.page.get_by_role("button", name="Sign in").click()
        person.sees("your account")
        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        person.continues()

        person.sees_heading("Your account")
        assert person.page.url.endswith("/acme#account")

    def test_comes_back_from_a_provider_too(self, person, house):
        person.opens("/acme#account")
        person.page.get_by_role("button", name="Sign in").click()

        person.signs_in_with("microsoft", "ann")

        person.sees_heading("Your account")

    def test_comes_back_after_a_provider_that_was_cancelled_at_first(self, person, house):
        person.opens("/acme#account")
        person.page.get_by_role("button", name="Sign in").click()
        person.presses("microsoft")
        person.cancels()

        person.page.locator("#retry").click()
        person.chooses("ann")

        person.sees_heading("Your account")

    @pytest.mark.parametrize(
        ("account", "heading"),
        [("ann", "Check your email"), ("cem", "What is your email address?")],
        ids=["a-code", "an-address"],
    )
    def test_comes_back_from_a_provider_that_proves_nothing_and_a_reload(
        self, person, house, account, heading
    ):
        person.opens("/acme#account")
        person.page.get_by_role("button", name="Sign in").click()
        person.signs_in_with("facebook", account)
        person.sees_heading(heading)

        person.page.reload()

        person.sees_heading(heading)
        assert person.page.url.endswith("/acme#account")
        if account == "cem":
            person.asks_for_a_code("chloe@example.com")
        person.types(house.code_mailed_to({"ann": "ann", "cem": "chloe"}[account] + "@example.com"))
        person.continues()
        person.sees_heading("Your account")
        # Other tests connect the same account for the first time.
        person.page.get_by_role("button", name="Disconnect Facebook").click()
        person.page.locator("#yes").click()
        expect(person.message).to_contain_text("The account is disconnected")

    def test_stays_at_the_code_over_a_reload(self, person, house):
        person.opens("/acme#account")
        person.page.get_by_role("button", name="Sign in").click()
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        person.page.reload()

        person.types(code)
        person.continues()
        person.sees_heading("Your account")

    def test_offers_nothing_that_is_not_there(self, person, closed):
        person.opens("/acme#account")

        person.sees_heading("You are not signed in")
        person.page.wait_for_load_state("networkidle")
        expect(person.page.get_by_role("button", name="Sign in")).to_have_count(0)
        person.sees("open the link you were sent")


class TestTheFoot:
    def test_out_08_has_the_workspaces_links_on_every_screen(self, person, house):
        person.opens(house.link("shared"))

        foot = person.page.locator("#links")
        expect(foot.get_by_role("link")).to_have_text(["Help", "Privacy", "Terms"])
        person.page.get_by_text("Sign-in by Portico").wait_for()
        person.asks_for_a_code(house.someone()["email"])
        expect(foot.get_by_role("link")).to_have_text(["Help", "Privacy", "Terms"])

    def test_out_08_says_nothing_of_portico_where_the_workspace_does_not_want_it(
        self, person, house
    ):
        person.opens(house.link("shared", workspace="waha"))

        expect(person.page.locator("#links").get_by_role("link")).to_have_count(1)
        expect(person.page.get_by_text("Portico", exact=False)).to_be_hidden()

    def test_out_08_links_to_nothing_that_is_neither_a_page_nor_an_address(self, person, house):
        def poisoned(route):
            answer = route.fetch()
            body = answer.json()
            body["workspace"] |= {
                "support_url": "javascript:alert(1)",
                "terms_url": "http://x.test",
            }
            route.fulfill(response=answer, body=json.dumps(body))

        person.page.route("**/v1/links/resolve", poisoned)
        person.opens(house.link("shared"))

        person.sees_heading("Sign in to Acme Support")
        expect(person.page.locator("#links").get_by_role("link")).to_have_text(["Privacy"])


class TestTheWorkspacesName:
    def test_stands_in_place_of_the_service_provider(self, person, house):
        person.opens(house.link("shared"))

        person.sees("The address Acme Support has for you.")
        person.page.get_by_text("Trouble signing in?").click()
        person.sees("Ask Acme Support for a fresh link.")
        expect(person.page.get_by_text("service provider")).to_have_count(0)
