"""Change a contact's primary address, and undo a change. No other module does this.

Every change leaves a row, which stays twice as long as the change can be undone. The changes that
stand form a chain, and the head names the newest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portico.aws.tables import NOT_THERE, Parts, Rows, get_many
from portico.clock import epoch
from portico.events import Event
from portico.people.address_chain import (
    MOST_VOIDS,
    UNDO_LIFETIME,
    AddressChange,
    addresses_lost,
    later_than,
    target_of,
    with_room,
)
from portico.people.heads import Heads
from portico.people.rules import ASLEEP, Contact

STANDS = "attribute_not_exists(undone_at) AND attribute_not_exists(voided_by)"


def address_change_key(workspace_id: str, contact: str, change: str) -> tuple[str, str]:
    """Return the key of a change's row."""
    return f"{workspace_id}#contact#{contact}", f"email-change#{change}"


@dataclass(frozen=True, slots=True)
class AddressChanges:
    """Changes of address in one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, contact: str, change: str) -> AddressChange | None:
        """Read a change, consistently."""
        row = self.rows.get(*address_change_key(self.workspace_id, contact, change))
        return AddressChange.from_row(row) if row else None

    def chain(self, contact: Contact) -> list[AddressChange]:
        """Read the changes that stand, oldest first: the newest, and those that could be undone
        when it was made.
        """
        newest = self.get(contact.id, contact.address_change) if contact.address_change else None
        if newest is None:
            return []
        keys = [address_change_key(self.workspace_id, contact.id, each) for each in newest.before]
        found = get_many([(self.rows, *key) for key in keys], consistent=True) if keys else []
        return [*(AddressChange.from_row(row) for row in found if row), newest]

    def changing(
        self,
        contact: Contact,
        email: str,
        *,
        change: str,
        chain: Sequence[AddressChange],
        is_proved: bool,
        event: Event,
    ) -> Parts:
        """Return the parts of a transaction that change a contact's address, once per *change*.

        Their names are ``head``, ``change``, ``pointer`` and ``old_pointer``. A change that goes
        back to an address that can be taken back voids what came in between. Its parts are those
        of :meth:`undoing`, but the undo of the older change stays good, and nothing is removed.

        Args:
            contact: the contact as read.
            email: the new address.
            change: the change's id.
            chain: the contact's changes that stand.
            is_proved: whether a code that was mailed to the new address has proved it.
            event: the trail's line.

        Raises:
            TooManyRequests: as many changes can be undone as may be at once.
        """
        target = target_of(email, chain, at=event.at)
        before = [] if target else with_room(chain, at=event.at)
        pk, sk = address_change_key(self.workspace_id, contact.id, change)
        made = {
            "pk": pk,
            "sk": sk,
            "contact": contact.id,
            "change": change,
            "old": contact.email,
            "new": email,
            "previous": contact.address_change,
            "before": [each.change for each in before],
            "goes_back": target is not None,
            "changed_at": epoch(event.at),
            "ttl": epoch(event.at + UNDO_LIFETIME * 2),
        }
        making = {"change": self.rows.putting(made, NOT_THERE)}
        if target is not None:
            back = self._going_back(
                target,
                contact,
                chain,
                newest=target.change,
                voids=None,
                is_proved=is_proved,
                event=event,
            )
            return {**making, **back}
        heads = Heads(self.table, self.workspace_id)
        until = event.at + UNDO_LIFETIME
        return {
            **making,
            **heads.changing_address(
                contact, email, change=change, until=until, is_proved=is_proved, event=event
            ),
        }

    def undoing(
        self,
        change: AddressChange,
        contact: Contact,
        *,
        chain: Sequence[AddressChange],
        removed: dict[str, Any],
        event: Event,
    ) -> Parts:
        """Return the parts of a transaction that undo *change* and all later ones, once.

        Their names are ``change``, ``later <id>`` for each later one, ``head``, ``pointer``, and
        ``left <address>`` for each address that the contact loses.

        Args:
            change: the change, which stands.
            contact: the contact as read.
            chain: the contact's changes that stand.
            removed: the ways in that are removed, as the row keeps them.
            event: the trail's line.
        """
        voids = [*contact.voids, [epoch(change.at), epoch(event.at)]]
        while len(voids) > MOST_VOIDS:
            # What sleeps lies before all others, and must not take them along.
            first = int(voids[0][1] == ASLEEP)
            voids[first : first + 2] = [[voids[first][0], voids[first + 1][1]]]
        newest = change.previous
        return {
            "change": self._marking(
                change,
                "SET undone_at = :now, removed = :removed",
                {":now": epoch(event.at), ":removed": removed},
            ),
            # A press of a button in an old mail is no code: the next sign-in proves the address.
            **self._going_back(
                change, contact, chain, newest=newest, voids=voids, is_proved=False, event=event
            ),
        }

    def _going_back(
        self,
        change: AddressChange,
        contact: Contact,
        chain: Sequence[AddressChange],
        *,
        newest: str | None,
        voids: list[list[int]] | None,
        is_proved: bool,
        event: Event,
    ) -> Parts:
        """Return the parts that lead back to the address before *change*, and void later ones."""
        earlier = {each.old: each.undo_ends_at for each in chain if each.change in change.before}
        heads = Heads(self.table, self.workspace_id)
        return {
            **{
                f"later {each.change}": self._marking(
                    each, "SET voided_by = :change", {":change": change.change}
                )
                for each in later_than(change, chain)
            },
            **heads.restoring_address(
                contact,
                change.old,
                change=newest,
                voids=voids,
                # An address that an earlier change has left stays reserved: its undo is still good.
                left={each: earlier.get(each) for each in addresses_lost(change, contact, chain)},
                is_proved=is_proved,
                event=event,
            ),
        }

    def _marking(self, change: AddressChange, text: str, values: dict[str, Any]) -> dict[str, Any]:
        key = address_change_key(self.workspace_id, change.contact, change.change)
        return self.rows.updating(*key, text, STANDS, values)
