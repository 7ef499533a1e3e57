"""What a member presses: the exact route, and the same as a command.

A command is made to be copied into a shell, and an address may have signs that a shell obeys. So
each of its words is quoted.
"""

import shlex
from typing import Any

from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Press, Remedy
from portico.diagnosis.sentences import say
from portico.people.rules import Contact

NAME_TO_TYPE = "…"
"""Stands in a body and a command where whoever presses must say a name."""


def setting(facts: Facts, remedy: Remedy, option: str, **values: Any) -> Press:
    """Return a change of settings. It takes ``If-Match``, as every change of them."""
    id_ = facts.workspace.id
    return Press(
        remedy,
        f"PATCH /v1/workspaces/{id_}/settings",
        _command("workspace", "set", id_, *option.split()),
        values,
    )


def of_contact(facts: Facts, remedy: Remedy, contact: Contact, route: str, command: str) -> Press:
    """Return a remedy that acts on one contact."""
    id_ = facts.workspace.id
    return Press(
        remedy,
        f"POST /v1/workspaces/{id_}/contacts/{contact.id}/{route}",
        _command("contact", command, id_, contact.id),
        contact=contact.id,
    )


def reactivate(facts: Facts, contact: Contact) -> Press:
    """Return: let a contact sign in again."""
    return of_contact(facts, Remedy.REACTIVATE, contact, "reactivate", "activate")


def lift(facts: Facts, contact: Contact) -> Press:
    """Return: let the address get mail again."""
    return of_contact(facts, Remedy.LIFT, contact, "lift", "lift")


def lift_domain(facts: Facts, domain: str) -> Press:
    """Return: let all addresses of a domain get mail again."""
    id_ = facts.workspace.id
    return Press(
        Remedy.LIFT_DOMAIN,
        f"POST /v1/workspaces/{id_}/contacts/lift-domain",
        _command("contact", "lift", id_, "--domain", domain),
        {"domain": domain},
    )


def new_link(facts: Facts, contact: Contact) -> Press:
    """Return: make a personal link, and send it to the contact."""
    id_ = facts.workspace.id
    return Press(
        Remedy.NEW_LINK,
        f"POST /v1/workspaces/{id_}/links",
        _command("link", "create", id_, "--contact", contact.id),
        {"links": [{"contact": contact.id}]},
        contact=contact.id,
        then=say(facts, "new_link").text,
    )


def add_contact(facts: Facts, email: str) -> Press:
    """Return: add a contact with the address that was asked for."""
    id_ = facts.workspace.id
    return Press(
        Remedy.ADD_CONTACT,
        f"POST /v1/workspaces/{id_}/contacts",
        _command("contact", "add", id_, "--name", NAME_TO_TYPE, "--email", email),
        {"name": NAME_TO_TYPE, "email": email},
    )


def open_connection(facts: Facts, connection: str) -> Press:
    """Return: whatever comes next until a connection is offered, its test, an owner, or a switch."""
    found = next((each for each in facts.workspace.connections if each["id"] == connection), {})
    id_ = facts.workspace.id
    path = f"/v1/workspaces/{id_}/connections/{connection}"
    if found.get("draft"):
        command = _command("connection", "test", id_, connection)
        return Press(Remedy.TEST_CONNECTION, f"POST {path}/test", command)
    if found.get("waits"):
        command = _command("team", "confirm", id_, "--connection", connection)
        return Press(Remedy.CONFIRM_CONNECTION, f"POST {path}/confirm", command)
    command = _command("connection", "on", id_, connection)
    return Press(Remedy.SWITCH_CONNECTION_ON, f"PATCH {path}", command, {"on": True})


def _command(*words: str) -> str:
    return shlex.join(("portico", *words))
