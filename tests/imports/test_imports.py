"""An import whose function is killed, and what an import costs (portico/imports/flow.py)."""

import pytest
from botocore.exceptions import ReadTimeoutError

from portico.aws import deadline
from portico.errors import TryLater
from portico.imports.flow import ContactImports, Importer
from portico.imports.rules import ImportPlan
from portico.people.memberships import ABOVE_ALL

HEADER = "email,name,language,active"


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.fixture(autouse=True)
def unhurried():
    yield
    deadline.end()


class TestAFunctionThatIsKilled:
    """OUT-10: at each of its writes, before it arrives or after: the same part again ends the same."""

    ROWS = (
        "c1@example.com,One,,",
        "zoe@example.com,Zoe Twice,,no",
        "c2@example.com,Two,,",
        "x,X,,",
    )

    def world(self, portal):
        zoe = portal.team.contact("acme", "zoe@example.com")
        found = portal.team.contacts("acme")
        said = sorted((each.email, each.name, each.active) for each in found)
        return said, zoe.sver

    def importer(self, portal):
        def impatient(_seconds):
            raise TryLater(cause="killed")

        return ContactImports("people", "sign-in", width=1, pause=impatient)

    @pytest.mark.parametrize("arrives", [False, True])
    @pytest.mark.parametrize("n", range(4))
    def test_leaves_a_part_that_can_be_sent_again(self, portal, wire, n, arrives):
        zoe = portal.adds("Zoe Once", "zoe@example.com")
        data, work = table(*self.ROWS).encode(), self.importer(portal)
        who = Importer("member:x", ABOVE_ALL)
        id_ = f"imp_{'0' * 22}"
        work.begin(portal.workspace, id_, ImportPlan(len(data)), asked="")

        if arrives:
            self.loses_answers(wire, after=n)
        else:
            wire.cut("dynamodb.TransactWriteItems", after=n)
        with pytest.raises(TryLater):
            work.take(portal.workspace, id_, 0, data, who=who)
        wire.mend()
        wire.meddler = None
        job, part = work.take(portal.workspace, id_, 0, data, who=who)
        job = work.finish(portal.workspace, id_, who=who)

        assert job.state == "finished"
        said, sver = self.world(portal)
        expected = ("c1@example.com", "One", True), ("c2@example.com", "Two", True)
        assert [each for each in said if each[0].startswith("c")] == list(expected)
        assert ("zoe@example.com", "Zoe Twice", False) in said
        assert sver == zoe.sver + 1
        assert (job.tally.rows, job.tally.refused) == (4, 1)
        assert [each.line for each in part.remarks] == [5]

    def loses_answers(self, wire, *, after):
        """Let so many transactions through, and of the others the answers never come."""
        seen = []

        def meddle(operation, request, arrive):
            answer = arrive()
            if operation == "dynamodb.TransactWriteItems":
                seen.append(request)
                if len(seen) > after:
                    raise ReadTimeoutError(endpoint_url=request.url)
            return answer

        wire.meddler = meddle
