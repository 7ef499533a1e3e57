"""CSL-01 where a screen shows what others have written: a device, a label, a name, a provider's words.

Other files hold it where they are about the screen; here the API's answers are made up.
"""

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member
from tests.browser.test_console_import import looks_at
from tests.browser.test_console_settings import wants

ANN = "ct_demo-acme-ann-00000000"
HOSTILE = "<img src=x onerror=alert(1)>"
AT = 1795262400
LINK: dict[str, Any] = {
    "id": "abcdefgh12345678901234", "kind": "shared", "contact": None, "label": HOSTILE, "state": "alive", "to": HOSTILE,
    "portal": None, "entrance": False, "break_glass": False, "expires_at": AT,
}  # fmt: skip
KEY: dict[str, Any] = {
    "id": "k", "label": HOSTILE, "state": "alive", "scope": "links", "owner": "ct_x", "created_at": AT,
    "expires_at": AT, "last_used_at": None,
}  # fmt: skip
GRACE: dict[str, Any] = {
    "contact": "ct_demo-acme-grace-000000", "email": "grace@example.com", "name": HOSTILE, "active": True,
    "role": "agent", "since": AT, "etag": '"0"',
}  # fmt: skip
SESSION: dict[str, Any] = {
    "id": "s", "state": "alive", "parent": None, "method": "code", "shared_computer": False, "signed_in_at": AT,
    "last_used_at": AT, "ends_at": AT,
}  # fmt: skip


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def answering(member: Member, path: str, answer: Any) -> None:
    """Answer a route of the workspace, whatever its query."""
    pattern = re.compile(rf"/v1/workspaces/acme{path}(\?|$)")
    member.page.route(pattern, lambda route: route.fulfill(json=answer))


def has_no_markup(member: Member) -> bool:
    return member.page.locator("[onerror]").count() == 0


class TestCsl01WhatOthersHaveWritten:
    def test_is_text_as_the_device_and_the_portal_of_a_session(self, member):
        member.comes_in("agent")
        sessions = [
            SESSION | {"device": HOSTILE, "portal": HOSTILE, "network": None},
            SESSION | {"device": HOSTILE, "portal": None, "network": HOSTILE},
        ]
        answering(member, "/contacts/ct_[^/]+/sessions", {"sessions": sessions, "next": None})

        member.opens(f"contact={ANN}")

        rows = member.part("Where they are signed in").get_by_role("row").filter(has_text=HOSTILE)
        expect(rows).to_have_count(2)
        assert has_no_markup(member)

    def test_is_text_as_the_label_of_a_link_and_in_the_question_about_it(self, member):
        member.comes_in("owner")
        answering(member, "/links", {"links": [LINK], "next": None})
        member.opens("links")
        expect(member.row(HOSTILE)).to_be_visible()

        member.presses("Revoke link abcdefgh")

        expect(member.page.get_by_role("dialog")).to_contain_text(HOSTILE)
        assert has_no_markup(member)

    def test_is_text_as_the_label_of_a_key_and_in_the_question_about_it(self, member):
        member.comes_in("owner")
        answering(member, "/keys", {"keys": [KEY]})
        member.opens("keys")
        row = member.row(HOSTILE)
        expect(row).to_be_visible()

        row.get_by_role("button").last.click()

        expect(member.page.get_by_role("dialog")).to_contain_text(HOSTILE)
        assert has_no_markup(member)

    def test_is_text_as_the_name_of_a_member_and_in_the_question_about_them(self, member):
        member.comes_in("owner")
        answering(member, "/team", {"members": [GRACE], "waiting": []})
        member.opens("team")
        row = member.row(HOSTILE)
        expect(row).to_be_visible()

        row.get_by_role("button").last.click()

        expect(member.page.get_by_role("dialog")).to_contain_text(HOSTILE)
        assert has_no_markup(member)

    @pytest.mark.parametrize(
        "test",
        [
            {"passed": False, "problems": [HOSTILE], "found": {}},
            {"passed": True, "problems": [], "found": {HOSTILE: HOSTILE}},
        ],
        ids=["refused", "found"],
    )
    def test_is_text_as_what_a_provider_says_when_it_is_tested(self, member, test):
        member.comes_in("admin")
        answering(member, "/connections/facebook/test", {"test": test})
        member.opens("connection=facebook")

        member.presses("Test it")

        told = member.page.get_by_role("status").or_(member.page.get_by_role("alert"))
        expect(told.filter(has_text=HOSTILE).first).to_be_attached()
        assert has_no_markup(member)

    def test_is_text_as_a_row_that_an_import_refused(self, member, tmp_path):
        path = tmp_path / "in.csv"
        path.write_text("email,name\nno address,No\n")
        refused = [{"line": 2, "column": HOSTILE, "reason": f"={HOSTILE}"}]
        answering(member, "/contacts/imports/[^/]+/report", {"refused_rows": refused, "next": None})
        member.comes_in("admin")

        looks_at(member, path)

        cells = member.part("Refused rows").locator("tbody tr").get_by_role("cell")
        expect(cells).to_have_text(["2", HOSTILE, f"={HOSTILE}"])
        assert has_no_markup(member)
        with member.page.expect_download() as handed:
            member.presses("Download the report")
        (row,) = list(csv.reader(io.StringIO(handed.value.path().read_text())))[1:]
        assert row == ["2", HOSTILE, f"'={HOSTILE}"]

    def test_is_text_as_who_is_touched_and_why(self, member):
        member.comes_in("admin")
        person = {"id": ANN, "name": HOSTILE, "email": HOSTILE, "loses": ["code"], "shut_out": True, "why": HOSTILE}  # fmt: skip
        counted = {"count": 1, "shut_out": 1, "looked_at": 1, "complete": True, "contacts": [person]}  # fmt: skip
        answering(member, "/touched", counted)
        wants(member, "Authentication", "Ways in")
        member.field("Mailed code").uncheck()

        member.presses("Look at the change")

        expect(member.row("shut out")).to_contain_text(HOSTILE)
        assert has_no_markup(member)
