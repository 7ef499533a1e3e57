"""How answers tell of a directory, to whoever asks by API and to whoever has AWS credentials."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from portico.clock import epoch
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.store import Record
from portico.people.rules import Contact
from portico.team.directory_people import DirectoryPerson, FoundPeople
from portico.team.directory_status import DirectoryStatus, SyncingKey
from portico.trail.entry_formats import entry_answer


def status_answer(status: DirectoryStatus, *, at: datetime) -> dict[str, Any]:
    """Return the members of an answer about how a directory is doing."""
    reckoning, leaving = status.reckoning, status.leaving
    return {
        "keys": [_key_answer(each, at) for each in status.keys],
        "people": {
            "active": status.active,
            "inactive": status.people - status.active,
            "complete": status.is_complete,
        },
        "files": {
            "sources": [
                {"source": each.source, "active": each.active, "inactive": each.inactive}
                for each in status.files
            ],
            "complete": status.has_all_files,
            "last_import_at": epoch(status.last_import) if status.last_import else None,
        },
        "groups": [{"id": each.id, "name": each.name} for each in status.groups],
        "groups_complete": status.has_all_groups,
        "deciding": [
            {
                "id": each.id,
                "name": each.name,
                "members": each.members,
                "complete": each.is_complete,
            }
            for each in status.deciding
        ],
        "reckoning": reckoning
        and {
            "walk": reckoning.walk,
            "since": epoch(reckoning.since) if reckoning.since else None,
            "reached": reckoning.reached,
        },
        "leaving": leaving
        and {
            "gone": leaving.gone,
            "active": leaving.active,
            "since": epoch(leaving.since),
            "told_at": epoch(leaving.told_at) if leaving.told_at else None,
        },
    }


def _key_answer(syncing: SyncingKey, at: datetime) -> dict[str, Any]:
    key, refusal = syncing.key, syncing.refusal
    return {
        "id": key.id,
        "label": key.label,
        "state": key.state(at=at),
        "created_at": epoch(key.created_at),
        "expires_at": epoch(key.expires_at),
        "last_used_at": epoch(syncing.used_at) if syncing.used_at else None,
        "last_refusal": refusal
        and {"at": epoch(refusal.at), "status": refusal.status, "reason": refusal.reason},
    }


def found_answer(
    found: FoundPeople,
    deciding: Collection[str],
    contact: Callable[[Contact], dict[str, Any]],
    *,
    shows_log: bool,
) -> dict[str, Any]:
    """Return the members of an answer about whom an address or an external id finds.

    Args:
        found: who it is.
        deciding: ids of the groups that let people in.
        contact: tells a contact.
        shows_log: whether the caller may read the trail.
    """
    return {
        "people": [_person(each, deciding, contact, shows_log=shows_log) for each in found.people],
        "complete": found.are_all,
        "file_record": _file(found.file_record) if found.file_record else None,
        "refused": [entry_answer(each) for each in found.refused] if shows_log else None,
    }


def _person(
    person: DirectoryPerson,
    deciding: Collection[str],
    contact: Callable[[Contact], dict[str, Any]],
    *,
    shows_log: bool,
) -> dict[str, Any]:
    return {
        **sent_answer(person.user),
        "created_at": epoch(person.user.created_at),
        "groups": [
            {"id": each.id, "name": each.name, "lets_in": each.id in deciding}
            for each in person.groups
        ],
        "groups_complete": person.has_all_groups,
        "contacts": [contact(each) for each in person.contacts],
        "log": [entry_answer(each) for each in person.log] if shows_log else None,
    }


def sent_answer(user: SyncedUser) -> dict[str, Any]:
    """Return what a directory has sent of somebody, as answers have it."""
    # Whom the directory lets in by now needs no hold.
    hold = None if user.may_come_in else user.hold
    return {
        "id": user.id,
        "user_name": user.user_name,
        "external_id": user.external_id,
        "name": user.shown_name,
        "emails": user.addresses,
        "active": user.active,
        "allowed": user.allowed,
        "held_until": epoch(hold.until) if hold and not hold.is_kept else None,
        "kept": hold is not None and hold.is_kept,
        "contact": user.contact,
        "changed_at": epoch(user.changed_at),
    }


def _file(record: Record) -> dict[str, Any]:
    return {
        "source": record.source,
        "external_id": record.external_id,
        "user_name": record.user_name,
        "emails": list(record.emails),
        "active": record.active,
        "imported_at": epoch(record.imported_at),
    }
