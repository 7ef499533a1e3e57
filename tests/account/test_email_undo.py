"""A stolen account is taken back: an undo that a thief cannot defeat (ACC-04 to ACC-07).

In the tables' own words: Ann is the owner and reads ann@example.com; a thief has one young
session of hers, and mailboxes of their own.
"""

import re
from typing import Any

import pytest

from portico.errors import TakenAlready
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.flow import TeamPeople
from portico.people.identities import Identity, identity_key
from tests.account.conftest import Member
from tests.support.driver import Portal
from tests.support.moves import moves

OLD, FIRST, SECOND = "ann@example.com", "thief@one.example", "thief@two.example"
UNDO = re.compile(r"https://signin\.acme\.test/acme#undo=(\S+)")
PASSWORD = "five grey herons on a wire"
HOURS_72 = {"hours": 72}


def undo_mailed_to(portal: Portal, address: str) -> str:
    """The newest undo link in a mailbox."""
    mails = [mail for mail in portal.mails if set(mail.to) == {address}]
    return next(found[1] for mail in reversed(mails) if (found := UNDO.search(mail.text)))


def mailed_since(portal: Portal, before: int) -> list[str]:
    return sorted(address for mail in portal.mails[before:] for address in set(mail.to))


def changes(portal: Portal) -> list[dict[str, Any]]:
    return [row for row in portal.rows("people") if row["sk"].startswith("email-change#")]


@pytest.fixture
def thief(ann: Member, portal: Portal) -> Member:
    """Whoever sits at Ann's session, and has just moved it to a mailbox of their own."""
    portal.sets(
        account_deletion=True,
        sign_up=True,
        password_method=True,
        connections=[{"id": "google", "kind": "google", "label": "Google", "on": True}],
    )
    portal.forward(minutes=1)
    ann.moves(FIRST)
    portal.delivers_mail()
    portal.forward(minutes=1)
    return ann


@pytest.fixture
def link(thief: Member, portal: Portal) -> str:
    """What Ann was mailed."""
    return undo_mailed_to(portal, OLD)


@pytest.fixture
def connects(portal: Portal):
    """Give Ann's contact an account elsewhere, connected now."""

    def connects(subject: str = "thief", connection: str = "google") -> str:
        identity = Identity(connection, "https://accounts.google.com", subject)
        pk, sk = identity_key(portal.id, identity)
        row = {
            "pk": pk,
            "sk": sk,
            "contact": portal.ann.id,
            **identity.row(),
            "sver": portal.team.contact(portal.id, portal.ann.id).sver,
            "linked_at": int(portal.now.timestamp()),
            "list": f"{portal.id}#identities",
            "listed": f"{portal.ann.id}#{identity.key}",
        }
        portal.writes("people", row)
        return pk

    return connects


def owner_signs_in(portal: Portal) -> dict[str, Any]:
    contact: dict[str, Any] = portal.another_browser().signs_in(OLD).body["contact"]
    return contact


