"""Import contacts by API: begin, send the file in parts, finish, and read what was refused."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from portico.aws import deadline
from portico.aws.tables import ConditionFailed
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotFound, NotNext
from portico.events import Event
from portico.ids import base64url, event_id, is_random_part
from portico.imports.csv_pieces import PIECE, TableRefused, beginning_of
from portico.imports.part_reader import PartReader, has_time, remarks_of
from portico.imports.rules import (
    LARGEST_FILE,
    SALT_BYTES,
    ImportJob,
    ImportPart,
    ImportPlan,
    ImportState,
    Remark,
)
from portico.imports.store import PART, ImportStore, Moved
from portico.people import contact_import
from portico.people.contact_import import AT_ONCE, ContactImport
from portico.people.memberships import Reach
from portico.people.rules import Workspace


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: what they may do, and as whom the trail knows them."""

    by: str
    reach: Reach
    reactivates: bool = True
    """Whether they may let a deactivated contact sign in again."""


@dataclass(frozen=True, slots=True)
class ContactImports:
    """Imports into a workspace, each of them over many requests.

    Args:
        width: how many writes may run at the same time.
        pause: waits the given seconds while DynamoDB refuses more writes.
    """

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM
    width: int = contact_import.MOST_WRITERS
    pause: Callable[[float], object] = deadline.rest

    def begin(
        self, workspace: Workspace, import_id: str, plan: ImportPlan, *, asked: str
    ) -> ImportJob:
        """Begin an import, once for each id.

        Args:
            workspace: the workspace.
            import_id: its id.
            plan: what is asked for.
            asked: a digest of the request. The import that is returned has that of the first.

        Raises:
            InvalidRequest: the file is empty or too large.
        """
        if not 0 < plan.size <= LARGEST_FILE:
            raise InvalidRequest("size", f"1 to {LARGEST_FILE} bytes")
        salt = secrets.token_bytes(SALT_BYTES)
        job = ImportJob(import_id, plan, salt, self.clock.now(), asked)
        store = self._store(workspace)
        with suppress(ConditionFailed):
            store.begin(job)
            return job
        return store.job(import_id, at=self.clock.now())

    def job(self, workspace: Workspace, import_id: str) -> ImportJob:
        """Return an import.

        Raises:
            NotFound: there is none, or its time is over.
        """
        if not (import_id.startswith("imp_") and is_random_part(import_id[4:])):
            raise NotFound
        return self._store(workspace).job(import_id, at=self.clock.now())

    def take(
        self, workspace: Workspace, import_id: str, at: int, piece: bytes, *, who: Importer
    ) -> tuple[ImportJob, ImportPart]:
        """Take the piece of a file that begins at a place, as much of it as there is time for.

        A piece that was taken before gets the answer that it got then.

        Args:
            workspace: the workspace.
            import_id: the import.
            at: the place, in bytes.
            piece: :data:`PIECE` bytes, or what is left of the file.
            who: who sends it.

        Raises:
            NotFound: there is no such import.
            NotNext: the import goes on at another place.
            InvalidRequest: the piece is of another size.
            TableRefused: the file cannot be read, or has too many rows.
            TryLater: the piece, or what is left of it, can be sent again.
        """
        job = self.job(workspace, import_id)
        if at != job.next or job.state is not ImportState.OPEN:
            return job, self._again(workspace, job, at, piece)
        if len(piece) != min(PIECE, job.plan.size - at):
            raise InvalidRequest("body", f"{min(PIECE, job.plan.size - at)} bytes of the file")
        is_last = at + len(piece) == job.plan.size
        begun, skipped = job, 0
        if at == 0:
            beginning = beginning_of(piece, is_last=is_last)
            begun, skipped = job.begun(beginning), beginning.ends
            self._demand_known(begun)
        store = self._store(workspace)
        reading = PartReader(begun, store, self._importing(workspace, job, who))
        reading.read(piece[skipped:], is_last=is_last)
        after = reading.behind(at + skipped, is_last=is_last)
        taken = after.next - at
        part = ImportPart(at, taken, _digest(piece[:taken]), tuple(reading.remarks))
        # What was written must not be forgotten, even late.
        deadline.leave(deadline.TIME_TO_MEND)
        try:
            store.keep(job, after, part, reading.names, reading.waiting)
        except Moved:
            now = self.job(workspace, import_id)
            return now, self._again(workspace, now, at, piece)
        return after, part

    def finish(self, workspace: Workspace, import_id: str, *, who: Importer) -> ImportJob:
        """Write the rows that waited, as many as there is time for; then the import is over.

        Raises:
            NotFound: there is no such import.
            NotNext: more of the file is expected.
            TryLater: it can be asked again.
        """
        job = self.job(workspace, import_id)
        if job.state is ImportState.OPEN:
            raise NotNext(job.answer())
        while job.state is ImportState.READ:
            job = self._settled(workspace, job, who)
            if not has_time():
                break
        return job

    def cancel(self, workspace: Workspace, import_id: str, *, who: Importer) -> ImportJob:
        """End an import where it is. What it has written stays.

        Raises:
            NotFound: there is no such import.
            TryLater: it can be asked again.
        """
        job = self.job(workspace, import_id)
        store = self._store(workspace)
        if not job.is_over:
            job = self._end(workspace, job, ImportState.CANCELLED, who)
        if job.state is ImportState.CANCELLED:
            store.forget_waiting(job)
        return job

    def report(
        self, workspace: Workspace, import_id: str, *, after: str, most: int
    ) -> tuple[list[Remark], str | None]:
        """Return remarks, part by part until there are *most* of them or more, and the place
        behind the last; ``None``: there are no more.

        Raises:
            NotFound: there is no such import.
            InvalidRequest: *after* is no place of a report.
        """
        job = self.job(workspace, import_id)
        # Whoever makes up a cursor must not reach a place that DynamoDB refuses.
        if after and not after.startswith(PART):
            raise InvalidRequest("cursor", "it is not a cursor of this list")
        found: list[Remark] = []
        for place, remarks in self._store(workspace).report(job, after=after):
            found += remarks
            if len(found) >= most:
                return found, place
        return found, None

    def _again(self, workspace: Workspace, job: ImportJob, at: int, piece: bytes) -> ImportPart:
        part = self._store(workspace).part(job, at)
        if part is None or part.digest != _digest(piece[: part.taken]):
            raise NotNext(job.answer())
        return part

    def _demand_known(self, job: ImportJob) -> None:
        unknown = job.columns.unknown if job.columns else []
        if unknown and not job.plan.ignore_unknown:
            text = f"Unknown columns: {', '.join(unknown)}. To leave them out: ignore_unknown"
            raise TableRefused(text)

    def _settled(self, workspace: Workspace, job: ImportJob, who: Importer) -> ImportJob:
        """Write some of the rows that waited; if there are none, end the import."""
        store = self._store(workspace)
        found = store.first_waiting(job)
        if found is None:
            return self._end(workspace, job, ImportState.FINISHED, who)
        sk, lines = found
        importing = self._importing(workspace, job, who)

        def listed_of(emails: set[str]) -> set[str]:
            names = {job.name_digest(each): each for each in emails}
            return {names[each] for each in store.places(job, names)}

        with importing.writing() as pool:
            done = importing.settle(lines[:AT_ONCE], listed_of, pool)
        after = replace(
            job,
            tally=job.tally.plus(done),
            waiting=job.waiting - len(done),
            settled=job.settled + 1,
        )
        deadline.leave(deadline.TIME_TO_MEND)
        with suppress(Moved):
            store.keep_settled(job, after, sk, lines[AT_ONCE:], remarks_of([], done))
            return after
        return self.job(workspace, job.id)

    def _end(
        self, workspace: Workspace, job: ImportJob, state: ImportState, who: Importer
    ) -> ImportJob:
        after = replace(job, state=state, salt=b"\0" * SALT_BYTES)
        told = {name: str(n) for name, n in job.tally.counts().items() if n}
        event = Event(
            "contact.imported",
            self.clock.now(),
            workspace.id,
            workspace.trail_days,
            who.by,
            detail={**told, "state": state.value, "dry_run": str(job.plan.dry_run).lower()},
            id=event_id(f"{workspace.id}|{job.id}|ended"),
        )
        with suppress(Moved):
            self._store(workspace).end(job, after, event)
            return after
        return self.job(workspace, job.id)

    def _importing(self, workspace: Workspace, job: ImportJob, who: Importer) -> ContactImport:
        return ContactImport(
            self.people_table,
            workspace,
            who.by,
            clock=self.clock,
            dry_run=job.plan.dry_run,
            width=self.width,
            pause=self.pause,
            reach=who.reach,
            reactivates=who.reactivates,
        )

    def _store(self, workspace: Workspace) -> ImportStore:
        return ImportStore(self.sign_in_table, workspace.id)


def _digest(data: bytes) -> str:
    return base64url(sha256(data).digest()[:16])
