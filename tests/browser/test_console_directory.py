"""The console's *Directory*: who syncs, what is wrong, and what of one person, by visible labels."""

import secrets
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, asked_of
from tests.browser.test_fake_directory import Directory

HOSTILE = "<img src=x onerror=alert(1)>\u202eevil"
SHOWN = "<img src=x onerror=alert(1)>"
CUSTOMERS = {"id": "Zk3vN0q8Xw2TtYb5LrPc7A", "name": "Customers"}
EMPTY: dict[str, Any] = {
    "scim_url": "https://signin.example.com/scim/v2/acme",
    "token_endpoint": "https://signin.example.com/oauth2/token",
    "universal_logout": [], "makes_contacts": False, "rule": "off", "keys": [],
    "people": {"active": 0, "inactive": 0, "complete": True},
    "files": {"sources": [], "complete": True, "last_import_at": None},
    "groups": [], "groups_complete": True, "deciding": [], "reckoning": None, "leaving": None,
}  # fmt: skip
KEY: dict[str, Any] = {"id": "demo-acme-scim-0000000", "label": "Entra ID", "state": "alive", "expires_at": 1895953600, "last_used_at": 1795266000, "last_refusal": None}  # fmt: skip
BUSY: dict[str, Any] = EMPTY | {
    "keys": [KEY | {"last_refusal": {"at": 1795266000, "status": 409, "reason": "userName: another user or record of the directory has it"}}],
    "people": {"active": 412, "inactive": 31, "complete": True},
    "files": {"sources": [{"source": "partners", "active": 12, "inactive": 3}], "complete": True, "last_import_at": 1795262400},
    "groups": [CUSTOMERS],
    "deciding": [CUSTOMERS | {"members": 380, "complete": True}],
    "reckoning": {"walk": "first", "since": 1795266000, "reached": 125},
    "leaving": {"gone": 90, "active": 440, "since": 1795266000, "told_at": 1795266300},
    "universal_logout": [{"connection": "okta", "label": "Okta", "url": "https://signin.example.com/oauth2/global-token-revocation/acme/okta"}],
}  # fmt: skip
ANN: dict[str, Any] = {
    "id": "Yb5LrPc7AZk3vN0q8Xw2Tt", "user_name": "ann@example.com", "external_id": "4711",
    "name": "Ann Archer", "emails": ["ann@example.com"], "active": True, "allowed": True,
    "held_until": None, "kept": False, "contact": None, "changed_at": 1795262400, "created_at": 1764417600,
    "groups": [CUSTOMERS | {"lets_in": True}], "groups_complete": True, "contacts": [], "log": [],
}  # fmt: skip
FOUND: dict[str, Any] = {"people": [ANN], "complete": True, "file_record": None, "refused": []}
REFUSED: dict[str, Any] = {
    "id": "2026-11-21T12:00:00Z_evt_019acfa6400x0Zs3kq1Hw9", "at": 1795262400, "event": "record.refused",
    "outcome": "refused", "way": None, "purpose": None, "reason": "userName: another user or record of the directory has it",
    "delivery": None, "contact": None, "subject": "record-579a9abe365afcbd", "by": "key:demo-acme-scim-0000000",
    "link": None, "network": None,
    "steps": [{"at": 1795262400, "event": "record.refused", "by": "key:demo-acme-scim-0000000", "detail": {}}],
}  # fmt: skip


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def answering(member: Member, path: str, answer: Any) -> None:
    member.page.route(f"**/v1/workspaces/acme/{path}", lambda route: route.fulfill(json=answer))


def seeks(member: Member, who: str) -> None:
    member.types("Email address, or id in the directory", who)
    member.presses("Find")


def refusing(route: Route) -> None:
    problem = {"type": "not-found", "title": "Not found", "status": 404, "detail": "", "instance": "x"}  # fmt: skip
    route.fulfill(status=404, content_type="application/problem+json", json=problem)


class TestSomebodyWhoWasSynced:
    def test_is_found_with_what_was_sent_and_what_came_of_it(self, member, person_with, house):
        name = f"dir-{secrets.token_hex(3)}"
        directory = Directory(person_with().page, house.directory)
        directory.adds(name, f"{name}@example.com")
        directory.presses(f"Disable {name}")
        directory.has_sent("PATCH", 200)
        member.comes_in("admin")

        member.page.get_by_role("link", name="Directory", exact=True).click()
        member.sees_heading("Directory")
        seeks(member, f"{name}@example.com")

        person = member.part(name)
        expect(person).to_contain_text("out")
        expect(person).to_contain_text("has this person as inactive")
        expect(person.get_by_role("row").filter(has_text="Directory record")).not_to_have_count(0)

    def test_who_is_nobody_is_said_with_what_now(self, member):
        member.comes_in("agent")
        member.opens("directory")

        seeks(member, "nobody.there@example.org")

        member.is_told("The directory has sent nothing of nobody.there@example.org. Check there")


