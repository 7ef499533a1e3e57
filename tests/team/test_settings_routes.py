"""Settings by API: read, changed, told and undone (portico/edge/settings_routes.py,
portico/team/workspace_changes.py, portico/people/setting_changes.py)."""

import json
from dataclasses import fields
from typing import Any

import pytest

from portico.links.team_workspaces import TeamWorkspaces
from portico.notices.store import Notice
from portico.people.memberships import Role
from portico.people.rules import LOCALES, Workspace
from portico.people.workspace_words import WORDS_FIELDS
from portico.team.workspace_changes import OF_OTHERS, SETTABLE
from tests.support.openapi import contract
from tests.team.test_manage_workspace import LOGO, PNG, SETTINGS, WORKSPACE, House, Staff

CHANGE = f"PATCH {WORKSPACE}/settings"
CHANGES = f"GET {WORKSPACE}/changes"
UNDO = f"POST {WORKSPACE}/changes/{{change}}/undo"


@pytest.fixture
def house(portal):
    return House(portal)


@pytest.fixture
def admin(house) -> Staff:
    staff: Staff = house["admin"]
    return staff


def reads(member: Staff) -> Any:
    answer = member.sends(SETTINGS)
    assert answer.status == 200, answer.event
    return answer.body


def changes(member: Staff, wanted: Any, *, etag: str | None = "") -> Any:
    etag = reads(member)["etag"] if etag == "" else etag
    headers = {} if etag is None else {"if-match": etag}
    return member.sends(CHANGE, wanted, headers=headers)


def undoes(member: Staff, change: str, *, etag: str | None = "") -> Any:
    etag = reads(member)["etag"] if etag == "" else etag
    headers = {} if etag is None else {"if-match": etag}
    return member.sends(UNDO, path={"change": change}, headers=headers)


def draws(member: Staff, png: bytes, **more: str) -> Any:
    headers = {"if-match": reads(member)["etag"], "content-type": "image/png", **more}
    return member.sends(LOGO, png, headers=headers)


def told(portal: Any) -> list[str]:
    """What owners are told of settings, as the requested mails say it."""
    rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
    mails = [Notice.from_row(row) for row in rows]
    return [each.label for each in mails if each.change == "settings-changed"]


def lines(portal: Any) -> list[Any]:
    return [each for each in portal.records_trail() if each["name"] == "workspace.changed"]


class TestTheSettings:
    def test_are_all_that_the_command_knows_and_what_page_and_mail_show(self, admin):
        shown = reads(admin)["settings"]

        assert shown.keys() == SETTABLE.keys() | {"id"}
        known = {each.name for each in fields(Workspace)} | WORDS_FIELDS
        assert SETTABLE.keys() | set(OF_OTHERS) == known

    def test_are_described_one_by_one(self):
        schemas = contract()["components"]["schemas"]

        assert schemas["AskedSettings"]["properties"].keys() == SETTABLE.keys()
        assert schemas["Settings"]["properties"].keys() == SETTABLE.keys() | {"id"}

    def test_have_the_etag_of_their_values(self, admin, portal):
        before = reads(admin)
        portal.sets(support_url="mailto:help@acme.test")
        changed = reads(admin)
        portal.sets(support_url=None)

        assert before["etag"] != changed["etag"]
        assert reads(admin) == before
        assert admin.sends(SETTINGS).headers["etag"] == before["etag"]

    def test_are_of_one_state_if_both_rows_change_between_two_reads(self, admin, portal, wire):
        url = "https://acme.test/terms"
        wire.before("dynamodb.BatchGetItem", lambda: None)
        wire.before("dynamodb.BatchGetItem", lambda: portal.sets(locale="de", terms_url=url))

        shown = admin.sends(SETTINGS).body["settings"]

        assert (shown["locale"], shown["terms_url"]) == ("de", url)


