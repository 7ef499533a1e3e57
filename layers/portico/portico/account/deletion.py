"""Delete one's own account, where the team allows it."""

from dataclasses import dataclass

from portico.account.owner import Owners
from portico.account.profile import identities_of
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import MethodOff, NotSignedIn
from portico.events import Caller
from portico.mail.letters import Change
from portico.people.identities import Identity, identity_key
from portico.people.password_store import Passwords


@dataclass(frozen=True, slots=True)
class Deletions:
    """The ends of accounts, by their own contacts."""

    owners: Owners

    def delete(self, workspace_id: str, caller: Caller) -> None:
        """End the caller's account: name, address, password and connected accounts are gone.

        What stays is a row that says there was one, and the trail, for as long as it is kept.

        Raises:
            MethodOff: the team does not allow it.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            TryLater: nothing has changed.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        workspace, contact = owner.standing.workspace, owner.standing.contact
        if not workspace.account_deletion:
            raise MethodOff
        parts = owner.heads.leaving(contact, owner.event("account.deleted"))
        parts.append(owner.still_here())
        passwords = Passwords(self.owners.people_table, workspace_id)
        if passwords.get(owner.id) is not None:
            parts.append(passwords.removing(owner.id, owner.event("password.removed")))
        mine = {":contact": owner.id}
        parts += [
            owner.people.rows.deleting(
                *identity_key(workspace_id, Identity.from_row(row)), "contact = :contact", mine
            )
            for row in identities_of(owner)
        ]
        language = contact.language or workspace.locale
        parts.append(owner.telling(Change.ACCOUNT_DELETED, to=contact.email, language=language))
        try:
            transact_surely(parts)
        except TransactionRefused:
            # The session has ended, or something was connected or removed in another tab:
            # whoever wants to leave still can, with what is there now.
            raise NotSignedIn from None
