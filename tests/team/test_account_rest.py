"""An account that reading a member's mailbox was enough to connect (portico/team/account_rest.py).

Mallory reads Ann's mailbox, and Acme's team takes single sign-on alone.
"""

from datetime import timedelta
from typing import Any

import pytest

from portico.aws.tables import Rows
from portico.errors import NotFound
from portico.people.memberships import Role, membership_key
from portico.sessions.team_sessions import TeamSessions
from portico.team.account_rest import MOST_RESTING, MOST_RESTS_AT_ONCE, takes_any_account
from portico.team.members import TeamMembers
from portico.team.store import Memberships
from portico.team.team_entry import TeamEntries
from tests.account.conftest import Member as Contact
from tests.sso.test_link_account import adds
from tests.sso.test_proving import proves
from tests.team.test_manage_workspace import TEAM, Staff
from tests.team.test_team_token import HOW, Member, refused

EVERYBODY = ("microsoft", "google", "oidc", "facebook", "twitter")
DAYS = 10
MALLORY, MALLORYS = "erik", "erik@example.com"
"""An account at Google, and the address that Google vouches for."""


@pytest.fixture
def entries(connected, portal):
    """Ann and Ben have been on the team for ten days, and it takes single sign-on alone."""
    members = TeamMembers("people", "sign-in")
    ben = portal.adds("Ben Okafor", "ben@example.com")
    members.add(portal.workspace, ben, Role.OWNER, **HOW)
    members.add(portal.workspace, portal.ann, Role.AGENT, **HOW)
    portal.forward(days=DAYS)
    entries = TeamEntries("people", "sign-in")
    entries.set_methods(portal.workspace, ["sso"], **HOW)
    for each in EVERYBODY:
        entries.confirm_connection(portal.workspace, each, **HOW)
    portal.forward(hours=1)
    portal.delivers_mail()
    return entries


@pytest.fixture
def mallory(entries, portal):
    """A browser that comes by an account of its own."""
    return Member(portal)


class Boss(Staff):
    """An owner, for whose address Google vouches."""

    def signs_in(self) -> None:
        assert self.browser.signs_in_with("google", "ben").status == 303
        self.bearer = self.token()


def connects_by_code(portal, connection="facebook", account="ben"):
    thief = Contact(portal, portal.another_browser()).signs_in()
    assert adds(thief, connection, account).told == "linked"


def moves_to_mallorys(portal):
    thief = Contact(portal, portal.another_browser()).signs_in()
    assert thief.moves(MALLORYS).status == 200


def leaves_and_comes_back(portal, meanwhile=lambda: None):
    members = TeamMembers("people", "sign-in")
    members.remove(portal.workspace, portal.ann, **HOW)
    portal.forward(hours=5)
    meanwhile()
    members.add(portal.workspace, portal.ann, Role.AGENT, **HOW)


def comes(member, portal, connection="facebook", account="ben"):
    """Come by an account, and ask for the team's token."""
    member.browser = portal.another_browser()
    assert member.browser.signs_in_with(connection, account).status == 303
    return member.asks()


