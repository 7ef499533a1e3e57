"""The team's own way in: what it opens is the same for every workspace, and for none.

While a portal is off or paused, its links open nothing, and its team must come in to open it again.
So this way asks no row: whether there is such a workspace, whether its portal is closed and who is
on its team decides the sender alone, who mails members and nobody else.
"""

from dataclasses import dataclass
from typing import Any

from portico.events import Caller
from portico.links.destinations import TEAM_AREA, ReturnTo
from portico.links.rules import SHARED


def team_return(workspace_id: str, *, issuer: str) -> ReturnTo:
    """Return where this way leads, whatever was asked for: to the console."""
    return ReturnTo(TEAM_AREA, f"{issuer}/{workspace_id}/team")


@dataclass(frozen=True, slots=True)
class TeamWay:
    """What the page shows of it."""

    workspace_id: str
    caller: Caller

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer. The workspace is called as it is in the address."""
        to = team_return(self.workspace_id, issuer=self.caller.own_origin)
        return {
            "workspace": {
                "id": self.workspace_id,
                "name": self.workspace_id,
                "logo_url": None,
                "accent_color": None,
                "locale": "en",
                "check_pasted_code": True,
                "support_url": None,
                "privacy_url": None,
                "terms_url": None,
                "powered_by": True,
            },
            "link": {"kind": SHARED, "email_hint": None, "send_on_open": False},
            "methods": {"code": True, "password": False, "sign_up": False, "sso": []},
            "directory_rule": "off",
            "notices": [],
            "destination": {"area": to.area, "label": to.area, "url": to.url},
        }
