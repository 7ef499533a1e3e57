"""The console's *Logs*: a row for each sign-in, its lines, filters, how far it looked, and the file."""

import csv
import io
import json
import re
import secrets
import time
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, asked_of

ANN = "ct_demo-acme-ann-00000000"
BEN = "ct_demo-acme-ben-00000000"
IS_LISTED_WITHIN = 30.0
"""Seconds; the recorder gathers events for five."""
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def entry(**other: Any) -> dict[str, Any]:
    """A row of the list, as the API answers it."""
    step = {"at": 1795262400, "event": "code.requested", "by": "contact", "detail": {}}
    return {
        "id": f"2026-11-21T12:00:00Z_{secrets.token_hex(6)}", "at": 1795262400, "event": "code.requested",
        "outcome": "asked", "way": "code", "purpose": None, "reason": None, "delivery": None,
        "contact": ANN, "subject": ANN, "by": "contact", "link": None, "network": "203.0.113.7", "steps": [step],
    } | other  # fmt: skip


def answering(member: Member, *pages: dict[str, Any], path: str = "**/trail/list") -> list[Any]:
    """Answer the route with these pages, one after the other; return what it was asked."""
    asked: list[Any] = []

    def answer(route: Route) -> None:
        page = pages[min(len(asked), len(pages) - 1)]
        asked.append(route.request.post_data_json)
        rest: dict[str, Any] = {"entries": [], "next": None, "searched_until": 1795262400, "complete_since": 1795219200}  # fmt: skip
        route.fulfill(json=rest | page)

    member.page.route(path, answer)
    return asked


def waits_for_row(member: Member, *texts: str) -> Any:
    """Read the log until it has a row with these texts."""
    until = time.monotonic() + IS_LISTED_WITHIN
    while True:
        member.sees_heading("What happened")
        row = member.page.get_by_role("row")
        for text in texts:
            row = row.filter(has_text=text)
        if row.count() or time.monotonic() > until:
            expect(row.first).to_be_visible()
            return row.first
        time.sleep(0.5)
        member.page.reload()


