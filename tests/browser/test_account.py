"""A contact's own account: looking at it, changing it, and taking a change back."""

import json
import re

import pytest
from playwright.sync_api import expect

ANNS = "two quiet lamps by the harbour"


@pytest.fixture
def lumen(house):
    """The link of the workspace that has every way in."""
    return house.link("shared", workspace="lumen")


@pytest.fixture
def opens_account(lumen):
    """Sign somebody in with a code, and open their account from the portal."""

    def open_(person, email):
        person.signs_in(lumen, email)
        person.page.locator("#edit-profile").click()
        expect(person.page.locator("#about-profile")).to_be_visible()

    return open_


def proves(person, email):
    """Type the code that the page asks for before it goes on."""
    expect(person.code_field).to_be_visible()
    person.types(person.reads_the_code(email))
    person.continues()


class TestTheProfile:
    def test_y16_is_edited(self, person, opens_account):
        opens_account(person, "ben@example.com")
        person.finds_no_barrier()
        person.page.locator("#edit-profile").click()
        person.finds_no_barrier()
        person.page.get_by_label("Your name").fill("Benjamin Okafor")
        person.page.get_by_label("Language of your emails").select_option("fr")
        person.page.get_by_label("Time zone").select_option("Europe/Paris")
        person.page.locator("#save").click()

        expect(person.message).to_contain_text("Your profile is saved")
        for text in ("Benjamin Okafor", "Français", "Europe/Paris"):
            expect(person.page.get_by_text(text).first).to_be_visible()
        person.page.locator("#to-portal").click()
        person.lands_in_the_portal()
        person.sees("Benjamin Okafor")

    def test_y15_y17_is_beside_the_conversations(self, person, lumen):
        person.signs_in(lumen, "ben@example.com")

        expect(person.page.locator("#conversations")).to_be_visible()
        person.page.locator("#start-conversation").click()
        person.page.locator("#text").fill("My lamp hums at night")
        person.page.locator("#send").click()
        expect(person.page.locator("#conversations")).to_contain_text("My lamp hums at night")

    def test_asks_who_it_is_and_comes_back(self, person, lumen):
        person.opens(lumen)
        expect(person.page.locator("#email")).to_be_visible()
        person.opens("/lumen#account")
        person.sees_heading("You are not signed in")
        person.finds_no_barrier()

        person.page.locator("#sign-in").click()
        person.asks_for_a_code("ben@example.com")
        proves(person, "ben@example.com")

        person.sees_heading("Your account")

    def test_of_nobody_says_so_where_no_link_is_known(self, person):
        person.opens("/lumen#account")

        person.sees_heading("You are not signed in")
        expect(person.page.locator("#sign-in")).to_have_count(0)

    def test_can_be_taken_along(self, person, opens_account):
        opens_account(person, "ben@example.com")

        with person.page.expect_download() as download:
            person.page.locator("#download").click()

        held = json.loads(download.value.path().read_text())
        assert held["contact"]["email"] == "ben@example.com"
        person.page.locator("summary").click()
        person.sees("Signed in")
        person.finds_no_barrier()


class TestConnectedAccounts:
    def test_y12_x_is_added_and_signs_in_next_time(self, person, person_with, opens_account, lumen):
        opens_account(person, "ben@example.com")
        person.presses("twitter")
        person.chooses("ben")
        expect(person.message).to_contain_text("The account is connected")
        person.finds_no_barrier()

        later = person_with()
        later.opens(lumen)
        later.signs_in_with("twitter", "ben")

        later.lands_in_the_portal()
        expect(later.page.locator("#contact")).to_contain_text("ben@example.com")

    def test_y13_facebook_is_added_and_taken_away(self, person, opens_account):
        opens_account(person, "zoe@example.com")
        person.presses("facebook")
        person.chooses("cem")
        expect(person.message).to_contain_text("The account is connected")

        person.page.get_by_role("button", name="Disconnect Facebook").click()
        person.sees_heading("Disconnect Facebook?")
        person.finds_no_barrier()
        person.page.locator("#yes").click()

        expect(person.message).to_contain_text("The account is disconnected")
        expect(person.page.locator("#sso-facebook")).to_be_visible()

    def test_y13_is_not_added_by_coming_back_without(self, person, opens_account):
        opens_account(person, "zoe@example.com")
        person.presses("facebook")

        person.cancels()

        expect(person.message).to_contain_text("You came back without connecting")

    def test_y13_is_told_by_name_when_a_provider_is_away(self, person, opens_account):
        opens_account(person, "zoe@example.com")
        problem = {"type": "try-later", "title": "…", "status": 503, "retry_after": 42}
        person.page.route(
            "**/v1/account/identities",
            lambda route: route.fulfill(status=503, body=json.dumps(problem)),
        )

        person.page.locator("#sso-facebook").click()

        expect(person.message).to_contain_text("Facebook cannot be reached right now")

    def test_y06_social_sign_on_that_is_switched_off_is_gone_and_refused(
        self, person, lumen, house
    ):
        house.team("workspace", "set", "lumen", "--no-sso")
        try:
            person.opens(lumen)

            expect(person.page.get_by_role("button", name="Email me a code")).to_be_visible()
            expect(person.page.locator("#sso-google, #sso-facebook, #sso-twitter")).to_have_count(0)
            # Whoever asks for one that is off all the same is refused by the API.
            refused = person.page.evaluate(
                """async (link) => {
                  const { createPortico } = await import("/assets/portico.js");
                  const portico = createPortico({ workspace: "lumen" });
                  try { await portico.startSso({ link, connection: "google" }) }
                  catch (error) { return error.type }
                }""",
                lumen["token"],
            )
            assert refused == "sign-in-method-off"
        finally:
            house.team("workspace", "set", "lumen", "--sso")
        person.page.reload()
        expect(person.page.locator("#sso-google")).to_be_visible()