class TestTheScreen:
    @pytest.mark.parametrize("role", ["owner", "admin", "auditor"])
    def test_shows_who_syncs_and_what_is_wrong(self, member, role):
        member.comes_in(role)
        answering(member, "directory", BUSY)

        member.opens("directory")

        key = member.part("Who syncs").get_by_role("row").filter(has_text="Entra ID")
        expect(key).to_contain_text("demo-acme-scim-0000000")
        expect(key).to_contain_text("userName: another user or record of the directory has it")
        expect(key).to_contain_text("disable them in the directory")
        member.is_told("90 of 440 people have left within an hour")
        expect(member.part("People")).to_contain_text("412")
        expect(member.part("People")).to_contain_text("partners: may come in 12, may not 3")
        groups = member.part("Groups that let people in")
        expect(groups.get_by_role("row").filter(has_text="Customers")).to_contain_text("380")
        expect(groups).to_contain_text("125 so far")
        expect(member.field("Okta")).to_have_value(BUSY["universal_logout"][0]["url"])
        may_change = role != "auditor"
        expect(member.offers("Change: Directory rule")).to_have_count(int(may_change))
        member.part("What the directory needs").get_by_text("Okta, step by step").click()
        member.sees("paste the SCIM address as SCIM connector base URL")

    def test_says_at_least_where_it_stopped_counting(self, member):
        member.comes_in("auditor")
        people = {"active": 50000, "inactive": 0, "complete": False}
        group = CUSTOMERS | {"members": 1000, "complete": False}
        answering(member, "directory", BUSY | {"people": people, "deciding": [group]})

        member.opens("directory")

        expect(member.part("People")).to_contain_text("at least 50,000")
        expect(member.part("Groups that let people in")).to_contain_text("at least 1,000")

    def test_is_one_field_for_agents_who_ask_for_nobody_else(self, member):
        member.comes_in("agent")
        asked = asked_of(member, "GET", r"/directory$")
        answering(member, "directory/people/find", FOUND)
        member.opens("directory")
        seeks(member, "4711")

        expect(member.part("Ann Archer")).to_contain_text("may come in")
        expect(member.part("Who syncs")).to_have_count(0)
        assert asked == []

    def test_says_what_to_do_first_and_leads_to_a_key(self, member):
        member.comes_in("owner")
        answering(member, "directory", EMPTY)
        member.opens("directory")
        expect(member.field("SCIM address")).to_have_value(EMPTY["scim_url"])
        expect(member.field("Token endpoint")).to_have_value(EMPTY["token_endpoint"])
        member.page.get_by_text("Entra ID, step by step").click()
        member.sees("Tenant URL: paste the SCIM address")

        member.presses("Make a key for a directory")

        expect(member.field("scim")).to_be_checked()

    def test_has_the_scope_ticked_for_nobody_who_comes_another_way(self, member):
        # Of a key of the sync others would see that it is there.
        def is_made(route: Route) -> None:
            if route.request.method != "POST":
                return route.fallback()
            return route.fulfill(
                status=201, json={"key": KEY | {"scope": "scim"}, "text": "ptk_acme_x"}
            )

        member.comes_in("owner")
        answering(member, "directory", EMPTY)
        for has_made in (False, True):
            member.opens("directory")
            member.presses("Make a key for a directory")
            expect(member.field("scim")).to_be_checked()
            if has_made:
                member.types("Label", "Entra ID")
                member.page.route("**/acme/keys", is_made)
                member.presses("Make a key")
                member.sees_heading("The secret of Entra ID")
                member.goes_without_it()

            member.page.get_by_role("link", name="Keys", exact=True).click()
            member.sees_heading("Keys for machines")
            member.presses("Make a key")

            member.sees_heading("New key")
            expect(member.field("scim")).not_to_be_checked()

    def test_says_to_others_who_makes_the_key(self, member):
        member.comes_in("auditor")
        answering(member, "directory", EMPTY)

        member.opens("directory")

        member.sees("An owner makes a key with the scope scim")
        expect(member.offers("Make a key for a directory")).to_have_count(0)

    def test_says_when_no_key_is_good(self, member):
        member.comes_in("owner")
        answering(member, "directory", BUSY | {"keys": [KEY | {"state": "expired"}]})

        member.opens("directory")

        expect(member.part("Who syncs")).to_contain_text("No key for a directory is good now")
        expect(member.part("Who syncs").get_by_role("row").filter(has_text="Entra ID")).to_contain_text("ended")  # fmt: skip

    def test_says_what_to_do_when_it_cannot_be_read(self, member):
        member.comes_in("auditor")
        member.page.route("**/v1/workspaces/acme/directory", lambda route: route.abort())

        member.opens("directory")

        expect(member.offers("Try again")).to_be_visible()


