"""CON-04: erasing a contact: what goes, what stays, and a function that is killed on its way
(portico/account/erasure.py, portico/account/team_erasure.py).
"""

import os
from datetime import timedelta
from typing import Any

import pytest

from local.ses_events import SentMail, bounced
from portico.account.contact_merge import ContactMerges
from portico.account.contact_refs import AskedRef, ContactRefs
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.aws.keys import ring
from portico.deliveries.mail_tags import MailTags
from portico.errors import AddressJustChanged, OnTheTeam
from portico.ids import digest
from portico.people.address_chain import UNDO_LIFETIME
from portico.people.addresses import subject_of
from portico.people.identities import Identity, identity_key
from portico.people.memberships import ABOVE_ALL, Role
from portico.people.rules import Contact
from portico.team.members import TeamMembers
from portico.trail.entries import Entry, Outcome
from portico.trail.subjects import subjects_in_trail
from tests.support.doors import door, queue_record, stream_record
from tests.support.driver import OK, Portal
from tests.support.shared_rows import once, put_back

HOW: Any = {"host": "signin.acme.test", "by": "member:ct_olga"}
ERASURES = TeamErasures("people", "sign-in", "trail")
NAME, FIRST, SECOND = "Marlene Marker", "first.marker@example.com", "second.marker@example.net"
REFS = [f"marker-{n:02}" for n in range(20)]
SUBJECT, DEVICE, ZONE = "subject-of-marlene", "Markerfox (Windows)", "Pacific/Chatham"
NETWORK, STRANGE = "198.51.100.77", "198.51.100.78"
LABEL, HINT = "The lamp on the houseboat", "s•••@example.net"
WORDS = "smtp; 452 4.2.2 Frau Markerin does not clear her mailbox"
"""A mail server's own, in which anything may stand."""
LOST_NAME, LOST = "Malina Markow", "third.markow@example.org"
"""Somebody who was merged into her."""
LOST_SUBJECT, LOST_DEVICE, LOST_NETWORK = "subject-of-malina", "Markowfox (Linux)", "198.51.100.79"
PLANTED = [
    *(NAME, *NAME.lower().split(), FIRST, SECOND, *REFS, SUBJECT, DEVICE, ZONE, NETWORK, STRANGE),
    *(LABEL, HINT, WORDS, LOST_NAME, *LOST_NAME.lower().split(), LOST),
    *(LOST_SUBJECT, LOST_DEVICE, LOST_NETWORK),
]
MARKERS = [
    *PLANTED,
    # Hashes, as rows keep them or could: of whole texts, and of their beginnings.
    *(
        digest(each)[:16]
        for each in (NAME, FIRST, SECOND, SUBJECT, DEVICE, *REFS, LOST_NAME, LOST, LOST_SUBJECT)
    ),
    *(digest(f"https://accounts.example.com|{each}")[:16] for each in (SUBJECT, LOST_SUBJECT)),
]


def with_everything(portal: Portal) -> Contact:
    """A contact who has left a mark wherever one can be left, an undo's time ago."""
    contact = once("marlene", lambda: _leaves_marks(portal))
    portal.clock.shift(UNDO_LIFETIME + timedelta(seconds=1))
    return portal.team.contact("acme", contact.id)


def _leaves_marks(portal: Portal) -> Contact:
    browser = portal.another_browser(source_ip=STRANGE)
    # Before she was a contact: the trail files it under the address.
    browser.asks_for_a_code(FIRST)
    portal.delivers_mail()
    portal.records_trail()
    contact = portal.adds(NAME, FIRST, language="de")
    browser = portal.another_browser(source_ip=NETWORK)
    browser.signs_in(FIRST)
    portal.records_trail()
    refs = ContactRefs("people")
    for each in REFS:
        asked = AskedRef("x", each, email=FIRST)
        refs.put(portal.workspace, asked, by="key:k", reach=ABOVE_ALL)
    contact = portal.team.contact("acme", contact.id)
    TeamEmailChanges("people", "sign-in").change(portal.workspace, contact, SECOND, **HOW)
    portal.delivers_mail()
    portal.another_browser(source_ip=NETWORK).signs_in(SECOND)
    has_a_device(portal, contact, DEVICE)
    has_an_account(portal, contact, SUBJECT)
    portal.links.create("acme", by="test", contact=contact.id, label=LABEL)
    comes_back(portal, contact, SECOND)
    (head,) = (r for r in portal.rows("people") if r.get("name") == NAME)
    portal.writes("people", head | {"time_zone": ZONE})
    portal.records_trail()
    return contact


