"""A flood of guesses: every one is answered, ten an address are compared, and codes go on
(passwords/sign_in.py, limits/password_guesses.py)."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import argon2
import pytest

from tests.emulated.house import House, house_at
from tests.faults.trouble import Watch
from tests.passwords.conftest import RIGHT, WRONG
from tests.support.doors import Answer, stream_record
from tests.support.driver import OK
from tests.support.emulator import start_ministack

pytestmark = [
    pytest.mark.emulated,
    pytest.mark.slow,
    # What one request has counted, another one here may have put out.
    pytest.mark.filterwarnings("ignore:No application metrics to publish"),
]

GUESSES, VISITS = 200, 10
AT_ONCE = 20
"""As many as the emulator, which is one process, answers within the SDK's second."""
VICTIMS = ["ann@example.com", "bob@example.com", *(f"nobody{n}@example.com" for n in range(6))]
"""Ann has a password, Bob has none, and the others are nobody's."""


@pytest.fixture
def house() -> Iterator[House]:
    with start_ministack() as emulator, house_at(emulator, streams=False) as house:
        house.sets(password_method=True)
        house.adds("Bob Baker", "bob@example.com")
        house.browser.forgets_the_password()
        house.delivers_mail()
        assert house.browser.sets_a_password(RIGHT, house.mailed_code()).status == 200
        for n in range(VISITS):
            house.adds(f"Visitor {n}", f"visitor{n}@example.com")
        yield house


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many hashes were compared for each address."""
    found: Counter[str] = Counter()
    lock = threading.Lock()
    verify = argon2.PasswordHasher.verify

    def watched(self: argon2.PasswordHasher, hash_: str, password: str) -> bool:
        with lock:
            found[password.partition(" for ")[2]] += 1
        return verify(self, hash_, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    return found


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has an environment of its own in Lambda; here all of them share one."""
    monkeypatch.setattr("portico.aws.deadline.time", Watch())
    # An environment counts one request at a time, and needs no lock to.
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")


def a_guess(house: House, n: int) -> Callable[[], Answer]:
    victim = VICTIMS[n % len(VICTIMS)]
    browser = house.another_browser(source_ip=f"198.51.100.{n}")
    # Wrong, and it says whose it was to whoever watches the comparison.
    return lambda: browser.types_a_password(f"{WRONG} for {victim}", victim)


def a_visit(house: House, n: int) -> Callable[[], Answer]:
    browser = house.another_browser(source_ip=f"203.0.113.{100 + n}")

    def visit() -> Answer:
        assert browser.asks_for_a_code(f"visitor{n}@example.com").status == 202
        row = house.challenge_row(browser)
        assert house.front.doors["send_mail"]({"Records": [stream_record(row)]}, None) == OK
        (code,) = [mail.code for mail in house.mails if mail.to == [f"visitor{n}@example.com"]]
        return browser.types(code)

    return visit


class TestAFlood:
    def test_pwd_04_of_guesses_is_refused_within_its_budgets_while_codes_sign_in(
        self, house, compared
    ):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            guesses: list[Future[Answer]] = []
            visits: list[Future[Answer]] = []
            for n in range(GUESSES):
                guesses.append(pool.submit(a_guess(house, n)))
                if n % (GUESSES // VISITS) == 0:
                    visits.append(pool.submit(a_visit(house, len(visits))))

        assert [each.result().status for each in visits] == [200] * VISITS
        answers = Counter(each.result().problem for each in guesses)
        assert answers == {
            (401, "password-not-accepted"): 10 * len(VICTIMS),
            (429, "too-many-requests"): GUESSES - 10 * len(VICTIMS),
        }
        assert compared == dict.fromkeys(VICTIMS, 10)
        assert len(house.session_rows()) == VISITS