class TestAChainOfChanges:
    """ACC-04."""

    def test_acc_04_is_voided_by_the_undo_of_its_first(self, thief, link, portal):
        assert thief.moves(SECOND).status == 200
        portal.delivers_mail()
        thiefs = undo_mailed_to(portal, FIRST)

        assert thief.undoes(link).status == 200
        answer = thief.undoes(thiefs)

        assert (answer.status, answer.body["reason"]) == (410, "voided")
        assert owner_signs_in(portal) == {
            "id": portal.ann.id,
            "name": "Ann Archer",
            "email": OLD,
        }

    def test_is_voided_also_after_the_thief_has_undone_the_second(self, thief, link, portal):
        thief.moves(SECOND)
        portal.delivers_mail()
        thief.undoes(undo_mailed_to(portal, FIRST))

        assert thief.undoes(link).status == 200

        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_is_voided_in_the_middle_for_whoever_reads_there(self, thief, link, portal):
        thief.moves(SECOND)
        portal.delivers_mail()

        thief.undoes(undo_mailed_to(portal, FIRST))

        assert portal.another_browser().signs_in(FIRST).body["contact"]["id"] == portal.ann.id

    @pytest.mark.parametrize("times", [1, 3])
    def test_leaves_no_address_of_the_thief_behind(self, thief, link, portal, times):
        for n in range(times):
            assert thief.moves(f"thief@more{n}.example").status == 200

        assert thief.undoes(link).status == 200

        pointers = [row["pk"] for row in portal.rows("people") if row["sk"] == "pointer"]
        assert pointers == [f"acme#email#{OLD}"]

    def test_ends_after_five_in_72_hours(self, thief, portal):
        for n in range(4):
            assert thief.moves(f"thief@more{n}.example").status == 200

        answer = thief.asks_to_move("thief@last.example")

        assert answer.problem == (429, "too-many-requests")
        assert 0 < answer.body["retry_after"] <= 72 * 3600
        portal.forward(seconds=answer.body["retry_after"])
        again = Member(portal, portal.another_browser()).signs_in("thief@more3.example")
        assert again.moves("thief@last.example").status == 200

    def test_back_to_the_address_it_began_at_is_no_way_around(self, thief, link, portal):
        """A thief who moves back would hold an undo of their own, and leave Ann none."""
        thief.asks_to_move(OLD)
        portal.delivers_mail()
        thief.confirms_the_move()
        portal.delivers_mail()

        to_the_thief = [mail for mail in portal.mails if set(mail.to) == {FIRST}]
        assert not any(UNDO.search(mail.text) for mail in to_the_thief)
        assert thief.undoes(link).status == 200
        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_acc_04_leaves_the_thief_no_undo_that_lives_longer(self, thief, link, portal):
        """Ann moves back by a code instead, and the thief waits until her link is too old."""
        portal.forward(minutes=5)
        thief.moves(SECOND)
        portal.delivers_mail()
        thiefs = undo_mailed_to(portal, FIRST)
        thief.moves(OLD)
        portal.forward(hours=71, minutes=56)

        answer = thief.undoes(thiefs)

        assert (answer.status, answer.body["reason"]) == (410, "voided")
        assert thief.undoes(link).body["reason"] == "expired"
        assert owner_signs_in(portal)["email"] == OLD

    def test_acc_04_that_begins_again_gives_ann_another_72_hours(self, thief, link, portal):
        """The thief moves again to an address that Ann has left a moment ago."""
        thief.moves(OLD)
        portal.forward(hours=71)
        Member(portal, portal.another_browser()).signs_in(OLD).moves(FIRST)
        portal.delivers_mail()
        newer = undo_mailed_to(portal, OLD)
        portal.forward(hours=2)

        assert thief.undoes(link).body["reason"] == "expired"
        assert thief.undoes(newer).status == 200

        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_that_has_come_back_can_still_be_taken_back_with_what_is_younger(
        self, thief, link, portal, connects
    ):
        connects()
        portal.forward(minutes=1)
        thief.moves(OLD)

        answer = thief.undoes(link)

        assert answer.body["removed"] == {"password": False, "identities": ["Google"]}

    def test_that_comes_back_is_told_to_every_address_in_between(self, thief, link, portal):
        thief.moves(SECOND)
        thief.asks_to_move(OLD)
        portal.delivers_mail()
        before = len(portal.mails)

        assert thief.confirms_the_move().status == 200

        portal.delivers_mail()
        assert mailed_since(portal, before) == [FIRST, SECOND]
        pointers = [row["pk"] for row in portal.rows("people") if row["sk"] == "pointer"]
        assert pointers == [f"acme#email#{OLD}"]

    def test_that_is_full_has_room_for_the_way_back(self, thief, link, portal):
        for n in range(4):
            assert thief.moves(f"thief@more{n}.example").status == 200

        assert thief.asks_to_move(OLD).status == 202
        portal.delivers_mail()
        assert thief.confirms_the_move().body["contact"]["email"] == OLD


