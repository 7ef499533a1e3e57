"""When an address gets no mail: MAI-03, the rule and what the sender makes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from local import ses_events
from portico.account.team_email_change import TeamEmailChanges
from portico.deliveries.suppression import Strike, Why, suppression_of
from tests.support.doors import door, queue_record


def moves(portal, email):
    changes = TeamEmailChanges("people", "sign-in")
    changes.change(portal.workspace, portal.ann, email, host="signin.acme.test", by="test")


NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def strike(after: timedelta, why: Why = Why.BOUNCED, mail: str = "") -> str:
    sent = NOON + after
    return str(Strike(sent, sent, why, mail or f"mail-{after.total_seconds():.0f}", "5.1.1"))


def bounce_ends(*after: timedelta) -> timedelta | None:
    """How long after noon the newest of these bounces holds; ``None``: until it is lifted."""
    found = suppression_of(map(strike, after), at=NOON + max(after))
    assert found is not None
    assert found.reason == "bounce"
    return found.until - NOON if found.until else None


class TestBounces:
    def test_hold_a_day_then_a_week_then_until_lifted(self):
        assert bounce_ends(0 * DAY) == DAY
        assert bounce_ends(0 * DAY, 1 * DAY) == 8 * DAY
        assert bounce_ends(0 * DAY, 1 * DAY, 8 * DAY) is None

    def test_end_at_the_second(self):
        told = [strike(0 * DAY)]

        assert suppression_of(told, at=NOON + DAY - timedelta(seconds=1))
        assert suppression_of(told, at=NOON + DAY) is None

    def test_of_mails_that_were_on_their_way_are_one(self):
        assert bounce_ends(0 * DAY, HOUR, 2 * HOUR) == DAY

    def test_half_a_year_apart_begin_anew(self):
        assert bounce_ends(0 * DAY, 180 * DAY) == 181 * DAY
        assert bounce_ends(0 * DAY, 179 * DAY) == 186 * DAY

    def test_of_two_workspaces_hold_until_lifted(self):
        told = [strike(0 * DAY), strike(0 * DAY, Why.UNKNOWN_TWICE)]

        found = suppression_of(told, at=NOON)
        assert found is not None
        assert found.until is None


class TestComplaints:
    def test_stop_notices_at_once_and_codes_with_the_second(self):
        first, second = strike(0 * DAY, Why.COMPLAINED), strike(DAY, Why.COMPLAINED)

        found = suppression_of([first], at=NOON + 999 * DAY)
        assert found is not None
        assert (found.stops(notice=True), found.stops(notice=False)) == (True, False)
        found = suppression_of([first, second], at=NOON + 999 * DAY)
        assert found is not None
        assert found.stops(notice=False)
        assert (found.reason, found.until) == ("complaint", None)

    def test_of_one_mail_are_one(self):
        told = [strike(0 * DAY, Why.COMPLAINED, "same"), strike(DAY, Why.COMPLAINED, "same")]

        found = suppression_of(told, at=NOON + DAY)
        assert found is not None
        assert found.notices_only

    def test_let_a_bounce_stop_codes_for_its_time(self):
        told = [strike(0 * DAY), strike(HOUR, Why.COMPLAINED)]

        found = suppression_of(told, at=NOON + HOUR)
        assert found is not None
        assert found.stops(notice=False)
        found = suppression_of(told, at=NOON + DAY)
        assert found is not None
        assert found.notices_only

    def test_nothing_is_held_against_most(self):
        assert suppression_of([], at=NOON) is None


class TestTheSender:
    """MAI-03."""

    def test_mails_no_code_after_a_bounce_until_a_day_is_over(self, portal, post):
        post.bounces()

        assert post.why_withheld() == ["address-suppressed-bounce"]
        portal.forward(hours=24, seconds=3)
        assert post.why_withheld() == []

    def test_goes_on_after_a_bounce_that_is_none_for_good(self, post):
        mail = post.sends_a_code()
        soft = ses_events.bounced(mail, ses_events.FULL, kind="Transient/MailboxFull")

        assert post.tells(soft) == ["bounced"]

        assert post.suppressed == []
        assert post.why_withheld() == []

    def test_mails_no_code_by_a_personal_link_either(self, portal, post):
        post.bounces()
        calls = post.wire.counted()

        portal.browser.asks_for_a_code(None, link=portal.personal_link())
        portal.delivers_mail()

        assert portal.challenge_row()["withheld_1"] == "address-suppressed-bounce"
        assert post.wire.counted().get("sesv2", 0) == calls["sesv2"]

    def test_mails_codes_but_no_notice_after_a_complaint(self, portal, post):
        mail = post.sends_a_code()
        post.tells(ses_events.complained(mail))

        portal.sets(sign_up=True)
        portal.browser.signs_up("ann@example.com")
        portal.delivers_mail()
        portal.delivers_mail()
        (notice,) = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
        assert notice["withheld"] == "address-suppressed-complaint"

        assert post.why_withheld() == []
        post.tells(ses_events.complained(post.mails[-1]))
        assert post.why_withheld() == ["address-suppressed-complaint"]

    def test_mails_no_stranger_whose_address_came_back(self, portal, post):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()
        post.tells(ses_events.bounced(post.mails[-1]))

        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()

        assert portal.challenge_row()["withheld_1"] == "address-suppressed-bounce"

    def test_mails_the_new_address_after_a_move(self, portal, post):
        post.bounces()
        assert portal.team.contact("acme", portal.ann.id).strikes
        link = portal.personal_link()

        moves(portal, "ann@example.org")

        assert not portal.team.contact("acme", portal.ann.id).strikes
        portal.browser.asks_for_a_code(None, link=link)
        portal.delivers_mail()
        assert post.mails[-1].to == "ann@example.org"

    def test_holds_nothing_against_a_contact_who_moved_meanwhile(self, portal, post):
        mail = post.sends_a_code()
        moves(portal, "ann@example.org")

        post.tells(ses_events.bounced(mail))

        assert not portal.team.contact("acme", portal.ann.id).strikes
        assert len(post.suppressed) == 1

    def test_asks_no_call_more(self, portal, post):
        def calls_of_a_code(browser, **more):
            post.wire.forget()
            browser.asks_for_a_code(**more)
            portal.delivers_mail()
            return post.wire.operations

        before = calls_of_a_code(portal.browser)
        post.tells(ses_events.complained(post.mails[-1]))
        assert calls_of_a_code(portal.another_browser()) == before

    def test_knows_one_workspaces_marks_from_anothers(self, portal, post):
        post.bounces()
        (here,) = post.suppressed
        globex = portal.neighbour()

        globex.browser.asks_for_a_code()
        globex.delivers_mail()
        post.tells(ses_events.bounced(post.mails[-1], "smtp; 550 refused", status="5.0.0"))

        keys = {row["pk"].rpartition("#")[2] for row in post.suppressed}
        assert len(keys) == 2
        assert not [row for row in post.suppressed if "ann" in str(row)]
        assert here["pk"].startswith("acme#suppressed#")


class TestNoSuchMailboxInTwoWorkspaces:
    def bounce_in_both(self, portal, post, *, hours=1, status="5.1.1"):
        post.bounces()
        globex = portal.neighbour()
        portal.forward(hours=hours)
        globex.browser.asks_for_a_code()
        globex.delivers_mail()
        post.tells(ses_events.bounced(post.mails[-1], status=status))
        return globex

    def test_within_a_day_holds_until_it_is_lifted_in_both(self, portal, post):
        globex = self.bounce_in_both(portal, post)
        portal.forward(days=10)

        assert post.why_withheld() == ["address-suppressed-bounce"]
        globex.browser.asks_for_a_code()
        globex.delivers_mail()
        assert globex.challenge_row()["withheld_1"] == "address-suppressed-bounce"
        portal.browser.asks_for_a_code(None, link=portal.personal_link())
        portal.delivers_mail()
        assert portal.challenge_row()["withheld_1"] == "address-suppressed-bounce"

    @pytest.mark.parametrize("at_fault", ["acme#suppressed#", "globex#suppressed#"])
    def test_is_held_against_it_in_one_though_the_others_row_is_at_fault(
        self, portal, post, at_fault
    ):
        post.bounces()
        globex = portal.neighbour()
        globex.browser.asks_for_a_code()
        globex.delivers_mail()
        mail = post.mails[-1]
        # What ours hears by itself comes first. This is what both hear of each other.
        post.wire.refuse("unknown-twice", at_fault, operation="dynamodb.UpdateItem")
        event = ses_events.bounced(mail)

        failed = door("record_delivery").handler({"Records": [queue_record(event)]}, None)

        assert len(failed["batchItemFailures"]) == 1
        assert {row["pk"].split("#")[0]: row["state"] for row in post.rows}["globex"] == "bounced"
        twice = {
            row["pk"].split("#")[0]
            for row in post.suppressed
            if any(each.startswith("unknown-twice") for each in row["strikes"])
        }
        assert twice == {"acme", "globex"} - {at_fault.partition("#")[0]}
        post.wire.mend()
        assert post.tells(event) == ["repeated"]
        assert all("unknown-twice" in str(row["strikes"]) for row in post.suppressed)

    def test_more_than_a_day_apart_holds_as_one(self, portal, post):
        self.bounce_in_both(portal, post, hours=25)
        portal.forward(days=1)

        assert post.why_withheld() == []


class TestALateEvent:
    def test_of_a_mail_from_before_it_was_lifted_holds_nothing(self, portal, post):
        mail = post.bounces()
        (row,) = post.suppressed
        lifted_at = int(mail.at.timestamp()) + 60
        lifted = {"pk": row["pk"], "sk": row["sk"], "lifted_at": lifted_at}
        portal.writes("people", lifted)
        head = next(r for r in portal.rows("people") if r["sk"] == "head")
        portal.writes("people", {k: v for k, v in head.items() if k != "strikes"})

        post.tells(ses_events.bounced(mail, after=timedelta(hours=20)), ses_events.complained(mail))

        assert post.suppressed == [lifted]
        assert post.why_withheld() == []


class TestADomainThatRefuses:
    """MAI-03."""

    def bounces_of(self, portal, post, numbers, domain="example.net"):
        for n in numbers:
            portal.adds("Someone", f"p{n}@{domain}")
            portal.browser.asks_for_a_code(f"p{n}@{domain}")
            portal.delivers_mail()
            refused = ses_events.bounced(post.mails[-1], "smtp; 550 no", status="5.0.0")
            # Twice each: SNS may.
            post.tells(refused, refused)

    def findings(self, portal):
        lines = portal.records_trail()
        return [line for line in lines if line["name"] == "mail.domain-refused"]

    def test_is_one_finding_with_the_eleventh_address(self, portal, post):
        self.bounces_of(portal, post, range(10))
        assert self.findings(portal) == []

        self.bounces_of(portal, post, range(10, 13))

        (line,) = self.findings(portal)
        assert line["pk"] == "acme#trail#acme"
        assert line["detail"]["domain"] == "example.net"

    def test_is_none_where_ten_are_of_another_hour(self, portal, post):
        self.bounces_of(portal, post, range(6))
        portal.forward(hours=1)
        self.bounces_of(portal, post, range(6, 12))

        assert self.findings(portal) == []


@pytest.mark.parametrize("share", ["shut", "open"])
class TestTheBrake:
    """MAI-03."""

    def test_shuts_sign_ups_of_strangers_at_three_in_a_hundred(self, portal, post, share):
        day = int(datetime.now(UTC).timestamp()) // 86400
        row = {"pk": f"-outcomes#{day}", "sk": "shard-1", "bounced": 30}
        portal.writes("sign-in", row | {"delivered": 970 if share == "shut" else 971})
        portal.sets(sign_up=True)

        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()

        withheld = portal.challenge_row().get("withheld_1")
        assert withheld == ("too-many-bounces" if share == "shut" else None)
        # Contacts still get their codes.
        assert post.why_withheld() == []


class TestTheShare:
    def test_counts_each_bounce_once(self, portal, post):
        mail = post.bounces()
        post.tells(ses_events.bounced(mail))

        counted = [row for row in portal.rows("sign-in") if row["pk"].startswith("-outcomes#")]
        assert sum(row.get("bounced", 0) for row in counted) == 1
        (limit,) = {row["expires_at"] - row["ttl"] for row in counted}
        assert limit == 0

    def test_of_nine_bounces_brakes_nothing(self, portal, post):
        day = int(datetime.now(UTC).timestamp()) // 86400
        portal.writes("sign-in", {"pk": f"-outcomes#{day}", "sk": "shard-0", "bounced": 9})
        portal.sets(sign_up=True)

        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()

        assert "withheld_1" not in portal.challenge_row()
