"""Twenty people who do not get in, each for another reason: for the tests, and for `make run DIAGNOSIS=1`.

docs/diagnosis.md has the same table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from local.fault_scenes import BY, WRONG, Past, Scene, Steps
from portico.clock import SYSTEM, epoch
from portico.sessions.team_sessions import TeamSessions

AGO = timedelta(minutes=12)
"""All of them called their help desk so long after it happened: a code is late by then, and a session
that no browser has used stands out."""
ELSEWHERE = "typed@{name}.example"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason, and how it came about."""

    name: str
    """Also the workspace's id."""
    cause: str
    """The first finding's."""
    ending: str
    """``press``, ``say`` or ``hand-over``."""
    about: str
    happens: Callable[[Scene], Steps]
    typed: str = "ann@{name}.example"
    """The address that the help desk is told."""
    email: str = ""
    """Ann's own, where it is another than that of her workspace."""

    @property
    def asked(self) -> str:
        """The address that a diagnosis is asked for."""
        return self.typed.format(name=self.name)


def _deactivated(scene: Scene) -> Steps:
    scene.team.set_active(scene.name, scene.ann.id, False, by=BY)
    yield 0


def _portal_off(scene: Scene) -> Steps:
    scene.sets(portal_enabled=False)
    yield 0


def _portal_paused(scene: Scene) -> Steps:
    scene.sets(paused_until=epoch(SYSTEM.now() + timedelta(days=1)))
    yield 0


def _codes_off(scene: Scene) -> Steps:
    scene.sets(code_method=False)
    yield 0


def _link_expired(scene: Scene) -> Steps:
    links = type(scene.links)(scene.rig.people_table, Past(timedelta(days=2)))
    links.create(scene.name, by=BY, contact=scene.ann.id, lifetime=timedelta(days=1))
    yield 0


def _link_revoked(scene: Scene) -> Steps:
    link, _ = scene.links.create(scene.name, by=BY, contact=scene.ann.id)
    yield 0
    scene.links.revoke(scene.name, link.id, by=BY)
    yield 0


def _suppressed(scene: Scene) -> Steps:
    scene.rig.switch(scene.ann.email, "bounce")
    scene.visitor().asks(scene.ann.email)
    yield 0
    scene.rig.switch(scene.ann.email, "arrives")


def _domain_refuses(scene: Scene) -> Steps:
    visitor = scene.visitor()
    domain = scene.ann.email.rpartition("@")[2]
    people = [scene.ann.email, *(f"colleague{n}@{domain}" for n in range(10))]
    for n, each in enumerate(people):
        if n:
            scene.team.add_contact(scene.name, name=f"Colleague {n}", email=each, by=BY)
        scene.rig.switch(each, "bounce")
        visitor.asks(each)
    yield 0
    for each in people:
        scene.rig.switch(each, "arrives")


def _mailbox_budget(scene: Scene) -> Steps:
    for _ in range(5):
        scene.visitor().asks(scene.ann.email)
        yield 1


def _no_contact(scene: Scene) -> Steps:
    scene.visitor().asks(ELSEWHERE.format(name=scene.name))
    yield 0


def _mistyped(scene: Scene) -> Steps:
    scene.visitor().asks(f"anarcher@{scene.name}.example")
    yield 0


def _mailbox_full(scene: Scene) -> Steps:
    scene.rig.switch(scene.ann.email, "full")
    scene.visitor().asks(scene.ann.email)
    yield 0
    scene.rig.switch(scene.ann.email, "arrives")


def _attempts_spent(scene: Scene) -> Steps:
    visitor = scene.visitor()
    visitor.asks(scene.ann.email)
    yield 0
    for _ in range(5):
        visitor.types(WRONG)
    yield 0


def _older_code(scene: Scene) -> Steps:
    visitor = scene.visitor()
    visitor.asks(scene.ann.email)
    yield 31
    visitor.asks_again()
    yield 61
    visitor.asks_again()
    yield 1
    visitor.types(scene.code(0))
    yield 0