def with_two_in_one(portal: Portal) -> Contact:
    """The same contact, and somebody who was merged into her."""
    contact = with_everything(portal)
    once("malina", lambda: _is_merged_into(portal, contact))
    return portal.team.contact("acme", contact.id)


def _is_merged_into(portal: Portal, contact: Contact) -> None:
    lost = portal.adds(LOST_NAME, LOST)
    portal.another_browser(source_ip=LOST_NETWORK).signs_in(LOST)
    has_a_device(portal, lost, LOST_DEVICE)
    has_an_account(portal, lost, LOST_SUBJECT)
    ContactMerges("people", "sign-in").merge(portal.workspace, contact.id, lost.id, **HOW)
    portal.records_trail()


def has_a_device(portal: Portal, contact: Contact, device: str) -> None:
    for row in portal.session_rows():
        if row["pk"].endswith(contact.id):
            portal.writes("sign-in", row | {"device": device})


def has_an_account(portal: Portal, contact: Contact, subject: str) -> None:
    identity = Identity("google", "https://accounts.example.com", subject)
    pk, sk = identity_key("acme", identity)
    row = {"pk": pk, "sk": sk, "contact": contact.id, **identity.row(), "sver": 1, "linked_at": 1}
    row |= {"list": "acme#identities", "listed": f"{contact.id}#{identity.key}"}
    portal.writes("people", row)


def comes_back(portal: Portal, contact: Contact, to: str) -> None:
    """A mail of theirs does, and its server says why."""
    key = ring(os.environ["CODE_SECRET"]).current().delivery
    tags = MailTags("acme", "0123456789ab", 1, contact.id, 365).signed(key=key, to=to)
    told = bounced(SentMail("ses-1", to, tags, portal.now), WORDS)
    assert door("record_delivery").handler({"Records": [queue_record(told)]}, None) == OK


def after_two_days(portal: Portal) -> str:
    """All rows of the three tables, once DynamoDB has taken those whose time was over."""
    portal.clock.shift(timedelta(days=2))
    now = int(portal.now.timestamp())
    rows = [*portal.rows("people"), *portal.rows("sign-in"), *portal.whole_trail()]
    return "\n".join(str(row) for row in rows if row.get("ttl", now) >= now)


def listed(portal: Portal) -> dict[str, Outcome]:
    """How each row of the list ended."""
    entries = [Entry.from_row(row) for row in portal.listed()]
    return {each.place.id: each.outcome for each in entries}


def erase(portal: Portal, contact: Contact) -> None:
    ERASURES.erase(portal.workspace, contact, **HOW)


