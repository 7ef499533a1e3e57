"""The mail is there, and its code lets nobody in."""

from collections.abc import Iterator

from portico.codes.rules import CODE_LIFETIME
from portico.deliveries.ses_events import DeliveryState
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Evidence, Finding, FindingCause, Say, SeenCode
from portico.diagnosis.line_evidence import OLDER, line_evidence
from portico.diagnosis.line_words import WHY_REFUSED
from portico.diagnosis.sentences import say
from portico.diagnosis.tries import decisive
from portico.trail.lookup import Line

WAYS_FIRST = frozenset({"method-off"})


def code_refused(facts: Facts) -> Iterator[Finding]:
    """Yield why the code that was typed last was refused."""
    line = decisive(facts)
    if line is None or line.name != "code.refused":
        return
    detail, name = line.detail, facts.subject.name
    reason = detail.get("reason", "")
    if reason in WAYS_FIRST:
        return
    left = detail.get("attempts_left", "?")
    who = {"name": name}
    what = line_evidence(line, name, f"a code was refused, {left} attempts left")
    if reason:
        why = WHY_REFUSED.get(reason, reason)
        yield Finding(
            FindingCause.CODE_REFUSED,
            f"{name} typed the right code, but {why}.",
            say(facts, "again"),
            line.at,
            (line_evidence(line, name, why),),
            reason,
            who,
        )
    elif left == "0":
        yield Finding(
            FindingCause.ATTEMPTS_SPENT,
            f"{name} typed five wrong codes. That sign-in is closed.",
            say(facts, "attempts_spent"),
            line.at,
            (what,),
            values=who,
        )
    elif detail.get("code") == OLDER:
        yield Finding(
            FindingCause.OLDER_CODE,
            f"{name} typed the code of an older mail. Only those of the two newest mails count, "
            "for ten minutes each.",
            _while_good(facts, "older_code"),
            line.at,
            (line_evidence(line, name, "the code of an older mail was typed"),),
            values=who,
        )
    else:
        yield Finding(
            FindingCause.WRONG_CODE,
            f"{name} typed a wrong code; {left} attempts are left.",
            _while_good(facts, "wrong_code"),
            line.at,
            (what,),
            values={**who, "left": int(left)} if left.isdecimal() else who,
        )


def code_untyped(facts: Facts) -> Iterator[Finding]:
    """Yield that a code was mailed and not typed, or not in its time."""
    line = decisive(facts)
    if line is None or line.name != "code.mailed":
        return
    evidence = (
        Evidence("SES took the mail", SeenCode.MAIL_TAKEN, line.at, line.name),
        *_arrived(facts, line),
    )
    if facts.at - line.at >= CODE_LIFETIME:
        yield Finding(
            FindingCause.CODE_LATE,
            "A code was mailed, and not typed within its ten minutes. Whoever types it later is "
            "told that it has expired.",
            say(facts, "code_late"),
            line.at,
            evidence,
        )
        return
    yield Finding(
        FindingCause.CODE_WAITS,
        "A code was mailed and has not been typed yet.",
        say(facts, "code_waits"),
        line.at,
        evidence,
    )


def password_refused(facts: Facts) -> Iterator[Finding]:
    """Yield that the password that was tried last was not theirs."""
    line = decisive(facts)
    if line is None or line.name != "password.refused":
        return
    yield Finding(
        FindingCause.WRONG_PASSWORD,
        f"{facts.subject.name} typed a wrong password.",
        say(facts, "wrong_password"),
        line.at,
        (line_evidence(line, facts.subject.name, "a password was refused"),),
        values={"name": facts.subject.name},
    )


def _while_good(facts: Facts, sentence: str) -> Say:
    """Return the sentence about the newest mail, as long as its code counts."""
    mailed = facts.newest("code.mailed")
    is_good = mailed is None or facts.at - mailed.at < CODE_LIFETIME
    return say(facts, sentence if is_good else "again")


def _arrived(facts: Facts, line: Line) -> tuple[Evidence, ...]:
    number = line.detail.get("generation", "")
    if not number.isdecimal() or facts.deliveries.get(int(number)) is not DeliveryState.DELIVERED:
        return ()
    return (Evidence("their mail server took the mail", SeenCode.MAIL_ARRIVED),)
