"""Everything that ends a session, and the portals that are told (backchannel/rules.py)."""

import json

import pytest

from portico.account.team_ways_in import TeamWaysIn
from portico.backchannel.rules import ENDS_ALL, ENDS_ONE, MOST_SIGN_OUTS
from portico.directory.record_import import DirectoryImport
from portico.sessions.team_sessions import TeamSessions
from tests.account.conftest import Member
from tests.openid.test_endings import record
from tests.sessions.tokens import read
from tests.support.doors import HOST
from tests.support.openid_site import Site
from tests.support.template import doors


def sids(receiver):
    return [read(each).claims.get("sid") for each in receiver.tokens]


@pytest.fixture
def sid(held):
    """Ann's browser session, as the portal knows it."""
    return read(held.id_token).claims["sid"]


class TestASessionThatEnds:
    """BCL-05: who is told, and who is not."""

    def test_is_told_to_the_portal_that_came_from_it(self, portal, ann, sid, backchannel, receiver):
        ann.signs_out()

        assert backchannel.tells() == [True]
        (token,) = receiver.tokens
        claims = read(token).claims
        assert (claims["sub"], claims["sid"]) == (portal.ann.id, sid)

    def test_in_one_browser_is_not_told_of_the_other(
        self, portal, site, sid, backchannel, receiver
    ):
        other = portal.another_browser()
        other.signs_in()
        site.signs_in(other)
        backchannel.lines()

        other.signs_out()

        assert backchannel.tells() == [True]
        assert sids(receiver) != [sid]

    def test_everywhere_is_told_session_by_session(
        self, portal, ann, site, sid, backchannel, receiver
    ):
        other = portal.another_browser()
        token = other.signs_in().body["access_token"]
        site.signs_in(other)
        backchannel.lines()

        other.signs_out(token, everywhere=True)

        assert backchannel.tells() == [True, True]
        assert len(set(sids(receiver))) == 2
        assert sid in sids(receiver)
        # One line of the trail, and two things to tell: a portal that keeps ids takes both.
        assert len({read(each).claims["jti"] for each in receiver.tokens}) == 2

    def test_of_a_deactivated_contact_is_told(self, portal, sid, backchannel, receiver):
        portal.deactivates()

        backchannel.tells()

        assert sids(receiver) == [sid]

    def test_of_who_has_left_the_directory_is_told(self, portal, sid, backchannel, receiver):
        taking = DirectoryImport("people", portal.workspace, by="test")
        taking.take([record(active=True)], is_complete=True)
        taking.take([record(active=False)], is_complete=True)

        backchannel.tells()

        assert set(sids(receiver)) == {sid}

    @pytest.mark.parametrize("everything", [False, True])
    def test_by_the_team_is_told(self, portal, sid, backchannel, receiver, everything):
        sessions = TeamSessions("people", "sign-in")
        if everything:
            sessions.end_all(portal.workspace, portal.ann.id, by="test")
        else:
            sessions.end(portal.workspace, portal.ann.id, sid, by="test")

        backchannel.tells()

        assert sids(receiver) == [sid]

    def test_by_a_stolen_token_is_told_to_the_portal_that_lost_it(
        self, portal, held, sid, backchannel, receiver
    ):
        portal.forward(seconds=30)
        held.site.refreshes(held.refresh_token)
        portal.forward(seconds=30)
        held.site.refreshes()
        portal.forward(seconds=30)
        held.site.refreshes(held.refresh_token)

        backchannel.tells()

        assert sids(receiver) == [sid]

    def test_by_a_stolen_token_is_no_news_to_another_portal(
        self, portal, held, ann, backchannel, receiver
    ):
        other = Site.register(portal, "other", backchannel_logout_uri=receiver.uri)
        other.signs_in(ann)
        backchannel.lines()

        self.test_by_a_stolen_token_is_told_to_the_portal_that_lost_it(
            portal, held, read(held.id_token).claims["sid"], backchannel, receiver
        )

        assert [read(each).claims["aud"] for each in receiver.tokens] == [held.site.client_id]

    def test_is_not_told_of_the_session_that_came_after_it(
        self, portal, held, sid, backchannel, receiver
    ):
        # The stream may be late, and the contact quick.
        portal.deactivates()
        portal.records_trail()
        portal.team.set_active("acme", "ann@example.com", True, by="test")
        portal.browser.signs_in()
        held.site.signs_in(portal.browser)

        backchannel.tells()

        assert sids(receiver) == [sid]

    def test_by_the_portal_itself_is_no_news_to_it(self, held, backchannel, receiver):
        form = {"token": held.refresh_token}
        headers = {"authorization": held.site.basic()}
        held.site.portal.knock(
            "revoke", "POST /oauth2/revoke", form=form, origin=None, headers=headers
        )

        assert backchannel.tells() == []

    def test_after_the_portal_gave_its_token_back_is_told(
        self, held, ann, sid, backchannel, receiver
    ):
        # It may have a session of its own, and need no tokens for that.
        self.test_by_the_portal_itself_is_no_news_to_it(held, backchannel, receiver)
        ann.signs_out()

        backchannel.tells()

        assert sids(receiver) == [sid]

    def test_when_it_is_too_old_anyway_is_no_news(self, portal, held, ann, backchannel, receiver):
        portal.forward(days=8)
        portal.deactivates()

        assert backchannel.tells() == []

    def test_of_an_earlier_sver_is_not_told_by_a_contact_who_was_activated(
        self, portal, held, backchannel, receiver
    ):
        portal.deactivates()
        backchannel.tells()
        portal.team.set_active("acme", "ann@example.com", True, by="test")

        assert backchannel.tells() == []

    def test_is_told_once_however_many_codes_the_portal_redeemed(
        self, ann, held, sid, backchannel, receiver
    ):
        held.site.signs_in(ann)
        backchannel.lines()

        ann.signs_out()

        assert backchannel.tells() == [True]
        assert sids(receiver) == [sid]


