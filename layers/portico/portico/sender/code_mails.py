"""Send the mails that challenges ask for: once each, with the same code however often we try."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from portico.aws import ses
from portico.aws.keys import KeyRing, Keys, ring
from portico.aws.tables import ConditionFailed
from portico.clock import SYSTEM, Clock
from portico.codes.challenge import NOT_YET, Challenge
from portico.codes.store import Challenges
from portico.errors import TryLater
from portico.events import Event
from portico.ids import ChallengeId
from portico.limits.known_browser import is_known, mark_of
from portico.limits.store import Limits
from portico.limits.strangers import Strangers
from portico.mail.letters import Change, Purpose
from portico.notices.store import Happened, Notices
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.sender.mail_content import code_mail, logo_of
from portico.sender.recipients import recipients_of
from portico.sender.taken_mails import TAKE_OVER, Claims
from portico.settings import SendMail

log = logging.getLogger("portico.mail")

MAILED = "mailed"
DONE_BEFORE = "done-before"
SOON = timedelta(seconds=5)
"""When to try again after SES has answered no."""


@dataclass(eq=False)
class Unfinished(Exception):
    """The mail is not out, or nobody knows; try again *after* so long."""

    after: timedelta
    cause: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """The mails of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    limits: Limits
    strangers: Strangers
    sender: str
    configuration_set: str
    retry_queue: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SendMail) -> "Outbox":
        """Make the outbox of the sender."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            Limits(settings.sign_in_table),
            Strangers.of_quota(settings.sign_in_table, settings.daily_quota),
            settings.mail_from,
            settings.configuration_set,
            settings.retry_queue,
        )

    def deliver(self, challenge: Challenge, generation: int) -> str:
        """Send one mail, unless it was sent, or must not be.

        Returns:
            ``mailed``, ``done-before``, or ``withheld-<reason>``.

        Raises:
            Unfinished: it is not out, or nobody knows; it can be tried again.
        """
        claim = challenge.claims.get(generation)
        if claim is not None and claim.sent:
            return DONE_BEFORE
        try:
            return self._deliver(challenge, generation)
        except TryLater as fault:
            raise Unfinished(TAKE_OVER + SOON, fault.cause) from fault

    def retry(self, id_: ChallengeId, generation: int) -> str:
        """Send a mail that the retry queue names.

        Raises:
            Unfinished: it is still not out.
            TryLater: its row is out of reach.
        """
        challenge = Challenges(self.sign_in_table, id_.workspace).get(id_)
        if challenge is None or generation > challenge.generation:
            return DONE_BEFORE
        return self.deliver(challenge, generation)

    def queue(self, challenge: ChallengeId, generation: int, *, after: timedelta) -> None:
        """Put a mail on the retry queue: ids only.

        Raises:
            TryLater: SQS is out of reach.
        """
        message = {"challenge": str(challenge), "generation": generation}
        ses.enqueue(self.retry_queue, message, delay=after)

    def _deliver(self, challenge: Challenge, generation: int) -> str:
        now = self.clock.now()
        claims = Claims(self.sign_in_table, challenge.id.workspace)
        people = People(self.people_table, challenge.id.workspace)
        recipients = recipients_of(challenge, people)
        why_not = recipients.why_not(challenge, generation, at=now)
        workspace, contact = recipients.workspace, recipients.contact
        # Before the claim: a code counts from its claim on, and one that the mailbox's
        # budget keeps back must never count, not even for a moment.
        if why_not is None and contact is not None:
            why_not = self._why_not_now(challenge, generation, contact, recipients.to, at=now)
        if why_not is not None or workspace is None or contact is None:
            return self._withhold(claims, challenge, generation, why_not or "not-a-contact", at=now)
        if challenge.purpose == Purpose.SIGN_UP and contact.sver != NOT_YET:
            # Nothing to sign up for. The page says the same, and only the mailbox learns why.
            self._tell_of_account(challenge, contact, workspace, at=now)
            return self._withhold(claims, challenge, generation, "already-a-contact", at=now)
        to = recipients.to or contact.email
        keys = self._take(claims, challenge, generation, contact, at=now)
        if keys is None:
            return DONE_BEFORE
        try:
            message = code_mail(
                challenge,
                generation,
                workspace,
                contact,
                to=to,
                keys=keys,
                logo=logo_of(workspace, people),
                sender=self.sender,
                at=now,
            )
            ses_id = ses.send(
                message,
                sender=self.sender,
                to=to,
                configuration_set=self.configuration_set,
            )
        except (ses.MailRefused, ValueError) as refused:
            return self._refused(claims, challenge, generation, refused, at=now)
        detail = {"generation": str(generation), "ses_id": ses_id}
        claims.note_sent(
            challenge.id, generation, Event("code.mailed", self.clock.now(), detail=detail)
        )
        return MAILED

    def _why_not_now(
        self,
        challenge: Challenge,
        generation: int,
        contact: Contact,
        to: str | None,
        *,
        at: datetime,
    ) -> str | None:
        key = self.keys.current().mailbox
        mark = mark_of(key, workspace=challenge.id.workspace, contact=contact.id)
        granted = self.limits.grant_mail(
            to or contact.email,
            key=key,
            mail=f"{challenge.id.random}/{generation}",
            stranger=not (challenge.is_personal or is_known(challenge.known, mark)),
            at=at,
        )
        if not granted:
            return "mailbox-budget"
        if contact.sver != NOT_YET and to is None:
            return None
        return self.strangers.why_not(challenge.id, at=at)

    def _tell_of_account(
        self, challenge: Challenge, contact: Contact, workspace: Workspace, *, at: datetime
    ) -> None:
        happened = Happened(
            Change.ACCOUNT_EXISTS,
            contact.id,
            challenge.host,
            workspace.trail_days,
            begun=challenge.asked[0],
            at=at,
            device=challenge.device,
        )
        Notices(self.sign_in_table, workspace.id).ask(happened)

    def _take(
        self,
        claims: Claims,
        challenge: Challenge,
        generation: int,
        contact: Contact,
        *,
        at: datetime,
    ) -> Keys | None:
        """Make this mail ours, and return the keys for its code; ``None``: it needs no mail."""
        claim = challenge.claims.get(generation)
        # A mail that another sender began has the code of that sender's keys.
        keys = self.keys.of(claim.key) if claim else self.keys.current()
        if keys is None:
            return None
        try:
            if claim:
                claims.take_over(challenge.id, generation, at=at)
            else:
                claims.claim(challenge.id, generation, contact, key=keys.version, at=at)
        except ConditionFailed as failed:
            now_there = Challenge.from_row(failed.row) if failed.row else None
            other = now_there.claims.get(generation) if now_there else None
            if other is None or other.sent:
                # Sent by somebody else, withheld, or a newer mail is asked for.
                return None
            raise Unfinished(TAKE_OVER + SOON, "claimed by another sender") from None
        return keys

    def _refused(
        self,
        claims: Claims,
        challenge: Challenge,
        generation: int,
        refused: ses.MailRefused | ValueError,
        *,
        at: datetime,
    ) -> str:
        if isinstance(refused, ses.MailRefused) and not refused.final:
            claims.release(challenge.id, generation)
            raise Unfinished(SOON, f"sesv2: {refused.reason}") from refused
        # Nobody can mail anything while an identity is not verified: somebody must hear of it.
        reason = refused.reason if isinstance(refused, ses.MailRefused) else "address"
        log.error("mail.refused", extra={"reason": reason})
        return self._withhold(claims, challenge, generation, "mail-refused", at=at)

    def _withhold(
        self, claims: Claims, challenge: Challenge, generation: int, reason: str, *, at: datetime
    ) -> str:
        detail = {"reason": reason, "generation": str(generation)}
        claims.withhold(challenge.id, generation, Event("code.withheld", at, detail=detail))
        return f"withheld-{reason}"
