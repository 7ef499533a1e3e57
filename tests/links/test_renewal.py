"""A personal link that has ended, and the one that is mailed in its place
(links/rules.py, notices/link_renewals.py, sender/link_mails.py)."""

import json
import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from local import ses_events
from local.ses_events import SentMail
from portico.account.team_erasure import TeamErasures
from portico.aws.keys import ring
from portico.links.rules import public_id
from portico.notices.store import Notice
from portico.sender.delivery import TakenByAnother
from portico.sender.link_mails import derived_token
from portico.sender.notice_mails import NoticeMails
from tests.support.doors import door, queue_record

DAYS = 90
"""As long as the workspace says."""
URL = re.compile(r"https://[^\s/]+/acme#l=(lnk_[\w-]{43})\s")


@pytest.fixture
def ended(portal):
    """The token of a link of Ann's that has ended."""
    token = portal.personal_link()
    portal.forward(days=DAYS)
    return token


def text_of(message):
    part = message_from_bytes(message, policy=policy.default).get_body(("plain",))
    assert part is not None
    return part.get_content()


def asks(portal, token, *, status=202):
    answer = portal.another_browser().asks_for_a_new_link(token)
    assert answer.status == status, answer.event
    portal.delivers_mail()


def mailed(portal):
    """The tokens that were mailed, oldest first."""
    return [token for mail in portal.mails for token in URL.findall(mail.text)]


def resolved(portal, token):
    answer = portal.another_browser().opens_the_link(token)
    return answer.status, answer.body.get("ended")


def row_of(portal, token):
    id_ = public_id(token)
    return next(row for row in portal.rows("people") if row.get("id") == id_)


class TestALinkThatHasEnded:
    def test_says_that_its_contact_can_have_a_new_one(self, portal, ended):
        assert resolved(portal, ended) == (404, "renewable")

    def test_is_mailed_anew_to_its_contact(self, portal, ended):
        asks(portal, ended)

        (token,) = mailed(portal)
        assert set(portal.mails[-1].to) == {"ann@example.com"}
        assert token != ended
        assert resolved(portal, token)[0] == 200
        browser = portal.another_browser()
        browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()
        assert browser.types_the_mailed_code().status == 200

    def test_becomes_replaced(self, portal, ended):
        asks(portal, ended)

        ann = portal.links.all("acme", contact=portal.ann.id)
        assert [each.state(at=portal.now) for each in ann] == ["replaced", "alive"]
        assert ann[0].replaced_by == ann[1].id

    def test_keeps_destination_and_label(self, portal):
        token = portal.personal_link(to="tickets", label="June")
        portal.forward(days=DAYS)
        asks(portal, token)

        new = row_of(portal, mailed(portal)[0])
        assert (new["destination"], new["label"], new["renewal"]) == ("tickets", "June", 1)

    def test_looks_as_before_after_it_was_renewed(self, portal, ended):
        before = portal.another_browser().opens_the_link(ended).body
        asks(portal, ended)

        after = portal.another_browser().opens_the_link(ended).body
        assert {**before, "instance": ""} == {**after, "instance": ""}

    def test_mails_the_same_one_again(self, portal, ended):
        asks(portal, ended)
        asks(portal, ended)
        assert len(mailed(portal)) == 1, "once in an hour"
        portal.forward(hours=1)
        asks(portal, ended)

        first, second = mailed(portal)
        assert first == second
        assert len(portal.links.all("acme", contact=portal.ann.id)) == 2

    def test_is_renewed_three_times_in_a_row(self, portal, ended):
        tokens = [ended]
        for n in (1, 2, 3):
            asks(portal, tokens[-1])
            tokens.append(mailed(portal)[-1])
            assert row_of(portal, tokens[-1])["renewal"] == n
            portal.forward(days=DAYS)

        assert resolved(portal, tokens[-1]) == (404, None)
        asks(portal, tokens[-1], status=404)
        assert len(set(tokens)) == 4

    def test_is_renewed_for_ninety_days(self, portal, ended):
        portal.forward(days=90, seconds=-1)
        assert resolved(portal, ended) == (404, "renewable")
        assert row_of(portal, ended)["ttl"] > portal.now.timestamp()
        portal.forward(seconds=1)

        assert resolved(portal, ended) == (404, None)
        asks(portal, ended, status=404)

    def test_is_written_down(self, portal, ended):
        asks(portal, ended)

        lines = [each for each in portal.records_trail() if each["name"].startswith("link.")]
        new = public_id(mailed(portal)[0])
        assert [(each["name"], each["by"]) for each in lines[-2:]] == [
            ("link.created", "mail"),
            ("link.replaced", "mail"),
        ] or [(each["name"], each["by"]) for each in lines[-2:]] == [
            ("link.replaced", "mail"),
            ("link.created", "mail"),
        ]
        assert {each["detail"].get("into") for each in lines} >= {new}
        assert ended not in json.dumps(lines, default=str)
        assert mailed(portal)[0] not in json.dumps(lines, default=str)


