"""``portico trail list`` and ``overview`` over HTTP, with a key."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import typer

from cli.command import Told
from cli.output import Shown
from cli.trail_list import (
    MOST_PAGES,
    TABLE,
    demand_format,
    note_begin,
    note_more,
    short_day,
    short_row,
)
from portico.clock import epoch, moment
from portico.trail.entries import SoughtEntries
from portico.trail.search import Span

if TYPE_CHECKING:
    from portico_team import Portico
    from portico_team.contract import SoughtTrail, SoughtTrailExport

COUNTS = ("outcomes", "ways", "reasons", "deliveries", "mails")


@dataclass(frozen=True, slots=True)
class RemoteTrail:
    """A workspace's list, as its routes tell of it."""

    told: Told
    portico: "Portico"

    def show_list(
        self, who: str | None, sought: SoughtEntries, span: Span, *, limit: int, form: str
    ) -> None:
        """Show rows of the list, or write all of them as text."""
        body = _body(who, sought, span)
        if form != TABLE:
            self._write(body, demand_format(form))
            return
        walk = self.portico.list_trail({**body, "limit": min(limit + 1, 100)})
        found = [dict(each) for each in islice(walk, limit + 1)]
        note_more(self.told, len(found), limit)
        note_begin(self.told, _since(walk.page))
        rows = [short_row(each) for each in found[:limit]]
        self.told.list(f"What happened in {self.portico.workspace}", rows, trail=found[:limit])

    def show_one(self, typed: str, span: Span) -> None:
        """Show one sign-in, step by step."""
        body = _body(None, SoughtEntries(), span)
        walk = self.portico.list_trail({**body, "sign_in": typed})
        found: list[dict[str, Any]] = [dict(each) for each in walk]
        rows: list[dict[str, Shown]] = [
            {
                "at (UTC)": f"{moment(step['at']):%Y-%m-%d %H:%M:%S}",
                "event": step["event"],
                "by": "-" if step["by"] == "contact" else step["by"],
                "what": " ".join(f"{name}={value}" for name, value in step["detail"].items()),
            }
            for entry in found
            for step in entry["steps"]
        ]
        self.told.list(f"What happened in {typed}", rows, trail=found)

    def show_overview(self, span: Span) -> None:
        """Show counts by day."""
        walk = self.portico.count_trail(_body(None, SoughtEntries(), span))
        days = _added_up([dict(each) for each in walk])
        note_begin(self.told, _since(walk.page))
        rows = [short_day(each) for each in days]
        self.told.list(f"{self.portico.workspace}, day by day", rows, overview=days)

    def _write(self, body: "SoughtTrail", form: str) -> None:
        wanted = cast("SoughtTrailExport", {**body, "format": form, "limit": 100})
        for _ in range(MOST_PAGES):
            page = self.portico.export_trail(wanted)
            typer.echo(page["text"], nl=False)
            if page["next"] is None:
                return
            wanted = {**wanted, "cursor": page["next"]}


def _body(who: str | None, sought: SoughtEntries, span: Span) -> "SoughtTrail":
    filters = {
        name: getattr(sought, name) for name in ("outcome", "way", "reason", "delivery", "by")
    }
    times = {
        "since": epoch(span.since) if span.since else None,
        "until": epoch(span.until) if span.until else None,
    }
    whose = {("email" if "@" in who else "contact"): who} if who else {}
    events = list(sought.events) or None
    body = {**filters, **times, **whose, "events": events}
    return cast("SoughtTrail", {name: value for name, value in body.items() if value is not None})


def _since(page: Any) -> Any:
    began = page["complete_since"] if page else None
    return None if began is None else moment(began)


def _added_up(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each day once: two pages may have a part of one, with different rows."""
    days: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        days.setdefault(each["day"], []).append(each)
    return [
        {
            "day": day,
            **{name: sum(part[name] for part in parts) for name in ("sign_ins", "others")},
            **{name: _sum(part[name] for part in parts) for name in COUNTS},
        }
        for day, parts in sorted(days.items(), reverse=True)
    ]


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))