class TestTheLog:
    def test_has_a_sign_in_as_one_row_that_opens_to_its_lines(self, member, person_with):
        visitor = person_with()
        visitor.signs_in(visitor.house.link(), "ann@example.com")
        member.comes_in("admin")
        member.page.get_by_role("link", name="Logs", exact=True).click()

        row = waits_for_row(member, ANN, "Signed in", "mailed code")
        row.get_by_role("button", name=re.compile("^Lines of")).click()

        lines = member.page.get_by_role("listitem")
        for said in ("Asked for a code", "Code mailed", "Signed in"):
            expect(lines.filter(has_text=said).first).to_be_visible()
        assert "ann@example.com" not in member.page.locator("main").inner_text()
        row.get_by_role("link", name=ANN).click()
        member.sees_heading("Ann Archer")

    def test_names_whom_a_row_is_about_where_the_page_has_the_name(self, member):
        asked = asked_of(member, "GET", r"/acme/connections$")
        member.comes_in("auditor")
        olga = "ct_demo-acme-olga-0000000"
        shown = [entry(contact=olga, subject=olga), entry(contact=None, subject="connection-google"),
                entry(contact=None, subject="connection-gone"), entry()]  # fmt: skip
        answering(member, {"entries": shown})

        member.opens("logs")

        rows = member.part("Entries").locator("tbody tr")
        expect(rows).to_have_count(4)
        for at, name in enumerate(("Olga Ortiz", "Google", "connection-gone", ANN)):
            expect(rows.nth(at).get_by_role("cell").nth(2)).to_have_text(name)
        assert len(asked) == 1

    def test_names_the_key_that_did_it_and_the_link_and_the_connection_of_a_row(self, member):
        key, link = "K" * 22, "0123456789abcdef"
        lists: dict[str, list[dict[str, Any]]] = {
            "keys": [{"id": key, "label": HOSTILE}], "links": [{"id": link, "label": "Poster"}],
            "connections": [{"id": "google", "label": "Our Google"}], "portals": [],
        }  # fmt: skip
        asked: list[str] = []

        def answer(route: Route) -> None:
            name = route.request.url.partition("?")[0].rpartition("/")[2]
            asked.append(name)
            route.fulfill(json={name: lists[name], "next": None})

        member.page.route(re.compile(rf"/acme/({'|'.join(lists)})(\?|$)"), answer)
        member.comes_in("auditor")
        done = {"outcome": "done", "way": None, "id": "2026-11-21T12:00:00Z_evt_1"}
        answering(
            member,
            {"entries": [
                entry(**done, event="contact.changed", by=f"key:{key}"),
                entry(**done, event="link.revoked", contact=None, subject=f"link-{link}", by="cli:ops", link=link, about=f"link:{link}"),
                entry(way="sso:google"),
                entry(contact=None, subject="address-0123456789abcdef", link=link),
            ], "next": "more"},
            {"entries": [entry(**done, event="key.used", contact=None, subject=None, by=f"key:{key}", about=f"key:{key}", label="Then")]},
        )  # fmt: skip

        member.opens("logs")

        rows = member.part("Entries").locator("tbody tr")
        expect(rows).to_have_count(5)
        expect(rows.nth(0)).to_contain_text(f"a key {HOSTILE} {key[:8]}")
        expect(rows.nth(1).get_by_role("cell").nth(2)).to_have_text(f"Poster {link[:8]}")
        expect(rows.nth(2)).to_contain_text("(Our Google)")
        expect(rows.nth(3)).to_contain_text("by link Poster")
        # What it was called then stands in the row.
        expect(rows.nth(4).get_by_role("cell").nth(2)).to_have_text(f"Then {key[:8]}")
        expect(member.page.locator("main img")).to_have_count(0)
        # Each list once, and none that no row needs.
        assert sorted(asked) == ["connections", "keys", "links"]

    def test_says_why_a_strangers_mail_was_not_sent_and_not_who_asked(self, member, person_with):
        visitor = person_with()
        visitor.opens(visitor.house.link()["url"])
        visitor.asks_for_a_code("nobody.here@example.org")
        member.comes_in("auditor")
        member.opens("logs")

        row = waits_for_row(member, "No mail was sent", "no contact has this address")

        expect(row).to_contain_text("an address that is no contact’s")
        assert "nobody.here" not in member.page.locator("main").inner_text()

    def test_keeps_a_filter_in_the_address(self, member):
        member.comes_in("auditor")
        asked = answering(member, {"entries": [entry(outcome="withheld", reason="mailbox-budget")]})
        member.opens("logs")
        member.page.get_by_text("Filter", exact=True).click()
        member.chooses("How it ended", "No mail was sent")
        member.chooses("Way in", "mailed code")
        member.types("Contact", ANN)

        member.presses("Show what fits")

        wanted = {"outcome": "withheld", "way": "code", "contact": ANN}
        member.sees("Filter: some rows are left out")
        assert asked[-1].items() >= wanted.items()
        assert "outcome=withheld" in member.page.url
        member.page.reload()
        member.sees("Filter: some rows are left out")
        assert asked[-1].items() >= wanted.items()
        member.presses("Show everything")
        member.page.wait_for_url("**/team#logs")
        expect(member.page.get_by_text("Filter: some rows are left out")).to_have_count(0)
        assert not asked[-1].keys() & wanted.keys()

    def test_is_filtered_by_an_address_that_stays_out_of_the_pages(self, member, witness):
        member.comes_in("auditor")
        asked = answering(member, {"entries": [entry()]})
        member.opens("logs")
        member.page.get_by_text("Filter", exact=True).click()
        member.types("Contact", "nobody.here@example.org")
        member.presses("Show what fits")
        member.is_told("Nobody here has nobody.here@example.org.")
        assert "contact=" not in member.page.url

        member.types("Contact", "ann@example.com")
        member.presses("Show what fits")

        member.sees("Filter: some rows are left out")
        assert asked[-1]["contact"] == ANN
        assert f"contact={ANN}" in member.page.url
        expect(member.field("Contact")).to_have_value(ANN)
        assert not [url for url in witness.urls if "example.org" in url or "ann@" in url]

    def test_shows_nobodys_rows_by_what_is_no_whole_address(self, member):
        member.comes_in("auditor")
        asked = answering(member, {"entries": [entry()]})
        member.opens("logs")
        member.page.get_by_text("Filter", exact=True).click()
        member.types("Contact", "Ann")
        read = len(asked)

        member.presses("Show what fits")

        member.is_told("This is no whole email address")
        assert len(asked) == read

    def test_takes_no_address_and_nothing_odd_from_a_fragment(self, member):
        member.comes_in("auditor")
        asked = answering(member, {"entries": [entry()]})

        member.opens("logs&contact=ann@example.com&email=ann@example.com&outcome=%3Cb%3E&since=x")

        expect(member.row(ANN)).to_be_visible()
        assert all(set(each) == {"limit"} for each in asked)

    def test_goes_on_by_itself_and_then_says_how_far_it_looked(self, member):
        member.comes_in("auditor")
        nothing = {"next": "more", "searched_until": 1795262400}
        asked = answering(member, *[nothing] * 4, {"entries": [entry()]})

        member.opens("logs")

        member.sees("Looked back to 21 Nov 2026")
        assert len(asked) == 4
        expect(member.page.get_by_role("table")).to_have_count(0)
        member.presses("Search on")
        expect(member.row(ANN)).to_be_visible()
        member.sees("This is everything since")
        assert asked[4]["cursor"] == "more"
        expect(member.offers("Search on")).to_have_count(0)

    def test_says_what_to_do_first_where_nothing_is_there(self, member):
        member.comes_in("owner")
        answering(member, {"complete_since": None})
        member.opens("logs")
        member.sees("Nothing has happened yet. Open a link and sign in")

        member.opens("logs&outcome=refused")

        member.sees("Nothing fits this filter.")

    def test_shows_what_others_wrote_as_text(self, member):
        member.comes_in("owner")
        step = {"at": 1795262400, "event": HOSTILE, "by": HOSTILE, "detail": {HOSTILE: HOSTILE, "reason": HOSTILE}}  # fmt: skip
        odd = dict.fromkeys(("event", "outcome", "way", "reason", "delivery", "subject", "by", "link", "network"), HOSTILE)  # fmt: skip
        answering(member, {"entries": [entry(**odd, contact=None, steps=[step])]})
        member.opens("logs")

        member.page.get_by_role("button", name=re.compile("^Lines of")).click()

        expect(member.page.get_by_role("listitem").filter(has_text="onerror").first).to_be_visible()
        expect(member.page.locator("main img")).to_have_count(0)

    def test_is_walked_by_a_keyboard(self, member):
        member.comes_in("auditor")
        answering(member, {"entries": [entry(), entry(at=1795262460)]})
        member.opens("logs")
        buttons = member.page.get_by_role("button", name=re.compile("^Lines of"))
        buttons.first.focus()

        member.page.keyboard.press("Home")
        member.page.keyboard.press("End")
        expect(member.page.get_by_role("row").last).to_be_visible()
        member.page.keyboard.press("Enter")

        expect(member.page.get_by_role("listitem").filter(has_text="Asked for a code")).to_be_visible()  # fmt: skip

    def test_fits_a_narrow_screen(self, person_with):
        member = Member(person_with(viewport={"width": 360, "height": 740}))
        member.comes_in("auditor")
        answering(member, {"entries": [entry(reason="x" * 60, network="2001:db8:1234:5678::/64")]})
        member.opens("logs")
        member.page.get_by_role("button", name=re.compile("^Lines of")).click()

        width = member.page.evaluate("document.documentElement.scrollWidth")

        assert width <= 360


