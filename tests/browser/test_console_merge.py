"""Two contacts who are one person: looked at as before and after, made one, and made two again."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member, asked_of, losing_the_answer
from tests.browser.test_console_contacts import puts_ref, somebody
from tests.browser.test_console_people import member_id

HOSTILE = "<b onmouseover=alert(1)>Ben</b>"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def looks_at_merge(
    member: Member, *, lost: str = "Ben Twice", survivor: str = "Ben Once"
) -> tuple[str, str]:
    """Two new contacts, looked at as what a merge of them would be; their addresses, the lost one's first."""
    second = somebody(member, name=lost)
    first = somebody(member, name=survivor)
    member.presses("Merge with another contact")
    member.sees_heading("Merge two contacts")
    member.types("Address of the other contact", second)
    member.presses("Look at the merge")
    expect(member.part("What changes")).to_be_visible()
    return second, first


class TestAMerge:
    def test_is_looked_at_first_and_then_made(self, member, house):
        member.comes_in("admin")
        merged = asked_of(member, "POST", r"/merge$")
        lost, survivor = looks_at_merge(member)
        table = member.part("What changes")
        expect(table.get_by_role("row").filter(has_text="Contact")).to_contain_text(
            "Is Ben Once from then on."
        )
        expect(member.row(lost)).to_contain_text("Reserved for Ben Once for 30 days.")
        member.sees("Only the ways in of Ben Once work afterwards.")
        assert [each["body"]["dry_run"] for each in merged] == [True]

        member.presses("Merge")

        member.is_told("The two are one contact now.")
        member.sees_heading("Ben Once")
        assert house.waits_for_mails(lost, 1)
        assert house.waits_for_mails(survivor, 1)
        member.finds(lost)
        member.sees_heading("Ben Once")

    def test_brings_names_and_sessions_along_as_it_says(self, member, house, person_with):
        member.comes_in("admin")
        second = somebody(member, name="Ben Twice")
        ref = secrets.token_hex(4)
        puts_ref(house, ref, second)
        person_with().signs_in(house.link("shared"), second)
        somebody(member, name="Ben Once")
        member.presses("Merge with another contact")
        member.types("Address of the other contact", second)
        member.presses("Look at the merge")
        expect(member.row(ref)).to_contain_text("Moves to Ben Once.")
        expect(member.row("Sessions: 1")).to_contain_text("Ends at once.")

        member.presses("Merge")

        member.is_told("The two are one contact now.")
        expect(member.part("Names in the help desk")).to_contain_text(ref)

    def test_keeps_whom_the_member_chooses(self, member):
        member.comes_in("admin")
        lost, _ = looks_at_merge(member)

        member.presses("Keep Ben Twice instead")
        member.sees("Only the ways in of Ben Twice work afterwards.")
        member.presses("Merge")

        member.is_told("The two are one contact now.")
        member.sees_heading("Ben Twice")
        expect(member.part("Profile")).to_contain_text(lost)

    def test_is_undone_where_it_was_made(self, member):
        member.comes_in("admin")
        lost, _ = looks_at_merge(member)
        member.presses("Merge")
        member.is_told("The two are one contact now.")

        member.page.get_by_role("status").get_by_role("button", name="Undo the merge").click()

        member.is_told("They are two contacts again.")
        member.finds(lost)
        member.sees_heading("Ben Twice")

    def test_is_undone_later_from_the_contacts_page(self, member):
        member.comes_in("admin")
        lost, survivor = looks_at_merge(member)
        member.presses("Merge")
        member.is_told("The two are one contact now.")
        member.finds(survivor)

        expect(member.part("Merged into this contact").get_by_role("columnheader")).to_have_text(["Id", "Undo until", "What you can do"])  # fmt: skip
        member.part("Merged into this contact").get_by_role("button").click()
        member.sees_heading("Two contacts again")
        member.sees("Possible until")
        member.presses("Undo the merge")

        member.is_told("They are two contacts again.")
        expect(member.part("Merged into this contact")).to_have_count(0)
        member.finds(lost)
        member.sees_heading("Ben Twice")

    def test_that_is_too_old_says_that_it_stands(self, member, house):
        member.comes_in("admin")
        looks_at_merge(member)
        member.presses("Merge")
        member.is_told("The two are one contact now.")
        there = member_id(member)
        house.forward(hours=24 * 34)
        member.comes_in("admin")
        member.opens(f"contact={there}")

        merged = member.part("Merged into this contact")
        expect(merged.get_by_role("cell").nth(1)).to_have_text("For good")
        expect(merged.get_by_role("button")).to_have_count(0)

        # A page that was open for longer.
        member.opens(f"unmerge={there}&lost={merged.locator('code').inner_text()}")
        member.presses("Undo the merge")

        member.is_told("This merge cannot be undone any more")

    def test_csl_02_whose_answer_got_lost_is_made_once(self, member, house):
        member.comes_in("admin")
        looks_at_merge(member)
        member.page.route("**/merge", losing_the_answer(member))
        member.presses("Merge")
        member.is_told("No answer came.")
        member.page.unroute("**/merge")

        member.presses("Merge")

        member.is_told("The two are one contact now.")
        trail = house.team("--json", "trail", "show", "acme", "--contact", member_id(member))
        assert trail.count('"contact.merged"') == 2  # one under each id

    def test_asks_for_a_fresh_sign_in_and_comes_back_to_both(self, member, house):
        member.comes_in("admin")
        looks_at_merge(member)
        house.forward(minutes=20)
        member.presses("Merge")
        member.is_told("This needs a sign-in from the last 15 minutes.")

        member.signs_in_again("adam@example.com")

        member.sees("Only the ways in of Ben Once work afterwards.")
        member.presses("Merge")
        member.is_told("The two are one contact now.")

    def test_with_themselves_or_with_nobody_is_none(self, member):
        member.comes_in("admin")
        email = somebody(member)
        member.presses("Merge with another contact")

        member.types("Address of the other contact", email)
        member.presses("Look at the merge")
        member.is_told("That is the same contact.")
        member.types("Address of the other contact", "nobody.at.all@example.org")
        member.presses("Look at the merge")

        member.is_told("Nobody here has this address.")
        expect(member.field("Address of the other contact")).to_have_value(
            "nobody.at.all@example.org"
        )

    def test_of_a_member_of_the_team_offers_to_keep_them(self, member):
        member.comes_in("owner")
        somebody(member)
        member.presses("Merge with another contact")
        member.types("Address of the other contact", "grace@example.com")
        member.presses("Look at the merge")

        member.is_told("The one who would go is on the team.")

        expect(member.offers("Merge")).to_have_count(0)
        member.presses("Keep Grace Lind instead")
        expect(member.offers("Merge")).to_be_visible()

    def test_leads_from_the_lost_one_to_the_survivor(self, member):
        member.comes_in("admin")
        _, survivor = looks_at_merge(member)
        gone = member.page.url.partition("&with=")[2]
        member.presses("Merge")
        member.is_told("The two are one contact now.")

        member.opens(f"contact={gone}")

        member.is_told("The contact that you opened was merged into this one.")
        expect(member.part("Profile")).to_contain_text(survivor)

    def test_csl_01_has_names_as_text_and_no_address_in_its_own(self, member, witness):
        member.comes_in("admin")
        lost, survivor = looks_at_merge(member, lost=HOSTILE, survivor=HOSTILE)

        assert member.page.locator("main b").count() == 0
        assert lost not in member.page.url
        assert survivor not in member.page.url
        assert not [url for url in witness.urls if lost in url or survivor in url]

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_is_no_other_roles_to_make(self, member, role):
        member.comes_in(role)
        both = "ct_demo-acme-ann-00000000&with=ct_demo-acme-ben-00000000"
        for screen in (f"merge={both}", f"unmerge={both.replace('with', 'lost')}"):
            member.opens(screen)

            member.sees_heading("Ann Archer")
            expect(member.offers("Merge with another contact")).to_have_count(0)


class TestTheCommand:
    def test_shows_the_same_and_changes_nothing(self, member, house):
        member.comes_in("admin")
        lost, _ = looks_at_merge(member)
        member.page.get_by_text("Copy as command").click()

        command = member.field("Command").input_value()

        assert command.startswith("portico contact merge acme ct_")
        said = house.team(*command.split()[1:])
        assert lost in said
        member.finds(lost)
        member.sees_heading("Ben Twice")


class TestEveryScreen:
    @pytest.mark.parametrize(
        "look",
        [{"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}],
        ids=["en-360-dark"],
    )
    def test_has_no_barrier(self, person_with, look):
        member = Member(person_with(**look))
        member.comes_in("admin")
        looks_at_merge(member)
        member.person.finds_no_barrier()

        member.presses("Merge")
        member.is_told("The two are one contact now.")
        member.person.finds_no_barrier()
        member.part("Merged into this contact").get_by_role("button").click()
        member.sees_heading("Two contacts again")

        member.person.finds_no_barrier()
