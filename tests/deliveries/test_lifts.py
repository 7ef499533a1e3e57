"""Letting an address get mail again (portico/deliveries/lifts.py)."""

import re
from datetime import timedelta

import pytest

from local import ses_events
from portico.codes.challenge import Challenge
from portico.codes.rules import CODE_LIFETIME, LATEST_SEND
from portico.deliveries.lifts import ASKED_WITHIN, CODE_LASTS, Lifted, Lifts
from portico.errors import TryLater
from portico.notices.mailed_link import mailed_link
from portico.people.memberships import Role, is_no_owner
from portico.people.store import People
from portico.sender.taken_mails import TakenMails
from portico.team.members import TeamMembers

URL = re.compile(r"https://[^\s/]+/acme#l=(lnk_[\w-]{43})\s")


def lift(portal, contact=None):
    contact = portal.team.contact("acme", (contact or portal.ann).id)
    return Lifts("people", "sign-in").lift(portal.workspace, contact, by="cli:olga")


@pytest.fixture
def waiting(portal, post):
    """Ann's mail came back, and she waits for another code."""
    post.bounces()
    assert post.why_withheld() == ["address-suppressed-bounce"]
    return portal


class TestLifting:
    def test_mails_the_code_that_the_page_waits_for(self, waiting, post):
        portal, before = waiting, len(post.mails)

        assert lift(portal) is Lifted.AND_ASKED
        assert len(post.mails) == before
        portal.delivers_mail()

        assert len(post.mails) == before + 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_makes_no_code_where_nobody_waits(self, portal, post):
        post.bounces()

        assert lift(portal) is Lifted.LIFTED
        assert not [row for row in portal.rows("sign-in") if row.get("mail")]
        assert post.why_withheld() == []

    @pytest.mark.parametrize(("wait", "done"), [(299, Lifted.AND_ASKED), (300, Lifted.LIFTED)])
    def test_mails_no_code_that_was_asked_for_too_long_ago(self, waiting, wait, done):
        waiting.forward(seconds=wait)

        assert lift(waiting) is done
        assert (ASKED_WITHIN, CODE_LASTS) == (CODE_LIFETIME - LATEST_SEND, CODE_LIFETIME)

    def test_mails_no_code_where_a_newer_one_was_asked_for(self, waiting):
        waiting.forward(seconds=30)
        waiting.browser.asks_again()

        assert lift(waiting) is Lifted.LIFTED

    def test_mails_the_newest_code_though_an_older_one_was_kept_back_after_it(self, waiting):
        older = Challenge.from_row(waiting.challenge_row())
        waiting.forward(seconds=1)
        later = waiting.another_browser()
        later.asks_for_a_code()
        waiting.delivers_mail()
        # A fault had kept the sender from the older one until now.
        TakenMails("sign-in", "acme").owe(waiting.ann.id, older, 1)

        assert lift(waiting) is Lifted.AND_ASKED
        waiting.delivers_mail()

        assert "claim_1" in waiting.challenge_row(later)

    def test_lets_the_mail_that_it_asks_for_count_in_the_same_second(self, waiting, post):
        lift(waiting)
        waiting.delivers_mail()

        assert post.tells(ses_events.bounced(post.mails[-1])) == ["bounced"]

        assert post.why_withheld() == ["address-suppressed-bounce"]

    def test_stays_within_the_mailboxs_budget(self, waiting, post):
        portal = waiting
        for _ in range(3):
            other = portal.neighbour(f"firm-{_}")
            other.browser.asks_for_a_code()
            other.delivers_mail()
        before = len(post.mails)

        assert lift(portal) is Lifted.AND_ASKED
        portal.delivers_mail()

        assert len(post.mails) == before
        assert portal.challenge_row()["withheld_1"] == "mailbox-budget"

    def test_is_a_line_of_the_trail(self, waiting):
        lift(waiting)

        line = next(e for e in waiting.records_trail() if e["name"] == "contact.mail-lifted")
        assert (line["by"], line["pk"]) == ("cli:olga", f"acme#trail#{waiting.ann.id}")

    def test_twice_is_nothing_the_second_time(self, portal, post):
        post.bounces()
        ann = portal.team.contact("acme", portal.ann.id)
        lifting = Lifts("people", "sign-in")

        done = [lifting.lift(portal.workspace, ann, by="cli:olga") for _ in range(2)]

        assert done == [Lifted.LIFTED, Lifted.NOTHING]

    def test_lets_no_late_bounce_of_a_mail_from_before_hold_anything(self, portal, post):
        mail = post.bounces()
        portal.forward(minutes=1)
        lift(portal)

        post.tells(ses_events.complained(mail), ses_events.bounced(mail, after=timedelta(hours=9)))

        assert lift(portal) is Lifted.NOTHING
        assert post.why_withheld() == []

    def test_begins_anew_with_the_next_bounce(self, portal, post):
        post.bounces()
        lift(portal)
        portal.forward(minutes=1)

        post.bounces()

        assert post.why_withheld() == ["address-suppressed-bounce"]
        portal.forward(hours=24, seconds=3)
        assert post.why_withheld() == []


@pytest.fixture
def refused(portal, post):
    """Eleven contacts of a domain that refuses."""
    people = []
    for n in range(11):
        people.append(portal.adds("Someone", f"p{n}@example.net"))
        portal.browser.asks_for_a_code(f"p{n}@example.net")
        portal.delivers_mail()
        post.tells(ses_events.bounced(post.mails[-1], "smtp; 550 no", status="5.0.0"))
    return people


