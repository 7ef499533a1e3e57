"""The mail with the code does not reach them."""

from collections.abc import Iterator
from datetime import datetime

from portico.clock import epoch
from portico.deliveries.causes import Cause
from portico.deliveries.suppression import suppression_of
from portico.diagnosis import remedies
from portico.diagnosis.facts import PATIENCE, Facts
from portico.diagnosis.findings import (
    Ending,
    Evidence,
    Finding,
    FindingCause,
    HandOver,
    Recipient,
    SeenCode,
    Task,
    Values,
)
from portico.diagnosis.line_evidence import line_evidence
from portico.diagnosis.line_words import fate, withheld
from portico.diagnosis.sentences import say
from portico.diagnosis.tries import decisive
from portico.trail.lookup import Line

OF_THEIR_SERVER = frozenset(
    {Cause.TAKEN_FOR_SPAM, Cause.NOT_ALLOWED, Cause.SERVER_OUT_OF_REACH, Cause.MAILBOX_OFF}
)
"""What whoever looks after the contact's mail server can do something about."""
OF_OUR_SENDER = frozenset({Cause.SENDER_DISTRUSTED, Cause.SENDER_UNPROVED})
"""What whoever runs the stack can do something about."""
STANDS_FIRST = frozenset(
    "sign-in-method-off link-ended portal-unavailable not-a-contact contact-inactive "
    "address-suppressed-bounce address-suppressed-complaint".split()
)
"""Why a mail was withheld, where another rule says whether that is still so."""


def held_back(facts: Facts) -> Iterator[Finding]:
    """Yield that the address gets no mail for now, and whether its whole domain is meant."""
    contact = facts.contact
    held = suppression_of(contact.strikes, at=facts.at) if contact else None
    if contact is None or held is None or not held.stops(notice=False):
        return
    newest = decisive(facts)
    if newest is not None and newest.name == "session.started" and newest.at > held.since:
        return
    domain = contact.email.rpartition("@")[2]
    told = facts.newest("mail.bounced", "mail.complained")
    until = f"until {_time(held.until)}" if held.until else "until somebody lifts it"
    lasts = {"until": epoch(held.until)} if held.until else {}
    evidence = [
        Evidence(
            f"{held.reason} {held.code} is held against the address",
            FindingCause.SUPPRESSED,
            held.since,
            reason=held.reason,
            values={"email": contact.email, **({"said": held.code} if held.code else {})},
        )
    ]
    if told is not None:
        evidence.append(line_evidence(told, contact.name))
    if facts.refusing_since is not None:
        yield Finding(
            FindingCause.DOMAIN_REFUSES,
            f"{domain} refuses mail to many people, and all of them get none, {until}.",
            remedies.lift_domain(facts, domain),
            facts.refusing_since,
            (
                Evidence(
                    f"more than ten addresses of {domain} came back within an hour",
                    SeenCode.DOMAIN_BOUNCED,
                    facts.refusing_since,
                    "mail.domain-refused",
                    values={"domain": domain},
                ),
                *evidence,
            ),
            values={"domain": domain, **lasts},
        )
        return
    yield Finding(
        FindingCause.SUPPRESSED,
        f"No mail is sent to {contact.email} after a {held.reason}, {until}.",
        remedies.lift(facts, contact),
        held.since,
        tuple(evidence),
        held.reason,
        {"email": contact.email, **lasts},
    )


def mail_in_trouble(facts: Facts) -> Iterator[Finding]:
    """Yield what became of the newest mail, if it did not arrive."""
    line = decisive(facts)
    if line is None:
        return
    evidence = (line_evidence(line, facts.subject.name, _told(line)),)
    match line.name:
        case "mail.delayed":
            yield Finding(
                FindingCause.DELAYED,
                "Their mail server has not taken the mail yet. SES tries again by itself.",
                say(facts, "delayed"),
                line.at,
                evidence,
            )
        case "mail.bounced":
            yield Finding(
                FindingCause.BOUNCED,
                f"The mail came back: {_told(line)}.",
                _after_bounce(facts, line),
                line.at,
                evidence,
                line.detail.get("cause", ""),
            )
        case "mail.rejected":
            yield Finding(
                FindingCause.REJECTED,
                "SES found a virus in the mail, and handed it to nobody.",
                HandOver(
                    Recipient.CLOUD,
                    Task.CHECK_TEXTS,
                    "Look at the workspace's logo, name and texts, which are all that a mail holds.",
                    line.detail.get("sign_in", line.id),
                ),
                line.at,
                evidence,
            )
        case "code.withheld" if line.detail.get("reason") not in STANDS_FIRST:
            yield _kept_back(facts, line)