class TestAChange:
    def test_changes_what_was_sent_and_nothing_else(self, admin):
        before = reads(admin)

        answer = changes(admin, {"accent_color": "#1F6FEB", "pause_text": {"de": "Wir ziehen um."}})

        assert answer.status == 200, answer.event
        after = before["settings"] | {
            "accent_color": "#1f6feb",
            "pause_text": {"de": "Wir ziehen um."},
        }
        assert answer.body["settings"] == after
        assert reads(admin) == {"settings": after, "etag": answer.body["etag"]}
        assert answer.headers["etag"] == answer.body["etag"]

    def test_to_what_it_is_writes_nothing(self, admin, portal):
        rows = portal.rows("people")

        answer = changes(admin, {"name": "Acme Support"})

        assert (answer.status, "change" in answer.body) == (200, False)
        assert portal.rows("people") == rows

    def test_needs_the_newest_etag(self, admin, portal):
        seen = reads(admin)["etag"]
        assert changes(admin, {"locale": "de"}, etag=None).problem == (428, "precondition-missing")
        portal.sets(terms_url="https://acme.test/terms")

        stale = changes(admin, {"locale": "de"}, etag=seen)

        assert stale.problem == (412, "changed-meanwhile")
        assert stale.body["now"] == reads(admin)
        assert reads(admin)["settings"]["locale"] == "en"

    @pytest.mark.parametrize(
        "body",
        [
            {"id": "globex"},
            {"version": 7},
            {"connections": []},
            {"portals": []},
            {"sver": 1},
            {"proved_at": 1},
            {"workspace": "globex"},
            {"role": "owner"},
            {"__proto__": {"name": "x"}},
            {"event": {}},
            {"logo": "0123456789abcdef"},
            {"name": None},
            {"powered_by": 1},
            {"support_url": 5},
            {"support_url": ["https://a.test"]},
            {"pause_text": "x"},
            {"pause_text": {"en": 5}},
            {"pause_text": {"xx": "x"}},
            {"areas": {"dashboard": None}},
            {"portal_url": "https://[::1"},
            {"office_networks": [7]},
            {"sign_up_domains": ["\ud800.test"]},
            {"inbound_addresses": [["help@acme.test"]]},
            {"session_idle_seconds": 10**30},
            {"link_days": 1.5},
            {"paused_until": True},
            {"locale": {}},
            {"request_flows": ["a"] * 51},
        ],
        ids=str,
    )
    def test_api_03_of_anything_else_is_refused(self, admin, portal, body):
        rows = portal.rows("people")

        answer = changes(admin, {"sender_name": "Help", **body})

        assert answer.problem == (400, "invalid-request")
        assert portal.rows("people") == rows

    @pytest.mark.parametrize("body", ["[]", "7", "null", '"x"', "{", "{}x", '{"a":1,"a":2}'])
    def test_that_is_no_object_is_refused(self, admin, body):
        assert changes(admin, body).problem == (400, "invalid-request")

    def test_that_is_wrong_in_several_ways_is_told_all_of_them(self, admin):
        answer = changes(admin, {"name": "", "support_url": "x", "link_days": 0})

        assert {each["field"] for each in answer.body["errors"]} == {
            "name",
            "support_url",
            "link_days",
        }

    def test_of_the_front_entrance_opens_and_closes_its_link(self, admin, portal):
        assert changes(admin, {"entrance": True}).status == 200
        assert portal.another_browser().opens_the_link("ent_acme").status == 200
        assert changes(admin, {"entrance": False}).status == 200
        assert portal.another_browser().opens_the_link("ent_acme").status == 404

    def test_beside_a_colleagues_of_something_else_is_kept_with_it(self, admin, portal, wire):
        """A connection or a portal is written between read and write: no reason to refuse."""
        seen = reads(admin)["etag"]
        wire.before("dynamodb.TransactWriteItems", lambda: _touches(portal))

        assert changes(admin, {"locale": "de"}, etag=seen).status == 200

        workspace = portal.team.workspace("acme")
        assert (workspace.locale, workspace.version) == ("de", 7)

    def test_is_a_line_with_the_values_before_and_after(self, house, admin, portal):
        answer = changes(admin, {"locale": "de", "terms_url": "https://acme.test/terms"})

        (line,) = lines(portal)
        assert line["id"] == answer.body["change"]
        assert line["by"] == f"member:{portal.team.contact('acme', 'admin@example.com').id}"
        assert line["detail"]["fields"] == "locale,terms_url"
        assert json.loads(line["detail"]["before"]) == {"locale": "en", "terms_url": None}
        assert json.loads(line["detail"]["after"]) == {
            "locale": "de",
            "terms_url": "https://acme.test/terms",
        }

    def test_whose_answer_was_lost_is_made_once(self, admin, portal, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        answer = changes(admin, {"locale": "de"})

        assert answer.status == 200, answer.event
        assert [each["id"] for each in admin.sends(CHANGES).body["changes"]] == [
            answer.body["change"]
        ]

    def test_log_03_of_a_text_that_hides_something_is_refused(self, admin):
        for text in ("a\n{}", "a\x1b[2J", "a\u202eb"):
            assert changes(admin, {"name": text}).problem == (400, "invalid-request")


def _touches(portal: Any) -> None:
    from portico.aws.tables import Rows

    key = ("acme#workspace", "door")
    Rows("people", "acme#").update(*key, "SET version = :n", "attribute_exists(pk)", {":n": 6})


class TestAWeakeningChange:
    WEAK: dict[str, Any] = {"sign_up": True}  # noqa: RUF012

    def test_api_06_is_told_to_all_owners_and_asks_for_a_young_sign_in(self, house, admin, portal):
        house.joins("second", Role.OWNER)

        assert changes(admin, self.WEAK).status == 200
        assert told(portal) == ["sign_up: false → true"] * 2

        portal.forward(minutes=15)
        admin.bearer = admin.token()
        assert changes(admin, {"password_method": True}).problem == (401, "re-auth-needed")
        assert changes(admin, {"locale": "de"}).status == 200
        assert len(told(portal)) == 2

    def test_is_mailed_in_words(self, house, admin, portal):
        changes(admin, {"sign_up": True, "sign_up_domains": ["example.com"], "locale": "en"})

        portal.delivers_mail()
        (mail,) = [each for each in portal.mails if "settings" in str(each.message["Subject"])]
        assert set(mail.to) == {"owner@example.com"}
        assert "this was changed: sign_up: false → true." in mail.text

    def test_by_the_command_is_told_too(self, house, portal):
        from portico.team.workspace_changes import WorkspaceChanges

        rooms = WorkspaceChanges("people", "sign-in")
        rooms.change("acme", lambda *_: self.WEAK, host="signin.acme.test", by="cli:olga")

        assert told(portal) == ["sign_up: false → true"]


class TestALogo:
    def test_is_set_taken_away_and_brought_back(self, admin, portal):
        first = draws(admin, PNG)
        assert first.status == 200, first.event
        name = first.body["settings"]["logo"]
        second = draws(admin, PNG + b"x")
        assert second.body["settings"]["logo"] != name

        undone = undoes(admin, second.body["change"])

        assert undone.body["settings"]["logo"] == name
        kept = next(row for row in portal.rows("people") if row["sk"] == "png")
        assert (kept["digest"], kept["png"]) == (name, PNG)
        gone = changes(admin, {"logo": None})
        assert gone.body["settings"]["logo"] is None
        assert undoes(admin, gone.body["change"]).body["settings"]["logo"] == name

    def test_of_somebody_who_was_slower_changes_no_picture(self, admin, portal):
        seen = reads(admin)["etag"]
        draws(admin, PNG)
        rows = portal.rows("people")

        assert draws(admin, PNG + b"x", **{"if-match": seen}).problem == (412, "changed-meanwhile")
        assert portal.rows("people") == rows

    @pytest.mark.parametrize(
        ("png", "kind", "problem"),
        [
            (b"<svg/>", "image/png", (400, "invalid-request")),
            (b"", "image/png", (400, "invalid-request")),
            (PNG, "image/svg+xml", (415, "invalid-request")),
            (PNG + bytes(64 * 1024), "image/png", (413, "too-large")),
        ],
        ids=["svg", "nothing", "other type", "large"],
    )
    def test_is_nothing_else(self, admin, png, kind, problem):
        assert draws(admin, png, **{"content-type": kind}).problem == problem


class TestAnUndo:
    def test_brings_the_values_before_back_and_is_a_change_itself(self, admin, portal):
        before = reads(admin)
        change = changes(admin, {"locale": "de", "support_url": "help@acme.test"}).body["change"]

        undone = undoes(admin, change)

        assert undone.status == 200, undone.event
        assert undone.body["settings"] == before["settings"]
        assert [e["detail"]["undoes"] for e in lines(portal) if "undoes" in e["detail"]] == [change]
        again = undoes(admin, undone.body["change"])
        assert again.body["settings"]["locale"] == "de"

    def test_is_refused_if_a_field_was_changed_since(self, admin):
        change = changes(admin, {"locale": "de", "link_days": 7}).body["change"]
        changes(admin, {"locale": "fr", "sender_name": "Help"})

        refused = undoes(admin, change)

        assert refused.problem == (409, "changed-since")
        assert refused.body["fields"] == ["locale"]
        assert reads(admin)["settings"]["link_days"] == 7

    def test_leaves_other_fields_as_they_are(self, admin):
        change = changes(admin, {"locale": "de"}).body["change"]
        changes(admin, {"sender_name": "Help"})

        after = undoes(admin, change).body["settings"]

        assert (after["locale"], after["sender_name"]) == ("en", "Help")

    def test_needs_the_newest_etag(self, admin):
        seen = reads(admin)["etag"]
        change = changes(admin, {"locale": "de"}).body["change"]

        assert undoes(admin, change, etag=None).problem == (428, "precondition-missing")
        assert undoes(admin, change, etag=seen).problem == (412, "changed-meanwhile")

    def test_that_weakens_asks_for_a_young_sign_in_and_is_told(self, admin, portal):
        portal.sets(sign_up=True)
        change = changes(admin, {"sign_up": False}).body["change"]
        assert told(portal) == []
        portal.forward(minutes=15)
        admin.bearer = admin.token()
        assert undoes(admin, change).problem == (401, "re-auth-needed")
        admin.signs_in()

        assert undoes(admin, change).status == 200

        assert told(portal) == ["sign_up: false → true"]

    def test_is_there_for_thirty_days(self, admin, portal):
        change = changes(admin, {"locale": "de"}).body["change"]
        portal.forward(days=30, seconds=-1)
        admin.signs_in()
        assert [each["id"] for each in admin.sends(CHANGES).body["changes"]] == [change]
        portal.forward(seconds=1)
        # The row is still there: no rule trusts that it is deleted in time.
        assert admin.sends(CHANGES).body["changes"] == []
        assert undoes(admin, change).problem == (404, "not-found")

    def test_ten_01_of_another_workspaces_change_is_of_none(self, admin, portal):
        globex = portal.neighbour()
        globex.sets(locale="de")
        (theirs,) = [r["sk"] for r in portal.rows("people") if r["pk"] == "globex#changes"]

        for each in (theirs, "evt_00000000000000000000AA", "x", "..", "evt_\ud800"):
            assert undoes(admin, each).problem == (404, "not-found")


class TestTheListOfChanges:
    def test_is_the_newest_first_page_by_page(self, admin):
        made = [changes(admin, {"locale": each}).body["change"] for each in ("de", "fr", "es")]

        first = admin.sends(CHANGES, query={"limit": "2"}).body
        rest = admin.sends(CHANGES, query={"limit": "2", "cursor": first["next"]}).body

        seen = [each["id"] for each in first["changes"] + rest["changes"]]
        assert sorted(seen) == sorted(made)
        assert first["changes"][0]["about"] == "settings"
        wrong = admin.sends(CHANGES, query={"cursor": first["next"][:-1]})
        assert wrong.problem == (400, "invalid-request")


class TestWhatAChangeCosts:
    def test_is_three_calls_besides_the_callers_check(self, admin, wire):
        seen = reads(admin)["etag"]
        wire.forget()
        answer = changes(admin, {"sign_up": True, "locale": LOCALES[1]}, etag=seen)
        assert answer.status == 200
        check, change = wire.operations[:2], wire.operations[2:]
        assert check == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]
        assert change == [
            "dynamodb.BatchGetItem",
            "dynamodb.Query",
            "dynamodb.TransactWriteItems",
        ]

    def test_of_an_undo_is_three_too(self, admin, wire):
        change = changes(admin, {"code_in_subject": False, "sign_up": True}).body["change"]
        seen = reads(admin)["etag"]
        wire.forget()
        assert undoes(admin, change, etag=seen).status == 200
        assert len(wire.operations) <= 2 + 3


def test_the_driver_and_the_team_write_by_one_way(portal):
    """`portal.sets` is what most tests change settings by: it keeps the line and the version."""
    TeamWorkspaces("people").change("acme", {"locale": "de"}, by="test")

    assert portal.team.workspace("acme").version == 1


class TestAFault:
    """Each call of a change is cut off: the answer is try-later, and nothing was changed."""

    @pytest.mark.parametrize(
        ("operation", "after"),
        [
            ("dynamodb.BatchGetItem", 0),
            ("dynamodb.BatchGetItem", 1),
            ("dynamodb.Query", 0),
            ("dynamodb.TransactWriteItems", 0),
        ],
    )
    def test_leaves_everything_as_it_was(self, admin, portal, wire, operation, after):
        etag, rows = reads(admin)["etag"], portal.rows("people")
        wire.cut(operation, after=after)

        answer = changes(admin, {"sign_up": True, "terms_url": "https://acme.test/t"}, etag=etag)

        assert answer.problem == (503, "try-later")
        wire.mend()
        assert portal.rows("people") == rows
        assert told(portal) == []
