"""Write the trail: each event that was stored with a row, exactly once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import ConditionFailed, Rows
from portico.aws.values import row_of
from portico.clock import epoch
from portico.ids import ChallengeId, fingerprint
from portico.printable import printable
from portico.settings import RecordTrailSettings

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
        images = change["dynamodb"]
        row = row_of(images.get("NewImage", {}))
        before = row_of({k: v for k, v in images.get("OldImage", {}).items() if k == "event"})
        event = row.get("event")
        if not event or before.get("event", {}).get("id") == event["id"]:
            return "repeated"
        workspace = row["pk"].partition("#")[0]
        subject = event.get("subject") or row["subject"]
        at = datetime.fromisoformat(event["at"])
        ends = at + timedelta(days=event.get("keep_days") or row["keep_days"])
        line = {
            "pk": f"{workspace}#trail#{subject}",
            "sk": f"{event['at']}#{event['id']}",
            "workspace": workspace,
            "id": event["id"],
            "name": event["name"],
            "at": event["at"],
            "by": event["by"],
            "network": event.get("network"),
            "detail": {name: printable(each) for name, each in event.get("detail", {}).items()}
            | _sign_in(row["pk"]),
            "expires_at": epoch(ends),
            "ttl": epoch(ends),
        }
        # First the copy: if the line is there, so is its copy.
        if event["name"] == BEGUN and "link" in line["detail"]:
            self._put(workspace, _under_link(line, contact=subject))
        return "recorded" if self._put(workspace, line) else "repeated"

    def _put(self, workspace: str, line: dict[str, Any]) -> bool:
        try:
            Rows(self.table, f"{workspace}#").put(line, "attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True


def _under_link(line: dict[str, Any], *, contact: str) -> dict[str, Any]:
    """Return the line of a new session as it is filed under the link that it came by.

    So a team sees who used a link. It has nothing of the network or the device.
    """
    workspace, detail = line["workspace"], line["detail"]
    told = {"contact": contact, "method": detail.get("method", ""), "session": detail["session"]}
    pk = f"{workspace}#trail#link-{detail['link']}"
    return line | {"pk": pk, "network": None, "detail": told}


def _sign_in(pk: str) -> dict[str, str]:
    """Return the name that all lines of one sign-in share, including its session's line."""
    workspace_id, kind, *rest = pk.split("#")
    match kind:
        case "challenge":
            return {"sign_in": fingerprint(str(ChallengeId(workspace_id, rest[0])))}
        case "delivery" if not rest[0].startswith("notice-"):
            return {"sign_in": rest[0]}
        case "sso":
            # A trip's key already is the start of its state's hash.
            return {"sign_in": rest[0][:12]}
    return {}
