"""What Schemathesis knows of the house: how a contact signs in there, and what must never be answered.

Loaded by its command in an environment of its own (requirements/contract.in), from the folder of
the repository.
"""

# mypy: disable-error-code="import-not-found, untyped-decorator"

import contextlib
import json
import random
import re
from dataclasses import dataclass, field
from typing import Any

import schemathesis

from tests.contract.fuzzing.every_answer import bearer, is_negative, name_of, security
from tests.contract.fuzzing.house import VERIFIER, House

HOUSE = House.from_environment()
CHANCE = random.Random(1)  # noqa: S311 - whoever reads a failure wants it again
CONTACTS = ("ann@example.com", "ben@example.com", "chloe@example.com", "nobody@example.com")
OURS = re.compile(r"__Host-portico-acme=([^;]+)")


@dataclass
class Known:
    """What there is to go on with."""

    labels: dict[str, str] = field(default_factory=dict)
    """Of the newest mail of each challenge."""
    tokens: dict[str, str] = field(default_factory=dict)
    """The newest refresh token of each session."""
    moves: dict[str, str] = field(default_factory=dict)
    """Of the newest mail of each change of address that was asked for."""
    undo: str = ""
    """The token of the newest undo link."""
    held: dict[str, str] = field(default_factory=dict)
    """What a portal on another site was given last."""
    thrown_away: dict[str, str] = field(default_factory=dict)
    """The session of the newest contact who has signed up in order to be deleted."""
    calls: int = 0


KNOWN = Known()


@schemathesis.auth(refresh_interval=120)
class Contact:
    """Ann, who signs in with the fake Google as often as it takes."""

    def get(self, case: Any, context: Any) -> str:
        session = HOUSE.signs_in()
        _keep(session["refresh_token"])
        return str(session["access_token"])

    def set(self, case: Any, data: str, context: Any) -> None:
        if any("accessToken" in each for each in security(context.operation)):
            if name_of(case) == "deleteAccount":
                # All of the others need Ann.
                data = _of_one_to_delete()
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Let half of what could be right be right: chance alone never finds a mailed code."""
    KNOWN.calls += 1
    if KNOWN.calls % 400 == 0:
        HOUSE.forward(hours=25)
        KNOWN.held = {}
    if is_negative(case):
        return
    if name_of(case) == "deleteAccount":
        case.query = {**(case.query or {}), "workspace": "acme"}
        case.headers = {k: v for k, v in (case.headers or {}).items() if k != "Origin"}
        return
    if name_of(case) in ("userinfo", "userinfoByForm"):
        # It is asked seldom: there is little of it to make up.
        KNOWN.held = KNOWN.held or HOUSE.gets_tokens()
        token = KNOWN.held["access_token"]
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        return
    if CHANCE.random() < 0.5:
        return
    if case.headers and "Origin" in case.headers:
        case.headers["Origin"] = HOUSE.origin
    change = CHANGES.get(name_of(case))
    if change and isinstance(case.body, dict):
        case.body = {**case.body, **change(case.body)}
        if "refresh_token" in case.body and case.headers:
            # A browser's is in its cookie: in its body none is looked for.
            case.headers.pop("Origin", None)
    _be_a_portal(case)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember what there is now."""
    name = name_of(case)
    granted = 200 <= response.status_code < 300
    if name in ("requestCode", "resendCode") and granted:
        asked = response.json()
        KNOWN.labels[asked["challenge"]] = asked["label"]
    if name == "askToMove" and granted:
        KNOWN.moves[response.json()["challenge"]] = response.json()["label"]
    # A directory's token is a key's, and comes alone.
    if name == "token" and granted and "refresh_token" in response.json():
        KNOWN.held = response.json()
    if name in ("verifyCode", "refreshSession") and granted:
        _keep(response.json().get("refresh_token") or _cookie(response))