class TestPressingAgain:
    def test_says_that_the_address_is_back(self, thief, link):
        first = thief.undoes(link)

        again = thief.undoes(link)

        assert (again.status, again.body) == (200, first.body)

    def test_says_so_a_week_later(self, thief, link, portal):
        thief.undoes(link)
        portal.forward(days=3, hours=1)

        assert thief.undoes(link).status == 200

    def test_ends_no_session_of_the_owner(self, thief, link, portal):
        thief.undoes(link)
        owner = Member(portal, portal.another_browser()).signs_in(OLD)

        thief.undoes(link)

        assert owner.asks("GET /v1/account").status == 200

    def test_is_refused_when_the_owner_has_moved_on(self, thief, link, portal):
        thief.undoes(link)
        owner = Member(portal, portal.another_browser()).signs_in(OLD)
        owner.moves("ann@new.example")

        answer = thief.undoes(link)

        assert (answer.status, answer.body["reason"]) == (410, "used")
        assert owner.reads()["contact"]["email"] == "ann@new.example"

    def test_of_a_change_that_went_with_an_earlier_one_says_what_holds(self, thief, link, portal):
        """Of one that led away from where the account is again."""
        thief.undoes(link)
        owner = Member(portal, portal.another_browser()).signs_in(OLD)
        owner.moves("ann@new.example")
        portal.delivers_mail()
        first = undo_mailed_to(portal, OLD)
        owner.moves(OLD)
        owner.moves("ann@third.example")
        portal.delivers_mail()
        last = undo_mailed_to(portal, OLD)
        owner.undoes(first)

        answer = owner.undoes(last)

        assert answer.body == {
            "workspace": "acme",
            "name": "Acme Support",
            "portal_url": "https://portal.acme.test/",
            "undone": True,
            "removed": {"password": False, "identities": []},
        }


class TestTheAddressThatWas:
    """ACC-05: reserved for 72 hours, for the contact who had it."""

    def test_acc_05_cannot_be_signed_up(self, thief, link, portal):
        stranger = portal.another_browser()
        assert stranger.signs_up(OLD).status == 202
        portal.delivers_mail()

        assert portal.challenge_row(stranger)["withheld_1"] == "address-reserved"
        assert thief.undoes(link).status == 200

    def test_acc_05_cannot_be_signed_up_by_a_code_from_before(self, ann, portal):
        portal.sets(sign_up=True)
        ann.moves(FIRST)
        portal.delivers_mail()
        link = undo_mailed_to(portal, OLD)
        portal.forward(hours=72)
        stranger = portal.another_browser()
        stranger.signs_up(OLD)
        portal.delivers_mail()
        code = portal.mailed_code()
        back = Member(portal, portal.another_browser()).signs_in(FIRST)
        back.moves(OLD)
        back.moves(SECOND)

        assert stranger.types(code).problem == (410, "challenge-closed")
        assert thief_has_no(portal, OLD)
        assert link

    def test_acc_05_cannot_be_added_or_imported(self, thief, link, portal):
        with pytest.raises(TakenAlready) as taken:
            portal.adds("Another", OLD)
        (done,) = imports(portal, ContactLine(1, OLD, {"name": "Another"}))

        assert taken.value.until is not None
        assert done.outcome == "unchanged"
        assert thief.undoes(link).status == 200

    def test_acc_05_cannot_be_imported_with_an_id(self, thief, link, portal):
        entry = ContactLine(1, OLD, {"name": "Another"}, "ct_0123456789012345678901")

        (done,) = imports(portal, entry)

        assert done.outcome == "refused"
        assert "reserved" in done.reason
        assert thief.undoes(link).status == 200

    def test_acc_05_cannot_be_taken_by_another_contact(self, thief, link, portal):
        portal.adds("Bob", "bob@example.com")
        bob = Member(portal, portal.another_browser()).signs_in("bob@example.com")

        assert bob.asks_to_move(OLD).status == 202
        portal.delivers_mail()

        assert portal.challenge_row(bob.browser)["withheld_1"] == "address-reserved"
        assert thief.undoes(link).status == 200

    def test_looks_like_an_address_of_nobody_meanwhile(self, thief, portal):
        """Nor does it sign anybody in, by whatever way."""
        stranger = portal.another_browser()
        stranger.asks_for_a_code("nobody@example.com")
        free = stranger.last.body.keys()

        stranger.asks_for_a_code(OLD)
        portal.delivers_mail()

        assert stranger.last.body.keys() == free
        assert stranger.types_a_password(PASSWORD, OLD).problem == (401, "password-not-accepted")

    def test_is_free_at_72_hours(self, thief, link, portal):
        portal.forward(hours=71, minutes=58, seconds=59)
        with pytest.raises(TakenAlready):
            portal.adds("Another", OLD)

        portal.forward(seconds=1)

        assert portal.adds("Another", OLD).email == OLD
        answer = thief.undoes(link)
        assert (answer.status, answer.body["reason"]) == (410, "expired")

    def test_may_be_had_again_by_whoever_left_it(self, thief, portal):
        thief.moves(OLD)

        assert owner_signs_in(portal)["email"] == OLD


