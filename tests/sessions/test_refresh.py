"""The refresh token in the cookie: exchanged, shared by tabs, stolen, and lost on the way."""

import json
from datetime import timedelta

import pytest

from portico.aws import deadline
from portico.edge.responses import cookie_name
from tests.support.driver import Browser, Portal

COOKIE = cookie_name("acme")


@pytest.fixture
def ann(portal: Portal) -> Browser:
    """Ann's browser, signed in and left alone for as long as a token is young."""
    portal.browser.has_signed_in()
    portal.forward(seconds=20)
    return portal.browser


def tab_of(browser: Browser, token: str | None = None) -> Browser:
    """Return another tab: it has what was in the cookie jar, or *token* that it still holds."""
    return browser.portal.another_browser(
        origin=browser.origin, cookies={COOKIE: token or browser.cookies[COOKIE]}
    )


class TestARefresh:
    def test_answers_like_a_sign_in_without_a_place_to_go(self, portal, ann):
        answer = ann.refreshes()

        assert answer.status == 200
        body = answer.body
        assert body.pop("access_token")
        assert body == {
            "token_type": "Bearer",
            "expires_in": 600,
            "contact": {"id": portal.ann.id, "name": "Ann Archer", "email": "ann@example.com"},
            "workspace": "acme",
        }

    def test_exchanges_the_cookie_for_the_next_one(self, portal, ann):
        first = ann.cookies[COOKIE]

        assert ann.refreshes().status == 200

        assert ann.cookies[COOKIE] != first
        portal.forward(hours=1)
        assert ann.refreshes().status == 200

    def test_leaves_a_token_younger_than_twenty_seconds_as_it_is(self, portal):
        browser = portal.browser
        browser.signs_in()
        first = browser.cookies[COOKIE]
        portal.forward(seconds=19)

        assert browser.refreshes().status == 200

        assert browser.cookies[COOKIE] == first
        assert portal.session_rows()[0]["n"] == 0

    def test_stores_hashes_and_no_token(self, portal, ann):
        first = ann.cookies[COOKIE]

        ann.refreshes()

        stored = json.dumps(portal.session_rows())
        for token in (first, ann.cookies[COOKIE]):
            assert token.rpartition(".")[2] not in stored

    def test_writes_no_line_in_the_trail(self, portal, ann):
        before = portal.records_trail()

        ann.refreshes()

        assert portal.records_trail() == before

    @pytest.mark.parametrize(
        "rubbish",
        ["", "x", "a.b.c.d", "ct_x.ses_x.0.secret", "." * 5000, "ct_\u00e9.ses_.1.\u0661"],
    )
    def test_with_rubbish_is_no_session(self, portal, ann, rubbish):
        assert tab_of(ann, rubbish or " ").refreshes().problem == (401, "not-signed-in")

    def test_without_a_cookie_is_no_session(self, portal):
        answer = portal.browser.refreshes()

        assert answer.problem == (401, "not-signed-in")
        assert answer.body["title"] == "Signed out"


class TestTheTokenBefore:
    """Within twenty seconds it gets the same successor; afterwards one of its holders stole it."""

    def test_gets_the_same_successor_for_twenty_seconds(self, portal, ann):
        late = tab_of(ann)
        ann.refreshes()
        portal.forward(seconds=19)

        assert late.refreshes().status == 200

        assert late.cookies[COOKIE] == ann.cookies[COOKIE]
        assert portal.session_rows()[0]["n"] == 1

    def test_ssn_02_ends_the_whole_family_when_the_grace_is_over(self, portal, ann):
        thief = tab_of(ann)
        ann.refreshes()
        portal.forward(seconds=20)

        stolen = thief.refreshes()

        assert stolen.problem == (401, "not-signed-in")
        assert (
            stolen.body["detail"]
            == "You are not signed in, or your session has ended. Sign in again."
        )
        assert ann.refreshes().problem == (401, "not-signed-in")
        assert portal.session_rows()[0]["ended_by"] == "refresh-reuse"
        last = portal.records_trail()[-1]
        assert (last["name"], last["detail"]["reason"]) == ("session.ended", "refresh-reuse")

    def test_ssn_02_ends_it_however_old_it_is(self, portal, ann):
        thief = tab_of(ann)
        for _ in range(5):
            ann.refreshes()
            portal.forward(minutes=9)

        assert thief.refreshes().status == 401

        assert ann.refreshes().status == 401

    def test_ssn_02_ends_it_though_the_thief_counts_otherwise(self, portal, ann):
        victim = tab_of(ann)
        stem, _, secret = ann.cookies[COOKIE].rsplit(".", 2)
        thief = tab_of(ann, f"{stem}.900000.{secret}")
        thief.refreshes()
        portal.forward(minutes=1)

        victim.refreshes()

        assert thief.refreshes().status == 401

    def test_that_nobody_was_given_is_noise_and_ends_nothing(self, portal, ann):
        contact, session, _, secret = ann.cookies[COOKIE].split(".")
        ann.refreshes()
        portal.forward(minutes=1)

        for n, made_up in ((0, "A" * 43), (1, "A" * 43), (7, secret), (999999, secret)):
            forged = tab_of(ann, f"{contact}.{session}.{n}.{made_up}")
            assert forged.refreshes().problem == (401, "not-signed-in")

        assert ann.refreshes().status == 200
        assert "ended_at" not in portal.session_rows()[0]


