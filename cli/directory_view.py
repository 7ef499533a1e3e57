"""How a directory is doing, and what it has sent of somebody: with AWS credentials and with a key."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli.command import Command, Told
from cli.output import Shown
from cli.refusals import Refusal
from portico.clock import moment
from portico.people.addresses import normalise
from portico.people.rules import Contact, Workspace
from portico.sso.rules import ends_sessions_by, revocation_url
from portico.team.directory_answers import found_answer, status_answer
from portico.team.directory_people import DirectoryPeople
from portico.team.directory_status import DirectoryReader

if TYPE_CHECKING:
    from portico_team import Portico

WALKS = {
    "to-come": "begins with the directory's next request",
    "first": "going on, reached so far",
    "second": "everybody was reached once",
    "done": "done",
}


def status_by_aws(command: Command, workspace: Workspace) -> dict[str, Any]:
    """Return what the API would answer about the directory."""
    deployment = command.deployment
    reader = DirectoryReader(deployment.people_table, deployment.sign_in_table, workspace)
    connections = [
        each for each in command.connections(workspace.id).all() if ends_sessions_by(each)
    ]
    return {
        "scim_url": f"{deployment.api_url}/scim/v2/{workspace.id}",
        "token_endpoint": f"{deployment.api_url}/oauth2/token",
        "universal_logout": [
            {
                "connection": each.id,
                "label": each.label,
                "url": revocation_url(deployment.api_url, workspace.id, each.id),
            }
            for each in connections
        ],
        "makes_contacts": workspace.directory_contacts,
        "rule": workspace.directory_rule,
        **status_answer(reader.status(), at=command.now()),
    }


def person_by_aws(command: Command, workspace: Workspace, who: str) -> dict[str, Any]:
    """Return what the API would answer about somebody.

    Raises:
        Refusal: nothing was ever sent, or kept, of them.
    """
    deployment = command.deployment
    people = DirectoryPeople(deployment.people_table, deployment.trail_table, workspace)
    if "@" in who:
        found = people.with_address(normalise(who), shows_log=True)
    else:
        found = people.with_external_id(who, shows_log=True)
    if found.is_nobody:
        raise _nobody(who, workspace.id)
    return found_answer(found, workspace.directory_groups, _contact, shows_log=True)


def person_over_http(portico: "Portico", who: str) -> dict[str, Any]:
    """Ask the API about somebody.

    Raises:
        Refusal: nothing was ever sent, or kept, of them.
    """
    from portico_team.contract import NotFound

    try:
        return dict(portico.find_person({"email": who} if "@" in who else {"external_id": who}))
    except NotFound:
        raise _nobody(who, portico.workspace) from None


def show_status(told: Told, workspace_id: str, status: Mapping[str, Any]) -> None:
    """Show how a directory is doing."""
    people, files = status["people"], status["files"]
    reckoning, leaving = status["reckoning"], status["leaving"]
    content: dict[str, Shown] = {
        "SCIM address": status["scim_url"],
        "token endpoint": status["token_endpoint"],
        "universal logout": [each["url"] for each in status["universal_logout"]],
        "rule": status["rule"],
        "makes contacts": status["makes_contacts"],
        "may come in": _at_least(people["active"], people["complete"]),
        "may not": _at_least(people["inactive"], people["complete"]),
        "files": [
            f"{each['source']}: {_at_least(each['active'], files['complete'])} active, "
            f"{_at_least(each['inactive'], files['complete'])} not"
            for each in files["sources"]
        ],
        "last import": _time(files["last_import_at"]),
        "groups that decide": [_group(each) for each in status["deciding"]],
    }
    if reckoning:
        reached = "" if reckoning["reached"] is None else f": {reckoning['reached']}"
        content["reckoning anew"] = f"{WALKS[reckoning['walk']]}{reached}"
    if leaving:
        of = "" if leaving["active"] is None else f" of {leaving['active']}"
        content["left within an hour"] = f"{leaving['gone']}{of}"
    title = f"Directory of {workspace_id}"
    told.card(title, content, **status)
    if told.as_json:
        return
    told.list("Keys of the sync", [_key(each) for each in status["keys"]])
    if not status["keys"]:
        told.note(
            "Nobody syncs yet. Begin with: portico key add "
            f'{workspace_id} --owner EMAIL --label "Entra ID" --scope scim'
        )
    if leaving and leaving["told_at"]:
        told.note("Many have left at once: owners were told. They come back if it was a mistake.")


def show_people(told: Told, workspace_id: str, found: Iterable[Mapping[str, Any]]) -> None:
    """Show everybody whom a directory syncs."""
    rows = [dict(each) for each in found]
    columns = ("id", "user_name", "active", "allowed", "contact")
    short = [{name: each[name] for name in columns} for each in rows]
    told.list(f"People of {workspace_id}'s directory", short, people=rows)


def show_person(told: Told, who: str, found: Mapping[str, Any]) -> None:
    """Show what a directory has sent of somebody, what was done, and why not."""
    if told.as_json:
        told.outcome(found)
        return
    for person in found["people"]:
        card: dict[str, Shown] = {
            "id": person["id"],
            "user name": person["user_name"],
            "external id": person["external_id"],
            "name": person["name"],
            "addresses": person["emails"],
            "active": person["active"],
            "let in by groups": person["allowed"],
            "held until": _time(person["held_until"]),
            "kept": person["kept"],
            "groups": [_lets_in(each) for each in person["groups"]],
            "contacts": [f"{each['id']} {each['email']}" for each in person["contacts"]],
            "changed": _time(person["changed_at"]),
        }
        told.card(f"{who} in the directory", card)
        _show_log(told, "What was sent of them", person["log"])
    if record := found["file_record"]:
        file: dict[str, Shown] = {
            "source": record["source"],
            "external id": record["external_id"],
            "active": record["active"],
            "imported": _time(record["imported_at"]),
        }
        told.card(f"{who} in a file", file)
    if not found["complete"]:
        told.note("There are more of them: only some are shown.")
    if found["refused"] or not found["people"]:
        _show_log(told, "What was sent in vain of somebody new", found["refused"])


def _show_log(told: Told, title: str, log: list[dict[str, Any]] | None) -> None:
    if log is None:
        told.note("The log needs a key with the scope trail:read.")
        return
    rows: list[dict[str, Shown]] = [
        {
            "at (UTC)": f"{moment(step['at']):%Y-%m-%d %H:%M:%S}",
            "event": step["event"],
            "by": step["by"],
            "what": " ".join(f"{name}={value}" for name, value in step["detail"].items()),
        }
        for entry in log
        for step in entry["steps"]
    ]
    told.list(title, rows)


def _key(key: Mapping[str, Any]) -> dict[str, Shown]:
    refusal = key["last_refusal"]
    return {
        "id": key["id"],
        "label": key["label"],
        "state": key["state"],
        "expires": _time(key["expires_at"]),
        "last used": _time(key["last_used_at"]),
        "last sent in vain": refusal
        and f"{moment(refusal['at']):%Y-%m-%d %H:%M} UTC: {refusal['reason']}",
    }


def _group(group: Mapping[str, Any]) -> str:
    if group["name"] is None:
        return f"{group['id']}: deleted by the directory, lets nobody in"
    return f"{group['name']}: {_at_least(group['members'], group['complete'])}"


def _lets_in(group: Mapping[str, Any]) -> str:
    return f"{group['name']} (lets in)" if group["lets_in"] else str(group["name"])


def _at_least(count: int, is_complete: bool) -> str:
    return str(count) if is_complete else f"at least {count}"


def _time(seconds: int | None) -> Shown:
    return moment(seconds) if seconds else None


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "active": contact.active,
    }


def _nobody(who: str, workspace_id: str) -> Refusal:
    return Refusal(f"The directory of {workspace_id} has sent nothing of {who}.")