class TestTheAddress:
    def test_is_changed_and_keeps_what_is_connected_and_is_given_back(
        self, person, person_with, opens_account, lumen, house
    ):
        opens_account(person, "eve@example.com")
        person.presses("twitter")
        person.chooses("cem")
        expect(person.message).to_contain_text("The account is connected")
        # What is connected in the second of the change counts as newer, and goes with it.
        house.forward(seconds=1)
        person.page.locator("#change-email").click()
        person.finds_no_barrier()
        person.page.locator("#email").fill("eve.new@example.org")
        person.page.locator("#email-me").click()
        person.finds_no_barrier()
        proves(person, "eve.new@example.org")

        expect(person.message).to_contain_text("Your address is now eve.new@example.org")
        expect(person.page.get_by_role("button", name="Disconnect X")).to_be_visible()

        undo = re.search(
            r"http\S+#undo=\S+",
            house.mail_to("eve@example.com", holding="ddress")["text"],
        )
        assert undo
        owner = person_with()
        owner.opens(undo[0])
        owner.sees_heading("Undo the change of address?")
        owner.sees(f"This is about your sign-in at {house.name_of('lumen')}.")
        owner.finds_no_barrier()
        # The token has left the address, and a reload knows it all the same.
        assert owner.page.url.endswith("/lumen#undo")
        owner.page.reload()
        owner.sees_heading("Undo the change of address?")
        owner.page.locator("#undo").click()
        owner.sees_heading("Your address is back")
        owner.sees(f"set a new password and tell {house.name_of('lumen')}.")
        owner.finds_no_barrier()
        owner.page.reload()
        owner.sees_heading("Your address is back")
        owner.opens(undo[0])
        owner.sees_heading("Your address is back")
        owner.page.locator("#sign-in").click()
        owner.lands_in_the_portal()

        # Whoever made the change is out, and the connected account still leads to the contact.
        person.opens("/lumen#account")
        person.sees_heading("You are not signed in")
        person.opens(lumen)
        person.signs_in_with("twitter", "cem")
        person.lands_in_the_portal()
        expect(person.page.locator("#contact")).to_contain_text("eve@example.com")

    def test_is_given_back_without_what_was_added_since(
        self, person, person_with, opens_account, lumen, house
    ):
        opens_account(person, "zoe@example.com")
        person.page.locator("#change-email").click()
        person.page.locator("#email").fill("thief@example.org")
        person.page.locator("#email-me").click()
        proves(person, "thief@example.org")
        expect(person.message).to_contain_text("Your address is now thief@example.org")
        person.page.locator("#set-password").click()
        person.page.locator("#password").fill("nine cold toads under a bridge")
        person.page.locator("#save").click()
        expect(person.message).to_contain_text("Your password is set")
        person.page.locator("#remove-account").click()
        person.page.locator("#confirmation").fill("thief@example.org")
        person.page.locator("#yes").click()
        expect(person.message).to_contain_text("The address was changed less than three days ago")
        person.finds_no_barrier()
        undo = re.search(
            r"http\S+#undo=\S+",
            house.mail_to("zoe@example.com", holding="ddress")["text"],
        )
        assert undo

        owner = person_with(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
        owner.opens(undo[0])
        owner.page.locator("#undo").click()

        owner.sees_heading("Your address is back")
        owner.sees("Removed, because newer than the change: your password.")
        owner.finds_no_barrier()
        for address in ("zoe@example.com", "thief@example.org"):
            assert "your password" in house.mail_to(address, holding="undone")["text"]

    def test_is_not_given_back_by_a_link_that_was_made_up(self, person):
        person.opens("/lumen#undo=none.of.ours")

        person.sees_heading("This can no longer be undone")

    @pytest.mark.parametrize(
        ("problem", "heading", "said"),
        [
            (("challenge-closed", "expired"), "This can no longer be undone", "older than three"),
            (("challenge-closed", "voided"), "This can no longer be undone", "An earlier change"),
            (("challenge-closed", "used"), "This was already undone", "changed again afterwards"),
            (("taken", None), "This address is in use", "Another account now uses"),
        ],
    )
    def test_is_not_given_back_without_saying_why(self, person, problem, heading, said):
        type_, reason = problem
        refusal = {"type": type_, "title": "…", "reason": reason}
        person.page.route(
            "**/v1/account/email/undo",
            lambda route: route.fulfill(
                status=409 if type_ == "taken" else 410,
                headers={"content-type": "application/problem+json"},
                body=json.dumps(refusal),
            ),
        )

        person.opens("/lumen#undo=one.of.ours")

        person.sees_heading(heading)
        person.sees(said)


class TestThePassword:
    def test_is_set_after_a_code_when_the_sign_in_is_old(self, person, opens_account, house):
        opens_account(person, "zoe@example.com")
        house.forward(minutes=16)
        person.page.locator("#set-password").click()
        person.page.locator("#password").fill("five grey herons on a wire")
        person.finds_no_barrier()
        person.page.locator("#save").click()

        person.sees("we make sure that it is you")
        person.finds_no_barrier()
        proves(person, "zoe@example.com")

        # What was interrupted has gone on by itself.
        expect(person.message).to_contain_text("Your password is set")
        person.page.locator("#remove-password").click()
        person.page.locator("#yes").click()
        expect(person.message).to_contain_text("Your password is removed")

    def test_is_counted_in_characters_as_the_api_counts_them(self, person, opens_account):
        opens_account(person, "zoe@example.com")
        person.page.locator("#set-password").click()

        person.page.locator("#password").fill("🔑" * 14)
        person.sees("Characters to go: 1")
        # A ligature is two letters.
        person.page.locator("#password").fill("\N{LATIN SMALL LIGATURE FI}" * 8)
        person.sees("Long enough.")

    def test_that_is_too_common_is_not_set(self, person, opens_account):
        opens_account(person, "zoe@example.com")
        person.page.locator("#set-password").click()
        person.page.locator("#password").fill("passwordpassword")
        person.page.locator("#save").click()

        expect(person.message).to_contain_text("it is guessed first")


class TestSessions:
    def test_end_in_every_other_browser(self, person, person_with, opens_account, lumen):
        elsewhere = person_with()
        elsewhere.signs_in(lumen, "ben@example.com")
        opens_account(person, "ben@example.com")

        person.page.locator("#end-others").click()

        expect(person.message).to_contain_text("You are signed out everywhere else")
        expect(person.page.locator("#end-others")).to_have_count(0)
        elsewhere.opens("/lumen#account")
        elsewhere.sees_heading("You are not signed in")

    def test_end_here(self, person, opens_account):
        opens_account(person, "ben@example.com")

        person.page.locator("#sign-out").click()

        person.sees_heading("You are signed out")
        person.page.get_by_role("button", name="Sign in again").click()
        expect(person.page.locator("#email")).to_be_visible()

    def test_that_ended_here_leave_nothing_that_back_or_forward_leads_to(
        self, person, opens_account
    ):
        opens_account(person, "ben@example.com")
        person.page.locator("#change-email").click()
        person.sees_heading("Change address")
        person.page.go_back()
        person.page.locator("#sign-out").click()
        person.sees_heading("You are signed out")

        for goes in (person.page.go_forward, person.page.go_back):
            goes()
            person.sees_heading("You are not signed in")
            expect(person.page.get_by_text("ben@example.com")).to_have_count(0)


class TestTheEnd:
    def test_is_typed_and_final(self, person, lumen, house):
        person.opens(lumen)
        person.page.locator("#sign-up").click()
        person.page.locator("#email").fill("gone@example.org")
        person.page.locator("#email-me").click()
        proves(person, "gone@example.org")
        person.page.locator("#skip").click()
        person.lands_in_the_portal()
        person.page.locator("#edit-profile").click()
        person.page.locator("#remove-account").click()
        person.page.locator("#yes").click()
        expect(person.message).to_contain_text("That is not your address")
        person.finds_no_barrier()

        person.page.locator("#confirmation").fill("gone@example.org")
        person.page.locator("#yes").click()

        person.sees_heading("Your account is deleted")
        person.finds_no_barrier()
        person.opens("/lumen#account")
        person.sees_heading("You are not signed in")


class TestTheScreens:
    @pytest.mark.parametrize(
        "look",
        [
            {"color_scheme": "dark"},
            {"locale": "ar-EG", "viewport": {"width": 320, "height": 640}},
        ],
        ids=["dark", "arabic-narrow"],
    )
    def test_have_no_barrier(self, person_with, lumen, house, look):
        person = person_with(**look)
        person.opens(lumen)
        person.page.locator("#use-password").click()
        person.page.locator("#email").fill("ann@example.com")
        person.page.locator("#password").fill(ANNS)
        person.page.locator("#sign-in").click()
        person.lands_in_the_portal()
        person.opens("/lumen#account")
        for button in ("#edit-profile", "#change-email", "#set-password", "#remove-account"):
            expect(person.page.locator("#about-profile")).to_be_visible()
            person.page.locator(button).click()
            expect(person.page.locator("#cancel")).to_be_visible()
            person.finds_no_barrier()
            person.page.locator("#cancel").click()
        person.finds_no_barrier()
