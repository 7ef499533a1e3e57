"""How far a long command has come: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from rich import progress
from rich.console import Console
from rich.text import Text

from portico.printable import printable_name

LINE_EVERY = 5000
"""Rows between two lines where there is no terminal: in a log, or a job of CI."""


@dataclass
class Progress:
    """One long command."""

    console: Console
    bar: progress.Progress
    task: progress.TaskID
    quiet: bool
    told: int = 0

    @classmethod
    @contextmanager
    def shown(cls, size: int, *, quiet: bool) -> Iterator[Self]:
        """Show how much of *size* is done; *quiet* shows it on a terminal only."""
        console = Console(stderr=True)
        bar = progress.Progress(
            progress.BarColumn(bar_width=24),
            progress.TaskProgressColumn(),
            progress.TextColumn("{task.fields[said]}", markup=False),
            progress.TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        with bar:
            yield cls(console, bar, bar.add_task("", total=size, said=""), quiet)

    def show(self, position: int, rows: int, said: str) -> None:
        """Say where it is, after *rows* of them."""
        self.bar.update(self.task, completed=position, said=said)
        if self.console.is_terminal or self.quiet or rows // LINE_EVERY == self.told // LINE_EVERY:
            return
        self.told = rows
        self.console.print(Text(printable_name(f"{rows:,} rows: {said}")), soft_wrap=True)