class TestAnAccountWhoseAddressHasJustChanged:
    """ACC-06."""

    def test_acc_06_is_not_deleted_by_its_contact_for_72_hours(self, thief, link, portal):
        answer = thief.asks("DELETE /v1/account")

        assert answer.problem == (409, "address-just-changed")
        assert answer.body["retry_after"] == 72 * 3600 - 60
        assert thief.undoes(link).status == 200
        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_is_deleted_afterwards_and_both_addresses_are_told(self, thief, portal):
        portal.forward(hours=72)
        back = Member(portal, portal.another_browser()).signs_in(FIRST)
        before = len(portal.mails)

        assert back.asks("DELETE /v1/account").status == 204

        portal.delivers_mail()
        assert mailed_since(portal, before) == [OLD, FIRST]
        left = str(portal.rows("people"))
        assert OLD not in left
        assert FIRST not in left

    def test_is_deleted_a_week_later_and_the_old_address_is_not_bothered(self, thief, portal):
        portal.forward(days=6)
        back = Member(portal, portal.another_browser()).signs_in(FIRST)
        before = len(portal.mails)

        assert back.asks("DELETE /v1/account").status == 204

        portal.delivers_mail()
        assert mailed_since(portal, before) == [FIRST]

    def test_is_deleted_by_the_owner_who_has_it_back(self, thief, link, portal):
        thief.undoes(link)
        owner = Member(portal, portal.another_browser()).signs_in(OLD)

        assert owner.asks("DELETE /v1/account").status == 204


class TestAnUndoOfADeletedAccount:
    """ACC-06: whoever still has the link learns nothing of the account that was."""

    @pytest.fixture(params=["after 73 hours", "by the owner who has it back"])
    def deleted(self, thief, link, portal, request):
        if request.param == "after 73 hours":
            portal.forward(hours=73)
            last = Member(portal, portal.another_browser()).signs_in(FIRST)
        else:
            thief.undoes(link)
            last = Member(portal, portal.another_browser()).signs_in(OLD)
        assert last.asks("DELETE /v1/account").status == 204

    @pytest.mark.parametrize("preview", [False, True])
    def test_acc_06_is_expired_and_names_no_address(self, thief, link, portal, deleted, preview):
        rows = portal.rows("people")

        answer = thief.undoes(link, preview=preview)

        assert (answer.problem, answer.body["reason"]) == ((410, "challenge-closed"), "expired")
        told = f"{answer.body} {answer.headers}"
        assert OLD not in told
        assert FIRST not in told
        assert portal.rows("people") == rows


