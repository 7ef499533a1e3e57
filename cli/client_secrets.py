"""Client secrets: typed or read, never on a command line, kept where only two doors look."""

import sys
from pathlib import Path

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.refusals import OutOfReach, Refusal
from portico.aws import clients
from portico.errors import InvalidRequest
from portico.sso.connection_rules import LONGEST_SECRET, checked_secret

STDIN = Path("-")


def asked(file: Path | None) -> str:
    """Read a client secret: from *file*, from standard input (``-``), or typed unseen.

    Raises:
        Refusal: no secret was given, or the text cannot be one.
    """
    if file is None:
        text = str(typer.prompt("Client secret", hide_input=True, err=True))
    elif file == STDIN:
        text = sys.stdin.read(LONGEST_SECRET + 1)
    else:
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            raise Refusal(f"--secret-file: {file}: {why}") from None
    try:
        return checked_secret(text)
    except InvalidRequest as refused:
        raise Refusal(f"The client secret must be {refused.reason}.") from None


def keep(name: str, text: str) -> None:
    """Write a secret, new or over the one before it.

    Raises:
        Refusal: AWS refused.
    """
    manager = clients.client("secretsmanager", patient=True)
    try:
        try:
            manager.create_secret(
                Name=name, SecretString=text, Description="An SSO provider's client secret"
            )
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=name, SecretString=text)
    except ClientError as error:
        raise Refusal(f"Secrets Manager refused: {clients.reason(error)} ({name})") from None
    except BotoCoreError as error:
        raise OutOfReach(f"Secrets Manager is out of reach: {clients.reason(error)}") from None


def is_kept(name: str) -> bool:
    """Say whether there is a secret of this name with something in it.

    Raises:
        Refusal: AWS refused to tell.
    """
    manager = clients.client("secretsmanager", patient=True)
    try:
        return bool(manager.get_secret_value(SecretId=name).get("SecretString"))
    except manager.exceptions.ResourceNotFoundException:
        return False
    except ClientError as error:
        raise Refusal(f"Secrets Manager refused: {clients.reason(error)} ({name})") from None
    except BotoCoreError as error:
        raise OutOfReach(f"Secrets Manager is out of reach: {clients.reason(error)}") from None
