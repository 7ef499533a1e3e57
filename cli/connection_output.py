"""How ``portico connection`` shows what is registered."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.command import Command, Told
from cli.output import Shown, told
from portico.sso.rules import Connection


def row_of(command: Command, connection: Connection) -> dict[str, Any]:
    """Return a connection as JSON has it."""
    row = told(connection)
    del row["stand_in"], row["agreed"]
    return {**row, "redirect_uri": redirect_uri(command, connection)}


def redirect_uri(command: Command, connection: Connection) -> str:
    """Return the address that is registered at the provider."""
    return f"{command.deployment.api_url}/v1/sso/{connection.id}/callback"


def show_list(told_of: Told, workspace_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show all connections of a workspace."""
    short: list[dict[str, Shown]] = [
        {
            "id": each["id"],
            "kind": each["kind"],
            "label": each["label"],
            "state": _state(each),
            "vouches for": each["vouches_for"],
        }
        for each in rows
    ]
    told_of.list(f"Connections of {workspace_id}", short, connections=[*rows])


def show(told_of: Told, row: Mapping[str, Any]) -> None:
    """Show one, and the address to register at the provider."""
    content: dict[str, Shown] = {
        name.replace("_", " "): value for name, value in row.items() if value not in (None, [])
    }
    told_of.card(row["label"], content, connection=row)
    told_of.line(row["redirect_uri"])


def note_off(told_of: Told, workspace_id: str) -> None:
    """Note that no connection is offered."""
    told_of.note(
        f"SSO is switched off for the workspace. To switch it on: portico workspace set {workspace_id} --sso"
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["draft"]:
        return "draft"
    if row["waits"]:
        return "waits for an owner"
    return "on" if row["on"] else "off"
