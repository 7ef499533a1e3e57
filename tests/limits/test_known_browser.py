"""What a browser that has signed in before may still do when strangers have been busy."""

import hmac
import os
from datetime import timedelta
from hashlib import sha256

import pytest

from portico.aws.keys import ring
from portico.ids import base64url
from portico.limits.known_browser import (
    REMEMBERED,
    known_cookie,
    known_sver,
    mark_of,
    sealed,
)
from tests.support.driver import NOON, Browser, Portal

MARK = known_cookie("acme")


def strangers_spend_the_hour(portal: Portal) -> None:
    for n in range(6):
        stranger = portal.another_browser(source_ip=f"198.51.100.{n}")
        stranger.asks_for_a_code()
        portal.delivers_mail()


class TestAMailboxUnderSiege:
    def test_still_has_a_mail_for_a_browser_known_from_before(self, portal: Portal) -> None:
        portal.browser.signs_in()
        portal.forward(days=2)
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == spent + 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_has_none_left_for_a_browser_never_seen(self, portal: Portal) -> None:
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert (spent, len(portal.mails)) == (4, 4)

    def test_is_not_fooled_by_a_made_up_mark(self, portal: Portal) -> None:
        strangers_spend_the_hour(portal)
        portal.browser.cookies["__Host-portico_known-acme"] = "A" * 43

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_is_not_fooled_by_the_mark_of_another_contact(self, portal: Portal) -> None:
        portal.adds("Bob Baker", "bob@example.com")
        portal.browser.signs_in("bob@example.com")
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        assert len(portal.mails) == spent


class TestASharedComputer:
    def test_bears_no_mark(self, portal: Portal) -> None:
        portal.browser.signs_in(shared_computer=True)

        assert list(portal.browser.cookies) == ["__Host-portico-acme"]


class TestAMark:
    """It is worth something until the contact says otherwise, and for half a year at most."""

    @pytest.fixture
    def thief(self, portal: Portal) -> Browser:
        """Has the mark of a browser that Ann has signed in with, and nothing else of it."""
        portal.browser.has_signed_in()
        return portal.another_browser(cookies={MARK: portal.browser.cookies[MARK]})

    def gets_a_mail(self, portal: Portal, browser: Browser) -> bool:
        """Whether there is one when strangers have used up all that is theirs."""
        portal.shared = portal.link()[1]
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)
        browser.asks_for_a_code()
        portal.delivers_mail()
        return len(portal.mails) > spent

    def test_out_05_is_good_while_nothing_has_changed(self, portal, thief):
        portal.forward(days=2)

        assert self.gets_a_mail(portal, thief)

    def test_out_05_ends_with_signing_out_everywhere(self, portal, thief):
        portal.forward(days=2)
        token = portal.browser.signs_in().body["access_token"]
        assert portal.browser.signs_out(token, everywhere=True).status == 204
        portal.forward(days=2)

        assert not self.gets_a_mail(portal, thief)

    def test_out_05_outlives_signing_out_here(self, portal, thief):
        assert portal.browser.signs_out().status == 204
        portal.forward(days=2)

        assert self.gets_a_mail(portal, thief)

    @pytest.mark.parametrize("how", ["reset by a code", "changed in the account"])
    def test_out_05_ends_with_another_password(self, portal, thief, how):
        portal.sets(password_method=True)
        portal.forward(days=2)
        token = portal.browser.signs_in().body["access_token"]
        if how == "reset by a code":
            portal.browser.forgets_the_password()
            portal.delivers_mail()
            code = portal.mailed_code()
            answer = portal.browser.sets_a_password("tangerine-window-49", code)
        else:
            answer = portal.browser.changes_the_password("tangerine-window-49", token)
        assert answer.status in (200, 204)
        portal.forward(days=2)

        assert not self.gets_a_mail(portal, thief)

    def test_out_05_ends_where_the_team_ends_all_sessions(self, portal, thief):
        portal.deactivates()
        portal.team.set_active("acme", "ann@example.com", True, by="test")
        portal.forward(days=2)

        assert not self.gets_a_mail(portal, thief)

    @pytest.mark.parametrize(("days", "is_good"), [(179, True), (180, False), (400, False)])
    def test_out_05_ends_after_half_a_year_whoever_kept_it(self, portal, thief, days, is_good):
        portal.forward(days=days)

        assert self.gets_a_mail(portal, thief) is is_good

    @pytest.mark.parametrize(("seconds", "sver"), [(-1, 1), (0, None)])
    def test_out_05_ends_with_the_second_at_which_its_day_is_half_a_year_ago(self, seconds, sver):
        key, midnight = b"k" * 32, NOON.replace(hour=0)
        mark = mark_of(key, workspace_id="acme", contact="ct_ann", sver=1, at=NOON)
        at = midnight + REMEMBERED + timedelta(seconds=seconds)

        found = known_sver(sealed(mark), key, workspace_id="acme", contact="ct_ann", at=at)

        assert found == sver

    def test_out_05_cannot_be_given_a_younger_date(self, portal, thief):
        portal.forward(days=181)
        day, _, rest = thief.cookies[MARK].partition(".")
        thief.cookies[MARK] = f"{int(day) + 181}.{rest}"

        assert not self.gets_a_mail(portal, thief)

    def test_out_05_of_before_marks_ended_is_one_of_nobody(self, portal, thief):
        keys = ring(os.environ["CODE_SECRET"]).current()
        said = f"known|acme|{portal.ann.id}".encode()
        thief.cookies[MARK] = base64url(hmac.digest(keys.mailbox, said, sha256))

        assert not self.gets_a_mail(portal, thief)

    @pytest.mark.parametrize("mark", ["", ".", "1.", "99999999999999.x", "\u0661.x", "x" * 4000])
    def test_out_05_that_is_none_is_not_kept(self, portal, mark):
        portal.browser.cookies[MARK] = mark

        assert portal.browser.asks_for_a_code().status == 202
        assert portal.challenge_row().get("known") is None

    def test_out_05_is_renewed_by_signing_in(self, portal, thief):
        portal.forward(days=170)
        portal.shared = portal.link()[1]
        portal.browser.signs_in()
        portal.forward(days=20)

        assert self.gets_a_mail(portal, portal.browser)
