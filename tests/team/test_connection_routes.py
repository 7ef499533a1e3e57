"""Connections by API: added as drafts, tested, switched, told and removed
(portico/edge/connection_routes.py, portico/team/connection_changes.py)."""

import json
from hashlib import sha256
from typing import Any

import boto3
import pytest

from portico.people.memberships import Role, connection_stamp, team_settings_key
from portico.people.store import connection_key
from portico.sso.rules import Connection
from portico.sso.store import Connections
from portico.team.weaknesses import CONNECTION_WEAKENS, weakened
from tests.support.openapi import contract
from tests.team.test_manage_workspace import WORKSPACE, House, Staff
from tests.team.test_settings_routes import told

CONNECTIONS = f"{WORKSPACE}/connections"
ONE = f"{CONNECTIONS}/{{connection}}"
UNDO = f"POST {WORKSPACE}/changes/{{change}}/undo"
CANARY = "GOCSPX-canary-of-a-client-secret"
WANTED = {
    "id": "ids-of-api",
    "kind": "oidc",
    "label": "Acme ID",
    "client_id": "portico",
    "secret": CANARY,
}
NAME = "portico/tests/connection/acme/ids-of-api"


@pytest.fixture
def house(portal):
    return House(portal)


@pytest.fixture
def admin(house):
    # The secrets outlive a test, as they outlive its tables.
    boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    staff: Staff = house["admin"]
    return staff


@pytest.fixture
def issuer(world) -> str:
    """A provider on this machine, which answers."""
    return f"{world.base}/oidc"


def adds(member: Staff, issuer: str | None = "https://id.example.com", **more: Any) -> Any:
    return member.sends(f"POST {CONNECTIONS}", {**WANTED, "issuer": issuer, **more})


def asks(member: Staff, route: str, body: Any = None, *, etag: str | None = "") -> Any:
    path = {"connection": "ids-of-api"}
    if etag == "":
        etag = member.sends(f"GET {ONE}", path=path).headers["etag"]
    headers = {} if etag is None else {"if-match": etag}
    return member.sends(route, body, path=path, headers=headers)


def changes(member: Staff, **wanted: Any) -> Any:
    return asks(member, f"PATCH {ONE}", wanted)


def is_shown(portal: Any) -> list[bool]:
    shown = portal.team.workspace("acme").connections
    return [each["on"] for each in shown if each["id"] == "ids-of-api"]


def kept_secret() -> str:
    return str(boto3.client("secretsmanager").get_secret_value(SecretId=NAME)["SecretString"])


def undoes(member: Staff, change: Any) -> Any:
    path = {"connection": "ids-of-api"}
    etag = member.sends(f"GET {ONE}", path=path).headers["etag"]
    return member.sends(UNDO, path={"change": change["id"]}, headers={"if-match": etag})


def change_of(member: Staff, **after: Any) -> Any:
    listed = member.sends(f"GET {WORKSPACE}/changes").body["changes"]
    return next(each for each in listed if after.items() <= each["after"].items())


def state_of(member: Staff) -> str:
    """What stands between a connection and everybody, and whether they are offered it."""
    one = member.sends(f"GET {ONE}", path={"connection": "ids-of-api"}).body["connection"]
    return " ".join(name for name in ("draft", "waits", "confirmed", "on") if one[name])


def is_made(house: House, issuer: str) -> None:
    """Bring a connection of this test to where everybody is offered it."""
    adds(house["admin"], issuer)
    asks(house["admin"], f"POST {ONE}/test")
    asks(house["owner"], f"POST {ONE}/confirm")


