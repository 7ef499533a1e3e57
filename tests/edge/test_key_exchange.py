"""A directory exchanges its key for a token (edge/key_exchange.py, team/directory_token.py)."""

import base64
from datetime import timedelta
from urllib.parse import quote

import pytest

from portico.ids import digest
from portico.team.directory_token import DIRECTORY_TOKEN_LIFETIME, directory_token_key
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope, new_key_id, new_key_text, read_key
from portico.team.workspace_keys import WorkspaceKeys
from tests.directory.scim.conftest import HOW, USERS, Client, fetched, made_by_hand
from tests.support.doors import knock
from tests.support.openid_site import Site

UNKNOWN = (401, "invalid_client")


def basic(name, secret):
    pair = f"{quote(name)}:{quote(secret)}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def refusal(answer):
    return answer.status, answer.body.get("error")


@pytest.fixture
def key(portal):
    return made_by_hand(portal)


@pytest.fixture
def id_(key):
    told = read_key(key)
    assert told
    return told.id


@pytest.fixture
def token(portal, key):
    return fetched(portal, key).body["access_token"]


def row_of(portal, token):
    pk, sk = directory_token_key("acme", token)
    return next(each for each in portal.rows("sign-in") if (each["pk"], each["sk"]) == (pk, sk))


class TestAKey:
    def test_is_exchanged_for_a_token_that_opens_the_directorys_door(self, portal, key):
        answer = fetched(portal, key)

        assert answer.status == 200
        assert answer.body["token_type"] == "Bearer"
        assert answer.body["expires_in"] == 3600
        assert answer.body["scope"] == "scim"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        directory = Client(portal, answer.body["access_token"])
        assert directory.reads(directory.adds("ann@example.com")).status == 200

    def test_is_taken_by_basic_as_well(self, portal, key, id_):
        form = {"client_id": None, "client_secret": None, "scope": "scim"}

        answer = fetched(portal, key, form=form, headers=basic(id_, key))

        assert answer.status == 200

    def test_twice_is_refused(self, portal, key, id_):
        answer = fetched(portal, key, headers=basic(id_, key))

        assert refusal(answer) == (400, "invalid_request")

    def test_that_is_not_good_is_refused_as_one_that_never_was(self, portal, key, id_):
        other = new_key_id()
        wrong = {
            "none": {"client_secret": None},
            "no id": {"client_id": None},
            "another id": {"client_id": other},
            "another secret": {"client_secret": new_key_text("acme", id_)},
            "never was": {"client_id": other, "client_secret": new_key_text("acme", other)},
            "no workspace": {"client_secret": new_key_text("nowhere", id_)},
            "its hash": {"client_secret": digest(key)},
            "a typing error": {"client_secret": f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}"},
            "a portal's": {"client_id": "prt_acme_help", "client_secret": "pos_x"},
        }

        answers = {name: fetched(portal, key, form=form) for name, form in wrong.items()}

        assert {name: refusal(each) for name, each in answers.items()} == dict.fromkeys(
            wrong, UNKNOWN
        )
        assert len({each.event["body"] for each in answers.values()}) == 1
        assert len({each.headers["www-authenticate"] for each in answers.values()}) == 1

    def test_of_another_scope_gets_none(self, portal):
        scopes = [each for each in Scope if each is not Scope.SCIM]
        desk = made_by_hand(portal, "acme", *scopes)

        assert refusal(fetched(portal, desk)) == (400, "unauthorized_client")

    @pytest.mark.parametrize("scope", ["openid", "scim openid", "contacts:read", "SCIM"])
    def test_gets_no_other_scope(self, portal, key, scope):
        assert refusal(fetched(portal, key, form={"scope": scope})) == (400, "invalid_scope")

    def test_is_sent_by_no_browser(self, portal, key):
        answer = fetched(portal, key, headers={"sec-fetch-site": "cross-site"})

        assert refusal(answer) == (400, "unauthorized_client")

    def test_api_08_gets_twenty_tokens_a_minute(self, portal, key):
        answers = [fetched(portal, key) for _ in range(MOST_USES[TeamUse.EXCHANGE] + 1)]

        assert [each.status for each in answers] == [200] * 20 + [429]
        assert refusal(answers[-1])[1] == "temporarily_unavailable"
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        portal.forward(minutes=1)
        assert fetched(portal, key).status == 200

    def test_costs_no_read_with_a_typing_error(self, portal, key, wire):
        form = {"client_secret": f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}"}
        wire.forget()

        assert refusal(fetched(portal, key, form=form)) == UNKNOWN
        assert wire.sent == []

    def test_costs_three_calls(self, portal, key, wire):
        wire.forget()
        fetched(portal, key)

        sent = [each.operation.removeprefix("dynamodb.") for each in wire.sent]
        assert sent == ["BatchGetItem", "UpdateItem", "PutItem"]

    def test_of_whoever_cannot_write_gets_none_and_may_ask_again(self, portal, key, wire):
        wire.cut("dynamodb.PutItem")
        answer = fetched(portal, key)
        wire.mend()

        assert refusal(answer) == (503, "temporarily_unavailable")
        assert fetched(portal, key).status == 200


