"""Portals by API: registered, changed, told and removed (portico/edge/portal_routes.py,
portico/team/portal_changes.py)."""

import json
from typing import Any

import pytest

from portico.ids import digest
from portico.openid.registered_client import RegisteredClient
from portico.openid.store import RegisteredClients
from portico.team.weaknesses import PORTAL_WEAKENS, weakened
from tests.support.openapi import contract
from tests.team.test_manage_workspace import PORTALS, WORKSPACE, House, Staff
from tests.team.test_settings_routes import told

ONE = f"{PORTALS}/{{portal}}"
SECRET = f"POST {ONE}/secret"
UNDO = f"POST {WORKSPACE}/changes/{{change}}/undo"
CALLBACK = "https://help.acme.test/cb"
WANTED = {"id": "help", "redirect_uris": [CALLBACK]}


@pytest.fixture
def house(portal):
    return House(portal)


@pytest.fixture
def admin(house) -> Staff:
    staff: Staff = house["admin"]
    return staff


def adds(member: Staff, **more: Any) -> Any:
    return member.sends(f"POST {PORTALS}", {**WANTED, **more})


def asks(member: Staff, route: str, body: Any = None, *, etag: str | None = "") -> Any:
    path = {"portal": "help"}
    if etag == "":
        etag = member.sends(f"GET {ONE}", path=path).headers["etag"]
    headers = {} if etag is None else {"if-match": etag}
    return member.sends(route, body, path=path, headers=headers)


def rotates(member: Staff, press: str, *, etag: str) -> Any:
    headers = {"if-match": etag, "idempotency-key": press}
    return member.sends(SECRET, path={"portal": "help"}, headers=headers)


def changes(member: Staff, **wanted: Any) -> Any:
    return asks(member, f"PATCH {ONE}", wanted)


def kept(name: str = "help") -> RegisteredClient:
    portal = RegisteredClients("people", "acme").get(name)
    assert portal is not None
    return portal


def newest(member: Staff) -> Any:
    return member.sends(f"GET {WORKSPACE}/changes").body["changes"][0]


def undoes(member: Staff, change: str, etag: str) -> Any:
    return member.sends(UNDO, path={"change": change}, headers={"if-match": etag})