class TestErasing:
    def test_leaves_no_marker_and_no_hash_of_one(self, portal):
        contact = with_two_in_one(portal)
        keyed = [
            each
            for email in (FIRST, SECOND)
            for each in subjects_in_trail("trail", "acme", subject_of(email))
        ]
        before = str([portal.rows("people"), portal.rows("sign-in"), portal.whole_trail()])
        assert sum(each in before for each in keyed) == 2
        assert len(set(PLANTED)) >= 40
        assert [each for each in PLANTED if each not in before] == []

        erase(portal, contact)

        left = after_two_days(portal)
        assert [e for e in [*MARKERS, *keyed] if e in left.casefold() or e in left] == []

    def test_takes_them_from_people_and_trail_at_once(self, portal):
        contact = with_two_in_one(portal)

        erase(portal, contact)

        left = str([portal.rows("people"), portal.whole_trail()])
        assert [each for each in MARKERS if each in left] == []

    def test_leaves_the_core_of_the_list(self, portal):
        contact = with_everything(portal)
        before = listed(portal)

        erase(portal, contact)

        portal.records_trail()
        assert before.items() <= listed(portal).items()
        assert {Outcome.SIGNED_IN, Outcome.WITHHELD} <= set(before.values())

    def test_tra_03_brings_nothing_back_by_an_event_that_comes_late(self, portal):
        browser = portal.another_browser(source_ip=NETWORK)
        browser.asks_for_a_code()
        asked = portal.challenge_row(browser)
        portal.delivers_mail()
        portal.records_trail()
        erase(portal, portal.ann)

        late = {"Records": [stream_record(asked)]}
        assert door("record_trail").handler(late, None) == OK

        (row,) = [each for each in portal.listed() if "code.mailed" in str(each)]
        assert NETWORK not in str(row)
        assert "code.requested" in str(row)

    def test_before_the_list_has_heard_of_a_sign_in_keeps_it_out_too(self, portal):
        browser = portal.another_browser(source_ip=NETWORK)
        browser.asks_for_a_code()
        asked = portal.challenge_row(browser)
        portal.delivers_mail()
        portal.records_trail()
        for row in portal.listed():
            portal.removes("trail", row)
        erase(portal, portal.ann)

        late = {"Records": [stream_record(asked)]}
        assert door("record_trail").handler(late, None) == OK

        assert NETWORK not in str(portal.listed())

    def test_leaves_that_there_was_a_contact_and_what_happened(self, portal):
        contact = with_everything(portal)

        erase(portal, contact)

        head = portal.team.contact("acme", contact.id)
        assert (head.is_gone, head.active, head.email) == (True, False, "")
        names = [e["name"] for e in portal.records_trail() if e["pk"].endswith(contact.id)]
        assert "session.started" in names
        assert "contact.erased" in names

    def test_ends_every_session_and_frees_address_and_refs(self, portal):
        contact = with_everything(portal)
        browser = portal.another_browser()
        browser.signs_in(SECOND)

        erase(portal, contact)

        portal.forward(minutes=1)
        assert browser.refreshes().status == 401
        for email in (FIRST, SECOND):
            assert portal.adds("Somebody New", email).id != contact.id
        asked = AskedRef("x", REFS[0])
        made = ContactRefs("people").put(portal.workspace, asked, by="t", reach=ABOVE_ALL)
        assert made.is_new

    def test_revokes_personal_links(self, portal):
        link = portal.personal_link()

        erase(portal, portal.team.contact("acme", portal.ann.id))

        assert portal.another_browser().opens_the_link(link).status == 404
        assert "a•••@" not in str(portal.rows("people"))

    def test_revokes_a_link_that_is_made_meanwhile(self, portal, wire):
        made = []

        def makes():
            made.append(portal.personal_link())

        wire.before("dynamodb.TransactWriteItems", makes)

        erase(portal, portal.ann)

        assert portal.another_browser().opens_the_link(made[0]).status == 404
        assert "a•••@" not in str(portal.rows("people"))

    def test_that_is_repeated_takes_a_link_that_a_cut_off_call_has_left(self, portal):
        link = portal.personal_link()
        row = next(each for each in portal.rows("people") if each.get("email_hint"))
        erase(portal, portal.ann)
        portal.writes("people", row)

        erase(portal, portal.team.contact("acme", portal.ann.id))

        assert portal.another_browser().opens_the_link(link).status == 404
        assert "a•••@" not in str(portal.rows("people"))

    def test_tells_the_address(self, portal):
        contact = with_everything(portal)
        mails = len(portal.mails)

        erase(portal, contact)
        portal.delivers_mail()

        told = [each.to[0] for each in portal.mails[mails:]]
        assert set(told) == {FIRST, SECOND}

    def test_of_a_deactivated_contact_works_too(self, portal):
        portal.deactivates()

        erase(portal, portal.team.contact("acme", portal.ann.id))

        assert portal.team.contact("acme", portal.ann.id).is_gone

    def test_of_one_without_an_address_works_too(self, portal):
        asked = AskedRef("x", "4711")
        made = ContactRefs("people").put(portal.workspace, asked, by="t", reach=ABOVE_ALL)

        erase(portal, made.contact)

        assert "4711" not in str(portal.rows("people"))

    def test_waits_until_the_last_change_of_address_stands(self, portal):
        """Whoever has moved it must not take it away for good."""
        changes = TeamEmailChanges("people", "sign-in")
        moved = changes.change(portal.workspace, portal.ann, "thief@example.com", **HOW)
        before = portal.rows("people")

        with pytest.raises(AddressJustChanged):
            erase(portal, moved)
        assert portal.rows("people") == before

    @pytest.mark.parametrize("role", Role)
    def test_api_07_is_of_nobody_on_the_team(self, portal, role):
        team = TeamMembers("people", "sign-in")
        team.add(portal.workspace, portal.ann, role, **HOW)
        ann = portal.team.contact("acme", portal.ann.id)

        with pytest.raises(OnTheTeam):
            erase(portal, ann)
        assert portal.team.contact("acme", portal.ann.id) == ann

    def test_of_whoever_signs_in_meanwhile_forgets_that_too(self, portal, wire):
        def signs_in():
            portal.another_browser().signs_in()

        wire.before("dynamodb.TransactWriteItems", signs_in)

        erase(portal, portal.ann)

        assert portal.team.contact("acme", portal.ann.id).is_gone
        assert not [row for row in portal.session_rows() if "device" in row or "network" in row]

    def test_of_whoever_renames_themselves_meanwhile_leaves_no_row(self, portal, wire):
        def renames():
            portal.team.change_contact("acme", portal.ann.id, {"name": "Zoe Zorn"}, by="test")

        wire.before("dynamodb.TransactWriteItems", renames)

        erase(portal, portal.ann)

        assert "zorn" not in str(portal.rows("people")).lower()


