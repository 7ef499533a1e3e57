"""Who would lose a way in, before anybody changes it (portico/team/touched_rules.py,
portico/team/touched.py, portico/edge/touched_routes.py)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from portico.people.identities import Identity, identity_key
from portico.people.rules import Contact, Workspace
from portico.people.store import head_key
from portico.team import touched
from portico.team.rules import MAY, Action
from portico.team.touched_rules import KnownContact, OpenWays, WaysChange, closes, touched_by
from tests.team.test_manage_workspace import WORKSPACE, House, Staff

TOUCHED = f"POST {WORKSPACE}/touched"
ALL = OpenWays(True, True, frozenset({"google", "entra"}), frozenset(), needs_record=False)
NONE = OpenWays(False, False, frozenset(), frozenset(), needs_record=False)
ANN = Contact("ct_ann", "acme", "Ann Archer", "ann@example.com")
KNOWN = KnownContact(ANN)


def loses(after: OpenWays, known: KnownContact = KNOWN, before: OpenWays = ALL) -> Any:
    found = touched_by(WaysChange(before, after), known)
    return found and (found.loses, found.is_shut_out)


class TestTheRule:
    def test_takes_a_code_from_whoever_has_an_address(self):
        after = replace(ALL, codes=False)

        assert loses(after) == (("code",), True)
        assert loses(after, KnownContact(replace(ANN, email=""))) is None

    def test_takes_a_password_only_from_whoever_has_one(self):
        after = replace(ALL, passwords=False)

        assert loses(after) is None
        assert loses(after, replace(KNOWN, has_password=True)) == (("password",), False)

    def test_takes_an_account_only_from_whoever_has_one(self):
        after = replace(ALL, connections=frozenset())

        assert loses(after) is None
        assert loses(after, replace(KNOWN, accounts=frozenset({"google"}))) == (("sso",), False)

    def test_tells_of_the_account_at_the_connection_that_goes_though_another_stays(self):
        after = replace(ALL, codes=True, connections=frozenset({"entra"}))

        both = replace(KNOWN, accounts=frozenset({"google", "entra"}))
        assert loses(after, both) == (("sso",), False)
        assert loses(after, replace(KNOWN, accounts=frozenset({"entra"}))) is None

    def test_shuts_nobody_out_who_has_another_way(self):
        after = replace(ALL, codes=False)

        assert loses(after, replace(KNOWN, has_password=True)) == (("code",), False)
        assert loses(after, replace(KNOWN, accounts=frozenset({"google"}))) == (("code",), False)
        assert loses(replace(after, domains=frozenset({"example.com"}))) == (("code",), False)
        closed = replace(after, connections=frozenset(), domains=frozenset())
        assert loses(closed, replace(KNOWN, accounts=frozenset({"google"}))) == (
            ("code", "sso"),
            True,
        )

    def test_asks_the_directory_where_it_decides(self):
        after = replace(ALL, codes=False, passwords=False, needs_record=True)
        linked = replace(KNOWN, accounts=frozenset({"google"}))

        assert loses(after, replace(linked, without_record="no record")) == (("code", "sso"), True)
        assert loses(after, linked) == (("code",), False)
        assert loses(after, KNOWN) == (("code",), False)

    def test_takes_nothing_from_whoever_is_off(self):
        assert loses(NONE, KnownContact(replace(ANN, active=False))) is None

    def test_takes_nothing_away_by_opening(self):
        assert loses(ALL, before=NONE) is None
        assert not WaysChange(NONE, ALL).takes_away


class TestClosing:
    NOW = datetime(2026, 11, 30, tzinfo=UTC)
    SOON, LATER = 1_798_000_000, 1_799_000_000
    OPEN = Workspace("acme", "Acme", "https://portal.acme.test")

    def closes(self, before: dict[str, Any], after: dict[str, Any]) -> bool:
        is_closing: bool = closes(replace(self.OPEN, **before), replace(self.OPEN, **after), at=self.NOW)  # fmt: skip
        return is_closing

    def test_is_switching_off_and_pausing_and_a_longer_pause(self):
        assert self.closes({}, {"portal_enabled": False})
        assert self.closes({}, {"paused_until": self.SOON})
        assert self.closes({"paused_until": self.SOON}, {"paused_until": self.LATER})
        assert self.closes({"paused_until": self.SOON}, {"portal_enabled": False})

    def test_is_nothing_that_opens_or_changes_nothing(self):
        assert not self.closes({}, {})
        assert not self.closes({}, {"paused_until": 1})
        assert not self.closes({"paused_until": self.LATER}, {"paused_until": self.SOON})
        assert not self.closes({"paused_until": self.SOON}, {"paused_until": self.SOON})
        assert not self.closes({"portal_enabled": False}, {"portal_enabled": True})
        assert not self.closes({"portal_enabled": False}, {"portal_enabled": False, "paused_until": self.SOON})  # fmt: skip


@pytest.fixture
def house(portal, world):
    for kind in ("google", "microsoft"):
        world.connect(kind)
    portal.sets(password_method=True)
    return House(portal)


@pytest.fixture
def admin(house) -> Staff:
    staff: Staff = house["admin"]
    return staff


def links(portal: Any, contact: str, connection: str, subject: str = "", **more: Any) -> None:
    """Connect an account, as a sign-in does."""
    identity = Identity(connection, f"https://{connection}.test", subject or contact)
    pk, sk = identity_key("acme", identity)
    row = {"pk": pk, "sk": sk, "contact": contact, **identity.row(), "sver": 1}
    row |= {"linked_at": 1764417600, "list": "acme#identities"}
    portal.writes("people", row | {"listed": f"{contact}#{identity.key}"} | more)


def asks(member: Staff, connection: str | None = None, **settings: Any) -> Any:
    answer = member.sends(TOUCHED, {"settings": settings, "connection": connection})
    assert answer.status == 200, answer.event
    return answer.body


def named(found: Any) -> dict[str, tuple[list[str], bool]]:
    return {each["email"]: (each["loses"], each["shut_out"]) for each in found["contacts"]}


class TestTheCount:
    def test_of_social_sign_on_is_of_those_with_an_account(self, house, admin, portal):
        links(portal, house.zoe.id, "google")
        links(portal, house.zoe.id, "microsoft")
        links(portal, portal.ann.id, "microsoft")

        found = asks(admin, sso_method=False)

        assert (found["count"], found["shut_out"], found["complete"]) == (2, 0, True)
        assert named(found) == {
            "zoe@example.com": (["sso"], False),
            "ann@example.com": (["sso"], False),
        }
        assert asks(admin, "google")["count"] == 1

    def test_of_passwords_reads_no_hash(self, house, admin, portal, monkeypatch):
        row = {"pk": f"acme#contact#{house.zoe.id}", "sk": "password", "hash": "$argon2id$canary"}
        portal.writes("people", row | {"by": "account", "changed_at": 1, "proof": "x"})
        gone = {"pk": f"acme#contact#{portal.ann.id}", "sk": "password", "changed_at": 1}
        portal.writes("people", gone)

        found = asks(admin, password_method=False)

        assert named(found) == {"zoe@example.com": (["password"], False)}
        assert "canary" not in str(found)

    def test_of_codes_says_who_is_shut_out_first(self, house, admin, portal):
        for contact in (portal.ann, house.zoe):
            links(portal, contact.id, "google")

        found = asks(admin, code_method=False)

        assert found["count"] == len([r for r in portal.rows("people") if r["sk"] == "head"])
        assert found["shut_out"] == found["count"] - 2
        assert [each["shut_out"] for each in found["contacts"]] == sorted(
            (each["shut_out"] for each in found["contacts"]), reverse=True
        )

    def test_of_an_account_that_became_void_is_nobody(self, house, admin, portal):
        links(portal, house.zoe.id, "google")
        pk, sk = head_key("acme", house.zoe.id)
        (head,) = [each for each in portal.rows("people") if (each["pk"], each["sk"]) == (pk, sk)]
        portal.writes("people", head | {"voids": [[0, 2_000_000_000]]})

        assert asks(admin, sso_method=False)["count"] == 0

    def test_of_the_directory_rule_is_its_dry_run(self, house, admin, portal, world):
        world.connect("google", vouches_for=["example.com"])
        world.lists("zoe@example.com")
        world.lists("ann@example.com", active=False)
        links(portal, portal.ann.id, "google")

        found = asks(admin, directory_rule="sso_only")

        why = {each["email"]: each["why"] for each in found["contacts"]}
        assert why["ann@example.com"] == "the record is inactive"
        assert why["owner@example.com"] == "no record"
        assert found["shut_out"] == found["count"] - 1

    def test_of_the_directory_rule_knows_who_matches_by_their_account(
        self, house, admin, portal, world
    ):
        tenant, object_id = "11111111-1111-4111-8111-111111111111", "2" * 36
        world.lists("x@elsewhere.example", tenant=tenant, object_id=object_id, emails=())
        world.lists("y@elsewhere.example", emails=())
        links(portal, house.zoe.id, "microsoft", f"{tenant}.{object_id}")
        links(portal, portal.ann.id, "google", record="csv#y@elsewhere.example")

        found = asks(admin, directory_rule="sso_only")

        assert found["shut_out"] == found["count"] - 2

    def test_of_what_opens_is_nobody(self, house, admin, portal):
        portal.sets(code_method=False)

        found = asks(admin, code_method=True)

        assert (found["count"], found["looked_at"], found["complete"]) == (0, 0, True)

    def test_says_which_settings_it_says_nothing_of(self, admin):
        assert asks(admin, sign_up=True, code_method=True)["not_counted"] == ["sign_up"]

    @pytest.mark.parametrize("closing", [{"portal_enabled": False}, {"paused_until": 4_000_000_000}], ids=["off", "paused"])  # fmt: skip
    def test_of_a_portal_that_closes_is_everybody_who_can_sign_in(
        self, house, admin, portal, closing
    ):
        links(portal, house.zoe.id, "google")
        off = portal.adds("Off Once", "off@example.com")
        portal.deactivates(off.email)

        found = asks(admin, **closing)

        heads = [r for r in portal.rows("people") if r["sk"] == "head"]
        assert found["count"] == found["shut_out"] == len(heads) - 1
        assert found["complete"]
        assert found["not_counted"] == []
        assert "off@example.com" not in named(found)
        assert portal.workspace.is_open(at=portal.now)

    def test_of_a_portal_without_codes_is_of_those_with_another_way(self, house, admin, portal):
        portal.sets(code_method=False)
        links(portal, house.zoe.id, "google")

        assert named(asks(admin, portal_enabled=False)) == {"zoe@example.com": (["sso"], True)}

    def test_of_no_more_sign_ups_and_of_shorter_sessions_is_nought_and_exact(
        self, house, admin, portal
    ):
        portal.sets(sign_up=True)

        found = asks(admin, sign_up=False, session_idle_seconds=600, session_absolute_seconds=3600)

        assert (found["count"], found["complete"], found["not_counted"]) == (0, True, [])

    def test_of_longer_sessions_is_not_said(self, admin):
        assert asks(admin, session_idle_seconds=86_400)["not_counted"] == ["session_idle_seconds"]


class TestASessionThatRuns:
    def test_keeps_its_lengths_when_they_become_shorter(self, portal):
        portal.browser.has_signed_in()
        portal.sets(session_idle_seconds=600, session_absolute_seconds=1200)
        portal.forward(hours=2)

        assert portal.browser.refreshes().status == 200


class TestTheBound:
    def test_of_contacts_is_said(self, house, admin, portal, monkeypatch):
        monkeypatch.setattr(touched, "MOST_LOOKED_AT", 3)

        found = asks(admin, code_method=False)

        assert (found["count"], found["looked_at"], found["complete"]) == (3, 3, False)

    def test_of_accounts_counts_nobody_of_whom_it_has_not_read_all(
        self, house, admin, portal, monkeypatch
    ):
        for contact in (portal.ann, house.zoe):
            links(portal, contact.id, "google")
            links(portal, contact.id, "microsoft")
        monkeypatch.setattr(touched, "MOST_ACCOUNTS", 3)

        found = asks(admin, sso_method=False)

        assert (found["count"], found["complete"]) == (1, False)
        walked = asks(admin, code_method=False)
        assert walked["looked_at"] < len([r for r in portal.rows("people") if r["sk"] == "head"])
        assert walked["complete"] is False

    def test_names_ten_at_most(self, house, admin, portal):
        for count in range(12):
            contact = portal.adds(f"Some Body {count}", f"some{count:02}@example.com")
            links(portal, contact.id, "google")

        found = asks(admin, sso_method=False)

        assert (found["count"], len(found["contacts"])) == (12, 10)


class TestTheRoute:
    def test_refuses_what_the_change_would_refuse(self, admin):
        refused = admin.sends(TOUCHED, {"settings": {"code_method": "no", "what": 1}})
        assert refused.problem == (400, "invalid-request")
        assert {each["field"] for each in refused.body["errors"]} == {"what"}
        refused = admin.sends(TOUCHED, {"connection": "nobodys"})
        assert refused.problem == (404, "not-found")

    def test_changes_nothing(self, house, admin, portal):
        links(portal, house.zoe.id, "google")
        before = portal.rows("people")

        assert asks(admin, "google", sso_method=False)["count"] == 1

        assert portal.rows("people") == before

    def test_leaves_a_line_with_how_many_were_named(self, house, admin, portal):
        links(portal, house.zoe.id, "google")
        asks(admin, sso_method=False)
        asks(admin, sign_up=True)

        events = [row["event"] for row in portal.rows("sign-in") if row["sk"] == "visit"]
        lines = [each for each in events if each["name"] == "contact.listed"]

        assert [each["detail"] for each in lines] == [{"filter": "touched", "found": "1"}]

    def test_names_contacts_only_to_who_may_list_them(self):
        assert MAY[Action.WRITE_SETTINGS] <= MAY[Action.LIST_CONTACTS]
