"""Remove a contact's password and connected accounts for them, as their team."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.account.profile import identities_of
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.ids import random_part
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.heads import Heads
from portico.people.identities import Identity, letting_go
from portico.people.password_store import Passwords
from portico.people.rules import Contact, Workspace
from portico.people.store import People

REMOVAL_TRIES = 3
"""Tries, so that a thief does not win by changing something at the same moment."""
MOST_REMOVED = 50
"""Rows of accounts that one removal deletes. The head's ``voids`` close the rest."""


@dataclass(frozen=True, slots=True)
class RemovedWays:
    """The ways in that a contact no longer has."""

    password: bool
    accounts: list[str]
    """The team's names for the accounts, e.g. ``Facebook``, each once."""


@dataclass(frozen=True, slots=True)
class TeamWaysIn:
    """Removes ways in after somebody else had taken an account over."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def remove(self, workspace: Workspace, contact: str, *, host: str, by: str) -> RemovedWays:
        """Remove the password and all accounts that were connected until now.

        The contact's sessions and open codes end, even if there was nothing to remove. A code
        mailed to the primary email signs them in, where the workspace takes codes.

        Args:
            workspace: the contact's workspace.
            contact: the contact's id.
            host: our own host, which the mails name.
            by: who does it, for the trail.

        Raises:
            NotFound: there is no such contact, or they have deleted their account.
            TryLater: nothing has changed.
        """
        for _ in range(REMOVAL_TRIES):
            found = People(self.people_table, workspace.id).contact(contact)
            # What is left of a deleted account has no address.
            if found is None or not found.email:
                raise NotFound
            try:
                return self._remove(workspace, found, host=host, by=by)
            except TransactionRefused:
                continue
        raise TryLater(cause="the contact was changed meanwhile")

    def _remove(self, workspace: Workspace, contact: Contact, *, host: str, by: str) -> RemovedWays:
        people, now = People(self.people_table, workspace.id), self.clock.now()
        passwords = Passwords(self.people_table, workspace.id)
        has_password = passwords.get(contact.id) is not None
        rows = identities_of(people, contact, also_void=True)
        connections = dict.fromkeys(row["connection"] for row in rows)
        labels = {each["id"]: each["label"] for each in workspace.connections}
        removed = RemovedWays(
            has_password, list(dict.fromkeys(labels.get(each, each) for each in connections))
        )
        ways = ",".join([*(["password"] if has_password else []), *connections])
        days, detail = workspace.trail_days, {"removed": ways} if ways else {}
        event = Event("contact.ways-in-removed", now, contact.id, days, by, detail=detail)
        heads = Heads(self.people_table, workspace.id)
        parts: dict[str, Any] = {"head": heads.voiding_accounts(contact, event)}
        if has_password:
            gone = Event("password.removed", now, contact.id, days, by)
            parts["password"] = passwords.removing(contact.id, gone)
        for row in rows[:MOST_REMOVED]:
            identity = Identity.from_row(row)
            part = letting_go(people.rows, workspace.id, identity, contact.id)
            parts[f"identity {identity.key}"] = part
        transact_surely({**parts, **self._telling(workspace, contact, removed, host=host, at=now)})
        return removed

    def _telling(
        self,
        workspace: Workspace,
        contact: Contact,
        removed: RemovedWays,
        *,
        host: str,
        at: datetime,
    ) -> Parts:
        """Return the parts that tell the contact, by a mail for each way in."""
        told = [(Change.IDENTITY_UNLINKED, label) for label in removed.accounts]
        told += [(Change.PASSWORD_REMOVED, "")] if removed.password else []
        notices, press = Notices(self.sign_in_table, workspace.id), random_part()
        return {
            f"notice {kind} {label}": notices.asking(
                Happened(
                    kind,
                    contact.id,
                    host,
                    workspace.trail_days,
                    name=f"{press}|{label}",
                    at=at,
                    label=label,
                )
            )
            for kind, label in told
        }
