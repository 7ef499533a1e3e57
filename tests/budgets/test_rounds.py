"""How many calls of each flow wait for one another: docs/performance.md quotes these.

A call beside another one costs no time of its own. Where two may be made beside each other, and
it saves a whole round, they are; what a refusal must not leave behind stays in its order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.account.conftest import Member
from tests.passwords.conftest import RIGHT, WRONG, gives
from tests.sso.conftest import connected, stage, world  # noqa: F401  # fixtures
from tests.support.doors import Answer
from tests.support.driver import Portal
from tests.support.openid_site import Site
from tests.support.rounds import Pair, counted

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

type Step = Callable[[], object]

QUERIES = ("dynamodb.Query", "dynamodb.Query 2")
SIGNED_WRITE = ("kms.Sign", "dynamodb.UpdateItem")
SIGNED_TRANSACTION = ("kms.Sign", "dynamodb.TransactWriteItems")
AT_A_PORTAL = ("kms.Sign 2", "dynamodb.TransactWriteItems")
"""The first signature is made alone: the second token names the first."""
AGAIN_AT_A_PORTAL = (("kms.Sign", "dynamodb.GetItem"), ("kms.Sign 2", "dynamodb.UpdateItem"))


def resolving(portal: Portal) -> Step:
    return portal.browser.opens_the_link


def asking(portal: Portal) -> Step:
    return portal.browser.asks_for_a_code


def asking_by_itself(portal: Portal) -> Step:
    link = portal.personal_link()
    return lambda: portal.browser.asks_for_a_code(None, link=link, auto=True)


def asking_again(portal: Portal) -> Step:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    portal.forward(seconds=30)
    return portal.browser.asks_again


def mailing_to_a_personal_link(portal: Portal) -> Step:
    portal.browser.asks_for_a_code(None, link=portal.personal_link())
    return portal.delivers_mail


def mailing_to_a_shared_link(portal: Portal) -> Step:
    portal.browser.asks_for_a_code()
    return portal.delivers_mail


def mailing_to_nobody(portal: Portal) -> Step:
    portal.browser.asks_for_a_code("nobody@example.com")
    return portal.delivers_mail


def guessing(portal: Portal) -> Step:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    return lambda: portal.browser.types("0000000")


def typing(portal: Portal) -> Step:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    return portal.browser.types_the_mailed_code


def reading(portal: Portal) -> Step:
    token = portal.browser.refreshes().body["access_token"]
    return lambda: portal.browser.reads_the_session(token)


def refreshing(portal: Portal) -> Step:
    return portal.browser.refreshes


def signing_out(portal: Portal) -> Step:
    return portal.browser.signs_out


def takes_passwords(portal: Portal) -> Portal:
    portal.sets(password_method=True)
    gives(portal.ann)
    return portal


def guessing_a_password(portal: Portal) -> Step:
    browser = takes_passwords(portal).another_browser()
    browser.types_a_password(WRONG)  # an environment that has its keys
    return lambda: browser.types_a_password(WRONG)


def typing_a_password(portal: Portal) -> Step:
    browser = takes_passwords(portal).another_browser()
    browser.types_a_password(WRONG)
    return lambda: browser.types_a_password(RIGHT)


def forgetting(portal: Portal) -> Step:
    return takes_passwords(portal).browser.forgets_the_password


def setting_a_password(portal: Portal) -> Step:
    takes_passwords(portal).browser.forgets_the_password()
    portal.delivers_mail()
    code = portal.mailed_code()
    return lambda: portal.browser.sets_a_password("nine grey owls in one old barn", code)


def signing_up(portal: Portal) -> Step:
    portal.sets(password_method=True, sign_up=True)
    return lambda: portal.browser.signs_up("eve@example.com")


def mailing_to_a_stranger(portal: Portal) -> Step:
    signing_up(portal)()
    return portal.delivers_mail


def becoming_a_contact(portal: Portal) -> Step:
    mailing_to_a_stranger(portal)()
    return portal.browser.types_the_mailed_code


def member(portal: Portal) -> Member:
    token = portal.browser.refreshes().body["access_token"]
    ann = Member(portal, portal.browser, token)
    ann.reads()  # an environment that has its keys
    return ann


def reading_an_account(portal: Portal) -> Step:
    return member(portal).reads


def asking_for_another_address(portal: Portal) -> Step:
    ann = member(portal)
    return lambda: ann.asks_to_move("ann@new.example")


def moving(portal: Portal) -> Step:
    ann = member(portal)
    ann.asks_to_move("ann@new.example")
    portal.delivers_mail()
    code = portal.mailed_code()
    return lambda: ann.confirms_the_move(code)


def coming_from_a_portal(portal: Portal) -> Step:
    site = Site.register(portal)
    return lambda: site.sends(portal.another_browser())


def coming_signed_in(portal: Portal) -> Step:
    site = Site.register(portal)
    return lambda: site.sends(portal.browser)


def exchanging(portal: Portal) -> Step:
    site = Site.register(portal)
    code = site.gets_a_code(portal.browser)
    return lambda: site.redeems(code)


def at_a_portal(portal: Portal) -> Site:
    site = Site.register(portal)
    site.signs_in(portal.browser)
    portal.forward(seconds=30)
    return site


def refreshing_at_a_portal(portal: Portal) -> Step:
    return at_a_portal(portal).refreshes


def asking_whom_it_speaks_of(portal: Portal) -> Step:
    bearer = {"authorization": f"Bearer {at_a_portal(portal).tokens['access_token']}"}

    def ask() -> Answer:
        return portal.browser.sends("userinfo", "GET /oauth2/userinfo", headers=bearer)

    ask()  # an environment that has its keys
    return ask


def giving_back(portal: Portal) -> Step:
    site = at_a_portal(portal)
    form = {"token": site.tokens["refresh_token"]}
    headers = {"authorization": site.basic()}
    route = "POST /oauth2/revoke"
    return lambda: portal.knock("revoke", route, form=form, headers=headers, origin=None)


def leaving_a_portal(portal: Portal) -> Step:
    leaving = {"id_token_hint": at_a_portal(portal).tokens["id_token"]}
    route = "GET /oauth2/end_session"
    return lambda: portal.browser.sends("end_session", route, query=leaving, origin=None)


@dataclass(frozen=True)
class Flow:
    """A flow, and how many of its calls wait for one another."""

    what: str
    """Its line in docs/performance.md."""
    prepare: Callable[[Portal], Step]
    rounds: int
    pairs: tuple[Pair, ...] = ()
    """What is made beside each other."""
    calls: int = 0
    """If they are more than the rounds."""


FLOWS = (
    Flow("a link is resolved", resolving, 1),
    Flow("a code is asked for", asking, 3),
    Flow("… by a page that has only opened", asking_by_itself, 4),
    Flow("another mail is asked for", asking_again, 1),
    Flow("a mail is sent, personal link", mailing_to_a_personal_link, 5),
    Flow("… shared link", mailing_to_a_shared_link, 6),
    Flow("… to an address that is no contact's", mailing_to_nobody, 2),
    Flow("a wrong code is typed", guessing, 2),
    Flow("the right code is typed", typing, 2, (SIGNED_TRANSACTION,), calls=3),
    Flow("an access token is read", reading, 0),
    Flow("a session is refreshed", refreshing, 2, (SIGNED_WRITE,), calls=3),
    Flow("a contact signs out", signing_out, 2),
    Flow("a wrong password is typed", guessing_a_password, 6),
    Flow("the right password is typed", typing_a_password, 6, (SIGNED_TRANSACTION,), calls=7),
    Flow("a reset is asked for", forgetting, 3),
    Flow("… and a password set by its code", setting_a_password, 3),
    Flow("a sign-up is asked for", signing_up, 3),
    Flow("… its mail is sent, for a stranger", mailing_to_a_stranger, 8),
    Flow("… and its code typed", becoming_a_contact, 2, (SIGNED_TRANSACTION,), calls=3),
    Flow("an account is read", reading_an_account, 3, (QUERIES,), calls=4),
    Flow("another address is asked for", asking_for_another_address, 4),
    Flow("… and its code typed, of the account", moving, 4),
    Flow("a portal on another site sends somebody to sign in", coming_from_a_portal, 1),
    Flow("… who is signed in", coming_signed_in, 2),
    Flow("… and exchanges their code", exchanging, 3, (AT_A_PORTAL,), calls=4),
    Flow("it refreshes its tokens", refreshing_at_a_portal, 3, AGAIN_AT_A_PORTAL, calls=5),
    Flow("it asks whom its access token speaks of", asking_whom_it_speaks_of, 1),
    Flow("it gives its refresh token back", giving_back, 2),
    Flow("it signs its contact out", leaving_a_portal, 2),
)


@pytest.fixture
def warm(portal):
    """An environment that has its clients, its keys and its secret, and Ann in a browser."""
    token = portal.browser.signs_in().body["access_token"]
    portal.browser.reads_the_session(token)
    portal.forward(minutes=1)


class TestAFlow:
    @pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.prepare.__name__)
    def test_takes_so_many_rounds(self, portal, warm, wire, flow):
        step = flow.prepare(portal)

        with counted(wire, *flow.pairs) as rounds:
            answer = step()

        assert rounds.number == flow.rounds, rounds.calls
        assert len(rounds.calls) == (flow.calls or flow.rounds)
        if isinstance(answer, Answer):
            refused = flow.prepare in (guessing, guessing_a_password)
            assert answer.status == 401 if refused else answer.status < 400, answer.event

    def test_is_in_the_page_with_its_rounds(self):
        calls = PAGE.read_text().partition("## Calls\n")[2].partition("\n## ")[0]
        rows = [
            [c.strip() for c in line.split("|")[1:-1]] for line in calls.splitlines() if "|" in line
        ]
        first, _, *told = rows

        assert first[-1] == "rounds"
        assert [(what, int(row[-1].split()[0])) for what, *row in told] == [
            (flow.what, flow.rounds) for flow in FLOWS
        ]


class TestAnAccount:
    def test_with_connected_accounts_takes_one_round_more(self, portal, connected, warm, wire):  # noqa: F811
        assert portal.another_browser().signs_in_with("google").status == 303
        ann = member(portal)

        with counted(wire, QUERIES) as rounds:
            assert ann.reads()["identities"]

        assert (rounds.number, len(rounds.calls)) == (4, 5)


class TestATripToAProvider:
    """Its requests to the provider are not on this wire: tests/sso/test_costs.py."""

    def test_begins_and_ends_in_three_rounds_each(self, portal, connected, wire):  # noqa: F811
        for _ in range(2):
            assert portal.browser.signs_in_with("google").status == 303

        with counted(wire) as leaving:
            portal.browser.starts_sso("google")
        with counted(wire) as coming:
            portal.browser.comes_back()

        assert (leaving.number, coming.number) == (3, 3)
