"""Erase a contact for them, as their team."""

from dataclasses import dataclass

from portico.account.erasure import Erasure
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import OnTheTeam, TryLater
from portico.events import Event
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.address_chain import told_of_deletion
from portico.people.merges import demand_own
from portico.people.rules import Contact, Workspace
from portico.people.store import People

ERASURE_TRIES = 3
"""Tries, because the contact may sign in or change something at the same moment."""


@dataclass(frozen=True, slots=True)
class TeamErasures:
    """Erases contacts. What is left says that there was one, and of what happened to them."""

    people_table: str
    sign_in_table: str
    trail_table: str
    clock: Clock = SYSTEM

    def erase(self, workspace: Workspace, contact: Contact, *, host: str, by: str) -> None:
        """Erase a contact: name, addresses, refs, ways in, devices. The address is told.

        Erasing somebody who is gone takes away what a call that was cut off has left.

        Args:
            workspace: the contact's workspace.
            contact: the contact as read.
            host: our own host, which the mail names.
            by: who does it, for the trail.

        Raises:
            OnTheTeam: they have a role.
            ContactMerged: they were merged into another contact, who is the one to erase.
            AddressJustChanged: the last change of their address can still be undone.
            TryLater: nothing that a sign-in reads has changed. It can be repeated.
        """
        people = People(self.people_table, workspace.id)
        erasure = Erasure(people, self.sign_in_table, self.trail_table, self.clock)
        for _ in range(ERASURE_TRIES):
            if contact.merged_into is not None:
                # Whoever has them now has all that was theirs.
                demand_own(people, contact)
            if contact.is_gone:
                break
            chain = erasure.chain(contact)
            erasure.prepare(contact, chain)
            now = self.clock.now()
            event = Event("contact.erased", now, contact.id, workspace.trail_days, by)
            notices = Notices(self.sign_in_table, workspace.id)
            telling: Parts = {
                f"notice {email}": notices.asking(
                    Happened(
                        Change.ACCOUNT_DELETED,
                        contact.id,
                        host,
                        workspace.trail_days,
                        name=f"{event.id}|{email}",
                        at=now,
                        to=email,
                        language=contact.language or workspace.locale,
                    )
                )
                for email in filter(None, told_of_deletion(contact, chain, at=now))
            }
            try:
                transact_surely({**erasure.parts(contact, event), **telling})
                break
            except TransactionRefused as refused:
                if "member" in refused.failed:
                    raise OnTheTeam from None
                contact = people.contact(contact.id) or contact
        else:
            raise TryLater(cause="the contact was changed meanwhile")
        erasure.finish(contact)
