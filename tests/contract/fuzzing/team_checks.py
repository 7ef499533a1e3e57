"""What Schemathesis knows of the team's side of the house: an owner, and a key of all scopes.

Loaded by its command as checks.py is, for the routes of the team alone.
"""

# mypy: disable-error-code="import-not-found, untyped-decorator"

import os
import random
import re
from dataclasses import dataclass, field
from typing import Any

import schemathesis

from tests.contract.fuzzing.every_answer import bearer, is_negative, name_of
from tests.contract.fuzzing.house import House

HOUSE = House.from_environment()
KEY = os.environ["PORTICO_HOUSE_KEY"]
CHANCE = random.Random(1)  # noqa: S311 - whoever reads a failure wants it again
AT_ONCE = 40
"""Calls between two moves of the clock: about what a member may change in a minute."""
A_WORKSPACE = re.compile(r"[a-z][a-z0-9-]{1,30}")
WAY_IN = "google"
"""The connection that Ann comes by: it stays as it is."""
CLOSING = frozenset(
    (
        "portal_enabled",
        "paused_until",
        "code_method",
        "sso_method",
        "password_method",
        "directory_rule",
        "office_networks",
    )
)
"""Settings that would let nobody in any more, the fuzzer's own owner among them."""


@dataclass
class Known:
    """What there is to go on with."""

    token: str = ""
    spent: set[str] = field(default_factory=set)
    """Tokens from before the clock was moved."""
    calls: int = 0
    made: dict[str, list[str]] = field(default_factory=dict)
    """Ids of what was made, by what it is called in a path."""
    tags: dict[str, str] = field(default_factory=dict)
    """The newest tag of each of them."""


KNOWN = Known()


@schemathesis.auth(refresh_interval=None)
class Team:
    """The owner on our own page, or the help desk's script."""

    def get(self, case: Any, context: Any) -> str:
        return KEY

    def set(self, case: Any, data: str, context: Any) -> None:
        takes_key = bool(case.operation.definition.raw.get("x-portico-scopes"))
        headers = {k: v for k, v in (case.headers or {}).items() if k.lower() != "origin"}
        if takes_key and CHANCE.random() < 0.6:
            case.headers = {**headers, "Authorization": f"Bearer {data}"}
            return
        KNOWN.token = KNOWN.token or HOUSE.team_token()
        page = {"Origin": HOUSE.origin, "Sec-Fetch-Site": "same-origin"}
        case.headers = {**headers, **page, "Authorization": f"Bearer {KNOWN.token}"}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Name what is there, in a workspace that is there, and leave the door open behind oneself."""
    KNOWN.calls += 1
    if KNOWN.calls % AT_ONCE == 0:
        # Callers get few answers a minute, and some changes ask for a sign-in that is young.
        HOUSE.forward(hours=1.1)
        KNOWN.spent.add(KNOWN.token)
        KNOWN.token = HOUSE.team_token()
    if bearer_in(case) in KNOWN.spent:
        # Made long before it is sent.
        case.headers["Authorization"] = f"Bearer {KNOWN.token}"
    if isinstance(case.body, dict):
        case.body = {name: each for name, each in case.body.items() if name not in CLOSING}
    path = case.path_parameters
    if path and path.get("connection") == WAY_IN and case.method.upper() != "GET":
        path["connection"] = "another"
    if path and path.get("link") == HOUSE.link_id and case.method.upper() != "GET":
        # Ann comes in by it.
        path["link"] = "another"
    if is_negative(case) and CHANCE.random() < 0.3:
        return
    if path and (not is_negative(case) or A_WORKSPACE.fullmatch(str(path["workspace"]))):
        path["workspace"] = "acme"
    for name, ids in KNOWN.made.items():
        if path and name in path and path[name] not in ids and CHANCE.random() < 0.8:
            path[name] = CHANCE.choice(ids[-5:])
    if is_negative(case):
        return
    for id_ in (path or {}).values():
        if str(id_) in KNOWN.tags and CHANCE.random() < 0.8:
            case.headers = {**(case.headers or {}), "If-Match": KNOWN.tags[str(id_)]}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember what there is now."""
    if not 200 <= response.status_code < 300 or not response.content:
        return
    told = response.json()
    for name in ("contact", "key", "link", "portal", "connection", "member"):
        found = told.get(name)
        if isinstance(found, dict):
            _keep("contact" if name == "member" else name, found)
    for found in told.get("links", []):
        if isinstance(found, dict) and isinstance(found.get("link"), dict):
            _keep("link", found["link"])


def bearer_in(case: Any) -> str:
    """The token that a request will carry."""
    return str((case.headers or {}).get("Authorization", "")).removeprefix("Bearer ")


@schemathesis.check
def a_credential_opens_one_workspace(ctx: Any, response: Any, case: Any) -> None:
    """Whatever is answered with good news is of Acme: neither key nor owner is of another one."""
    if 200 <= response.status_code < 300:
        assert case.path_parameters["workspace"] == "acme", response.url


@schemathesis.check
def a_key_keeps_to_its_routes(ctx: Any, response: Any, case: Any) -> None:
    """Nothing that keys may not do is done with one."""
    if 200 <= response.status_code < 300 and bearer(response).startswith("ptk_"):
        assert case.operation.definition.raw.get("x-portico-scopes"), name_of(case)


def _keep(name: str, found: dict[str, Any]) -> None:
    id_ = str(found.get("id") or found.get("contact") or "")
    if id_ in ("", WAY_IN, HOUSE.link_id):
        return
    ids = KNOWN.made.setdefault(name, [])
    if id_ not in ids:
        ids.append(id_)
    if "etag" in found:
        KNOWN.tags[id_] = found["etag"]
