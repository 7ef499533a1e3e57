"""A notice follows an account that was connected by our own code
(codes/pending_identity.py, sender/notice_mails.py)."""

import pytest

from tests.codes import retries

pytestmark = pytest.mark.slow

ANN = "ann@example.com"


def connects(portal, browser, connection="facebook", **more):
    """Prove Ann's address for an account, up to the session."""
    came_back = browser.signs_in_with(connection, "ben")
    if came_back.mark == "p":
        assert browser.gives_an_address(came_back.told, ANN).status == 202
    portal.delivers_mail()
    typed = browser.types_the_mailed_code(**more)
    assert typed.status == 200, typed.event


def notices(portal):
    return [row for row in portal.rows("sign-in") if row["sk"] == "notice"]


def told(portal):
    """The names of what the trail holds of notices, in their order."""
    names = [row["name"] for row in portal.records_trail()]
    return [name for name in names if name.startswith("notice.")]


class TestANotice:
    def test_goes_to_the_stored_address_and_says_what_was_connected(self, connected, portal):
        connects(portal, portal.browser)

        portal.delivers_mail()

        _, notice = portal.mails
        assert set(notice.to) == {ANN}
        assert "Facebook was connected to your sign-in at Acme Support." in notice.text
        assert "Firefox (Windows)" in notice.text
        assert "://" not in notice.text

    def test_is_in_the_trail_when_asked_for_and_when_mailed(self, connected, portal):
        connects(portal, portal.browser)
        assert told(portal) == ["notice.asked"]
        portal.forward(seconds=1)

        portal.delivers_mail()

        assert told(portal) == ["notice.asked", "notice.mailed"]

    def test_speaks_the_contacts_language(self, connected, portal):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(row for row in portal.rows("people") if row["pk"] == pk)
        portal.writes("people", head | {"language": "de"})
        connects(portal, portal.browser)

        portal.delivers_mail()

        assert "Facebook wurde mit Ihrer Anmeldung" in portal.mails[-1].text

    def test_does_not_follow_a_plain_sign_in(self, connected, portal):
        portal.browser.signs_in()

        assert notices(portal) == []

    def test_acc_08_is_one_more_for_a_second_account_within_the_hour(self, connected, portal):
        connects(portal, portal.browser)
        portal.delivers_mail()

        connects(portal, portal.another_browser(), "twitter")
        portal.delivers_mail()

        assert len(notices(portal)) == 2
        assert len(portal.mails) == 4  # two codes and two notices

    def test_is_one_more_in_the_next_hour(self, connected, portal):
        connects(portal, portal.browser)
        portal.delivers_mail()
        portal.forward(hours=1)

        connects(portal, portal.another_browser(), "twitter")
        portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_is_not_mailed_again_when_the_press_is_repeated(self, connected, portal):
        connects(portal, portal.browser, request_id="press")
        portal.delivers_mail()
        code = portal.mailed_code(0)

        again = portal.browser.types(code, request_id="press")

        assert again.status == 200
        assert portal.delivers_mail() == []
        assert len(portal.mails) == 2

    def test_that_comes_twice_by_the_stream_is_mailed_once(self, connected, portal):
        connects(portal, portal.browser)
        row = next(iter(notices(portal)))
        portal.delivers_mail()
        sent = notices(portal)

        portal.writes("sign-in", {**sent[0], "mail": row["mail"]})
        portal.delivers_mail()

        assert len(portal.mails) == 2

    def test_is_outside_the_mailboxs_budget(self, connected, portal):
        connects(portal, portal.browser)
        before = [row for row in portal.rows("sign-in") if row["sk"] == "budget"]

        portal.delivers_mail()

        assert [row for row in portal.rows("sign-in") if row["sk"] == "budget"] == before

    @pytest.mark.parametrize(
        ("reason", "happens"),
        [
            ("contact-inactive", lambda portal: portal.deactivates()),
            ("address-suppressed-bounce", lambda portal: portal.suppresses(portal.ann)),
            ("inbound-address", lambda portal: portal.sets(inbound_addresses=[ANN])),
            ("too-late", lambda portal: portal.forward(days=1)),
        ],
    )
    def test_is_withheld_and_the_trail_says_why(self, connected, portal, reason, happens):
        connects(portal, portal.browser)
        happens(portal)

        portal.delivers_mail()

        assert len(portal.mails) == 1
        assert notices(portal)[0]["withheld"] == reason
        assert "notice.withheld" in told(portal)