class TestAPortal:
    def test_gets_no_token_of_a_directory(self, portal):
        site = Site.register(portal)

        assert refusal(site.fetches({"grant_type": "client_credentials"})) == UNKNOWN


class TestAToken:
    def opens(self, portal, token):
        return Client(portal, token).sends(f"GET {USERS}").status

    def test_lives_for_an_hour(self, portal, token):
        portal.forward(seconds=DIRECTORY_TOKEN_LIFETIME.total_seconds() - 2)
        assert self.opens(portal, token) == 200

        assert self.opens(portal, token) == 401

    def test_ends_with_its_key_at_once(self, portal, token, id_):
        assert self.opens(portal, token) == 200
        WorkspaceKeys("people", "sign-in").revoke(portal.workspace, id_, **HOW)

        assert self.opens(portal, token) == 401

    def test_ends_with_the_secret_that_it_was_made_with(self, portal, token, id_):
        keys = WorkspaceKeys("people", "sign-in")
        olga = portal.team.contact("acme", "olga@acme.example")
        new = keys.rotate(portal.workspace, id_, olga, overlap=timedelta(0), **HOW)[1]

        assert self.opens(portal, token) == 401
        assert self.opens(portal, fetched(portal, new).body["access_token"]) == 200

    def test_is_of_one_workspace(self, portal, token):
        path = {"workspace": "other"}

        assert Client(portal, token).sends(f"GET {USERS}", path=path).status == 401

    def test_is_one_that_we_have_made(self, portal, token):
        other = f"{token[:-43]}{'x' * 43}"

        assert self.opens(portal, other) == 401

    def test_of_another_key_is_no_way_around_a_revoked_one(self, portal, token, id_):
        owner = portal.team.contact("acme", "olga@acme.example")
        second = WorkspaceKeys("people", "sign-in").add(
            portal.workspace, owner, label="Okta", scopes=[Scope.SCIM], **HOW
        )[0]
        forged = token.replace(id_, second.id)
        row = row_of(portal, token)
        pk, sk = directory_token_key("acme", forged)
        portal.writes("sign-in", {**row, "pk": pk, "sk": sk})

        assert self.opens(portal, forged) == 401

    def test_is_stored_as_its_hash(self, portal, token, key):
        row = row_of(portal, token)

        assert token not in str(row)
        assert key not in str(row)
        assert row["ttl"] == row["expires_at"]

    def test_api_04_is_closed_to_browsers(self, portal, token):
        headers = {"sec-fetch-site": "same-origin"}

        assert Client(portal, token).sends(f"GET {USERS}", headers=headers).status == 403

    @pytest.mark.parametrize(
        ("door", "route"),
        [
            ("manage_contacts", "GET /v1/workspaces/{workspace}/contacts/{contact}"),
            ("manage_workspace", "GET /v1/workspaces/{workspace}/settings"),
            ("manage_links", "GET /v1/workspaces/{workspace}/links"),
            ("account", "GET /v1/account"),
            ("session", "GET /v1/session"),
            ("userinfo", "GET /oauth2/userinfo"),
        ],
    )
    def test_api_01_opens_no_other_door(self, portal, token, door, route):
        headers = {"authorization": f"Bearer {token}", "sec-fetch-site": "same-origin"}
        path = {"workspace": "acme", "contact": "ct_x"}

        answer = knock(door, route, origin=None, headers=headers, path=path)

        assert answer.status == 401

    def test_shares_its_keys_budget(self, portal, token, key):
        path = {"workspace": "acme"}
        texts = [token, key] * 13
        answers = [
            knock(
                "sync_directory",
                "GET /scim/v2/{workspace}/ResourceTypes",
                origin=None,
                headers={"authorization": f"Bearer {each}"},
                path=path,
            )
            for each in texts
        ]

        assert [each.status for each in answers] == [200] * 25 + [429]
