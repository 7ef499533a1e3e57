"""What the sender writes on a challenge: one mail is taken by one sender, and its end is told."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from portico.aws.tables import NOT_THERE, ConditionFailed, Rows
from portico.clock import epoch
from portico.codes.challenge import Challenge
from portico.codes.store import challenge_key
from portico.deliveries.mail_tags import owed_key
from portico.events import Event
from portico.ids import ChallengeId
from portico.people.addresses import subject_of
from portico.people.rules import Contact

TAKE_OVER = timedelta(seconds=30)
"""A sender that took a mail this long ago and never said it was sent has died."""


class Withheld(Enum):
    """What became of a mail that a sender withheld."""

    NOW = auto()
    """This sender withheld it, and nobody can take it any more."""
    BY_ANOTHER = auto()
    """Another sender had withheld or mailed it before."""
    OVERTAKEN = auto()
    """A newer mail is asked for. Nobody takes this one any more."""


@dataclass(frozen=True, slots=True)
class TakenMails:
    """The mails that one workspace's challenges ask for."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def take(
        self,
        id_: ChallengeId,
        generation: int,
        contact: Contact,
        *,
        key: str,
        at: datetime,
        gives: str | None = None,
    ) -> None:
        """Take the mail of *generation*, so that nobody else sends it.

        *gives* is the address that the code gives to a contact who has none.

        Raises:
            ConditionFailed: it was taken, or a newer one is asked for; carries the row.
        """
        self.rows.update(
            *challenge_key(id_),
            f"SET claim_{generation} = :claim, contact = :contact, subject = :subject "
            "REMOVE mail, event",
            "mail = :generation",
            {
                ":generation": generation,
                # Whoever is no contact yet has no trail of their own.
                ":subject": contact.id if contact.sver else subject_of(contact.email),
                ":claim": {"at": epoch(at), "key": key, "sver": contact.sver},
                ":contact": {
                    "id": contact.id,
                    "name": contact.name,
                    "email": gives or contact.email,
                    "proved": contact.is_known_to_be_theirs,
                    **({"gives_to": contact.found_by or []} if gives else {}),
                },
            },
        )

    def take_over(self, id_: ChallengeId, generation: int, *, at: datetime) -> None:
        """Take the mail from a sender that took it and died.

        Raises:
            ConditionFailed: it is sent, or the other one may still be at it.
        """
        taken = f"claim_{generation}"
        self.rows.update(
            *challenge_key(id_),
            f"SET {taken}.at = :now REMOVE event",
            f"{taken}.at <= :long_ago AND attribute_not_exists({taken}.sent)",
            {":now": epoch(at), ":long_ago": epoch(at - TAKE_OVER)},
        )

    def note_sent(self, id_: ChallengeId, generation: int, event: Event) -> None:
        """Record that SES has the mail; its id goes to the trail with the event."""
        self.rows.update(
            *challenge_key(id_),
            f"SET claim_{generation}.sent = :now, event = :event",
            f"attribute_exists(claim_{generation})",
            {":now": epoch(event.at), ":event": event.rider()},
        )

    def release(self, id_: ChallengeId, generation: int) -> None:
        """Let another sender take the mail at once: SES answered, and has it not."""
        taken = f"claim_{generation}"
        self.rows.update(
            *challenge_key(id_),
            f"SET {taken}.at = :zero REMOVE event",
            f"attribute_exists({taken}) AND attribute_not_exists({taken}.sent)",
            {":zero": 0},
        )

    def owe(self, contact: str, challenge: Challenge, generation: int) -> None:
        """Remember that a contact waits for this mail, should the address get mail again.

        The one that was asked for last stays, in whatever order senders come to them.
        """
        ends = epoch(challenge.code_ends_at)
        with suppress(ConditionFailed):
            self.rows.update(
                *owed_key(self.workspace_id, contact),
                "SET challenge = :id, generation = :n, expires_at = :ends, ttl = :ends",
                f"{NOT_THERE} OR expires_at <= :ends",
                {":id": str(challenge.id), ":n": generation, ":ends": ends},
            )

    def withhold(self, id_: ChallengeId, generation: int, event: Event) -> Withheld:
        """Record that this mail will never be sent, and why. Its code is never right."""
        change = (
            f"SET withheld_{generation} = :why, unmailed_{generation} = :claim, "
            f"nobody = :contact, event = :event REMOVE claim_{generation}"
        )
        values = {
            ":why": event.detail["reason"],
            ":event": event.rider(),
            # What a mailed one's row holds in their place: reading a row takes longer the more
            # is in it, and a wrong code's answer must not tell by its time who is a contact.
            ":claim": {"at": epoch(event.at), "key": "-" * 8, "sver": 1, "sent": epoch(event.at)},
            ":contact": {
                "id": f"ct_{'-' * 22}",
                "name": "-" * 12,
                "email": "-" * 18,
                "proved": False,
            },
        }
        is_asked = "mail = :generation"
        is_taken = f"attribute_exists(claim_{generation})"
        has_no_mail = f"attribute_not_exists(claim_{generation}.sent)"
        try:
            self.rows.update(
                *challenge_key(id_),
                f"{change}, mail",
                f"{is_asked} AND NOT {is_taken}",
                values | {":generation": generation},
            )
        except ConditionFailed as failed:
            row = failed.row or {}
        else:
            return Withheld.NOW
        if f"claim_{generation}" not in row:
            was_withheld = f"withheld_{generation}" in row
            return Withheld.BY_ANOTHER if was_withheld else Withheld.OVERTAKEN
        with suppress(ConditionFailed):
            self.rows.update(*challenge_key(id_), change, f"{is_taken} AND {has_no_mail}", values)
            return Withheld.NOW
        return Withheld.BY_ANOTHER
