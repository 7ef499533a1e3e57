"""Delete one's own account, where the team allows it."""

from dataclasses import dataclass

from portico.account.erasure import Erasure
from portico.account.owner import Owners
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import MethodOff, NotSignedIn
from portico.events import Caller
from portico.mail.letters import Change
from portico.people.address_chain import told_of_deletion


@dataclass(frozen=True, slots=True)
class Deletions:
    """Deletes accounts at the request of their own contacts."""

    owners: Owners
    trail_table: str

    def delete(self, workspace_id: str, caller: Caller) -> None:
        """Delete the caller's account: name, address, password and connected accounts.

        A row that says there was a contact stays, and so does the trail until its end.

        Raises:
            MethodOff: the team does not allow it, the contact is on the team, or their leaving is
                held: with a new account they would be in beyond its moment.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            AddressJustChanged: the last change of the address can still be undone.
            TryLater: nothing has changed.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        workspace, contact = owner.standing.workspace, owner.standing.contact
        if not workspace.account_deletion or contact.out_from is not None:
            raise MethodOff
        now, people = self.owners.clock.now(), owner.people
        erasure = Erasure(people, self.owners.sign_in_table, self.trail_table, self.owners.clock)
        chain = erasure.chain(contact)
        erasure.prepare(contact, chain)
        parts = {
            **erasure.parts(contact, owner.event("account.deleted")),
            "session": owner.still_here(),
        }
        language = contact.language or workspace.locale
        for email in told_of_deletion(contact, chain, at=now):
            parts[f"notice {email}"] = owner.telling(
                Change.ACCOUNT_DELETED,
                name=f"{caller.request_id}|{email}",
                to=email,
                language=language,
            )
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "member" in refused.failed:
                raise MethodOff from None
            # The session has ended, or another tab connected or removed something. The contact
            # can try again, and then the current rows count.
            raise NotSignedIn from None
        erasure.finish(contact)
