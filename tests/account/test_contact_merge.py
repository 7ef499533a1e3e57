"""CON-05: two contacts who are one person become one: what moves, sleeps and ends, and a function that
is killed on its way (portico/account/contact_merge.py, portico/account/merge_plan.py,
portico/people/merged_rows.py).
"""

from datetime import timedelta
from typing import Any

import pytest

from portico.account.contact_export import ContactExports
from portico.account.contact_merge import ContactMerges
from portico.account.contact_refs import AskedRef, ContactRefs
from portico.account.merge_undo import MergeUndos
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.errors import (
    AddressJustChanged,
    CannotMerge,
    ContactMerged,
    InvalidRequest,
    NotFound,
    OnTheTeam,
    TakenAlready,
)
from portico.people.address_chain import UNDO_LIFETIME
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.identities import Identity, identity_key
from portico.people.memberships import ABOVE_ALL, Role
from portico.people.merges import MERGE_UNDO_LIFETIME, MOST_MERGED, MOST_MOVED
from portico.people.refs import MOST_REFS, refs_key, refs_of
from portico.people.rules import Contact
from portico.team.members import TeamMembers
from tests.account.conftest import Member
from tests.account.test_erasure import Killed, after_two_days, kill_at
from tests.sso.conftest import World, connected, stage, world  # noqa: F401  # fixtures
from tests.support.driver import Portal

HOW: Any = {"host": "signin.acme.test", "by": "member:ct_olga"}
MERGES, UNDOS = ContactMerges("people", "sign-in"), MergeUndos("people", "sign-in")
REFS = ContactRefs("people")
ANN, OLD = "ann@example.com", "ann.archer@example.net"
PASSWORD = "four grey herons on one far wire"


@pytest.fixture
def old(portal: Portal) -> Contact:
    """The account that Ann had before, with another address."""
    return portal.adds("Ann A.", OLD, language="de")


def merge(portal: Portal, lost: Contact, survivor: Contact | None = None, **more: Any) -> Any:
    into = (survivor or portal.ann).id
    return MERGES.merge(portal.workspace, into, lost.id, **HOW, **more).answer()


def undo(portal: Portal, lost: Contact, survivor: Contact | None = None) -> Any:
    into = (survivor or portal.ann).id
    return UNDOS.undo(portal.workspace, into, lost.id, **HOW).answer()


def has_a_ref(portal: Portal, name: str, email: str, *, verified: bool = True) -> None:
    asked = AskedRef("messenger", name, email=email, verified=verified)
    REFS.put(portal.workspace, asked, by="key:k", reach=ABOVE_ALL)


def has_an_account(portal: Portal, contact: Contact, subject: str = "one") -> Identity:
    identity = Identity("google", "https://accounts.example.com", subject)
    pk, sk = identity_key("acme", identity)
    row = {"pk": pk, "sk": sk, "contact": contact.id, **identity.row(), "sver": 1, "linked_at": 7}
    row |= {"list": "acme#identities", "listed": f"{contact.id}#{identity.key}"}
    portal.writes("people", row)
    return identity


def row_of(portal: Portal, pk: str, sk: str) -> dict[str, Any]:
    return next(each for each in portal.rows("people") if (each["pk"], each["sk"]) == (pk, sk))


def refs_now(portal: Portal, contact: Contact) -> dict[str, bool]:
    keys = [
        each
        for each in portal.rows("people")
        if (each["pk"], each["sk"]) == refs_key("acme", contact.id)
    ]
    now = portal.team.contact("acme", contact.id)
    return {each.id: each.is_confirmed(now) for each in refs_of(keys[0] if keys else None)}


