"""What a diagnosis answers: findings, each with a cause, evidence and an ending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from portico.clock import epoch


class FindingCause(StrEnum):
    """Why somebody does not get in, as answers name it."""

    PORTAL_OFF = "portal-off"
    PORTAL_PAUSED = "portal-paused"
    NO_CONTACT = "no-contact"
    MISTYPED = "mistyped"
    FORMER_ADDRESS = "former-address"
    ERASED = "erased"
    MERGED = "merged"
    DEACTIVATED = "deactivated"
    METHOD_OFF = "method-off"
    LEFT_DIRECTORY = "left-directory"
    NO_RECORD = "no-record"
    LEAVING_HELD = "leaving-held"
    LEAVING_KEPT = "leaving-kept"
    DOMAIN_REFUSES = "domain-refuses"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    DELAYED = "delayed"
    REJECTED = "rejected"
    MAILBOX_BUDGET = "mailbox-budget"
    WITHHELD = "withheld"
    NETWORK_BUDGET = "network-budget"
    LINK_EXPIRED = "link-expired"
    LINK_REVOKED = "link-revoked"
    ATTEMPTS_SPENT = "attempts-spent"
    WRONG_CODE = "wrong-code"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a cause
    OLDER_CODE = "older-code"
    CODE_LATE = "code-late"
    CODE_WAITS = "code-waits"
    CODE_REFUSED = "code-refused"
    OUR_FAULT = "our-fault"
    PROVIDER_REFUSED = "provider-refused"
    SECRET_ENDED = "secret-ended"  # noqa: S105 - a cause
    OTHER_BROWSER = "other-browser"
    ADDRESS_ASKED = "address-asked"
    COOKIES_BLOCKED = "cookies-blocked"
    SESSION_ENDED = "session-ended"
    PORTAL_UNFETCHED = "portal-unfetched"
    PASSED = "passed"
    NEVER_TRIED = "never-tried"
    NOTHING_WRONG = "nothing-wrong"


class Remedy(StrEnum):
    """What a member can do about it, as answers name it."""

    SWITCH_ON = "switch-on"
    END_PAUSE = "end-pause"
    TAKE_CODES = "take-codes"
    ADD_CONTACT = "add-contact"
    REACTIVATE = "reactivate"
    NEW_LINK = "new-link"
    LIFT = "lift"
    LIFT_DOMAIN = "lift-domain"
    SWITCH_CONNECTION_ON = "switch-connection-on"
    TEST_CONNECTION = "test-connection"
    CONFIRM_CONNECTION = "confirm-connection"


class Recipient(StrEnum):
    """Who can do something about it, where no member can."""

    PROVIDER = "provider"
    """Whoever looks after the application at the provider."""
    PORTAL = "portal"
    """The developers of a portal."""
    DIRECTORY = "directory"
    """Whoever looks after the workspace's directory."""
    MAIL_ADMIN = "mail-admin"
    """Whoever looks after the contact's mail server."""
    CLOUD = "cloud"
    """Whoever runs the stack."""


class Task(StrEnum):
    """What whom it is handed over to has to do, as answers name it."""

    ADD_ANEW = "add-anew"
    ADD_RECORD = "add-record"
    SWITCH_RECORD_ON = "switch-record-on"
    CHECK_TEXTS = "check-texts"
    CHECK_SENDER = "check-sender"
    CHECK_DNS = "check-dns"
    LET_MAIL_THROUGH = "let-mail-through"
    FETCH_TOKENS = "fetch-tokens"
    RENEW_SECRET = "renew-secret"  # noqa: S105 - a task
    CHECK_APPLICATION = "check-application"


class SeenCode(StrEnum):
    """What a finding rests on, where no cause says the same."""

    ADDRESS_LEFT = "address-left"
    ADDRESS_OF = "address-of"
    ADDRESS_OF_NOBODY = "address-of-nobody"
    FILED_UNDER_HASH = "filed-under-hash"
    CODES_OFF = "codes-off"
    DIRECTORY_RULE = "directory-rule"
    PORTAL_TOLD = "portal-told"
    SESSION_UNUSED = "session-unused"
    SIGNED_IN = "signed-in"
    CODE_ASKED = "code-asked"
    MAIL_TAKEN = "mail-taken"
    MAIL_ARRIVED = "mail-arrived"
    REPORTED_AS_SPAM = "reported-as-spam"
    DOMAIN_BOUNCED = "domain-bounced"
    GONE_TO_PROVIDER = "gone-to-provider"


type Values = Mapping[str, str | int]
"""What a sentence names. ``until`` and ``at`` are seconds since 1970, ``left`` is a count."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that was read, and that a finding rests on."""

    what: str
    """One sentence without its full stop, with nothing in it that a terminal would obey."""
    code: FindingCause | SeenCode
    """What was seen. A cause stands for what its finding says."""
    at: datetime | None = None
    event: str | None = None
    """The name of the trail's line, if it is one."""
    reason: str = ""
    """Which of a code's sentences it is, where it has several."""
    values: Values = field(default_factory=dict)
    """What the sentence names, for whoever says it in another language. ``said`` stands after it: a
    mail server's own words."""

    def answer(self) -> dict[str, Any]:
        """Return the members of a JSON answer."""
        return {
            "what": self.what,
            "code": self.code.value,
            "reason": self.reason or None,
            "values": dict(self.values),
            "at": epoch(self.at) if self.at else None,
            "event": self.event,
        }


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody with the role for it presses, and the next sign-in goes through."""

    remedy: Remedy
    route: str
    """Method and path, e.g. ``POST /v1/workspaces/acme/contacts/ct_…/reactivate``."""
    command: str
    """The same for a terminal, quoted for a shell."""
    body: dict[str, Any] | None = None
    contact: str | None = None
    """On whom it acts."""
    then: str | None = None
    """A sentence for the person afterwards, if they must do something that they do not expect."""

    def answer(self) -> dict[str, Any]:
        """Return the members of a JSON answer."""
        return {
            "kind": "press",
            "remedy": self.remedy.value,
            "route": self.route,
            "body": self.body,
            "command": self.command,
            "then": self.then,
        }


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence for the person, to copy. Whoever follows it gets in."""

    language: str
    text: str

    def answer(self) -> dict[str, Any]:
        """Return the members of a JSON answer."""
        return {"kind": "say", "language": self.language, "text": self.text}


@dataclass(frozen=True, slots=True)
class HandOver:
    """Somebody else must act, and needs exactly this value for it."""

    to: Recipient
    task: Task
    text: str
    """What to do, in English."""
    value: str
    values: Values = field(default_factory=dict)
    """What the text names, for whoever says it in another language."""

    def answer(self) -> dict[str, Any]:
        """Return the members of a JSON answer."""
        return {
            "kind": "hand-over",
            "to": self.to.value,
            "task": self.task.value,
            "text": self.text,
            "value": self.value,
            "values": dict(self.values),
        }


type Ending = Press | Say | HandOver


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why they do not get in, or why nothing is wrong."""

    cause: FindingCause
    said: str
    """One sentence in English, for the team."""
    ending: Ending
    since: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    """Which of a cause's sentences it is, where it has several."""
    values: Values = field(default_factory=dict)
    """What the sentence names, for whoever says it in another language."""

    def answer(self) -> dict[str, Any]:
        """Return the members of a JSON answer. Times are seconds since 1970."""
        return {
            "cause": self.cause.value,
            "reason": self.reason or None,
            "values": dict(self.values),
            "said": self.said,
            "since": epoch(self.since) if self.since else None,
            "evidence": [each.answer() for each in self.evidence],
            "ending": self.ending.answer(),
        }
