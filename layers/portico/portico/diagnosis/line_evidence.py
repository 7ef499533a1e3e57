"""A line of the trail as what a finding rests on: its code, and what its words in another language name."""

from portico.diagnosis.findings import Evidence, FindingCause, SeenCode, Values
from portico.diagnosis.line_words import CAUSES, line_words
from portico.trail.lookup import Line

SECRET = "code-refused"  # noqa: S105 - a reason of the trail
OLDER = "older"
"""How the line of a refused code says that it was the code of an older mail."""
SAID = {
    "answer: access_denied": "cancelled",
    "answer: user_cancelled_login": "cancelled",
    "answer: consent_required": "cancelled",
    "already-linked": "other_account",
    "identity-of-another-contact": "other_account",
    "identity-taken-back": "other_account",
}
"""The sentence for a provider's reason, where another try alone does not help."""
WITH_WORD = frozenset({"answer", "id-token"})
"""Reasons of which the sentence names the provider's own word."""
_FATES: dict[str, FindingCause | SeenCode] = {
    "mail.delayed": FindingCause.DELAYED,
    "mail.bounced": FindingCause.BOUNCED,
    "mail.rejected": FindingCause.REJECTED,
    "mail.complained": SeenCode.REPORTED_AS_SPAM,
}
_PLAIN: dict[str, FindingCause | SeenCode] = {
    "code.requested": SeenCode.CODE_ASKED,
    "code.resent": SeenCode.CODE_ASKED,
    "code.mailed": SeenCode.MAIL_TAKEN,
    "session.started": SeenCode.SIGNED_IN,
    "sso.address-needed": FindingCause.ADDRESS_ASKED,
    "sso.started": SeenCode.GONE_TO_PROVIDER,
    "sso.adding": SeenCode.GONE_TO_PROVIDER,
    "password.refused": FindingCause.WRONG_PASSWORD,
}


def line_evidence(line: Line, name: str, what: str | None = None) -> Evidence:
    """Return a line as evidence.

    Args:
        line: a line of a try to get in.
        name: whom it concerns.
        what: what English says of it; as the trail is read, if it is left out.
    """
    code, reason, values = _words_of(line, name)
    return Evidence(what or line_words(line), code, line.at, line.name, reason, values)


def _words_of(line: Line, name: str) -> tuple[FindingCause | SeenCode, str, Values]:
    detail, who = line.detail, {"name": name}
    reason = detail.get("reason", "")
    match line.name:
        case "code.withheld" if reason == "mailbox-budget":
            return FindingCause.MAILBOX_BUDGET, "", {}
        case "code.withheld":
            return FindingCause.WITHHELD, reason, {}
        case "code.refused" if reason:
            return FindingCause.CODE_REFUSED, reason, who
        case "code.refused" if detail.get("code") == OLDER:
            return FindingCause.OLDER_CODE, "", who
        case "code.refused":
            left = detail.get("attempts_left", "")
            return (
                FindingCause.WRONG_CODE,
                "",
                who | ({"left": int(left)} if left.isdecimal() else {}),
            )
        case "sso.refused":
            return _refused(reason, who | {"connection": detail.get("connection", "?")})
        case _ if line.name in _FATES:
            said = {"said": detail["said"]} if detail.get("said") else {}
            cause = detail.get("cause", "") if line.name == "mail.bounced" else ""
            return _FATES[line.name], cause if cause in CAUSES else "", said
        case _ if line.name in _PLAIN:
            connection = {"connection": detail["connection"]} if "connection" in detail else {}
            return _PLAIN[line.name], "", who | connection
    return FindingCause.SESSION_ENDED, reason, who


def _refused(reason: str, values: Values) -> tuple[FindingCause | SeenCode, str, Values]:
    if reason == SECRET:
        return FindingCause.SECRET_ENDED, "", values
    kind, _, word = reason.partition(": ")
    named = {"word": word or "?"} if kind in WITH_WORD and reason not in SAID else {}
    return FindingCause.PROVIDER_REFUSED, SAID.get(reason, kind), {**values, **named}