class TestADraft:
    """What a team sets is offered to nobody until its test has passed and an owner confirmed it."""

    def test_is_what_is_added_until_its_test_has_passed_and_an_owner_confirms(
        self, house, admin, portal, issuer
    ):
        added = adds(admin, issuer)
        assert added.status == 201, added.event
        assert (state_of(admin), is_shown(portal)) == ("draft waits", [False])
        assert changes(admin, on=True).problem == (400, "invalid-request")

        tested = asks(admin, f"POST {ONE}/test")
        assert tested.status == 200, tested.event
        assert (tested.body["test"]["passed"], tested.body["test"]["problems"]) == (True, [])
        assert tested.body["test"]["found"]["issuer"] == issuer
        assert (state_of(admin), is_shown(portal)) == ("waits", [False])
        refused = changes(admin, on=True)
        assert refused.body["errors"][0]["reason"] == "it waits until an owner confirms it"
        assert asks(admin, f"POST {ONE}/test").body["connection"]["waits"] is True

        assert asks(house["owner"], f"POST {ONE}/confirm").status == 204
        assert (state_of(admin), is_shown(portal)) == ("confirmed on", [True])

    def test_is_an_owners_as_well_until_they_say_so(self, house, admin, portal, issuer):
        owner = house["owner"]
        adds(owner, issuer)
        asks(owner, f"POST {ONE}/test")
        assert (state_of(admin), is_shown(portal)) == ("waits", [False])

        asks(owner, f"POST {ONE}/confirm")

        assert is_shown(portal) == [True]

    def test_that_was_confirmed_first_is_offered_once_its_test_has_passed(
        self, house, admin, portal, issuer
    ):
        adds(admin, issuer)
        asks(house["owner"], f"POST {ONE}/confirm")
        assert (state_of(admin), is_shown(portal)) == ("draft confirmed", [False])

        asks(admin, f"POST {ONE}/test")

        assert (state_of(admin), is_shown(portal)) == ("confirmed on", [True])

    @pytest.mark.parametrize(
        "wanted",
        [
            {"client_id": "evil"},
            {"vouches_for": ["acme.test"]},
            {"discovery_url": "https://b.test"},
        ],
        ids=lambda wanted: next(iter(wanted)),
    )
    def test_is_what_a_change_makes_that_lets_in_somebody_else(
        self, house, admin, portal, issuer, wanted
    ):
        is_made(house, issuer)

        assert changes(admin, **wanted, on=True).problem == (400, "invalid-request")
        assert is_shown(portal) == [True]
        assert changes(admin, **wanted).status == 200

        assert (state_of(admin), is_shown(portal)) == ("draft waits", [False])
        assert any("waits: false → true" in each for each in told(portal))

    def test_is_nothing_that_a_change_makes_which_lets_in_fewer(self, house, admin, portal, issuer):
        adds(admin, issuer, vouches_for=["a.test", "b.test"])
        asks(admin, f"POST {ONE}/test")
        asks(house["owner"], f"POST {ONE}/confirm")

        changes(admin, label="Acme", vouches_for=["a.test"])

        assert (state_of(admin), is_shown(portal)) == ("on", [True])
        changes(admin, vouches_for=["a.test", "b.test"])
        assert (state_of(admin), is_shown(portal)) == ("draft waits confirmed", [False])

    def test_ends_with_the_undo_of_the_change_that_made_it(self, house, admin, portal, issuer):
        is_made(house, issuer)
        changes(admin, client_id="mistyped")

        undone = undoes(admin, change_of(admin, client_id="mistyped"))

        assert undone.status == 200, undone.event
        assert (state_of(admin), is_shown(portal)) == ("confirmed on", [True])
        again = undoes(admin, change_of(admin, client_id="portico", waits=False))
        assert again.status == 200, again.event
        assert state_of(admin) == "draft waits"

    def test_that_goes_back_by_hand_needs_its_test_and_no_owner(self, house, admin, portal, issuer):
        is_made(house, issuer)
        changes(admin, client_id="mistyped")

        changes(admin, client_id="portico")

        assert (state_of(admin), is_shown(portal)) == ("draft confirmed", [False])
        asks(admin, f"POST {ONE}/test")
        assert (state_of(admin), is_shown(portal)) == ("confirmed on", [True])

    def test_api_06_is_not_got_around_by_undoing_one_of_two_changes(
        self, house, admin, portal, issuer
    ):
        is_made(house, issuer)
        changes(admin, client_id="portico2")
        changes(admin, vouches_for=["victim.test"])

        undone = undoes(admin, change_of(admin, client_id="portico2"))

        assert undone.body["connection"]["client_id"] == "portico"
        assert (state_of(admin), is_shown(portal)) == ("draft waits", [False])

    def test_api_06_is_not_got_around_by_undoing_what_a_test_or_an_owner_did(
        self, house, admin, portal, issuer
    ):
        adds(admin, issuer)
        asks(admin, f"POST {ONE}/test")
        undoes(admin, change_of(admin, draft=False))
        changes(admin, client_id="other")
        listed = admin.sends(f"GET {WORKSPACE}/changes").body["changes"]
        undoes(admin, next(each for each in listed if each["after"] == {"draft": True}))
        assert state_of(admin) == "draft waits"
        asks(admin, f"POST {ONE}/test")
        asks(house["owner"], f"POST {ONE}/confirm")

        refused = undoes(admin, change_of(admin, waits=False))

        assert refused.problem == (409, "changed-since")
        assert (state_of(admin), is_shown(portal)) == ("confirmed on", [True])

    def test_that_was_removed_comes_back_as_one_that_nobody_has_confirmed(
        self, house, admin, portal, issuer
    ):
        is_made(house, issuer)
        asks(admin, f"DELETE {ONE}")

        adds(admin, issuer)
        asks(admin, f"POST {ONE}/test")

        assert is_shown(portal) == [False]
        assert asks(house["owner"], f"POST {ONE}/confirm").status == 204
        assert is_shown(portal) == [True]

    def test_is_confirmed_as_the_owner_has_seen_it_and_not_as_it_was_made_meanwhile(
        self, house, admin, portal, issuer
    ):
        seen = adds(admin, issuer).body["connection"]["etag"]
        changes(admin, client_id="evil")

        refused = asks(house["owner"], f"POST {ONE}/confirm", etag=seen)

        assert refused.problem == (412, "changed-meanwhile")
        assert refused.body["now"]["connection"]["client_id"] == "evil"
        assert state_of(admin) == "draft waits"

    def test_is_confirmed_by_nobody_who_does_not_say_what_they_have_seen(
        self, house, admin, portal, issuer
    ):
        is_made(house, issuer)
        changes(admin, client_id="evil")

        blind = asks(house["owner"], f"POST {ONE}/confirm", etag=None)

        assert blind.problem == (428, "precondition-missing")
        assert state_of(admin) == "draft waits"

    def test_has_an_etag_too_long_for_whoever_looks_for_two_with_one(self, admin, issuer):
        # The owner looks at the harmless one, and confirms the other.
        etag = adds(admin, issuer).body["connection"]["etag"]

        assert len(bytes.fromhex(etag.strip('"'))) == sha256().digest_size

    def test_that_is_changed_while_it_is_confirmed_stays_one(
        self, house, admin, portal, issuer, wire
    ):
        owner = house["owner"]
        adds(admin, issuer)
        asks(admin, f"POST {ONE}/test")
        etag = admin.sends(f"GET {ONE}", path={"connection": "ids-of-api"}).headers["etag"]
        wire.before("dynamodb.TransactWriteItems", lambda: changes(admin, client_id="evil"))

        late = asks(owner, f"POST {ONE}/confirm", etag=etag)

        assert late.problem == (503, "try-later")
        assert (state_of(admin), is_shown(portal)) == ("draft waits", [False])

    def test_that_is_changed_while_it_is_tested_stays_one(self, admin, issuer, wire):
        adds(admin, issuer)
        wire.before("secretsmanager.DescribeSecret", lambda: changes(admin, client_id="evil"))

        assert asks(admin, f"POST {ONE}/test").problem == (503, "try-later")
        assert state_of(admin) == "draft waits"

    def test_waits_on_the_owners_list_once_its_test_has_passed(self, house, admin, issuer):
        def waiting() -> list[Any]:
            listed: list[Any] = house["owner"].sends(f"GET {WORKSPACE}/team").body["waiting"]
            return [each for each in listed if each["id"] == "ids-of-api"]

        adds(admin, issuer)
        assert waiting() == []
        asks(admin, f"POST {ONE}/test")
        assert waiting() == [
            {
                "what": "draft",
                "id": "ids-of-api",
                "until": None,
                "connection": None,
                "etag": None,
            }
        ]
        asks(house["owner"], f"POST {ONE}/confirm")
        assert waiting() == []

    def test_tells_the_owners_that_it_waits_for_one_of_them(self, admin, portal, issuer):
        adds(admin, issuer)
        (said,) = told(portal)
        assert "waits: – → true" in said

        asks(admin, f"POST {ONE}/test")

        (tested,) = set(told(portal)) - {said}
        assert "draft: true → false" in tested


