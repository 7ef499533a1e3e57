"""Let an address get mail again, and mail the code that its contact waits for, or else a link.

Lifts never makes a code: it asks the sender for the mail that was held back, which goes out only
within all budgets, while its page still waits. If none waits, the contact is mailed a personal link.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portico.aws import deadline
from portico.aws.queries import rows_within
from portico.aws.tables import (
    ALWAYS,
    ConditionFailed,
    Parts,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.aws.values import Row
from portico.clock import SYSTEM, Clock, epoch
from portico.deliveries.mail_tags import SUPPRESSED, marked_key, owed_key
from portico.events import Event
from portico.ids import parse_challenge
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key

ASKED_WITHIN = timedelta(minutes=5)
"""The sender mails no code that was asked for longer ago (`Challenge.is_due`)."""
CODE_LASTS = timedelta(minutes=10)
"""Since it was asked for (`CODE_LIFETIME`, in a room above)."""

MOST_LIFTED = 50
"""Contacts of a domain that are lifted at one press, each by a transaction of its own."""


class Lifted(StrEnum):
    """What lifting did."""

    NOTHING = "nothing"
    """Nothing was held against the address."""
    LIFTED = "lifted"
    """The address gets mail again."""
    AND_ASKED = "lifted-and-asked"
    """And the sender was asked for the code that its contact waits for."""
    AND_LINKED = "lifted-and-linked"
    """And the sender was asked to mail its contact a personal link: no code waits."""


@dataclass(frozen=True, slots=True)
class LiftedDomain:
    """What lifting a domain did."""

    lifted: int
    """Contacts who get mail again."""
    refused: int
    """Contacts on whom whoever pressed may not act."""
    more: bool
    """Whether there are more: press again."""


@dataclass(frozen=True, slots=True)
class Lifts:
    """Lifts what is held against addresses of a deployment."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def lift(
        self,
        workspace: Workspace,
        contact: Contact,
        *,
        by: str,
        also: Parts | None = None,
        link: Row | None = None,
    ) -> Lifted:
        """Lift all that is held against a contact's address, and ask for the mail that waits.

        A bounce of a mail from before, which SES may tell late, counts no more.

        Args:
            workspace: whose contact it is.
            contact: the contact, as read now.
            by: who does it.
            also: further parts of the same transaction, which may refuse it.
            link: the part that asks for a mail with a personal link (`mailed_link`), if no code waits;
                ``None``: it is not asked for.

        Raises:
            TransactionRefused: one of *also* refuses it.
            TryLater: a table is out of reach. What was lifted stays so.
        """
        if not contact.held_by:
            return Lifted.NOTHING
        now = self.clock.now()
        people = Rows(self.people_table, f"{workspace.id}#")
        event = Event("contact.mail-lifted", now, contact.id, workspace.trail_days, by)
        owed = self._owed(workspace, contact, at=now)
        # In the same transaction: whoever repeats this finds nothing held, and asks for no mail.
        asking = {"mail": link} if owed is None and link is not None else {}
        try:
            transact_surely(
                {
                    "address": people.updating(
                        *marked_key(workspace.id, contact.held_by),
                        "SET lifted_at = :now REMOVE strikes",
                        ALWAYS,
                        {":now": epoch(now)},
                    ),
                    "head": people.updating(
                        *head_key(workspace.id, contact.id),
                        "SET event = :event REMOVE strikes, held_by",
                        "held_by = :mark",
                        {":event": event.rider(), ":mark": contact.held_by},
                    ),
                    **asking,
                    **(also or {}),
                }
            )
        except TransactionRefused as refused:
            if refused.failed & (also or {}).keys():
                raise
            # Somebody else has lifted it, or the contact has moved: nothing is held against them.
            return Lifted.NOTHING
        if owed is not None and self._asks(workspace, contact, owed, by=by, at=now):
            return Lifted.AND_ASKED
        if link is None:
            return Lifted.LIFTED
        if not asking:
            # Their page has asked for a newer code in this moment, or gave up.
            transact_surely({"mail": link})
        return Lifted.AND_LINKED

    def held_of_domain(self, workspace: Workspace, domain: str) -> Iterator[Contact]:
        """Yield the contacts whose mails came back while a domain refused, and are held back."""
        rows = Rows(self.sign_in_table, f"{workspace.id}#")
        people = People(self.people_table, workspace.id)
        now = epoch(self.clock.now())
        for finding in rows_within(rows, f"{workspace.id}#refusing", starting=f"{domain}#"):
            if finding["expires_at"] <= now:
                continue
            subjects = [row["subject"] for row in rows_within(rows, finding["refusals"])]
            contacts = people.contacts_by_id(each for each in subjects if each.startswith("ct_"))
            yield from (each for each in contacts.values() if each.held_by)

    def lift_domain(
        self,
        workspace: Workspace,
        domain: str,
        *,
        by: str,
        guard: Callable[[Contact], Parts],
        most: int = MOST_LIFTED,
    ) -> LiftedDomain:
        """Lift all that was held back by a domain that refuses. Pressed again, it goes on.

        A contact whose rows are out of reach keeps no other from being lifted.

        Args:
            workspace: whose contacts they are.
            domain: the domain.
            by: who does it.
            guard: returns further parts of each transaction, which may refuse it.
            most: contacts who are lifted at one press.

        Raises:
            TryLater: a table is out of reach, at least for one of them. What was lifted stays so.
        """
        lifted = refused = 0
        rest = deadline.OneByOne()
        for contact in self.held_of_domain(workspace, domain):
            if lifted == most:
                rest.end()
                return LiftedDomain(lifted, refused, more=True)
            with rest.each():
                try:
                    done = self.lift(workspace, contact, by=by, also=guard(contact))
                except TransactionRefused:
                    refused += 1
                    continue
                lifted += done is not Lifted.NOTHING
        rest.end()
        return LiftedDomain(lifted, refused, more=False)

    def _owed(self, workspace: Workspace, contact: Contact, *, at: datetime) -> Row | None:
        """Return the newest code that was kept back, if a page may still wait for it."""
        owed = Rows(self.sign_in_table, f"{workspace.id}#").get(*owed_key(workspace.id, contact.id))
        # It counts for ten minutes since it was asked for, and is mailed in the first five.
        soon = epoch(at + CODE_LASTS - ASKED_WITHIN)
        return owed if owed is not None and owed["expires_at"] > soon else None

    def _asks(
        self, workspace: Workspace, contact: Contact, owed: Row, *, by: str, at: datetime
    ) -> bool:
        rows = Rows(self.sign_in_table, f"{workspace.id}#")
        id_, n = parse_challenge(owed["challenge"]), owed["generation"]
        event = Event("code.resent", at, contact.id, workspace.trail_days, by)
        with suppress(ConditionFailed):
            # One write decides: the page still waits for this very mail, and nobody asked for a
            # newer one. Its code counts from the moment that a sender takes it.
            rows.update(
                f"{workspace.id}#challenge#{id_.random}",
                "challenge",
                f"SET mail = :n, event = :event REMOVE withheld_{n}, unmailed_{n}, nobody",
                f"generation = :n AND begins_with(withheld_{n}, :held) AND asked[{n - 1}] > :due",
                {
                    ":n": n,
                    ":event": event.rider(),
                    ":held": SUPPRESSED,
                    ":due": epoch(at - ASKED_WITHIN),
                },
            )
            return True
        return False
