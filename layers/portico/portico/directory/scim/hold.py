"""Access that is held while a directory puts many people out: until when, or because the team keeps
somebody in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from portico.aws.tables import Parts
from portico.clock import epoch, moment


@dataclass(frozen=True, slots=True)
class Hold:
    """Why somebody is in whom the directory has as gone."""

    since: datetime
    """When the directory has put them out."""
    until: datetime
    """From when they are out, if nobody decides."""
    by: str
    """The key that has put them out, as the trail names it."""
    person: str
    """For whom their contacts are out at that moment, as those name a person of a directory."""
    contacts: frozenset[str] = frozenset()
    """The contacts who are out at that moment."""
    kept_at: datetime | None = None
    """When the team has said that they stay; ``None``: it has not."""
    kept_by: str | None = None
    """Who has said so, as the trail names them."""

    @property
    def is_kept(self) -> bool:
        """Whether they stay until the directory says something new of them."""
        return self.kept_at is not None

    def lasts(self, *, at: datetime) -> bool:
        """Say whether they are still in."""
        return self.is_kept or at < self.until

    @classmethod
    def from_value(cls, told: dict[str, Any]) -> Self:
        """Read what :meth:`value` returned."""
        kept_at = moment(told["kept_at"]) if "kept_at" in told else None
        return cls(
            moment(told["since"]),
            moment(told["until"]),
            told["by"],
            told["person"],
            frozenset(told["contacts"]),
            kept_at,
            told.get("kept_by"),
        )

    def value(self) -> dict[str, Any]:
        """Return the attribute of a user's row."""
        told: dict[str, Any] = {
            "since": epoch(self.since),
            "until": epoch(self.until),
            "by": self.by,
            "person": self.person,
            "contacts": sorted(self.contacts),
        }
        kept = {"kept_at": epoch(self.kept_at), "kept_by": self.kept_by} if self.kept_at else {}
        return told | kept

    @property
    def place(self) -> str:
        """Where the list of who is held has them: in the order of their ends, those who are kept
        behind them.
        """
        return f"{'kept' if self.is_kept else 'held'}#{epoch(self.until):010d}"


class Brake(Protocol):
    """Decides whether somebody whom a directory puts out leaves at once."""

    def ask(self, active: Callable[[], int], *, at: datetime) -> Parts | datetime:
        """Return the parts that belong to the transaction of a leaving, of which ``window`` refuses
        if others have left meanwhile; or until when it is held.

        Args:
            active: counts the people who are active now.
            at: the time.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        ...

    def count(self) -> None:
        """Note that a leaving whose parts :meth:`ask` has returned was written."""
        ...
