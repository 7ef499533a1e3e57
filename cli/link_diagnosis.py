"""Why does nobody get in by this link? From what is kept of it and from what happened, in words."""

from datetime import datetime

from cli import durations
from cli.closed_portal import closed
from portico.diagnosis.sso_words import refusal_for
from portico.links.rules import Link
from portico.people.rules import Workspace
from portico.trail.lookup import Line


def link_conclusion(
    link: Link | None, workspace: Workspace, lines: list[Line], *, at: datetime
) -> list[str]:
    """Say whether a link works, and what became of the newest try that is kept under it.

    Args:
        link: the link; ``None``: there is none with this id.
        workspace: the workspace.
        lines: what happened by it, newest first.
        at: now.
    """
    if link is None:
        return [
            (
                "There is no link with this id: it was deleted 30 or 90 days after it expired, or it "
                "belongs to another workspace."
            ),
            f"See the links: portico link list {workspace.id} --all",
        ]
    if why := closed(workspace, at=at):
        return list(why)
    return _ended(link, workspace.id, lines, at) or _working(link, workspace, lines, at)


def _ended(link: Link, workspace_id: str, lines: list[Line], at: datetime) -> list[str]:
    if link.is_alive(at=at):
        return []
    if link.front:
        return [
            "The link is the front entrance, which is closed.",
            f"To open it: portico workspace set {workspace_id} --entrance",
        ]
    if link.portal:
        return [
            f"The link is the entrance of portal {link.portal}, which is switched off.",
            f"To switch it on: portico portal set {workspace_id} {link.portal} --on",
        ]
    if link.revoked_at is not None:
        revoked = next((each for each in lines if each.name == "link.revoked"), None)
        who = f", by {revoked.by}" if revoked else ""
        said = f"The link was revoked at {_time(link.revoked_at)}{who}."
    elif link.replaced_by:
        return [
            f"The link was rotated, and its time was over at {_time(link.expires_at or at)}.",
            f"In its place is {link.replaced_by}. Whoever lost its URL: portico link rotate {workspace_id} {link.replaced_by}",
        ]
    else:
        said = f"The link expired at {_time(link.expires_at or at)}."
    whose = f" --contact {link.contact}" if link.contact else ""
    return [said, f"To make a new one: portico link create {workspace_id}{whose}"]


def _working(link: Link, workspace: Workspace, lines: list[Line], at: datetime) -> list[str]:
    until = f"until {_time(link.expires_at)}" if link.expires_at else "until it is revoked"
    said = [f"The link works {until}."]
    newest = next((each for each in lines if each.name.startswith("sso.")), None)
    if newest is not None:
        said += _came_back(newest, workspace.id, link.contact or "WHO", at)
    if link.is_personal:
        said.append(f"Why its contact does not get in: portico why {workspace.id} {link.contact}")
    else:
        said.append(
            "A code that was asked for by it is kept under the address that was typed: "
            f"portico why {workspace.id} ADDRESS"
        )
    return said


def _came_back(line: Line, workspace_id: str, who: str, at: datetime) -> list[str]:
    connection = line.detail.get("connection", "the provider")
    when = f"{_time(line.at)}, {durations.about(at - line.at)} ago"
    match line.name:
        case "sso.refused":
            refusal = refusal_for(line.detail.get("reason", ""))
            then = refusal.then.format(workspace=workspace_id, connection=connection, who=who)
            return [
                f"Somebody came back from {connection} at {when} and was not let in: {refusal.why}.",
                then,
            ]
        case "sso.address-needed":
            return [
                f"The provider {connection} named no address at {when}; so the page asked for one."
            ]
    return [f"Somebody went to {connection} at {when} and has not come back to that browser."]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