class TestAPortal:
    def test_is_registered_and_signs_in_with_the_secret_that_is_shown_once(self, admin, portal):
        answer = adds(admin)

        assert answer.status == 201, answer.event
        assert kept().has_secret(answer.body["secret"])
        listed = admin.sends(f"GET {PORTALS}").body["portals"]
        assert listed == [answer.body["portal"]]
        assert answer.body["portal"]["client_id"] == "prt_acme_help"
        one = admin.sends(f"GET {ONE}", path={"portal": "help"})
        assert (one.body["portal"], one.headers["etag"]) == (listed[0], listed[0]["etag"])

    def test_log_01_has_a_secret_that_stands_nowhere(self, admin, portal, capsys):
        secret = adds(admin).body["secret"]
        portal.records_trail()

        everywhere = json.dumps(
            [portal.rows(t) for t in ("people", "sign-in", "trail")], default=str
        )
        assert secret not in everywhere
        assert digest(secret)[:8] in everywhere
        hashes = [r for r in portal.rows("trail") if digest(secret) in str(r)]
        assert hashes == []
        assert secret not in capsys.readouterr().out

    def test_twice_is_refused_and_a_removed_ones_name_is_taken_only_by_saying_so(self, admin):
        adds(admin)
        assert adds(admin).problem == (409, "taken")
        assert asks(admin, f"DELETE {ONE}").status == 204
        assert adds(admin).problem == (409, "taken")
        assert adds(admin, replace=True).status == 201

    def test_is_changed_where_something_was_sent(self, admin):
        before = adds(admin).body["portal"]

        after = changes(admin, label="Help", areas=["tickets"]).body["portal"]

        names = {name for name in after if after[name] != before[name]}
        assert names == {"label", "areas", "cautions", "etag"}

    def test_needs_the_newest_etag(self, admin):
        stale = adds(admin).body["portal"]["etag"]
        changes(admin, label="Help")

        for route, body in (
            (f"PATCH {ONE}", {"label": "X"}),
            (f"DELETE {ONE}", None),
            (SECRET, None),
        ):
            assert asks(admin, route, body, etag=None).problem == (428, "precondition-missing")
            refused = asks(admin, route, body, etag=stale)
            assert refused.problem == (412, "changed-meanwhile")
            assert refused.body["now"]["portal"]["label"] == "Help"

    def test_gets_another_secret_and_loses_the_old_one(self, admin):
        first = adds(admin).body["secret"]
        second = asks(admin, SECRET).body["secret"]
        assert kept().secrets == [digest(second), digest(first)]

        assert changes(admin, secrets_kept=1).body["portal"]["secrets_kept"] == 1

        assert kept().secrets == [digest(second)]
        assert changes(admin, secrets_kept=2).body["portal"]["secrets_kept"] == 1
        assert changes(admin, secrets_kept=0).body["portal"]["public"] is True

    def test_keeps_the_secret_in_use_where_the_answer_with_another_was_lost(self, admin):
        first = adds(admin).body["secret"]
        seen = admin.sends(f"GET {ONE}", path={"portal": "help"}).headers["etag"]
        rotates(admin, "press-1", etag=seen)

        again = rotates(admin, "press-1", etag=seen)

        assert kept().secrets == [digest(again.body["secret"]), digest(first)]
        assert again.body["portal"]["secrets_kept"] == 2

    def test_takes_a_repeat_for_one_until_somebody_else_has_given_it_a_secret(self, admin, house):
        adds(admin)
        seen = admin.sends(f"GET {ONE}", path={"portal": "help"}).headers["etag"]
        rotates(admin, "press-1", etag=seen)
        assert rotates(admin, "press-1", etag=seen).status == 200
        assert rotates(house["owner"], "press-1", etag=seen).problem == (412, "changed-meanwhile")
        in_use = asks(house["owner"], SECRET).body["secret"]

        refused = rotates(admin, "press-1", etag=seen)

        assert refused.problem == (412, "changed-meanwhile")
        assert kept().has_secret(in_use)

    @pytest.mark.parametrize("change", [{"label": "Help"}, {"secrets_kept": 0}, {"on": False}])
    def test_takes_no_repeat_for_one_once_something_else_has_changed(self, admin, change):
        adds(admin)
        seen = admin.sends(f"GET {ONE}", path={"portal": "help"}).headers["etag"]
        rotates(admin, "press-1", etag=seen)
        changes(admin, **change)
        before = kept()

        refused = rotates(admin, "press-1", etag=seen)

        assert refused.problem == (412, "changed-meanwhile")
        assert kept() == before

    @pytest.mark.parametrize(("days", "is_one"), [(1, True), (2, False)])
    def test_takes_a_repeat_for_one_for_a_day(self, admin, portal, days, is_one):
        adds(admin)
        seen = admin.sends(f"GET {ONE}", path={"portal": "help"}).headers["etag"]
        first = rotates(admin, "press-1", etag=seen).body["secret"]
        portal.forward(days=days)
        admin.signs_in()

        again = rotates(admin, "press-1", etag=seen)

        assert (again.status == 200) is is_one
        assert kept().has_secret(first) is not is_one

    def test_takes_no_repeat_for_one_two_days_after_the_first(self, admin, portal):
        adds(admin)
        seen = admin.sends(f"GET {ONE}", path={"portal": "help"}).headers["etag"]
        secrets = []
        for _ in range(3):
            answer = rotates(admin, "each night", etag=seen)
            secrets.append(answer.body["secret"])
            seen = answer.headers["etag"]
            portal.forward(days=1)
            admin.signs_in()

        assert [kept().has_secret(each) for each in secrets] == [False, True, True]

    def test_without_pkce_is_warned_of(self, admin):
        adds(admin)

        (caution,) = changes(admin, without_pkce=True).body["portal"]["cautions"]

        assert "PKCE" in caution

    def test_that_begins_a_sign_in_is_known_to_the_doors_until_it_is_removed(self, admin, portal):
        adds(admin, initiate_login_uri="https://help.acme.test/login")
        assert [p["id"] for p in portal.team.workspace("acme").portals] == ["help"]
        assert portal.another_browser().opens_the_link("prt_acme_help").status == 200

        assert asks(admin, f"DELETE {ONE}").status == 204

        assert portal.team.workspace("acme").portals == []
        assert portal.another_browser().opens_the_link("prt_acme_help").status == 404
        assert admin.sends(f"GET {PORTALS}").body["portals"] == []
        assert admin.sends(f"GET {ONE}", path={"portal": "help"}).problem == (404, "not-found")

    @pytest.mark.parametrize(
        "body",
        [
            {"secrets": ["0" * 64]},
            {"workspace": "globex"},
            {"client_id": "prt_globex_help"},
            {"sver": 1},
            {"__proto__": {}},
            {"redirect_uris": "https://a.test"},
            {"redirect_uris": []},
            {"redirect_uris": [5]},
            {"redirect_uris": ["javascript:alert(1)"]},
            {"redirect_uris": ["https://a.test/cb"] * 21},
            {"redirect_uris": ["https://[::1"]},
            {"redirect_uris": ["https://a.test/\ud800"]},
            {"label": None},
            {"label": "a\u202eb"},
            {"on": 1},
            {"areas": ["nowhere"]},
            {"areas": [["tickets"]]},
            {"audience": {}},
            {"audience": "globex"},
            {"without_pkce": "no"},
            {"backchannel_logout_uri": 5},
        ],
        ids=str,
    )
    def test_api_03_takes_no_other_field_and_no_other_value(self, admin, portal, body):
        adds(admin)
        rows = portal.rows("people")

        assert changes(admin, **body).problem == (400, "invalid-request")
        assert adds(admin, **{"id": "other", **body}).problem == (400, "invalid-request")
        assert portal.rows("people") == rows

    @pytest.mark.parametrize("id_", [None, 5, "", "A", "x" * 32, "a b", "../x"])
    def test_has_a_name_of_its_shape(self, admin, id_):
        assert adds(admin, id=id_).problem == (400, "invalid-request")

    @pytest.mark.parametrize("kept_", [-1, 3, True, "1", 1.0])
    def test_keeps_a_number_of_secrets_that_there_can_be(self, admin, kept_):
        adds(admin)
        assert changes(admin, secrets_kept=kept_).problem == (400, "invalid-request")

    def test_ten_01_of_another_workspace_is_none(self, admin, portal):
        globex = portal.neighbour()
        theirs = RegisteredClient("help", "globex", "Help", redirect_uris=[CALLBACK])
        from portico.events import Event

        event = Event("portal.added", portal.team.clock.now(), "portal-help", 365, "test")
        RegisteredClients("people", "globex").put(theirs, globex.workspace, event)

        assert admin.sends(f"GET {ONE}", path={"portal": "help"}).problem == (404, "not-found")
        assert asks(admin, f"DELETE {ONE}", etag='"x"').problem == (404, "not-found")

    def test_is_a_line_with_what_it_was_and_becomes(self, admin, portal):
        adds(admin)
        changes(admin, redirect_uris=[CALLBACK, "https://new.acme.test/cb"])

        (line,) = [e for e in portal.records_trail() if e["name"] == "portal.changed"]

        assert json.loads(line["detail"]["before"]) == {"redirect_uris": [CALLBACK]}
        assert line["pk"] == "acme#trail#portal-help"