def with_everything(portal: Portal) -> Contact:
    """An old account with all that a merge moves, puts to sleep and ends."""
    old = portal.adds("Ann A.", "before@example.net", language="de")
    TeamEmailChanges("people", "sign-in").change(portal.workspace, old, OLD, **HOW)
    portal.clock.shift(UNDO_LIFETIME + timedelta(seconds=1))
    portal.sets(password_method=True)
    browser = portal.another_browser()
    browser.forgets_the_password(OLD)
    portal.delivers_mail()
    assert browser.sets_a_password(PASSWORD, portal.mailed_code()).status == 200
    assert portal.another_browser().types_a_password(PASSWORD, email=OLD).status == 200
    has_a_ref(portal, "8261", OLD)
    has_a_ref(portal, "4711", OLD, verified=False)
    has_an_account(portal, old)
    portal.personal_link(OLD, label="For the old one")
    portal.personal_link(OLD, break_glass=True)
    return portal.team.contact("acme", old.id)


class TestCon05AMerge:
    def test_says_before_what_it_does_and_does_that(self, portal):
        old = with_everything(portal)
        before = [portal.rows(name) for name in ("people", "sign-in", "trail")]

        dry = merge(portal, old, dry_run=True)

        assert [portal.rows(name) for name in ("people", "sign-in", "trail")] == before
        links = {row["id"]: row for row in portal.rows("people") if row.get("email_hint")}
        (glass,) = [each for each, row in links.items() if row.get("break_glass")]
        assert dry == {
            "lost": old.id,
            "dry_run": True,
            "moves": {
                "refs": [{"channel": "messenger", "id": each} for each in ("8261", "4711")],
                "links": [each for each in links if each != glass],
            },
            "sleeps": {
                "emails": [OLD, "before@example.net"],
                "accounts": [{"connection": "google", "label": "google"}],
            },
            "ends": {"sessions": 1, "password": True, "links": [glass]},
            "undo_until": int((portal.now + MERGE_UNDO_LIFETIME).timestamp()),
        }
        assert merge(portal, old) | {"dry_run": True} == dry

    def test_leaves_of_the_lost_one_that_they_were_merged(self, portal, old):
        merge(portal, old)

        head = row_of(portal, f"acme#contact#{old.id}", "head")
        left = {"pk", "sk", "id", "workspace", "name", "email", "active", "sver", "ended_at"}
        assert head.keys() == left | {"merged_into", "event"}
        assert (head["name"], head["email"], head["active"]) == ("", "", False)
        assert head["merged_into"] == portal.ann.id
        assert [each.id for each in portal.team.contacts("acme")] == [portal.ann.id]
        assert OLD not in str([e for e in portal.rows("people") if "#find#" in e["pk"]])

    def test_lets_the_survivor_sign_in_as_before_and_nobody_by_the_other_address(self, portal, old):
        merge(portal, old)

        assert portal.another_browser().signs_in(ANN).status == 200
        stranger, nobody = portal.another_browser(), portal.another_browser()
        answers = [stranger.asks_for_a_code(OLD), nobody.asks_for_a_code("nobody@example.com")]
        mails = len(portal.mails)
        portal.delivers_mail()
        assert [each.status for each in answers] == [202, 202]
        assert [each.to for each in portal.mails[mails:] if "code" in each.text.lower()] == []

    def test_ends_sessions_open_codes_and_resets_of_the_lost_one_at_once(self, portal, old):
        portal.sets(password_method=True)
        signed_in = portal.another_browser()
        signed_in.signs_in(OLD)
        waiting, resetting = portal.another_browser(), portal.another_browser()
        waiting.asks_for_a_code(OLD)
        portal.delivers_mail()
        code = portal.mailed_code()
        resetting.forgets_the_password(OLD)
        portal.delivers_mail()
        reset = portal.mailed_code()

        merge(portal, old)

        assert waiting.types(code).status == 410
        assert resetting.sets_a_password(PASSWORD, reset).status == 410
        portal.forward(minutes=1)
        assert signed_in.refreshes().status == 401

    def test_removes_the_password_of_the_lost_one(self, portal):
        old = with_everything(portal)
        assert portal.another_browser().types_a_password(PASSWORD, email=OLD).status == 200

        merge(portal, old)

        assert portal.another_browser().types_a_password(PASSWORD, email=OLD).status == 401
        assert "argon2" not in str([e for e in portal.rows("people") if old.id in e["pk"]])

    def test_keeps_the_address_for_the_survivor_who_gets_it_by_a_code(self, portal, old):
        merge(portal, old)
        portal.forward(days=29)
        with pytest.raises(TakenAlready):
            portal.adds("Somebody Else", OLD)
        ann = Member(portal, portal.another_browser()).signs_in()

        assert ann.moves(OLD).status == 200

        assert portal.another_browser().signs_in(OLD).body["contact"]["id"] == portal.ann.id

    def test_lets_anybody_have_the_address_after_thirty_days(self, portal, old):
        merge(portal, old)

        portal.forward(days=30)

        assert portal.adds("Somebody Else", OLD).id != old.id

    @pytest.mark.usefixtures("connected")
    def test_wakes_an_account_only_for_the_survivor_who_connects_it(self, portal, old):
        portal.another_browser().signs_in_with("google")
        portal.forward(minutes=1)
        merge(portal, portal.ann, old)

        assert portal.another_browser().signs_in_with("google").told == "sso-failed"

        survivor = Member(portal, portal.another_browser()).signs_in(OLD)
        assert survivor.reads()["identities"] == []
        started = survivor.asks("POST /v1/account/identities", {"connection": "google"})
        survivor.browser.trip = started.body["authorize_url"]
        assert survivor.browser.comes_back().told == "linked"
        came = portal.another_browser()
        assert came.signs_in_with("google").mark != "e"
        assert came.refreshes().body["contact"]["id"] == old.id

    def test_tells_both_addresses(self, portal, old):
        merge(portal, old)
        portal.delivers_mail()

        told = {mail.to[0]: str(mail.message["subject"]) for mail in portal.mails}
        assert told == {
            OLD: "Ihr Konto bei Acme Support wurde zusammengelegt",
            ANN: "Another account at Acme Support was merged into yours",
        }

    def test_names_the_other_address_in_no_mail(self, portal, old):
        merge(portal, old)
        portal.delivers_mail()

        for mail in portal.mails:
            other = OLD if mail.to[0] == ANN else ANN
            assert other not in str(mail.message)

    def test_is_a_line_with_both_ids_under_each(self, portal, old):
        merge(portal, old)

        lines = [each for each in portal.records_trail() if each["name"] == "contact.merged"]
        assert {each["pk"] for each in lines} == {
            f"acme#trail#{portal.ann.id}",
            f"acme#trail#{old.id}",
        }
        assert all(each["detail"] == {"survivor": portal.ann.id, "lost": old.id} for each in lines)
        assert {each["by"] for each in lines} == {HOW["by"]}

    def test_moves_links_which_open_the_survivors_page_and_mail_them(self, portal, old):
        token = portal.personal_link(OLD)

        merge(portal, old)
        portal.delivers_mail()

        browser = portal.another_browser()
        resolved = browser.opens_the_link(token)
        assert resolved.body["link"]["email_hint"] == "a•••@example.com"
        browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()
        assert set(portal.mails[-1].to) == {ANN}
        assert browser.types_the_mailed_code().body["contact"]["id"] == portal.ann.id
        assert {e.contact for e in portal.links.all("acme") if e.is_personal} == {portal.ann.id}

    def test_ends_a_break_glass_link(self, portal, old):
        token = portal.personal_link(OLD, break_glass=True)

        merge(portal, old)

        assert portal.another_browser().opens_the_link(token).status == 404

    def test_ref_01_confirms_no_ref_that_was_not(self, portal, old):
        has_a_ref(portal, "8261", OLD)
        has_a_ref(portal, "4711", OLD, verified=False)

        merge(portal, old)
        portal.another_browser().signs_in(ANN)

        assert refs_now(portal, portal.ann) == {"8261": True, "4711": False}
        assert refs_now(portal, old) == {}
        has_a_ref(portal, "4711", ANN)
        assert refs_now(portal, portal.ann) == {"8261": True, "4711": True}

    def test_of_one_without_an_address_moves_their_refs(self, portal):
        made = REFS.put(portal.workspace, AskedRef("x", "4711"), by="t", reach=ABOVE_ALL)

        merge(portal, made.contact)

        assert REFS.contact_at(portal.workspace, "x", "4711") == portal.ann.id

    def test_lets_an_export_have_what_happened_to_both(self, portal, old):
        portal.another_browser().signs_in(OLD)
        merge(portal, old)
        portal.records_trail()

        content = ContactExports("people", "sign-in", "trail").of(portal.workspace, portal.ann)

        assert content["merged"] == [old.id]
        assert content["former_emails"] == [OLD]
        assert "session.started" in [each["name"] for each in content["events"]]
        times = [each["at"] for each in content["events"]]
        assert times == sorted(times, reverse=True)

    def test_that_is_repeated_answers_the_same_and_does_nothing(self, portal, old):
        first = merge(portal, old)
        before = [portal.rows(name) for name in ("people", "sign-in")]
        portal.forward(minutes=5)

        assert merge(portal, old) == first
        assert [portal.rows(name) for name in ("people", "sign-in")] == before


