"""``portico trail list`` and ``overview``: what happened in a workspace, from its list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import typer

from cli.command import Command, Told
from cli.output import Shown
from cli.refusals import NotUnderstood
from portico.clock import SYSTEM, moment
from portico.people.rules import Workspace
from portico.trail.entries import ARRIVED, DELIVERIES, Entry, SoughtEntries
from portico.trail.entry_formats import FORMATS, entry_answer, written
from portico.trail.list_rows import Place
from portico.trail.overview import counted
from portico.trail.search import MOST_ROWS_A_CALL, FoundEntries, Span, TrailList

TABLE = "table"
MAILS = ("sent", ARRIVED, *DELIVERIES.values())
MOST_PAGES = 10_000
"""Pages that a command walks through before it stops: six million rows."""


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """What was asked for."""

    sought: SoughtEntries
    span: Span
    subjects: tuple[str, ...] = ()
    """Those of a contact or of an address; none: everybody's."""

    def walked(self, trail: TrailList, *, size: int) -> Iterator[FoundEntries]:
        """Yield page by page until the list is over."""
        at = ""
        for _ in range(MOST_PAGES):
            if self.subjects:
                page = trail.of_subjects(
                    self.subjects, self.sought, self.span, before=at, size=size
                )
            else:
                page = trail.page(self.sought, self.span, before=at, size=size)
            yield page
            if page.ends_at is None:
                return
            at = page.ends_at


def show_list(
    command: Command, workspace: Workspace, wanted: WantedEntries, *, limit: int, form: str
) -> None:
    """Show rows of the list, or write all of them as text."""
    if form != TABLE:
        _write(command, workspace, wanted, form)
        return
    trail, found = _trail(command, workspace), list[Entry]()
    page: FoundEntries | None = None
    for page in wanted.walked(trail, size=min(limit + 1, 100)):
        found += page.entries
        if len(found) > limit:
            break
    note_more(command, len(found), limit)
    note_begin(command, page.since if page else None)
    rows = [entry_answer(each) for each in found[:limit]]
    keys = _keys(command, workspace, rows)
    shown = [short_row(each, keys) for each in rows]
    command.list(f"What happened in {workspace.name}", shown, trail=rows)


def show_one(command: Command, workspace: Workspace, typed: str, span: Span) -> None:
    """Show one sign-in, step by step.

    Raises:
        NotUnderstood: it is no id.
    """
    trail, found = _trail(command, workspace), list[Entry]()
    if "_" in typed:
        try:
            place = Place.parse(typed.replace("_", "#", 1))
        except ValueError:
            raise NotUnderstood(
                "--sign-in: the id of a row, or the twelve characters of a sign-in"
            ) from None
        found = trail.one(place).entries
    else:
        at = ""
        for _ in range(MOST_PAGES):
            page = trail.sign_in(typed, span, before=at)
            found = page.entries
            if found or page.ends_at is None:
                break
            at = page.ends_at
    rows: list[dict[str, Shown]] = [
        {
            "at (UTC)": f"{step.at:%Y-%m-%d %H:%M:%S}",
            "event": step.name,
            "by": step.network or ("-" if step.by == "contact" else step.by),
            "what": " ".join(f"{name}={value}" for name, value in step.detail.items()),
        }
        for entry in found
        for step in entry.steps
    ]
    command.list(f"What happened in {typed}", rows, trail=[entry_answer(each) for each in found])


def show_overview(command: Command, workspace: Workspace, span: Span) -> None:
    """Show counts by day."""
    found: list[Entry] = []
    page: FoundEntries | None = None
    for page in WantedEntries(SoughtEntries(), span).walked(
        _trail(command, workspace), size=MOST_ROWS_A_CALL
    ):
        found += page.entries
    note_begin(command, page.since if page else None)
    days = counted(found, now=SYSTEM.now())
    command.list(f"{workspace.name}, day by day", [short_day(each) for each in days], overview=days)


def demand_format(form: str) -> str:
    """Return the format of a text.

    Raises:
        NotUnderstood: there is no such format.
    """
    if form not in FORMATS:
        raise NotUnderstood(f"--format: {TABLE}, {', '.join(FORMATS)}")
    return form


def _write(command: Command, workspace: Workspace, wanted: WantedEntries, form: str) -> None:
    demand_format(form)
    is_first = True
    for page in wanted.walked(_trail(command, workspace), size=100):
        text = written(page.entries, form, workspace_id=workspace.id, is_first=is_first)
        typer.echo(text, nl=False)
        is_first = False


def _trail(command: Command, workspace: Workspace) -> TrailList:
    keep = timedelta(days=workspace.trail_days)
    return TrailList(command.deployment.trail_table, workspace.id, keep)


def note_more(told: Told, found: int, limit: int) -> None:
    """Say that not all rows are shown."""
    if found > limit:
        told.note(
            f"There is more than these {limit} rows: raise --limit, narrow down, or write all of it with --format csv."
        )


def note_begin(told: Told, since: datetime | None) -> None:
    """Say since when the list is kept."""
    told.note(
        f"The list begins at {since:%Y-%m-%d %H:%M} UTC; what happened before is in portico trail show."
        if since
        else "The list is empty: it begins with what happens next."
    )


def _keys(
    command: Command, workspace: Workspace, rows: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return what keys are called that have done something. Those that are gone are left out."""
    by = sorted({row["by"] for row in rows if row["by"].startswith("key:")})
    if not by:
        return {}
    from portico.team.workspace_key_store import workspace_key_key

    ids = (each.removeprefix("key:") for each in by)
    keys = [workspace_key_key(workspace.id, id_) for id_ in ids]
    found = command.people(workspace.id).many(keys)
    return {each: row["label"] for each, row in zip(by, found, strict=True) if row}


def short_row(row: Mapping[str, Any], keys: Mapping[str, str] | None = None) -> dict[str, Shown]:
    """Return what a table has of a row, which is as the API answers it.

    Args:
        row: the row.
        keys: what keys are called, where that is known. Others stand there by their ids.
    """
    is_sign_in = "_evt_" not in row["id"]
    called = (keys or {}).get(row["by"])
    by = f"key {called}" if called else row["by"]
    return {
        "at (UTC)": f"{moment(row['at']):%Y-%m-%d %H:%M:%S}",
        "event": row["event"],
        "ended": " ".join(
            str(row[name]) for name in ("outcome", "reason", "delivery") if row[name]
        ),
        "way": row["way"],
        "whom": row["contact"] or (None if row["about"] else row["subject"]),
        "about": _thing(row),
        "by": by if called else row["network"] or ("-" if by == "contact" else by),
        "sign-in": row["id"] if is_sign_in else None,
    }


def _thing(row: Mapping[str, Any]) -> str | None:
    """Return what it is about by its label, and by its id where the line has none."""
    if not row["about"]:
        return None
    kind, _, id_ = row["about"].partition(":")
    return f"{kind} {row['label'] or id_}"


def short_day(day: Mapping[str, Any]) -> dict[str, Shown]:
    """Return what a table has of a day, which is as the API counts it."""
    return {
        "day (UTC)": day["day"],
        "sign-ins": day["sign_ins"],
        "ended": _pairs(day["outcomes"]),
        "by": _pairs(day["ways"]),
        "why not": _pairs(day["reasons"]),
        # As they come to be, and not by the alphabet.
        "mails": _pairs({name: day["mails"][name] for name in MAILS if name in day["mails"]}),
        "else": day["others"],
    }


def _pairs(counts: dict[str, int]) -> str:
    return " ".join(f"{name} {count}" for name, count in counts.items())
