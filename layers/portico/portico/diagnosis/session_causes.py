"""They were in, and are in no more; or they are in, and do not see it."""

from collections.abc import Iterator
from datetime import timedelta

from portico.diagnosis.facts import PATIENCE, Facts
from portico.diagnosis.findings import (
    Evidence,
    Finding,
    FindingCause,
    HandOver,
    Recipient,
    SeenCode,
    Task,
)
from portico.diagnosis.line_evidence import line_evidence
from portico.diagnosis.line_words import ENDED, line_words
from portico.diagnosis.sentences import say
from portico.diagnosis.tries import decisive
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME
from portico.trail.lookup import Line

UNSEEN_AFTER = ACCESS_TOKEN_LIFETIME + timedelta(minutes=1)
"""A portal's page that is open has asked for another token by then, with the cookie."""


def portal_unfetched(facts: Facts) -> Iterator[Finding]:
    """Yield that a portal was told that they are in, and has not fetched its tokens."""
    line = _told_portal(facts)
    if line is None or facts.at - line.at < PATIENCE:
        return
    portal = line.detail.get("portal", "?")
    yield Finding(
        FindingCause.PORTAL_UNFETCHED,
        f"{facts.subject.name} is signed in. Portico told the portal {portal}, but the portal did "
        "not fetch its tokens: its server cannot reach Portico, or Portico refuses it.",
        HandOver(
            Recipient.PORTAL,
            Task.FETCH_TOKENS,
            "Your server did not trade the authorization code at "
            f"{facts.origin}/oauth2/token within a minute. See whether it reaches that address, "
            "and which error it was answered. The client is",
            f"prt_{facts.workspace.id}_{portal}",
            {"address": f"{facts.origin}/oauth2/token"},
        ),
        line.at,
        (
            Evidence(
                f"portal {portal} was told",
                SeenCode.PORTAL_TOLD,
                line.at,
                line.name,
                values={"portal": portal},
            ),
        ),
        values={"name": facts.subject.name, "portal": portal},
    )


def cookies_blocked(facts: Facts) -> Iterator[Finding]:
    """Yield that no browser has come back with the cookie of their newest session."""
    line, session = decisive(facts), facts.session
    if line is None or session is None or line.name != "session.started":
        return
    has_come_back = session.n > 0 or session.ended_at is not None
    is_young = facts.at - session.signed_in_at < UNSEEN_AFTER
    if has_come_back or is_young or facts.newest("portal.granted") is not None:
        return
    yield Finding(
        FindingCause.COOKIES_BLOCKED,
        f"{facts.subject.name} signed in, and no browser has come back with the cookie: it is "
        "blocked, or the portal's page does not ask for a session.",
        say(facts, "cookies"),
        line.at,
        (
            Evidence(
                "a session began, and was never used", SeenCode.SESSION_UNUSED, line.at, line.name
            ),
        ),
        values={"name": facts.subject.name},
    )


def session_ended(facts: Facts) -> Iterator[Finding]:
    """Yield what ended their last session."""
    line = decisive(facts)
    if line is None or line.name not in ("session.ended", "contact.signed-out"):
        return
    reason = line.detail.get("reason", "")
    if reason == "method-off":
        return
    why = ENDED.get(reason) or line_words(line)
    yield Finding(
        FindingCause.SESSION_ENDED,
        f"{facts.subject.name} was signed in until then: {why}. They can sign in again.",
        say(facts, "again"),
        line.at,
        (line_evidence(line, facts.subject.name, why),),
        reason,
        {"name": facts.subject.name},
    )


def _told_portal(facts: Facts) -> Line | None:
    """Return the line of the portal that was told last, if nothing else has happened since."""
    for line in facts.lines:
        if line.name == "portal.granted":
            return line
        if "parent" in line.detail or line.name.startswith(("code.", "session.", "sso.", "mail.")):
            return None
    return None
