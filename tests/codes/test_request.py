"""Asking for a code, and asking again."""

from datetime import timedelta

import pytest

from portico.aws import deadline
from tests.support.driver import WRONG


class TestARequest:
    def test_never_looks_the_contact_up(self, portal, wire):
        portal.browser.asks_for_a_code("ann@example.com")

        assert wire.operations == [
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
            "dynamodb.PutItem",
        ]
        (read,) = wire.parameters("dynamodb.BatchGetItem")
        keys = [key["sk"]["S"] for key in read["RequestItems"]["people"]["Keys"]]
        assert keys == ["door", "link"]

    def test_reads_workspace_and_link_as_they_are_now(self, portal, wire):
        portal.browser.asks_for_a_code()

        (read,) = wire.parameters("dynamodb.BatchGetItem")
        assert read["RequestItems"]["people"]["ConsistentRead"] is True

    def test_asks_for_its_mail_in_the_write_that_stores_it(self, portal, wire):
        portal.browser.asks_for_a_code()

        (write,) = wire.parameters("dynamodb.PutItem")
        assert write["Item"]["mail"] == {"N": "1"}
        assert write["Item"]["event"]["M"]["name"] == {"S": "code.requested"}

    def test_answers_what_the_page_shows(self, portal):
        answer = portal.browser.asks_for_a_code().body
        portal.delivers_mail()

        assert answer.keys() == {
            "challenge",
            "label",
            "resend_after",
            "expires_in",
            "code_length",
        }
        assert answer["challenge"].startswith("chl_acme_")
        assert f"Label: {answer['label']}" in portal.mails[0].text
        assert (answer["resend_after"], answer["expires_in"]) == (30, 600)

    def test_is_another_challenge_every_time(self, portal):
        challenges = {portal.browser.asks_for_a_code().body["challenge"] for _ in range(5)}

        assert len(challenges) == 5

    def test_is_refused_at_once_for_a_link_revoked_a_moment_ago(self, portal):
        link, token = portal.link()
        portal.links.revoke(portal.id, link.id, by="test")

        assert portal.browser.asks_for_a_code(link=token).problem == (404, "invalid-portal-link")
        assert portal.rows("sign-in") == []

    def test_is_refused_where_the_workspace_allows_no_codes(self, portal):
        portal.sets(code_method=False)

        assert portal.browser.asks_for_a_code().problem == (403, "sign-in-method-off")
        assert portal.rows("sign-in") == []

    def test_is_refused_on_a_page_of_another_site(self, portal):
        evil = portal.another_browser(origin="https://evil.test")

        assert evil.asks_for_a_code().problem == (403, "cross-site")
        assert portal.rows("sign-in") == []

    @pytest.mark.parametrize("origin", ["https://portal.acme.test", "https://help.acme.test"])
    def test_is_welcome_on_the_portals_own_pages(self, portal, origin):
        portal.sets(portal_origins=["https://help.acme.test"])

        assert portal.another_browser(origin=origin).asks_for_a_code().status == 202

    def test_stores_nothing_and_can_be_sent_again_when_the_table_is_out_of_reach(
        self, portal, wire
    ):
        wire.cut("dynamodb.PutItem")
        fault = portal.browser.asks_for_a_code()
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert fault.headers["retry-after"] == "2"
        assert portal.delivers_mail() == []
        assert portal.browser.asks_for_a_code().status == 202

    def test_begins_one_challenge_though_its_answer_was_lost(self, portal, wire):
        wire.lose_answers("dynamodb.PutItem", times=1)
        answer = portal.browser.asks_for_a_code()
        wire.mend()

        assert answer.status == 202
        assert wire.operations.count("dynamodb.PutItem") == 2
        assert len(portal.delivers_mail()) == 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_does_not_start_where_it_cannot_be_counted(self, portal, wire):
        wire.cut("dynamodb.UpdateItem")

        assert portal.browser.asks_for_a_code().problem == (503, "try-later")
        assert portal.rows("sign-in") == []

    @pytest.mark.parametrize(
        "malformed",
        [
            {"office_networks": ["the office"]},
            {"areas": {"tickets": "/tickets"}},
            {"session_idle_seconds": "8 hours"},
            {"portal_url": None},
            {"portal_origins": None},
        ],
        ids=lambda malformed: next(iter(malformed)),
    )
    def test_suffers_from_a_malformed_setting_in_its_own_workspace_only(self, portal, malformed):
        globex = portal.neighbour()
        door = next(row for row in portal.rows("people") if row["pk"] == "acme#workspace")
        portal.writes("people", door | malformed)

        assert portal.browser.asks_for_a_code().problem == (503, "try-later")
        assert globex.browser.asks_for_a_code().status == 202

    def test_does_not_mind_settings_of_a_later_release(self, portal):
        door = next(row for row in portal.rows("people") if row["pk"] == "acme#workspace")
        portal.writes("people", door | {"carrier_pigeons": True})

        assert portal.browser.asks_for_a_code().status == 202


