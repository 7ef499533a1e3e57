"""Whom a code would be mailed to, and why it may not be."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from portico.codes.challenge import NOT_YET, Challenge
from portico.deliveries.mail_tags import strikes_of, suppressed_key
from portico.errors import InvalidRequest
from portico.ids import base64url
from portico.links.rules import ACCOUNT_LINK, TEAM_LINK, Link
from portico.links.store import link_key
from portico.mail.letters import Purpose
from portico.people.addresses import normalise
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key, settings_row_key, words_key, workspace_of


@dataclass(frozen=True, slots=True)
class Recipients:
    """What the sender reads: the workspace, the link, and whose address it is."""

    workspace: Workspace | None
    link: Link | None
    contact: Contact | None
    """Who the code would be for. ``sver`` 0: somebody who is not a contact yet."""
    to: str | None = None
    """The address to mail, where it is not (yet) the contact's own."""
    pointer: Pointer = field(default_factory=Pointer)
    """Whose the typed address is, or was."""
    may_be_strangers: bool = False
    """Whether anybody may have typed the address, be it a contact's or nobody's."""
    words: dict[str, Any] | None = None
    """The words row, which most workspaces do not have."""
    strikes: frozenset[str] = frozenset()
    """What is held against the address."""
    is_member: bool = False
    """Whether the contact is on the team. It is read only for the team's own way in."""

    def why_not(self, challenge: Challenge, generation: int, *, at: datetime) -> str | None:
        """Return why no mail may go out, in the words of the trail; ``None``: it may."""
        # The team comes in to open its portal again.
        is_open = self.workspace is not None and self.workspace.is_open(at=at)
        if self.workspace is None or not (is_open or challenge.is_for_team):
            return "portal-unavailable"
        if not _is_on(challenge, self.workspace):
            return "sign-in-method-off"
        is_alive = self.link is not None and self.link.is_alive(at=at)
        if not is_alive and challenge.link not in (ACCOUNT_LINK, TEAM_LINK):
            return "link-ended"
        if self.contact is None:
            return "not-a-contact"
        if challenge.is_for_team and not self.is_member:
            return "not-on-the-team"
        if self.to is not None and self.pointer.contact:
            return "address-taken"
        if self.pointer.is_reserved(at=at) and self.pointer.former != challenge.contact_id:
            return "address-reserved"
        if self.to is not None and not _is_allowed(self.workspace, self.to):
            return "address-not-allowed"
        if not self.contact.is_in(at=at):
            return "contact-inactive"
        # What bounced is the contact's address, which another one may replace.
        if self.contact.suppressed and self.to is None:
            return f"address-suppressed-{self.contact.suppressed}"
        held = why_held(self.strikes, is_notice=False, at=at)
        if held is not None:
            return held
        if is_inbound(self.to or self.contact.email, self.workspace):
            return "inbound-address"
        return None if challenge.is_due(generation, at=at) else "too-late"


def why_held(strikes: frozenset[str], *, is_notice: bool, at: datetime) -> str | None:
    """Return why an address gets no mail now, in the words of the trail; ``None``: it does."""
    if not strikes:
        return None
    # Loaded here: nothing is held against most addresses.
    from portico.deliveries.suppression import suppression_of  # noqa: PLC0415

    found = suppression_of(strikes, at=at)
    if found is None or not found.stops(notice=is_notice):
        return None
    return f"address-suppressed-{found.reason}"


