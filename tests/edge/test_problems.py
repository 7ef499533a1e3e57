"""The one table from what went wrong to what a caller is told."""

import inspect
from datetime import timedelta

import pytest

from portico import errors
from portico.edge.problems import PROBLEMS, problem
from portico.edge.responses import Response
from tests.support.driver import NOON

KINDS_OF_REACTION = {
    errors.PorticoError,
    errors.Invalid,
    errors.Refused,
    errors.Gone,
    errors.TooSoon,
}

TOLD = [
    (errors.PortalUnavailable(), 403, "portal-unavailable", {}),
    (errors.InvalidPortalLink(), 404, "invalid-portal-link", {}),
    (errors.PasswordNotAccepted(), 401, "password-not-accepted", {}),
    (errors.ProtocolRefused("invalid_grant", "used"), 400, "protocol-refused", {}),
    (errors.RoleTooSmall(("owner",)), 403, "role-too-small", {"needs": ["owner"]}),
    (errors.RoleTooHigh(), 403, "role-too-high", {}),
    (errors.LastOwner(), 409, "last-owner", {}),
    (errors.OnTheTeam(), 409, "on-the-team", {}),
    (errors.RefConflict(("ct_a", "ct_b")), 409, "ref-conflict", {"contacts": ["ct_a", "ct_b"]}),
    (errors.ContactMerged("acme", "ct_a"), 410, "contact-merged", {"survivor": "ct_a"}),
    (errors.CannotMerge("survivor-off"), 409, "cannot-merge", {"reason": "survivor-off"}),
    (
        errors.CannotMerge("too-many-rows", 81, 80),
        409,
        "cannot-merge",
        {"reason": "too-many-rows", "count": 81, "most": 80},
    ),
    (errors.OtherBody(), 422, "other-body", {}),
    (errors.LimitReached("keys"), 409, "limit-reached", {"what": "keys"}),
    (errors.PreconditionMissing(), 428, "precondition-missing", {}),
    (errors.ChangedMeanwhile({"member": {}}), 412, "changed-meanwhile", {"now": {"member": {}}}),
    (errors.ChangedSince(("name",)), 409, "changed-since", {"fields": ["name"]}),
    (errors.TeamRefused("rested"), 403, "team-refused", {"reason": "rested"}),
    (errors.LastWayIn(), 409, "last-way-in", {}),
    (errors.AlreadyLinked(), 409, "already-linked", {}),
    (
        errors.AddressJustChanged(timedelta(hours=2)),
        409,
        "address-just-changed",
        {"retry_after": 7200},
    ),
    (errors.TakenAlready("email"), 409, "taken", {}),
    (errors.ReAuthNeeded(), 401, "re-auth-needed", {}),
    (errors.GuessesSpent(timedelta(seconds=9)), 429, "too-many-requests", {"retry_after": 9}),
    (errors.CodeNotAccepted(3), 401, "code-not-accepted", {"attempts_left": 3}),
    (errors.ChallengeClosed("expired"), 410, "challenge-closed", {"reason": "expired"}),
    (errors.AlreadyLinked(), 409, "already-linked", {}),
    (errors.MethodOff(), 403, "sign-in-method-off", {}),
    (errors.SsoFailed("misconfigured"), 401, "sso-failed", {"reason": "misconfigured"}),
    (errors.ResendTooSoon(timedelta(seconds=17)), 429, "too-soon", {"retry_after": 17}),
    (errors.TooManyRequests(timedelta(seconds=9)), 429, "too-many-requests", {"retry_after": 9}),
    (errors.TooManyRequests(None), 429, "too-many-requests", {"retry_after": None}),
    (errors.NotSignedIn(), 401, "not-signed-in", {}),
    (errors.NotFound(), 404, "not-found", {}),
    (errors.CrossSite(), 403, "cross-site", {}),
    (errors.TooLarge(16384), 413, "too-large", {}),
    (errors.TryLater(cause="kms.sign: Boom"), 503, "try-later", {}),
    (
        errors.InvalidRequest("code", "required"),
        400,
        "invalid-request",
        {"errors": [{"field": "code", "reason": "required"}]},
    ),
    (
        errors.InvalidRequest("name", "too long", others=(("locale", "no"),)),
        400,
        "invalid-request",
        {
            "errors": [
                {"field": "name", "reason": "too long"},
                {"field": "locale", "reason": "no"},
            ]
        },
    ),
    (
        errors.NotNext({"id": "imp_1", "next": 65536}),
        409,
        "not-next",
        {"now": {"id": "imp_1", "next": 65536}},
    ),
    (
        errors.InvalidRequest("method", "not here", status=405, allow=("GET",)),
        405,
        "invalid-request",
        {"errors": [{"field": "method", "reason": "not here"}]},
    ),
]
TITLES = {
    "address-just-changed": "Please wait",
    "portal-unavailable": "Portal unavailable",
    "invalid-portal-link": "Invalid portal link",
    "code-not-accepted": "Sign-in failed",
    "password-not-accepted": "Sign-in failed",
    "re-auth-needed": "Sign in again",
    "protocol-refused": "Refused",
    "last-way-in": "Still needed",
    "team-refused": "Refused",
    "role-too-small": "Refused",
    "not-next": "Out of turn",
    "role-too-high": "Refused",
    "last-owner": "Still needed",
    "on-the-team": "Still on the team",
    "ref-conflict": "Two contacts",
    "contact-merged": "Merged",
    "cannot-merge": "Not merged",
    "other-body": "Another request",
    "limit-reached": "No more",
    "precondition-missing": "Say what you change",
    "changed-meanwhile": "Changed meanwhile",
    "changed-since": "Changed since",
    "taken": "Already taken",
    "challenge-closed": "Sign-in failed",
    "already-linked": "Sign-in failed",
    "sign-in-method-off": "Sign-in failed",
    "sso-failed": "Sign-in failed",
    "too-soon": "Please wait",
    "too-many-requests": "Please wait",
    "not-signed-in": "Signed out",
    "not-found": "Not found",
    "cross-site": "Refused",
    "invalid-request": "Check the form",
    "too-large": "Too large",
    "try-later": "Try again shortly",
}