class TestAResend:
    def test_waits_longer_every_time_and_ends_after_four_mails(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        for wait, then in ((30, 60), (60, 120), (120, None)):
            portal.forward(seconds=wait - 1)
            too_soon = portal.browser.asks_again()
            assert too_soon.problem == (429, "too-soon")
            assert too_soon.body["retry_after"] == 1
            assert too_soon.headers["retry-after"] == "1"

            portal.forward(seconds=1)
            answer = portal.browser.asks_again()
            assert answer.status == 202
            assert answer.body["resend_after"] == then
            assert answer.body["expires_in"] == 600
            portal.delivers_mail()
        assert len(portal.mails) == 4

    def test_is_refused_for_good_after_the_fourth_mail(self, portal):
        portal.browser.asks_for_a_code()
        for wait in (30, 60, 120):
            portal.forward(seconds=wait)
            portal.browser.asks_again()

        portal.forward(minutes=15)
        refused = portal.browser.asks_again()

        assert refused.problem == (429, "too-many-requests")
        assert refused.body["retry_after"] is None
        assert "retry-after" not in refused.headers

    def test_tells_the_whole_wait_at_once(self, portal):
        portal.browser.asks_for_a_code()

        assert portal.browser.asks_again().body["retry_after"] == 30

    def test_waits_alike_for_somebody_who_is_no_contact(self, portal):
        portal.browser.asks_for_a_code("nobody@example.com")
        portal.delivers_mail()

        portal.forward(seconds=29)
        assert portal.browser.asks_again().body["retry_after"] == 1
        portal.forward(seconds=1)
        assert portal.browser.asks_again().body["resend_after"] == 60

    def test_is_possible_as_long_as_its_code_has_its_ten_minutes(self, portal):
        portal.browser.asks_for_a_code()

        portal.forward(minutes=20)

        assert portal.browser.asks_again().status == 202

    def test_is_over_with_under_ten_minutes_of_the_challenge_left(self, portal):
        portal.browser.asks_for_a_code()

        portal.forward(minutes=20, seconds=1)
        refused = portal.browser.asks_again()

        assert refused.problem == (410, "challenge-closed")
        assert refused.body["reason"] == "expired"

    def test_is_over_when_all_attempts_are(self, portal):
        portal.browser.asks_for_a_code()
        for _ in range(5):
            portal.browser.types(WRONG)

        portal.forward(seconds=30)
        refused = portal.browser.asks_again()

        assert refused.problem == (410, "challenge-closed")
        assert refused.body["reason"] == "attempts"

    def test_has_a_label_of_its_own_that_its_mail_shows(self, portal):
        first = portal.browser.asks_for_a_code().body["label"]
        portal.delivers_mail()

        portal.forward(seconds=30)
        second = portal.browser.asks_again().body["label"]
        portal.delivers_mail()

        assert f"Label: {first}" in portal.mails[0].text
        assert f"Label: {second}" in portal.mails[1].text

    def test_asks_for_one_mail_though_its_answer_was_lost(self, portal, wire):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(seconds=30)
        wire.lose_answers("dynamodb.UpdateItem", times=1)
        answer = portal.browser.asks_again()
        wire.mend()

        assert answer.status == 202
        assert answer.body["resend_after"] == 60
        assert portal.challenge_row()["generation"] == 2

    def test_comes_from_the_origin_that_asked_first(self, portal):
        portal.browser.asks_for_a_code()
        portal.forward(seconds=30)

        portals_page = portal.another_browser(origin="https://portal.acme.test")
        portals_page.challenge = portal.browser.challenge

        assert portals_page.asks_again().problem == (403, "cross-site")
        assert portal.challenge_row()["generation"] == 1

    @pytest.mark.parametrize(
        "challenge",
        ["chl_acme_" + "A" * 22, "chl_globex_" + "A" * 22, "chl_acme_A", "acme#workspace", ""],
    )
    def test_of_what_never_was_looks_like_one_that_is_over(self, portal, challenge):
        portal.browser.challenge = challenge

        refused = portal.browser.asks_again()

        assert refused.problem == (410, "challenge-closed")
        assert refused.body["reason"] == "expired"


class TestSendOnOpen:
    def test_sends_once_for_a_link_in_half_an_hour(self, portal):
        token = portal.personal_link()
        portal.browser.asks_for_a_code(None, link=token, auto=True)

        portal.forward(minutes=29, seconds=59)
        again = portal.another_browser().asks_for_a_code(None, link=token, auto=True)

        assert again.problem == (429, "too-soon")
        assert again.body["retry_after"] == 1
        assert len(portal.delivers_mail()) == 1

    def test_sends_again_after_half_an_hour(self, portal):
        token = portal.personal_link()
        portal.browser.asks_for_a_code(None, link=token, auto=True)

        portal.forward(minutes=30)

        assert portal.browser.asks_for_a_code(None, link=token, auto=True).status == 202

    def test_does_not_hold_up_a_contact_who_presses_the_button(self, portal):
        token = portal.personal_link()
        portal.browser.asks_for_a_code(None, link=token, auto=True)

        assert portal.browser.asks_for_a_code(None, link=token).status == 202

    def test_is_counted_for_each_link_apart(self, portal):
        first, second = portal.personal_link(), portal.personal_link()
        portal.browser.asks_for_a_code(None, link=first, auto=True)

        assert portal.browser.asks_for_a_code(None, link=second, auto=True).status == 202

    def test_is_not_used_up_by_a_fault(self, portal, wire):
        token = portal.personal_link()
        # The first row says that the link has sent, the second is the challenge.
        wire.before("dynamodb.PutItem", lambda: wire.cut("dynamodb.PutItem"))
        fault = portal.browser.asks_for_a_code(None, link=token, auto=True)
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert portal.delivers_mail() == []
        assert portal.browser.asks_for_a_code(None, link=token, auto=True).status == 202

    def test_is_not_used_up_when_time_runs_out(self, portal, wire):
        token = portal.personal_link()
        wire.before("dynamodb.PutItem", lambda: deadline.start(timedelta()))

        fault = portal.browser.asks_for_a_code(None, link=token, auto=True)

        assert fault.problem == (503, "try-later")
        assert portal.browser.asks_for_a_code(None, link=token, auto=True).status == 202

    def test_sends_though_its_answer_was_lost(self, portal, wire):
        token = portal.personal_link()
        wire.lose_answers("dynamodb.PutItem", times=1)
        answer = portal.browser.asks_for_a_code(None, link=token, auto=True)
        wire.mend()

        assert answer.status == 202
        assert len(portal.delivers_mail()) == 1

    def test_is_not_used_up_while_the_portal_is_off(self, portal):
        token = portal.personal_link()
        portal.sets(portal_enabled=False)
        assert portal.browser.asks_for_a_code(None, link=token, auto=True).status == 403

        portal.sets(portal_enabled=True)

        assert portal.browser.asks_for_a_code(None, link=token, auto=True).status == 202


class TestWhatIsSealed:
    def test_the_session_keeps_the_limits_of_the_moment_it_was_asked_for(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.sets(session_idle_seconds=300, session_absolute_seconds=600)
        portal.browser.types_the_mailed_code()

        (session,) = portal.session_rows()
        hours = timedelta(seconds=session["idle"]) / timedelta(hours=1)
        assert hours == 8

    def test_the_way_back_is_the_one_of_the_moment_it_was_asked_for(self, portal):
        portal.browser.asks_for_a_code(to="request:new-laptop")
        portal.delivers_mail()

        portal.sets(request_flows=[])
        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"]["area"] == "request:new-laptop"

    def test_a_new_request_has_the_settings_of_its_own_moment(self, portal):
        portal.sets(session_idle_seconds=300)

        portal.browser.signs_in()

        (session,) = portal.session_rows()
        assert session["idle"] == 300


class TestAPageThatMayNotSendByItself:
    def test_is_told_so_where_the_workspace_does_not_want_it(self, portal):
        token = portal.personal_link()
        portal.sets(send_on_open=False)

        answer = portal.browser.asks_for_a_code(None, link=token, auto=True)

        assert answer.problem == (400, "invalid-request")
        assert portal.delivers_mail() == []

    def test_is_told_so_where_the_link_is_everybodys(self, portal):
        answer = portal.browser.asks_for_a_code(auto=True)

        assert answer.problem == (400, "invalid-request")
        assert portal.delivers_mail() == []
