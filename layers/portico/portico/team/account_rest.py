"""An account that reading a member's mailbox was enough to connect rests before it leads to the team.

It does so only where the team takes single sign-on alone, to keep mailboxes out. The rest begins when
somebody first comes by the account, and all owners are told of that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows, TransactionRefused, get_many, transact_surely
from portico.clock import epoch, moment
from portico.errors import TryLater
from portico.events import Event
from portico.people.rules import Contact, Workspace
from portico.people.store import connection_key
from portico.sessions.rules import Session
from portico.team.owner_notices import OwnerNotices
from portico.team.rules import ADDRESS_REST
from portico.team.store import Membership, Memberships
from portico.team.team_settings import TeamSettings, account_name, account_stamp, address_stamp

ACCOUNT_REST = ADDRESS_REST
"""As long as owners have to notice an account that is not the member's."""
MOST_RESTING = 10
"""Accounts of one member whose rests are remembered. One that is forgotten rests anew."""
MOST_RESTS_AT_ONCE = 5
"""Accounts of one member that rest at once. Owners get so many mails of them in these hours, however many
accounts are connected; and of those whose rest is over, as many stay remembered at least."""
_PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
_OF_ANYBODY = frozenset({"common", "organizations", _PERSONAL_TENANT})
"""What stands in the place of Microsoft's tenants, where any will do."""


def takes_any_account(connection: dict[str, Any]) -> bool:
    """Say whether a connection, as its row is, may sign in somebody whom no company has let in.

    Nobody knows that of an issuer of the team's own choice.
    """
    if connection["kind"] == "microsoft":
        return bool(_OF_ANYBODY & set(connection.get("tenants", ())))
    if connection["kind"] == "google":
        return not (connection.get("hosted_domains") or connection.get("hosted_domain"))
    return True


@dataclass(frozen=True, slots=True)
class AccountRests:
    """The rests of accounts in one workspace."""

    people_table: str
    sign_in_table: str
    workspace: Workspace
    host: str
    """Our own, which the mails name."""

    def ends(
        self,
        session: Session,
        contact: Contact,
        member: Membership,
        settings: TeamSettings,
        *,
        at: datetime,
    ) -> datetime | None:
        """Return when the account that a session came by leads to the team; ``None``: it does.

        Whoever comes by it first begins its rest, and owners are told.

        Raises:
            TryLater: the rows are out of reach, or were changed in this moment.
        """
        since, name = session.account_since, account_name(session)
        if since is None or not settings.is_sso_alone:
            return None
        moved = address_stamp(contact.id, contact.address_change or "")
        if session.account_vouched and moved in settings.confirmed:
            # An owner knows that the address is theirs, and a provider vouches for it.
            return None
        if account_stamp(contact.id, name) in settings.confirmed:
            return None
        if name in member.accounts:
            # Whatever was set meanwhile: owners were told of it, and of when it ends.
            end = _end(member.accounts[name])
            return end if at < end else None
        if settings.sso_since and since < settings.sso_since:
            # Then the mailbox was a way to the team by itself.
            return None
        if member.joined_at and since < member.joined_at + ACCOUNT_REST:
            # Whoever is new has come by nothing yet, and was invited by a mail to this mailbox.
            return None
        if not self._takes_any(session):
            return None
        others = [
            _end(began)
            for each, began in member.accounts.items()
            if at < _end(began) and account_stamp(contact.id, each) not in settings.confirmed
        ]
        if len(others) >= MOST_RESTS_AT_ONCE:
            # It begins once one of those is over, and no sooner.
            return min(others) + ACCOUNT_REST
        self._begin(name, contact, member, at=at)
        return _end(epoch(at))

    def _takes_any(self, session: Session) -> bool:
        rows, id_ = Rows(self.people_table, f"{self.workspace.id}#"), self.workspace.id
        key = connection_key(id_, session.method.partition(":")[2])
        (row,) = get_many([(rows, *key)], consistent=True)
        return row is None or takes_any_account(row)

    def _begin(self, name: str, contact: Contact, member: Membership, *, at: datetime) -> None:
        accounts = member.accounts | {name: epoch(at)}
        newest = sorted(accounts, key=lambda each: accounts[each])[-MOST_RESTING:]
        connection = name.partition(":")[0]
        event = Event(
            "team.account-rests",
            at,
            self.workspace.id,
            self.workspace.trail_days,
            f"member:{contact.id}",
            detail={"contact": contact.id, "connection": connection},
        )
        team = Memberships(self.people_table, self.workspace.id)
        notices = OwnerNotices(self.people_table, self.sign_in_table, self.workspace, self.host)
        until = f"{_end(epoch(at)):%Y-%m-%d %H:%M} UTC"
        told = f"{contact.email}: + {connection} → {until}"
        parts = {
            "member": team.resting(member, {each: accounts[each] for each in newest}, event),
            **notices.telling(event, told, also=[contact.id], name=account_stamp(contact.id, name)),
        }
        try:
            transact_surely(parts)
        except TransactionRefused:
            raise TryLater(cause="the member was changed meanwhile") from None


def _end(began: int) -> datetime:
    return moment(began) + ACCOUNT_REST
