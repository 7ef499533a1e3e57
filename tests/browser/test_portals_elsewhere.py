"""A portal on another site, an ordinary OpenID client: the way to it through our page, and back."""

from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_access import LOOKS

PORTAL = "prt_harbor_help-center"
ANNS = "two quiet lamps by the harbour"


@pytest.fixture
def personal(house):
    """Ann's own link to a ticket."""
    return house.link("personal", workspace="harbor", email="ann@example.com")


@pytest.fixture
def all_ways(house):
    """Harbor with passwords and sign-up too, for as long as a test."""
    house.team("workspace", "set", "harbor", "--passwords", "--sign-up")
    yield
    house.team("workspace", "set", "harbor", "--no-passwords", "--no-sign-up")


def asked_by_the_portal(person, **more: str) -> str:
    """The address that the portal would send this browser to, and what else it might ask for."""
    url = f"{person.house.sample_client}/login?{urlencode({'iss': person.house.origin})}"
    answer = person.page.context.request.get(url, max_redirects=0)
    return str(answer.headers["location"]) + "".join(
        f"&{name}={quote(value, safe='')}" for name, value in more.items()
    )


def fragment_of(request: dict[str, str], **more: str) -> str:
    marks = {"l": PORTAL, "o": urlencode(request), **more}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in marks.items())


def documents(page: Page) -> list[str]:
    """Every page that the tab shows from here on."""
    shown: list[str] = []

    def remember(response):
        if response.request.is_navigation_request() and response.status == 200:
            shown.append(response.url)

    page.on("response", remember)
    return shown


class TestAPersonalLink:
    def test_leads_to_its_ticket_without_a_second_screen(self, person, house, personal):
        person.opens(personal)
        person.types(person.reads_the_code("ann@example.com"))
        shown = documents(person.page)

        person.continues()

        person.lands_elsewhere(at="/tickets/4711")
        expect(person.page.locator("#area[data-area='ticket:4711']")).to_be_visible()
        expect(person.page.get_by_text("Ann Archer").first).to_be_visible()
        assert shown == [f"{house.sample_client}/tickets/4711"]

    def test_leads_there_by_a_provider_too(self, person, personal):
        person.opens(personal)
        person.page.get_by_role("button", name="Use another way").click()

        person.signs_in_with("google", "ann")

        person.lands_elsewhere(at="/tickets/4711")

    def test_of_whoever_is_signed_in_leads_there_at_a_press(self, person, personal):
        person.opens(personal)
        person.types(person.reads_the_code("ann@example.com"))
        person.continues()
        person.lands_elsewhere()

        person.opens(personal)
        person.page.get_by_role("button", name="Continue as Ann Archer").click()

        person.lands_elsewhere(at="/tickets/4711")


