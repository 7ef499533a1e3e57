"""What the page of a personal link is told of its mail (portico/codes/mail_news.py)."""

import json

import pytest

from local.ses_events import FULL, bounced, complained, delayed, delivered, rejected
from portico.codes.mail_news import MailNews, news_of
from portico.deliveries.lifts import Lifted, Lifts

FATES = {
    "nothing was heard": ((), "on-its-way"),
    "taken": ((delivered,), "delivered"),
    "late": ((delayed,), "delayed"),
    "late, then taken": ((delayed, delivered), "delivered"),
    "taken, then sent back": ((delivered, bounced), "came-back"),
    "unknown": ((bounced,), "came-back"),
    "full": ((lambda mail: bounced(mail, FULL, kind="Transient/MailboxFull"),), "mailbox-full"),
    "a virus": ((rejected,), "came-back"),
    "spam": ((delivered, complained), "delivered"),
}


@pytest.fixture
def link(portal):
    return portal.personal_link()


@pytest.fixture
def mail(link, post):
    """The mail of a personal link's code, half a minute ago."""
    sent = post.sends_a_code(email=None, link=link)
    post.portal.forward(seconds=30)
    return sent


def shape(answer):
    """An answer without its own name."""
    headers = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
    return json.dumps([{**answer.body, "instance": ""}, headers])


class TestTheRule:
    @pytest.mark.parametrize(
        "reason",
        ["contact-inactive", "not-a-contact", "link-ended", "mailbox-budget", "too-late"],
    )
    def test_tells_of_no_other_reason_why_a_mail_stays_back(self, reason):
        assert news_of(withheld=reason, delivery=None) is MailNews.ON_ITS_WAY

    @pytest.mark.parametrize("reason", ["bounce", "complaint"])
    def test_tells_that_mails_came_back(self, reason):
        news = news_of(withheld=f"address-suppressed-{reason}", delivery=None)

        assert news is MailNews.HELD_BACK

    def test_tells_a_full_mailbox_only_of_a_mail_that_came_back(self):
        row = {"state": "delayed", "cause": "mailbox-full"}

        assert news_of(withheld=None, delivery=row) is MailNews.DELAYED


class TestAPersonalLinksPage:
    @pytest.mark.parametrize("fate", list(FATES))
    def test_is_told_what_became_of_its_mail(self, portal, post, mail, fate):
        events, told = FATES[fate]
        post.tells(*(event(mail) for event in events))

        answer = portal.browser.asks_for_the_mail()

        assert (answer.status, answer.body) == (200, {"mail": told, "questions_left": 3})

    def test_is_told_that_the_next_one_is_held_back(self, portal, post, mail):
        post.tells(bounced(mail))
        portal.browser.asks_again()
        portal.delivers_mail()

        assert portal.browser.asks_for_the_mail().body["mail"] == "held-back"

    def test_is_told_of_the_newest_mail(self, portal, post, mail):
        post.tells(delivered(mail))
        portal.browser.asks_again()
        portal.delivers_mail()

        assert portal.browser.asks_for_the_mail().body["mail"] == "on-its-way"

    def test_costs_one_write_and_one_read_of_one_row(self, portal, post, mail):
        post.wire.forget()

        portal.browser.asks_for_the_mail()

        assert post.wire.operations == ["dynamodb.UpdateItem", "dynamodb.GetItem"]

    def test_sends_no_mail_again_and_writes_no_second_line(self, portal, mail):
        portal.browser.asks_for_the_mail()

        row = portal.challenge_row()
        assert "event" not in row
        assert not portal.delivers_mail()

    def test_has_four_questions_about_one_mail(self, portal, post, mail):
        left = [portal.browser.asks_for_the_mail().body["questions_left"] for _ in range(4)]
        post.wire.forget()
        fifth = portal.browser.asks_for_the_mail()

        assert left == [3, 2, 1, 0]
        assert (fifth.problem, fifth.body["retry_after"]) == ((429, "too-many-requests"), None)
        assert post.wire.operations == ["dynamodb.UpdateItem"]

    def test_has_four_more_about_the_next(self, portal, mail):
        for _ in range(4):
            portal.browser.asks_for_the_mail()
        assert portal.browser.asks_again().status == 202

        assert portal.browser.asks_for_the_mail().body["questions_left"] == 3

    def test_is_told_nothing_after_a_code_was_typed(self, portal, mail):
        portal.browser.types("0000000")

        assert portal.browser.asks_for_the_mail().problem == (429, "too-many-requests")

    def test_is_told_nothing_when_the_code_has_run_out(self, portal, mail):
        portal.forward(minutes=10)

        assert portal.browser.asks_for_the_mail().problem == (410, "challenge-closed")

    def test_is_told_nothing_on_another_origin(self, portal, mail):
        portal.browser.origin = "https://evil.example"

        assert portal.browser.asks_for_the_mail().problem == (403, "cross-site")

    def test_does_not_tell_that_its_contact_is_off(self, portal, post, link):
        portal.deactivates()
        portal.browser.asks_for_a_code(None, link=link)
        portal.delivers_mail()

        assert post.mails == []
        post.wire.forget()
        assert portal.browser.asks_for_the_mail().body["mail"] == "on-its-way"
        assert post.wire.operations == ["dynamodb.UpdateItem", "dynamodb.GetItem"]

    def test_hears_of_the_mail_after_it_was_lifted(self, portal, post, mail):
        post.tells(bounced(mail))
        portal.browser.asks_again()
        portal.delivers_mail()
        portal.browser.asks_for_the_mail()

        ann = portal.team.contact("acme", portal.ann.id)
        lifted = Lifts("people", "sign-in").lift(portal.workspace, ann, by="cli:olga")
        portal.delivers_mail()

        assert lifted is Lifted.AND_ASKED
        assert portal.browser.asks_for_the_mail().body["mail"] == "on-its-way"


class TestEverybodyElse:
    def test_is_answered_like_a_code_that_is_no_more(self, portal, post):
        """MAI-03: at a shared link, whatever became of the mail, and whoever was named."""
        seen = set()
        fates = {f"{n}@example.com": events for n, (events, _) in enumerate(FATES.values())}
        for email in fates:
            portal.adds("Someone", email)
        for email, events in {**fates, "nobody@example.com": ()}.items():
            browser = portal.another_browser()
            before = len(post.mails)
            browser.asks_for_a_code(email)
            portal.delivers_mail()
            if len(post.mails) > before:
                post.tells(*(event(post.mails[-1]) for event in events))
            post.wire.forget()
            answer = browser.asks_for_the_mail()
            seen.add((answer.status, shape(answer), *post.wire.operations))
        browser = portal.another_browser()
        browser.challenge = "chl_acme_" + 22 * "A"
        made_up = browser.asks_for_the_mail()

        assert len(seen) == 1
        ((status, said, *operations),) = seen
        assert (status, said) == (made_up.status, shape(made_up))
        assert operations == ["dynamodb.UpdateItem"]

    def test_is_not_told_by_a_code_of_the_account(self, portal):
        token = portal.browser.signs_in().body["access_token"]
        asked = portal.browser.sends(
            "account",
            "POST /v1/account/confirm",
            {"workspace": "acme"},
            headers={"authorization": f"Bearer {token}"},
        )
        portal.browser.challenge = asked.body["challenge"]

        assert portal.browser.asks_for_the_mail().problem == (410, "challenge-closed")

    def test_is_not_told_by_the_code_of_a_new_password(self, portal, link):
        portal.sets(password_method=True)
        portal.browser.forgets_the_password(None, link=link)

        assert portal.browser.asks_for_the_mail().problem == (410, "challenge-closed")
