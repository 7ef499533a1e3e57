"""What is promised of an address that was left holds whoever moved it: the contact, the team, or a merge
of two contacts (portico/people/pointers.py, portico/people/address_change.py).
"""

from collections.abc import Callable

import pytest

from portico.account.contact_merge import ContactMerges
from portico.account.contact_refs import AskedRef, ContactRefs
from portico.account.merge_undo import MergeUndos
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.errors import AddressJustChanged, TakenAlready
from portico.people.contact_import import ContactLine
from portico.people.identities import identity_key
from portico.people.memberships import ABOVE_ALL
from tests.account.conftest import Member
from tests.account.test_contact_merge import HOW, has_an_account, row_of
from tests.account.test_email_undo import (
    FIRST,
    OLD,
    connects,
    imports,
    link,
    mailed_since,
    owner_signs_in,
    thief,
    undo_mailed_to,
)
from tests.support.driver import Portal

__all__ = ["connects", "link", "thief"]

BEN, THIRD = "ben@example.com", "third@example.com"
TEAM = TeamEmailChanges("people", "sign-in")
MERGES, UNDOS = ContactMerges("people", "sign-in"), MergeUndos("people", "sign-in")
REFS = ContactRefs("people")


def of_the_contact(portal: Portal) -> None:
    Member(portal, portal.another_browser()).signs_in(OLD).moves(FIRST)


def of_the_team(portal: Portal) -> None:
    TEAM.change(portal.workspace, portal.ann, FIRST, **HOW)


def by_a_merge(portal: Portal) -> None:
    survivor = portal.team.contact("acme", BEN)
    MERGES.merge(portal.workspace, survivor.id, portal.ann.id, **HOW)


LEAVING = {"contact": (of_the_contact, 72), "team": (of_the_team, 72), "merge": (by_a_merge, 720)}
"""Who moves Ann away from her address, and for how many hours it is reserved."""


@pytest.fixture(params=LEAVING)
def hours(request: pytest.FixtureRequest, portal: Portal) -> int:
    """Ann's address was left just now; Ben and Cy are there as well."""
    portal.sets(sign_up=True)
    for name in ("Ben", "Cy"):
        portal.adds(name, f"{name.lower()}@example.com")
    leaves, hours = LEAVING[request.param]
    leaves(portal)
    portal.delivers_mail()
    return hours


def is_taken(work: Callable[[], object]) -> bool:
    try:
        work()
    except TakenAlready:
        return True
    return False


def adds(portal: Portal) -> bool:
    return is_taken(lambda: portal.adds("Another", OLD))


def names_it_for_a_ref(portal: Portal) -> bool:
    asked = AskedRef("x", "4711", email=OLD)
    return is_taken(lambda: REFS.put(portal.workspace, asked, by="t", reach=ABOVE_ALL))


def gives_it_to_another(portal: Portal) -> bool:
    cy = portal.team.contact("acme", "cy@example.com")
    return is_taken(lambda: TEAM.change(portal.workspace, cy, OLD, **HOW))


def gives_it_to_one_without(portal: Portal) -> bool:
    made = REFS.put(portal.workspace, AskedRef("x", "1"), by="t", reach=ABOVE_ALL).contact
    return is_taken(lambda: TEAM.change(portal.workspace, made, OLD, **HOW))


def imports_it(portal: Portal) -> bool:
    (done,) = imports(portal, ContactLine(1, OLD, {"name": "Another"}))
    return bool(done.outcome in ("unchanged", "refused"))


def imports_it_with_an_id(portal: Portal) -> bool:
    entry = ContactLine(1, OLD, {"name": "Another"}, "ct_0123456789012345678901")
    (done,) = imports(portal, entry)
    return bool(done.outcome == "refused")


def signs_up(portal: Portal) -> bool:
    stranger = portal.another_browser()
    stranger.signs_up(OLD)
    portal.delivers_mail()
    return bool(portal.challenge_row(stranger).get("withheld_1") == "address-reserved")


def moves_there(portal: Portal) -> bool:
    cy = Member(portal, portal.another_browser()).signs_in("cy@example.com")
    cy.asks_to_move(OLD)
    portal.delivers_mail()
    return bool(portal.challenge_row(cy.browser).get("withheld_1") == "address-reserved")


TAKERS = (
    adds,
    names_it_for_a_ref,
    gives_it_to_another,
    gives_it_to_one_without,
    imports_it,
    imports_it_with_an_id,
    signs_up,
    moves_there,
)


class TestAnAddressThatWasLeft:
    @pytest.mark.parametrize("taker", TAKERS, ids=lambda each: each.__name__)
    def test_acc_05_is_nobody_elses_until_its_time_is_over(self, hours, portal, taker):
        portal.forward(hours=hours - 1)

        assert taker(portal)

    @pytest.mark.parametrize(
        "taker", [each for each in TAKERS if each is not imports_it], ids=lambda each: each.__name__
    )
    def test_acc_05_is_anybodys_then(self, hours, portal, taker):
        portal.forward(hours=hours + 1)

        assert not taker(portal)

    def test_acc_05_signs_nobody_in(self, hours, portal):
        stranger = portal.another_browser()
        stranger.asks_for_a_code(OLD)
        mails = len(portal.mails)
        portal.delivers_mail()

        assert OLD not in mailed_since(portal, mails)


