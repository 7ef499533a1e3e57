"""Connections in the People table, and their client secrets in Secrets Manager."""

from dataclasses import dataclass
from typing import Any

from portico.aws.secrets import text_of
from portico.aws.tables import ALWAYS, Parts, Rows, TransactionRefused, get_many, transact
from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.people.rules import Workspace
from portico.people.store import People, connection_key, settings_row_key
from portico.sso.rules import Connection

_IS_AS_READ = "attribute_not_exists(connections) OR connections = :read"
"""We write the whole list, so it must not lose a connection that a colleague just added."""


def secret_name(prefix: str, connection: Connection) -> str:
    """Return the name of a connection's client secret.

    The name is derived and never set: otherwise it could name any secret of the AWS account.
    """
    return f"{prefix}/{connection.workspace_id}/{connection.id}"


def client_secret(prefix: str, connection: Connection) -> str:
    """Read a connection's client secret, once an hour per environment.

    Raises:
        TryLater: the secret is out of reach, or empty.
    """
    return text_of(secret_name(prefix, connection))


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, connection: str) -> Connection | None:
        """Read a connection."""
        row = self.rows.get(*connection_key(self.workspace_id, connection))
        return Connection.from_row(row) if row else None

    def all(self) -> list[Connection]:
        """Read every connection, for a team's list."""
        # Loaded here, because only a team lists connections and no function does.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        keys = list(keys_listed(self.rows, f"{self.workspace_id}#connections"))
        rows = get_many([(self.rows, *key) for key in keys], consistent=False) if keys else []
        return [Connection.from_row(row) for row in rows if row]

    def put(self, connection: Connection, workspace: Workspace, event: Event) -> None:
        """Write a connection, and what the sign-in page needs of it, in one transaction.

        A team's changes are guarded by the workspace's version as well: :meth:`writing`.

        Raises:
            NotFound: there is no such workspace.
            TryLater: somebody has changed a connection since *workspace* was read.
        """
        parts = {
            "connection": self.rows.putting(
                self._row(connection) | {"event": event.rider()}, ALWAYS
            ),
            "settings": self.rows.updating(
                *settings_row_key(self.workspace_id),
                "SET connections = :shown, version = if_not_exists(version, :zero) + :one "
                "REMOVE event",
                f"attribute_exists(pk) AND ({_IS_AS_READ})",
                {
                    ":shown": shown_after(workspace, connection),
                    ":read": workspace.connections,
                    ":zero": 0,
                    ":one": 1,
                },
            ),
        }
        try:
            transact(parts)
        except TransactionRefused as refused:
            if refused.rows:
                raise TryLater(cause="somebody changed a connection at the same moment") from None
            raise NotFound from None

    def writing(
        self, connection: Connection, workspace: Workspace, *, removed: bool = False
    ) -> Parts:
        """Return the parts that write a connection, and what the sign-in page needs of it.

        The part ``settings`` fails if anything of the workspace was changed since it was read.

        Args:
            connection: the connection.
            workspace: the workspace, as it was read.
            removed: whether nothing shows it any more. Its row stays, since accounts are linked to
                its id.
        """
        row = self._row(connection)
        if removed:
            row = {name: value for name, value in row.items() if name not in ("list", "listed")}
        shown = shown_after(workspace, connection, removed=removed)
        people = People(self.table, self.workspace_id)
        return {
            "connection": self.rows.putting(row, ALWAYS),
            **people.changing(workspace, {"connections": shown}),
        }

    def _row(self, connection: Connection) -> dict[str, Any]:
        pk, sk = connection_key(self.workspace_id, connection.id)
        listed = {"list": f"{self.workspace_id}#connections", "listed": connection.id}
        return {"pk": pk, "sk": sk, **connection.row(), **listed}


def is_listed(workspace: Workspace, connection: str) -> bool:
    """Say whether a workspace has a connection that was not removed."""
    return any(each["id"] == connection for each in workspace.connections)


def shown_after(
    workspace: Workspace, connection: Connection, *, removed: bool = False
) -> list[dict[str, Any]]:
    """Return what the settings row has of all connections once *connection* is written."""
    shown = {name: getattr(connection, name) for name in ("id", "kind", "label", "on")}
    shown |= {name: True for name in ("draft", "waits") if getattr(connection, name)}
    others = [each for each in workspace.connections if each["id"] != connection.id]
    return sorted([*others, *([] if removed else [shown])], key=lambda each: str(each["id"]))
