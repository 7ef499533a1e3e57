"""A terminal in which `portico` is typed again and again: a command is a fork of a process that has
loaded them all, since loading is most of what a command does.

`python -m tests.browser.terminal` reads commands in JSON, a line each, and answers a line each, with
the exit code.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from weakref import finalize

ROOT = Path(__file__).parents[2]
ENDS_WITHIN = 60
"""Seconds, for a command."""


class CommandFailed(AssertionError):
    """A command was refused, or broke. The message is what it said."""


@dataclass
class Terminal:
    """The process, and where a command's words go."""

    _process: subprocess.Popen[str]
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="portico-")
    )

    @classmethod
    def opened(cls) -> "Terminal":
        """Load the commands. It ends with whoever has opened it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.terminal"],
            cwd=ROOT, encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        terminal = cls(process)
        finalize(terminal, _close, process, terminal._folder)
        return terminal

    def runs(self, *words: str) -> str:
        """Type a command, and return what it says.

        Raises:
            CommandFailed: its exit code is not 0.
        """
        said, complaint = (Path(self._folder.name) / name for name in ("said", "complaint"))
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([str(said), str(complaint), *words]) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "0\n":
            raise CommandFailed(f"{' '.join(words)}:\n{complaint.read_text()}{said.read_text()}")
        return said.read_text()


def _close(process: subprocess.Popen[str], folder: tempfile.TemporaryDirectory[str]) -> None:
    process.communicate()
    folder.cleanup()


def _serves() -> None:
    # Whoever types has no need of these.
    from cli.app import ALONE, GROUPS, app

    for module, _ in (*GROUPS.values(), *ALONE.values()):
        import_module(module)
    # What is loaded is looked through by no fork, so that all of them share it.
    gc.freeze()
    for line in sys.stdin:
        said, complaint, *words = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.alarm(ENDS_WITHIN)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for stream, path in enumerate((said, complaint), 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
            sys.argv = ["portico", *words]
            app(prog_name="portico")
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serves()
