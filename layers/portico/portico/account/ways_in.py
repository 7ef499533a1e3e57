"""Remove a way to sign in, but never the last one."""

from dataclasses import dataclass
from typing import Any

from portico.account.owner import Owner, Owners
from portico.account.profile import identities_of, identity_id
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import LastWayIn, NotFound, NotSignedIn
from portico.events import Caller, Event
from portico.mail.letters import Change
from portico.notices.store import too_many_changes
from portico.people.identities import Identity, disowning, still_owning
from portico.people.password_store import Passwords


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Removes ways to sign in, at the request of their own contacts."""

    owners: Owners

    def remove_password(self, workspace_id: str, caller: Caller) -> None:
        """Remove the password. Other sessions end.

        Raises:
            NotFound: there is no password.
            LastWayIn: the contact would have no other way to sign in.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            TooManyRequests: ways in were changed too often within the hour.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        passwords = Passwords(self.owners.people_table, workspace_id)
        if passwords.get(owner.id) is None:
            raise NotFound
        removing = passwords.removing(owner.id, owner.event("password.removed"))
        telling = owner.telling(Change.PASSWORD_REMOVED)
        rows = identities_of(owner.people, owner.standing.contact)
        self._take(owner, removing, telling, _others(owner, rows))

    def unlink(self, workspace_id: str, identity: str, caller: Caller) -> None:
        """Disconnect an account at a provider. Other sessions end.

        Args:
            workspace_id: the workspace.
            identity: its id, as the account lists it.
            caller: the contact's browser.

        Raises:
            NotFound: the identity is not the contact's.
            LastWayIn: the contact would have no other way to sign in.
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            TooManyRequests: ways in were changed too often within the hour.
        """
        owner = self.owners.of(workspace_id, caller, fresh=True)
        rows = identities_of(owner.people, owner.standing.contact)
        row = next((each for each in rows if identity_id(each) == identity), None)
        if row is None:
            raise NotFound
        workspace = owner.standing.workspace
        removing = disowning(owner.people.rows, workspace_id, Identity.from_row(row), owner.id)
        others = _others(owner, [each for each in rows if each is not row])
        if workspace.takes_passwords():
            others.append(Passwords(self.owners.people_table, workspace_id).having(owner.id))
        telling = owner.telling(
            Change.IDENTITY_UNLINKED, label=workspace.label_of(row["connection"])
        )
        event = owner.event("identity.unlinked", connection=row["connection"])
        self._take(owner, removing, telling, others, event=event)

    def _take(
        self,
        owner: Owner,
        removing: dict[str, Any],
        telling: dict[str, Any],
        others: list[dict[str, Any]],
        *,
        event: Event | None = None,
    ) -> None:
        parts = {
            "removed": removing,
            **owner.alone(event),
            "notice": telling,
            "count": owner.counting(),
        }
        # The same transaction checks that another way remains, so that two tabs that each remove
        # one cannot both succeed. Where codes are taken, the contact's address is one.
        takes_codes = owner.standing.workspace.takes_codes()
        for other in [{}] if takes_codes else [{"other": each} for each in others]:
            try:
                transact_surely({**parts, **other})
            except TransactionRefused as refused:
                if "removed" in refused.failed:
                    raise NotFound from None
                if refused.failed & {"head", "session"}:
                    raise NotSignedIn from None
                if "count" in refused.failed:
                    raise too_many_changes(at=owner.clock.now()) from None
            else:
                return
        raise LastWayIn


def _others(owner: Owner, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return parts that each check that one other account still signs the contact in."""
    workspace = owner.standing.workspace
    return [
        still_owning(owner.people.rows, workspace.id, Identity.from_row(row), owner.id)
        for row in rows
        if workspace.offers(row["connection"])
    ]
