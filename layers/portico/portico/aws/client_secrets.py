"""Client secrets of providers: written, known to be there, and dropped. No daily door does this."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from portico.aws.clients import client, reason, send
from portico.errors import TryLater


def keep_secret(name: str, text: str) -> None:
    """Write a secret, new or over the one before it.

    Raises:
        TryLater: Secrets Manager is out of reach, or refused.
    """
    try:
        try:
            _send("put_secret_value", SecretId=name, SecretString=text)
        except client("secretsmanager").exceptions.ResourceNotFoundException:
            described = "An SSO provider's client secret"
            _send("create_secret", Name=name, SecretString=text, Description=described)
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"secretsmanager: {reason(error)}") from error


def is_kept(name: str) -> bool:
    """Say whether there is a secret of this name, without reading it.

    Raises:
        TryLater: Secrets Manager is out of reach, or refused.
    """
    try:
        return _send("describe_secret", SecretId=name).get("DeletedDate") is None
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return False
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"secretsmanager: {reason(error)}") from error


def drop_secret(name: str) -> None:
    """Delete a secret at once. Whoever needs it again has to bring it again.

    Raises:
        TryLater: Secrets Manager is out of reach, or refused.
    """
    try:
        _send("delete_secret", SecretId=name, ForceDeleteWithoutRecovery=True)
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"secretsmanager: {reason(error)}") from error


def _send(operation: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = send("secretsmanager", operation, **parameters)
    return answer
