"""``portico contact ref``: what the help desk calls a contact on one of its channels."""

from typing import Annotated, Any

import typer

from cli.command import Told, looking_for, running, url_here
from cli.contact_output import row_of_contact
from cli.option_names import REF
from cli.output import Shown
from cli.remote_contacts import over_http, shown
from cli.shared_options import AsJson, Local, Stack, WorkspaceId


def ref(
    workspace_id: WorkspaceId,
    *,
    channel: Annotated[str, typer.Option(REF["channel"], help="The channel: messenger, x, mail.")],
    id_: Annotated[str, typer.Option(REF["id"], help="What the channel calls the person.")],
    name: Annotated[
        str | None, typer.Option(REF["name"], help="The name of a new contact.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(REF["email"], help="Finds a contact or makes one; changes none.")
    ] = None,
    verified: Annotated[
        bool, typer.Option("--verified", help="You have made sure that the address is theirs.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Find or make the contact of a ref: what the help desk calls a person on a channel."""
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, REF) as remote:
            found = remote.put_ref(channel, id_, name=name, email=email, verified=verified)
            _show_refs(remote.told, shown(found))
        return
    from portico.account.contact_refs import AskedRef
    from portico.people.memberships import ABOVE_ALL

    with (
        running(stack, local, as_json, REF) as command,
        looking_for(f"workspace {workspace_id}"),
    ):
        workspace = command.team.workspace(workspace_id)
        asked = AskedRef(channel, id_, name, email, verified)
        referred = command.refs.put(workspace, asked, by=command.by, reach=ABOVE_ALL)
        contact = referred.contact
        refs = [
            {"channel": each.channel, "id": each.id, "confirmed": each.is_confirmed(contact)}
            for each in referred.refs
        ]
        _show_refs(command, {**row_of_contact(contact), "refs": refs})


def _show_refs(told: Told, contact: dict[str, Any]) -> None:
    said: dict[str, Shown] = {
        **contact,
        "refs": {
            f"{each['channel']} {each['id']}": "confirmed" if each["confirmed"] else "unconfirmed"
            for each in contact["refs"]
        },
    }
    told.card(contact["name"], said, contact=contact)
