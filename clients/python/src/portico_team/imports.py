"""Send a file of contacts, part after part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from typing import BinaryIO

from portico_team.client import Portico
from portico_team.contract import Import, NotNext, RefusedRow


def import_contacts(
    portico: Portico,
    file: BinaryIO,
    *,
    dry_run: bool = False,
    ignore_unknown: bool = False,
    columns: Mapping[str, str] | None = None,
    told: Callable[[Import, list[RefusedRow]], object] | None = None,
    idempotency_key: str | None = None,
) -> Import:
    """Import the contacts of a CSV file, and return the import as it ended.

    Rows that are refused do not stop it: ``portico.report_import(id)`` walks through them. One part
    of the file is in memory at a time.

    Args:
        portico: the client, whose key has ``contacts:write``.
        file: open for bytes, and seekable.
        dry_run: say what it would do, and write no contact.
        ignore_unknown: leave out columns that are no field of a contact.
        columns: the column of each field that is not to be guessed.
        told: called after each part, with how far it has come and the refused rows of the part.
        idempotency_key: your own, if the script may be started again within a day: then the import
            goes on where it was. The file must be the same.

    Raises:
        InvalidRequest: the file cannot be read; nothing of it was written.
        Problem, OutOfReach: it stopped. What was written stays, and the same file can be imported
            again: contacts who are in already do not change.
    """
    size = file.seek(0, os.SEEK_END)
    now = portico.begin_import(
        {
            "size": size,
            "dry_run": dry_run,
            "ignore_unknown": ignore_unknown,
            "columns": dict(columns or {}),
        },
        idempotency_key=idempotency_key or secrets.token_urlsafe(16),
    )["import"]
    while now["state"] == "open":
        file.seek(now["next"])
        try:
            taken = portico.take_import_part(
                now["id"], str(now["next"]), file.read(now["part_size"])
            )
        except NotNext:
            # Somebody else sends the same file, or has ended the import.
            now = portico.read_import(now["id"])["import"]
            continue
        now = taken["import"]
        if told:
            told(now, taken["refused_rows"])
    while now["state"] == "read":
        now = portico.finish_import(now["id"])["import"]
    return now