class TestTheFirstSignInWithAVouchedAddress:
    @pytest.mark.parametrize("connection", ["google", "microsoft", "oidc"])
    def test_acc_09_is_told_as_a_new_way_in(self, connected, portal, connection):
        assert portal.browser.signs_in_with(connection).mark != "e"

        portal.delivers_mail()

        (notice,) = portal.mails
        assert set(notice.to) == {ANN}
        assert "was connected to your sign-in at Acme Support." in notice.text

    def test_acc_09_is_told_through_a_personal_link_too(self, connected, portal):
        portal.browser.signs_in_with("google", link=portal.personal_link())

        portal.delivers_mail()

        assert len(portal.mails) == 1

    def test_is_told_once_for_all_that_follow(self, connected, portal):
        for n in range(3):
            portal.another_browser(source_ip=f"198.51.100.{n}").signs_in_with("google")
            portal.forward(hours=2)
            portal.delivers_mail()

        assert len(portal.mails) == 1

    def test_keeps_the_time_at_which_it_was_connected(self, connected, portal):
        portal.browser.signs_in_with("google")
        (first,) = [row for row in portal.rows("people") if row["sk"] == "identity"]
        portal.forward(hours=2)
        portal.deactivates()
        portal.team.set_active(portal.id, ANN, True, by="test")

        assert portal.another_browser().signs_in_with("google").mark != "e"

        (later,) = [row for row in portal.rows("people") if row["sk"] == "identity"]
        assert later["sver"] == first["sver"] + 2
        assert later["linked_at"] == first["linked_at"]

    def test_does_not_bring_back_what_is_taken_away_meanwhile(self, connected, portal, wire):
        portal.browser.signs_in_with("google")
        (row,) = [row for row in portal.rows("people") if row["sk"] == "identity"]
        portal.deactivates()
        portal.team.set_active(portal.id, ANN, True, by="test")
        wire.before("dynamodb.GetItem", lambda: portal.removes("people", row))

        came_back = portal.another_browser().signs_in_with("google")

        assert came_back.told == "sso-failed"
        assert not [row for row in portal.rows("people") if row["sk"] == "identity"]

    def test_is_refused_when_the_address_has_just_changed_hands(self, connected, portal, wire):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if r["pk"] == pk)
        moved = head | {"email": "ann@elsewhere.example"}
        wire.before("dynamodb.GetItem", lambda: portal.writes("people", moved))

        assert portal.browser.signs_in_with("google").told == "sso-failed"
        assert not [row for row in portal.rows("people") if row["sk"] == "identity"]

    def test_is_refused_for_an_account_that_an_undo_has_made_void(self, connected, portal):
        portal.browser.signs_in_with("google")
        (row,) = [row for row in portal.rows("people") if row["sk"] == "identity"]
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if r["pk"] == pk)
        span = [row["linked_at"], row["linked_at"]]
        portal.writes("people", head | {"sver": head["sver"] + 1, "voids": [span]})

        assert portal.another_browser().signs_in_with("google").told == "sso-failed"

    def test_is_refused_for_one_that_was_connected_while_an_undo_was_made(self, connected, portal):
        portal.browser.signs_in_with("google")
        (row,) = [row for row in portal.rows("people") if row["sk"] == "identity"]
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if r["pk"] == pk)
        sver, span = head["sver"] + 1, [row["linked_at"] - 60, row["linked_at"] - 1]
        undone = {"sver": sver, "voids": [span], "voids_sver": sver}
        portal.writes("people", head | undone)

        assert portal.another_browser().signs_in_with("google").told == "sso-failed"


class TestAFaultOfSes:
    def test_lets_the_notice_go_out_a_little_later(self, connected, portal, wire, retry_queue):
        connects(portal, portal.browser)
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()
        assert len(portal.mails) == 1

        portal.forward(seconds=5)
        bodies = retries.hand_in(retry_queue)

        assert bodies == [{"notice": notices(portal)[0]["pk"]}]
        assert len(portal.mails) == 2

    def test_that_is_unclear_lets_it_go_out_when_the_claim_is_old(
        self, connected, portal, wire, retry_queue
    ):
        connects(portal, portal.browser)
        wire.cut("sesv2.SendEmail")
        portal.delivers_mail()
        wire.mend()

        portal.forward(seconds=36)
        retries.hand_in(retry_queue)

        assert len(portal.mails) == 2

    def test_that_goes_on_keeps_the_notice_in_the_queue(self, connected, portal, wire, retry_queue):
        connects(portal, portal.browser)
        wire.answer("sesv2.SendEmail", "TooManyRequestsException")
        portal.delivers_mail()

        portal.forward(seconds=5)
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 1

    def test_that_is_final_withholds_it(self, connected, portal, wire, retry_queue):
        connects(portal, portal.browser)
        wire.answer("sesv2.SendEmail", "MessageRejected", times=1)

        portal.delivers_mail()

        assert notices(portal)[0]["withheld"] == "mail-refused"
        assert retries.waiting(retry_queue) == 0
