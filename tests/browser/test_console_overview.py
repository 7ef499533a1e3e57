"""The console's *Overview*: four pictures of counts, each with its numbers for who sees no picture."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member

HOSTILE = "<img src=x onerror=alert(1)>"
PICTURES = ("Sign-ins", "By which way", "Why not", "What became of mails")


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def counts(day: str, **other: Any) -> dict[str, Any]:
    """One day, as the API counts it."""
    return {
        "day": day, "sign_ins": 10, "others": 3, "outcomes": {"signed-in": 6, "refused": 1, "withheld": 1, "mailed": 2},
        "ways": {"code": 7, "sso:google": 3}, "reasons": {"not-a-contact": 2}, "deliveries": {"bounced": 1},
    } | other  # fmt: skip


def answering(member: Member, *pages: dict[str, Any]) -> list[Any]:
    """Answer the route with these pages, one after the other; return what it was asked."""
    asked: list[Any] = []

    def answer(route: Route) -> None:
        page = pages[min(len(asked), len(pages) - 1)]
        asked.append(route.request.post_data_json)
        rest: dict[str, Any] = {"days": [], "next": None, "searched_until": 1795262400, "complete_since": 1795219200}  # fmt: skip
        route.fulfill(json=rest | page)

    member.page.route("**/trail/overview", answer)
    return asked


class TestTheOverview:
    @pytest.mark.parametrize("role", ["owner", "admin", "auditor"])
    def test_counts_what_happened(self, member, role):
        member.comes_in(role)

        member.page.get_by_role("link", name="Overview", exact=True).click()

        member.sees_heading("Overview of sign-ins")
        # Whoever is here has signed in.
        expect(member.part("By which way").get_by_role("row").filter(has_text="mailed code")).to_be_visible()  # fmt: skip
        expect(member.page.get_by_role("img", name="Sign-ins day by day")).to_be_visible()

    def test_is_no_agents(self, member):
        member.comes_in("agent")

        expect(member.page.get_by_role("link", name="Overview", exact=True)).to_have_count(0)

    def test_adds_pages_up_and_has_a_number_for_everything_drawn(self, member):
        member.comes_in("auditor")
        asked = answering(
            member,
            {"days": [counts("2099-11-21")], "next": "more"},
            {"days": [counts("2099-11-21"), counts("2099-11-20", reasons={"link-ended": 1})]},
        )
        member.opens("overview&days=7")
        for title in PICTURES:
            expect(member.part(title)).to_be_visible()

        member.page.get_by_text("As a table").click()

        assert [each.get("cursor") for each in asked] == [None, "more"]
        days = member.part("Sign-ins").get_by_role("row")
        expect(days).to_have_count(1 + 7)
        newest = days.filter(has_text="21 Nov").get_by_role("cell")
        assert [text.strip() for text in newest.all_inner_texts()][1:] == [
            "20",
            "12",
            "4",
            "4",
            "6",
        ]
        ways = member.part("By which way").get_by_role("row")
        expect(ways.filter(has_text="mailed code")).to_contain_text("21")
        expect(ways.filter(has_text="single sign-on")).to_contain_text("google")
        reasons = member.part("Why not").get_by_role("row")
        expect(reasons.filter(has_text="no contact has this address")).to_contain_text("4")
        expect(reasons.filter(has_text="the link had ended")).to_contain_text("1")
        expect(member.part("What became of mails").get_by_role("row").filter(has_text="mail came back")).to_contain_text("3")  # fmt: skip

    def test_draws_columns_as_high_as_their_counts(self, member):
        member.comes_in("auditor")
        answering(member, {"days": [counts("2099-11-21"), counts("2099-11-20", sign_ins=5, outcomes={"signed-in": 5})]})  # fmt: skip
        member.opens("overview&days=7")

        boxes = member.page.get_by_role("img", name="Sign-ins day by day").evaluate(
            """(svg) => [...svg.children].map((each) =>
                 [each.getAttribute("class"), ...["x", "y", "height"].map((name) => Number(each.getAttribute(name)))])"""
        )

        assert boxes == [
            ["chart-good", 51, 50, 50],
            ["chart-good", 61, 40, 60],
            ["chart-bad", 61, 20, 20],
            ["chart-rest", 61, 0, 20],
        ]

    def test_begins_at_the_right_where_the_language_does(self, person_with):
        member = Member(person_with(locale="ar-EG"))
        member.comes_in("auditor", heading="ابحث عن جهة اتصال")
        answering(member, {"days": [counts("2099-11-21")]})
        member.opens("overview&days=7")

        newest = member.page.locator(".by-day rect").first

        expect(newest).to_have_attribute("x", "1")

    def test_leads_to_the_rows_behind_a_number(self, member):
        member.comes_in("auditor")
        answering(member, {"days": [counts("2099-11-21")]})
        member.opens("overview")

        member.part("Why not").get_by_role("link", name="no contact has this address").click()

        member.sees_heading("What happened")
        expect(member.field("Why not")).to_have_value("not-a-contact")

    def test_is_bounded_and_goes_on_when_somebody_presses(self, member):
        member.comes_in("auditor")
        asked = answering(member, *[{"days": [counts("2099-11-21")], "next": "more"}] * 20, {"days": [counts("2099-11-20")]})  # fmt: skip
        member.opens("overview&days=7")
        member.sees("Counted back to 21 Nov 2026")
        assert len(asked) == 20

        member.presses("Count on")

        expect(member.part("Why not").get_by_role("row").last).to_contain_text("42")
        expect(member.offers("Count on")).to_have_count(0)

    def test_says_what_to_do_first_where_nothing_is_there(self, member):
        member.comes_in("owner")
        answering(member, {"complete_since": None})

        member.opens("overview")

        member.sees("No sign-in in this time. Choose a longer one, or open a link and sign in")
        expect(member.page.get_by_role("img")).to_have_count(0)

    def test_shows_what_a_provider_wrote_as_text_and_few_of_it(self, member):
        member.comes_in("owner")
        odd = {f"answer: {HOSTILE}{at}": at + 1 for at in range(30)}
        answering(member, {"days": [counts("2099-11-21", reasons=odd, ways={"__proto__": 1})]})

        member.opens("overview")

        rows = member.part("Why not").get_by_role("row")
        expect(rows).to_have_count(1 + 12 + 1)
        expect(rows.nth(1)).to_contain_text(HOSTILE)
        expect(rows.last).to_contain_text("all others")
        expect(member.page.locator("main img")).to_have_count(0)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_barrier_and_fits_a_narrow_screen(self, person_with, scheme):
        member = Member(person_with(viewport={"width": 320, "height": 740}, color_scheme=scheme))
        member.comes_in("auditor")
        answering(member, {"days": [counts("2099-11-21")]})
        member.opens("overview")
        member.page.get_by_text("As a table").click()

        member.person.finds_no_barrier()

        assert member.page.evaluate("document.documentElement.scrollWidth") <= 320
