"""Why a mail did not arrive: the answering server's words, read as one of a dozen causes."""

import re
from enum import StrEnum

from portico.deliveries.ses_events import DeliveryState, SesEvent


class Cause(StrEnum):
    """Why a mail was held up, refused or reported. Each has an ending in docs/deliveries.md."""

    NO_SUCH_MAILBOX = "no-such-mailbox"
    MAILBOX_OFF = "mailbox-off"
    MAILBOX_FULL = "mailbox-full"
    NO_SUCH_DOMAIN = "no-such-domain"
    SERVER_OUT_OF_REACH = "server-out-of-reach"
    TAKEN_FOR_SPAM = "taken-for-spam"
    SENDER_DISTRUSTED = "sender-distrusted"
    SENDER_UNPROVED = "sender-unproved"
    TOO_FAST = "too-fast"
    NOT_ALLOWED = "not-allowed"
    REPORTED = "reported"
    UNCLEAR = "unclear"


def _words(*texts: str) -> re.Pattern[str]:
    return re.compile("|".join(texts), re.IGNORECASE)


# The first that fits. What says more stands above what says less: a server that lists our address
# often says "spam" too, and one that knows no mailbox often says "rejected".
_BY_WORDS: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    (
        Cause.SENDER_UNPROVED,
        _words(
            r"\bdmarc\b",
            r"\bspf\b",
            r"\bdkim\b",
            r"unauthenticated",
            r"authentication (check|information|requirement|fail)",
            r"not pass authentication",
        ),
    ),
    (
        Cause.MAILBOX_FULL,
        _words(
            r"(mailbox|inbox|quota|storage)[^.;]{0,30}(full|exceed|limit)",
            r"over ?quota",
            r"out of storage",
            r"insufficient (system )?storage",
            r"not enough (space|storage)",
        ),
    ),
    (
        Cause.MAILBOX_OFF,
        _words(
            r"(account|mailbox|user|recipient|address)[^.;]{0,40}"
            r"(disabled|inactive|suspended|deactivated|locked|expired|closed)",
            r"(disabled|inactive|suspended) (account|mailbox|user|recipient)",
        ),
    ),
    (
        Cause.TOO_FAST,
        _words(
            r"gr[ae]y-?list",
            r"rate.?limit",
            r"too (many|much) (mail|message|connection|recipient|concurrent)",
            r"too (fast|quickly)",
            r"throttl",
            r"temporar(il)?y deferred",
            r"try again (later|in)",
            r"receiving mail at a rate",
            r"\[TSS?\d+\]",
        ),
    ),
    (
        Cause.SENDER_DISTRUSTED,
        _words(
            r"(black|block|deny)[- ]?list",
            r"spamhaus",
            r"\bs3150\b",
            r"\bbarracuda\b",
            r"spamcop",
            r"\brbl\b",
            r"dnsbl",
            r"reputation",
            r"(ip|sender|host|network|address \[?[\d.]+\]?)[^.;]{0,40}(blocked|banned|not allowed)",
            r"banned sending",
        ),
    ),
    (
        Cause.TAKEN_FOR_SPAM,
        _words(
            r"\bspam\b",
            r"\bunsolicited\b",
            r"(bad|blocked|rejected|suspicious|malicious) content",
            r"content (rejected|blocked|filter)",
            r"message content",
            r"\bvirus\b",
            r"\bphish",
            r"looks like|high spam score",
        ),
    ),
    (
        Cause.NO_SUCH_DOMAIN,
        _words(
            r"\bdomain\b[^;]{0,60}does ?n[o']t exist",
            r"(domain|host)[^.;]{0,30}(not found|does ?n[o']t exist|unknown|not exist)",
            r"\bnxdomain\b",
            r"no (mx|such (domain|host))",
            r"unrouteable",
            r"unable to (look ?up|resolve) (dns|the domain|domain|mx)",
            r"null mx",
            r"does not accept (e?-?mail|mail)",
        ),
    ),
    (
        Cause.NO_SUCH_MAILBOX,
        _words(
            r"(user|mailbox|recipient|address|account|alias)[^.;]{0,60}"
            r"(unknown|not found|does ?n[o']t exist|not exist|unavailable|invalid|no longer|"
            r"undeliverable)",
            r"(unknown|invalid|no such|bad|nonexistent|non-existent) "
            r"(local )?(user|mailbox|recipient|address|account|destination)",
            r"no mailbox (here|by that name)",
            r"not our customer",
            r"history of bouncing as an invalid address",
            r"does ?n[o']t have an? \S+ account",
        ),
    ),
    (
        Cause.SERVER_OUT_OF_REACH,
        _words(
            r"timed? ?out",
            r"connection (refused|reset|closed|lost|dropped|failed)",
            r"could not (connect|be reached)",
            r"unable to (connect|deliver)",
            r"(network|host) (is )?unreachable",
            r"service (not available|unavailable)",
            r"\btls\b",
            r"starttls",
        ),
    ),
    (
        Cause.NOT_ALLOWED,
        _words(
            r"relay",
            r"not (allowed|permitted|authori[sz]ed)",
            r"access denied",
            r"(administrative|admin|local|site|security) (prohibition|policy)",
            r"restricted|prohibited",
            r"\bpolicy\b",
            r"only accepts (mail|messages) from",
        ),
    ),
)