def recipients_of(challenge: Challenge, people: People, *, key: bytes) -> Recipients:
    """Read a challenge anew, its workspace, its link and its contact, consistently.

    What is held against a typed address has a row, and the same call reads it. Of a personal link
    the contact's head says it.

    Args:
        challenge: the challenge.
        people: its workspace's people.
        key: 32 bytes. The row is named by an HMAC of the address.
    """
    common = (
        settings_row_key(people.workspace_id),
        words_key(people.workspace_id),
        link_key(people.workspace_id, challenge.link),
    )
    if challenge.purpose == Purpose.NEW_EMAIL:
        return _moving(challenge, people, common, key=key)
    if challenge.gives_email:
        return _giving(challenge, people, common, key=key)
    if challenge.email is None:
        head = head_key(people.workspace_id, challenge.contact_id or "")
        settings_row, words, link, row = people.read(*common, head)
        contact, pointer = Contact.from_row(row) if row else None, Pointer()
        strikes = contact.strikes if contact else frozenset()
    else:
        settings_row, words, link, row, suppressed = people.read(
            *common,
            pointer_key(people.workspace_id, challenge.email),
            suppressed_key(key, people.workspace_id, challenge.email),
        )
        strikes = strikes_of(suppressed)
        pointer = Pointer.from_row(row)
        contact = people.contact(pointer.contact) if pointer.contact else None
    workspace = workspace_of(settings_row) if settings_row else None
    is_open = workspace is not None and _may_become_one(challenge, workspace)
    if contact is None and is_open:
        contact = newcomer(challenge)
    its_link = Link.from_row(link) if link else None
    return Recipients(
        workspace,
        its_link,
        contact,
        pointer=pointer,
        may_be_strangers=is_open,
        words=words,
        strikes=strikes,
        is_member=challenge.is_for_team and contact is not None and _is_member(people, contact.id),
    )


def _is_member(people: People, contact: str) -> bool:
    # Loaded here: few codes are for a team.
    from portico.people.memberships import membership_key  # noqa: PLC0415

    (row,) = people.read(membership_key(people.workspace_id, contact))
    return row is not None and "role" in row


def newcomer(challenge: Challenge) -> Contact:
    """Return the contact that a sign-up's challenge makes, if its code is typed: always the
    same one, and stored nowhere until then.
    """
    email = challenge.email or ""
    id_ = f"ct_{base64url(sha256(f'contact of {challenge.id}'.encode()).digest())[:22]}"
    return Contact(id_, challenge.id.workspace_id, email.partition("@")[0], email, sver=NOT_YET)


def _moving(
    challenge: Challenge,
    people: People,
    common: Sequence[tuple[str, str]],
    *,
    key: bytes,
    has_link: bool = False,
) -> Recipients:
    """Read what a change of address needs: who they are, and whether it is somebody else's."""
    address = challenge.email or ""
    head = head_key(people.workspace_id, challenge.contact_id or "")
    settings_row, words, link, row, pointer, suppressed = people.read(
        *common,
        head,
        pointer_key(people.workspace_id, address),
        suppressed_key(key, people.workspace_id, address),
    )
    return Recipients(
        workspace_of(settings_row) if settings_row else None,
        Link.from_row(link) if link and has_link else None,
        Contact.from_row(row) if row else None,
        to=address,
        pointer=Pointer.from_row(pointer),
        may_be_strangers=True,
        words=words,
        strikes=strikes_of(suppressed),
    )


def _giving(
    challenge: Challenge, people: People, common: Sequence[tuple[str, str]], *, key: bytes
) -> Recipients:
    """Read what the first address of a contact needs. Once they have one, it is a sign-in."""
    found = _moving(challenge, people, common, key=key, has_link=True)
    contact, address = found.contact, challenge.email or ""
    if contact is None or not contact.email:
        return found
    if contact.email != address:
        # Another one would be a change of address, which only who is signed in can make.
        return replace(found, contact=None)
    return replace(found, to=None, pointer=Pointer())


def _is_on(challenge: Challenge, workspace: Workspace) -> bool:
    match challenge.purpose:
        case Purpose.SIGN_IN:
            return workspace.takes_codes(break_glass=challenge.is_break_glass)
        case Purpose.RESET:
            return workspace.takes_passwords()
        case Purpose.SIGN_UP:
            return workspace.takes_sign_ups()
        case Purpose.LINK:
            return challenge.connects is None or workspace.proves(challenge.connects["connection"])
    return True


def _may_become_one(challenge: Challenge, workspace: Workspace) -> bool:
    comes_new = challenge.purpose in (Purpose.SIGN_UP, Purpose.LINK) and challenge.email
    if not comes_new or not workspace.takes_sign_ups():
        return False
    return _is_allowed(workspace, challenge.email or "")


def _is_allowed(workspace: Workspace, email: str) -> bool:
    # Loaded here: a lot of code, which the daily path needs for nothing.
    from portico.people.disposable_domains import may_sign_up  # noqa: PLC0415

    return may_sign_up(workspace, email)


def is_inbound(email: str, workspace: Workspace) -> bool:
    """Say whether *email* is the help desk's own: a mail there is published in a ticket."""
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