def the_team_moves_it_on(portal: Portal) -> None:
    TEAM.change(portal.workspace, portal.team.contact("acme", portal.ann.id), THIRD, **HOW)


def the_team_merges_another_into_it(portal: Portal) -> None:
    ben = portal.adds("Ben", BEN)
    has_an_account(portal, ben)
    MERGES.merge(portal.workspace, portal.ann.id, ben.id, **HOW)


def the_team_merges_and_splits(portal: Portal) -> None:
    the_team_merges_another_into_it(portal)
    (lost,) = row_of(portal, f"acme#contact#{portal.ann.id}", "merged")["lost"]
    UNDOS.undo(portal.workspace, portal.ann.id, lost, **HOW)


MEANWHILE = (the_team_moves_it_on, the_team_merges_another_into_it, the_team_merges_and_splits)


class TestTheOwnersUndo:
    """A thief has moved Ann's address; then the team does something, in good faith."""

    @pytest.mark.parametrize("work", MEANWHILE, ids=lambda each: each.__name__)
    def test_acc_04_gives_the_address_back(self, thief, link, portal, work):
        work(portal)

        assert thief.undoes(link).status == 200

        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_acc_04_tells_an_address_that_the_team_gave(self, thief, link, portal):
        the_team_moves_it_on(portal)
        portal.delivers_mail()
        mails = len(portal.mails)

        thief.undoes(link)
        portal.delivers_mail()

        assert mailed_since(portal, mails) == sorted({OLD, FIRST, THIRD})

    def test_acc_07_removes_what_came_by_a_merge_and_the_thief_has_woken(self, thief, link, portal):
        the_team_merges_another_into_it(portal)
        identity = next(each for each in portal.rows("people") if each["sk"] == "identity")
        now = int(portal.now.timestamp())
        portal.writes("people", identity | {"linked_at": now, "sver": 2})

        undone = thief.undoes(link)

        assert undone.body["removed"]["identities"] == ["Google"]
        assert not [each for each in portal.rows("people") if each["sk"] == "identity"]

    def test_acc_07_leaves_asleep_what_came_by_a_merge(self, thief, link, portal):
        the_team_merges_another_into_it(portal)

        undone = thief.undoes(link)

        assert undone.body["removed"]["identities"] == []
        (row,) = [each for each in portal.rows("people") if each["sk"] == "identity"]
        assert (row["linked_at"], row["contact"]) == (0, portal.ann.id)
        assert portal.team.contact("acme", portal.ann.id).is_void(0, 0)

    def test_comes_before_the_undo_of_the_merge_which_goes_on_working(self, thief, link, portal):
        the_team_merges_another_into_it(portal)
        thief.undoes(link)
        (lost,) = row_of(portal, f"acme#contact#{portal.ann.id}", "merged")["lost"]

        UNDOS.undo(portal.workspace, portal.ann.id, lost, **HOW)

        for email in (OLD, BEN):
            assert portal.another_browser().signs_in(email).status == 200


class TestAcc06AnAccountWhoseAddressHasJustChanged:
    @pytest.mark.parametrize("leaves", [of_the_contact, of_the_team], ids=lambda e: e.__name__)
    def test_is_neither_erased_nor_merged_away(self, portal, leaves):
        ben = portal.adds("Ben", BEN)
        leaves(portal)
        portal.forward(hours=71)
        ann = portal.team.contact("acme", portal.ann.id)

        with pytest.raises(AddressJustChanged):
            TeamErasures("people", "sign-in", "trail").erase(portal.workspace, ann, **HOW)
        with pytest.raises(AddressJustChanged):
            MERGES.merge(portal.workspace, ben.id, ann.id, **HOW)

        portal.forward(hours=1)
        MERGES.merge(portal.workspace, ben.id, ann.id, **HOW)

    def test_is_imported_with_no_other_address(self, portal):
        entry = ContactLine(1, "new@example.com", {"name": "Ann"}, portal.ann.id)

        (done,) = imports(portal, entry)

        assert done.outcome == "refused"
        assert portal.team.contact("acme", portal.ann.id).email == OLD


def test_an_account_that_sleeps_is_no_way_in_after_many_undone_changes(portal):
    """The spans of a head are joined when there are many; what sleeps must not join them."""
    ben = portal.adds("Ben", BEN)
    mine = has_an_account(portal, portal.ann, "mine")
    has_an_account(portal, ben, "his")
    MERGES.merge(portal.workspace, portal.ann.id, ben.id, **HOW)
    for n in range(9):
        ann = Member(portal, portal.another_browser()).signs_in(OLD)
        ann.moves(f"ann{n}@example.com")
        portal.delivers_mail()
        portal.forward(minutes=1)
        assert ann.undoes(undo_mailed_to(portal, OLD)).status == 200
        portal.forward(hours=80)

    head = portal.team.contact("acme", portal.ann.id)
    assert head.is_void(0, 0)
    assert head.voids[0] == [0, 0]
    assert len(head.voids) == 8
    assert not head.is_void(row_of(portal, *identity_key("acme", mine))["linked_at"], head.sver)