def no_mail(facts: Facts) -> Iterator[Finding]:
    """Yield that a code was asked for and no mail has left: a fault of ours."""
    line = decisive(facts)
    if line is None or line.name not in ("code.requested", "code.resent"):
        return
    if facts.at - line.at < PATIENCE:
        yield Finding(
            FindingCause.CODE_WAITS,
            "They have just asked for a code. The mail is on its way.",
            say(facts, "on_its_way"),
            line.at,
            (Evidence("asked for a code", SeenCode.CODE_ASKED, line.at, line.name),),
            "just-asked",
        )
        return
    yield Finding(
        FindingCause.OUR_FAULT,
        "They asked for a code, and no mail has left: Portico still tries, or has given up.",
        HandOver(
            Recipient.CLOUD,
            Task.CHECK_SENDER,
            "See docs/operate.md for the sender's alarms, and: portico doctor stack. The "
            "sign-in is",
            line.detail.get("sign_in", line.id),
        ),
        line.at,
        (
            Evidence(
                "asked for a code, and no mail followed",
                FindingCause.OUR_FAULT,
                line.at,
                line.name,
            ),
        ),
    )


def _after_bounce(facts: Facts, line: Line) -> Ending:
    cause, said = line.detail.get("cause", ""), line.detail.get("said", "")
    if cause == Cause.MAILBOX_FULL:
        return say(facts, "mailbox_full")
    if cause in OF_OUR_SENDER:
        domain = (facts.subject.email or "").rpartition("@")[2]
        return HandOver(
            Recipient.CLOUD,
            Task.CHECK_DNS,
            "Their mail server distrusts ours. See what DNS lacks: portico doctor mail DOMAIN. "
            f"{domain or 'The server'} said",
            said or cause,
            {"domain": domain or "?"},
        )
    if cause in OF_THEIR_SERVER:
        return HandOver(
            Recipient.MAIL_ADMIN,
            Task.LET_MAIL_THROUGH,
            "Their mail server refused the mail. Whoever looks after it lets ours through; it said",
            said or cause,
        )
    return say(facts, "try_again")


def _kept_back(facts: Facts, line: Line) -> Finding:
    reason, detail = line.detail.get("reason", ""), line.detail
    said = f"Portico withheld the mail: {withheld(detail)}."
    evidence = (line_evidence(line, facts.subject.name, withheld(detail)),)
    if reason == "mailbox-budget":
        return Finding(
            FindingCause.MAILBOX_BUDGET,
            said,
            _within_budget(facts, line),
            line.at,
            evidence,
            values=_lasts(line),
        )
    ending: Ending = say(facts, "again")
    if reason in ("mail-refused", "too-many-bounces") or reason.startswith("strangers-"):
        ending = HandOver(
            Recipient.CLOUD,
            Task.CHECK_SENDER,
            "See docs/operate.md and: portico doctor stack. The sign-in is",
            detail.get("sign_in", line.id),
        )
    return Finding(FindingCause.WITHHELD, said, ending, line.at, evidence, reason)


def _within_budget(facts: Facts, line: Line) -> Ending:
    has_kept = line.detail.get("has_kept") != "no"
    if has_kept and facts.contact is not None:
        # Some mails are kept for personal links, which no stranger can use up.
        return remedies.new_link(facts, facts.contact)
    until = _spent_until(line)
    return say(facts, "wait_for_mail", until=until) if until else say(facts, "again")


def _lasts(line: Line) -> Values:
    until = _spent_until(line)
    return {"until": epoch(until)} if until else {}


def _spent_until(line: Line) -> datetime | None:
    try:
        return datetime.fromisoformat(line.detail.get("until", ""))
    except ValueError:
        # A line from before budgets said until when.
        return None


def _told(line: Line) -> str:
    return fate(line.name, line.detail) if line.name.startswith("mail.") else withheld(line.detail)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
