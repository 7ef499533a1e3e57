"""From facts to findings: every rule is asked, and the decisive finding comes first."""

from collections.abc import Callable, Iterator
from typing import Any

from portico.diagnosis.code_causes import code_refused, code_untyped, password_refused
from portico.diagnosis.directory_causes import directory_refuses, held_in
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Evidence, Finding, FindingCause, Press, SeenCode
from portico.diagnosis.line_evidence import line_evidence
from portico.diagnosis.line_words import line_words
from portico.diagnosis.link_causes import link_ended
from portico.diagnosis.mail_causes import held_back, mail_in_trouble, no_mail
from portico.diagnosis.network_causes import network_spent
from portico.diagnosis.person_causes import nobody, stranger, switched_off
from portico.diagnosis.portal_causes import codes_off, portal_closed
from portico.diagnosis.sentences import say
from portico.diagnosis.session_causes import cookies_blocked, portal_unfetched, session_ended
from portico.diagnosis.sso_causes import provider_refused, provider_silent
from portico.diagnosis.tries import decisive

type Rule = Callable[[Facts], Iterator[Finding]]

STANDING_RULES: tuple[Rule, ...] = (
    portal_closed,
    nobody,
    stranger,
    switched_off,
    directory_refuses,
    codes_off,
    held_back,
    link_ended,
)
"""What keeps somebody out whatever they try, what touches most people first."""
NEWEST_RULES: tuple[Rule, ...] = (
    portal_unfetched,
    cookies_blocked,
    network_spent,
    mail_in_trouble,
    code_refused,
    code_untyped,
    password_refused,
    no_mail,
    provider_refused,
    provider_silent,
    session_ended,
)
"""What became of the newest try."""


def diagnose(facts: Facts) -> list[Finding]:
    """Return why they do not get in, the decisive finding first; at least one.

    Args:
        facts: all that was read of them.
    """
    found = [each for rule in (*STANDING_RULES, *NEWEST_RULES, held_in) for each in rule(facts)]
    return found or [_nothing(facts)]


def diagnosis_answer(
    facts: Facts, presses: Callable[[Press], dict[str, Any]] = lambda _: {}
) -> dict[str, Any]:
    """Return the members of a JSON answer: whom it is about, and the findings.

    Args:
        facts: all that was read of them.
        presses: returns further members of an ending that is pressed.
    """
    subject = facts.subject
    about = {
        "contact": subject.contact.id if subject.contact else None,
        "name": subject.contact.name or None if subject.contact else None,
        "email": subject.email,
        "sign_in": subject.sign_in,
    }
    return {"about": about, "findings": [_told(each, presses) for each in diagnose(facts)]}


def _told(finding: Finding, presses: Callable[[Press], dict[str, Any]]) -> dict[str, Any]:
    answer = finding.answer()
    if isinstance(finding.ending, Press):
        answer["ending"] |= presses(finding.ending)
    return answer


def _nothing(facts: Facts) -> Finding:
    line = decisive(facts)
    if line is None:
        return Finding(
            FindingCause.NEVER_TRIED,
            "Nobody has asked for a code for this address: another address was typed, or the link "
            "was cut off, or is of another workspace.",
            say(facts, "never_tried", address=facts.subject.email or ""),
        )
    who = {"name": facts.subject.name}
    if line.name != "session.started":
        return Finding(
            FindingCause.PASSED,
            f"What kept {facts.subject.name} out then has passed: {line_words(line)}.",
            say(facts, "again"),
            line.at,
            (line_evidence(line, facts.subject.name),),
            values=who,
        )
    return Finding(
        FindingCause.NOTHING_WRONG,
        f"{facts.subject.name} signed in. If the portal says otherwise, look at its origin and "
        f"site: portico workspace show {facts.workspace.id}",
        say(facts, "nothing_wrong"),
        line.at,
        (Evidence("signed in", SeenCode.SIGNED_IN, line.at, line.name),),
        values=who,
    )
