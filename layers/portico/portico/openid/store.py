"""Registered clients in the People table, each with its entrance."""

from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from portico.aws.tables import (
    ALWAYS,
    MOST_AT_ONCE,
    Parts,
    Rows,
    TransactionRefused,
    get_many,
    transact_surely,
)
from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.links.store import Links
from portico.openid.registered_client import RegisteredClient, client_key
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key

IS_AS_READ = "attribute_not_exists(portals) OR portals = :read"
"""We write the whole list, so it must not lose a portal that a colleague just added."""


@dataclass(frozen=True, slots=True)
class RegisteredClients:
    """The portals of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, portal: str) -> RegisteredClient | None:
        """Read a portal. A removed portal is still there, switched off."""
        row = self.rows.get(*client_key(self.workspace_id, portal))
        return RegisteredClient.from_row(row) if row else None

    def all(self) -> list[RegisteredClient]:
        """Read every portal, for a team's list."""
        # Loaded here, because only a team lists portals and no function does.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        keys = list(keys_listed(self.rows, f"{self.workspace_id}#portals"))
        rows: list[dict[str, Any] | None] = []
        for some in batched(keys, MOST_AT_ONCE, strict=False):
            rows += get_many([(self.rows, *key) for key in some], consistent=False)
        return [RegisteredClient.from_row(row) for row in rows if row]

    def put(self, portal: RegisteredClient, workspace: Workspace, event: Event) -> None:
        """Write a portal, its entrance, and what the doors need of it, in one transaction.

        A team's changes are guarded by the workspace's version as well: :meth:`writing`.

        Raises:
            NotFound: there is no such workspace.
            TryLater: a colleague changed a portal since *workspace* was read.
        """
        parts = {
            "portal": self.rows.putting(self._row(portal) | {"event": event.rider()}, ALWAYS),
            "entrance": self._entrance(portal, event.at),
            "settings": self.rows.updating(
                *settings_row_key(self.workspace_id),
                "SET portals = :shown, version = if_not_exists(version, :zero) + :one REMOVE event",
                f"attribute_exists(pk) AND ({IS_AS_READ})",
                {
                    ":shown": shown_after(workspace, portal),
                    ":read": workspace.portals,
                    ":zero": 0,
                    ":one": 1,
                },
            ),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if refused.rows:
                raise TryLater(cause="somebody changed a portal at the same moment") from None
            raise NotFound from None

    def writing(self, portal: RegisteredClient, workspace: Workspace, *, at: datetime) -> Parts:
        """Return the parts that write a portal, its entrance, and what the doors need of it.

        The part ``settings`` fails if anything of the workspace was changed since it was read.
        """
        people = People(self.table, self.workspace_id)
        return {
            "portal": self.rows.putting(self._row(portal), ALWAYS),
            "entrance": self._entrance(portal, at),
            **people.changing(workspace, {"portals": shown_after(workspace, portal)}),
        }

    def _row(self, portal: RegisteredClient) -> dict[str, Any]:
        pk, sk = client_key(self.workspace_id, portal.id)
        listed = {"list": f"{self.workspace_id}#portals", "listed": portal.id}
        return {"pk": pk, "sk": sk, **portal.row(), **listed}

    def _entrance(self, portal: RegisteredClient, at: datetime) -> dict[str, Any]:
        # Its token is the client id, which is just as public. So a portal opens whatever a link
        # opens, and no door needs to know the difference.
        return Links(self.table, self.workspace_id).entrance(
            portal.client_id, label=portal.label, portal=portal.id, is_open=portal.on, at=at
        )


def shown_after(workspace: Workspace, portal: RegisteredClient) -> list[dict[str, Any]]:
    """Return what the settings row has of all portals once *portal* is written."""
    others = [each for each in workspace.portals if each["id"] != portal.id]
    shown = [*others, *filter(None, [portal.shown()])]
    return sorted(shown, key=lambda each: str(each["id"]))
