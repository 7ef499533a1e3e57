"""What all commands share: which Portico, in whose name, and how the answer is shown.

Rooms are loaded when a command asks for them: behind them are the libraries that cost a call
most of its time.
"""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from cli import output
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal, refusal_of
from portico.clock import SYSTEM
from portico.errors import NotFound, PorticoError
from portico.people.addresses import normalise
from portico.people.rules import Contact, Workspace

if TYPE_CHECKING:
    from cli.deployments import Deployment
    from portico.account.contact_merge import ContactMerges
    from portico.account.contact_refs import ContactRefs
    from portico.account.merge_undo import MergeUndos
    from portico.account.team_email_change import TeamEmailChanges
    from portico.account.team_erasure import TeamErasures
    from portico.account.team_ways_in import TeamWaysIn
    from portico.deliveries.lifts import Lifts
    from portico.links.team_links import TeamLinks
    from portico.links.team_workspaces import TeamWorkspaces
    from portico.openid.store import RegisteredClients
    from portico.people.flow import TeamPeople
    from portico.people.store import People
    from portico.sessions.team_sessions import TeamSessions
    from portico.sso.store import Connections
    from portico.team.connection_changes import ConnectionChanges
    from portico.team.members import TeamMembers
    from portico.team.portal_changes import PortalChanges
    from portico.team.team_entry import TeamEntries
    from portico.team.workspace_changes import WorkspaceChanges
    from portico.team.workspace_keys import WorkspaceKeys
    from portico.trail.lookup import Trail
    from portico_team import Portico


@dataclass(frozen=True, slots=True)
class Told:
    """What a command tells whoever has typed it."""

    as_json: bool
    notes: list[str] = field(default_factory=list, kw_only=True)

    def note(self, text: str) -> None:
        """Keep a remark for the end: it went through, and there is something to know."""
        self.notes.append(text)

    def card(self, title: str, content: Mapping[str, Shown], **also: Any) -> None:
        """Show one thing; *also* is how JSON says it."""
        if self.as_json:
            output.print_json({**also, "notes": self.notes})
        else:
            output.print_card(title, content)

    def list(self, title: str, rows: list[dict[str, Shown]], **also: Any) -> None:
        """Show several things of one kind; *also* is how JSON says them."""
        if self.as_json:
            output.print_json({**also, "notes": self.notes})
        else:
            output.print_list(title, rows)

    def outcome(self, content: Mapping[str, Any]) -> None:
        """Answer as JSON where that is wanted; for people, sentences follow."""
        if self.as_json:
            output.print_json({**content, "notes": self.notes})

    def line(self, text: str) -> None:
        """Say one thing as it is, so that it can be copied; JSON has it already."""
        if not self.as_json:
            output.print_line(text)

    def say(self, text: str) -> None:
        """Say a sentence; JSON has it already."""
        if not self.as_json:
            output.print_sentence(text)

    def tell_notes(self) -> None:
        """Say at the end what was kept for it; JSON has it already."""
        if not self.as_json:
            for note in self.notes:
                output.print_sentence(f"Note: {note}", style="yellow", to_stderr=True)


