"""A contact's address changes, as the account changes it, without a code."""

from datetime import UTC, datetime

from portico.aws.tables import transact
from portico.events import Event
from portico.ids import random_part
from portico.people.address_change import AddressChanges
from portico.people.store import People


def moves(contact_id: str, email: str, *, workspace_id: str = "acme") -> str:
    """Give a contact another primary address, and return the change's id.

    Raises:
        TransactionRefused: somebody else has it, or can take it back.
        TooManyRequests: it has changed too often.
    """
    contact = People("people", workspace_id).contact(contact_id)
    assert contact is not None
    changes = AddressChanges("people", workspace_id)
    event = Event("email.changed", datetime.now(UTC), contact.id, 365)
    change, chain = random_part(), changes.chain(contact)
    parts = changes.changing(
        contact, email, change=change, chain=chain, is_proved=True, event=event
    )
    transact(parts)
    return change
