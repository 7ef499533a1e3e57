"""Servers that a test has started, and their end."""

import subprocess


def wait_or_kill(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for a process that was told to end.

    One that does not is killed, so that it fails this test, and disturbs no other.

    Raises:
        subprocess.TimeoutExpired: it had to be killed.
    """
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