class TestThePortal:
    def test_shows_its_contacts_our_page_and_gets_them_back_where_they_were(self, person, house):
        person.opens(f"{house.sample_client}/tickets/77")

        person.sees_heading(f"Sign in to {house.name_of('harbor')}")
        assert person.page.url == f"{house.origin}/harbor"
        person.asks_for_a_code("ann@example.com")
        person.types(person.reads_the_code())
        shown = documents(person.page)
        person.continues()

        person.lands_elsewhere(at="/tickets/77")
        expect(person.page.get_by_text("Ann Archer").first).to_be_visible()
        assert shown == [f"{house.sample_client}/tickets/77"]

    def test_needs_no_screen_of_ours_for_somebody_who_is_signed_in(self, person, house):
        person.signs_in_elsewhere("ann@example.com")
        person.page.context.clear_cookies(name="portal_visit")
        shown = documents(person.page)

        person.page.goto(f"{house.sample_client}/tickets/123")

        person.lands_elsewhere(at="/tickets/123")
        assert shown == [f"{house.sample_client}/tickets/123"]

    def test_is_come_back_to_by_a_provider(self, person, house):
        person.opens(f"{house.sample_client}/tickets/77")
        person.presses("microsoft")
        shown = documents(person.page)

        person.chooses("ann")

        person.lands_elsewhere(at="/tickets/77")
        # Ours goes on by itself.
        assert shown == [f"{house.origin}/harbor", f"{house.sample_client}/tickets/77"]

    def test_is_come_back_to_whatever_a_trip_to_a_provider_asks(self, person, house):
        person.opens(f"{house.sample_client}/tickets/77")
        person.presses("google")
        person.cancels()
        person.page.get_by_role("button", name="Try again").click()
        person.chooses("nobody", mode="no-email")
        expect(person.page.get_by_label("Primary email")).to_be_visible()
        person.page.reload()
        person.asks_for_a_code("ben@example.com")
        person.types(person.reads_the_code())
        person.continues()

        person.lands_elsewhere(at="/tickets/77")
        expect(person.page.get_by_text("Ben Okafor").first).to_be_visible()

    def test_is_come_back_to_after_a_reload_and_from_a_second_tab(
        self, person, house, context, witness
    ):
        person.opens(f"{house.sample_client}/tickets/77")
        person.asks_for_a_code("ann@example.com")
        code = person.reads_the_code()

        person.page.reload()
        expect(person.code_field).to_be_visible()
        second = type(person)(context.new_page(), house)
        witness.watches(second.page)
        second.opens("/harbor")
        second.types(code)
        second.continues()

        second.lands_elsewhere(at="/tickets/77")

    def test_is_come_back_to_with_a_password_that_was_just_set(self, person, house, all_ways):
        person.opens(f"{house.sample_client}/tickets/77")
        person.page.get_by_label("Primary email").fill("ann@example.com")
        person.page.locator("#use-password").click()
        person.page.locator("#forgot").click()
        person.page.locator("#email-me").click()
        person.types(person.reads_the_code("ann@example.com"))
        person.page.reload()
        person.types(person.reads_the_code("ann@example.com"))
        person.page.locator("#password").fill(ANNS)
        person.page.get_by_role("button", name="Set password").click()
        expect(person.message).to_contain_text("Your password is set")
        person.page.locator("#email").fill("ann@example.com")
        person.page.locator("#password").fill(ANNS)
        person.page.locator("#sign-in").click()

        person.lands_elsewhere(at="/tickets/77")

    def test_is_come_back_to_by_somebody_new(self, person, house, all_ways):
        person.opens(f"{house.sample_client}/tickets/77")
        person.page.locator("#sign-up").click()
        person.page.locator("#email").fill("marina@example.org")
        person.page.locator("#email-me").click()
        person.types(person.reads_the_code("marina@example.org"))
        person.continues()
        person.sees_heading(f"Welcome to {house.name_of('harbor')}")
        person.page.get_by_label("Your name").fill("Marina Quay")
        person.continues()

        person.lands_elsewhere(at="/tickets/77")
        expect(person.page.get_by_text("Marina Quay").first).to_be_visible()


class TestWhatAPortalMayWish:
    def test_is_a_new_sign_in_though_somebody_is_signed_in(self, person):
        person.signs_in_elsewhere("ann@example.com")

        person.opens(asked_by_the_portal(person, prompt="login"))

        expect(person.page.get_by_label("Primary email")).to_be_visible()
        expect(person.page.get_by_role("button", name="Continue as")).to_have_count(0)
        person.page.reload()
        expect(person.page.get_by_label("Primary email")).to_be_visible()
        person.asks_for_a_code("ben@example.com")
        person.types(person.reads_the_code())
        person.continues()
        person.lands_elsewhere()
        expect(person.page.get_by_text("Ben Okafor").first).to_be_visible()

    def test_is_a_choice_of_who_goes_on(self, person):
        person.signs_in_elsewhere("ann@example.com")

        person.opens(asked_by_the_portal(person, prompt="select_account"))

        person.page.get_by_role("button", name="Continue as Ann Archer").click()
        person.lands_elsewhere()

    def test_is_an_address_to_begin_with(self, person, house):
        person.opens(asked_by_the_portal(person, login_hint="ann@example.com"))

        field = person.page.get_by_label("Primary email")
        expect(field).to_have_value("ann@example.com")
        expect(field).to_be_focused()
        person.page.reload()
        expect(field).to_have_value("ann@example.com")
        assert not house.mails_to("ann@example.com")
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()

    def test_is_checked_like_whatever_is_typed(self, person):
        person.opens(asked_by_the_portal(person, login_hint="<b>ann</b>"))
        expect(person.page.get_by_label("Primary email")).to_have_value("<b>ann</b>")

        person.page.locator("#email-me").click()

        expect(person.message).to_contain_text("Enter a full address")

    def test_is_no_address_that_is_longer_than_any(self, person):
        longest = f"{'a' * 242}@example.com"
        for hint, shown in ((longest, longest), (f"a{longest}", "")):
            person.opens(f"/harbor#{fragment_of({'client_id': PORTAL}, hint=hint)}")

            expect(person.page.get_by_label("Primary email")).to_have_value(shown)

    def test_is_a_language_until_the_contact_chooses_one(self, person):
        person.opens(asked_by_the_portal(person, ui_locales="tlh ar-EG de"))
        html = person.page.locator("html")
        expect(html).to_have_attribute("lang", "ar")
        expect(html).to_have_attribute("dir", "rtl")
        expect(person.page.locator("#email")).to_be_visible()
        person.finds_no_barrier()
        person.page.reload()
        expect(html).to_have_attribute("lang", "ar")

        person.page.locator("#language").select_option("fr")
        expect(html).to_have_attribute("lang", "fr")
        person.page.reload()

        expect(person.page.locator("#email")).to_be_visible()
        expect(html).to_have_attribute("lang", "fr")