class TestAConnection:
    def test_that_is_offered_is_switched_off_and_on(self, house, admin, portal, issuer):
        is_made(house, issuer)

        assert changes(admin, on=False).body["connection"]["on"] is False
        assert is_shown(portal) == [False]
        again = asks(admin, f"POST {ONE}/test")
        assert (again.body["test"]["passed"], again.body["connection"]["on"]) == (True, False)
        assert changes(admin, on=True).body["connection"]["on"] is True
        assert is_shown(portal) == [True]

    def test_of_before_drafts_waited_for_an_owner_is_what_it_was(self, admin, portal, issuer):
        adds(admin, issuer)
        asks(admin, f"POST {ONE}/test")
        rows = Connections("people", "acme")
        key = connection_key("acme", "ids-of-api")
        row = rows.rows.get(*key)
        assert row is not None
        old = {name: value for name, value in row.items() if name not in ("waits", "agreed")}

        assert Connection.from_row(old | {"on": True}).on is True
        assert Connection.from_row(row | {"on": True}).on is False
        assert Connection.from_row(row | {"on": True, "waits": "no"}).on is False

    def test_that_fails_its_test_stays_a_draft_and_says_why(self, admin, portal, issuer, world):
        adds(admin, f"{issuer}/nowhere")

        tested = asks(admin, f"POST {ONE}/test").body

        assert tested["test"]["passed"] is False
        assert "discovery" in tested["test"]["problems"][0] or tested["test"]["problems"]
        assert (tested["connection"]["draft"], is_shown(portal)) == (True, [False])

    def test_without_a_secret_does_not_pass(self, admin, issuer):
        adds(admin, issuer)
        boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)

        (problem,) = asks(admin, f"POST {ONE}/test").body["test"]["problems"]

        assert "no client secret" in problem

    def test_log_01_has_a_secret_that_no_answer_row_or_log_has(self, admin, portal, capsys):
        answers = [adds(admin), admin.sends(f"GET {CONNECTIONS}")]
        answers.append(asks(admin, f"PUT {ONE}/secret", {"secret": f"{CANARY}-2"}))
        assert kept_secret() == f"{CANARY}-2"
        answers += [asks(admin, f"PUT {ONE}/secret", {"secret": f"{CANARY} 3"})]
        answers += [adds(admin), admin.sends(f"GET {WORKSPACE}/changes")]
        portal.records_trail()

        everywhere = json.dumps(
            [portal.rows(each) for each in ("people", "sign-in", "trail")]
            + [each.event for each in answers],
            default=str,
        )
        assert CANARY not in everywhere
        assert CANARY not in "".join(capsys.readouterr())
        assert [each.status for each in answers] == [201, 200, 200, 400, 409, 200]

    def test_twice_is_refused_and_leaves_the_secret_as_it_was(self, admin):
        adds(admin)

        assert adds(admin, secret="another").problem == (409, "taken")

        assert kept_secret() == CANARY

    def test_is_removed_with_its_secret_and_comes_back_as_a_draft_of_its_kind(self, admin, portal):
        adds(admin)
        assert asks(admin, f"DELETE {ONE}").status == 204

        assert admin.sends(f"GET {CONNECTIONS}").body["connections"] == []
        one = admin.sends(f"GET {ONE}", path={"connection": "ids-of-api"})
        assert one.problem == (404, "not-found")
        assert is_shown(portal) == []
        with pytest.raises(boto3.client("secretsmanager").exceptions.ResourceNotFoundException):
            kept_secret()
        other = adds(admin, kind="google", issuer=None)
        assert (other.problem, other.body["errors"][0]["field"]) == (
            (400, "invalid-request"),
            "kind",
        )
        assert adds(admin).body["connection"]["draft"] is True

    def test_needs_the_newest_etag(self, admin):
        stale = adds(admin).body["connection"]["etag"]
        changes(admin, label="Acme")

        for route, body in (
            (f"PATCH {ONE}", {"label": "X"}),
            (f"DELETE {ONE}", None),
            (f"PUT {ONE}/secret", {"secret": "x"}),
        ):
            assert asks(admin, route, body, etag=None).problem == (428, "precondition-missing")
            refused = asks(admin, route, body, etag=stale)
            assert refused.problem == (412, "changed-meanwhile")
            assert refused.body["now"]["connection"]["label"] == "Acme"
        assert kept_secret() == CANARY

    @pytest.mark.parametrize(
        "body",
        [
            {"draft": False},
            {"stand_in": "http://127.0.0.1"},
            {"workspace": "globex"},
            {"secret_name": "portico/tests/code"},
            {"__proto__": {}},
            {"sver": 1},
            {"kind": "google"},
            {"kind": 5},
            {"label": None},
            {"label": "a\u202eb"},
            {"client_id": ["x"]},
            {"client_id": "a b"},
            {"issuer": 5},
            {"issuer": "http://id.example.com"},
            {"issuer": "https://10.0.0.1"},
            {"issuer": "https://[::1"},
            {"issuer": "https://id.example.com/\ud800"},
            {"issuer": "https://id.example.com/{tenant}"},
            {"discovery_url": "https://169.254.169.254/x"},
            {"tenants": ["common"]},
            {"tenants": "common"},
            {"hosted_domains": ["a.test"]},
            {"vouches_for": ["not a domain"]},
            {"vouches_for": [5]},
            {"vouches_for": "example.com"},
            {"vouches_for": [f"a{n}.test" for n in range(21)]},
        ],
        ids=str,
    )
    def test_api_03_takes_no_other_field_and_no_other_value(self, admin, portal, body):
        adds(admin)
        rows = portal.rows("people")

        assert changes(admin, **body).problem == (400, "invalid-request")
        if body != {"kind": "google"}:
            assert adds(admin, **{"id": "other", **body}).problem == (400, "invalid-request")
        assert portal.rows("people") == rows

    @pytest.mark.parametrize("secret", [None, 5, "", " ", "a b", "x" * 4097, "a\nb", ["x"]])
    def test_takes_no_secret_that_can_be_none(self, admin, portal, secret):
        rows = portal.rows("people")

        answer = adds(admin, secret=secret)

        assert answer.problem == (400, "invalid-request")
        assert portal.rows("people") == rows

    @pytest.mark.parametrize("on", [1, "yes", [], 0])
    def test_is_on_or_off(self, admin, on):
        adds(admin)
        assert changes(admin, on=on).problem == (400, "invalid-request")

    @pytest.mark.parametrize("id_", [None, 5, "", "A", "a", "x" * 32, "a/b"])
    def test_has_an_id_of_its_shape(self, admin, id_):
        assert adds(admin, id=id_).problem == (400, "invalid-request")

    def test_ten_01_of_another_workspace_is_none(self, admin, portal, world):
        globex = portal.neighbour()
        world.connect("google", globex)

        path = {"connection": "google"}
        for route in (f"GET {ONE}", f"DELETE {ONE}", f"POST {ONE}/test"):
            headers = {"if-match": '"x"'}
            answer = admin.sends(route, path=path, headers=headers)
            assert answer.problem == (404, "not-found")


