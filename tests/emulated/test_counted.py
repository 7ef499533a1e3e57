"""docs/performance.md quotes counts and dollars: today's walk has the same.

Times are not compared, and dollars only where they come from counts alone.
"""

from pathlib import Path

import pytest

from bench import cost, warm_requests
from bench.deployment import deployment_at
from bench.flows import walked

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

pytestmark = pytest.mark.slow


def quoted(name):
    """The cells of one measured table, by what stands in its first column."""
    place = PAGE.read_text().partition(f"<!-- bench:{name} -->")[2]
    lines = place.partition(f"<!-- /bench:{name} -->")[0].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]
    return {first: cells for first, *cells in rows[2:]}


@pytest.fixture(scope="module")
def flows(emulator):
    with deployment_at(emulator) as deployment:
        yield walked(deployment)


def test_calls_and_units_are_those_of_the_page(flows):
    level = dict.fromkeys(flows, 0.0)
    counted = warm_requests.table(warm_requests.Grown({"now": flows}, {"now": level})).splitlines()[
        2:
    ]
    now = {
        first: cells
        for first, *cells in ([c.strip() for c in line.split("|")[1:-1]] for line in counted)
    }
    page = quoted("warm")

    assert now.keys() == page.keys()
    assert {what: cells[:4] for what, cells in now.items()} == {
        what: cells[:4] for what, cells in page.items()
    }


def test_dollars_are_those_of_the_page(flows):
    bill = cost.bill(cost.SIGN_IN, flows, dict.fromkeys(flows, 0.0)).times(cost.MILLION)
    page = {line: float(cells[0]) for line, cells in quoted("cost").items()}

    assert page["HTTP API"] == round(bill.gateway, 2)
    assert page["DynamoDB"] == round(bill.tables, 2)
    assert page["KMS"] == round(bill.signatures, 2)
    assert page["SES"] == round(bill.mail, 2)
    # An address or an id is a few bytes more or less.
    assert page["logs"] == pytest.approx(bill.logs, rel=0.05)


def test_targets_in_calls_and_units_are_met(flows):
    spent = {
        name: (flow.calls["dynamodb"], flow.writes, flow.reads) for name, flow in flows.items()
    }

    for name, most in {
        "resolve": (1, 0, 1.5),
        "request": (3, 2, 2),
        "request, auto": (4, 3, 2),
        "send": (5, 4, 6),
        "verify": (2, 5, 0),
        "refresh": (2, 1, 3),
        "read": (0, 0, 0),
        "finish sso": (3, 5, 5),
    }.items():
        assert all(each <= limit for each, limit in zip(spent[name], most, strict=True)), name