class TestALinkThatIsNeverRenewed:
    @pytest.mark.parametrize(
        "kind", ["chosen end", "revoked", "revoked later", "shared", "break-glass", "alive"]
    )
    def test_by_its_kind(self, portal, kind):
        more: dict[str, Any] = {}
        if kind == "chosen end":
            more = {"lifetime": timedelta(days=DAYS)}
        if kind == "break-glass":
            more = {"break_glass": True}
        who = {} if kind == "shared" else {"contact": "ann@example.com"}
        link, token = portal.link(**who, **more)
        if kind == "revoked":
            portal.links.revoke("acme", link.id, by="test")
        portal.forward(days=DAYS - (kind == "alive"))
        if kind == "revoked later":
            portal.links.revoke("acme", link.id, by="test")

        assert resolved(portal, token)[1] is None
        asks(portal, token, status=404)

    def test_since_a_hand_has_rotated_it(self, portal):
        link, token = portal.link(contact="ann@example.com")
        portal.links.rotate(portal.workspace, link.id, by="test")
        portal.forward(days=DAYS)

        assert resolved(portal, token) == (404, "replaced")
        asks(portal, token, status=404)

    def test_if_it_was_revoked_while_the_mail_waited(self, portal, ended):
        portal.another_browser().asks_for_a_new_link(ended)
        portal.links.revoke("acme", public_id(ended), by="test")
        portal.delivers_mail()

        assert mailed(portal) == []
        assert withheld(portal) == ["link-ended"]

    def test_if_the_new_one_was_revoked(self, portal, ended):
        asks(portal, ended)
        portal.links.revoke("acme", public_id(mailed(portal)[0]), by="test")
        portal.forward(hours=1)
        asks(portal, ended)

        assert len(mailed(portal)) == 1

    def test_in_another_workspace(self, portal, ended):
        other = portal.neighbour()

        answer = other.browser.asks_for_a_new_link(ended)

        assert answer.problem == (404, "invalid-portal-link")


def withheld(portal):
    return [row["withheld"] for row in portal.rows("sign-in") if row.get("withheld")]


FATES = ["there", "off", "suppressed", "erased"]


class TestWhoeverItBelongsTo:
    def test_gets_the_same_answers_by_the_same_work(self, portal, wire, ended):
        """MAI-03: the page of somebody who is off, suppressed or erased says what it says of Ann."""
        seen = {}
        tokens = {fate: self.link_of(portal, fate) for fate in FATES}
        portal.forward(days=DAYS)
        for fate, (contact, token) in tokens.items():
            self.befalls(portal, contact, fate)
            wire.forget()
            opened = portal.another_browser().opens_the_link(token)
            asked = portal.another_browser().asks_for_a_new_link(token)
            work = [*wire.operations]
            again = portal.another_browser().opens_the_link(token)
            seen[fate] = json.dumps(
                [
                    *({**each.body, "instance": ""} for each in (opened, asked, again)),
                    [opened.status, asked.status],
                    work,
                ]
            )
            portal.forward(hours=1)
        portal.delivers_mail()

        assert len(set(seen.values())) == 1
        reached = [{*mail.to} for mail in portal.mails if URL.search(mail.text)]
        assert reached == [{"there@example.com"}]

    def link_of(self, portal, fate):
        contact = portal.adds("Someone", f"{fate}@example.com")
        return contact, portal.personal_link(contact.email)

    def befalls(self, portal, contact, fate):
        match fate:
            case "off":
                portal.deactivates(contact.email)
            case "suppressed":
                portal.suppresses(contact)
            case "erased":
                TeamErasures("people", "sign-in", "trail").erase(
                    portal.workspace, contact, host="signin.example.com", by="test"
                )


