"""Owners who leave at the same moment, and an owner who makes a key while they leave, in real threads
(portico/team/members.py, portico/team/workspace_keys.py)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from portico.errors import LastOwner, PorticoError, TryLater
from portico.people.memberships import Role, StillOwner
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import NotAnOwner, WorkspaceKeys
from tests.emulated.house import house_at

HOW: Any = {"host": "signin.acme.test", "by": "test"}


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


@pytest.fixture
def tables(house) -> tuple[str, str]:
    return house.stack.outputs["PeopleTable"], house.stack.outputs["SignInTable"]


@pytest.fixture
def owners(house, tables):
    """Four owners of one team."""
    found = [house.adds(f"Owner {n}", f"owner-{n}@example.com") for n in range(4)]
    for each in found:
        TeamMembers(*tables).add(house.workspace, each, Role.OWNER, **HOW)
    return found


def outcome(work: Callable[[], object]) -> str:
    """What became of it, at last: whoever was in another's way tries again, as they are told to."""
    for _ in range(20):
        try:
            work()
        except TryLater:
            continue
        except PorticoError as refused:
            return type(refused).__name__
        return "done"
    return "TryLater"


def together(works: list[Callable[[], object]]) -> list[str]:
    """What became of each, begun at the same moment."""
    gate = Barrier(len(works))

    def starts(work: Callable[[], object]) -> str:
        gate.wait()
        return outcome(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(starts, works))


class TestOwners:
    def test_api_07_who_leave_by_every_way_at_once_leave_one(self, house, tables, owners):
        members, workspace = TeamMembers(*tables), house.workspace
        leave: list[Callable[[], object]] = [
            *(partial(members.remove, workspace, each, **HOW) for each in owners[:2]),
            *(partial(members.change, workspace, each, Role.ADMIN, **HOW) for each in owners[2:]),
            *(
                partial(house.team.set_active, house.id, each.id, False, by="test")
                for each in owners
            ),
        ]

        told = together(leave)

        team = members.of(workspace)
        left = [each.contact for each in team if each.membership.role is Role.OWNER]
        (counter,) = [row for row in house.rows("people") if row["sk"] == "owners"]
        assert len(left) == counter["owners"] == 1
        assert all(each.active for each in left)
        assert set(told[:4]) <= {"done", LastOwner.__name__}
        assert set(told[4:]) <= {"done", StillOwner.__name__}

    def test_who_make_a_key_while_they_leave_leave_none_that_opens(self, house, tables, owners):
        members, keys, workspace = TeamMembers(*tables), WorkspaceKeys(*tables), house.workspace
        leaver = owners[0]
        how: Any = {"label": "Desk", "scopes": [Scope.LINKS], **HOW}
        work = [partial(keys.add, workspace, leaver, **how) for _ in range(4)]

        told = together([*work, partial(members.remove, workspace, leaver, **HOW)])

        is_gone = told[-1] == "done"
        states = {each.state(at=house.now) for each in keys.of(workspace)}
        assert set(told[:-1]) <= {"done", NotAnOwner.__name__}
        assert states <= ({"held"} if is_gone else {"alive"})