def told(error: errors.PorticoError) -> Response:
    return problem(error, request_id="req-1")


class TestTheProblemTable:
    def test_knows_every_error_that_a_caller_can_meet(self):
        everything = {
            each
            for _, each in inspect.getmembers(errors, inspect.isclass)
            if issubclass(each, errors.PorticoError)
        }

        assert everything - KINDS_OF_REACTION == PROBLEMS.keys()
        assert {type(error) for error, *_ in TOLD} == PROBLEMS.keys()

    @pytest.mark.parametrize(("error", "status", "type_", "members"), TOLD)
    def test_tells_what_happened_and_what_to_do(self, error, status, type_, members):
        answer = told(error)

        content = answer.content
        assert isinstance(content, dict)
        detail = content.pop("detail")
        assert detail.endswith(".")
        assert content == {
            "type": type_,
            "title": TITLES[type_],
            "status": status,
            "instance": "req-1",
            **members,
        }
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.cookies == []

    @pytest.mark.parametrize(
        ("error", "header"),
        [
            (errors.ResendTooSoon(timedelta(seconds=17)), "17"),
            (errors.TooManyRequests(timedelta(seconds=9)), "9"),
            (errors.TryLater(cause="x"), "2"),
            (errors.TooManyRequests(None), None),
            (errors.NotSignedIn(), None),
        ],
    )
    def test_says_when_to_come_back_where_that_helps(self, error, header):
        assert told(error).headers.get("retry-after") == header

    def test_never_tells_a_cause(self):
        assert "Boom" not in str(told(errors.TryLater(cause="kms.sign: Boom")).content)

    def test_takes_an_error_it_does_not_know_for_a_fault_of_ours(self):
        answer = told(errors.Refused())

        assert isinstance(answer.content, dict)
        assert (answer.status, answer.content["type"]) == (503, "try-later")


class TestAWait:
    @pytest.mark.parametrize(
        ("wait", "seconds"),
        [(-5.0, 1), (0.0, 1), (0.001, 1), (1.0, 1), (1.001, 2), (29.5, 30), (3600.0, 3600)],
    )
    def test_is_told_in_whole_seconds_and_never_too_short(self, wait, seconds):
        told_wait = errors.seconds_until(NOON + timedelta(seconds=wait), at=NOON)

        assert told_wait == timedelta(seconds=seconds)
