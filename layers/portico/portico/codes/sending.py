"""Send the mails that challenges ask for: once each, with the same code however often we try."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portico.aws import postbox
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import ConditionFailed
from portico.clock import SYSTEM, Clock
from portico.codes.challenges import CODE_LIVES, TAKE_OVER, Challenge
from portico.codes.rules import derive_code, label_of
from portico.codes.store import Challenges
from portico.errors import InvalidRequest, TryLater
from portico.events import Event
from portico.ids import ChallengeId
from portico.limits.store import Limits
from portico.links.rules import Link
from portico.links.store import link_key
from portico.mail.languages import best_language
from portico.mail.letters import CodeLetter, Purpose
from portico.mail.mime import compose
from portico.people.addresses import normalise
from portico.people.rules import Contact, Workspace
from portico.people.store import People, door_key, head_key, pointer_key, workspace_of
from portico.settings import SendMail

SOON = timedelta(seconds=5)
"""When to try again after SES has answered no."""


@dataclass(eq=False)
class Unfinished(Exception):
    """The mail is not out, or nobody knows; try again *after* so long."""

    after: timedelta
    cause: str


@dataclass(frozen=True, slots=True)
class Recipients:
    """What the sender reads: the workspace, the link, and whose address it is."""

    workspace: Workspace | None
    link: Link | None
    contact: Contact | None

    def why_not(self, challenge: Challenge, generation: int, *, at: datetime) -> str | None:
        """Return why no mail may go out, in the words of the trail; ``None``: it may."""
        if self.workspace is None or not self.workspace.portal_enabled:
            return "portal-unavailable"
        if not self.workspace.code_method:
            return "sign-in-method-off"
        if self.link is None or not self.link.is_alive(at=at):
            return "link-ended"
        if self.contact is None:
            return "not-a-contact"
        if not self.contact.active:
            return "contact-inactive"
        if self.contact.suppressed:
            return f"address-suppressed-{self.contact.suppressed}"
        if _is_inbound(self.contact.email, self.workspace):
            return "inbound-address"
        if not challenge.is_due(generation, at=at):
            return "too-late"
        return None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The mails of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    limits: Limits
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
            settings.mail_from,
            settings.configuration_set,
            settings.retry_queue,
        )

    def deliver(self, challenge: Challenge, generation: int) -> None:
        """Send one mail, unless it was sent, or must not be.

        Raises:
            Unfinished: it is not out, or nobody knows; it can be tried again.
        """
        claim = challenge.claims.get(generation)
        if claim is not None and claim.sent:
            return
        try:
            self._deliver(challenge, generation)
        except TryLater as fault:
            raise Unfinished(TAKE_OVER + SOON, fault.cause) from fault

    def retry(self, id_: ChallengeId, generation: int) -> None:
        """Send a mail that the retry queue names.

        Raises:
            Unfinished: it is still not out.
        """
        challenge = Challenges(self.sign_in_table, id_.workspace).get(id_)
        if challenge is not None and generation <= challenge.generation:
            self.deliver(challenge, generation)

    def queue(self, challenge: ChallengeId, generation: int, *, after: timedelta) -> None:
        """Put a mail on the retry queue: ids only.

        Raises:
            TryLater: SQS is out of reach.
        """
        message = {"challenge": str(challenge), "generation": generation}
        postbox.enqueue(self.retry_queue, message, delay=after)

    def _deliver(self, challenge: Challenge, generation: int) -> None:
        now = self.clock.now()
        id_ = challenge.id
        challenges = Challenges(self.sign_in_table, id_.workspace)
        people = self._recipients(challenge)
        why_not = people.why_not(challenge, generation, at=now)
        workspace, contact = people.workspace, people.contact
        if why_not is None and contact is not None:
            # Before the claim: a code counts from its claim on, and one that the mailbox's
            # budget keeps back must never count, not even for a moment.
            granted = self.limits.grant_mail(
                contact.email,
                key=self.keys.current().mailbox,
                mail=f"{id_.random}/{generation}",
                stranger=not challenge.is_personal,
                at=now,
            )
            why_not = None if granted else "mailbox-budget"
        if why_not is not None or workspace is None or contact is None:
            detail = {"reason": why_not or "not-a-contact", "generation": str(generation)}
            challenges.withhold(id_, generation, Event("code.withheld", now, detail=detail))
            return
        key = self._take(challenges, challenge, generation, contact, at=now)
        if key is None:
            return
        try:
            message = self._compose(challenge, generation, workspace, contact, key=key, at=now)
            ses_id = postbox.send(
                message,
                sender=self.sender,
                to=contact.email,
                configuration_set=self.configuration_set,
            )
        except (postbox.MailRefused, ValueError) as refused:
            self._refused(challenges, challenge, generation, refused, at=now)
            return
        detail = {"generation": str(generation), "ses_id": ses_id}
        event = Event("code.mailed", self.clock.now(), detail=detail)
        challenges.note_sent(id_, generation, ses_id, event)

    def _take(
        self,
        challenges: Challenges,
        challenge: Challenge,
        generation: int,
        contact: Contact,
        *,
        at: datetime,
    ) -> str | None:
        """Make this mail ours, and return the version of the key for its code."""
        claim = challenge.claims.get(generation)
        key = claim.key if claim else self.keys.current().version
        try:
            if claim:
                challenges.take_over(challenge.id, generation, at=at)
            else:
                challenges.claim(challenge.id, generation, contact, key=key, at=at)
        except ConditionFailed as failed:
            now_there = Challenge.from_row(failed.row) if failed.row else None
            other = now_there.claims.get(generation) if now_there else None
            if other is None or other.sent:
                # Sent by somebody else, withheld, or a newer mail is asked for.
                return None
            raise Unfinished(TAKE_OVER + SOON, "claimed by another sender") from None
        return key

    def _refused(
        self,
        challenges: Challenges,
        challenge: Challenge,
        generation: int,
        refused: postbox.MailRefused | ValueError,
        *,
        at: datetime,
    ) -> None:
        if isinstance(refused, postbox.MailRefused) and not refused.final:
            challenges.release(challenge.id, generation)
            raise Unfinished(SOON, f"sesv2: {refused.reason}") from refused
        detail = {"reason": "mail-refused", "generation": str(generation)}
        challenges.withhold(challenge.id, generation, Event("code.withheld", at, detail=detail))

    def _recipients(self, challenge: Challenge) -> Recipients:
        workspace = challenge.id.workspace
        people = People(self.people_table, workspace)
        common = door_key(workspace), link_key(workspace, challenge.link)
        if challenge.email is None:
            head = head_key(workspace, challenge.contact_id or "")
            door, link, row = people.read(*common, head)
            contact = Contact.from_row(row) if row else None
        else:
            pointer_ = pointer_key(workspace, challenge.email)
            door, link, pointer = people.read(*common, pointer_)
            contact = people.contact(pointer["contact"]) if pointer else None
        return Recipients(
            workspace_of(door) if door else None, Link.from_row(link) if link else None, contact
        )

    def _compose(
        self,
        challenge: Challenge,
        generation: int,
        workspace: Workspace,
        contact: Contact,
        *,
        key: str,
        at: datetime,
    ) -> bytes:
        id_ = str(challenge.id)
        code = derive_code(
            self.keys.of(key).code,
            challenge=id_,
            purpose=challenge.purpose,
            generation=generation,
        )
        letter = CodeLetter(
            purpose=Purpose(challenge.purpose),
            code=code,
            label=label_of(id_, generation),
            language=best_language(contact.language, workspace.locale),
            workspace_name=workspace.name,
            sender_name=workspace.sender,
            accent_color=workspace.accent_color,
            logo=self._logo(workspace),
            to=contact.email,
            host=challenge.host,
            asked_at=challenge.asked[generation - 1],
            lives=CODE_LIVES,
            code_in_subject=workspace.code_in_subject,
            origin_hint=challenge.device,
        )
        return compose(letter, sender=self.sender, at=at)

    def _logo(self, workspace: Workspace) -> bytes | None:
        if workspace.logo is None:
            return None
        name = workspace.id, workspace.logo
        if name not in _logos:
            found = People(self.people_table, workspace.id).logo()
            if found is None:
                return None
            _logos.clear()
            _logos[name] = found[1]
        return _logos[name]


_logos: dict[tuple[str, str], bytes] = {}
"""The last logo this environment mailed, by workspace and digest: 64 KB at most."""


def _is_inbound(email: str, workspace: Workspace) -> bool:
    for inbound in workspace.inbound_addresses:
        try:
            mine = normalise(inbound)
        except InvalidRequest:
            continue
        # reply+id@ reaches the same inbox as reply@.
        local, _, domain = email.rpartition("@")
        if mine == email or mine == f"{local.partition('+')[0]}@{domain}":
            return True
    return False
