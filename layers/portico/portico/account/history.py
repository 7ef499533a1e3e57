"""The history of an account, as its contact may read it, and the export of all its data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from portico.account.erasure import former_addresses
from portico.account.owner import Owner, Owners
from portico.account.profile import Profiles
from portico.aws.queries import rows_within
from portico.aws.tables import Rows
from portico.clock import epoch
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.limits.rules import AccountUse
from portico.printable import printable

SHOWN = 50
MOST_SHOWN = 200
MOST_EXPORTED = 5000
"""Lines. A Lambda's answer may have 6 MB at most."""

TELLING = frozenset(
    "method reason connection attempts_left kind session fields by portal removed".split()
)
"""Details that the contact may read. The others name links and mails of the team."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Reads the trail of the calling contact."""

    owners: Owners
    trail_table: str

    def read(self, workspace_id: str, limit: str | None, caller: Caller) -> list[dict[str, Any]]:
        """Return what happened, newest first.

        Args:
            workspace_id: the workspace.
            limit: the largest number of lines, as sent.
            caller: the contact's browser.

        Raises:
            InvalidRequest: *limit* is not a number, or too large.
            NotSignedIn: the session has ended.
        """
        wanted = limit or str(SHOWN)
        if not wanted.isdecimal() or not 0 < int(wanted) <= MOST_SHOWN:
            raise InvalidRequest("limit", f"1 to {MOST_SHOWN}")
        owner = self.owners.of(workspace_id, caller, use=AccountUse.READ)
        return list(islice(self._lines(owner), int(wanted)))

    def export(self, workspace_id: str, caller: Caller) -> dict[str, Any]:
        """Return all data that we have of the caller, in the API's words.

        Raises:
            NotSignedIn: the session has ended.
        """
        account = Profiles(self.owners).read(workspace_id, caller, use=AccountUse.EXPORT)
        content = account.answer()
        return {
            "workspace": workspace_id,
            **{name: content[name] for name in ("contact", "password", "identities", "sessions")},
            "former_emails": former_emails(account.owner),
            "events": list(islice(self._lines(account.owner), MOST_EXPORTED)),
        }

    def _lines(self, owner: Owner) -> Iterator[dict[str, Any]]:
        rows = Rows(self.trail_table, f"{owner.people.workspace_id}#")
        pk = f"{owner.people.workspace_id}#trail#{owner.id}"
        for row in rows_within(rows, pk, newest_first=True):
            told = row.get("detail") or {}
            detail = {n: printable(str(v)) for n, v in told.items() if n in TELLING}
            by = "you" if row["by"] == "contact" else "team"
            # A portal's servers fetch its tokens, so their network is not where the contact was.
            is_here = by == "you" and "parent" not in told
            yield {
                "at": epoch(datetime.fromisoformat(row["at"])),
                "name": row["name"],
                "by": by,
                "network": row.get("network") if is_here else None,
                "detail": detail,
            }


def former_emails(owner: Owner) -> list[str]:
    """Return the addresses that the contact has left, and that nobody has taken since."""
    return former_addresses(owner.people, owner.standing.contact)
