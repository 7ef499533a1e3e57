"""What page and mail show of a workspace beside its settings.

It stands in a row of its own, because nearly every door reads the settings row and none of them
decides anything by this.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class WorkspaceWords:
    """Links and texts for contacts. Links are ``https:`` or ``mailto:``."""

    support_url: str | None = None
    """Where a contact finds the workspace's team."""
    privacy_url: str | None = None
    terms_url: str | None = None
    pause_text: dict[str, str] = field(default_factory=dict)
    """What the page says while the portal is paused, by language."""
    powered_by: bool = True
    """Whether the page says "Sign-in by Portico"."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> Self:
        """Read the row, which most workspaces do not have.

        A value of another kind than its field is left out: it may keep no contact from signing in.
        """
        bare = cls()
        found = {name: (row or {}).get(name) for name in WORDS_FIELDS}
        kept: dict[str, Any] = {
            name: value for name, value in found.items() if isinstance(value, _kind_of(name, bare))
        }
        return cls(**kept)

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return the words after *changes*, of which some may be settings of the other row."""
        words = {name: value for name, value in changes.items() if name in WORDS_FIELDS}
        return replace(self, **words)


def _kind_of(name: str, bare: WorkspaceWords) -> type:
    return str if name.endswith("_url") else type(getattr(bare, name))


WORDS_FIELDS = frozenset(each.name for each in fields(WorkspaceWords))
"""The settings that stand in the words row."""
