"""Record every flow of a sign-in once on an emulated AWS: its event and its calls."""

import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from bench.capacity import read_units, streamed, write_units
from bench.deployment import Deployment, Handler
from bench.recorded_calls import Deck, Exchange, Player, recording
from local.ses_events import FULL, bounced, delivered
from portico import ids
from portico.clock import SYSTEM
from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import RegisteredClient, new_secret
from portico.openid.store import RegisteredClients
from tests.support.doors import Answer
from tests.support.driver import WRONG, Browser
from tests.support.openid_site import CALLBACK, SIGNED_OUT, Site, query_of

RIGHT = "four tired herons at the weir"
GUESS = "four tired herons at the pond"


@dataclass(frozen=True)
class Flow:
    """One invocation of one door."""

    name: str
    door: Handler = field(repr=False)
    event: dict[str, Any] = field(repr=False)
    answer: dict[str, Any] = field(repr=False)
    exchanges: tuple[Exchange, ...] = field(repr=False)
    logged: int
    """Bytes of log lines."""
    lines: int
    at: datetime
    """The time that the door saw."""

    @property
    def calls(self) -> Counter[str]:
        """How often each service was called. A provider counts as ``provider``."""
        return Counter(each.operation.partition(".")[0] for each in self.exchanges)

    @property
    def writes(self) -> float:
        """Write units, as the emulated DynamoDB counts them."""
        return sum(map(write_units, self.exchanges))

    @property
    def reads(self) -> float:
        """Read units, by the rows' sizes."""
        return sum(map(read_units, self.exchanges))

    @property
    def streamed(self) -> int:
        """Rows that it left with an event. Each one starts the recorder of the trail."""
        return sum(map(streamed, self.exchanges))

    @cached_property
    def player(self) -> Player:
        """The player that answers the door with the recorded answers."""
        return Player(self.exchanges)

    def ready(self, deck: Deck) -> Callable[[], Any]:
        """Return a call that plays the flow once, at the recorded time."""
        deck.load(self.player)
        SYSTEM.offset = self.at - datetime.now(UTC)
        return partial(self.door, self.event, None)