HELD: dict[str, Any] = {
    "id": ANN["id"], "state": "held", "user_name": "ann@example.com", "name": "Ann Archer", "external_id": "4711",
    "emails": ["ann@example.com"], "contacts": [], "source": "SCIM", "by": "key:demo-acme-scim-0000000",
    "why": "inactive", "since": 1795266000, "until": 1895273200, "kept_at": None, "kept_by": None,
}  # fmt: skip
BOB = HELD | {"id": "B" * 22, "user_name": "bob@example.com", "name": "Bob Baker"}
KEPT = HELD | {"id": "C" * 22, "user_name": "cy@example.com", "name": "Cy Kept", "state": "kept", "until": None, "kept_at": 1795266000}  # fmt: skip


def holding(member: Member, *people: Any, outcome: str = "") -> list[Any]:
    """Answer the list of who is held, and take decisions of them; returns what was decided."""
    decided: list[Any] = []

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            return route.fulfill(json={"people": list(people), "next": None})
        body: Any = route.request.post_data_json
        decided.append(body)
        came = outcome or {"leave": "left", "keep": "kept"}[body["decision"]]
        return route.fulfill(json={"people": [{"id": each, "outcome": came} for each in body["people"]]})  # fmt: skip

    member.page.route("**/v1/workspaces/acme/directory/held**", answer)
    answering(member, "directory", BUSY)
    return decided


class TestWhoIsHeld:
    @pytest.mark.parametrize("role", ["owner", "admin"])
    def test_is_let_go_or_kept_one_by_one(self, member, role):
        member.comes_in(role)
        decided = holding(member, HELD, BOB, KEPT)
        member.opens("directory")
        member.is_told("Below you see who is still in for now")
        held = member.part("Held for now")
        expect(held.get_by_role("row").filter(has_text="Cy Kept")).to_contain_text("kept by the team")  # fmt: skip
        expect(member.offers("Keep Cy Kept")).to_have_count(0)

        member.presses("Let Ann Archer leave")
        member.confirms("Let leave")
        member.is_told("They are out.")
        member.presses("Keep Bob Baker")
        member.confirms("Keep")
        member.is_told("They stay in.")

        assert decided == [
            {"decision": "leave", "people": [HELD["id"]]},
            {"decision": "keep", "people": [BOB["id"]]},
        ]

    def test_are_decided_of_together_a_part_at_a_time(self, member):
        member.comes_in("owner")
        many = [HELD | {"id": f"{n:022}", "name": f"Person {n:02}"} for n in range(30)]
        decided = holding(member, *many, KEPT)
        member.opens("directory")

        member.presses("Keep all of these")
        member.confirms("Keep all of these")

        member.is_told("They stay in.")
        assert [len(each["people"]) for each in decided] == [25, 5]
        assert KEPT["id"] not in str(decided)

    def test_is_decided_by_nobody_who_says_no(self, member):
        member.comes_in("owner")
        decided = holding(member, HELD)
        member.opens("directory")

        member.presses("Let Ann Archer leave")
        member.confirms("Cancel")

        expect(member.page.get_by_role("dialog")).to_have_count(0)
        assert decided == []

    def test_is_said_where_somebody_was_quicker(self, member):
        member.comes_in("owner")
        holding(member, HELD, outcome="not-held")
        member.opens("directory")

        member.presses("Let Ann Archer leave")
        member.confirms("Let leave")

        member.is_told("Of some, nothing was decided")

    def test_csl_02_who_was_let_leave_by_a_lost_answer_is_out(self, member):
        member.comes_in("owner")
        holding(member, HELD, outcome="not-held")
        member.opens("directory")
        held = "**/v1/workspaces/acme/directory/held"
        member.page.route(held, lambda route: route.abort())
        member.presses("Let Ann Archer leave")
        member.confirms("Let leave")
        member.is_told("No answer came.")
        member.page.unroute(held)

        member.presses("Let Ann Archer leave")
        member.confirms("Let leave")

        member.is_told("They are out.")

    def test_is_seen_by_auditors_who_decide_nothing(self, member):
        member.comes_in("auditor")
        holding(member, HELD)
        member.opens("directory")

        expect(member.part("Held for now").get_by_role("row").filter(has_text="Ann Archer")).to_be_visible()  # fmt: skip
        expect(member.offers("Let Ann Archer leave")).to_have_count(0)

    def test_is_said_of_one_person(self, member):
        member.comes_in("agent")
        held = ANN | {"active": False, "held_until": 4000000000}
        answering(member, "directory/people/find", FOUND | {"people": [held]})
        member.opens("directory")
        seeks(member, "4711")

        expect(member.part("Ann Archer")).to_contain_text("in until")


