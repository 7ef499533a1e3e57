"""``portico guide``: what a team tells its customers about signing in for the first time."""

import re
from pathlib import Path
from typing import Annotated

import typer

from cli.closed_portal import closed
from cli.command import Command, looking_for, running
from cli.guide_document import Guide
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.links.rules import public_id
from portico.mail.languages import LANGUAGES, best_language
from portico.people.rules import Workspace

app = typer.Typer(add_completion=False)

TOKEN = re.compile(r"lnk_[A-Za-z0-9_-]{43}")
ENDINGS = {"html": "html", "text": "txt"}


@app.command(name="guide")
def guide(
    workspace_id: WorkspaceId,
    *,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="LANGUAGE", help=f"One of {' '.join(LANGUAGES)}. Repeat it for each."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Write an HTML page.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Write plain text.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the files. Without it, one guide is printed."),
    ] = None,
    link: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A shared link to begin at, instead of the portal."),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Write down how to sign in for the first time, by the ways that a workspace offers."""
    unknown = [each for each in language or [] if each not in LANGUAGES]
    with running(stack, local, as_json, {}) as command:
        if unknown:
            raise NotUnderstood(f"--language: one of {' '.join(LANGUAGES)}")
        with looking_for(f"workspace {workspace_id}"):
            workspace = command.team.workspace(workspace_id)
        if link is not None:
            _check(command, workspace, link)
        _note_troubles(command, workspace, link)
        wanted = [kind for kind, is_on in (("html", html), ("text", text)) if is_on]
        if output is None:
            _show(
                command,
                workspace,
                language or [best_language(workspace.locale)],
                wanted or ["text"],
                link,
            )
        else:
            _write(
                command,
                workspace,
                language or list(LANGUAGES),
                wanted or list(ENDINGS),
                link,
                output,
            )


def _show(
    command: Command, workspace: Workspace, languages: list[str], kinds: list[str], link: str | None
) -> None:
    if len(languages) * len(kinds) > 1:
        raise NotUnderstood("Say --output DIR for more than one guide.")
    one = Guide(workspace, languages[0], link)
    content = one.html() if kinds == ["html"] else one.text()
    if command.as_json:
        command.card(
            "", {}, guide={"language": one.language, "format": kinds[0], "content": content}
        )
    else:
        typer.echo(content, nl=False)


def _write(
    command: Command,
    workspace: Workspace,
    languages: list[str],
    kinds: list[str],
    link: str | None,
    folder: Path,
) -> None:
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for language in dict.fromkeys(languages):
            one = Guide(workspace, language, link)
            for kind in kinds:
                file = folder / f"{one.file}.{ENDINGS[kind]}"
                file.write_text(one.html() if kind == "html" else one.text(), encoding="utf-8")
                written.append(file)
    except OSError as error:
        raise Refusal(f"{error.filename}: {error.strerror}") from None
    rows: list[dict[str, Shown]] = [{"file": str(each)} for each in written]
    command.list(f"How to sign in to {workspace.name}", rows, files=[str(each) for each in written])


def _check(command: Command, workspace: Workspace, url: str) -> None:
    """Take only a link that everybody may have."""
    token = TOKEN.search(url)
    is_ours = url.startswith(f"{command.deployment.api_url}/{workspace.id}#l=")
    if not is_ours or token is None:
        raise Refusal(f"--link: a whole URL, {command.deployment.api_url}/{workspace.id}#l=lnk_…")
    id_ = public_id(token[0])
    found = next((each for each in command.links.all(workspace.id) if each.id == id_), None)
    if found is None or not found.is_alive(at=command.now()):
        raise Refusal(f"--link: {workspace.id} has no such link, or the link has ended")
    if found.kind != "shared":
        raise Refusal("--link: this link is personal, and a guide is for everybody")


def _note_troubles(command: Command, workspace: Workspace, link: str | None) -> None:
    if why := closed(workspace, at=command.now()):
        command.note(" ".join(why))
    has_provider = any(workspace.offers(each["id"]) for each in workspace.connections)
    if not (workspace.takes_codes() or workspace.takes_passwords() or has_provider):
        command.note(
            "The workspace offers no way to sign in. To let contacts sign in with a code: portico "
            f"workspace set {workspace.id} --code-method"
        )
    if link is None:
        command.note("The guide begins at the portal. To begin at a shared link: --link URL")
