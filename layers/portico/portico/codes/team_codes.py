"""Ask for a code at the team's own way in, which works while the portal is closed."""

from portico import ids
from portico.codes.challenge import Challenge
from portico.codes.store import Challenges, NewChallenge
from portico.errors import InvalidPortalLink, InvalidRequest
from portico.events import Caller, Event
from portico.limits.known_browser import known_cookie, sealed
from portico.limits.rules import SHARED_BUCKET
from portico.limits.store import Limits
from portico.links.rules import TEAM_LINK
from portico.links.team_way import team_return
from portico.mail.devices import device_of
from portico.mail.letters import Purpose
from portico.people.rules import Workspace
from portico.people.store import People

NO_WORKSPACE = Workspace(id="-", name="", portal_url="", trail_days=1)
"""Takes the place of one that is not there. What is written of it is gone after a day."""


def ask_for_team(
    tables: tuple[str, str],
    workspace_id: str,
    email: str | None,
    caller: Caller,
    event: Event,
    *,
    language: str | None,
) -> Challenge:
    """Begin a challenge whose code is mailed to a member of the team, and to nobody else.

    The work and the answer are the same for every address, and for every workspace, also for one
    that is not there: the sender alone finds out.

    Args:
        tables: the People and the SignIn table.
        workspace_id: as it was typed.
        email: the address, checked.
        caller: the browser, which alone may type the code.
        event: what the trail says of it.
        language: what the page is shown in.

    Raises:
        InvalidPortalLink: there can be no such workspace.
        InvalidRequest: the address is missing.
        CrossSite: a browser sent it from a page that is not ours.
        TooManyRequests: the network's budget is spent.
        TryLater: nothing was stored, and nothing will be mailed.
    """
    people_table, sign_in_table = tables
    if not ids.is_workspace(workspace_id):
        raise InvalidPortalLink
    if email is None:
        raise InvalidRequest("email", "required")
    if caller.is_browser:
        # No portal's page: which origins are a workspace's own would tell it from others.
        caller.demand_site(frozenset())
    workspace = People(people_table, workspace_id).workspace_row() or NO_WORKSPACE
    # No office's budget either, for the same reason.
    limits = Limits(sign_in_table)
    limits.count_start(caller.network, bucket=SHARED_BUCKET, office=None, at=event.at)
    new = NewChallenge(
        id=ids.new_challenge_id(workspace_id),
        purpose=Purpose.SIGN_IN,
        link=TEAM_LINK,
        email=email,
        contact_id=None,
        return_to=team_return(workspace_id, issuer=caller.own_origin),
        stay=workspace.stay,
        device=device_of(caller.user_agent),
        known=sealed(caller.cookies.get(known_cookie(workspace_id), "")),
        language=language,
    )
    return Challenges(sign_in_table, workspace_id).begin(new, caller, event)
