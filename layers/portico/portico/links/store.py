"""Links in the People table, and the row that limits send-on-open to one mail per half hour."""

import hmac
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from portico.aws.tables import (
    ALWAYS,
    IS_THERE,
    MOST_AT_ONCE,
    NOT_THERE,
    ConditionFailed,
    Rows,
    get_many,
)
from portico.clock import epoch, moment
from portico.errors import InvalidPortalLink, NotFound, ResendTooSoon, seconds_until
from portico.events import Event
from portico.ids import digest, is_workspace
from portico.links.rules import SHARED, Link, is_token, public_id
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key, workspace_of

AUTO_WAIT = timedelta(minutes=30)
"""After an automatic mail, opening, scanning or reloading the page sends none for this long."""
STANDS_ALONE = f"{IS_THERE} AND attribute_not_exists(front) AND attribute_not_exists(portal)"
"""No setting and no portal says that this link is open."""
LINK_AFTERLIFE = timedelta(days=30)
"""How long we keep an expired link, so that a team can see why it failed."""


def link_key(workspace_id: str, link: str) -> tuple[str, str]:
    """Return the key of a link's row."""
    return f"{workspace_id}#link#{link}", "link"


def open_link(
    table: str, workspace_id: str, token: str, *, at: datetime, consistent: bool
) -> tuple[Workspace, Link]:
    """Read a link and its workspace in one call.

    Args:
        table: the People table.
        workspace_id: the id in the page's path, as typed.
        token: the token in the page's fragment, as typed.
        at: the time.
        consistent: whether a link that was revoked just now must be refused.

    Raises:
        InvalidPortalLink: something is wrong with the link or the workspace. A token of the
            wrong shape is looked up like any other, so that both take the same work.
    """
    if not is_workspace(workspace_id):
        raise InvalidPortalLink
    keys = settings_row_key(workspace_id), link_key(workspace_id, public_id(token))
    settings_row, row = People(table, workspace_id).read(*keys, consistent=consistent)
    return checked_link(settings_row, row, token, at=at)


def is_of_row(token: str, row: dict[str, Any] | None) -> bool:
    """Say whether *token* is that of a link's row, alive or ended."""
    # The key holds only 64 bits of the hash, so compare all 256.
    return (
        row is not None
        and is_token(token)
        and hmac.compare_digest(row["token_hash"], digest(token))
    )


def checked_link(
    settings_row: dict[str, Any] | None, row: dict[str, Any] | None, token: str, *, at: datetime
) -> tuple[Workspace, Link]:
    """Return the workspace and the link from the two rows that *token* led to.

    Raises:
        InvalidPortalLink: something is wrong with the link or the workspace.
    """
    link = Link.from_row(row) if row and is_of_row(token, row) else None
    if settings_row is None or link is None or not link.is_alive(at=at):
        raise InvalidPortalLink
    workspace = workspace_of(settings_row)
    # Anybody can type a workspace's address. One whose portal is off looks like none at all.
    if link.front and not workspace.portal_enabled:
        raise InvalidPortalLink
    return workspace, link


