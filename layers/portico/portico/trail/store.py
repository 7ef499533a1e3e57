"""Write the trail: each event that was stored with a row, exactly once, and the workspace's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import ConditionFailed, Rows
from portico.aws.values import row_of
from portico.clock import epoch
from portico.errors import TryLater
from portico.printable import printable_detail
from portico.settings import RecordTrailSettings
from portico.trail.list_rows import Listed, listed, place_of, sign_in_of
from portico.trail.list_store import ListWriter, by_row
from portico.trail.subjects import filed_under

BEGUN = "session.started"


@dataclass(frozen=True, slots=True)
class Recorder:
    """The trail of a deployment."""

    table: str

    @classmethod
    def from_settings(cls, settings: RecordTrailSettings) -> "Recorder":
        """Make a recorder from a door's settings."""
        return cls(settings.trail_table)

    def record(self, change: dict[str, Any]) -> str:
        """Store the event of one stream record, unless the row already had it before.

        Returns:
            ``recorded``, or ``repeated`` where there was nothing new.

        Raises:
            TryLater: the Trail is out of reach; the same record may be passed again.
        """
        happened = _happened(change)
        if happened is None:
            return "repeated"
        row, event = happened
        line = self._line(row, event)
        # First the copy: if the line is there, so is its copy.
        if event["name"] == BEGUN and "link" in line["detail"]:
            self._put(line["workspace"], _under_link(line, contact=_subject(row, event)))
        return "recorded" if self._put(line["workspace"], line) else "repeated"

    def list(self, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Add the events of a batch to the lists of their workspaces: one write for each row.

        Their lines are written before. A batch that was cut off in between comes again as a whole,
        and adding an event once more changes nothing.

        Returns:
            The records whose events could not be added; they may be passed again.
        """
        of: dict[int, dict[str, Any]] = {}
        added: list[tuple[str, Listed]] = []
        for change in changes:
            happened = _happened(change)
            place = place_of(*happened) if happened else None
            if happened is None or place is None:
                continue
            row, event = happened
            line = self._line(row, event)
            ends = place.began + timedelta(days=event.get("keep_days") or row["keep_days"])
            each = listed(place, row, line, ends)
            of[id(each)] = change
            added.append((line["workspace"], each))
        failed = []
        for (workspace, place), events in by_row(added).items():
            try:
                ListWriter(self.table).write(workspace, place, events)
            except TryLater:
                failed += [of[id(each)] for each in events]
        return failed

    def _line(self, row: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        workspace = row["pk"].partition("#")[0]
        subject = filed_under(self.table, workspace, _subject(row, event))
        ends = datetime.fromisoformat(event["at"]) + timedelta(
            days=event.get("keep_days") or row["keep_days"]
        )
        sign_in, place = sign_in_of(row, event), place_of(row, event)
        return {
            "pk": f"{workspace}#trail#{subject}",
            "sk": f"{event['at']}#{event['id']}",
            "workspace": workspace,
            "id": event["id"],
            "name": event["name"],
            "at": event["at"],
            "by": event["by"],
            "network": event.get("network"),
            "detail": {
                name: printable_detail(name, each) for name, each in event.get("detail", {}).items()
            }
            | ({"sign_in": sign_in[0]} if sign_in else {}),
            **({"listed": place.sk} if place else {}),
            "expires_at": epoch(ends),
            "ttl": epoch(ends),
        }

    def _put(self, workspace: str, line: dict[str, Any]) -> bool:
        try:
            Rows(self.table, f"{workspace}#").put(line, "attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True


def _happened(change: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the row and the event of a stream record; ``None``: the row had the event before."""
    images = change["dynamodb"]
    row = row_of(images.get("NewImage", {}))
    before = row_of({k: v for k, v in images.get("OldImage", {}).items() if k == "event"})
    event = row.get("event")
    if not event or before.get("event", {}).get("id") == event["id"]:
        return None
    return row, event


def _subject(row: dict[str, Any], event: dict[str, Any]) -> str:
    return str(event.get("subject") or row["subject"])


def _under_link(line: dict[str, Any], *, contact: str) -> dict[str, Any]:
    """Return the line of a new session as it is filed under the link that it came by.

    So a team sees who used a link. It has nothing of the network or the device.
    """
    workspace, detail = line["workspace"], line["detail"]
    told = {"contact": contact, "method": detail.get("method", ""), "session": detail["session"]}
    pk = f"{workspace}#trail#link-{detail['link']}"
    return line | {"pk": pk, "network": None, "detail": told}
