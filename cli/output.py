"""How an answer is shown: as a table or a sentence for people, or as JSON for scripts.

rich is loaded where something is printed through it: JSON and ``--version`` need none of it.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from portico.printable import printable_json, printable_name

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

WHOLE = ("id", "state", "expires", "at (UTC)", "event", "line")
"""Columns that are never broken."""
STYLES = {"ok": "green", "alive": "green", "attention": "yellow", "broken": "bold red"}
"""Colours of states, on a terminal; words say the same."""
WIDEST = 10_000
"""Columns of a table in a file or a pipe, which is as wide as what it holds."""

type Shown = str | int | bool | datetime | list[str] | dict[str, str] | None


def print_card(title: str, content: Mapping[str, Shown]) -> None:
    """Print one thing: a line for each of its values."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=SIMPLE_HEAD)
    for name, value in content.items():
        table.add_row(name, Text(in_words(value), overflow="fold"))
    _print_titled(title, table)


def print_list(title: str, rows: list[dict[str, Shown]]) -> None:
    """Print several things of one kind: a line for each."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    if not rows:
        _print(_text(f"{title}: none"))
        return
    table = Table(box=SIMPLE_HEAD)
    for name in rows[0]:
        table.add_column(name, overflow="fold", no_wrap=name in WHOLE)
    for row in rows:
        table.add_row(*(Text(in_words(each), style=_style(each)) for each in row.values()))
    _print_titled(title, table)


def print_line(text: str) -> None:
    """Print *text* as it is, so that it can be copied."""
    from rich.console import Console

    Console().print(_text(text), soft_wrap=True)


def print_sentence(text: str, *, style: str = "", to_stderr: bool = False) -> None:
    """Print a sentence: broken between words on a terminal, whole in a file or a pipe."""
    from rich.console import Console

    console = Console(stderr=to_stderr)
    console.print(_text(text, style=style), soft_wrap=not console.is_terminal)


def print_json(content: dict[str, Any], *, indent: int | None = 2, to_stderr: bool = False) -> None:
    """Print an answer as JSON, in which what nobody sees is escaped."""
    typer.echo(printable_json(content, indent=indent, default=in_iso), err=to_stderr)


def in_words(value: Shown) -> str:
    """Return *value* as a person reads it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case list():
            return "\n".join(map(printable_name, value)) or "-"
        case dict():
            pairs = (f"{name}  {each}" for name, each in value.items())
            return "\n".join(map(printable_name, pairs)) or "-"
    return printable_name(str(value))


def in_iso(value: Any) -> str:
    """Return a time as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)


def told(thing: "DataclassInstance") -> dict[str, Any]:
    """Return the fields of *thing* as answers have them: scripts read these names."""
    row = asdict(thing)
    # In a store's own spelling; `portico contact show` says what follows from it.
    row.pop("strikes", None)
    row.pop("held_by", None)
    return {"workspace" if name == "workspace_id" else name: row[name] for name in row}


def without(content: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return *content* less *names*."""
    return {name: value for name, value in content.items() if name not in set(names)}


def _print_titled(title: str, table: "Table") -> None:
    # Not the table's own title, which breaks where a narrow table ends.
    _print(_text(title, style="bold"))
    _print(table)


def _text(text: str, *, style: str = "") -> "Text":
    """Return one line that we say, with nothing in it that a terminal would obey."""
    from rich.text import Text

    return Text(printable_name(text), style=style)


def _print(what: "RenderableType") -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # A file or a pipe has no edge, and a script cannot put a broken address together.
        console.width = WIDEST
    console.print(what, markup=False, highlight=False)


def _style(value: Shown) -> str:
    return STYLES.get(value, "") if isinstance(value, str) else ""