class TestARequest:
    def test_of_a_portal_that_is_not_registered_goes_no_further(self, person, house):
        asked = urlencode({"client_id": "prt_harbor_nobody", "response_type": "code"})

        person.opens(f"/oauth2/authorize?{asked}")

        person.sees_heading("This portal is not set up here")
        expect(person.page.locator("#heading")).to_be_focused()
        person.sees("Ask your service provider.")
        person.finds_no_barrier()

    def test_of_nobody_says_the_same(self, person):
        person.opens("/oauth2/authorize?client_id=anything")

        person.sees_heading("This portal is not set up here")

    def test_leads_to_no_address_but_the_portals(self, person, house, witness):
        forged = {
            "client_id": PORTAL,
            "response_type": "code",
            "redirect_uri": "https://elsewhere.example/callback",
        }
        person.opens(f"/harbor#{fragment_of(forged)}")
        person.asks_for_a_code("ann@example.com")
        person.types(person.reads_the_code())
        person.continues()

        person.sees_heading("This portal is not set up here")
        assert {urlsplit(url).hostname for url in witness.urls} == {"127.0.0.1"}

    def test_is_never_an_address_itself(self, person, house, witness):
        person.page.route("**/oauth2/**", lambda route: route.fulfill(body="the door"))
        for odd in (
            "//elsewhere.example/",
            "@elsewhere.example/",
            "\\\\elsewhere.example/",
            "/../x?y#z",
            "%0d%0a//elsewhere.example",
        ):
            request = quote(f"{odd}&client_id={PORTAL}", safe="")
            person.opens(f"/harbor#l={PORTAL}&o={request}")
            expect(person.page.locator("#email")).to_be_visible()
            person.opens("/harbor#resume")
            person.page.wait_for_url(lambda url: "/oauth2/" in url)

        assert {urlsplit(url).hostname for url in witness.urls} == {"127.0.0.1"}
        doors = {urlsplit(url).path for url in witness.urls if "/oauth2/" in url}
        assert doors == {"/oauth2/authorize"}

    def test_that_is_another_portals_is_not_kept(self, person):
        person.opens(f"/harbor#{fragment_of({'client_id': 'prt_harbor_spa'})}")
        person.asks_for_a_code("ann@example.com")
        person.types(person.reads_the_code())
        person.continues()

        # The portal that was named is asked to make one of its own.
        person.lands_elsewhere()

    def test_that_could_not_be_read_just_now_is_tried_again(self, person, house):
        request = asked_by_the_portal(person)
        marks = quote(urlsplit(request).query, safe="")
        later = f"/harbor#e=try-later&l={PORTAL}&o={marks}"
        person.page.route(
            "**/oauth2/authorize?*",
            lambda route: route.fulfill(status=303, headers={"location": later}),
        )
        person.opens(request)
        person.sees_heading("This is not possible right now")
        expect(person.page.locator("#heading")).to_be_focused()
        person.finds_no_barrier()

        person.page.unroute("**/oauth2/authorize?*")
        person.page.get_by_role("button", name="Try again").click()

        person.sees_heading(f"Sign in to {house.name_of('harbor')}")
        person.asks_for_a_code("ann@example.com")
        person.types(person.reads_the_code())
        person.continues()
        person.lands_elsewhere()

    def test_that_this_tab_never_saw_is_the_portals_to_make_again(self, person, house):
        person.opens("/harbor#resume")
        person.sees_heading("Open your link again")
        person.finds_no_barrier()
        person.signs_in_elsewhere("ann@example.com")
        other = type(person)(person.page.context.new_page(), house)

        other.opens("/harbor#resume")

        other.sees_heading("You are signed in")
        other.sees(f"open the portal of {house.name_of('harbor')} again")
        other.finds_no_barrier()
        other.page.get_by_role("link", name="Back to the portal").click()
        other.lands_elsewhere()


