"""The workspace's directory does not let them in."""

from collections.abc import Iterator

from portico.clock import moment
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import (
    Evidence,
    Finding,
    FindingCause,
    HandOver,
    Recipient,
    SeenCode,
    Task,
)
from portico.diagnosis.tries import decisive
from portico.people.directory_rule import DirectoryRule
from portico.people.rules import Contact, Workspace

OF_THE_DIRECTORY = frozenset({"not-in-directory", "directory-record-inactive"})


def directory_refuses(facts: Facts) -> Iterator[Finding]:
    """Yield that the contact has no active record where the rule asks for one."""
    workspace, contact = facts.workspace, facts.contact
    if contact is None or not workspace.needs_record():
        return
    newest = decisive(facts)
    was_refused = newest is not None and newest.detail.get("reason") in OF_THE_DIRECTORY
    # Where contacts may use a code as well, a record that is missing keeps nobody out.
    if not was_refused and workspace.rule is not DirectoryRule.SSO_ONLY:
        return
    if newest is not None and newest.name == "session.started":
        return
    record = facts.record
    if record is None:
        yield Finding(
            FindingCause.NO_RECORD,
            f"No directory record has {contact.name}'s address, and {workspace.name} asks for one.",
            HandOver(
                Recipient.DIRECTORY,
                Task.ADD_RECORD,
                "Add the person to the directory, or give their record this address. Then import "
                f"it: portico directory import {workspace.id} FILE",
                contact.email,
                {"workspace": workspace.id},
            ),
            newest.at if newest and was_refused else None,
            (rule_of(workspace),),
            values={"name": contact.name, "portal": workspace.name},
        )
    elif not record.is_in(at=facts.at):
        left = facts.newest("contact.left-directory")
        yield Finding(
            FindingCause.LEFT_DIRECTORY,
            f"{contact.name}'s directory record is inactive.",
            HandOver(
                Recipient.DIRECTORY,
                Task.SWITCH_RECORD_ON,
                "Switch the person on again in the directory. Then import it: portico directory "
                f"import {workspace.id} FILE",
                f"{record.source} {record.external_id} ({record.user_name})",
                {"workspace": workspace.id},
            ),
            left.at if left else record.imported_at,
            (
                Evidence(
                    "the record is inactive",
                    FindingCause.LEFT_DIRECTORY,
                    record.imported_at,
                    values={"name": contact.name},
                ),
            ),
            values={"name": contact.name},
        )


def held_in(facts: Facts) -> Iterator[Finding]:
    """Yield that the contact is in although their directory has them as gone. Nothing keeps them out,
    so it stands behind what does.
    """
    contact, record = facts.contact, facts.record
    if contact is None or not contact.is_in(at=facts.at):
        return
    if contact.out_from is not None:
        until = moment(contact.out_from)
        yield _still_in(
            facts,
            FindingCause.LEAVING_HELD,
            contact,
            f"The directory has put {contact.name} out among many. They are still in, until "
            f"{until:%Y-%m-%d %H:%M} UTC.",
            Evidence(
                "their leaving is held", FindingCause.LEAVING_HELD, until, values=_named(contact)
            ),
        )
    elif record is not None and record.is_kept:
        yield _still_in(
            facts,
            FindingCause.LEAVING_KEPT,
            contact,
            f"The directory has {contact.name} as gone, and the team keeps them in.",
            Evidence(
                "the team keeps them in",
                FindingCause.LEAVING_KEPT,
                record.imported_at,
                "record.kept",
                values=_named(contact),
            ),
        )


def _still_in(
    facts: Facts, cause: FindingCause, contact: Contact, said: str, evidence: Evidence
) -> Finding:
    id_ = facts.workspace.id
    ending = HandOver(
        Recipient.DIRECTORY,
        Task.SWITCH_RECORD_ON,
        "If that is a mistake, switch the person on again in the directory. Otherwise an owner or an "
        f"admin lets them leave: portico directory held {id_}",
        contact.email or contact.id,
        {"workspace": id_},
    )
    return Finding(cause, said, ending, evidence.at, (evidence,), values=_named(contact))


def _named(contact: Contact) -> dict[str, str | int]:
    return {"name": contact.name}


def rule_of(workspace: Workspace) -> Evidence:
    """Return the workspace's directory rule, as what a finding rests on."""
    rule = workspace.rule.value
    return Evidence(f"the directory rule is {rule}", SeenCode.DIRECTORY_RULE, values={"rule": rule})
