"""What happened to an account, as its contact may read it; and all we hold, to take along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from portico.account.owner import Owner, Owners
from portico.account.profile import Profiles
from portico.aws.queries import rows_within
from portico.aws.tables import Rows
from portico.clock import epoch
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.printable import printable

SHOWN = 50
MOST_SHOWN = 200
MOST_EXPORTED = 5000
"""Lines: what a Lambda answers with has a limit of 6 MB."""

TELLING = frozenset("method reason connection attempts_left kind session fields by portal".split())
"""Details that are the contact's to know. Others name links and mails of the team's."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Reading one's own trail."""

    owners: Owners
    trail_table: str

    def read(self, workspace_id: str, limit: str | None, caller: Caller) -> list[dict[str, Any]]:
        """Return what happened, newest first.

        Args:
            workspace_id: the workspace.
            limit: how many lines at most, as it was sent.
            caller: whose they are.

        Raises:
            InvalidRequest: *limit* is no such number.
            NotSignedIn: the session has ended.
        """
        wanted = limit or str(SHOWN)
        if not wanted.isdecimal() or not 0 < int(wanted) <= MOST_SHOWN:
            raise InvalidRequest("limit", f"1 to {MOST_SHOWN}")
        owner = self.owners.of(workspace_id, caller)
        return list(islice(self._lines(owner), int(wanted)))

    def export(self, workspace_id: str, caller: Caller) -> dict[str, Any]:
        """Return all that we hold of the caller, in the words of the API.

        Raises:
            NotSignedIn: the session has ended.
        """
        account = Profiles(self.owners).read(workspace_id, caller)
        content = account.answer()
        return {
            "workspace": workspace_id,
            **{name: content[name] for name in ("contact", "password", "identities", "sessions")},
            "events": list(islice(self._lines(account.owner), MOST_EXPORTED)),
        }

    def _lines(self, owner: Owner) -> Iterator[dict[str, Any]]:
        rows = Rows(self.trail_table, f"{owner.people.workspace_id}#")
        pk = f"{owner.people.workspace_id}#trail#{owner.id}"
        for row in rows_within(rows, pk, newest_first=True):
            told = row.get("detail") or {}
            detail = {n: printable(str(v)) for n, v in told.items() if n in TELLING}
            by = "you" if row["by"] == "contact" else "team"
            # A portal's own servers fetch its tokens; that is not where its contact was.
            is_here = by == "you" and "parent" not in told
            yield {
                "at": epoch(datetime.fromisoformat(row["at"])),
                "name": row["name"],
                "by": by,
                "network": row.get("network") if is_here else None,
                "detail": detail,
            }
