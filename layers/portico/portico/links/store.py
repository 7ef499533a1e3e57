"""Links in the People table, and the row that limits send-on-open to one mail per half hour."""

import hmac
from collections.abc import Iterator, Sequence
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
from portico.errors import InvalidPortalLink, ResendTooSoon, seconds_until
from portico.events import Event
from portico.ids import digest, is_workspace
from portico.links.rules import PERSONAL, RENEWABLE_FOR, SHARED, Link, is_token, public_id
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key, workspace_of

AUTO_WAIT = timedelta(minutes=30)
"""After an automatic mail, opening, scanning or reloading the page sends none for this long."""
STANDS_ALONE = f"{IS_THERE} AND attribute_not_exists(front) AND attribute_not_exists(portal)"
"""No setting and no portal says that this link is open."""
CAN_BE_REPLACED = (
    f"{STANDS_ALONE} AND attribute_not_exists(break_glass) AND attribute_not_exists(revoked_at) "
    "AND attribute_not_exists(replaced_by) "
    "AND (attribute_not_exists(expires_at) OR expires_at > :now)"
)
"""It is alive, and was not rotated before."""
REVOKE = "SET revoked_at = if_not_exists(revoked_at, :now), event = :event"
LINK_AFTERLIFE = timedelta(days=30)
"""How long we keep an expired link, so that a team can see why it failed."""


def link_key(workspace_id: str, link: str) -> tuple[str, str]:
    """Return the key of a link's row."""
    return f"{workspace_id}#link#{link}", "link"


def shelf_of_links(workspace_id: str) -> str:
    """Return where the index lists all links of a workspace."""
    return f"{workspace_id}#links"


def place_of_personal_links(contact: str) -> str:
    """Return what the places of a contact's links on the shelf start with."""
    return f"{PERSONAL}#{contact}#"


def place_of_link(link: Link) -> str:
    """Return where the shelf has a link: what its place starts with says whose it is."""
    whose = place_of_personal_links(link.contact) if link.contact else f"{link.kind}#"
    return f"{whose}{epoch(link.created_at)}#{link.id}"


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
        "list": shelf_of_links(link.workspace_id),
        "listed": place_of_link(link),
    }
    optional = {
        "contact": link.contact,
        "email_hint": link.email_hint,
        "destination": link.destination,
        "label": link.label,
        "break_glass": link.break_glass or None,
        "portal": link.portal,
        "front": link.front or None,
        "renewal": link.renewal,
        "asks_email": link.asks_email or None,
    }
    row |= {name: value for name, value in optional.items() if value is not None}
    if link.expires_at is not None:
        row["expires_at"] = epoch(link.expires_at)
        kept = LINK_AFTERLIFE if link.renewal is None else RENEWABLE_FOR
        row["ttl"] = epoch(link.expires_at + kept)
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

    def adding(self, link: Link, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that writes a new link."""
        return self.rows.putting(link_row(link) | {"event": event.rider()}, NOT_THERE)

    def get(self, link: str) -> Link | None:
        """Read a link by its public id, consistently."""
        row = self.rows.get(*link_key(self.workspace_id, link))
        return Link.from_row(row) if row else None

    def key(self, link: str) -> tuple[str, str]:
        """Return the key of a link's row."""
        return link_key(self.workspace_id, link)

    def at(self, keys: Sequence[tuple[str, str]]) -> list[Link]:
        """Read the links at *keys*, a hundred at most. Those that are gone are left out."""
        rows = get_many([(self.rows, *key) for key in keys], consistent=False) if keys else []
        return [Link.from_row(row) for row in rows if row is not None]

    def replacing(self, link: Link, *, ends: datetime, event: Event) -> dict[str, Any]:
        """Return the part that lets a living link end, because another one takes its place.

        It fails if the link has ended or was replaced since it was read.

        Args:
            link: the link, as it is to be.
            ends: until when it works.
            event: the trail's line; its time is now.
        """
        return self.rows.updating(
            *link_key(self.workspace_id, link.id),
            # A hand has chosen its end, so it is never renewed.
            "SET replaced_by = :by, expires_at = :ends, ttl = :ttl, event = :event REMOVE renewal",
            CAN_BE_REPLACED,
            {
                ":by": link.replaced_by,
                ":now": epoch(event.at),
                ":ends": epoch(ends),
                ":ttl": epoch(ends + LINK_AFTERLIFE),
                ":event": event.rider(),
            },
        )

    def renewing(self, link: Link, *, into: str, event: Event) -> dict[str, Any]:
        """Return the part that says which link takes the place of one that has ended.

        It fails if another one does, or if the link was revoked.
        """
        return self.rows.updating(
            *link_key(self.workspace_id, link.id),
            "SET replaced_by = :into, event = :event",
            "attribute_not_exists(revoked_at) AND attribute_not_exists(replaced_by) "
            "AND renewal = :renewal AND expires_at <= :now",
            {
                ":into": into,
                ":event": event.rider(),
                ":renewal": link.renewal,
                ":now": epoch(event.at),
            },
        )

    def revoking(self, link: str, event: Event) -> dict[str, Any]:
        """Return the part that revokes a link. Revoking it again changes nothing.

        An entrance is only closed together with its setting or its portal. A colleague may open
        it in this moment, and then a revoked link would be left where it is said to be open. So
        the part fails for one, as for a link that is not there.
        """
        values = {":now": epoch(event.at), ":event": event.rider()}
        return self.rows.updating(*link_key(self.workspace_id, link), REVOKE, STANDS_ALONE, values)

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

    def all(self, contact: str | None = None) -> list[Link]:
        """Read every link: personal ones by contact, then shared ones, each by age; or those of one
        contact. No door does this.
        """
        # Loaded here, because only a team lists links and no function does.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        starting = place_of_personal_links(contact) if contact else ""
        keys = keys_listed(self.rows, shelf_of_links(self.workspace_id), starting=starting)
        some = batched(keys, MOST_AT_ONCE, strict=False)
        return [link for each in some for link in self.at(each)]

    def misplaced(self) -> Iterator[str]:
        """Yield the ids of personal links that are listed by age alone, as they once were."""
        # Loaded here, because only an upgrade looks for them.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        # Seconds since 1970 begin with 1 until 2033; a contact's id begins with ct_.
        shelf = shelf_of_links(self.workspace_id)
        for pk, _ in keys_listed(self.rows, shelf, starting=f"{PERSONAL}#1"):
            yield pk.rpartition("#")[2]

    def put_in_place(self, link: str) -> None:
        """List a personal link by its contact. What has been done, or is gone, stays as it is."""
        found = self.get(link)
        if found is None or not found.is_personal:
            return
        before = f"{PERSONAL}#{epoch(found.created_at)}#{found.id}"
        with suppress(ConditionFailed):
            self.rows.update(
                *self.key(link),
                "SET listed = :place REMOVE event",
                "listed = :before",
                {":place": place_of_link(found), ":before": before},
            )

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
