"""Delete one's own account, where the team allows it."""

from dataclasses import dataclass

from portico.account.owner import Owners
from portico.account.profile import identities_of
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import MethodOff, NotSignedIn
from portico.events import Caller
from portico.mail.letters import Change
from portico.people.identities import Identity, disowning
from portico.people.password_store import Passwords


@dataclass(frozen=True, slots=True)
class Deletions:
    """Deletes accounts at the request of their own contacts."""

    owners: Owners

    def delete(self, workspace_id: str, caller: Caller) -> None:
        """Delete the caller's account: name, address, password and connected accounts.

        A row that says there was a contact stays, and so does the trail until its end.

        Raises:
            MethodOff: the team does not allow it.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            TryLater: nothing has changed.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        workspace, contact = owner.standing.workspace, owner.standing.contact
        if not workspace.account_deletion:
            raise MethodOff
        parts = {
            **owner.heads.deleting(contact, owner.event("account.deleted")),
            "session": owner.still_here(),
        }
        passwords = Passwords(self.owners.people_table, workspace_id)
        if passwords.get(owner.id) is not None:
            parts["password"] = passwords.removing(owner.id, owner.event("password.removed"))
        for row in identities_of(owner):
            identity = Identity.from_row(row)
            part = disowning(owner.people.rows, workspace_id, identity, owner.id)
            parts[f"identity {identity.key}"] = part
        language = contact.language or workspace.locale
        parts["notice"] = owner.telling(Change.ACCOUNT_DELETED, to=contact.email, language=language)
        try:
            transact_surely(parts)
        except TransactionRefused:
            # The session has ended, or another tab connected or removed something. The contact
            # can try again, and then the current rows count.
            raise NotSignedIn from None