class Killed(BaseException):
    """The function is gone in this moment."""


def kill_at(wire: Any, number: int, *, arrives: bool) -> list[str]:
    """End whatever runs at its write of this *number*; return the writes that were begun."""
    writes: list[str] = []

    def meddle(operation: str, _request: Any, arrive: Any) -> Any:
        if operation.rpartition(".")[2] not in ("PutItem", "UpdateItem", "TransactWriteItems"):
            return arrive()
        writes.append(operation)
        if len(writes) - 1 == number:
            if arrives:
                arrive()
            raise Killed
        return arrive()

    wire.meddler = meddle
    return writes


class TestAFunctionThatIsKilled:
    @pytest.mark.parametrize("arrives", [False, True])
    def test_at_any_write_leaves_a_contact_or_none_and_can_be_repeated(self, portal, wire, arrives):
        contact = with_everything(portal)
        killed, number = True, 0
        writes: list[str] = []
        while killed:
            with put_back():
                writes = kill_at(wire, number, arrives=arrives)
                try:
                    erase(portal, contact)
                    killed = False
                except Killed:
                    wire.meddler = None
                    # Either they are a contact with all that a sign-in reads, or they are gone.
                    now = portal.team.contact("acme", contact.id)
                    assert now.is_gone or (now.email, now.name) == (SECOND, NAME)
                    if not now.is_gone:
                        assert portal.another_browser().signs_in(SECOND).status == 200
                        now = portal.team.contact("acme", contact.id)
                    erase(portal, now)
                    left = str([portal.rows("people"), portal.whole_trail()])
                    assert [each for each in MARKERS if each in left] == []
                    assert DEVICE not in str(portal.session_rows())
                    number += 1
        wire.meddler = None
        assert number == len(writes) >= 4


class TestRowsWhoseTimeIsOver:
    """DynamoDB takes a row away between our read and our write: it stays gone."""

    @pytest.mark.parametrize("kind", ["#trail#", "session#", "email-change#", "merge#"])
    def test_do_not_come_back_as_their_keys(self, portal, wire, kind):
        contact = with_everything(portal)
        lost = portal.adds("Marlene M.", "third.marker@example.net")
        ContactMerges("people", "sign-in").merge(portal.workspace, contact.id, lost.id, **HOW)
        contact = portal.team.contact("acme", contact.id)

        def of_kind() -> list[tuple[str, Any]]:
            return [
                (table, row)
                for table in ("people", "sign-in", "trail")
                for row in portal.rows(table)
                if kind in f"{row['pk']}{row['sk']}" and row["sk"] != "key"
            ]

        assert of_kind()

        swept = []

        def meddle(operation: str, request: Any, arrive: Any) -> Any:
            if operation == "dynamodb.TransactWriteItems":
                said = request.body.decode()
                written = [
                    (t, r)
                    for t, r in of_kind()
                    if f'"{r["pk"]}"' in said and f'"{r["sk"]}"' in said
                ]
                for table, row in written:
                    portal.removes(table, row)
                    swept.append(row)
            return arrive()

        wire.meddler = meddle
        erase(portal, contact)
        wire.meddler = None

        assert swept
        assert not [row for _, row in of_kind() if row.keys() == {"pk", "sk"}]
        assert portal.team.contact("acme", contact.id).is_gone
