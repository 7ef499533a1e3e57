"""The routes of a workspace's trail, for its team and its keys."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.ids import is_contact
from portico.people.addresses import normalise, subject_of
from portico.people.merges import all_merged_into
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Workspace
from portico.people.store import People
from portico.settings import ManageWorkspaceSettings
from portico.team.rules import Action
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.team.visits import Visits
from portico.trail.entries import DELIVERIES, Outcome, SoughtEntries
from portico.trail.entry_formats import FORMATS, entry_answer, written
from portico.trail.list_rows import Place
from portico.trail.overview import DayCounts, TrailCounts, counted
from portico.trail.search import MOST_ROWS_A_CALL, FoundEntries, Span, TrailList

MOST_EVENTS = 20
"""Names of events in one filter."""
LATEST_MOMENT = 4102444800
"""The year 2100: no time that is asked for is later."""

_WORD = re.compile(r"[a-z0-9][a-z0-9:._-]{0,63}\Z")
_BY = re.compile(r"[a-z]{1,16}(:[A-Za-z0-9@+=,./_-]{1,128})?\Z")
_PLACE = re.compile(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9](!|T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][ -~]{0,60})?\Z"
)
_SIGN_IN = re.compile(r"[0-9a-f]{12}\Z")
_ENTRY = re.compile(r"(20[0-9]{2}-[0-9-]{5}T[0-9:]{8}Z)_([A-Za-z0-9_-]{1,60})\Z")


@dataclass(frozen=True, slots=True)
class AskedTrail:
    """POST …/trail/list, …/trail/export and …/trail/overview: which rows are wanted."""

    events: list[Any] | None = None
    outcome: str | None = None
    way: str | None = None
    reason: str | None = None
    delivery: str | None = None
    by: str | None = None
    contact: str | None = None
    email: str | None = field(default=None, repr=False)
    sign_in: str | None = None
    since: int | None = None
    until: int | None = None
    format: str | None = None
    limit: int | None = None
    cursor: str | None = field(default=None, repr=False)

    @property
    def sought(self) -> SoughtEntries:
        """The filter, checked.

        Raises:
            InvalidRequest: a part of it cannot fit anything.
        """
        events = self.events or []
        if len(events) > MOST_EVENTS or not all(
            isinstance(each, str) and _WORD.match(each) for each in events
        ):
            raise InvalidRequest("events", f"at most {MOST_EVENTS} names, such as code.withheld")
        if self.outcome is not None and self.outcome not in set(Outcome):
            raise InvalidRequest("outcome", ", ".join(Outcome))
        if self.delivery is not None and self.delivery not in DELIVERIES.values():
            raise InvalidRequest("delivery", ", ".join(DELIVERIES.values()))
        for name in ("way", "reason"):
            value = getattr(self, name)
            if value is not None and not _WORD.match(value):
                raise InvalidRequest(name, "a word of the trail")
        if self.by is not None and not _BY.match(self.by):
            raise InvalidRequest("by", "such as member, or member:ct_…")
        return SoughtEntries(
            tuple(events), self.outcome, self.way, self.reason, self.delivery, self.by
        )

    @property
    def span(self) -> Span:
        """The time, checked.

        Raises:
            InvalidRequest: it is none.
        """
        for name in ("since", "until"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= LATEST_MOMENT:
                raise InvalidRequest(name, "seconds since 1970")
        return Span(
            None if self.since is None else moment(self.since),
            None if self.until is None else moment(self.until),
        )

    @property
    def named(self) -> dict[str, Any]:
        """What the filter is made of."""
        told = {n: v for n, v in asdict(self).items() if v is not None}
        return {n: v for n, v in told.items() if n not in ("limit", "cursor", "format")}

    @property
    def is_of_all(self) -> bool:
        """Whether every row of the time is wanted.

        Raises:
            InvalidRequest: a part of the filter cannot fit anything.
        """
        is_ones = (self.contact, self.email, self.sign_in) != (None, None, None)
        return self.sought.is_everything and not is_ones

    @property
    def size(self) -> int:
        """The most rows of a page.

        Raises:
            InvalidRequest: it is no number from 1 to 100.
        """
        return page_size_of(None if self.limit is None else str(self.limit))


@dataclass(frozen=True, slots=True)
class TrailRoutes:
    """What the door answers about the trail."""

    people_table: str
    sign_in_table: str
    trail_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, settings.trail_table, access)

    def list(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of the list."""
        found = self.access.of_anyone(path, caller, Action.READ_TRAIL)
        asked = shaped(wanted, AskedTrail)
        page = self._page(found.workspace, asked, size=asked.size)
        self._note(found, asked, "trail.listed", len(page.entries))
        entries = [entry_answer(each) for each in page.entries]
        return Response(200, {"entries": entries, **self._rest(found.workspace, asked, page)})

    def export(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of the list as text, to be put behind the text of the page before."""
        found = self.access.of_anyone(path, caller, Action.READ_TRAIL)
        asked = shaped(wanted, AskedTrail)
        form = FORMATS[0] if asked.format is None else asked.format
        if form not in FORMATS:
            raise InvalidRequest("format", ", ".join(FORMATS))
        page = self._page(found.workspace, asked, size=asked.size)
        self._note(found, asked, "trail.exported", len(page.entries))
        text = written(
            page.entries, form, workspace_id=found.workspace.id, is_first=asked.cursor is None
        )
        rest = self._rest(found.workspace, asked, page)
        return Response(200, {"format": form, "text": text, **rest})

    def overview(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer with counts by day."""
        found = self.access.of_anyone(path, caller, Action.READ_TRAIL)
        asked = shaped(wanted, AskedTrail)
        # As many rows as a call may read; a limit is checked, and means nothing here.
        size = max(asked.size, MOST_ROWS_A_CALL)
        if asked.is_of_all:
            counts, page = self._all_counted(found.workspace, asked)
            days = [each.answer(day) for day, each in counts.items() if each.total]
            total = sum(each.total for each in counts.values())
        else:
            page = self._page(found.workspace, asked, size=size)
            days, total = counted(page.entries, now=self.clock.now()), len(page.entries)
        self._note(found, asked, "trail.listed", total)
        return Response(200, {"days": days, **self._rest(found.workspace, asked, page)})

    def _all_counted(
        self, workspace: Workspace, asked: AskedTrail
    ) -> tuple[dict[str, DayCounts], FoundEntries]:
        trail = trail_list(self.trail_table, workspace, self.clock)
        before = _place(asked.cursor, _name(workspace, asked)) if asked.cursor is not None else ""
        return TrailCounts(trail).page(asked.span, before=before)

    def _page(self, workspace: Workspace, asked: AskedTrail, *, size: int) -> FoundEntries:
        sought, span, before = asked.sought, asked.span, ""
        if asked.cursor is not None:
            before = _place(asked.cursor, _name(workspace, asked))
        trail = trail_list(self.trail_table, workspace, self.clock)
        if asked.sign_in is not None:
            return _sign_in(trail, asked.sign_in, span, before)
        subjects = self._subjects(workspace, asked)
        if subjects:
            return trail.of_subjects(subjects, sought, span, before=before, size=size)
        return trail.page(sought, span, before=before, size=size)

    def _subjects(self, workspace: Workspace, asked: AskedTrail) -> tuple[str, ...]:
        if asked.contact is not None and asked.email is not None:
            raise InvalidRequest("email", "either this, or contact")
        if asked.contact is not None:
            # An empty id is a script's mistake, and no wish for everybody's.
            if not is_contact(asked.contact):
                raise InvalidRequest("contact", "a contact's id")
            return ids_of(self.people_table, workspace, asked.contact)
        if asked.email is None:
            return ()
        email = normalise(asked.email)
        rows = Rows(self.people_table, f"{workspace.id}#")
        (row,) = get_many([(rows, *pointer_key(workspace.id, email))], consistent=False)
        pointer = Pointer.from_row(row)
        whose = pointer.contact or pointer.former
        ids = ids_of(self.people_table, workspace, whose) if whose else ()
        return (*ids, subject_of(email))

    def _note(
        self, found: TeamCaller | KeyCaller, asked: AskedTrail, name: str, total: int
    ) -> None:
        # Whoever goes on has begun before.
        if asked.cursor is None:
            by = " ".join(sorted(asked.named)) or "all"
            visits = Visits(self.sign_in_table, self.clock)
            visits.note_trail(found, name, by=by, found=total)

    def _rest(self, workspace: Workspace, asked: AskedTrail, page: FoundEntries) -> dict[str, Any]:
        return page_rest(page, name=_name(workspace, asked))


def ids_of(people_table: str, workspace: Workspace, contact: str) -> tuple[str, ...]:
    """Return a contact's id, and those of all who were merged into them."""
    merges = all_merged_into(People(people_table, workspace.id), contact)
    return (contact, *(lost for _, lost in merges))


def entries_of_contact(
    table: str,
    workspace: Workspace,
    contact: str,
    asked: dict[str, str],
    *,
    merged: Sequence[str] = (),
    clock: Clock,
) -> dict[str, Any]:
    """Return the members of an answer about one contact: a page of their rows.

    Args:
        table: the Trail.
        workspace: the contact's.
        contact: their id.
        merged: the ids of those who were merged into them.
        asked: ``limit`` and ``cursor``, as sent.
        clock: the time.

    Raises:
        InvalidRequest: one of them is wrong.
        TryLater: the Trail is out of reach.
    """
    name, size, before = f"{workspace.id}|trail|{contact}", page_size_of(asked.get("limit")), ""
    if "cursor" in asked:
        before = _place(asked["cursor"], name)
    trail = trail_list(table, workspace, clock)
    page = trail.of_subjects([contact, *merged], SoughtEntries(), Span(), before=before, size=size)
    return {"entries": [entry_answer(each) for each in page.entries], **page_rest(page, name=name)}


def trail_list(table: str, workspace: Workspace, clock: Clock) -> TrailList:
    """Return the list of a workspace, for as long as it keeps its trail."""
    return TrailList(table, workspace.id, timedelta(days=workspace.trail_days), clock)


def page_rest(page: FoundEntries, *, name: str) -> dict[str, Any]:
    """Return what an answer says beside its rows: how to go on, and how far it looked.

    Args:
        page: the page.
        name: of the list, which its cursors are bound to.
    """
    return {
        "next": cursor_at([page.ends_at], of=name) if page.ends_at else None,
        "searched_until": epoch(page.searched_until),
        "complete_since": epoch(page.since) if page.since else None,
    }


def _place(cursor: str, name: str) -> str:
    (place,) = place_of(cursor, of=name)
    if not _PLACE.match(place):
        raise InvalidRequest("cursor", "it is not a cursor of this list")
    return place


def _name(workspace: Workspace, asked: AskedTrail) -> str:
    return f"{workspace.id}|trail|{sorted(asked.named.items())}"


def _sign_in(trail: TrailList, typed: str, span: Span, before: str) -> FoundEntries:
    if _SIGN_IN.match(typed):
        return trail.sign_in(typed, span, before=before)
    match = _ENTRY.match(typed)
    if match is None:
        raise InvalidRequest("sign_in", "the id of a row, or the twelve characters of a sign-in")
    try:
        place = Place(datetime.fromisoformat(match[1]), match[2])
    except ValueError:
        raise InvalidRequest("sign_in", "the id of a row") from None
    return trail.one(place)