class TestADomain:
    def test_is_lifted_as_one(self, portal, refused):
        lifting = Lifts("people", "sign-in")

        held = list(lifting.held_of_domain(portal.workspace, "example.net"))
        assert {each.id for each in held} == {each.id for each in refused}
        for each in held:
            assert lifting.lift(portal.workspace, each, by="cli:olga") is Lifted.LIFTED

        assert list(lifting.held_of_domain(portal.workspace, "example.net")) == []
        assert list(lifting.held_of_domain(portal.workspace, "example.org")) == []

    def test_is_lifted_press_by_press_and_nobody_is_who_must_not_be(self, portal, refused):
        TeamMembers("people", "sign-in").add(
            portal.workspace, refused[0], Role.OWNER, host="x", by="test"
        )
        rows = People("people", "acme").rows

        def press(most):
            return Lifts("people", "sign-in").lift_domain(
                portal.workspace,
                "example.net",
                by="member:ct_1",
                guard=lambda contact: {"member": is_no_owner(rows, "acme", contact.id)},
                most=most,
            )

        first, rest, again = press(6), press(6), press(6)

        assert (first.lifted, first.more) == (6, True)
        assert (rest.lifted, rest.refused, rest.more) == (4, 1, False)
        assert (again.lifted, again.refused, again.more) == (0, 1, False)

    def test_is_lifted_though_the_row_of_one_is_at_fault(self, portal, refused, wire):
        lifting = Lifts("people", "sign-in")
        (first, *_) = lifting.held_of_domain(portal.workspace, "example.net")
        wire.refuse(first.id)

        def press():
            return lifting.lift_domain(
                portal.workspace, "example.net", by="cli:olga", guard=lambda _: {}
            )

        with pytest.raises(TryLater):
            press()

        held = lifting.held_of_domain(portal.workspace, "example.net")
        assert [each.id for each in held] == [first.id]
        wire.mend()
        assert press().lifted == 1


class TestWithALink:
    """Where no page waits, the contact is mailed a personal link."""

    def lift(self, portal):
        ann = portal.team.contact("acme", portal.ann.id)
        link = mailed_link("sign-in", portal.workspace, ann, host="signin.acme.test", at=portal.now)
        lifting = Lifts("people", "sign-in")
        return lifting.lift(portal.workspace, ann, by="cli:olga", link=link)

    def mailed(self, portal):
        portal.delivers_mail()
        return [token for mail in portal.mails for token in URL.findall(mail.text)]

    def test_is_mailed_one_that_opens(self, portal, post):
        post.bounces()

        assert self.lift(portal) is Lifted.AND_LINKED

        (token,) = self.mailed(portal)
        browser = portal.another_browser()
        browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()
        assert browser.types_the_mailed_code().status == 200

    def test_is_mailed_none_while_a_code_waits(self, waiting, post):
        before = len(post.mails)

        assert self.lift(waiting) is Lifted.AND_ASKED

        assert self.mailed(waiting) == []
        assert len(post.mails) == before + 1

    def test_is_mailed_one_if_the_page_asked_anew_meanwhile(self, waiting):
        waiting.forward(seconds=30)
        waiting.browser.asks_again()

        assert self.lift(waiting) is Lifted.AND_LINKED
        assert len(self.mailed(waiting)) == 1

    def test_is_mailed_one_if_the_code_is_too_old(self, waiting):
        waiting.forward(minutes=5)

        assert self.lift(waiting) is Lifted.AND_LINKED
        assert len(self.mailed(waiting)) == 1

    def test_is_mailed_one_however_often_it_is_lifted(self, portal, post):
        post.bounces()

        assert [self.lift(portal) for _ in range(3)] == [
            Lifted.AND_LINKED,
            Lifted.NOTHING,
            Lifted.NOTHING,
        ]
        assert len(self.mailed(portal)) == 1

    def test_is_mailed_one_by_two_who_lift_at_once(self, portal, post):
        post.bounces()
        ann = portal.team.contact("acme", portal.ann.id)
        lifting = Lifts("people", "sign-in")
        done = []
        for by in ("cli:olga", "cli:adam"):
            link = mailed_link("sign-in", portal.workspace, ann, host="s.acme.test", at=portal.now)
            portal.forward(seconds=1)
            done.append(lifting.lift(portal.workspace, ann, by=by, link=link))

        assert done == [Lifted.AND_LINKED, Lifted.NOTHING]
        assert len(self.mailed(portal)) == 1

    def test_stays_within_the_mailboxs_budget(self, portal, post):
        post.bounces()
        for n in range(4):
            other = portal.neighbour(f"firm-{n}")
            other.browser.asks_for_a_code(None, link=other.personal_link())
            other.delivers_mail()

        assert self.lift(portal) is Lifted.AND_LINKED
        assert self.mailed(portal) == []

    def test_is_mailed_none_while_they_are_off(self, portal, post):
        post.bounces()
        portal.deactivates()

        assert self.lift(portal) is Lifted.LIFTED
        assert self.mailed(portal) == []

    def test_is_mailed_none_while_the_portal_is_closed(self, portal, post):
        post.bounces()
        portal.sets(portal_enabled=False)

        assert self.lift(portal) is Lifted.LIFTED
