"""The flows of the session door. Each finds the session by its token or cookie."""

from dataclasses import dataclass, field
from typing import Any

from portico.clock import SYSTEM, Clock
from portico.edge.responses import Response, cookie_name, drop
from portico.errors import InvalidRequest, NotSignedIn
from portico.events import Caller
from portico.ids import is_workspace
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.flow import Sessions
from portico.sessions.proof import SignedIn
from portico.sessions.rules import RefreshToken
from portico.sessions.sign_out import SignOuts
from portico.settings import SessionSettings

METHOD_OF_AMR = {"otp": "code", "pwd": "password", "fed": "sso"}
"""Our answers' word for each value of ``amr`` (RFC 8176)."""
CACHED = {"cache-control": "public, max-age=3600"}
"""An authorizer may keep a cached key for two hours, so a rotation waits for three."""


@dataclass(frozen=True, slots=True)
class AskedRefresh:
    """POST /v1/session/refresh. A browser sends its cookie; a back end sends *refresh_token*.

    Our own page may ask for the *scope* ``team``, for a member of the workspace's team.
    """

    workspace: str
    refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class SessionFlows:
    """The flows behind the session door's routes."""

    sessions: Sessions
    ends: SignOuts
    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SessionSettings) -> "SessionFlows":
        """Make the flows from a door's settings."""
        return cls(
            Sessions.from_settings(settings),
            SignOuts.from_settings(settings),
            TokenChecker(settings.signing_keys.split(",")),
        )

    def read(self, query: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return what an access token says, without reading a row.

        Raises:
            NotSignedIn: the token is not valid, has expired, or is another workspace's.
        """
        claims = self._claims(_workspace(query), caller)
        # No cookie and no row was read: whoever has the token may show it from any page.
        caller.may_read()
        return {
            "contact": {"id": claims["sub"], "name": claims["name"], "email": claims["email"]},
            "workspace": claims["aud"],
            "session": {
                "id": claims["sid"],
                "signed_in_at": claims["auth_time"],
                "expires_at": claims["session_expires_at"],
                "method": METHOD_OF_AMR.get(claims["amr"][0], claims["amr"][0]),
            },
        }

    def refresh(self, asked: AskedRefresh, caller: Caller) -> SignedIn:
        """Exchange a refresh token.

        Raises:
            NotSignedIn: the request has no token, or the token is not valid.
            InvalidRequest: there is no such scope.
            TeamRefused: the scope ``team`` was asked for, and is not given.
        """
        workspace_id = asked.workspace
        if not is_workspace(workspace_id):
            raise NotSignedIn
        # Only a back end sends a token in the body. A page that has one has stolen it.
        text = None if caller.is_browser else asked.refresh_token
        text = text or caller.cookies.get(cookie_name(workspace_id))
        token = RefreshToken.parse(text or "")
        if token is None:
            self.ends.show_portal(workspace_id, caller)
            raise NotSignedIn
        if asked.scope is not None:
            return self._refresh_for_a_team(asked.scope, workspace_id, token, caller)
        return self.sessions.refresh(workspace_id, token, caller)

    def _refresh_for_a_team(
        self, scope: str, workspace_id: str, token: RefreshToken, caller: Caller
    ) -> SignedIn:
        # Loaded here: one refresh in thousands is a team member's.
        from portico.team.team_token import TEAM_SCOPE, TeamTokens  # noqa: PLC0415

        if scope != TEAM_SCOPE:
            raise InvalidRequest("scope", f"{TEAM_SCOPE}, or nothing")
        return TeamTokens(self.sessions).refresh(workspace_id, token, caller)

    def sign_out(self, query: dict[str, str], caller: Caller) -> Response:
        """End one session or all: by the token, or by the cookie and the browser's proof.

        Raises:
            NotSignedIn: the request has neither, or it is not valid.
        """
        workspace_id = _workspace(query)
        everywhere = query.get("everywhere", "").lower() in ("true", "1")
        kept = RefreshToken.parse(caller.cookies.get(cookie_name(workspace_id), ""))
        if caller.authorization:
            claims = self._claims(workspace_id, caller)
            caller.may_read()
            self.ends.with_token(
                workspace_id, claims["sub"], claims["sid"], caller, everywhere=everywhere
            )
            # A page beside us may have a token of its own, and must not take its visitor's cookie.
            is_another = kept is not None and kept.session != claims["sid"]
            if is_another and not self.ends.is_by_portal(workspace_id, caller):
                return Response(204)
        elif kept is not None:
            self.ends.with_cookie(workspace_id, kept, caller, everywhere=everywhere)
        else:
            self.ends.show_portal(workspace_id, caller)
            raise NotSignedIn
        return Response(204, cookies=[drop(workspace_id)])

    def discovery(self, caller: Caller) -> Response:
        """Return the metadata that clients and token checkers read."""
        # Loaded here: clients keep it for an hour, and this door mostly refreshes.
        from portico.edge.openid_configuration import metadata  # noqa: PLC0415

        return Response(200, metadata(caller.own_origin), CACHED)

    def keys(self) -> Response:
        """Return the public keys."""
        return Response(200, self.checker.published(), CACHED)

    def _claims(self, workspace_id: str, caller: Caller) -> dict[str, Any]:
        return self.checker.of_caller(caller, workspace_id=workspace_id, at=self.clock.now())


def _workspace(query: dict[str, str]) -> str:
    workspace_id = query.get("workspace", "")
    if not is_workspace(workspace_id):
        raise InvalidRequest("workspace", "required")
    return workspace_id
