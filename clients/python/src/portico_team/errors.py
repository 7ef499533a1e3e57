"""What goes wrong: no answer at all, or an answer that says why not (RFC 9457)."""

from collections.abc import Mapping
from typing import Any, ClassVar


class PorticoError(Exception):
    """Every error of this package."""


class OutOfReach(PorticoError):
    """There was no answer, or none of Portico's, however often it was asked.

    Whether the last request did anything is not known. Sending it again is safe: with the same
    ``idempotency_key`` where it creates something.
    """


class Problem(PorticoError):
    """Portico's refusal. Its subclasses have the names and the members of the API's description."""

    kind: ClassVar[str] = ""
    """The stable name of a subclass, e.g. ``role-too-small``."""
    kinds: ClassVar[dict[str, "type[Problem]"]] = {}

    def __init__(self, status: int, members: Mapping[str, Any], retry_after: int | None) -> None:
        """Keep what was answered.

        Args:
            status: of the answer.
            members: of its body.
            retry_after: whole seconds until it is worth asking again; ``None``: it is not.
        """
        self.status = status
        self.members = dict(members)
        self.title = str(members.get("title", ""))
        self.detail = str(members.get("detail", ""))
        self.instance = str(members.get("instance", ""))
        """The request's id, by which the cloud team finds it in the logs."""
        self.retry_after = retry_after
        super().__init__(f"{self._told()} ({self.name}, {status})")

    def __init_subclass__(cls) -> None:
        """Make a subclass known by its type."""
        Problem.kinds[cls.kind] = cls

    def _told(self) -> str:
        """Return what a script shows that has no ``except`` of its own."""
        if self.name == "not-signed-in":
            # Its detail is for contacts.
            return "the key is not accepted: it was revoked, is held, has ended, or is none of this Portico"
        errors, needs = self.members.get("errors"), self.members.get("needs")
        lines = [
            f"{each['field']}: {each['reason']}"
            for each in (errors if isinstance(errors, list) else [])
            if isinstance(each, dict) and {"field", "reason"} <= each.keys()
        ]
        if isinstance(needs, list):
            lines.append(f"It needs {' or '.join(map(str, needs))}.")
        return " ".join([self.detail or self.title, "; ".join(lines)]).strip()

    @property
    def name(self) -> str:
        """The type as it was answered, also one that this version does not know."""
        return str(self.members.get("type", "")) or "no problem of Portico's"

    @classmethod
    def of(cls, status: int, members: Mapping[str, Any], retry_after: int | None) -> "Problem":
        """Return the problem of an answer, as the class of its type."""
        kind = cls.kinds.get(str(members.get("type", "")), Problem)
        return kind(status, members, retry_after)
