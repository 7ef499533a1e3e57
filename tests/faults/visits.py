"""Every request of the daily path, with the calls it makes: the table that faults are tried on."""

from collections.abc import Callable
from dataclasses import dataclass

from portico.ids import random_part
from tests.faults.trouble import Step, steps
from tests.support.doors import Answer
from tests.support.driver import Portal

type Send = Callable[[], Answer]
"""One request, which can be sent again as it is."""


@dataclass(frozen=True)
class Visit:
    """One request: how it comes about, the calls behind it, and its answer on a good day."""

    name: str
    door: str
    prepare: Callable[[Portal], Send]
    status: int
    calls: tuple[Step, ...]
    again: frozenset[int] = frozenset()
    """Other answers that are right to a repeat of what was done though nobody was told."""


def opening(portal: Portal) -> Send:
    return portal.browser.opens_the_link


def asking(portal: Portal) -> Send:
    return portal.browser.asks_for_a_code


def sending_on_open(portal: Portal) -> Send:
    link = portal.personal_link()
    return lambda: portal.browser.asks_for_a_code(None, link=link, auto=True)


def asking_again(portal: Portal) -> Send:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    portal.forward(seconds=30)
    return portal.browser.asks_again


def guessing(portal: Portal) -> Send:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    press = random_part()
    return lambda: portal.browser.types("0000000", request_id=press)


def typing(portal: Portal) -> Send:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    code, press = portal.mailed_code(), random_part()
    return lambda: portal.browser.types(code, request_id=press)


def refreshing(portal: Portal) -> Send:
    portal.browser.signs_in()
    portal.forward(minutes=1)
    return portal.browser.refreshes


def token_of(portal: Portal) -> str:
    """Ann's access token, after the door has fetched what it checks them with."""
    token: str = portal.browser.signs_in().body["access_token"]
    assert portal.browser.reads_the_session(token).status == 200
    return token


def reading(portal: Portal) -> Send:
    token = token_of(portal)
    return lambda: portal.browser.reads_the_session(token)


def signing_out(portal: Portal) -> Send:
    token = token_of(portal)
    return lambda: portal.browser.signs_out(token)


def signing_out_by_cookie(portal: Portal) -> Send:
    portal.browser.signs_in()
    cookies = dict(portal.browser.cookies)

    def send() -> Answer:
        # A browser whose answer was lost still has its cookie.
        portal.browser.cookies = dict(cookies)
        return portal.browser.signs_out()

    return send


def signing_out_everywhere(portal: Portal) -> Send:
    token = token_of(portal)
    return lambda: portal.browser.signs_out(token, everywhere=True)


GET, BATCH = "dynamodb.GetItem", "dynamodb.BatchGetItem"
PUT, UPDATE = "dynamodb.PutItem", "dynamodb.UpdateItem"
TRANSACT, SIGN = "dynamodb.TransactWriteItems", "kms.Sign"
SEND = "sesv2.SendEmail"
SECRET, PUBLIC_KEY = "secretsmanager.GetSecretValue", "kms.GetPublicKey"

TOO_SOON = frozenset({429})
"""What was asked for is on its way; only whoever asked was not told."""

VISITS = (
    Visit("opening", "resolve_link", opening, 200, steps(BATCH)),
    Visit("asking", "request_code", asking, 202, steps(BATCH, UPDATE, PUT)),
    Visit(
        "sending-on-open",
        "request_code",
        sending_on_open,
        202,
        steps(BATCH, UPDATE, PUT, PUT),
        TOO_SOON,
    ),
    Visit("asking-again", "request_code", asking_again, 202, steps(UPDATE), TOO_SOON),
    Visit("guessing", "verify_code", guessing, 401, steps(UPDATE, UPDATE)),
    Visit("typing", "verify_code", typing, 200, steps(UPDATE, TRANSACT, SIGN)),
    Visit("refreshing", "session", refreshing, 200, steps(BATCH, UPDATE, SIGN)),
    Visit("reading", "session", reading, 200, ()),
    Visit("signing-out", "session", signing_out, 204, steps(GET, UPDATE)),
    Visit("signing-out-by-cookie", "session", signing_out_by_cookie, 204, steps(BATCH, UPDATE)),
    Visit("signing-out-everywhere", "session", signing_out_everywhere, 204, steps(GET, TRANSACT)),
)

COLD = {
    "guessing": steps(SECRET, UPDATE, UPDATE),
    "typing": steps(SECRET, UPDATE, TRANSACT, SIGN),
    "refreshing": steps(BATCH, SECRET, UPDATE, SIGN),
    "reading": steps(PUBLIC_KEY),
    "signing-out": steps(PUBLIC_KEY, GET, UPDATE),
    "signing-out-everywhere": steps(PUBLIC_KEY, GET, TRANSACT),
}
"""What the first request of an environment calls, where it is more than the later ones."""
