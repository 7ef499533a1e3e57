"""The console's Links, Team and Keys: what an owner does there, and what others see of it."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member, asked_of, losing_the_answer


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def goes_to(member: Member, name: str, heading: str) -> None:
    member.page.get_by_role("link", name=name, exact=True).click()
    member.sees_heading(heading)


class TestSharedLinks:
    def test_are_made_copied_replaced_and_revoked(self, member, witness, person_with):
        member.comes_in("admin")
        label = secrets.token_hex(4)
        goes_to(member, "Links", "Shared links")
        member.presses("Make a link")
        member.sees_heading("New shared link")
        member.types("Label", label)
        member.presses("Make a link")
        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])
        visitor = person_with()
        visitor.opens(url)
        expect(visitor.page.get_by_label("Primary email")).to_be_visible()

        member.goes_without_it()
        member.row(label).get_by_role("button", name="Replace").click()
        member.sees_heading("Replace a link")
        member.presses("Replace")
        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])
        member.goes_without_it()
        expect(member.row(label)).to_have_count(2)
        member.row(label).first.get_by_role("button", name="Revoke").click()
        member.confirms(f"Revoke link {label}")

        member.is_told("The link is revoked.")
        expect(member.row(label).filter(has_text="revoked")).to_have_count(1)

    def test_say_in_words_where_they_lead_to(self, member, house):
        for to in ("ticket:77", "request:access"):
            house.team("link", "create", "acme", "--to", to, "--label", f"To {to}")
        member.comes_in("admin")

        goes_to(member, "Links", "Shared links")

        expect(member.row("To ticket:77")).to_contain_text("Ticket 77")
        expect(member.row("To request:access")).to_contain_text("Request form access")
        row = member.row("For everybody, to the tickets").first
        expect(row).to_contain_text("The list of tickets")
        member.presses("Make a link")
        areas = ["The portal’s first page", "The list of tickets"]
        flows = ["Request form new-laptop", "Request form access"]
        options = member.field("Leads to").locator("option")
        expect(options).to_have_text([*areas, *flows])

    def test_are_an_agents_to_revoke_alone_and_an_auditors_to_read(self, member):
        member.comes_in("agent")
        goes_to(member, "Links", "Shared links")
        expect(member.row("For everybody, to the tickets")).to_be_visible()
        expect(member.page.get_by_role("button", name="Revoke").first).to_be_visible()
        expect(member.page.get_by_role("button", name="Replace")).to_have_count(0)
        expect(member.offers("Make a link")).to_have_count(0)

        member.comes_in("auditor")
        goes_to(member, "Links", "Shared links")

        expect(member.row("For everybody, to the tickets")).to_be_visible()
        expect(member.page.get_by_role("button", name="Revoke")).to_have_count(0)


class TestTheTeam:
    def test_is_no_agents_to_see(self, member):
        member.comes_in("agent")

        for name in ("Team", "Keys"):
            expect(member.page.get_by_role("link", name=name, exact=True)).to_have_count(0)

    def test_is_an_admins_to_see_and_an_owners_to_change(self, member):
        member.comes_in("admin")
        goes_to(member, "Team", "The team")
        expect(member.row("Grace Lind")).to_contain_text("agent")
        expect(member.row("Adam Novak")).to_contain_text("(you)")
        for name in ("Add to the team", "Change"):
            expect(member.page.get_by_role("button", name=name)).to_have_count(0)

    def test_gets_a_member_changes_their_role_and_lets_them_go(self, member):
        member.comes_in()
        goes_to(member, "Team", "The team")
        member.presses("Add to the team")
        member.types("Email", "ben@example.com")
        member.chooses("Role", "auditor")
        member.presses("Add to the team")
        member.is_told("Added to the team, and told by mail.")
        expect(member.row("Ben Okafor")).to_contain_text("auditor")

        member.presses("Change the role of Ben Okafor")
        member.chooses("Role", "agent")
        member.presses("Save")
        member.is_told("Saved.")
        expect(member.row("Ben Okafor")).to_contain_text("agent")
        member.presses("Take Ben Okafor off the team")
        member.confirms("Take Ben Okafor off the team")

        member.is_told("Taken off the team.")
        expect(member.row("Ben Okafor")).to_have_count(0)

    def test_says_what_to_do_about_who_is_no_contact_or_on_it_already(self, member):
        member.comes_in()
        member.opens("new-member")
        member.types("Email", "nobody.at.all@example.org")
        member.presses("Add to the team")
        member.is_told("No active contact has this address.")
        member.presses("Add as a contact")
        member.sees_heading("Add a contact")
        expect(member.field("Email")).to_have_value("nobody.at.all@example.org")

        member.opens("new-member")
        member.types("Email", "grace@example.com")
        member.presses("Add to the team")

        member.is_told("This person is on the team already.")
        expect(member.field("Email")).to_have_value("grace@example.com")

    def test_keeps_its_last_owner(self, member):
        member.comes_in()
        goes_to(member, "Team", "The team")

        expect(member.row("Olga Ortiz")).to_contain_text("the only owner")
        expect(member.row("Olga Ortiz").get_by_role("button")).to_have_count(0)
        member.row("Olga Ortiz").get_by_role("link").click()
        member.sees("An owner of the team cannot be deactivated.")
        expect(member.offers("Deactivate")).to_have_count(0)

    def test_takes_away_what_was_said_of_the_press_before(self, member, house):
        house.team("team", "add", "acme", "ben@example.com", "--role", "agent")
        member.comes_in()
        member.opens("role=ct_demo-acme-ben-00000000")
        member.chooses("Role", "auditor")
        member.presses("Save")
        member.is_told("Saved.")
        member.page.route("**/acme/team/ct_*", lambda route: route.abort())

        try:
            member.presses("Take Ben Okafor off the team")
            member.confirms("Take Ben Okafor off the team")

            expect(member.page.get_by_role("alert")).to_be_visible()
            expect(member.page.get_by_text("Saved.")).to_have_count(0)
        finally:
            house.team("team", "remove", "acme", "ben@example.com")

    def test_shows_members_first_and_what_waits_in_one_line(self, member):
        member.comes_in()
        member.opens("team")

        waits = member.part("Waits for an owner")
        line = waits.get_by_text("Connections that are not confirmed for the team:")
        expect(line).to_contain_text("Google")
        expect(waits.get_by_role("button", name="Confirm Google", exact=True)).to_be_hidden()
        boxes = [each.bounding_box() for each in (member.part("Members"), waits)]
        assert boxes[0]
        assert boxes[1]
        assert boxes[0]["y"] < boxes[1]["y"]
        line.click()
        expect(waits.get_by_role("button", name="Confirm Google", exact=True)).to_be_visible()

    def test_csl_02_confirmed_already_is_said_to_be(self, member):
        member.comes_in()
        now = {"connection": {"confirmed": True, "waits": False}}
        refused = {"type": "changed-meanwhile", "title": "", "status": 412, "now": now}
        member.page.route("**/connections/google/confirm", lambda route: route.fulfill(status=412, json=refused))  # fmt: skip
        member.opens("team")
        waits = member.part("Waits for an owner")
        waits.get_by_text("Connections that are not confirmed for the team:").click()

        waits.get_by_role("button", name="Confirm Google", exact=True).click()

        member.is_told("Confirmed: Google.")

    def test_sso_08_an_account_that_rests_waits_and_is_confirmed_by_a_press(self, member):
        member.comes_in()
        with member.page.expect_response("**/v1/workspaces/acme/team") as answer:
            member.opens("team")
        team = answer.value.json()
        adam = next(each for each in team["members"] if each["role"] == "admin")
        rests = {
            "what": "account", "id": adam["contact"], "until": 1796389200,
            "connection": "google", "etag": '"0b3f"',
        }  # fmt: skip
        other = rests | {"connection": "ids-of-nobody", "etag": '"77aa"'}
        pressed: list[tuple[str, str]] = []

        def confirms(route):
            asked = route.request
            pressed.append((asked.url.rpartition("/team/")[2], asked.headers["if-match"]))
            route.fulfill(status=204)

        def answers(route):
            route.fulfill(json=team | {"waiting": [other] if pressed else [rests, other]})

        member.page.route("**/v1/workspaces/acme/team", answers)
        member.page.route("**/v1/workspaces/acme/team/*/confirm", confirms)
        member.page.reload()
        waits = member.part("Waits for an owner")
        said = "came by an account connected with a mailed code. Until"
        for label in ("Google", "ids-of-nobody"):
            expect(waits.get_by_text(f"{label} · {adam['name']} {said}")).to_be_visible()

        # The one that Adam was asked about, and none that somebody else has added.
        name = f"Confirm {adam['name']} · Google"
        waits.get_by_role("button", name=name, exact=True).click()

        member.is_told(f"Confirmed: {adam['name']} · Google.")
        assert pressed == [(f"{adam['contact']}/confirm", '"0b3f"')]

    def test_sso_08_whose_account_rests_is_told_until_when(self, member):
        refused = {"type": "team-refused", "title": "", "status": 403}
        more = {"reason": "account", "until": 1796389200}
        member.comes_in()
        member.page.route(
            "**/v1/session/refresh", lambda route: route.fulfill(status=403, json=refused | more)
        )

        member.page.reload()

        said = "You connected this account with a mailed code"
        sentence = member.page.get_by_text(said)
        expect(sentence).to_be_visible()
        expect(sentence).to_contain_text("2026")

    def test_asks_for_a_fresh_sign_in_and_comes_back_with_nothing_lost(self, member, house):
        member.comes_in()
        member.opens("new-member")
        member.types("Email", "chloe@example.com")
        house.forward(minutes=20)
        asked = asked_of(member, "POST", r"/acme/team$")

        member.presses("Add to the team")
        member.is_told("This needs a sign-in from the last 15 minutes.")
        before = len(asked)
        member.signs_in_again("olga@example.com")

        member.is_told("You are signed in again. What you typed is still here.")
        expect(member.field("Email")).to_have_value("chloe@example.com")
        # Nothing is sent that nobody pressed.
        assert len(asked) == before

    def test_may_ask_for_other_ways_in(self, member):
        member.comes_in()
        goes_to(member, "Team", "The team")
        member.presses("Change")
        member.field("single sign-on").uncheck()
        member.presses("Save")
        member.is_told("Saved.")
        try:
            ways = member.part("How members must have signed in")
            expect(ways).to_contain_text("mailed code or password")
        finally:
            member.presses("Change")
            member.field("single sign-on").check()
            member.presses("Save")
            member.is_told("Saved.")

    def test_that_another_owner_has_changed_says_so(self, member, house):
        member.comes_in()
        member.opens("role=ct_demo-acme-iris-0000000")
        member.sees_heading("Change a role")
        house.team("team", "set", "acme", "iris@example.com", "--role", "agent")
        try:
            member.chooses("Role", "admin")
            member.presses("Save")

            member.is_told("Somebody else changed this meanwhile.")
            expect(member.field("Role")).to_have_value("admin")
        finally:
            house.team("team", "set", "acme", "iris@example.com", "--role", "auditor")


class TestKeys:
    def test_are_made_with_a_secret_that_is_shown_once_and_revoked(self, member, witness):
        member.comes_in()
        label = secrets.token_hex(4)
        goes_to(member, "Keys", "Keys for machines")
        member.presses("Make a key")
        member.types("Label", label)
        member.field("links").check()
        member.presses("Make a key")
        member.sees_heading(f"The secret of {label}")
        text = member.field("Secret").input_value()
        assert text.startswith("ptk_acme_")
        witness.secrets.add(text)
        kept = member.page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
        assert text not in kept

        member.goes_without_it()
        expect(member.row(label)).to_contain_text("links")
        member.presses(f"New secret for {label}")
        member.confirms("New secret")
        member.sees_heading(f"The secret of {label}")
        assert member.field("Secret").input_value() != text
        witness.secrets.add(member.field("Secret").input_value())
        member.goes_without_it()
        member.presses(f"Revoke {label}")
        member.confirms(f"Revoke {label}")

        member.is_told("The key is revoked.")
        expect(member.row(label)).to_contain_text("revoked")

    def test_whose_answer_got_lost_are_made_once(self, member):
        member.comes_in()
        label = secrets.token_hex(4)
        member.opens("new-key")
        member.types("Label", label)
        member.field("links").check()
        member.page.route("**/acme/keys", losing_the_answer(member))
        member.presses("Make a key")
        member.is_told("No answer came.")
        member.page.unroute("**/acme/keys")

        member.presses("Make a key")

        member.is_told("Your first press made this key")
        goes_to(member, "Keys", "Keys for machines")
        expect(member.row(label)).to_have_count(1)
        member.presses("Make a key")
        expect(member.field("Label")).to_have_value("")
        expect(member.field("links")).not_to_be_checked()

    def test_end_when_whoever_makes_them_says(self, member, witness):
        member.comes_in()
        label = secrets.token_hex(4)
        made = asked_of(member, "POST", r"/keys$")
        member.opens("new-key")
        member.types("Label", label)
        member.field("links").check()
        member.types("Good for how many days", "401")
        member.presses("Make a key")
        member.is_told("Check Good for how many days: 1 to 400.")
        member.types("Good for how many days", "30")

        member.presses("Make a key")

        member.sees_heading(f"The secret of {label}")
        witness.secrets.add(member.field("Secret").input_value())
        assert [each["body"].get("days") for each in made] == [401, 30]
        member.goes_without_it()
        member.presses(f"Revoke {label}")
        member.confirms(f"Revoke {label}")

    def test_are_an_auditors_to_read(self, member):
        member.comes_in("auditor")
        goes_to(member, "Keys", "Keys for machines")

        expect(member.row("Help desk")).to_be_visible()
        expect(member.page.get_by_role("button", name="Revoke")).to_have_count(0)
        expect(member.offers("Make a key")).to_have_count(0)
