"""``portico why``: why somebody does not get in, and what to do about it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command import Command, Told, asking, running, url_here, workspace_of
from cli.link_diagnosis import link_conclusion
from cli.option_names import WHO as NAMES
from cli.output import in_words
from cli.refusals import NotUnderstood, Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.clock import moment
from portico.diagnosis.facts import Facts
from portico.diagnosis.gather import SIGN_IN, Gathering
from portico.ids import is_contact
from portico.links.rules import Link
from portico.links.store import link_key
from portico.mail.languages import FIRST_STRONG_ISOLATE, POP_ISOLATE
from portico.people.addresses import normalise
from portico.people.rules import Workspace

if TYPE_CHECKING:
    from portico_team import Portico

app = typer.Typer(add_completion=False)

LOOKED_AT = 50
"""The newest lines of a link that are looked at."""
NOBODY = "There is no contact and no sign-in {who} in {workspace}."
RECIPIENTS = {
    "provider": "Whoever looks after the application at the provider",
    "portal": "The portal's developers",
    "directory": "Whoever looks after the directory",
    "mail-admin": "Whoever looks after their mail server",
    "cloud": "Whoever runs the stack",
}


@app.command(name="why")
def why(
    workspace_id: WorkspaceId,
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="[EMAIL|CONTACT|SIGN-IN]",
            help="The address that they type, their id (ct_...), or a sign-in of the trail.",
        ),
    ] = None,
    *,
    link: Annotated[
        str | None, typer.Option(metavar="ID", help="A link instead: does it still open?")
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Say why somebody does not get in, the decisive reason first, and how it ends.

    Each finding ends in a command, in a sentence to copy for the person, or in whom to turn to
    with which value. The trail is a few seconds behind.
    """
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            if who is None:
                raise NotUnderstood("A key asks why of an address, a contact's id or a sign-in.")
            show_diagnosis(told, asked_over_http(portico, who))
        return
    with running(stack, local, as_json, NAMES) as command:
        if (who is None) is (link is None):
            raise NotUnderstood("Say an address, a contact's id or a sign-in; or --link ID.")
        workspace = workspace_of(command, workspace_id)
        if link is not None:
            _tell_of_link(command, workspace, link)
            return
        from portico.diagnosis.diagnose import diagnosis_answer

        answer = diagnosis_answer(_facts(command, workspace, who or ""))
        show_diagnosis(command, answer)


def asked_over_http(portico: "Portico", who: str) -> dict[str, Any]:
    """Ask the API.

    Raises:
        Refusal: there is no such contact or sign-in.
    """
    from portico_team.contract import NotFound

    body: Any = {"email": who} if "@" in who else {"contact": who}
    if SIGN_IN.match(who):
        body = {"sign_in": who}
    try:
        return dict(portico.diagnose(body))
    except NotFound:
        raise Refusal(NOBODY.format(who=who, workspace=portico.workspace)) from None


def show_diagnosis(told: Told, answer: dict[str, Any]) -> None:
    """Show the answer of a diagnosis, of the rooms or of the API."""
    about, findings = answer["about"], answer["findings"]
    name = about["name"] or about["email"] or about["sign_in"] or about["contact"]
    told.outcome({"about": about, "findings": findings})
    for n, each in enumerate(findings, start=1):
        since = f", since {in_words(moment(each['since']))}" if each["since"] else ""
        told.say(f"{n}. {name}: {each['cause']}{since}")
        told.say(f"   {each['said']}")
        for seen in each["evidence"]:
            at = f" ({in_words(moment(seen['at']))})" if seen["at"] else ""
            told.say(f"   Seen: {seen['what']}{at}")
        for line in _ending(each["ending"]):
            told.line(f"   {line}")


def _facts(command: Command, workspace: Workspace, who: str) -> Facts:
    deployment = command.deployment
    gathering = Gathering(
        workspace,
        deployment.people_table,
        deployment.sign_in_table,
        deployment.trail_table,
        command.host,
    )
    found: Facts | None = None
    if "@" in who:
        email = normalise(who)
        (pointer,) = command.people(workspace.id).read(gathering.pointer_wanted(email)[1:])
        found = gathering.of_address(email, pointer)
    elif is_contact(who):
        found = gathering.of_contact(who)
    elif SIGN_IN.match(who):
        found = gathering.of_sign_in(who)
    if found is None:
        raise Refusal(NOBODY.format(who=who, workspace=workspace.id))
    return found


def _ending(ending: dict[str, Any]) -> list[str]:
    match ending["kind"]:
        case "press":
            then = [f"Then tell them: {_plain(ending['then'])}"] if ending["then"] else []
            return [f"Press: {ending['command']}", *then]
        case "say":
            return [f"Tell them ({ending['language']}): {_plain(ending['text'])}"]
    return [f"{RECIPIENTS[ending['to']]}: {ending['text']}: {ending['value']}"]


def _plain(sentence: str) -> str:
    """Return a sentence without the marks that keep its parts in order on a page."""
    return sentence.replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "")


def _tell_of_link(command: Command, workspace: Workspace, link: str) -> None:
    (row,) = command.people(workspace.id).read(link_key(workspace.id, link))
    opened = Link.from_row(row) if row else None
    subjects = [f"link-{link}", *([opened.contact] if opened and opened.contact else [])]
    by_link = (
        each
        for each in command.trail(workspace.id).lines(subjects)
        if link in (each.subject[5:], each.detail.get("link"))
    )
    lines = [each for each, _ in zip(by_link, range(LOOKED_AT), strict=False)]
    said = link_conclusion(opened, workspace, lines, at=command.now())
    command.outcome({"link": link, "conclusion": said})
    for each in said:
        command.say(each)
