"""``portico workspace export`` and ``import``: a whole workspace into a file, and into another stack."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cli.command import Command, workspace_of
from cli.output import Shown
from cli.progress import Progress
from cli.refusals import Refusal
from portico.errors import TakenAlready
from portico.exports.export_file import ExportUnreadable, ExportWriter, checked
from portico.exports.flow import OtherExport, WorkspaceExports
from portico.sso.store import Connections

OURS_ALONE = 0o600
STAYS = (
    "It does not hold: sessions and open sign-ins, the trail, keys for scripts, the history of "
    "changes of settings, suppressed addresses of nobody, and the client secrets of connections."
)


def export_workspace(command: Command, workspace_id: str, file: Path, *, passwords: bool) -> None:
    """Write a workspace into a new file that only its owner may read.

    Raises:
        Refusal: the file is there already, or cannot be written.
    """
    workspace = workspace_of(command, workspace_id)
    exports = WorkspaceExports(command.deployment.people_table)
    with _fresh(file) as text, Progress.shown(0, quiet=command.as_json) as progress:
        counts = exports.export(
            workspace,
            ExportWriter(text),
            by=command.by,
            passwords=passwords,
            told=lambda rows: progress.show(0, rows, f"{rows:,} rows"),
        )
    holds = "names and addresses of all contacts, and hashes of links and of portals' secrets"
    if passwords:
        holds += ", and hashes of passwords, which can be guessed at without end"
    command.note(
        f"{file} holds {holds}. Only you can read it: keep it so, encrypt it before it travels, and "
        "delete it when the workspace is in."
    )
    if not passwords:
        command.note(
            "It holds no password: whoever signs in with one must set it anew. With "
            "--with-passwords their hashes come along."
        )
    command.note(STAYS)
    told: dict[str, Shown] = dict(sorted(counts.items()))
    command.card(f"Exported: {workspace.name}", told, workspace=workspace.id, holds=told)


def import_workspace(command: Command, file: Path) -> None:
    """Write the workspace of a file into this stack, which has none of its id.

    Raises:
        Refusal: the file is no export, or not whole; or the workspace is there.
    """
    exports = WorkspaceExports(command.deployment.people_table)
    try:
        with _opened(file) as text:
            export = checked(text)
    except ExportUnreadable as refused:
        raise _unreadable(file, refused) from None
    id_ = export.header.workspace_id
    try:
        with _opened(file) as text, Progress.shown(export.rows, quiet=command.as_json) as progress:
            is_new = exports.import_(
                export,
                text,
                by=command.by,
                told=lambda rows: progress.show(rows, rows, f"{rows:,} rows"),
            )
    except ExportUnreadable as refused:
        raise _unreadable(file, refused) from None
    except TakenAlready:
        raise Refusal(
            f"This stack has a workspace {id_} already: nothing was written. A workspace is imported "
            "into a stack that has none of its id."
        ) from None
    except OtherExport:
        raise Refusal(
            f"An import of {id_} from another file was begun, and is not finished: import that file."
        ) from None
    if not is_new:
        command.note("This file is in already: nothing was written.")
    for connection in Connections(command.deployment.people_table, id_).all():
        command.note(
            f"Nobody signs in by {connection.label} until it has its client secret: portico "
            f"connection add {id_} {connection.id} --replace"
        )
    if not export.header.passwords:
        command.note("Passwords did not come along: whoever had one must set it anew.")
    command.note("Keys for scripts did not come along: portico key add")
    workspace = workspace_of(command, id_)
    rows: dict[str, Shown] = {"id": id_, "exported at": export.header.made_at, "rows": export.rows}
    command.card(f"Imported: {workspace.name}", rows, workspace=id_, rows=export.rows, new=is_new)


def _unreadable(file: Path, refused: ExportUnreadable) -> Refusal:
    return Refusal(f"{file}: {refused.reason}. No workspace was opened.")


@contextmanager
def _fresh(file: Path) -> Iterator[TextIO]:
    try:
        # Never over another file, and never through a link that somebody has put there.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS_ALONE)
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as text:
        yield text


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    try:
        text = file.open(encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}") from None
    with text:
        yield text