class TestSso08AnAccountThatTheMailboxConnected:
    def test_gives_no_token_for_72_hours_and_says_until_when(self, mallory, portal):
        connects_by_code(portal)

        answer = comes(mallory, portal)

        assert refused(answer) == (403, "account")
        assert answer.body["until"] == int(portal.now.timestamp()) + 72 * 3600
        portal.forward(hours=71, minutes=59)
        assert refused(comes(mallory, portal)) == (403, "account")
        portal.forward(minutes=1)
        assert comes(mallory, portal).status == 200

    def test_rests_from_the_first_try_on_so_that_nobody_waits_it_out_unseen(self, mallory, portal):
        connects_by_code(portal)
        portal.forward(days=30)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_is_told_to_the_member_and_to_all_owners_once(self, mallory, portal):
        connects_by_code(portal)
        portal.delivers_mail()
        before = len(portal.mails)

        comes(mallory, portal)
        mallory.asks()
        comes(mallory, portal)
        portal.delivers_mail()

        told = portal.mails[before:]
        told_to = sorted(to for mail in told for to in set(mail.to))
        assert told_to == ["ann@example.com", "ben@example.com"]
        assert all(": + facebook → " in mail.text for mail in told)

    def test_is_a_line_of_the_trail(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)

        (line,) = [each for each in portal.records_trail() if each["name"] == "team.account-rests"]
        assert line["detail"] == {"contact": portal.ann.id, "connection": "facebook"}
        assert line["by"] == f"member:{portal.ann.id}"

    def test_is_one_that_a_code_proved_on_the_way_in_as_well(self, mallory, portal):
        assert proves(portal, portal.another_browser()).status == 200

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_stays_one_when_its_row_is_written_anew(self, mallory, portal):
        """As by the first sign-in after all sessions were ended, which any contact may do."""
        connects_by_code(portal)
        TeamSessions("people", "sign-in").end_all(portal.workspace, portal.ann.id, by="cli:olga")
        portal.another_browser().signs_in_with("facebook", "ben")

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_is_one_that_was_connected_by_such_an_account(self, mallory, portal):
        connects_by_code(portal)
        chain = Contact(portal, portal.another_browser())
        chain.browser.signs_in_with("facebook", "ben")
        chain.token = chain.browser.refreshes().body["access_token"]
        assert adds(chain, "twitter").told == "linked"
        comes(mallory, portal)
        portal.forward(hours=72)

        assert comes(mallory, portal).status == 200
        assert refused(comes(mallory, portal, "twitter")) == (403, "account")

    def test_is_one_whose_provider_vouches_for_an_address_that_the_mailbox_changed(
        self, mallory, portal
    ):
        """Google vouches for it, and it is Mallory's."""
        moves_to_mallorys(portal)
        portal.forward(hours=72)
        portal.delivers_mail()
        before = len(portal.mails)

        assert refused(comes(mallory, portal, "google", MALLORY)) == (403, "account")

        portal.delivers_mail()
        assert "ben@example.com" in {to for mail in portal.mails[before:] for to in mail.to}
        assert refused(comes(mallory, portal, "google", MALLORY)) == (403, "account")
        portal.forward(hours=72)
        assert comes(mallory, portal, "google", MALLORY).status == 200

    def test_is_one_that_a_code_connected_before_its_address_became_the_contacts(
        self, mallory, portal
    ):
        connects_by_code(portal, "google", MALLORY)
        moves_to_mallorys(portal)
        portal.forward(hours=72)

        assert refused(comes(mallory, portal, "google", MALLORY)) == (403, "account")

    def test_is_one_that_such_an_account_has_connected(self, mallory, portal):
        moves_to_mallorys(portal)
        chain = Contact(portal, portal.another_browser())
        chain.browser.signs_in_with("google", MALLORY)
        chain.token = chain.browser.refreshes().body["access_token"]
        assert adds(chain, "facebook").told == "linked"
        portal.forward(hours=72)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_is_none_once_an_owner_has_confirmed_the_address(self, mallory, portal):
        moves_to_mallorys(portal)
        moved = portal.team.contact("acme", portal.ann.id)
        mallory.entries.confirm_address(portal.workspace, moved, **HOW)

        assert comes(mallory, portal, "google", MALLORY).status == 200

    def test_signs_in_to_the_portal_meanwhile(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)

        assert mallory.browser.refreshes().status == 200

    def test_rests_anew_once_it_was_connected_anew(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)
        portal.forward(hours=72)
        assert comes(mallory, portal).status == 200

        connects_by_code(portal)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_keeps_no_account_of_the_member_waiting(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)

        # Google vouches for Ann's address.
        assert comes(mallory, portal, "google", "ann").status == 200

    def test_is_remembered_with_the_newest_only(self, mallory, portal):
        rows = Memberships("people", "acme")
        member = rows.get(portal.ann.id)
        assert member
        event: Any = type("E", (), {"rider": lambda self: None})()
        old = {f"facebook:{n}": n for n in range(MOST_RESTING)}
        from portico.aws.tables import transact_surely

        transact_surely({"member": rows.resting(member, old, event)})
        connects_by_code(portal)
        comes(mallory, portal)

        found = rows.get(portal.ann.id)
        assert found
        assert len(found.accounts) == MOST_RESTING
        assert "facebook:0" not in found.accounts

    def test_rests_on_while_the_mailbox_leads_to_the_team_for_a_while(self, mallory, portal):
        """As where the provider is away for an afternoon, and owners let codes in meanwhile."""
        connects_by_code(portal)
        comes(mallory, portal)
        mallory.entries.set_methods(portal.workspace, [], **HOW)
        portal.forward(hours=5)
        mallory.entries.set_methods(portal.workspace, ["sso"], **HOW)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_on_where_the_member_is_taken_off_the_team_and_comes_back(self, mallory, portal):
        """As owners do who were told of it."""
        connects_by_code(portal)
        comes(mallory, portal)
        leaves_and_comes_back(portal)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_where_it_waited_unseen_for_the_member_to_come_back(self, mallory, portal):
        connects_by_code(portal)
        leaves_and_comes_back(portal)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_where_nobody_knows_when_the_member_first_came(self, mallory, portal):
        """As of a member from before there was this."""
        key = membership_key("acme", portal.ann.id)
        Rows("people", "acme#").update(
            *key, "REMOVE joined_at", "role = :agent", {":agent": "agent"}
        )
        leaves_and_comes_back(portal, meanwhile=lambda: connects_by_code(portal))

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_where_it_was_connected_while_the_member_was_away(self, mallory, portal):
        leaves_and_comes_back(portal, meanwhile=lambda: connects_by_code(portal))

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_where_one_second_has_connected_it_and_chosen_single_sign_on_alone(
        self, mallory, portal
    ):
        mallory.entries.set_methods(portal.workspace, [], **HOW)
        connects_by_code(portal)
        mallory.entries.set_methods(portal.workspace, ["sso"], **HOW)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_rests_where_it_was_connected_72_hours_after_the_member_came(self, mallory, portal):
        zoe = portal.adds("Zoe", "zoe@example.com")
        TeamMembers("people", "sign-in").add(portal.workspace, zoe, Role.AGENT, **HOW)
        portal.forward(hours=72)
        proves(portal, portal.another_browser(), email="zoe@example.com")

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_is_one_of_few_that_owners_are_told_of_in_those_days(self, mallory, portal):
        """Whoever reads the mailbox could else have as many mails sent as they connect accounts."""
        for _ in range(MOST_RESTS_AT_ONCE):
            connects_by_code(portal)
            assert refused(comes(mallory, portal)) == (403, "account")
            portal.forward(minutes=30)
        first = portal.now - timedelta(minutes=30 * MOST_RESTS_AT_ONCE)
        portal.delivers_mail()
        connects_by_code(portal)
        portal.delivers_mail()
        before = len(portal.mails)

        answer = comes(mallory, portal)
        portal.delivers_mail()

        assert refused(answer) == (403, "account")
        # No sooner than the rest that begins once the first of them is over.
        assert answer.body["until"] == int(first.timestamp()) + 2 * 72 * 3600
        assert len(portal.mails) == before
        # What an owner has confirmed rests no more, so there is room again.
        mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)
        assert comes(mallory, portal).body["until"] == int(portal.now.timestamp()) + 72 * 3600

    def test_of_two_tries_at_once_begins_one_rest(self, mallory, portal, wire):
        connects_by_code(portal)
        other = Member(portal)
        mallory.browser = portal.another_browser()
        mallory.browser.signs_in_with("facebook", "ben")
        wire.before("dynamodb.TransactWriteItems", lambda: comes(other, portal))

        assert mallory.asks().status == 503
        assert refused(mallory.asks()) == (403, "account")


