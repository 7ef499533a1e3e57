"""The signing key rotates by the runbook's timetable: no token that is out is ever refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portico.clock import SYSTEM
from tests.rotation.conftest import MINUTES
from tests.rotation.fleet import BusyPortal, token_of
from tests.support.doors import ROOT, door

STEPS = ["A", "A+B", "B+A", "B"]
AUTHORIZERS_KEEP = timedelta(hours=2)
"""How long API Gateway's JWT authorizer keeps keys (docs.aws.amazon.com, http-api-jwt-authorizer)."""
CACHE_KEEPS = timedelta(hours=1)
"""How long an HTTP cache may keep the keys: what their own header says."""
TURN = timedelta(minutes=MINUTES)


def stated_wait() -> timedelta:
    """What docs/operate.md says to wait between two steps."""
    runbook = (ROOT / "docs" / "operate.md").read_text()
    section = runbook.partition("## Rotating the signing key")[2].partition("\n## ")[0]
    waits = {int(each) for each in re.findall(r"\| (\d) h: ", section)}
    assert len(waits) == 1
    return timedelta(hours=waits.pop())


@dataclass
class Kept:
    """Something that is asked for again only when it has been kept for so long."""

    ask: Callable[[], tuple[Any, timedelta]]
    content: Any = None
    until: datetime | None = None

    def __call__(self) -> Any:
        now = SYSTEM.now()
        if self.until is None or now >= self.until:
            self.content, stays = self.ask()
            self.until = now + stays
        return self.content


@dataclass
class Authorizer:
    """A portal's JWT authorizer: it asks for no key again before its two hours are over."""

    asks: Callable[[], KeySet]
    keys: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.keys = Kept(lambda: (self.asks(), AUTHORIZERS_KEEP))

    def lets_in(self, token: str) -> bool:
        try:
            jwt.decode(token, self.keys(), algorithms=["RS256"])
        except (JoseError, ValueError):
            return False
        return True


@dataclass
class Checkers:
    """Everybody who checks tokens, with every bad luck: what an authorizer asks is a cache, and
    their hours end at different minutes.
    """

    busy: BusyPortal
    caches: list[Kept] = field(default_factory=list)
    authorizers: list[Authorizer] = field(default_factory=list)

    def one_turn_more(self, turn: int) -> None:
        if turn < CACHE_KEEPS / TURN:
            self.caches.append(Kept(self._from_the_door))
        for cache in self.caches:
            # Others ask it too, so that it is always as old as it may be.
            cache()
        if turn < AUTHORIZERS_KEEP / TURN + CACHE_KEEPS / TURN:
            self.authorizers += [Authorizer(cache) for cache in self.caches]

    def believe(self, token: str) -> bool:
        bearer = {"authorization": f"Bearer {token}"}
        workspace = {"workspace": "acme"}
        answer = self.busy.knock("session", "GET /v1/session", query=workspace, headers=bearer)
        return answer.status == 200 and all(each.lets_in(token) for each in self.authorizers)

    def _from_the_door(self) -> tuple[KeySet, timedelta]:
        answer = self.busy.knock("session", "GET /.well-known/jwks.json", origin=None)
        assert answer.headers["cache-control"] == f"public, max-age={CACHE_KEEPS.seconds}"
        return KeySet.import_key_set(answer.body), CACHE_KEEPS


@pytest.fixture
def slots(cloud) -> dict[str, str]:
    """What SIGNING_KEYS is at each step; tests/template holds the template to it."""
    kms = boto3.client("kms")
    a, b = (
        kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["Arn"]
        for _ in "AB"
    )
    return {"A": a, "A+B": f"{a},{b}", "B+A": f"{b},{a}", "B": b}


def day(
    busy: BusyPortal, slots: dict[str, str], *, wait: timedelta
) -> Iterator[tuple[str, list[str]]]:
    """Deploy step after step; in each turn, yield the step and the tokens that were made.

    Whoever takes them lets the turn's time pass.
    """
    fleet = busy.fleet
    fleet.grows(SIGNING_KEYS=slots["A"])
    busy.browser.signs_in()
    for step in STEPS:
        before = fleet.up[0]
        fleet.start(SIGNING_KEYS=slots[step])
        # CloudFormation changes one function after the other: for a while, one door signs with
        # the new key and the other knows no more than it did.
        fleet.up = [before | {"verify_code": door("verify_code")}]
        for turn in range(int(wait / TURN)):
            if turn == 1:
                fleet.up.clear()
                fleet.grows()
            guest = busy.another_browser()
            tokens = [token_of(busy.browser.refreshes())]
            if turn % 6 == 0:
                contact = busy.adds("Guest", f"guest-{step}-{turn}@example.com".replace("+", "."))
                tokens.append(token_of(guest.signs_in(contact.email)))
            yield step, tokens


def refused_on_the_way(busy, slots, *, wait: timedelta) -> list[str]:
    """At which steps somebody refused a token that was alive."""
    checkers = Checkers(busy)
    refused = []
    for turn, (step, tokens) in enumerate(day(busy, slots, wait=wait)):
        checkers.one_turn_more(turn)
        # Asked when the tokens are new, and again in the last minute of their ten.
        for passing in (TURN - timedelta(minutes=1), timedelta(minutes=1)):
            refused += [step for each in tokens if not checkers.believe(each)]
            busy.clock.shift(passing)
    return refused


class TestASigningKeyThatRotates:
    @pytest.mark.slow
    def test_has_every_token_believed_everywhere_at_every_step(self, busy, slots):
        assert refused_on_the_way(busy, slots, wait=stated_wait()) == []

    @pytest.mark.slow
    def test_would_be_met_with_doubt_if_nobody_waited_as_long(self, busy, slots):
        refused = refused_on_the_way(busy, slots, wait=timedelta(hours=2))

        assert set(refused) == {"B+A"}

    def test_signs_out_nobody_however_it_is_done(self, busy, slots):
        fleet = busy.fleet
        fleet.grows(SIGNING_KEYS=slots["A"])
        busy.browser.signs_in()

        for step in STEPS[1:]:
            fleet.up.clear()
            fleet.grows(SIGNING_KEYS=slots[step])
            busy.forward(minutes=1)
            token = token_of(busy.browser.refreshes())
            assert busy.browser.reads_the_session(token).status == 200
