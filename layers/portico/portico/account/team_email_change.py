"""Change a contact's address for them, as their team. The old address is told."""

from dataclasses import dataclass

from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotFound, PorticoError, RoleTooHigh, TakenAlready
from portico.events import Event
from portico.ids import random_part
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.address_chain import target_of, told_of_change
from portico.people.address_change import AddressChanges
from portico.people.addresses import mailable
from portico.people.heads import Heads
from portico.people.memberships import ABOVE_ALL, Reach
from portico.people.rules import Contact, Workspace
from portico.people.store import People


@dataclass(frozen=True, slots=True)
class TeamEmailChanges:
    """Changes addresses for a team, which has made sure itself that they are the contacts'.

    No mail offers to undo it: an address that was mistyped may be a stranger's.
    """

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def change(
        self,
        workspace: Workspace,
        contact: Contact,
        email: str,
        *,
        host: str,
        by: str,
        reach: Reach = ABOVE_ALL,
    ) -> Contact:
        """Make *email* the contact's primary address. Their sessions and open codes end.

        A deactivated contact stays so, and cannot sign in by the new address either.

        Args:
            workspace: the contact's workspace.
            contact: the contact as read.
            email: the new address.
            host: our own host, which the mail to the old address names.
            by: who does it, for the trail.
            reach: on whom they may act.

        Raises:
            InvalidRequest: no mail can be sent to the address, or the contact was changed meanwhile.
            NotFound: the contact has deleted their account.
            TakenAlready: the address is another contact's, or reserved for one.
            TooManyRequests: as many changes can be undone as may be at once.
            RoleTooHigh: the contact has a role that is out of *reach*.
            TryLater: nothing has changed.
        """
        new = mailable(email)
        if contact.is_gone:
            raise NotFound
        if not contact.email:
            return self._give(workspace, contact, new, by=by, reach=reach)
        if new == contact.email:
            return contact
        now, change = self.clock.now(), random_part()
        changes = AddressChanges(self.people_table, workspace.id)
        chain = changes.chain(contact)
        target = target_of(new, chain, at=now)
        kind = Change.EMAIL_CHANGED if target is None else Change.EMAIL_RESTORED
        notices = Notices(self.sign_in_table, workspace.id)
        telling: Parts = {
            f"notice {address}": notices.asking(
                Happened(
                    kind,
                    contact.id,
                    host,
                    workspace.trail_days,
                    name=f"{change}|{address}",
                    at=now,
                    to=address,
                )
            )
            for address in told_of_change(target, contact, chain)
        }
        event = Event("email.changed", now, contact.id, workspace.trail_days, by)
        parts = changes.changing(
            contact, new, change=change, chain=chain, is_proved=False, event=event
        )
        people = People(self.people_table, workspace.id)
        guard = reach.checking(people.rows, workspace.id, contact.id)
        try:
            transact_surely({**parts, **telling, **guard})
        except TransactionRefused as refused:
            raise _why(refused) from None
        return people.contact(contact.id) or contact

    def _give(
        self, workspace: Workspace, contact: Contact, email: str, *, by: str, reach: Reach
    ) -> Contact:
        """Give a contact their first address. There is none before that could be told."""
        event = Event("email.changed", self.clock.now(), contact.id, workspace.trail_days, by)
        people = People(self.people_table, workspace.id)
        parts = Heads(self.people_table, workspace.id).giving_address(contact, email, event)
        guard = reach.checking(people.rows, workspace.id, contact.id)
        try:
            transact_surely({**parts, **guard})
        except TransactionRefused as refused:
            raise _why(refused) from None
        return people.contact(contact.id) or contact


def _why(refused: TransactionRefused) -> PorticoError:
    if "member" in refused.failed:
        return RoleTooHigh()
    if "head" in refused.failed:
        return InvalidRequest(
            "email", "cannot be changed: the contact was changed just now. Try again"
        )
    return TakenAlready("email")