class TestSso08AnAccountThatDoesNotRest:
    def test_is_one_whose_provider_vouches_for_the_address(self, mallory, portal):
        portal.forward(minutes=1)
        connects_by_code(portal, "google", "ann")

        assert comes(mallory, portal, "google", "ann").status == 200

    def test_was_connected_by_an_account_that_needed_no_mailbox(self, mallory, portal):
        ann = Contact(portal, portal.another_browser())
        ann.browser.signs_in_with("google", "ann")
        ann.token = ann.browser.refreshes().body["access_token"]
        assert adds(ann, "facebook").told == "linked"

        assert comes(mallory, portal).status == 200

    def test_is_of_a_connection_that_takes_the_accounts_of_one_tenant(self, mallory, portal):
        connects_by_code(portal, "microsoft")

        assert comes(mallory, portal, "microsoft").status == 200

    @pytest.mark.parametrize("methods", [[], ["code", "sso"], ["password", "sso"]])
    def test_is_of_a_team_that_a_mailbox_leads_to_anyway(self, mallory, portal, methods):
        mallory.entries.set_methods(portal.workspace, methods, **HOW)
        connects_by_code(portal)

        assert comes(mallory, portal).status == 200

    def test_was_there_before_the_team_took_single_sign_on_alone(self, mallory, portal):
        """Whoever chooses it has just connected theirs, and must not lock themselves out."""
        mallory.entries.set_methods(portal.workspace, [], **HOW)
        connects_by_code(portal)
        portal.forward(minutes=1)
        mallory.entries.set_methods(portal.workspace, ["sso"], **HOW)

        assert comes(mallory, portal).status == 200

    def test_is_of_whoever_came_to_the_team_less_than_72_hours_ago(self, mallory, portal):
        members = TeamMembers("people", "sign-in")
        zoe = portal.adds("Zoe", "zoe@example.com")
        members.add(portal.workspace, zoe, Role.AGENT, **HOW)
        portal.forward(hours=71)
        proves(portal, portal.another_browser(), email="zoe@example.com")
        portal.forward(hours=2)

        assert comes(mallory, portal).status == 200

    def test_is_the_first_owners_of_a_fresh_workspace(self, connected, portal):
        """Whom the command has made the owner, and who has never come by anything."""
        TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
        entries = TeamEntries("people", "sign-in")
        entries.set_methods(portal.workspace, ["sso"], **HOW)
        entries.confirm_connection(portal.workspace, "facebook", **HOW)
        portal.forward(hours=5)
        proves(portal, portal.another_browser())

        assert comes(Member(portal), portal).status == 200

    def test_is_none_of_a_member_for_another_role(self, mallory, portal):
        members = TeamMembers("people", "sign-in")
        members.change(portal.workspace, portal.ann, Role.ADMIN, **HOW)
        connects_by_code(portal)

        assert refused(comes(mallory, portal)) == (403, "account")

    def test_costs_whoever_comes_by_it_no_call_more(self, mallory, portal, wire):
        """Nor does any other sign-in of the team's."""
        counted = []
        for account, connection in (("ann", "google"), ("ben", "facebook")):
            if connection == "facebook":
                connects_by_code(portal)
                comes(mallory, portal)
                portal.forward(hours=72)
            mallory.browser = portal.another_browser()
            mallory.browser.signs_in_with(connection, account)
            wire.forget()
            assert mallory.asks().status == 200
            counted.append(wire.operations)
        assert counted[0] == counted[1]