class TestWaysInThatAreYounger:
    """ACC-07."""

    def test_acc_07_go_with_the_undo_and_are_named(self, thief, link, portal, connects):
        assert thief.browser.changes_the_password(PASSWORD, thief.token).status == 204
        connects()

        answer = thief.undoes(link)

        assert answer.body["removed"] == {"password": True, "identities": ["Google"]}
        signing_in = portal.another_browser().types_a_password(PASSWORD, OLD)
        assert signing_in.problem == (401, "password-not-accepted")
        assert not [row for row in portal.rows("people") if row["sk"] == "identity"]

    def test_do_not_include_what_the_owner_had_before(self, ann, portal, connects):
        portal.sets(password_method=True)
        assert ann.browser.changes_the_password(PASSWORD, ann.token).status == 204
        connects("owner")
        portal.forward(minutes=1)
        ann.moves(FIRST)
        portal.delivers_mail()

        answer = ann.undoes(undo_mailed_to(portal, OLD))

        assert answer.body["removed"] == {"password": False, "identities": []}
        assert portal.another_browser().types_a_password(PASSWORD, OLD).status == 200
        assert len([row for row in portal.rows("people") if row["sk"] == "identity"]) == 1

    def test_acc_07_include_what_the_second_of_the_change_has_brought(self, ann, portal, connects):
        portal.sets(password_method=True)
        ann.moves(FIRST)
        assert ann.browser.changes_the_password(PASSWORD, ann.token).status == 204
        connects()
        portal.delivers_mail()

        answer = ann.undoes(undo_mailed_to(portal, OLD))

        assert answer.body["removed"] == {"password": True, "identities": ["google"]}

    def test_include_a_password_that_was_changed_since(self, ann, portal):
        portal.sets(password_method=True)
        ann.browser.changes_the_password(PASSWORD, ann.token)
        portal.forward(minutes=1)
        ann.moves(FIRST)
        portal.delivers_mail()
        portal.forward(minutes=1)
        ann.browser.changes_the_password("another one of the thief", ann.token)

        answer = ann.undoes(undo_mailed_to(portal, OLD))

        assert answer.body["removed"]["password"]

    def test_are_gone_though_the_index_has_not_seen_them_yet(self, thief, link, portal, connects):
        pk = connects()
        row = next(row for row in portal.rows("people") if row["pk"] == pk)
        unlisted = {name: row[name] for name in row if name not in ("list", "listed")}
        portal.removes("people", row)
        portal.writes("people", unlisted)

        thief.undoes(link)
        portal.removes("people", unlisted)
        portal.writes("people", row)

        owner = Member(portal, portal.another_browser()).signs_in(OLD)
        assert owner.reads()["identities"] == []

    def test_end_every_session(self, thief, link, portal):
        thief.undoes(link)

        assert thief.asks("GET /v1/account").status == 401
        assert thief.browser.refreshes().status == 401


class TestEveryUndo:
    def test_acc_07_is_told_to_both_addresses_and_names_what_went(
        self, thief, link, portal, connects
    ):
        thief.browser.changes_the_password(PASSWORD, thief.token)
        connects()
        portal.delivers_mail()
        before = len(portal.mails)

        thief.undoes(link)
        portal.delivers_mail()

        assert mailed_since(portal, before) == [OLD, FIRST]
        for mail in portal.mails[before:]:
            assert "address" in mail.message["subject"]
            assert "your password, Google" in mail.text
            assert not UNDO.search(mail.text)

    def test_acc_07_is_told_to_every_address_of_a_chain(self, thief, link, portal):
        thief.moves(SECOND)
        portal.delivers_mail()
        before = len(portal.mails)

        thief.undoes(link)
        portal.delivers_mail()

        assert mailed_since(portal, before) == [OLD, FIRST, SECOND]

    def test_acc_07_names_every_connection_however_many_accounts(
        self, thief, link, portal, connects
    ):
        labels = [f"Sign-in of house number {n}" for n in range(6)]
        portal.sets(
            connections=[
                {"id": f"c{n}", "kind": "oidc", "label": label, "on": True}
                for n, label in enumerate(labels)
            ]
        )
        for n in (0, 0, 0, *range(6)):
            connects(f"thief-{len(portal.rows('people'))}", f"c{n}")
        before = len(portal.mails)

        answer = thief.undoes(link)
        portal.delivers_mail()

        assert sorted(answer.body["removed"]["identities"]) == labels
        text = " ".join(portal.mails[before].text.split())
        assert all(text.count(label) == 1 for label in labels)

    def test_acc_07_is_told_once_though_it_is_pressed_twice(self, thief, link, portal):
        thief.undoes(link)
        portal.delivers_mail()
        before = len(portal.mails)

        thief.undoes(link)
        portal.delivers_mail()

        assert portal.mails[before:] == []

    def test_acc_07_is_in_the_trail_with_what_went(self, thief, link, portal):
        thief.browser.changes_the_password(PASSWORD, thief.token)

        thief.undoes(link)

        (line,) = [row for row in portal.records_trail() if row["name"] == "email.restored"]
        assert line["detail"] == {"removed": "password"}


