"""Ask for the mail that brings a new link in the place of one that has ended.

It does the same for every link that may be renewed: whether its contact is there, and gets mail, only
the sender asks.
"""

from dataclasses import dataclass

from portico.clock import SYSTEM, Clock
from portico.errors import InvalidPortalLink
from portico.events import Caller
from portico.ids import is_workspace
from portico.limits.rules import hour_of
from portico.limits.store import Limits
from portico.links.rules import AskedRenewal, Link, public_id
from portico.links.store import is_of_row, link_key
from portico.mail.devices import device_of
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.rules import language_of
from portico.people.store import People, settings_row_key, workspace_of


@dataclass(frozen=True, slots=True)
class LinkRenewals:
    """Takes the wishes of pages whose link has ended."""

    people_table: str
    sign_in_table: str
    limits: Limits
    clock: Clock = SYSTEM

    def ask(self, asked: AskedRenewal, caller: Caller) -> None:
        """Ask for a new link, once in an hour of the clock.

        Raises:
            InvalidPortalLink: the link is no such link of this workspace, or may not be renewed.
            PortalUnavailable, CrossSite: not allowed here.
            TooManyRequests: the network's budget is spent.
            TryLater: nothing was stored, and nothing will be mailed.
        """
        if not is_workspace(asked.workspace):
            raise InvalidPortalLink
        now, id_ = self.clock.now(), asked.workspace
        keys = settings_row_key(id_), link_key(id_, public_id(asked.link))
        settings_row, row = People(self.people_table, id_).read(*keys)
        if settings_row is None or row is None or not is_of_row(asked.link, row):
            raise InvalidPortalLink
        link, workspace = Link.from_row(row), workspace_of(settings_row)
        if not link.may_renew(at=now):
            raise InvalidPortalLink
        workspace.admit(caller, at=now)
        self.limits.start(workspace, caller.network, bucket=link.kind, at=now)
        happened = Happened(
            Change.LINK_RENEWED,
            link.contact or "",
            caller.host,
            workspace.trail_days,
            name=f"{link.id} {hour_of(now)[0]}",
            at=now,
            device=device_of(caller.user_agent),
            language=language_of(asked.language),
            link=link.id,
        )
        Notices(self.sign_in_table, id_).ask(happened)