class TestTheMail:
    def test_counts_in_the_mailboxs_budget(self, portal, ended):
        for _ in range(5):
            browser = portal.another_browser()
            browser.asks_for_a_code(None, link=portal.personal_link())
            portal.delivers_mail()

        asks(portal, ended)

        assert mailed(portal) == []
        assert withheld(portal) == ["mailbox-budget"]
        assert "replaced_by" not in row_of(portal, ended)

    def test_counts_in_the_networks_budget(self, portal, ended):
        statuses = [portal.another_browser().asks_for_a_new_link(ended).status for _ in range(61)]

        assert statuses == [202] * 60 + [429]

    def test_goes_out_though_its_reader_reported_one_notice(self, portal, wire, ended):
        """They ask for it, as for a code."""
        portal.browser.asks_for_a_code(None, link=portal.personal_link())
        portal.delivers_mail()
        sent = SentMail.of_call(wire.parameters("sesv2.SendEmail")[-1], id_="1", at=portal.now)
        event = queue_record(ses_events.complained(sent))
        door("record_delivery").handler({"Records": [event]}, None)
        portal.forward(hours=2)

        asks(portal, ended)

        assert len(mailed(portal)) == 1

    def test_is_not_sent_to_an_address_that_came_back(self, portal, wire, ended):
        portal.browser.asks_for_a_code(None, link=portal.personal_link())
        portal.delivers_mail()
        sent = SentMail.of_call(wire.parameters("sesv2.SendEmail")[-1], id_="1", at=portal.now)
        event = queue_record(ses_events.bounced(sent))
        door("record_delivery").handler({"Records": [event]}, None)

        asks(portal, ended)

        assert mailed(portal) == []
        assert withheld(portal) == ["address-suppressed-bounce"]

    def test_is_the_same_by_a_sender_that_takes_over(self, portal, ended):
        """A sender is killed after it has written the link and before SES has the mail."""
        portal.another_browser().asks_for_a_new_link(ended)
        notice = next(row for row in portal.rows("sign-in") if row["sk"] == "notice")
        portal.delivers_mail()
        (first,) = mailed(portal)
        row = next(each for each in portal.rows("sign-in") if each["pk"] == notice["pk"])
        died = {k: v for k, v in row.items() if k not in ("sent", "event")}
        portal.writes("sign-in", died | {"claimed": int(portal.now.timestamp()) - 60})

        message = queue_record({"notice": notice["pk"]})
        door("send_mail").handler({"Records": [message]}, None)

        assert mailed(portal) == [first, first]
        assert len(portal.links.all("acme", contact=portal.ann.id)) == 2

    def test_is_the_same_by_two_senders_at_once(self, portal, ended):
        """Two presses, in two hours, whose mails two senders decide about in the same moment."""
        for _ in range(2):
            portal.another_browser().asks_for_a_new_link(ended)
            portal.forward(hours=1)
        mails = NoticeMails("people", "sign-in", ring(door("send_mail").settings.code_secret))
        rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
        first, second = (mails.of(Notice.from_row(row)) for row in rows)

        assert [each.why_not(at=portal.now) for each in (first, second)] == [None, None]
        assert first.take(at=portal.now)
        with pytest.raises(TakenByAnother):
            second.take(at=portal.now)
        again = mails.of(Notice.from_row(rows[1]))
        assert again.why_not(at=portal.now) is None
        assert again.take(at=portal.now)

        written = [
            each.write(sender="signin@acme.test", at=portal.now)[1] for each in (first, again)
        ]
        tokens = [URL.findall(text_of(each)) for each in written]
        assert tokens[0] == tokens[1] != []
        assert len(portal.links.all("acme", contact=portal.ann.id)) == 2

    def test_has_a_token_that_only_the_key_tells(self):
        tokens = {
            derived_token(key, workspace_id=workspace, basis=basis)
            for key in (b"1" * 32, b"2" * 32)
            for workspace in ("acme", "globex")
            for basis in ("0123456789abcdef 1", "0123456789abcdef 2")
        }

        assert len(tokens) == 8
        assert all(re.fullmatch(r"lnk_[\w-]{43}", each) for each in tokens)

    @pytest.mark.parametrize("language", ["de", "ar"])
    def test_speaks_as_the_page_did(self, portal, ended, language):
        portal.another_browser().asks_for_a_new_link(ended, language=language)
        portal.delivers_mail()

        assert portal.mails[-1].language == language