class TestTheFile:
    @pytest.mark.parametrize("role", ["owner", "auditor"])
    def test_is_an_owners_and_an_auditors_to_take(self, member, role):
        member.comes_in(role)
        member.opens("logs")
        with member.page.expect_download() as handed:
            member.presses("Download")

        name, text = handed.value.suggested_filename, handed.value.path().read_text()

        assert re.fullmatch(r"acme-trail-\d{4}-\d\d-\d\d\.csv", name)
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {"id", "at", "event", "outcome", "reason"} <= set(rows[0])
        assert "team.visited" in {row["event"] for row in rows}
        member.is_told("The file is with your browser.")

    def test_is_all_pages_of_what_fits_one_behind_the_other(self, member):
        member.comes_in("auditor")
        asked = answering(
            member, {"text": '{"a": 1}\n', "next": "more"}, {"text": '{"a": 2}\n'}, path="**/trail/export"
        )  # fmt: skip
        member.opens("logs&outcome=withheld")
        member.chooses("Format", "JSON Lines")
        with member.page.expect_download() as handed:
            member.presses("Download")

        lines = [json.loads(line) for line in handed.value.path().read_text().splitlines()]

        assert [each["a"] for each in lines] == [1, 2]
        assert [each["outcome"] for each in asked] == ["withheld"] * 2
        assert [each.get("cursor") for each in asked] == [None, "more"]

    def test_waits_where_the_api_says_so(self, member):
        member.comes_in("auditor")
        refusal = {"type": "too-many-requests", "status": 429, "title": "x", "detail": "x", "instance": "x"}  # fmt: skip
        turns = [(200, {"text": "a\n", "next": "more", "searched_until": 1}), (429, refusal | {"retry_after": 1}),
                 (200, {"text": "b\n", "next": None, "searched_until": 1})]  # fmt: skip
        left = iter(turns)

        def answer(route: Route) -> None:
            status, body = next(left)
            route.fulfill(status=status, json=body)

        member.page.route("**/trail/export", answer)
        member.opens("logs")
        with member.page.expect_download() as handed:
            member.presses("Download")

        assert handed.value.path().read_text() == "a\nb\n"


