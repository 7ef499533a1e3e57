"""Which row of a workspace's list an event belongs to, and what it adds to that row.

A sign-in has one row, however many events it has. Whatever else is listed has a row of its own.
Each event adds attributes of its own to its row and changes no other's, so the same events end in
the same row, in any order and however often they come.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portico.clock import epoch, moment
from portico.ids import ChallengeId, fingerprint
from portico.printable import printable_detail

STEP, PERSONAL_PART = "step_", "personal_"
"""How the attributes of an event begin: the core, which stays, and what erasure takes away."""

UNLISTED = frozenset({"notice.asked", "notice.mailed", "notice.withheld", "portal.granted"})
"""What only follows from something that is listed."""
LEFT_FOR_GOOD = frozenset({"refresh-reuse", "code-reuse"})
"""Ends of a session that tell of a theft. An ordinary sign-out is not listed."""

CORE = frozenset(
    "reason method connection link session portal generation cause kind fields role contact filter "
    "found key channel undoes label".split()
)
"""Details that a row of the list keeps. None of them is an address, a name, or somebody's words, but
for what the team calls its own keys, shared links, portals and connections."""
LONGEST = 120
"""Characters of one of them."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row of the list is."""

    began: datetime
    """In whole seconds."""
    id: str
    """The sign-in's twelve characters; of anything else, its event's id."""

    @classmethod
    def parse(cls, sk: str) -> Self:
        """Read a row's sort key.

        Raises:
            ValueError: it is none.
        """
        began, _, id_ = sk.partition("#")
        if not id_:
            raise ValueError(sk)
        return cls(datetime.fromisoformat(began), id_)

    @property
    def sk(self) -> str:
        """The sort key: newest first, if it is read backwards."""
        return f"{stamp(self.began)}#{self.id}"

    @property
    def day(self) -> str:
        """The day, in UTC."""
        return self.sk[:10]

    @property
    def shard(self) -> str:
        """One of sixteen parts of the day."""
        return shard_of(self.id)

    def key(self, workspace_id: str) -> tuple[str, str]:
        """Return the row's key."""
        return list_key(workspace_id, self.day, self.shard), self.sk


@dataclass(frozen=True, slots=True)
class Listed:
    """What one event adds to a row of the list."""

    place: Place
    step: str
    """Names the event in its row."""
    core: dict[str, Any]
    personal: dict[str, str]
    ends: datetime
    """Until when the row is kept."""


def stamp(at: datetime) -> str:
    """Return a time as rows of the list begin with it."""
    return f"{moment(epoch(at)).replace(tzinfo=None).isoformat()}Z"


def shard_of(id_: str) -> str:
    """Return the part of the day in which a row is, by its id."""
    return fingerprint(id_)[0]


def list_key(workspace_id: str, day: str, shard: str) -> str:
    """Return the partition of a part of a day."""
    return f"{workspace_id}#listed#{day}#{shard}"


def counts_key(workspace_id: str, day: str) -> tuple[str, str]:
    """Return the key of the row that keeps what was counted of a day."""
    return f"{workspace_id}#counted", day


def step_of(event_id: str) -> str:
    """Return how an event is named in its row."""
    return fingerprint(event_id)[:8]


def sign_in_of(row: dict[str, Any], event: dict[str, Any]) -> tuple[str, int] | None:
    """Return the name that all lines of one sign-in share, and when it began, in seconds.

    Args:
        row: the row on which the event rides.
        event: the event.

    Returns:
        The two; ``None``: it belongs to no sign-in.
    """
    workspace_id, kind, *rest = row["pk"].split("#")
    began = event.get("began") or epoch(datetime.fromisoformat(event["at"]))
    match kind:
        case "challenge":
            asked = row.get("asked") or [began]
            return fingerprint(str(ChallengeId(workspace_id, rest[0]))), asked[0]
        case "sso":
            # A trip's key already is the start of its state's hash.
            return rest[0][:12], began
        case "delivery" if not rest[0].startswith("notice-"):
            return rest[0], began
        case "contact" if event["name"] == "session.started":
            id_ = event.get("detail", {}).get("sign_in")
            return (id_, began) if id_ else None
    return None


def place_of(row: dict[str, Any], event: dict[str, Any]) -> Place | None:
    """Return where an event is listed; ``None``: nowhere."""
    name, detail = event["name"], event.get("detail", {})
    if name in UNLISTED or (name == "session.started" and "portal" in detail):
        return None
    is_own = event["by"] == "contact" and detail.get("reason") not in LEFT_FOR_GOOD
    if name == "session.ended" and is_own:
        return None
    sign_in = sign_in_of(row, event)
    # A bounce of a mail from before mails said when their sign-in began stands for itself.
    if sign_in and not (name.startswith("mail.") and not event.get("began")):
        return Place(moment(sign_in[1]), sign_in[0])
    return Place(moment(epoch(datetime.fromisoformat(event["at"]))), event["id"])


def listed(place: Place, row: dict[str, Any], line: dict[str, Any], ends: datetime) -> Listed:
    """Return what an event adds to its row.

    Args:
        place: where.
        row: the row on which the event rides.
        line: the event's line in the trail.
        ends: until when the row is kept.
    """
    subject = line["pk"].partition("#trail#")[2]
    detail = {
        name: printable_detail(name, str(value))[:LONGEST]
        for name, value in line["detail"].items()
        if name in CORE and value
    }
    core: dict[str, Any] = {"name": line["name"], "at": line["at"], "by": line["by"]}
    if detail:
        core["detail"] = detail
    purpose = row.get("purpose", "sign_in")
    if purpose != "sign_in":
        core["purpose"] = purpose
    personal = {"network": line["network"]} if line.get("network") else {}
    if subject.startswith("address-"):
        personal["subject"] = subject
    elif subject != line["workspace"]:
        core["subject"] = subject
    return Listed(place, step_of(line["id"]), core, personal, ends)