class TestAnUndoWhileThePortalIsClosed:
    """ACC-13: its time runs on. Else a pause over a weekend would leave the account with the thief."""

    @pytest.fixture(params=[{"paused_until": 4_000_000_000}, {"portal_enabled": False}])
    def closed(self, portal, link, request):
        portal.sets(**request.param)

    def test_gives_the_address_back(self, thief, link, portal, closed):
        answer = thief.undoes(link)

        assert answer.status == 200
        assert TeamPeople("people").contact(portal.id, OLD).email == OLD

    def test_signs_nobody_in(self, thief, link, portal, closed):
        thief.undoes(link)

        assert portal.browser.asks_for_a_code(OLD).problem == (403, "portal-unavailable")

    def test_tells_no_page_of_another_site(self, thief, link, portal, closed):
        body = {"workspace": portal.id, "undo": link}
        route = "POST /v1/account/email/undo"

        answer = portal.browser.sends("account", route, body, origin="https://evil.example")

        assert answer.problem == (403, "cross-site")


class TestAPreview:
    """The page asks before anybody presses: whose account, and does the change stand?"""

    def looks(self, portal, token):
        body = {"workspace": portal.id, "undo": token, "preview": True}
        route = "POST /v1/account/email/undo"
        return portal.another_browser().sends("account", route, body)

    def test_names_the_workspace_and_changes_nothing(self, thief, link, portal):
        before = portal.rows("people"), portal.rows("sign-in")

        answer = self.looks(portal, link)

        assert answer.status == 200
        assert answer.body == {
            "workspace": portal.id,
            "name": "Acme Support",
            "portal_url": "https://portal.acme.test/",
            "undone": False,
            "removed": None,
        }
        assert (portal.rows("people"), portal.rows("sign-in")) == before

    def test_says_that_it_was_undone_and_what_went_with_it(self, thief, link, portal):
        thief.undoes(link)

        answer = self.looks(portal, link)

        assert answer.body["undone"] is True
        assert answer.body["removed"] == {"password": False, "identities": []}

    def test_is_refused_like_the_undo_itself(self, thief, link, portal):
        portal.forward(**HOURS_72)

        assert self.looks(portal, link).problem == (410, "challenge-closed")

    def test_tells_nothing_of_what_counts_as_forgotten(self, thief, link, portal):
        thief.undoes(link)

        portal.forward(hours=144, minutes=-2)
        assert self.looks(portal, link).status == 200
        portal.forward(minutes=2)
        answer = self.looks(portal, link)

        assert (answer.problem, answer.body["reason"]) == ((410, "challenge-closed"), "expired")

    @pytest.mark.parametrize("token", ["", "und.acme", "und.acme.ct_nobody.x.y.z"])
    def test_tells_no_name_to_whoever_has_no_token(self, thief, portal, token):
        answer = self.looks(portal, token)

        assert answer.problem == (410, "challenge-closed")
        assert "Acme" not in str(answer.body)