def _code_late(scene: Scene) -> Steps:
    scene.visitor().asks(scene.ann.email)
    yield 0


def _signed_in(scene: Scene, *, takes_cookies: bool = True) -> Steps:
    visitor = scene.visitor(takes_cookies=takes_cookies)
    visitor.asks(scene.ann.email)
    yield 0
    visitor.types(scene.code())
    yield 0
    visitor.refreshes()


def _session_ended(scene: Scene) -> Steps:
    yield from _signed_in(scene)
    sessions = TeamSessions(scene.rig.people_table, scene.rig.sign_in_table)
    workspace = scene.team.workspace(scene.name)
    sessions.end_all(workspace, scene.ann.id, by=BY)
    yield 0


def _cookies_blocked(scene: Scene) -> Steps:
    yield from _signed_in(scene, takes_cookies=False)


def _secret_ended(scene: Scene) -> Steps:
    scene.connects(secret="the-one-before")  # noqa: S106 - no secret
    _, link = scene.links.create(scene.name, by=BY, contact=scene.ann.id)
    scene.visitor().goes_to("google", link=link)
    yield 0


def _left_directory(scene: Scene) -> Steps:
    scene.connects()
    scene.records(active=True)
    yield 0
    scene.sets(directory_rule="sso_only")
    scene.records(active=False)
    yield 0
    _, link = scene.links.create(scene.name, by=BY, contact=scene.ann.id)
    scene.visitor().goes_to("google", link=link)
    yield 0


def _portal_unfetched(scene: Scene) -> Steps:
    client = scene.registers()
    visitor = scene.visitor()
    visitor.asks(scene.ann.email)
    yield 0
    visitor.types(scene.code())
    yield 1
    visitor.opens_the_portal(client)
    yield 0


FAULTS = (
    Fault("deactivated", "deactivated", "press", "the team has switched her off", _deactivated),
    Fault("portal-off", "portal-off", "press", "the portal is off", _portal_off),
    Fault("portal-paused", "portal-paused", "press", "the portal is paused", _portal_paused),
    Fault("codes-off", "method-off", "press", "codes are off, and nothing else is on", _codes_off),
    Fault("link-expired", "link-expired", "press", "her personal link is over", _link_expired),
    Fault("link-revoked", "link-revoked", "press", "her personal link was revoked", _link_revoked),
    Fault("suppressed", "suppressed", "press", "her mail came back, so she gets none", _suppressed),
    Fault("domain-refuses", "domain-refuses", "press", "all mail to her company comes back", _domain_refuses),
    Fault("mailbox-budget", "mailbox-budget", "press", "she asked for five codes in a minute", _mailbox_budget),
    Fault("no-contact", "no-contact", "press", "nobody has added her", _no_contact, ELSEWHERE),
    Fault("mistyped", "mistyped", "say", "she leaves a letter out", _mistyped, "anarcher@{name}.example", "annarcher@mistyped.example"),
    Fault("mailbox-full", "bounced", "say", "her mailbox is full", _mailbox_full),
    Fault("attempts-spent", "attempts-spent", "say", "she typed five wrong codes", _attempts_spent),
    Fault("older-code", "older-code", "say", "she typed the code of the first of three mails", _older_code),
    Fault("code-late", "code-late", "say", "she did not type the code in time", _code_late),
    Fault("session-ended", "session-ended", "say", "the team has signed her out", _session_ended),
    Fault("cookies-blocked", "cookies-blocked", "say", "her browser keeps no cookies", _cookies_blocked),
    Fault("secret-ended", "secret-ended", "hand-over", "the client secret at Google is over", _secret_ended, "ann@example.com", "ann@example.com"),
    Fault("left-directory", "left-directory", "hand-over", "her directory record is inactive", _left_directory, "ann@example.com", "ann@example.com"),
    Fault("portal-unfetched", "portal-unfetched", "hand-over", "the portal fetches no tokens", _portal_unfetched),
)  # fmt: skip
