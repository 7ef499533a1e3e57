"""The client secrets of a portal: made here, shown once, kept as hashes."""

import secrets

from cli.refusals import NotUnderstood
from portico.ids import digest
from portico.openid.registered_client import SECRETS_KEPT, new_secret


def fresh_secret() -> str:
    """Return a new secret."""
    return new_secret(secrets.token_bytes(32))


def changed_secrets(
    before: list[str], *, new: bool, retire: bool, public: bool
) -> tuple[str | None, list[str]]:
    """Return a new secret, if one is wanted, and the hashes to keep.

    Args:
        before: the hashes that are kept now, the newest first.
        new: whether there is to be one more.
        retire: whether only the newest stays valid.
        public: whether the portal keeps no secret from now on.

    Raises:
        NotUnderstood: a portal that keeps no secret was to get or retire one.
    """
    if public and (new or retire):
        raise NotUnderstood(
            "--public keeps no secret: leave out --new-secret and --retire-old-secret."
        )
    fresh = fresh_secret() if new else None
    every = [digest(fresh), *before] if fresh else before
    return fresh, [] if public else every[: 1 if retire else SECRETS_KEPT]
