"""A team removes a contact's ways in after somebody else had taken the account over (ACC-14)."""

import pytest

from portico.account.profile import identities_of
from portico.account.team_ways_in import TeamWaysIn
from portico.aws.tables import transact_surely
from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.people.heads import Heads
from portico.people.identities import Identity, identity_key
from portico.people.store import People

PASSWORD = "five grey herons on a wire"


@pytest.fixture
def stolen(ann, portal):
    """Ann's account, to which a thief at her session has given a password."""
    portal.sets(
        password_method=True,
        connections=[
            {"id": "google", "kind": "google", "label": "Google", "on": True},
            {"id": "facebook", "kind": "facebook", "label": "Facebook", "on": True},
        ],
    )
    ann.browser.changes_the_password(PASSWORD, ann.token)
    portal.delivers_mail()
    portal.forward(minutes=1)
    return ann


@pytest.fixture
def connects(portal):
    """Give Ann's contact an account elsewhere; one that is *hidden* is not in the index yet."""

    def connects(connection="google", *, hidden=False):
        identity = Identity(connection, f"https://{connection}.example", "thief")
        pk, sk = identity_key(portal.id, identity)
        sver = portal.team.contact("acme", portal.ann.id).sver
        row = {"pk": pk, "sk": sk, "contact": portal.ann.id, **identity.row(), "sver": sver}
        row["linked_at"] = int(portal.now.timestamp())
        if not hidden:
            row |= {
                "list": f"{portal.id}#identities",
                "listed": f"{portal.ann.id}#{identity.key}",
            }
        portal.writes("people", row)

    return connects


@pytest.fixture
def removes(portal):
    """The team removes Ann's ways in."""

    def removes():
        flow = TeamWaysIn("people", "sign-in")
        workspace = portal.team.workspace("acme")
        return flow.remove(workspace, portal.ann.id, host="signin.acme.test", by="cli:olga")

    return removes


def ways(portal):
    """The rows that let Ann in, beside her address."""
    rows = portal.rows("people")
    return [row["pk"] for row in rows if row["sk"] == "identity" or row.get("hash")]


class TestAContactsWaysIn:
    """ACC-14: what a thief leaves behind."""

    def test_are_removed_and_named(self, portal, stolen, connects, removes):
        connects("google")
        connects("facebook")

        removed = removes()

        assert (removed.password, sorted(removed.accounts)) == (True, ["Facebook", "Google"])
        assert ways(portal) == []
        assert portal.another_browser().types_a_password(PASSWORD).status == 401

    def test_leave_the_contact_a_code(self, portal, stolen, removes):
        removes()

        assert portal.another_browser().signs_in().body["contact"]["id"] == portal.ann.id

    def test_end_every_session_and_open_code(self, portal, stolen, removes):
        later = portal.another_browser()
        later.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        removes()

        assert stolen.asks("GET /v1/account").status == 401
        assert later.types_the_mailed_code().status == 410

    def test_are_told_each_by_a_mail(self, portal, stolen, connects, removes):
        connects("google")
        connects("facebook")
        before = len(portal.mails)

        removes()
        portal.delivers_mail()

        told = [mail.text for mail in portal.mails[before:]]
        assert {address for mail in portal.mails[before:] for address in mail.to} == {
            "ann@example.com"
        }
        for said in ("The password was removed", "Google was removed", "Facebook was removed"):
            assert sum(said in text for text in told) == 1
        assert len(told) == 3

    def test_are_in_the_trail_with_who_did_it(self, portal, stolen, connects, removes):
        connects("google")

        removes()

        lines = {row["name"]: row for row in portal.records_trail() if row["by"] == "cli:olga"}
        assert lines.keys() >= {"contact.ways-in-removed", "password.removed"}
        assert lines["contact.ways-in-removed"]["detail"] == {"removed": "password,google"}
        assert lines["contact.ways-in-removed"]["pk"] == f"acme#trail#{portal.ann.id}"

    def test_sign_nobody_in_although_no_list_has_them_yet(self, portal, stolen, connects, removes):
        connects("google", hidden=True)

        removes()

        head = portal.team.contact("acme", portal.ann.id)
        assert head.is_void(int(portal.now.timestamp()), 0)
        portal.forward(seconds=1)
        assert not head.is_void(int(portal.now.timestamp()), 0)

    def test_are_void_though_one_is_connected_while_they_are_removed(
        self, portal, stolen, connects, removes, wire
    ):
        def late() -> None:
            portal.forward(seconds=1)
            connects("google")

        wire.before("dynamodb.TransactWriteItems", late)
        removes()

        people, ann = People("people", "acme"), portal.team.contact("acme", portal.ann.id)
        assert identities_of(people, ann) == []
        portal.forward(seconds=1)
        connects("facebook")
        (mine,) = identities_of(people, ann)
        assert mine["connection"] == "facebook"

    def test_are_removed_though_a_thief_adds_one_meanwhile(self, portal, ann, removes, wire):
        portal.sets(password_method=True)

        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: ann.browser.changes_the_password(PASSWORD, ann.token),
        )

        assert removes().password is True
        assert ways(portal) == []

    def test_are_left_where_somebody_changes_them_again_and_again(
        self, portal, stolen, removes, wire
    ):
        def switches():
            # One write of its own, and no transaction, before which the next one would come.
            portal.team.set_active("acme", portal.ann.id, True, by="test")

        for _ in range(3):
            wire.before("dynamodb.TransactWriteItems", switches)

        with pytest.raises(TryLater):
            removes()

        assert len(ways(portal)) == 1

    def test_are_removed_from_a_deactivated_contact_who_stays_so(self, portal, stolen, removes):
        portal.deactivates()

        assert removes().password is True
        assert portal.team.contact("acme", portal.ann.id).active is False

    def test_may_be_none_and_sessions_end_all_the_same(self, portal, ann, removes):
        removed = removes()

        assert (removed.password, removed.accounts) == (False, [])
        assert ann.asks("GET /v1/account").status == 401

    def test_of_a_deleted_account_are_not_there(self, portal, ann, removes):
        contact = portal.team.contact("acme", portal.ann.id)
        event = Event("account.deleted", portal.now, contact.id)
        transact_surely(Heads("people", "acme").deleting(contact, event))
        before = portal.rows("people")

        with pytest.raises(NotFound):
            removes()

        assert portal.rows("people") == before
