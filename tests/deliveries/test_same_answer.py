"""MAI-03: whoever types an address at a shared link sees the same, whatever became of its mails
(portico/codes/request.py)."""

import json
import re

import pytest

from local.ses_events import FULL, bounced, complained, delayed, delivered

FATES = {
    "arrived": (delivered,),
    "late": (delayed,),
    "back": (bounced,),
    "full": (lambda mail: bounced(mail, FULL, kind="Transient/MailboxFull"),),
    "spam": (delivered, complained),
}


@pytest.fixture
def people(portal, post):
    """A contact for each fate; and nobody."""
    for name, events in FATES.items():
        portal.adds("Someone", f"{name}@example.com")
        portal.browser.asks_for_a_code(f"{name}@example.com")
        portal.delivers_mail()
        mail = post.mails[-1]
        post.tells(*(event(mail) for event in events))
    portal.forward(hours=2)
    return [*(f"{name}@example.com" for name in FATES), "nobody@example.com"]


def shape(text: str) -> str:
    """An answer without what chance has made of it."""
    return re.sub(r"chl_acme_[A-Za-z0-9_-]{22}|\"label\": ?\"..\"", "*", text)


def test_start_is_answered_alike_with_as_many_calls(portal, post, people):
    seen = set()
    for email in people:
        browser = portal.another_browser()
        post.wire.forget()
        answer = browser.asks_for_a_code(email)
        assert answer.status == 202
        headers = json.dumps({k: v for k, v in answer.headers.items() if k != "x-request-id"})
        seen.add((shape(answer.event["body"]), shape(headers), tuple(post.wire.operations)))

    assert len(seen) == 1


def test_a_wrong_code_is_answered_alike(portal, post, people):
    seen = set()
    for email in people:
        browser = portal.another_browser()
        browser.asks_for_a_code(email)
        portal.delivers_mail()
        post.wire.forget()
        answer = browser.types("0000000")
        seen.add((answer.status, answer.body["type"], tuple(post.wire.operations)))

    assert len(seen) == 1
