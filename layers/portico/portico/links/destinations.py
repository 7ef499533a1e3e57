"""Destinations: the portal area that a contact wants to open. It can never be a URL."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from portico.links.rules import Link
from portico.people.rules import Workspace

ACCOUNT_AREA = "account"
"""The contact's own account, which no portal has but our page."""
TEAM_AREA = "team"
"""The team's console, which is on our own host too."""
_TYPED = re.compile(r"(ticket|request):([A-Za-z0-9][A-Za-z0-9_.-]{0,63})\Z")


@dataclass(frozen=True, slots=True)
class Destination:
    """``dashboard``, ``tickets``, ``ticket:{id}``, ``request:{flow}``, or our own ``account`` or ``team``."""

    area: str
    name: str = ""

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read a destination. Any other text is ``None``, and never an error."""
        if text in ("dashboard", "tickets", ACCOUNT_AREA, TEAM_AREA):
            return cls(text)
        typed = _TYPED.match(text or "")
        return cls(typed[1], typed[2]) if typed else None

    def __str__(self) -> str:
        return f"{self.area}:{self.name}" if self.name else self.area

    def is_in(self, workspace: Workspace) -> bool:
        """Say whether the workspace's portal has this area. Two areas are on our own host."""
        if self.area in (ACCOUNT_AREA, TEAM_AREA):
            return True
        if self.area == "request":
            return self.name in workspace.request_flows
        return self.area in workspace.areas

    def url(self, workspace: Workspace) -> str:
        """Return the URL of this area in the workspace's portal."""
        path = workspace.areas[self.area]
        return workspace.portal_url + path.replace("{id}", self.name).replace("{flow}", self.name)


DASHBOARD = Destination("dashboard")


def areas_of(workspace: Workspace) -> list[str]:
    """Return what a link of this workspace may lead to, as a person types it."""
    typed = {"dashboard": "dashboard", "tickets": "tickets", "ticket": "ticket:ID"}
    areas = [text for area, text in typed.items() if area in workspace.areas]
    flows = [f"request:{each}" for each in workspace.request_flows]
    return [*areas, *flows, ACCOUNT_AREA, TEAM_AREA]


def choose(workspace: Workspace, *wanted: str | None) -> Destination:
    """Return the first of *wanted* that this workspace's portal has, else the dashboard."""
    parsed = (Destination.parse(text) for text in wanted)
    allowed = (each for each in parsed if each is not None and each.is_in(workspace))
    return next(allowed, DASHBOARD)


def landing(
    workspace: Workspace, destination: Destination, link: Link | None, *, issuer: str
) -> str:
    """Return the URL that a signed-in browser goes to.

    Args:
        workspace: the workspace.
        destination: the area to open.
        link: the link that the contact opened; ``None`` if there was none.
        issuer: our own origin.

    Source: OpenID Connect Core 1.0, 4: we ask a portal that is a client of ours to begin its own
    sign-in. That sign-in ends at once, because the session already exists.
    """
    if destination.area == ACCOUNT_AREA:
        return f"{issuer}/{workspace.id}#account"
    if destination.area == TEAM_AREA:
        return f"{issuer}/{workspace.id}/team"
    if link is not None and link.portal:
        # The portal itself sent the browser here, with a request that the page keeps.
        return f"{issuer}/{workspace.id}#resume"
    url = destination.url(workspace)
    for each in workspace.portals:
        if not each["areas"] or destination.area in each["areas"]:
            begins = each["initiate_login_uri"]
            query = urlencode({"iss": issuer, "target_link_uri": url})
            return f"{begins}{'&' if '?' in begins else '?'}{query}"
    return url


@dataclass(frozen=True, slots=True)
class ReturnTo:
    """Where the contact goes afterwards, decided when they asked for the code."""

    area: str
    url: str


def return_to(workspace: Workspace, to: str | None, link: Link | None, *, issuer: str) -> ReturnTo:
    """Decide where a contact goes once they are signed in.

    Args:
        workspace: the workspace.
        to: the area that was asked for. It takes precedence over the link's area.
        link: the link that they opened; ``None`` if there was none.
        issuer: our own origin.
    """
    destination = choose(workspace, to, link.destination if link else None)
    return ReturnTo(str(destination), landing(workspace, destination, link, issuer=issuer))