class TestTwentyTabs:
    def test_ssn_03_that_come_one_after_the_other_get_one_successor(self, portal, ann):
        tabs = [tab_of(ann) for _ in range(20)]

        answers = [tab.refreshes() for tab in tabs]

        assert [answer.status for answer in answers] == [200] * 20
        assert len({tab.cookies[COOKIE] for tab in tabs}) == 1
        assert portal.session_rows()[0]["n"] == 1

    def test_ssn_03_that_overtake_each_other_get_one_successor(self, portal, ann, wire):
        other = tab_of(ann)
        # The other tab is served whole between this one's reading and its writing.
        wire.before("dynamodb.UpdateItem", other.refreshes)

        assert ann.refreshes().status == 200

        assert ann.cookies[COOKIE] == other.cookies[COOKIE]
        assert portal.session_rows()[0]["n"] == 1

    def test_ssn_03_that_lose_never_clear_the_cookie(self, portal, ann):
        thief = tab_of(ann)
        ann.refreshes()
        portal.forward(seconds=20)

        lost = [thief.refreshes(), ann.refreshes(), tab_of(ann, "x").refreshes()]

        assert [answer.status for answer in lost] == [401] * 3
        assert [answer.cookies for answer in lost] == [[]] * 3


class TestAnAnswerThatIsLost:
    def test_is_given_again_to_the_same_token(self, portal, ann):
        lost = tab_of(ann)
        lost.refreshes()

        assert ann.refreshes().status == 200

        assert ann.cookies[COOKIE] == lost.cookies[COOKIE]

    def test_between_us_and_the_table_is_no_second_use(self, portal, ann, wire):
        wire.lose_answers("dynamodb.UpdateItem", times=1)

        assert ann.refreshes().status == 200

        assert wire.operations.count("dynamodb.UpdateItem") == 2
        portal.forward(minutes=1)
        assert ann.refreshes().status == 200


class TestASignatureBesideTheExchange:
    """It is asked for before the exchange decides, so only for a token that will be taken."""

    @pytest.mark.parametrize("token", ["stolen", "made up", "of a session that is over"])
    def test_is_asked_for_with_no_token_that_is(self, portal, ann, wire, token):
        other = tab_of(ann)
        match token:
            case "stolen":
                ann.refreshes()
                portal.forward(seconds=20)
            case "made up":
                other.cookies[COOKIE] = f"{ann.cookies[COOKIE].rpartition('.')[0]}.{'A' * 43}"
            case _:
                ann.signs_out()
        wire.forget()

        assert other.refreshes().problem == (401, "not-signed-in")

        assert "kms.Sign" not in wire.operations

    def test_is_asked_for_with_no_way_in_that_is_closed(self, portal, ann, wire):
        portal.sets(code_method=False, password_method=True)
        wire.forget()

        assert ann.refreshes().problem == (401, "not-signed-in")

        assert "kms.Sign" not in wire.operations

    def test_is_given_to_nobody_when_the_exchange_refuses(self, ann, wire):
        leaving = tab_of(ann)
        wire.before("dynamodb.UpdateItem", leaving.signs_out)

        assert ann.refreshes().problem == (401, "not-signed-in")

    def test_is_made_afterwards_for_a_token_that_became_good_meanwhile(self, portal, ann, wire):
        (row,) = portal.session_rows()
        portal.writes("sign-in", row | {"current": "0" * 64})
        wire.before("dynamodb.UpdateItem", lambda: portal.writes("sign-in", row))

        assert ann.refreshes().status == 200