class TestAWeakeningChangeOfAConnection:
    def test_api_06_is_told_and_asks_for_a_young_sign_in(self, admin, portal, issuer):
        adds(admin, issuer, vouches_for=["example.com"])
        (said,) = told(portal)
        assert "vouches_for: – → example.com" in said
        portal.forward(minutes=15)
        admin.bearer = admin.token()

        assert changes(admin, label="Acme").status == 200
        assert changes(admin, vouches_for=[]).status == 200
        for wanted in ({"vouches_for": ["acme.test"]}, {"client_id": "evil"}):
            assert changes(admin, **wanted).problem == (401, "re-auth-needed")
        assert asks(admin, f"POST {ONE}/test").problem == (401, "re-auth-needed")
        secret = asks(admin, f"PUT {ONE}/secret", {"secret": "evil"})
        assert secret.problem == (401, "re-auth-needed")
        assert kept_secret() == CANARY
        assert adds(admin, id="other").problem == (401, "re-auth-needed")
        assert asks(admin, f"DELETE {ONE}").status == 204
        assert len(told(portal)) == 1

    def test_api_06_gives_no_access_to_the_teams_side_until_an_owner_confirms(
        self, house, admin, portal, issuer
    ):
        adds(admin, issuer, vouches_for=["example.com"])
        asks(admin, f"POST {ONE}/test")

        assert asks(admin, f"POST {ONE}/confirm").problem == (403, "role-too-small")
        assert asks(house["owner"], f"POST {ONE}/confirm").status == 204

        key = connection_key("acme", "ids-of-api")
        row = Connections("people", "acme").rows.get(*key)
        team = Connections("people", "acme").rows.get(*team_settings_key("acme"))
        assert row is not None
        assert team is not None
        assert connection_stamp(row) in team["confirmed"]
        changes(admin, vouches_for=["example.com", "acme.test"])
        row = Connections("people", "acme").rows.get(*key)
        assert row is not None
        assert connection_stamp(row) not in team["confirmed"]

    def test_says_after_each_change_whether_an_owner_has_confirmed_it_as_it_is_now(
        self, house, admin, issuer
    ):
        def confirmed(answer: Any) -> list[bool]:
            read = admin.sends(f"GET {ONE}", path={"connection": "ids-of-api"})
            listed = admin.sends(f"GET {CONNECTIONS}").body["connections"]
            each = next(each for each in listed if each["id"] == "ids-of-api")
            return [
                it["confirmed"] for it in (answer.body["connection"], read.body["connection"], each)
            ]

        assert confirmed(adds(admin, issuer, vouches_for=["example.com"])) == [False] * 3
        assert confirmed(asks(admin, f"POST {ONE}/test")) == [False] * 3
        asks(house["owner"], f"POST {ONE}/confirm")
        assert confirmed(changes(admin, label="Acme")) == [True] * 3
        assert confirmed(changes(admin, on=False)) == [True] * 3
        assert confirmed(asks(admin, f"PUT {ONE}/secret", {"secret": CANARY})) == [True] * 3
        assert confirmed(changes(admin, vouches_for=[])) == [False] * 3

    def test_is_classified_in_every_field(self):
        values = Connection("a", "b", "oidc", "A", "c").values()
        assert CONNECTION_WEAKENS.keys() == values.keys() | {"secret"}
        schemas = contract()["components"]["schemas"]
        settable = values.keys() - {"draft", "waits"}
        assert schemas["ChangedConnection"]["properties"].keys() == settable

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("client_id", "a", "b"),
            ("issuer", "https://a.test", "https://b.test"),
            ("discovery_url", None, "https://a.test"),
            ("tenants", ["a"], ["a", "b"]),
            ("hosted_domains", ["a.test"], []),
            ("hosted_domains", ["a.test"], ["a.test", "b.test"]),
            ("vouches_for", [], ["a.test"]),
            ("on", False, True),
            ("kind", None, "oidc"),
            ("secret", "", "replaced"),
            ("waits", False, True),
            ("waits", True, False),
        ],
    )
    def test_weakens_one_way(self, field, before, after):
        assert weakened(CONNECTION_WEAKENS, {field: before}, {field: after}) == [field]
        assert weakened(CONNECTION_WEAKENS, {field: after}, {field: after}) == []

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("label", "a", "b"),
            ("draft", True, False),
            ("on", True, False),
            ("vouches_for", ["a.test", "b.test"], ["a.test"]),
            ("tenants", ["a", "b"], ["a"]),
            ("hosted_domains", [], ["a.test"]),
            ("discovery_url", "https://a.test", None),
        ],
    )
    def test_does_not_the_other_way(self, field, before, after):
        assert weakened(CONNECTION_WEAKENS, {field: before}, {field: after}) == []


