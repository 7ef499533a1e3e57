"""The routes of imports of contacts, for a workspace's team and its keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from portico.clock import SYSTEM, Clock
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, idempotency_key_of
from portico.errors import InvalidRequest, NotFound
from portico.events import Caller
from portico.imports.columns import FIELDS
from portico.imports.csv_pieces import PIECE, TableRefused
from portico.imports.flow import ContactImports, Importer
from portico.imports.rules import ImportJob, ImportPlan
from portico.people import contact_import
from portico.settings import ManageContactsSettings
from portico.team.rules import Action
from portico.team.team_caller import KeyCaller, TeamCaller

LONGEST_HEADER = 200
"""Characters of a column's name that is said."""
_PLACE = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z")

type Sender = TeamCaller | KeyCaller


@dataclass(frozen=True, slots=True)
class AskedImport:
    """POST …/contacts/imports: begin an import of a file of so many bytes."""

    size: int
    dry_run: bool = False
    ignore_unknown: bool = False
    columns: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ImportRoutes:
    """What the door answers about imports."""

    people_table: str
    sign_in_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageContactsSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, access)

    def begin(self, body: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Begin an import, once for each ``Idempotency-Key``."""
        asked = shaped(body, AskedImport)
        found = self._found(path, caller)
        once = idempotency_key_of(caller, found, "imports", asked)
        plan = ImportPlan(
            asked.size, asked.dry_run, asked.ignore_unknown, _columns_of(asked.columns or {})
        )
        id_ = f"imp_{once.random_part()}"
        job = self._imports.begin(found.workspace, id_, plan, asked=once.body)
        once.demand_same(job.asked)
        return _showing(job, status=201)

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Say how far an import has come."""
        found = self.access.of_anyone(path, caller, Action.READ_IMPORT)
        return _showing(self._imports.job(found.workspace, path["import_id"]))

    def take(self, piece: bytes, path: dict[str, str], caller: Caller) -> Response:
        """Take a part of the file, and say which of its rows were refused."""
        found = self._found(path, caller)
        if not _PLACE.match(path["at"]):
            raise NotFound
        at = int(path["at"])
        try:
            job, part = self._imports.take(
                found.workspace, path["import_id"], at, piece, who=_importer(found)
            )
        except TableRefused as refused:
            _refuse(refused)
        return _showing(job, refused_rows=[each.answer() for each in part.remarks])

    def finish(self, path: dict[str, str], caller: Caller) -> Response:
        """Write the rows that waited for the end of the file."""
        found = self._found(path, caller)
        job = self._imports.finish(found.workspace, path["import_id"], who=_importer(found))
        return _showing(job)

    def cancel(self, path: dict[str, str], caller: Caller) -> Response:
        """End an import where it is."""
        found = self._found(path, caller)
        job = self._imports.cancel(found.workspace, path["import_id"], who=_importer(found))
        return _showing(job)

    def report(self, path: dict[str, str], caller: Caller) -> Response:
        """List the refused rows of an import, a page at a time."""
        found = self.access.of_anyone(path, caller, Action.READ_IMPORT)
        size, after = page_size_of(path.get("limit")), ""
        name = f"{found.workspace.id}|import|{path['import_id']}"
        if "cursor" in path:
            (after,) = place_of(path["cursor"], of=name)
        rows, place = self._imports.report(
            found.workspace, path["import_id"], after=after, most=size
        )
        answer = {
            "refused_rows": [each.answer() for each in rows],
            "next": cursor_at([place], of=name) if place else None,
        }
        return Response(200, answer)

    def _found(self, path: dict[str, str], caller: Caller) -> Sender:
        return self.access.of_anyone(path, caller, Action.IMPORT_CONTACTS)

    @property
    def _imports(self) -> ContactImports:
        return ContactImports(
            self.people_table,
            self.sign_in_table,
            self.clock,
            width=contact_import.MOST_WRITERS,
        )


def _importer(found: Sender) -> Importer:
    # As by the single routes: a key switches contacts off, and none on again.
    return Importer(found.by, found.reach, reactivates=not isinstance(found, KeyCaller))


def _columns_of(asked: Mapping[str, Any]) -> dict[str, str]:
    for name, header in asked.items():
        is_text = isinstance(header, str) and header.isprintable()
        if name not in FIELDS or not is_text or len(header) > LONGEST_HEADER:
            raise InvalidRequest("columns", f"the column of each field of {' '.join(FIELDS)}")
    return dict(asked)


def _showing(job: ImportJob, *, status: int = 200, **more: Any) -> Response:
    return Response(status, {"import": job.answer() | {"part_size": PIECE}} | more)


def _refuse(refused: TableRefused) -> NoReturn:
    hint = f" columns: {refused.field}: {refused.header}" if refused.field else ""
    raise InvalidRequest("file", f"{refused.text}{hint}") from None