class TestSigningOut:
    def test_of_the_portal_ends_on_its_own_page(self, person, house):
        person.signs_in_elsewhere("ann@example.com")

        person.page.locator("#sign-out").click()

        person.page.wait_for_url(f"{house.sample_client}/signed-out*")
        person.sees_heading("You are signed out")
        # And here as well.
        person.opens(f"{house.sample_client}/tickets/77")
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_that_nobody_has_shown_to_be_theirs_is_asked_about(self, person, house):
        person.signs_in_elsewhere("ann@example.com")
        signed_out = f"{house.sample_client}/signed-out"
        query = urlencode(
            {"client_id": PORTAL, "post_logout_redirect_uri": signed_out, "state": "7"}
        )

        person.opens(f"/oauth2/end_session?{query}")
        person.sees_heading(f"Sign out of {house.name_of('harbor')}?")
        expect(person.page.locator("#heading")).to_be_focused()
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Stay signed in").click()
        person.sees_heading("You are still signed in")
        person.finds_no_barrier()

        # The portal has left already; it only could not say whom.
        person.page.context.clear_cookies(name="portal_visit")
        person.opens(f"/oauth2/end_session?{query}")
        person.page.get_by_role("button", name="Sign out", exact=True).click()
        person.page.wait_for_url(f"{signed_out}?state=7")
        person.opens(house.link("shared", workspace="harbor"))
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_that_does_not_reach_us_keeps_the_question(self, person):
        person.signs_in_elsewhere("ann@example.com")
        person.opens(f"/oauth2/end_session?client_id={PORTAL}")
        person.page.route("**/v1/session?*", lambda route: route.abort())

        person.page.get_by_role("button", name="Sign out", exact=True).click()

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text("No connection.")
        person.finds_no_barrier()
        person.page.unroute("**/v1/session?*")
        person.page.get_by_role("button", name="Sign out", exact=True).click()
        person.sees_heading("You are signed out")

    @pytest.mark.parametrize("address", ["", "https://elsewhere.example/"])
    def test_with_no_address_of_the_portals_ends_on_ours(self, person, house, address):
        person.signs_in_elsewhere("ann@example.com")
        query = {"client_id": PORTAL, "post_logout_redirect_uri": address}

        person.opens(f"/oauth2/end_session?{urlencode(query)}")
        person.page.get_by_role("button", name="Sign out", exact=True).click()

        person.page.wait_for_url(f"{house.origin}/harbor")
        person.sees_heading("You are signed out")
        person.sees("To sign in again, open the portal.")
        person.finds_no_barrier()


class TestEveryScreen:
    @pytest.mark.parametrize("look", LOOKS)
    def test_has_no_barrier(self, person_with, house, look):
        person = person_with(**LOOKS[look])
        person.opens(f"{house.sample_client}/tickets/77")
        expect(person.page.locator("#email")).to_be_visible()
        person.finds_no_barrier()

        asking = f"out={quote(f'client_id={PORTAL}', safe='')}"
        for mark in (asking, "bye", "e=portal-not-known", "e=try-later"):
            person.opens(f"/harbor#{mark}")
            expect(person.page.locator("#heading")).to_be_focused()
            person.finds_no_barrier()
        person.opens(f"/harbor#{asking}")
        person.page.locator("#stay").click()
        expect(person.page.locator("#heading")).to_be_focused()
        person.finds_no_barrier()
        person.opens("/#e=portal-not-known")
        expect(person.page.locator("#heading")).to_be_focused()
        person.finds_no_barrier()