class TestAWeakeningChangeOfAPortal:
    def test_api_06_is_told_and_asks_for_a_young_sign_in(self, admin, portal):
        adds(admin)
        assert len(told(portal)) == 1
        portal.forward(minutes=15)
        admin.bearer = admin.token()

        assert changes(admin, label="Help").status == 200
        for wanted in ({"redirect_uris": ["https://evil.test"]}, {"without_pkce": True}):
            assert changes(admin, **wanted).problem == (401, "re-auth-needed")
        assert asks(admin, SECRET).problem == (401, "re-auth-needed")
        assert adds(admin, id="other").problem == (401, "re-auth-needed")
        assert asks(admin, f"DELETE {ONE}").status == 204

    def test_is_classified_in_every_field(self):
        assert PORTAL_WEAKENS.keys() == RegisteredClient("a", "b", "c").values().keys()
        schemas = contract()["components"]["schemas"]
        settable = PORTAL_WEAKENS.keys() - {"secrets"}
        assert schemas["ChangedPortal"]["properties"].keys() == settable | {"secrets_kept"}

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("redirect_uris", ["a"], ["a", "b"]),
            ("post_logout_uris", [], ["b"]),
            ("secrets", ["a"], ["b", "a"]),
            ("secrets", ["a"], []),
            ("initiate_login_uri", None, "https://a.test"),
            ("backchannel_logout_uri", "https://a.test", None),
            ("audience", None, "https://a.test"),
            ("without_pkce", False, True),
            ("on", False, True),
        ],
    )
    def test_weakens_one_way(self, field, before, after):
        assert weakened(PORTAL_WEAKENS, {field: before}, {field: after}) == [field]
        assert weakened(PORTAL_WEAKENS, {field: after}, {field: after}) == []

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("redirect_uris", ["a", "b"], ["a"]),
            ("secrets", ["b", "a"], ["b"]),
            ("initiate_login_uri", "https://a.test", None),
            ("label", "a", "b"),
            ("areas", [], ["tickets"]),
            ("on", True, False),
        ],
    )
    def test_does_not_the_other_way(self, field, before, after):
        assert weakened(PORTAL_WEAKENS, {field: before}, {field: after}) == []