class TestASignatureThatFails:
    """KMS is out of reach: the contact keeps a token that works, for as long as it takes."""

    def test_is_try_later_and_leaves_the_token_good(self, portal, ann, wire):
        wire.cut("kms.Sign")
        failed = ann.refreshes()
        wire.mend()
        portal.forward(hours=1)

        assert failed.problem == (503, "try-later")
        assert failed.cookies == []
        assert ann.refreshes().status == 200

    def test_can_fail_again_and_again(self, portal, ann, wire):
        wire.answer("kms.Sign", "KMSInternalException")
        for _ in range(3):
            assert ann.refreshes().problem == (503, "try-later")
            portal.forward(minutes=5)
        wire.mend()

        assert ann.refreshes().status == 200

        assert portal.session_rows()[0]["n"] == 1

    def test_costs_another_tab_nothing_that_was_served_meanwhile(self, portal, ann, wire):
        served = tab_of(ann)
        wire.cut("kms.Sign", times=2)
        # The rotation, and then what is done about the failed signature: the other tab is
        # served between the two, and what it was given is in the browser's cookie now.
        wire.before("dynamodb.UpdateItem", lambda: None)
        wire.before("dynamodb.UpdateItem", served.refreshes)
        failed = ann.refreshes()
        portal.forward(hours=1)

        assert failed.problem == (503, "try-later")
        assert served.refreshes().status == 200

    def test_past_the_deadline_leaves_the_token_good_too(self, portal, ann, wire):
        # The read took all the time there was: nothing is signed or exchanged any more.
        wire.before("dynamodb.BatchGetItem", lambda: deadline.start(timedelta()))
        failed = ann.refreshes()
        portal.forward(hours=1)

        assert failed.problem == (503, "try-later")
        assert ann.refreshes().status == 200


class TestASharedComputer:
    def test_keeps_the_cookie_until_the_browser_closes(self, portal):
        browser = portal.browser

        signed_in = browser.signs_in(shared_computer=True)
        portal.forward(minutes=1)
        refreshed = browser.refreshes()

        for answer in (signed_in, refreshed):
            assert "Max-Age" not in answer.cookies[0]
            assert "Expires" not in answer.cookies[0]

    def test_forgets_after_half_an_hour(self, portal):
        browser = portal.browser
        browser.signs_in(shared_computer=True)
        portal.forward(minutes=29, seconds=59)
        assert browser.refreshes().status == 200

        portal.forward(minutes=30)

        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_stays_one_after_a_code_that_makes_the_sign_in_fresh(self, portal):
        browser = portal.browser
        token = browser.signs_in(shared_computer=True).body["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        asked = browser.sends(
            "account", "POST /v1/account/confirm", {"workspace": portal.id}, headers=headers
        )
        browser.challenge = asked.body["challenge"]
        portal.delivers_mail()

        fresh = browser.types_the_mailed_code()

        (cookie,) = fresh.cookies
        assert "Max-Age" not in cookie
        portal.forward(minutes=30)
        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_is_no_excuse_to_stay_longer_than_the_workspace_allows(self, portal):
        portal.sets(session_idle_seconds=600)
        browser = portal.browser
        browser.signs_in(shared_computer=True)

        portal.forward(minutes=10)

        assert browser.refreshes().problem == (401, "not-signed-in")


class TestASession:
    def test_ssn_04_ends_when_it_rested_for_eight_hours(self, portal):
        browser = portal.browser
        answer = browser.signs_in()
        portal.forward(hours=7, minutes=59, seconds=59)
        assert browser.refreshes().status == 200

        portal.forward(hours=8)

        assert "Max-Age=28800" in answer.cookies[0]
        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_ssn_04_ends_after_seven_days_however_often_it_is_refreshed(self, portal):
        browser = portal.browser
        browser.signs_in()
        for _ in range(23):
            portal.forward(hours=7)
            assert browser.refreshes().status == 200
        portal.forward(hours=6, minutes=59)
        last = browser.refreshes()

        portal.forward(minutes=1)

        assert last.status == 200
        assert "Max-Age=60" in last.cookies[0]
        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_has_the_limits_that_stood_when_its_code_was_asked_for(self, portal):
        browser = portal.browser
        portal.sets(session_idle_seconds=600, session_absolute_seconds=1200)
        browser.asks_for_a_code()
        portal.sets(session_idle_seconds=8 * 3600, session_absolute_seconds=7 * 24 * 3600)
        portal.delivers_mail()
        browser.types_the_mailed_code()
        for minutes in (9, 9):
            portal.forward(minutes=minutes)
            assert browser.refreshes().status == 200

        portal.forward(minutes=2)

        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_keeps_its_limits_when_the_team_changes_theirs(self, portal):
        browser = portal.browser
        browser.signs_in()

        portal.sets(session_idle_seconds=600)
        portal.forward(hours=7)

        assert browser.refreshes().status == 200
