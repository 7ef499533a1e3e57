"""Domains of throw-away mail, from disposable-email-domains (MIT, its list CC0).

``disposable_domains.txt.gz`` names its source and is made by ``layers/portico/gather.py``.
"""

from functools import cache
from pathlib import Path

from portico.people.rules import Workspace

DISPOSABLE_DOMAINS_FILE = Path(__file__).with_name("disposable_domains.txt.gz")


def may_sign_up(workspace: Workspace, email: str) -> bool:
    """Say whether an address may sign up. Only its domain decides."""
    is_welcome = workspace.welcomes(email)
    return is_welcome and (workspace.sign_up_disposable or not is_throwaway(email))


def is_throwaway(email: str) -> bool:
    """Say whether a normalised address is at a listed domain or below one."""
    labels = email.rpartition("@")[2].split(".")
    return any(".".join(labels[n:]) in listed() for n in range(len(labels) - 1))


@cache
def listed() -> frozenset[str]:
    """Return the domains, which the first sign-up reads."""
    import gzip  # noqa: PLC0415

    lines = gzip.decompress(DISPOSABLE_DOMAINS_FILE.read_bytes()).decode().splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
