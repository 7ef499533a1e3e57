"""What a mail is made from: a code mail, or a notice of a change."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CODE_SHAPE = re.compile(r"[0-9A-Z]{7}")
LABEL_SHAPE = re.compile(r"[0-9A-Z]{2}")
HOST_SHAPE = re.compile(r"([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*)(?::[0-9]{1,5})?")

CONSOLE_SHAPE = re.compile(r"https?://[a-z0-9.:-]+/[a-z][a-z0-9-]{1,30}/team")
SIGN_IN_SHAPE = re.compile(r"https?://[a-z0-9.:-]+/[a-z][a-z0-9-]{1,30}#l=lnk_[A-Za-z0-9_-]{43}")
UNDO_SHAPE = re.compile(r"https?://[a-z0-9.:-]+/[a-z][a-z0-9-]{1,30}#undo=[A-Za-z0-9._-]{1,300}")


LINK_SHAPE = re.compile(r"mailto:[^\s/?@\"<>]+@[a-z0-9.-]+|https://[a-z0-9][!#-;=?-~]*")


@dataclass(frozen=True, slots=True)
class FootLink:
    """A link below a mail that the workspace has set. Only pages and mail addresses are shown."""

    kind: str
    """``help``, ``privacy`` or ``terms``."""
    url: str

    @property
    def is_good(self) -> bool:
        """Whether it may be shown."""
        return LINK_SHAPE.fullmatch(self.url) is not None

    @property
    def shown(self) -> str:
        """The link as people read it: an address without ``mailto:``."""
        return self.url.removeprefix("mailto:")


class Purpose(StrEnum):
    """What typing the code does. Every purpose has words of its own."""

    SIGN_IN = "sign_in"
    LINK = "link"
    RESET = "reset"
    SIGN_UP = "sign_up"
    NEW_EMAIL = "new_email"


SIGNS_IN = (Purpose.SIGN_IN, Purpose.LINK, Purpose.SIGN_UP)
"""The purposes whose codes go to ``POST /v1/codes/verify``. The others have their own routes."""


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """One code mail, before it has words.

    There is no field for the contact's name, on purpose: until the code is typed the address is
    unproven, and a name that somebody typed at sign-up must not travel to a stranger (MAI-05).

    Raises:
        ValueError: the code, the label, the host or a time does not have its shape. The message
            never holds the code.
    """

    purpose: Purpose
    code: str = field(repr=False)
    """Seven characters, without the dash."""
    label: str
    """The two letters that the page shows too."""
    language: str
    """A language tag such as ``"pt-BR"``. A language that we do not have becomes English."""
    workspace_name: str
    sender_name: str
    accent_color: str | None
    """``"#rrggbb"``; anything else is left out."""
    logo: bytes | None = field(repr=False)
    """A PNG of 64 KB at most; anything else is left out."""
    to: str = field(repr=False)
    """The stored address, never the typed one."""
    host: str
    """The host of the sign-in page, from the settings and never from a request (PWD-02)."""
    asked_at: datetime
    lifetime: timedelta
    """How long the code stays good, counted from `asked_at`."""
    code_in_subject: bool
    device: str | None
    """What `portico.mail.devices.device_of` said; any other text is left out."""
    account: str | None = None
    """The team's name for the connection, e.g. ``"Facebook"``. Only for the purpose ``link``."""
    time_zone: str | None = None
    """The contact's, an IANA name; ``None``, or one that is not in the list, is UTC."""
    foot: tuple[FootLink, ...] = ()

    def __post_init__(self) -> None:
        if not CODE_SHAPE.fullmatch(self.code):
            raise ValueError("a code is seven capital letters and digits")
        if not LABEL_SHAPE.fullmatch(self.label):
            raise ValueError(f"a label is two capital letters: {self.label!r}")
        if not HOST_SHAPE.fullmatch(self.host):
            raise ValueError(f"not the host of a page: {self.host!r}")
        if self.asked_at.tzinfo is None:
            raise ValueError("asked_at needs a time zone")
        if self.lifetime < timedelta(minutes=1):
            raise ValueError(f"a mailed code must live a minute at least: {self.lifetime}")

    @property
    def shown_code(self) -> str:
        """The code as people read it: ``"ABC-DEFG"``."""
        return f"{self.code[:3]}-{self.code[3:]}"

    @property
    def bound_line(self) -> str:
        """The line that lets a browser fill in the code, on our page only.

        The line leaves out a port, because browsers compare host names.

        Source: https://wicg.github.io/sms-one-time-codes/ (read by mail clients as well).
        """
        host = self.host.partition(":")[0]
        return f"@{host} #{self.code}"


