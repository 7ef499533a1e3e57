"""CON-05: a merge is undone within thirty days: what was not changed since goes back, and the rest is
named (portico/account/merge_undo.py, portico/account/merge_undo_plan.py).
"""

from typing import Any

import pytest

from portico.account.contact_refs import AskedRef
from portico.errors import ContactMerged, NotFound
from portico.people.identities import identity_key
from portico.people.memberships import ABOVE_ALL
from portico.people.rules import Contact
from tests.account.conftest import Member
from tests.account.test_contact_merge import (
    ANN,
    HOW,
    OLD,
    PASSWORD,
    REFS,
    has_a_ref,
    has_an_account,
    merge,
    old,
    refs_now,
    row_of,
    undo,
    with_everything,
)
from tests.account.test_erasure import Killed, kill_at
from tests.support.driver import Portal

__all__ = ["old"]


def told_of(portal: Portal) -> dict[str, str]:
    mails = len(portal.mails)
    portal.delivers_mail()
    return {mail.to[0]: str(mail.message["subject"]) for mail in portal.mails[mails:]}


def of_contact(portal: Portal, contact: Contact) -> dict[str, Any]:
    """Their head, without what every write moves."""
    row = row_of(portal, f"acme#contact#{contact.id}", "head")
    return {name: each for name, each in row.items() if name not in ("sver", "event")}


class TestCon05AnUndo:
    def test_gives_back_what_the_merge_has_moved(self, portal):
        old = with_everything(portal)
        head = of_contact(portal, old)
        links = {row["id"]: row for row in portal.rows("people") if row.get("email_hint")}
        (living,) = [each for each, row in links.items() if not row.get("break_glass")]
        (glass,) = [each for each, row in links.items() if row.get("break_glass")]
        merge(portal, old)

        undone = undo(portal, old)

        both = [{"channel": "messenger", "id": each} for each in ("8261", "4711")]
        assert undone == {
            "lost": old.id,
            "back": {
                "emails": [OLD, "before@example.net"],
                "accounts": [{"connection": "google", "label": "google"}],
                "refs": both,
                "links": [living],
            },
            "stays": {
                "emails": [],
                "accounts": [],
                "refs": [],
                "links": [],
                "ended_links": [glass],
                "password": True,
            },
        }
        assert of_contact(portal, old) == head
        assert refs_now(portal, old) == {"8261": True, "4711": False}
        assert refs_now(portal, portal.ann) == {}
        link = row_of(portal, f"acme#link#{living}", "link")
        assert {k: v for k, v in link.items() if k != "event"} == {
            k: v for k, v in links[living].items() if k != "event"
        }

    def test_lets_each_sign_in_by_their_own_ways(self, portal):
        old = with_everything(portal)
        merge(portal, old)

        undo(portal, old)

        for email, contact in ((ANN, portal.ann), (OLD, old)):
            signed_in = portal.another_browser().signs_in(email)
            assert signed_in.body["contact"]["id"] == contact.id
        assert portal.another_browser().types_a_password(PASSWORD, email=OLD).status == 401
        found = portal.team.contacts("acme")
        assert {each.id for each in found} == {old.id, portal.ann.id}

    def test_revives_no_session_of_before(self, portal, old):
        browser = portal.another_browser()
        browser.signs_in(OLD)
        merge(portal, old)

        undo(portal, old)

        portal.forward(minutes=1)
        assert browser.refreshes().status == 401

    def test_tells_both_addresses(self, portal, old):
        merge(portal, old)
        portal.delivers_mail()

        undo(portal, old)

        assert told_of(portal) == {
            OLD: "Die Zusammenlegung zweier Konten bei Acme Support wurde zurückgenommen",
            ANN: "A merge of two accounts at Acme Support was undone",
        }

    def test_is_a_line_under_each(self, portal, old):
        merge(portal, old)
        portal.records_trail()

        undo(portal, old)

        lines = [e for e in portal.records_trail() if e["name"] == "contact.merge-undone"]
        assert len(lines) == 2
        assert all(e["detail"] == {"survivor": portal.ann.id, "lost": old.id} for e in lines)

    def test_ends_at_thirty_days_sharp(self, portal, old):
        merge(portal, old)
        portal.clock.shift(30 * 86400)

        with pytest.raises(NotFound):
            undo(portal, old)

    def test_is_done_once(self, portal, old):
        merge(portal, old)
        undo(portal, old)
        before = portal.rows("people")

        with pytest.raises(NotFound):
            undo(portal, old)
        assert portal.rows("people") == before

    def test_can_be_followed_by_another_merge(self, portal, old):
        merge(portal, old)
        undo(portal, old)

        merge(portal, old)

        assert portal.team.contact("acme", old.id).merged_into == portal.ann.id
        undo(portal, old)
        merge(portal, portal.ann, old)
        assert portal.another_browser().signs_in(OLD).status == 200

    def test_of_a_merge_that_never_was_finds_nothing(self, portal, old):
        with pytest.raises(NotFound):
            undo(portal, old)

    def test_of_somebody_who_was_merged_since_says_into_whom(self, portal, old):
        ben = portal.adds("Ben", "ben@example.com")
        merge(portal, old)
        merge(portal, portal.ann, ben)

        with pytest.raises(ContactMerged) as refused:
            undo(portal, old)
        assert refused.value.survivor == ben.id


