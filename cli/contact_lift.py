"""``portico contact lift``: let addresses get mail again."""

from typing import Annotated

import typer

from cli.command import contact_of, running
from cli.option_names import WHO
from cli.output import Shown
from cli.refusals import NotUnderstood
from cli.shared_options import AsJson, Local, Stack, WorkspaceId

LIFTED = {
    "nothing": "nothing was held back",
    "lifted": "yes; they can ask for a code",
    "lifted-and-asked": "yes, and the code that they wait for is mailed",
    "lifted-and-linked": "yes, and they are mailed a personal link",
}


def lift(
    workspace_id: WorkspaceId,
    who: Annotated[
        str | None, typer.Argument(metavar="[WHO]", help="Contact id or primary email")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="All contacts whose mails came back while it refused")
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Let a contact's address get mail again, after it came back or was reported as spam.

    The code that they wait for is mailed at once, if their page still waits for it; else they are
    mailed a personal link.
    """
    from portico.aws.deadline import OneByOne
    from portico.notices.mailed_link import mailed_link

    with running(stack, local, as_json, WHO) as command:
        if (who is None) == (domain is None):
            raise NotUnderstood("Name a contact, or --domain, and not both.")
        workspace = command.team.workspace(workspace_id)
        if domain is not None:
            contacts = list(command.lifting.held_of_domain(workspace, domain.lower()))
        else:
            contacts = [contact_of(command, workspace_id, who or "")]
        rows: list[dict[str, Shown]] = []
        rest = OneByOne()
        for each in contacts:
            with rest.each():
                link = mailed_link(
                    command.deployment.sign_in_table,
                    workspace,
                    each,
                    host=command.host,
                    at=command.now(),
                )
                done = command.lifting.lift(workspace, each, by=command.by, link=link)
                lifted = LIFTED[done]
                rows.append({"contact": each.id, "primary email": each.email, "lifted": lifted})
        if rows or rest.fault is None:
            command.list("Mail goes there again", rows, lifted=rows)
        rest.end()
