"""Ports for what tests start: nobody takes them between the choice and the start, which takes seconds."""

import fcntl
import os
import secrets
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

NEIGHBOURS = 7
FIRST, LAST = 20_000, 32_000
"""Below those that Linux gives to connections, of which every request of a test takes one."""
HELD: list[IO[bytes]] = []
"""Locks, which end with this process. Each worker, and each run beside this one, sees the others'."""


def free_port() -> int:
    """Return a port that nobody else's test is given, and whose seven neighbours above it are free too."""
    locks = Path(tempfile.gettempdir()) / f"portico-ports-{os.getuid()}"
    locks.mkdir(exist_ok=True)
    while True:
        port = FIRST + secrets.randbelow((LAST - FIRST) // (NEIGHBOURS + 1)) * (NEIGHBOURS + 1)
        lock = (locks / str(port)).open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with ExitStack() as tried:
                for each in range(port, port + NEIGHBOURS + 1):
                    tried.enter_context(socket.socket()).bind(("127.0.0.1", each))
        except OSError:
            lock.close()
            continue
        HELD.append(lock)
        return port
