"""``portico workspace preview-mail``: a mail as contacts get it, with sample values."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from cli.command import Command, Told, workspace_of
from cli.refusals import Refusal

if TYPE_CHECKING:
    from portico_team import Portico
    from portico_team.contract import AskedMailPreview

LETTERS = ("code", "link", "notice")
"""As `portico.sender.sample_mails` has them."""


def mail_of(
    command: Command, workspace_id: str, *, letter: str, language: str | None
) -> dict[str, str]:
    """Return a mail, as the route answers it."""
    from portico.people.store import logo_key
    from portico.sender.sample_mails import SampleLetter, sample_answer, sample_mail

    workspace = workspace_of(command, workspace_id)
    people = command.people(workspace_id)
    (logo,) = people.read(logo_key(workspace_id)) if workspace.logo else (None,)
    mail = sample_mail(
        SampleLetter(letter),
        workspace,
        command.team.words(workspace_id),
        language=language,
        host=command.host,
        logo=logo["png"] if logo else None,
        at=command.now(),
    )
    return sample_answer(mail, workspace)


def asked_mail(portico: "Portico", *, letter: str, language: str | None) -> Mapping[str, str]:
    """Return a mail, asked for over HTTP."""
    asked = cast("AskedMailPreview", {"letter": letter, "language": language})
    return cast("Mapping[str, str]", portico.preview_mail(asked))


def show_mail(told: Told, mail: Mapping[str, str], html: Path | None) -> None:
    """Print a mail's text, or write its HTML into a file.

    Raises:
        Refusal: the file cannot be written.
    """
    if html is None:
        told.outcome({"mail": dict(mail)})
        if not told.as_json:
            typer.echo(f"From: {mail['sender']}\nSubject: {mail['subject']}\n\n{mail['text']}")
        return
    try:
        html.write_text(mail["html"], encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{html}: {error.strerror}") from None
    told.outcome({"file": str(html), "subject": mail["subject"]})
    told.say(f"{html} shows the mail “{mail['subject']}”. Open it in a browser.")