class Change(StrEnum):
    """The change that a notice reports. Every change has words of its own."""

    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    PASSWORD_SET = "password-set"  # noqa: S105 - a change, no password
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    PASSWORD_REMOVED = "password-removed"  # noqa: S105
    EMAIL_CHANGED = "email-changed"
    """Goes to the old address, with a link that undoes the change."""
    EMAIL_RESTORED = "email-restored"
    """Goes to every address that gains or loses by an undo, or by a way back."""
    ACCOUNT_DELETED = "account-deleted"
    ACCOUNT_MERGED = "account-merged"
    """Goes to the address of a contact who was merged into another one."""
    ACCOUNT_JOINED = "account-joined"
    """Goes to the address of the contact who stays."""
    MERGE_UNDONE = "merge-undone"
    """Goes to both."""
    ACCOUNT_EXISTS = "account-exists"
    """Nothing changed: somebody tried to sign up with the address of a contact."""
    TEAM_JOINED = "team-joined"
    """Goes to whoever was put on the team; ``account`` is their role."""
    TEAM_CHANGED = "team-changed"
    """Goes to the team's owners; ``account`` says what changed, as ``agent → admin: ann@…``."""
    LOOK_UPS_SPENT = "look-ups-spent"
    """Goes to the team's owners when a member has asked for many addresses that are nobody's;
    ``account`` is the member's address."""
    LINK_RENEWED = "link-renewed"
    """A personal link has ended, and its page has asked for a new one, which the mail has."""
    MAIL_LIFTED = "mail-lifted"
    """The address gets mail again; the mail has a personal link."""
    SETTINGS_CHANGED = "settings-changed"
    """Goes to the team's owners when a change weakens the workspace; ``account`` says what changed,
    as ``sign_up: false → true``."""
    MANY_LEFT = "many-left"
    """Goes to the team's owners when a directory puts many people out at once; ``account`` says how
    many, and of how many: ``7 / 20``."""
    MANY_HELD = "many-held"
    """The same where access is held; ``account`` says of how many so far, and until when:
    ``2 → 2026-11-30 03:12 UTC``."""
    HELD_KEPT = "held-kept"
    """Goes to the team's owners when somebody keeps such people in; ``account`` is who does."""


@dataclass(frozen=True, slots=True)
class NoticeLetter:
    """One notice, before it has words.

    It holds no code. Beside the workspace's own, its only possible links undo a change, lead a new
    team member to our page, or are a personal link, which signs nobody in.

    Raises:
        ValueError: the host, the time or the link does not have its shape.
    """

    change: Change
    account: str
    """The team's name for the connection, e.g. ``"Facebook"``, or several names; empty if there is
    no connection."""
    language: str
    workspace_name: str
    sender_name: str
    accent_color: str | None
    logo: bytes | None = field(repr=False)
    to: str = field(repr=False)
    """The stored address."""
    host: str
    happened_at: datetime
    device: str | None
    """What `portico.mail.devices.device_of` said; any other text is left out."""
    undo_url: str | None = field(default=None, repr=False)
    """The page that undoes an ``email-changed``. Opening it alone changes nothing."""
    console_url: str | None = None
    """The team's console, of ``team-joined``."""
    sign_in_url: str | None = field(default=None, repr=False)
    """The contact's personal link, of ``link-renewed`` and ``mail-lifted``."""
    took_password: bool = False
    """An ``email-restored`` has removed the password, and the connections of *account*."""
    time_zone: str | None = None
    """The contact's, an IANA name; ``None``, or one that is not in the list, is UTC."""
    foot: tuple[FootLink, ...] = ()

    def __post_init__(self) -> None:
        if not HOST_SHAPE.fullmatch(self.host):
            raise ValueError(f"not the host of a page: {self.host!r}")
        if self.happened_at.tzinfo is None:
            raise ValueError("happened_at needs a time zone")
        if self.undo_url is not None and not UNDO_SHAPE.fullmatch(self.undo_url):
            raise ValueError("not an address of our own page")
        if self.sign_in_url is not None and not SIGN_IN_SHAPE.fullmatch(self.sign_in_url):
            raise ValueError("not a personal link")
        if self.console_url is not None and not CONSOLE_SHAPE.fullmatch(self.console_url):
            raise ValueError("not the address of a console")


type Letter = CodeLetter | NoticeLetter