class TestAnUndoOfAConnectionsChange:
    def test_takes_the_name_that_the_change_was_answered_with(self, admin):
        adds(admin)
        changed = changes(admin, label="Acme")
        assert "change" not in changes(admin, label="Acme").body

        undone = undoes(admin, {"id": changed.body["change"]})

        assert undone.body["connection"]["label"] == WANTED["label"]

    def test_brings_back_what_was_set(self, house, admin, portal, issuer):
        is_made(house, issuer)
        changes(admin, vouches_for=["acme.test"], on=False)

        undone = undoes(admin, change_of(admin, vouches_for=["acme.test"]))

        assert undone.status == 200, undone.event
        after = undone.body["connection"]
        assert (after["vouches_for"], after["on"], is_shown(portal)) == ([], True, [True])

    def test_is_refused_of_what_was_changed_since_of_a_secret_and_of_an_addition(self, admin):
        adds(admin)
        assert undoes(admin, change_of(admin, draft=True)).problem == (409, "changed-since")
        changes(admin, label="A")
        change = change_of(admin, label="A")
        changes(admin, label="B")
        assert undoes(admin, change).body["fields"] == ["label"]
        asks(admin, f"PUT {ONE}/secret", {"secret": "another"})
        listed = admin.sends(f"GET {WORKSPACE}/changes").body["changes"]
        secret = next(each for each in listed if "secret" in each["after"])
        assert undoes(admin, secret).problem == (409, "changed-since")
        assert kept_secret() == "another"


