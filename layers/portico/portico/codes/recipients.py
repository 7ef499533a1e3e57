"""Whom a code would be mailed to, and why it may not be."""

from dataclasses import dataclass
from datetime import datetime

from portico.codes.challenges import Challenge
from portico.errors import InvalidRequest
from portico.links.rules import Link
from portico.links.store import link_key
from portico.mail.letters import Purpose
from portico.people.addresses import normalise
from portico.people.rules import Contact, Workspace
from portico.people.store import People, door_key, head_key, pointer_key, workspace_of


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
        if challenge.purpose == Purpose.SIGN_IN and not self.workspace.takes_codes(
            break_glass=challenge.is_break_glass
        ):
            return "sign-in-method-off"
        if self.link is None or not self.link.is_alive(at=at):
            return "link-ended"
        if self.contact is None:
            return "not-a-contact"
        if not self.contact.active:
            return "contact-inactive"
        if self.contact.suppressed:
            return f"address-suppressed-{self.contact.suppressed}"
        if is_inbound(self.contact.email, self.workspace):
            return "inbound-address"
        if not challenge.is_due(generation, at=at):
            return "too-late"
        return None


def recipients_of(challenge: Challenge, people: People) -> Recipients:
    """Read the workspace, the link and the contact of a challenge, consistently."""
    common = door_key(people.workspace), link_key(people.workspace, challenge.link)
    if challenge.email is None:
        head = head_key(people.workspace, challenge.contact_id or "")
        door, link, row = people.read(*common, head)
        contact = Contact.from_row(row) if row else None
    else:
        door, link, pointer = people.read(*common, pointer_key(people.workspace, challenge.email))
        contact = people.contact(pointer["contact"]) if pointer else None
    return Recipients(
        workspace_of(door) if door else None, Link.from_row(link) if link else None, contact
    )


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
