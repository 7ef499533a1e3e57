"""Delete one's own account, where the team allows it."""

from contextlib import suppress
from dataclasses import dataclass

from portico.account.history import former_emails
from portico.account.owner import Owner, Owners
from portico.account.profile import identities_of
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import AddressJustChanged, MethodOff, NotSignedIn, seconds_until
from portico.events import Caller
from portico.mail.letters import Change
from portico.people.address_chain import told_of_deletion
from portico.people.address_change import AddressChanges
from portico.people.identities import Identity, disowning
from portico.people.memberships import is_no_member
from portico.people.password_store import Passwords
from portico.people.pointers import Pointers


@dataclass(frozen=True, slots=True)
class Deletions:
    """Deletes accounts at the request of their own contacts."""

    owners: Owners

    def delete(self, workspace_id: str, caller: Caller) -> None:
        """Delete the caller's account: name, address, password and connected accounts.

        A row that says there was a contact stays, and so does the trail until its end.

        Raises:
            MethodOff: the team does not allow it, or the contact is on the team.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            AddressJustChanged: the last change of the address can still be undone.
            TryLater: nothing has changed.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        workspace, contact = owner.standing.workspace, owner.standing.contact
        if not workspace.account_deletion:
            raise MethodOff
        now = self.owners.clock.now()
        changes = AddressChanges(self.owners.people_table, workspace_id)
        chain = changes.chain(contact)
        if chain and now < chain[-1].undo_ends_at:
            raise AddressJustChanged(seconds_until(chain[-1].undo_ends_at, at=now))
        self._forget_former(owner)
        parts = {
            **{f"change {each.change}": changes.forgetting(each) for each in chain},
            **owner.heads.deleting(contact, owner.event("account.deleted")),
            "session": owner.still_here(),
            "member": is_no_member(owner.people.rows, workspace_id, owner.id),
        }
        passwords = Passwords(self.owners.people_table, workspace_id)
        if passwords.get(owner.id) is not None:
            parts["password"] = passwords.removing(owner.id, owner.event("password.removed"))
        for row in identities_of(owner.people, contact, also_void=True):
            identity = Identity.from_row(row)
            part = disowning(owner.people.rows, workspace_id, identity, owner.id)
            parts[f"identity {identity.key}"] = part
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

    def _forget_former(self, owner: Owner) -> None:
        """Delete the pointers of the contact's former addresses.

        This comes before the transaction, which has no room for all of them. A press that fails
        after it can be repeated, and nobody gets in by a pointer of a former address.
        """
        pointers = Pointers(self.owners.people_table, owner.people.workspace_id)
        for email in former_emails(owner):
            # Somebody may have taken it in this moment, perhaps the contact in another browser.
            with suppress(TransactionRefused):
                transact_surely({"pointer": pointers.forgetting(owner.id, email)})
