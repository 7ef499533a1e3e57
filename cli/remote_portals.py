"""``portico portal list`` and ``show`` over HTTP, with a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli import portal_output as views
from cli.closed_portal import why_closed
from cli.command import Told
from cli.output import without
from cli.refusals import NotUnderstood, Refusal
from portico.clock import SYSTEM, epoch

if TYPE_CHECKING:
    from portico_team import Portico

NO_REMOVED = "--all: a key sees no portals that were removed."


@dataclass(frozen=True, slots=True)
class RemotePortals:
    """The portals of a workspace, as its routes tell of them."""

    told: Told
    portico: "Portico"
    url: str
    """Where Portico is."""

    def list(self, *, removed: bool) -> None:
        """Show all.

        Raises:
            NotUnderstood: those that were removed are wanted as well.
        """
        if removed:
            raise NotUnderstood(NO_REMOVED)
        found = self.portico.read_portals()["portals"]
        self._remark(found)
        rows = [self._row(each) for each in found]
        title = f"Portals of {self.portico.workspace}"
        self.told.list(title, [views.short(each) for each in rows], portals=rows)

    def show(self, name: str) -> None:
        """Show one.

        Raises:
            Refusal: there is no such portal.
        """
        from portico_team.contract import NotFound

        try:
            found = self.portico.read_portal(name)["portal"]
        except NotFound:
            raise Refusal(f"There is no portal {name} in {self.portico.workspace}.") from None
        self._remark([found])
        row = self._row(found)
        self.told.card(row["label"], views.content(row), portal=row)

    def _remark(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Note what a team should know of portals that are on."""
        on = [each for each in found if each["on"]]
        if not on:
            return
        settings: Mapping[str, Any] = self.portico.read_settings()["settings"]
        paused = settings["paused_until"]
        why = why_closed(
            self.portico.workspace,
            settings["name"],
            is_on=settings["portal_enabled"],
            paused_until=paused if epoch(SYSTEM.now()) < paused else 0,
        )
        if why:
            self.told.note(" ".join(why))
        for each in on:
            for caution in each["cautions"]:
                self.told.note(f"{each['id']}: {caution}")

    def _row(self, portal: Mapping[str, Any]) -> dict[str, Any]:
        """Return a portal by the names that answers of this command have."""
        issuer = self.url.rstrip("/")
        return {
            "workspace": self.portico.workspace,
            **without(portal, ["cautions", "etag"]),
            "state": "on" if portal["on"] else "off",
            **views.found_at(issuer),
        }
