"""Write what ``sam local`` needs to run doors in containers with the emulated AWS."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from local.emulator import ROOT
from local.stack import FRONT, Stack

FOLDER = ROOT / ".local"
HOST = "host.docker.internal"
"""This machine's name in a container, from samconfig.toml's section ``local`` (``add_host``)."""


@contextmanager
def told_to_sam(stack: Stack, folder: Path = FOLDER) -> Iterator[None]:
    """Keep ``.local/env.json``, which samconfig.toml names, while everything runs.

    The first run owns the file: a test that runs at the same time must not remove it.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "env.json"
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        path.write_text(json.dumps(environments(stack), indent=1))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def environments(stack: Stack) -> dict[str, dict[str, str]]:
    """Return each door's variables, with the emulator's address as a container needs it.

    In a container, loopback is the container itself. So the emulator's address is replaced
    everywhere, in the URLs of queues too.
    """
    here = stack.emulator.endpoint
    there = f"http://{HOST}:{urlsplit(here).port}"
    return {
        door: {
            **{k: v.replace(here, there) for k, v in variables.items() if k != FRONT},
            "AWS_ENDPOINT_URL": there,
        }
        for door, variables in stack.environments.items()
    }
