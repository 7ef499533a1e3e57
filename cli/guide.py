"""``portico guide``: what a team tells its customers about signing in for the first time."""

import re
from pathlib import Path
from typing import Annotated

import typer

from cli.complaints import Complaint, Usage
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, looking_for
from cli.guide_pages import Guide
from portico.links.rules import public_id
from portico.mail.languages import LANGUAGES, best_language
from portico.people.rules import Workspace

TOKEN = re.compile(r"lnk_[A-Za-z0-9_-]{43}")
ENDINGS = {"html": "html", "text": "txt"}


def guide(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")],
    *,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="LANGUAGE", help=f"One of {' '.join(LANGUAGES)}; more than once."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="As a page.")] = False,
    text: Annotated[bool, typer.Option("--text", help="As plain text.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write files there; without it, one guide is shown."),
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
    with desk(stack, local, as_json) as at:
        if unknown:
            raise Usage(f"--language: one of {' '.join(LANGUAGES)}")
        with looking_for(f"workspace {workspace}"):
            home = at.team.workspace(workspace)
        if link is not None:
            _check(at, home, link)
        _note_troubles(at, home, link)
        wanted = [kind for kind, is_on in (("html", html), ("text", text)) if is_on]
        if output is None:
            _show(at, home, language or [best_language(home.locale)], wanted or ["text"], link)
        else:
            _write(at, home, language or list(LANGUAGES), wanted or list(ENDINGS), link, output)


def _show(
    at: Desk, home: Workspace, languages: list[str], kinds: list[str], link: str | None
) -> None:
    if len(languages) * len(kinds) > 1:
        raise Usage("Say --output DIR for more than one guide.")
    one = Guide(home, languages[0], link)
    content = one.html() if kinds == ["html"] else one.text()
    if at.as_json:
        at.card("", {}, guide={"language": one.language, "format": kinds[0], "content": content})
    else:
        typer.echo(content, nl=False)


def _write(
    at: Desk,
    home: Workspace,
    languages: list[str],
    kinds: list[str],
    link: str | None,
    folder: Path,
) -> None:
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for language in dict.fromkeys(languages):
            one = Guide(home, language, link)
            for kind in kinds:
                file = folder / f"{one.file}.{ENDINGS[kind]}"
                file.write_text(one.html() if kind == "html" else one.text(), encoding="utf-8")
                written.append(file)
    except OSError as error:
        raise Complaint(f"{error.filename}: {error.strerror}") from None
    rows: list[dict[str, Shown]] = [{"file": str(each)} for each in written]
    at.list(f"How to sign in to {home.name}", rows, files=[str(each) for each in written])


def _check(at: Desk, home: Workspace, url: str) -> None:
    """Take only a link that everybody may have."""
    token = TOKEN.search(url)
    is_ours = url.startswith(f"{at.target.api_url}/{home.id}#l=")
    if not is_ours or token is None:
        raise Complaint(f"--link: a whole URL, {at.target.api_url}/{home.id}#l=lnk_…")
    id_ = public_id(token[0])
    found = next((each for each in at.office.links(home.id) if each.id == id_), None)
    if found is None or not found.is_alive(at=at.now()):
        raise Complaint(f"--link: no link of {home.id} that is alive")
    if found.kind != "shared":
        raise Complaint("--link: this one is personal, and a guide is for everybody")


def _note_troubles(at: Desk, home: Workspace, link: str | None) -> None:
    if not home.portal_enabled:
        at.note("The portal is disabled: nobody gets in by this guide.")
    has_provider = any(home.offers(each["id"]) for each in home.connections)
    if not (home.takes_codes() or home.takes_passwords() or has_provider):
        at.note("The workspace offers no way in: portico workspace set --code-method")
    if link is None:
        at.note("It begins at the portal. With --link URL it begins at a shared link.")
