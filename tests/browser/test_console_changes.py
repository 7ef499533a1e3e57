"""The console's *Changes*: who set what otherwise, from what to what, and the way back."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, answer_to, asked_of

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def answering(member: Member, *changes: dict[str, Any]) -> None:
    """Answer the route with these changes."""
    whole = [{"id": f"evt_{at}", "at": 1795262400 - at, "by": "member:ct_demo-acme-adam-0000000"} | each
             for at, each in enumerate(changes)]  # fmt: skip
    member.page.route("**/acme/changes?*", lambda route: route.fulfill(json={"changes": whole, "next": None}))  # fmt: skip


def changes_the_sender(member: Member) -> str:
    """Change the name of the sender, and look at the list; return the new name."""
    name = f"Desk {secrets.token_hex(3)}"
    member.opens("change=portal-look")
    member.types("Name of the sender in mails", name)
    member.presses("Look at the change")
    member.presses("Change it")
    member.is_told("Changed. You can undo it.")
    member.page.get_by_role("link", name="Changes", exact=True).click()
    member.sees_heading("What was changed")
    return name


def undoes(member: Member, row: Any) -> None:
    """Look at what an undo would do, and do it."""
    undo_of(row).click()
    member.sees_heading("Before and after")
    member.presses("Undo")


def undo_of(row: Any) -> Any:
    return row.get_by_role("button", name=re.compile("^Undo the change of"))


class TestAChange:
    def test_is_there_with_who_from_what_to_what_and_is_undone_after_a_look(self, member):
        member.comes_in("admin")
        name = changes_the_sender(member)
        row = member.row(name).first
        expect(row).to_contain_text("Adam Novak")
        expect(row).to_contain_text("Name of the sender in mails: none")
        assert name in member.house.team("--json", "workspace", "show", "acme")

        undoes(member, row)

        member.is_told("Undone: it is as it was before.")
        expect(member.row(name)).to_have_count(2)
        expect(member.row(name).first).to_contain_text("an undo")
        assert name not in member.house.team("--json", "workspace", "show", "acme")
        # What is no longer as it was set cannot be brought back from there.
        expect(undo_of(member.row(name).last)).to_have_count(0)

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_is_nothing_that_others_undo(self, member, role):
        member.comes_in("owner")
        name = changes_the_sender(member)
        undoes(member, member.row(name).first)
        member.is_told("Undone")
        changes_the_sender(member)

        member.comes_in(role)
        member.opens("changes")

        expect(member.row(name).first).to_be_visible()
        expect(member.page.get_by_role("button", name=re.compile("^Undo"))).to_have_count(0)
        sees_the_team = int(role == "auditor")
        expect(member.part("Team and keys")).to_have_count(sees_the_team)
        if role == "agent":
            heard = asked_of(member, "POST", r"/trail/")
            member.page.reload()
            expect(member.row(name).first).to_be_visible()
            assert heard == []

    def test_that_weakens_is_undone_after_a_sign_in_that_is_young(self, member, house):
        house.team("workspace", "set", "acme", "--session-idle", "1h")
        member.comes_in("admin")
        house.forward(minutes=20)
        member.opens("changes")
        row = member.row("Signed out after being unused for").first
        expect(row).to_contain_text("1 hour")
        undoes(member, row)
        member.is_told("Sign in again")

        member.signs_in_again("adam@example.com")

        member.sees_heading("What was changed")
        undoes(member, member.row("Signed out after being unused for").first)
        member.is_told("Undone")

    def test_of_a_connection_is_undone_too(self, member, house):
        house.team("connection", "off", "acme", "google")
        member.comes_in("owner")
        member.opens("changes")
        row = member.row("Connection Google").first
        expect(row).to_contain_text("State: on")
        expect(row).to_contain_text("State: off")

        undoes(member, row)

        member.is_told("Undone")
        expect(member.row("Connection Google").first).to_contain_text("an undo")


class TestTheList:
    def test_offers_no_undo_that_the_api_refuses(self, member):
        member.comes_in("owner")
        portal = {"about": "portal:desk"}
        answering(
            member,
            portal | {"before": {"label": "B"}, "after": {"label": "C"}},
            portal | {"before": {"label": "A"}, "after": {"label": "B"}},
            portal | {"before": {}, "after": {"label": "A"}},
            portal | {"before": {"label": "A"}, "after": {"removed": True}},
            {"about": "connection:google", "before": {"secret": ""}, "after": {"secret": "replaced at 1"}},
            {"about": "settings", "before": {"sender_name": "A"}, "after": {"sender_name": "nobody has set this"}},
        )  # fmt: skip
        member.opens("changes")
        expect(member.part("Settings, portals and connections").get_by_role("row")).to_have_count(1 + 6)  # fmt: skip

        expect(member.page.get_by_role("button", name=re.compile("^Undo the change of"))).to_have_count(1)  # fmt: skip
        expect(undo_of(member.row("Name: C"))).to_be_visible()
        rows = member.part("Settings, portals and connections").get_by_role("row")
        for at, why in {
            2: "Changed again since.",
            3: "It was made then: remove it by hand.",
            4: "What was removed does not come back.",
            5: "A secret does not come back.",
            6: "Changed again since.",
        }.items():
            expect(rows.nth(at)).to_contain_text(why)

    def test_calls_fields_as_their_forms_do_and_connections_by_name(self, member):
        asked = asked_of(member, "GET", r"/connections$")
        member.comes_in("owner")
        was = {"draft": True, "on": False, "waits": True, "vouches_for": [], "hosted_domains": ["example.org"]}  # fmt: skip
        member.page.route(
            "**/acme/connections",
            lambda route: route.fulfill(json={"connections": [{"id": "google", "label": HOSTILE}]}),
        )
        answering(
            member,
            {"about": "connection:google", "before": was, "after": was | {"draft": False}},
            {"about": "connection:gone", "before": {"label": "A"}, "after": {"label": "B"}},
            {"about": "settings", "before": {"logo": "0123456789abcdef"}, "after": {"logo": None}},
            {"about": "portal:desk", "before": {"redirect_uris": []}, "after": {"redirect_uris": ["https://x.example"]}},
        )  # fmt: skip

        member.opens("changes")

        row = member.row(f"Connection {HOSTILE}")
        for said in ("Draft: on", "Draft: off", "State: off", "Waits for an owner: on",
                     "Speaks for these domains:", "Only these Workspace domains: example.org"):  # fmt: skip
            expect(row).to_contain_text(said)
        expect(member.row("Connection gone")).to_contain_text("Name on the button: A")
        expect(member.row("another logo")).to_contain_text("Logo: ")
        expect(member.row("Portal desk")).to_contain_text("Redirect addresses: https://x.example")
        expect(member.page.locator("main")).not_to_contain_text("0123456789abcdef")
        expect(member.page.locator("main img")).to_have_count(0)
        assert len(asked) == 1

    def test_shows_an_undo_as_before_and_after_with_who_is_touched(self, member, house):
        member.comes_in("owner")
        house.team("workspace", "set", "acme", "--paused-until", "365d")
        # The list is by second, and the newer one is wanted.
        house.forward(seconds=2)
        house.team("workspace", "set", "acme", "--reset", "paused-until")
        member.opens("changes")
        asked = asked_of(member, "POST", r"/undo$")

        undo_of(member.row("Paused until").first).click()

        member.sees_heading("Before and after")
        cells = member.row("Paused until").get_by_role("cell")
        expect(cells.nth(1)).to_have_text("not paused")
        expect(cells.nth(2)).to_contain_text(re.compile("(GMT|UTC)"))
        member.sees("Your contacts cannot sign in until then; the team can, by the console.")
        assert asked == []
        member.presses("Back")
        member.sees_heading("What was changed")

    def test_says_what_to_do_first_where_nothing_is_there(self, member):
        member.comes_in("owner")
        answering(member)

        member.opens("changes")

        member.sees("Nothing was changed in the last 30 days. Change a setting")

    def test_shows_what_others_wrote_as_text_and_fits_a_narrow_screen(self, person_with):
        member = Member(person_with(viewport={"width": 360, "height": 740}))
        member.comes_in("owner")
        odd = {HOSTILE: HOSTILE, "label": [HOSTILE], "text": {HOSTILE: "x" * 90}}
        answering(member, {"about": f"portal:{HOSTILE}", "by": f"cli:{HOSTILE}", "before": odd, "after": odd})  # fmt: skip

        member.opens("changes")

        expect(member.row("onerror").first).to_be_visible()
        expect(member.page.locator("main img")).to_have_count(0)
        assert member.page.evaluate("document.documentElement.scrollWidth") <= 360

    def test_has_the_team_and_keys_from_the_trail(self, member):
        member.comes_in("owner")
        asked = asked_of(member, "POST", r"/trail/list$")
        member.opens("changes")
        expect(member.part("Team and keys")).to_be_visible()

        assert {"team.member-added", "key.created"} <= set(asked[0]["body"]["events"])

    def test_names_the_key_the_link_and_the_portal_that_a_row_is_about(self, member):
        member.comes_in("owner")
        portal = {"id": "desk", "label": "Help desk"}
        member.page.route(
            "**/acme/portals", lambda route: route.fulfill(json={"portals": [portal]})
        )
        answering(
            member, {"about": "portal:desk", "before": {"label": "A"}, "after": {"label": "B"}}
        )
        at = 1795262400
        step = {
            "at": at,
            "event": "key.revoked",
            "by": "cli:ops",
            "detail": {"key": "k" * 22, "label": HOSTILE},
        }
        row = {
            "id": "2026-11-21T12:00:00Z_evt_1",
            "at": at,
            "event": "key.revoked",
            "outcome": "done",
            "way": None,
            "purpose": None,
            "reason": None,
            "delivery": None,
            "contact": None,
            "subject": None,
            "by": "cli:ops",
            "link": None,
            "about": f"key:{'k' * 22}",
            "label": HOSTILE,
            "network": None,
            "steps": [step],
        }
        gone = row | {"id": "2026-11-21T12:00:01Z_evt_2", "about": f"key:{'g' * 22}", "label": None}
        page = {"entries": [row, gone], "next": None, "searched_until": at, "complete_since": at}
        member.page.route("**/trail/list", lambda route: route.fulfill(json=page))

        member.opens("changes")

        expect(member.row("Portal Help desk desk")).to_be_visible()
        of_keys = member.part("Team and keys").locator("tbody tr")
        expect(of_keys.nth(0).get_by_role("cell").nth(2)).to_have_text(f"{HOSTILE} {'k' * 8}")
        expect(of_keys.nth(0).locator("bdi").filter(has_text=HOSTILE)).to_have_count(1)
        # Nothing says what it was called.
        expect(of_keys.nth(1).get_by_role("cell").nth(2)).to_have_text("g" * 22)
        expect(member.page.locator("main img")).to_have_count(0)

    def test_calls_groups_by_their_names(self, member):
        member.comes_in("owner")
        named = {"groups": [{"id": "g" * 22, "name": HOSTILE}]}
        member.page.route("**/acme/directory", lambda route: route.fulfill(json=named))
        answering(
            member,
            {"about": "settings", "before": {"directory_groups": []}, "after": {"directory_groups": ["g" * 22, "h" * 22]}},
        )  # fmt: skip

        member.opens("changes")

        # One that the directory has no more stands there by its id.
        row = member.row("Groups that let people in")
        expect(row).to_contain_text(f"{HOSTILE}, {'h' * 22}")

    def test_offers_an_undo_whatever_order_the_languages_of_a_text_are_in(self, member):
        member.comes_in("owner")
        texts = {"en": "Back soon.", "de": "Bald."}

        def read(route: Route) -> None:
            whole = answer_to(member, route).json()
            whole["settings"]["pause_text"] = texts
            route.fulfill(json=whole)

        member.page.route("**/acme/settings", read)
        turned = dict(reversed(texts.items()))
        answering(
            member,
            {"about": "settings", "before": {"pause_text": {}}, "after": {"pause_text": turned}},
        )

        member.opens("changes")

        expect(undo_of(member.row("Back soon."))).to_be_visible()


def test_more_of_them_are_reached_where_they_begin(member):
    whole = [
        {"id": f"evt_{at}", "about": "settings", "at": 1795262400 - at, "by": "cli:ops",
         "before": {"mail_name": f"before {at}"}, "after": {"mail_name": f"after {at}"}}
        for at in range(40)
    ]  # fmt: skip
    member.page.route(
        "**/acme/changes?*",
        lambda route: route.fulfill(
            json={"changes": whole[20:], "next": None}
            if "cursor" in route.request.url
            else {"changes": whole[:20], "next": "more"}
        ),
    )
    member.comes_in("owner")
    member.opens("changes")
    rows = member.part("Settings, portals and connections").get_by_role("row")
    expect(rows).to_have_count(21)

    member.presses("Show more")

    expect(rows).to_have_count(41)
    assert rows.nth(21).evaluate("each => each.contains(document.activeElement)")
