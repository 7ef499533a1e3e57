"""Resolve a link for the page."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portico import ids
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidPortalLink, PortalUnavailable
from portico.events import Caller
from portico.links.destinations import Destination, choose, landing
from portico.links.rules import Link, is_random, public_id, team_token
from portico.links.store import checked_link, is_of_row, link_key
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key, words_key, workspace_of
from portico.people.workspace_words import WorkspaceWords
from portico.settings import ResolveLinkSettings

if TYPE_CHECKING:
    from portico.links.team_way import TeamWay

DIRECTORY_MESSAGES = {
    "match_required": "{name} signs in people from its company directory with single sign-on. "
    "If you are not in it, use a code instead.",
    "sso_only": "{name} signs in people from its company directory only. If you are not in it, "
    "ask the team at {name}.",
}
"""What the page says before the contact continues. The page has its own text in each language."""


@dataclass(frozen=True, slots=True)
class AskedLink:
    """What the page sends when it opens: the workspace, the link, the destination."""

    workspace: str = ""
    link: str = field(default="", repr=False)
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """The ways to sign in through a link."""

    workspace: Workspace
    words: WorkspaceWords
    link: Link
    destination: Destination
    url: str
    """Where a browser that is already signed in goes next."""

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        workspace = self.workspace
        sso = [
            {"id": each["id"], "kind": each["kind"], "label": each["label"]}
            for each in workspace.connections
            if workspace.offers(each["id"])
        ]
        takes_codes = workspace.takes_codes(break_glass=self.link.break_glass)
        personal, asks = self.link.is_personal, self.link.asks_email
        return {
            "workspace": _shown(workspace, self.words),
            "link": {
                "kind": self.link.kind,
                "email_hint": self.link.email_hint,
                "send_on_open": (personal and not asks and workspace.send_on_open and takes_codes),
                # Whose contact has no address yet types one. That they may use, once they have it.
                **({"asks_email": True} if asks else {}),
            },
            "methods": {
                "code": takes_codes,
                "password": workspace.takes_passwords() and not asks,
                "sign_up": workspace.takes_sign_ups() and not personal,
                "sso": [] if asks else sso,
            },
            "directory_rule": str(workspace.rule),
            "notices": self._messages(),
            "destination": {
                "area": str(self.destination),
                "label": self.destination.area,
                "url": self.url,
            },
        }

    def _messages(self) -> list[dict[str, str]]:
        text = DIRECTORY_MESSAGES.get(self.workspace.rule)
        if text is None or self.link.break_glass:
            return []
        type_ = f"directory-{self.workspace.rule.replace('_', '-')}"
        return [{"type": type_, "text": text.format(name=self.workspace.name)}]


def _shown(workspace: Workspace, words: WorkspaceWords) -> dict[str, Any]:
    """Return what the page shows of a workspace, to whoever may know it."""
    logo = f"/assets/logo/{workspace.id}/{workspace.logo}.png" if workspace.logo else None
    return {
        "id": workspace.id,
        "name": workspace.name,
        "logo_url": logo,
        "accent_color": workspace.accent_color,
        "locale": workspace.locale,
        "check_pasted_code": workspace.check_pasted_code,
        "support_url": words.support_url,
        "privacy_url": words.privacy_url,
        "terms_url": words.terms_url,
        "powered_by": words.powered_by,
    }


@dataclass(frozen=True, slots=True)
class LinkResolver:
    """POST /v1/links/resolve: reads one row of each, changes nothing."""

    people_table: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: ResolveLinkSettings) -> "LinkResolver":
        """Make a resolver from a door's settings."""
        return cls(settings.people_table)

    def resolve(self, asked: AskedLink, caller: Caller) -> "ResolvedLink | TeamWay":
        """Say how a contact may sign in through a link.

        Raises:
            InvalidPortalLink: the link does not work in this workspace. The error tells about the
                workspace if the token is that of a link of it that has ended.
            PortalUnavailable: the workspace has switched its portal off, or has paused it. The
                error tells about the workspace.
        """
        if not ids.is_workspace(asked.workspace):
            raise InvalidPortalLink
        if asked.link == team_token(asked.workspace):
            # Loaded here: only a team comes by, mostly while its portal is closed.
            from portico.links.team_way import TeamWay  # noqa: PLC0415

            return TeamWay(asked.workspace, caller)
        now, workspace_id, token = self.clock.now(), asked.workspace, asked.link
        settings_row, row, words_row = People(self.people_table, workspace_id).read(
            settings_row_key(workspace_id),
            link_key(workspace_id, public_id(token)),
            words_key(workspace_id),
            consistent=False,
        )
        words = WorkspaceWords.from_row(words_row)
        try:
            workspace, link = checked_link(settings_row, row, token, at=now)
        except InvalidPortalLink:
            # Whoever has a random token was given it, so they knew the workspace before.
            if settings_row is None or not is_random(token) or not is_of_row(token, row):
                raise
            told: dict[str, Any] = {"workspace": _shown(workspace_of(settings_row), words)}
            ended = Link.from_row(row) if row is not None else None
            if ended is not None and ended.may_renew(at=now):
                # Also if it was renewed before: who is off is never told of another link.
                told["ended"] = "renewable"
            elif ended is not None and ended.state(at=now) == "replaced":
                told["ended"] = "replaced"
            raise InvalidPortalLink(told) from None
        try:
            workspace.admit(caller, at=now)
        except PortalUnavailable:
            told = {"workspace": _shown(workspace, words)}
            if workspace.portal_enabled:
                told["paused"] = {"until": workspace.paused_until, "text": words.pause_text}
            elif not is_random(token):
                # A portal's client id can be guessed, and a pause alone is told to everybody.
                raise
            raise PortalUnavailable(told) from None
        destination = choose(workspace, asked.to, link.destination)
        # The link is left out: after a portal's entrance the page itself knows what comes next.
        url = landing(workspace, destination, None, issuer=caller.own_origin)
        return ResolvedLink(workspace, words, link, destination, url)
