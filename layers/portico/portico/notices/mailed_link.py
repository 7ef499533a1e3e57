"""Ask for a mail with a personal link, for a contact whose address gets mail again."""

from datetime import datetime
from typing import Any

from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.rules import Contact, Workspace


def mailed_link(
    table: str, workspace: Workspace, contact: Contact, *, host: str, at: datetime
) -> dict[str, Any] | None:
    """Return the part of a transaction that asks for such a mail; ``None``: it would not go out.

    The sender makes the link, within the mailbox's budget.

    Args:
        table: the SignIn table.
        workspace: whose contact it is.
        contact: the contact.
        host: where our page is.
        at: the time, which names this mail.
    """
    if not contact.is_in(at=at) or not contact.email or not workspace.is_open(at=at):
        return None
    happened = Happened(
        Change.MAIL_LIFTED,
        contact.id,
        host,
        workspace.trail_days,
        name=f"{contact.held_by} {at.isoformat()}",
        at=at,
    )
    return Notices(table, workspace.id).asking(happened)
