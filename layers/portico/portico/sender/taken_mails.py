"""The sender's writes in a challenge: one sender takes a mail, and records its end."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.codes.store import challenge_key
from portico.events import Event
from portico.ids import ChallengeId
from portico.people.addresses import subject_of
from portico.people.rules import Contact

TAKE_OVER = timedelta(seconds=30)
"""If a sender took a mail this long ago and it is not sent, the sender has died."""


@dataclass(frozen=True, slots=True)
class TakenMails:
    """The mails that one workspace's challenges request."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def take(
        self, id_: ChallengeId, generation: int, contact: Contact, *, key: str, at: datetime
    ) -> None:
        """Take the mail of *generation*, so that nobody else sends it.

        Raises:
            ConditionFailed: it is taken, or a newer mail is requested; carries the row.
        """
        self.rows.update(
            *challenge_key(id_),
            f"SET claim_{generation} = :claim, contact = :contact, subject = :subject "
            "REMOVE mail, event",
            "mail = :generation",
            {
                ":generation": generation,
                # Somebody who is no contact yet has no trail of their own.
                ":subject": contact.id if contact.sver else subject_of(contact.email),
                ":claim": {"at": epoch(at), "key": key, "sver": contact.sver},
                ":contact": {"id": contact.id, "name": contact.name, "email": contact.email},
            },
        )

    def take_over(self, id_: ChallengeId, generation: int, *, at: datetime) -> None:
        """Take the mail from a sender that took it and died.

        Raises:
            ConditionFailed: the mail is sent, or the other sender may still be sending it.
        """
        taken = f"claim_{generation}"
        self.rows.update(
            *challenge_key(id_),
            f"SET {taken}.at = :now REMOVE event",
            f"{taken}.at <= :long_ago AND attribute_not_exists({taken}.sent)",
            {":now": epoch(at), ":long_ago": epoch(at - TAKE_OVER)},
        )

    def note_sent(self, id_: ChallengeId, generation: int, event: Event) -> None:
        """Record that SES has the mail. The event carries its id to the trail."""
        self.rows.update(
            *challenge_key(id_),
            f"SET claim_{generation}.sent = :now, event = :event",
            f"attribute_exists(claim_{generation})",
            {":now": epoch(event.at), ":event": event.rider()},
        )

    def release(self, id_: ChallengeId, generation: int) -> None:
        """Let another sender take the mail at once, because SES refused it."""
        taken = f"claim_{generation}"
        self.rows.update(
            *challenge_key(id_),
            f"SET {taken}.at = :zero REMOVE event",
            f"attribute_exists({taken}) AND attribute_not_exists({taken}.sent)",
            {":zero": 0},
        )

    def withhold(self, id_: ChallengeId, generation: int, event: Event) -> bool:
        """Record that this mail will never be sent, and why. Its code is never right.

        Returns:
            Whether no sender has taken it, so that none can any more.
        """
        change = (
            f"SET withheld_{generation} = :why, unmailed_{generation} = :claim, "
            f"nobody = :contact, event = :event REMOVE claim_{generation}"
        )
        values = {
            ":why": event.detail["reason"],
            ":event": event.rider(),
            # The row must be as long as that of a sent mail: a longer row takes longer to read,
            # and the time of a wrong code's answer must not tell who is a contact.
            ":claim": {"at": epoch(event.at), "key": "-" * 8, "sver": 1, "sent": epoch(event.at)},
            ":contact": {"id": f"ct_{'-' * 22}", "name": "-" * 12, "email": "-" * 18},
        }
        is_asked = "mail = :generation"
        is_taken = f"attribute_exists(claim_{generation})"
        has_no_mail = f"attribute_not_exists(claim_{generation}.sent)"
        with suppress(ConditionFailed):
            self.rows.update(
                *challenge_key(id_),
                f"{change}, mail",
                f"{is_asked} AND NOT {is_taken}",
                values | {":generation": generation},
            )
            return True
        with suppress(ConditionFailed):
            self.rows.update(*challenge_key(id_), change, f"{is_taken} AND {has_no_mail}", values)
        return False
