"""LOG-01 and LOG-02 for all routes of a team: what they write into the log, and how their answers may be
kept (portico/edge/*_routes.py)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge.test_logs import Everything, disguises, everything_logged
from tests.support.template import door_of
from tests.team.test_manage_workspace import (
    BODIES,
    CONTACTS,
    ROUTES,
    TEAM,
    House,
    kind_of,
)

LAST = {f"DELETE {CONTACTS}/{{contact}}", f"DELETE {TEAM}/{{contact}}"}
"""Whom the others are about is gone then."""
PRESS = "a-marker-in-the-press"
pytestmark = pytest.mark.slow

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@pytest.fixture
def house(portal) -> House:
    return House(portal)


@pytest.fixture
def logs() -> Iterator[Everything]:
    # It writes most of all, and is no part of a door.
    logging.getLogger("moto").setLevel(logging.WARNING)
    with everything_logged() as everything:
        yield everything
    logging.getLogger("moto").setLevel(logging.NOTSET)


def typed_in(body: Any) -> set[str]:
    """Every text that somebody has typed into a body, and that is long enough to be told apart."""
    if isinstance(body, dict | list):
        parts = body.values() if isinstance(body, dict) else body
        return {text for each in parts for text in typed_in(each)}
    is_text = isinstance(body, str) and len(body) > 7 and not body.startswith("ct_")
    return {body} if is_text else set()


def secrets_in(body: Any) -> set[str]:
    """What an answer shows once."""
    if not isinstance(body, dict | list):
        return set()
    if isinstance(body, list):
        return {text for each in body for text in secrets_in(each)}
    shown = {each for name in ("text", "token", "url", "secret") if (each := body.get(name))}
    return {each for each in shown if isinstance(each, str)} | secrets_in(list(body.values()))


def test_log_01_log_02_is_nobody_and_nothing_typed_and_no_secret(house, portal, logs, wire, capsys):
    people = {"owner@example.com", "agent@example.com", house.zoe.email, house.zoe.name}
    told = people | {PRESS}
    for number, route in enumerate(sorted(ROUTES, key=lambda each: each in LAST)):
        if number % 20 == 0:
            # A member may change something thirty times a minute.
            portal.forward(minutes=1)
            house["owner"].bearer = house["owner"].token()
        answer = house.asks("owner", route)
        told |= typed_in(BODIES.get(route)) | secrets_in(answer.body) | {house["owner"].bearer}
        # And where it cannot be done.
        wire.cut("dynamodb.BatchGetItem", times=2)
        path = {"contact": house.zoe.id, "link": PRESS, "key": PRESS, "portal": PRESS}
        path |= dict.fromkeys(("connection", "session", "change", "import_id", "at"), PRESS)
        headers = {"idempotency-key": PRESS, "if-match": PRESS, **kind_of(route)}
        late = house["owner"].sends(route, BODIES.get(route), path=path, headers=headers)
        assert late.problem == (503, "try-later"), (route, late.event)
        wire.mend()
        for each in (answer, late):
            assert HEADERS.items() <= each.headers.items(), (route, each.headers)
            assert "access-control-allow-origin" not in each.headers

    doors = {door_of(route) for route in ROUTES}
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    assert doors <= {each.get("service") for each in said}
    text = logs.text + json.dumps(said, ensure_ascii=False)
    assert {each for each in told if any(one in text for one in disguises(each))} == set()
    ours = [each for each in logs.records if each.name == "portico"]
    assert len(ours) > 2 * len(ROUTES)