def link_row(link: Link) -> dict[str, Any]:
    """Return the row of a new link."""
    pk, sk = link_key(link.workspace_id, link.id)
    row: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "id": link.id,
        "workspace": link.workspace_id,
        "token_hash": link.token_hash,
        "kind": link.kind,
        "created_at": epoch(link.created_at),
        "list": f"{link.workspace_id}#links",
        "listed": f"{link.kind}#{epoch(link.created_at)}#{link.id}",
    }
    optional = {
        "contact": link.contact,
        "email_hint": link.email_hint,
        "destination": link.destination,
        "label": link.label,
        "break_glass": link.break_glass or None,
        "portal": link.portal,
        "front": link.front or None,
    }
    row |= {name: value for name, value in optional.items() if value is not None}
    if link.expires_at is not None:
        row["expires_at"] = epoch(link.expires_at)
        row["ttl"] = epoch(link.expires_at + LINK_AFTERLIFE)
    return row


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def add(self, link: Link, event: Event) -> None:
        """Write a new link."""
        self.rows.put(link_row(link) | {"event": event.rider()}, NOT_THERE)

    def entrance(
        self,
        token: str,
        *,
        label: str,
        portal: str | None,
        is_open: bool,
        at: datetime,
        event: Event | None = None,
    ) -> dict[str, Any]:
        """Return the part of a transaction that opens or closes an entrance.

        It is a shared link whose token is no secret, so every door takes it as it takes any link.

        Without a *portal* it is the front entrance. *event* is the trail's line, if no other row
        of the transaction has it.
        """
        id_, hash_ = public_id(token), digest(token)
        link = Link(id_, self.workspace_id, hash_, SHARED, created_at=at, expires_at=None)
        row = link_row(replace(link, label=label, portal=portal, front=portal is None))
        if event is not None:
            row["event"] = event.rider()
        if not is_open:
            row["revoked_at"] = epoch(at)
        return self.rows.putting(row, ALWAYS)

    def all(self) -> list[Link]:
        """Read every link: personal ones first, then shared ones, by age. No door does this."""
        # Loaded here, because only a team lists links and no function does.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        keys = list(keys_listed(self.rows, f"{self.workspace_id}#links"))
        links = []
        for some in batched(keys, MOST_AT_ONCE, strict=False):
            found = get_many([(self.rows, *key) for key in some], consistent=False)
            links += [Link.from_row(row) for row in found if row is not None]
        return links

    def revoke(self, link: str, event: Event) -> Link:
        """Revoke a link at once. Revoking it again changes nothing.

        An entrance is only closed together with its setting or its portal. A colleague may open
        it in this moment, and then a revoked link would be left where it is said to be open.

        Raises:
            NotFound: there is no such link, or it is an entrance.
        """
        pk, sk = link_key(self.workspace_id, link)
        change = "SET revoked_at = if_not_exists(revoked_at, :now), event = :event"
        values = {":now": epoch(event.at), ":event": event.rider()}
        try:
            return Link.from_row(self.rows.update(pk, sk, change, STANDS_ALONE, values))
        except ConditionFailed:
            raise NotFound from None

    def using(self, link: str, *, session: str, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that uses up a break-glass link.

        Args:
            link: its public id.
            session: the id of the one session that it becomes. It comes from the challenge, so
                the same press finds its own use, and another challenge never does.
            event: the trail's line.
        """
        return self.rows.updating(
            *link_key(self.workspace_id, link),
            "SET revoked_at = :now, used_by = :session, event = :event",
            "attribute_not_exists(revoked_at) OR used_by = :session",
            {":now": epoch(event.at), ":session": session, ":event": event.rider()},
        )

    def count_send_on_open(self, link: str, *, request: str, at: datetime) -> None:
        """Count an automatic mail of a link's page: one per half hour.

        Args:
            link: its public id.
            request: the gateway's id of the request. The SDK repeats a write whose answer was
                lost, which must not look like a page that was opened twice.
            at: the time.

        Raises:
            ResendTooSoon: the last one was less than half an hour ago.
        """
        ends = at + AUTO_WAIT
        row = {
            "pk": f"{self.workspace_id}#auto#{link}",
            "sk": "auto",
            "sent_by": request,
            "expires_at": epoch(ends),
            "ttl": epoch(ends),
        }
        try:
            self.rows.put(
                row,
                f"{NOT_THERE} OR expires_at <= :now OR sent_by = :request",
                {":now": epoch(at), ":request": request},
            )
        except ConditionFailed as failed:
            sent = moment(failed.row["expires_at"]) if failed.row else ends
            raise ResendTooSoon(seconds_until(sent, at=at)) from None

    def forget_send_on_open(self, link: str, *, request: str) -> None:
        """Take back the count of *request*, because its mail was not stored after all."""
        with suppress(ConditionFailed):
            self.rows.update(
                f"{self.workspace_id}#auto#{link}",
                "auto",
                "SET expires_at = :zero",
                "sent_by = :request",
                {":zero": 0, ":request": request},
            )
