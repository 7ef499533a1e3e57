"""The one table that maps errors to problem answers (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico import errors
from portico.clock import epoch
from portico.edge.responses import Response

TRY_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Kind:
    """The answer to one kind of error."""

    status: int
    type: str
    title: str
    detail: str
    metric: str = ""
    """The name of its metric, if its type alone is too coarse for an alarm."""

    @property
    def counted_as(self) -> str:
        """The name of its metric and of its log line."""
        return self.metric or self.type


PROBLEMS: dict[type[errors.PorticoError], Kind] = {
    errors.PortalUnavailable: Kind(
        403,
        "portal-unavailable",
        "Portal unavailable",
        "The portal is not available at the moment. Try again later, or contact the team you "
        "usually write to.",
    ),
    errors.InvalidPortalLink: Kind(
        404,
        "invalid-portal-link",
        "Invalid portal link",
        "This link is incomplete or no longer valid. Ask your service provider for a fresh link.",
    ),
    errors.CodeNotAccepted: Kind(
        401,
        "code-not-accepted",
        "Sign-in failed",
        "This is not the code we sent. Check it in the newest email.",
    ),
    errors.PasswordNotAccepted: Kind(
        401,
        "password-not-accepted",
        "Sign-in failed",
        "Address and password do not match. Check both, or choose Forgot password.",
    ),
    errors.ChallengeClosed: Kind(
        410,
        "challenge-closed",
        "Sign-in failed",
        "This code can no longer be used. Ask for a new one.",
    ),
    errors.AlreadyLinked: Kind(
        409,
        "already-linked",
        "Sign-in failed",
        "This account is connected to another contact. Choose another one, or sign in another way.",
    ),
    errors.MethodOff: Kind(
        403,
        "sign-in-method-off",
        "Sign-in failed",
        "The workspace does not allow this way of signing in.",
    ),
    errors.SsoFailed: Kind(
        401,
        "sso-failed",
        "Sign-in failed",
        "The provider could not sign you in. Try again, or choose another way.",
    ),
    errors.ResendTooSoon: Kind(
        429, "too-soon", "Please wait", "We sent a code a moment ago. Wait before you ask again."
    ),
    errors.TooManyRequests: Kind(
        429, "too-many-requests", "Please wait", "Too many requests. Try again later."
    ),
    errors.GuessesSpent: Kind(
        429,
        "too-many-requests",
        "Please wait",
        "Too many requests. Try again later.",
        metric="guesses-spent",
    ),
    errors.ReAuthNeeded: Kind(
        401, "re-auth-needed", "Sign in again", "Your sign-in is too old for this. Sign in again."
    ),
    errors.NotSignedIn: Kind(
        401,
        "not-signed-in",
        "Signed out",
        "You are not signed in, or your session has ended. Sign in again.",
    ),
    errors.ProtocolRefused: Kind(
        400, "protocol-refused", "Refused", "The protocol does not allow this request."
    ),
    errors.TeamRefused: Kind(
        403,
        "team-refused",
        "Refused",
        "This sign-in gives no access to the team's side of the workspace.",
    ),
    errors.RoleTooSmall: Kind(
        403, "role-too-small", "Refused", "Your role, or the scopes of the key, do not allow this."
    ),
    errors.RoleTooHigh: Kind(
        403,
        "role-too-high",
        "Refused",
        "Nobody acts on a role that is as high as their own, or higher.",
    ),
    errors.RefConflict: Kind(
        409,
        "ref-conflict",
        "Two contacts",
        "The ref is one contact's, and the address another's. If both are one person, merge them.",
    ),
    errors.ContactMerged: Kind(
        410,
        "contact-merged",
        "Merged",
        "This contact was merged into another one. Ask for that one.",
    ),
    errors.CannotMerge: Kind(
        409, "cannot-merge", "Not merged", "These two contacts cannot become one."
    ),
    errors.OnTheTeam: Kind(
        409,
        "on-the-team",
        "Still on the team",
        "The contact has a role on the team. Change the role, or take them off the team, first.",
    ),
    errors.LastOwner: Kind(
        409, "last-owner", "Still needed", "A team keeps one owner. Make another owner first."
    ),
    errors.LimitReached: Kind(
        409, "limit-reached", "No more", "There are as many of them as there may be."
    ),
    errors.PreconditionMissing: Kind(
        428, "precondition-missing", "Say what you change", "Send If-Match with the newest ETag."
    ),
    errors.ChangedMeanwhile: Kind(
        412, "changed-meanwhile", "Changed meanwhile", "Somebody else has changed it. Look again."
    ),
    errors.NotNext: Kind(
        409,
        "not-next",
        "Out of turn",
        "The import goes on at another place: send the part that begins at next.",
    ),
    errors.OtherBody: Kind(
        422,
        "other-body",
        "Another request",
        "This Idempotency-Key was used for another request. Send a new one.",
    ),
    errors.ChangedSince: Kind(
        409,
        "changed-since",
        "Changed since",
        "What this change has set was changed since, or is gone. Change it by hand.",
    ),
    errors.LastWayIn: Kind(
        409,
        "last-way-in",
        "Still needed",
        "This is your only way to sign in. Add another way first.",
    ),
    errors.AddressJustChanged: Kind(
        409,
        "address-just-changed",
        "Please wait",
        "The address of this account was changed a short time ago. Try again when the change can "
        "no longer be undone.",
    ),
    errors.TakenAlready: Kind(409, "taken", "Already taken", "Somebody else already uses it."),
    errors.NotFound: Kind(404, "not-found", "Not found", "There is nothing here by that name."),
    errors.CrossSite: Kind(
        403,
        "cross-site",
        "Refused",
        "This request came from a site that is not allowed to send it.",
    ),
    errors.InvalidRequest: Kind(
        400, "invalid-request", "Check the form", "A field is missing or not valid."
    ),
    errors.TooLarge: Kind(413, "too-large", "Too large", "The request is too large."),
    errors.TryLater: Kind(
        503,
        "try-later",
        "Try again shortly",
        "We cannot answer right now. Nothing was lost. Send the same request again.",
    ),
}


def problem(error: errors.PorticoError, *, request_id: str) -> Response:
    """Return the answer for *error*. One that is not in the table is our own fault."""
    if type(error) not in PROBLEMS:
        error = errors.TryLater(cause=f"no problem type for {type(error).__name__}")
    kind = PROBLEMS[type(error)]
    content: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": request_id,
    }
    headers = {"content-type": "application/problem+json"}
    wait: timedelta | None = None
    match error:
        case errors.InvalidPortalLink(told=told) | errors.PortalUnavailable(told=told):
            content |= told
        case errors.CodeNotAccepted(attempts_left=left):
            content["attempts_left"] = left
        case errors.ChallengeClosed(reason=reason) | errors.SsoFailed(reason=reason):
            content["reason"] = reason
        case errors.TeamRefused(reason=reason, until=until):
            content["reason"] = reason
            content |= {"until": epoch(until)} if until else {}
        case errors.RoleTooSmall(needs=needs):
            content["needs"] = list(needs)
        case errors.LimitReached(what=what):
            content["what"] = what
        case errors.RefConflict(contacts=contacts):
            content["contacts"] = list(contacts)
        case errors.ContactMerged(workspace=workspace, survivor=survivor):
            content["survivor"] = survivor
            path = f"/v1/workspaces/{workspace}/contacts/{survivor}"
            # Source: RFC 5829, 3.4.
            headers["link"] = f'<{path}>; rel="successor-version"'
        case errors.CannotMerge(count=count, most=most):
            content |= {"reason": error.reason}
            if count is not None:
                content |= {"count": count, "most": most}
        case errors.ChangedMeanwhile(now=now):
            content["now"] = now
        case errors.NotNext(now=now):
            content["now"] = now
        case errors.ChangedSince(fields=names):
            content["fields"] = list(names)
        case errors.InvalidRequest(status=status, allow=allow):
            wrong = ((error.field, error.reason), *error.others)
            said = [{"field": field, "reason": reason} for field, reason in wrong]
            content |= {"status": status, "errors": said}
            if allow:
                headers["allow"] = ", ".join(allow)
        case (
            errors.ResendTooSoon(retry_after=after)
            | errors.TooManyRequests(retry_after=after)
            | errors.AddressJustChanged(retry_after=after)
        ):
            wait = after
            content["retry_after"] = int(after.total_seconds()) if after else None
        case errors.TryLater():
            wait = TRY_AGAIN
    if wait is not None:
        headers["retry-after"] = str(int(wait.total_seconds()))
    return Response(content["status"], content, headers)


def problem_at(event: Mapping[str, Any], error: errors.PorticoError) -> Response:
    """Return the answer for *error* where no route fits: in the form of the paths around it."""
    if event["rawPath"].startswith("/scim/v2/"):
        # Loaded here, because directories know their paths.
        from portico.edge.scim_problem import scim_problem  # noqa: PLC0415

        return scim_problem(event, error)
    return problem(error, request_id=event["requestContext"]["requestId"])