class TestAnUndoThatMeetsAFault:
    def test_acc_04_changes_nothing_and_works_when_pressed_again(self, thief, link, portal, wire):
        thief.browser.changes_the_password(PASSWORD, thief.token)
        portal.delivers_mail()
        rows = portal.rows("people")
        wire.cut("dynamodb.TransactWriteItems")

        answer = thief.undoes(link)

        assert answer.problem == (503, "try-later")
        assert portal.rows("people") == rows
        wire.mend()
        assert thief.undoes(link).body["removed"]["password"]

    def test_acc_04_whose_answer_is_lost_is_made_once_and_says_what_went(
        self, thief, link, portal, wire
    ):
        thief.browser.changes_the_password(PASSWORD, thief.token)
        wire.lose_answers("dynamodb.TransactWriteItems", times=2)

        answer = thief.undoes(link)
        wire.mend()
        answer = answer if answer.status == 200 else thief.undoes(link)

        assert answer.body["removed"] == {"password": True, "identities": []}
        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_acc_04_is_beside_another_press_made_once(self, thief, link, portal, wire):
        wire.before("dynamodb.TransactWriteItems", lambda: thief.undoes(link))

        assert thief.undoes(link).body["removed"] == {"password": False, "identities": []}
        lines = [row for row in portal.records_trail() if row["name"] == "email.restored"]
        assert len(lines) == 1


class TestAnUndoBesideTheThief:
    @pytest.mark.parametrize("step", ["moves", "adds a password"])
    def test_acc_04_wins_over_what_the_thief_does_meanwhile(self, thief, link, portal, wire, step):
        def meanwhile() -> None:
            if step == "moves":
                moves(portal.ann.id, SECOND)
            else:
                thief.browser.changes_the_password(PASSWORD, thief.token)

        wire.before("dynamodb.TransactWriteItems", meanwhile)

        assert thief.undoes(link).body["removed"]["password"] == (step == "adds a password")
        assert owner_signs_in(portal)["id"] == portal.ann.id
        pointers = [row["pk"] for row in portal.rows("people") if row["sk"] == "pointer"]
        assert pointers == [f"acme#email#{OLD}"]

    def test_acc_07_lets_nobody_in_by_what_is_connected_at_that_moment(
        self, thief, link, portal, connects, wire
    ):
        def late() -> None:
            portal.forward(seconds=1)
            connects()

        wire.before("dynamodb.TransactWriteItems", late)

        assert thief.undoes(link).body["removed"] == {"password": False, "identities": []}
        owner = Member(portal, portal.another_browser()).signs_in(OLD)
        assert owner.asks("GET /v1/account").body["identities"] == []
        portal.forward(seconds=1)
        connects("owner")
        assert len(owner.asks("GET /v1/account").body["identities"]) == 1

    def test_acc_04_wins_although_something_changes_while_it_is_made(
        self, thief, link, portal, wire
    ):
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: portal.team.set_active(portal.id, portal.ann.id, True, by="test"),
        )

        assert thief.undoes(link).status == 200
        assert owner_signs_in(portal)["id"] == portal.ann.id

    def test_acc_04_gives_a_deactivated_contact_nothing_back(self, thief, link, portal):
        portal.deactivates(FIRST)
        before = portal.rows("people")

        assert thief.undoes(link).status == 410

        assert portal.rows("people") == before

    def test_acc_04_of_a_change_from_before_this_version_goes_on_working(self, thief, link, portal):
        """Its row names no changes before it, the head no change, and the address was freed."""
        (row,) = changes(portal)
        portal.writes("people", {name: row[name] for name in row if name != "before"})
        head = next(r for r in portal.rows("people") if r["sk"] == "head")
        portal.writes("people", {n: head[n] for n in head if n != "address_change"})
        pointer = next(r for r in portal.rows("people") if r["pk"] == f"acme#email#{OLD}")
        portal.removes("people", pointer)

        assert thief.undoes(link).status == 200
        assert owner_signs_in(portal)["id"] == portal.ann.id


def imports(portal: Portal, *entries: ContactLine) -> list[Any]:
    work = ContactImport("people", portal.workspace, "cli:olga", width=1)
    return [done for some in work.take(entries, lambda _: False) for done in some]


def thief_has_no(portal: Portal, address: str) -> bool:
    rows = [row for row in portal.rows("people") if row["pk"] == f"acme#email#{address}"]
    return all(row.get("contact") in (None, portal.ann.id) for row in rows)