def sver_of(portal):
    return next(row["sver"] for row in portal.rows("people") if row["sk"] == "head")


OLD, NEW = "four tired herons at the weir", "seven loud geese over the mill"


def changes_the_password(member):
    assert member.browser.changes_the_password(NEW, member.token).status == 204


def resets_the_password(member):
    member.browser.forgets_the_password()
    member.portal.delivers_mail()
    assert member.browser.sets_a_password(NEW, member.portal.mailed_code()).status == 200


def removes_the_password(member):
    assert member.asks("DELETE /v1/account/password").status == 204


def moves(member):
    assert member.moves("ann@example.net").status == 200


def moves_back(member):
    moves(member)
    member.portal.delivers_mail()
    link = member.portal.mails[-1].text.partition("#undo=")[2].split()[0]
    assert member.undoes(link).status == 200


def ends_the_other_sessions(member):
    assert member.asks("DELETE /v1/account/sessions").status == 204


def deletes_the_account(member):
    assert member.asks("DELETE /v1/account").status == 204


def loses_the_ways_in(member):
    portal = member.portal
    ways = TeamWaysIn("people", "sign-in")
    ways.remove(portal.workspace, portal.ann.id, host=HOST, by="test")


class TestWhatRaisesSver:
    """BCL-05: who is told, and who is not."""

    @pytest.fixture
    def member(self, portal, site, backchannel):
        """Ann, with a password, at the portal, and with an account that she may delete."""
        portal.sets(password_method=True, account_deletion=True)
        ann = Member(portal, portal.browser).signs_in()
        assert ann.browser.changes_the_password(OLD, ann.token).status == 204
        site.signs_in(ann.browser)
        backchannel.lines()
        return ann

    @pytest.mark.parametrize(
        "does",
        [
            changes_the_password,
            resets_the_password,
            removes_the_password,
            moves,
            moves_back,
            ends_the_other_sessions,
            deletes_the_account,
            loses_the_ways_in,
        ],
    )
    def test_is_told(self, portal, member, site, backchannel, receiver, does):
        before = sver_of(portal)

        does(member)

        assert sver_of(portal) > before
        portal.forward(seconds=30)
        assert site.refreshes().status == 400
        backchannel.tells()
        assert set(sids(receiver)) == {read(site.tokens["id_token"]).claims["sid"]}


