"""Connections in the People table, and their client secrets in Secrets Manager."""

from dataclasses import dataclass

from portico.aws.secrets import text_of
from portico.aws.tables import ALWAYS, Rows, TransactionRefused, get_many, transact
from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.people.rules import Workspace
from portico.people.store import connection_key, settings_row_key
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

        Raises:
            NotFound: there is no such workspace.
            TryLater: somebody has changed a connection since *workspace* was read.
        """
        pk, sk = connection_key(self.workspace_id, connection.id)
        row = {
            "pk": pk,
            "sk": sk,
            **connection.row(),
            "list": f"{self.workspace_id}#connections",
            "listed": connection.id,
            "event": event.rider(),
        }
        shown = {
            "id": connection.id,
            "kind": connection.kind,
            "label": connection.label,
            "on": connection.on,
        }
        others = [each for each in workspace.connections if each["id"] != connection.id]
        parts = {
            "connection": self.rows.putting(row, ALWAYS),
            "settings": self.rows.updating(
                *settings_row_key(self.workspace_id),
                "SET connections = :shown REMOVE event",
                f"attribute_exists(pk) AND ({_IS_AS_READ})",
                {
                    ":shown": sorted([*others, shown], key=lambda each: str(each["id"])),
                    ":read": workspace.connections,
                },
            ),
        }
        try:
            transact(parts)
        except TransactionRefused as refused:
            if refused.rows:
                raise TryLater(cause="somebody changed a connection at the same moment") from None
            raise NotFound from None