class TestWhatAConnectionsChangeCosts:
    def test_is_three_calls_besides_the_callers_check(self, admin, wire):
        etag = adds(admin).headers["etag"]
        wire.forget()

        headers, path = {"if-match": etag}, {"connection": "ids-of-api"}
        body = {"vouches_for": ["example.com"]}
        assert admin.sends(f"PATCH {ONE}", body, path=path, headers=headers).status == 200

        assert wire.operations[2:] == [
            "dynamodb.BatchGetItem",
            "dynamodb.Query",
            "dynamodb.TransactWriteItems",
        ]


def test_tells_members_of_every_role(house):
    """Whoever may read settings may read which connections there are."""
    for role in Role:
        assert house[role.value].sends(f"GET {CONNECTIONS}").status == 200


class TestSecretsManagerThatRefuses:
    def test_leaves_a_line_and_a_draft_without_a_secret(self, admin, portal, wire):
        """The line comes first: no secret is ever written that nothing speaks of."""
        wire.answer("secretsmanager.PutSecretValue", "AccessDeniedException")
        assert adds(admin).problem == (503, "try-later")
        wire.mend()

        assert adds(admin).problem == (409, "taken")
        assert asks(admin, f"PUT {ONE}/secret", {"secret": CANARY}).status == 200

        assert kept_secret() == CANARY
        assert len(told(portal)) == 2
