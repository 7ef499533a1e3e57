"""Notices of a change to a contact's sign-in: requested with the change, and mailed once.

Every change has a notice of its own. Notices do not count in the mailbox's budget, because
strangers cause none. The bound is on changes: a session may change so many ways in, and the next
change is refused, so that no change is made without a notice.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import ALWAYS, ConditionFailed, Rows
from portico.clock import epoch, moment
from portico.errors import TooManyRequests
from portico.events import Event
from portico.ids import digest
from portico.limits.rules import CHANGES_AN_HOUR, hour_of, too_many
from portico.mail.letters import Change

NOTICE_LIFETIME = timedelta(days=1)
"""We mail no notice that is older: it would be a false alarm, and the trail has the change."""
NOTICE_LIFETIME_WITH_UNDO = timedelta(hours=72)
"""One that can undo its change is mailed for as long as it can: it is the only way to the undo."""

ROW = "notice"
IS_OPEN = "attribute_exists(pk) AND attribute_not_exists(sent) AND attribute_not_exists(withheld)"


@dataclass(frozen=True, slots=True)
class Happened:
    """A change that we tell its contact about."""

    change: Change
    contact: str
    host: str
    keep_days: int
    name: str
    """The name of this one change, so that a press that is repeated is the same notice. The row's
    key has its digest."""
    at: datetime
    label: str = ""
    """The team's name for an account, e.g. ``Facebook``."""
    device: str | None = None
    to: str | None = None
    """The address to mail, if it is not the contact's (any more)."""
    language: str | None = None
    """The language, if it is not for the contact's row to say: the row will no longer have it, or
    a page has asked for the mail."""
    undo: str | None = None
    """The id of a change that the mail's reader can undo."""
    took_password: bool = False
    """Whether the password was removed too; *label* names the accounts that were."""
    link: str | None = None
    """The public id of the link that has ended, whose new one the mail has."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice's row."""

    key: str
    """``acme#notice#ct_…#identity-linked-<16 hex>``. It has only ids, so a queue may hold it."""
    change: Change
    contact: str
    label: str
    device: str | None
    host: str
    to: str | None
    language: str | None
    undo: str | None
    took_password: bool
    at: datetime
    expires_at: datetime
    link: str | None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        name, _, _ = row["pk"].rpartition("#")[2].rpartition("-")
        return cls(
            row["pk"],
            Change(name),
            row["subject"],
            row["label"],
            row.get("device") or None,
            row["host"],
            row.get("to") or None,
            row.get("language") or None,
            row.get("undo") or None,
            row.get("took_password", False),
            moment(row["happened_at"]),
            moment(row["expires_at"]),
            row.get("link"),
        )

    @property
    def workspace_id(self) -> str:
        """The workspace of its contact."""
        return self.key.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def asking(self, happened: Happened) -> dict[str, Any]:
        """Return the part of a transaction that requests a notice.

        It never fails, because an existing notice must not stop the change. So it is an update
        that keeps every attribute of an existing notice. A repeat of the same press changes
        nothing and wakes no sender. For the same reason a sender sets ``mail`` to 0: if it
        removed it, this would request the notice again.
        """
        return self.rows.updating(*self._asked(happened))

    def counting(self, contact: str, *, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that counts a change which a session makes.

        It fails after `CHANGES_AN_HOUR` changes in this hour of the clock. A change that a mailed
        code proves is not counted, so that a thief at an open session cannot use up the owner's.
        """
        hour, ends = hour_of(at)
        return self.rows.updating(
            f"{self.workspace_id}#notice#{contact}",
            f"changes-{hour}",
            "ADD made :one SET expires_at = :ends, ttl = :ends",
            "attribute_not_exists(made) OR made < :most",
            {":one": 1, ":most": CHANGES_AN_HOUR, ":ends": ends},
        )

    def ask(self, happened: Happened) -> None:
        """Request a notice in its own write."""
        self.rows.update(*self._asked(happened))

    def _asked(self, happened: Happened) -> tuple[str, str, str, str, dict[str, Any]]:
        lifetime = NOTICE_LIFETIME_WITH_UNDO if happened.undo else NOTICE_LIFETIME
        ends = epoch(happened.at + lifetime)
        event = Event("notice.asked", happened.at, detail={"kind": happened.change.value})
        attributes: dict[str, Any] = {
            "mail": 1,
            "subject": happened.contact,
            "label": happened.label,
            "device": happened.device or "",
            "host": happened.host,
            "keep_days": happened.keep_days,
            "happened_at": epoch(happened.at),
            "expires_at": ends,
            "ttl": ends,
            "event": event.rider(),
        }
        optional = {
            "to": happened.to,
            "language": happened.language,
            "undo": happened.undo,
            "took_password": happened.took_password,
            "link": happened.link,
        }
        attributes |= {name: value for name, value in optional.items() if value}
        changes = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in attributes)
        name = f"{happened.change.value}-{digest(happened.name)[:16]}"
        return (
            f"{self.workspace_id}#notice#{happened.contact}#{name}",
            ROW,
            f"SET {changes}",
            ALWAYS,
            {f":{name}": value for name, value in attributes.items()},
        )

    def get(self, key: str) -> Notice | None:
        """Read a notice, consistently."""
        row = self.rows.get(key, ROW)
        return Notice.from_row(row) if row else None

    def take(self, key: str, *, at: datetime, take_over: timedelta) -> bool:
        """Take a notice, and say whether it still must go out.

        A sender may take it from another sender that took it and died.

        Args:
            key: the notice's key.
            at: the time.
            take_over: how long after taking it an unfinished sender counts as dead.

        Raises:
            ConditionFailed: another sender may still be sending it.
        """
        is_nobodys = "(attribute_not_exists(claimed) OR claimed <= :long_ago)"
        try:
            self.rows.update(
                key,
                ROW,
                "SET mail = :zero, claimed = :now",
                f"{IS_OPEN} AND {is_nobodys}",
                {":zero": 0, ":now": epoch(at), ":long_ago": epoch(at - take_over)},
            )
        except ConditionFailed as failed:
            if failed.row is None or failed.row.keys() & {"sent", "withheld"}:
                return False
            raise
        return True

    def release(self, key: str) -> None:
        """Let another sender take the notice at once, because SES refused it."""
        with suppress(ConditionFailed):
            self.rows.update(key, ROW, "SET claimed = :zero", IS_OPEN, {":zero": 0})

    def note_sent(self, key: str, event: Event) -> None:
        """Record that SES has the mail. The event carries its id to the trail."""
        self.rows.update(
            key,
            ROW,
            "SET sent = :now, event = :event",
            "attribute_exists(pk)",
            {":now": epoch(event.at), ":event": event.rider()},
        )

    def withhold(self, key: str, event: Event) -> None:
        """Record that this notice will never be sent, and why."""
        values = {":zero": 0, ":why": event.detail["reason"], ":event": event.rider()}
        change = "SET mail = :zero, withheld = :why, event = :event"
        with suppress(ConditionFailed):
            self.rows.update(key, ROW, change, IS_OPEN, values)


def too_many_changes(*, at: datetime) -> TooManyRequests:
    """Return the refusal of one change too many. It ends with the hour of the clock."""
    return too_many(hour_of(at)[1], at=at)
