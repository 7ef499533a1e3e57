"""How often a session may read and edit its account, by limits/store.py: RAT-09."""

import pytest

from portico.limits.rules import ACCOUNT

EDIT = {"name": "Ann Archer"}
SPENT = (429, "too-many-requests")


def spends(portal, use: str, number: int) -> None:
    """Let every session have done so much in this hour."""
    for row in portal.rows("sign-in"):
        if row["pk"].startswith("-account#"):
            portal.writes("sign-in", row | {use: number})


class TestASession:
    def test_rat_09_exports_ten_times_an_hour(self, ann, portal):
        told = [ann.asks("GET /v1/account/export").status for _ in range(11)]
        assert told == [200] * 10 + [429]
        assert ann.browser.last.headers["retry-after"] == "3600"

        portal.forward(hours=1)
        ann.signs_in()
        assert ann.asks("GET /v1/account/export").status == 200

    @pytest.mark.parametrize("route", ["GET /v1/account", "GET /v1/account/history"])
    def test_rat_09_reads_so_often(self, ann, portal, route):
        ann.reads()
        spends(portal, "reads", ACCOUNT.read - 1)

        assert ann.asks(route).status == 200
        assert ann.asks(route).problem == SPENT

    @pytest.mark.parametrize(
        ("route", "body"),
        [
            ("PATCH /v1/account", EDIT),
            ("POST /v1/account/confirm", {}),
            ("POST /v1/account/email", {"email": "ann@new.example"}),
            ("POST /v1/account/identities", {"connection": "google"}),
            ("POST /v1/account/email/confirm", {"challenge": "x", "code": "0000000"}),
            ("DELETE /v1/account/password", None),
            ("DELETE /v1/account/identities/{identity}", None),
            ("DELETE /v1/account/sessions/{session}", None),
            ("DELETE /v1/account/sessions", None),
            ("DELETE /v1/account", None),
            ("PUT /v1/account/password", {"password": "four tired herons at the weir"}),
        ],
    )
    def test_rat_09_edits_so_often_whatever_it_edits(self, ann, portal, route, body):
        portal.sets(password_method=True, account_deletion=True)
        ann.asks("PATCH /v1/account", EDIT)
        spends(portal, "edits", ACCOUNT.edit)
        path = {"identity": "x", "session": "ses_x"}

        assert ann.asks(route, body, path=path).problem == SPENT

    def test_rat_09_that_is_stolen_does_not_spend_the_contacts_own(self, ann, elsewhere, portal):
        elsewhere.asks("PATCH /v1/account", EDIT)
        spends(portal, "edits", ACCOUNT.edit)

        assert elsewhere.asks("PATCH /v1/account", EDIT).problem == SPENT
        assert ann.asks("DELETE /v1/account/sessions").status == 204

    def test_rat_09_is_counted_before_anything_is_changed(self, ann, portal, wire):
        wire.forget()
        ann.asks("PATCH /v1/account", EDIT)

        assert wire.operations == [
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
            "dynamodb.UpdateItem",
        ]

    def test_rat_09_is_counted_before_the_lists_are_read(self, ann, portal, wire):
        ann.reads()
        spends(portal, "reads", ACCOUNT.read)
        wire.forget()

        assert ann.asks("GET /v1/account").problem == SPENT

        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]

    def test_rat_09_waits_while_its_counter_is_out_of_reach(self, ann, wire):
        wire.cut("dynamodb.UpdateItem")

        assert ann.asks("GET /v1/account").problem == (503, "try-later")

    def test_rat_09_leaves_a_row_that_says_when_it_is_over(self, ann, portal):
        ann.reads()

        (row,) = [row for row in portal.rows("sign-in") if row["pk"].startswith("-account#")]
        assert (row["reads"], row["ttl"] - row["expires_at"]) == (1, 3600)