@dataclass(frozen=True, slots=True)
class Command(Told):
    """One command at work, in the rooms of a deployment."""

    deployment: "Deployment"

    @property
    def team(self) -> "TeamPeople":
        """Workspaces and contacts."""
        from portico.people.flow import TeamPeople

        return TeamPeople(self.deployment.people_table)

    @property
    def links(self) -> "TeamLinks":
        """Links."""
        from portico.links.team_links import TeamLinks

        return TeamLinks(self.deployment.people_table)

    @property
    def sessions(self) -> "TeamSessions":
        """Sessions."""
        from portico.sessions.team_sessions import TeamSessions

        return TeamSessions(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def email_changes(self) -> "TeamEmailChanges":
        """Changes of contacts' addresses."""
        from portico.account.team_email_change import TeamEmailChanges

        return TeamEmailChanges(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def ways_in(self) -> "TeamWaysIn":
        """Contacts' passwords and connected accounts."""
        from portico.account.team_ways_in import TeamWaysIn

        return TeamWaysIn(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def erasures(self) -> "TeamErasures":
        """Erasures of contacts."""
        from portico.account.team_erasure import TeamErasures

        return TeamErasures(
            self.deployment.people_table,
            self.deployment.sign_in_table,
            self.deployment.trail_table,
        )

    @property
    def merges(self) -> "ContactMerges":
        """Making one contact of two."""
        from portico.account.contact_merge import ContactMerges

        return ContactMerges(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def merge_undos(self) -> "MergeUndos":
        """Making two contacts again."""
        from portico.account.merge_undo import MergeUndos

        return MergeUndos(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def refs(self) -> "ContactRefs":
        """What the help desk calls contacts on its channels."""
        from portico.account.contact_refs import ContactRefs

        return ContactRefs(self.deployment.people_table)

    @property
    def lifting(self) -> "Lifts":
        """Letting addresses get mail again."""
        from portico.deliveries.lifts import Lifts

        return Lifts(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def members(self) -> "TeamMembers":
        """Teams: who is on them, and in which role."""
        from portico.team.members import TeamMembers

        return TeamMembers(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def team_entries(self) -> "TeamEntries":
        """By which ways teams may come in."""
        from portico.team.team_entry import TeamEntries

        return TeamEntries(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def keys(self) -> "WorkspaceKeys":
        """Keys of workspaces."""
        from portico.team.workspace_keys import WorkspaceKeys

        return WorkspaceKeys(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def changes(self) -> "WorkspaceChanges":
        """Change settings of workspaces."""
        from portico.team.workspace_changes import WorkspaceChanges

        return WorkspaceChanges(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def portal_changes(self) -> "PortalChanges":
        """Register, change and remove portals."""
        from portico.team.portal_changes import PortalChanges

        return PortalChanges(self.deployment.people_table, self.deployment.sign_in_table)

    @property
    def connection_changes(self) -> "ConnectionChanges":
        """Add, change, test and remove connections."""
        from portico.team.connection_changes import ConnectionChanges

        of = self.deployment
        return ConnectionChanges(
            of.people_table, of.sign_in_table, of.connection_secrets, loopback=of.loopback
        )

    @property
    def host(self) -> str:
        """Our own host, which mails name."""
        return urlsplit(self.deployment.api_url).netloc

    @property
    def workspaces(self) -> "TeamWorkspaces":
        """Create and change workspaces, each with its front entrance."""
        from portico.links.team_workspaces import TeamWorkspaces

        return TeamWorkspaces(self.deployment.people_table)

    def people(self, workspace_id: str) -> "People":
        """Return the rows of a workspace."""
        from portico.people.store import People

        return People(self.deployment.people_table, workspace_id)

    def connections(self, workspace_id: str) -> "Connections":
        """Return the SSO connections of a workspace."""
        from portico.sso.store import Connections

        return Connections(self.deployment.people_table, workspace_id)

    def portals(self, workspace_id: str) -> "RegisteredClients":
        """Return the portals of a workspace that are OpenID clients."""
        from portico.openid.store import RegisteredClients

        return RegisteredClients(self.deployment.people_table, workspace_id)

    def trail(self, workspace_id: str) -> "Trail":
        """Return what happened in a workspace."""
        from portico.trail.lookup import Trail

        return Trail(self.deployment.trail_table, workspace_id)

    @property
    def by(self) -> str:
        """Who the trail will say it was."""
        try:
            return f"cli:{getpass.getuser()}"
        except (KeyError, OSError):
            return "cli:unknown"

    def now(self) -> datetime:
        """Return the time by which links are judged."""
        return SYSTEM.now()


@contextmanager
def running(
    stack: str | None,
    local: str | None,
    as_json: bool,
    names: Mapping[str, str],
) -> Iterator[Command]:
    """Do one command at the Portico that was named; say what went wrong, and leave with its code.

    *names* is what the command calls the fields that a room may refuse (``option_names``).
    """
    with _telling(as_json):
        try:
            from cli.deployments import find
            from cli.remote import NO_ROUTE, url_of

            if url_of(stack, local):
                raise NotUnderstood(NO_ROUTE)
            command = Command(as_json, find(stack, local))
            yield command
        except PorticoError as error:
            raise refusal_of(error, names) from error
        command.tell_notes()


@contextmanager
def asking(
    url: str, workspace_id: str, as_json: bool, names: Mapping[str, str]
) -> Iterator[tuple[Told, "Portico"]]:
    """Do one command over HTTP; say what went wrong, and leave with its code, as `running` does.

    Args:
        url: where Portico is, as :func:`url_here` has found it.
        workspace_id: whose key there must be.
        as_json: whether the answer is JSON.
        names: what the command calls the fields.
    """
    from cli.remote import asked

    with _telling(as_json):
        told = Told(as_json)
        with asked(url, workspace_id, names) as portico:
            yield told, portico
        told.tell_notes()


def url_here(stack: str | None, local: str | None, as_json: bool) -> str | None:
    """Return where this command is to be done over HTTP; ``None``: not over HTTP."""
    from cli.remote import url_of

    with _telling(as_json):
        return url_of(stack, local)


@contextmanager
def _telling(as_json: bool) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        _print_refusal(refusal, as_json)
        raise typer.Exit(refusal.code) from None


@contextmanager
def looking_for(what: str) -> Iterator[None]:
    """Name what a room did not find."""
    try:
        yield
    except NotFound:
        raise Refusal(f"There is no {what}.") from None


def workspace_of(command: Command, workspace_id: str) -> Workspace:
    """Read a workspace, or say that there is none."""
    with looking_for(f"workspace {workspace_id}"):
        return command.team.workspace(workspace_id)


def contact_of(command: Command, workspace_id: str, who: str) -> Contact:
    """Find a contact by id, by primary email, or by one that they had and nobody has now.

    Raises:
        Refusal: there is no such workspace or contact, or they were merged into another one.
    """
    workspace_of(command, workspace_id)
    with looking_for(f"contact {who} in {workspace_id}"):
        found = command.team.contact(workspace_id, who)
        if found.merged_into is not None:
            from portico.people.merges import demand_own

            demand_own(command.people(workspace_id), found)
    if "@" in who and normalise(who) != found.email:
        command.note(f"{who} is an address that {found.id} had before; theirs is {found.email}.")
    return found


def _print_refusal(refusal: Refusal, as_json: bool) -> None:
    if as_json:
        said = {"error": refusal.text.split("\n"), "exit_code": refusal.code}
        output.print_json(said, indent=None, to_stderr=True)
        return
    # Some are lists, a line each; what they quote was made one line where it was quoted.
    for line in refusal.text.split("\n"):
        output.print_sentence(line, style="red", to_stderr=True)
