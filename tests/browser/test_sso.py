"""Single sign-on in a real browser: five kinds of provider, and whatever they may do."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_access import LOOKS

VOUCHING = ["microsoft", "google", "oidc"]

BUTTONS = {
    "microsoft": "Sign in with Microsoft",
    "google": "Sign in with Google",
    "facebook": "Continue with Facebook",
    "twitter": "Sign in with X",
    "oidc": "Sign in with Acme ID",
}

FAILED = "failed"
CANCELLED = "was cancelled"
NOT_NOW = "is not possible right now"

MISBEHAVING = {
    ("oidc", "deny"): CANCELLED,
    ("oidc", "error"): FAILED,
    ("oidc", "refused"): FAILED,
    ("oidc", "no-id-token"): FAILED,
    ("oidc", "wrong-nonce"): FAILED,
    ("oidc", "no-nonce"): FAILED,
    ("oidc", "no-subject"): FAILED,
    ("oidc", "wrong-audience"): FAILED,
    ("oidc", "wrong-issuer"): FAILED,
    ("oidc", "expired"): FAILED,
    ("oidc", "early"): FAILED,
    ("oidc", "unsigned"): FAILED,
    ("oidc", "wrong-key"): FAILED,
    ("oidc", "hmac"): FAILED,
    ("oidc", "wrong-answer-issuer"): FAILED,
    ("microsoft", "foreign-tenant"): FAILED,
    ("microsoft", "tenant-mismatch"): FAILED,
    ("microsoft", "consumer-key"): FAILED,
    ("facebook", "refused"): FAILED,
    ("facebook", "no-subject"): FAILED,
    ("twitter", "problem"): FAILED,
    ("google", "slow"): NOT_NOW,
    ("google", "drip"): NOT_NOW,
    ("google", "error-500"): NOT_NOW,
    ("google", "html"): f"{FAILED}|{NOT_NOW}",
    ("google", "huge"): f"{FAILED}|{NOT_NOW}",
    ("google", "bomb"): f"{FAILED}|{NOT_NOW}",
    ("google", "loop"): f"{FAILED}|{NOT_NOW}",
}
"""What each misbehaviour is told as. Whoever it is, the next try works."""


class TestTheButtons:
    def test_bear_each_providers_own_name_and_mark(self, person, house):
        person.opens(house.link("shared"))

        for id_, name in BUTTONS.items():
            button = person.page.get_by_role("button", name=name, exact=True)
            expect(button).to_have_id(f"sso-{id_}")
            expect(button.locator("svg.mark")).to_be_visible()
            assert button.bounding_box()["height"] >= 44
        expect(person.page.get_by_text("or", exact=True)).to_be_visible()

    def test_are_not_there_where_the_workspace_has_none(self, person, house):
        person.opens(house.link("shared", workspace="fabrik"))

        expect(person.page.locator("#email-me")).to_be_visible()
        expect(person.page.locator(".provider")).to_have_count(0)
        expect(person.page.locator(".or")).to_have_count(0)

    def test_tell_two_connections_of_one_brand_apart(self, person, house):
        def two_of_a_kind(route):
            answer = route.fetch()
            way = answer.json()
            way["methods"]["sso"] = [
                {"id": "one", "kind": "microsoft", "label": "Microsoft"},
                {"id": "two", "kind": "microsoft", "label": "Partners"},
            ]
            route.fulfill(response=answer, json=way)

        person.page.route("**/v1/links/resolve", two_of_a_kind)
        person.opens(house.link("shared"))

        for name in ["Sign in with Microsoft", "Sign in with Microsoft (Partners)"]:
            expect(person.page.get_by_role("button", name=name, exact=True)).to_be_visible()

    def test_ask_once_however_often_they_are_pressed(self, person, house):
        asked = []
        person.page.on(
            "request", lambda each: asked.append(each.url) if "/v1/sso/start" in each.url else 0
        )
        person.opens(house.link("shared"))
        expect(person.page.locator("#sso-google")).to_be_visible()

        person.page.evaluate(
            "() => { for (let i = 0; i < 5; i++) document.getElementById('sso-google').click(); }"
        )

        expect(person.page.locator("button[name=_account]").first).to_be_visible()
        assert len(asked) == 1

    def test_say_so_when_the_provider_takes_its_time(self, person, house):
        person.opens(house.link("shared"))
        # An answer without content leaves the browser where it is.
        person.page.route(re.compile("/google/authorize"), lambda route: route.fulfill(status=204))

        # A click would wait for the page that never comes.
        person.page.locator("#sso-google").dispatch_event("click")

        expect(person.page.locator("#sso-google.busy")).to_be_visible()
        expect(person.page.get_by_role("heading", level=1)).to_have_text(
            "Taking you to Google…", timeout=10_000
        )
        expect(person.page.get_by_role("link", name="Open Google")).to_be_visible()
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Use another way").click()
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    @pytest.mark.parametrize(
        ("status", "type_", "said"),
        [
            (429, "too-many-requests", "Too many requests"),
            (403, "sign-in-method-off", "This way to sign in is switched off."),
            (401, "sso-failed", "The provider could not sign you in."),
        ],
    )
    def test_stay_when_the_trip_cannot_begin(self, person, house, status, type_, said):
        person.opens(house.link("shared"), to="tickets")
        problem = {"type": type_, "title": "…", "status": status, "retry_after": 42}
        person.page.route(
            "**/v1/sso/start",
            lambda route: route.fulfill(status=status, body=json.dumps(problem)),
        )
        person.page.locator("#sso-google").click()

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text(said)
        expect(person.page.locator("[aria-invalid]")).to_have_count(0)
        person.finds_no_barrier()
        person.page.unroute("**/v1/sso/start")
        person.signs_in_with("google", "ann")
        person.lands_in_the_portal(at="/tickets")

    def test_say_which_provider_is_away_and_what_else_there_is(self, person, house):
        person.opens(house.link("shared"), to="tickets")
        problem = {"type": "try-later", "title": "…", "status": 503, "retry_after": 42}
        person.page.route(
            "**/v1/sso/start", lambda route: route.fulfill(status=503, body=json.dumps(problem))
        )

        person.page.locator("#sso-google").click()

        person.sees_heading("Sign-in with Google is not possible right now")
        expect(person.page.get_by_role("button", name="Use another way")).to_be_visible()
        person.finds_no_barrier()
        person.page.unroute("**/v1/sso/start")
        person.page.locator("#retry").click()
        person.chooses("ann")
        person.lands_in_the_portal(at="/tickets")

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "http://provider.example/", "//provider.example"]
    )
    def test_lead_nowhere_unsafe(self, person, house, url):
        person.opens(house.link("shared"))
        person.page.route(
            "**/v1/sso/start", lambda route: route.fulfill(json={"authorize_url": url})
        )

        person.page.locator("#sso-google").click()

        expect(person.message).to_contain_text("The provider could not sign you in.")


class TestAContact:
    @pytest.mark.parametrize("provider", VOUCHING)
    def test_is_signed_in_without_a_code_by_a_provider_that_vouches(self, person, house, provider):
        person.opens(house.link("shared"), to="ticket:123")

        person.signs_in_with(provider, "ann")

        person.lands_in_the_portal(at="/tickets/123")
        expect(person.page.get_by_text("Ann Archer").first).to_be_visible()
        # No code: only the first time, that there is a new way in.
        subjects = {mail["subject"] for mail in house.mails_to("ann@example.com")}
        assert subjects <= {"A sign-in was connected at Acme Support"}

    def test_whose_account_is_linked_needs_no_address(self, person, house):
        person.opens(house.link("shared"), to="tickets")

        person.signs_in_with("facebook", "ben")

        person.lands_in_the_portal()
        expect(person.page.get_by_text("Ben Okafor").first).to_be_visible()
        assert not house.mails_to("ben@example.com")
        # Facebook appends `#_=_` to the address it sends a browser back to.
        assert "_=_" not in person.page.url

    @pytest.mark.parametrize("provider", ["facebook", "twitter"])
    def test_proves_the_providers_address_once(self, person, person_with, house, provider):
        name = {"facebook": "Facebook", "twitter": "X"}[provider]
        person.opens(house.link("shared"), to="tickets")
        person.signs_in_with(provider, "ann")

        person.sees_heading("Check your email")
        expect(person.page.locator("#lead")).to_contain_text(
            f"To connect {name} to your sign-in, we sent a 7-character code to the address"
        )
        assert person.page.url == f"{house.origin}/acme"
        person.finds_no_barrier()
        person.page.reload()
        expect(person.page.locator("#lead")).to_contain_text(f"To connect {name}")
        person.types(house.code_mailed_to("ann@example.com"))
        person.continues()
        person.lands_in_the_portal(at="/tickets")

        # From then on the provider alone is enough, in any browser.
        other = person_with()
        other.opens(house.link("shared"), to="ticket:7")
        other.signs_in_with(provider, "ann")
        other.lands_in_the_portal()
        assert "/tickets/7" in other.page.url

    @pytest.mark.parametrize("provider", ["facebook", "twitter"])
    def test_without_an_address_at_the_provider_types_one(self, person, house, provider):
        email = {"facebook": "chloe@example.com", "twitter": "ben@example.com"}[provider]
        name = {"facebook": "Facebook", "twitter": "X"}[provider]
        person.opens(house.link("shared"), to="tickets")
        person.signs_in_with(provider, "cem")

        person.sees_heading("What is your email address?")
        person.sees(f"{name} did not give us an address.")
        assert person.page.url == f"{house.origin}/acme"
        person.finds_no_barrier()
        person.page.reload()
        person.page.get_by_label("Primary email").fill("cem@")
        person.page.keyboard.press("Enter")
        expect(person.message).to_contain_text("Enter a full address")
        person.asks_for_a_code(email)
        expect(person.page.locator("#lead")).to_contain_text(f"To connect {name}")
        expect(person.page.locator("#lead")).to_contain_text(email)
        # The address is known now: a reload asks for the code.
        person.page.reload()
        expect(person.page.locator("#lead")).to_contain_text(f"To connect {name}")
        person.types(person.reads_the_code())
        person.continues()

        person.lands_in_the_portal(at="/tickets")

    def test_whose_account_became_somebody_elses_meanwhile_is_told_so(
        self, person, person_with, house
    ):
        faster = person_with()
        for each, email in ((person, "chloe@example.com"), (faster, "ben@example.com")):
            each.opens(house.link("shared"))
            each.signs_in_with("google", "nobody", mode="no-email")
            each.asks_for_a_code(email)
        faster.types(faster.reads_the_code())
        faster.continues()
        faster.lands_in_the_portal()

        person.types(person.reads_the_code())
        person.continues()

        expect(person.message).to_contain_text("This account belongs to another contact.")
        person.sees_heading("Sign in to Acme Support")
        person.finds_no_barrier()

    def test_with_an_address_that_nobody_verified_proves_it(self, person, house):
        person.opens(house.link("shared"))

        person.signs_in_with("oidc", "chloe", mode="unverified-email")

        person.sees_heading("Check your email")
        assert house.code_mailed_to("chloe@example.com")

    def test_whose_provider_leaves_the_address_out_types_one(self, person, house):
        person.opens(house.link("shared"))

        person.signs_in_with("google", "chloe", mode="no-email")

        person.sees_heading("What is your email address?")

    def test_learns_the_label_from_another_mail(self, person, house):
        person.page.clock.install()
        person.opens(house.link("shared"))
        person.signs_in_with("oidc", "chloe", mode="unverified-email")
        code = house.code_mailed_to("chloe@example.com")
        person.types(code[:-1] + ("B" if code[-1] != "B" else "C"))
        person.continues()
        expect(person.message).to_contain_text("Check it in the newest email.")

        person.page.clock.run_for(31_000)
        house.forward(seconds=31)
        person.page.locator("#resend").click()

        expect(person.message).to_contain_text("Another code is on its way.")
        expect(person.page.locator(".code-label")).to_be_visible()
        expect(person.page.locator("#lead")).to_contain_text("To connect Acme ID")

    def test_who_waits_too_long_for_an_address_begins_again(self, person, house):
        person.opens(house.link("shared"))
        person.signs_in_with("google", "chloe", mode="no-email")
        person.page.get_by_label("Primary email").fill("chloe@example.com")
        house.forward(minutes=11)
        person.page.keyboard.press("Enter")

        person.sees_heading("Sign-in with Google took too long")

    def test_who_is_signed_in_is_offered_to_continue(self, person, house):
        person.opens(house.link("shared"))
        person.signs_in_with("google", "ann")
        person.lands_in_the_portal()

        person.opens(house.link("shared"), to="tickets")

        person.page.get_by_role("button", name="Continue as Ann Archer").click()
        person.lands_in_the_portal(at="/tickets")


class TestAPersonalLink:
    def test_lets_only_its_own_contact_in(self, person, house):
        link = next(
            each for each in house.world["links"] if each["label"] == "For Ann, to ticket 123"
        )
        person.opens(link)
        person.page.get_by_role("button", name="Use another way").click()
        person.signs_in_with("google", "ben")

        person.sees_heading("This account belongs to somebody else")
        person.sees("Your link is for a•••@example.com.")
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Choose another account").click()
        person.chooses("ann")
        person.lands_in_the_portal(at="/tickets/123")


class TestAMisbehavingProvider:
    @pytest.mark.parametrize(("provider", "mode"), MISBEHAVING)
    def test_is_told_and_the_next_try_ends_where_the_link_leads(
        self, person, house, provider, mode
    ):
        # Ben's Facebook is linked; the others' addresses are Ann's, whom X alone would ask for a code.
        account = "ben" if provider == "facebook" else "ann"
        name = BUTTONS[provider].partition(" with ")[2]
        person.opens(house.link("shared"), to="ticket:123")

        person.signs_in_with(provider, account, mode=mode)

        heading = person.page.get_by_role("heading", level=1)
        expected = rf"Sign-in with {name} ({MISBEHAVING[provider, mode]})"
        expect(heading).to_have_text(re.compile(expected), timeout=15_000)
        expect(heading).to_be_focused()
        assert person.page.url == f"{house.origin}/acme"
        expect(person.page.get_by_role("button", name="Use another way")).to_be_visible()
        person.page.get_by_role("button", name="Try again").click()
        if provider == "twitter":
            person.cancels()
            person.page.get_by_role("button", name="Use another way").click()
            person.presses("google")
        person.chooses(account)
        person.lands_in_the_portal()
        assert "/tickets/123" in person.page.url

    def test_that_renews_its_keys_is_not_noticed_for_longer_than_a_minute(self, person, house):
        person.opens(house.link("shared"), to="tickets")

        person.signs_in_with("google", "ann", mode="new-key")

        again = person.page.get_by_role("button", name="Try again")
        in_the_portal = person.page.get_by_text("Ann Archer")
        expect(again.or_(in_the_portal).first).to_be_visible(timeout=15_000)
        if again.count():
            # Keys are asked for once a minute at most, and somebody has just asked.
            person.page.wait_for_timeout(61_000)
            again.click()
            person.chooses("ann")
        person.lands_in_the_portal(at="/tickets")

    def test_leaves_the_code_as_another_way(self, person, house):
        person.opens(house.link("shared"), to="tickets")
        person.presses("microsoft")
        person.cancels()
        person.sees("Nothing has changed, and your link still works.")

        person.page.get_by_role("button", name="Use another way").click()
        person.asks_for_a_code("ben@example.com")
        person.types(person.reads_the_code())
        person.continues()

        person.lands_in_the_portal(at="/tickets")

    def test_that_is_left_by_the_back_button_leaves_the_page_as_it_was(self, person, house):
        person.opens(house.link("shared"), to="tickets")
        person.presses("google")

        person.page.go_back()

        person.sees("your tickets")
        person.signs_in_with("google", "ann")
        person.lands_in_the_portal(at="/tickets")


class TestAReturn:
    @pytest.mark.parametrize("mark", ["e=sso-denied", "c=chl_acme_" + "a" * 22, "p=pnd_acme_x"])
    def test_to_a_tab_that_has_no_link_asks_to_open_it_again(self, person, house, mark):
        person.opens(f"/acme#{mark}")

        person.sees_heading("Open your link again")
        assert person.page.url == f"{house.origin}/acme"
        person.finds_no_barrier()

    @pytest.mark.parametrize("mark", ["c=chl_acme_" + "a" * 22, "p=pnd_acme_" + "a" * 22])
    def test_that_nobody_left_for_goes_no_further(self, person, house, mark):
        person.opens(house.link("shared"))
        expect(person.page.get_by_label("Primary email")).to_be_visible()

        person.opens(f"/acme#{mark}")

        expect(person.message).to_contain_text("The provider could not sign you in.")
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    @pytest.mark.parametrize(
        ("reason", "heading"),
        [
            ("portal-unavailable", "Portal unavailable"),
            ("invalid-portal-link", "Invalid portal link"),
            ("sso-expired", "Sign-in with Google took too long"),
            ("no-contact", "Acme Support does not know this account yet"),
            ("<b>anything</b>", "Sign-in with Google failed"),
        ],
    )
    def test_has_a_screen_for_every_reason(self, person, house, reason, heading):
        person.opens(house.link("shared"))
        person.presses("google")

        person.page.goto(f"{house.origin}/acme#e={reason}")

        person.sees_heading(heading)
        person.finds_no_barrier()


class TestTheDirectoryRule:
    def test_match_required_is_said_before_anything_else(self, person, house):
        person.opens(house.link("shared", workspace="verde"))

        notice = person.page.locator(".notice")
        expect(notice).to_contain_text(
            "Verde Helpdesk signs in people from its company directory with Google or Microsoft."
        )
        expect(notice).to_contain_text("If you are not in it, use a code instead.")
        expect(person.page.get_by_label("Primary email")).to_be_visible()
        person.finds_no_barrier()

    def test_match_required_lets_the_directory_in(self, person, house):
        person.opens(house.link("shared", workspace="verde"), to="tickets")

        person.signs_in_with("microsoft", "ann")

        person.lands_in_the_portal(at="/tickets")

    def test_match_required_leaves_others_the_code(self, person, house):
        person.opens(house.link("shared", workspace="verde"), to="tickets")
        person.signs_in_with("google", "chloe")

        person.sees_heading("This account is not in the company directory")
        person.sees("Use a code instead, or choose another Google account.")
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Use another way").click()
        person.asks_for_a_code("chloe@example.com")
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal(at="/tickets")

    def test_sso_only_asks_for_no_address(self, person, house):
        person.opens(house.link("shared", workspace="norden"))

        expect(person.page.locator(".notice")).to_contain_text(
            "Norden IT signs in only people from its company directory, with Microsoft. "
            "If you are not in it, ask the team at Norden IT."
        )
        expect(person.page.locator("#sso-microsoft")).to_be_visible()
        expect(person.page.get_by_label("Primary email")).to_have_count(0)
        expect(person.page.locator(".or")).to_have_count(0)
        person.finds_no_barrier()

    def test_sso_only_lets_the_directory_in_and_nobody_else(self, person, house):
        person.opens(house.link("shared", workspace="norden"), to="tickets")
        person.signs_in_with("microsoft", "ben")

        person.sees_heading("This account is not in the company directory")
        person.sees("Ask the team at Norden IT to add you")
        expect(person.page.get_by_role("button", name="Use another way")).to_have_count(0)
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Choose another account").click()
        person.chooses("ann")
        person.lands_in_the_portal(at="/tickets")

    def test_sso_only_opens_by_a_code_to_whoever_holds_the_break_glass_link(self, person, house):
        link = next(
            each for each in house.world["links"] if each["label"] == "For Ben, break glass"
        )
        person.opens(link)

        expect(person.page.locator(".notice")).to_have_count(0)
        expect(person.code_field).to_be_visible()


class TestEveryone:
    @pytest.mark.parametrize("look", ["dark", "phone", "zoomed", "calm", "arabic", "japanese"])
    def test_finds_no_barrier_on_the_way(self, person_with, house, look):
        person = person_with(**LOOKS[look])
        person.opens(house.link("shared", workspace="verde"))
        expect(person.page.locator(".notice")).to_be_visible()
        person.finds_no_barrier()

        person.opens(house.link("shared"), to="tickets")
        expect(person.page.locator("#sso-google")).to_be_visible()
        person.finds_no_barrier()
        heights = person.page.evaluate(
            "() => [...document.querySelectorAll('.provider')].map(e => e.getBoundingClientRect().height)"
        )
        assert min(heights) >= 44

        person.presses("google")
        person.cancels()
        expect(person.page.locator("#retry")).to_be_visible()
        person.finds_no_barrier()
        person.page.locator("#retry").click()
        person.chooses("chloe", mode="no-email")
        expect(person.page.locator("#email-me")).to_be_visible()
        person.finds_no_barrier()
        person.page.locator("#email").fill("somebody.with.a.long.address@example.net")
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()
        person.finds_no_barrier()
        person.page.locator("#another").click()
        person.signs_in_with("oidc", "chloe", mode="unverified-email")
        expect(person.code_field).to_be_visible()
        person.finds_no_barrier()

    def test_signs_in_from_right_to_left(self, person_with, house):
        person = person_with(locale="ar-EG")
        person.opens(house.link("shared"), to="tickets")
        person.page.get_by_role("button", name="تسجيل الدخول عبر Google").click()
        person.cancels()
        expect(person.page.locator("html")).to_have_attribute("dir", "rtl")
        person.sees("عدت من")
        person.page.get_by_role("button", name="حاول مجددًا").click()
        person.chooses("ann")

        person.lands_in_the_portal(at="/tickets")

    def test_signs_in_on_a_phone(self, person_with, house):
        person = person_with(**LOOKS["phone"])
        person.opens(house.link("shared"), to="tickets")
        person.page.locator("#sso-microsoft").tap()
        person.chooses("ann")

        person.lands_in_the_portal(at="/tickets")

    def test_needs_no_more_than_a_keyboard(self, person, house):
        keys = person.page.keyboard
        person.opens(house.link("shared"), to="tickets")
        expect(person.page.get_by_label("Primary email")).to_be_focused()
        for _ in range(20):
            keys.press("Tab")
            if person.page.locator("#sso-google:focus").count():
                break
        keys.press("Enter")
        expect(person.page.locator("button[name=_account]").first).to_be_visible()
        person.page.get_by_role("button", name="Cancel").focus()
        keys.press("Enter")
        expect(person.page.get_by_role("heading", level=1)).to_be_focused()
        # Drawn anew while the key was on its way, the heading is where it begins again.
        for _ in range(20):
            keys.press("Tab")
            if person.page.locator("#retry:focus").count():
                break
        expect(person.page.get_by_role("button", name="Try again")).to_be_focused()
        keys.press("Enter")
        person.chooses("ann")

        person.lands_in_the_portal(at="/tickets")