class TestAnUndoOfAPortalsChange:
    def test_takes_the_name_that_the_change_was_answered_with(self, admin):
        adds(admin)
        changed = changes(admin, label="Acme")
        assert "change" not in changes(admin, label="Acme").body

        undone = undoes(admin, changed.body["change"], changed.headers["etag"])

        assert undone.status == 200, undone.event
        assert undone.body["portal"]["label"] != "Acme"

    def test_brings_back_what_was_registered(self, admin):
        adds(admin)
        # Changes of one moment stand in the list in any order.
        admin.browser.portal.forward(seconds=1)
        etag = changes(admin, redirect_uris=["https://new.acme.test/cb"]).headers["etag"]

        undone = undoes(admin, newest(admin)["id"], etag)

        assert undone.status == 200, undone.event
        assert undone.body["portal"]["redirect_uris"] == [CALLBACK] == kept().redirect_uris

    def test_is_refused_if_it_was_changed_since_or_is_of_a_secret_or_an_addition(self, admin):
        etag = adds(admin).headers["etag"]
        assert undoes(admin, newest(admin)["id"], etag).body["fields"] == ["secrets"]
        etag = asks(admin, SECRET).headers["etag"]
        secret = next(
            each["id"]
            for each in admin.sends(f"GET {WORKSPACE}/changes").body["changes"]
            if each["after"].keys() == {"secrets"}
        )
        assert undoes(admin, secret, etag).problem == (409, "changed-since")
        etag = changes(admin, label="A").headers["etag"]
        change = next(
            each["id"]
            for each in admin.sends(f"GET {WORKSPACE}/changes").body["changes"]
            if each["after"] == {"label": "A"}
        )
        assert undoes(admin, change, '"x"').problem == (412, "changed-meanwhile")
        etag = changes(admin, label="B").headers["etag"]
        assert undoes(admin, change, etag).body["fields"] == ["label"]

    def test_does_not_bring_a_removed_portals_secret_back(self, admin):
        adds(admin)
        asks(admin, f"DELETE {ONE}")
        removal = next(
            each
            for each in admin.sends(f"GET {WORKSPACE}/changes").body["changes"]
            if each["after"].get("redirect_uris") == []
        )
        from portico.edge.settings_routes import etag_of

        refused = undoes(admin, removal["id"], etag_of(kept().values()))

        assert refused.problem == (409, "changed-since")
        assert kept().is_removed


class TestWhatAPortalsChangeCosts:
    def test_is_three_calls_besides_the_callers_check(self, admin, wire):
        etag = adds(admin).headers["etag"]
        wire.forget()

        headers, path = {"if-match": etag}, {"portal": "help"}
        body = {"redirect_uris": [CALLBACK, "https://b.test/cb"]}
        assert admin.sends(f"PATCH {ONE}", body, path=path, headers=headers).status == 200

        assert wire.operations[2:] == [
            "dynamodb.BatchGetItem",
            "dynamodb.Query",
            "dynamodb.TransactWriteItems",
        ]
