"""A contact as a workspace's team and its keys see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.clock import SYSTEM, epoch
from portico.edge.responses import Response
from portico.ids import digest
from portico.people.memberships import Role
from portico.people.refs import Ref
from portico.people.rules import Contact

SHOWN_AS = ("name", "email", "language", "time_zone", "active", "email_verified")
"""What the ETag is made of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A contact as read, and their role on the team."""

    contact: Contact
    role: Role | None
    refs: Sequence[Ref] = ()
    merged: Sequence[str] = ()
    """The ids of those who were merged into them."""
    undo_ends: Mapping[str, datetime] = field(default_factory=dict)
    """Until when each of these merges can be undone. Of one that cannot there is none."""

    def answer(self) -> dict[str, Any]:
        """Return the members of an answer about this one contact."""
        role = self.role.value if self.role else None
        refs = [_ref_answer(each, self.contact) for each in self.refs]
        more = {"role": role, "refs": refs, "merged": list(self.merged), "merges": self._merges()}
        return {"contact": contact_answer(self.contact) | more}

    def _merges(self) -> list[dict[str, Any]]:
        ends = self.undo_ends
        return [
            {"lost": lost, "undo_until": epoch(ends[lost]) if lost in ends else None}
            for lost in self.merged
        ]


def contact_answer(contact: Contact) -> dict[str, Any]:
    """Return a contact as answers to a team have them."""
    told = {"id": contact.id, **_shown(contact), "updated_at": contact.updated_at}
    return told | {"suppressed": _suppressed(contact), "etag": etag_of(contact)}


def _shown(contact: Contact) -> dict[str, Any]:
    told = {name: getattr(contact, name) for name in SHOWN_AS}
    return told | {"active": contact.is_in(at=SYSTEM.now())}


def _suppressed(contact: Contact) -> str | None:
    """Say why no mail at all goes to a contact now."""
    if contact.suppressed or not contact.strikes:
        return contact.suppressed
    # Loaded here: nothing is held against most addresses.
    from portico.deliveries.suppression import suppression_of  # noqa: PLC0415

    found = suppression_of(contact.strikes, at=SYSTEM.now())
    return found.reason if found and found.stops(notice=False) else None


def _ref_answer(ref: Ref, contact: Contact) -> dict[str, Any]:
    is_confirmed = ref.is_confirmed(contact)
    return {
        "channel": ref.channel,
        "id": ref.id,
        "confirmed": is_confirmed,
        "attached_at": ref.attached_at,
    }


def showing(seen: Seen, *, status: int = 200, **more: Any) -> Response:
    """Answer with one contact, and *more* members."""
    return Response(status, seen.answer() | more, {"etag": etag_of(seen.contact)})


def etag_of(contact: Contact) -> str:
    """Return what changes with whatever a team is shown of a contact."""
    told = "|".join(map(repr, _shown(contact).values()))
    return f'"{digest(told)[:16]}"'