class TestAContactsOwn:
    @pytest.mark.parametrize("role", ["owner", "agent", "auditor"])
    def test_is_read_from_their_page(self, member, role, person_with):
        visitor = person_with()
        visitor.signs_in(visitor.house.link(), "ann@example.com")
        member.comes_in(role)
        member.opens(f"contact={ANN}")

        member.presses("See what happened")

        member.sees_heading("What happened to this person")
        member.sees("Ann Archer")
        until = time.monotonic() + IS_LISTED_WITHIN
        while not member.row("Signed in").count() and time.monotonic() < until:
            member.page.reload()
            member.sees_heading("What happened to this person")
        expect(member.row("Signed in").first).to_be_visible()
        member.presses("Back")
        member.sees_heading("Ann Archer")

    def test_is_in_logs_by_their_id_alone_and_leads_back(self, member):
        member.comes_in("auditor")
        step = {"at": 1795262400, "event": "contact.merged", "by": "member:ct_x", "detail": {"contact": BEN}}  # fmt: skip
        asked = answering(member, {"entries": [entry(event="contact.merged", steps=[step])]})
        member.opens(f"contact={ANN}")

        member.presses("Open in Logs")

        member.sees_heading("What happened")
        assert member.page.url.endswith(f"#logs&contact={ANN}")
        assert asked[-1]["contact"] == ANN
        member.part("Entries").get_by_role("button", name=re.compile("^Lines of")).click()
        member.part("Entries").get_by_role("listitem").get_by_role("link", name=BEN).click()
        expect(member.page).to_have_url(re.compile(f"#contact={BEN}$"))

    def test_is_all_of_it_that_an_agent_sees(self, member):
        asked = asked_of(member, "POST", r"/trail/(list|export|overview)$")
        member.comes_in("agent")
        expect(member.page.get_by_role("link", name="Links", exact=True)).to_be_visible()
        expect(member.page.get_by_role("link", name="Logs", exact=True)).to_have_count(0)
        member.opens(f"contact={ANN}")
        expect(member.offers("See what happened")).to_be_visible()
        expect(member.offers("Open in Logs")).to_have_count(0)

        member.opens("logs")

        member.is_told("Your role does not allow this any more.")
        assert len(asked) <= 1


def test_the_keyboard_stays_in_the_list_when_its_last_rows_have_come(member):
    answering(member, {"entries": [entry() for _ in range(20)], "next": "more"}, {"entries": [entry()]})  # fmt: skip
    member.comes_in("auditor")
    member.opens("logs")

    member.presses("Search on")

    rows = member.part("Entries").locator("tbody tr")
    expect(rows).to_have_count(21)
    expect(member.offers("Search on")).to_have_count(0)
    assert rows.last.evaluate("each => each.contains(document.activeElement)")