class TestWhatIsRefused:
    def test_a_contact_and_themselves(self, portal):
        with pytest.raises(InvalidRequest):
            merge(portal, portal.ann)

    @pytest.mark.parametrize("role", Role)
    def test_somebody_on_the_team_cannot_be_the_lost_one(self, portal, old, role):
        TeamMembers("people", "sign-in").add(portal.workspace, old, role, **HOW)
        before = portal.rows("people")

        with pytest.raises(OnTheTeam):
            merge(portal, old)
        assert portal.rows("people") == before

    def test_somebody_who_joins_the_team_in_that_moment_neither(self, portal, old, wire):
        def joins() -> None:
            TeamMembers("people", "sign-in").add(portal.workspace, old, Role.AGENT, **HOW)

        wire.before("dynamodb.TransactWriteItems", joins)

        with pytest.raises(OnTheTeam):
            merge(portal, old)
        assert portal.team.contact("acme", old.id).active

    def test_a_survivor_who_is_off(self, portal, old):
        portal.deactivates()

        with pytest.raises(CannotMerge) as refused:
            merge(portal, old)
        assert refused.value.reason == "survivor-off"

    def test_a_survivor_without_an_address_if_the_other_has_one(self, portal, old):
        made = REFS.put(portal.workspace, AskedRef("x", "4711"), by="t", reach=ABOVE_ALL)

        with pytest.raises(CannotMerge) as refused:
            merge(portal, old, made.contact)
        assert refused.value.reason == "survivor-without-address"

    @pytest.mark.parametrize(("more", "count"), [(0, None), (1, MOST_MOVED + 1)])
    def test_more_than_one_transaction_moves_with_the_count(self, portal, old, more, count):
        for n in range(MOST_MOVED + more):
            has_an_account(portal, old, f"subject-{n}")
        before = portal.rows("people")

        if count is None:
            assert len(merge(portal, old)["sleeps"]["accounts"]) == MOST_MOVED
            return
        with pytest.raises(CannotMerge) as refused:
            merge(portal, old)
        assert (refused.value.reason, refused.value.count) == ("too-many-rows", count)
        assert portal.rows("people") == before

    def test_more_refs_than_a_contact_may_have(self, portal, old):
        for n in range(MOST_REFS // 2 + 1):
            has_a_ref(portal, f"old-{n}", OLD)
        for n in range(MOST_REFS // 2):
            has_a_ref(portal, f"ann-{n}", ANN)

        with pytest.raises(CannotMerge) as refused:
            merge(portal, old)
        assert (refused.value.reason, refused.value.count) == ("too-many-refs", MOST_REFS + 1)

    def test_one_more_than_twenty(self, portal):
        for n in range(MOST_MERGED):
            merge(portal, portal.adds("Ann A.", f"ann{n}@example.net"))

        with pytest.raises(CannotMerge) as refused:
            merge(portal, portal.adds("Ann A.", "last@example.net"))
        assert refused.value.reason == "too-many-merges"

    def test_more_than_twenty_by_another_one(self, portal, old):
        ben = portal.adds("Ben", "ben@example.com")
        for n in range(MOST_MERGED // 2):
            merge(portal, portal.adds("Ann A.", f"ann{n}@example.net"))
            merge(portal, portal.adds("Ben B.", f"ben{n}@example.net"), ben)

        with pytest.raises(CannotMerge) as refused:
            merge(portal, ben)
        assert (refused.value.reason, refused.value.count) == ("too-many-merges", MOST_MERGED + 1)

    def test_acc_06_a_lost_one_whose_address_can_still_be_taken_back(self, portal, old):
        """Whoever has taken the account over must not make it another's for good."""
        changes = TeamEmailChanges("people", "sign-in")
        moved = changes.change(portal.workspace, old, "thief@example.com", **HOW)
        before = portal.rows("people")

        with pytest.raises(AddressJustChanged):
            merge(portal, moved)
        assert portal.rows("people") == before

    @pytest.mark.parametrize("named", ["synced_as", "off_by"])
    def test_somebody_whom_a_directory_keeps_is_not_lost(self, portal, old, named):
        """Who leaves the company must be out, whoever they were merged into."""
        head = row_of(portal, f"acme#contact#{old.id}", "head")
        portal.writes("people", head | {named: "directory:4711"})

        with pytest.raises(CannotMerge) as refused:
            merge(portal, old)
        assert refused.value.reason == "lost-in-directory"
        merge(portal, portal.ann, old)

    @pytest.mark.parametrize("gone", ["survivor", "lost"])
    def test_somebody_who_is_gone(self, portal, old, gone):
        whom = old if gone == "lost" else portal.ann
        TeamErasures("people", "sign-in", "trail").erase(portal.workspace, whom, **HOW)

        with pytest.raises(NotFound):
            merge(portal, old)

    def test_what_becomes_of_one_who_was_merged_already(self, portal, old):
        ben = portal.adds("Ben", "ben@example.com")
        merge(portal, old)

        with pytest.raises(ContactMerged) as refused:
            merge(portal, old, ben)
        assert refused.value.survivor == portal.ann.id


class TestAChain:
    def test_leads_to_whoever_is_left(self, portal, old):
        ben = portal.adds("Ben", "ben@example.com")
        merge(portal, old, ben)
        merge(portal, ben)

        with pytest.raises(ContactMerged) as refused:
            merge(portal, ben, old)
        assert refused.value.survivor == portal.ann.id
        former = ContactExports("people", "sign-in", "trail").of(portal.workspace, portal.ann)
        assert set(former["former_emails"]) == {OLD, "ben@example.com"}
        assert former["merged"] == [ben.id, old.id]

    def test_is_undone_from_its_end(self, portal, old):
        ben = portal.adds("Ben", "ben@example.com")
        merge(portal, old, ben)
        merge(portal, ben)
        with pytest.raises(ContactMerged):
            undo(portal, old, ben)

        undo(portal, ben)
        undo(portal, old, ben)

        for email in (ANN, OLD, "ben@example.com"):
            assert portal.another_browser().signs_in(email).status == 200


class TestAtTheSameMoment:
    def test_two_that_cross_leave_one_contact(self, portal, old, wire):
        refused: list[Any] = []

        def crosses() -> None:
            merge(portal, portal.ann, old)

        wire.before("dynamodb.TransactWriteItems", crosses)
        try:
            merge(portal, old)
        except ContactMerged as error:
            refused.append(error.survivor)

        assert refused == [old.id]
        assert portal.team.contact("acme", old.id).active
        assert portal.another_browser().signs_in(OLD).status == 200
        assert portal.team.contact("acme", portal.ann.id).merged_into == old.id

    def test_two_into_one_are_both_there(self, portal, old, wire):
        ben = portal.adds("Ben", "ben@example.com")
        has_a_ref(portal, "8261", OLD)
        has_a_ref(portal, "4711", "ben@example.com")
        wire.before("dynamodb.TransactWriteItems", lambda: merge(portal, ben))

        merge(portal, old)

        assert refs_now(portal, portal.ann) == {"4711": True, "8261": True}
        row = row_of(portal, f"acme#contact#{portal.ann.id}", "merged")
        assert row["lost"] == [ben.id, old.id]

    def test_somebody_who_signs_in_as_the_lost_one_is_signed_out(self, portal, old, wire):
        browser = portal.another_browser()
        wire.before("dynamodb.TransactWriteItems", lambda: browser.signs_in(OLD))

        assert merge(portal, old)["ends"]["sessions"] in (0, 1)

        portal.forward(minutes=1)
        assert browser.refreshes().status == 401
        assert portal.team.contact("acme", old.id).merged_into == portal.ann.id

    def test_an_account_that_is_connected_meanwhile_comes_along_asleep(self, portal, old, wire):
        wire.before("dynamodb.TransactWriteItems", lambda: has_an_account(portal, old))

        merge(portal, old)

        identity = Identity("google", "https://accounts.example.com", "one")
        row = row_of(portal, *identity_key("acme", identity))
        assert (row["contact"], row["linked_at"]) == (portal.ann.id, 0)
        assert undo(portal, old)["back"]["accounts"]

    def test_a_first_ref_that_is_attached_meanwhile_comes_along(self, portal, old, wire):
        wire.before("dynamodb.TransactWriteItems", lambda: has_a_ref(portal, "8261", OLD))

        merge(portal, old)

        assert refs_now(portal, portal.ann) == {"8261": True}
        assert REFS.contact_at(portal.workspace, "messenger", "8261") == portal.ann.id
        assert undo(portal, old)["back"]["refs"]

    @pytest.mark.parametrize("named", ["synced_as", "off_by"])
    def test_somebody_whom_a_directory_takes_meanwhile_is_not_lost(self, portal, old, wire, named):
        def takes() -> None:
            head = row_of(portal, f"acme#contact#{old.id}", "head")
            portal.writes("people", head | {named: "directory:4711"})

        wire.before("dynamodb.TransactWriteItems", takes)

        with pytest.raises(CannotMerge) as refused:
            merge(portal, old)
        assert refused.value.reason == "lost-in-directory"

    def test_more_accounts_than_an_undo_has_room_for_do_not_come_along(self, portal, old, wire):
        for n in range(MOST_MOVED - 2):
            has_an_account(portal, old, f"subject-{n}")

        def connects() -> None:
            for n in range(30):
                has_an_account(portal, old, f"late-{n}")

        wire.before("dynamodb.TransactWriteItems", connects)
        merge(portal, old)

        assert len(undo(portal, old)["back"]["accounts"]) == MOST_MOVED

    def test_what_a_function_that_was_killed_has_left_comes_along_with_the_repeat(
        self, portal, old
    ):
        merge(portal, old)
        identity, link = has_an_account(portal, old), portal.personal_link()
        row = next(each for each in portal.rows("people") if each.get("email_hint"))
        place = row["listed"].replace(portal.ann.id, old.id)
        portal.writes("people", row | {"contact": old.id, "listed": place})

        merge(portal, old)

        found = row_of(portal, *identity_key("acme", identity))
        assert (found["contact"], found["linked_at"]) == (portal.ann.id, 0)
        assert portal.another_browser().opens_the_link(link).status == 200
        back = undo(portal, old)["back"]
        assert (len(back["accounts"]), back["links"]) == (1, [row["id"]])

    def test_a_link_that_is_made_meanwhile_comes_along(self, portal, old, wire):
        made: list[str] = []
        wire.before("dynamodb.TransactWriteItems", lambda: made.append(portal.personal_link(OLD)))

        merge(portal, old)

        hint = portal.another_browser().opens_the_link(made[0]).body["link"]["email_hint"]
        assert hint == "a•••@example.com"

    @pytest.mark.parametrize("whom", ["lost", "survivor"])
    def test_an_erasure_and_a_merge_leave_no_trace_of_whoever_is_erased(self, portal, whom, wire):
        old = with_everything(portal)
        who = old if whom == "lost" else portal.ann
        erasures = TeamErasures("people", "sign-in", "trail")

        def erases() -> None:
            erasures.erase(portal.workspace, portal.team.contact("acme", who.id), **HOW)

        wire.before("dynamodb.TransactWriteItems", erases)
        with pytest.raises(NotFound):
            merge(portal, old)

        left = portal.team.contact("acme", portal.ann.id if whom == "lost" else old.id)
        assert left.active
        assert portal.another_browser().signs_in(left.email).status == 200

    def test_an_erasure_that_meets_a_merge_takes_both(self, portal, wire):
        old = with_everything(portal)
        wire.before("dynamodb.TransactWriteItems", lambda: merge(portal, old))

        TeamErasures("people", "sign-in", "trail").erase(portal.workspace, portal.ann, **HOW)

        left = after_two_days(portal)
        assert [e for e in (OLD, "before@example.net", "Ann A.", "8261") if e in left] == []

    def test_an_erasure_of_the_lost_one_that_meets_their_merge_says_who_has_them(
        self, portal, wire
    ):
        old = with_everything(portal)

        def merges() -> None:
            merge(portal, old)

        # Behind what the erasure does first.
        wire.before("dynamodb.TransactWriteItems", lambda: None)
        wire.before("dynamodb.TransactWriteItems", merges)
        with pytest.raises(ContactMerged) as refused:
            TeamErasures("people", "sign-in", "trail").erase(portal.workspace, old, **HOW)
        assert refused.value.survivor == portal.ann.id


class TestErasingASurvivor:
    def test_takes_what_was_the_lost_ones(self, portal):
        old = with_everything(portal)
        merge(portal, old)

        TeamErasures("people", "sign-in", "trail").erase(portal.workspace, portal.ann, **HOW)

        left = after_two_days(portal)
        markers = (OLD, "before@example.net", "Ann A.", "8261", "4711", "For the old one")
        assert [each for each in markers if each in left] == []
        assert portal.adds("Somebody Else", OLD).id != old.id

    def test_leaves_no_merge_to_undo(self, portal, old):
        merge(portal, old)
        TeamErasures("people", "sign-in", "trail").erase(portal.workspace, portal.ann, **HOW)

        with pytest.raises(NotFound):
            undo(portal, old)


class TestAnImport:
    @pytest.mark.parametrize("says", [{"name": "Ann A."}, {"name": "Ann A.", "active": True}])
    def test_that_names_the_lost_address_makes_nobody(self, portal, old, says):
        merge(portal, old)
        before = portal.rows("people")
        importing = ContactImport("people", portal.workspace, "cli:olga")

        (done,) = importing.take([ContactLine(2, OLD, says)], lambda _: False)

        assert [(each.outcome, each.contact, each.has_moved_to) for each in done] == [
            ("unchanged", portal.ann.id, ANN)
        ]
        assert portal.rows("people") == before

    def test_that_names_the_lost_id_is_told_who_has_it(self, portal, old):
        merge(portal, old)
        importing = ContactImport("people", portal.workspace, "cli:olga")
        lines = [
            ContactLine(2, OLD, {"name": "Ann A."}, old.id),
            ContactLine(3, "new@example.com", {"name": "Ann A."}, old.id),
        ]

        (done,) = importing.take(lines, lambda _: False)

        assert [(each.outcome, each.reason) for each in done] == [
            ("refused", f"id: was merged into {portal.ann.id}")
        ] * 2


class TestAFunctionThatIsKilled:
    @pytest.mark.parametrize("arrives", [False, True])
    def test_at_any_write_leaves_both_or_one_and_can_be_repeated(self, portal, wire, arrives):
        number = 0
        while True:
            old = with_everything(portal)
            late = has_an_account(portal, old, "late")
            writes = kill_at(wire, number, arrives=arrives)
            try:
                merge(portal, old)
                wire.meddler = None
                break
            except Killed:
                wire.meddler = None
            now = portal.team.contact("acme", old.id)
            if now.merged_into is None:
                assert portal.another_browser().signs_in(OLD).status == 200
            merge(portal, old)
            assert portal.another_browser().signs_in(ANN).status == 200
            assert portal.team.contact("acme", old.id).merged_into == portal.ann.id
            assert row_of(portal, *identity_key("acme", late))["contact"] == portal.ann.id
            undo(portal, old)
            TeamErasures("people", "sign-in", "trail").erase(
                portal.workspace, portal.team.contact("acme", old.id), **HOW
            )
            number += 1
        assert number == len(writes) >= 1
