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
        "mails": {"bounced": 1, "delivered": 5, "sent": 8},
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
        mails = member.part("What became of mails").get_by_role("definition")
        expect(mails).to_have_text(["24", "15", "3", "6"])

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
        member.is_told("Counting was stopped.")
        assert len(asked) == 20

        member.presses("Count on")

        expect(member.part("Why not").get_by_role("row").last).to_contain_text("42")
        member.is_told("Everything in this time is counted.")
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


class Turns:
    """Answers the route page by page, each when it is told to."""

    def __init__(self, member: Member) -> None:
        self.page, self.waiting = member.page, list[Route]()
        member.page.route("**/trail/overview", self._hears)

    def _hears(self, route: Route) -> None:
        self.waiting.append(route)

    def answers(self, *days: dict[str, Any], more: bool) -> None:
        at = {"searched_until": 1795262400, "complete_since": 1795219200}
        self.next().fulfill(json={"days": days, "next": "more" if more else None, **at})

    def fails(self) -> None:
        self.next().abort()

    def next(self) -> Route:
        while not self.waiting:
            self.page.wait_for_timeout(20)
        return self.waiting.pop(0)


def names(member: Member, title: str) -> list[str]:
    """What the rows of a picture are of, from top to bottom."""
    cells = member.part(title).locator("tbody tr td:first-child").all_inner_texts()
    return [text.strip() for text in cells]


TOP = "each => each.getBoundingClientRect().top"


class TestWhileItCounts:
    @pytest.fixture
    def turns(self, member) -> Turns:
        member.comes_in("auditor")
        turns = Turns(member)
        member.opens("overview&days=7")
        return turns

    def test_it_shows_what_the_first_page_has_and_says_that_there_is_more(self, member, turns):
        turns.answers(counts("2099-11-21"), more=True)

        for title in PICTURES:
            expect(member.part(title)).to_be_visible()
        member.is_told("Still counting.")
        expect(member.page.locator("main")).not_to_have_attribute("aria-busy", "true")

        turns.answers(counts("2099-11-20"), more=False)

        member.is_told("Everything in this time is counted.")
        expect(member.part("Sign-ins").get_by_role("definition").first).to_have_text("20")

    def test_it_keeps_rows_where_arrows_walk_them(self, member, turns):
        few = {"link-ended": 1, "not-a-contact": 2}
        turns.answers(counts("2099-11-21", reasons=few), more=True)
        part = member.part("Why not")
        part.get_by_role("link").first.focus()
        member.page.keyboard.press("ArrowDown")
        ended = part.get_by_role("link", name="the link had ended")
        expect(ended).to_be_focused()

        # By now it is the most frequent one, and there is a new one before it.
        turns.answers(counts("2099-11-20", reasons={"link-ended": 9, "contact-off": 20}), more=True)

        expect(part.get_by_role("row").filter(has_text="the link had ended")).to_contain_text("10")
        expect(ended).to_be_focused()
        member.page.keyboard.press("ArrowDown")
        expect(part.get_by_role("link").nth(2)).to_be_focused()
        member.page.keyboard.press("ArrowUp")
        expect(ended).to_be_focused()
        in_order_of_coming = names(member, "Why not")
        assert in_order_of_coming[:2] == ["no contact has this address", "the link had ended"]

        turns.answers(counts("2099-11-19"), more=False)
        member.is_told("Everything in this time is counted.")
        expect(ended).to_be_focused()
        assert names(member, "Why not") == in_order_of_coming

        # Once nobody is in the table, it is put in order.
        member.page.get_by_role("link", name="30 days").focus()
        expect(part.get_by_role("row").nth(1)).to_contain_text("20")
        assert names(member, "Why not")[1] == "the link had ended"

    def test_it_moves_nothing_from_under_the_pointer(self, member, turns):
        turns.answers(counts("2099-11-21", deliveries={"bounced": 1}), more=True)
        bounced = member.part("What became of mails").get_by_role("link")
        bounced.hover()
        before = bounced.evaluate(TOP)

        more = {f"reason-{at}": 1 for at in range(6)}
        turns.answers(counts("2099-11-20", reasons=more), more=True)
        turns.answers(counts("2099-11-19", ways={"password": 3}), more=False)

        member.is_told("Everything in this time is counted.")
        expect(member.part("Why not").get_by_role("row")).to_have_count(1 + 7)
        assert abs(bounced.evaluate(TOP) - before) < 1

    def test_it_stops_and_goes_on_by_the_same_button(self, member, turns):
        turns.answers(counts("2099-11-21"), more=True)
        member.presses("Stop counting")
        member.is_told("Counting was stopped.")

        # What was asked for before comes too late, and is counted once.
        member.presses("Count on")
        turns.answers(counts("2099-11-20"), more=False)
        turns.answers(counts("2099-11-20"), more=False)

        member.is_told("Everything in this time is counted.")
        expect(member.part("Sign-ins").get_by_role("definition").first).to_have_text("20")
        # The keyboard is not thrown back to the beginning of the page.
        expect(member.page.get_by_text("Everything in this time is counted.")).to_be_focused()

    def test_it_keeps_what_it_has_when_the_network_goes(self, member, turns):
        turns.answers(counts("2099-11-21"), more=True)
        turns.fails()

        expect(member.page.get_by_role("alert")).to_be_visible()
        expect(member.part("Sign-ins").get_by_role("definition").first).to_have_text("10")

        member.presses("Count on")
        turns.answers(counts("2099-11-20"), more=False)

        member.is_told("Everything in this time is counted.")
        expect(member.page.get_by_role("alert")).to_have_count(0)

    def test_it_has_no_barrier(self, member, turns):
        turns.answers(counts("2099-11-21"), more=True)
        member.is_told("Still counting.")

        member.person.finds_no_barrier()
