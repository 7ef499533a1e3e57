"""``portico directory``: who is in a workspace's directory, and whom its rule would shut out."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli import records
from cli.complaints import Complaint
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, home_of, looking_for
from portico.directory.dry_run import Check, Connected, check
from portico.directory.record_import import DirectoryImport
from portico.directory.store import Rule
from portico.links.flow import address_of
from portico.people.rules import Contact, Workspace
from portico.sso.store import Connections

app = typer.Typer(
    help="The directory rule: records, its dry run, and the way in when it fails.",
    no_args_is_help=True,
)

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]

STALE = timedelta(days=7)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="The file, in UTF-8.")],
    workspace: Home,
    *,
    complete: Annotated[
        bool,
        typer.Option(
            help="The file holds everybody of its sources: who is not in it has left.",
        ),
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Bring directory records up to date. Whose record turns inactive is signed out.

    Columns: source, external_id, user_name, emails (separated by ;), active (true or false), and
    for Microsoft tenant and object_id.
    """
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        rows = records.read(file, at=at.now())
        taken = DirectoryImport(at.target.people_table, home, at.by).take(
            rows, is_complete=complete
        )
        if taken.signed_out:
            at.note(
                "Sessions and open codes of those signed out have ended. A portal that already "
                "holds an access token believes it for ten minutes at most."
            )
        if home.directory_rule == "off":
            at.note("The directory rule is off: records decide nothing yet.")
        counts: dict[str, Shown] = {
            "added": taken.added,
            "changed": taken.changed,
            "unchanged": taken.unchanged,
            "deactivated": taken.deactivated,
            "signed out": taken.signed_out,
            "not kept": [f"{each.source} {each.external_id}" for each in taken.in_use],
        }
        at.card(
            f"Directory of {home.name}",
            counts,
            **{name.replace(" ", "_"): value for name, value in counts.items()},
        )
        if taken.in_use:
            raise Complaint(
                "Some were not kept: an address or object id of theirs belongs to another active "
                "record. Make that one inactive, or take the address from it."
            )


@app.command(name="check")
def check_(
    workspace: Home, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Say whom the directory rule would shut out, without shutting anybody out."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        found = check(at.target.people_table, home.id, _connected(at, home))
        _remark(at, home, found)
        shut_out = len(found.unmatched)
        by_code = shut_out if home.code_method else 0
        counts: dict[str, Shown] = {
            "rule": home.directory_rule,
            "active contacts": found.contacts,
            "with a match": found.contacts - shut_out,
            "shut out by sso_only": shut_out,
            "shut out by match_required": shut_out - by_code,
            "by code only under match_required": by_code,
            "records": found.records,
            "inactive records": found.inactive_records,
            "last import": found.last_import,
        }
        title = f"Directory rule of {home.name}"
        rows: list[dict[str, Shown]] = [
            {"id": each.contact.id, "email": each.contact.email, "why": each.reason}
            for each in found.unmatched
        ]
        if as_json:
            named = {name.replace(" ", "_"): value for name, value in counts.items()}
            at.card(title, {}, **named, unmatched=rows)
            return
        at.card(title, counts)
        at.list("Without a match", rows)


@app.command(name="break-glass")
def break_glass(
    workspace: Home,
    who: Annotated[
        str, typer.Argument(metavar="CONTACT", help="The contact's id (ct_...) or primary email.")
    ],
    *,
    hours: Annotated[int, typer.Option(min=1, max=168, help="How long the link lives.")] = 24,
    to: Annotated[str | None, typer.Option(metavar="AREA", help="Where it leads.")] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make one way in for one contact, for when the directory or its provider is broken.

    The link lets its contact in once, by a mailed code, whatever the directory rule says. The trail
    records who made it and when it was used.
    """
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        with looking_for(f"contact {who} in {workspace}"):
            contact = at.team.contact(workspace, who)
        link, token = at.office.create(
            workspace,
            by=at.by,
            contact=contact.id,
            to=to,
            lives=timedelta(hours=hours),
            label="break-glass",
            break_glass=True,
        )
        _warn(at, home, contact)
        at.note(
            "The link is shown only now. It works once, for a code mailed to the contact's primary "
            f"address. To end it before: portico link revoke {home.id} {link.id}"
        )
        url = address_of(at.target.api_url, home.id, token, to=to)
        shown: dict[str, Shown] = {
            "id": link.id,
            "for": link.email_hint,
            "expires": link.expires_at,
            "to": to,
        }
        at.card(f"One way in for {contact.name}", shown, link=shown, token=token, url=url)
        at.line(url)


def _connected(at: Desk, home: Workspace) -> Connected:
    if not home.sso_method:
        return Connected(frozenset(), frozenset())
    found = [each for each in Connections(at.target.people_table, home.id).all() if each.on]
    return Connected(
        frozenset(each.id for each in found),
        frozenset(domain for each in found for domain in each.vouches_for),
    )


def _remark(at: Desk, home: Workspace, found: Check) -> None:
    if found.last_import is None:
        at.note("No directory was ever imported.")
    elif at.now() - found.last_import > STALE:
        at.note(f"The last import is {_age(at.now() - found.last_import)} old.")
    if found.unmatched and home.directory_rule == Rule.SSO_ONLY:
        at.note("The rule is sso_only already: those without a match are shut out as of now.")
    at.note(
        "Counted as a sign-in would: by an identity that matched, else by the primary address "
        "where a connection vouches for its domain. What a provider will really say only a "
        "sign-in shows."
    )


def _warn(at: Desk, home: Workspace, contact: Contact) -> None:
    if not home.portal_enabled:
        at.note("The portal is disabled: the link opens once it is enabled again.")
    if not contact.active:
        at.note("The contact is deactivated: no code will be mailed.")
    if contact.suppressed:
        at.note(f"No mail is sent to {contact.email} after a {contact.suppressed}.")


def _age(age: timedelta) -> str:
    return f"{age.days} days"