_BY_KIND = {
    "Permanent/NoEmail": Cause.NO_SUCH_MAILBOX,
    "Permanent/Suppressed": Cause.NO_SUCH_MAILBOX,
    "Permanent/OnAccountSuppressionList": Cause.NO_SUCH_MAILBOX,
    "Transient/MailboxFull": Cause.MAILBOX_FULL,
    "Transient/ContentRejected": Cause.TAKEN_FOR_SPAM,
    "Transient/AttachmentRejected": Cause.TAKEN_FOR_SPAM,
    "Transient/MessageTooLarge": Cause.NOT_ALLOWED,
    "MailboxFull": Cause.MAILBOX_FULL,
    "SpamDetected": Cause.TAKEN_FOR_SPAM,
    "IPFailure": Cause.SENDER_DISTRUSTED,
    "RecipientServerError": Cause.SERVER_OUT_OF_REACH,
    "TransientCommunicationFailure": Cause.SERVER_OUT_OF_REACH,
    "InternalFailure": Cause.UNCLEAR,
    "BYOIPHostNameLookupUnavailable": Cause.SENDER_UNPROVED,
    "SendingDeferral": Cause.TOO_FAST,
}
"""What SES itself found, where the server's words say nothing.

Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

_BY_CODE = {
    "1.1": Cause.NO_SUCH_MAILBOX,
    "1.2": Cause.NO_SUCH_DOMAIN,
    "1.3": Cause.NO_SUCH_MAILBOX,
    "1.6": Cause.NO_SUCH_MAILBOX,
    "1.10": Cause.NO_SUCH_DOMAIN,
    "2.1": Cause.MAILBOX_OFF,
    "2.2": Cause.MAILBOX_FULL,
    "3.2": Cause.SERVER_OUT_OF_REACH,
    "4.1": Cause.SERVER_OUT_OF_REACH,
    "4.2": Cause.SERVER_OUT_OF_REACH,
    "4.4": Cause.NO_SUCH_DOMAIN,
    "4.7": Cause.SERVER_OUT_OF_REACH,
    "7.1": Cause.NOT_ALLOWED,
    "7.20": Cause.SENDER_UNPROVED,
    "7.23": Cause.SENDER_UNPROVED,
    "7.25": Cause.SENDER_DISTRUSTED,
    "7.26": Cause.SENDER_UNPROVED,
}
"""RFC 3463 and RFC 7372, without the class."""

_STATUS = re.compile(r"\b[245]\.(\d{1,3}\.\d{1,3})\b")


def cause_of(event: SesEvent) -> Cause:
    """Return why a mail was held up, refused or reported: the server's words before all else."""
    if event.state is DeliveryState.COMPLAINED:
        return Cause.REPORTED
    for cause, words in _BY_WORDS:
        if words.search(event.said):
            return cause
    if event.kind in _BY_KIND:
        return _BY_KIND[event.kind]
    code = _STATUS.search(event.code) or _STATUS.search(event.said)
    return _BY_CODE.get(code[1], Cause.UNCLEAR) if code else Cause.UNCLEAR


def status_of(event: SesEvent) -> str:
    """Return the enhanced status code, e.g. ``5.1.1``; where there is none, ``-``."""
    code = _STATUS.search(event.code) or _STATUS.search(event.said)
    return code[0] if code else "-"