class TestWhatWasChangedSince:
    def test_an_address_that_the_survivor_has_taken_stays_theirs(self, portal, old):
        merge(portal, old)
        Member(portal, portal.another_browser()).signs_in().moves(OLD)

        undone = undo(portal, old)

        assert (undone["back"]["emails"], undone["stays"]["emails"]) == ([], [OLD])
        assert portal.team.contact("acme", old.id).email == ""
        assert portal.another_browser().signs_in(OLD).body["contact"]["id"] == portal.ann.id

    def test_one_that_they_have_left_again_is_theirs_to_take_back(self, portal, old):
        """Their own undo must find it where they have left it."""
        merge(portal, old)
        ann = Member(portal, portal.another_browser()).signs_in()
        ann.moves(OLD)
        portal.forward(minutes=1)
        ann.token = ann.browser.refreshes().body["access_token"]
        ann.moves("third@example.com")

        assert undo(portal, old)["stays"]["emails"] == [OLD]

    def test_an_account_that_the_survivor_has_connected_stays_theirs(self, portal, old):
        identity = has_an_account(portal, old)
        merge(portal, old)
        key = identity_key("acme", identity)
        portal.writes("people", row_of(portal, *key) | {"linked_at": 99, "sver": 1})

        undone = undo(portal, old)

        assert undone["stays"]["accounts"] == [{"connection": "google", "label": "google"}]
        assert row_of(portal, *key)["contact"] == portal.ann.id

    def test_a_ref_that_was_detached_stays_so(self, portal, old):
        has_a_ref(portal, "8261", OLD)
        merge(portal, old)
        REFS.detach(portal.workspace, portal.ann.id, "messenger", "8261", by="t", reach=ABOVE_ALL)

        undone = undo(portal, old)

        assert undone["stays"]["refs"] == [{"channel": "messenger", "id": "8261"}]
        asked = AskedRef("messenger", "8261")
        assert REFS.put(portal.workspace, asked, by="t", reach=ABOVE_ALL).is_new

    def test_what_the_survivor_was_given_since_stays_theirs(self, portal, old):
        merge(portal, old)
        has_a_ref(portal, "mine", ANN)

        undo(portal, old)

        assert refs_now(portal, portal.ann) == {"mine": True}
        assert refs_now(portal, old) == {}

    def test_in_that_very_moment_counts_too(self, portal, old, wire):
        merge(portal, old)
        ann = Member(portal, portal.another_browser()).signs_in()
        ann.asks_to_move(OLD)
        portal.delivers_mail()
        wire.before("dynamodb.TransactWriteItems", ann.confirms_the_move)

        assert undo(portal, old)["stays"]["emails"] == [OLD]


class TestAFunctionThatIsKilled:
    @pytest.mark.parametrize("arrives", [False, True])
    def test_at_any_write_leaves_one_or_both(self, portal, wire, arrives):
        old = with_everything(portal)
        merge(portal, old)
        writes = kill_at(wire, 0, arrives=arrives)
        with pytest.raises(Killed):
            undo(portal, old)
        wire.meddler = None

        assert (portal.team.contact("acme", old.id).merged_into is None) is arrives
        if not arrives:
            undo(portal, old)
        assert len(writes) == 1
        assert portal.another_browser().signs_in(OLD).body["contact"]["id"] == old.id


def test_an_undo_names_whose_host_the_mails_name(portal, old):
    merge(portal, old)
    undo(portal, old)

    rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
    assert {row["host"] for row in rows} == {HOW["host"]}
