"""``portico connection list`` and ``show`` over HTTP, with a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli import connection_output as views
from cli.command import Told
from cli.output import without
from cli.refusals import Refusal

if TYPE_CHECKING:
    from portico_team import Portico


@dataclass(frozen=True, slots=True)
class RemoteConnections:
    """The connections of a workspace, as its routes tell of them."""

    told: Told
    portico: "Portico"

    def list(self) -> None:
        """Show all."""
        found = [self._row(each) for each in self.portico.read_connections()["connections"]]
        if found and not self.portico.read_settings()["settings"]["sso_method"]:
            views.note_off(self.told, self.portico.workspace)
        views.show_list(self.told, self.portico.workspace, found)

    def show(self, id_: str) -> None:
        """Show one.

        Raises:
            Refusal: there is no such connection.
        """
        from portico_team.contract import NotFound

        try:
            found = self.portico.read_connection(id_)["connection"]
        except NotFound:
            raise Refusal(f"There is no connection {id_} in {self.portico.workspace}.") from None
        for caution in found["cautions"]:
            self.told.note(caution)
        views.show(self.told, self._row(found))

    def _row(self, connection: Mapping[str, Any]) -> dict[str, Any]:
        """Return a connection by the names that answers of this command have."""
        row = without(connection, ["cautions", "confirmed", "etag"])
        return {"workspace": self.portico.workspace, **row}
