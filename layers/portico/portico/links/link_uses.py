"""Who has signed in by a link: read from the trail, which keeps each sign-in under its link too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from portico.trail.lookup import Line


@dataclass(frozen=True, slots=True)
class LinkUse:
    """One sign-in by a link."""

    contact: str
    at: datetime
    method: str
    """``code``, ``password`` or ``sso:<connection>``."""

    @classmethod
    def of_line(cls, line: Line) -> Self | None:
        """Read a line that is filed under a link; ``None``: it is about something else."""
        if line.name != "session.started" or "contact" not in line.detail:
            return None
        return cls(line.detail["contact"], line.at, line.detail.get("method", ""))
