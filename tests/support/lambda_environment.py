"""What a Lambda environment keeps from one request to the next, and how a test starts another.

A door holds keys that it was handed when it was loaded. So doors and keys are forgotten together:
a door of before, beside one of now, would fetch keys again that the other has.
"""

from typing import Any

from portico.aws import clients, keys, kms
from portico.aws import secrets as secrets_by_name
from portico.sender import mail_content
from portico.trail.list_store import forget_marks
from portico.trail.subjects import forget_keys
from tests.support.doors import door

OF_DOORS: tuple[Any, ...] = (door, keys.ring, kms.public_key)
OF_CLIENTS: tuple[Any, ...] = (clients.client, clients.session, clients._calls)


def forget_rows() -> None:
    """Let nothing be kept of the tables and secrets that were there before."""
    # A door keeps a provider's secret for an hour; the next test's provider has another.
    secrets_by_name.forget()
    mail_content._logos.clear()
    forget_marks()
    forget_keys()


def forget_doors() -> None:
    """Let every door start anew, with keys that it has to fetch."""
    forget_rows()
    for each in OF_DOORS:
        each.cache_clear()


def forget_clients() -> None:
    """Let everything start anew: whoever AWS is has changed, and nothing of before is true."""
    forget_doors()
    for each in OF_CLIENTS:
        each.cache_clear()