@schemathesis.check
def what_is_over_stays_over(ctx: Any, response: Any, case: Any) -> None:
    """No second session from a challenge, none from one that was signed out, no lost address."""
    if not 200 <= response.status_code < 300:
        return
    if name_of(case) == "verifyCode":
        again = {"challenge": case.body["challenge"], "code": case.body["code"]}
        origin = response.request.headers.get("Origin")
        status = HOUSE.status_of("/v1/codes/verify", again, {"origin": origin} if origin else {})
        assert status == 410, f"a code that was used is answered {status}"
    if name_of(case) == "confirmMove":
        # Whoever reads the old address has the account back, and the same answer once more.
        KNOWN.undo = HOUSE.undo_link(known=KNOWN.undo) or ""
        assert KNOWN.undo, "the old address was told nothing"
        # Before that, nobody can take it away for good.
        status, type_ = HOUSE.deletes_an_account(bearer(response))
        refused = type_ == "address-just-changed" or status == 429
        assert refused, f"a deletion after a move is answered {status} {type_}"
        asked = {"workspace": "acme", "undo": KNOWN.undo}
        for _ in range(2):
            status = HOUSE.status_of("/v1/account/email/undo", asked, {})
            assert status == 200, f"an undo is answered {status}"
    if name_of(case) == "deleteAccount":
        KNOWN.thrown_away = {**KNOWN.thrown_away, "deleted": "yes"}
        status = HOUSE.reads_an_account(bearer(response))
        assert status == 401, f"a session of a deleted account is answered {status}"
    if name_of(case) == "signOut":
        for session in {HOUSE.session_of(each) for each in _tokens_sent(response)}:
            token = {"workspace": "acme", "refresh_token": KNOWN.tokens.get(session, "")}
            status = HOUSE.status_of("/v1/session/refresh", token, {})
            assert status == 401, f"a session that was signed out is answered {status}"
    if name_of(case) == "token" and "code_verifier" in case.body and CHANCE.random() < 0.3:
        status = HOUSE.exchanges(case.body)
        assert status == 400, f"a code that was used is answered {status}"
        KNOWN.held = {}
    if name_of(case) == "revoke" and case.body.get("token") == KNOWN.held.get("refresh_token", ""):
        status = HOUSE.exchanges(_refreshed({}))
        assert status == 400, f"a token that was revoked is answered {status}"
        KNOWN.held = {}


def _typing(body: dict[str, Any]) -> dict[str, Any]:
    # The one that the link of the scenario names, or any other.
    challenge = str(body.get("challenge"))
    if challenge not in KNOWN.labels and KNOWN.labels:
        challenge = CHANCE.choice(list(KNOWN.labels))
    code = HOUSE.mailed(KNOWN.labels[challenge]) if challenge in KNOWN.labels else None
    return {"challenge": challenge, "code": code} if code else {}


def _moving(_body: dict[str, Any]) -> dict[str, Any]:
    return {"workspace": "acme", "email": f"moved{KNOWN.calls}@example.com"}


def _confirming(_body: dict[str, Any]) -> dict[str, Any]:
    # Seldom after the first: every change that goes through signs out whoever made it.
    if not KNOWN.moves or (KNOWN.undo and CHANCE.random() < 0.8):
        return {}
    challenge = list(KNOWN.moves)[-1]
    code = HOUSE.mailed(KNOWN.moves[challenge])
    return {"workspace": "acme", "challenge": challenge, "code": code} if code else {}


def _undoing(_body: dict[str, Any]) -> dict[str, Any]:
    return {"workspace": "acme", "undo": KNOWN.undo} if KNOWN.undo else {}


def _refreshing(body: dict[str, Any]) -> dict[str, Any]:
    if not KNOWN.tokens:
        return {}
    return {"workspace": "acme", "refresh_token": CHANCE.choice(list(KNOWN.tokens.values())[-3:])}


