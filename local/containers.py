"""What ``sam local`` needs to run doors in containers against this house's emulated AWS."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.emulator import ROOT
from local.stack import FRONT, Stack

FOLDER = ROOT / ".local"


@contextmanager
def told_to_sam(stack: Stack, folder: Path = FOLDER) -> Iterator[None]:
    """Keep ``.local/env.json`` while the house is open; samconfig.toml names it.

    The first house has the file: one that a test runs beside it must not take it away.
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
    """Return each door's variables, with where AWS is."""
    return {
        door: {
            **{name: value for name, value in variables.items() if name != FRONT},
            "AWS_ENDPOINT_URL": stack.emulator.endpoint,
        }
        for door, variables in stack.environments.items()
    }
