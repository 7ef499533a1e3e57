"""Rows of the list as others take them: JSON, CSV, JSON Lines, and OCSF for a security team's store.

Source: schema.ocsf.io, version 1.3.0, the class Authentication (3002) and its objects.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any

from portico.clock import epoch
from portico.printable import printable_cell, printable_detail, printable_json, printable_name
from portico.trail.entries import Entry, Outcome, Step

FORMATS = ("csv", "jsonl", "ocsf")
TRAIL_COLUMNS = "id at event outcome way purpose reason delivery contact subject by link network about label".split()
OCSF_VERSION = "1.3.0"
AUTHENTICATION = 3002
LOGON, LOGOFF = 1, 2
_STATUS = {Outcome.SIGNED_IN: 1, Outcome.WITHHELD: 2, Outcome.REFUSED: 2}
"""Success and failure. What has not ended has no status."""


def entry_id(entry: Entry) -> str:
    """Return a row's id, which says where it is: ``2026-11-21T12:00:00Z_4c5322a62629``."""
    return entry.place.sk.replace("#", "_", 1)


def entry_answer(entry: Entry) -> dict[str, Any]:
    """Return the members of a row in JSON."""
    decisive = entry.decisive
    return {
        "id": entry_id(entry),
        "at": epoch(entry.place.began),
        "event": decisive.name,
        "outcome": str(entry.outcome),
        "way": entry.way,
        "purpose": entry.purpose,
        "reason": entry.reason,
        "delivery": entry.delivery,
        "contact": entry.contact,
        "subject": decisive.subject,
        "by": decisive.by,
        "link": entry.told("link"),
        "about": _shown(entry.about),
        "label": _shown(entry.label),
        "network": next((s.network for s in reversed(entry.steps) if s.network), None),
        "steps": [_step(each) for each in entry.steps],
    }


def written(entries: Iterable[Entry], form: str, *, workspace_id: str, is_first: bool) -> str:
    """Return rows as text, one a line.

    Args:
        entries: the rows. OCSF has a class for those that are sign-ins; the others are left out.
        form: one of `FORMATS`.
        workspace_id: the workspace.
        is_first: whether it is the first page, which names the columns of a table.
    """
    match form:
        case "csv":
            return _table(entries, is_first=is_first)
        case "jsonl":
            return _lines(map(entry_answer, entries))
        case _:
            told = (ocsf_event(each, workspace_id) for each in entries)
            return _lines(each for each in told if each)


def ocsf_event(entry: Entry, workspace_id: str) -> dict[str, Any] | None:
    """Return a row as an event of OCSF's class Authentication; ``None``: it is none."""
    decisive, is_end = entry.decisive, entry.decisive.name == "session.ended"
    if not (entry.is_sign_in or is_end or decisive.name == "password.refused"):
        return None
    activity = LOGOFF if is_end else LOGON
    status = 1 if is_end else _STATUS.get(entry.outcome, 0)
    answer = entry_answer(entry)
    event: dict[str, Any] = {
        "activity_id": activity,
        "category_uid": AUTHENTICATION // 1000,
        "class_uid": AUTHENTICATION,
        "type_uid": AUTHENTICATION * 100 + activity,
        "time": answer["at"] * 1000,
        "severity_id": 1,
        "status_id": status,
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Portico", "vendor_name": "Portico"},
            "uid": answer["id"],
            "tenant_uid": workspace_id,
            "event_code": decisive.name,
        },
        # Somebody of whom no contact is known has the name that the trail gave to the address.
        "user": {"uid": answer["contact"] or answer["subject"] or "unknown", "type_id": 1},
        "service": {"name": "Portico", "uid": workspace_id},
        "is_remote": True,
        "auth_protocol_id": 99,
        "auth_protocol": answer["way"] or "other",
    }
    session = entry.told("session")
    if session:
        event["session"] = {"uid": session}
    if answer["reason"]:
        event["status_detail"] = answer["reason"]
    if answer["network"]:
        # An IPv6 network is no address.
        member = "name" if "/" in answer["network"] else "ip"
        event["src_endpoint"] = {member: answer["network"]}
    return event


def _shown(text: str | None) -> str | None:
    # Once more: a row may be older than the rule that it was kept by.
    return None if text is None else printable_name(text)


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": epoch(step.at),
        "event": step.name,
        "by": step.by,
        # Once more: a row may be older than the rule that it was kept by.
        "detail": {name: printable_detail(name, str(value)) for name, value in step.detail.items()},
    }


def _table(entries: Iterable[Entry], *, is_first: bool) -> str:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    if is_first:
        sheet.writerow(TRAIL_COLUMNS)
    for each in entries:
        answer = entry_answer(each) | {"at": each.place.began.isoformat()}
        sheet.writerow([printable_cell(answer[name]) for name in TRAIL_COLUMNS])
    return text.getvalue()


def _lines(told: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{printable_json(each, separators=(',', ':'))}\n" for each in told)
