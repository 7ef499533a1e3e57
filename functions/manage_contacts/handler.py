"""/v1/workspaces/{workspace}/contacts: what a team and its keys do with contacts."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from portico.account.contact_refs import AskedRef
from portico.edge.contact_routes import (
    AskedAddress,
    AskedContact,
    AskedCorrection,
    AskedDetaching,
    AskedPage,
    ContactRoutes,
)
from portico.edge.door import Door
from portico.edge.find_routes import FindRoutes, SoughtContact
from portico.edge.lift_routes import AskedDomain, LiftRoutes
from portico.edge.merge_routes import AskedMerge, AskedSplit, MergeRoutes
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.events import Caller
from portico.settings import ManageContactsSettings

if TYPE_CHECKING:
    from portico.edge.held_routes import HeldRoutes
    from portico.edge.import_routes import ImportRoutes

settings = ManageContactsSettings.read(os.environ)
access = TeamAccess.to(settings.people_table, settings.sign_in_table, settings.signing_keys)
contacts = ContactRoutes.behind(access, settings)
finds, lifts, merges = FindRoutes(contacts), LiftRoutes(contacts), MergeRoutes(contacts)
handler = Door("manage_contacts", settings)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/find", SoughtContact)
def find_contact(asked: SoughtContact, path: dict[str, str], caller: Caller) -> Response:
    """Find one contact by a whole address, or by a ref."""
    return finds.find(asked, path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/list", AskedPage)
def list_contacts(asked: AskedPage, path: dict[str, str], caller: Caller) -> Response:
    """List contacts, a page at a time."""
    return contacts.list(asked, path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts", AskedContact)
def add_contact(asked: AskedContact, path: dict[str, str], caller: Caller) -> Response:
    """Add a contact."""
    return contacts.add(asked, path, caller)


@handler.writes("PUT /v1/workspaces/{workspace}/contacts/by-ref", AskedRef)
def put_ref(asked: AskedRef, path: dict[str, str], caller: Caller) -> Response:
    """Find or make the contact of a ref."""
    return contacts.put_ref(asked, path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/{contact}/refs/detach", AskedDetaching)
def detach_ref(asked: AskedDetaching, path: dict[str, str], caller: Caller) -> Response:
    """Take a ref from a contact."""
    return contacts.detach_ref(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/{contact}")
def read_contact(path: dict[str, str], caller: Caller) -> Response:
    """Show a contact."""
    return contacts.show(path, caller)


@handler.writes("PATCH /v1/workspaces/{workspace}/contacts/{contact}", AskedCorrection)
def correct_contact(asked: AskedCorrection, path: dict[str, str], caller: Caller) -> Response:
    """Correct a contact's name, language or time zone."""
    return contacts.correct(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/{contact}/trail")
def read_trail(path: dict[str, str], caller: Caller) -> Response:
    """Show what happened to a contact."""
    return contacts.trail(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/{contact}/email", AskedAddress)
def change_email(asked: AskedAddress, path: dict[str, str], caller: Caller) -> Response:
    """Give a contact another address."""
    return contacts.change_email(asked, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/{contact}/deactivate")
def deactivate_contact(path: dict[str, str], caller: Caller) -> Response:
    """Switch a contact off."""
    return contacts.deactivate(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/{contact}/reactivate")
def reactivate_contact(path: dict[str, str], caller: Caller) -> Response:
    """Let a contact sign in again."""
    return contacts.reactivate(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/{contact}/lift")
def lift_suppression(path: dict[str, str], caller: Caller) -> Response:
    """Let a contact's address get mail again."""
    return lifts.lift(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/{contact}/merge", AskedMerge)
def merge_contacts(asked: AskedMerge, path: dict[str, str], caller: Caller) -> Response:
    """Merge a contact into another one, or say what that would do."""
    return merges.merge(asked, path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/{contact}/merge/undo", AskedSplit)
def undo_merge(asked: AskedSplit, path: dict[str, str], caller: Caller) -> Response:
    """Undo a merge."""
    return merges.undo(asked, path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/contacts/lift-domain", AskedDomain)
def lift_domain(asked: AskedDomain, path: dict[str, str], caller: Caller) -> Response:
    """Let all addresses of a domain that refused get mail again."""
    return lifts.lift_domain(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/{contact}/export")
def export_contact(path: dict[str, str], caller: Caller) -> Response:
    """Hand out all data of a contact."""
    return contacts.export(path, caller)


@handler.reads("DELETE /v1/workspaces/{workspace}/contacts/{contact}")
def erase_contact(path: dict[str, str], caller: Caller) -> Response:
    """Erase a contact."""
    return contacts.erase(path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/contacts/imports")
def begin_import(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Begin an import of contacts."""
    return imports().begin(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/imports/{import_id}")
def read_import(path: dict[str, str], caller: Caller) -> Response:
    """Say how far an import has come."""
    return imports().show(path, caller)


@handler.uploads(
    "PUT /v1/workspaces/{workspace}/contacts/imports/{import_id}/parts/{at}",
    "application/octet-stream",
    most=64 * 1024,
)
def take_part(piece: bytes, path: dict[str, str], caller: Caller) -> Response:
    """Take a part of an import's file."""
    return imports().take(piece, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/imports/{import_id}/finish")
def finish_import(path: dict[str, str], caller: Caller) -> Response:
    """Finish an import."""
    return imports().finish(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/imports/{import_id}/cancel")
def cancel_import(path: dict[str, str], caller: Caller) -> Response:
    """End an import where it is."""
    return imports().cancel(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/imports/{import_id}/report")
def report_import(path: dict[str, str], caller: Caller) -> Response:
    """List the refused rows of an import."""
    return imports().report(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/directory/held")
def list_held(asked: dict[str, str], caller: Caller) -> Response:
    """List whose access is held."""
    return held().list(asked, caller)


@handler.changes("POST /v1/workspaces/{workspace}/directory/held")
def decide_held(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Let people leave whose access is held, or keep them."""
    return held().decide(asked, path, caller)


@cache
def held() -> "HeldRoutes":
    """Return the routes of access that is held, which are loaded when a directory holds some."""
    from portico.edge.held_routes import HeldRoutes  # noqa: PLC0415

    return HeldRoutes.behind(access, settings)


@cache
def imports() -> "ImportRoutes":
    """Return the routes of imports, which are loaded when somebody imports."""
    from portico.edge.import_routes import ImportRoutes  # noqa: PLC0415

    return ImportRoutes.behind(access, settings)
