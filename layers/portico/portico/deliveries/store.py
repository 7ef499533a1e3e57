"""The rows that deliveries keep: of each mail, of each address, of each domain."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from portico.aws.queries import page_within
from portico.aws.tables import (
    ALWAYS,
    NOT_THERE,
    ConditionFailed,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.aws.values import Row
from portico.clock import epoch
from portico.deliveries.causes import Cause, status_of
from portico.deliveries.mail_tags import (
    MailTags,
    address_mark,
    delivery_key,
    strikes_of,
    suppressed_key,
)
from portico.deliveries.ses_events import DeliveryState, SesEvent
from portico.deliveries.suppression import MOST_STRIKES, Strike, Unknown
from portico.events import Event
from portico.people.store import head_key

KEPT = timedelta(days=3)
"""How long it can be seen what became of a mail."""
EVERYBODY = "-"
"""Stands for all workspaces, where an address is marked for them together."""
MOST_OF_DOMAIN = 10
"""Addresses of one domain that come back within an hour. With more it is the domain that refuses."""


@dataclass(frozen=True, slots=True)
class DeliveryRows:
    """What became of the mails of one workspace, and what is held against addresses there."""

    people_table: str
    sign_in_table: str
    workspace_id: str

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.workspace_id}#")

    @property
    def _people(self) -> Rows:
        return Rows(self.people_table, f"{self.workspace_id}#")

    def note(self, tags: MailTags, told: SesEvent, cause: Cause, event: Event | None) -> bool:
        """Write what became of a mail, unless something that counts more was written.

        One write decides. Its condition compares, so the same events end in the same row in any
        order and however often they come.

        Returns:
            Whether it was new.
        """
        ends = epoch(told.sent_at + KEPT)
        optional = {
            "cause": str(cause) if event else "",
            "code": status_of(told).strip("-") if event else "",
            "said": told.said if event else "",
            "event": event.rider() if event else None,
        }
        values = {
            "state": str(told.state),
            "standing": told.standing,
            "at": epoch(told.at),
            "sent_at": epoch(told.sent_at),
            "subject": tags.subject,
            "keep_days": tags.keep_days,
            "expires_at": ends,
            "ttl": ends,
            **{name: value for name, value in optional.items() if value},
        }
        changes = ", ".join(f"{name} = :{name}" for name in values)
        gone = ", ".join(name for name in optional if name not in values)
        try:
            self._rows.update(
                *delivery_key(self.workspace_id, tags.mail, tags.generation),
                f"SET {changes}" + (f" REMOVE {gone}" if gone else ""),
                "attribute_not_exists(pk) OR standing < :standing",
                {f":{name}": value for name, value in values.items()},
            )
        except ConditionFailed:
            return False
        return True

    def strike(self, strike: Strike, subject: str, *, key: bytes, to: str) -> None:
        """Hold something against an address, and against the contact's head if it is theirs.

        A mail that was sent before the address was let through again does not count. A sender
        that has no typed address reads the head alone. When the contact moves, the head forgets.

        Args:
            strike: what is held against it. The same one twice is one.
            subject: a contact, or ``address-…``.
            key: 32 bytes.
            to: the address.
        """
        has_room = "(attribute_not_exists(strikes) OR size(strikes) < :most)"
        try:
            row = self._people.update(
                *suppressed_key(key, self.workspace_id, to),
                "ADD strikes :new",
                f"(attribute_not_exists(lifted_at) OR lifted_at <= :sent) AND {has_room}",
                {
                    ":new": frozenset({str(strike)}),
                    ":sent": epoch(strike.sent),
                    ":most": MOST_STRIKES,
                },
            )
        except ConditionFailed:
            return
        if subject.startswith("ct_"):
            self._copy(row, strike, subject, key=key, to=to)

    def _copy(self, row: Row, strike: Strike, contact: str, *, key: bytes, to: str) -> None:
        parts = {
            "head": self._people.updating(
                *head_key(self.workspace_id, contact),
                # All of them: the head may be younger than what is held against the address.
                "ADD strikes :all SET held_by = :mark",
                ":to = email AND (attribute_not_exists(strikes) OR size(strikes) < :most)",
                {
                    ":all": strikes_of(row),
                    ":mark": address_mark(key, self.workspace_id, to),
                    ":to": to,
                    ":most": MOST_STRIKES,
                },
            ),
            # Whoever lifts it in this moment lifts both.
            "address": self._people.checking(
                *suppressed_key(key, self.workspace_id, to),
                "contains(strikes, :new)",
                {":new": str(strike)},
            ),
        }
        with suppress(TransactionRefused):
            transact_surely(parts)

    def note_refusal(self, tags: MailTags, told: SesEvent, *, key: bytes) -> bool:
        """Count an address of a domain whose mail came back; say whether the domain refuses."""
        domain = told.to.rpartition("@")[2]
        hour = epoch(told.at) // 3600
        ends = epoch(told.at + 2 * KEPT)
        mark = address_mark(key, self.workspace_id, domain)
        pk = f"{self.workspace_id}#refusals#{mark}#{hour}"
        row = {
            "pk": pk,
            "sk": address_mark(key, self.workspace_id, told.to),
            "subject": tags.subject,
            "expires_at": ends,
            "ttl": ends,
        }
        self._rows.put(row, ALWAYS)
        found, _ = page_within(self._rows, pk, size=MOST_OF_DOMAIN + 1)
        if len(found) <= MOST_OF_DOMAIN:
            return False
        event = Event(
            "mail.domain-refused",
            told.at,
            subject=self.workspace_id,
            keep_days=tags.keep_days,
            by="mail",
            detail={"domain": domain},
        )
        finding = {
            "pk": f"{self.workspace_id}#refusing",
            "sk": f"{domain}#{hour}",
            "domain": domain,
            "refusals": pk,
            "expires_at": ends,
            "ttl": ends,
            "event": event.rider(),
        }
        try:
            self._rows.put(finding, NOT_THERE)
        except ConditionFailed:
            return False
        return True


@dataclass(frozen=True, slots=True)
class UnknownMailboxes:
    """Mailboxes that do not exist, over all workspaces of a deployment."""

    table: str

    def note(self, unknown: Unknown, *, key: bytes, to: str) -> frozenset[str]:
        """Write that a workspace heard of no such mailbox; return all who heard it."""
        pk = f"-unknown#{address_mark(key, EVERYBODY, to)}"
        try:
            row = Rows(self.table, "-unknown#").update(
                pk,
                "heard",
                "ADD heard :new SET expires_at = :ends, ttl = :ends",
                "attribute_not_exists(heard) OR size(heard) < :most",
                {
                    ":new": frozenset({str(unknown)}),
                    ":ends": epoch(unknown.strike.at + KEPT),
                    ":most": MOST_STRIKES,
                },
            )
        except ConditionFailed as failed:
            row = failed.row or {}
        heard: frozenset[str] = row.get("heard") or frozenset()
        return heard


EVENTS = {
    DeliveryState.DELAYED: "mail.delayed",
    DeliveryState.BOUNCED: "mail.bounced",
    DeliveryState.REJECTED: "mail.rejected",
    DeliveryState.COMPLAINED: "mail.complained",
}
"""The trail has no line of a mail that arrived."""
