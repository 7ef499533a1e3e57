"""The one deletion of a contact, whoever asks for it: they themselves, or their team.

It goes in three steps. What has no room in a transaction goes first, and can be repeated until it is
through. Then one transaction takes everything that a sign-in reads. Then what sessions and the trail
have seen of the contact's devices and networks goes once more, for those that began meanwhile, and
so do personal links.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from portico.account.profile import identities_of
from portico.aws.queries import keys_listed, rows_within
from portico.aws.tables import (
    IS_THERE,
    MOST_AT_ONCE,
    ConditionFailed,
    Parts,
    Rows,
    TransactionRefused,
    transact_surely,
    write_where_there,
)
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import AddressJustChanged, seconds_until
from portico.events import Event
from portico.links.store import place_of_personal_links, shelf_of_links
from portico.people.address_chain import AddressChange
from portico.people.address_change import AddressChanges
from portico.people.addresses import subject_of
from portico.people.heads import Heads
from portico.people.identities import Identity, disowning, letting_go
from portico.people.memberships import is_no_member
from portico.people.merges import Merge, MergeRows, all_merged_into, merge_key
from portico.people.password_store import Passwords
from portico.people.pointers import Pointers, former_shelf
from portico.people.refs import RefRows, refs_key, refs_of
from portico.people.rules import Contact
from portico.people.store import People

if TYPE_CHECKING:
    from portico.trail.trail_erasure import TrailErasure

MOST_IN_THE_TRANSACTION = 40
"""Connected accounts. The others go before it: they are no way in for whoever is leaving."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erases contacts of one workspace."""

    people: People
    sign_in_table: str
    trail_table: str
    clock: Clock = SYSTEM

    def chain(self, contact: Contact) -> list[AddressChange]:
        """Return the contact's changes of address, none of which can be taken back any more.

        Raises:
            AddressJustChanged: the last one can still be undone. Whoever has taken the account over
                must not take it away from its contact for good.
        """
        changes = AddressChanges(self.people.table, self.people.workspace_id)
        chain, now = changes.chain(contact), self.clock.now()
        if chain and now < chain[-1].undo_ends_at:
            raise AddressJustChanged(seconds_until(chain[-1].undo_ends_at, at=now))
        return chain

    def prepare(self, contact: Contact, chain: Sequence[AddressChange]) -> None:
        """Erase what the transaction has no room for. A contact stays a contact by this."""
        former = former_addresses(self.people, contact)
        known = self._known_of_merged(contact)
        known |= {contact.email, *former, *(each.old for each in chain), *(e.new for e in chain)}
        trail_erasure = self._trail_erasure
        # What strangers have asked for with an address is filed under its keyed hash.
        for email in sorted(filter(None, known)):
            trail_erasure.address(subject_of(email))
        trail_erasure.contact(contact.id)
        self._forget_former(contact, former)
        self._forget_links(contact.id)
        self._forget_devices(contact.id)
        more = identities_of(self.people, contact, also_void=True)[MOST_IN_THE_TRANSACTION:]
        self._write(
            letting_go(
                self.people.rows, self.people.workspace_id, Identity.from_row(row), contact.id
            )
            for row in more
        )

    def parts(self, contact: Contact, event: Event) -> Parts:
        """Return the parts of the transaction that erases a contact.

        ``member`` refuses if they have a role. Any other that refuses has changed meanwhile.
        """
        id_ = self.people.workspace_id
        parts = {
            **self._changes(contact.id),
            **Heads(self.people.table, id_).deleting(contact, event),
            "member": is_no_member(self.people.rows, id_, contact.id),
            **self._refs(contact),
        }
        passwords = Passwords(self.people.table, id_)
        if passwords.get(contact.id) is not None:
            days = event.keep_days
            going = Event("password.removed", event.at, contact.id, days, event.by)
            parts["password"] = passwords.removing(contact.id, going)
        for row in identities_of(self.people, contact, also_void=True)[:MOST_IN_THE_TRANSACTION]:
            identity = Identity.from_row(row)
            part = disowning(self.people.rows, id_, identity, contact.id)
            parts[f"identity {identity.key}"] = part
        return parts

    def finish(self, contact: Contact) -> None:
        """Erase what sessions that began meanwhile have seen, and links made meanwhile say; and what
        is kept of those who were merged into the contact.

        It may be repeated.
        """
        self._forget_devices(contact.id)
        self._trail_erasure.contact(contact.id)
        # Whoever makes one has read the contact while they were there; the index lags by a moment.
        self._forget_links(contact.id)
        # One that was attached while the transaction was on its way.
        if refs := self._refs(contact):
            with suppress(TransactionRefused):
                transact_surely(refs)
        rows = MergeRows(self.people.table, self.people.workspace_id)
        for _, lost in all_merged_into(self.people, contact.id):
            self._trail_erasure.contact(lost)
            self._write(self._changes(lost).values())
            self._forget_devices(lost)
            self._forget_links(lost)
        self._write(rows.forgetting(each) for each in self._merges(contact.id))

    def _known_of_merged(self, contact: Contact) -> set[str]:
        """Return the addresses that those had who were merged into the contact."""
        merges = self._merges(contact.id)
        return {e for each in merges for e in (each.email, *(f["email"] for f in each.formers))}

    def _merges(self, contact: str) -> list[Merge]:
        """Return the merges that led to the contact, of which something is kept."""
        id_ = self.people.workspace_id
        keys = [merge_key(id_, *each) for each in all_merged_into(self.people, contact)]
        found = (Merge.from_row(row) for row in self.people.many(keys) if row is not None)
        return [each for each in found if each.was]

    def _changes(self, contact: str) -> Mapping[str, Any]:
        """Return the parts that take the addresses out of all rows of changes that are kept."""
        pk = f"{self.people.workspace_id}#contact#{contact}"
        rows = rows_within(self.people.rows, pk, starting="email-change#")
        return {
            f"change {row['sk']}": self.people.rows.updating(
                pk, row["sk"], "REMOVE old, new, removed", IS_THERE
            )
            for row in rows
        }

    def _refs(self, contact: Contact) -> Parts:
        row = self.people.rows.get(*refs_key(self.people.workspace_id, contact.id))
        refs = refs_of(row)
        if not refs:
            return {}
        rows = RefRows(self.people.table, self.people.workspace_id)
        return rows.detaching(contact.id, refs, *refs)

    def _forget_former(self, contact: Contact, former: Iterable[str]) -> None:
        """Delete the pointers of former addresses. Nobody gets in by one."""
        pointers = Pointers(self.people.table, self.people.workspace_id)
        for email in former:
            # Somebody may have taken it in this moment, perhaps the contact in another browser.
            with suppress(TransactionRefused):
                transact_surely({"pointer": pointers.forgetting(contact.id, email)})

    def _forget_devices(self, contact: str) -> None:
        """Take devices and networks out of the contact's sessions. Their rows stay until they end:
        they prove that codes were used.
        """
        id_ = self.people.workspace_id
        rows, pk = Rows(self.sign_in_table, f"{id_}#"), f"{id_}#contact#{contact}"
        told = [row for row in rows_within(rows, pk) if {"device", "network", "event"} & row.keys()]
        self._write(
            rows.updating(pk, row["sk"], "REMOVE device, network, event", IS_THERE) for row in told
        )

    def _forget_links(self, contact: str) -> None:
        """Revoke the contact's personal links, and take what they say of the contact out of them."""
        rows, id_ = self.people.rows, self.people.workspace_id
        starting = place_of_personal_links(contact)
        keys = list(keys_listed(rows, shelf_of_links(id_), starting=starting))
        now = epoch(self.clock.now())
        for key in keys:
            # It may have moved to another contact in this moment, with the whole account.
            with suppress(ConditionFailed):
                rows.update(
                    *key,
                    "SET revoked_at = if_not_exists(revoked_at, :now), gone = :yes "
                    "REMOVE email_hint, label, event",
                    "contact = :contact",
                    {":now": now, ":contact": contact, ":yes": True},
                )

    @property
    def _trail_erasure(self) -> "TrailErasure":
        # Loaded here: hardly anybody is erased.
        from portico.trail.trail_erasure import TrailErasure  # noqa: PLC0415

        return TrailErasure(self.trail_table, self.people.workspace_id, self.clock)

    def _write(self, parts: Iterable[dict[str, Any]]) -> None:
        for some in batched(parts, MOST_AT_ONCE, strict=False):
            write_where_there({str(n): part for n, part in enumerate(some)})


def former_addresses(people: People, contact: Contact) -> list[str]:
    """Return the addresses that a contact has left, and that nobody has taken since."""
    keys = keys_listed(people.rows, former_shelf(people.workspace_id), starting=f"{contact.id}#")
    listed = [pk.partition("#email#")[2] for pk, _ in keys]
    # The index lags by a moment, so leave out the address that the contact has again.
    return [email for email in listed if email != contact.email]
