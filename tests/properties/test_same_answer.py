"""COD-08 at every minute: addresses of every kind are answered alike, byte by byte.

The first minutes, the tenth and the thirtieth of four kinds are in tests/codes/test_abuse.py.
Here are all minutes of a challenge's life, nine kinds, personal links, and the way from SSO.
"""

from collections.abc import Callable, Iterable

import pytest

from tests.properties.crowd import KINDS, Crowd, asks, asks_again, guesses
from tests.properties.worlds import Beginning
from tests.support.doors import Answer
from tests.support.driver import Browser

WRONG = ["0000000", "1111111", "2222222", "3333333", "4444444", "5555555"]
LIFE = [
    pytest.param(range(start, end), id=f"from-{start}", marks=pytest.mark.slow)
    for start, end in ((0, 8), (8, 16), (16, 24), (24, 32))
]
"""All minutes of a challenge, and two more."""
FROM_SSO = ("known", "unknown", "deactivated", "suppressed", "the help desk's own", "a look-alike")
HAVE_CONTACTS = ("known", "deactivated", "suppressed", "the help desk's own", "mailed too often")


@pytest.fixture
def crowd(portal) -> Crowd:
    return Crowd.gathered(portal)


class TestEveryAddress:
    @pytest.mark.parametrize("minutes", [pytest.param([10], id="when-the-code-ends"), *LIFE])
    def test_cod_08_is_answered_alike_in_every_minute(self, crowd, minutes):
        for minute in each_anew(minutes, crowd):
            assert crowd.all_answer_alike(asks) == 202
            crowd.portal.delivers_mail()
            crowd.portal.forward(minutes=minute)
            all_is_alike(crowd, minute)

    @pytest.mark.parametrize("minutes", LIFE)
    def test_cod_08_is_answered_alike_in_every_minute_after_sso(self, crowd, minutes):
        crowd.browsers = {kind: crowd.browsers[kind] for kind in FROM_SSO}
        crowd.wait_for_proof()
        for minute in each_anew(minutes, crowd):
            assert crowd.all_answer_alike(crowd.gives_it) == 202
            crowd.portal.delivers_mail()
            crowd.portal.forward(minutes=minute)
            # What waited ten minutes for an address waits no longer.
            again = crowd.all_answer_alike(crowd.gives_it)
            assert again == (202 if minute < 10 else 410)
            all_is_alike(crowd, 0 if again == 202 else minute)

    @pytest.mark.slow
    def test_cod_08_is_answered_alike_however_late_the_mails_are(self, crowd):
        for minute in each_anew((4, 5, 10), crowd):
            crowd.all_answer_alike(asks)
            crowd.portal.forward(minutes=minute)
            crowd.portal.delivers_mail()
            all_is_alike(crowd, minute)

    @pytest.mark.slow
    def test_cod_08_is_told_nothing_by_other_methods(self, crowd):
        crowd.all_answer_alike(asks)
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
            for door, path in (
                ("request_code", "/v1/codes"),
                ("request_code", "/v1/codes/resend"),
                ("request_code", "/v1/codes/mail"),
                ("verify_code", "/v1/codes/verify"),
            ):
                assert crowd.all_answer_alike(sends(door, f"{method} {path}")) == 405


class TestEveryPersonalLink:
    @pytest.mark.slow
    def test_cod_08_opens_and_mails_alike(self, crowd):
        crowd.browsers = {kind: crowd.browsers[kind] for kind in HAVE_CONTACTS}
        links = {KINDS[kind]: crowd.portal.personal_link(KINDS[kind]) for kind in HAVE_CONTACTS}

        def opens(browser: Browser, email: str) -> Answer:
            return browser.asks_for_a_code(None, link=links[email], auto=True)

        def presses(browser: Browser, email: str) -> Answer:
            return browser.asks_for_a_code(None, link=links[email])

        for minute in each_anew((0, 1, 9, 10, 29, 30, 31), crowd):
            assert crowd.all_answer_alike(opens) == 202
            crowd.portal.delivers_mail()
            crowd.portal.forward(minutes=minute)
            assert crowd.all_answer_alike(guesses(WRONG[0])) == (401 if minute < 10 else 410)
            assert crowd.all_answer_alike(opens) == (429 if minute < 30 else 202)
            assert crowd.all_answer_alike(presses) == 202
            crowd.portal.delivers_mail()
            assert crowd.all_answer_alike(guesses(WRONG[0])) == 401


def all_is_alike(crowd: Crowd, minute: int) -> None:
    """Two wrong codes, a resend, three wrong codes and one more, so long after the request."""
    is_late = minute >= 10
    for code in WRONG[:2]:
        assert crowd.all_answer_alike(guesses(code)) == (410 if is_late else 401)
    resent = crowd.all_answer_alike(asks_again)
    assert resent == (429 if minute < 1 else 202 if minute <= 20 else 410)
    crowd.portal.delivers_mail()
    is_over = is_late and resent != 202
    for code in WRONG[2:5]:
        assert crowd.all_answer_alike(guesses(code)) == (410 if is_over else 401)
    last = crowd.all_answer_alike(guesses(WRONG[5]))
    assert last == (401 if is_late and not is_over else 410)
    crowd.all_answer_alike(asks_again)


def each_anew(minutes: Iterable[int], crowd: Crowd) -> Iterable[int]:
    beginning = Beginning.of(crowd.portal)
    for minute in minutes:
        beginning.again()
        yield minute


def sends(door: str, route: str) -> Callable[[Browser, str], Answer]:
    def send(browser: Browser, email: str) -> Answer:
        body = {"workspace": "acme", "link": browser.portal.shared, "email": email}
        return browser.sends(door, route, body | {"challenge": browser.challenge, "code": WRONG[0]})

    return send
