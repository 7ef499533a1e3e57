"""Who loses a way in when a workspace's ways in change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from portico.people.directory_rule import needs_record, takes_codes, takes_passwords
from portico.people.rules import Contact, Workspace
from portico.sso.rules import Connection

COUNTED = (
    "code_method",
    "password_method",
    "sso_method",
    "directory_rule",
    "portal_enabled",
    "paused_until",
)
"""Settings of which we can count whose way in they take."""
LENGTHS = ("session_idle_seconds", "session_absolute_seconds")
"""How long sessions last that begin from then on. One that runs keeps the lengths it began with."""


def is_counted(name: str, before: Any, after: Any) -> bool:
    """Say whether a count is the whole answer to whom a change of one setting touches.

    No sign-up any more, and shorter sessions, take nothing from anybody who is there: nought is
    exact. Whom a way that opens brings, or a longer session, nobody can count.
    """
    if name == "sign_up":
        return not after
    if name in LENGTHS:
        return bool(after < before)
    return name in COUNTED


def closes(before: Workspace, after: Workspace, *, at: datetime) -> bool:
    """Say whether a change closes an open portal, or pauses it for longer.

    Args:
        before: the workspace as it is.
        after: as it would be.
        at: now.
    """
    is_off = not after.portal_enabled
    is_longer = after.is_paused(at=at) and after.paused_until > before.paused_until
    return before.portal_enabled and (is_off or is_longer)


@dataclass(frozen=True, slots=True)
class OpenWays:
    """The ways in of a workspace, as its settings and connections are."""

    codes: bool
    passwords: bool
    connections: frozenset[str]
    """The connections that sign people in."""
    domains: frozenset[str]
    """Domains that one of them vouches for: whoever has an address there can connect an account."""
    needs_record: bool
    """Whether single sign-on needs an active record of the directory."""

    @classmethod
    def of(cls, workspace: Workspace, connections: Sequence[Connection]) -> Self:
        """Return what is open in *workspace* with these connections."""
        on = [each for each in connections if each.on and workspace.sso_method]
        return cls(
            codes=workspace.code_method and takes_codes(workspace.rule),
            passwords=workspace.password_method and takes_passwords(workspace.rule),
            connections=frozenset(each.id for each in on),
            domains=frozenset(domain for each in on for domain in each.vouches_for),
            needs_record=needs_record(workspace.rule),
        )


NO_WAYS = OpenWays(
    codes=False,
    passwords=False,
    connections=frozenset(),
    domains=frozenset(),
    needs_record=False,
)
"""Of a portal that is closed. The team's own way leads to the console alone."""


@dataclass(frozen=True, slots=True)
class WaysChange:
    """The ways in before and after a change."""

    before: OpenWays
    after: OpenWays

    @property
    def takes_away(self) -> bool:
        """Whether anybody at all can lose a way in."""
        return self.touches_all or bool(self.closed)

    @property
    def touches_all(self) -> bool:
        """Whether it takes away more than connections, so that any contact may be touched."""
        before, after = self.before, self.after
        takes_codes_away = before.codes and not after.codes
        takes_passwords_away = before.passwords and not after.passwords
        asks_for_records = after.needs_record and not before.needs_record
        return takes_codes_away or takes_passwords_away or asks_for_records

    @property
    def closed(self) -> frozenset[str]:
        """The connections that sign nobody in any more."""
        return self.before.connections - self.after.connections


@dataclass(frozen=True, slots=True)
class KnownContact:
    """What our rows say about a contact's ways in."""

    contact: Contact
    has_password: bool = False
    accounts: frozenset[str] = field(default=frozenset())
    """The connections at which they have an account that signs them in."""
    without_record: str | None = None
    """Why the directory would not let them in after the change; ``None``: it would, or nobody asks."""


@dataclass(frozen=True, slots=True)
class TouchedContact:
    """A contact who loses a way in."""

    contact: Contact
    loses: tuple[str, ...]
    """Of ``code``, ``password`` and ``sso``."""
    is_shut_out: bool
    """Whether no way is left."""
    why: str | None
    """Why the directory does not let them in; ``None``: it does, or nobody asks it."""


def touched_by(change: WaysChange, known: KnownContact) -> TouchedContact | None:
    """Return what a change takes from a contact; ``None``: nothing.

    Whoever is deactivated has no way in to lose. Who has an address that a connection vouches for,
    and never came by it, loses nothing with that connection; while it stays they are not shut out.
    """
    contact, before, after = known.contact, change.before, change.after
    if not contact.active:
        return None
    has_address, has_password = bool(contact.email), known.has_password
    had = {
        "code": before.codes and has_address,
        "password": before.passwords and has_password,
        "sso": bool(known.accounts & before.connections),
    }
    has = {
        "code": after.codes and has_address,
        "password": after.passwords and has_password,
        "sso": _by_sso(after, known),
    }
    lost = [way for way in had if had[way] and not has[way]]
    if known.accounts & change.closed and "sso" not in lost:
        # Another account of theirs works on, but not this one.
        lost.append("sso")
    if not lost:
        return None
    why = known.without_record if after.needs_record else None
    return TouchedContact(contact, tuple(lost), is_shut_out=not any(has.values()), why=why)


def _by_sso(ways: OpenWays, known: KnownContact) -> bool:
    if not ways.connections:
        return False
    if ways.needs_record:
        return known.without_record is None
    domain = known.contact.email.rpartition("@")[2]
    return bool(known.accounts & ways.connections) or domain in ways.domains
