"""Heads of contacts: their conditions and changes, most of them as parts of transactions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import (
    NOT_THERE,
    ConditionFailed,
    Parts,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.clock import epoch
from portico.errors import TryLater
from portico.events import Event
from portico.ids import digest
from portico.people.pointers import Pointers
from portico.people.rules import Contact
from portico.people.store import CONTACT_TRIES, IS_KEPT, head_key, head_row

IS_IN = "active = :yes AND (attribute_not_exists(out_from) OR out_from > :now)"
"""The contact is active, and no moment has passed from which they are out."""
MAY_COME_IN = f"{IS_IN} AND sver = :sver"
"""The contact is in, and nothing has ended their sessions since *sver* was read."""
NO_DIRECTORYS = "attribute_not_exists(synced_as) AND attribute_not_exists(off_by)"
"""No directory says their name, or has switched them off."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of one workspace's contacts, and the pointers to them."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def standing(self, contact: str, *, sver: int, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that checks that a contact may still sign in."""
        return self.rows.checking(
            *head_key(self.workspace_id, contact),
            MAY_COME_IN,
            {":yes": True, ":sver": sver, ":now": epoch(at)},
        )

    def proving(self, contact: str, *, sver: int, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that writes down that a contact's address is theirs.

        It fails as :meth:`standing` does. A change of address raises ``sver``, so what was proved
        before it proves nothing of the address after it.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact),
            "SET email_verified = :yes, updated_at = :now ADD proofs :one "
            "REMOVE event, proof_wanted",
            MAY_COME_IN,
            {":yes": True, ":sver": sver, ":now": epoch(at), ":one": 1},
        )

    def raising_sver(
        self,
        contact: str,
        *,
        sver: int,
        at: datetime,
        event: Event | None = None,
        proves: bool = False,
    ) -> dict[str, Any]:
        """Return the part of a transaction that ends everything begun under *sver*.

        It fails unless the contact may still sign in and their head still has *sver*. With *proves*
        it writes down as well that the contact's address is theirs, since *at*.
        """
        change, counting = "SET sver = sver + :one", ""
        values: dict[str, Any] = {":one": 1, ":sver": sver, ":yes": True, ":now": epoch(at)}
        if proves:
            change += ", email_verified = :yes, updated_at = :now"
            counting = " ADD proofs :one"
        gone = ["proof_wanted"] * bool(counting) + ["event"] * (event is None)
        noted = f"{change}, event = :event" if event else change
        noted += counting + (f" REMOVE {', '.join(gone)}" if gone else "")
        return self.rows.updating(
            *head_key(self.workspace_id, contact),
            noted,
            MAY_COME_IN,
            values | ({":event": event.rider()} if event else {}),
        )

    def switching_off(self, contact: Contact, event: Event, *, off_by: str) -> dict[str, Any]:
        """Return the part of a transaction that deactivates a contact, and says for whom.

        All sessions and open challenges end. It fails if the account was deleted, or if somebody
        has switched it since *contact* was read.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET active = :no, off_by = :by, sver = sver + :one, event = :event REMOVE out_from",
            f"{IS_KEPT} AND active = :yes",
            {":no": False, ":yes": True, ":by": off_by, ":one": 1, ":event": event.rider()},
        )

    def switching_on(self, contact: Contact, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that activates whom :meth:`switching_off` has switched
        off.

        It fails if somebody else has switched them since *contact* was read.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET active = :yes, sver = sver + :one, event = :event REMOVE off_by",
            f"{IS_KEPT} AND active = :no AND off_by = :by",
            {
                ":no": False,
                ":yes": True,
                ":by": contact.off_by,
                ":one": 1,
                ":event": event.rider(),
            },
        )

    def holding(self, contact: Contact, *, off_by: str, until: int) -> dict[str, Any]:
        """Return the part of a transaction that says from when a contact is out, and for whom.

        Nothing ends now. It fails if the account was deleted, or if somebody has switched it since
        *contact* was read.

        Args:
            contact: as read.
            off_by: for whom.
            until: from when they are out, in seconds since 1970.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET off_by = :by, out_from = :until REMOVE event",
            f"{IS_KEPT} AND active = :yes AND attribute_not_exists(out_from)",
            {":yes": True, ":by": off_by, ":until": until},
        )

    def releasing(self, contact: Contact, event: Event) -> dict[str, Any]:
        """Return the part of a transaction by which a contact is not out at the moment that
        :meth:`holding` has named.

        If it has passed, they were out, and no session of before comes back. It fails if somebody
        has switched them since *contact* was read.
        """
        gone = "REMOVE out_from, off_by"
        text, values = f"{gone}, event", dict[str, Any]()
        if not contact.is_in(at=event.at):
            text = f"SET sver = sver + :one, event = :event {gone}"
            values = {":one": 1, ":event": event.rider()}
        return self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            text,
            f"{IS_KEPT} AND active = :yes AND out_from = :until AND off_by = :by",
            {":yes": True, ":until": contact.out_from, ":by": contact.off_by, **values},
        )

    def naming(self, contact: Contact, name: str, event: Event, *, synced_as: str) -> Parts:
        """Return the parts of a transaction by which a directory gives a contact their name.

        The one that can refuse is ``head``: the account was deleted, the contact got another name
        meanwhile, or a directory has them as somebody else.
        """
        # Loaded here, because only a directory's sync does this, and no daily function.
        from portico.people.search_rows import renaming  # noqa: PLC0415

        renamed = renaming(self.rows, contact, name)
        head = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            f"SET name = :name, synced_as = :as, {renamed.sets}updated_at = :now, event = :event",
            f"{IS_KEPT}{renamed.condition} AND "
            "(attribute_not_exists(synced_as) OR synced_as = :as)",
            {
                **renamed.values,
                ":name": name,
                ":as": synced_as,
                ":now": epoch(event.at),
                ":event": event.rider(),
            },
        )
        return {"head": head, **renamed.parts}

    def voiding_accounts(self, contact: Contact, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that closes every account that was connected until now.

        All sessions and open challenges end. The contact may be deactivated, and stays so. It
        fails if anything has raised their ``sver`` since *contact* was read.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET voids = :voids, voids_sver = sver + :one, sver = sver + :one, event = :event",
            f"{IS_KEPT} AND sver = :sver",
            {
                # One span for all: those before lie within it.
                ":voids": [[0, epoch(event.at)]],
                ":one": 1,
                ":sver": contact.sver,
                ":event": event.rider(),
            },
        )

    def edit(self, contact: Contact, changes: dict[str, str], event: Event) -> None:
        """Write these fields of the head of a contact who may still sign in.

        Raises:
            ConditionFailed: the contact may no longer sign in.
            TryLater: nothing has changed.
        """
        for _ in range(CONTACT_TRIES):
            try:
                return self._edit(contact, changes, event)
            except ConditionFailed as failed:
                if failed.row is None:
                    raise
                now = Contact.from_row(failed.row)
                if not now.is_in(at=event.at) or now.sver != contact.sver:
                    raise
                # Another tab, or the team, has changed the name in this moment.
                contact = now
        raise TryLater(cause="the contact was changed meanwhile")

    def _edit(self, contact: Contact, changes: dict[str, str], event: Event) -> None:
        # Loaded here, because only the account changes a name, and no daily function does.
        from portico.people.search_rows import renaming  # noqa: PLC0415

        names = sorted(changes)
        settings = ", ".join(f"{each} = :{each}" for each in names)
        renamed = renaming(self.rows, contact, changes.get("name"))
        key = head_key(self.workspace_id, contact.id)
        text = f"SET {settings}, {renamed.sets}updated_at = :now, event = :event"
        condition = f"{MAY_COME_IN}{renamed.condition}"
        values = {
            **{f":{each}": changes[each] for each in names},
            **renamed.values,
            ":yes": True,
            ":sver": contact.sver,
            ":now": epoch(event.at),
            ":event": event.rider(),
        }
        if not renamed.parts:
            self.rows.update(*key, text, condition, values)
            return
        head = self.rows.updating(*key, text, condition, values)
        try:
            transact_surely({"head": head, **renamed.parts})
        except TransactionRefused as refused:
            raise ConditionFailed(refused.rows.get("head")) from None

    def noting_refs(self, contact: Contact, event: Event, *, proof_wanted: bool) -> dict[str, Any]:
        """Return the part of a transaction that says on the head that their refs have changed.

        *proof_wanted* asks the next code to prove the address once more. It fails if one has
        proved it since *contact* was read, if they have another address now, or if the account was
        deleted.
        """
        wanted = ", proof_wanted = :yes" if proof_wanted else ""
        proofs = "(attribute_not_exists(proofs) OR proofs = :proofs)"
        condition = (
            f"{IS_KEPT} AND email = :email AND "
            f"{proofs if not contact.proofs else 'proofs = :proofs'}"
        )
        values: dict[str, Any] = {":event": event.rider(), ":proofs": contact.proofs}
        values |= {":email": contact.email}
        values |= {":yes": True} if proof_wanted else {}
        key = head_key(self.workspace_id, contact.id)
        return self.rows.updating(*key, f"SET event = :event{wanted}", condition, values)

    def giving_address(
        self, contact: Contact, email: str, event: Event, *, is_proved: bool = False
    ) -> Parts:
        """Return the parts of a transaction that give an address to a contact who has none.

        *is_proved* says whether a code that was mailed to the address has proved it.

        Those that can refuse are ``head`` and ``pointer``.
        """
        taking = Pointers(self.table, self.workspace_id).taking(contact.id, email, at=event.at)
        moved = self._with_email(contact, email, "SET", {}, is_proved=is_proved, event=event)
        return {**moved, "pointer": taking}

    def having(self, contact: str, email: str, *, sver: int, at: datetime) -> dict[str, Any]:
        """Return the part that checks that a contact who may sign in has this address."""
        return self.rows.checking(
            *head_key(self.workspace_id, contact),
            f"{MAY_COME_IN} AND email = :email",
            {":yes": True, ":sver": sver, ":email": email, ":now": epoch(at)},
        )

    def signing_up(self, contact: Contact, event: Event, *, proof: str) -> Parts:
        """Return the parts of a transaction that create a contact, once for each *proof*.

        Those that can refuse are ``head`` and ``pointer``.
        """
        # Loaded here, because it costs a sign-up a millisecond and every cold start as well.
        from portico.people.search_rows import found_by, moving  # noqa: PLC0415

        by = found_by(contact.email, contact.name)
        head = head_row(contact, event) | {"found_by": by, "proof": digest(proof)[:16]}
        return {
            "head": self.rows.putting(
                head,
                f"{NOT_THERE} OR (proof = :proof AND sver = :one)",
                {":proof": head["proof"], ":one": 1},
            ),
            "pointer": Pointers(self.table, self.workspace_id).taking(
                contact.id, contact.email, at=event.at
            ),
            **moving(self.rows, contact, (), by),
        }

    def changing_address(
        self,
        contact: Contact,
        email: str,
        *,
        change: str,
        until: datetime,
        is_proved: bool,
        event: Event,
    ) -> Parts:
        """Return the parts of a transaction that give a contact another primary address.

        *is_proved* says whether a code that was mailed to the address has proved it. Those that
        can refuse are ``head``, ``pointer`` and ``old_pointer``. All sessions and open challenges
        end, and a deactivated contact stays so. The old address stays reserved for the contact
        *until*. Only :mod:`portico.people.address_change` calls this.
        """
        pointers = Pointers(self.table, self.workspace_id)
        values = {":change": change}
        return {
            **self._with_email(
                contact,
                email,
                "SET address_change = :change,",
                values,
                is_proved=is_proved,
                event=event,
            ),
            "pointer": pointers.taking(contact.id, email, at=event.at),
            "old_pointer": pointers.reserving(contact.id, contact.email, until=until),
        }

    def restoring_address(
        self,
        contact: Contact,
        email: str,
        *,
        change: str | None,
        voids: list[list[int]] | None,
        left: Mapping[str, datetime | None],
        is_proved: bool,
        event: Event,
    ) -> Parts:
        """Return the parts of a transaction that give a contact an address back.

        Those that can refuse are ``head``, ``pointer``, and ``left <address>`` for each address
        of *left*. Only :mod:`portico.people.address_change` calls this.

        Args:
            contact: the contact as read.
            email: the address.
            change: the id of the newest change of address that still stands.
            voids: the new :attr:`Contact.voids`, with one that is new; ``None``: they stay.
            left: the addresses that the contact loses, and until when each stays reserved;
                ``None``: not at all.
            is_proved: whether a code that was mailed to the address has proved it.
            event: the trail's line.
        """
        pointers = Pointers(self.table, self.workspace_id)
        values: dict[str, Any] = {":change": change}
        text = "SET address_change = :change,"
        if voids is not None:
            values |= {":voids": voids}
            text += " voids = :voids, voids_sver = sver + :one,"
        return {
            **self._with_email(contact, email, text, values, is_proved=is_proved, event=event),
            "pointer": pointers.taking(contact.id, email, at=event.at),
            **{
                f"left {each}": pointers.reserving(contact.id, each, until=until)
                if until
                else pointers.letting_go(contact.id, each)
                for each, until in left.items()
            },
        }

    def deleting(self, contact: Contact, event: Event, *, merged_into: str | None = None) -> Parts:
        """Return the parts of a transaction that delete a contact.

        The head stays without name and address, and says only that there was a contact, or into
        whom they were merged. The parts that can refuse are ``head`` and ``pointer``.
        """
        # Loaded here: what nobody does every day, and doors of the daily path have this module.
        from portico.people.search_rows import vanishing  # noqa: PLC0415

        gone = vanishing(self.rows, contact)
        ended = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET active = :no, name = :empty, email = :empty, sver = sver + :one, "
            f"ended_at = :now, {'merged_into = :survivor, ' if merged_into else ''}event = :event "
            "REMOVE list, listed, language, time_zone, email_verified, updated_at, suppressed, "
            "strikes, held_by, address_change, voids, voids_sver, proofs, proof_wanted, asked, proof, "
            "found_by, off_by, out_from, synced_as",
            f"{IS_KEPT} AND active = :active AND sver = :sver{gone.condition} "
            # Who is held meanwhile may not go before it.
            f"AND {'out_from = :out_from' if contact.out_from else 'attribute_not_exists(out_from)'} "
            f"AND ({'' if contact.merges else 'attribute_not_exists(merges) OR '}merges = :merges)"
            # Whom a directory has taken meanwhile, it must be able to switch off.
            + (f" AND {NO_DIRECTORYS}" if merged_into else ""),
            {
                **gone.values,
                **({":survivor": merged_into} if merged_into else {}),
                ":no": False,
                ":active": contact.active,
                ":merges": contact.merges,
                **({":out_from": contact.out_from} if contact.out_from else {}),
                ":empty": "",
                ":one": 1,
                ":sver": contact.sver,
                ":now": epoch(event.at),
                ":event": event.rider(),
            },
        )
        pointers = Pointers(self.table, self.workspace_id)
        freeing = {"pointer": pointers.freeing(contact.id, contact.email)} if contact.email else {}
        return {"head": ended, **freeing, **gone.parts}

    def _with_email(
        self,
        contact: Contact,
        email: str,
        text: str,
        values: dict[str, Any],
        *,
        is_proved: bool,
        event: Event,
    ) -> Parts:
        # Loaded here: what nobody does every day, and doors of the daily path have this module.
        from portico.people.search_rows import readdressing  # noqa: PLC0415

        moved = readdressing(self.rows, contact, email)
        # A code to the new address has proved it; any other address waits for the next code anyway.
        counting = " ADD proofs :one" if is_proved else ""
        head = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            f"{text} {moved.sets}email = :email, listed = :email, email_verified = :proved, "
            f"updated_at = :now, sver = sver + :one, event = :event{counting} "
            "REMOVE suppressed, strikes, held_by, proof_wanted",
            f"email = :old AND active = :active AND sver = :sver AND {IS_KEPT}{moved.condition}",
            {
                **values,
                **moved.values,
                ":email": email,
                ":proved": is_proved,
                ":now": epoch(event.at),
                ":old": contact.email,
                ":active": contact.active,
                ":one": 1,
                ":sver": contact.sver,
                ":event": event.rider(),
            },
        )
        return {"head": head, **moved.parts}
