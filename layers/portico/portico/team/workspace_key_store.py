"""The rows of keys. Each write decides by its own condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.queries import rows_within
from portico.aws.tables import NOT_THERE, Rows
from portico.clock import epoch
from portico.events import Event
from portico.team.workspace_key import WorkspaceKey

KEY_ROW_AFTERLIFE = timedelta(days=30)
"""How long the row of a key stays after its end, so that a team sees what there was."""


def workspace_key_key(workspace_id: str, id_: str) -> tuple[str, str]:
    """Return the key of the row of a workspace's key."""
    return f"{workspace_id}#keys", f"key#{id_}"


@dataclass(frozen=True, slots=True)
class WorkspaceKeyStore:
    """The keys of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, id_: str) -> WorkspaceKey | None:
        """Read a key, consistently."""
        row = self.rows.get(*workspace_key_key(self.workspace_id, id_))
        return WorkspaceKey.from_row(row) if row else None

    def all(self) -> Iterator[WorkspaceKey]:
        """Read every key, consistently, with those that have ended until they are deleted."""
        pk, sk = workspace_key_key(self.workspace_id, "")
        yield from map(WorkspaceKey.from_row, rows_within(self.rows, pk, starting=sk))

    def adding(self, key: WorkspaceKey, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that writes a new key."""
        pk, sk = workspace_key_key(self.workspace_id, key.id)
        ttl = epoch(key.expires_at + KEY_ROW_AFTERLIFE)
        row = {"pk": pk, "sk": sk, **key.row(), "ttl": ttl, "event": event.rider()}
        return self.rows.putting(row, NOT_THERE)

    def rotating(
        self,
        before: WorkspaceKey,
        *,
        owner: str,
        hash_: str,
        old: tuple[str, datetime],
        expires_at: datetime,
        rotated_by: str,
        event: Event,
    ) -> dict[str, Any]:
        """Return the part that gives a key another secret, and an owner who answers for it.

        *old* is the secret that stays good, and until when. It fails if the key was rotated, held or
        revoked since *before* was read.
        """
        # Held in this moment, the secret that was to stay good may not.
        is_as_read = "" if before.held_at else " AND attribute_not_exists(held_at)"
        return self.rows.updating(
            *workspace_key_key(self.workspace_id, before.id),
            "SET hash = :new, old_hash = :old, old_ends_at = :old_ends, owner = :owner, "
            "expires_at = :ends, ttl = :ttl, rotated_by = :by, event = :event REMOVE held_at",
            f"hash = :before AND attribute_not_exists(revoked_at){is_as_read}",
            {
                ":new": hash_,
                ":before": before.hash,
                ":old": old[0],
                ":old_ends": epoch(old[1]),
                ":by": rotated_by,
                ":owner": owner,
                ":ends": epoch(expires_at),
                ":ttl": epoch(expires_at + KEY_ROW_AFTERLIFE),
                ":event": event.rider(),
            },
        )

    def revoking(self, id_: str, event: Event) -> dict[str, Any]:
        """Return the part that revokes a key, once."""
        return self.rows.updating(
            *workspace_key_key(self.workspace_id, id_),
            "SET revoked_at = :now, event = :event",
            "attribute_exists(pk) AND attribute_not_exists(revoked_at)",
            {":now": epoch(event.at), ":event": event.rider()},
        )

    def holding(self, key: WorkspaceKey, event: Event) -> dict[str, Any]:
        """Return the part that holds a key whose owner loses the role, if it is still theirs."""
        return self.rows.updating(
            *workspace_key_key(self.workspace_id, key.id),
            "SET held_at = :now, event = :event",
            "owner = :owner",
            {":now": epoch(event.at), ":owner": key.owner, ":event": event.rider()},
        )
