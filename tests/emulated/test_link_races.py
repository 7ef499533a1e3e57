"""Colleagues who rotate, revoke and make the same links at the same moment, in real threads
(portico/links/team_links.py, portico/links/link_batches.py)."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from portico.errors import TryLater
from portico.links.link_batches import LinkBatches, MadeBefore, MadeLink, Maker
from portico.links.new_link import WantedLink
from portico.links.store import Links
from portico.links.team_links import TeamLinks
from portico.people.memberships import ABOVE_ALL
from tests.emulated.house import house_at
from tests.emulated.test_team_races import together


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


@pytest.fixture
def people(house) -> str:
    return str(house.stack.outputs["PeopleTable"])


class TestALink:
    def test_that_many_rotate_at_once_has_one_in_its_place(self, house, people):
        links, workspace = TeamLinks(people), house.workspace
        link, _ = links.create(workspace.id, by="test")

        told = together([partial(links.rotate, workspace, link.id, by=f"t{n}") for n in range(6)])

        assert Counter(told) == {"done": 1, "TakenAlready": 5}
        before = Links(people, workspace.id).get(link.id)
        assert before is not None
        made = [row for row in house.rows("people") if row.get("id") == before.replaced_by]
        assert len(made) == 1

    def test_that_is_revoked_while_it_is_rotated_opens_nothing(self, house, people):
        links, workspace = TeamLinks(people), house.workspace
        for _ in range(4):
            link, _ = links.create(workspace.id, by="test")
            work: list[Callable[[], object]] = [
                partial(links.rotate, workspace, link.id, by="rotates"),
                partial(links.revoke_one, workspace, link.id, by="revokes"),
            ]

            told = together(work)

            found = Links(people, workspace.id).get(link.id)
            assert found is not None
            assert told[1] == "done"
            assert found.revoked_at is not None
            # The other one is there only if the rotation was first.
            assert (told[0] == "done") is (found.replaced_by is not None)


class TestARequest:
    def test_that_comes_many_times_at_once_makes_its_links_once(self, house, people):
        batches = LinkBatches(people, house.stack.outputs["SignInTable"])
        wanted = [WantedLink(label=f"{n}") for n in range(5)]
        maker = Maker("test", "0" * 22, "asked", ABOVE_ALL, may_share=True)
        answers: list[list[object]] = []

        def makes() -> None:
            answers.append(list(batches.create(house.workspace, wanted, maker)))

        together([makes] * 5)

        kinds = Counter(type(each) for answer in answers for each in answer)
        assert kinds[MadeLink] == 5
        # Whoever was in another's way may send the same request again.
        assert set(kinds) <= {MadeLink, MadeBefore, TryLater}
        made = {each.link.id for one in answers for each in one if isinstance(each, MadeLink)}
        before = {each.link for one in answers for each in one if isinstance(each, MadeBefore)}
        assert before <= made
        labels = Counter(row.get("label") for row in house.rows("people") if row.get("token_hash"))
        assert {labels[f"{n}"] for n in range(5)} == {1}