@dataclass
class Walk:
    """Walks through flows and records each."""

    deployment: Deployment
    flows: dict[str, Flow] = field(default_factory=dict)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Record the one invocation that *work* makes as the flow *name*."""
        self.deployment.hands = partial(self._keep, name)
        try:
            return work()
        finally:
            self.deployment.hands = None

    def _keep(self, name: str, door: Handler, event: dict[str, Any]) -> Any:
        sink, now = self.deployment.sink, SYSTEM.now()
        logged, lines = sink.bytes, sink.lines
        with recording() as tape, redirect_stdout(sink):
            answer = door(event, None)
        said = sink.bytes - logged, sink.lines - lines
        self.flows[name] = Flow(name, door, event, answer, tuple(tape.exchanges), *said, now)
        return answer


def walked(deployment: Deployment) -> dict[str, Flow]:
    """Walk through all flows as Ann, in a warm environment."""
    _warm_up(deployment)
    walk = Walk(deployment)
    _by_a_shared_link(walk)
    _by_a_personal_link(walk)
    _by_sso(walk)
    _by_a_password(walk)
    _as_a_newcomer(walk)
    _at_a_portal(walk)
    return walk.flows


def _warm_up(deployment: Deployment) -> None:
    # Each environment fetches the secret, the keys and the provider's document once.
    ann = deployment.browser = Browser(deployment)
    with redirect_stdout(deployment.sink):
        token = ann.signs_in().body["access_token"]
        ann.reads_the_session(token)
        for _ in range(2):
            assert ann.signs_in_with("google").cookie("__Host-portico-acme")
    deployment.forward(minutes=30)


def _by_a_shared_link(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    ann = deployment.browser = Browser(deployment, source_ip="203.0.113.8")
    page = {"path": {"workspace": deployment.id}}
    step("page", lambda: ann.sends("sign_in_page", "GET /{workspace}", **page))
    step("resolve", ann.opens_the_link)
    step("request", ann.asks_for_a_code)
    # An environment marks each part of a day once, and makes a workspace's key once.
    with redirect_stdout(deployment.sink):
        deployment.hand("record_trail", deployment.record_of(ann))
    step("send", deployment.delivers_mail)
    mail = deployment.sent[-1]
    step("arrived", lambda: deployment.tells(delivered(mail)))
    step("trail", lambda: deployment.hand("record_trail", deployment.record_of(ann)))
    step("wrong code", lambda: ann.types(WRONG))
    token = step("verify", ann.types_the_mailed_code).body["access_token"]
    step("read", lambda: ann.reads_the_session(token))
    deployment.forward(minutes=1)
    step("refresh", ann.refreshes)
    step("sign out", lambda: ann.signs_out(token))


def _by_a_personal_link(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    link = deployment.personal_link()
    ann = deployment.browser = Browser(deployment, source_ip="203.0.113.9")
    step("request, auto", lambda: ann.asks_for_a_code(None, link=link, auto=True))
    step("send, personal", deployment.delivers_mail)
    # One that may pass: Ann needs her mails below.
    mail = deployment.sent[-1]
    step("came back", lambda: deployment.tells(bounced(mail, FULL, kind="Transient/MailboxFull")))
    deployment.forward(seconds=30)
    step("resend", ann.asks_again)


def _by_sso(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    ann = deployment.browser = Browser(deployment, source_ip="203.0.113.10")
    step("start sso", lambda: ann.starts_sso("google"))
    came = step("finish sso", ann.comes_back)
    assert came.cookie("__Host-portico-acme"), came.event


def _by_a_password(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    ann = deployment.browser = Browser(deployment, source_ip="203.0.113.11")
    step("forgot", ann.forgets_the_password)
    with redirect_stdout(deployment.sink):
        deployment.delivers_mail()
    _held(step("reset", lambda: ann.sets_a_password(RIGHT, deployment.mailed_code())))
    step("wrong password", lambda: ann.types_a_password(GUESS))
    came = _held(step("password", lambda: ann.types_a_password(RIGHT)))
    token = came.body["access_token"]
    with redirect_stdout(deployment.sink):
        _of_the_account(ann, "GET /v1/account", token)
    _held(step("account", lambda: _of_the_account(ann, "GET /v1/account", token)))


def _as_a_newcomer(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    # In letters alone: a dash makes two words of a name, and so a search row more.
    name = "".join(each for each in ids.random_part() if each.isalpha())[:12].lower()
    eve = deployment.browser = Browser(deployment, source_ip="203.0.113.12")
    _held(step("sign up", lambda: eve.signs_up(f"{name}@example.com")))
    step("send, sign up", deployment.delivers_mail)
    came = _held(step("verify, sign up", eve.types_the_mailed_code))
    token = came.body["access_token"]

    moving = {"email": f"{name}@new.example"}
    asks = "POST /v1/account/email"
    asked = _held(step("move", lambda: _of_the_account(eve, asks, token, moving)))
    eve.challenge = asked.body["challenge"]
    with redirect_stdout(deployment.sink):
        deployment.delivers_mail()
    typed = {"challenge": eve.challenge, "code": deployment.mailed_code()}
    confirms = "POST /v1/account/email/confirm"
    _held(step("confirm move", lambda: _of_the_account(eve, confirms, token, typed)))


def _at_a_portal(walk: Walk) -> None:
    deployment, step = walk.deployment, walk.step
    site = _registered(deployment)
    ann = deployment.browser = Browser(deployment, source_ip="203.0.113.13")
    _held(step("authorize, page", lambda: site.sends(ann)))
    with redirect_stdout(deployment.sink):
        # Use the password of the previous walk, because a mailbox gets few codes an hour.
        _held(ann.types_a_password(RIGHT))
    came = _held(step("authorize", lambda: site.sends(ann)))
    code = query_of(came.headers["location"])["code"]
    _held(step("token", lambda: site.redeems(code)))
    bearer = {"authorization": f"Bearer {site.tokens['access_token']}"}
    _held(step("userinfo", lambda: ann.sends("userinfo", "GET /oauth2/userinfo", headers=bearer)))
    deployment.forward(seconds=30)
    _held(step("token, refresh", site.refreshes))
    leaving = {"id_token_hint": site.tokens["id_token"]}
    leaves = "GET /oauth2/end_session"
    _held(step("end session", lambda: ann.sends("end_session", leaves, query=leaving, origin=None)))
    assert "__Host-portico-acme" not in ann.cookies


def _registered(deployment: Deployment) -> Site:
    secret = new_secret(secrets.token_bytes(32))
    portal = RegisteredClient(
        "help", deployment.id, "Help", [CALLBACK], [SIGNED_OUT], [digest(secret)]
    )
    event = Event("portal.added", datetime.now(UTC), "portal-help", 365, "bench")
    workspace = deployment.team.workspace(deployment.id)
    RegisteredClients(deployment.people.table, deployment.id).put(portal, workspace, event)
    return Site(deployment, portal, secret)


def _of_the_account(
    browser: Browser, route: str, token: str, body: dict[str, Any] | None = None
) -> Answer:
    headers, workspace = {"authorization": f"Bearer {token}"}, {"workspace": browser.portal.id}
    if body is None:
        return browser.sends("account", route, headers=headers, query=workspace)
    return browser.sends("account", route, {**workspace, **body}, headers=headers)


def _held(answer: Answer) -> Answer:
    assert answer.status in {200, 202, 303}, answer.event
    return answer