class TestAsManySessionsAsAreToldOneByOne:
    def test_are_told_one_by_one(self, portal, held, backchannel, receiver):
        for _ in range(MOST_SIGN_OUTS - 1):
            portal.forward(days=0, hours=3)
            other = portal.another_browser()
            other.signs_in()
            held.site.signs_in(other)
        backchannel.lines()
        portal.deactivates()

        assert backchannel.tells() == [True] * MOST_SIGN_OUTS
        assert len(set(sids(receiver))) == MOST_SIGN_OUTS


class TestMoreSessionsThanAnybodyHas:
    def test_are_told_of_at_once(self, portal, held, backchannel, receiver):
        for _ in range(MOST_SIGN_OUTS):
            portal.forward(days=0, hours=3)
            other = portal.another_browser()
            other.signs_in()
            held.site.signs_in(other)
        backchannel.lines()
        portal.deactivates()

        assert backchannel.tells() == [True]
        (token,) = receiver.tokens
        claims = read(token).claims
        assert claims["sub"] == portal.ann.id
        assert "sid" not in claims


class TestTheQueue:
    def test_tells_the_messages_of_each_portal_from_the_others(
        self, portal, ann, receiver, backchannel
    ):
        for name in ("help", "other"):
            Site.register(portal, name, backchannel_logout_uri=receiver.uri).signs_in(ann)
        backchannel.lines()
        ann.signs_out()

        backchannel.spreads()

        # SQS lets no group of a standard queue take all the time of those who read it.
        groups = {
            json.loads(each["Body"])["portal"]: each["Attributes"]["MessageGroupId"]
            for each in backchannel.taken()
        }
        assert groups == {"help": "prt_acme_help", "other": "prt_acme_other"}


class TestAPortal:
    """BCL-05: who is told, and who is not."""

    def test_that_was_not_visited_is_not_told(self, portal, ann, site, backchannel):
        Site.register(
            portal, "other", backchannel_logout_uri=site.registered.backchannel_logout_uri
        )
        site.signs_in(ann)
        backchannel.lines()
        ann.signs_out()

        backchannel.spreads()

        assert [each["portal"] for each in backchannel.queued()] == ["help"]

    def test_without_an_address_is_not_told(self, portal, ann, backchannel):
        Site.register(portal).signs_in(ann)
        backchannel.lines()
        ann.signs_out()

        assert backchannel.tells() == []

    def test_that_is_off_is_not_told(self, portal, ann, held, backchannel, receiver):
        ann.signs_out()
        backchannel.spreads()
        uri = held.site.registered.backchannel_logout_uri
        Site.register(portal, backchannel_logout_uri=uri, on=False)

        # Between the stream and the try, which reads the portal anew.
        assert [backchannel.tries(each) for each in backchannel.queued()] == [True]
        assert receiver.requests == []

    def test_of_another_workspace_is_not_told(self, portal, held, ann, backchannel, receiver):
        globex = portal.neighbour()
        there = Site.register(globex, backchannel_logout_uri=receiver.uri)
        browser = globex.another_browser()
        browser.signs_in()
        there.signs_in(browser)
        backchannel.lines()

        ann.signs_out()

        backchannel.spreads()
        assert [each["workspace_id"] for each in backchannel.queued()] == ["acme"]


class TestTheFilter:
    def test_lets_through_the_lines_that_end_sessions_and_no_others(self):
        (stream,) = [
            each["Properties"]
            for each in doors()["sign_out_portals"]["Events"].values()
            if each["Type"] == "DynamoDB"
        ]
        (only,) = stream["FilterCriteria"]["Filters"]
        named = json.loads(only["Pattern"])["dynamodb"]["NewImage"]["name"]["S"]
        assert set(named) == {ENDS_ONE, *ENDS_ALL}
