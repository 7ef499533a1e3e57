"""What the door does with an event of SES."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.deadline import OneByOne
from portico.aws.keys import KeyRing, ring
from portico.clock import SYSTEM, Clock, moment
from portico.deliveries.causes import cause_of, status_of
from portico.deliveries.mail_tags import MailTags
from portico.deliveries.ses_events import DeliveryState, SesEvent
from portico.deliveries.store import EVENTS, KEPT, DeliveryRows, UnknownMailboxes
from portico.deliveries.suppression import Strike, Unknown, Why, unknown_twice
from portico.events import Event
from portico.ids import event_id
from portico.limits.bounce_share import BounceShare
from portico.settings import RecordDeliverySettings

NOT_UNDERSTOOD = "not-understood"
FOREIGN = "foreign"
REPEATED = "repeated"
LATE = "late"
NO_SUCH_MAILBOX = "5.1.1"


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: RecordDeliverySettings) -> "Deliveries":
        """Make the deliveries of the door."""
        return cls(settings.people_table, settings.sign_in_table, ring(settings.code_secret))

    def record(self, record: dict[str, Any]) -> str:
        """Record what one message of the queue, or one event of the bus, tells.

        Returns:
            What became of it, as a metric's name: the mail's new state (``delayed``,
            ``delivered``, ``bounced``, ``rejected``, ``complained``); ``repeated`` where nothing
            was new; ``late`` for a mail that nobody looks for any more; ``foreign`` for one that we
            did not send; ``not-understood``.

        Raises:
            TryLater: a table is out of reach. The same may be passed again.
        """
        told = SesEvent.read(_raw(record))
        if told is None:
            return NOT_UNDERSTOOD
        key = self.keys.current().delivery
        tags = MailTags.proved(told.tags, key=key, to=told.to)
        if tags is None:
            # Forged, or of another sender in this account: it costs no read, and changes nothing.
            return FOREIGN
        rows = DeliveryRows(self.people_table, self.sign_in_table, tags.workspace_id)
        if told.state in _OF_NO_ADDRESS and self.clock.now() >= told.sent_at + KEPT:
            return LATE
        # Before the mail's own row: a repeat after a fault finds nothing new in that row, and
        # adding the same strike again changes nothing.
        elsewhere = OneByOne()
        self._hold_against(rows, tags, told, elsewhere, key=key)
        is_new = rows.note(tags, told, cause_of(told), _line(tags, told))
        if is_new and (told.is_hard or told.state is DeliveryState.DELIVERED):
            mail = f"{tags.mail}-{tags.generation}"
            share = BounceShare(self.sign_in_table)
            share.note(mail, bounced=told.is_hard, at=told.at)
        # Told again, it holds against the address what another workspace has not got yet.
        elsewhere.end()
        return str(told.state) if is_new else REPEATED

    def _hold_against(
        self,
        rows: DeliveryRows,
        tags: MailTags,
        told: SesEvent,
        elsewhere: OneByOne,
        *,
        key: bytes,
    ) -> None:
        if told.state is DeliveryState.COMPLAINED:
            strike = _strike(tags, told, Why.COMPLAINED)
            rows.strike(strike, tags.subject, key=key, to=told.to)
        if not told.is_hard:
            return
        rows.strike(_strike(tags, told, Why.BOUNCED), tags.subject, key=key, to=told.to)
        rows.note_refusal(tags, told, key=key)
        if status_of(told) == NO_SUCH_MAILBOX:
            self._note_unknown(tags, told, elsewhere, key=key)

    def _note_unknown(
        self, tags: MailTags, told: SesEvent, elsewhere: OneByOne, *, key: bytes
    ) -> None:
        strike = _strike(tags, told, Why.UNKNOWN_TWICE)
        unknown = Unknown(tags.workspace_id, tags.subject, strike)
        heard = UnknownMailboxes(self.sign_in_table).note(unknown, key=key, to=told.to)
        for each in unknown_twice(heard):
            theirs = DeliveryRows(self.people_table, self.sign_in_table, each.workspace_id)
            with elsewhere.each():
                theirs.strike(each.strike, each.subject, key=key, to=told.to)


_OF_NO_ADDRESS = (DeliveryState.DELAYED, DeliveryState.DELIVERED)


def _raw(record: dict[str, Any]) -> Any:
    if "detail" in record:
        return record["detail"]
    try:
        return json.loads(record["body"])
    except ValueError:
        return None


def _strike(tags: MailTags, told: SesEvent, why: Why) -> Strike:
    mail = f"{tags.mail}-{tags.generation}"
    return Strike(_whole(told.sent_at), _whole(told.at), why, mail, status_of(told))


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _line(tags: MailTags, told: SesEvent) -> Event | None:
    if told.state not in EVENTS:
        return None
    detail = {"generation": str(tags.generation), "cause": str(cause_of(told))}
    if told.said:
        detail["said"] = told.said
    return Event(
        EVENTS[told.state],
        told.at,
        subject=tags.subject,
        keep_days=tags.keep_days,
        by="mail",
        detail=detail,
        # A complaint may come after the mail's row is gone, and twice.
        id=event_id(f"{tags.workspace_id} {tags.mail} {tags.generation} {told.standing}"),
        began=moment(tags.began) if tags.began else None,
    )
