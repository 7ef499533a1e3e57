"""The workspace's directory does not let them in."""

from collections.abc import Iterator

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
from portico.people.rules import Workspace

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
    elif not record.active:
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


def rule_of(workspace: Workspace) -> Evidence:
    """Return the workspace's directory rule, as what a finding rests on."""
    rule = workspace.rule.value
    return Evidence(f"the directory rule is {rule}", SeenCode.DIRECTORY_RULE, values={"rule": rule})