class TestSso08AnOwner:
    def test_sees_it_wait_and_confirms_it_by_the_route(self, mallory, portal):
        owner = Boss(portal, "ben@example.com")
        connects_by_code(portal)
        until = comes(mallory, portal).body["until"]

        def waiting():
            return owner.sends(f"GET {TEAM}").body["waiting"]

        (entry,) = waiting()
        assert entry.pop("etag")
        assert entry == {
            "what": "account",
            "id": portal.ann.id,
            "until": until,
            "connection": "facebook",
        }

        path = {"contact": portal.ann.id}
        assert owner.sends(f"POST {TEAM}/{{contact}}/confirm", path=path).status == 204

        assert waiting() == []
        assert comes(mallory, portal).status == 200
        # The press again, whose answer was lost.
        assert owner.sends(f"POST {TEAM}/{{contact}}/confirm", path=path).status == 204
        (line,) = [
            each for each in portal.records_trail() if each["name"] == "team.account-confirmed"
        ]
        assert line["detail"] == {"contact": portal.ann.id, "connection": "facebook"}

    def test_sees_nothing_wait_once_the_mailbox_leads_to_the_team_again(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)
        mallory.entries.set_methods(portal.workspace, [], **HOW)

        found = TeamMembers("people", "sign-in").of(portal.workspace)
        memberships = [each.membership for each in found]
        assert mallory.entries.waiting(portal.workspace, [], memberships) == []

    def test_has_nothing_to_confirm_of_whoever_waits_for_nothing(self, mallory, portal):
        with pytest.raises(NotFound):
            mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)

    def test_has_nothing_to_confirm_once_it_is_over(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)
        portal.forward(hours=72)

        with pytest.raises(NotFound):
            mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)

    def test_confirms_one_account_and_no_later_one(self, mallory, portal):
        connects_by_code(portal)
        comes(mallory, portal)
        mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)
        portal.forward(minutes=1)
        connects_by_code(portal, "twitter")

        assert refused(comes(mallory, portal, "twitter")) == (403, "account")
        assert comes(mallory, portal).status == 200

    def test_confirms_one_account_and_no_other_of_the_same_second(self, mallory, portal):
        """Mallory had a code ready, and typed it when Ann typed hers."""
        for account in ("ben", "ann"):
            connects_by_code(portal, "facebook", account)
        comes(mallory, portal, "facebook", "ben")
        mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)

        assert refused(comes(mallory, portal, "facebook", "ann")) == (403, "account")
        assert comes(mallory, portal, "facebook", "ben").status == 200

    def test_confirms_the_one_that_they_mean_and_none_that_came_to_it(self, mallory, portal):
        """Mallory reads of Ann's account in the mailbox, and has another ready."""
        owner = Boss(portal, "ben@example.com")
        connects_by_code(portal)
        comes(mallory, portal)
        (seen,) = owner.sends(f"GET {TEAM}").body["waiting"]
        portal.forward(minutes=1)
        connects_by_code(portal, "twitter")
        comes(mallory, portal, "twitter")

        path = {"contact": portal.ann.id}
        for _ in range(2):
            answer = owner.sends(
                f"POST {TEAM}/{{contact}}/confirm", path=path, headers={"if-match": seen["etag"]}
            )
            assert answer.status == 204

        assert comes(mallory, portal).status == 200
        assert refused(comes(mallory, portal, "twitter")) == (403, "account")
        left = owner.sends(f"GET {TEAM}").body["waiting"]
        assert [each["connection"] for each in left] == ["twitter"]

    def test_confirms_nothing_by_what_never_was(self, mallory, portal):
        owner = Boss(portal, "ben@example.com")
        connects_by_code(portal)
        comes(mallory, portal)

        path, wrong = {"contact": portal.ann.id}, '"0123"'
        answer = owner.sends(
            f"POST {TEAM}/{{contact}}/confirm", path=path, headers={"if-match": wrong}
        )

        assert answer.status == 404
        assert refused(comes(mallory, portal)) == (403, "account")

    def test_confirms_two_accounts_of_one_connection_once_each(self, mallory, portal):
        owner = Boss(portal, "ben@example.com")
        for account in ("ben", "ann"):
            connects_by_code(portal, "facebook", account)
            comes(mallory, portal, "facebook", account)
            portal.forward(minutes=1)

        for _ in range(2):
            mallory.entries.confirm_member(portal.workspace, portal.ann, **HOW)

        assert owner.sends(f"GET {TEAM}").body["waiting"] == []
        assert comes(mallory, portal, "facebook", "ben").status == 200
        assert comes(mallory, portal, "facebook", "ann").status == 200
        portal.delivers_mail()
        told = [each for each in portal.mails if "✓ ann@" in each.text and "facebook" in each.text]
        assert len(told) == 2


@pytest.mark.parametrize(
    ("connection", "takes"),
    [
        ({"kind": "microsoft", "tenants": ["common"]}, True),
        ({"kind": "microsoft", "tenants": ["organizations"]}, True),
        ({"kind": "microsoft", "tenants": ["9188040d-6c67-4c5b-b112-36a304b66dad"]}, True),
        ({"kind": "microsoft", "tenants": ["0f1c2b3a-0000-4000-8000-000000000000"]}, False),
        ({"kind": "google"}, True),
        ({"kind": "google", "hosted_domains": ["acme.test"]}, False),
        ({"kind": "google", "hosted_domain": "acme.test"}, False),
        ({"kind": "facebook"}, True),
        ({"kind": "oidc", "issuer": "https://id.acme.test"}, True),
    ],
    ids=str,
)
def test_a_connection_takes_any_account(connection, takes):
    assert takes_any_account(connection) is takes