def _asking(body: dict[str, Any]) -> dict[str, Any]:
    return {"workspace": "acme", "link": HOUSE.link, "email": CHANCE.choice(CONTACTS)}


def _of_acme(body: dict[str, Any]) -> dict[str, Any]:
    return {"workspace": "acme", "link": HOUSE.link}


def _exchanging(body: dict[str, Any]) -> dict[str, Any]:
    if KNOWN.held and CHANCE.random() < 0.5:
        return _refreshed(body)
    return {
        "grant_type": "authorization_code",
        "code": HOUSE.gets_a_code(),
        "code_verifier": VERIFIER,
        "redirect_uri": HOUSE.portal["redirect_uri"],
        "client_id": HOUSE.portal["client_id"],
        "client_secret": "",
    }


def _refreshed(_body: dict[str, Any]) -> dict[str, Any]:
    return {
        "grant_type": "refresh_token",
        "refresh_token": KNOWN.held["refresh_token"],
        "scope": "",
        "client_id": HOUSE.portal["client_id"],
        "client_secret": "",
    }


def _revoking(_body: dict[str, Any]) -> dict[str, Any]:
    if not KNOWN.held:
        return {}
    client = HOUSE.portal["client_id"]
    return {"token": KNOWN.held["refresh_token"], "client_id": client, "client_secret": ""}


def _asking_as_a_portal(_body: dict[str, Any]) -> dict[str, Any]:
    return HOUSE.portal


def _leaving(_body: dict[str, Any]) -> dict[str, Any]:
    told = {"client_id": HOUSE.portal["client_id"], "post_logout_redirect_uri": ""}
    return told | ({"id_token_hint": KNOWN.held["id_token"]} if KNOWN.held else {})


def _of_one_to_delete() -> str:
    # Whoever is deleted stays so for a while: that has an answer of its own.
    if not KNOWN.thrown_away or ("deleted" in KNOWN.thrown_away and CHANCE.random() < 0.05):
        KNOWN.thrown_away = HOUSE.signs_up(f"gone{KNOWN.calls}@example.com") or KNOWN.thrown_away
    return KNOWN.thrown_away.get("access_token", "")


def _be_a_portal(case: Any) -> None:
    """Put into the query what a form would have, and show a portal's own token where one is asked for."""
    change = {"authorize": _asking_as_a_portal, "leavePortal": _leaving}.get(name_of(case))
    if change:
        case.query = {**(case.query or {}), **change({})}
    if name_of(case) == "token":
        # Two proofs would be refused.
        case.headers = {k: v for k, v in (case.headers or {}).items() if k != "Authorization"}


def _starting(body: dict[str, Any]) -> dict[str, Any]:
    return {"workspace": "acme", "link": HOUSE.link, "connection": "google"}


CHANGES = {
    "resolveLink": _of_acme,
    "requestCode": _asking,
    "verifyCode": _typing,
    "askToMove": _moving,
    "confirmMove": _confirming,
    "undoMove": _undoing,
    "refreshSession": _refreshing,
    "startSso": _starting,
    "authorizeByForm": _asking_as_a_portal,
    "leavePortalByForm": _leaving,
    "token": _exchanging,
    "revoke": _revoking,
}


def _keep(token: str) -> None:
    session = HOUSE.session_of(token)
    KNOWN.tokens.pop(session, None)
    KNOWN.tokens[session] = token


def _cookie(response: Any) -> str:
    found = OURS.search(" ".join(response.headers.get("set-cookie", [])))
    return found[1] if found else ""


def _tokens_sent(response: Any) -> list[str]:
    """The tokens of a request: what a session is found by."""
    sent = response.request
    tokens = [bearer(response)]
    tokens += OURS.findall(sent.headers.get("Cookie", ""))
    with contextlib.suppress(ValueError, AttributeError):
        tokens += [json.loads(sent.body or b"{}").get("refresh_token") or ""]
    return [each for each in tokens if each]