class TestCsl01WhatADirectorySends:
    def test_is_text_wherever_it_stands(self, member):
        member.comes_in("owner")
        odd = ANN | {"name": HOSTILE, "user_name": HOSTILE, "external_id": HOSTILE, "emails": [HOSTILE], "groups": [CUSTOMERS | {"name": HOSTILE, "lets_in": True}], "log": [REFUSED | {"reason": HOSTILE}]}  # fmt: skip
        file = {"source": HOSTILE, "external_id": HOSTILE, "user_name": HOSTILE, "emails": [HOSTILE], "active": False, "imported_at": 1}  # fmt: skip
        answering(member, "directory/people/find", FOUND | {"people": [odd], "file_record": file, "refused": [REFUSED | {"reason": HOSTILE}]})  # fmt: skip
        named = {"id": CUSTOMERS["id"], "name": HOSTILE}
        key = KEY | {"label": HOSTILE, "last_refusal": {"at": 1, "status": 400, "reason": HOSTILE}}
        files = {"sources": [{"source": HOSTILE, "active": 1, "inactive": 0}], "complete": True, "last_import_at": 1}  # fmt: skip
        answering(member, "directory", BUSY | {"keys": [key], "files": files, "deciding": [named | {"members": 1, "complete": True}]})  # fmt: skip
        held = HELD | {"name": HOSTILE, "user_name": HOSTILE}
        answering(member, "directory/held?limit=100", {"people": [held], "next": None})
        member.opens("directory")
        seeks(member, "4711")

        expect(member.page.get_by_role("heading", level=2).filter(has_text=SHOWN)).to_be_visible()

        assert member.page.locator("main img").count() == 0
        shown = member.page.locator("main bdi").filter(has_text=SHOWN)
        assert shown.count() >= 9


class TestTheRule:
    def test_names_groups_and_shows_before_and_after(self, member):
        member.comes_in("admin")
        answering(member, "directory", BUSY)
        member.opens("change=authentication-directory")
        member.types("Groups that let people in", "customers\nNo such group")
        member.presses("Look at the change")
        member.is_told("The directory has no group No such group. It has: Customers")

        member.types("Groups that let people in", "customers")
        member.presses("Look at the change")

        row = member.page.get_by_role("row").filter(has_text="Groups that let people in")
        expect(row.get_by_role("cell").nth(1)).to_have_text("none")
        expect(row.get_by_role("cell").nth(2)).to_have_text("Customers")
        member.sees("Whoever is in none of these groups is out")
        sent = asked_of(member, "PATCH", "/settings$")
        member.page.route("**/v1/workspaces/acme/settings", lambda route: refusing(route) if route.request.method == "PATCH" else route.continue_())  # fmt: skip
        member.presses("Change it")
        member.is_told("This is not there")
        assert sent[0]["body"] == {"directory_groups": [CUSTOMERS["id"]]}


class TestWhereItsAddressesStand:
    def test_a_key_of_the_sync_has_its_client_id(self, member, house):
        member.comes_in("auditor")
        member.opens("keys")

        sync = member.page.get_by_role("row").filter(has_text="scim").first
        expect(sync).to_contain_text("Client ID: demo-acme-scim-0000000")

    def test_a_connection_of_an_issuer_has_its_universal_logout(self, member, house):
        member.comes_in("auditor")
        okta = {"id": "okta", "kind": "oidc", "label": "Okta", "client_id": "c", "on": True, "draft": False, "issuer": "https://acme.okta.com", "discovery_url": None, "tenants": [], "hosted_domains": [], "vouches_for": [], "redirect_uri": "", "cautions": [], "confirmed": True, "etag": '"1"'}  # fmt: skip
        answering(member, "connections/okta", {"connection": okta})
        member.opens("connection=okta")

        address = f"{house.origin}/oauth2/global-token-revocation/acme/okta"
        expect(member.field("Universal Logout address")).to_have_value(address)


class TestEveryLook:
    @pytest.mark.parametrize("width", [360, 1280])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_barrier_and_fits(self, person_with, width, scheme):
        member = Member(person_with(viewport={"width": width, "height": 800}, color_scheme=scheme))
        member.comes_in("owner")
        answering(member, "directory", BUSY)
        answering(member, "directory/people/find", FOUND | {"people": [ANN | {"log": [REFUSED]}]})
        member.opens("directory")
        seeks(member, "4711")
        expect(member.part("Ann Archer")).to_be_visible()

        member.person.finds_no_barrier()

        assert member.page.evaluate("document.documentElement.scrollWidth") <= width
