"""They went to a provider, and did not come in by it."""

from collections.abc import Iterator

from portico.diagnosis import remedies
from portico.diagnosis.facts import PATIENCE, Facts
from portico.diagnosis.findings import (
    Ending,
    Finding,
    FindingCause,
    HandOver,
    Recipient,
    Task,
)
from portico.diagnosis.line_evidence import SAID, SECRET, line_evidence
from portico.diagnosis.sentences import say
from portico.diagnosis.sso_words import refusal_for
from portico.diagnosis.tries import decisive
from portico.trail.lookup import Line

DRAFT = "connection-draft"
"""A connection is off because it waits for its test, or for an owner."""
DIRECTORY_FIRST = frozenset(
    {"not-in-directory", "directory-record-inactive", "invalid-portal-link"}
)
OF_THEMSELVES = frozenset(
    "directory-record-changed contact-inactive contact-changed session-ended too-many-changes "
    "portal-unavailable key-rotated-twice sso-expired away".split()
)
"""What has passed, or what another rule names if it has not: they try again."""


def provider_refused(facts: Facts) -> Iterator[Finding]:
    """Yield why they came back from a provider and were not let in."""
    line = decisive(facts)
    if line is None or line.name != "sso.refused":
        return
    reason = line.detail.get("reason", "")
    if reason in DIRECTORY_FIRST and facts.workspace.needs_record() is (
        reason != "invalid-portal-link"
    ):
        return
    connection = line.detail.get("connection", "?")
    why = refusal_for(reason).why
    seen = line_evidence(line, facts.subject.name, why)
    said = seen.reason
    if reason == "connection-off" and _is_draft(facts, connection):
        why = "the connection is a draft: it waits for its test, or for an owner"
        reason = said = DRAFT
    label = facts.workspace.label_of(connection)
    yield Finding(
        FindingCause.SECRET_ENDED if reason == SECRET else FindingCause.PROVIDER_REFUSED,
        f"{facts.subject.name} came back from {label} and was not let in: {why}.",
        _ending(facts, connection, reason),
        line.at,
        (seen,),
        said,
        {**seen.values, "connection": label},
    )


def provider_silent(facts: Facts) -> Iterator[Finding]:
    """Yield that they have not come back from a provider to the browser that went there."""
    line = decisive(facts)
    if line is None:
        return
    if line.name == "sso.address-needed":
        yield Finding(
            FindingCause.ADDRESS_ASKED,
            "The provider named no address, so the page asked them for one.",
            say(facts, "address_asked"),
            line.at,
            (line_evidence(line, facts.subject.name, _gone(line)),),
        )
    elif line.name == "sso.started" and facts.at - line.at >= PATIENCE:
        label = facts.workspace.label_of(line.detail.get("connection", "?"))
        yield Finding(
            FindingCause.OTHER_BROWSER,
            f"They went to {label}, and have not come back to that "
            "browser. Another browser, such as one within an app, may have taken over.",
            say(facts, "same_browser"),
            line.at,
            (line_evidence(line, facts.subject.name, _gone(line)),),
            values={"connection": label},
        )


def _ending(facts: Facts, connection: str, reason: str) -> Ending:
    workspace, contact = facts.workspace, facts.contact
    kind = reason.partition(": ")[0]
    if reason in SAID:
        return say(facts, SAID[reason], provider=workspace.label_of(connection))
    if reason == "another-contact" and contact is not None:
        return remedies.new_link(facts, contact)
    if reason == "in-directory-but-no-contact" and facts.subject.email:
        return remedies.add_contact(facts, facts.subject.email)
    if reason in ("connection-off", DRAFT):
        return remedies.open_connection(facts, connection)
    if kind in OF_THEMSELVES:
        return say(facts, "again")
    back = f"{facts.origin}/v1/sso/{connection}/callback"
    test = f"Afterwards: portico connection test {workspace.id} {connection}"
    if reason == SECRET:
        return HandOver(
            Recipient.PROVIDER,
            Task.RENEW_SECRET,
            "Make a new client secret for the application, and replace the old one here (docs/"
            f"operate.md, Renewing a client secret). {test}. The application must have the "
            "redirect URI",
            back,
            {"workspace": workspace.id, "connection": connection},
        )
    said = reason.partition(": ")[2]
    told = f"The provider said {said!r}. " if kind == "answer" and said else ""
    return HandOver(
        Recipient.PROVIDER,
        Task.CHECK_APPLICATION,
        f"{told}Look at the application's settings at the provider. {test}. Its redirect URI is",
        back,
        {"workspace": workspace.id, "connection": connection},
    )


def _is_draft(facts: Facts, connection: str) -> bool:
    """Say whether a connection waits for its test, or for an owner."""
    return any(
        each["id"] == connection and bool(each.get("draft") or each.get("waits"))
        for each in facts.workspace.connections
    )


def _gone(line: Line) -> str:
    return f"went to {line.detail.get('connection', '?')}"
