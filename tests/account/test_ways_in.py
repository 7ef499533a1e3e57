"""Ways in are taken away, but never the last one (ACC-03)."""

import pytest

from portico.aws.tables import transact
from portico.events import Event
from portico.people.password_store import Password, Passwords
from tests.support.driver import NOON

GOOGLE = {"id": "google", "kind": "google", "label": "Google", "on": True}
X = {"id": "x", "kind": "x", "label": "X", "on": True}


@pytest.fixture
def gives(portal):
    """Give Ann a password, or accounts elsewhere."""

    def a_password() -> None:
        event = Event("password.set", NOON, portal.ann.id, 365)
        password = Password("$argon2id$none", NOON, "reset", "earlier")
        passwords = Passwords("people", portal.id)
        transact({"password": passwords.putting(portal.ann.id, password, before=None, event=event)})

    def an_account(connection: str, contact: str = "") -> None:
        owner = contact or portal.ann.id
        row = {
            "pk": f"acme#identity#{connection}#{'0' * 32}",
            "sk": "identity",
            "contact": owner,
            "connection": connection,
            "issuer": "https://issuer.test",
            "subject": connection,
            "sver": 1,
            "linked_at": 1,
            "list": "acme#identities",
        }
        from portico.people.identities import Identity, identity_key

        row["pk"], row["sk"] = identity_key("acme", Identity.from_row(row))
        row["listed"] = f"{owner}#{str(row['pk']).partition('#identity#')[2]}"
        portal.writes("people", row)

    return {"password": a_password, "account": an_account}


def unlinks(member, connection):
    identity = next(
        each["id"] for each in member.reads()["identities"] if each["connection"] == connection
    )
    return member.asks("DELETE /v1/account/identities/{identity}", path={"identity": identity})


class TestUnlinking:
    def test_takes_the_account_away_and_ends_other_sessions(self, ann, elsewhere, gives, portal):
        portal.sets(connections=[GOOGLE])
        gives["account"]("google")

        assert unlinks(ann, "google").status == 204

        assert ann.reads()["identities"] == []
        assert elsewhere.browser.refreshes().status == 401
        portal.delivers_mail()
        assert "Google was removed" in portal.mails[-1].text

    def test_acc_01_shows_and_takes_none_that_is_anothers_by_now(self, ann, gives, portal):
        gives["account"]("google")
        (identity,) = [each["id"] for each in ann.reads()["identities"]]
        (row,) = [each for each in portal.rows("people") if each["sk"] == "identity"]
        bob = portal.adds("Bob Baker", "bob@example.com")
        # The index is a moment behind, and still lists it as Ann's.
        portal.writes("people", row | {"contact": bob.id})

        path = {"identity": identity}
        answer = ann.asks("DELETE /v1/account/identities/{identity}", path=path)

        assert answer.problem == (404, "not-found")
        assert ann.reads()["identities"] == []
        assert row | {"contact": bob.id} in portal.rows("people")

    def test_acc_03_refuses_the_last_way_in(self, ann, gives, portal):
        gives["account"]("google")
        ann.stays()
        portal.sets(connections=[GOOGLE], code_method=False)

        assert unlinks(ann, "google").problem == (409, "last-way-in")
        assert len(ann.reads()["identities"]) == 1

    def test_may_leave_a_password(self, ann, gives, portal):
        gives["account"]("google")
        gives["password"]()
        ann.stays()
        portal.sets(connections=[GOOGLE], code_method=False, password_method=True)

        assert unlinks(ann, "google").status == 204

    def test_counts_no_password_that_is_switched_off(self, ann, gives, portal):
        gives["account"]("google")
        gives["password"]()
        ann.stays()
        portal.sets(connections=[GOOGLE], code_method=False, password_method=False)

        assert unlinks(ann, "google").problem == (409, "last-way-in")

    def test_counts_no_account_whose_connection_is_off(self, ann, gives, portal):
        gives["account"]("google")
        gives["account"]("x")
        ann.stays()
        portal.sets(connections=[GOOGLE, {**X, "on": False}], code_method=False)

        assert unlinks(ann, "google").problem == (409, "last-way-in")

    def test_may_leave_another_account(self, ann, gives, portal):
        gives["account"]("google")
        gives["account"]("x")
        ann.stays()
        portal.sets(connections=[GOOGLE, X], code_method=False)

        assert unlinks(ann, "google").status == 204
        assert unlinks(ann, "x").problem == (409, "last-way-in")

    def test_finds_nothing_of_somebody_else(self, ann, gives, portal):
        bob = portal.adds("Bob", "bob@example.com")
        gives["account"]("google", bob.id)

        answer = ann.asks(
            "DELETE /v1/account/identities/{identity}", path={"identity": "google." + "0" * 32}
        )

        assert answer.problem == (404, "not-found")
        assert [r for r in portal.rows("people") if r["sk"] == "identity"]

    def test_acc_03_asks_for_a_young_sign_in(self, ann, gives, portal):
        gives["account"]("google")
        portal.forward(minutes=15)
        ann.token = ann.browser.refreshes().body["access_token"]

        assert unlinks(ann, "google").problem == (401, "re-auth-needed")

    def test_is_fresh_again_after_a_code_to_the_own_address(self, ann, gives, portal):
        gives["account"]("google")
        portal.forward(minutes=15)
        ann.token = ann.browser.refreshes().body["access_token"]
        asked = ann.asks("POST /v1/account/confirm", {})
        assert asked.status == 202
        ann.browser.challenge = asked.body["challenge"]
        portal.delivers_mail()
        ann.token = ann.browser.types_the_mailed_code().body["access_token"]

        assert unlinks(ann, "google").status == 204


class TestRemovingThePassword:
    def test_takes_it_away_and_ends_other_sessions(self, ann, elsewhere, gives, portal):
        gives["password"]()

        assert ann.asks("DELETE /v1/account/password").status == 204

        assert ann.reads()["password"]["is_set"] is False
        assert elsewhere.browser.refreshes().status == 401
        portal.delivers_mail()
        assert "password was removed" in portal.mails[-1].text

    def test_acc_03_refuses_the_last_way_in(self, ann, gives, portal):
        gives["password"]()
        ann.stays()
        portal.sets(code_method=False, password_method=True)

        assert ann.asks("DELETE /v1/account/password").problem == (409, "last-way-in")

    def test_finds_none(self, ann):
        assert ann.asks("DELETE /v1/account/password").problem == (404, "not-found")
